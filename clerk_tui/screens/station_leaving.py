"""How a machine that people touch is left: by whoever looks after it, with the code, and by no other key."""

from __future__ import annotations

from collections.abc import Callable

from clerk_tui.i18n import _
from clerk_tui.screens.dialog import Dialog, Spec
from clerk_tui.screens.kiosk import CodeScreen, MayLeave
from clerk_tui.screens.scanning import ScanKeys
from clerk_tui.services.hall_watch import now_ms
from hall.lockout import Failures


class LeftWithCode(ScanKeys):
    """``may_leave`` knows the code; where none is set leaving is only confirmed."""

    def __init__(self, may_leave: MayLeave | None) -> None:
        super().__init__()
        self.may_leave, self.failures = may_leave, Failures()
        self.clock: Callable[[], int] = now_ms

    @property
    def asking(self) -> bool:
        """Whether something is asked over the page."""
        return isinstance(self.screen, Dialog | CodeScreen)

    async def action_quit(self) -> None:
        """Ctrl+Q: asks for the code, or whether."""

        def answered(answer: object) -> None:
            if answer:
                self.exit()

        if self.asking:
            return
        if self.may_leave is not None:
            self.push_screen(CodeScreen(True), answered)
        else:
            lines = [(_("退出后这里不能取号；没有上传的记录留在本机。"), "plain")]
            self.push_screen(Dialog(Spec(_("退出取号机？"), tuple(lines), yes=_("退出"), no=_("继续"))), answered)

    def call_for_help(self) -> None:
        """The counter's silent alarm does nothing here: nobody sits at a ticket machine."""

    def action_help_quit(self) -> None:
        """Ctrl+C does nothing here."""

    def action_suspend_process(self) -> None:
        """Ctrl+Z does nothing here."""
