"""The ticket machine's screen: one view that shows a page after the other, digits and touch.

A thread beside looks who waits, fills the blocks of numbers up and gives back what nobody holds.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textual import events, on

from clerk_tui import messages, themes
from clerk_tui.i18n import _, named, say_hall
from clerk_tui.logs import placed
from clerk_tui.screens import station_pages as pages
from clerk_tui.screens import station_work as works
from clerk_tui.screens import terminal_gone
from clerk_tui.screens.dialog import Answer, Dialog, Spec, problem
from clerk_tui.screens.kiosk import MayLeave, hold_the_keyboard
from clerk_tui.screens.station_leaving import LeftWithCode
from clerk_tui.screens.station_view import StationScreen, TopLine
from clerk_tui.widgets.editor import typed
from clerk_tui.widgets.phrases import clock_words
from hall.errors import HallError
from hall.moments import local_time

if TYPE_CHECKING:
    from clerk_tui.config import Config
    from clerk_tui.screens.supervising import Report, Supervisor
    from clerk_tui.services.one_machine import OnlyOne
    from clerk_tui.services.ticket_printing import Printed
    from clerk_tui.services.ticketing import Station
    from clerk_tui.services.workspace import Workspace

log = logging.getLogger(__name__)
LOOK_S = 3.0
"""How often the machine looks who waits, in seconds."""
IDLE_S = 30.0
"""After so long without a key a page that somebody left goes back to the first."""
LONGEST = 60
DIGITS = "123456789"
TURNS = {"right": 1, "pagedown": 1, "left": -1, "pageup": -1}


class StationApp(LeftWithCode):
    """``clerk station``. ``workspace`` is ``None`` until journal and catalogue are open; ``may_leave`` as
    ``LeftWithCode`` has it."""

    CSS_PATH = "../styles/app.tcss"
    ENABLE_COMMAND_PALETTE = False
    ESCAPE_TO_MINIMIZE = False
    TITLE = "clerk"

    def __init__(
        self,
        config: Config,
        open_workspace: Callable[[], Workspace] | None = None,
        make_supervisor: Callable[[Workspace, Report], Supervisor] | None = None,
        may_leave: MayLeave | None = None,
    ) -> None:
        super().__init__(may_leave)
        self.config = config
        self.workspace: Workspace | None = None
        self.station: Station | None = None
        self.seen: tuple[Any, ...] = ()
        self.note = ""
        self._open_workspace = open_workspace
        self._make_supervisor = make_supervisor
        self._supervisor: Supervisor | None = None
        self._ended, self._wake = threading.Event(), threading.Event()
        self._front = StationScreen(self.choose, self.press)
        self._left = 0.0
        self._only: OnlyOne | None = None
        for theme in themes.THEMES:
            self.register_theme(theme)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(themes.LIGHT.variables)

    # -- opening and closing ---------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        if not (self.is_headless or self.is_web):
            loop = asyncio.get_running_loop()

            def gone() -> None:
                loop.call_soon_threadsafe(lambda: self.exit(return_code=terminal_gone.GONE))

            hold_the_keyboard()
            terminal_gone.watch(gone)
            terminal_gone.on_signals(gone)
        self.theme = self.config.screen.theme
        self.push_screen(self._front)
        self.call_after_refresh(lambda: self.run_worker(self._opening, thread=True, exit_on_error=False))

    def _opening(self) -> None:
        try:
            if self._open_workspace is not None:
                workspace = self._open_workspace()
            else:
                from clerk_tui.services.workspace import open_workspace

                workspace = open_workspace(self.config)
            from clerk_tui.services.one_machine import OnlyOne

            self._only = OnlyOne(workspace)
            first = works.first_page(workspace)
        except HallError as error:
            self.post_message(messages.WorkspaceFailed(error))
        except Exception as error:
            log.error("opening the workspace failed: %s", placed(error))
            self.post_message(messages.WorkspaceFailed(_unexpected()))
        else:
            self.post_message(messages.StationReady(workspace, first))

    @on(messages.StationReady)
    def _opened(self, message: messages.StationReady) -> None:
        from clerk_tui.services.ticketing import Station, take_seat

        self.workspace = message.workspace
        take_seat(message.workspace)
        self.station = Station(message.workspace)
        self.seen = message.first.seen
        say_hall((each.zh, each.en) for each in message.workspace.catalogue.english)
        self.show(message.first)
        self.set_interval(1.0, self._second)
        if self._make_supervisor is not None:
            self._supervisor = self._make_supervisor(message.workspace, lambda change: None)
            self._supervisor.start()
        threading.Thread(target=self._looking, name="station-look", daemon=True).start()

    @on(messages.WorkspaceFailed)
    def _not_opened(self, message: messages.WorkspaceFailed) -> None:
        def close(answer: Answer | None) -> None:
            self.exit(return_code=2)

        self.push_screen(Dialog(problem(message.error, _("现在不能取号。"))), close)

    def on_unmount(self) -> None:
        self._ended.set()
        self._wake.set()
        if self._supervisor is not None:
            self._supervisor.stop()
        if self._only is not None:
            self._only.leave()

    # -- beside ----------------------------------------------------------------------------------------------------

    def _looking(self) -> None:
        from receipts.render import warm_up

        assert self.workspace is not None and self.station is not None
        try:
            warm_up()
        except HallError as error:
            log.warning("tickets cannot be printed: %s", error.code)
        while not self._ended.is_set():
            try:
                self.post_message(messages.StationSeen(*works.look(self.workspace, self.station)))
            except Exception as error:
                log.error("looking at the queue failed: %s", placed(error))
            self._wake.wait(LOOK_S)
            self._wake.clear()
        self.station.close()

    @on(messages.StationSeen)
    def _seen(self, message: messages.StationSeen) -> None:
        self.note = message.note
        if message.seen:
            self.seen = tuple(message.seen)
        page = self.page
        if isinstance(page, pages.Businesses):
            note = self.note if page.asked == pages.Asked() else ""
            self._front.view.show(replace(page, seen=self.seen, note=note))
        self.show_lines()

    def _second(self) -> None:
        page = self.page
        self._left -= 1.0
        calm = isinstance(page, pages.Waiting) or (isinstance(page, pages.Businesses) and page.asked == pages.Asked())
        if self._left <= 0 and not calm:
            self.home()
        self.show_lines()

    # -- pages -----------------------------------------------------------------------------------------------------

    @property
    def page(self) -> pages.Page:
        """The page in front."""
        return self._front.view.page

    def show(self, page: pages.Page) -> None:
        """Put a page in front; it goes away by itself."""
        waits = isinstance(page, pages.Given) and (page.printed is None or page.printed.state == "printed")
        self._left = float(self.config.station.shown_s) if waits else IDLE_S
        self._front.view.show(page)
        self.show_lines()

    def home(self) -> None:
        """The first page, for whoever comes next."""
        self.show(pages.Businesses(self.seen, note=self.note))

    def show_lines(self) -> None:
        """Bring the lines above and below up to date."""
        ws, station = self.workspace, self.station
        if ws is None or station is None or not self._front.query(TopLine):
            # Still being put together, or already being taken down.
            return
        now = local_time(ws.hall_clock.now_ms(), self.config.timezone)
        skew = clock_words(ws.hall_clock.skew_ms)
        online = station.online or not self.config.centre.enabled
        self._front.query_one(TopLine).show(named(ws.catalogue.hall.name), f"{now:%m-%d %H:%M}", online, skew)
        size = self._front.view.size
        if size.width and size.height:
            self._front.buttons.show(pages.draw(self.page, size.width, size.height).keys)

    def do(self, work: works.Work, what: str = "") -> None:
        """Have something done in a thread, a page meanwhile; the page that follows comes as a message."""
        ws, station = self.workspace, self.station
        if ws is None or station is None:
            return
        self.show(pages.Waiting(what or _("正在取号")))

        def worker() -> None:
            try:
                page = work(ws, station)
            except HallError as error:
                page = pages.Trouble(_(error.message), _(error.hint))
            except Exception as error:
                log.error("the ticket machine: %s", placed(error))
                page = pages.Trouble(_("程序出了意外的错误"), _("请到咨询台取号"))
            self.post_message(messages.StationPage(page))

        self.run_worker(worker, thread=True, exit_on_error=False)

    @on(messages.StationPage)
    def _follows(self, message: messages.StationPage) -> None:
        page = message.page
        self.show(page)
        if isinstance(page, pages.Given):
            self._wake.set()
            if self._supervisor is not None:
                self._supervisor.wish()
            if not page.taken.already:
                self.print(page)

    def print(self, page: pages.Given) -> None:
        """Print the ticket in a thread."""
        ws, taken = self.workspace, page.taken
        if ws is None:
            return
        self.show(works.to_print(page))

        def worker() -> None:
            from clerk_tui.services.ticket_printing import print_ticket

            try:
                self.post_message(messages.TicketPrinted(print_ticket(ws, taken.ticket.ticket_id, taken.told)))
            except Exception as error:
                log.error("a ticket was not printed: %s", placed(error))
                self.post_message(messages.StationPage(works.not_printed(error)))

        self.run_worker(worker, thread=True, exit_on_error=False)

    @on(messages.TicketPrinted)
    def _printed(self, message: messages.TicketPrinted) -> None:
        printed: Printed = message.printed
        self.show(pages.with_print(self.page, printed))
        if self._supervisor is not None:
            self._supervisor.wish()

    # -- keys ------------------------------------------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        if self.asking:
            return
        event.stop()
        event.prevent_default()
        self.press(event.key, typed(event.character))

    def press(self, key: str, text: str = "", *, touched: bool = False) -> None:
        """Do what a key does on the page in front; ``text`` is what it types. A ``touched`` key comes here too."""
        page = self.page
        if isinstance(page, pages.Waiting):
            return
        if not isinstance(page, pages.Given):
            self._left = IDLE_S
        if key == "escape":
            self.home()
        elif isinstance(page, pages.Entry):
            self._type(page, key, text)
        elif key == "enter":
            self._enter(page)
        elif isinstance(page, pages.Trouble) and page.shown:
            if touched or text.strip():
                self.show(pages.Entry("" if key == "0" else text, touched))
        elif key in DIGITS:
            self.choose(DIGITS.index(key))
        elif isinstance(page, pages.Businesses) and page.asked == pages.Asked() and (key == "0" or text.isalpha()):
            # No business has a letter for its key: it begins a code, whose digits must not choose one.
            self.show(pages.Entry("" if key == "0" else text, touched))
        elif isinstance(page, pages.Businesses) and key in TURNS:
            self._turn(page, TURNS[key])

    def _type(self, page: pages.Entry, key: str, text: str) -> None:
        if key == "enter":
            if page.text.strip():
                self.do(works.read(page.text, self.seen), _("正在查"))
        elif key == "backspace":
            self.show(replace(page, text=page.text[:-1]))
        elif text:
            self.show(replace(page, text=(page.text + text)[:LONGEST]))

    def _enter(self, page: pages.Page) -> None:
        if isinstance(page, pages.Businesses) and page.asked == pages.Asked():
            self.show(pages.Reasons(self.config.station.priority))
        elif isinstance(page, pages.Given | pages.Found) or (isinstance(page, pages.Trouble) and not page.shown):
            self.home()

    def _turn(self, page: pages.Businesses, step: int) -> None:
        count = -(-len(page.seen) // pages.PER_PAGE)
        place = (page.first // pages.PER_PAGE + step) % max(1, count)
        self.show(replace(page, first=place * pages.PER_PAGE))

    def choose(self, place: int) -> None:
        """Take what stands at a place of the page, from 0: a digit or a touch."""
        page = self.page
        if place >= len(pages.choices(page)):
            return
        match page:
            case pages.Businesses():
                self.do(works.take(page.seen[page.first + place].business.key, page.asked))
            case pages.Reasons():
                self.show(pages.Businesses(self.seen, pages.Asked(priority=page.reasons[place])))
            case pages.Given():
                self.print(page)
            case pages.Found():
                self._do_with(page, pages.offers(page)[place])
            case pages.Trouble():
                self.show(pages.Businesses(self.seen, note=self.note) if place else pages.Entry(touched=True))
            case pages.Leaving(found=found) if place:
                self.do(works.give_back(found.taken.ticket.ticket_id), _("请稍等"))
            case pages.Leaving():
                self.home()

    def _do_with(self, page: pages.Found, what: str) -> None:
        match what:
            case pages.PRINT_AGAIN:
                self.print(pages.Given(page.taken, page.business, slot=page.slot, unsure=page.unsure))
            case pages.COME_BACK:
                self.do(works.come_back(page.taken.ticket.ticket_id, held=page.held), _("请稍等"))
            case pages.LEAVE:
                self.show(pages.Leaving(page))

    # -- scans -----------------------------------------------------------------------------------------------------

    def _typing(self) -> bool:
        return isinstance(self.page, pages.Entry)

    def _settled(self) -> bool:
        return not self._typing()

    def show_scan(self, code: str) -> None:
        """A code was scanned: what it is follows at once, on whatever page."""
        if not isinstance(self.page, pages.Waiting) and not self.asking:
            self.do(works.read(code, self.seen), _("正在查"))

    def show_scanned(self, spec: Spec, then: Callable[[], None] | None) -> None:
        """A code was not read whole."""
        if not isinstance(self.page, pages.Waiting):
            self.show(pages.Trouble(_("这次扫码没有读全"), _("把码放平、擦干净，再扫一次"), shown=True))


def _unexpected() -> HallError:
    return HallError("internal", _("程序出了意外的错误"), hint=_("请联系管理员查看日志；已发出的号不受影响"))
