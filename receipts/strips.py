"""Blocks of a document as strips: each line, row and box measured, before it is known on which page it comes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from msgspec.structs import replace

from receipts.breaker import break_lines
from receipts.document import (
    Block,
    Flow,
    Heading,
    KeyValues,
    Notice,
    Paragraph,
    Seal,
    Signatures,
    Table,
)
from receipts.flow import flow_strips
from receipts.ops import Box, Op, Strip, Text, moved
from receipts.setter import BODY, CELL, PAD_X, Setter, baseline
from receipts.signing import seal_strip, slot_strip
from receipts.tables import CELL_SECOND, SECOND_GREY, Lines, cell, grid, no_widow, row_height, table_strips, wrapped

WHOLE = 200.0
"""Forms and boxes up to this height are not divided between pages."""
MAX_LINES = 36
"""A row of a form with more lines goes on in a second row."""
SECOND = 9.0
"""The size of the second language."""
APART = 4.0
"""At least so many points between two grids, whose columns differ."""


def strips(setter: Setter, blocks: Sequence[Block]) -> list[Strip]:
    """All blocks one under the other. What is signed or sealed stays with the end of the text before it."""
    result: list[Strip] = []
    previous: Block | None = None
    for block in blocks:
        made = list(_strips_of(setter, block))
        in_english_too = isinstance(block, Paragraph) and block.second
        if (in_english_too or isinstance(block, Signatures | Seal)) and result:
            result[-1] = replace(result[-1], keep=True)
        if isinstance(block, Paragraph) and isinstance(previous, KeyValues | Table | Notice):
            made[0] = replace(made[0], before=setter.gap * 1.2)
        elif isinstance(block, KeyValues | Table) and isinstance(previous, KeyValues | Table):
            made[0] = replace(made[0], before=max(made[0].before, APART))
        result += _whole(made) if isinstance(block, KeyValues | Notice) else made
        previous = block
    return result


def _whole(made: list[Strip]) -> list[Strip]:
    """A form or a box stays on one page as long as that leaves no great hole."""
    if sum(strip.height for strip in made) > WHOLE:
        return made
    return [*(replace(strip, keep=True) for strip in made[:-1]), *made[-1:]]


def _strips_of(setter: Setter, block: Block) -> Iterator[Strip]:
    match block:
        case Paragraph():
            return iter(_paragraph(setter, block))
        case Heading():
            return iter([_heading(setter, block)])
        case KeyValues():
            return _key_values(setter, block)
        case Table():
            return table_strips(setter, block)
        case Notice():
            return iter(_notice(setter, block))
        case Signatures():
            return _signatures(setter, block)
        case Seal():
            return iter([seal_strip(setter, block)[0]])
        case Flow():
            return flow_strips(setter, block)


def _paragraph(setter: Setter, block: Paragraph) -> list[Strip]:
    text = "".join(span.text for span in block.spans)
    bold = [span.bold for span in block.spans for _ in span.text]
    size = SECOND if block.second else BODY
    widths = [setter.fonts.char_width(char, size, heavy) for char, heavy in zip(text, bold, strict=True)]
    indent = 2 * BODY if block.indent else 0.0
    slices = break_lines(text, widths, setter.width, indent)
    made: list[Strip] = []
    for number, (start, end) in enumerate(slices):
        first = start == 0 or text[start - 1] == "\n"
        last = number == len(slices) - 1 or text[end : end + 1] == "\n"
        room = setter.width - (indent if first else 0.0)
        ragged = last or block.second
        spacing = 0.0 if ragged else _justified(text[start:end], room - sum(widths[start:end]))
        ops = tuple(_pieces(text, bold, widths, start, end, setter.left + setter.width - room, spacing, setter.leading))
        if block.second:
            ops = tuple(replace(op, y=baseline(0, size, setter.leading), size=size, grey=SECOND_GREY) for op in ops)
        made.append(
            Strip(size * setter.leading, ops, setter.gap * (0.2 if block.second else 0.6) if number == 0 else 0.0)
        )
    # No first or last line of a paragraph stands alone on a page.
    return [replace(strip, keep=index in (0, len(made) - 2)) if len(made) > 1 and index < len(made) - 1 else strip
            for index, strip in enumerate(made)]  # fmt: skip


def _justified(line: str, slack: float) -> float:
    """Space between characters that takes up ``slack``, or none where the line would look torn."""
    if len(line) < 2 or not 0 < slack <= 3.3 * BODY:
        return 0.0
    return slack / (len(line) - 1)


def _pieces(
    text: str,
    bold: Sequence[bool],
    widths: Sequence[float],
    start: int,
    end: int,
    x: float,
    spacing: float,
    leading: float,
) -> Iterator[Text]:
    """One line as texts of one weight each."""
    cuts = [start, *(index for index in range(start + 1, end) if bold[index] != bold[index - 1]), end]
    for begin, stop in pairwise(cuts):
        if stop > begin:
            yield Text(x, baseline(0, BODY, leading), text[begin:stop], BODY, bold[begin], 0.0, spacing)
            x += sum(widths[begin:stop]) + spacing * (stop - begin)


def _heading(setter: Setter, block: Heading) -> Strip:
    size, height = 11.0, 11.0 * 1.7
    mark = Box(setter.left, height * 0.24, 2.6, height * 0.52, fill=0.15)
    text = setter.line(block.text, setter.left + 8, 0, setter.width, size, 1.7, bold=True)
    ops: tuple[Op, ...] = (mark, text)
    if block.second:
        x = text.x + setter.fonts.width(block.text, size, True) + 8
        ops += (setter.line(block.second, x, 0, setter.width, SECOND, 1.7 * size / SECOND, grey=SECOND_GREY),)
    return Strip(height, ops, before=setter.gap, keep=True)


def _key_values(setter: Setter, block: KeyValues) -> Iterator[Strip]:
    label_width = min(
        max((_label_width(setter, label) for label, _ in block.pairs), default=0) + 2 * PAD_X + 2,
        max(setter.width * 0.185, min(_chinese_width(setter, block) + 2 * PAD_X + 2, setter.width * 0.22)),
    )
    for number, row in enumerate(_rows_of_pairs(setter, block, label_width)):
        value_width = setter.width / len(row) - label_width
        widths = [label_width, value_width] * len(row)
        texts = [text for pair in row for text in pair]
        cells = [wrapped(setter, text, width) for text, width in zip(texts, widths, strict=True)]
        for part, chunk in enumerate(_chunks(cells)):
            height = row_height(setter, chunk)
            ops: list[Op] = []
            x = setter.left
            for index, (lines, width) in enumerate(zip(chunk, widths, strict=True)):
                if index % 2 == 0:
                    ops.append(Box(x, 0, width, height, fill=0.95))
                ops += cell(setter, lines, x, width, height, "center" if index % 2 == 0 else "left")
                x += width
            yield Strip(height, (*ops, *grid(setter.left, widths, height)), setter.gap if number + part == 0 else 0.0)


def _chinese_width(setter: Setter, block: KeyValues) -> float:
    """The widest Chinese label of a form: the column gives way to it before it breaks; the English below may break."""
    return max((setter.fonts.width(label.split("\n")[0], CELL) for label, _ in block.pairs), default=0.0)


def _label_width(setter: Setter, label: str) -> float:
    first, *second = label.split("\n")
    return max(setter.fonts.width(first, CELL), *(setter.fonts.width(line, CELL_SECOND) for line in second), 0.0)


def _chunks(cells: Sequence[Lines]) -> Iterator[list[Lines]]:
    """A row, or several where it has more lines than a page can carry."""
    longest = max(len(lines) for lines in cells)
    for start in range(0, longest, MAX_LINES):
        yield [lines[start : start + MAX_LINES] or [("", False)] for lines in cells]


def _rows_of_pairs(setter: Setter, block: KeyValues, label_width: float) -> Iterator[tuple[tuple[str, str], ...]]:
    """Pairs side by side as long as each fits into two lines of its part of the row; a code is not broken for that.

    A pair that takes a whole row waits until the row before it is full: no half of a row stands empty for it.
    """
    room = setter.width / block.columns - label_width - 2 * PAD_X
    waiting: list[tuple[str, str]] = []
    whole: list[tuple[str, str]] = []
    for pair in block.pairs:
        first = pair[1].split("\n")[0]
        lines = len(setter.wrap(first, CELL, room))
        if lines > 2 or (lines > 1 and first.isascii()):
            whole.append(pair)
        else:
            waiting.append(pair)
        if len(waiting) in (0, block.columns):
            yield from filter(None, (tuple(waiting), *((one,) for one in whole)))
            waiting, whole = [], []
    yield from ((one,) for one in (*waiting, *whole))


def _notice(setter: Setter, block: Notice) -> list[Strip]:
    """A box with a heavy left edge, drawn line by line so that a long one may go over a page."""
    pad = 9.0
    rows = [(block.title, BODY)] if block.title else []
    for texts, size in ((block.lines, BODY), (block.second, SECOND)):
        rows += [(line, size) for text in texts for line in no_widow(setter, text, size, setter.width - 2 * pad - 4)]
    made: list[Strip] = []
    edge = pad * (0.35 + 0.35 * setter.air)
    for index, (text, size) in enumerate(rows):
        top = edge if index == 0 else 0.0
        height = top + size * 1.48 + (edge if index == len(rows) - 1 else 0.0)
        ops: list[Op] = [Box(setter.left, -0.2, setter.width, height + 0.4, fill=0.955),
                         Box(setter.left, -0.2, 3.2, height + 0.4, fill=0.2)]  # fmt: skip
        heading = index == 0 and bool(block.title)
        grey = SECOND_GREY if size == SECOND else 0.0
        ops.append(setter.line(text, setter.left + pad + 4, top, setter.width, size, 1.48, bold=heading, grey=grey))
        made.append(
            Strip(height, tuple(ops), setter.gap * 1.2 if index == 0 else 0.0, keep=index < min(2, len(rows) - 1))
        )
    return made


def _signatures(setter: Setter, block: Signatures) -> Iterator[Strip]:
    gutter = 16.0
    width = (setter.width - gutter * (block.columns - 1)) / block.columns
    for start in range(0, len(block.slots), block.columns):
        row = [
            slot_strip(setter, slot, setter.left + index * (width + gutter), width)
            for index, slot in enumerate(block.slots[start : start + block.columns])
        ]
        height = max(slot.height for slot in row)
        # Lines to write on beside each other stand level, however many lines of text are above them.
        ops = tuple(moved(op, height - slot.height) for slot in row for op in slot.ops)
        yield Strip(height, ops, setter.gap if start == 0 else 0.0, keep=True)
