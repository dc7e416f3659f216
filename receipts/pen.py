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

_HEX = tuple(f"{code:02X}" for code in range(256))
"""How each byte stands in a string of a PDF: shorter, also when packed, than the octal escapes of codes below 32."""


class Pen:
    """Draws on the current page of ``canvas``, ``height`` points high; operations count from its top."""

    def __init__(self, canvas: Canvas, fonts: FontSet, height: float) -> None:
        self._canvas, self._fonts, self._height = canvas, fonts, height
        self._write: Callable[[str], None] = canvas._code.append
        self.forget()

    def forget(self) -> None:
        """Take nothing for granted: the canvas itself has drawn in between."""
        self._fill = self._stroke = self._width = -1.0
        self._font = ""

    def text(self, op: Text) -> None:
        """A line of text, in as many fonts as it needs."""
        canvas = self._canvas
        self._fill_grey(op.grey)
        size, code = number(op.size), [f"BT {number(op.x)} {number(self._height - op.y)} Td"]
        if op.spacing:
            code.append(f"{number(op.spacing)} Tc")
        for name, run in self._fonts.runs(op.text, op.bold):
            known = codes_in(canvas, name)
            try:
                codes = "".join([known[char] for char in run])
            except KeyError:
                for used, codes in self._spelled(name, known, run):
                    code.append(self._shown(f"{used} {size} Tf", codes))
            else:
                code.append(self._shown(f"{known['']} {size} Tf", codes))
        code.append("0 Tc ET" if op.spacing else "ET")
        self._write(" ".join(code))

    def learn(self, text: str, bold: bool) -> None:
        """Take up the characters of ``text`` at once: a font is asked once, not for every line that has a new one."""
        for name, run in self._fonts.runs("".join(dict.fromkeys(text)), bold):
            self._spelled(name, codes_in(self._canvas, name), run)

    def _shown(self, font: str, codes: str) -> str:
        """Codes in a font, which is named where another was used before."""
        if font == self._font:
            return f"<{codes}> Tj"
        self._font = font
        return f"{font} <{codes}> Tj"

    def _spelled(self, name: str, known: dict[str, str], run: str) -> list[tuple[str, str]]:
        """A run with characters that are new to this paper, as pieces of one font each; those of a font's first subset
        are remembered."""
        document = self._canvas._doc
        font = pdfmetrics.getFont(name)
        pieces = font.splitString(run, document)
        known[""] = font.getSubsetInternalName(0, document)
        if pieces and pieces[0][0] == 0:
            known |= zip(run, map(_HEX.__getitem__, pieces[0][1]), strict=False)
        return [(font.getSubsetInternalName(subset, document), codes.hex()) for subset, codes in pieces]

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
        path = _path_of(op.modules.black)
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


@lru_cache(maxsize=4)
def _path_of(black: tuple[tuple[int, int, int, int], ...]) -> str:
    """Every copy of a paper shows the same codes."""
    return " ".join([f"{x} {y} {width} {height} re" for x, y, width, height in black])


def codes_in(canvas: Canvas, name: str) -> dict[str, str]:
    """How characters of a font are written in this PDF, as far as that is known; under the empty text its name."""
    found: dict[str, dict[str, str]] = canvas.__dict__.setdefault("_clerk_codes", {})
    return found.setdefault(name, {})


@lru_cache(maxsize=8192)
def number(value: float) -> str:
    """A length in points to a thousandth."""
    return f"{round(value, 3):.7g}"
