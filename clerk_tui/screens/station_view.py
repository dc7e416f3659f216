"""What the ticket machine's screen is made of: the line on top, the page, the line of keys; all can be touched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from textual import events
from textual.app import ComposeResult
from textual.screen import Screen

from clerk_tui.i18n import _
from clerk_tui.screens import station_keypad
from clerk_tui.screens import station_pages as pages
from clerk_tui.widgets.cells import safe, width
from clerk_tui.widgets.painted import Line, Painted, Span, spread


class Press(Protocol):
    """Does what a key does; ``text`` is what it types, ``touched`` says that it was touched on the screen."""

    def __call__(self, key: str, text: str = "", *, touched: bool = False) -> None:
        """Press it."""


class TopLine(Painted):
    """Hall, what this machine is, the day and the time, whether the centre answers."""

    def __init__(self) -> None:
        super().__init__(id="status")
        self.said: tuple[str, str, bool, str] = ("", "", True, "")

    def show(self, hall: str, when: str, online: bool, skew: str) -> None:
        """Say this."""
        if self.said != (hall, when, online, skew):
            self.said = hall, when, online, skew
            self.paint()

    def lines_for(self, columns: int, rows: int) -> list[Line]:
        hall, when, online, skew = self.said
        state = (_("在线"), "bar-good") if online else (_("断网"), "bar-warn")
        left = [(" " + safe(hall), "strong"), ("  " + _("取号机"), "plain")]
        right = [*([(skew + "  ", "bar-warn")] if skew else []), state, (f"   {when} ", "plain")]
        return [(spread(left, right, columns), "bar")]


class StationView(Painted):
    """The page in front; touching a choice is as good as its digit."""

    can_focus = True

    def __init__(self, choose: Callable[[int], None], press: Press) -> None:
        super().__init__(id="station")
        self.page: pages.Page = pages.Waiting("")
        self._choose, self._press = choose, press
        self._drawn = pages.Drawn((), (), ())

    def show(self, page: pages.Page) -> None:
        """Show this page."""
        self.page = page
        self.paint()

    def lines_for(self, columns: int, rows: int) -> list[Line]:
        self._drawn = pages.draw(self.page, columns, rows)
        return list(self._drawn.lines)

    def on_click(self, event: events.Click) -> None:
        if isinstance(self.page, pages.Entry) and self.page.touched:
            above = self._drawn.above
            key = station_keypad.at(event.x, event.y - above, self.size.width, self.size.height - above)
            if key:
                self._press(key, key if len(key) == 1 else "", touched=True)
            return
        hits = self._drawn.hits
        place = hits[event.y] if event.y < len(hits) else -1
        if place >= 0:
            self._choose(place)


class ButtonLine(Painted):
    """The keys of the page in front; touching one is as good as pressing it. Three lines tall where there is room."""

    def __init__(self, press: Press) -> None:
        super().__init__(id="keys", classes="buttons")
        self._press = press
        self._buttons: tuple[pages.Button, ...] = ()

    def show(self, buttons: tuple[pages.Button, ...]) -> None:
        """Show these."""
        if buttons != self._buttons:
            self._buttons = buttons
            self.paint()

    def lines_for(self, columns: int, rows: int) -> list[Line]:
        spans: list[Span] = [(" ", "plain")]
        for each in self._buttons:
            spans += [(f" {each.shown} ", "bar-key"), (f"{each.text}  ", "plain")]
        line: Line = (tuple(spans), "bar")
        return [line] if rows < 3 else [((), "bar"), line, ((), "bar")]

    def on_click(self, event: events.Click) -> None:
        left = 1
        for each in self._buttons:
            right = left + width(f" {each.shown} {each.text}  ")
            if left <= event.x < right and each.key:
                self._press(each.key, touched=True)
                return
            left = right


class StationScreen(Screen[None]):
    """Top line, page, key line."""

    BINDINGS = []
    AUTO_FOCUS = "#station"

    VERTICAL_BREAKPOINTS = [(0, "-low"), (30, "-high")]

    def __init__(self, choose: Callable[[int], None], press: Press) -> None:
        super().__init__()
        self.view = StationView(choose, press)
        self.buttons = ButtonLine(press)

    def compose(self) -> ComposeResult:
        yield TopLine()
        yield self.view
        yield self.buttons
