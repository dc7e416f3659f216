"""How a case begins, here or at a second window, until it is accepted or refused: bodies of journal facts, as
``hall.facts`` keeps them.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from msgspec import Struct

from hall.catalogue.model import PromiseBreach
from hall.checklist import Row, SituationRef
from hall.list_plan import ListPlan
from hall.refs import Body, Language, MatterRef, PaperKind
from hall.verdict import Gap, Refusal, Tick

AdoptedState = Literal[
    "received", "noticed", "tolerated", "accepted", "refused", "decided", "delivered", "filed", "withdrawn", "returned",
    "terminated",
]  # fmt: skip


class CaseReceived(Body, frozen=True, tag="case.received"):
    """Materials were received: the case begins.

    ``received`` is the 收件日, ``clock_from`` the day limits count from (they differ for weekend receipts, domain.md
    §9a.2). ``answers`` are the codes, ``matter.questions`` their words (question, answer). ``tell_by`` is the last day
    for a notice (行政许可法 art. 32(4)) as the receipt prints it, ``None`` while the year's days off are not known.
    ``declined``: codes of what had to be confirmed on the matter's form (老年人权益保障法 art. 55: an elder's own will)
    and was answered no; for supervisors.
    ``plan`` is there where it was only received and the matter asks anything: what it is asked by when decided.
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
    language: Language = ""
    tell_by: dt.date | None = None
    declined: tuple[str, ...] = ()
    plan: ListPlan | None = None


class Due(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The limits of an accepted case as printed; ``None``: decided on the spot or no limit known.

    ``provisional``: one of them at least lies in a year whose days off are not known; the one that does not is
    ``promised_known`` or ``statutory_known``.
    """

    promised: dt.date | None = None
    statutory: dt.date | None = None
    provisional: bool = False
    promised_known: bool = False
    statutory_known: bool = False

    @property
    def promised_provisional(self) -> bool:
        """Whether the promised date is only counted by weekends."""
        return self.provisional and not self.promised_known

    @property
    def statutory_provisional(self) -> bool:
        """Whether the statutory date is only counted by weekends."""
        return self.provisional and not self.statutory_known


class CaseAccepted(Body, frozen=True, tag="case.accepted"):
    """Accepted (行政许可法 art. 32(5)). ``deemed``: by the five-day rule. ``counted_from``: as in ``Case``."""

    accepted: dt.date
    due: Due
    article: str
    deemed: bool = False
    counted_from: dt.date | None = None


class CaseNoticed(Body, frozen=True, tag="case.noticed"):
    """One-time notice (art. 32(4)): every gap at once.

    ``second``: a further notice; ``known_before`` are the gaps of it that were visible the first time, which needs a
    ``reason`` and is an event for supervisors (art. 72(4)): ``approved_by`` is the number of the one who stood beside
    the clerk, empty where the clerk is one.
    """

    gaps: tuple[Gap, ...]
    respond_by: dt.date
    article: str
    provisional: bool = False
    second: bool = False
    reason: str = ""
    known_before: tuple[str, ...] = ()
    lapse: str = ""
    approved_by: str = ""


class Promise(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One material the applicant promises, and until when."""

    code: str
    name: str
    until: dt.date
    form: str = ""
    copies: int = 1
    remedy: str = ""


class CaseTolerated(Body, frozen=True, tag="case.tolerated"):
    """Accepted with a promise (容缺受理, domain.md §6); ``counted_from``: as in ``Case``."""

    promises: tuple[Promise, ...]
    accepted: dt.date
    due: Due
    breach: PromiseBreach
    article: str
    counted_from: dt.date | None = None


class CaseCorrected(Body, frozen=True, tag="case.corrected"):
    """Errors put right on the spot (art. 32(3)); always followed by an acceptance."""

    corrections: tuple[Gap, ...]
    article: str


class CaseRefused(Body, frozen=True, tag="case.refused"):
    """Not accepted: no licence needed, not this organ's power, or another reason; the reason is never empty.

    ``conforming``: nothing was missing, and a clerk stated it or an exit beside art. 32 (art. 72(1)). ``beyond``: the
    ground lies beyond art. 32 (``Refusal.beyond_the_act``), ``approved_by`` is the number of the one in charge who
    stood by.
    """

    refusal: Refusal
    refused: dt.date
    article: str
    conforming: bool = False
    beyond: bool = False
    approved_by: str = ""


class Correction(Struct, frozen=True):
    """A question, or a material, with what was written of it at the receipt and what is true, in words."""

    question: str
    before: str
    after: str


class CaseSupplemented(Body, frozen=True, tag="case.supplemented"):
    """Something was handed in after a notice or a promise. ``ticks`` are the rows that changed.

    ``overdue``: after the day of the notice or of the promise, with the ``reason`` why it is taken; for supervisors.
    ``corrected``: what the receipt certified and is not there, with the ``reason``; for supervisors too.
    """

    ticks: dict[str, Tick]
    handed_in: dt.date
    complete: bool
    window: str = ""
    clerk: str = ""
    overdue: bool = False
    reason: str = ""
    corrected: tuple[Correction, ...] = ()


class CreditStated(Body, frozen=True, tag="credit.stated"):
    """Whether the applicant has a clean credit record, as a clerk looked it up: with a bad one nothing is promised
    (容缺受理, domain.md §6). Written where it is bad, and where what was written before was wrong: with the ``reason``,
    for supervisors, because it opens 容缺 to whom it was closed."""

    good: bool
    reason: str = ""
    window: str = ""
    clerk: str = ""


class CaseAnswered(Body, frozen=True, tag="case.answered"):
    """Questions that were open at the receipt were answered, before the case was decided.

    ``answers``, ``situations`` and ``rows`` are all that hold now, ``asked`` is every answer in words
    (``matter.questions``).
    """

    answers: dict[str, str | tuple[str, ...]]
    situations: tuple[SituationRef, ...]
    rows: tuple[Row, ...]
    asked: tuple[tuple[str, str], ...]
    window: str = ""
    clerk: str = ""


class AnswersCorrected(Body, frozen=True, tag="answers.corrected"):
    """What a clerk had written wrongly at the receipt was put right before anybody was told anything; the case keeps
    its day of receipt (行政许可法 art. 32(4)). For supervisors, with the ``reason``.

    ``answers``, ``situations``, ``rows`` and ``asked`` as in ``CaseAnswered``, what was open is answered with it.
    """

    answers: dict[str, str | tuple[str, ...]]
    situations: tuple[SituationRef, ...]
    rows: tuple[Row, ...]
    asked: tuple[tuple[str, str], ...]
    corrected: tuple[Correction, ...]
    reason: str
    window: str = ""
    clerk: str = ""


class FormFilled(Body, frozen=True, tag="form.filled"):
    """Of the matter's own form something was filled in after the receipt, before the case was decided: what later or
    corrected answers ask for, what had been left blank, what had been written wrongly.

    The values stand in the personal part (``Personal.fields``). ``filled`` are their codes, ``corrected`` those of them
    that had another value, ``dropped`` what holds no more: nobody is asked for it by the answers as they are now, or it
    was taken back. ``labels`` are the words of what the form asks now (``MatterRef.field_labels``). ``declined``: as in
    ``CaseReceived``, of what was filled in here.
    """

    filled: tuple[str, ...] = ()
    corrected: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    labels: dict[str, str] = {}
    declined: tuple[str, ...] = ()
    window: str = ""
    clerk: str = ""


class CaseAdopted(Body, frozen=True, tag="case.adopted"):
    """A window that never saw the case goes on with it from the code on its paper (``hall.replica``), or from what the
    centre told it.

    ``origin`` is the incarnation that issued the paper, ``seen`` how many facts of the case it had seen then. ``told``
    are the gaps that its ``notices`` notices have told; ``rows`` are the list as this window's catalogue has it,
    ``plan`` is what that of a case nobody has decided yet is made from (as in ``CaseReceived``).
    ``to_return``: as in ``Case``.
    ``standing`` is what else the centre told (``hall.adoption.Standing``), without a name in it; empty from a paper.
    ``by_centre``: nobody showed a paper, the window knew the case from the centre.
    ``knows`` is how many facts of which other windows the paper rests on; ``None`` where an earlier version wrote this
    and did not say. ``tellings``: as in ``Case``, where the paper says it.
    """

    reference: str
    origin: str
    seen: int
    paper: PaperKind
    number: str
    issued: dt.date
    matter: MatterRef
    answers: dict[str, str | tuple[str, ...]]
    situations: tuple[SituationRef, ...]
    rows: tuple[Row, ...]
    ticks: dict[str, Tick]
    state: AdoptedState
    received: dt.date
    clock_from: dt.date
    told: tuple[Gap, ...] = ()
    noticed: dt.date | None = None
    respond_by: dt.date | None = None
    respond_provisional: bool = False
    notices: int = 0
    accepted: dt.date | None = None
    due: Due = Due()
    promises: tuple[Promise, ...] = ()
    window: str = ""
    clerk: str = ""
    language: Language = ""
    good_credit: bool = True
    standing: dict[str, Any] = {}
    plan: ListPlan | None = None
    to_return: tuple[Row, ...] = ()
    by_centre: bool = False
    knows: dict[str, int] | None = None
    tellings: dict[str, dict[str, int]] = {}
