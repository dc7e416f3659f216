"""Who is next: one written rule, and a simulated hall that holds it to its word."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hall.queueing import (
    MINUTE_MS,
    QueueRule,
    ahead_of,
    choose,
    is_due,
    may_come_back,
    place_back,
    sort_key,
    waits_from_ms,
)
from hall.tickets import Ticket, TicketState
from tests.hall.hall_day import Profile, simulate

DAY = dt.date(2026, 11, 23)
RULE = QueueRule()
LANES = st.sampled_from(("normal", "priority", "booked", "return"))


def at(minutes: float) -> int:
    return round((9 * 60 + minutes) * MINUTE_MS)


def ticket(name: str, came: float, **more: object) -> Ticket:
    return Ticket(ticket_id=name, business="综合", number=name, day=DAY, issued_ms=at(came), **more)  # type: ignore[arg-type]


def order(tickets: list[Ticket], now: float, window: str = "3") -> list[str]:
    left, called = list(tickets), []
    while following := choose(left, {"综合"}, window, at(now), RULE):
        called.append(following.ticket.ticket_id)
        left.remove(following.ticket)
    return called


def test_first_come_first_served() -> None:
    assert order([ticket("B", 2), ticket("A", 1), ticket("C", 3)], 5) == ["A", "B", "C"]


def test_priority_goes_before_those_who_came_at_most_its_head_start_earlier() -> None:
    old = ticket("P", 25, lane="priority", priority="老年人")
    assert order([ticket("A", 4), ticket("B", 6), old], 26) == ["A", "P", "B"]


def test_whoever_has_waited_the_stated_maximum_is_passed_by_nobody_who_came_later() -> None:
    old = ticket("P", 20, lane="priority", priority="老年人")
    assert order([ticket("A", 5), old], 34) == ["P", "A"]
    assert order([ticket("A", 5), old], 35) == ["A", "P"]


def test_an_appointment_is_not_called_before_its_slot_and_does_not_queue_again_after() -> None:
    booked = ticket("Y", 0, lane="booked", slot_ms=at(20))
    assert order([ticket("A", 5), booked], 19) == ["A"]
    assert order([ticket("A", 5), booked], 20) == ["Y", "A"]


def test_a_ticket_sent_on_to_a_window_is_called_there_only() -> None:
    sent = ticket("T", 0, transfers=1, window="7")
    assert order([sent], 10, window="3") == []
    assert order([sent], 10, window="7") == ["T"]


def test_a_ticket_sent_on_does_not_queue_again() -> None:
    assert order([ticket("A", 5), ticket("T", 20, transfers=1)], 22) == ["T", "A"]


def test_other_businesses_are_not_called() -> None:
    assert choose([ticket("A", 0)], {"不动产"}, "3", at(9), RULE) is None


@pytest.mark.parametrize(
    ("held", "says"),
    [
        (ticket("A", 1), "先来先办，已等9分钟"),
        (ticket("A", 1, lane="priority", priority="孕妇"), "优先：孕妇，提前20分钟"),
        (ticket("A", 1, lane="booked", slot_ms=at(5)), "预约已到时间"),
        (ticket("A", 1, lane="return"), "补正、取件，提前10分钟"),
        (ticket("A", 1, transfers=1), "从别的窗口转来，不重新排队"),
        (ticket("A", 1, place_ms=at(2)), "过号后回来，按约定位次"),
        (ticket("A", -30), "已等40分钟，按先来后到不再让先"),
    ],
)
def test_the_clerk_is_told_why_this_one(held: Ticket, says: str) -> None:
    following = choose([held], {"综合"}, "3", at(10), RULE)
    assert following is not None
    assert following.why == says


def test_who_comes_back_after_a_call_missed_waits_behind_three() -> None:
    waiting = [ticket(name, came) for name, came in (("A", 1), ("B", 2), ("C", 3), ("D", 4))]
    place = place_back(waiting, at(5), RULE)
    back = ticket("X", 0, place_ms=place.place_ms, waits_ms=place.waits_ms)
    assert order([*waiting, back], 6) == ["A", "B", "C", "X", "D"]


@given(st.lists(st.tuples(st.integers(0, 59), LANES), max_size=9))
def test_who_comes_back_is_behind_three_now_and_behind_the_same_three_later(people: list[tuple[int, str]]) -> None:
    waiting = [ticket(f"{index}", came + index / 100, lane=lane) for index, (came, lane) in enumerate(people)]
    place = place_back(waiting, at(60), RULE)
    back = ticket("X", 0, place_ms=place.place_ms, waits_ms=place.waits_ms)
    first = order(waiting, 60)[:3]
    assert order([*waiting, back], 60)[: len(first) + 1] == [*first, "X"]
    for later in (61, 75, 90, 120):
        now = order([*waiting, back], later)
        assert set(first) <= set(now[: now.index("X")])


def test_coming_back_has_a_limit_of_time_and_of_times() -> None:
    passed = ticket("X", 0, state=TicketState.PASSED, passes=1, ended_ms=at(10))
    assert may_come_back(passed, at(40), RULE) == ""
    assert may_come_back(passed, at(41), RULE) == "过号超过30分钟，请重新取号"
    twice = ticket("X", 0, state=TicketState.PASSED, passes=2, ended_ms=at(10))
    assert may_come_back(twice, at(11), RULE) == "已过号2次，请重新取号"
    assert may_come_back(ticket("A", 0), at(1), RULE) == "这张号没有过号"


@given(st.lists(st.tuples(st.integers(0, 120), LANES), min_size=1, max_size=25), st.integers(120, 180))
def test_the_next_one_is_the_first_of_the_one_order(people: list[tuple[int, str]], now: int) -> None:
    tickets = [ticket(f"{index:02d}", came, lane=lane) for index, (came, lane) in enumerate(people)]
    following = choose(tickets, {"综合"}, "3", at(now), RULE)
    assert following is not None
    assert following.ticket == min(tickets, key=lambda each: sort_key(each, at(now), RULE))
    assert ahead_of(tickets, following.ticket, at(now), RULE) == 0


@pytest.mark.parametrize(
    "profile",
    [
        pytest.param(Profile(), id="ten windows"),
        pytest.param(Profile(windows=7), id="too few windows"),
        pytest.param(Profile(priority_share=0.5), id="half of them privileged"),
    ],
)
def test_in_a_simulated_day_nobody_starves_and_the_stated_maximum_holds(profile: Profile) -> None:
    for seed in range(4):
        day = simulate(seed, profile, RULE)
        assert day.left == 0
        assert len(day.called) == sum(profile.per_hour)
        called_at = {each.ticket_id: when for when, each in day.order}
        for when, each in day.order:
            if each.lane == "normal":
                continue
            passed = [
                other
                for other, _ in day.called.values()
                if waits_from_ms(other) < waits_from_ms(each)
                and called_at[other.ticket_id] > when
                and is_due(other, when, RULE)
            ]
            assert passed == []


def test_an_appointment_that_has_not_begun_is_before_nobody_who_is_called_until_then() -> None:
    early = [ticket(f"E{nth}", nth, lane="booked", slot_ms=at(60 + 20 * nth)) for nth in range(3)]
    mine = ticket("M", 10)
    waiting = [ticket("A", 5), *early, mine]
    assert ahead_of(waiting, mine, at(12), RULE) == 1
    assert ahead_of(waiting, mine, at(12), RULE, turn_ms=at(200)) == 1, "by then it has waited its share"
    late = ticket("L", 50)
    assert ahead_of([*early, late], late, at(50), RULE) == 0
    assert ahead_of([*early, late], late, at(50), RULE, turn_ms=at(65)) == 1
    assert ahead_of([*early, late], late, at(50), RULE, turn_ms=at(90)) == 1, "the second begins when nobody passes"
    assert ahead_of(waiting, early[0], at(12), RULE) == 2, "who waits now is called before its time"
