"""The App: wiring, navigation, and what belongs to no single screen (clock, sync, printing, problems)."""

from __future__ import annotations

import datetime as dt
import gc
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual import on
from textual.message import Message

from clerk_tui import messages, themes
from clerk_tui.i18n import _
from clerk_tui.logs import placed
from clerk_tui.screens.base import CounterScreen
from clerk_tui.screens.calls import Calls
from clerk_tui.screens.daily import DailyLook
from clerk_tui.screens.dialog import Answer, Dialog, Spec, problem
from clerk_tui.screens.home import HomeScreen
from clerk_tui.screens.left_over import LeftOver, left_over
from clerk_tui.screens.own_texts import OwnTexts, try_texts
from clerk_tui.screens.scanning import ScanKeys
from clerk_tui.screens.unfinished import Unfinished
from clerk_tui.widgets.bars import Standing
from hall.errors import HallError

if TYPE_CHECKING:
    from clerk_tui.config import Config
    from clerk_tui.screens.supervising import Report, Supervisor
    from clerk_tui.services.result import Result
    from clerk_tui.services.workspace import Workspace

log = logging.getLogger(__name__)
UPKEEP_SECONDS = 3600
FOLLOW_SECONDS = 5
"""How often the print station is asked what became of this window's papers, while it has any."""


class CounterApp(ScanKeys, Unfinished, DailyLook, OwnTexts, LeftOver, Calls):
    """The counter. ``workspace`` is ``None`` until journal and catalogue are open."""

    CSS_PATH = "../styles/app.tcss"
    ENABLE_COMMAND_PALETTE = False
    ESCAPE_TO_MINIMIZE = False
    TITLE = "clerk"

    def __init__(
        self,
        config: Config,
        open_workspace: Callable[[], Workspace] | None = None,
        make_supervisor: Callable[[Workspace, Report], Supervisor] | None = None,
    ) -> None:
        super().__init__()
        self.config = config
        self.workspace: Workspace | None = None
        self._held: list[Callable[[], None]] = []
        self._open_workspace = open_workspace
        self._make_supervisor = make_supervisor
        self._supervisor: Supervisor | None = None
        self._sync: Any = None
        self._standing = Standing(
            window=config.hall.window, clerk=config.clerk.name, enabled=config.centre.enabled, training=config.training
        )
        for theme in themes.THEMES:
            self.register_theme(theme)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(themes.LIGHT.variables)

    # -- opening and closing ---------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        if not (self.is_headless or self.is_web):
            self.watch_terminal()
        self.theme = self.config.screen.theme
        self.push_screen(HomeScreen())
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self.run_worker(self._opening, thread=True, exit_on_error=False, group="open")

    def _opening(self) -> None:
        try:
            if self._open_workspace is not None:
                workspace = self._open_workspace()
            else:
                from clerk_tui.services.workspace import open_workspace

                workspace = open_workspace(self.config)
        except HallError as error:
            self.post_message(messages.WorkspaceFailed(error))
        except Exception as error:
            log.error("opening the workspace failed: %s", placed(error))
            self.post_message(messages.WorkspaceFailed(unexpected()))
        else:
            # What is typed already is searched first; drafts need the services of a walk-in, which take longer to load.
            self.post_message(messages.WorkspaceReady(workspace))
            self.read_drafts(workspace)
            _get_ready(workspace, alone=not self.is_headless)
            self._work(try_texts, workspace, "texts")
        finally:
            gc.enable()

    @on(messages.WorkspaceReady)
    def _opened(self, message: messages.WorkspaceReady) -> None:
        self.workspace = message.workspace
        self.home.opened()
        self._read_sync()
        self.set_interval(1.0, self._second)
        self.set_interval(UPKEEP_SECONDS, lambda: self.in_background(_upkeep, "upkeep"))
        self.set_interval(FOLLOW_SECONDS, lambda: self.in_background(_follow, "follow"))
        self.begin_daily_look()
        if self._make_supervisor is not None:
            self._supervisor = self._make_supervisor(message.workspace, self._report)
            self._supervisor.start()
        self.in_background(_upkeep, "upkeep")
        self.begin_shift()
        self.in_background(left_over, "left")

    @on(messages.WorkspaceFailed)
    def _not_opened(self, message: messages.WorkspaceFailed) -> None:
        effect = _("窗口现在不能收件；已保存的办件没有受影响。")

        def close(answer: Answer | None) -> None:
            self.exit(return_code=2)

        self.push_screen(Dialog(problem(message.error, effect)), close)

    def on_unmount(self) -> None:
        self.drafts_closed()
        if self._supervisor is not None:
            self._supervisor.stop()
        if self.workspace is not None:
            from clerk_tui.services import print_queue

            print_queue.leave(self.workspace)

    async def action_quit(self) -> None:
        """Textual's own Ctrl+Q goes before every screen's keys; it asks like ours, and in a dialog Esc comes first."""
        if isinstance(self.screen, CounterScreen):
            self.screen.action_do("leave")

    def leave(self) -> None:
        """Ask, then end."""

        def answered(answer: Answer | None) -> None:
            if answer is not None:
                self.keep_drafts()
                self.exit()

        lines = [(_("未上传的记录留在本机，下次打开时接着上传。"), "plain")]
        if self.parked:
            told = _("有 {count} 件没有办完的收件，留在本机一周，下次打开时接着办。")
            lines.insert(0, (told.format(count=len(self.parked)), "warn"))
        self.push_screen(Dialog(Spec(_("退出工作站？"), tuple(lines), yes=_("退出"), no=_("继续工作"))), answered)

    # -- what runs beside ------------------------------------------------------------------------------------------

    def in_background(self, work: Callable[[Workspace], Message | None], group: str) -> None:
        """Do ``work`` in a thread and post what it gives; an error becomes ``WorkFailed``."""
        workspace = self.workspace
        if workspace is not None:
            self.run_worker(lambda: self._work(work, workspace, group), thread=True, exit_on_error=False, group=group)

    def _work(self, work: Callable[[Workspace], Message | None], workspace: Workspace, group: str) -> None:
        try:
            message = work(workspace)
        except HallError as error:
            message = messages.WorkFailed(error)
        except Exception as error:
            log.error("%s failed: %s", group, placed(error))
            message = messages.WorkFailed(unexpected())
        if message is not None:
            self.post_message(message)

    def print_papers(self) -> None:
        """Hand what waits to the print target; ``PapersMade`` tells how it went."""
        self.in_background(_deliver, "print")

    def _second(self) -> None:
        self.show_standing()
        self.keep_shift()
        if self.drafts_due():
            self.in_background(lambda ws: self.write_drafts(), "drafts")

    def _report(self, change: object) -> None:
        """What the sync process says, from its thread."""
        self.post_message(messages.SyncChanged(change))

    def sync_now(self) -> None:
        """Have sending tried at once."""
        if self._supervisor is not None:
            self._supervisor.wish("now")

    @on(messages.SyncChanged)
    def _sync_changed(self) -> None:
        self.shift_heard()
        self._read_sync()

    @on(messages.PapersMade)
    def _papers_made(self, message: messages.PapersMade) -> None:
        self.when_seated(lambda: self._show_papers(message.delivered))
        self._read_sync()

    def _show_papers(self, delivered: list[Any]) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, CounterScreen):
                screen.papers_made(delivered)

    @on(messages.WorkFailed)
    def _work_failed(self, message: messages.WorkFailed) -> None:
        self.tell_idle(message.error, _("已保存的办件没有受影响。"))

    def _read_sync(self) -> None:
        """Read what is unsent and what stands against sending it, and show it."""
        if self.workspace is not None:
            from clerk_tui.services import outbox

            before = self._sync.trouble if self._sync is not None else ""
            self._sync = outbox.status(self.workspace)
            if self._sync.trouble == "fork" != before:
                from clerk_tui.screens.standing import forked

                self.tell_idle(*forked(self._sync))
        self.show_standing()

    # -- the status line -------------------------------------------------------------------------------------------

    def standing(self) -> Standing:
        """What the status line says now."""
        workspace = self.workspace
        if workspace is None:
            return self._standing
        from clerk_tui.screens.standing import standing_now

        self._standing = standing_now(self._standing, workspace, self._sync)
        return self._standing

    def show_standing(self) -> None:
        """Bring the status line of the screen in front up to date."""
        for screen in reversed(self.screen_stack):
            if isinstance(screen, CounterScreen):
                screen.show_standing()
                return

    def saved(self) -> None:
        """Something was committed: unsent facts have grown, papers wait to be printed."""
        self.facts_written()
        self.print_papers()

    def facts_written(self) -> None:
        """Something was committed that prints nothing: unsent facts have grown."""
        if self._supervisor is not None:
            self._supervisor.wish()
        self._read_sync()

    @property
    def today(self) -> dt.date:
        """The hall's business date."""
        assert self.workspace is not None
        return self.workspace.clock.today()

    # -- problems --------------------------------------------------------------------------------------------------

    def guarded(self, method: Callable[[], None]) -> None:
        """Run what a key does; a problem becomes a dialog, never the end of the counter."""
        try:
            method()
        except HallError as error:
            self.tell(error, _("这一步没有保存，录入的内容还在。"))

    # -- going places ----------------------------------------------------------------------------------------------

    def finished(self, result: Result, matter: str, party: str) -> None:
        """An action is committed: print, send, and show what it did."""
        from clerk_tui.screens.result import ResultScreen

        self.saved()
        self.done_for_visit(result.reference, result.outcome.value if result.outcome else result.state.value)
        self.drafts_changed()
        self.switch_screen(ResultScreen(result, matter, party))


def _get_ready(workspace: Workspace, *, alone: bool) -> None:
    """Load what the first walk-in needs while the first screen is read, or the first Enter would wait for imports.

    An App that has its process ``alone`` keeps all of it out of the collector's rounds, of which a full one stops a
    key for 30 ms; where other Apps follow, nothing that is frozen would ever be given back.
    """
    from clerk_tui.screens import case, help, intake, lookup, outbox, paper_code, result, supplement  # noqa: F401
    from clerk_tui.services import printable

    workspace.catalogue.warm()
    # A rare character asks which ones the fonts have: known before anybody types one.
    printable.lacking("\U00020000")
    if alone:
        gc.freeze()


def _deliver(workspace: Workspace) -> Message | None:
    from clerk_tui.services import papers

    return messages.PapersMade(list(papers.deliver_pending(workspace)))


def _follow(workspace: Workspace) -> Message | None:
    from clerk_tui.services import following

    found = following.follow(workspace)
    return messages.PapersMade(list(found)) if found else None


def _upkeep(workspace: Workspace) -> Message | None:
    from clerk_tui.services import upkeep

    return messages.SyncChanged() if upkeep.run(workspace) else None


def unexpected() -> HallError:
    """A fault of the program, as a person hears of it."""
    return HallError("internal", _("程序出了意外的错误"), hint=_("请联系管理员查看日志；已保存的办件没有受影响"))
