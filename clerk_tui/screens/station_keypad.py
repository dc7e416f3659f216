"""Letters and digits to touch, for a ticket machine that has a touch screen and no keys.

The same few lines say what is drawn and what a touch means, so the two cannot part.
"""

from __future__ import annotations

from typing import Final

from clerk_tui.i18n import N_, _
from clerk_tui.widgets.cells import width
from clerk_tui.widgets.painted import BLANK, Line, Span

EDGE: Final = 3
"""Columns left free at both sides of a page."""
ERASE: Final = "backspace"
DONE: Final = "enter"
_ROWS: Final = ("1234567890-", "ABCDEFGHIJK", "LMNOPQRSTUV", "WXYZ")
_ACROSS: Final = 11
"""Keys beside each other; the two of the last row that are named take what its characters leave."""
_LAST: Final = ((ERASE, N_("退格"), 3), (DONE, N_("确定"), 4))


def lines(columns: int, rows: int) -> list[Line]:
    """The keys in at most this many rows; none where there is no room."""
    tall = _tall(rows)
    if not tall:
        return []
    found: list[Line] = []
    for row in range(len(_ROWS)):
        blank, named = _row(row, columns, show=False), _row(row, columns, show=True)
        found += [blank, named, blank][:tall] if tall > 1 else [named]
        if tall * len(_ROWS) + len(_ROWS) - 1 <= rows and row < len(_ROWS) - 1:
            found.append(BLANK)
    return found


def at(x: int, y: int, columns: int, rows: int) -> str:
    """The key that lies there, counted from the first line of ``lines``: a character, ``ERASE`` or ``DONE``; empty
    between keys and beside them."""
    tall = _tall(rows)
    if not tall or y < 0:
        return ""
    step = tall + (tall * len(_ROWS) + len(_ROWS) - 1 <= rows)
    row, below = divmod(y, step)
    if row >= len(_ROWS) or below >= tall:
        return ""
    return next((key for key, _name, left, right in _keys(row, columns) if left <= x < right), "")


def _tall(rows: int) -> int:
    return min(3, rows // len(_ROWS))


def _keys(row: int, columns: int) -> list[tuple[str, str, int, int]]:
    """The keys of a row: key, name, the first column and the one behind the last; one column is free between two."""
    keys = [(letter, letter, 1) for letter in _ROWS[row]]
    if row == len(_ROWS) - 1:
        keys += [(key, _(name), places) for key, name, places in _LAST]
    found, place = [], 0
    for key, name, places in keys:
        left, right = ((columns - 2 * EDGE) * each // _ACROSS for each in (place, place + places))
        found.append((key, name, EDGE + left, EDGE + right - 1))
        place += places
    return found


def _row(row: int, columns: int, *, show: bool) -> Line:
    spans: list[Span] = [(" " * (EDGE - 1), "plain")]
    for _key, name, left, right in _keys(row, columns):
        room = right - left
        text = name if show and width(name) <= room else ""
        before = (room - width(text)) // 2
        spans += [(" ", "plain"), (" " * before + text + " " * (room - before - width(text)), "chip-key")]
    return tuple(spans), ""
