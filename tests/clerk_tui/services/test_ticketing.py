"""A ticket machine against a real centre: on line, off line and back, when replies are lost and printers fail."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import zxingcpp
from msgspec.structs import replace

from clerk_tui.clock import SystemClock
from clerk_tui.config import PrintSection
from clerk_tui.printing.ticket import escpos
from clerk_tui.screens import station_work
from clerk_tui.screens.station_pages import COME_BACK, LEAVE, PRINT_AGAIN, Found, Given, choices, draw, offers
from clerk_tui.services import arriving, booking, numbers, ticket_moves, ticketing
from clerk_tui.services.arriving import Arrival
from clerk_tui.services.queue_centre import SILENCE_MS
from clerk_tui.services.signing import device_key, known_keys
from clerk_tui.services.ticket_printing import print_ticket
from clerk_tui.services.ticketing import MOMENT_MS, Station, Taken, TicketRefused, Wish
from clerk_tui.services.workspace import Workspace
from clerk_tui.store import tickets as store
from clerk_tui.store.bookings import Booking
from clerk_tui.sync import queue
from clerk_tui.sync.asking import Centre, Unreachable
from hall import queue_wire as w
from hall import ticket_code
from hall import ticketing as t
from hall.errors import BadIdentity, BadInput
from hall.facts import PaperIssued
from hall.roles import Forbidden
from hall.tickets import TicketState
from tests.clerk_tui.conftest import ZONE
from tests.clerk_tui.printing.tickets import printed
from tests.clerk_tui.queue_rig import Hall, Seat, hall_with_queue
from tests.receipts.reading import joined, read_text

SOMEBODY, ANOTHER = "110101188001010011", "110101188503120026"
HOUR_MS = 3_600_000


class Clock(SystemClock):
    """The machine's clock, set wrong by ``ahead_ms``; ``later_ms`` passes without it."""

    def __init__(self) -> None:
        super().__init__(ZONE)
        self.ahead_ms = self.later_ms = 0

    def now_ms(self) -> int:
        return super().now_ms() + self.ahead_ms

    def mono_ms(self) -> int:
        return super().mono_ms() + self.later_ms

    def today(self) -> dt.date:
        return dt.datetime.fromtimestamp(self.now_ms() / 1000, ZONE).date()


class Machine:
    """A ticket machine: its memory, its line to the centre, and a clock that a test sets."""

    def __init__(self, seat: Seat, clock: Clock) -> None:
        self.seat, self.clock = seat, clock
        self.ws: Workspace = seat.ws
        self.anew()
        self.centre = Centre(seat.between.url, seat.token, patience_s=20)
        ticketing.take_seat(self.ws)

    @property
    def down(self) -> bool:
        return self.seat.between.down

    @down.setter
    def down(self, down: bool) -> None:
        self.seat.between.down = down
        self.clock.later_ms += 2 * SILENCE_MS

    def wish(self, key: str = "company", **values: object) -> Wish:
        return ticketing.wish_for(self.ws, key, **values)  # type: ignore[arg-type]

    def take(self, key: str = "company", **values: object) -> Taken:
        """Somebody takes a ticket, a while after whoever came before."""
        self.clock.later_ms += 10 * MOMENT_MS
        return self.press(self.wish(key, **values))

    def press(self, wish: Wish) -> Taken:
        return ticketing.take(self.ws, self.station, wish)

    def facts(self, taken: Taken) -> list[object]:
        return [fact.body for fact in self.ws.journal.facts_of(taken.ticket.ticket_id)]

    def code(self, taken: Taken) -> str:
        """The signed code on its paper."""
        issued = self.facts(taken)[0]
        assert isinstance(issued, t.TicketIssued)
        code = ticket_code.TicketCode(ticket_id=taken.ticket.ticket_id, issued=issued)
        return ticket_code.encode(code, device_key(self.ws))

    def anew(self) -> None:
        """The program begins, or ends and begins again: the centre has not said what time it is."""
        self.ws.hall_clock.ahead_ms = None
        self.station = Station(self.ws)


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    with hall_with_queue(tmp_path_factory.mktemp("hall"), tmp_path_factory.getbasetemp() / "catalogue-cache") as hall:
        hall.open("A1")
        for code in ("T1", "T2"):
            hall.open(code, Clock(), role="station")
        yield hall


@pytest.fixture
def machine(hall: Hall) -> Iterator[Machine]:
    yield from opened(hall, 1)


@pytest.fixture
def second(hall: Hall) -> Iterator[Machine]:
    yield from opened(hall, 2)


def opened(hall: Hall, place: int) -> Iterator[Machine]:
    seat = hall.seats[place]
    clock = seat.ws.clock
    assert isinstance(clock, Clock)
    machine = Machine(seat, clock)
    yield machine
    machine.down, clock.ahead_ms = False, 0
    seat.between.bend = lambda path, body: body
    machine.centre.close()
    machine.station.close()


def test_a_number_from_the_centre_is_in_the_journal_and_at_the_centre(hall: Hall, machine: Machine) -> None:
    first, second = machine.take("household"), machine.take("household")
    assert first.ticket.number[0] == "C" and not first.offline and not first.already
    assert int(second.ticket.number[1:]) == int(first.ticket.number[1:]) + 1
    assert first.told is not None and second.told is not None
    assert second.told.ahead == first.told.ahead + 1 and second.told.wait_min == -1
    issued = machine.facts(first)[0]
    assert isinstance(issued, t.TicketIssued) and issued.station == "T1"
    told = hall.ticket(first.ticket.ticket_id)
    assert (told.number, told.issued_ms, told.day) == (first.ticket.number, issued.at_ms, issued.day)
    report = machine.seat.sync()
    assert report.trouble is None and report.pending == 0
    assert store.asked(machine.ws.journal.read()) == []


def test_a_double_press_is_one_ticket_on_line_and_off_line(machine: Machine) -> None:
    for machine.down in (False, True):
        if machine.down:
            machine.down = False
            numbers.refill(machine.ws, machine.station)
            machine.down = True
        taken = machine.take("livelihood")
        again = machine.press(machine.wish("livelihood"))
        assert again.ticket == taken.ticket
        assert machine.take("livelihood").ticket.number != taken.ticket.number, "the next person gets the next number"
    assert machine.press(machine.wish("safety")).ticket.business == "safety", "another business is another wish"


def test_two_presses_at_once_are_one_ticket(machine: Machine) -> None:
    machine.clock.later_ms += 10 * MOMENT_MS
    taken: list[Taken] = []
    threads = [
        threading.Thread(target=lambda: taken.append(machine.press(machine.wish("tax-insurance")))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({each.ticket.number for each in taken}) == 1


def test_a_lost_reply_leaves_nobody_waiting_without_a_paper(hall: Hall, machine: Machine) -> None:
    numbers.refill(machine.ws, machine.station)
    machine.seat.between.lose(what="/queue/tickets")
    taken = machine.take("construction")
    assert taken.offline, "no answer came, so the number is one of the machine's own"
    (asked,) = [each for each in store.asked(machine.ws.journal.read()) if each.business == "construction"]
    assert hall.ticket(asked.ticket_id).state == "waiting", "the centre made one that nobody has on paper"
    machine.anew()
    assert ticket_moves.give_back(machine.ws, machine.station) == 1
    assert hall.ticket(asked.ticket_id).state == "voided"
    machine.seat.sync()
    assert hall.ticket(taken.ticket.ticket_id).number == taken.ticket.number
    assert ticket_moves.give_back(machine.ws, machine.station) == 0


def test_one_waiting_ticket_a_person_and_business(hall: Hall, machine: Machine, second: Machine) -> None:
    hall_knows = [each.seat.sync().trouble for each in (machine, second)]
    assert hall_knows == [None, None], "both machines have the hall's secret from here on"
    first = machine.take("company", id_number=SOMEBODY)
    assert SOMEBODY.encode() not in machine.ws.journal.path.read_bytes()
    same = second.take("company", id_number=SOMEBODY)
    assert same.already and same.ticket.ticket_id == first.ticket.ticket_id
    assert second.facts(same), "the second machine can print it too"
    assert not machine.take("company", id_number=ANOTHER).already
    assert not machine.take("household", id_number=SOMEBODY).already
    numbers.refill(machine.ws, machine.station)
    machine.down = True
    assert machine.take("company", id_number=SOMEBODY).ticket == first.ticket
    assert machine.take("safety", id_number=SOMEBODY).offline
    assert machine.take("safety", id_number=SOMEBODY).already
    with pytest.raises(BadIdentity):
        machine.wish("company", id_number="110101188001010012")


def test_off_line_numbers_come_from_the_machines_own_block_and_are_the_halls(
    hall: Hall, machine: Machine, second: Machine
) -> None:
    for each in (machine, second):
        numbers.refill(each.ws, each.station)
        each.down = True
    taken = [each.take("household") for each in (machine, second, machine)]
    assert all(each.offline and each.told is None for each in taken)
    assert len({each.ticket.number for each in taken}) == 3
    for each in (machine, second):
        each.down = False
        assert each.seat.sync().trouble is None
    for ticket in (each.ticket for each in taken):
        assert hall.ticket(ticket.ticket_id).number == ticket.number
    on_line = machine.take("household")
    assert on_line.ticket.number not in {each.ticket.number for each in taken}


def test_a_block_is_had_once_however_often_its_reply_is_lost(machine: Machine) -> None:
    day = machine.ws.hall_clock.today() + dt.timedelta(days=1)
    following = machine.ws.calendar.next_workday(machine.ws.hall_clock.today()).day
    with machine.ws.journal.write() as tx:
        tx.execute("DELETE FROM number_block")
    machine.seat.between.lose(what="/queue/blocks")
    with pytest.raises(Unreachable):
        numbers.refill(machine.ws, machine.station)
    machine.clock.later_ms += 2 * SILENCE_MS
    (asked,) = [
        each.block_id
        for key in "ABCDEF"
        for each in store.blocks(machine.ws.journal.read(), machine.ws.hall_clock.today(), key)
    ]
    numbers.refill(machine.ws, machine.station)
    found = [
        each
        for date in (machine.ws.hall_clock.today(), following)
        for key in "ABCDEF"
        for each in store.blocks(machine.ws.journal.read(), date, key)
    ]
    assert asked in {each.block_id for each in found}
    assert len(found) == 12 and all(each.left == 50 for each in found) and following >= day
    assert numbers.refill(machine.ws, machine.station) == 0, "there is enough"
    assert set(numbers.left(machine.ws, machine.station).letters.values()) == {50}


def test_a_used_up_block_says_so_and_gives_nothing(machine: Machine) -> None:
    with machine.ws.journal.write() as tx:
        tx.execute("UPDATE number_block SET next = last + 1 WHERE letter = 'F'")
    machine.down = True
    head = machine.ws.journal.head.seq
    with pytest.raises(TicketRefused) as caught:
        machine.take("safety")
    assert caught.value.code == "no_numbers" and "用完" in caught.value.message and "咨询台" in caught.value.hint
    assert machine.ws.journal.head.seq == head
    machine.down = False
    assert not machine.take("safety").offline, "with the network it goes on by itself"
    numbers.refill(machine.ws, machine.station)
    assert numbers.left(machine.ws, machine.station).letters["F"] >= 25


def test_a_wrong_clock_is_said_and_changes_no_business_day(machine: Machine) -> None:
    numbers.refill(machine.ws, machine.station)
    right = machine.clock.today()
    machine.clock.ahead_ms = 30 * HOUR_MS
    assert machine.clock.today() != right
    taken = machine.take("company")
    assert abs(taken.skew_ms - 30 * HOUR_MS) < 60_000
    assert taken.ticket.day == right and machine.ws.hall_clock.today() == right
    machine.down = True
    off = machine.take("company")
    assert off.ticket.day == right, "what the centre said last puts the clock right off line too"
    assert abs(off.ticket.issued_ms - (machine.clock.now_ms() - 30 * HOUR_MS)) < 60_000


def test_midnight_begins_another_day_with_numbers_of_its_own(machine: Machine) -> None:
    """Nothing has to run at midnight: the block of the new day is there already."""
    numbers.refill(machine.ws, machine.station)
    today = machine.clock.today()
    following = machine.ws.calendar.next_workday(today).day
    machine.down = True
    before = machine.take("livelihood")
    midnight = dt.datetime.combine(following, dt.time(0, 0, 1), ZONE)
    machine.anew()
    machine.clock.ahead_ms = int(midnight.timestamp() * 1000) - SystemClock(ZONE).now_ms()
    after = machine.take("livelihood")
    assert (before.ticket.day, after.ticket.day) == (today, following)
    with pytest.raises(TicketRefused):
        ticket_moves.find(machine.ws, machine.station, before.ticket.number + "0")
    code = machine.code(before)
    with pytest.raises(ticket_code.TicketCodeError) as caught:
        arriving.read(machine.ws, machine.station, code)
    assert caught.value.code == "ticket_of_other_day", "yesterday's ticket is nobody's today"


def test_a_printed_ticket_scans_and_opens_at_a_window_off_line(hall: Hall, machine: Machine) -> None:
    taken = machine.take("household", lane="priority", priority="孕妇")
    done = print_ticket(machine.ws, taken.ticket.ticket_id, taken.told)
    assert (done.state, done.nth, done.ticket.print_state) == ("printed", 0, "printed")
    pdf = Path(done.path).read_bytes()
    assert Path(done.path).name == f"ticket-{taken.ticket.day:%Y%m%d}-{taken.ticket.number}.pdf"
    (paper,) = printed(escpos(pdf))
    codes = sorted((code.text for code in zxingcpp.read_barcodes(paper)), key=len)
    assert codes[0] == ticket_code.line(taken.ticket.number, taken.ticket.day)
    window = hall.seats[0]
    window.sync()
    machine.seat.sync()
    window.sync()
    said = ticket_code.decode(codes[1], known_keys(window.ws), taken.ticket.day)
    assert said.ticket_id == taken.ticket.ticket_id and said.issued == machine.facts(taken)[0]


def test_a_ticket_whose_print_failed_exists_says_so_and_can_be_printed_again(machine: Machine, tmp_path: Path) -> None:
    taken = machine.take("company")
    there = tmp_path / "papers"
    there.write_text("a file stands where the folder should be", encoding="utf-8")
    broken = replace(machine.ws.config, print=PrintSection(target=f"dir:{there}"))
    ws = Workspace(broken, machine.ws.journal, machine.ws.catalogue, machine.ws.calendar, machine.clock)
    ticketing.take_seat(ws)
    failed = print_ticket(ws, taken.ticket.ticket_id, taken.told)
    assert (failed.state, failed.ticket.print_state, failed.ticket.state) == ("failed", "failed", TicketState.WAITING)
    assert failed.error and failed.hint
    there.unlink()
    first = print_ticket(ws, taken.ticket.ticket_id)
    assert (first.state, first.nth) == ("printed", 0), "nobody has the first one, so it is no 补打"
    again = print_ticket(ws, taken.ticket.ticket_id)
    assert (again.state, again.nth, again.ticket.reprints) == ("printed", 1, 1)
    assert Path(again.path).name.endswith("-r1.pdf")
    states = [body.state for body in machine.facts(taken) if isinstance(body, t.TicketPrinted)]
    assert states == ["failed", "printed", "printed"]


def test_a_ticket_is_given_back_with_a_reason(hall: Hall, machine: Machine) -> None:
    taken = machine.take("company")
    with pytest.raises(BadInput):
        ticket_moves.void(machine.ws, machine.station, taken.ticket.number, " ")
    done = ticket_moves.void(machine.ws, machine.station, taken.ticket.number, "不办了")
    assert done.state is TicketState.VOIDED
    assert hall.ticket(taken.ticket.ticket_id).state == "voided"
    assert machine.seat.sync().trouble is None
    told = queue.look(machine.centre, taken.ticket.ticket_id).ticket
    assert told.reason == "不办了" and told.version == hall.ticket(taken.ticket.ticket_id).version
    numbers.refill(machine.ws, machine.station)
    machine.down = True
    off_line = machine.take("company")
    assert ticket_moves.void(machine.ws, machine.station, off_line.ticket.number, "不办了").reason


def pass_over(hall: Hall, taken: Taken) -> None:
    """Window 9 calls somebody, who does not come."""
    window = hall.seats[0]
    claim = w.ClaimRequest(
        claim_id=window.ws.new_id(),
        window="9",
        businesses=[taken.ticket.business],
        ticket=taken.ticket.ticket_id,
        reason="试",
    )
    queue.claim(hall.centre, claim)
    action = w.ReasonedAction(action_id=window.ws.new_id(), window="9", reason="三次未到")
    queue.move(hall.centre, taken.ticket.ticket_id, "pass", action)


@pytest.mark.parametrize("held", [False, True], ids=["its number", "its paper"])
def test_to_say_that_one_is_back_shows_no_paper(hall: Hall, machine: Machine, held: bool) -> None:
    """The number of whoever was passed over stood on the display: it neither prints their ticket nor gives it back."""
    taken = machine.take("safety")
    code = machine.code(taken) if held else taken.ticket.number
    pass_over(hall, taken)
    page = station_work.read(code, ())(machine.ws, machine.station)
    assert isinstance(page, Found) and page.held is held
    assert offers(page) == ([PRINT_AGAIN, COME_BACK] if held else [COME_BACK])
    page = station_work.come_back(taken.ticket.ticket_id, held=page.held)(machine.ws, machine.station)
    assert isinstance(page, Found) and page.taken.ticket.state is TicketState.WAITING
    assert offers(page) == ([PRINT_AGAIN, LEAVE] if held else [])


@pytest.mark.parametrize("held", [False, True], ids=["its number", "its paper"])
def test_whoever_was_passed_over_twice_reads_that_at_once(hall: Hall, machine: Machine, held: bool) -> None:
    """Nothing is offered that would be refused."""
    taken = machine.take("safety")
    pass_over(hall, taken)
    ticket_moves.come_back(machine.ws, machine.station, taken.ticket.number)
    pass_over(hall, taken)
    code = machine.code(taken) if held else taken.ticket.number
    page = station_work.read(code, ())(machine.ws, machine.station)
    assert isinstance(page, Found) and page.over == "已过号2次，请重新取号"
    assert not choices(page)


def test_whoever_was_passed_over_comes_back_once_and_only_on_line(hall: Hall, machine: Machine) -> None:
    taken = machine.take("safety")
    pass_over(hall, taken)
    found = ticket_moves.find(machine.ws, machine.station, taken.ticket.number)
    assert found.ticket.state is TicketState.PASSED
    machine.down = True
    with pytest.raises(TicketRefused, match="没有网络"):
        ticket_moves.come_back(machine.ws, machine.station, taken.ticket.number)
    machine.down = False
    machine.seat.between.lose(what="/return")
    back = ticket_moves.come_back(machine.ws, machine.station, taken.ticket.number)
    assert back.state is TicketState.WAITING, "asked once more under the same identity after a lost reply"
    assert hall.ticket(taken.ticket.ticket_id).state == "waiting"
    with pytest.raises(TicketRefused, match="没有过号"):
        ticket_moves.come_back(machine.ws, machine.station, taken.ticket.number)


def test_the_screen_knows_who_waits_where(machine: Machine) -> None:
    told = {each.business.key: each for each in numbers.outlook(machine.ws, machine.station)}
    assert list(told) == [each.key for each in machine.ws.catalogue.hall.businesses]
    before = told["tax-insurance"].waiting
    machine.take("tax-insurance")
    now = {each.business.key: each for each in numbers.outlook(machine.ws, machine.station)}
    assert now["tax-insurance"].waiting == before + 1


def bookings(*rows: str) -> bytes:
    return "\n".join(("code,business,begin,end,id_number", *rows)).encode()


def at(machine: Machine, minutes: int) -> str:
    moment = dt.datetime.fromtimestamp(machine.clock.now_ms() / 1000 + 60 * minutes, ZONE)
    return moment.isoformat(timespec="minutes")


def slot(machine: Machine) -> tuple[dt.datetime, dt.datetime]:
    """The hours of the hall's day that it is now."""
    today = machine.clock.today()
    return dt.datetime.combine(today, dt.time(10), ZONE), dt.datetime.combine(today, dt.time(15), ZONE)


def booked(code: str, *machines: Machine) -> list[Booking]:
    """The same appointment at each of these machines, which have numbers for when they are off line."""
    found = []
    for each in machines:
        each.clock.ahead_ms = 0
        begin, end = slot(each)
        booking.take_in(each.ws, bookings(f"{code},A,{begin:%Y-%m-%d %H:%M},{end:%Y-%m-%d %H:%M},"))
        numbers.refill(each.ws, each.station)
        (appointment,) = arriving.read(each.ws, each.station, code).bookings
        found.append(appointment)
    return found


def test_an_appointment_at_two_machines_off_line_is_one_ticket(hall: Hall, machine: Machine, second: Machine) -> None:
    here, there = booked("YY-3001", machine, second)
    machine.down = second.down = True
    first = booking.check_in(machine.ws, machine.station, here)
    machine.clock.later_ms += 10 * MOMENT_MS
    other = booking.check_in(second.ws, second.station, there)
    assert first.offline and other.offline and first.ticket.number != other.ticket.number
    for each in (machine, second):
        each.down = False
        assert each.seat.sync().trouble is None
    kept = hall.ticket(first.ticket.ticket_id)
    assert (kept.state, {kept.number, *kept.withdrawn}) == ("waiting", {first.ticket.number, other.ticket.number})
    assert kept.ticket_id == other.ticket.ticket_id and len(kept.withdrawn) == 1


def test_an_appointment_s_ticket_of_a_lost_reply_is_not_given_back(hall: Hall, machine: Machine) -> None:
    (appointment,) = booked("YY-3002", machine)
    machine.seat.between.lose(what="/queue/tickets")
    taken = booking.check_in(machine.ws, machine.station, appointment)
    assert taken.offline
    machine.anew()
    assert ticket_moves.give_back(machine.ws, machine.station) == 0
    assert machine.seat.sync().trouble is None
    kept = hall.ticket(taken.ticket.ticket_id)
    assert kept.state == "waiting" and taken.ticket.number in (kept.number, *kept.withdrawn)


def test_an_appointment_is_checked_in_once_and_never_queues_again(machine: Machine, second: Machine) -> None:
    machine.clock.ahead_ms = second.clock.ahead_ms = 0
    begin, end = slot(machine)
    row = f"YY-2048,A,{begin:%Y-%m-%d %H:%M},{end:%Y-%m-%d %H:%M},{SOMEBODY}"
    for each in (machine, second):
        assert booking.take_in(each.ws, bookings(row)) == booking.Booked(read=1, news=1)
        assert booking.take_in(each.ws, bookings(row)).news == 0
    arrival = arriving.read(machine.ws, machine.station, "yy-2048")
    assert arrival.kind == "booking"
    (found,) = arrival.bookings
    taken = booking.check_in(machine.ws, machine.station, found)
    assert (taken.ticket.lane, taken.ticket.slot_ms) == ("booked", int(begin.timestamp() * 1000))
    assert booking.check_in(machine.ws, machine.station, found).ticket == taken.ticket
    card = arriving.read(machine.ws, machine.station, SOMEBODY)
    assert [each.code for each in card.bookings] == ["YY-2048"] and SOMEBODY not in repr(card)
    with pytest.raises(TicketRefused, match="另一台"):
        booking.check_in(second.ws, second.station, found)


def test_who_comes_in_time_for_an_appointment_is_told_its_slot_and_no_minutes(machine: Machine) -> None:
    booked("YY-3003", machine)
    begin, end = slot(machine)
    page = station_work.read("YY-3003", ())(machine.ws, machine.station)
    assert isinstance(page, Given) and page.taken.told is not None
    screen = "".join(text for spans, _fill in draw(page, 80, 22).lines for text, _ink in spans)
    path = print_ticket(machine.ws, page.taken.ticket.ticket_id, page.taken.told).path
    paper = joined(read_text(Path(path).read_bytes()))
    for told, dash in ((screen, "-"), (paper, "–")):
        assert f"您的预约时段{begin:%H:%M}{dash}{end:%H:%M}" in told.replace(" ", "") and "现在优先" in told
        assert "分钟" not in told and "前面还有" not in told


def test_an_appointment_that_was_passed_over_comes_back_by_its_code(hall: Hall, machine: Machine) -> None:
    booked("YY-3004", machine)
    given = station_work.read("YY-3004", ())(machine.ws, machine.station)
    assert isinstance(given, Given)
    pass_over(hall, given.taken)
    page = station_work.read("YY-3004", ())(machine.ws, machine.station)
    assert isinstance(page, Found) and offers(page) == [PRINT_AGAIN, COME_BACK]
    station_work.come_back(given.taken.ticket.ticket_id, held=True)(machine.ws, machine.station)
    assert isinstance(station_work.read("YY-3004", ())(machine.ws, machine.station), Given)
    pass_over(hall, given.taken)
    page = station_work.read("YY-3004", ())(machine.ws, machine.station)
    assert isinstance(page, Found) and "重新取号" in page.over


def test_an_appointment_of_another_day_or_over_is_told(machine: Machine) -> None:
    tomorrow = machine.clock.today() + dt.timedelta(days=1)
    booking.take_in(machine.ws, bookings(f"LATER1,C,{tomorrow} 09:30", f"GONE12,C,{at(machine, -3)},{at(machine, -2)}"))
    for code, error in (("LATER1", "booking_other_day"), ("GONE12", "booking_over")):
        found = booking.find(machine.ws, machine.station, code)
        assert found is not None
        with pytest.raises(TicketRefused) as caught:
            booking.check_in(machine.ws, machine.station, found)
        assert caught.value.code == error and caught.value.hint


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "没有预约"),
        (b"\xff\xfe", "UTF-8"),
        (b"[1]", "JSON"),
        (b'{"code": 1}', "JSON"),
        (b"[" * 100_000, "JSON"),
        (b'[{"code": "AAAA", "business": "A", "begin": 5}]', "第1条"),
        (bookings("AAAA,A,2026-11-23 09:30", "AAAA,A,2026-11-23 09:30"), "前面已经有了"),
        (bookings("AAAA,Z,2026-11-23 09:30"), "没有取号业务"),
        (bookings("AA,A,2026-11-23 09:30"), "code"),
        (bookings("AAAA,A,morgen"), "begin 不是时间"),
        (bookings("AAAA,A,9999-12-31T23:59"), "年份"),
        (bookings("AAAA,A,2026-11-23 09:30,2026-11-23 09:00"), "end"),
        (bookings("AAAA,A,2026-11-23 09:30,,110101188001010012"), "id_number"),
        (b"code,business,begin,name\nAAAA,A,2026-11-23 09:30,x", "name"),
        (bookings("AAAA"), "缺少 business"),
        (bookings("AAAA,A,2026-11-23 09:30,,,more"), "第1条"),
    ],
)
def test_a_file_of_appointments_is_taken_in_whole_or_not_at_all(machine: Machine, content: bytes, words: str) -> None:
    before = machine.ws.journal.read().execute("SELECT count(*) FROM booking").fetchone()
    with pytest.raises(BadInput) as caught:
        booking.take_in(machine.ws, content)
    assert words in caught.value.message and SOMEBODY[:6] not in caught.value.message
    assert machine.ws.journal.read().execute("SELECT count(*) FROM booking").fetchone() == before


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "A" * 10_000, "TKT1:AAAA", "TKT-A012-1331", "CLK1:\x1b[31m", "CLK2:6BFOX", "\u202e李四[/b]", "0",
        "SL01-A1-00001-X", "110101188001010012", "'; DROP TABLE event; --",
    ],
)  # fmt: skip
def test_a_hostile_scan_is_refused_in_words_and_writes_nothing(machine: Machine, text: str) -> None:
    head = machine.ws.journal.head.seq
    with pytest.raises(BadInput) as caught:
        arriving.read(machine.ws, machine.station, text)
    assert caught.value.message and caught.value.hint
    assert machine.ws.journal.head.seq == head


def test_an_earlier_paper_leads_to_the_return_lane_of_its_business(hall: Hall, machine: Machine) -> None:
    from clerk_tui.services import intake
    from tests.clerk_tui.walkins import MISSING, restaurant

    window = hall.seats[0]
    noticed = intake.submit(window.ws, restaurant(window.ws, layout=MISSING))
    bodies = [fact.body for fact in window.ws.journal.facts_of(noticed.case_id)]
    (code,) = [body.replica for body in bodies if isinstance(body, PaperIssued) and body.kind == "notice"]
    window.sync()
    assert machine.seat.sync().trouble is None
    for shown in (code, noticed.reference, noticed.reference.lower(), noticed.reference.replace("-", "")):
        arrival = arriving.read(machine.ws, machine.station, shown)
        assert (arrival.kind, arrival.reference) == ("return", noticed.reference)
        # The paper says what it is about; a reference does not, and the machine has no cases: that is asked.
        assert (arrival.business.key if arrival.business else "") == ("company" if shown == code else "")
    taken = machine.take("company", lane="return", reference=arrival.reference)
    assert (taken.ticket.lane, taken.ticket.reference) == ("return", noticed.reference)


def test_a_card_alone_makes_one_ticket_and_a_ticket_in_hand_is_found(machine: Machine) -> None:
    assert arriving.read(machine.ws, machine.station, ANOTHER) == Arrival(kind="card", id_number=ANOTHER)
    taken = machine.take("company")
    line = ticket_code.line(taken.ticket.number, taken.ticket.day)
    shown = arriving.read(machine.ws, machine.station, line)
    assert (shown.kind, shown.ticket) == ("ticket", taken.ticket.number)
    assert ticket_moves.find(machine.ws, machine.station, shown.ticket).ticket == taken.ticket


def test_a_ticket_machine_may_do_nothing_but_give_tickets(machine: Machine) -> None:
    from clerk_tui.services import cases

    with pytest.raises(Forbidden):
        cases.find(machine.ws, "张三")
    for wrong in ({"key": "X"}, {"lane": "priority"}, {"lane": "priority", "priority": "—"}, {"lane": "booked"}):
        with pytest.raises(BadInput):
            machine.wish(**{"key": "A", **wrong})


@pytest.mark.parametrize(
    ("opens", "begins", "over", "other_day"),
    [
        (dt.time(23, 50), "{today} 23:30,{tomorrow} 00:00", "{today} 22:00,{today} 23:00", "{tomorrow} 00:00"),
        (dt.time(0, 2), "{today} 00:00,{today} 00:30", "{today} 00:00,{today} 00:01", "{yesterday} 23:50"),
    ],
    ids=["before midnight", "after midnight"],
)
def test_beside_midnight_an_appointment_is_of_the_hall_s_day(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, opens: dt.time, begins: str, over: str, other_day: str
) -> None:
    with ExitStack() as stack:
        hall = stack.enter_context(hall_with_queue(tmp_path, tmp_path_factory.getbasetemp() / "catalogue-cache", opens))
        hall.open("T1", Clock(), role="station")
        machine = stack.enter_context(contextmanager(opened)(hall, 0))
        today, day = machine.clock.today(), dt.timedelta(days=1)
        rows = [f"YY-{nth},A,{row}" for nth, row in enumerate((begins, over, other_day), 4001)]
        dates = {"yesterday": today - day, "today": today, "tomorrow": today + day}
        booking.take_in(machine.ws, bookings(*(row.format(**dates) for row in rows)))
        page = station_work.read("YY-4001", ())(machine.ws, machine.station)
        assert isinstance(page, Given) and page.slot is not None and page.slot.clock == "now"
        assert page.taken.ticket.day == today
        assert hall.ticket(page.taken.ticket.ticket_id).number == page.taken.ticket.number
        for code, error in (("YY-4002", "booking_over"), ("YY-4003", "booking_other_day")):
            found = booking.find(machine.ws, machine.station, code)
            assert found is not None
            with pytest.raises(TicketRefused) as caught:
                booking.check_in(machine.ws, machine.station, found)
            assert caught.value.code == error
