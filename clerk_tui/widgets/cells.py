"""Text measured in terminal cells: clipping, padding and wrapping where a Chinese character takes two.

Every text that a person typed, or that came from outside, passes ``safe`` before it is measured or drawn.
"""

from __future__ import annotations

from functools import lru_cache

from rich.cells import cell_len

from hall.names import safe_for_terminal

CUT = ".."
# Closing punctuation never begins a line, opening punctuation never ends one (避头尾).
_NOT_FIRST = frozenset("，。、；：？！）》」』】〕”’,.;:?!)]}%")
_NOT_LAST = frozenset("（《「『【〔“‘([{")


@lru_cache(maxsize=8192)
def safe(text: str) -> str:
    """``text`` as one line that cannot disturb a terminal."""
    if text.isascii() and text.isprintable():
        return text
    return safe_for_terminal(text)


def width(text: str) -> int:
    """How many cells ``text`` takes."""
    return cell_len(text)


def head(text: str, cells: int) -> str:
    """The longest beginning of ``text`` that fits into ``cells``."""
    if cell_len(text) <= cells:
        return text
    used = 0
    for place, char in enumerate(text):
        used += cell_len(char)
        if used > cells:
            return text[:place]
    return text


def clip(text: str, cells: int) -> str:
    """``text`` in at most ``cells``; what was cut is shown by two full stops."""
    if cell_len(text) <= cells:
        return text
    return head(text, cells - len(CUT)) + CUT if cells > 4 else head(text, cells)


def pad(text: str, cells: int, *, right: bool = False) -> str:
    """``text`` clipped and filled with blanks to exactly ``cells``; ``right`` puts the blanks before it."""
    short = clip(text, cells)
    blanks = " " * (cells - cell_len(short))
    return blanks + short if right else short + blanks


def letterspaced(word: str, cells: int) -> str:
    """A word set wide where there is room, as Chinese is in a headline; Latin letters only become harder to read."""
    return " ".join(word) if not word.isascii() and cell_len(word) * 1.5 < cells else word


@lru_cache(maxsize=4096)
def wrap(text: str, cells: int, limit: int = 0) -> tuple[str, ...]:
    """``text`` in lines of at most ``cells``, Latin words whole; ``limit`` lines at most, the last one clipped."""
    lines: list[str] = []
    line, used = "", 0
    for piece in _pieces(text, cells):
        size = cell_len(piece)
        if used + size > cells and line:
            line, carry = _break(line, piece)
            if cell_len(carry) + size > cells:
                line, carry = line + carry, ""
            # The blank at a break is not shown, but it parts the words where lines are put together again.
            lines.append(f"{line} " if piece == " " and not carry else line)
            line, used = carry, cell_len(carry)
            piece = piece.lstrip() if not carry else piece
            size = cell_len(piece)
        line += piece
        used += size
    if line or not lines:
        lines.append(line)
    if limit and len(lines) > limit:
        rest = "".join(lines[limit - 1 :])
        lines = [*lines[: limit - 1], clip(rest, cells)]
    return tuple(each.rstrip() for each in lines)


def _pieces(text: str, cells: int) -> list[str]:
    """Characters, with runs of narrow ones (words, numbers, dates) kept together while they fit into a line."""
    pieces: list[str] = []
    word = ""
    for char in text:
        if char.isascii() and char not in " ":
            word += char
            continue
        if word:
            pieces += [word] if len(word) <= cells else [word[i : i + cells] for i in range(0, len(word), cells)]
            word = ""
        pieces.append(char)
    if word:
        pieces += [word] if len(word) <= cells else [word[i : i + cells] for i in range(0, len(word), cells)]
    return pieces


def _break(line: str, following: str) -> tuple[str, str]:
    """Where to end ``line``: a character is carried over when punctuation would stand on the wrong side."""
    cut = len(line)
    for _ in range(3):
        first = line[cut] if cut < len(line) else following[:1]
        if cut > 1 and (first in _NOT_FIRST or line[cut - 1] in _NOT_LAST):
            cut -= 1
        else:
            break
    return line[:cut], line[cut:]
