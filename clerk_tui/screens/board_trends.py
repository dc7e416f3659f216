"""The board's pictures: what comes and goes through the day and through thirty days, in columns with their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from clerk_tui.i18n import N_, _
from clerk_tui.screens.board_sheets import Hall, Page, Sheet, silent
from clerk_tui.widgets import charts
from clerk_tui.widgets.cells import pad
from clerk_tui.widgets.painted import Line, Span, spans_width

if TYPE_CHECKING:
    from clerk_tui.services.hall_watch import Seen

OPENS, CLOSES = 9, 17
"""The hours that are always shown."""
LABEL = 2
"""Cells of an hour or a day on the axis; where the columns stand closer, not every one is named."""


class TrendsPage(Page):
    """Four pictures."""

    name = N_("走势")

    def sheet(self, seen: Seen, hall: Hall, columns: int, rows: int) -> Sheet:
        queue, board = seen.queue, seen.board
        if queue is None or board is None:
            return silent()
        came = {each.hour: each.arrivals for each in queue.hours}
        waits = {each.hour: each.wait_min for each in queue.hours}
        took = {each.hour: float(each.received) for each in board.hours}
        done = {each.hour: float(each.decided) for each in board.hours}
        keys = {*came, *took, *done}
        hours = list(range(min(OPENS, *keys), max(CLOSES, *keys) + 1)) if keys else list(range(OPENS, CLOSES + 1))
        half = (columns - 3) // 2
        height = max(2, (rows - 11) // 3)
        axis = [f"{hour:02d}" for hour in hours]
        days = board.days[-((columns - 12) // 3) :]
        top = _beside(
            _picture(_("取号（人/小时）"), [came.get(hour, 0) for hour in hours], axis, half, height, "info"),
            _picture(_("平均等候（分钟）"), [waits.get(hour, 0) for hour in hours], axis, half, height, "warn"),
            half,
        )
        middle = _beside(
            _picture(_("收件（件/小时）"), [took.get(hour, 0) for hour in hours], axis, half, height, "key"),
            _picture(_("办结（件/小时）"), [done.get(hour, 0) for hour in hours], axis, half, height, "good"),
            half,
        )
        month = _picture(
            _("近 30 天收件（件/天）"),
            [float(each.received) for each in days],
            [f"{each.day:%d}" for each in days],
            columns,
            height,
            "key",
        )
        return Sheet(head=[*top, ((), ""), *middle, ((), ""), *((spans, "") for spans in month)])


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
