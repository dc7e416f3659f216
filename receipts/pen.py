"""Drawing on a reportlab canvas in the operators of PDF itself: what a page is full of, written once and short.

reportlab's own calls format each number and set each grey and font anew; a page of a paper has some 1,500 of them.
Everything is written into the canvas's page in order, so that its calls can stand between.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from receipts.fonts import FontSet
from receipts.ops import Box, Code, Line, Text


class Pen:
    """Draws on the current page of ``canvas``, ``height`` points high; operations count from its top."""

    def __init__(self, canvas: Canvas, fonts: FontSet, height: float) -> None:
        self._canvas, self._fonts, self._height = canvas, fonts, height
        self._write: Callable[[str], None] = canvas._code.append
        self.forget()

    def forget(self) -> None:
        """Take nothing for granted: the canvas itself has drawn in between."""
        self._fill = self._stroke = self._width = -1.0

    def text(self, op: Text) -> None:
        """A line of text, in as many fonts as it needs."""
        canvas, document = self._canvas, self._canvas._doc
        self._fill_grey(op.grey)
        size, code = number(op.size), [f"BT {number(op.x)} {number(self._height - op.y)} Td"]
        if op.spacing:
            code.append(f"{number(op.spacing)} Tc")
        for name, run in self._fonts.runs(op.text, op.bold):
            font = pdfmetrics.getFont(name)
            for subset, codes in font.splitString(run, document):
                inside = font.getSubsetInternalName(subset, document)
                code.append(f"{inside} {size} Tf ({canvas._escape(codes)}) Tj")
        code.append("0 Tc ET" if op.spacing else "ET")
        self._write(" ".join(code))

    def line(self, op: Line) -> None:
        """A rule."""
        self._stroke_as(op.grey, op.width)
        y1, y2 = number(self._height - op.y1), number(self._height - op.y2)
        self._write(f"{number(op.x1)} {y1} m {number(op.x2)} {y2} l S")

    def box(self, op: Box) -> None:
        """A rectangle; with round corners it is the canvas's."""
        bottom = self._height - op.y - op.height
        if op.fill is not None:
            self._fill_grey(op.fill)
        if op.stroke:
            self._stroke_as(op.grey, op.stroke)
        if op.radius:
            paint = {"stroke": int(op.stroke > 0), "fill": int(op.fill is not None)}
            self._canvas.roundRect(op.x, bottom, op.width, op.height, op.radius, **paint)
            return
        paint_as = ("n", "S", "f", "B")[2 * (op.fill is not None) + (op.stroke > 0)]
        corner = f"{number(op.x)} {number(bottom)} {number(op.width)} {number(op.height)}"
        self._write(f"{corner} re {paint_as}")

    def code(self, op: Code) -> None:
        """All modules as one path, counted in modules: a viewer paints them without seams."""
        self._fill_grey(0.0)
        scale = f"{op.module_width:.6f} 0 0 {-op.module_height:.6f}"
        path = " ".join(f"{x} {y} {width} {height} re" for x, y, width, height in op.modules.black)
        self._write(f"q {scale} {number(op.x)} {number(self._height - op.y)} cm {path} f Q")

    def _fill_grey(self, grey: float) -> None:
        if grey != self._fill:
            self._fill = grey
            self._write(f"{number(grey)} g")

    def _stroke_as(self, grey: float, width: float) -> None:
        if grey != self._stroke:
            self._stroke = grey
            self._write(f"{number(grey)} G")
        if width != self._width:
            self._width = width
            self._write(f"{number(width)} w")


@lru_cache(maxsize=8192)
def number(value: float) -> str:
    """A length in points to a thousandth."""
    return f"{round(value, 3):.7g}"
