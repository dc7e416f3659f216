"""What is being entered at the counter, before anything is committed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct

from clerk_tui.services.entry import Cleaned, kind_of
from hall.catalogue.conditions import Answer
from hall.catalogue.model import Matter
from hall.checklist import Checklist
from hall.facts import Agent, Applicant, Due, Language
from hall.masking import mask_party
from hall.verdict import Refusal, Tick, Verdict

APPLICANT_KEYS = ("kind", "name", "id_type", "id_number", "phone", "address", "legal_person")
AGENT_KEYS = ("name", "id_type", "id_number", "phone")


@dataclass
class Draft:
    """A walk-in as typed so far: change it freely and ask ``intake.preview`` what follows.

    ``case_id`` and ``event_id`` are made once, with the draft, and never again: submitting twice makes one case.
    ``applicant`` and ``agent`` hold what was typed (keys ``APPLICANT_KEYS``, ``AGENT_KEYS``). ``held`` says which
    materials the hall has and from where, ``broken_promise`` is the last case of theirs that ended for a broken promise
    (``intake.refresh_held`` fills both); ``good_credit``: no bad credit record is known. ``language`` is that of the
    papers: Chinese, or ``"en"`` for Chinese with English. ``handed_in``: the day post arrived; ``None``: today.
    """

    matter: Matter
    case_id: str
    event_id: str
    answers: dict[str, Answer] = field(default_factory=dict)
    applicant: dict[str, str] = field(default_factory=dict)
    agent: dict[str, str] | None = None
    fields: dict[str, str] = field(default_factory=dict)
    ticks: dict[str, Tick] = field(default_factory=dict)
    refusal: Refusal | None = None
    good_credit: bool = True
    channel: str = "counter"
    handed_in: dt.date | None = None
    ticket: str = ""
    language: Language = ""
    held: dict[str, str] = field(default_factory=dict)
    broken_promise: str = ""
    left_ms: int = field(default=0, compare=False)
    """When the counter ended while it was being typed, ms since 1970; 0 for a walk-in of this run."""
    seen: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """What was computed for the last preview, by part, so that a key only pays for what it changed."""

    @property
    def party(self) -> str:
        """Who applies, as screens may show it: a person's name masked, a company's whole."""
        return mask_party(self.kind, self.applicant.get("name", ""))

    @property
    def kind(self) -> str:
        """The applicant's kind, as chosen or as the number has it."""
        return kind_of(self.applicant, self.matter)

    def __repr__(self) -> str:
        """Without what was typed: drafts must not carry personal data into logs and tracebacks."""
        return f"Draft(matter={self.matter.key!r}, case_id={self.case_id!r})"


class Preview(Struct, frozen=True, kw_only=True):
    """What follows from a draft right now.

    ``field_errors`` and ``warnings`` map dotted fields (``applicant.id_number``, ``fields.area``,
    ``materials.M01.reason``) to Chinese messages: an error hinders committing, a warning does not. ``missing`` are
    required fields that are still empty: those of the applicant and the agent hinder, the matter's own are shown.
    ``applicant``, ``agent``, ``fields`` and ``ticks`` are the clean values that would be committed.
    ``received`` is the day of receipt, ``deemed``: its five working days have passed and the law has accepted it
    (行政许可法 art. 32(4)). ``due`` is what an acceptance now would promise, ``respond_by`` what a notice now would set
    (``respond_provisional``: in a year whose days off are not known). ``field_hints`` say how to mend an error.
    ``cleaned`` are the values that are not stored as they were typed; the warnings say how they differ.
    ``declined`` are the confirmations of the matter's form that were answered no.
    ``unprintable`` are the characters that papers do not print as written, by field; the warnings say so.
    """

    checklist: Checklist
    verdict: Verdict
    field_errors: dict[str, str]
    warnings: dict[str, str]
    missing: dict[str, str]
    applicant: Applicant | None
    agent: Agent | None
    fields: dict[str, str]
    ticks: dict[str, Tick]
    received: dt.date
    clock_from: dt.date
    due: Due
    respond_by: dt.date
    respond_provisional: bool = False
    deemed: bool = False
    field_hints: dict[str, str] = {}
    unprintable: dict[str, tuple[str, ...]] = {}
    declined: tuple[str, ...] = ()
    cleaned: dict[str, Cleaned] = {}

    @property
    def blanks(self) -> dict[str, str]:
        """What the matter's own form still lacks. It hinders nothing: see ``intake.require_applicant``."""
        return {key: text for key, text in self.missing.items() if key.startswith("fields.")}
