"""The App's part in a window's day: pausing, locking by itself, the close of the day, the silent alarm."""

from __future__ import annotations

import datetime as dt
import logging
from typing import TYPE_CHECKING, cast

from textual import on
from textual.message import Message

from clerk_tui import messages
from clerk_tui.i18n import N_, _
from clerk_tui.logs import placed
from clerk_tui.screens.closing import ClosingScreen
from clerk_tui.screens.dialog import Answer, Dialog, Spec, worded
from clerk_tui.screens.paused import REASONS, PausedScreen
from clerk_tui.screens.seating import Seating

if TYPE_CHECKING:
    from clerk_tui.config import Config
    from clerk_tui.screens.counter import CounterApp
    from clerk_tui.services.workspace import Workspace

log = logging.getLogger(__name__)


class Shifting(Seating):
    """What a window does about its own day. The centre is told in a worker, and told again until it has heard."""

    config: Config

    def __init__(self) -> None:
        super().__init__()
        self._day: dt.date | None = None
        self._untold = False

    @property
    def counter(self) -> CounterApp:
        """The whole App."""
        return cast("CounterApp", self)

    def begin_shift(self) -> None:
        """The counter is open: is it paused, who sits here, is there a day that nobody closed?"""
        self.show_pause()
        self.seat_now()
        self.look_at_the_day()

    def keep_shift(self) -> None:
        """A second has gone by."""
        self.lock_if_idle()
        self.look_at_the_day()

    def shift_heard(self) -> None:
        """The centre was heard of: who may sit here, and what it has not been told."""
        self.seat_now()
        if self._untold:
            self.counter.in_background(_window_told, "window")

    # -- pausing ---------------------------------------------------------------------------------------------------

    def ask_pause(self) -> None:
        """Ask why, then pause."""
        if self.workspace is None or self.locked:
            return
        lines = [(_("等候的人在显示屏上看到“暂停”；原因写进记录，看板上看得到。录入的内容还在。"), "plain")]
        if number := self.not_come():
            lines.append((_("{number}还没有来：暂停后回到队里原来的位置。").format(number=number), "warn"))
        spec = Spec(
            _("暂停服务？"),
            tuple(lines),
            options=tuple(_(reason) for reason in REASONS),
            field=_("原因"),
            check=worded(_("要写明原因")),
            yes=N_("现在暂停"),
            no=N_("继续服务"),
            tone="warn",
        )

        def answered(answer: Answer | None) -> None:
            if answer is not None:
                self.counter.guarded(lambda: self._pause(answer.text or REASONS[answer.choice]))

        self.push_screen(Dialog(spec), answered)

    def _pause(self, reason: str) -> None:
        from clerk_tui.services import shift, signing_in

        workspace = self.workspace
        assert workspace is not None
        clerk = workspace.clerk
        self.let_go()
        pause = shift.pause(workspace, reason)
        if signing_in.required(workspace):
            # Whoever walks away leaves nothing open: coming back takes their PIN.
            signing_in.sign_out(workspace)
        self.push_screen(PausedScreen(pause, clerk.id, clerk.name))
        self.counter.saved()
        self.tell_window()

    def resume_service(self) -> None:
        """Serve again, after signing in where that is asked for."""
        from clerk_tui.services import shift

        workspace, screen = self.workspace, self.screen
        if workspace is None or not isinstance(screen, PausedScreen):
            return
        if workspace.seat.actor is None:
            why = _("暂停服务中，录入的内容还在。签到后恢复服务，换人也行。")
            self.ask_to_sign_in(screen.number, screen.name_of, why)
            return
        shift.resume(workspace)
        self.pop_screen()
        self.say_what_was_held()
        self.counter.saved()
        self.tell_window()

    def sat_down(self, before: str) -> None:
        """Somebody else than who had locked goes on with what lies open: the journal says who. Over a pause signing in
        means serving again."""
        workspace = self.workspace
        assert workspace is not None
        if before and workspace.clerk.id != before:
            self.counter.guarded(lambda: self._hand_over(before))
        if isinstance(self.screen, PausedScreen):
            self.resume_service()
        else:
            super().sat_down(before)

    def _hand_over(self, before: str) -> None:
        from clerk_tui.services import shift

        assert self.workspace is not None
        shift.handed_over(self.workspace, before, len(self.counter.unfinished_now()))
        self.counter.saved()

    def show_pause(self) -> None:
        """After a restart a window that had paused still pauses."""
        from clerk_tui.services import shift

        workspace = self.workspace
        if workspace is None or self.locked or (pause := shift.paused(workspace)) is None:
            return
        if _people_sign_in(workspace):
            workspace.seat.leave()
        self.push_screen(PausedScreen(pause, pause.clerk))

    def tell_window(self) -> None:
        """Tell the centre how the window stands; where it cannot be reached, when it can."""
        self._untold = True
        self.counter.in_background(_window_told, "window")

    @on(messages.WindowTold)
    def _window_was_told(self) -> None:
        self._untold = False

    # -- locking ---------------------------------------------------------------------------------------------------

    def lock_if_idle(self) -> None:
        """Lock a screen that nobody has touched for the time that the settings give."""
        from clerk_tui.services import signing_in

        workspace, minutes = self.workspace, self.config.screen.lock_after_min
        if workspace is None or not minutes or self.locked or workspace.seat.actor is None:
            return
        if self.counter.key_now() - self.counter.last_key >= minutes * 60 and signing_in.required(workspace):
            self.lock()

    # -- the close of the day --------------------------------------------------------------------------------------

    def look_at_the_day(self) -> None:
        """When a date begins for this program: is there an earlier one that nobody closed?"""
        if self.workspace is not None and self._day != self.workspace.clock.today():
            self._day = self.workspace.clock.today()
            self.counter.in_background(_forgotten, "forgotten")

    @on(messages.DayForgotten)
    def _day_forgotten(self, message: messages.DayForgotten) -> None:
        def say() -> None:
            days = tuple((f"\t{day.isoformat()}", "strong") for day in message.days)
            told = (_("日结单按那一天的日期补出。以后再说的，按 Ctrl+R 随时可以日结。"), "plain")
            paragraphs = (*days, ("", "plain"), told)
            spec = Spec(_("还有没日结的日子"), paragraphs, yes=N_("现在日结"), no=N_("以后再说"), tone="warn")
            self.push_screen(Dialog(spec), lambda answer: self.go_close_day() if answer is not None else None)

        self.when_idle(say, at_home=True)

    def go_close_day(self) -> None:
        """To the close of the day."""
        if self.workspace is not None and not self.locked and not isinstance(self.screen, ClosingScreen):
            self.push_screen(ClosingScreen())

    @on(messages.DayLooked)
    def _day_looked(self, message: messages.DayLooked) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, ClosingScreen):
                screen.told(message.looked)

    @on(messages.DayEnded)
    def _day_ended(self, message: messages.DayEnded) -> None:
        line = _("{day}  日结单 {number}")
        lines = [(line.format(day=one.day.isoformat(), number=one.number), "strong") for one in message.closed]
        lines += [("", "plain"), (_("账本到第 {seq} 条；日结单正在打印。").format(seq=message.closed[-1].seq), "plain")]
        lines += [(_(warning), "warn") for warning in dict.fromkeys(one.warning for one in message.closed) if warning]
        for screen in [each for each in self.screen_stack if isinstance(each, ClosingScreen)]:
            screen.reasons.clear()
            screen.look()
        self.counter.saved()
        self.tell_window()
        spec = Spec(_("已日结"), tuple(lines), yes=N_("知道了"), no=N_("关闭"), tone="good")
        self.push_screen(Dialog(spec), lambda answer: self._after_the_day())

    def _after_the_day(self) -> None:
        """The day is over: nobody sits here any more, where people sign in."""
        workspace = self.workspace
        if isinstance(self.screen, ClosingScreen):
            self.pop_screen()
        if workspace is not None and _people_sign_in(workspace):
            self.lock()

    # -- the silent alarm ------------------------------------------------------------------------------------------

    def call_for_help(self) -> None:
        """Record it and send it at once; nothing on the screen may change, whatever happens."""
        if self.workspace is not None:
            self.run_worker(self._calling_for_help, thread=True, exit_on_error=False, group="alarm")

    def _calling_for_help(self) -> None:
        from clerk_tui.services import shift

        assert self.workspace is not None
        try:
            shift.call_for_help(self.workspace)
        except Exception as error:
            log.error("the call for help could not be recorded: %s", placed(error))
        self.call_from_thread(self.counter.sync_now)


def _people_sign_in(workspace: Workspace) -> bool:
    """Whether people sign in at this window."""
    from clerk_tui.services import signing_in

    return signing_in.required(workspace)


def _window_told(workspace: Workspace) -> Message | None:
    from clerk_tui.services import shift

    return messages.WindowTold() if shift.tell_window(workspace) else None


def _forgotten(workspace: Workspace) -> Message | None:
    from clerk_tui.services import day_close

    days = day_close.forgotten(workspace)
    return messages.DayForgotten(days) if days else None
