"""A display or a board on a hall that stands still, and somebody at its keyboard."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from textual.pilot import Pilot

from clerk_tui import i18n
from clerk_tui.app import prepare
from clerk_tui.config import Config
from clerk_tui.screens.board import BoardApp
from clerk_tui.screens.board_sheets import Beside
from clerk_tui.screens.display import DisplayApp
from clerk_tui.screens.kiosk import KioskApp
from clerk_tui.services.hall_watch import Choice, Seen
from tests.clerk_tui.screens import seen_hall
from tests.clerk_tui.screens.picture import lines
from tests.clerk_tui.screens.seen_hall import NOW, SIGN, Watching

CODE = "135790"


class Visitor:
    """Whoever stands before the screen."""

    def __init__(self, app: KioskApp, pilot: Pilot[Any], watching: Watching) -> None:
        self.app, self.pilot, self.watching = app, pilot, watching

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def until(self, true: Callable[[], bool]) -> None:
        """Go on when something is so."""
        for _ in range(2000):
            if true():
                return
            await self.pilot.pause()
        raise AssertionError(f"never came:\n{self.text}")

    async def see(self, seen: Seen) -> None:
        """The hall is seen like this from now on."""
        self.watching.now = seen
        self.app.look_now()
        await self.until(lambda: self.app.seen is seen)
        await self.pilot.pause()

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in lines(self.app))


def make_board(config: Config, now: Seen | None = None, beside: Beside | None = None) -> tuple[BoardApp, Watching]:
    """A board whose clock stands, left with ``CODE``; ``beside``: a sample hall's."""
    watching = Watching(now)
    prepare(config)
    i18n.install(config.screen.language)
    app = BoardApp(config, watching, SIGN, lambda code: code == CODE, beside)  # type: ignore[arg-type]
    app.clock = lambda: NOW
    return app, watching


def make_display(config: Config, now: Seen | None = None, speaker: Any = None) -> tuple[DisplayApp, Watching]:
    """A display whose clock stands."""
    watching = Watching(now)
    prepare(config)
    i18n.install(config.screen.language)
    app = DisplayApp(config, watching, SIGN, speaker)  # type: ignore[arg-type]
    app.clock = lambda: NOW
    return app, watching


@asynccontextmanager
async def at(made: tuple[KioskApp, Watching], size: tuple[int, int] = (120, 40)) -> AsyncIterator[Visitor]:
    """The screen after its first look."""
    app, watching = made
    async with app.run_test(size=size) as pilot:
        visitor = Visitor(app, pilot, watching)
        await visitor.until(lambda: app.seen is watching.seen)
        # What was seen goes to the screen as a message, and from there to the pane that draws it.
        for _step in range(3):
            await pilot.pause()
        yield visitor


def of(choice: Choice | None = None) -> Seen:
    """The hall on an ordinary morning."""
    return seen_hall.seen(choice)
