"""Pictures of the display and of every page of the board; the hall and its clock stand still."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from clerk_tui.config import Config
from clerk_tui.screens.board_sheets import Hall
from clerk_tui.screens.board_trends import TrendsPage
from clerk_tui.screens.kiosk import KioskApp
from clerk_tui.services.hall_watch import Seen
from clerk_tui.widgets.painted import spans_width
from hall import queue_wire as q
from hall import wire_board as w
from tests.clerk_tui.screens.conftest import NARROW, WIDE
from tests.clerk_tui.screens.kiosk_rig import Visitor, make_board, make_display, of
from tests.clerk_tui.screens.seen_hall import MINUTE, NOW, SIGN, ZONE, Watching

SIZES = pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
WAYS = {
    "overview": (),
    "queue": ("2",),
    "windows": ("3",),
    "cases": ("4",),
    "promise": ("5",),
    "notices": ("6",),
    "devices": ("7",),
    "trends": ("8",),
    "list": ("4", "down", "enter"),
    "case": ("4", "down", "enter", "down", "enter"),
    "late": ("5", "down", "enter"),
    "noticed": ("6", "down", "enter"),
    "noticed-case": ("6", "enter", "enter"),
    "code": ("ctrl+q", "1", "2"),
}


async def _begun(app: KioskApp, watching: Watching, pilot: Pilot[Any], keys: tuple[str, ...]) -> None:
    visitor = Visitor(app, pilot, watching)
    await visitor.until(lambda: app.seen is watching.seen)
    for key in keys:
        await visitor.press(key)
        if key == "enter":
            await visitor.until(lambda: app.seen.chosen == app.wanted)
    await pilot.pause()


@SIZES
@pytest.mark.parametrize("page", WAYS)
def test_the_board_looks_as_it_was_made(snap_compare: Any, page: str, size: tuple[int, int]) -> None:
    app, watching = make_board(Config())

    async def before(pilot: Pilot[Any]) -> None:
        await _begun(app, watching, pilot, WAYS[page])

    assert snap_compare(app, run_before=before, terminal_size=size)


def _long_day(seen: Seen, first: int, last: int) -> Seen:
    """The same hall, open from ``first`` to the end of ``last``."""
    assert seen.queue is not None and seen.board is not None
    came = [
        q.HourFigures(
            hour=hour,
            days=1,
            arrivals=0,
            taken=12 + hour * 7 % 23,
            wait_min=4.5 + hour * 5 % 17,
            service_min=8,
            served=12,
        )
        for hour in range(first, last + 1)
    ]
    done = [
        w.HourCount(hour=hour, received=1 + hour * 5 % 19, decided=hour * 3 % 13) for hour in range(first, last + 1)
    ]
    return replace(seen, queue=replace(seen.queue, hours=came), board=replace(seen.board, hours=done))


@SIZES
def test_the_trends_of_a_hall_with_an_evening_look_as_they_were_made(snap_compare: Any, size: tuple[int, int]) -> None:
    app, watching = make_board(Config(), _long_day(of(), 8, 21))

    async def before(pilot: Pilot[Any]) -> None:
        await _begun(app, watching, pilot, WAYS["trends"])

    assert snap_compare(app, run_before=before, terminal_size=size)


@pytest.mark.parametrize("columns", [NARROW[0], 100, WIDE[0], 200])
@pytest.mark.parametrize(("first", "last"), [(8, 17), (8, 18), (8, 19), (7, 21), (0, 23)])
def test_every_hour_of_the_day_stands_below_its_own_title(first: int, last: int, columns: int) -> None:
    seen = _long_day(of(), first, last)
    drawn = [spans for spans, _fill in TrendsPage().sheet(seen, Hall(SIGN, ZONE, 15, 30), columns, 20).head]
    assert max(map(spans_width, drawn)) <= columns, "nothing is cut on the right"
    title, *bars, axis = drawn[: drawn.index(())]
    right = spans_width(title[:3])
    assert {spans_width(line[:3]) for line in (*bars, axis)} == {right}, "a picture begins where its title does"
    for picture in (1, 4):
        ink = len(bars[-1][picture][0].replace(" ", ""))
        assert ink and ink % (last - first + 1) == 0, "every hour has its column, as wide as the others"
        hours = [int(word) for word in axis[picture][0].split()]
        assert hours[0] == first and {b - a for a, b in pairwise(hours)} <= {1, 2, 3}


@SIZES
@pytest.mark.parametrize("state", ["on line", "off line"])
def test_the_display_looks_as_it_was_made(snap_compare: Any, state: str, size: tuple[int, int]) -> None:
    silent = replace(of(), silent_since_ms=NOW - 4 * MINUTE, trouble="连不上中心")
    app, watching = make_display(Config(), silent if state == "off line" else None)

    async def before(pilot: Pilot[Any]) -> None:
        await _begun(app, watching, pilot, ())

    assert snap_compare(app, run_before=before, terminal_size=size)
