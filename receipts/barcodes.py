"""Code 128 and QR as modules: what to draw black, in module units. Drawing them is the renderer's.

Both are drawn as vector rectangles, so that a printer of any resolution gets sharp edges. Bars of 0.3 mm or more scan
at 203 dpi after one-bit thresholding; thinner ones do not.
"""

from __future__ import annotations

import re

from msgspec import Struct

MM = 72 / 25.4
"""Points in a millimetre."""

BAR_MIN = 0.3 * MM
QR_MIN = 0.4 * MM
BAR_QUIET = 10
"""Modules of white left and right of a Code 128 (ISO/IEC 15417 §4.4)."""
QR_QUIET = 4
"""Modules of white on each side of a QR code (ISO/IEC 18004 §6.3.8)."""


_BLACK = re.compile("1+")
_DIGITS = bytes.maketrans(b"\0\1", b"01")


class Modules(Struct, frozen=True):
    """Black rectangles ``(x, y, width, height)`` on a grid of ``width`` × ``height`` modules, y growing downwards.

    The quiet zone is inside the grid. A Code 128 is one module high: its bars are stretched when drawn.
    """

    width: int
    height: int
    black: tuple[tuple[int, int, int, int], ...]


def code128(text: str) -> Modules:
    """``text`` (ASCII, not empty) as Code 128, digits packed two a symbol. Raises ValueError for anything else."""
    from barcode.codex import Code128

    if not text or not text.isascii() or not text.isprintable():
        raise ValueError("Code 128 takes printable ASCII")
    encoder = Code128(text)
    if text.startswith("99"):
        # python-barcode 0.16 takes the leading pair 99, whose symbol value is 99, for the switch to charset C and
        # drops it. Nothing can be shortened at that place, so the shortening is left out.
        encoder._try_to_optimize = lambda encoded: encoded
    bits = str(encoder.build()[0])
    runs = tuple((BAR_QUIET + start, 0, length, 1) for start, length in _runs(bits))
    return Modules(len(bits) + 2 * BAR_QUIET, 1, runs)


def qr(text: str) -> Modules:
    """``text`` as a QR code, error correction M (15 %), which survives a stamp at its edge."""
    import segno

    from receipts import qrmask, qrwords

    qrmask.install()
    qrwords.install()
    rows = [bytes(row).translate(_DIGITS).decode() for row in segno.make_qr(text, error="m").matrix]
    black = [(QR_QUIET + start, QR_QUIET + y, length, 1) for y, row in enumerate(rows) for start, length in _runs(row)]
    size = len(rows) + 2 * QR_QUIET
    return Modules(size, size, tuple(_merge_down(black)))


def _runs(bits: str) -> list[tuple[int, int]]:
    """The runs of ``1`` in ``bits`` as (start, length)."""
    return [(run.start(), run.end() - run.start()) for run in _BLACK.finditer(bits)]


def _merge_down(black: list[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    """Join equal runs of neighbouring rows: fewer rectangles, and no hairline between rows in a viewer."""
    open_runs: dict[tuple[int, int], int] = {}
    merged: list[tuple[int, int, int, int]] = []
    for x, y, width, height in black:
        index = open_runs.get((x, width))
        if index is not None and merged[index][1] + merged[index][3] == y:
            top = merged[index]
            merged[index] = (x, top[1], width, top[3] + height)
        else:
            open_runs[(x, width)] = len(merged)
            merged.append((x, y, width, height))
    return merged
