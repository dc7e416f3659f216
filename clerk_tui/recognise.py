"""Texts of the rules and the services in the screen's language.

They are made in Chinese, with what they speak of filled in: the same text stands on papers, in facts, in a printer's
row, and comes from the sync's process and from the centre, where no template could travel with it. So a text is
found again by its shape: ``还缺2项：租赁合同`` is ``还缺{n}项：{names}`` of the catalogue, and what stood in the
places is put into the translation. A place written ``{state:_}`` there holds a text of the program too and is
translated in its turn; any other place (a name, a typed reason, a path) stays as it is.

Only languages other than Chinese need this module.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from string import Formatter
from typing import NamedTuple

from clerk_tui.counting import Counting

LONGEST = 2000
"""Characters; a longer text is not one of the program's sentences."""
HAN = re.compile("[\u3400-\u9fff]")
CLAUSES = ("；", "，", "、")
"""What sentences, clauses and names are put together with, the strongest first."""
OR = "或"
"""Between names of which one will do; a word of sentences too, so it parts only what is known on each side of it."""
JOINTS = {"；": "; ", "，": ", ", "、": ", ", OR: " or "}


class Shape(NamedTuple):
    """A template: what it looks like, a piece every such text has, and how much of it is fixed."""

    pattern: re.Pattern[str]
    piece: str
    fixed: int
    translation: str


class Recogniser:
    """Finds the template a text was made from. ``entries`` are msgids with their translations, ``exact`` a look-up."""

    def __init__(self, entries: Iterable[tuple[str, str]], exact: Callable[[str], str | None]) -> None:
        self._exact = exact
        found = [shape(source, translation) for source, translation in entries]
        self._shapes = sorted((each for each in found if each), key=lambda each: -each.fixed)
        self.text = lru_cache(maxsize=512)(self._text)

    def _text(self, text: str) -> str:
        """``text`` translated as far as it is known; unknown texts as they are."""
        if not text or len(text) > LONGEST:
            return text
        known = self._known(text)
        return known if known is not None else self._clauses(text)

    def _known(self, text: str) -> str | None:
        """One entry or one template; the template with most fixed text where several fit."""
        found = self._exact(text)
        if found is not None:
            return found
        for each in self._shapes:
            if each.piece in text and (match := each.pattern.fullmatch(text)):
                return self._filled(each.translation, match.groupdict())
        return None

    def _filled(self, translation: str, values: dict[str, str]) -> str:
        if isinstance(translation, Counting):
            translation = translation.form_for(values)
        out = []
        for literal, name, spec, _conversion in Formatter().parse(translation):
            out.append(literal)
            if name is not None:
                out.append(self.text(values[name]) if spec == "_" else values[name])
        return "".join(out)

    def _clauses(self, text: str) -> str:
        """A text that was put together from several, such as the lines of one list; as it is if none is known."""
        for mark in CLAUSES:
            first, *more = re.split(f"(?={mark})", text)
            if not more:
                continue
            said = [self._known(first), *(self._known(part) or self._joined(part, mark) for part in more)]
            if any(part is not None for part in said):
                pieces = zip([first, *more], said, strict=True)
                return "".join(part if part is not None else self.text(source) for source, part in pieces)
        names = [self._known(name) for name in text.split(OR)]
        return JOINTS[OR].join(name for name in names if name is not None) if None not in names else text

    def _joined(self, part: str, mark: str) -> str | None:
        """A part behind its joint: ``；还缺2项``."""
        found = self._known(part.removeprefix(mark))
        return None if found is None else JOINTS[mark] + found


def shape(source: str, translation: str) -> Shape | None:
    """The shape of texts made from ``source``; ``None`` if it has no place to fill, or no word that is fixed.

    A place called ``n`` is a number; any other may hold anything.
    """
    pattern, literals, names = "", [], set()
    for literal, name, _spec, _conversion in Formatter().parse(source):
        pattern += re.escape(literal)
        literals.append(literal)
        if name is not None:
            if not name.isidentifier():
                return None
            pattern += f"(?P={name})" if name in names else f"(?P<{name}>{'[0-9]+' if name == 'n' else '.*?'})"
            names.add(name)
    piece = max(literals, key=len, default="")
    if not names or not HAN.search(piece):
        return None
    return Shape(re.compile(pattern, re.DOTALL), piece, sum(map(len, literals)), translation)
