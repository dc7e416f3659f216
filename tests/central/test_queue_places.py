"""Who comes back after 过号, and how many people are told to be before somebody: of all whom the same windows serve."""

from __future__ import annotations

from typing import Any

import pytest

from central.queue import looking
from central.store import Db
from central.store import queue as table
from hall import queue_wire as w
from hall.queueing import QueueRule
from tests.central.hub import Hub
from tests.central.queue_rig import BUSINESS, DAY, OTHER, Queue

THIRD = "不动产"
ALL = (BUSINESS, OTHER, THIRD)
LETTERS = {BUSINESS: "A", OTHER: "B", THIRD: "C"}


@pytest.fixture
def queue(hub: Hub) -> Queue:
    return Queue(hub)


def take(queue: Queue, at: float, business: str, **values: Any) -> w.IssueReply:
    return queue.issue(at, business=business, letter=LETTERS[business], **values)


def ahead(queue: Queue, ticket: w.TicketView, at: float) -> int:
    found: w.IssueReply = queue.hub.run(looking.one(queue.hub.store, queue.office, ticket.ticket_id, queue.now(at)))
    return found.told.ahead


def miss(queue: Queue, at: float, *businesses: str) -> w.TicketView:
    """The next one is called and does not come."""
    ticket = queue.called(at, "1", *businesses)
    queue.do("pass", ticket, at + 0.5)
    return ticket


def calls(queue: Queue, at: float, many: int) -> list[str]:
    """The next numbers that the windows call."""
    found = []
    for nth in range(many):
        ticket = queue.called(at + nth / 100, "1", *ALL)
        queue.do("finish", ticket, at + nth / 100)
        found.append(ticket.number)
    return found


@pytest.mark.parametrize("business", ALL)
def test_who_comes_back_waits_behind_three_of_all_whom_the_windows_serve(queue: Queue, business: str) -> None:
    for window in "12":
        queue.window(window, 0, *ALL)
    take(queue, 0, business)
    for nth in range(30):
        take(queue, 1 + nth / 10, ALL[nth % 3])
    gone = miss(queue, 5, *ALL)
    queue.do("return", gone, 6, "")
    assert ahead(queue, gone, 6) == 3
    assert calls(queue, 7, 5)[3] == gone.number


def test_people_of_windows_that_do_not_serve_it_are_not_before_who_comes_back(queue: Queue) -> None:
    queue.window("1", 0, BUSINESS, OTHER)
    queue.window("2", 0, THIRD)
    gone = take(queue, 0, BUSINESS).ticket
    for nth in range(5):
        take(queue, 1, THIRD)
        take(queue, 2 + nth / 10, OTHER)
    queue.do("pass", queue.called(3), 4)
    queue.window("1", 4, BUSINESS, OTHER)
    queue.do("return", gone, 5, "")
    assert ahead(queue, gone, 5) == 3
    order = [queue.serve(6 + nth / 10, 0.05, businesses=[BUSINESS, OTHER]) for nth in range(4)]
    assert order == ["B001", "B002", "B003", "A001"]


def test_the_three_are_the_first_to_be_called_and_stay_before_who_came_back(queue: Queue) -> None:
    """Appointments and priority go first, an appointment before its time is none of the three; and when the one who
    came back has waited longest, the three are still called before."""
    queue.window("1", 0, *ALL)
    gone = take(queue, 0, BUSINESS).ticket
    for _ in range(4):
        take(queue, 1, OTHER)
    queue.do("pass", queue.called(15, "1", *ALL), 16)
    for _ in range(2):
        take(queue, 16, THIRD, lane="priority", priority="军人")
    take(queue, 16, THIRD, lane="booked", slot_ms=queue.now(16))
    take(queue, 17, THIRD, lane="booked", slot_ms=queue.now(120))
    queue.do("return", gone, 17, "")
    assert calls(queue, 26, 5) == ["C003", "C001", "C002", "A001", "B001"]


def test_who_came_back_passes_nobody_who_has_waited_the_longest(queue: Queue) -> None:
    """After ``fair_after_min`` nobody who came later goes first, whatever happened between."""
    queue.window("1", 0, *ALL)
    for _ in range(5):
        take(queue, 0, OTHER)
    gone = take(queue, 20, BUSINESS, lane="priority", priority="孕妇").ticket
    queue.do("pass", queue.called(21, "1", BUSINESS), 22)
    queue.window("1", 22, *ALL)
    queue.do("return", gone, 40, "")
    assert ahead(queue, gone, 40) == 5
    assert calls(queue, 41, 6)[5] == gone.number


def test_whoever_waited_as_long_comes_back_behind_three_all_the_same(queue: Queue) -> None:
    queue.window("1", 0, *ALL)
    gone = take(queue, 0, BUSINESS).ticket
    for nth in range(6):
        take(queue, 1 + nth / 10, ALL[nth % 3])
    queue.do("pass", queue.called(50, "1", *ALL), 51)
    queue.do("return", gone, 60, "")
    assert ahead(queue, gone, 60) == 3
    assert calls(queue, 61, 4)[3] == gone.number


def test_a_call_of_a_window_that_fell_silent_is_one_of_the_three(queue: Queue) -> None:
    queue.window("1", 0, *ALL)
    for nth in range(5):
        take(queue, nth / 10, ALL[nth % 3])
    gone = miss(queue, 1, *ALL)
    queue.called(2, "2", *ALL)
    queue.do("return", gone, 6, "")
    assert ahead(queue, gone, 6) == 3
    assert calls(queue, 7, 4) == ["B001", "C001", "A002", "A001"]


def test_nobody_waits_so_who_comes_back_is_next(queue: Queue) -> None:
    queue.window("1", 0, *ALL)
    gone = take(queue, 0, BUSINESS).ticket
    miss(queue, 1, *ALL)
    queue.do("return", gone, 3, "")
    later = take(queue, 4, OTHER)
    assert (ahead(queue, gone, 4), later.told.ahead) == (0, 1)


def test_without_a_window_the_number_is_of_all_whom_the_last_windows_served(queue: Queue) -> None:
    queue.window("1", 0, BUSINESS, OTHER)
    queue.window("2", 0, THIRD)
    for window in "12":
        queue.window(window, 1, state="closed")
    for nth in range(5):
        take(queue, 2 + nth / 10, ALL[nth % 3])
    told = take(queue, 3, OTHER)
    assert told.told == w.Told(ahead=4), "the next morning's first windows: no minutes, and nobody of window 2"
    assert ahead(queue, told.ticket, 3) == 4


def test_in_a_hall_that_never_had_a_window_all_who_wait_are_before_one(queue: Queue) -> None:
    for nth in range(5):
        take(queue, nth / 10, (BUSINESS, OTHER)[nth % 2])
    told = take(queue, 3, THIRD)
    assert told.told == w.Told(ahead=5)
    assert ahead(queue, told.ticket, 3) == 5


def test_no_look_reads_the_whole_queue(queue: Queue) -> None:
    """However many wait, the looks of a claim and of a come-back go by an index that ends at the first few."""
    if queue.hub.engine != "sqlite":
        pytest.skip("the plan is told in SQLite's words")
    keys = [table.waiting_key(queue.office, DAY, business) for business in ALL]

    async def plan(db: Db) -> str:
        claim = await db.rows("EXPLAIN QUERY PLAN " + table.first_of_each(3, one_window=True), 5, 5, 1, *keys, "1")
        back = await db.rows("EXPLAIN QUERY PLAN " + table.first_of_each(3), 5, 5, QueueRule().back_behind, *keys)
        assert len(claim) == len(back)
        return "\n".join(row[3] for row in (*claim, *back))

    told = queue.hub.read(plan)
    assert told.count("USING INDEX ticket_by_place") == told.count("USING INDEX ticket_by_wait") == 6
    assert "TEMP B-TREE" not in told and "(arrival_key=? AND waits_ms<?)" in told
