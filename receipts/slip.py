"""A document on an 80 mm ticket: one column, a page a copy as long as it needs to be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from receipts.barcodes import MM
from receipts.breaker import break_lines
from receipts.document import (
    Block,
    Document,
    Flow,
    Heading,
    KeyValues,
    Notice,
    Paragraph,
    Seal,
    Signatures,
    Slot,
    Table,
)
from receipts.fonts import FontSet
from receipts.forms import TICKET
from receipts.layout import Page
from receipts.ops import Box, Line, Op, Ring, Strip, Text
from receipts.queue_ticket import ticket_strips
from receipts.setter import Setter, baseline
from receipts.signing import SLOT_STEP, organ_lines
from receipts.slip_parts import BODY, GAP, LEADING, LEFT, SMALL, WIDTH, bars, page, qr_over, rule, said

WIDTH_MM: Final = 80
_TITLE: Final = 15.0
_BEFORE_BOX: Final = re.compile("　+(?=□)")
_SLOT: Final = 26.0
_SEAL: Final = 18 * MM
"""The radius of a seal's place."""
_SEAL_FOOT: Final = 30.0
"""What stands below the date says what seal it is."""


def slip(document: Document, fonts: FontSet) -> list[Page]:
    """The pages of ``document``, one a copy, whose texts must be clean (``FontSet.clean``).

    Raises ValueError for a flow picture, which no ticket can show.
    """
    setter = Setter(fonts, LEFT, WIDTH)
    if document.kind == TICKET:
        return [page([*ticket_strips(setter, document)])]
    body = [strip for block in document.blocks for strip in _block(setter, block)]
    body += _codes(setter, document)
    body += _foot(setter, document)
    return [page([*_head(setter, document, label), *body]) for label in document.copies]


def _head(setter: Setter, document: Document, label: str) -> list[Strip]:
    made = [*said(setter, document.organisation, 11.0, align="center", bold=True)]
    made += said(setter, document.department, SMALL, align="center")
    made += said(setter, document.second_organisation, SMALL, align="center", second=True)
    made += said(setter, document.title, _TITLE, align="center", bold=True, before=5.0)
    made += said(setter, document.second_title, SMALL, align="center")
    marks = [f"〔{label}〕" if label else "", f"补打 {document.reprint}" if document.reprint else ""]
    made += said(setter, "　".join(filter(None, marks)), BODY, align="center", bold=True, before=2.0)
    made += said(setter, document.number, SMALL, align="center", before=1.0)
    if document.reference:
        made += bars(setter, document.reference)
    return [*made, rule(setter, heavy=True)]


def _codes(setter: Setter, document: Document) -> Iterator[Strip]:
    """The codes that the document has, one under the other."""
    for text, caption in ((document.qr, document.qr_caption), (document.link, document.link_caption)):
        if text:
            yield from qr_over(setter, text, caption)


def _foot(setter: Setter, document: Document) -> list[Strip]:
    lines = [part for line in document.footer for part in _parts(line)]
    return [rule(setter), *(strip for line in lines for strip in said(setter, line, 8.0))]


def _parts(line: str) -> list[str]:
    """What stands side by side on A4 stands one under the other on a ticket."""
    return [part for part in line.split("　") if part]


def _block(setter: Setter, block: Block) -> Iterator[Strip]:
    match block:
        case Paragraph():
            yield from _paragraph(setter, block)
        case Heading():
            yield from said(setter, block.text, 10.0, bold=True, before=GAP)
            yield from said(setter, block.second, SMALL, second=True)
        case KeyValues():
            yield from _pairs(setter, block)
        case Table():
            yield from _table(setter, block)
        case Notice():
            yield from _notice(setter, block)
        case Signatures():
            for slot in block.slots:
                yield _slot(setter, slot)
        case Seal():
            yield _seal(setter, block)
        case Flow():
            raise ValueError("a ticket is too narrow for a flow")


def _paragraph(setter: Setter, block: Paragraph) -> Iterator[Strip]:
    text = "".join(span.text for span in block.spans)
    bold = [span.bold for span in block.spans for _ in span.text]
    size = SMALL if block.second else BODY
    widths = [setter.fonts.char_width(char, size, heavy) for char, heavy in zip(text, bold, strict=True)]
    indent = 2 * size if block.indent else 0.0
    for number, (start, end) in enumerate(break_lines(text, widths, setter.width, indent)):
        first = start == 0 or text[start - 1] == "\n"
        ops = tuple(_runs(setter, text, bold, widths, start, end, indent if first else 0.0, size))
        yield Strip(size * LEADING, ops, 0.0 if number else 4.0)


def _runs(
    setter: Setter, text: str, bold: Sequence[bool], widths: Sequence[float], start: int, end: int, indent: float,
    size: float,
) -> Iterator[Text]:  # fmt: skip
    x, begin = setter.left + indent, start
    for index in range(start + 1, end + 1):
        if index == end or bold[index] != bold[begin]:
            yield Text(x, baseline(0, size, LEADING), text[begin:index], size, bold[begin])
            x += sum(widths[begin:index])
            begin = index


def _pairs(setter: Setter, block: KeyValues) -> Iterator[Strip]:
    """Labels at the left, values beside them; in two languages a value under its label."""
    labels = [label for label, _ in block.pairs for label in label.split("\n")]
    wide = min(max((setter.fonts.width(label, BODY) for label in labels), default=0.0) + 8, setter.width * 0.45)
    yield Strip(0.0, (), GAP)
    for label, value in block.pairs:
        left = setter.wrap(label, BODY, wide - 6)
        right = setter.wrap(value, BODY, setter.width - wide, True)
        step = BODY * LEADING
        ops = setter.lines(left, setter.left, 0, wide, BODY, LEADING)
        ops += setter.lines(right, setter.left + wide, 0, setter.width - wide, BODY, LEADING, bold=True)
        yield Strip(max(len(left), len(right)) * step + 1.5, tuple(ops))


def _table(setter: Setter, block: Table) -> Iterator[Strip]:
    """Each row as an entry: its number and name, then what the other columns say, each with its title."""
    yield rule(setter)
    if not block.rows:
        yield from said(setter, block.empty, BODY, align="center")
    titles = [" ".join(column.title.split("\n")) for column in block.columns]
    for row in block.rows:
        number, name, *rest = row if len(row) > 1 else ("", *row)
        indent = setter.fonts.width("00. ", BODY)
        first = True
        for strip in said(setter, name, BODY, bold=True, left=indent, before=2.5):
            mark = setter.line(f"{number}.", setter.left, 0, indent, BODY, LEADING) if first and number else None
            yield Strip(strip.height, (*strip.ops, mark) if mark else strip.ops, strip.before)
            first = False
        details = [
            f"{title}：{' '.join(cell.splitlines())}" for title, cell in zip(titles[2:], rest, strict=True) if cell
        ]
        yield from said(setter, "\n".join(_packed(setter, details, indent)), SMALL, left=indent)
    yield rule(setter)


def _packed(setter: Setter, parts: Sequence[str], indent: float) -> Iterator[str]:
    """Short statements side by side as long as they fit a line, so that none is broken that need not be."""
    line = ""
    for part in parts:
        joined = f"{line}　{part}" if line else part
        if line and setter.fonts.width(joined, SMALL) > setter.width - indent:
            yield line
            joined = part
        line = joined
    if line:
        yield line


def _notice(setter: Setter, block: Notice) -> Iterator[Strip]:
    """A box with a heavy left edge; it has no grey ground, which would be dots or nothing."""
    texts = ([(block.title, True)] if block.title else []) + [(line, False) for line in _boxes(block.lines)]
    sizes = [BODY] * len(texts)
    texts += [(line, False) for line in _boxes(block.second)]
    sizes += [SMALL] * (len(texts) - len(sizes))
    for number, ((text, bold), size) in enumerate(zip(texts, sizes, strict=True)):
        for place, strip in enumerate(said(setter, text, size, bold=bold, left=8.0)):
            edge = Box(setter.left, -0.3, 2.5, strip.height + 0.6, fill=0.0)
            yield Strip(strip.height, (edge, *strip.ops), 0.0 if number or place else GAP)


def _boxes(lines: Iterable[str]) -> Iterator[str]:
    """Lines with every box to be ticked at the beginning of one: side by side they do not fit."""
    for line in lines:
        yield from _BEFORE_BOX.split(line)


def _slot(setter: Setter, slot: Slot) -> Strip:
    """A label and a line to write on, lower under a value that needs several lines of text."""
    label = f"{slot.label}："
    x = setter.left + setter.fonts.width(label, BODY)
    lines, size = setter.fitted(slot.value, setter.left + setter.width - x - 4, BODY, SMALL)
    step = size * SLOT_STEP
    height = _SLOT + step * (len(lines) - 1)
    first = baseline(_SLOT - 17, BODY, LEADING)
    ops: list[Op] = [
        setter.line(label, setter.left, _SLOT - 17, setter.width, BODY, LEADING),
        Line(x, height - 3, setter.left + setter.width, height - 3, 0.5, 0.0),
        *(Text(x + 4, first + step * number, line, size) for number, line in enumerate(lines) if line),
    ]
    if slot.second:
        ops.append(setter.line(slot.second, setter.left, height - 1.5, setter.width, 6.5, 1.3))
    return Strip(height + (7 if slot.second else 0), tuple(ops))


def _seal(setter: Setter, block: Seal) -> Strip:
    """The place of the seal in the middle, over the organ's name and the date."""
    organ, size = organ_lines(setter, block.organ, _SEAL, BODY, SMALL)
    label = block.label.split("\n")
    step = BODY * 1.7
    block_tall = (len(organ) + 1) * step
    tall = max(2 * _SEAL, block_tall + 2 * _SEAL_FOOT)
    top = (tall - block_tall) / 2
    ops: list[Op] = [Ring(setter.left + setter.width / 2, tall / 2, _SEAL, grey=0.0)]
    ops += setter.lines(organ, setter.left, top, setter.width, size, step / size, "center")
    ops += setter.lines([block.date], setter.left, top + step * len(organ), setter.width, BODY, 1.7, "center")
    ops += setter.lines(label, setter.left, tall - _SEAL_FOOT, setter.width, 8.0, 1.3, "center")
    return Strip(tall, tuple(ops), GAP)
