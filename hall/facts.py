"""Journal facts: what happened, as the journal keeps it and the wire carries it.

A fact has a header (who, where, when, in which order), a public body (a struct of this module, or of one of those it
takes them from: ``accepting``, ``proceedings``, ``ticketing``, ``shifts``) and, when people are named, a personal part
that can be erased later without breaking the chain. Facts are written once and never changed; a new need is a new field
with a default, or a new fact. ``hall.chain`` turns them into bytes and hashes.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from msgspec import Struct

from hall.accepting import AdoptedState as AdoptedState
from hall.accepting import AnswersCorrected as AnswersCorrected
from hall.accepting import CaseAccepted as CaseAccepted
from hall.accepting import CaseAdopted as CaseAdopted
from hall.accepting import CaseAnswered as CaseAnswered
from hall.accepting import CaseCorrected as CaseCorrected
from hall.accepting import CaseNoticed as CaseNoticed
from hall.accepting import CaseReceived as CaseReceived
from hall.accepting import CaseRefused as CaseRefused
from hall.accepting import CaseSupplemented as CaseSupplemented
from hall.accepting import CaseTolerated as CaseTolerated
from hall.accepting import Correction as Correction
from hall.accepting import CreditStated as CreditStated
from hall.accepting import Due as Due
from hall.accepting import FormFilled as FormFilled
from hall.accepting import Promise as Promise
from hall.checklist import Row, SituationRef
from hall.proceedings import CaseDecided as CaseDecided
from hall.proceedings import Charge as Charge
from hall.proceedings import Document as Document
from hall.proceedings import FeeDemanded as FeeDemanded
from hall.proceedings import FeePaid as FeePaid
from hall.proceedings import LimitExtended as LimitExtended
from hall.proceedings import MaterialsBrought as MaterialsBrought
from hall.proceedings import MaterialsHandedOver as MaterialsHandedOver
from hall.proceedings import MaterialsReturned as MaterialsReturned
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
from hall.refs import PaperKind as PaperKind
from hall.refs import Personal as Personal
from hall.shifts import AlarmRaised as AlarmRaised
from hall.shifts import DayClosed as DayClosed
from hall.shifts import ShiftBody as ShiftBody
from hall.shifts import ShiftHandedOver as ShiftHandedOver
from hall.shifts import ShiftPaused as ShiftPaused
from hall.shifts import ShiftResumed as ShiftResumed
from hall.still_open import StillOpen
from hall.ticketing import TicketBody as TicketBody
from hall.verdict import Refusal, Tick


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


class CaseClosed(Body, frozen=True, tag="case.closed"):
    """Filed, or one of the side exits. ``lapsed``: withdrawn not by the applicant's wish but because a promise was not
    kept, where the promise said so (视为撤回)."""

    how: Literal["filed", "withdrawn", "returned", "terminated"]
    day: dt.date
    reason: str = ""
    basis: str = ""
    lapsed: bool = False


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
    ``still_open``: what was not answered, and what the answers may add to the list.
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
    still_open: StillOpen | None = None


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

    ``conflict`` is its identity as the centre lists it; ``seen`` is said of what has no sides, a doubt
    (``hall.disputes.VERIFIED``). Where the second is to stand, it is written anew by a fact of
    its own: nothing that was withheld takes effect by itself. Of two cases each has such a fact: ``other`` is the
    number of the other one, ``gives_way`` that this one is the duplicate, to be withdrawn.
    """

    conflict: str
    stands: Literal["first", "second", "both", "neither", "seen"]
    reason: str = ""
    other: str = ""
    gives_way: bool = False


class LossSeen(Body, frozen=True, tag="loss.seen"):
    """Somebody in charge has seen to facts that could not be read of a damaged journal and are lost for good (sync.md
    §11): ``first`` through ``last`` of ``incarnation``, of the device whose identity ends in ``device_end``.

    It is about no case; ``reason`` says what was found and entered anew."""

    incarnation: str
    device_end: str
    first: int
    last: int
    reason: str


FactBody = (
    CaseReceived
    | CaseAccepted
    | CaseNoticed
    | CaseTolerated
    | CaseCorrected
    | CaseRefused
    | CaseSupplemented
    | CreditStated
    | CaseAnswered
    | AnswersCorrected
    | FormFilled
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
    | MaterialsReturned
    | MaterialsBrought
    | CaseClosed
    | PaperIssued
    | PaperReprinted
    | InquiryAnswered
    | PersonalShown
    | NoteAdded
    | RecordSettled
    | DocumentAttached
    | ConflictSettled
    | LossSeen
    | TicketBody
    | ShiftBody
)


class Fact(Struct, frozen=True, kw_only=True):
    """A fact, decoded. ``personal`` is ``None`` when nobody is named or the part was erased."""

    header: Header
    body: FactBody
    personal: Personal | None = None
