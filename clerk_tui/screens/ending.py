"""How the counter ends when the program itself is at fault: without showing anybody's data.

Textual prints the local variables of every frame to the terminal, and people's names and numbers are in them.
"""

from __future__ import annotations

import logging

from textual.app import App

from clerk_tui.i18n import _
from clerk_tui.logs import placed

log = logging.getLogger(__name__)
FAULT = 70
"""The exit code of a fault of the program (``clerk --help``)."""


class QuietEnd(App[None]):
    """An App whose last words name the log instead of printing a traceback."""

    def _fatal_error(self) -> None:
        error = self._exception
        log.error("the counter ended: %s", placed(error))
        self._return_code = FAULT
        self.bell()
        self._exit_renderables.append(
            _("程序出了意外的错误，工作站已退出。已保存的办件没有受影响，请重新打开。")
            + "\n"
            + _("位置已写入日志，请报告管理员。")
        )
        self._close_messages_no_wait()

    def _print_error_renderables(self) -> None:
        words, self._exit_renderables = self._exit_renderables, []
        for text in dict.fromkeys(str(each) for each in words):
            self.error_console.print(text, markup=False)
