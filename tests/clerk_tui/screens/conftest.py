"""A clerk at the counter: types like a person, scans like a scanner, has no mouse, and every key is counted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol

import pytest
from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot

from clerk_tui.app import make_app
from clerk_tui.config import Config
from clerk_tui.screens.counter import CounterApp
from clerk_tui.screens.dialog import Dialog
from clerk_tui.services.workspace import Workspace
from tests.clerk_tui.screens.picture import lines

WIDE, NARROW = (120, 40), (80, 24)


class Clerk:
    """Whoever sits at the keyboard. ``keys`` counts what was pressed; a scan costs no key."""

    def __init__(self, app: CounterApp, pilot: Pilot[Any]) -> None:
        self.app, self.pilot = app, pilot
        self.keys = 0
        self.at = 0.0
        app.idle_s = 0.05
        app.key_time = lambda event: self.at  # type: ignore[method-assign]
        app.key_now = lambda: self.at + 1.0  # type: ignore[method-assign]

    async def press(self, *keys: str) -> None:
        """Press keys, an eighth of a second apart."""
        for key in keys:
            self.at += 0.125
            self.keys += 1
            name = _character_to_key(key) if len(key) == 1 else key
            character = " " if key == "space" else key if len(key) == 1 else None
            self.app.post_message(events.Key(name, character))
            await self.settle()
            if self.app._filter.silence:
                # The time in which a scanner's next key would come passes.
                self.app.call_later(self.app._expired)
                await self.settle()
        await self.drawn()

    async def drawn(self) -> None:
        """Until what is on the screen is drawn: a widget that is given its size may change it once more."""
        for _ in range(20):
            await self.pilot.pause()
            await self.settle()
            screen = self.app.screen
            if not (screen._layout_required or screen._repaint_required or screen._dirty_widgets):
                return

    async def settle(self) -> None:
        """Until every message that a key caused has been worked: down to the widget, up to the App, and down again."""
        quiet = 0
        while quiet < 20:
            await asyncio.sleep(0)
            busy = any(node._message_queue.qsize() for node in (self.app, *self.app._registry))
            quiet = 0 if busy else quiet + 1

    async def type(self, text: str) -> None:
        """Type text; a Chinese character counts as one key, as it leaves the input method."""
        await self.press(*("space" if char == " " else char for char in text))

    async def scan(self, code: str, *, gap: float = 0.004) -> None:
        """A scanner: the code and Enter, faster than anybody types."""
        self.at += 1.0
        for char in [*code, "\r"]:
            self.at += gap
            key = "enter" if char == "\r" else char
            at, event = self.at, events.Key(key, None if key == "enter" else char)
            _times[id(event)] = (event, at)
            self.app.key_time = lambda event: _times.get(id(event), (event, self.at))[1]  # type: ignore[method-assign]
            self.app.post_message(event)
        await self.pilot.pause()
        await self.pilot.pause()

    @property
    def text(self) -> str:
        """What is on the screen, without the blanks that fill lines."""
        return "\n".join(line.rstrip() for line in lines(self.app))

    @property
    def screen(self) -> Any:
        return self.app.screen

    @property
    def screen_below(self) -> Any:
        """The screen under the one in front."""
        return self.app.screen_stack[-2]

    @property
    def asks(self) -> bool:
        """Whether a dialog is open."""
        return isinstance(self.app.screen, Dialog)

    async def until(self, true: Callable[[], bool]) -> None:
        """Go on when something is so; the test's own limit is the end of patience."""
        for _ in range(2000):
            if true():
                return
            await self.pilot.pause()
        raise AssertionError(f"never came:\n{self.text}")


_times: dict[int, tuple[events.Key, float]] = {}


class OpenCounter(Protocol):
    def __call__(self, size: tuple[int, int] = WIDE) -> AbstractAsyncContextManager[Clerk]: ...


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Papers stay in the queue: rendering them is tested where they are made."""
    calls: list[str] = []
    monkeypatch.setattr(CounterApp, "print_papers", lambda self: calls.append("print"))
    return calls


@pytest.fixture
def counter(config: Config, ws: Workspace, printed: list[str]) -> OpenCounter:
    """Opens the counter on the sample hall, ready for the first key."""

    @asynccontextmanager
    async def opening(size: tuple[int, int] = WIDE) -> AsyncIterator[Clerk]:
        app = make_app(config, lambda: ws)
        async with app.run_test(size=size) as pilot:
            clerk = Clerk(app, pilot)
            await clerk.until(lambda: app._kept is not None)
            await pilot.pause()
            yield clerk

    return opening


Step = Callable[[Clerk], Awaitable[None]]
