"""Numbers as large as a hall needs them: capital letters and digits drawn with half blocks in the terminal's cells.

A glyph is 5 by 7 dots; a dot at scale ``s`` is ``s`` cells wide and ``s`` half cells high, which is about a square.
"""

from __future__ import annotations

from typing import Final

WIDE, HIGH = 5, 7
_ROWS: Final[dict[str, str]] = {
    "0": "0E11131519110E", "1": "040C040404040E", "2": "0E11010204081F", "3": "1F02040201110E", "4": "02060A121F0202",
    "5": "1F101E0101110E", "6": "0608101E11110E", "7": "1F010204080808", "8": "0E11110E11110E", "9": "0E11110F01020C",
    "A": "0E11111F111111", "B": "1E11111E11111E", "C": "0E11101010110E", "D": "1C12111111121C", "E": "1F10101E10101F",
    "F": "1F10101E101010", "G": "0E11101711110F", "H": "1111111F111111", "I": "0E04040404040E", "J": "0702020202120C",
    "K": "11121418141211", "L": "1010101010101F", "M": "111B1515111111", "N": "11111915131111", "O": "0E11111111110E",
    "P": "1E11111E101010", "Q": "0E11111115120D", "R": "1E11111E141211", "S": "0F10100E01011E", "T": "1F040404040404",
    "U": "1111111111110E", "V": "11111111110A04", "W": "1111111515150A", "X": "11110A040A1111", "Y": "1111110A040404",
    "Z": "1F01020408101F", "-": "0000001F000000", ">": "08040201020408", " ": "00000000000000",
}  # fmt: skip


def drawable(text: str) -> bool:
    """Whether every character of ``text`` can be drawn large."""
    return bool(text) and all(char in _ROWS for char in text)


def width_of(text: str, scale: int) -> int:
    """How many cells ``text`` takes at this scale."""
    return len(text) * (WIDE + 1) * scale - scale if text else 0


def height_of(scale: int) -> int:
    """How many lines a text takes at this scale."""
    return -(-HIGH * scale // 2)


def draw(text: str, scale: int) -> list[str]:
    """``text`` in ``height_of(scale)`` lines of ``width_of(text, scale)`` cells each."""
    halves = []
    for row in range(HIGH):
        dots = " ".join(_dots(char, row) for char in text)
        halves += ["".join(dot * scale for dot in dots)] * scale
    if len(halves) % 2:
        halves.append(" " * len(halves[0]))
    return [
        "".join(_BLOCK[upper, lower] for upper, lower in zip(halves[at], halves[at + 1], strict=True))
        for at in range(0, len(halves), 2)
    ]


_BLOCK: Final = {(" ", " "): " ", ("#", " "): "▀", (" ", "#"): "▄", ("#", "#"): "█"}


def _dots(char: str, row: int) -> str:
    bits = int(_ROWS[char][2 * row : 2 * row + 2], 16)
    return "".join("#" if bits >> (WIDE - 1 - at) & 1 else " " for at in range(WIDE))
