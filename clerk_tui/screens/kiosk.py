"""What a screen that only shows has: it looks again and again in a thread, and nobody leaves it without the code.

There is no command palette, nothing is typed but the code, and no key reaches the shell behind it. Told to end by the
system (SIGTERM, SIGHUP), it ends.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Protocol, cast

from textual import events, on
from textual.app import App, ComposeResult
from textual.screen import ModalScreen

from clerk_tui import messages, themes
from clerk_tui.i18n import _
from clerk_tui.logs import placed
from clerk_tui.screens import terminal_gone
from clerk_tui.services.hall_watch import now_ms
from clerk_tui.widgets.cells import wrap
from clerk_tui.widgets.painted import BLANK, Line
from clerk_tui.widgets.virtual_list import TextPane
from hall.lockout import Failures, wait_words

if TYPE_CHECKING:
    from clerk_tui.config import Config
    from clerk_tui.services.hall_watch import Choice, Seen, Watcher

log = logging.getLogger(__name__)
ASKED_S = 30.0
"""Seconds that the question for the code stays without a key."""
LONGEST_CODE = 12
MayLeave = Callable[[str], bool]


def hold_the_keyboard() -> None:
    """Let no key end or stop the program, from its first moment on: a terminal that is not yet ours sends signals."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP):
        signal.signal(number, signal.SIG_IGN)


class KioskApp(App[None]):
    """A program that shows the hall. ``may_leave`` knows the code; without it leaving is only confirmed.

    ``every_s``: how often the hall is looked at, in seconds.
    """

    CSS_PATH = "../styles/app.tcss"
    ENABLE_COMMAND_PALETTE = False
    ESCAPE_TO_MINIMIZE = False
    TITLE = "clerk"
    every_s: ClassVar[float] = 2.0

    def __init__(self, config: Config, watcher: Watcher, may_leave: MayLeave | None = None) -> None:
        super().__init__()
        self.config = config
        self.clock: Callable[[], int] = now_ms
        self.seen: Seen = watcher.seen
        self.wanted: Choice | None = None
        self.may_leave = may_leave
        self.failures = Failures()
        self._watcher = watcher
        self._ended, self._wake = threading.Event(), threading.Event()
        self._leaving = False
        for theme in themes.THEMES:
            self.register_theme(theme)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(themes.LIGHT.variables)

    def on_mount(self) -> None:
        if not (self.is_headless or self.is_web):
            self._watch_terminal()
        self.theme = self.config.screen.theme
        self.open()
        self.set_interval(1.0, self.second)
        threading.Thread(target=self._watching, name="hall-watch", daemon=True).start()

    def on_unmount(self) -> None:
        self._ended.set()
        self._wake.set()

    def open(self) -> None:
        """Put the screen up."""

    def second(self) -> None:
        """A second has passed."""

    def show(self, seen: Seen) -> None:
        """Show what was seen."""

    def cycle_theme(self) -> None:
        """The next theme."""
        self.theme = themes.next_theme(self.theme)

    def look_now(self) -> None:
        """Look at once: something else is wanted."""
        self._wake.set()

    def _watching(self) -> None:
        while not self._ended.is_set():
            self._wake.clear()
            try:
                seen = self._watcher.look(self.wanted)
            except Exception as error:
                log.error("looking at the hall failed: %s", placed(error))
            else:
                self.post_message(messages.HallSeen(seen))
            self._wake.wait(self.every_s)
        self._watcher.close()

    @on(messages.HallSeen)
    def _seen(self, message: messages.HallSeen) -> None:
        self.seen = message.seen
        self.show(message.seen)

    # -- leaving ---------------------------------------------------------------------------------------------------

    async def action_quit(self) -> None:
        """Ctrl+Q asks for the code; in a browser there is nothing to leave."""
        if not self.is_web and not isinstance(self.screen, CodeScreen):
            self.push_screen(CodeScreen(self.may_leave is not None), self._answered)

    def action_help_quit(self) -> None:
        """Ctrl+C does nothing here."""

    def action_suspend_process(self) -> None:
        """Ctrl+Z does nothing here."""

    def _answered(self, leave: bool | None) -> None:
        if leave:
            self.exit()

    def _watch_terminal(self) -> None:
        loop = asyncio.get_running_loop()

        def gone() -> None:
            loop.call_soon_threadsafe(self._hung_up)

        hold_the_keyboard()  # Textual's driver has taken SIGTSTP for itself meanwhile
        terminal_gone.watch(gone)
        terminal_gone.on_signals(gone)

    def _hung_up(self) -> None:
        if not self._leaving:
            self._leaving = True
            self.exit(return_code=terminal_gone.GONE)


class Coded(Protocol):
    """A program that a code leaves: what knows the code, how often it was wrong, and what time it is."""

    may_leave: MayLeave | None
    failures: Failures
    clock: Callable[[], int]


class CodeScreen(ModalScreen[bool]):
    """Asks a ``Coded`` program's code, or only whether. Wrong codes make everybody wait longer and longer
    (``hall.lockout``)."""

    def __init__(self, coded: bool) -> None:
        super().__init__()
        self._coded = coded
        self._code = ""
        self._told = ""
        self._busy = False

    @property
    def kiosk(self) -> Coded:
        """The program."""
        return cast("Coded", self.app)

    def compose(self) -> ComposeResult:
        yield TextPane(self._lines, id="code-box", classes="")

    def on_mount(self) -> None:
        self._timer = self.set_timer(ASKED_S, lambda: self.dismiss(False))

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        self._timer.reset()
        if event.key == "escape":
            self.dismiss(False)
        elif event.key == "enter":
            self._enter()
        elif self._busy or not self._coded:
            return
        elif event.key == "backspace":
            self._code = self._code[:-1]
        elif event.character and event.character.isdigit() and event.character.isascii():
            self._code = (self._code + event.character)[:LONGEST_CODE]
        self.query_one(TextPane).paint()

    def _enter(self) -> None:
        check = self.kiosk.may_leave
        if check is None:
            self.dismiss(True)
            return
        wait = self.kiosk.failures.wait_ms(self.kiosk.clock())
        if wait or self._busy or not self._code:
            self._told = _("输错太多次，{time}后再试").format(time=_(wait_words(wait))) if wait else self._told
            return
        code, self._code, self._busy = self._code, "", True
        self.kiosk.failures = self.kiosk.failures.begun(self.kiosk.clock())
        self.run_worker(lambda: self._check(check, code), thread=True, exit_on_error=False)

    def _check(self, check: MayLeave, code: str) -> None:
        right = check(code)
        self.app.call_from_thread(self._checked, right)

    def _checked(self, right: bool) -> None:
        self._busy = False
        if right:
            self.kiosk.failures = Failures()
            self.dismiss(True)
            return
        self._told = _("退出码不对")
        self.query_one(TextPane).paint()

    def _lines(self, columns: int, rows: int) -> list[Line]:
        lines: list[Line] = [(((_("退出"), "title"),), ""), BLANK]
        if self._coded:
            hidden = "*" * len(self._code)
            lines += [
                (((_("退出码 "), "plain"), (hidden, "field-on"), (" ", "caret")), ""),
                (((self._told, "bad"),), ""),
            ]
        else:
            lines += [(((line, "plain"),), "") for line in wrap(_("没有设退出码，按 Enter 就退出。"), columns)]
        lines += [
            BLANK,
            (((" Enter ", "chip-key"), (_(" 退出   "), "strong"), (" Esc ", "chip-key"), (_(" 返回"), "plain")), ""),
        ]
        return lines
