"""What a paper is signed and sealed with: lines to write on and the place of the seal, in room that is bounded."""

from __future__ import annotations

import re

from receipts.barcodes import MM
from receipts.document import Seal, Slot
from receipts.ops import Line, Op, Ring, Strip, Text
from receipts.setter import BODY, LEADING, Setter, baseline
from receipts.tables import SECOND_GREY

SLOT = 27.0
"""The height of a line to sign."""
SLOT_LEAST, SLOT_STEP = 8.5, 1.25
"""The size that a value on such a line has at least before it takes several, and their distance in parts of it."""
SEAL_RADIUS = 20 * MM
_CHORD = 1.7
"""How wide what stands in the ring may be, in parts of its radius: so much is left above and below the middle, too."""
_ORGAN_LEAST = 9.0
_REGION = re.compile(r".{1,6}?(?:自治[区州县旗]|[省市县区旗])(?=.)")
_LABEL, _LABEL_FOOT = 8.0, 24.0


def slot_strip(setter: Setter, slot: Slot, x: float, width: float) -> Strip:
    """A label and a line to write on, ``SLOT`` points high, or more under a value that needs several lines of text."""
    label = slot.label + "："
    line_from = x + setter.fonts.width(label, BODY)
    lines, size = setter.fitted(slot.value, x + width - line_from - 4, BODY, SLOT_LEAST)
    step = size * SLOT_STEP
    height = SLOT + step * (len(lines) - 1)
    first = baseline(SLOT - 19, BODY, LEADING)
    ops: list[Op] = [
        setter.line(label, x, SLOT - 19, width, BODY, LEADING),
        Line(line_from, height - 4, x + width, height - 4, 0.5, 0.35),
        *(Text(line_from + 4, first + step * number, line, size) for number, line in enumerate(lines) if line),
    ]
    if slot.second:
        # Under its label, or below the line where it would run into the value's own lines.
        foot = SLOT if x + setter.fonts.width(slot.second, 6.5) <= line_from else height
        ops.append(setter.line(slot.second, x, foot - 5, width, 6.5, 1.3, grey=SECOND_GREY))
    return Strip(height, tuple(ops))


def organ_lines(setter: Setter, organ: str, radius: float, size: float, least: float) -> tuple[list[str], float]:
    """The name of an organ as it stands within a ring of ``radius`` points: its lines, and their size.

    On one line down to ``least`` points, else on two of ``size``, the first one ending with the place's own name where
    it can (示例市 | 自然资源和规划局). A longer name does not fit into a ring and goes across it.
    """
    room = _CHORD * radius
    lines, fitting = setter.fitted(organ, room, size, least)
    if len(lines) == 1:
        return lines, fitting
    place = _REGION.match(organ)
    halves = [organ[: place.end()], organ[place.end() :]] if place else []
    if halves and all(setter.fonts.width(half, size) <= room for half in halves):
        return halves, size
    lines = setter.wrap(organ, size, min(room, setter.fonts.width(organ, size) / 2 + size))
    return (lines if len(lines) == 2 else setter.wrap(organ, size, min(setter.width, 2 * room))), size


def seal_strip(setter: Setter, block: Seal) -> tuple[Strip, float]:
    """The organ's name and the date with the place of the seal around both, at the right; and how wide that is."""
    organ, size = organ_lines(setter, block.organ, SEAL_RADIUS, BODY, _ORGAN_LEAST)
    label = block.label.split("\n")
    step = BODY * 1.75
    tall = (len(organ) + 1) * step
    foot = _LABEL_FOOT + _LABEL * (len(label) - 1)
    height = max(2 * SEAL_RADIUS + 4, tall + 2 * foot)
    wide = max(2 * SEAL_RADIUS, *(setter.fonts.width(line, size) for line in organ))
    centre = setter.left + setter.width - wide / 2
    left, top = centre - wide / 2, (height - tall) / 2
    ops: list[Op] = [Ring(centre, height / 2, SEAL_RADIUS)]
    ops += setter.lines(organ, left, top, wide, size, step / size, "center")
    ops += setter.lines([block.date], left, top + step * len(organ), wide, BODY, 1.75, "center")
    ops += setter.lines(label, left, height - foot, wide, _LABEL, 1.35, "center", grey=0.5)
    return Strip(height, tuple(ops), before=setter.gap), wide
