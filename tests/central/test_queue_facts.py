"""What stations and windows tell of tickets afterwards: given out and called off line, or written down of what they did
at the centre. Nothing is counted twice, nothing is lost, a number belongs to one ticket."""

from __future__ import annotations

from typing import Any

import pytest

from central import oversight
from central.queue import figures, issuing, looking
from hall import facts as f
from hall import queue_wire as w
from hall import ticketing as t
from hall.tickets import TicketState
from hall.wire import Status
from tests.central.device import Device
from tests.central.hub import Hub
from tests.central.queue_rig import BUSINESS, DAY, Queue, identity


@pytest.fixture
def queue(hub: Hub) -> Queue:
    return Queue(hub)


@pytest.fixture
def station(hub: Hub) -> Device:
    return Device(hub, "station-1")


@pytest.fixture
def window(hub: Hub) -> Device:
    return Device(hub, "window-7")


class Telling:
    """A device that writes facts of tickets and sends them."""

    def __init__(self, queue: Queue, device: Device) -> None:
        self.queue, self.device = queue, device

    def write(self, ticket: str, body: f.FactBody, at: float, **header: Any) -> None:
        self.device.write(ticket, body, at_ms=self.queue.now(at), **header)

    def issue(self, serial: int, at: float, *, ticket: str = "", letter: str = "A", **more: Any) -> str:
        ticket = ticket or identity()
        body = t.TicketIssued(
            business=BUSINESS, letter=letter, serial=serial, day=DAY, at_ms=self.queue.now(at), **more
        )
        self.write(ticket, body, at)
        return ticket

    def push(self, at: float) -> list[tuple[Status, str]]:
        """What became of what was new."""
        acked = getattr(self, "acked", 0)
        reply = self.device.push(self.device.request(acked + 1), self.queue.now(at))
        self.acked = reply.receipt.acked_through
        return [(each.status, each.reason) for each in reply.results]


GOOD = (Status.APPLIED, "")


def block(queue: Queue, device: Device, count: int) -> w.BlockReply:
    request = w.BlockRequest(block_id=identity(), letter="A", day=DAY, count=count)
    reply: w.BlockReply = queue.hub.run(
        issuing.block(queue.hub.store, queue.office, device.name, request, queue.now(0))
    )
    return reply


def test_tickets_given_out_off_line_wait_in_their_places(queue: Queue, station: Device) -> None:
    telling = Telling(queue, station)
    block(queue, station, 10)
    online = queue.issue(10).ticket
    assert online.number == "A001"
    telling.issue(501, 5)
    telling.issue(502, 12)
    assert telling.push(15) == [GOOD, GOOD]
    assert [queue.serve(16 + at, 0.5) for at in range(3)] == ["A501", "A001", "A502"]


def test_what_a_window_wrote_of_what_it_did_here_changes_nothing(queue: Queue, station: Device, window: Device) -> None:
    issued = queue.issue(0)
    ticket = queue.called(5, "7", claim_id="0192-claim-of-window-7")
    finish = queue.do("finish", ticket, 9, "7", action_id="0192-finish-of-window-7")
    before = queue.ticket(ticket.ticket_id)
    at_station, at_window = Telling(queue, station), Telling(queue, window)
    at_station.issue(1, 0, ticket=issued.ticket.ticket_id)
    at_window.write(ticket.ticket_id, t.TicketCalled(window="7", at_ms=1), 5, event_id="0192-claim-of-window-7")
    at_window.write(ticket.ticket_id, t.TicketFinished(window="7", at_ms=finish.at_ms), 9)
    assert at_station.push(20) == [GOOD]
    assert at_window.push(20) == [GOOD, GOOD]
    assert queue.ticket(ticket.ticket_id) == before


def test_a_number_belongs_to_one_ticket_whatever_a_device_says(queue: Queue, station: Device, window: Device) -> None:
    block(queue, station, 5)
    queue.issue(0)
    telling = Telling(queue, window)
    for serial in (1, 503, 9, 9):
        telling.issue(serial, 1)
    taken, owned, free, twice = telling.push(2)
    assert taken == (Status.QUARANTINED, "号码A001已经给了别人，请重新取号")
    assert owned == (Status.QUARANTINED, "号码A503在别的设备的号段里，请重新取号")
    assert (free, twice[0]) == (GOOD, Status.QUARANTINED)
    assert queue.issue(3).ticket.number == "A010", "what a device used is never given out here"
    numbers = queue.hub.read(lambda db: db.rows("SELECT letter, serial FROM ticket"))
    assert len({tuple(row) for row in numbers}) == len(numbers) == 3


@pytest.mark.parametrize("late_first", [False, True])
def test_an_appointment_checked_in_at_two_stations_off_line_has_the_number_that_was_first(
    queue: Queue, station: Device, window: Device, late_first: bool
) -> None:
    block(queue, station, 5), block(queue, window, 5)
    early, late = Telling(queue, station), Telling(queue, window)
    name = early.issue(501, 1, lane="booked", slot_ms=queue.now(0))
    late.issue(506, 4, ticket=name, lane="booked", slot_ms=queue.now(0))
    for each in (late, early) if late_first else (early, late):
        assert each.push(10) == [GOOD]
    ticket = queue.ticket(name)
    assert (ticket.number, ticket.withdrawn, ticket.issued_ms) == ("A501", ("A506",), queue.now(1))
    told = queue.hub.run(looking.one(queue.hub.store, queue.office, "A506", queue.now(11)))
    assert (told.ticket.number, told.ticket.withdrawn) == ("A501", ["A506"]), "the paper leads to the ticket"
    assert queue.called(12).number == "A501" and queue.claim(13, "2").ticket is None
    (call,) = queue.hub.run(figures.figures(queue.hub.store, queue.office, 1, queue.now(13))).calls
    assert (call.number, call.withdrawn) == ("A501", ["A506"]), "the display says it"


def test_a_number_that_was_called_stands_whatever_is_told_of_an_earlier_one(
    queue: Queue, station: Device, window: Device
) -> None:
    block(queue, station, 5), block(queue, window, 5)
    early, late = Telling(queue, station), Telling(queue, window)
    name = early.issue(501, 1, lane="booked", slot_ms=queue.now(0))
    late.issue(506, 4, ticket=name, lane="booked", slot_ms=queue.now(0))
    assert late.push(5) == [GOOD] and queue.called(6).number == "A506"
    assert early.push(7) == [GOOD]
    ticket = queue.ticket(name)
    assert (ticket.number, ticket.withdrawn, ticket.state) == ("A506", ("A501",), TicketState.CALLED)


def test_a_window_may_tell_of_a_ticket_before_its_station_does(queue: Queue, station: Device, window: Device) -> None:
    at_station, at_window = Telling(queue, station), Telling(queue, window)
    ticket = at_station.issue(1, 0)
    at_window.write(ticket, t.TicketCalled(window="7", at_ms=queue.now(4)), 4)
    at_window.write(ticket, t.TicketFinished(window="7", at_ms=queue.now(9), references=("SL01-A1-00001-X",)), 9)
    assert at_window.push(30) == [GOOD, GOOD]
    assert queue.claim(31).ticket is None
    assert at_station.push(40) == [GOOD]
    served = queue.ticket(ticket)
    assert (served.state, served.first_called_ms, served.references) == (
        TicketState.FINISHED, queue.now(4), ("SL01-A1-00001-X",),
    )  # fmt: skip


def test_what_was_done_off_line_before_stands_before_what_was_done_here(hub: Hub, queue: Queue, window: Device) -> None:
    ticket = queue.issue(0).ticket
    queue.called(20, "3")
    telling = Telling(queue, window)
    telling.write(ticket.ticket_id, t.TicketCalled(window="7", at_ms=queue.now(10)), 10)
    telling.write(ticket.ticket_id, t.TicketFinished(window="7", at_ms=queue.now(15)), 15)
    first, second = telling.push(21)
    assert (first, second[0]) == (GOOD, Status.CONFLICT), "two windows had the same person"
    assert hub.run(oversight.conflicts(hub.store, queue.office, "")).conflicts == [], "and one of them served"
    assert queue.ticket(ticket.ticket_id).state is TicketState.FINISHED
    assert queue.refused(lambda: queue.do("start", ticket, 22, "3")) == (409, "not_yours")


@pytest.mark.parametrize("last", ["station", "first", "second"])
def test_one_ticket_served_by_two_windows_is_one_conflict_whoever_tells_last(
    hub: Hub, queue: Queue, station: Device, window: Device, last: str
) -> None:
    at_station, second = Telling(queue, station), Telling(queue, Device(hub, "window-9"))
    first = Telling(queue, window)
    ticket = at_station.issue(501, 0)
    for telling, name, at in ((first, "7", 4), (second, "9", 5)):
        telling.write(ticket, t.TicketCalled(window=name, at_ms=queue.now(at)), at)
        telling.write(ticket, t.TicketStarted(window=name, at_ms=queue.now(at)), at)
        telling.write(ticket, t.TicketFinished(window=name, at_ms=queue.now(at + 5)), at + 5)
    tellers = {"station": at_station, "first": first, "second": second}
    answers = {name: tellers[name].push(30) for name in sorted(tellers, key=lambda name: name == last)}
    (conflict,) = hub.run(oversight.conflicts(hub.store, queue.office, "")).conflicts
    assert (conflict.kind, conflict.case_id) == ("served_twice", ticket)
    assert conflict.reason == "A501在7号窗口和9号窗口都办了，请核对"
    assert answers["station"] == [GOOD]
    told = [reason for name in ("first", "second") for status, reason in answers[name] if status is Status.CONFLICT]
    assert told == ([] if last == "station" else [conflict.reason]), "a window hears of it in one record"
    window.write(ticket, f.ConflictSettled(conflict=conflict.id, stands="both"))
    assert first.push(40) == [GOOD]
    assert hub.run(oversight.conflicts(hub.store, queue.office, "")).conflicts == []


def test_a_call_off_line_leaves_its_window_time_to_go_on(queue: Queue, window: Device) -> None:
    ticket = queue.issue(0).ticket
    telling = Telling(queue, window)
    telling.write(ticket.ticket_id, t.TicketCalled(window="7", at_ms=queue.now(5)), 5)
    assert telling.push(20) == [GOOD]
    assert queue.claim(21).ticket is None
    assert queue.called(22).number == "A001", "the window did not"


def test_a_window_that_served_off_line_is_free_since_then(queue: Queue, station: Device, window: Device) -> None:
    queue.window("7", 0, BUSINESS)
    given, told = Telling(queue, station), Telling(queue, window)
    ticket = given.issue(5001, 1)
    given.push(2)
    told.write(ticket, t.TicketCalled(window="7", at_ms=queue.now(3)), 3)
    told.write(ticket, t.TicketFinished(window="7", at_ms=queue.now(9)), 9)
    told.push(12)
    (seven,) = queue.hub.run(figures.figures(queue.hub.store, queue.office, 1, queue.now(12))).windows
    assert (seven.number, seven.since_ms) == ("", queue.now(9))


def test_a_failed_print_is_known_and_the_person_waits_all_the_same(queue: Queue, station: Device) -> None:
    telling = Telling(queue, station)
    ticket = telling.issue(1, 0)
    telling.write(ticket, t.TicketPrinted(state="failed"), 0)
    telling.write(ticket, t.TicketPrinted(state="printed", nth=1), 1)
    assert telling.push(2) == [GOOD, GOOD, GOOD]
    assert queue.ticket(ticket).print_state == "printed"
    assert queue.called(3).ticket_id == ticket


@pytest.mark.parametrize(
    "body",
    [
        t.TicketIssued(business="x" * 300, letter="A", serial=1, day=DAY, at_ms=1),
        t.TicketIssued(business="综合\x00", letter="A", serial=1, day=DAY, at_ms=1),
        t.TicketIssued(business=BUSINESS, letter="a'; DROP", serial=1, day=DAY, at_ms=1),
        t.TicketIssued(business=BUSINESS, letter="A", serial=10**30, day=DAY, at_ms=1),
        t.TicketIssued(business=BUSINESS, letter="A", serial=-1, day=DAY, at_ms=1),
        t.TicketIssued(business=BUSINESS, letter="A", serial=1, day=DAY, at_ms=-(2**60)),
        t.TicketCalled(window="7", at_ms=2**70),
    ],
)
def test_what_no_database_can_hold_is_set_aside(queue: Queue, station: Device, body: Any) -> None:
    telling = Telling(queue, station)
    telling.write(identity(), body, 0)
    good = telling.issue(1, 0)
    assert [status for status, _ in telling.push(1)] == [Status.QUARANTINED, Status.APPLIED]
    assert queue.called(2).ticket_id == good


def test_a_station_whose_clock_is_fast_keeps_nobody_from_being_called(queue: Queue, station: Device) -> None:
    queue.issue(5)
    telling = Telling(queue, station)
    telling.issue(9, 8 * 60)
    assert telling.push(6) == [GOOD]
    assert [queue.serve(7 + at, 0.5) for at in range(2)] == ["A001", "A009"]


def test_the_same_push_again_changes_nothing(queue: Queue, station: Device) -> None:
    telling = Telling(queue, station)
    ticket = telling.issue(1, 0, person="ab" * 16)
    telling.push(1)
    before = queue.ticket(ticket)
    again = station.push(station.request(), queue.now(2))
    assert [each.status for each in again.results] == [Status.APPLIED]
    assert queue.ticket(ticket) == before
    assert queue.issue(3, person="ab" * 16).already, "who waits with a number given out off line waits once"
