"""A number as large as a screen has room for, to be read from across a counter, and lines in the middle."""

from __future__ import annotations

from itertools import groupby
from typing import Final

from clerk_tui.widgets import digits
from clerk_tui.widgets.cells import clip, safe, width
from clerk_tui.widgets.painted import Line


def centred(text: str, ink: str, columns: int, fill: str) -> Line:
    """One line of text in the middle, on ``fill``."""
    short = clip(text, columns)
    return (((" " * max(0, (columns - width(short)) // 2), "plain"), (short, ink)), fill)


_DOTS: Final = ((6, 3), (5, 3), (5, 2), (4, 2), (3, 2), (3, 1), (2, 1), (1, 1))
"""How many cells and lines a dot of a large number takes, the largest first."""


def large(number: str, columns: int, rows: int) -> list[Line]:
    """The number as large as there is room for, in cells of one colour: letters of a font would leave gaps."""
    if not digits.drawable(number):
        return [centred(safe(number), "title", columns, "")]
    dots = [row[::2] for row in digits.draw(number, 2)]
    fitting = (each for each in _DOTS if len(dots[0]) * each[0] <= columns - 4 and len(dots) * each[1] <= rows)
    wide, tall = next(fitting, _DOTS[-1])
    left = (" " * max(0, (columns - len(dots[0]) * wide) // 2), "plain")
    lines: list[Line] = []
    for row in dots:
        runs = ((" " * wide * len(list(run)), "plain" if dot == " " else "caret") for dot, run in groupby(row))
        lines += [((left, *runs), "")] * tall
    return lines
