"""The board's pages about the queue: the waits of each business, and what each window does."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from clerk_tui.i18n import N_, _
from clerk_tui.screens.board_sheets import Entry, Hall, Page, Sheet, cell, fitted, heading, note, silent, span_words
from clerk_tui.screens.board_trends import today
from clerk_tui.widgets.cells import safe
from clerk_tui.widgets.painted import BLANK, Line
from hall.queue_wire import BusinessFigures, FiguresReply, WindowFigures

if TYPE_CHECKING:
    from clerk_tui.services.hall_watch import Seen

NAME = 18
STATES = {
    "serving": (N_("在办理"), "good"),
    "called": (N_("叫号中"), "info"),
    "idle": (N_("空闲"), "plain"),
    "paused": (N_("暂停"), "warn"),
    "absent": (N_("无人"), "bad"),
    "closed": (N_("已关闭"), "off"),
}


def window_state(each: WindowFigures) -> str:
    """What a window does: a key of ``STATES``."""
    if each.state != "closed" and not each.there:
        return "absent"
    if each.state != "open":
        return each.state
    return each.ticket_state if each.ticket_state in ("called", "serving") else "idle"


class QueuePage(Page):
    """Each business: who waits how long, who serves."""

    name = N_("排队等候")

    def sheet(self, seen: Seen, hall: Hall, columns: int, rows: int) -> Sheet:
        queue = seen.queue
        if queue is None:
            return silent()
        named = (
            (_("等着"), -5),
            (_("最久"), -7),
            (_("平均"), -8),
            (_("窗口"), -5),
            (_("叫号"), -5),
            (_("正在办"), -5),
            (_("过号"), -5),
            (_("办完"), -5),
        )
        name, wide, behind = fitted(named, columns, NAME)
        head = heading((_("业务"), name), *behind)
        order = {key: at for at, (key, _label) in enumerate(hall.sign.businesses)}
        found = sorted(queue.businesses, key=lambda each: (order.get(each.business, 99), each.business))
        entries = [Entry((self._row(each, hall, name, wide),), partial(WindowsPage, each.business)) for each in found]
        foot = _coming(queue, columns) + _honesty(queue, columns)
        if seen.board is not None:
            foot += today(queue, seen.board, columns, rows - 1 - len(entries) - len(foot), pairs=1)
        return Sheet(head=[head], rows=entries, foot=foot, empty=_("今天还没有人取号。"))

    def _row(self, each: BusinessFigures, hall: Hall, name: int, wide: list[int]) -> tuple[tuple[str, str], ...]:
        waiting, most, mean, windows, called, serving, passed, finished = wide
        ink = "off" if not each.waiting else hall.wait_ink(each.longest_min)
        ink = "bad" if each.waiting and not each.windows else ink
        longest = _("{n} 分").format(n=each.longest_min) if each.waiting else "-"
        return (
            cell(hall.sign.name(each.business), name, "strong"),
            cell(str(each.waiting), waiting, "strong"),
            cell(longest, most, f"chip-{ink}" if each.waiting else "faint"),
            cell(_("{n} 分").format(n=f"{each.wait_min:.1f}"), mean),
            cell(str(each.windows), windows, "bad" if each.waiting and not each.windows else "plain"),
            cell(str(each.called), called),
            cell(str(each.serving), serving),
            cell(str(each.passed), passed),
            cell(str(each.finished), finished),
        )


def _coming(queue: FiguresReply, columns: int) -> list[Line]:
    coming = sum(each.coming for each in queue.businesses)
    return note(_("另有 {n} 人已签到，预约的时间还没到。").format(n=coming), columns) if coming else []


def _honesty(queue: FiguresReply, columns: int) -> list[Line]:
    if not queue.told_seen:
        return note(_("取号时说的等候时间：今天还没有可以核对的。"), columns)
    told = _("取号时说的等候时间，今天 {seen} 人中 {share:.0%} 落在说的范围里。")
    return note(told.format(seen=queue.told_seen, share=queue.told_right), columns)


class WindowsPage(Page):
    """Each window: serving what for how long, paused and why, unattended; ``business``: only those that serve it."""

    name = N_("窗口")

    def __init__(self, business: str = "") -> None:
        self._business = business

    def sheet(self, seen: Seen, hall: Hall, columns: int, rows: int) -> Sheet:
        queue = seen.queue
        if queue is None:
            return silent()
        about = max(10, columns - 60)
        head: list[Line] = []
        if self._business:
            head = [(((" " + hall.sign.name(self._business), "title"),), ""), BLANK]
        head.append(
            heading(
                (_("窗口"), 8),
                (_("状态"), 8),
                (_("号"), 6),
                (_("从几点"), 7),
                (_("多久"), -10),
                (_("最后动静"), -10),
                (_("说明"), about),
            )
        )
        found = [each for each in queue.windows if self._business in ("", *each.businesses)]
        found.sort(key=lambda each: (each.state == "closed", len(each.window), each.window))
        entries = [Entry((self._row(each, hall, about),)) for each in found]
        return Sheet(head=head, rows=entries, empty=_("没有窗口开着。"))

    def _row(self, each: WindowFigures, hall: Hall, about: int) -> tuple[tuple[str, str], ...]:
        state = window_state(each)
        word, ink = STATES[state]
        since = each.ticket_since_ms if each.number else each.since_ms
        minutes = (hall.now_ms - since) / 60_000 if since else 0.0
        said = _(each.reason) or _("、").join(hall.sign.name(key) for key in each.businesses)
        if state == "absent" and each.number:
            said = _("{number} 还没有办结").format(number=safe(each.number))
        if state == "called" and each.lease_left_ms:
            said = _("{n} 秒后号码退回").format(n=each.lease_left_ms // 1000)
        long = state == "serving" and minutes >= 45
        return (
            cell(safe(each.window), 8, "strong"),
            cell(_(word), 8, ink),
            cell(safe(each.number) or "-", 6, "strong"),
            cell(hall.clock(since), 7),
            cell(span_words(minutes), -10, "warn" if long else "plain"),
            cell(hall.ago(each.seen_ms), -10, "bad" if state == "absent" else "faint"),
            cell(safe(said), about, "faint"),
        )
