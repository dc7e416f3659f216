"""The supervisor's board: pages about the hall, moved through with arrows. Nothing here changes anything anywhere."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.screen import Screen

from clerk_tui import actions
from clerk_tui.i18n import _
from clerk_tui.screens.board_overview import pages
from clerk_tui.screens.board_sheets import Beside, Entry, Hall, Page, Sheet
from clerk_tui.screens.kiosk import KioskApp, MayLeave
from clerk_tui.widgets.bars import Key, KeyLine
from clerk_tui.widgets.cells import clip, safe
from clerk_tui.widgets.hall_bar import HallBar, Sign, Told
from clerk_tui.widgets.painted import BLANK, Line, Painted, Span

if TYPE_CHECKING:
    from clerk_tui.config import Config
    from clerk_tui.services.hall_watch import Seen, Watcher

GROUP = "board"


class BoardApp(KioskApp):
    """``clerk board``; ``beside``: what to run beside it, of a sample hall's."""

    every_s: ClassVar[float] = 3.0

    def __init__(
        self,
        config: Config,
        watcher: Watcher,
        sign: Sign,
        may_leave: MayLeave | None = None,
        beside: Beside | None = None,
    ) -> None:
        super().__init__(config, watcher, may_leave)
        self.sign, self._beside = sign, beside

    def open(self) -> None:
        self.push_screen(BoardScreen(self.config, self.sign, self._beside))

    def second(self) -> None:
        self.show(self.seen)

    def show(self, seen: Seen) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, BoardScreen):
                screen.show(seen)


class BoardScreen(Screen[None]):
    """The pages, and what was opened from them: ``trail`` is the way back from what is in front."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]

    def __init__(self, config: Config, sign: Sign, beside: Beside | None = None) -> None:
        super().__init__()
        self.pages = pages()
        self.number = 0
        self.trail: list[tuple[Page, int]] = [(self.pages[0], 0)]
        self.hall = Hall(sign, config.timezone, config.display.yellow_min, config.display.red_min, beside=beside)
        self._keys = actions.list_keys(GROUP)
        self._seen: Seen | None = None

    @property
    def board(self) -> BoardApp:
        """The app."""
        assert isinstance(self.app, BoardApp)
        return self.app

    @property
    def page(self) -> Page:
        """The page in front."""
        return self.trail[-1][0]

    def compose(self) -> ComposeResult:
        yield HallBar(self.hall.zone)
        yield _Tabs(self)
        yield _Pane(self)
        yield KeyLine()

    def on_mount(self) -> None:
        self.show(self.board.seen)

    def show(self, seen: Seen) -> None:
        """Show what was seen."""
        now_ms = self.board.clock()
        # What the centre told is shown by the centre's clock, which is the hall's.
        ahead = seen.queue.now_ms - seen.at_ms if seen.queue is not None else 0
        self.hall = replace(self.hall, now_ms=now_ms + ahead)
        self._seen = seen
        if not self.query(KeyLine):
            return  # still being put together: ``on_mount`` comes back
        alarms = seen.board.alarms if seen.board is not None else []
        alarm = _("求助 {window}号窗口").format(window=clip(safe(alarms[0].window), 8)) if alarms else ""
        told = Told(self.hall.sign, _("看板"), now_ms, seen.silent_since_ms, seen.trouble, bool(seen.at_ms), alarm)
        self.query_one(HallBar).show(told)
        self.paint()

    def paint(self) -> None:
        """Everything below the top line anew; only what differs is drawn."""
        self.query_one(_Tabs).paint()
        self.query_one(_Pane).paint()
        pane = self.query_one(_Pane)
        can = {"open": pane.leads, "back": len(self.trail) > 1 or self.number > 0}
        # In a browser there is nothing to leave.
        named = [a for a in actions.group(GROUP) if a.short and not (a.id == "leave" and self.board.is_web)]
        line = [Key(_(a.shown), _(a.short), can.get(a.id, True), a.rank) for a in named]
        self.query_one(KeyLine).show(line)

    def sheet(self, columns: int, rows: int) -> Sheet:
        """The page in front for an area of this size."""
        if self._seen is None or (self._seen.queue is None and self._seen.board is None):
            why = self._seen.trouble if self._seen is not None else ""
            return Sheet(empty=_("还没有连上中心。") + (_(why) if why else ""))
        return self.page.sheet(self._seen, self.hall, columns, rows)

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        action = self._keys.get(event.key)
        pane = self.query_one(_Pane)
        if action == "page":
            self._go((self.number + (1 if event.key == "right" else -1)) % len(self.pages))
        elif action == "direct":
            self._go(int(event.key) - 1)
        elif action == "choose":
            pane.move(event.key)
        elif action == "open":
            self._open(pane.chosen)
        elif action == "back":
            self._back()
        elif action == "theme":
            self.board.cycle_theme()
        self.paint()

    def _go(self, number: int) -> None:
        if number < len(self.pages):
            self.number = number
            self.trail = [(self.pages[number], 0)]
            self._entered(0)

    def _open(self, entry: Entry | None) -> None:
        if entry is None or entry.leads is None:
            return
        page = entry.leads()
        self.trail[-1] = (self.page, self.query_one(_Pane).place)
        same = next(
            (at for at, known in enumerate(self.pages) if type(known) is type(page) and page.title == known.title), 0
        )
        if len(self.trail) == 1 and self.number == 0 and same:
            self._go(same)
            return
        been = next((at for at, (known, _place) in enumerate(self.trail) if known == page), len(self.trail))
        self.trail[been:] = [(page, 0)]
        self._entered(0)

    def _back(self) -> None:
        if len(self.trail) > 1:
            self.trail.pop()
            self._entered(self.trail[-1][1])
        elif self.number:
            self._go(0)

    def _entered(self, place: int) -> None:
        self.query_one(_Pane).begin(place)
        if self.board.wanted != self.page.wants:
            self.board.wanted = self.page.wants
            self.board.look_now()


class _Tabs(Painted):
    """The pages, and where one is in them."""

    def __init__(self, screen: BoardScreen) -> None:
        super().__init__(id="tabs")
        self._of = screen

    def lines_for(self, columns: int, rows: int) -> list[Line]:
        spans: list[Span] = [(" ", "plain")]
        for number, page in enumerate(self._of.pages):
            ink = "chip-info" if number == self._of.number else "faint"
            spans += [(f" {number + 1} {page.title} ", ink)]
        trail = [page.title for page, _place in self._of.trail]
        way = (((" " + "  /  ".join(trail), "title"),), "") if len(trail) > 1 else BLANK
        return [(tuple(spans), ""), way]


class _Pane(Painted):
    """The page in front, with the row that is chosen."""

    def __init__(self, screen: BoardScreen) -> None:
        super().__init__(id="board", classes="pane body")
        self._of = screen
        self.place = 0
        self._top = 0
        self._rows: tuple[Entry, ...] = ()
        self._head = 0

    @property
    def chosen(self) -> Entry | None:
        """The row under the cursor."""
        return self._rows[self.place] if self._rows else None

    @property
    def leads(self) -> bool:
        """Whether there is something behind the row under the cursor."""
        return self.chosen is not None and self.chosen.leads is not None

    def begin(self, place: int) -> None:
        """Another page, with the cursor there."""
        self.place, self._top = place, 0

    def move(self, key: str) -> None:
        """Move the cursor."""
        page = max(1, self.size.height - self._head - 2)
        step = {"up": -1, "down": 1, "pageup": -page, "pagedown": page}.get(key, 0)
        self.place = max(0, min(len(self._rows) - 1, self.place + step))

    def lines_for(self, columns: int, rows: int) -> list[Line]:
        sheet = self._of.sheet(columns, rows)
        self._rows = tuple(sheet.rows)
        self.place = max(0, min(self.place, len(self._rows) - 1))
        lines = list(sheet.head)
        self._head = len(lines)
        if not self._rows:
            return [*lines, (((" " + sheet.empty, "faint"),), "")] if sheet.empty else lines
        room = max(1, rows - len(lines) - len(sheet.foot))
        while self._top < self.place and sum(len(row.lines) for row in self._rows[self._top : self.place + 1]) > room:
            self._top += 1
        self._top = min(self._top, self.place)
        shown: list[Line] = []
        for number, row in enumerate(self._rows[self._top :], self._top):
            if len(shown) + len(row.lines) > room:
                break
            fill = "cursor" if number == self.place else ""
            shown += [(spans, fill if spans else "") for spans in row.lines]
        return [*lines, *shown, *sheet.foot]
