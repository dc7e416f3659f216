"""Which characters the fonts found can draw, known without loading a font: a bit a character, kept beside them.

The counter asks while somebody types. Loading the fonts for that would take it a fifth of a second and a hundred
megabytes; a file of 136 KiB takes neither.
"""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

LAST = 0x10FFFF
BYTES = (LAST + 8) // 8
FIRST_HAN = 0x2E80
"""Where the radicals, and with them the characters of East Asia, begin."""
INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
"""Categories of characters that steer or stand for nothing: shown by their number, never obeyed."""


def missing(text: str, main: Path, letters: tuple[Path, ...], rare: tuple[Path, ...]) -> tuple[str, ...]:
    """The characters of ``text`` that no font has, each once, in order: what ``FontSet.missing`` says of them.

    ``main`` lies in the folder of prepared fonts, where the answer is kept; ``letters`` stand in for it before the
    first Han character, ``rare`` from there on.
    """
    bits = _bits(main, letters, rare)
    text = unicodedata.normalize("NFC", text)
    lacking = (char for char in text if char not in "\r\n\t\u00a0" and not _drawn(char, bits))
    return tuple(dict.fromkeys(lacking))


def _drawn(char: str, bits: bytes) -> bool:
    point = ord(char)
    return unicodedata.category(char) not in INVISIBLE and bool(bits[point >> 3] & (1 << (point & 7)))


@lru_cache(maxsize=4)
def _bits(main: Path, letters: tuple[Path, ...], rare: tuple[Path, ...]) -> bytes:
    paths = (main, *letters, *rare)
    known = "\n".join(map(str, paths))
    kept = main.parent / f"drawable-{hashlib.sha256(known.encode()).hexdigest()[:16]}.bits"
    try:
        bits = kept.read_bytes()
        if len(bits) == BYTES and kept.stat().st_mtime >= max(path.stat().st_mtime for path in paths):
            return bits
    except OSError:
        pass
    bits = _read(main, letters, rare)
    _keep(kept, bits)
    return bits


def _read(main: Path, letters: tuple[Path, ...], rare: tuple[Path, ...]) -> bytes:
    found = bytearray(BYTES)
    early, late = range(FIRST_HAN), range(FIRST_HAN, LAST + 1)
    asked = [(main, range(LAST + 1)), *((path, early) for path in letters), *((path, late) for path in rare)]
    for path, where in asked:
        for point in _points(path):
            if point in where:
                found[point >> 3] |= 1 << (point & 7)
    return bytes(found)


def _points(path: Path) -> Iterator[int]:
    from fontTools.ttLib import TTFont

    with TTFont(path, lazy=True) as font:
        yield from font.getBestCmap()


def _keep(path: Path, bits: bytes) -> None:
    """Whole or not at all; where it cannot be kept it is found out again next time."""
    part = path.with_suffix(f".{os.getpid()}.part")
    try:
        part.write_bytes(bits)
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
