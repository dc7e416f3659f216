"""Working days of the hall: 放假调休 as data, limits counted by the law's rules, nothing guessed silently.

Counting (民法典 art. 200-203): the start day is not counted; a limit that ends on a day off ends on the next working
day. 行政许可法 art. 82: limits of that Act are working days. A year without data is counted by weekends alone and every
result that depends on it says ``provisional``.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import chain
from typing import Any, Final, Literal

import msgspec

from hall.calendar_data import NATIONAL
from hall.calendar_file import CalendarYear, read_years
from hall.errors import BadDate

__all__ = ["MAX_DAYS", "CalendarYear", "Due", "Pause", "Unit", "WeekendRule", "WorkCalendar", "receipt_clock_start"]

Unit = Literal["working_day", "calendar_day"]
WeekendRule = Literal["next_workday", "same_day"]

MAX_DAYS: Final = 100_000
"""The longest limit that is counted; anything above is a slip of the keyboard."""

_LAST: Final = date.max.toordinal()


class Due(msgspec.Struct, frozen=True, order=True):
    """The last day of a limit; ``provisional`` if it rests on a year whose days off are not known yet."""

    day: date
    provisional: bool = False


class Pause(msgspec.Struct, frozen=True):
    """Days that do not count (行政许可法 art. 45), both ends included."""

    start: date
    end: date


_STATUTORY: Final = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
"""元旦, 劳动节, 国庆节: off by their date (全国年节及纪念日放假办法, as of 2025), whatever a year's notice arranges."""
_STATUTE_YEARS: Final = range(2025, 2400)
"""Years for which that is the law; a limit is 100000 days at most."""


@dataclass(frozen=True)
class WorkCalendar:
    """Which days are worked. Immutable; ``years`` maps a year to its days off and make-up workdays."""

    years: Mapping[int, CalendarYear]
    _off: tuple[int, ...] = field(init=False, repr=False, compare=False)
    _extra: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Only what differs from Monday to Friday, sorted: any span is then counted in a few steps.
        known = self.years.values()
        statutory = (date(year, *day) for year in _STATUTE_YEARS if year not in self.years for day in _STATUTORY)
        days_off = chain((day for year in known for day in year.off), statutory)
        off = sorted(day.toordinal() for day in days_off if day.weekday() < 5)
        extra = sorted(day.toordinal() for year in known for day in year.work if day.weekday() >= 5)
        object.__setattr__(self, "_off", tuple(off))
        object.__setattr__(self, "_extra", tuple(extra))

    @classmethod
    def default(cls) -> WorkCalendar:
        """The national calendar, 2008 to 2026 (国务院办公厅's yearly notices)."""
        return _national()

    @classmethod
    def from_mapping(cls, data: Mapping[Any, Any], *, base: WorkCalendar | None = None) -> WorkCalendar:
        """A calendar from a centre's TOML or JSON file (see ``hall.calendar_file`` for the form), laid over ``base``.

        Raises ``BadInput`` whose ``field`` is ``YEAR.key``.
        """
        return cls({**(base.years if base else {}), **read_years(data, base.years if base else {})})

    def merged(self, other: WorkCalendar) -> WorkCalendar:
        """This calendar with every year that ``other`` knows replaced by the other's."""
        return WorkCalendar({**self.years, **other.years})

    def is_known(self, day: date) -> bool:
        """Whether the days off of that day's year are known."""
        return day.year in self.years

    def is_workday(self, day: date) -> bool:
        """Whether the hall works that day; in a year without data by weekday and the days that the law names."""
        known = self.years.get(day.year)
        if known is not None:
            if day in known.work:
                return True
            if day in known.off:
                return False
        elif day.year in _STATUTE_YEARS and (day.month, day.day) in _STATUTORY:
            return False
        return day.weekday() < 5

    def add_workdays(self, start: date, n: int) -> Due:
        """The n-th working day after ``start``; for ``n=0`` (decided at once) ``start`` itself, or the next working
        day if the hall is closed. Raises ``BadDate`` for n < 0, n > 100000 or beyond the year 9999."""
        _check_count(n)
        day = self._roll(start.toordinal(), ()) if n == 0 else self._nth(start.toordinal(), n)
        return self._due(day, min(start.toordinal() + 1, day), day)

    def add_limit(self, start: date, days: float, unit: Unit) -> Due:
        """A limit of the catalogue: working or calendar days; half a day counts as a whole one.

        Calendar days that end on a day off run to the next working day (民法典 art. 203); provisional only if the days
        that they end on are not known. Raises ``BadDate`` like ``add_workdays``.
        """
        return self.due_with_pauses(start, days, unit, ())

    def due_with_pauses(self, start: date, days: float, unit: Unit, pauses: Sequence[Pause]) -> Due:
        """The limit's last day when the days of ``pauses``, taken as a union, do not count.

        Overlapping pauses are not added up; days before ``start`` change nothing; the result is never a paused day.
        Raises ``BadDate``, also for a pause that ends before it starts.
        """
        left = _whole_days(days)
        working = _is_working(unit)
        spans = _union(pauses)
        first = cursor = start.toordinal()
        for begin, end in spans:
            free = self._count(cursor, begin - 1, working)
            if end <= cursor or left == 0:
                continue
            if left <= free:
                break
            left -= free
            cursor = end
        day = cursor if left == 0 else self._nth(cursor, left) if working else cursor + left
        landed = day
        if left == 0 or not working:
            day = self._roll(day, spans)
        return self._due(day, min(first + 1, day) if working else landed, day)

    def workdays_between(self, a: date, b: date) -> int:
        """Working days after ``a`` up to and including ``b``; negative if ``b`` is the earlier one."""
        if b < a:
            return -self._count(b.toordinal(), a.toordinal(), True)
        return self._count(a.toordinal(), b.toordinal(), True)

    def next_workday(self, day: date) -> Due:
        """The first working day after ``day`` (never ``day`` itself). Raises ``BadDate`` at the end of time."""
        return self.add_workdays(day, 1)

    def _upto(self, ordinal: int) -> int:
        """Working days from day 1 to ``ordinal``. Ordinal 1 was a Monday."""
        weekdays = ordinal // 7 * 5 + min(ordinal % 7, 5)
        return weekdays - bisect_right(self._off, ordinal) + bisect_right(self._extra, ordinal)

    def _count(self, after: int, upto: int, working: bool) -> int:
        if upto <= after:
            return 0
        return self._upto(upto) - self._upto(after) if working else upto - after

    def _nth(self, after: int, n: int) -> int:
        """The smallest ordinal by which ``n`` working days have passed after ``after``."""
        goal = self._upto(after) + n
        low, span = after, n + n // 2 + 8
        while self._upto(min(after + span, _LAST)) < goal:
            low, span = after + span, span * 2
            if low >= _LAST:
                raise _out_of_range()
        high = min(after + span, _LAST)
        while high - low > 1:
            middle = (low + high) // 2
            if self._upto(middle) < goal:
                low = middle
            else:
                high = middle
        return high

    def _roll(self, ordinal: int, spans: Sequence[tuple[int, int]]) -> int:
        """``ordinal`` itself if worked and in no pause, else the first such day after it."""
        if ordinal > _LAST:
            raise _out_of_range()
        day = ordinal
        for begin, end in (*spans, (_LAST + 1, _LAST + 1)):
            if not self.is_workday(date.fromordinal(day)):
                day = self._nth(day, 1)
            if begin <= day <= end:
                day = end + 1
                if day > _LAST:
                    raise _out_of_range()
        return day

    def _due(self, ordinal: int, from_ordinal: int, to_ordinal: int) -> Due:
        if ordinal > _LAST:
            raise _out_of_range()
        passed = range(date.fromordinal(from_ordinal).year, date.fromordinal(to_ordinal).year + 1)
        return Due(date.fromordinal(ordinal), any(year not in self.years for year in passed))


@cache
def _national() -> WorkCalendar:
    return WorkCalendar.from_mapping(NATIONAL)


def receipt_clock_start(received_at_day: date, calendar: WorkCalendar, *, weekend_rule: WeekendRule) -> date:
    """The day from which a receipt's limits run (that day itself is not counted).

    Materials taken in on a day off (延时服务) count as received on the next working day under ``"next_workday"``, on
    the day itself under ``"same_day"``; on a make-up Saturday there is no difference. Raises ``BadDate``.
    """
    if weekend_rule not in ("next_workday", "same_day"):
        raise BadDate("bad_weekend_rule", "周末收件规则只能是 next_workday 或 same_day", field="weekend_rule")
    if weekend_rule == "same_day" or calendar.is_workday(received_at_day):
        return received_at_day
    return calendar.next_workday(received_at_day).day


def _check_count(n: int) -> None:
    if not 0 <= n <= MAX_DAYS:
        raise BadDate("bad_days", f"天数应在 0 至 {MAX_DAYS} 之间", field="days", hint="请核对期限天数")


def _whole_days(days: float) -> int:
    if not math.isfinite(days):
        raise BadDate("bad_days", "天数不是一个数", field="days", hint="请核对期限天数")
    # Seven decimals: 0.1 + 0.2 must not become a day more than 0.3.
    whole = math.ceil(round(days, 7)) if days >= 0 else -1
    _check_count(whole)
    return whole


def _is_working(unit: str) -> bool:
    if unit not in ("working_day", "calendar_day"):
        raise BadDate("bad_unit", "期限单位只能是 working_day 或 calendar_day", field="unit", hint="请检查事项目录")
    return unit == "working_day"


def _union(pauses: Iterable[Pause]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for pause in sorted(pauses, key=lambda pause: pause.start):
        begin, end = pause.start.toordinal(), pause.end.toordinal()
        if end < begin:
            raise BadDate("bad_pause", "停计期间的结束日早于开始日", field="pauses", hint="请核对特别程序的起止日期")
        if spans and begin <= spans[-1][1] + 1:
            spans[-1] = (spans[-1][0], max(spans[-1][1], end))
        else:
            spans.append((begin, end))
    return spans


def _out_of_range() -> BadDate:
    return BadDate("date_out_of_range", "推算的日期超出公元 9999 年", field="days", hint="请核对起算日和期限天数")
