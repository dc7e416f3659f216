"""The Han characters that GB 18030-2022 §9.4 wants of products for government services, and how many a font set has.

Level 3 is all Han of the standard: the unified ideographs of Unicode 11, which are 20,976 of the basic block, the 12 of
the compatibility block that are no doubles, and extensions A to F: 87,887. Amendment 1 (2024-09-29) adds 9,793: the
ends of the blocks up to Unicode 15.1 (40) and extensions G (4,939), H (4,192) and I (622, from the police's names).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from receipts.fonts import FontSet

_LEVEL_3 = (
    *((0x4E00, 0x9FEF), (0x3400, 0x4DB5), (0x20000, 0x2A6D6), (0x2A700, 0x2B734), (0x2B740, 0x2B81D)),
    *((0x2B820, 0x2CEA1), (0x2CEB0, 0x2EBE0)),
    *((0xFA0E, 0xFA0F), (0xFA11, 0xFA11), (0xFA13, 0xFA14), (0xFA1F, 0xFA1F), (0xFA21, 0xFA21), (0xFA23, 0xFA24)),
    (0xFA27, 0xFA29),
)
_AMENDMENT_1 = (
    *((0x9FF0, 0x9FFF), (0x4DB6, 0x4DBF), (0x2A6D7, 0x2A6DF), (0x2B735, 0x2B739)),
    *((0x30000, 0x3134A), (0x31350, 0x323AF), (0x2EBF0, 0x2EE5D)),
)


class Share(NamedTuple):
    """How many of ``total`` characters a font set draws."""

    drawn: int
    total: int

    @property
    def whole(self) -> bool:
        return self.drawn == self.total


def level_3() -> Iterator[str]:
    """The 87,887 characters of level 3 as the standard came out."""
    return _characters(_LEVEL_3)


def amendment_1() -> Iterator[str]:
    """The 9,793 characters that amendment 1 adds to level 3."""
    return _characters(_AMENDMENT_1)


def coverage(fonts: FontSet) -> tuple[Share, Share]:
    """What ``fonts`` draw of level 3 and of its amendment. Loads every font; a third of a second."""
    return _share(fonts, "".join(level_3())), _share(fonts, "".join(amendment_1()))


def _share(fonts: FontSet, wanted: str) -> Share:
    return Share(len(wanted) - len(fonts.missing(wanted)), len(wanted))


def _characters(ranges: tuple[tuple[int, int], ...]) -> Iterator[str]:
    return (chr(point) for first, last in ranges for point in range(first, last + 1))
