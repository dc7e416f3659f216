"""Tables and the cells that forms share with them: how wide, how high, where a page may end.

A row is one strip and never cut, but for one so tall that it would leave a hole on its page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TypeAlias

from msgspec.structs import replace

from receipts.document import Align, Table
from receipts.ops import Box, Line, Op, Strip, moved
from receipts.setter import CELL, CELL_LEADING, PAD_X, Setter

TALL_LINES, PART_LINES = 14, 5
"""A row of more lines may go over a page, so many lines at a time."""
CELL_SECOND, CELL_SECOND_LEADING = 7.5, 1.25
"""The second language in a cell."""
SECOND_GREY = 0.25
_BELOW = 0.6
"""More white under small type than above a cell's first line, in points."""
_ALONE = 2
"""A last line of so few characters is a widow."""
_ROW = 90.0
"""Rows up to this height do not stand alone, with their titles or at the top of a page."""

Lines: TypeAlias = Sequence[tuple[str, bool]]
"""The lines of a cell, each with whether it is in the second language."""


def wrapped(setter: Setter, text: str, width: float, bold: bool = False) -> list[tuple[str, bool]]:
    """The lines of a cell ``width`` points wide."""
    first, *second = text.split("\n")
    lines = [(line, False) for line in no_widow(setter, first, CELL, width - 2 * PAD_X, bold)]
    return lines + [(line, True) for each in second for line in setter.wrap(each, CELL_SECOND, width - 2 * PAD_X)]


def no_widow(setter: Setter, text: str, size: float, room: float, bold: bool = False) -> list[str]:
    """The lines of a Chinese text; where one or two characters would stand alone in the last, the others make room for
    more there, as long as that costs no further line."""
    lines = setter.wrap(text, size, room, bold)
    if len(lines) < 2 or len(lines[-1]) > _ALONE or lines[-1].isascii():
        return lines
    narrower = (setter.wrap(text, size, room * share, bold) for share in (0.95, 0.9, 0.8, 0.7, 0.6))
    return next((again for again in narrower if len(again) == len(lines) and len(again[-1]) > _ALONE), lines)


def step(second: bool) -> float:
    """From one line of a cell to the next."""
    return CELL_SECOND * CELL_SECOND_LEADING if second else CELL * CELL_LEADING


def cell(setter: Setter, lines: Lines, x: float, width: float, height: float, align: Align = "left",
          bold: bool = False) -> list[Op]:  # fmt: skip
    """Lines in the middle of a cell."""
    top = (height - _height(lines)) / 2
    ops: list[Op] = []
    for text, second in lines:
        size, leading = (CELL_SECOND, CELL_SECOND_LEADING) if second else (CELL, CELL_LEADING)
        if text:
            grey = SECOND_GREY if second else 0.0
            room = width - 2 * PAD_X
            ops.append(setter.line(text, x + PAD_X, top, room, size, leading, align, bold and not second, grey))
        top += step(second)
    return ops


def grid(left: float, widths: Sequence[float], height: float) -> list[Op]:
    """The rules of one row."""
    right = left + sum(widths)
    rules: list[Op] = [Line(left, 0, right, 0), Line(left, height, right, height)]
    x = left
    for width in (*widths, 0.0):
        rules.append(Line(x, 0, x, height))
        x += width
    return rules


def row_height(setter: Setter, cells: Sequence[Lines]) -> float:
    """The height of a row in points: its fullest cell with the white around it."""
    return max(map(_height, cells)) + 2 * setter.pad


def _height(lines: Lines) -> float:
    """The height of the lines of a cell; small type at the end would touch the rule below with its descenders."""
    return sum(step(second) for _, second in lines) + (_BELOW if lines and lines[-1][1] else 0.0)


def table_strips(setter: Setter, block: Table) -> Iterator[Strip]:
    """The title of the columns, and each row with that title as what is repeated above it on a new page."""
    widths = _column_widths(setter, block)
    titles = [wrapped(setter, column.title, width, True)
              for column, width in zip(block.columns, widths, strict=True)]  # fmt: skip
    header = _table_row(setter, titles, widths, ["center"] * len(widths), head=True)
    yield replace(header, before=setter.gap, keep=True)
    aligns: list[Align] = [column.align for column in block.columns]
    if not block.rows:
        nothing = [[(block.empty, False)]]
        yield _table_row(setter, nothing, [setter.width], ["center"])
    for number, row in enumerate(block.rows):
        cells = [wrapped(setter, text, width) for text, width in zip(row, widths, strict=True)]
        if max(map(len, cells)) > TALL_LINES:
            parts = list(_parts_of_row(setter, cells, widths, aligns))
        else:
            whole = _table_row(setter, cells, widths, aligns, least=block.tall)
            with_next = number in (0, len(block.rows) - 2) and len(block.rows) > 1 and whole.height <= _ROW
            parts = [replace(whole, keep=with_next)]
        yield from (replace(part, header=header) for part in parts)


def _column_widths(setter: Setter, block: Table) -> list[float]:
    """Shares of the width, but no short title (序号, 份数) in two lines; the others give the room in proportion.

    Where a cell would become a tower of lines, its column takes what the others can spare.
    """
    total = sum(column.width for column in block.columns)
    shares = [setter.width * column.width / total for column in block.columns]
    least = [_least(setter, block, number) for number in range(len(block.columns))]
    if any(_towers(block, number, share) for number, share in enumerate(shares)):
        texts = [_longest(setter, block, number) for number in range(len(block.columns))]
        return _by_length(setter.width, texts, shares, least)
    wide = [max(share, need) for share, need in zip(shares, least, strict=True)]
    excess = sum(wide) - setter.width
    free = sum(w - need for w, need in zip(wide, least, strict=True))
    if excess <= 0 or free <= excess:
        return shares
    return [w - excess * (w - need) / free for w, need in zip(wide, least, strict=True)]


def _towers(block: Table, number: int, share: float) -> bool:
    """Whether a cell of a column would be one of too many lines; no character is wider than it is high."""
    longest = max((len(row[number]) for row in block.rows), default=0)
    return longest * CELL > TALL_LINES * (share - 2 * PAD_X)


def _by_length(width: float, texts: Sequence[float], shares: Sequence[float], least: Sequence[float]) -> list[float]:
    """Widths at which the longest cell has the fewest lines; none below its title, nor below half of its share."""
    floors = [max(need, share / 2) for need, share in zip(least, shares, strict=True)]

    def at(lines: float) -> list[float]:
        return [max(floor, text / lines + 2 * PAD_X) for floor, text in zip(floors, texts, strict=True)]

    few, many = 1.0, max(texts) + 1.0
    for _ in range(24):
        middle = (few + many) / 2
        few, many = (middle, many) if sum(at(middle)) > width else (few, middle)
    found = at(many)
    if sum(found) > width:
        return list(shares)
    spare = (width - sum(found)) / sum(found)
    return [wide * (1 + spare) for wide in found]


def _longest(setter: Setter, block: Table, number: int) -> float:
    """How long the longest cell of a column is when set on one line; its second language counts as what it takes."""
    longest = 0.0
    for row in block.rows:
        first, *second = row[number].split("\n")
        told = setter.fonts.width(first, CELL)
        told += sum(setter.fonts.width(line, CELL_SECOND) for line in second) * step(True) / step(False)
        longest = max(longest, told)
    return longest


def _least(setter: Setter, block: Table, number: int) -> float:
    """What a column needs so that its short title (序号, 份数) stays on one line and no English word is broken."""
    first, *second = block.columns[number].title.split("\n")
    widths = [setter.fonts.width(first, CELL, True)] if len(first) <= 4 else []
    widths += [setter.fonts.width(word, CELL_SECOND) for line in second for word in line.split()]
    words = {word for row in block.rows for line in row[number].split("\n")[1:] for word in line.split()}
    widths += [setter.fonts.width(word, CELL_SECOND) for word in words if word.isascii()]
    return max(widths, default=-2 * PAD_X - 1) + 2 * PAD_X + 1


def _parts_of_row(
    setter: Setter, cells: Sequence[Lines], widths: Sequence[float], aligns: Sequence[Align]
) -> Iterator[Strip]:
    """A tall row from its top down, in slices between which a page may end; ruled as one."""
    longest = max(len(lines) for lines in cells)
    starts = range(0, max(PART_LINES, longest - PART_LINES // 2), PART_LINES)
    for start, end in pairwise((*starts, longest)):
        slices = [lines[start:end] for lines in cells]
        above, below = setter.pad * (start == 0), setter.pad * (end == longest)
        height = max(sum(step(second) for _, second in lines) for lines in slices) + above + below
        ops: list[Op] = []
        x = setter.left
        for lines, width, align in zip(slices, widths, aligns, strict=True):
            own = sum(step(second) for _, second in lines)
            ops += (moved(op, above) for op in cell(setter, lines, x, width, own, align))
            x += width
        top, bottom, *upright = grid(setter.left, widths, height)
        level = [top] * (start == 0) + [bottom] * (end == longest)
        yield Strip(height, (*ops, *level, *upright))


def _table_row(
    setter: Setter, cells: Sequence[Lines], widths: Sequence[float], aligns: Sequence[Align],
    head: bool = False, least: float = 0.0,
) -> Strip:  # fmt: skip
    height = max(row_height(setter, cells), least)
    ops: list[Op] = [Box(setter.left, 0, sum(widths), height, fill=0.92)] if head else []
    x = setter.left
    for lines, width, align in zip(cells, widths, aligns, strict=True):
        ops += cell(setter, lines, x, width, height, align, head)
        x += width
    return Strip(height, (*ops, *grid(setter.left, widths, height)))
