"""How many windows an hour needs, and whether what people are told about their wait is honest."""

from __future__ import annotations

import datetime as dt
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hall.errors import BadInput
from hall.queueing import QueueRule
from hall.staffing import (
    RANGE_SHARE,
    Service,
    estimate,
    may_be_today_no_more,
    mean_wait_min,
    minutes_left,
    share_within,
    waits_at_all,
    windows_needed,
)
from tests.hall.hall_day import Profile, simulate
from tests.reliability.figures import record


def erlang_c(load: float, windows: int) -> float:
    """The textbook's sum, term by term."""
    tail = load**windows / math.factorial(windows) * windows / (windows - load)
    return tail / (sum(load**k / math.factorial(k) for k in range(windows)) + tail)


@given(st.integers(1, 40), st.floats(0.01, 0.98))
def test_the_formula_is_the_textbooks(windows: int, used: float) -> None:
    load = windows * used
    assert waits_at_all(load, windows) == pytest.approx(erlang_c(load, windows), rel=1e-9)


def test_windows_that_cannot_keep_up_are_said_to_have_no_end_of_waiting() -> None:
    assert mean_wait_min(60, 10, 10) == math.inf
    assert share_within(60, 10, 10, 15) == 0.0


@given(st.integers(1, 300), st.floats(1, 40), st.floats(1, 30))
def test_the_windows_named_are_enough_and_one_less_is_not(per_hour: int, service: float, wait: float) -> None:
    windows = windows_needed(per_hour, service, wait, 0.8)
    assert share_within(per_hour, service, windows, wait) >= 0.8
    assert windows == 1 or share_within(per_hour, service, windows - 1, wait) < 0.8


@pytest.mark.parametrize("bad", [(-1, 9, 15, 0.8), (40, float("nan"), 15, 0.8), (40, 9, 15, 1.0), (1e9, 9, 15, 0.8)])
def test_figures_that_cannot_be_are_named(bad: tuple[float, float, float, float]) -> None:
    with pytest.raises(BadInput) as caught:
        windows_needed(*bad)
    assert caught.value.field


def test_nobody_is_told_a_wait_when_no_window_is_open() -> None:
    assert estimate(3, 0, Service(9, 81, 20)) is None


HOURS = "周一至周五 9:00—12:00、13:30—17:30；周六 9:00—12:00（延时服务），法定节假日除外"


@pytest.mark.parametrize(
    ("expected", "most", "at", "hours", "unsure"),
    [
        (20, 45, "10:20", HOURS, False),
        (120, 240, "10:20", HOURS, False),
        (3000, 6852, "10:20", HOURS, True),
        (120, 241, "10:20", HOURS, True),
        (60, 100, "16:31", HOURS, True),
        (59, 100, "16:31", HOURS, False),
        (5, 20, "17:30", HOURS, False),
        (60, 100, "23:30", HOURS, True),
        (60, 100, "16:31", "工作日", False),
        (60, 100, "16:31", "电话 1612:30", False),
    ],
    ids=[
        "as usual", "half a day", "four days", "more than half a day", "past the close", "before the close",
        "served on past the close", "past midnight", "nobody wrote when it closes", "no time of day",
    ],
)  # fmt: skip
def test_nobody_counts_on_a_turn_that_may_not_come_today(
    expected: int, most: int, at: str, hours: str, unsure: bool
) -> None:
    left = minutes_left(dt.time.fromisoformat(at), hours)
    assert may_be_today_no_more(expected, most, left) is unsure


def test_with_few_services_seen_the_usual_time_is_taken() -> None:
    assert Service.of([1.0, 2.0], otherwise=9.0) == Service(9.0, 81.0, 2)


HALLS = {
    "a quiet hall": Profile(),
    "a busy hall": Profile(windows=9),
    "a small hall": Profile(windows=3, per_hour=(15, 20, 20, 8, 12, 18, 15, 5)),
    "a hall with too few windows": Profile(windows=7),
    "a hall whose appointments come hours early": Profile(booked_share=0.25, early_min=300),
}


def told_and_inside(profile: Profile, seeds: range) -> tuple[int, int]:
    """How many people were told a range on simulated days, and how many waits fell into theirs."""
    inside = told = 0
    for seed in seeds:
        day = simulate(seed, profile, QueueRule())
        waits = day.waits_min()
        told += len(day.told)
        inside += sum(wait.least <= waits[key] <= wait.most for key, wait in day.told.items())
    return told, inside


@pytest.mark.parametrize("hall", HALLS)
def test_the_range_that_people_are_told_holds_its_share(hall: str) -> None:
    told, inside = told_and_inside(HALLS[hall], range(6))
    assert told > 150
    assert abs(inside / told - RANGE_SHARE) < 0.1


@pytest.mark.soak
@pytest.mark.parametrize("hall", HALLS)
def test_over_many_days_the_range_holds_its_share(hall: str) -> None:
    days = range(100, 140)
    told, inside = told_and_inside(HALLS[hall], days)
    record(
        "waits",
        f"the range told to whoever takes a number, {len(days)} simulated days of {hall}; aimed at {RANGE_SHARE:.0%}",
        people_told=told,
        waits_inside=inside,
        percent=round(100 * inside / told),
    )
    assert abs(inside / told - RANGE_SHARE) < 0.1
