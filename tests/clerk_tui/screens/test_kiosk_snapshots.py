"""Pictures of the display and of every page of the board; the hall and its clock stand still."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from clerk_tui.config import Config
from clerk_tui.screens.kiosk import KioskApp
from tests.clerk_tui.screens.conftest import NARROW, WIDE
from tests.clerk_tui.screens.kiosk_rig import Visitor, make_board, make_display, of
from tests.clerk_tui.screens.seen_hall import MINUTE, NOW, Watching

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


@SIZES
@pytest.mark.parametrize("state", ["on line", "off line"])
def test_the_display_looks_as_it_was_made(snap_compare: Any, state: str, size: tuple[int, int]) -> None:
    silent = replace(of(), silent_since_ms=NOW - 4 * MINUTE, trouble="连不上中心")
    app, watching = make_display(Config(), silent if state == "off line" else None)

    async def before(pilot: Pilot[Any]) -> None:
        await _begun(app, watching, pilot, ())

    assert snap_compare(app, run_before=before, terminal_size=size)
