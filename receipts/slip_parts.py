"""What 80 mm tickets are put together of: lines, rules, codes on the printer's dots, pages as long as needed.

A ticket printer has 203 dots an inch and no grey. A code whose modules are whole dots in whole places is printed as it
was made, so that modules of two dots still scan; drawn anywhere else they would need 0.3 mm.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from receipts.barcodes import Modules, code128, qr
from receipts.layout import Page
from receipts.ops import Code, Line, Op, Strip, moved
from receipts.setter import Setter

DOT: Final = 72 / 203
"""A dot of the printer, in points."""
PAPER_DOTS, HEAD_DOTS = 640, 576
"""The paper's width, and what the head reaches of it: 72 mm in the middle."""
LEFT: Final = (PAPER_DOTS - HEAD_DOTS) / 2 * DOT
WIDTH: Final = HEAD_DOTS * DOT
BODY, SMALL = 9.2, 8.4
LEADING: Final = 1.4
GAP: Final = 7.0
_BAR_TALL: Final = 72
"""Dots."""
_MOST_DOTS, _LEAST_DOTS = 6, 3
"""Of a QR code's module."""
_SECOND_GREY: Final = 0.25


def page(strips: Sequence[Strip]) -> Page:
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


def said(
    setter: Setter, text: str, size: float, *, before: float = 0.0, align: str = "left", bold: bool = False,
    second: bool = False, left: float = 0.0, leading: float = LEADING,
) -> Iterator[Strip]:  # fmt: skip
    """A text in lines."""
    room = setter.width - left
    for number, line in enumerate(setter.wrap(text, size, room, bold) if text else ()):
        op = setter.line(
            line, setter.left + left, 0, room, size, leading, "center" if align == "center" else "left", bold,
            _SECOND_GREY if second else 0.0,
        )  # fmt: skip
        yield Strip(size * leading, (op,), 0.0 if number else before)


def rule(setter: Setter, heavy: bool = False) -> Strip:
    """A line across."""
    return Strip(3.0, (Line(setter.left, 1.5, setter.left + setter.width, 1.5, 1.0 if heavy else 0.4, 0.0),), 2.0)


def bars(setter: Setter, reference: str) -> Iterator[Strip]:
    """Code 128 in modules of three dots, or of two where it would not fit; its quiet zone may lie beyond the head."""
    modules = code128(reference)
    quiet = 2 * modules.black[0][0]
    dots = next((each for each in (3, 2) if (modules.width - quiet) * each <= HEAD_DOTS), 1)
    yield _placed(modules, dots, _BAR_TALL, before=5.0)
    yield from said(setter, reference, BODY, align="center", before=1.0)


def qr_over(setter: Setter, text: str, caption: Sequence[str], *, most_dots: int = _MOST_DOTS) -> Iterator[Strip]:
    """A QR code over the words for whom it is and what for."""
    modules = qr(text)
    dots = max(_LEAST_DOTS, min(most_dots, HEAD_DOTS // modules.width))
    yield _placed(modules, dots, dots, before=GAP)
    for number, line in enumerate(caption):
        yield from said(setter, line, BODY if not line.isascii() else SMALL, align="center", bold=not number)


def _placed(modules: Modules, dots: int, tall: int, before: float) -> Strip:
    """A code in the middle of the paper, on whole dots."""
    x = (PAPER_DOTS - modules.width * dots) // 2 * DOT
    op = Code(x, 0.0, modules, dots * DOT, tall * DOT)
    return Strip(modules.height * tall * DOT, (op,), before)
