"""A window's working day: bodies of journal facts about no case, and the day in figures.

A shift is a run of consecutive facts of one business date. So midnight ends it by itself, a window that nobody closed
yesterday is closed today for yesterday's date, and a clock that was wrong for an hour makes a sheet of its own instead
of falsifying another one.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Literal

from msgspec import Struct

from hall.refs import Body

DAY_SHEET: Final = "day_sheet"
"""The kind of paper that the sheet of a day is."""
LeftKind = Literal["unsent", "queued", "failed", "unknown", "parked", "ticket"]
"""What a window may leave behind at the close of its day."""
LEFT_NAMES: Final[dict[LeftKind, str]] = {
    "unsent": "没有上传的记录和扫描件",
    "queued": "还在等打印的文书",
    "failed": "没有打出的文书",
    "unknown": "不知道打出没有的文书",
    "parked": "没有办完的收件",
    "ticket": "还在窗口的号票",
}
WORK_NAMES: Final[dict[str, str]] = {
    "accepted": "受理",
    "noticed": "一次性告知补正",
    "tolerated": "容缺受理",
    "corrected": "当场更正后受理",
    "refused": "不予受理",
    "supplemented": "补正收件",
    "inquiry": "咨询、核对",
    "adopted": "凭证续办",
    "procedure": "特别程序",
    "extended": "延长期限",
    "decided": "作出决定",
    "delivered": "结果送达、取件",
    "served": "送达文书",
    "fee": "缴费通知和登记",
    "moved": "材料移交",
    "closed": "结案、退件、撤回",
    "deemed": "逾期未告知，视为受理",
    "visit_inquiry": "来访：只咨询",
    "visit_collected": "来访：取件、取证",
    "visit_incomplete": "来访：没带齐，先回去",
    "visit_misdirected": "来访：走错大厅",
    "visit_other": "来访：其他",
}
"""What a day's work is called on its sheet, in the order in which it stands there."""
VISIT_NAMES: Final = {
    key.removeprefix("visit_"): name.partition("：")[2] for key, name in WORK_NAMES.items() if key.startswith("visit_")
}
"""How a visit ended in which no matter was done, by the code that is kept."""


class ShiftPaused(Body, frozen=True, tag="shift.paused"):
    """The window stops serving for a while; the reason stands on the hall's board."""

    window: str
    reason: str


class ShiftResumed(Body, frozen=True, tag="shift.resumed"):
    """It serves again."""

    window: str


class ShiftHandedOver(Body, frozen=True, tag="shift.handed_over"):
    """Somebody else sat down: the one who acted (the header's actor) goes on with what ``before`` had begun.

    ``unfinished`` walk-ins lay open; whoever decides one of them stands in its facts.
    """

    window: str
    before: str
    unfinished: int = 0


class AlarmRaised(Body, frozen=True, tag="alarm.raised"):
    """The silent emergency key was pressed at a window. ``clerk`` is the number of whoever sat there, if anybody."""

    window: str
    clerk: str = ""


class Work(Struct, frozen=True, kw_only=True):
    """How often something was done, by its key in ``WORK_NAMES``."""

    what: str
    count: int


class Printed(Struct, frozen=True, kw_only=True):
    """Papers of one kind: how many were issued, how many printed again (补打)."""

    kind: str
    issued: int
    reprinted: int = 0


class Left(Struct, frozen=True, kw_only=True):
    """What was left behind, how much of it, and why it was left."""

    kind: LeftKind
    count: int
    reason: str


class Figures(Struct, frozen=True, kw_only=True):
    """A run of facts in figures. ``first_ms`` and ``last_ms`` are Unix milliseconds by the device's clock.

    ``served`` counts receipts, supplements, inquiries, results handed out and visits that were none of these;
    ``second_notices`` are among ``notices``, ``blamed`` those of them whose gaps were visible the first time.
    ``called``, ``finished`` and ``passed`` are numbers of tickets, however often one was called or passed over.
    ``clerks`` are numbers, never names.
    """

    first_seq: int
    last_seq: int
    first_ms: int
    last_ms: int
    clerks: tuple[str, ...] = ()
    served: int = 0
    received: int = 0
    work: tuple[Work, ...] = ()
    papers: tuple[Printed, ...] = ()
    notices: int = 0
    second_notices: int = 0
    blamed: int = 0
    called: int = 0
    finished: int = 0
    passed: int = 0
    pauses: int = 0
    paused_min: int = 0


class DayClosed(Body, frozen=True, tag="day.closed"):
    """The close of a window's business day, and the one source of its sheet (日结单), which is made again from it.

    ``day`` is the date that is closed, ``closed_on`` the one on which that was done. ``nth`` counts the sheets of one
    date. ``began`` and ``ended`` are the times of its first and last fact in the hall's zone (``09:05``). ``head`` is
    the hash (hexadecimal) of the journal's fact ``figures.last_seq``. ``paper_id``, ``number``, ``texts`` and ``maker``
    are the sheet's, as ``PaperIssued`` has them.
    """

    day: dt.date
    closed_on: dt.date
    nth: int
    hall: str
    office: str
    window: str
    device: str
    clerk: str
    figures: Figures
    began: str
    ended: str
    head: str
    paper_id: str
    number: str
    left: tuple[Left, ...] = ()
    texts: tuple[str, ...] = ()
    maker: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """The kind of its paper, as ``PaperIssued`` has one."""
        return DAY_SHEET


ShiftBody = ShiftPaused | ShiftResumed | ShiftHandedOver | AlarmRaised | DayClosed


class Run(Struct, frozen=True):
    """Consecutive facts of one date: the date and the numbers of the first and the last."""

    day: dt.date
    first_seq: int
    last_seq: int


def runs(facts: Iterable[tuple[int, dt.date]]) -> list[Run]:
    """The runs of facts (number, business date) in the journal's order."""
    found: list[Run] = []
    for seq, day in facts:
        if found and found[-1].day == day:
            found[-1] = Run(day, found[-1].first_seq, seq)
        else:
            found.append(Run(day, seq, seq))
    return found


_WORK: Final[Mapping[str, str]] = {
    "case.noticed": "noticed",
    "case.tolerated": "tolerated",
    "case.refused": "refused",
    "case.supplemented": "supplemented",
    "inquiry.answered": "inquiry",
    "case.adopted": "adopted",
    "procedure.announced": "procedure",
    "limit.extended": "extended",
    "case.decided": "decided",
    "result.delivered": "delivered",
    "papers.served": "served",
    "fee.demanded": "fee",
    "fee.paid": "fee",
    "materials.handed_over": "moved",
    "materials.returned": "moved",
    "case.closed": "closed",
}
_SERVED: Final = ("case.received", "case.supplemented", "inquiry.answered", "result.delivered")


def figures_of(facts: Sequence[Any], kind_of: Callable[[str], str]) -> Figures:
    """The figures of at least one fact, in the journal's order; ``kind_of`` names the kind of a paper by its identity.

    Facts are ``hall.facts.Fact``.
    """
    kinds: Counter[str] = Counter(fact.header.type for fact in facts)
    work: Counter[str] = Counter()
    for name, count in kinds.items():
        if name in _WORK:
            work[_WORK[name]] += count
    corrected = {fact.header.subject for fact in facts if fact.header.type == "case.corrected"}
    for fact in facts:
        if fact.header.type == "case.accepted":
            after = "corrected" if fact.header.subject in corrected else "accepted"
            work["deemed" if fact.body.deemed else after] += 1
    visits = _visits(facts)
    work.update(visits)
    notices = [fact.body for fact in facts if fact.header.type == "case.noticed"]
    pauses, paused_ms = _pauses(facts)
    return Figures(
        first_seq=facts[0].header.seq,
        last_seq=facts[-1].header.seq,
        first_ms=facts[0].header.at_ms,
        last_ms=facts[-1].header.at_ms,
        clerks=tuple(dict.fromkeys(fact.header.actor for fact in facts if fact.header.actor != "system")),
        served=sum(kinds[name] for name in _SERVED) + visits.total(),
        received=kinds["case.received"],
        work=tuple(Work(what=name, count=work[name]) for name in WORK_NAMES if work[name]),
        papers=_papers(facts, kind_of),
        notices=len(notices),
        second_notices=sum(body.second for body in notices),
        blamed=sum(bool(body.known_before) for body in notices),
        called=_tickets(facts, "ticket.called"),
        finished=kinds["ticket.finished"],
        passed=_tickets(facts, "ticket.passed"),
        pauses=pauses,
        paused_min=round(paused_ms / 60_000),
    )


def _tickets(facts: Iterable[Any], what: str) -> int:
    """To how many tickets it happened, however often."""
    return len({fact.header.subject for fact in facts if fact.header.type == what})


def _visits(facts: Iterable[Any]) -> Counter[str]:
    """Visits without a reference of a case or an inquiry, by what they came to."""
    found: Counter[str] = Counter()
    for fact in facts:
        if fact.header.type == "ticket.finished" and not fact.body.references:
            names = [f"visit_{outcome}" for outcome in fact.body.outcomes]
            found[next((name for name in names if name in WORK_NAMES), "visit_other")] += 1
    return found


def _papers(facts: Iterable[Any], kind_of: Callable[[str], str]) -> tuple[Printed, ...]:
    issued: Counter[str] = Counter()
    again: Counter[str] = Counter()
    for fact in facts:
        if fact.header.type == "paper.issued":
            issued[fact.body.kind] += 1
        elif fact.header.type == "paper.reprinted":
            again[kind_of(fact.body.paper_id)] += 1
    return tuple(
        Printed(kind=kind, issued=issued[kind], reprinted=again[kind]) for kind in dict.fromkeys((*issued, *again))
    )


def _pauses(facts: Iterable[Any]) -> tuple[int, int]:
    """How many pauses there were and how long, in milliseconds; a clock that was set back makes none longer."""
    count = total = 0
    since: int | None = None
    for fact in facts:
        if fact.header.type == "shift.paused":
            count += 1
            since = fact.header.at_ms
        elif fact.header.type == "shift.resumed" and since is not None:
            total += max(0, fact.header.at_ms - since)
            since = None
    return count, total
