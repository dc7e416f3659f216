"""Which outline a PDF really draws for a character, read out of the fonts inside it, beside the fonts it came from."""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import pypdf
from fontTools.ttLib import TTFont

_MAPPED = re.compile(r"<([0-9A-F]{2})> <([0-9A-F]{2})> \[([^\]]*)\]")
_TEXT = re.compile("<([0-9A-F]{4,8})>")


class Drawn(NamedTuple):
    """A character in a font of a PDF: the font's name without its tag, the glyph in the subset, its outline."""

    char: str
    font: str
    glyph: int
    outline: bytes


class Outlines:
    """The glyphs of one TrueType file, by number."""

    def __init__(self, font: TTFont) -> None:
        self._data: bytes = font.reader["glyf"]
        long = font["head"].indexToLocFormat == 1
        table: bytes = font.reader["loca"]
        count = len(table) // (4 if long else 2)
        offsets = struct.unpack(f">{count}{'L' if long else 'H'}", table)
        self._offsets = offsets if long else tuple(2 * offset for offset in offsets)

    def of(self, glyph: int) -> bytes:
        """The outline, ended with its parts' where it is made of others; equal outlines are equal bytes."""
        start, end = self._offsets[glyph : glyph + 2]
        data = self._data[start:end]
        if len(data) < 10 or data[0] < 0x80:
            # Both sides may pad a glyph to an even length.
            return data.rstrip(b"\0")
        parts, drawn, place, more = b"", bytearray(data), 10, True
        while more:
            flags, part = struct.unpack_from(">HH", data, place)
            drawn[place + 2 : place + 4] = b"\0\0"
            parts += self.of(part)
            place += 8 if flags & 1 else 6
            place += 2 if flags & 8 else 4 if flags & 0x40 else 8 if flags & 0x80 else 0
            more = bool(flags & 0x20)
        return bytes(drawn[:place]) + parts


@lru_cache(maxsize=4)
def source(path: Path) -> tuple[dict[int, int], Outlines]:
    """A font file as an independent reader sees it: code point → glyph number, and the outlines."""
    font = TTFont(io.BytesIO(path.read_bytes()), lazy=True)
    number = {name: index for index, name in enumerate(font.getGlyphOrder())}
    return {point: number[name] for point, name in font.getBestCmap().items()}, Outlines(font)


def drawn(pdf: bytes) -> Iterator[Drawn]:
    """Every character that the fonts of a PDF hold."""
    seen: set[str] = set()
    for page in pypdf.PdfReader(io.BytesIO(pdf)).pages:
        resources: Any = page["/Resources"]
        for name, reference in resources["/Font"].items():
            if name not in seen:
                seen.add(name)
                yield from _of_font(reference.get_object())


def _of_font(font: Any) -> Iterator[Drawn]:
    subset = TTFont(io.BytesIO(font["/FontDescriptor"]["/FontFile2"].get_data()), lazy=True)
    (table,) = subset["cmap"].tables
    number = {name: index for index, name in enumerate(subset.getGlyphOrder())}
    outlines = Outlines(subset)
    for first, last, texts in _MAPPED.findall(font["/ToUnicode"].get_data().decode()):
        codes = range(int(first, 16), int(last, 16) + 1)
        for code, utf16 in zip(codes, _TEXT.findall(texts), strict=True):
            glyph = number[table.cmap[code]]
            char = bytes.fromhex(utf16).decode("utf-16-be")
            yield Drawn(char, str(font["/BaseFont"]).split("+")[-1], glyph, outlines.of(glyph))
