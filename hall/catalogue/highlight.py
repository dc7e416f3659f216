"""Which characters of a name a query matched, for the screen to mark."""

from __future__ import annotations

import re
from collections.abc import Iterator


def matched_units(
    word: str, sound: re.Pattern[str], scattered: re.Pattern[str], folded: str, sounds: str
) -> Iterator[int]:
    """The numbers of the units (characters of ``folded``) that a word matched in one entry."""
    if not any(map(str.isascii, word)):
        if (start := folded.find(word)) >= 0:
            yield from range(start, start + len(word))
        elif scattered.search(folded):
            place = -1
            for char in word:
                place = folded.index(char, place + 1)
                yield place
    elif match := sound.search(sounds):
        # A match that begins with a reading belongs to the character before it.
        before = sum(not char.isascii() for char in sounds[: match.start()]) - sounds[match.start()].isascii()
        yield from range(
            before, before + sum(not char.isascii() for char in match.group()) + match.group()[0].isascii()
        )
    elif word.isascii() and len(word) >= 3:
        yield from _scattered_initials(word, sounds)


def _scattered_initials(letters: str, sounds: str) -> list[int]:
    found: list[int] = []
    unit = -1
    for char in sounds:
        unit += not char.isascii()
        if len(found) < len(letters) and (char.isupper() or char.isdigit()) and char.lower() == letters[len(found)]:
            found.append(unit)
    return found if len(found) == len(letters) else []
