"""Where a Chinese text may break into lines: 避头尾 (GB/T 15834-2011 §5.1), Latin words whole, nothing in the margin.

A line does not begin with a closing mark (，。；：！？）》”、…) and does not end with an opening one (（《“…); ——, ……
and numbers stay together. Where a line cannot obey (a word longer than the line, a row of brackets), it breaks at the
mildest place that fits: inside the word first, against 避头尾 last.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

NO_START = frozenset("，。；：！？、）》〉」』】〕〗”’·…—～％‰℃°,.;:!?)]}%ー々〻＞／/－")
"""No line begins with these."""

NO_END = frozenset("（《〈「『【〔〖“‘([{￥¥$€£＃#№＜")
"""No line ends with these."""

_PAIRS = frozenset("—…")
_FREE, _IN_WORD, _FORBIDDEN = range(3)

_TOLERANCE = 1e-6
"""Points by which a line may seem too long through rounding."""


def break_lines(text: str, widths: Sequence[float], line: float, indent: float = 0.0) -> list[tuple[int, int]]:
    """The lines of ``text`` as slices ``(start, end)``, ``widths`` being the advance of each character.

    ``line`` is the width of a line and ``indent`` what the first line of each paragraph has less; all in one unit.
    ``\\n`` ends a paragraph. Spaces at the end of a line belong to no slice; a line has at least one character even
    when that does not fit. An empty paragraph is one empty slice.
    """
    slices: list[tuple[int, int]] = []
    start = 0
    for paragraph in text.split("\n"):
        end = start + len(paragraph)
        slices += _break_paragraph(text, widths, start, end, line, indent)
        start = end + 1
    return slices


def _break_paragraph(
    text: str, widths: Sequence[float], start: int, end: int, line: float, indent: float
) -> list[tuple[int, int]]:
    slices: list[tuple[int, int]] = []
    room = line - indent
    while True:
        fits = _reach(text, widths, start, end, room)
        if fits >= end:
            slices.append((start, _trim(text, start, end)))
            return slices
        stop = _best_break(text, start, fits)
        slices.append((start, _trim(text, start, stop)))
        start = stop
        while start < end and text[start] == " ":
            start += 1
        if start >= end:
            return slices
        room = line


def _reach(text: str, widths: Sequence[float], start: int, end: int, room: float) -> int:
    """The furthest end of a line from ``start`` that fits; spaces at the end of a line take no room."""
    used = 0.0
    for index in range(start, end):
        used += widths[index]
        if used > room + _TOLERANCE and text[index] != " ":
            return max(index, start + 1)
    return end


def _best_break(text: str, start: int, fits: int) -> int:
    best = {_FREE: 0, _IN_WORD: 0}
    for index in range(fits, start, -1):
        kind = _kind(text, index)
        if kind == _FREE:
            return index
        if kind == _IN_WORD and not best[_IN_WORD]:
            best[_IN_WORD] = index
    return best[_IN_WORD] or fits


def _kind(text: str, index: int) -> int:
    """What a break before ``text[index]`` would do."""
    before, after = text[index - 1], text[index]
    if after == " " or after in NO_START or unicodedata.category(after).startswith("M"):
        return _FORBIDDEN
    if before == " ":
        visible = text[:index].rstrip(" ")
        return _FORBIDDEN if visible and visible[-1] in NO_END else _FREE
    if before in NO_END or (before in _PAIRS and before == after):
        return _FORBIDDEN
    return _IN_WORD if _of_word(before) and _of_word(after) else _FREE


def _of_word(char: str) -> bool:
    """Whether a character belongs to a word or number: everything narrow, such as ``[U+30000]`` or ``2026-09-18``."""
    return unicodedata.east_asian_width(char) in ("Na", "N", "H")


def _trim(text: str, start: int, end: int) -> int:
    while end > start and text[end - 1] == " ":
        end -= 1
    return end
