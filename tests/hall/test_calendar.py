"""Working days: 调休 counts, the start day does not, nothing beyond the known years is taken for granted."""

from __future__ import annotations

import math
import tomllib
from datetime import date, timedelta
from typing import Any

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hall.calendar import MAX_DAYS, CalendarYear, Due, Pause, Unit, WorkCalendar, receipt_clock_start
from hall.errors import BadDate, BadInput

CAL = WorkCalendar.default()
ONE = timedelta(days=1)
KNOWN_DAY = st.dates(date(2008, 1, 1), date(2026, 12, 31))
DAY = st.dates(date(2007, 1, 1), date(2030, 12, 31))
COUNT = st.integers(0, 90)
UNIT = st.sampled_from(["working_day", "calendar_day"])
PAUSES = st.lists(st.builds(lambda day, size: Pause(day, day + size * ONE), DAY, st.integers(0, 40)), max_size=4)


def calendar_days(start: date, days: int) -> Due:
    return CAL.add_limit(start, days, "calendar_day")


def near_pauses(start: date) -> st.SearchStrategy[list[Pause]]:
    """Pauses around the days that a limit from ``start`` passes."""
    pause = st.builds(
        lambda offset, size: Pause(start + offset * ONE, start + (offset + size) * ONE),
        st.integers(-20, 120),
        st.integers(0, 40),
    )
    return st.lists(pause, max_size=4)


def paused(day: date, pauses: list[Pause]) -> bool:
    return any(pause.start <= day <= pause.end for pause in pauses)


def test_saturday_10_october_2026_is_a_working_day() -> None:
    assert CAL.is_workday(date(2026, 10, 10))


@pytest.mark.parametrize("day", ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"])
def test_make_up_days_of_2026_are_worked(day: str) -> None:
    assert CAL.is_workday(date.fromisoformat(f"2026-{day}"))


def test_five_working_days_from_friday_18_september_2026() -> None:
    assert CAL.add_workdays(date(2026, 9, 18), 5) == Due(date(2026, 9, 24))


def test_every_day_of_2008_to_2026_agrees_with_an_independent_calendar() -> None:
    day = date(2008, 1, 1)
    while day.year < 2027:
        assert CAL.is_workday(day) == chinese_calendar.is_workday(day), day
        assert CAL.is_known(day)
        day += ONE


def test_every_year_names_its_notice() -> None:
    assert sorted(CAL.years) == list(range(2008, 2027))
    assert all("国办发明电" in year.source for year in CAL.years.values())


@given(st.dates(date(2008, 1, 1), date(2026, 6, 30)), st.integers(1, 100))
def test_counting_agrees_with_an_independent_calendar(start: date, n: int) -> None:
    day, left = start, n
    while left:
        day += ONE
        left -= chinese_calendar.is_workday(day)
    assert CAL.add_workdays(start, n) == Due(day)
    assert CAL.workdays_between(start, day) == n
    assert CAL.workdays_between(day, start) == -n


@given(DAY, COUNT, COUNT)
def test_a_longer_limit_never_ends_earlier(start: date, n: int, m: int) -> None:
    low, high = sorted((n, m))
    assert CAL.add_workdays(start, low).day <= CAL.add_workdays(start, high).day
    assert calendar_days(start, low).day <= calendar_days(start, high).day


@given(DAY, st.integers(0, 60), COUNT)
def test_a_later_start_never_ends_earlier(start: date, later: int, n: int) -> None:
    assert CAL.add_workdays(start, n).day <= CAL.add_workdays(start + later * ONE, n).day
    assert calendar_days(start, n).day <= calendar_days(start + later * ONE, n).day


@given(DAY, COUNT)
def test_a_limit_ends_on_a_working_day_after_the_start(start: date, n: int) -> None:
    for due in (CAL.add_workdays(start, n), calendar_days(start, n)):
        assert CAL.is_workday(due.day)
        assert due.day >= start + min(n, 1) * ONE


def test_decided_at_once_means_today_or_the_next_working_day() -> None:
    assert CAL.add_workdays(date(2026, 9, 18), 0).day == date(2026, 9, 18)
    assert CAL.add_workdays(date(2026, 9, 19), 0).day == date(2026, 9, 20)
    assert CAL.add_workdays(date(2026, 10, 1), 0).day == date(2026, 10, 8)


def test_calendar_days_ending_on_a_day_off_end_on_the_next_working_day() -> None:
    assert calendar_days(date(2026, 9, 24), 7) == Due(date(2026, 10, 8))
    assert calendar_days(date(2026, 9, 24), 15) == Due(date(2026, 10, 9))
    assert calendar_days(date(2026, 9, 12), 8) == Due(date(2026, 9, 20))


def test_the_next_working_day_is_never_the_day_itself() -> None:
    assert CAL.next_workday(date(2026, 9, 30)) == Due(date(2026, 10, 8))
    assert CAL.next_workday(date(2026, 10, 8)) == Due(date(2026, 10, 9))


@pytest.mark.parametrize(("days", "whole"), [(0.5, 1), (1, 1), (1.5, 2), (3.0, 3), (0.1 + 0.2, 1), (0, 0)])
def test_half_a_day_counts_as_a_whole_one(days: float, whole: int) -> None:
    start = date(2026, 11, 2)
    assert CAL.add_limit(start, days, "working_day") == CAL.add_workdays(start, whole)
    assert CAL.add_limit(start, days, "calendar_day") == calendar_days(start, whole)


# Years without data


def test_a_limit_that_enters_2027_is_provisional() -> None:
    assert CAL.add_workdays(date(2026, 12, 25), 4) == Due(date(2026, 12, 31), provisional=False)
    assert CAL.add_workdays(date(2026, 12, 25), 5) == Due(date(2027, 1, 4), provisional=True), (
        "元旦 is off whatever is arranged"
    )
    assert calendar_days(date(2026, 12, 31), 5) == Due(date(2027, 1, 5), provisional=True)
    assert not CAL.is_known(date(2027, 1, 1))
    assert CAL.due_with_pauses(
        date(2026, 12, 1), 5, "working_day", [Pause(date(2026, 12, 2), date(2027, 1, 10))]
    ).provisional


def test_importing_the_notice_settles_a_provisional_date() -> None:
    table = tomllib.loads('[2027]\nsource="国办"\noff=["01-01/01-03"]\nwork=[2027-01-09]\n')
    calendar = CAL.merged(WorkCalendar.from_mapping(table))
    assert calendar.add_workdays(date(2026, 12, 25), 5) == Due(date(2027, 1, 4))
    assert calendar.add_workdays(date(2026, 12, 25), 10) == Due(date(2027, 1, 9))
    assert calendar.is_workday(date(2026, 10, 10))


def test_counting_in_an_unknown_year_uses_weekends_and_the_days_that_the_law_itself_names() -> None:
    """全国年节及纪念日放假办法: 元旦, 劳动节 and 国庆节 have fixed dates; the moon's feasts and 调休 are not known."""
    off = [(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)]
    assert not any(CAL.is_workday(date(2031, *day)) for day in off)
    assert CAL.is_workday(date(2031, 10, 6)) and not CAL.is_workday(date(2031, 10, 4))
    assert WorkCalendar({}).add_workdays(date(2026, 9, 30), 5) == Due(date(2026, 10, 9), provisional=True)


# Pauses


@given(st.dates(date(2020, 1, 1), date(2026, 12, 31)), st.integers(1, 60), UNIT, st.data())
def test_paused_days_do_not_count_however_they_overlap(start: date, n: int, unit: Unit, data: st.DataObject) -> None:
    pauses = data.draw(near_pauses(start))
    due = CAL.due_with_pauses(start, n, unit, pauses).day
    day, left = start, n
    while left:
        day += ONE
        left -= not paused(day, pauses) and (unit == "calendar_day" or CAL.is_workday(day))
    while paused(day, pauses) or not CAL.is_workday(day):
        day += ONE
    assert due == day


@given(DAY, COUNT, UNIT, PAUSES, PAUSES)
def test_more_pauses_never_end_a_limit_earlier(
    start: date, n: int, unit: Unit, some: list[Pause], more: list[Pause]
) -> None:
    without = CAL.add_limit(start, n, unit).day
    with_some = CAL.due_with_pauses(start, n, unit, some).day
    assert without <= with_some <= CAL.due_with_pauses(start, n, unit, some + more).day
    assert CAL.due_with_pauses(start, n, unit, some + some) == CAL.due_with_pauses(start, n, unit, some)


def test_two_overlapping_procedures_over_a_holiday_are_one_pause() -> None:
    pauses = [Pause(date(2026, 9, 21), date(2026, 9, 30)), Pause(date(2026, 9, 28), date(2026, 10, 8))]
    # Of five days only the make-up Sunday lies before the pause; then 9, 10 (a make-up Saturday), 12, 13 October.
    assert CAL.due_with_pauses(date(2026, 9, 18), 5, "working_day", pauses) == Due(date(2026, 10, 13))


def test_a_pause_before_the_start_changes_nothing() -> None:
    pause = Pause(date(2026, 9, 1), date(2026, 9, 18))
    assert CAL.due_with_pauses(date(2026, 9, 18), 5, "working_day", [pause]).day == date(2026, 9, 24)


def test_a_pause_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(BadDate):
        CAL.due_with_pauses(date(2026, 9, 1), 5, "working_day", [Pause(date(2026, 9, 5), date(2026, 9, 4))])


# Weekend receipts


def test_a_weekend_receipt_counts_from_the_next_working_day_if_the_hall_says_so() -> None:
    saturday = date(2026, 11, 21)
    assert receipt_clock_start(saturday, CAL, weekend_rule="next_workday") == date(2026, 11, 23)
    assert receipt_clock_start(saturday, CAL, weekend_rule="same_day") == saturday


def test_a_make_up_saturday_is_a_normal_working_day_for_receipts() -> None:
    for day in (date(2026, 10, 10), date(2026, 10, 9)):
        assert receipt_clock_start(day, CAL, weekend_rule="next_workday") == day


def test_an_unknown_weekend_rule_is_refused() -> None:
    with pytest.raises(BadDate):
        receipt_clock_start(date(2026, 11, 21), CAL, weekend_rule="sometimes")  # type: ignore[arg-type]


# Limits of the counting itself


@pytest.mark.parametrize("n", [-1, MAX_DAYS + 1, 10**6, 10**30])
def test_an_impossible_number_of_days_is_refused(n: int) -> None:
    for count in (CAL.add_workdays, calendar_days):
        with pytest.raises(BadDate):
            count(date(2026, 1, 1), n)
    for unit in ("working_day", "calendar_day"):
        with pytest.raises(BadDate):
            CAL.add_limit(date(2026, 1, 1), n, unit)


@pytest.mark.parametrize("days", [math.nan, math.inf, -math.inf, -0.5])
def test_what_is_no_number_of_days_is_refused(days: float) -> None:
    with pytest.raises(BadDate):
        CAL.add_limit(date(2026, 1, 1), days, "working_day")


def test_an_unknown_unit_is_refused() -> None:
    with pytest.raises(BadDate):
        CAL.add_limit(date(2026, 1, 1), 1, "week")  # type: ignore[arg-type]


def test_the_end_of_time_is_an_error_not_a_crash() -> None:
    last = date(9999, 12, 31)
    for count in (CAL.add_workdays, calendar_days):
        assert count(last, 0) == Due(last, provisional=True)
        for n in (1, 90, MAX_DAYS):
            with pytest.raises(BadDate):
                count(last, n)
    with pytest.raises(BadDate):
        CAL.due_with_pauses(date(9999, 12, 30), 0, "working_day", [Pause(date(9999, 1, 1), last)])
    assert CAL.workdays_between(date.min, date.max) > 2_600_000


def test_a_hundred_thousand_working_days_are_counted() -> None:
    due = CAL.add_workdays(date(2026, 1, 1), MAX_DAYS)
    assert CAL.workdays_between(date(2026, 1, 1), due.day) == MAX_DAYS


# The calendar file


@pytest.mark.parametrize(
    ("table", "field"),
    [
        ({"27": {"off": []}}, "27"),
        ({"name": "示例市"}, "name"),
        ({"2027": ["01-01"]}, "2027"),
        ({"2027": {"work": []}}, "2027.off"),
        ({"2027": {"off": [], "works": []}}, "2027.works"),
        ({"2027": {"off": "01-01"}}, "2027.off"),
        ({"2027": {"off": ["01-01", "02-30"]}}, "2027.off[1]"),
        ({"2027": {"off": ["1月1日"]}}, "2027.off[0]"),
        ({"2027": {"off": [101]}}, "2027.off[0]"),
        ({"2027": {"off": ["01-03/01-01"]}}, "2027.off[0]"),
        ({"2027": {"off": ["2026-12-31"]}}, "2027.off[0]"),
        ({"2027": {"off": ["01-01"], "work": ["01-01"]}}, "2027.work"),
        ({"2027": {"off": [], "work": ["01-04"]}}, "2027.work"),
        ({"2027": {"off": [], "source": 1}}, "2027.source"),
        ({"2027": {"off": [], "adjust": "yes"}}, "2027.adjust"),
        ({"2027": {"off": ["04-20"], "adjust": True}}, "2027.adjust"),
        ({"2027": {"off": []}, 2027: {"off": []}}, "2027"),
        ([], None),
    ],
)
def test_a_mistake_in_a_calendar_file_is_named_by_year_and_key(table: Any, field: str | None) -> None:
    with pytest.raises(BadInput) as caught:
        WorkCalendar.from_mapping(table, base=CAL)
    assert (caught.value.code, caught.value.field) == ("bad_calendar", field)


def test_a_mistyped_key_is_answered_with_the_nearest() -> None:
    with pytest.raises(BadInput) as caught:
        WorkCalendar.from_mapping({"2027": {"off": [], "sourc": "国办"}})
    assert caught.value.hint == "是否为 source？"


def test_days_are_written_in_every_usual_way() -> None:
    written = {"2027": {"off": ["01-01", "2027-01-02", date(2027, 1, 3), "02-05/02-06", [date(2027, 5, 1), "05-02"]]}}
    days = {date(2027, 1, 1), date(2027, 1, 2), date(2027, 1, 3), date(2027, 2, 5), date(2027, 2, 6)}
    assert WorkCalendar.from_mapping(written).years[2027] == CalendarYear(
        frozenset(days | {date(2027, 5, 1), date(2027, 5, 2)}), frozenset()
    )


def test_a_local_holiday_is_laid_over_the_national_year() -> None:
    local = {"2026": {"adjust": True, "source": "自治区人民政府", "off": ["04-20"], "work": ["04-18", "10-07"]}}
    calendar = CAL.merged(WorkCalendar.from_mapping(local, base=CAL))
    assert not calendar.is_workday(date(2026, 4, 20))
    assert calendar.is_workday(date(2026, 4, 18))
    assert calendar.is_workday(date(2026, 10, 7))
    assert not calendar.is_workday(date(2026, 10, 6))
    assert calendar.is_workday(date(2026, 10, 10))
    assert "自治区" in calendar.years[2026].source


@given(KNOWN_DAY)
def test_merging_a_calendar_with_nothing_changes_nothing(day: date) -> None:
    assert CAL.merged(WorkCalendar({})).is_workday(day) == CAL.is_workday(day)
