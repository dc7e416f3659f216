"""Correct text maps for characters above U+FFFF.

reportlab (5.1) writes the code point with ``%04X`` into a font's ToUnicode map. A character of plane 2 or 3 then has
five digits, which no viewer can read: the page looks right, but copying and searching give garbage. It also writes
all entries as one block, where the CMap format allows 100 (Adobe Technical Note 5411, "at most 100 entries"); here
codes that follow each other are one entry, an array of what they stand for (ISO 32000-1 §9.10.3). ``install`` replaces
the one function by a correct one.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from reportlab.pdfbase import ttfonts

_BEFORE = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<00> <FF>
endcodespacerange"""
_AFTER = """endbfrange
endcmap
CMapName currentdict /CMap defineresource pop
end
end"""


def to_unicode_cmap(fontname: str, subset: Sequence[int]) -> str:
    """The ToUnicode map of one font subset; ``subset[code]`` is the code point that byte ``code`` stands for."""
    # Code 0 is .notdef, which no paper uses: it stands for no text.
    points = [_utf16(point) if point else "" for point in subset]
    ranges: list[str] = []
    for told, group in groupby(range(len(points)), key=lambda code: bool(points[code])):
        codes = list(group)
        if told:
            texts = " ".join(f"<{points[code]}>" for code in codes)
            ranges.append(f"<{codes[0]:02X}> <{codes[-1]:02X}> [{texts}]")
    return "\n".join([_BEFORE, f"{len(ranges)} beginbfrange", *ranges, _AFTER])


def install() -> None:
    """Make reportlab use ``to_unicode_cmap``. Doing it twice does no harm."""
    ttfonts.makeToUnicodeCMap = to_unicode_cmap


def _utf16(point: int) -> str:
    return f"{point:04X}" if point <= 0xFFFF else chr(point).encode("utf-16-be").hex().upper()
