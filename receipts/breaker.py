"""Where a Chinese text may break into lines: 避头尾 (GB/T 15834-2011 §5.1), Latin words whole, nothing in the margin.

A line does not begin with a closing mark (，。；：！？）》”、…) and does not end with an opening one (（《“…); ——, ……
and numbers with their signs and units (￥1,200、12.5%、18日、5个工作日) stay together, as do words of any alphabet
and a personal name that blanks set apart (综合窗口3号　王小明).
Where a line cannot obey (a word longer than the line, a row of brackets), it breaks at the mildest place that fits:
inside a word first, against 避头尾 next, and between a letter and its accents only where nothing else is left.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

NO_START = frozenset(
    "，。；：！？、）》〉」』】〕〗〙〛］｝｠”’〞〟»›·…—～〜．％‰℃°′″⁇⁈⁉‼﹐﹑﹒﹔﹕﹖﹗﹚﹜﹞,.;:!?)]}%ー々〻＞／/－–‐"
)
"""No line begins with these."""

NO_END = frozenset("（《〈「『【〔〖〘〚［｛｟“‘〝«‹﹙﹛﹝([{￥¥$＄€£＃#№＜／/")
"""No line ends with these."""

_COUNTED = frozenset("年月日号时分秒个条款项目件份次页本张元角")
"""What is counted stays with its number: 18日, 5个, 第32条."""

UNITS = ("个工作日", "个自然日")
"""Units of several characters that stay together: 5个工作日."""

_UNTIL = frozenset("–—～")
"""From one number to the next: 9:00—12:00."""

LONGEST_NAME = 4
"""Characters of a Chinese personal name with a surname of two."""

_PAIRS = frozenset("—…")
_SPACES = " \u3000"
_FREE, _IN_WORD, _FORBIDDEN, _NEVER = range(4)

_SHORT = 100
"""Characters up to which it pays to look first whether all of them fit."""

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
        if (fits := _reach(text, widths, start, end, room)) >= end:
            slices.append((start, _trim(text, start, end)))
            return slices
        stop = _best_break(text, start, fits)
        slices.append((start, _trim(text, start, stop)))
        start = stop
        while start < end and text[start] in _SPACES:
            start += 1
        if start >= end:
            return slices
        room = line


def _reach(text: str, widths: Sequence[float], start: int, end: int, room: float) -> int:
    """The furthest end of a line from ``start`` that fits; spaces at the end of a line take no room."""
    if end - start < _SHORT and sum(widths[start:end]) <= room:
        return end
    used = 0.0
    for index in range(start, end):
        used += widths[index]
        if used > room + _TOLERANCE and text[index] not in _SPACES:
            return max(index, start + 1)
    return end


def _best_break(text: str, start: int, fits: int) -> int:
    """The last place that fits among those of the mildest kind."""
    best, mildest = fits, _NEVER
    for index in range(fits, start, -1):
        kind = _kind(text, index)
        if kind == _FREE:
            return index
        if kind < mildest:
            best, mildest = index, kind
    return best


def _kind(text: str, index: int) -> int:
    """What a break before ``text[index]`` would do."""
    before, after = text[index - 1], text[index]
    if _is_mark(after):
        return _NEVER
    if after in _SPACES or after in NO_START:
        return _FORBIDDEN
    if before in _SPACES:
        visible = text[:index].rstrip(_SPACES)
        return _FORBIDDEN if visible and visible[-1] in NO_END else _FREE
    if before in NO_END or (before in _PAIRS and before == after):
        return _FORBIDDEN
    if before == "’" and index > 1:  # O’Brien
        before = text[index - 2]
    if (before.isdigit() and after in _COUNTED) or (before in _UNTIL and after.isdigit()):
        return _IN_WORD
    if before in "个工作自然" and any(text.startswith(UNITS, max(index - back, 0)) for back in (1, 2, 3)):
        return _IN_WORD
    return _IN_WORD if (_of_word(before) and _of_word(after)) or _in_name(text, index) else _FREE


def _in_name(text: str, index: int) -> bool:
    """Whether ``index`` lies within what may be a name: two to four Han characters with a blank before or behind them
    and nothing else beside them. Where papers tell a place and a person, a blank is between the two."""
    start = end = index
    while start > 0 and index - start < LONGEST_NAME and _is_han(text[start - 1]):
        start -= 1
    while end < len(text) and end - index < LONGEST_NAME and _is_han(text[end]):
        end += 1
    if not (start < index < end <= start + LONGEST_NAME):
        return False
    beside = {text[start - 1] if start else "\n", text[end] if end < len(text) else "\n"}
    return beside <= {*_SPACES, "\n"} and beside != {"\n"}


@lru_cache(maxsize=4096)
def _of_word(char: str) -> bool:
    """Whether a character belongs to a word or number: letters of any alphabet (Greek and Cyrillic count as wide in
    East Asia), and everything narrow, such as ``[U+30000]`` or ``2026-09-18``."""
    width = unicodedata.east_asian_width(char)
    return width in ("Na", "N", "H") or (width == "A" and unicodedata.category(char)[0] in "LM")


@lru_cache(maxsize=4096)
def _is_han(char: str) -> bool:
    """Whether a character stands for a word, as those of names do."""
    return unicodedata.category(char) == "Lo" and unicodedata.east_asian_width(char) == "W"


@lru_cache(maxsize=4096)
def _is_mark(char: str) -> bool:
    """Whether a character is an accent on the one before it."""
    return unicodedata.category(char)[0] == "M"


def _trim(text: str, start: int, end: int) -> int:
    while end > start and text[end - 1] in _SPACES:
        end -= 1
    return end
