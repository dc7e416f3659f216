"""Journal facts: what happened, as the journal keeps it and the wire carries it.

A fact has a header (who, where, when, in which order), a public body (one struct of this module) and, when people
are named, a personal part that can be erased later without breaking the chain. Facts are written once and never
changed; a new need is a new field with a default, or a new fact. ``hall.chain`` turns them into bytes and hashes.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from msgspec import Struct

from hall.catalogue.model import (
    ApplicantKind,
    Fee,
    HallInfo,
    Limits,
    Place,
    PromiseBreach,
    ResultPaper,
    SpecialProcedure,
    Tolerance,
)
from hall.checklist import Row, SituationRef
from hall.verdict import Gap, Refusal, Tick

PaperKind = Literal["receipt", "notice", "acceptance", "refusal", "promise", "guide"]


class Body(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type"):
    """Base of every public body."""


class Header(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who, where, when and in which order.

    ``seq`` counts 1, 2, 3 without gaps in one ``incarnation`` of a device; ``at_ms`` is the device's wall clock in Unix
    milliseconds and orders nothing; ``day`` is the hall's business date. ``subject`` is the case (or inquiry) it is
    about, ``base_version`` how many facts of it the writer had seen.
    """

    event_id: str
    type: str
    schema_v: int
    device: str
    incarnation: str
    seq: int
    actor: str
    at_ms: int
    day: dt.date
    subject: str = ""
    base_version: int = 0
    boot_id: str = ""
    mono_ms: int = 0


class Applicant(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who applies. ``id_type`` is a kind of ``hall.identity``; ``legal_person`` is the 法定代表人 of a company."""

    kind: ApplicantKind
    name: str
    id_type: str = ""
    id_number: str = ""
    phone: str = ""
    address: str = ""
    legal_person: str = ""


class Agent(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who acts for the applicant (行政许可法 art. 29)."""

    name: str
    id_type: str = ""
    id_number: str = ""
    phone: str = ""


class Personal(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The part of a fact that names people; hashed with a salt of its own so that it can be erased."""

    applicant: Applicant | None = None
    agent: Agent | None = None
    fields: dict[str, str] = {}


class DepartmentRef(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The department as it was called when the case began."""

    key: str
    name: str
    short: str
    uscc: str = ""
    address: str = ""
    phone: str = ""


class MatterRef(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The matter as it stood when the case began: an open case keeps the version it began with (domain.md §9a.11)."""

    key: str
    code: str
    name: str
    kind: str
    version: str
    department: DepartmentRef
    limits: Limits
    hall: HallInfo
    place: Place | None = None
    results: tuple[ResultPaper, ...] = ()
    special_procedures: tuple[SpecialProcedure, ...] = ()
    fee: Fee = Fee()
    tolerance: Tolerance = Tolerance()
    basis: tuple[str, ...] = ()
    condition: str = ""
    process: tuple[str, ...] = ()
    visits: int = 1
    partners: tuple[str, ...] = ()
    questions: tuple[tuple[str, str], ...] = ()
    field_labels: dict[str, str] = {}


class CaseReceived(Body, frozen=True, tag="case.received"):
    """Materials were received: the case begins.

    ``received`` is the 收件日, ``clock_from`` the day limits count from (they differ for weekend receipts, domain.md
    §9a.2). ``answers`` are the codes, ``matter.questions`` their words (question, answer).
    """

    reference: str
    matter: MatterRef
    answers: dict[str, str | tuple[str, ...]]
    situations: tuple[SituationRef, ...]
    rows: tuple[Row, ...]
    ticks: dict[str, Tick]
    received: dt.date
    clock_from: dt.date
    window: str = ""
    clerk: str = ""
    channel: str = "counter"
    ticket: str = ""


class Due(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The limits of an accepted case as printed; ``None``: decided on the spot or no limit known."""

    promised: dt.date | None = None
    statutory: dt.date | None = None
    provisional: bool = False


class CaseAccepted(Body, frozen=True, tag="case.accepted"):
    """Accepted (行政许可法 art. 32(5)). ``deemed``: by the five-day rule, as of the receipt day (art. 32(4))."""

    accepted: dt.date
    due: Due
    article: str
    deemed: bool = False


class CaseNoticed(Body, frozen=True, tag="case.noticed"):
    """One-time notice (art. 32(4)): every gap at once.

    ``second``: a further notice; ``known_before`` are the gaps of it that were visible the first time, which needs a
    ``reason`` and is an event for supervisors (art. 72(4)).
    """

    gaps: tuple[Gap, ...]
    respond_by: dt.date
    article: str
    provisional: bool = False
    second: bool = False
    reason: str = ""
    known_before: tuple[str, ...] = ()
    lapse: str = ""


class Promise(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One material the applicant promises, and until when."""

    code: str
    name: str
    until: dt.date
    form: str = ""
    copies: int = 1
    remedy: str = ""


class CaseTolerated(Body, frozen=True, tag="case.tolerated"):
    """Accepted with a promise (容缺受理, domain.md §6)."""

    promises: tuple[Promise, ...]
    accepted: dt.date
    due: Due
    breach: PromiseBreach
    article: str


class CaseCorrected(Body, frozen=True, tag="case.corrected"):
    """Errors put right on the spot (art. 32(3)); always followed by an acceptance."""

    corrections: tuple[Gap, ...]
    article: str


class CaseRefused(Body, frozen=True, tag="case.refused"):
    """Not accepted: no licence needed, not this organ's power, or another reason; the reason is never empty."""

    refusal: Refusal
    refused: dt.date
    article: str


class CaseSupplemented(Body, frozen=True, tag="case.supplemented"):
    """Something was handed in after a notice or a promise. ``ticks`` are the rows that changed."""

    ticks: dict[str, Tick]
    handed_in: dt.date
    complete: bool
    window: str = ""
    clerk: str = ""


class ProcedureStarted(Body, frozen=True, tag="procedure.started"):
    """A special procedure stops the clock (art. 45), only with the printed notice ``notice_paper``."""

    name: str
    starts: dt.date
    notice_paper: str
    days: int
    basis: str = ""


class ProcedureEnded(Body, frozen=True, tag="procedure.ended"):
    """The clock runs again; ``ends`` is the last day not counted."""

    name: str
    ends: dt.date


class LimitExtended(Body, frozen=True, tag="limit.extended"):
    """Once, before expiry, with approver and reason (art. 42): at most 10 days, 15 for joint handling."""

    days: int
    approver: str
    reason: str
    day: dt.date


class CaseDecided(Body, frozen=True, tag="case.decided"):
    """Granted or not; a refusal carries its reasons (art. 38)."""

    granted: bool
    day: dt.date
    reason: str = ""


class ResultDelivered(Body, frozen=True, tag="result.delivered"):
    """The result was collected or posted (art. 44)."""

    day: dt.date
    how: Literal["collected", "posted"]
    result: str = ""


class CaseClosed(Body, frozen=True, tag="case.closed"):
    """Filed, or one of the side exits."""

    how: Literal["filed", "withdrawn", "returned", "terminated"]
    day: dt.date
    reason: str = ""


class PaperIssued(Body, frozen=True, tag="paper.issued"):
    """A paper exists: its number is used. Its PDF is made from the case as it stood at this fact."""

    paper_id: str
    kind: PaperKind
    number: str
    day: dt.date
    copies: int = 1
    window: str = ""
    clerk: str = ""


class PaperReprinted(Body, frozen=True, tag="paper.reprinted"):
    """A paper was printed again; ``nth`` is 1 for the first 补打."""

    paper_id: str
    nth: int
    reason: str = ""


class InquiryAnswered(Body, frozen=True, tag="inquiry.answered"):
    """Somebody only asked: the matter, their situation, everything to bring (行政许可法 art. 30)."""

    reference: str
    matter: MatterRef
    answers: dict[str, str | tuple[str, ...]]
    situations: tuple[SituationRef, ...]
    rows: tuple[Row, ...]
    day: dt.date
    window: str = ""
    clerk: str = ""


class PersonalShown(Body, frozen=True, tag="personal.shown"):
    """Personal data of the case was shown in full, to whom and why."""

    fields: tuple[str, ...]
    reason: str


class NoteAdded(Body, frozen=True, tag="note.added"):
    """A clerk's remark on the case."""

    text: str


FactBody = (
    CaseReceived
    | CaseAccepted
    | CaseNoticed
    | CaseTolerated
    | CaseCorrected
    | CaseRefused
    | CaseSupplemented
    | ProcedureStarted
    | ProcedureEnded
    | LimitExtended
    | CaseDecided
    | ResultDelivered
    | CaseClosed
    | PaperIssued
    | PaperReprinted
    | InquiryAnswered
    | PersonalShown
    | NoteAdded
)


class Fact(Struct, frozen=True, kw_only=True):
    """A fact, decoded. ``personal`` is ``None`` when nobody is named or the part was erased."""

    header: Header
    body: FactBody
    personal: Personal | None = None
