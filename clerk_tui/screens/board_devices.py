"""The board's page about devices: who has not been heard of, what was not sent, and what waits for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clerk_tui.i18n import N_, _
from clerk_tui.screens.board_sheets import Entry, Hall, Page, Sheet, cell, fitted, heading, silent
from clerk_tui.widgets.cells import safe
from clerk_tui.widgets.painted import BLANK, Line, Span
from clerk_tui.widgets.phrases import numbered
from hall.wire_board import BoardFigures
from hall.wire_oversight import DeviceStatus

if TYPE_CHECKING:
    from clerk_tui.services.hall_watch import Seen

ROLE_WORDS = {"clerk": N_("窗口"), "station": N_("打印取号台"), "kiosk": N_("公示屏")}


def trouble_of(board: BoardFigures) -> int:
    """How much waits for a person at the centre."""
    return board.set_aside + board.conflicts + board.dead_letters + board.deliveries_dead


class DevicesPage(Page):
    """Devices, the worst first."""

    name = N_("设备")

    def sheet(self, seen: Seen, hall: Hall, columns: int, rows: int) -> Sheet:
        board = seen.board
        if board is None:
            return silent()
        named = (
            (_("种类"), 11),
            (_("状态"), 8),
            (_("最后联系"), -10),
            (_("未上传"), -7),
            (_("最早的一条"), -12),
            (_("版本"), 8),
        )
        name, wide, behind = fitted(named, columns, 8)
        head: list[Line] = [
            _counts(
                (_("搁置的记录 {n}"), board.set_aside),
                (_("冲突 {n}"), board.conflicts),
                (_("中心拒收 {n}"), board.dead_letters),
                (_("报送不成 {n}"), board.deliveries_dead),
            ),
        ]
        if seen.local is not None:
            mine = seen.local
            told = _("本机账本：{facts} 条记录，未上传 {unsent} 条，没有打出 {unprinted} 份").format(
                facts=mine.facts, unsent=mine.unsent, unprinted=mine.unprinted
            )
            head.append((((" " + told, "warn" if mine.unsent or mine.unprinted else "faint"),), ""))
        head += [
            BLANK,
            heading((_("设备"), name), *behind),
        ]
        known = sorted(
            board.devices, key=lambda each: (each.revoked, not each.silent, -each.pending, each.codes, each.device)
        )
        return Sheet(
            head=head, rows=[Entry(self._lines(each, hall, name, wide)) for each in known], empty=_("还没有设备登记。")
        )

    def _lines(self, each: DeviceStatus, hall: Hall, name: int, wide: list[int]) -> tuple[tuple[Span, ...], ...]:
        """A device, and below it what was lost for good of its journals."""
        told = _("{code} {numbers}遗失，{clerk} 已处理")
        lost = (
            told.format(code=safe(one.incarnation), numbers=numbered(one.first, one.last), clerk=safe(one.seen_by))
            for one in each.lost
        )
        return (self._row(each, hall, name, wide), *(((f"  {text}", "faint"),) for text in lost))

    def _row(self, each: DeviceStatus, hall: Hall, name: int, wide: list[int]) -> tuple[Span, ...]:
        kind, state, seen, unsent, oldest, version = wide
        word, ink = (_("正常"), "good")
        if each.revoked:
            word, ink = _("已注销"), "off"
        elif each.silent:
            word, ink = _("失联"), "bad"
        elif each.pending:
            word, ink = _("有积压"), "warn"
        called = " ".join(safe(code) for code in each.codes) or safe(each.device)
        role = ROLE_WORDS.get(each.role)
        return (
            cell(called, name, "strong"),
            cell(_(role) if role else safe(each.role), kind),
            cell(word, state, ink),
            cell(hall.ago(each.seen_ms), seen),
            cell(str(each.pending) if each.pending else "-", unsent, "warn" if each.pending else "faint"),
            cell(hall.ago(each.oldest_ms) if each.pending and each.oldest_ms else "-", oldest, "faint"),
            cell(safe(each.app_v), version, "faint"),
        )


def _counts(*told: tuple[str, int]) -> Line:
    spans: list[Span] = [(" ", "plain")]
    for word, n in told:
        spans += [(word.format(n=n), "bad" if n else "faint"), ("   ", "plain")]
    return tuple(spans), ""
