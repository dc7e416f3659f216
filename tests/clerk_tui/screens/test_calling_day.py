"""A whole day of a hall at three windows: numbers taken, called, served, back with what was missing, and collected."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from clerk_tui.screens.case import CaseScreen
from clerk_tui.screens.closing import ClosingScreen
from clerk_tui.screens.home import HomeScreen
from clerk_tui.screens.result import ResultScreen
from clerk_tui.screens.station import StationApp
from clerk_tui.screens.station_pages import Given
from clerk_tui.screens.supplement import SupplementScreen
from clerk_tui.services import cases, next_steps, papers, proceedings
from clerk_tui.store import shifts
from clerk_tui.sync import queue
from hall import ticketing as t
from hall.case import CaseState
from hall.queue_wire import TicketView
from tests.clerk_tui.queue_rig import Hall, Seat, hall_with_queue
from tests.clerk_tui.screens.conftest import WIDE, Clerk
from tests.clerk_tui.screens.steps import confirm
from tests.clerk_tui.screens.test_calling import as_paper, at, call, choose, serving, settled, to_the_desk
from tests.clerk_tui.screens.windows import at_window, until


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    folder = tmp_path_factory.mktemp("hall")
    with hall_with_queue(folder, tmp_path_factory.getbasetemp() / "catalogue-cache") as hall:
        for code in ("A3", "A5", "A8"):
            hall.open(code)
        hall.open("T1", role="station")
        yield hall


async def take_in(clerk: Clerk, marks: str) -> str:
    """Moving house for whoever was called, with these marks in the checklist; the reference."""
    await until(clerk, lambda: isinstance(clerk.screen, HomeScreen) and clerk.screen.found.items)
    await choose(clerk, "户口迁移")
    await to_the_desk(clerk)
    await clerk.type(marks)
    await confirm(clerk)
    assert isinstance(clerk.screen, ResultScreen)
    return str(clerk.screen.result.reference)


def sync(hall: Hall) -> None:
    """Every window sends what it has and hears of the others."""
    for _ in range(2):
        for seat in hall.seats:
            assert seat.sync().trouble is None


async def test_a_day_from_the_first_number_to_the_close(hall: Hall, printed: list[str]) -> None:
    *seats, machine = hall.seats
    first = await by_one_key(hall, machine)
    second, third, fourth = (hall.issue(name="张三") for _ in range(3))
    async with at_window(seats[0]) as one, at_window(seats[1]) as two, at_window(seats[2]) as three:
        # Three windows call at once; nobody gets the same number.
        for clerk in (one, two, three):
            await clerk.press("ctrl+n")
        for clerk in (one, two, three):
            await until(clerk, lambda clerk=clerk: at(clerk))  # type: ignore[misc]
        assert {at(one), at(two), at(three)} == {first.number, second.number, third.number}
        noticed = await take_in(one, "12a")
        accepted = await take_in(two, "a")
        await until(three, lambda: three.screen.found.items)
        await choose(three, "户口迁移")
        await three.press("f7", "enter")
        # One ends and pauses there; two ends and calls the next one by the same key.
        await one.press("e")
        await two.press("enter")
        await until(two, lambda: at(two) == fourth.number)
        await settled(one)
        await three.press("e")
        await settled(three)
        await away_and_back(hall, seats[2], three)
        await back_for_the_notice(hall, three, noticed)
        await two.press("ctrl+g")
        await two.press("ctrl+n", "2")
        await settled(two)
        await collected(hall, seats[1], two, accepted)
        for seat, clerk in zip(seats, (one, two, three), strict=True):
            await closed(hall, seat, clerk)
    sync(hall)
    states = [hall.ticket(each.ticket_id).state for each in (first, second, third)]
    assert states == ["finished"] * 3 and hall.ticket(fourth.ticket_id).state == "passed"
    figures = queue.figures(hall.centre)
    (household,) = [each for each in figures.businesses if each.business == "household"]
    assert (household.finished, household.waiting, household.serving) == (6, 0, 0)


async def by_one_key(hall: Hall, seat: Seat) -> TicketView:
    """A number from the ticket machine's own screen, and its paper."""
    app = StationApp(seat.config, lambda: seat.ws)
    async with app.run_test(size=WIDE) as pilot:
        clerk = Clerk(app, pilot)  # type: ignore[arg-type]
        await until(clerk, lambda: "户籍与出入境" in clerk.text and app.station is not None and app.station.online)
        await clerk.press("3")
        await until(clerk, lambda: "请取走号票" in clerk.text)
        assert isinstance(app.page, Given)
        ticket = app.page.taken.ticket
    assert ticket.business == "household"
    return hall.ticket(ticket.ticket_id)


async def closed(hall: Hall, seat: Seat, clerk: Clerk) -> None:
    """Ctrl+R, F9, Enter: nothing is left at the window, and its sheet is made."""
    papers.deliver_pending(seat.ws)
    sync(hall)
    await clerk.press("escape", "ctrl+r")
    await until(clerk, lambda: isinstance(clerk.screen, ClosingScreen) and clerk.screen.looked is not None)
    assert isinstance(clerk.screen, ClosingScreen) and clerk.screen.looked is not None
    assert clerk.screen.looked.left == (), clerk.text
    await clerk.press("f9", "enter")
    await until(clerk, lambda: "已日结" in clerk.text)
    assert len(shifts.closes_of(seat.ws.journal.read())) == 1
    await clerk.press("enter")


async def away_and_back(hall: Hall, seat: Seat, clerk: Clerk) -> None:
    """Without a network the ticket in the hand is served; afterwards the centre knows."""
    ticket = hall.issue()
    seat.between.down = True
    await clerk.scan(as_paper(seat.ws, ticket))
    await clerk.press("enter")
    await until(clerk, lambda: at(clerk) == ticket.number)
    reference = await take_in(clerk, "a")
    await clerk.press("e")
    await until(clerk, lambda: not at(clerk))
    seat.between.down = False
    assert seat.sync().trouble is None
    assert hall.ticket(ticket.ticket_id).state == "finished"
    finished = seat.facts(ticket.ticket_id)[-1]
    assert isinstance(finished, t.TicketFinished) and finished.references == (reference,)
    await until(clerk, lambda: not clerk.app.queue.desk.owed)  # type: ignore[union-attr]


async def back_for_the_notice(hall: Hall, clerk: Clerk, reference: str) -> None:
    """With what was missing to any window: one key opens the supplement of another window's case."""
    sync(hall)
    back = hall.issue(lane="return", reference=reference)
    assert await call(clerk) == back.number
    await until(clerk, lambda: reference in clerk.text)
    await clerk.press("enter")
    assert isinstance(clerk.screen, SupplementScreen)
    await serving(clerk)
    await clerk.type("a")
    await confirm(clerk)
    await clerk.press("e")
    await settled(clerk)


async def collected(hall: Hall, seat: Seat, clerk: Clerk, reference: str) -> None:
    """Decided behind the window, collected at it: the visit ends with the step that was taken."""
    proceedings.decide(seat.ws, reference, granted=True, result="居民户口簿")
    ticket = hall.issue(lane="return", reference=reference)
    assert await call(clerk) == ticket.number
    await until(clerk, lambda: reference in clerk.text)
    await clerk.press("enter")
    assert isinstance(clerk.screen, CaseScreen)
    await clerk.until(lambda: clerk.screen._detail is not None)
    order = [offer.step.id for offer in next_steps.offers(seat.ws, reference)]
    await clerk.press("f8", str(order.index("pickup") + 1), "1", "enter")
    assert cases.get(seat.ws, reference).case.state is CaseState.DELIVERED
    await clerk.press("ctrl+n")
    await settled(clerk)
    finished = seat.facts(ticket.ticket_id)[-1]
    assert isinstance(finished, t.TicketFinished)
    assert (finished.references, finished.outcomes) == ((reference,), ("pickup",))
