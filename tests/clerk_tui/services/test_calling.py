"""A window's part in the queue, against a real centre process: on line, off line, and when replies are lost."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest

from clerk_tui.clock import SystemClock
from clerk_tui.services import queue_desk, queue_paper, shift
from clerk_tui.services.calling import Window
from clerk_tui.services.queue_thread import QueueThread
from clerk_tui.services.queue_watch import LOOK_MS
from clerk_tui.sync import queue
from hall import queue_wire as w
from hall import ticket_code, wire
from hall import ticketing as t
from hall.errors import BadInput
from hall.roles import Actor, Forbidden, Role
from tests.clerk_tui.conftest import ZONE
from tests.clerk_tui.queue_rig import CLERK, Hall, Seat, hall_with_queue

HOUR_MS = 3_600_000


class Clock(SystemClock):
    """The machine's clock: time can pass (``ahead_ms``), and its wall time can be wrong by ``wrong_ms``."""

    def __init__(self) -> None:
        super().__init__(ZONE)
        self.ahead_ms = self.wrong_ms = 0

    def now_ms(self) -> int:
        return super().now_ms() + self.wrong_ms

    def today(self) -> dt.date:
        return dt.datetime.fromtimestamp(self.now_ms() / 1000, ZONE).date()

    def mono_ms(self) -> int:
        return super().mono_ms() + self.ahead_ms


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    folder = tmp_path_factory.mktemp("hall")
    with hall_with_queue(folder, tmp_path_factory.getbasetemp() / "catalogue-cache") as hall:
        hall.open("A1", Clock())
        hall.open("A2", Clock())
        yield hall


class Desk:
    """A window with what lies between it and the centre."""

    def __init__(self, hall: Hall, seat: Seat, business: str) -> None:
        self.hall, self.seat, self.business = hall, seat, business
        self.window = Window(seat.ws, [business])

    def again(self) -> None:
        """The counter ends and opens anew: the centre has not said what time it is."""
        self.window.line.close()
        self.seat.ws.hall_clock.ahead_ms = None
        self.window = Window(self.seat.ws, [self.business])

    def issue(self, **values: Any) -> w.TicketView:
        return self.hall.issue(self.business, "A", **values)

    def next(self) -> str:
        self.window.call_next(CLERK)
        visit = self.window.now().visit
        return visit.number if visit is not None else ""

    @property
    def visit(self) -> queue_desk.Visit:
        visit = self.window.now().visit
        assert visit is not None
        return visit

    @property
    def news(self) -> str:
        news = self.window.now().news
        return news.kind if news is not None else ""

    def wrote(self, ticket: w.TicketView) -> list[str]:
        return [type(body).__name__.removeprefix("Ticket") for body in self.seat.facts(ticket.ticket_id)]

    def pass_time(self, ms: int) -> None:
        clock = self.seat.ws.clock
        assert isinstance(clock, Clock)
        clock.ahead_ms += ms

    def set_clock_wrong(self, wrong_ms: int) -> None:
        clock = self.seat.ws.clock
        assert isinstance(clock, Clock)
        clock.wrong_ms = wrong_ms

    def down(self, down: bool = True) -> None:
        self.seat.between.down = down
        if not down:
            self.window.line.wake()


Open = Callable[[int], Desk]


@pytest.fixture
def opened(hall: Hall, request: pytest.FixtureRequest) -> Iterator[list[Desk]]:
    desks = [Desk(hall, seat, request.node.name[:50]) for seat in hall.seats]
    yield desks
    for desk in desks:
        desk.set_clock_wrong(0)
        desk.down(False)
        desk.seat.between.bend = lambda path, body: body
        desk.window.look()
        if desk.window.now().visit is not None:
            desk.window.finish(CLERK, "清场")
        for held in desk.window.now().desk.held:
            desk.window.release(CLERK, held.ticket.ticket_id)
        assert desk.window.settle()
        desk.window.line.close()
        with desk.seat.ws.journal.write() as connection:
            queue_desk.keep(desk.seat.ws, connection, queue_desk.Desk())


@pytest.fixture
def desk(opened: list[Desk]) -> Desk:
    return opened[0]


@pytest.fixture
def other(opened: list[Desk]) -> Desk:
    return opened[1]


def test_called_served_and_finished_with_the_matters_of_the_visit(desk: Desk) -> None:
    ticket = desk.issue(name="张三")
    assert desk.next() == ticket.number
    assert desk.visit.ticket.name == "张三" and desk.visit.ticket.why and desk.window.now().lease_until
    desk.window.start(CLERK)
    assert desk.visit.serving and not desk.window.now().lease_until
    desk.window.served("SL01-A1-00001-K", "noticed")
    desk.window.served("SL01-A1-00002-K", "accepted")
    desk.window.served("SL01-A1-00001-K", "accepted")
    desk.window.finish(CLERK)
    assert desk.window.now().visit is None
    called, started, finished = desk.seat.facts(ticket.ticket_id)
    assert isinstance(finished, t.TicketFinished)
    assert finished.references == ("SL01-A1-00002-K", "SL01-A1-00001-K") and finished.outcomes == ("accepted",) * 2
    told = desk.hall.ticket(ticket.ticket_id)
    assert isinstance(called, t.TicketCalled) and isinstance(started, t.TicketStarted)
    assert (told.state, told.called_ms, told.started_ms, told.ended_ms) == (
        "finished", called.at_ms, started.at_ms, finished.at_ms,
    )  # fmt: skip
    assert "张三" not in str(msgspec.json.encode(desk.window.now().desk)), "whoever has gone is not kept"


def test_what_comes_with_the_journal_later_counts_nothing_twice(desk: Desk) -> None:
    ticket = desk.issue()
    desk.next()
    desk.window.recall(CLERK)
    desk.window.start(CLERK)
    desk.window.finish(CLERK, "inquiry")
    before = desk.hall.ticket(ticket.ticket_id)
    report = desk.seat.sync()
    assert report.trouble is None and report.pending == 0
    assert desk.hall.ticket(ticket.ticket_id) == before
    assert before.calls == 2 and desk.wrote(ticket) == ["Called", "Called", "Started", "Finished"]


def test_every_reply_is_lost_once_and_nothing_is_done_twice(desk: Desk) -> None:
    """Of each step the centre did what was asked and the answer did not come."""
    ticket = desk.issue()
    between = desk.seat.between
    between.lose(what="/claim")
    assert desk.next() == "" and desk.news == "unreachable"
    asking = desk.window.now().desk.asking
    desk.again()
    assert desk.window.now().desk.asking == asking, "also after a restart it is the same call"
    assert desk.next() == ticket.number
    for verb, act in (
        ("/start", lambda: desk.window.start(CLERK)),
        ("/hold", lambda: desk.window.hold(CLERK, "去复印")),
        ("/claim", lambda: desk.window.take_up(CLERK, ticket.ticket_id)),
        ("/finish", lambda: desk.window.finish(CLERK, "inquiry")),
    ):
        between.lose(what=verb)
        act()
        for _ in range(2):
            desk.window.line.wake()
            desk.window.settle()
        assert not desk.window.now().desk.owed, verb
    told = desk.hall.ticket(ticket.ticket_id)
    assert (told.state, told.calls) == ("finished", 2)
    desk.seat.sync()
    assert desk.hall.ticket(ticket.ticket_id) == told
    assert desk.wrote(ticket) == ["Called", "Started", "Held", "Called", "Started", "Finished"]


def test_a_call_whose_answer_was_lost_is_found_without_asking_again(desk: Desk) -> None:
    ticket = desk.issue()
    desk.seat.between.lose(what="/claim")
    assert desk.next() == ""
    desk.window.line.wake()
    desk.window.look()
    assert desk.visit.number == ticket.number and desk.news == "found"
    assert desk.window.now().desk.asking is None and desk.wrote(ticket) == ["Called"]


@pytest.fixture
def away(desk: Desk) -> Iterator[dict[str, Callable[[], object]]]:
    """How a window comes to have nobody behind it; afterwards somebody sits there again."""
    ws = desk.seat.ws
    actor = ws.seat.actor
    assert actor is not None
    yield {"paused": lambda: shift.pause(ws, "用餐"), "locked": ws.seat.leave}
    ws.seat.take(actor)
    shift.resume(ws)


def given_back(desk: Desk, ticket: w.TicketView) -> None:
    """Nobody is called here, and the person has lost nothing: no call, no no-show, the same place and first call."""
    told = desk.hall.ticket(ticket.ticket_id)
    assert desk.window.now().visit is None and desk.news == "put_back"
    assert (told.state, told.calls, told.passes) == ("waiting", 0, 0)
    assert told.first_called_ms > 0 and desk.wrote(ticket) == ["Called", "Returned"]


@pytest.mark.parametrize("how", ["paused", "locked"])
def test_an_answer_that_comes_to_a_window_where_nobody_is_any_more_is_given_back_at_once(
    desk: Desk, other: Desk, away: dict[str, Callable[[], object]], how: str
) -> None:
    ticket = desk.issue()

    def meanwhile(path: str, body: bytes) -> bytes:
        if "/claim" in path:
            away[how]()
        return body

    desk.seat.between.bend = meanwhile
    assert desk.next() == ""
    given_back(desk, ticket)
    assert other.next() == ticket.number


@pytest.mark.parametrize("how", ["paused", "locked"])
def test_a_lost_call_to_a_window_left_goes_back(desk: Desk, away: dict[str, Callable[[], object]], how: str) -> None:
    """Its answer was lost; with the next look the window hears what it came to."""
    ticket = desk.issue()
    desk.seat.between.lose(what="/claim")
    assert desk.next() == ""
    away[how]()
    desk.window.line.wake()
    desk.window.look()
    given_back(desk, ticket)


def test_whoever_stands_at_the_window_stays_there_when_it_is_locked(
    desk: Desk, away: dict[str, Callable[[], object]]
) -> None:
    desk.issue()
    desk.next()
    desk.window.start(CLERK)
    away["locked"]()
    desk.window.look()
    assert desk.visit.serving


def test_a_restart_that_nobody_signs_in_after_lets_the_lease_run_out(
    desk: Desk, away: dict[str, Callable[[], object]]
) -> None:
    desk.issue()
    number = desk.next()
    desk.again()
    away["locked"]()
    desk.window.look()
    assert desk.visit.number == number, "there is time to sign in"
    desk.pass_time(w.LEASE_S * 400)
    asked = len(desk.seat.between.asked)
    desk.window.beat()
    assert desk.visit.called and "/v1/queue/renew" not in [path for path, _ in desk.seat.between.asked[asked:]]
    desk.down()
    desk.pass_time(w.LEASE_S * 1100)
    desk.window.beat()
    assert desk.window.now().visit is None and desk.news == "lapsed"


def to_the_other(desk: Desk, other: Desk, ticket: w.TicketView) -> None:
    """Somebody else at the centre sends the ticket on to the other window."""
    other.window.look()
    values = {"action_id": desk.seat.ws.new_id(), "window": "1", "reason": "x", "business": desk.business}
    queue.move(desk.hall.centre, ticket.ticket_id, "transfer", w.TransferAction(**values, to_window="2"))


def test_an_answer_to_a_call_of_earlier_is_no_call(desk: Desk, other: Desk) -> None:
    """That ticket has gone its way meanwhile."""
    first, second = desk.issue(), desk.issue()
    desk.seat.between.lose(what="/claim")
    assert desk.next() == ""
    to_the_other(desk, other, first)
    assert other.next() == first.number
    assert desk.next() == second.number
    assert desk.wrote(first) == []


def test_without_a_network_steps_are_written_here_and_told_when_it_is_back(desk: Desk) -> None:
    ticket = desk.issue()
    desk.next()
    desk.down()
    desk.window.start(CLERK)
    desk.window.served("SL01-A1-00001-K", "accepted")
    desk.window.finish(CLERK)
    assert desk.wrote(ticket) == ["Called", "Started", "Finished"]
    assert desk.hall.ticket(ticket.ticket_id).state == "called"
    assert not desk.window.now().online
    desk.again()
    desk.down(False)
    assert desk.next() == "", "what is owed is told first: the window is free, and nobody waits"
    assert desk.news == "nobody" and desk.hall.ticket(ticket.ticket_id).state == "finished"


def test_a_call_that_nobody_in_the_hall_heard_is_not_made_up_for_later(desk: Desk) -> None:
    ticket = desk.issue()
    desk.next()
    desk.down()
    desk.window.recall(CLERK)
    assert desk.news == "unreachable" and desk.wrote(ticket) == ["Called"]
    desk.down(False)
    desk.window.settle()
    assert desk.hall.ticket(ticket.ticket_id).calls == 1


def test_off_line_the_ticket_in_the_hand_is_served_and_the_centre_learns_of_it(desk: Desk) -> None:
    ticket, waits = desk.issue(), desk.issue()
    desk.down()
    desk.window.take(CLERK, waits)
    assert desk.visit.alone and desk.visit.serving
    desk.window.served("", "inquiry")
    desk.window.finish(CLERK)
    assert desk.hall.ticket(waits.ticket_id).state == "waiting"
    with pytest.raises(BadInput, match="已经办过"):
        desk.window.take(CLERK, waits)
    desk.down(False)
    desk.seat.sync()
    told = desk.hall.ticket(waits.ticket_id)
    assert (told.state, told.window) == ("finished", "1")
    assert desk.next() == ticket.number


def test_a_visit_begun_off_line_goes_on_on_line(desk: Desk) -> None:
    ticket = desk.issue()
    desk.down()
    desk.window.take(CLERK, ticket)
    desk.down(False)
    desk.seat.sync()
    desk.window.look()
    assert not desk.visit.alone and desk.visit.serving
    desk.window.finish(CLERK, "inquiry")
    assert desk.hall.ticket(ticket.ticket_id).state == "finished"


def test_two_windows_off_line_with_one_ticket_are_settled_by_the_centre(desk: Desk, other: Desk) -> None:
    ticket = desk.issue()
    for each in (desk, other):
        each.down()
        each.window.take(CLERK, ticket)
        each.window.finish(CLERK, "inquiry")
    for each in (desk, other):
        each.down(False)
        each.seat.sync()
    assert desk.hall.ticket(ticket.ticket_id).window in ("1", "2")
    states = [
        each.seat.ws.journal.read().execute("SELECT count(*) FROM event_status").fetchone()[0] for each in (desk, other)
    ]
    assert sum(states) > 0, "the second window hears of it"


def test_scanned_on_line_it_is_called_out_of_order_for_this_window_only(desk: Desk, other: Desk) -> None:
    first, second = desk.issue(), desk.issue()
    desk.window.take(CLERK, second)
    assert desk.visit.number == second.number and desk.visit.serving and not desk.visit.alone
    with pytest.raises(BadInput) as refused:
        other.window.take(CLERK, second)
    assert refused.value.code == "not_callable" and other.window.now().visit is None
    assert other.next() == first.number


def test_the_lease_is_renewed_and_lets_go_when_nobody_answers(desk: Desk) -> None:
    ticket = desk.issue()
    desk.next()
    asked = len(desk.seat.between.asked)
    desk.window.beat()
    desk.pass_time(w.LEASE_S * 400)
    desk.window.beat()
    assert "/v1/queue/renew" in [path for path, _ in desk.seat.between.asked[asked:]]
    before = desk.window.now().lease_until
    desk.down()
    desk.pass_time(w.LEASE_S * 500)
    desk.window.beat()
    assert desk.visit.called and desk.window.now().lease_until == before and not desk.window.now().online
    desk.pass_time(w.LEASE_S * 600)
    desk.window.beat()
    assert desk.window.now().visit is None and desk.news == "lapsed"
    assert desk.wrote(ticket) == ["Called"], "that it went back is the centre's to say"


def test_looking_never_puts_off_the_renewal(desk: Desk) -> None:
    desk.issue()
    desk.next()
    for _ in range(12):
        desk.pass_time(LOOK_MS)
        desk.window.beat()
        left = desk.window.now().lease_until - desk.seat.ws.clock.mono_ms()
        assert left > w.LEASE_S * 500, "half of it is always left"


def test_what_was_set_aside_is_found_again_where_its_window_forgot_it(desk: Desk) -> None:
    ticket = desk.issue()
    desk.next()
    desk.window.hold(CLERK, "去复印")
    with desk.seat.ws.journal.write() as connection:
        queue_desk.keep(desk.seat.ws, connection, queue_desk.Desk())
    desk.again()
    desk.window.look()
    assert [each.number for each in desk.window.now().desk.held] == [ticket.number]
    desk.window.take_up(CLERK, ticket.ticket_id)
    assert desk.visit.serving


def test_a_ticket_that_the_centre_gave_to_others_is_let_go(desk: Desk, other: Desk) -> None:
    ticket = desk.issue()
    desk.next()
    to_the_other(desk, other, ticket)
    desk.pass_time(w.LEASE_S * 400)
    desk.window.beat()
    assert desk.window.now().visit is None and desk.news == "gone"
    assert other.next() == ticket.number


def test_a_window_that_was_restarted_finds_its_ticket(desk: Desk) -> None:
    ticket = desk.issue()
    desk.next()
    desk.window.start(CLERK)
    desk.window.served("SL01-A1-00001-K", "noticed")
    desk.again()
    assert desk.visit.number == ticket.number and desk.visit.served, "from its own disk"
    with desk.seat.ws.journal.write() as connection:
        queue_desk.keep(desk.seat.ws, connection, queue_desk.Desk())
    desk.again()
    desk.window.beat()
    assert desk.visit.number == ticket.number and desk.visit.serving, "from the centre, on a new disk"


def test_held_here_taken_up_or_let_go_with_what_was_done(desk: Desk) -> None:
    ticket, second = desk.issue(), desk.issue()
    desk.next()
    desk.window.start(CLERK)
    desk.window.served("SL01-A1-00001-K", "noticed")
    desk.window.hold(CLERK, "去复印")
    assert desk.next() == second.number
    desk.window.finish(CLERK, "inquiry")
    desk.window.take_up(CLERK, ticket.ticket_id)
    assert desk.visit.serving and desk.visit.served[0].reference == "SL01-A1-00001-K"
    desk.window.hold(CLERK, "等家人")
    desk.window.release(CLERK, ticket.ticket_id)
    assert desk.hall.ticket(ticket.ticket_id).state == "waiting" and not desk.window.now().desk.held


def test_held_off_line_it_is_taken_up_off_line(desk: Desk) -> None:
    ticket = desk.issue()
    desk.next()
    desk.window.start(CLERK)
    desk.down()
    desk.window.hold(CLERK, "去复印")
    desk.window.take_up(CLERK, ticket.ticket_id)
    assert desk.visit.serving and desk.visit.alone
    desk.window.finish(CLERK, "inquiry")
    desk.down(False)
    desk.seat.sync()
    assert desk.hall.ticket(ticket.ticket_id).state == "finished"


def test_passed_with_a_reason_and_called_back(desk: Desk) -> None:
    ticket = desk.issue()
    desk.next()
    with pytest.raises(BadInput, match="原因"):
        desk.window.pass_over(CLERK, "  ")
    desk.window.pass_over(CLERK, "叫三次未到")
    told = desk.hall.ticket(ticket.ticket_id)
    assert (told.state, told.reason) == ("passed", "叫三次未到")
    desk.window.detailed = True
    desk.window.look()
    assert [each.number for each in desk.window.now().passed] == [ticket.number]
    with pytest.raises(BadInput, match="理由"):
        desk.window.call(CLERK, ticket.ticket_id, "")
    desk.window.call(CLERK, ticket.ticket_id, "刚回来")
    assert "刚回来" in desk.visit.ticket.why
    assert desk.visit.ticket.first_called_ms == told.first_called_ms


def test_on_to_another_window_with_number_and_first_call(desk: Desk, other: Desk) -> None:
    ticket = desk.issue()
    desk.next()
    first = desk.visit.ticket.first_called_ms
    other.window.look()
    desk.window.transfer(CLERK, desk.business, "2", "要面签")
    assert desk.next() == "", "it waits for that window only"
    assert other.next() == ticket.number and other.visit.ticket.first_called_ms == first


def test_nobody_is_sent_on_to_a_window_that_is_not_there(desk: Desk) -> None:
    ticket = desk.issue()
    desk.next()
    desk.window.start(CLERK)
    desk.window.served("SL01-A1-000123-4", "accepted")
    with pytest.raises(BadInput) as caught:
        desk.window.transfer(CLERK, desk.business, "99", "要专人办理")
    assert (caught.value.code, caught.value.field) == ("window_away", "to_window")
    assert (desk.visit.number, desk.visit.serving, len(desk.visit.served)) == (ticket.number, True, 1)
    assert desk.wrote(ticket) == ["Called", "Started"] and not desk.window.now().desk.owed
    desk.window.transfer(CLERK, desk.business, "", "要专人办理")
    assert desk.wrote(ticket)[-1] == "Transferred"


def test_who_waits_is_listed_without_names(desk: Desk) -> None:
    desk.issue(name="张三"), desk.issue(name="李四", lane="return", reference="SL01-A1-00001-K")
    desk.window.look()
    waiting = desk.window.now().waiting
    assert len(waiting) == 2 and not any(each.name for each in waiting)
    assert waiting[0].reference == "SL01-A1-00001-K"


def test_the_state_of_the_window_is_told_and_a_pause_calls_nobody(desk: Desk) -> None:
    desk.issue()
    shift.pause(desk.seat.ws, "午休")
    desk.window.beat()
    reply = queue.window(desk.hall.centre, "1")
    assert (reply.state, reply.reason) == ("paused", "午休")
    with pytest.raises(BadInput, match="暂停"):
        desk.next()
    shift.resume(desk.seat.ws)
    desk.window.look()
    assert queue.window(desk.hall.centre, "1").state == "open"


def test_a_window_where_nobody_is_signed_in_is_not_told_as_one_that_calls(desk: Desk) -> None:
    seat = desk.seat.ws.seat
    actor = seat.actor
    assert actor is not None
    seat.leave()
    desk.window.look()
    told = queue.window(desk.hall.centre, "1")
    assert (told.state, told.reason) == ("paused", shift.LOCKED)
    seat.take(actor)
    desk.window.look()
    assert queue.window(desk.hall.centre, "1").state == "open"


def test_a_window_that_serves_long_is_still_heard_of(desk: Desk) -> None:
    desk.issue()
    desk.next()
    desk.window.start(CLERK)
    desk.window.beat()
    seen = {each.window: each.seen_ms for each in queue.figures(desk.hall.centre).windows}["1"]
    desk.pass_time(LOOK_MS + 1)
    assert desk.window.due_ms() == 0
    desk.window.beat()
    assert {each.window: each.seen_ms for each in queue.figures(desk.hall.centre).windows}["1"] > seen


def test_a_window_that_is_left_says_so_unless_it_has_somebody(desk: Desk) -> None:
    def state() -> str:
        return queue.window(desk.hall.centre, "1").state

    desk.issue()
    desk.next()
    desk.window.look()
    desk.window.leave()
    assert state() == "open", "whoever was called comes to it when the program is started again"
    desk.window.start(CLERK)
    desk.window.hold(CLERK, "复印材料")
    desk.window.leave()
    assert state() == "open", "it has somebody set aside"
    desk.window.take_up(CLERK, desk.window.now().desk.held[0].ticket.ticket_id)
    desk.window.finish(CLERK, "只咨询")
    desk.window.look()
    assert state() == "open"
    desk.down()
    desk.window.leave()
    desk.down(False)
    assert state() == "open", "without a network nothing is told, and nothing fails"
    desk.window.look()
    desk.window.leave()
    assert state() == "closed"
    desk.window.look()
    assert state() == "open", "the program was started again"
    looked = threading.Event()
    thread = QueueThread(desk.seat.ws, [desk.business], lambda now: None, lambda error: None)
    thread.start()
    thread.do(lambda window: looked.set())
    assert looked.wait(60)
    thread.stop()
    thread._thread.join(60)
    assert state() == "closed", "the counter was quit"


def test_only_who_may_call_calls(desk: Desk) -> None:
    desk.issue()
    reviewer = Actor(id="0009", name="冯春", roles=frozenset({Role.KIOSK}))
    for act in (
        lambda: desk.window.call_next(reviewer),
        lambda: desk.window.take(reviewer, desk.issue()),
    ):
        with pytest.raises(Forbidden):
            act()
    assert desk.next()
    with pytest.raises(Forbidden):
        desk.window.pass_over(reviewer, "未到")
    assert desk.visit.called and not desk.window.now().desk.owed


def test_a_second_call_needs_the_first_to_end(desk: Desk) -> None:
    desk.issue(), desk.issue()
    number = desk.next()
    with pytest.raises(BadInput, match=number):
        desk.next()
    with pytest.raises(BadInput, match="还没有办过"):
        desk.window.finish(CLERK)


def test_nobody_is_called_on_a_number_of_yesterday(desk: Desk) -> None:
    desk.issue()
    desk.next()
    kept = desk.window.now().desk
    ws = desk.seat.ws
    yesterday = ws.clock.today() - dt.timedelta(days=1)
    for state, stays in (("called", False), ("serving", True)):
        visit = msgspec.structs.replace(desk.visit, ticket=msgspec.structs.replace(desk.visit.ticket, state=state))
        old = msgspec.structs.replace(kept, day=yesterday, visit=visit, asking=None)
        with ws.journal.write() as connection:
            from clerk_tui.store import desk as table

            table.keep(connection, msgspec.json.encode(old))
        assert (queue_desk.load(ws).visit is not None) is stays


@pytest.mark.parametrize("aside", [False, True], ids=["called", "set aside"])
def test_a_number_that_midnight_made_void_is_told_once(
    desk: Desk, aside: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = desk.issue()
    assert desk.next() == ticket.number
    if aside:
        desk.window.start(CLERK)
        desk.window.hold(CLERK, "去复印")
    desk.window.reload()
    before = desk.window.now().news
    clock = desk.seat.ws.hall_clock
    with monkeypatch.context() as patch:
        patch.setattr(type(clock), "today", lambda self: ticket.day + dt.timedelta(days=1))
        desk.window.reload()
        now = desk.window.now()
        assert now.visit is None and not now.desk.held
        assert now.news is not None and now.news != before
        assert (now.news.kind, now.news.number) == ("day_over", ticket.number)
        desk.window.reload()
        assert desk.window.now().news == now.news, "told once"


@pytest.mark.parametrize("verb", ["hold", "transfer"])
@pytest.mark.parametrize("heard", [True, False], ids=["known here", "said by the centre"])
def test_whom_midnight_found_at_the_window_stays_until_the_visit_ends(
    desk: Desk, verb: str, heard: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = desk.issue()
    assert desk.next() == ticket.number
    desk.window.start(CLERK)
    desk.window.served("SL01-A1-00001-Z", "received")
    before = desk.visit

    def away() -> None:
        if verb == "hold":
            desk.window.hold(CLERK, "去复印")
        else:
            desk.window.transfer(CLERK, "other", "", "取错号")

    clock = desk.seat.ws.hall_clock
    with monkeypatch.context() as patch:
        if heard:
            patch.setattr(type(clock), "today", lambda self: ticket.day + dt.timedelta(days=1))
            assert desk.window.now().past
            with pytest.raises(BadInput) as refused:
                away()
            assert refused.value.code == "day_over" and "办结" in refused.value.hint
        else:
            said = wire.Problem(code="day_over", message=f"{ticket.number}是昨天的号")
            patch.setitem(desk.seat.between.refused, verb, (409, msgspec.json.encode(said)))
            away()
            assert desk.news == "refused"
        assert desk.visit == before and not desk.window.now().desk.held and not desk.window.now().desk.owed
        desk.window.finish(CLERK)
    assert desk.wrote(ticket) == ["Called", "Started", "Finished"]
    assert desk.hall.ticket(ticket.ticket_id).state == "finished"


def test_a_damaged_row_is_no_row(desk: Desk) -> None:
    from clerk_tui.store import desk as table

    for body in (b"{", b"\xff", b'{"visit": 3}'):
        with desk.seat.ws.journal.write() as connection:
            table.keep(connection, body)
        assert queue_desk.load(desk.seat.ws).visit is None


@pytest.mark.parametrize("hours", [3, 30, -30])
def test_a_wrong_clock_is_put_right_by_the_centre(desk: Desk, hours: int) -> None:
    desk.set_clock_wrong(hours * HOUR_MS)
    desk.window.look()
    aside, ticket = desk.issue(), desk.issue()
    ws = desk.seat.ws
    assert queue_paper.read(ws, ticket_code.line(ticket.number, ticket.day)) == ticket.number
    assert abs(ws.hall_clock.now_ms() - ticket.issued_ms) < 60_000
    assert desk.next() == aside.number
    desk.window.hold(CLERK, "去复印")
    desk.down()
    desk.window.take(CLERK, msgspec.structs.replace(ticket, state="waiting"))
    (started,) = [body for body in desk.seat.facts(ticket.ticket_id) if isinstance(body, t.TicketStarted)]
    assert abs(started.at_ms - ticket.issued_ms) < 60_000, "off line too"
    desk.again()
    kept = desk.window.now().desk
    assert [each.number for each in kept.held] == [aside.number], "set aside today"


def test_what_is_at_the_window_stays_when_its_clock_is_put_right(desk: Desk) -> None:
    """A counter that was opened with a wrong clock, set right by a person, opened again."""
    desk.set_clock_wrong(30 * HOUR_MS)
    desk.again()
    ticket = desk.issue()
    assert desk.next() == ticket.number, "kept under a date of its own"
    desk.window.look()
    assert desk.visit.number == ticket.number, "the centre has said what day it is"
    desk.set_clock_wrong(0)
    desk.again()
    assert desk.visit.number == ticket.number
