"""A document on an 80 mm ticket: one column, a page a copy as long as it needs to be, every code on the printer's dots.

A ticket printer has 203 dots an inch and no grey. A code whose modules are whole dots in whole places is printed as it
was made, so that modules of two dots still scan; drawn anywhere else they would need 0.3 mm.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from receipts.barcodes import MM, Modules, code128, qr
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
from receipts.layout import Page
from receipts.ops import Box, Code, Line, Op, Ring, Strip, Text, moved
from receipts.setter import Setter, baseline

WIDTH_MM: Final = 80
DOT: Final = 72 / 203
"""A dot of the printer, in points."""
PAPER_DOTS, HEAD_DOTS = 640, 576
"""The paper's width, and what the head reaches of it: 72 mm in the middle."""
_LEFT: Final = (PAPER_DOTS - HEAD_DOTS) / 2 * DOT
_WIDTH: Final = HEAD_DOTS * DOT
_BODY, _SMALL, _TITLE = 9.2, 8.4, 15.0
_LEADING: Final = 1.4
_GAP: Final = 7.0
_BAR_TALL: Final = 72
"""Dots."""
_MOST_DOTS, _LEAST_DOTS = 6, 3
"""Of a QR code's module."""
_SLOT: Final = 26.0
_SEAL: Final = 18 * MM
"""The radius of a seal's place."""
_SECOND_GREY: Final = 0.25


def slip(document: Document, fonts: FontSet) -> list[Page]:
    """The pages of ``document``, one a copy, whose texts must be clean (``FontSet.clean``).

    Raises ValueError for a flow picture, which no ticket can show.
    """
    setter = Setter(fonts, _LEFT, _WIDTH)
    body = [strip for block in document.blocks for strip in _block(setter, block)]
    body += _codes(setter, document)
    body += _foot(setter, document)
    return [_page([*_head(setter, document, label), *body]) for label in document.copies]


def _page(strips: Sequence[Strip]) -> Page:
    """Strips one under the other; codes are moved to the next dot."""
    ops: list[Op] = []
    y = 4 * DOT
    for strip in strips:
        y += strip.before
        top = round(y / DOT) * DOT
        ops += [moved(op, top) for op in strip.ops]
        y = top + strip.height
    # A hair less than whole dots: a renderer that rounds up must not make a row of its own of the rest.
    tall = (round(y / DOT) + 8) * DOT - 0.01
    return Page(tuple(ops), PAPER_DOTS * DOT - 0.01, tall)


def _said(
    setter: Setter, text: str, size: float, *, before: float = 0.0, align: str = "left", bold: bool = False,
    second: bool = False, left: float = 0.0,
) -> Iterator[Strip]:  # fmt: skip
    """A text in lines."""
    room = setter.width - left
    for number, line in enumerate(setter.wrap(text, size, room, bold) if text else ()):
        op = setter.line(
            line, setter.left + left, 0, room, size, _LEADING, "center" if align == "center" else "left", bold,
            _SECOND_GREY if second else 0.0,
        )  # fmt: skip
        yield Strip(size * _LEADING, (op,), 0.0 if number else before)


def _rule(setter: Setter, heavy: bool = False) -> Strip:
    return Strip(3.0, (Line(setter.left, 1.5, setter.left + setter.width, 1.5, 1.0 if heavy else 0.4, 0.0),), 2.0)


def _head(setter: Setter, document: Document, label: str) -> list[Strip]:
    made = [*_said(setter, document.organisation, 11.0, align="center", bold=True)]
    made += _said(setter, document.department, _SMALL, align="center")
    made += _said(setter, document.second_organisation, _SMALL, align="center", second=True)
    made += _said(setter, document.title, _TITLE, align="center", bold=True, before=5.0)
    made += _said(setter, document.second_title, _SMALL, align="center")
    marks = [f"〔{label}〕" if label else "", f"补打 {document.reprint}" if document.reprint else ""]
    made += _said(setter, "　".join(filter(None, marks)), _BODY, align="center", bold=True, before=2.0)
    made += _said(setter, document.number, _SMALL, align="center", before=1.0)
    if document.reference:
        made += _bars(setter, document.reference)
    return [*made, _rule(setter, heavy=True)]


def _bars(setter: Setter, reference: str) -> Iterator[Strip]:
    """Code 128 in modules of three dots, or of two where it would not fit; its quiet zone may lie beyond the head."""
    modules = code128(reference)
    quiet = 2 * modules.black[0][0]
    dots = next((each for each in (3, 2) if (modules.width - quiet) * each <= HEAD_DOTS), 1)
    yield _placed(modules, dots, _BAR_TALL, before=5.0)
    yield from _said(setter, reference, _BODY, align="center", before=1.0)


def _placed(modules: Modules, dots: int, tall: int, before: float) -> Strip:
    """A code in the middle of the paper, on whole dots."""
    x = (PAPER_DOTS - modules.width * dots) // 2 * DOT
    op = Code(x, 0.0, modules, dots * DOT, tall * DOT)
    return Strip(modules.height * tall * DOT, (op,), before)


def _codes(setter: Setter, document: Document) -> Iterator[Strip]:
    """Each QR code over the words for whom it is and what for."""
    for text, caption in ((document.qr, document.qr_caption), (document.link, document.link_caption)):
        if text:
            modules = qr(text)
            dots = max(_LEAST_DOTS, min(_MOST_DOTS, HEAD_DOTS // modules.width))
            yield _placed(modules, dots, dots, before=_GAP)
            for number, line in enumerate(caption):
                yield from _said(setter, line, _BODY if not line.isascii() else _SMALL, align="center", bold=not number)


def _foot(setter: Setter, document: Document) -> list[Strip]:
    lines = [part for line in document.footer for part in _parts(line)]
    return [_rule(setter), *(strip for line in lines for strip in _said(setter, line, 8.0))]


def _parts(line: str) -> list[str]:
    """What stands side by side on A4 stands one under the other on a ticket."""
    return [part for part in line.split("　") if part]


def _block(setter: Setter, block: Block) -> Iterator[Strip]:
    match block:
        case Paragraph():
            yield from _paragraph(setter, block)
        case Heading():
            yield from _said(setter, block.text, 10.0, bold=True, before=_GAP)
            yield from _said(setter, block.second, _SMALL, second=True)
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
    size = _SMALL if block.second else _BODY
    widths = [setter.fonts.char_width(char, size, heavy) for char, heavy in zip(text, bold, strict=True)]
    indent = 2 * size if block.indent else 0.0
    for number, (start, end) in enumerate(break_lines(text, widths, setter.width, indent)):
        first = start == 0 or text[start - 1] == "\n"
        ops = tuple(_runs(setter, text, bold, widths, start, end, indent if first else 0.0, size))
        yield Strip(size * _LEADING, ops, 0.0 if number else 4.0)


def _runs(
    setter: Setter, text: str, bold: Sequence[bool], widths: Sequence[float], start: int, end: int, indent: float,
    size: float,
) -> Iterator[Text]:  # fmt: skip
    x, begin = setter.left + indent, start
    for index in range(start + 1, end + 1):
        if index == end or bold[index] != bold[begin]:
            yield Text(x, baseline(0, size, _LEADING), text[begin:index], size, bold[begin])
            x += sum(widths[begin:index])
            begin = index


def _pairs(setter: Setter, block: KeyValues) -> Iterator[Strip]:
    """Labels at the left, values beside them; in two languages a value under its label."""
    labels = [label for label, _ in block.pairs for label in label.split("\n")]
    wide = min(max((setter.fonts.width(label, _BODY) for label in labels), default=0.0) + 8, setter.width * 0.45)
    yield Strip(0.0, (), _GAP)
    for label, value in block.pairs:
        left = setter.wrap(label, _BODY, wide - 6)
        right = setter.wrap(value, _BODY, setter.width - wide, True)
        step = _BODY * _LEADING
        ops = setter.lines(left, setter.left, 0, wide, _BODY, _LEADING)
        ops += setter.lines(right, setter.left + wide, 0, setter.width - wide, _BODY, _LEADING, bold=True)
        yield Strip(max(len(left), len(right)) * step + 1.5, tuple(ops))


def _table(setter: Setter, block: Table) -> Iterator[Strip]:
    """Each row as an entry: its number and name, then what the other columns say, each with its title."""
    yield _rule(setter)
    if not block.rows:
        yield from _said(setter, block.empty, _BODY, align="center")
    titles = [column.title.split("\n")[0] for column in block.columns]
    for row in block.rows:
        number, name, *rest = row if len(row) > 1 else ("", *row)
        indent = setter.fonts.width("00. ", _BODY)
        first = True
        for strip in _said(setter, name, _BODY, bold=True, left=indent, before=2.5):
            mark = setter.line(f"{number}.", setter.left, 0, indent, _BODY, _LEADING) if first and number else None
            yield Strip(strip.height, (*strip.ops, mark) if mark else strip.ops, strip.before)
            first = False
        said = [f"{title}：{' '.join(cell.splitlines())}" for title, cell in zip(titles[2:], rest, strict=True) if cell]
        yield from _said(setter, "\n".join(_packed(setter, said, indent)), _SMALL, left=indent)
    yield _rule(setter)


def _packed(setter: Setter, said: Sequence[str], indent: float) -> Iterator[str]:
    """Short statements side by side as long as they fit a line, so that none is broken that need not be."""
    line = ""
    for part in said:
        joined = f"{line}　{part}" if line else part
        if line and setter.fonts.width(joined, _SMALL) > setter.width - indent:
            yield line
            joined = part
        line = joined
    if line:
        yield line


def _notice(setter: Setter, block: Notice) -> Iterator[Strip]:
    """A box with a heavy left edge; it has no grey ground, which would be dots or nothing."""
    texts = ([(block.title, True)] if block.title else []) + [(line, False) for line in block.lines]
    sizes = [_BODY] * len(texts) + [_SMALL] * len(block.second)
    texts += [(line, False) for line in block.second]
    for number, ((text, bold), size) in enumerate(zip(texts, sizes, strict=True)):
        for place, strip in enumerate(_said(setter, text, size, bold=bold, left=8.0)):
            edge = Box(setter.left, -0.3, 2.5, strip.height + 0.6, fill=0.0)
            yield Strip(strip.height, (edge, *strip.ops), 0.0 if number or place else _GAP)


def _slot(setter: Setter, slot: Slot) -> Strip:
    """A label and a line to write on."""
    label = f"{slot.label}："
    x = setter.left + setter.fonts.width(label, _BODY)
    ops: list[Op] = [
        setter.line(label, setter.left, _SLOT - 17, setter.width, _BODY, _LEADING),
        Line(x, _SLOT - 3, setter.left + setter.width, _SLOT - 3, 0.5, 0.0),
    ]
    if slot.value:
        ops.append(setter.line(slot.value, x + 4, _SLOT - 17, setter.width, _BODY, _LEADING))
    if slot.second:
        ops.append(setter.line(slot.second, setter.left, _SLOT - 4, setter.width, 6.5, 1.3))
    return Strip(_SLOT + (5 if slot.second else 0), tuple(ops))


def _seal(setter: Setter, block: Seal) -> Strip:
    """The place of the seal in the middle, over the organ's name and the date."""
    lines = [*setter.wrap(block.organ, _BODY, setter.width), block.date]
    tall, step = 2 * _SEAL, _BODY * 1.7
    top = tall / 2 - len(lines) * step / 2
    ops: list[Op] = [Ring(setter.left + setter.width / 2, tall / 2, _SEAL, grey=0.0)]
    ops += setter.lines(lines, setter.left, top, setter.width, _BODY, 1.7, "center")
    ops += setter.lines(block.label.split("\n"), setter.left, tall - 30, setter.width, 8.0, 1.3, "center")
    return Strip(tall, tuple(ops), _GAP)
