"""Papers for 80 mm ticket printers: a PDF becomes ESC/POS with one bit a dot, 576 dots a line at 203 dpi.

``ESC @`` resets, ``GS v 0 m xL xH yL yH`` prints a strip of rows (most significant bit left, 1 is black), ``GS V 66 n``
feeds what is under the head past the knife and cuts. Printers hold a strip in memory, so strips are short.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any, Final

from clerk_tui.printing.targets import PrintError

DPI: Final = 203
DOTS: Final = 576
"""What the head of an 80 mm printer reaches: 72 mm."""
WIDEST: Final = 644
"""80 mm and a rounding; a wider page is meant for other paper."""
STRIP: Final = 128
"""Rows in one command."""
RESET: Final = b"\x1b@"
CUT: Final = b"\x1dVB\x00"
_INK: Final = bytes(ord("1") if grey < 180 else ord("0") for grey in range(256))
"""A dot is printed where a third of it is ink: the hairlines of rare characters are thinner than half a dot."""
_BLANK: Final = bytes(DOTS // 8)
_pdfium = threading.Lock()
"""PDFium may be used by one thread at a time."""

Rows = list[bytes]


def escpos(pdf: bytes) -> bytes:
    """The whole job: every page of the PDF, each cut off.

    Raises:
        PrintError: ``print_unfit``: a page is wider than 80 mm; shrunk to a ticket nobody could read it.
    """
    job = [RESET]
    for rows in pages(pdf):
        for top in range(0, len(rows), STRIP):
            strip = rows[top : top + STRIP]
            head = b"\x1dv0\x00" + (DOTS // 8).to_bytes(2, "little") + len(strip).to_bytes(2, "little")
            job += [head, *strip]
        job.append(CUT)
    return b"".join(job)


def pages(pdf: bytes) -> Iterator[Rows]:
    """The pages as rows of 72 bytes, without the blank end of a page."""
    import pypdfium2

    with _pdfium:
        document = pypdfium2.PdfDocument(pdf)
        try:
            found = [_rows(page) for page in document]
        finally:
            document.close()
    yield from found


def _rows(page: Any) -> Rows:
    columns = round(page.get_width() * DPI / 72)
    if columns > WIDEST:
        raise PrintError(
            "小票机只有 80 毫米宽，这种文书是为更大的纸排的",
            "在 config.toml 的 print.by_kind 里给这种文书另设打印去处，或改送别处",
            code="print_unfit",
        )
    rows = _drawn(page, DPI / 72)
    width = len(rows[0]) if rows else 0
    over = max(0, width - DOTS)
    left, right = over // 2 - 2, width - (over - over // 2) + 2
    if over and any(b"1" in row[: max(0, left)] or b"1" in row[right:] for row in rows):
        # Ink where the head does not reach, by more than the two dots of the cap of a rule: smaller, not cut off.
        rows = _drawn(page, DOTS / page.get_width())
        width = len(rows[0])
        over = max(0, width - DOTS)
    left = max(0, DOTS - width) // 2
    packed = [_packed((b"0" * left + row[over // 2 :])[:DOTS].ljust(DOTS, b"0")) for row in rows]
    while packed and packed[-1] == _BLANK:
        packed.pop()
    return packed


def _drawn(page: Any, scale: float) -> Rows:
    """Rows of ``0`` and ``1``, a character a dot. Grey is decided once: a dithered bar code cannot be read."""
    bitmap = page.render(scale=scale, grayscale=True)
    try:
        raw, stride, width = bytes(bitmap.buffer), bitmap.stride, bitmap.width
        return [raw[top : top + width].translate(_INK) for top in range(0, stride * bitmap.height, stride)]
    finally:
        bitmap.close()


def _packed(row: bytes) -> bytes:
    return int(row, 2).to_bytes(DOTS // 8, "big")
