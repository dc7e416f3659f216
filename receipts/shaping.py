"""Which letters stand on a paper other than they are written: those of scripts that join, stack or run leftwards.

The papers set one character after the other from left to right. For scripts that are written otherwise the font may
have every letter and the word still cannot be read, so the counter says it before anything is printed. Nothing is
shaped here.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from typing import Final

SCRIPTS: Final = (
    (0x0590, 0x05FF, "希伯来文"),
    (0x0600, 0x06FF, "阿拉伯字母"),
    (0x0750, 0x077F, "阿拉伯字母"),
    (0x0870, 0x08FF, "阿拉伯字母"),
    (0x0900, 0x097F, "天城文"),
    (0x0980, 0x0DFF, "南亚文字"),
    (0x0E00, 0x0E7F, "泰文"),
    (0x0E80, 0x0EFF, "老挝文"),
    (0x0F00, 0x0FFF, "藏文"),
    (0x1000, 0x109F, "缅甸文"),
    (0x1100, 0x11FF, "谚文字母"),
    (0x1700, 0x177F, "东南亚文字"),
    (0x1780, 0x17FF, "高棉文"),
    (0x1800, 0x18AF, "传统蒙古文"),
    (0x1900, 0x194F, "南亚文字"),
    (0x1A00, 0x1AAF, "东南亚文字"),
    (0x1B00, 0x1BFF, "东南亚文字"),
    (0x1C00, 0x1C4F, "南亚文字"),
    (0x1CD0, 0x1CFF, "南亚文字"),
    (0xA800, 0xA82F, "南亚文字"),
    (0xA840, 0xA87F, "八思巴文"),
    (0xA880, 0xA8DF, "南亚文字"),
    (0xA8E0, 0xA8FF, "天城文"),
    (0xA930, 0xA95F, "东南亚文字"),
    (0xA960, 0xA97F, "谚文字母"),
    (0xA980, 0xA9DF, "东南亚文字"),
    (0xA9E0, 0xA9FF, "缅甸文"),
    (0xAA00, 0xAA5F, "东南亚文字"),
    (0xAA60, 0xAA7F, "缅甸文"),
    (0xAAE0, 0xAAFF, "南亚文字"),
    (0xABC0, 0xABFF, "南亚文字"),
    (0xD7B0, 0xD7FF, "谚文字母"),
    (0xFB1D, 0xFB4F, "希伯来文"),
    (0xFB50, 0xFDFF, "阿拉伯字母"),
    (0xFE70, 0xFEFF, "阿拉伯字母"),
    (0x10A00, 0x10A5F, "南亚文字"),
    (0x10EC0, 0x10EFF, "阿拉伯字母"),
    (0x11000, 0x11EDF, "南亚文字"),
    (0x11F00, 0x11F5F, "东南亚文字"),
)
"""First and last character of the blocks whose letters join or stack, as the Unicode Standard describes these scripts
(chapters 9, 12 to 14, 16 and 18), with what people call them. Small ones go by their part of the world."""
LEFTWARDS: Final = "从右到左的文字"
"""What any other script is called whose letters run leftwards (bidirectional class R or AL)."""
_FIRSTS: Final = [first for first, _, _ in SCRIPTS]


def unshaped(text: str) -> tuple[str, ...]:
    """The letters and marks of ``text`` that no paper sets as they are written, each once, in order.

    Digits and punctuation of such scripts stand for themselves and are none of them.
    """
    if text.isascii():
        return ()
    return tuple(dict.fromkeys(char for char in unicodedata.normalize("NFC", text) if script_of(char)))


def script_of(char: str) -> str:
    """What the script of a letter that papers cannot set is called; empty for any other character."""
    point = ord(char)
    if point < _FIRSTS[0] or unicodedata.category(char)[0] not in "LM":
        return ""
    place = bisect_right(_FIRSTS, point) - 1
    if point <= SCRIPTS[place][1]:
        return SCRIPTS[place][2]
    return LEFTWARDS if unicodedata.bidirectional(char) in ("R", "AL") else ""
