"""The compiled search index: long strings, one line an entry, best first.

In ``sounds`` a name is written as units, each a character and its reading with a capital: ``企Qi业Ye开Kai办Ban``.
Digits and Latin letters are units read as themselves (written full-width, so that no unit begins like a reading).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from msgspec import Struct

from hall.catalogue.model import Catalogue
from hall.catalogue.pinyin import other_readings, syllables

_DROP = re.compile(r"[^0-9a-z\u00fc\u2e80-\u2fdf\u3005-\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


class Index(Struct, frozen=True):
    """The compiled search index. All ``\\n``-joined strings begin and end with ``\\n`` and hold one line an entry.

    ``extra`` lines are aliases and other readings; ``extra_owner`` says whose. ``departments`` lines are each
    department's names; ``department_of`` is an entry's line there.
    """

    keys: str
    codes: str
    names: str
    folded: str
    sounds: str
    bundles: int
    extra: str
    extra_sounds: str
    extra_owner: tuple[int, ...]
    department_of: tuple[int, ...]
    department_short: tuple[str, ...]
    department_names: str
    department_sounds: str
    department_owner: tuple[int, ...]


def compile_index(catalogue: Catalogue) -> Index:
    """The index of everything in ``catalogue``: bundles first, then matters from the shortest name to the longest.

    A bundle that has a joint form of its own, a matter of the same name, is found as that matter: one thing, one line.
    """
    joint = {matter.name for matter in catalogue.matters}
    places = {department.key: number for number, department in enumerate(catalogue.departments)}
    alone = (bundle for bundle in catalogue.bundles if bundle.name not in joint)
    bundles = sorted(alone, key=lambda bundle: (len(bundle.name), bundle.name, bundle.key))
    matters = sorted(catalogue.matters, key=lambda matter: (len(matter.name), matter.name, matter.key))
    rows = [(b.key, "", b.name, b.aliases, b.lead) for b in bundles]
    rows += [(m.key, m.code, m.name, m.aliases, m.department) for m in matters]
    extra: list[tuple[str, str, int]] = []
    sounds: list[str] = []
    for number, (_, _, name, aliases, _) in enumerate(rows):
        own, others = _sounds(name)
        sounds.append(own)
        extra += [("", other, number) for other in others]
        for alias in aliases:
            first, others = _sounds(alias)
            extra += [(fold(alias), first, number), *(("", other, number) for other in others)]
    faces: list[tuple[str, str, int]] = []
    for number, department in enumerate(catalogue.departments):
        for word in dict.fromkeys((department.short, department.name, *department.formerly)):
            faces.append((fold(word), _sounds(word)[0], number))
    return Index(
        keys=_lines(key for key, *_ in rows),
        codes=_lines(code for _, code, *_ in rows),
        names=_lines(row[2].replace("\n", " ") for row in rows),
        folded=_lines(fold(row[2]) for row in rows),
        sounds=_lines(sounds),
        bundles=len(bundles),
        extra=_lines(text for text, _, _ in extra),
        extra_sounds=_lines(sound for _, sound, _ in extra),
        extra_owner=tuple(owner for _, _, owner in extra),
        department_of=tuple(places.get(row[4], -1) for row in rows),
        department_short=tuple(department.short for department in catalogue.departments),
        department_names=_lines(text for text, _, _ in faces),
        department_sounds=_lines(sound for _, sound, _ in faces),
        department_owner=tuple(owner for _, _, owner in faces),
    )


def fold(text: str) -> str:
    """Text as it is compared: NFKC, lower case, only Chinese characters, Latin letters and digits."""
    return _DROP.sub("", unicodedata.normalize("NFKC", text).lower())


def _sounds(text: str) -> tuple[str, list[str]]:
    folded = fold(text)
    read = syllables(folded)
    return _units(folded, read), [_units(folded, other) for other in other_readings(folded, read)]


def _units(folded: str, read: tuple[str, ...]) -> str:
    parts = []
    for char, syllable in zip(folded, read, strict=True):
        if char.isascii():
            # Full-width, so that no unit begins with what could be part of a reading.
            parts.append(chr(ord(char) + 0xFEE0) + char.upper())
        else:
            parts.append(char + syllable.capitalize())
    return "".join(parts)


def _lines(items: Iterable[str]) -> str:
    return "\n" + "\n".join(items) + "\n"
