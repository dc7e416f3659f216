"""Make one static weight of a variable font: ``python -m receipts.fontbuild SOURCE WEIGHT TARGET``.

A process of its own, because the work is pure Python and takes seconds: the weights are made side by side, and the
caller stays responsive. Progress goes to standard output, one fraction (0..1) a line.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

WEIGHT_NAMES = {400: "Regular", 700: "Bold"}

_KEPT_TABLES = {"head", "hhea", "maxp", "OS/2", "hmtx", "cmap", "loca", "glyf", "name", "post", "gvar", "fvar", "avar"}
"""What drawing a PDF needs. Layout features, hints and vertical metrics would only cost time and space."""

_OUTLINES_SHARE = 0.66
"""The part of the whole time that goes into the outlines; writing the file takes the rest."""


def build(source: Path, weight: int, target: Path, progress: Callable[[float], None]) -> None:
    """Write ``source`` at ``weight`` (100..900) as a static TrueType font to ``target``."""
    font = TTFont(source, lazy=True, recalcTimestamp=False)
    for tag in set(font.keys()) - _KEPT_TABLES - {"GlyphOrder"}:
        del font[tag]
    _fix_outlines(font, weight, lambda part: progress(part * _OUTLINES_SHARE))
    for tag in ("gvar", "fvar", "avar"):
        if tag in font:
            del font[tag]
    _rename(font, weight)
    font["OS/2"].usWeightClass = weight
    font.save(target, reorderTables=False)
    progress(1.0)


def _fix_outlines(font: TTFont, weight: int, progress: Callable[[float], None]) -> None:
    """Move every outline to ``weight``, composites after the glyphs they are made of."""
    axes = {axis.axisTag: axis.defaultValue for axis in font["fvar"].axes} | {"wght": weight}
    limits = instancer.AxisLimits(axes).limitAxesAndPopulateDefaults(font).normalize(font)
    glyf = font["glyf"]
    order = sorted(glyf.glyphOrder, key=lambda name: glyf[name].isComposite())
    for done, name in enumerate(order):
        instancer.instantiateGvarGlyph(font, name, limits, optimize=False)
        if done % 500 == 0:
            progress(done / len(order))


def _rename(font: TTFont, weight: int) -> None:
    """Name the weight, so that a viewer's font list shows ``NotoSansSC-Regular`` and not the default ``-Thin``."""
    style = WEIGHT_NAMES.get(weight, str(weight))
    names = font["name"]
    family = str(names.getDebugName(16) or names.getDebugName(1) or "Clerk").removesuffix(" Thin")
    for name_id, value in ((2, style), (4, f"{family} {style}"), (6, f"{family.replace(' ', '')}-{style}")):
        names.setName(value, name_id, 3, 1, 0x409)
        names.setName(value, name_id, 1, 0, 0)


def main(argv: list[str]) -> int:
    source, weight, target = argv
    build(Path(source), int(weight), Path(target), lambda part: print(f"{part:.3f}", flush=True))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
