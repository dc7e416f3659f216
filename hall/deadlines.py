"""The law's clock: what is due when, and how a running case stands.

Limits are data of the matter; days are counted by the hall's calendar; nothing here is typed by a clerk.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from hall import calendar as cal
from hall.calendar import WorkCalendar
from hall.case import Case, CaseState
from hall.catalogue.model import Limit, Limits, Tolerance
from hall.facts import Due
from hall.steps import RUNNING

NOTICE_DAYS = 5
"""Working days for a notice, counted from the receipt day (行政许可法 art. 32(4), 82)."""
UNSURE = "按周末推算已过五个工作日：当年放假安排还没有导入，不能断定视为受理，请马上告知或者受理"
"""What is said of a case that ``awaits_calendar``."""
DAY = dt.timedelta(days=1)


class Light(StrEnum):
    """Yellow: little of the promised time is left (``LightRule``); red: past the promise; dark red: past the law."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    DARK_RED = "dark_red"
    NONE = "none"


class LightRule(Struct, frozen=True, kw_only=True):
    """When a light turns yellow (domain.md §6): with ``percent`` of the promised days left, or ``days`` working days,
    whichever is earlier."""

    percent: Annotated[int, Meta(ge=0, le=100)] = 30
    days: Annotated[int, Meta(ge=0, le=30)] = 1


class Turns(Struct, frozen=True, kw_only=True):
    """The first days on which a case's light is yellow, red and dark red (``None``: never), and what it is before."""

    before: Light = Light.NONE
    yellow: dt.date | None = None
    red: dt.date | None = None
    dark_red: dt.date | None = None

    def on(self, day: dt.date) -> Light:
        """The light on a day."""
        for light, first in ((Light.DARK_RED, self.dark_red), (Light.RED, self.red), (Light.YELLOW, self.yellow)):
            if first is not None and day >= first:
                return light
        return self.before


class CaseClock(Struct, frozen=True, kw_only=True):
    """How a case stands today.

    ``left`` are working days to the promised date, negative when late, ``None`` without one; ``notice_due`` is the last
    day for a notice while a case is only received; ``paused``: a special procedure runs. ``provisional``: one of its
    dates lies in a year whose days off are not known; ``due`` tells which.
    """

    promised: dt.date | None = None
    statutory: dt.date | None = None
    provisional: bool = False
    left: int | None = None
    paused: bool = False
    light: Light = Light.NONE
    notice_due: dt.date | None = None
    respond_by: dt.date | None = None
    due: Due = Due()


def due(limits: Limits, received: dt.date, accepted: dt.date, calendar: WorkCalendar) -> Due:
    """The promised and the statutory date of a case received and accepted on these days (clock days, domain.md §9a.2).

    A limit counts from acceptance unless the matter says from receipt (建筑法 art. 8: 七日 from 收到申请);
    ``received`` is then what ``receipt_start`` says. No date lies before the acceptance, and none that is promised
    after the law's.
    """
    promised = _last_day(limits.promised, received, accepted, calendar, ())
    statutory = _last_day(limits.statutory, received, accepted, calendar, ())
    return _joined(promised, statutory)


def latest_promise(limits: Limits, received: dt.date, accepted: dt.date, calendar: WorkCalendar) -> dt.date:
    """The last day a tolerated material may be promised for: the promised limit (domain.md §6)."""
    return due(limits, received, accepted, calendar).promised or accepted


def receipt_start(case: Case, complete: dt.date) -> dt.date:
    """The clock day that a limit from receipt counts from, for a case whose materials are ``complete`` as of a day.

    The receipt; after a notice the day on which the last of what it named was in. The time that the applicant took is
    not the hall's (行政许可法 art. 32(4), (5); 建筑工程施工许可管理办法 art. 5: 审批时间自补正齐全后相应顺延).
    """
    return complete if case.notices else case.clock_from


def notice_due(clock_from: dt.date, calendar: WorkCalendar) -> cal.Due:
    """The last day for a notice after a receipt (行政许可法 art. 32(4)); past it the case is accepted as of receipt."""
    return calendar.add_workdays(clock_from, NOTICE_DAYS)


def is_deemed_accepted(case: Case, calendar: WorkCalendar, today: dt.date) -> bool:
    """Whether the five-day rule has accepted this case: received, no word to the applicant, the last day is past.

    Never by a last day that was counted without knowing the days off: a fact cannot be counted again when the year's
    notice is there (``awaits_calendar``).
    """
    last = notice_due(case.clock_from, calendar)
    return case.state is CaseState.RECEIVED and not last.provisional and today > last.day


def awaits_calendar(case: Case, calendar: WorkCalendar, today: dt.date) -> bool:
    """Whether the five days seem to be over, counted without knowing the year's days off: nobody can say yet whether
    the law has accepted the case, so the applicant is to be told at once."""
    last = notice_due(case.clock_from, calendar)
    return case.state is CaseState.RECEIVED and last.provisional and today > last.day


def respond_by(noticed: dt.date, days: int, unit: cal.Unit, calendar: WorkCalendar) -> cal.Due:
    """The last day for the applicant to supplement: not in the Act, a setting that is printed (domain.md §1.4)."""
    return calendar.add_limit(noticed, days, unit)


def tolerance_open(tolerance: Tolerance, limits: Limits) -> bool:
    """Whether a promise can be made at all: the matter allows it and is not decided on the spot."""
    return tolerance.allowed and limits.promised.unit != "on_the_spot"


def case_clock(
    case: Case,
    calendar: WorkCalendar,
    today: dt.date,
    rule: LightRule = LightRule(),  # noqa: B008 (frozen)
) -> CaseClock:
    """How the case stands on ``today``: dates with pauses as a union and the extension counted in."""
    if case.state is CaseState.RECEIVED:
        limit = notice_due(case.clock_from, calendar)
        left = calendar.workdays_between(today, limit.day)
        light = Light.RED if today > limit.day else Light.YELLOW if left <= rule.days else Light.GREEN
        return CaseClock(notice_due=limit.day, provisional=limit.provisional, left=left, light=light)
    if case.state is CaseState.NOTICED and case.notices:
        notice = case.notices[-1]
        return CaseClock(respond_by=notice.respond_by, provisional=notice.provisional)
    if case.accepted is None:
        return CaseClock()
    pauses = _pauses(case, today)
    limits = case.matter.limits
    start = case.counted_from or max(case.accepted, case.clock_from)
    received = receipt_start(case, start)
    promised = _last_day(limits.promised, received, start, calendar, pauses, case.extended_days)
    statutory = _last_day(limits.statutory, received, start, calendar, pauses, case.extended_days)
    dates = _joined(promised, statutory)
    if case.state not in RUNNING:
        return CaseClock(promised=dates.promised, statutory=dates.statutory, provisional=dates.provisional, due=dates)
    return CaseClock(
        promised=dates.promised,
        statutory=dates.statutory,
        provisional=dates.provisional,
        due=dates,
        left=calendar.workdays_between(today, dates.promised) if dates.promised else None,
        paused=any(pause.ends is None for pause in case.pauses),
        light=_light(case, dates, calendar, today, rule),
    )


def turns(case: Case, calendar: WorkCalendar, rule: LightRule = LightRule()) -> Turns:  # noqa: B008 (frozen)
    """When the light of the case will turn if nothing happens to it: on every day the light of ``case_clock``.

    While a special procedure runs the limits move on day by day, so the light stays what it was when it began.
    """
    if case.state is CaseState.RECEIVED:
        last = notice_due(case.clock_from, calendar).day
        return Turns(before=Light.GREEN, yellow=_first_yellow(last, rule.days, calendar), red=last + DAY)
    pause = next((pause for pause in case.pauses if pause.ends is None), None)
    clock = case_clock(case, calendar, pause.starts if pause else case.received, rule)
    if case.state not in RUNNING or pause is not None:
        return Turns(before=clock.light)
    dark = clock.statutory + DAY if clock.statutory else None
    if clock.promised is None:
        return Turns(dark_red=dark)
    days = max(rule.days, int(rule.percent * case.matter.limits.promised.days / 100))
    yellow = _first_yellow(clock.promised, days, calendar)
    return Turns(before=Light.GREEN, yellow=yellow, red=clock.promised + DAY, dark_red=dark)


def _first_yellow(last: dt.date, days: int, calendar: WorkCalendar) -> dt.date:
    """The first day with at most ``days`` working days to the last one."""
    day = last
    while calendar.workdays_between(day - DAY, last) <= days:
        day -= DAY
    return day


def _light(case: Case, dates: Due, calendar: WorkCalendar, today: dt.date, rule: LightRule) -> Light:
    if dates.statutory and today > dates.statutory:
        return Light.DARK_RED
    if dates.promised is None:
        return Light.NONE
    if today > dates.promised:
        return Light.RED
    left = calendar.workdays_between(today, dates.promised)
    few = left <= rule.days or left <= rule.percent * case.matter.limits.promised.days / 100
    return Light.YELLOW if few else Light.GREEN


def expected_due(case: Case, today: dt.date) -> dt.date | None:
    """The promised date as the papers tell it while a special procedure runs, with all the days that it is to take;
    ``None`` while none does, and where the date came before the procedure or is past."""
    if all(pause.ends is not None for pause in case.pauses):
        return None
    told = [case.announced[-1].due if case.announced else None, case.extension.due if case.extension else None]
    begins = max(pause.starts for pause in case.pauses if pause.ends is None)
    due = max((each for each in told if each is not None), default=None)
    return due if due is not None and due >= max(begins, today) else None


def _pauses(case: Case, today: dt.date) -> tuple[cal.Pause, ...]:
    return tuple(cal.Pause(pause.starts, max(pause.ends or today, pause.starts)) for pause in case.pauses)


def _last_day(
    limit: Limit | None,
    received: dt.date,
    accepted: dt.date,
    calendar: WorkCalendar,
    pauses: tuple[cal.Pause, ...],
    extra_days: int = 0,
) -> cal.Due | None:
    if limit is None:
        return None
    start = received if limit.starts == "received" else accepted
    if limit.unit != "on_the_spot":
        whole = limit.unit == "working_day"
        last = calendar.due_with_pauses(start, limit.days + (extra_days if whole else 0), limit.unit, pauses)
        if extra_days and not whole:
            # The Act's days are working days (行政许可法 art. 82); they follow the last day, which is a worked one.
            longer = calendar.due_with_pauses(last.day, extra_days, "working_day", pauses)
            last = cal.Due(longer.day, last.provisional or longer.provisional)
        if last.day >= accepted:
            return last
    # Decided on the spot, or a limit from receipt that ran out while it was looked at: it is for the day of acceptance.
    return cal.Due(accepted, not calendar.is_known(accepted))


def _joined(promised: cal.Due | None, statutory: cal.Due | None) -> Due:
    # Counted in other days or from another day, a promise may come out past the law's limit; nothing is promised there.
    if promised is not None and statutory is not None and promised.day > statutory.day:
        promised = statutory
    unsure = any(limit.provisional for limit in (promised, statutory) if limit)
    return Due(
        promised=promised.day if promised else None,
        statutory=statutory.day if statutory else None,
        provisional=unsure,
        promised_known=unsure and promised is not None and not promised.provisional,
        statutory_known=unsure and statutory is not None and not statutory.provisional,
    )
