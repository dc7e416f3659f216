"""Journal facts: what happened, as the journal keeps it and the wire carries it.

A fact has a header (who, where, when, in which order), a public body (one struct of this module) and, when people
are named, a personal part that can be erased later without breaking the chain. Facts are written once and never
changed; a new need is a new field with a default, or a new fact. ``hall.chain`` turns them into bytes and hashes.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from msgspec import Struct

from hall.catalogue.model import PromiseBreach
from hall.checklist import Row, SituationRef
from hall.proceedings import CaseDecided as CaseDecided
from hall.proceedings import Charge as Charge
from hall.proceedings import Document as Document
from hall.proceedings import FeeDemanded as FeeDemanded
from hall.proceedings import FeePaid as FeePaid
from hall.proceedings import LimitExtended as LimitExtended
from hall.proceedings import MaterialsHandedOver as MaterialsHandedOver
from hall.proceedings import Original as Original
from hall.proceedings import PapersServed as PapersServed
from hall.proceedings import ProcedureAnnounced as ProcedureAnnounced
from hall.proceedings import ProcedureEnded as ProcedureEnded
from hall.proceedings import ProcedureStarted as ProcedureStarted
from hall.proceedings import ResultDelivered as ResultDelivered
from hall.refs import Agent as Agent
from hall.refs import Applicant as Applicant
from hall.refs import Body as Body
from hall.refs import DepartmentRef as DepartmentRef
from hall.refs import Language as Language
from hall.refs import MatterRef as MatterRef
from hall.refs import Personal as Personal
from hall.shifts import AlarmRaised as AlarmRaised
from hall.shifts import DayClosed as DayClosed
from hall.shifts import ShiftBody as ShiftBody
from hall.shifts import ShiftHandedOver as ShiftHandedOver
from hall.shifts import ShiftPaused as ShiftPaused
from hall.shifts import ShiftResumed as ShiftResumed
from hall.ticketing import TicketBody as TicketBody
from hall.verdict import Gap, Refusal, Tick

PaperKind = Literal[
    "receipt", "notice", "acceptance", "refusal", "promise", "guide",
    "checking", "tolerance", "tolerance_due", "restart", "procedure", "extension", "grant", "denial", "served",
    "fee", "transfer", "pickup", "returned", "terminated",
]  # fmt: skip


AdoptedState = Literal[
    "received", "noticed", "tolerated", "accepted", "refused", "decided", "delivered", "filed", "withdrawn", "returned",
    "terminated",
]  # fmt: skip


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


class CaseReceived(Body, frozen=True, tag="case.received"):
    """Materials were received: the case begins.

    ``received`` is the 收件日, ``clock_from`` the day limits count from (they differ for weekend receipts, domain.md
    §9a.2). ``answers`` are the codes, ``matter.questions`` their words (question, answer). ``tell_by`` is the last day
    for a notice (行政许可法 art. 32(4)) as the receipt prints it, ``None`` while the year's days off are not known.
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

    ``conforming``: a clerk stated it although nothing was missing (行政许可法 art. 72(1)). ``beyond``: the ground lies
    beyond art. 32 (``Refusal.beyond_the_act``), ``approved_by`` is the number of the one in charge who stood by.
    """

    refusal: Refusal
    refused: dt.date
    article: str
    conforming: bool = False
    beyond: bool = False
    approved_by: str = ""


class CaseSupplemented(Body, frozen=True, tag="case.supplemented"):
    """Something was handed in after a notice or a promise. ``ticks`` are the rows that changed.

    ``overdue``: after the day of the notice or of the promise, with the ``reason`` why it is taken; for supervisors.
    """

    ticks: dict[str, Tick]
    handed_in: dt.date
    complete: bool
    window: str = ""
    clerk: str = ""
    overdue: bool = False
    reason: str = ""


class CaseAdopted(Body, frozen=True, tag="case.adopted"):
    """A window that never saw the case goes on with it from the code on its paper (``hall.replica``), or from what the
    centre told it.

    ``origin`` is the incarnation that issued the paper, ``seen`` how many facts of the case it had seen then. ``told``
    are the gaps that its ``notices`` notices have told; ``rows`` are the list as this window's catalogue has it.
    ``standing`` is what else the centre told (``hall.adoption.Standing``), without a name in it; empty from a paper.
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
    standing: dict[str, Any] = {}


class CaseClosed(Body, frozen=True, tag="case.closed"):
    """Filed, or one of the side exits."""

    how: Literal["filed", "withdrawn", "returned", "terminated"]
    day: dt.date
    reason: str = ""
    basis: str = ""


class PaperIssued(Body, frozen=True, tag="paper.issued"):
    """A paper exists: its number is used. Its PDF is made from the case as it stood at this fact.

    ``replica`` is the signed code it carries (``hall.replica``), so that the paper can be made again without the key.
    ``texts`` are the digests of the texts it was worded with, which its device keeps; ``maker`` the versions of what
    set and drew it (``part:version``).
    """

    paper_id: str
    kind: PaperKind
    number: str
    day: dt.date
    copies: int = 1
    window: str = ""
    clerk: str = ""
    replica: str = ""
    texts: tuple[str, ...] = ()
    maker: tuple[str, ...] = ()


class PaperReprinted(Body, frozen=True, tag="paper.reprinted"):
    """A paper was printed again; ``nth`` is 1 for the first 补打."""

    paper_id: str
    nth: int
    reason: str = ""


class InquiryAnswered(Body, frozen=True, tag="inquiry.answered"):
    """Somebody only asked: the matter, their situation, everything to bring (行政许可法 art. 30).

    ``ticks`` are there where the desk was checked before submission (检查核对单): what lay on it, nothing received yet.
    ``exits`` are the grounds on which the matter would be refused in this situation, none of them a decision.
    """

    reference: str
    matter: MatterRef
    answers: dict[str, str | tuple[str, ...]]
    situations: tuple[SituationRef, ...]
    rows: tuple[Row, ...]
    day: dt.date
    window: str = ""
    clerk: str = ""
    language: Language = ""
    ticks: dict[str, Tick] = {}
    exits: tuple[Refusal, ...] = ()


class PersonalShown(Body, frozen=True, tag="personal.shown"):
    """Personal data of the case was shown in full, to whom and why."""

    fields: tuple[str, ...]
    reason: str


class NoteAdded(Body, frozen=True, tag="note.added"):
    """A clerk's remark on the case."""

    text: str


class RecordSettled(Body, frozen=True, tag="record.settled"):
    """A person dealt with a record that the centre had set aside or could not read; the record stays as it is.

    ``record`` is its identity, ``seq`` its number in this journal. ``corrected``: what is right stands in the remark
    ``by``; ``handed_over``: the supervisor goes on with it. It is about no case, so that it can follow none aside.
    """

    record: str
    seq: int
    how: Literal["corrected", "handed_over"]
    by: str = ""
    reason: str = ""


class DocumentAttached(Body, frozen=True, tag="document.attached"):
    """A scanned copy belongs to the case: its content by SHA-256 (hexadecimal), ``size`` in bytes, its MIME type, the
    name it came with, and the material it is a copy of (``""``: none in particular)."""

    sha256: str
    size: int
    mime: str
    name: str = ""
    material: str = ""


class ConflictSettled(Body, frozen=True, tag="conflict.settled"):
    """A person looked at a conflict and says which side stands; both stay in the journal (sync.md §10).

    ``conflict`` is its identity as the centre lists it. Where the second is to stand, it is written anew by a fact of
    its own: nothing that was withheld takes effect by itself.
    """

    conflict: str
    stands: Literal["first", "second", "both", "neither"]
    reason: str = ""


FactBody = (
    CaseReceived
    | CaseAccepted
    | CaseNoticed
    | CaseTolerated
    | CaseCorrected
    | CaseRefused
    | CaseSupplemented
    | CaseAdopted
    | ProcedureAnnounced
    | ProcedureStarted
    | ProcedureEnded
    | LimitExtended
    | CaseDecided
    | ResultDelivered
    | PapersServed
    | FeeDemanded
    | FeePaid
    | MaterialsHandedOver
    | CaseClosed
    | PaperIssued
    | PaperReprinted
    | InquiryAnswered
    | PersonalShown
    | NoteAdded
    | RecordSettled
    | DocumentAttached
    | ConflictSettled
    | TicketBody
    | ShiftBody
)


class Fact(Struct, frozen=True, kw_only=True):
    """A fact, decoded. ``personal`` is ``None`` when nobody is named or the part was erased."""

    header: Header
    body: FactBody
    personal: Personal | None = None
