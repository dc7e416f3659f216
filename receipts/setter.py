"""Setting lines of text: sizes, leading, alignment, wrapping."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from receipts.breaker import break_lines
from receipts.document import Align
from receipts.fonts import FontSet
from receipts.ops import Op, Text

BODY = 10.5
LEADING, TIGHT_LEADING = 1.5, 1.42
CELL = 9.5
CELL_LEADING = 1.42
PAD_X, PAD_Y = 5.0, 3.5
GAP = 7.0
_ASCENT, _DESCENT = 0.88, 0.12
"""How far the ink reaches above and below the baseline, in parts of the size: the fonts' own metrics."""


@dataclass(frozen=True, slots=True)
class Setter:
    """Sets text in the fonts of the papers over ``width`` points, from ``left``.

    ``air`` scales the white between blocks and in cells, ``scale`` the type of the body: a paper that would just miss
    its page is set tighter first, and a little smaller next.
    """

    fonts: FontSet
    left: float
    width: float
    air: float = 1.0
    scale: float = 1.0

    @property
    def gap(self) -> float:
        """Space between two blocks."""
        return GAP * self.air

    @property
    def leading(self) -> float:
        """From one line of running text to the next, in parts of its size; a little less on the tightest page."""
        return LEADING if self.air >= 0.5 else TIGHT_LEADING

    @property
    def pad(self) -> float:
        """Space above and below the text of a cell."""
        return PAD_Y * self.air

    def wrap(self, text: str, size: float, width: float, bold: bool = False) -> list[str]:
        """The lines of ``text`` that fit into ``width``."""
        widths = self.fonts.widths(text, size, bold)
        return [text[start:end] for start, end in break_lines(text, widths, width)]

    def fitted(self, text: str, width: float, size: float, least: float) -> tuple[list[str], float]:
        """``text`` on one line of at most ``size`` points, or in lines of ``least`` if that is too little; its size."""
        wide = self.fonts.width(text, size)
        size = size if wide <= width else max(least, size * width / wide)
        return ([text] if wide <= width else self.wrap(text, size, width)), size

    def line(
        self, text: str, x: float, top: float, width: float, size: float, leading: float, align: Align = "left",
        bold: bool = False, grey: float = 0.0,
    ) -> Text:  # fmt: skip
        """One line of text in a box of ``width`` from ``x``, its line box beginning at ``top``."""
        slack = width - self.fonts.width(text, size, bold)
        shift = {"left": 0.0, "center": slack / 2, "right": slack}[align]
        return Text(x + shift, baseline(top, size, leading), text, size, bold, grey)

    def lines(
        self, lines: Sequence[str], x: float, top: float, width: float, size: float, leading: float,
        align: Align = "left", bold: bool = False, grey: float = 0.0,
    ) -> list[Op]:  # fmt: skip
        """Several lines under each other."""
        step = size * leading
        return [
            self.line(text, x, top + index * step, width, size, leading, align, bold, grey)
            for index, text in enumerate(lines)
            if text
        ]


def baseline(top: float, size: float, leading: float) -> float:
    """Where a line of text stands whose line box begins at ``top``."""
    return top + size * ((leading - _ASCENT - _DESCENT) / 2 + _ASCENT)
