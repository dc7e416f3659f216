"""A document on A4 pages: every copy in full, each from a new page, with head, foot and page numbers of its own."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from receipts.barcodes import BAR_MIN, MM, code128
from receipts.closing import body_strips
from receipts.document import Document
from receipts.fonts import FontSet
from receipts.ops import Box, Code, Line, Op, Strip, Text, moved
from receipts.setter import Setter, baseline

PAGE_WIDTH, PAGE_HEIGHT = 210 * MM, 297 * MM
MARGIN_X, MARGIN_TOP, MARGIN_BOTTOM = 20 * MM, 13 * MM, 10 * MM
BAR_MODULE = 0.33 * MM
BAR_HEIGHT = 10 * MM
STEPS = ((1.0, 1.0), (0.75, 1.0), (0.5, 1.0), (0.3, 1.0), (0.3, 0.95), (0.3, 0.9), (0.2, 0.9))
"""How much of the white is kept and how large the type is: all, or less where that saves a page."""
_WORTH, _MANY = 4, 12
"""Of more pages than ``_WORTH`` none is saved by smaller type: one less would not be noticed, the type would. A flaw is
still mended, up to ``_MANY`` pages."""
_HOLE, _LEAST_LAST = 0.25, 0.2
"""Of a page that is followed by another no more stands empty, and of the last one no less is filled, if it can be."""
SMALL, FINE, FINEST = 8.5, 8.0, 6.8
TITLE, TITLE_SPACING = 21.0, 0.22
_DIM = 0.35


class Page(Struct, frozen=True):
    """What is drawn on one page, in points from its upper left corner, and how large the page is."""

    ops: tuple[Op, ...]
    width: float = PAGE_WIDTH
    height: float = PAGE_HEIGHT


def layout(document: Document, fonts: FontSet) -> list[Page]:
    """The pages of ``document``, whose texts must be clean (``FontSet.clean``).

    What would run on to a further page by a little is set tighter, if that saves the page. Where it does not, the pages
    are those that are filled best, and of two alike those with more white.
    """
    return _drawn(best_fill(document, fonts))


def best_fill(document: Document, fonts: FontSet) -> Filled:
    """The body on its pages, at the widest step that needs the fewest pages with the fewest flaws."""
    found: list[Filled] = []
    for air, scale in STEPS:
        found.append(_fill(document, Setter(fonts, MARGIN_X, PAGE_WIDTH - 2 * MARGIN_X, air, scale)))
        pages = len(found[-1].pages)
        if pages == 1 or (pages > _WORTH and not found[-1].flaws) or pages > _MANY:
            break
    return min(found, key=lambda filled: (len(filled.pages), filled.flaws))


class Filled(Struct, frozen=True):
    """The body of every copy on its pages, ``heads`` and short heads by copy.

    ``flaws`` are those that leap to the eye: a hole in a page, a last page with next to nothing.
    """

    setter: Setter
    pages: list[list[Strip]]
    heads: list[tuple[Strip, Strip]]
    foot: Strip
    flaws: int


def _fill(document: Document, setter: Setter) -> Filled:
    foot = _foot(setter, document)
    heads = [(_head(setter, document, label), _short_head(setter, document, label)) for label in document.copies]
    rooms = [min(_room(pair[place], foot) for pair in heads) for place in (0, 1)]
    pages = paginate(body_strips(setter, document), *rooms)
    shares = [_height(strips) / rooms[number > 0] for number, strips in enumerate(pages)]
    flaws = sum(share < 1 - _HOLE for share in shares[:-1]) + (len(pages) > 1 and shares[-1] < _LEAST_LAST)
    return Filled(setter, pages, heads, foot, flaws)


def _height(strips: Sequence[Strip]) -> float:
    return sum(strip.height + (strip.before if index else 0.0) for index, strip in enumerate(strips))


def _drawn(filled: Filled) -> list[Page]:
    total = len(filled.pages)
    return [
        Page(_compose(heads[number > 1], strips, filled.foot, _folio(filled.setter, number, total)))
        for heads in filled.heads
        for number, strips in enumerate(filled.pages, start=1)
    ]


def paginate(body: Sequence[Strip], first: float, other: float) -> list[list[Strip]]:
    """The strips of each page, ``first`` and ``other`` being the room on the first page and on the rest.

    Strips tied together stay together unless they need more than a page. A header comes first where its table goes on.
    """
    pages: list[list[Strip]] = [[]]
    left = first
    for group in _groups(body):
        height = sum(strip.height + strip.before for strip in group)
        if height > left and pages[-1] and height <= other:
            pages.append([])
            left = other
        for strip, after in zip(group, (*group[1:], None), strict=True):
            # Where a group is too high for one page, what it begins with still goes with what comes next.
            tied = after.height + after.before if after is not None and strip.keep else 0.0
            whole = strip.height + strip.before + tied
            if pages[-1] and (strip.height + strip.before > left or left < whole <= other):
                pages.append([])
                left = other
            if not pages[-1] and strip.header is not None and len(pages) > 1:
                pages[-1].append(strip.header)
                left -= strip.header.height
            left -= strip.height + (strip.before if pages[-1] else 0.0)
            pages[-1].append(strip)
    return pages


def _groups(body: Sequence[Strip]) -> list[list[Strip]]:
    groups: list[list[Strip]] = [[]]
    for strip in body:
        groups[-1].append(strip)
        if not strip.keep:
            groups.append([])
    return [group for group in groups if group]


def _room(head: Strip, foot: Strip) -> float:
    return PAGE_HEIGHT - MARGIN_TOP - head.height - foot.height - MARGIN_BOTTOM - 6


def _compose(head: Strip, body: Sequence[Strip], foot: Strip, folio: Sequence[Op]) -> tuple[Op, ...]:
    ops = [moved(op, MARGIN_TOP) for op in head.ops]
    y = MARGIN_TOP + head.height
    for index, strip in enumerate(body):
        y += strip.before if index else 0.0
        ops += [moved(op, y) for op in strip.ops]
        y += strip.height
    foot_top = PAGE_HEIGHT - MARGIN_BOTTOM - foot.height
    ops += [moved(op, foot_top) for op in (*foot.ops, *folio)]
    return tuple(ops)


def _head(setter: Setter, document: Document, label: str) -> Strip:
    """Organisation and barcode, then the title over a double rule."""
    ops, bar_width, bar_bottom = _barcode(setter, document.reference)
    room = setter.width - bar_width - (8 * MM if bar_width else 0)
    y = 3.0
    for text, size, bold, grey in ((document.organisation, 13.0, True, 0.0), (document.department, 10.0, False, _DIM)):
        lines = setter.wrap(text, size, room, bold) if text else []
        ops += setter.lines(lines, setter.left, y, room, size, 1.4, bold=bold, grey=grey)
        y += len(lines) * size * 1.4
    if document.second_organisation:
        lines = setter.wrap(document.second_organisation, FINEST, room)
        ops += setter.lines(lines, setter.left, y + 1, room, FINEST, 1.3, grey=_DIM)
        y += 1 + len(lines) * FINEST * 1.3
    y = max(y, bar_bottom) + 5 * MM * setter.air
    title_ops, y_title = _title(setter, document.title, y)
    ops += title_ops
    ops += _marks(setter, document, label, y)
    y = y_title
    if document.second_title:
        lines = setter.wrap(document.second_title, 11.0, setter.width)
        ops += setter.lines(lines, setter.left, y, setter.width, 11.0, 1.5, "center", grey=_DIM)
        y += 16.5 * len(lines)
    if document.number:
        label = "编号 No." if document.second_title else "编号"
        number = f"{label}：{document.number}" if document.number.isascii() else document.number
        ops.append(setter.line(number, setter.left, y + 2, setter.width, 10.0, 1.5, "center"))
        y += 18
    y += 5
    right = setter.left + setter.width
    ops += [Line(setter.left, y, right, y, 1.4, 0.0), Line(setter.left, y + 2.4, right, y + 2.4, 0.4, 0.0)]
    return Strip(y + 2.4 + 8, tuple(ops))


def _barcode(setter: Setter, reference: str) -> tuple[list[Op], float, float]:
    """The reference as Code 128 with its text below, its width, and where it ends."""
    if not reference:
        return [], 0.0, 0.0
    modules = code128(reference)
    module = BAR_MODULE if modules.width * BAR_MODULE < setter.width * 0.55 else BAR_MIN
    width = modules.width * module
    # The white at the right of the bars may lie in the margin, so that the bars end where the text ends.
    quiet = modules.black[0][0] * module
    x = setter.left + setter.width - width + quiet
    text_top = BAR_HEIGHT + 1.5
    bars = width - 2 * quiet
    caption = setter.line(reference, x + quiet, text_top, bars, 9.0, 1.4, "center")
    return [Code(x, 0, modules, module, BAR_HEIGHT), caption], bars + quiet, text_top + 9.0 * 1.4


def _title(setter: Setter, title: str, y: float) -> tuple[list[Op], float]:
    """The title in wide-set type in the middle, smaller or in two lines where it is long; and where it ends."""
    room = setter.width - 2 * 29 * MM
    size = TITLE
    while size > 15 and setter.fonts.width(title, size, True) + len(title) * size * TITLE_SPACING > room:
        size -= 1
    ops: list[Op] = []
    for line in setter.wrap(title, size * (1 + TITLE_SPACING), room, True):
        spacing = size * TITLE_SPACING
        wide = setter.fonts.width(line, size, True) + spacing * (len(line) - 1)
        x = setter.left + (setter.width - wide) / 2
        ops.append(Text(x, baseline(y, size, 1.35), line, size, True, 0.0, spacing))
        y += size * 1.35
    return ops, y


def _marks(setter: Setter, document: Document, label: str, y: float) -> list[Op]:
    """Which copy this is, and that it was printed again, in frames right of the title."""
    ops: list[Op] = []
    right = setter.left + setter.width
    for text in (label, f"补打 {document.reprint}" if document.reprint else ""):
        if text:
            width = setter.fonts.width(text, 10, True) + 12
            ops.append(Box(right - width, y + 5, width, 17, stroke=0.8, grey=0.0, radius=2))
            ops.append(setter.line(text, right - width, y + 5.6, width, 10, 1.6, "center", bold=True))
            y += 21
    return ops


def _short_head(setter: Setter, document: Document, label: str) -> Strip:
    """The head of a page that goes on: what, whose, which copy."""
    marks = [document.reference, label, f"补打 {document.reprint}" if document.reprint else ""]
    right_text = "　".join(filter(None, marks))
    room = setter.width - setter.fonts.width(right_text, SMALL) - 12
    lines = setter.wrap(f"{document.title}（续）　{document.number or document.organisation}", SMALL, room)
    ops = setter.lines(lines, setter.left, 0, room, SMALL, 1.4, grey=_DIM)
    ops.append(setter.line(right_text, setter.left, 0, setter.width, SMALL, 1.4, "right", grey=_DIM))
    y = len(lines) * SMALL * 1.4 + 3
    return Strip(y + 11, (*ops, Line(setter.left, y, setter.left + setter.width, y, 0.4, 0.0)))


def _foot(setter: Setter, document: Document) -> Strip:
    """The office's own lines; the first leaves room for the page number."""
    rooms = (setter.width - 32 * MM, *[setter.width] * len(document.footer))
    lines = [line for text, room in zip(document.footer, rooms, strict=False) for line in setter.wrap(text, FINE, room)]
    ops = setter.lines(lines, setter.left, 5, setter.width, FINE, 1.5, grey=_DIM)
    rule = Line(setter.left, 1, setter.left + setter.width, 1, 0.4, 0.4)
    return Strip(8 + max(1, len(lines)) * FINE * 1.5, (rule, *ops))


def _folio(setter: Setter, number: int, total: int) -> list[Op]:
    text = f"第 {number} 页　共 {total} 页"
    return [setter.line(text, setter.left, 5, setter.width, FINE, 1.5, "right", grey=_DIM)]
