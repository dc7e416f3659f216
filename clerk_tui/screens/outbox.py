"""What the centre does not have yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType

from clerk_tui.i18n import N_, _
from clerk_tui.screens.base import CounterScreen
from clerk_tui.screens.standing import clock_time
from clerk_tui.screens.words import aside_chip, fact_name
from clerk_tui.widgets.cells import pad, safe, width, wrap
from clerk_tui.widgets.painted import BLANK, Line
from clerk_tui.widgets.phrases import age
from clerk_tui.widgets.virtual_list import TextPane

if TYPE_CHECKING:
    from clerk_tui.services.outbox import SetAside

LABEL = 16
STATE, REFERENCE, FACT = 12, 20, 24


class OutboxScreen(CounterScreen):
    """The state of sending, in words a clerk can act on."""

    BINDINGS: ClassVar[list[BindingType]] = []
    TITLE_OF = N_("上传")

    def body(self) -> ComposeResult:
        yield TextPane(self._lines, id="outbox", classes="pane body roomy")

    def on_mount(self) -> None:
        self.set_focus(None)
        self.counter.sync_now()
        self.set_interval(1.0, self._again)

    def _again(self) -> None:
        self.query_one("#outbox", TextPane).paint()

    def can_do(self, action: str) -> bool:
        return action != "outbox"

    def on_key(self, event: events.Key) -> None:
        step = {"up": -1, "down": 1, "pageup": -10, "pagedown": 10}.get(event.key)
        if step is not None:
            self.query_one("#outbox", TextPane).scroll_lines(step)
            event.stop()

    def _lines(self, columns: int, rows: int) -> list[Line]:
        from clerk_tui.services import outbox

        workspace = self.counter.workspace
        if workspace is None:
            return []
        status = outbox.status(workspace)
        now, zone = workspace.clock.now_ms(), workspace.config.timezone
        if not status.enabled:
            word, fill = _("不联网工作"), "off"
        elif status.quarantined:
            word, fill = _("有记录被中心退回"), "bad"
        elif status.online:
            word, fill = (_("正在上传") if status.pending else _("全部已上传")), "good"
        else:
            word, fill = _("离线：照常办理，联网后自动上传"), "warn"
        rows_ = [
            (_("未上传"), _("{count} 条").format(count=status.pending), "strong"),
            (_("最早一条"), age(now - status.oldest_ms) + _(" 前") if status.oldest_ms else "-", "plain"),
            (
                _("最近联系"),
                clock_time(status.last_contact_ms, zone) if status.last_contact_ms else _("还没有"),
                "plain",
            ),
            (_("中心地址"), safe(workspace.config.centre.url) if status.enabled else "-", "faint"),
            (_("被退回"), _("{count} 条").format(count=status.quarantined), "bad" if status.quarantined else "plain"),
        ]
        lines: list[Line] = [
            ((), f"big-{fill}"),
            (((f"  {word}", "strong"),), f"big-{fill}"),
            ((), f"big-{fill}"),
            BLANK,
        ]
        lines += [(((pad(label, LABEL), "faint"), (value, ink)), "") for label, value, ink in rows_]
        lines.append(BLANK)
        texts = [_("所有记录都已保存在本机，断网不影响收件、受理和打印。")]
        if status.quarantined:
            texts.append(_("被退回的记录没有丢失。请把本屏告诉管理员，核对后重新上传。"))
        for text in texts:
            lines += [(((part, "plain"),), "") for part in wrap(text, min(columns, 80))]
        if status.quarantined:
            rows_aside = outbox.set_aside(workspace)
            lines += [BLANK, *(line for row in rows_aside for line in _aside(row, columns))]
            if len(rows_aside) < status.quarantined:
                more = _("更早的还有 {count} 条").format(count=status.quarantined - len(rows_aside))
                lines.append((((more, "faint"),), ""))
        return lines


def _aside(row: SetAside, columns: int) -> list[Line]:
    """A record that the centre set aside: what it is, of which case, and why."""
    word, ink = aside_chip(row.state)
    number = _("第 {seq} 条").format(seq=row.seq)
    first: Line = (
        (
            (f" {word} ", ink),
            (" " * max(1, STATE - width(word) - 2), "plain"),
            (pad(row.reference or "-", REFERENCE), "strong"),
            (pad(fact_name(row.type), FACT), "plain"),
            (number, "faint"),
        ),
        "",
    )
    reason = wrap(safe(row.reason), max(10, columns - STATE))
    return [first, *(((((" " * STATE, "plain"), (part, "plain")), "")) for part in reason)]
