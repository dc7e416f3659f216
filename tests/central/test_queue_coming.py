"""Who checked in early for an appointment: not called before it begins, and nobody's wait until then."""

from __future__ import annotations

import random

import pytest

from central.queue import figures, looking
from hall import queue_wire as w
from hall.queueing import QueueRule, ahead_of, callable_from_ms
from hall.tickets import Lane, Ticket
from tests.central.hub import Hub
from tests.central.queue_rig import BUSINESS, OTHER, Queue

SIX = 6 * 60


@pytest.fixture
def queue(hub: Hub) -> Queue:
    return Queue(hub)


def told(queue: Queue, ticket_id: str, at: float) -> w.Told:
    found: w.IssueReply = queue.hub.run(looking.one(queue.hub.store, queue.office, ticket_id, queue.now(at)))
    return found.told


def business(queue: Queue, at: float, name: str = BUSINESS) -> w.BusinessFigures:
    found = queue.hub.run(figures.figures(queue.hub.store, queue.office, 1, queue.now(at)))
    return next(each for each in found.businesses if each.business == name)


def test_nobody_waits_for_those_whose_appointments_are_hours_away(queue: Queue) -> None:
    queue.window("1", 0, BUSINESS)
    busy = queue.issue(0)
    queue.do("start", queue.called(0), 0)
    first = queue.issue(1)
    for nth in range(16):
        queue.issue(2 + nth / 10, lane="booked", slot_ms=queue.now(SIX + nth))
    last = queue.issue(5)
    assert last.told.ahead == 1 and last.told.most_min < 60, "one person, at one window"
    assert told(queue, last.ticket.ticket_id, 6).ahead == 1 and told(queue, first.ticket.ticket_id, 6).ahead == 0
    assert queue.issue(7, lane="priority", priority="军人").told.ahead <= 1
    now = business(queue, 8)
    assert (now.waiting, now.coming, now.called + now.serving) == (3, 16, 1)
    assert business(queue, SIX + 20).waiting == 19 and business(queue, SIX + 20).coming == 0
    assert busy.ticket.number == "A001"


def test_who_is_served_soon_is_told_of_the_appointments_that_begin_meanwhile(queue: Queue) -> None:
    """Six wait at one window, ten minutes each; four appointments begin soon and go before the last."""
    queue.window("1", 0, BUSINESS)
    queue.issue(0)
    queue.do("start", queue.called(0), 0)
    for nth in range(6):
        queue.issue(1 + nth / 10)
    alone = queue.issue(2).told
    for _ in range(4):
        queue.issue(3, lane="booked", slot_ms=queue.now(18))
    beside = queue.issue(4).told
    assert (alone.ahead, beside.ahead) == (6, 7), "the four may not be called yet"
    assert beside.wait_min - alone.wait_min >= 30, "but they will be before this one"


def test_an_early_appointment_is_told_its_time_and_all_who_go_before_it(queue: Queue) -> None:
    queue.window("1", 0, BUSINESS)
    queue.issue(0)
    queue.do("start", queue.called(0), 0)
    for nth in range(3):
        queue.issue(1 + nth)
    early = queue.issue(5, lane="booked", slot_ms=queue.now(SIX)).told
    assert (early.ahead, early.least_min) == (3, SIX - 5)


@pytest.mark.parametrize("seed", range(4))
def test_what_is_told_at_the_machine_counts_whom_the_rule_calls_before(queue: Queue, seed: int) -> None:
    chance = random.Random(seed)
    queue.window("1", 0, BUSINESS, OTHER)
    queue.issue(0)
    queue.do("start", queue.called(0, "1", BUSINESS, OTHER), 0)
    waiting: list[Ticket] = []
    lanes: list[Lane] = ["normal", "normal", "priority", "booked", "booked", "return"]
    for at in sorted(chance.uniform(1, 90) for _ in range(45)):
        lane = chance.choice(lanes)
        slot = queue.now(at + chance.uniform(-20, 120)) if lane == "booked" else 0
        name = chance.choice([BUSINESS, OTHER])
        reply = queue.issue(at, lane=lane, priority="军人" * (lane == "priority"), slot_ms=slot, business=name)
        mine = queue.ticket(reply.ticket.ticket_id)
        assert reply.told.ahead == ahead_of(waiting, mine, queue.now(at), QueueRule()), at
        assert told(queue, mine.ticket_id, at).ahead == reply.told.ahead
        waiting.append(mine)
        now = [business(queue, at, each) for each in {one.business for one in waiting}]
        early = sum(callable_from_ms(one) > queue.now(at) for one in waiting)
        assert (sum(each.coming for each in now), sum(each.waiting for each in now)) == (early, len(waiting) - early)


def test_the_list_of_a_window_begins_with_who_may_be_called_next(queue: Queue) -> None:
    """However many came early: those behind, in the order of their appointments."""
    for nth in range(12):
        queue.issue(nth / 100, lane="booked", slot_ms=queue.now(SIX - nth))
    normal = [queue.issue(10 + nth).ticket.number for nth in range(3)]
    soon = queue.issue(14, lane="booked", slot_ms=queue.now(15)).ticket.number
    listed = queue.hub.run(looking.listed(queue.hub.store, queue.office, [BUSINESS], "waiting", 9, queue.now(20)))
    numbers = [each.number for each in listed.tickets]
    assert numbers[:4] == [soon, *normal] and listed.has_more
    slots = [each.callable_ms for each in listed.tickets[4:]]
    assert len(slots) == 5 and slots == sorted(slots) and slots[0] == queue.now(SIX - 11)
    assert queue.called(20).number == numbers[0]


def test_windows_are_planned_for_when_people_may_be_called_and_the_board_shows_when_they_came(queue: Queue) -> None:
    for _ in range(4):
        queue.issue(10, lane="booked", slot_ms=queue.now(SIX))
    queue.issue(10)
    found = queue.hub.run(figures.figures(queue.hub.store, queue.office, 1, queue.now(SIX)))
    assert {each.hour: each.arrivals for each in found.hours} == {9: 1.0, 15: 4.0}
    assert {each.hour: each.taken for each in found.hours} == {9: 5.0, 15: 0.0}


def test_the_board_counts_how_often_the_minutes_held_that_were_told(queue: Queue) -> None:
    """Of those who were told no minutes nobody can say whether they held."""
    nobody_there = queue.issue(0)
    queue.window("1", 1, BUSINESS)
    right, wrong, closes = queue.issue(2), queue.issue(3), queue.issue(4, left_min=0)
    booked = queue.issue(5, lane="booked", slot_ms=queue.now(5))
    assert nobody_there.told.wait_min == -1 and min(right.told.most_min, wrong.told.most_min, closes.told.wait_min) > 0
    calls = [(right, 2 + right.told.most_min), (wrong, 203 + wrong.told.most_min)]
    for one, at in [*calls, (nobody_there, 400), (closes, 401), (booked, 402)]:
        queue.window("1", at, BUSINESS)
        queue.serve(at, 0.1, ticket=one.ticket.ticket_id, reason="试")
    found = queue.hub.run(figures.figures(queue.hub.store, queue.office, 1, queue.now(403)))
    assert (found.told_seen, found.told_right) == (2, 0.5)


def test_a_day_that_is_not_over_makes_no_hour_quieter(queue: Queue) -> None:
    for hour in range(3):
        for nth in range(6):
            queue.issue(60 * hour + nth)

    def arrivals(at: float) -> dict[int, tuple[int, float]]:
        found = queue.hub.run(figures.figures(queue.hub.store, queue.office, 20, queue.now(at)))
        return {each.hour: (each.days, each.arrivals) for each in found.hours}

    first = {9: (1, 6.0), 10: (1, 6.0), 11: (1, 6.0)}
    assert arrivals(5 * 60) == first
    queue.issue(24 * 60 + 1)
    assert arrivals(24 * 60 + 2) == first, "the next day has one person so far"
    today = queue.hub.run(figures.figures(queue.hub.store, queue.office, 1, queue.now(24 * 60 + 2)))
    assert {each.hour: each.taken for each in today.hours} == {9: 1.0}, "today alone is today"
    assert arrivals(48 * 60) == {9: (2, 3.5), 10: (2, 3.0), 11: (2, 3.0)}
