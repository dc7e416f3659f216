"""One line of text being typed: what keys do to it, and how it is shown in a field. Knows no screen."""

from __future__ import annotations

import unicodedata

from clerk_tui.widgets.cells import safe, width

LIMIT = 400
"""Characters that a field takes; the catalogue's own limits are shorter."""


def typed(character: str | None) -> str:
    """What a key types: its character, of whatever script and however new; ``""`` for a key that is none.

    ``str.isprintable`` knows the characters of Python's own Unicode (14 in Python 3.11, without extensions H and I of
    Han), so it would drop a letter of somebody's name. What may not be stored is typed too: it is said when it is
    checked, never dropped without a word.
    """
    if not character or any(unicodedata.category(char) in ("Cc", "Cs") for char in character):
        return ""
    return character


class Editor:
    """Text and caret. Nothing typed or pasted is altered: what may not be stored is refused when it is checked."""

    __slots__ = ("caret", "limit", "text")

    def __init__(self, text: str = "", limit: int = LIMIT) -> None:
        self.text = text
        self.limit = limit
        self.caret = len(text)

    def insert(self, text: str) -> bool:
        """Put ``text`` in at the caret; ``False`` and nothing changed if it would be too long."""
        if len(self.text) + len(text) > self.limit:
            return False
        self.text = self.text[: self.caret] + text + self.text[self.caret :]
        self.caret += len(text)
        return True

    def key(self, key: str) -> bool:
        """Do what an editing key does; ``False`` for a key that is none."""
        match key:
            case "left":
                self.caret = self._before()
            case "right":
                self.caret = self._after()
            case "home" | "ctrl+a":
                self.caret = 0
            case "end" | "ctrl+e":
                self.caret = len(self.text)
            case "backspace":
                start = self._before()
                self.text, self.caret = self.text[:start] + self.text[self.caret :], start
            case "delete" | "ctrl+d":
                self.text = self.text[: self.caret] + self.text[self._after() :]
            case "ctrl+u":
                self.text, self.caret = self.text[self.caret :], 0
            case "ctrl+k":
                self.text = self.text[: self.caret]
            case "ctrl+w":
                start = len(self.text[: self.caret].rstrip().rpartition(" ")[0])
                self.text, self.caret = self.text[:start] + self.text[self.caret :], start
            case _:
                return False
        return True

    def _before(self) -> int:
        """The start of the character before the caret, its combining marks with it."""
        place = max(0, self.caret - 1)
        while place > 0 and unicodedata.combining(self.text[place]):
            place -= 1
        return place

    def _after(self) -> int:
        place = min(len(self.text), self.caret + 1)
        while place < len(self.text) and unicodedata.combining(self.text[place]):
            place += 1
        return place

    def view(self, columns: int) -> tuple[str, str, str, int]:
        """Text before the caret, at it, after it, clipped to ``columns`` around the caret, and the caret's column."""
        before, after = safe(self.text[: self.caret]), self.text[self.caret :]
        under = safe(after[:1]) or " "
        # Nothing so far away is seen, and measuring it again for every cell would take long.
        before, rest = before[-8 * max(1, columns) :], safe(after[1 : 8 * max(1, columns)])
        room = max(0, columns - width(under))
        while width(before) > room:
            before = before[1:]
        while width(before) + width(rest) > room:
            rest = rest[:-1]
        return before, under, rest, width(before)
