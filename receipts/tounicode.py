"""Correct text maps for characters above U+FFFF.

reportlab (5.1) writes the code point with ``%04X`` into a font's ToUnicode map. A character of plane 2 or 3 then has
five digits, which no viewer can read: the page looks right, but copying and searching give garbage. It also writes
all entries as one block, where the CMap format allows 100 (Adobe Technical Note 5411, "at most 100 entries").
``install`` replaces the one function by a correct one.
"""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.pdfbase import ttfonts

_BLOCK = 100


def to_unicode_cmap(fontname: str, subset: Sequence[int]) -> str:
    """The ToUnicode map of one font subset; ``subset[code]`` is the code point that byte ``code`` stands for."""
    lines = [
        "/CIDInit /ProcSet findresource begin",
        "12 dict begin",
        "begincmap",
        "/CIDSystemInfo",
        f"<< /Registry ({fontname})",
        f"/Ordering ({fontname})",
        "/Supplement 0",
        ">> def",
        f"/CMapName /{fontname} def",
        "/CMapType 2 def",
        "1 begincodespacerange",
        "<00> <FF>",
        "endcodespacerange",
    ]
    # Code 0 is .notdef, which no paper uses: it stands for no text.
    entries = [f"<{code:02X}> <{_utf16(point)}>" for code, point in enumerate(subset) if point]
    for start in range(0, len(entries), _BLOCK):
        block = entries[start : start + _BLOCK]
        lines += [f"{len(block)} beginbfchar", *block, "endbfchar"]
    lines += ["endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end"]
    return "\n".join(lines)


def install() -> None:
    """Make reportlab use ``to_unicode_cmap``. Doing it twice does no harm."""
    ttfonts.makeToUnicodeCMap = to_unicode_cmap


def _utf16(point: int) -> str:
    return f"{point:04X}" if point <= 0xFFFF else chr(point).encode("utf-16-be").hex().upper()
