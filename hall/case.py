"""The case: a fold over its facts (design.md §3). The same fold runs at the counter and in the centre.

``Case`` is what screens, papers and the API show; ``fold`` makes it. The fold never fails: a fact that does not fit
the state is kept in the timeline and marked, because what happened at a counter happened.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from msgspec import Struct

from hall.checklist import Row, SituationRef
from hall.facts import (
    Agent,
    Applicant,
    CaseClosed,
    CaseDecided,
    Due,
    FeeDemanded,
    FeePaid,
    Language,
    LimitExtended,
    MaterialsBrought,
    MaterialsHandedOver,
    MaterialsReturned,
    MatterRef,
    PaperKind,
    PapersServed,
    ProcedureAnnounced,
    Promise,
    ResultDelivered,
)
from hall.list_plan import ListPlan
from hall.still_open import StillOpen
from hall.verdict import Gap, Refusal, Tick


class CaseState(StrEnum):
    """Where a case stands."""

    INQUIRY = "inquiry"
    RECEIVED = "received"
    NOTICED = "noticed"
    ACCEPTED = "accepted"
    TOLERATED = "tolerated"
    REFUSED = "refused"
    DECIDED = "decided"
    DELIVERED = "delivered"
    FILED = "filed"
    WITHDRAWN = "withdrawn"
    RETURNED = "returned"
    TERMINATED = "terminated"


class Paper(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A paper of the case. ``seq``/``incarnation`` say at which fact it was made; ``reprints`` how often 补打."""

    paper_id: str
    kind: PaperKind
    number: str
    day: dt.date
    copies: int
    incarnation: str
    seq: int
    reprints: int = 0


class Notice(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A one-time notice that was given. ``lapse`` says what follows when nothing comes until ``respond_by``."""

    day: dt.date
    gaps: tuple[Gap, ...]
    respond_by: dt.date
    provisional: bool = False
    lapse: str = ""
    second: bool = False
    reason: str = ""
    known_before: tuple[str, ...] = ()


class Pause(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A special procedure; ``ends`` is ``None`` while it runs."""

    name: str
    starts: dt.date
    ends: dt.date | None = None


class Service(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Documents that were served, and who took them or saw them refused (empty once erased)."""

    told: PapersServed
    proxy: str = ""
    witness: str = ""


class GivenBack(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Materials that were given back: the ``rows`` they stood in, and who took them for the applicant (empty: the
    applicant, or once erased)."""

    told: MaterialsReturned
    rows: tuple[Row, ...]
    receiver: str = ""


class Mark(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who set something last: the incarnation, the how-manieth of its facts of the case (0: only a paper of it tells
    so), and the version then. ``gone``: a material that was there before is not, or not as it has to be.
    """

    by: str
    nth: int
    at: int
    gone: bool = False


class Dispute(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Two windows did what cannot both stand, or what a person must look at (sync.md §10).

    ``id`` is the fact that came second; ``kind`` is ``needs_review`` (the case is frozen for further decisions) or
    ``same_field`` (the first value stands). ``fields`` and ``ticks`` are what of the form and of the materials the
    second one said otherwise (``hall.differing``); the values of the form name people.
    """

    id: str
    kind: str
    what: str
    fields: dict[str, str] = {}
    ticks: dict[str, Tick] = {}


class Event(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of the timeline. ``misfit`` says why the fact did not fit the state it met."""

    type: str
    at_ms: int
    day: dt.date
    actor: str
    text: str
    alert: bool = False
    misfit: str = ""


class Case(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A case after its facts so far; ``version`` counts them.

    ``adopted`` is the incarnation whose paper a second window went on from (``hall.adoption``), empty if none did;
    ``writers`` counts the facts of each incarnation that it knows, by themselves or from a paper; ``seen`` says how
    many facts of whom a window had seen when it went on with the case. ``marks`` say who set a fee, a decision or a
    tick last, ``disputes`` are the conflicts that nobody has settled. ``counted_from``: the day that the
    limits of an acceptance count from (domain.md §9a.2), where that was decided after the receipt. ``plan``: what its
    list is made from, where it was not settled at the receipt. ``still_open``: what an inquiry left open.
    ``to_return``: what was handed in, is not on the list any more since its answers were put right, and lies here
    still; ``given_back``: what of it was given back. ``gives_way``: the number of the case that counts in its place,
    where it was found to be recorded twice.
    ``brought``: what came in after the acceptance, the last of it when there had been ``brought_at`` hand-ins.
    ``tellings``: of each material that was ever told or promised, which windows told it or found it wanting again, and
    how many facts of the case each had written when it did so last (at most: of others only a paper may say so).
    """

    case_id: str
    reference: str
    state: CaseState
    version: int
    matter: MatterRef
    answers: dict[str, str | tuple[str, ...]]
    situations: tuple[SituationRef, ...]
    rows: tuple[Row, ...]
    ticks: dict[str, Tick]
    received: dt.date
    clock_from: dt.date
    applicant: Applicant | None = None
    tell_by: dt.date | None = None
    agent: Agent | None = None
    fields: dict[str, str] = {}
    window: str = ""
    clerk: str = ""
    accepted: dt.date | None = None
    counted_from: dt.date | None = None
    deemed: bool = False
    due: Due = Due()
    article: str = ""
    gaps: tuple[Gap, ...] = ()
    notices: tuple[Notice, ...] = ()
    promises: tuple[Promise, ...] = ()
    corrections: tuple[Gap, ...] = ()
    refusal: Refusal | None = None
    exits: tuple[Refusal, ...] = ()
    handed_in: tuple[dt.date, ...] = ()
    pauses: tuple[Pause, ...] = ()
    extended_days: int = 0
    decision: CaseDecided | None = None
    announced: tuple[ProcedureAnnounced, ...] = ()
    extension: LimitExtended | None = None
    supplied: tuple[str, ...] = ()
    services: tuple[Service, ...] = ()
    fee: FeeDemanded | None = None
    payments: tuple[FeePaid, ...] = ()
    handovers: tuple[MaterialsHandedOver, ...] = ()
    brought: tuple[MaterialsBrought, ...] = ()
    brought_at: int = 0
    delivered: ResultDelivered | None = None
    closed: CaseClosed | None = None
    good_credit: bool = True
    language: Language = ""
    adopted: str = ""
    writers: dict[str, int] = {}
    marks: dict[str, Mark] = {}
    seen: dict[str, dict[str, int]] = {}
    tellings: dict[str, dict[str, int]] = {}
    disputes: tuple[Dispute, ...] = ()
    papers: tuple[Paper, ...] = ()
    timeline: tuple[Event, ...] = ()
    reason: str = ""
    plan: ListPlan | None = None
    still_open: StillOpen | None = None
    to_return: tuple[Row, ...] = ()
    given_back: tuple[GivenBack, ...] = ()
    gives_way: str = ""

    @property
    def course(self) -> tuple[Event, ...]:
        """The timeline as it is shown: by time where several windows worked on the case, else as it was written.

        A window that went on from a paper is folded before what the paper did not know yet, its own issue among it.
        """
        if len(self.writers) < 2:
            return self.timeline
        return tuple(sorted(self.timeline, key=lambda event: event.at_ms))

    @property
    def broke_promise(self) -> bool:
        """Whether it was ended or denied while a material that was promised (容缺) was overdue."""
        denied = self.decision if self.decision is not None and not self.decision.granted else None
        end = self.closed or denied
        return end is not None and any(promise.until < end.day for promise in self.promises)

    @property
    def fee_open(self) -> int:
        """What is still to be paid of the fee that was demanded, in fen."""
        demanded = sum(charge.fen for charge in self.fee.charges) if self.fee else 0
        return demanded - sum(payment.fen for payment in self.payments)
