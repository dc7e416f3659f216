"""What can be drawn: plain values with coordinates in points, y growing downwards from the top of their strip or page.

Layout makes them, the renderer draws them, tests read them. ``grey`` is 0 for black and 1 for white.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from receipts.barcodes import Modules


class Text(Struct, frozen=True, gc=False):
    """One line of text from ``x`` on the baseline ``y``; ``spacing`` is added after each character."""

    x: float
    y: float
    text: str
    size: float
    bold: bool = False
    grey: float = 0.0
    spacing: float = 0.0


class Line(Struct, frozen=True, gc=False):
    x1: float
    y1: float
    x2: float
    y2: float
    width: float = 0.45
    grey: float = 0.35


class Box(Struct, frozen=True, gc=False):
    """A rectangle: filled with ``fill`` and outlined with ``stroke`` points of ``grey``, or one of both."""

    x: float
    y: float
    width: float
    height: float
    fill: float | None = None
    stroke: float = 0.0
    grey: float = 0.25
    radius: float = 0.0


class Ring(Struct, frozen=True, gc=False):
    """A dashed circle around (``x``, ``y``)."""

    x: float
    y: float
    radius: float
    width: float = 0.8
    grey: float = 0.6


class Code(Struct, frozen=True, gc=False):
    """Modules drawn from (``x``, ``y``), ``module_width`` × ``module_height`` points each."""

    x: float
    y: float
    modules: Modules
    module_width: float
    module_height: float


class Arrow(Struct, frozen=True, gc=False):
    """The head of an arrow that points to the right, its tip at (``x``, ``y``)."""

    x: float
    y: float
    size: float = 4.0
    grey: float = 0.0


Op: TypeAlias = Text | Line | Box | Ring | Code | Arrow


def moved(op: Op, down: float) -> Op:
    """The same thing further down."""
    # Most of a page are texts and rules, which are made faster anew than by ``replace``.
    if isinstance(op, Text):
        return Text(op.x, op.y + down, op.text, op.size, op.bold, op.grey, op.spacing)
    if isinstance(op, Line):
        return Line(op.x1, op.y1 + down, op.x2, op.y2 + down, op.width, op.grey)
    return replace(op, y=op.y + down)


def drawn_once(ops: Iterable[Op]) -> list[Op]:
    """The same picture in fewer strokes: upright rules that go on as one, and none drawn twice in one place.

    The rows of a table bring their own rules. What remains of several stands where the last of them stood, so that it
    lies over what they lay over.
    """
    made: list[Op | None] = []
    level: dict[tuple[float, ...], int] = {}
    upright: dict[tuple[float, ...], int] = {}
    for op in ops:
        if isinstance(op, Line):
            if op.x1 == op.x2:
                before = upright.pop((op.x1, round(op.y1, 3), op.width, op.grey), None)
                if before is not None:
                    above = made[before]
                    assert isinstance(above, Line), "only the places of lines are kept"
                    op, made[before] = Line(op.x1, above.y1, op.x1, op.y2, op.width, op.grey), None
                upright[op.x1, round(op.y2, 3), op.width, op.grey] = len(made)
            else:
                key = (op.x1, round(op.y1, 3), op.x2, round(op.y2, 3), op.width, op.grey)
                if key in level:
                    made[level[key]] = None
                level[key] = len(made)
        made.append(op)
    return [op for op in made if op is not None]


def shrunk(op: Op, scale: float, left: float) -> Op:
    """The same thing smaller, drawn towards ``left`` and the top; not for codes, whose modules have a least size."""

    def x(at: float) -> float:
        return left + (at - left) * scale

    match op:
        case Text():
            size, spacing = op.size * scale, op.spacing * scale
            return Text(x(op.x), op.y * scale, op.text, size, op.bold, op.grey, spacing)
        case Line():
            return Line(x(op.x1), op.y1 * scale, x(op.x2), op.y2 * scale, op.width, op.grey)
        case Box():
            sides = {"x": x(op.x), "y": op.y * scale, "width": op.width * scale, "height": op.height * scale}
            return replace(op, **sides, radius=op.radius * scale)
        case Ring():
            return replace(op, x=x(op.x), y=op.y * scale, radius=op.radius * scale)
        case Arrow():
            return replace(op, x=x(op.x), y=op.y * scale, size=op.size * scale)
        case Code():
            return replace(op, x=x(op.x), y=op.y * scale)


class Strip(Struct, frozen=True):
    """A slice of a page that is never cut, over the full width of the text.

    ``before`` is the space above it, dropped at the top of a page; ``keep`` ties it to the next strip; ``header`` is
    repeated above it when it comes first on a page.
    """

    height: float
    ops: tuple[Op, ...] = ()
    before: float = 0.0
    keep: bool = False
    header: Strip | None = None

    def shrunk(self, scale: float, left: float) -> Strip:
        """The strip with everything on it smaller, down from ``left``."""
        ops = tuple(shrunk(op, scale, left) for op in self.ops)
        header = self.header and self.header.shrunk(scale, left)
        return Strip(self.height * scale, ops, self.before * scale, self.keep, header)
