"""The board's first page: the whole hall in a second, and from each line the way to what is behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from clerk_tui.i18n import N_, _
from clerk_tui.screens.board_cases import CasesPage
from clerk_tui.screens.board_devices import DevicesPage, trouble_of
from clerk_tui.screens.board_promise import NoticesPage, PromisePage
from clerk_tui.screens.board_queue import QueuePage, WindowsPage, window_state
from clerk_tui.screens.board_sheets import (
    HOLDER_INKS,
    HOLDER_WORDS,
    LIGHT_INKS,
    LIGHT_ORDER,
    Beside,
    Entry,
    Hall,
    Page,
    Sheet,
    holders,
    light_words,
    lights,
    silent,
)
from clerk_tui.screens.board_trends import TrendsPage, today
from clerk_tui.widgets.cells import clip, pad, safe, width, wrap
from clerk_tui.widgets.charts import parts, spark
from clerk_tui.widgets.painted import BLANK, Line, Span, spans_width, spread
from hall.roles import Role

if TYPE_CHECKING:
    from clerk_tui.services.hall_watch import Seen
    from hall.queue_wire import FiguresReply
    from hall.wire_board import BoardFigures

LABEL = 10
ALONE_MS = 90_000
"""A counter or a ticket machine that runs is heard of more often than this (milliseconds)."""


class OverviewPage(Page):
    """Every theme of the board in two lines."""

    name = N_("总览")

    def sheet(self, seen: Seen, hall: Hall, columns: int, rows: int) -> Sheet:
        queue, board = seen.queue, seen.board
        if queue is None or board is None:
            return silent()
        themes = [
            _queue(queue, hall, columns),
            _windows(queue, hall, columns),
            _cases(board, columns),
            _stuck(board, columns),
            _promise(board, columns),
            _notices(board, columns),
            _devices(board, columns),
            _trends(queue, board, columns),
        ]
        if board.alarms:
            themes.insert(0, _alarms(board, hall, columns))
        foot = _beside(hall.beside, columns) if hall.beside and _is_alone(seen, hall) else []
        taken = sum(len(each.lines) + 1 for each in themes)
        roomy = rows - len(foot) >= taken - 1
        foot = foot or today(queue, board, columns, rows - taken)
        return Sheet(rows=[Entry((*each.lines, ()) if roomy else each.lines, each.leads) for each in themes], foot=foot)


def _is_alone(seen: Seen, hall: Hall) -> bool:
    """Whether nothing of the hall runs but boards and displays."""
    windows = seen.queue.windows if seen.queue else []
    devices = seen.board.devices if seen.board else []
    heard = any(each.role != Role.KIOSK and each.seen_ms > hall.now_ms - ALONE_MS for each in devices)
    return not heard and not any(each.there for each in windows)


def _beside(beside: Beside, columns: int) -> list[Line]:
    """That a sample hall's board shows nothing by itself, and what to run beside it."""
    if beside.folder:
        asked = _("示例大厅里现在只有看板。要看到人取号、叫号、收件，另开终端，到文件夹 {folder} 里运行：")
    else:
        asked = _("示例大厅里现在只有看板。要看到人取号、叫号、收件，另开终端，运行：")
    wide = max(width(command) for command, _what in beside.commands)
    lines: list[Line] = [BLANK]
    lines += [(((" " + line, "warn"),), "") for line in wrap(asked.format(folder=safe(beside.folder)), columns - 2)]
    for command, what in beside.commands:
        lines.append(((("   " + pad(command, wide), "strong"), ("   " + what, "plain")), ""))
    return lines


def _entry(
    label: str,
    left: Sequence[Span],
    right: Sequence[Span],
    columns: int,
    leads: Callable[[], Page],
    more: Sequence[Span] = (),
) -> Entry:
    begin: tuple[Span, ...] = ((" " + pad(label, LABEL), "title"),)
    room = spans_width([*begin, *left]) + spans_width(right) + 3 < columns
    first = spread([*begin, *left], [*(right if room else ()), (" ", "plain")], columns)
    if not more:
        return Entry((first,), leads)
    return Entry((first, ((" " * (LABEL + 1), "plain"), *more)), leads)


def _alarms(board: BoardFigures, hall: Hall, columns: int) -> Entry:
    """Calls for help that nobody has seen to, the newest first: where and when."""
    told = _("，").join(
        _("{window}号窗口 {time}").format(window=safe(each.window), time=hall.clock(each.received_ms))
        for each in board.alarms
    )
    left: list[Span] = [(f" {clip(told, columns - LABEL - 6)} ", "chip-bad")]
    return _entry(_("求助"), left, [], columns, DevicesPage)


def _queue(queue: FiguresReply, hall: Hall, columns: int) -> Entry:
    waiting = sum(each.waiting for each in queue.businesses)
    longest = max((each.longest_min for each in queue.businesses if each.waiting), default=0)
    left: list[Span] = [(_("等候 {n} 人").format(n=waiting), "strong"), ("   ", "plain")]
    if waiting:
        left.append((_("最久已等 {n} 分钟").format(n=longest), hall.wait_ink(longest)))
    unserved = sum(1 for each in queue.businesses if each.waiting and not each.windows)
    if unserved:
        left.append((_("   {n} 项业务有人等、没有窗口").format(n=unserved), "bad"))
    came = sum(
        each.waiting + each.coming + each.called + each.serving + each.held + each.finished + each.passed
        for each in queue.businesses
    )
    return _entry(_("排队等候"), left, [(_("今天取号 {n}").format(n=came), "faint")], columns, QueuePage)


def _windows(queue: FiguresReply, hall: Hall, columns: int) -> Entry:
    states = [window_state(each) for each in queue.windows]
    left: list[Span] = []
    for state, word, ink in (
        ("serving", _("办理 {n}"), "good"),
        ("called", _("叫号 {n}"), "info"),
        ("idle", _("空闲 {n}"), "plain"),
        ("paused", _("暂停 {n}"), "warn"),
        ("absent", _("无人 {n}"), "bad"),
        ("closed", _("关闭 {n}"), "off"),
    ):
        if states.count(state):
            left += [(word.format(n=states.count(state)), ink), ("   ", "plain")]
    return _entry(_("窗口"), left or [(_("还没有窗口开过"), "faint")], [], columns, WindowsPage)


def _cases(board: BoardFigures, columns: int) -> Entry:
    counts = lights(board)
    bar = parts(
        [(counts[light], LIGHT_INKS[light]) for light in reversed(LIGHT_ORDER)],
        columns - LABEL - 4,
    )
    total: list[Span] = [(_("在办 {n} 件").format(n=sum(counts.values())), "faint")]
    return _entry(_("办件"), light_words(counts), total, columns, CasesPage, bar)


def _stuck(board: BoardFigures, columns: int) -> Entry:
    counts = holders(board)
    left: list[Span] = []
    for holder, n in counts.items():
        late = sum(lights(board, holder=holder)[light] for light in ("red", "dark_red"))
        left += [(f"{_(HOLDER_WORDS[holder])} {n}", HOLDER_INKS[holder])]
        left += [(_("（逾期 {n}）").format(n=late), "bad")] if late else []
        left.append(("  ", "plain"))
    return _entry(_("在谁手里"), left, [], columns, CasesPage)


def _promise(board: BoardFigures, columns: int) -> Entry:
    done = board.today
    late = done.late + done.past_law
    left: list[Span] = [(_("办结 {n}").format(n=done.decided), "strong"), ("   ", "plain")]
    left += [(_("按时 {n}").format(n=done.early + done.on_day), "good"), ("   ", "plain")]
    left += [(_("逾期 {n}").format(n=late), "bad" if late else "faint")]
    right: list[Span] = [
        (_("今天到期 {n}").format(n=board.due_today), "warn" if board.due_today else "faint"),
        ("   ", "plain"),
        (_("明天 {n}").format(n=board.due_tomorrow), "faint"),
    ]
    return _entry(_("今天承诺"), left, right, columns, PromisePage)


def _notices(board: BoardFigures, columns: int) -> Entry:
    done = board.today
    left: list[Span] = [(_("收件 {n}").format(n=done.received), "strong"), ("   ", "plain")]
    left += [(_("一次告知 {n}").format(n=done.noticed), "plain"), ("   ", "plain")]
    left += [(_("再次告知 {n}").format(n=done.noticed_again), "bad" if done.noticed_again else "faint")]
    return _entry(_("告知"), left, [(_("不予受理 {n}").format(n=done.refused), "faint")], columns, NoticesPage)


def _devices(board: BoardFigures, columns: int) -> Entry:
    known = [each for each in board.devices if not each.revoked]
    silent = sum(each.silent for each in known)
    unsent = sum(each.pending for each in known)
    left: list[Span] = [(_("{n} 台").format(n=len(known)), "strong"), ("   ", "plain")]
    left += [(_("失联 {n} 台").format(n=silent), "bad" if silent else "faint"), ("   ", "plain")]
    left += [(_("未上传 {n} 条").format(n=unsent), "warn" if unsent else "faint")]
    waits = trouble_of(board)
    right: list[Span] = [(_("要人处理 {n}").format(n=waits), "bad" if waits else "faint")]
    return _entry(_("设备"), left, right, columns, DevicesPage)


def _trends(queue: FiguresReply, board: BoardFigures, columns: int) -> Entry:
    arrivals = {each.hour: each.taken for each in queue.hours if each.taken}
    took_in = {each.hour: each.received for each in board.hours}
    hours = range(min((*arrivals, *took_in), default=9), max((*arrivals, *took_in), default=17) + 1)
    left: list[Span] = [
        (_("取号 "), "faint"),
        (spark([arrivals.get(hour, 0) for hour in hours]), "info"),
        (_("   收件 "), "faint"),
        (spark([took_in.get(hour, 0) for hour in hours]), "key"),
    ]
    days = [(_("   30 天 "), "faint"), (spark([each.received for each in board.days]), "key")]
    if spans_width(left) + spans_width(days) < columns - LABEL - 12:
        left += days
    right: list[Span] = [(f"{hours.start}-{hours.stop}", "faint")]
    return _entry(_("走势"), left, right, columns, TrendsPage)


def pages() -> list[Page]:
    """The pages in their order."""
    return [
        OverviewPage(),
        QueuePage(),
        WindowsPage(),
        CasesPage(),
        PromisePage(),
        NoticesPage(),
        DevicesPage(),
        TrendsPage(),
    ]
