"""The window pauses: since when and why, and nothing of what lies under it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container

from clerk_tui import actions
from clerk_tui.i18n import N_, _
from clerk_tui.screens.base import CounterScreen
from clerk_tui.screens.standing import clock_time
from clerk_tui.widgets.bars import Key, KeyLine
from clerk_tui.widgets.cells import safe, wrap
from clerk_tui.widgets.painted import BLANK, Line
from clerk_tui.widgets.phrases import age
from clerk_tui.widgets.virtual_list import TextPane

if TYPE_CHECKING:
    from clerk_tui.services.shift import Pause

ALLOWED = frozenset({"help", "theme", "leave", "resume"})
REASONS = (N_("取材料、复印"), N_("请示、会商"), N_("用餐"), N_("设备故障"), N_("其他"))
"""What is offered as the reason of a pause; the last one is typed."""


class PausedScreen(CounterScreen):
    """Covers everything until the window serves again."""

    GROUPS = ("paused",)
    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings("paused")]
    TITLE_OF = N_("暂停服务")

    def __init__(self, pause: Pause, number: str = "", name: str = "") -> None:
        super().__init__()
        self.pause, self.number, self.name_of = pause, number, name

    def body(self) -> ComposeResult:
        yield Container(TextPane(self._lines, id="paused"), id="seat", classes="body")

    def on_mount(self) -> None:
        self.set_focus(None)
        self.set_interval(1.0, self._again)

    def _again(self) -> None:
        self.query_one("#paused", TextPane).paint()

    def can_do(self, action: str) -> bool:
        return action in ALLOWED

    def show_keys(self) -> None:
        shown = [each for name in ("paused", "anywhere") for each in actions.group(name) if self.can_do(each.id)]
        self.query_one(KeyLine).show(
            [Key(_(each.shown), _(each.short), True, each.rank) for each in shown if each.short]
        )

    def do_resume(self) -> None:
        self.counter.resume_service()

    def _lines(self, columns: int, rows: int) -> list[Line]:
        workspace = self.counter.workspace
        assert workspace is not None
        since = clock_time(self.pause.since_ms, workspace.config.timezone)
        lasted = age(max(0, workspace.clock.now_ms() - self.pause.since_ms))
        lines: list[Line] = [((("  " + _("暂停服务"), "strong"),), "big-warn"), BLANK]
        lines += [((("  " + part, "strong"),), "") for part in wrap(safe(_(self.pause.reason)), columns - 4)]
        told = _("从 {since} 起，已 {lasted}").format(since=since, lasted=lasted)
        lines += [BLANK, ((("  " + told, "plain"),), "")]
        if self.name_of:
            lines += [((("  " + part, "faint"),), "") for part in wrap(safe(self.name_of), columns - 4)]
        hint = _("录入的内容还在。回来后按 Enter 恢复服务。")
        lines += [BLANK, *((((f"  {part}", "faint"),), "") for part in wrap(hint, columns - 4))]
        return lines
