"""What a case counts for on a board: a pure function of the folded case, so that the sums can be kept as facts come.

A hall's sums are always those over all its cases: what a case counted for before a fact is taken away, what it counts
for after it is added (``saving``), and counting all cases anew (``recount``) gives the same.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from functools import lru_cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from msgspec import Struct

from hall.calendar import WorkCalendar
from hall.case import Case, Event
from hall.deadlines import LightRule, Turns, case_clock, turns
from hall.errors import HallError
from hall.moments import local_time
from hall.stages import Holder, holder_of, until_decided
from hall.wire_board import AboutWord, HappenedWord

ZONE: Final = ZoneInfo("Asia/Shanghai")
NEVER: Final = 9_999_999
"""The ordinal of a day that does not come."""
MINUTE_MS: Final = 60_000
_COUNTING: Final = 2
"""Raised when this module counts otherwise; every hall is then counted anew."""
_LONGEST: Final = 60
_TOLD: Final = {
    "case.received": "received",
    "case.accepted": "accepted",
    "case.tolerated": "tolerated",
    "case.refused": "refused",
    "case.decided": "decided",
    "result.delivered": "delivered",
}
HOURLY: Final = ("received", "noticed", "decided")
"""What is counted by the hour too, under ``hour:`` and the word, for the hall as a whole."""
LISTED: Final[dict[AboutWord, tuple[HappenedWord, ...]]] = {
    "notices": ("noticed_again", "noticed", "refused"),
    "promise": ("past_law", "late"),
}
"""Of what happened, what a supervisor asks the cases of, the gravest first."""


class Open(NamedTuple):
    """What the open cases are counted together by: days as ordinals, ``NEVER`` for none."""

    department: str
    holder: str
    begins: str
    yellow_day: int
    red_day: int
    dark_day: int

    @property
    def key(self) -> str:
        """The whole of it as one word, for an index."""
        return "\t".join(map(str, self))


class Happened(NamedTuple):
    """What happened on a day (ordinal) in a department; ``hour`` is 0 except under ``hour:``."""

    what: str
    day: int
    hour: int
    department: str


class Counted(Struct, frozen=True):
    """What one case counts for; minutes are counted as so many."""

    open: Open | None
    happened: Counter[Happened]


BEYOND_DATES: Final = (HallError, ArithmeticError, ValueError)
"""What counting days raises at the end of time, where only a device that is wrong puts a case."""
NOTHING: Final = Counted(None, Counter())


@lru_cache(maxsize=1)
def calendar() -> WorkCalendar:
    """The calendar that the centre counts by."""
    return WorkCalendar.default()


def version() -> int:
    """By what a hall was counted: this module, and the years that the calendar knows."""
    return _COUNTING * 10_000 + max(calendar().years)


def count(case: Case, rule: LightRule) -> Counted:
    """What a case counts for."""
    if case.timeline and case.timeline[0].type == "inquiry.answered":
        return NOTHING
    department = plain_name(case)
    holder = holder_of(case)
    place = None
    if holder is not Holder.NOBODY:
        turn = _turns(case, rule)
        place = Open(
            department, holder.value, turn.before.value, _day(turn.yellow), _day(turn.red), _day(turn.dark_red)
        )
    happened: Counter[Happened] = Counter()
    for event in case.timeline:
        if not event.misfit:
            _tell(case, event, department, happened)
    return Counted(place, happened)


def plain_name(case: Case) -> str:
    """The department of a case, as it can be stored in every database."""
    name = case.matter.department.short or case.matter.department.name
    return "".join(char for char in name[:_LONGEST] if char.isprintable()) or "?"


def _tell(case: Case, event: Event, department: str, happened: Counter[Happened]) -> None:
    what = _TOLD.get(event.type, "")
    if event.type == "case.noticed":
        before = any(each.what in ("noticed", "noticed_again") for each in happened)
        what = "noticed_again" if before else "noticed"
    if event.type == "case.closed" and case.closed is not None:
        what = case.closed.how
    if not what:
        return
    day = event.day.toordinal()
    happened[Happened(what, day, 0, department)] += 1
    hourly = "noticed" if what == "noticed_again" else what
    if hourly in HOURLY:
        happened[Happened(f"hour:{hourly}", day, _hour(event.at_ms), "")] += 1
    if what == "decided":
        happened[Happened(_against_the_promise(case), day, 0, department)] += 1
        took = until_decided(case)
        if took is not None:
            for side in ("window", "unit", "applicant", "procedure"):
                minutes = getattr(took, f"{side}_ms") // MINUTE_MS
                if minutes:
                    happened[Happened(f"{side}_min", day, 0, department)] += minutes


def _against_the_promise(case: Case) -> str:
    """``early`` before the promised day, ``on_day``, ``late`` after it, ``past_law`` after the law's."""
    decided = case.decision.day if case.decision is not None else dt.date.min
    try:
        clock = case_clock(case, calendar(), decided)
    except BEYOND_DATES:
        return "early"
    if clock.statutory and decided > clock.statutory:
        return "past_law"
    if clock.promised is None or decided < clock.promised:
        return "early"
    return "on_day" if decided == clock.promised else "late"


def _turns(case: Case, rule: LightRule) -> Turns:
    try:
        return turns(case, calendar(), rule)
    except BEYOND_DATES:
        return Turns()


def _day(day: dt.date | None) -> int:
    return day.toordinal() if day is not None else NEVER


def _hour(at_ms: int) -> int:
    return local_time(at_ms, ZONE).hour
