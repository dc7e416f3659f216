"""The board's pictures: what comes and goes through the day and through thirty days, in columns with their numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from clerk_tui.i18n import N_, _
from clerk_tui.screens.board_sheets import Hall, Page, Sheet, silent
from clerk_tui.widgets import charts
from clerk_tui.widgets.cells import pad
from clerk_tui.widgets.painted import BLANK, Line, Span, spans_width

if TYPE_CHECKING:
    from clerk_tui.services.hall_watch import Seen
    from hall.queue_wire import FiguresReply
    from hall.wire_board import BoardFigures

OPENS, CLOSES = 9, 17
"""The hours that are always shown."""
LEAST, TALLEST = 3, 8
"""Lines of a picture's columns where it stands below a page's own lines."""
LABEL = 2
"""Cells of an hour or a day on the axis; where the columns stand closer, not every one is named."""


class TrendsPage(Page):
    """Four pictures."""

    name = N_("走势")

    def sheet(self, seen: Seen, hall: Hall, columns: int, rows: int) -> Sheet:
        queue, board = seen.queue, seen.board
        if queue is None or board is None:
            return silent()
        height = max(2, (rows - 11) // 3)
        top, middle = _through_the_day(queue, board, columns, height)
        return Sheet(head=[*top, BLANK, *middle, *_month(board, "received", "key", columns, height)])


def today(queue: FiguresReply, board: BoardFigures, columns: int, room: int, pairs: int = 2) -> list[Line]:
    """What comes and goes through the day, for the free lines below a page: as many pairs of pictures as look good in
    ``room`` lines, none where there are too few."""
    while pairs and room // pairs < LEAST + 3:
        pairs -= 1
    if not pairs:
        return []
    drawn = _through_the_day(queue, board, columns, min(TALLEST, room // pairs - 3))
    return [line for pair in drawn[:pairs] for line in (BLANK, *pair)]


def month(board: BoardFigures, what: str, title: str, ink: str, columns: int, room: int) -> list[Line]:
    """The last thirty days of one thing, for the free lines below a page; nothing where there are too few."""
    if room < LEAST + 3:
        return []
    return _month(board, what, ink, columns, min(TALLEST, room - 3), title)


def _through_the_day(queue: FiguresReply, board: BoardFigures, columns: int, height: int) -> list[list[Line]]:
    """The queue's pair of pictures and the cases'."""
    came = {each.hour: each.taken for each in queue.hours if each.taken}
    waits = {each.hour: each.wait_min for each in queue.hours}
    took = {each.hour: float(each.received) for each in board.hours}
    done = {each.hour: float(each.decided) for each in board.hours}
    keys = {*came, *took, *done}
    hours = list(range(min(OPENS, *keys), max(CLOSES, *keys) + 1)) if keys else list(range(OPENS, CLOSES + 1))
    half = (columns - 3) // 2
    axis = [f"{hour:02d}" for hour in hours]

    def one(title: str, of: Mapping[int, float], ink: str) -> list[tuple[Span, ...]]:
        return _picture(title, [of.get(hour, 0) for hour in hours], axis, half, height, ink)

    return [
        _beside(one(_("取号（人/小时）"), came, "info"), one(_("平均等候（分钟）"), waits, "warn"), half),
        _beside(one(_("收件（件/小时）"), took, "key"), one(_("办结（件/小时）"), done, "good"), half),
    ]


def _month(board: BoardFigures, what: str, ink: str, columns: int, height: int, title: str = "") -> list[Line]:
    days = board.days[-((columns - 12) // 3) :]
    values = [float(getattr(each, what)) for each in days]
    axis = [f"{each.day:%d}" for each in days]
    drawn = _picture(title or _("近 30 天收件（件/天）"), values, axis, columns, height, ink)
    return [BLANK, *((spans, "") for spans in drawn)]


def _picture(
    title: str, values: Sequence[float], axis: Sequence[str], columns: int, height: int, ink: str
) -> list[tuple[Span, ...]]:
    """A title with the sum and the highest, the columns, and the axis below."""
    room = columns - 2
    step = max(1, min(6, room // max(1, len(values))))
    most = max(values, default=0.0)
    told = _("最高 {n}").format(n=f"{most:g}")
    lines: list[tuple[Span, ...]] = [((" " + pad(title, room - 12), "strong"), (pad(told, 12, right=True), "faint"))]
    gap = " " if step > 1 else ""
    bars = [charts.columns([value], height, wide=step - len(gap), most=most) for value in values]
    for row in range(height):
        lines.append(((" ", "plain"), ("".join(bar[row] + gap for bar in bars), ink)))
    every = -(-(LABEL + 1) // step)
    words = "".join(pad(word, step * every) for word in axis[::every])
    lines.append(((" ", "plain"), (words[:room], "faint")))
    return lines


def _beside(left: list[tuple[Span, ...]], right: list[tuple[Span, ...]], half: int) -> list[Line]:
    lines: list[Line] = []
    for one, other in zip(left, right, strict=True):
        gap = half + 2 - spans_width(one)
        lines.append(((*one, (" " * max(1, gap), "plain"), *other), ""))
    return lines
