"""How a paper ends: the QR code, the lines to sign and the place of the seal side by side, never without text above."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from msgspec.structs import replace

from receipts.barcodes import MM, QR_MIN, QR_QUIET, qr
from receipts.document import Block, Document, Seal, Signatures
from receipts.ops import Code, Op, Strip, moved
from receipts.setter import Setter
from receipts.signing import seal_strip, slot_strip
from receipts.strips import strips

QR_MODULE = 0.75 * MM
QR_SIDE, LINK_SIDE = 27 * MM, 25 * MM
"""The side of a QR code with its quiet zone; one with many modules may grow beyond, so that none is below 0.4 mm."""
_CAPTION, _CAPTION_SECOND = 8.0, 6.0
_BETWEEN, _APART = 18.0, 26.0
"""White between code, lines and seal; between two codes at least the quiet zones of both."""
_MOST_SLOTS = 4
_LEAST_SLOT = 150.0
"""A line to sign that would be shorter than this goes above instead of between code and seal."""


def body_strips(setter: Setter, document: Document) -> list[Strip]:
    """All strips of the body, the closing one last."""
    blocks = list(document.blocks)
    seal = blocks.pop() if blocks and isinstance(blocks[-1], Seal) else None
    codes, code_width = _codes(setter, document)
    sealed = seal_strip(setter, seal) if isinstance(seal, Seal) else None
    room = setter.width - (code_width + _BETWEEN if codes else 0) - (sealed[1] + _BETWEEN if sealed else 0)
    sign = _signatures(blocks, room)
    if sign:
        blocks.pop()
    parts: list[Strip] = list(codes)
    if sign:
        x = setter.left + (code_width + _BETWEEN if codes else 0)
        parts.append(_slots(setter, sign, x, room))
    if sealed:
        parts.append(sealed[0])
    made = _body(setter, blocks)
    if not parts:
        return made
    if made:
        made[-1] = replace(made[-1], keep=True)
    return [*made, _side_by_side(setter, parts)]


def _body(setter: Setter, blocks: Sequence[Block]) -> list[Strip]:
    """The blocks; in smaller type they are set on a wider page and drawn smaller, so that all keep their places."""
    if setter.scale == 1.0:
        return strips(setter, blocks)
    wide = dataclasses.replace(setter, width=setter.width / setter.scale)
    return [strip.shrunk(setter.scale, setter.left) for strip in strips(wide, blocks)]


def _signatures(blocks: Sequence[Block], room: float) -> Signatures | None:
    last = blocks[-1] if blocks else None
    fits = isinstance(last, Signatures) and len(last.slots) <= _MOST_SLOTS and room >= _LEAST_SLOT
    return last if fits and isinstance(last, Signatures) else None


def _slots(setter: Setter, block: Signatures, x: float, width: float) -> Strip:
    ops: list[Op] = []
    top = 0.0
    for slot in block.slots:
        strip = slot_strip(setter, slot, x, width)
        ops += [moved(op, top) for op in strip.ops]
        top += strip.height
    return Strip(top, tuple(ops))


def _codes(setter: Setter, document: Document) -> tuple[list[Strip], float]:
    """The QR codes with their captions side by side, and how wide they are together."""
    made: list[Strip] = []
    wide = 0.0
    for text, caption, most in (
        (document.qr, document.qr_caption, QR_SIDE),
        (document.link, document.link_caption, LINK_SIDE),
    ):
        if text:
            strip, width = _code(setter, text, caption, most, setter.left + (wide + _APART if made else 0.0))
            wide += width + (_APART if made else 0.0)
            made.append(strip)
    return made, wide


def _code(setter: Setter, text: str, caption: Sequence[str], most: float, left: float) -> tuple[Strip, float]:
    modules = qr(text)
    module = max(QR_MIN, min(QR_MODULE, most / modules.width))
    quiet = QR_QUIET * module
    side = module * modules.width - 2 * quiet
    # The white around the code lies in the margin and in the gap above, so that its edge stands where the text does.
    ops: list[Op] = [Code(left - quiet, -quiet, modules, module, module)]
    y = side + 3
    for number, line in enumerate(caption):
        size = _CAPTION_SECOND if line.isascii() else _CAPTION
        bold = number == 0
        ops.append(setter.line(line, left, y, side, size, 1.5, "center", bold=bold, grey=0.0 if bold else 0.35))
        y += size * 1.5
    return Strip(y, tuple(ops)), side


def _side_by_side(setter: Setter, parts: Sequence[Strip]) -> Strip:
    """Strips next to each other, centred on one line."""
    height = max(part.height for part in parts)
    ops: list[Op] = [moved(op, (height - part.height) / 2) for part in parts for op in part.ops]
    return Strip(height, tuple(ops), before=max(setter.gap * 1.6, QR_QUIET * QR_MODULE))
