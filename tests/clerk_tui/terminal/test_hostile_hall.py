"""The hall's other screens paint the same ten thousand names: ticket machine, print station, close, pause, training.

What is looked at are the spans that a screen hands over, before the last guard in ``widgets.painted``, and their width.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec import structs
from textual.app import App

from clerk_tui.app import make_app, prepare
from clerk_tui.config import CentreSection, Config, DeviceSection
from clerk_tui.screens import station_pages as pages
from clerk_tui.screens.closing import ClosingScreen
from clerk_tui.screens.dialog import Box, Dialog
from clerk_tui.screens.paused import PausedScreen
from clerk_tui.screens.print_station import Head, Looked, PrintStationApp
from clerk_tui.screens.signing_in import SignInScreen
from clerk_tui.screens.station import StationApp
from clerk_tui.screens.station_view import TopLine
from clerk_tui.screens.training import ExerciseStrip, TrainingApp, result_of, told
from clerk_tui.services import training
from clerk_tui.services.day_close import Closing, Open
from clerk_tui.services.numbers import Outlook
from clerk_tui.services.print_sources import StationJob
from clerk_tui.services.print_station import Station
from clerk_tui.services.shift import Pause
from clerk_tui.services.ticket_printing import Printed
from clerk_tui.services.ticketing import Taken
from clerk_tui.services.training import Begun, Point, Score
from clerk_tui.services.workspace import Workspace
from clerk_tui.widgets.painted import Painted
from hall.catalogue.model import Business
from hall.queue_wire import Told
from hall.shifts import LEFT_NAMES, Figures, Run, Work
from hall.shifts import Printed as PrintedPapers
from hall.tickets import Ticket, TicketState
from tests.clerk_tui.conftest import MONDAY
from tests.clerk_tui.screens.test_print_station import shared, station, still
from tests.clerk_tui.terminal.test_hostile_screens import NAMES, SIZES, Size, at, batches
from tests.hostile import FORBIDDEN

__all__ = ["shared", "station", "still"]


def harmless(app: App[Any], about: object) -> None:
    """Letters alone in what is painted now, in lines as wide as their place."""
    for widget in app.screen.query(Painted):
        for row, (spans, _fill) in enumerate(widget._lines):
            text = "".join(text for text, _ink in spans)
            assert not FORBIDDEN.search(text), f"{widget!r} paints {text!a} for {about!a}"
            wide = widget.render_line(row).cell_length
            assert wide == widget.size.width, f"{widget!r} is {wide} wide: {text!a} for {about!a}"


# -- the ticket machine ------------------------------------------------------------------------------------------------


def ticket(words: Iterator[str], state: TicketState = TicketState.WAITING) -> Ticket:
    return Ticket(
        ticket_id="t",
        business="c",
        number="C001",
        day=MONDAY,
        issued_ms=0,
        lane="priority",
        state=state,
        priority=next(words),
        window=next(words),
        reason=next(words),
        reference=next(words),
    )


def every_page(words: Iterator[str]) -> Iterator[pages.Page]:
    """Each page of the machine, with names wherever one shows something that others wrote."""

    def business() -> Business:
        return Business(key="c", letter="C", name=next(words), about=next(words), where=next(words))

    def taken(**more: Any) -> Taken:
        return Taken(ticket=ticket(words, **more), told=Told(ahead=3, wait_min=9, least_min=0, most_min=30))

    seen = tuple(Outlook(business=business(), waiting=count, windows=1) for count in (0, 3))
    yield pages.Businesses(seen, note=next(words))
    yield pages.Businesses(seen, asked=pages.Asked(priority=next(words)))
    yield pages.Businesses(seen, asked=pages.Asked(reference=next(words)))
    yield pages.Reasons((next(words), next(words)))
    yield pages.Entry(next(words)[:300])
    yield pages.Waiting(next(words))
    for already in (False, True):
        given = pages.Given(structs.replace(taken(), already=already), business())
        yield given
        failed = Printed(ticket=given.taken.ticket, state="failed", error=next(words), hint=next(words))
        yield dataclasses.replace(given, printed=failed)
    for held in (False, True):
        found = pages.Found(taken(), business(), held)
        yield found
        yield pages.Found(taken(state=TicketState.CALLED), business(), held, over=next(words))
        yield pages.Leaving(found)
    yield pages.Trouble(next(words), next(words), shown=True)


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_every_page_of_the_ticket_machine(config: Config, ws: Workspace, size: Size) -> None:
    settings = structs.replace(config, device=DeviceSection(code="T1"), centre=CentreSection(enabled=False))
    prepare(settings)
    app = StationApp(settings, lambda: ws)
    async with app.run_test(size=size) as pilot:
        while app.workspace is None or not isinstance(app.page, pages.Businesses):
            await pilot.pause(0.01)
        for part in batches(48):
            words = itertools.chain(part, itertools.repeat("张三"))
            for page in every_page(words):
                app.screen.query_one(TopLine).show(part[0], "2026-11-02", online=True, skew="")
                app._front.view.show(page)
                harmless(app, (type(page).__name__, part))


# -- the print station -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_the_print_station(still: Station, size: Size) -> None:
    app = PrintStationApp(still, "east")
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        app.look = lambda: None  # type: ignore[method-assign]
        head = app.query_one(Head)
        for part in batches(40):
            states = itertools.cycle(("unknown", "failed", "printing", "queued", "printed"))
            names = zip(part[:36:2], part[1:36:2], states, strict=False)
            jobs = [
                StationJob(name=f"{number}{name}", source=error, state=state, error=error)  # type: ignore[arg-type]
                for number, (name, error, state) in enumerate(names)
            ]
            head._name, head._printer = part[36], part[37]
            app._looked(Looked(jobs, {"centre": part[38], "folder": part[39]}))
            harmless(app, part)
        # A dialog's own lines are painted with all of the names elsewhere: here it is what goes into it.
        for name in NAMES[::200]:
            app.list.show([StationJob(name=name.text, source="centre", state="unknown", error=name.text)])
            app._ask(False)
            await pilot.pause()
            harmless(app, name)
            app.pop_screen()
            await pilot.pause()


# -- pausing, signing in, the close of the day -------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_a_pause_and_signing_in(config: Config, ws: Workspace, size: Size) -> None:
    async with at(config, ws, size) as (app, pilot):
        paused = PausedScreen(Pause(0, "", "0001"))
        await app.push_screen(paused)
        await pilot.pause()
        for part in batches(2):
            paused.pause, paused.name_of = Pause(0, part[0], part[1]), part[1]
            paused._again()
            harmless(app, part)
        seat = SignInScreen("0001", "张三")
        await app.push_screen(seat)
        await pilot.pause()
        for part in batches(4):
            locked = SignInScreen(part[0][:20], part[1])
            seat.box.begin(locked.box.form, part[0][:20], part[2], part[3])
            harmless(app, part)


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_the_close_of_the_day(config: Config, ws: Workspace, size: Size) -> None:
    async with at(config, ws, size) as (app, pilot):
        screen = ClosingScreen()
        await app.push_screen(screen)
        await pilot.pause()
        kinds = tuple(LEFT_NAMES)
        for number, part in enumerate(batches(4 * len(kinds) + 2)):
            words = iter(part)
            left = tuple(Open(kind, 3, (next(words), next(words), next(words))) for kind in kinds)
            screen.reasons = {kind: next(words) for kind in kinds} if number % 2 else {}
            figures = Figures(
                first_seq=1,
                last_seq=9,
                first_ms=0,
                last_ms=1,
                work=(Work(what=next(words), count=2),),
                papers=(PrintedPapers(kind=next(words), issued=1),),
            )
            screen.told(Closing(today=MONDAY, runs=(Run(MONDAY, 1, 9),), figures=figures, left=left))
            harmless(app, part)
            if number % 20 == 0:
                screen._explain(left[0])
                await pilot.pause()
                harmless(app, part)
                app.pop_screen()
                await pilot.pause()


# -- training ----------------------------------------------------------------------------------------------------------


def exercise(begun: Begun, words: Iterator[str]) -> Begun:
    """The exercise in such words, as a hall may write its own."""
    one = structs.replace(
        begun.exercise, title=next(words), desk=(next(words), next(words), next(words)), ticket=next(words)
    )
    return structs.replace(begun, exercise=one, story=next(words))


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_training(config: Config, ws: Workspace, size: Size) -> None:
    app = make_app(structs.replace(config, training=True), lambda: ws, exercises=training.load())
    assert isinstance(app, TrainingApp)
    async with app.run_test(size=size) as pilot:
        while not isinstance(app.screen, Dialog):
            await pilot.pause(0.01)
        assert app.home.query_one(ExerciseStrip).size.height, "it stands above the screen"
        while not app.screen.query(Box):
            await pilot.pause(0.01)
        box = app.screen.query_one(Box)
        first = training.begin(ws, app.exercises[0])
        for part in batches(12):
            words = iter(part)
            app.begun = exercise(first, words)
            app.exercises = (app.begun.exercise,)
            app._paint()
            points = (
                Point(what=next(words), right=False, told=next(words), why=next(words)),
                Point(what=next(words), right=True, told=next(words)),
            )
            title = app.begun.exercise.title
            score = Score(key="x", title=title, done=True, points=points, keys=1, expected_keys=1, seconds=1)
            for spec in (
                dataclasses.replace(box.spec, title=title, paragraphs=told(app.begun), options=(title,)),
                result_of(score),
            ):
                box.spec = spec
                box.paint()
                harmless(app, part)
            for strip in app.home.query(ExerciseStrip):
                assert not any(FORBIDDEN.search(text) for spans, _fill in strip._lines for text, _ink in spans), part
