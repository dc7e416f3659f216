"""The keys of the screen one came from, from the registry."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType

from clerk_tui import actions
from clerk_tui.i18n import N_, _
from clerk_tui.screens.base import CounterScreen
from clerk_tui.widgets.cells import pad, width, wrap
from clerk_tui.widgets.painted import BLANK, Line, Span
from clerk_tui.widgets.virtual_list import TextPane

KEY, SHORT = 12, 12
"""Cells of a key, and of what it is called on the key line."""
TEXTS: dict[str, tuple[str, ...]] = {
    "home": (
        N_("输入名称、拼音、首字母、代码或部门，结果随打随出；↑↓选择，Enter 打开。"),
        N_("扫或输入收件编号，可接着办补正或查看办件。"),
    ),
    "intake": (
        N_("左边回答情形问题、填申请人；中间核对桌上的材料；右边是依法得出的结论。结论随勾选变化，不能另选。"),
        N_("按数字选答案，Enter 到下一个还要填的地方，填完自动到材料。"),
        N_("扫码只会显示读到的内容，不会替您确认，也不会填进不相干的格子。"),
    ),
    "supplement": (
        N_("左边是上次告知的内容，中间勾选这次交来的材料。全部补齐即应当受理。"),
        N_("只收件的在这里审查：左边回答情形问题，中间核对材料，依法受理、告知补正或不予受理。"),
    ),
    "lookup": (N_("个人信息只显示一部分；要看全部，打开办件后按 F10 写明理由。"),),
    "paper": (N_("码由出具凭证的窗口签名，断网也能核对。照证件输入号码和姓名，相符才能续办；看一看不留记录。"),),
    "calling": (N_("排队的人只显示号码；叫到的才显示姓名。下一位是谁由大厅的规则定，写明为什么是这张。"),),
    "case": (
        N_("补打的凭证写明是第几次补打，每次都有记录。"),
        N_("F8 列出现在依法能办的；不能办的是灰色，写明为什么。"),
    ),
    "steps": (N_("按数字办那一步；灰色的现在不能办，移上去看为什么、怎么办。"),),
    "step": (N_("只填还空着的地方，Enter 到下一格；填完了先列出要点，再按 Enter 确认。日期可写 11-30 或 1130。"),),
}


class HelpScreen(CounterScreen):
    """Keys and a few sentences."""

    BINDINGS: ClassVar[list[BindingType]] = []
    TITLE_OF = N_("帮助")

    def __init__(self, about: CounterScreen) -> None:
        super().__init__()
        self.about = about

    def body(self) -> ComposeResult:
        yield TextPane(self._lines, id="help", classes="pane body roomy")

    def on_mount(self) -> None:
        self.set_focus(None)

    def can_do(self, action: str) -> bool:
        return action in ("back", "theme", "help")

    def do_help(self) -> None:
        self.counter.go_back()

    def on_key(self, event: events.Key) -> None:
        step = {"up": -1, "down": 1, "pageup": -10, "pagedown": 10}.get(event.key)
        if step is not None:
            self.query_one("#help", TextPane).scroll_lines(step)
            event.stop()

    def _lines(self, columns: int, rows: int) -> list[Line]:
        lines: list[Line] = [(((_("帮助：{screen}").format(screen=self.about.named), "title"),), ""), BLANK]
        groups = [*self.about.GROUPS]
        if any(name in ("intake", "supplement") for name in groups):
            groups.append("materials")
        for name in groups:
            for text in TEXTS.get(name, ()):
                lines += [(((part, "plain"),), "") for part in wrap(_(text), min(columns, 92))]
        lines.append(BLANK)
        queue = ("queue",) if self.counter.queue is not None else ()
        for name in (*groups, *queue, "anywhere", "dialog"):
            lines += _group(name, columns)
        return lines


def _group(name: str, columns: int) -> list[Line]:
    lines: list[Line] = [(((_(actions.GROUPS[name]), "title"),), "")]
    for action in actions.group(name):
        key = f" {_(action.shown)} "
        gap = " " * max(1, KEY - width(key))
        first: tuple[Span, ...] = ((key, "chip-key"), (gap, "plain"), (pad(_(action.short), SHORT), "strong"))
        below: tuple[Span, ...] = ((" " * (KEY + SHORT), "plain"),)
        for n, part in enumerate(wrap(_(action.tooltip), columns - KEY - SHORT)):
            lines.append(((*(below if n else first), (part, "plain")), ""))
    return [*lines, BLANK]
