"""Finding a matter while somebody types: characters, pinyin, initials, a mixture, a code, a department.

    index = compile_index(catalogue)        once, when a catalogue is compiled
    search(index, "qykb")                   企业开办 …, on every key, below 5 ms over 5,000 matters

All names stand in a few long strings, one line each, best first (bundles, then short names). A query becomes a regular
expression that runs over such a string in C, and as the lines are in order of merit a scan may stop when it has enough:
frequent words stop early and rare words have few matches.

In ``sounds`` a name is written as units, each a character and its reading with a capital: ``企Qi业Ye开Kai办Ban``. One
pattern then finds ``qiyekaiban``, ``qykb``, ``qiyekb`` and ``企业kb``: a letter either goes on in a syllable or begins
the next unit. Digits and Latin letters are units read as themselves.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Literal

from msgspec import Struct

from hall.catalogue.highlight import matched_units
from hall.catalogue.index import Index, compile_index, fold

__all__ = ["MAX_QUERY", "Hit", "Index", "compile_index", "fold", "named", "prepare", "search"]

MAX_QUERY = 64
"""Characters of a query that count; more come from a scanner or a paste."""


class Hit(Struct, frozen=True):
    """A match, best first. ``spans`` are the positions in ``name`` that matched; ``score`` runs from 100 down."""

    key: str
    name: str
    department: str
    code: str
    score: int
    spans: tuple[int, ...]
    kind: Literal["matter", "bundle"] = "matter"


class _Lines:
    """A ``\\n``-joined string with its line starts."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def starts(self) -> list[int]:
        return [match.end() for match in re.finditer("\n", self.text)][:-1]

    @cached_property
    def items(self) -> list[str]:
        return self.text[1:-1].split("\n")

    def scan(self, find: re.Pattern[str]) -> Iterator[int]:
        """The numbers of the lines in which ``find`` matches, in order; a match may begin with the line end before."""
        text, starts, position = self.text, self.starts, 0
        while match := find.search(text, position):
            place = match.start() + 1 if text[match.start()] == "\n" else match.start()
            yield bisect_right(starts, place) - 1
            position = text.index("\n", place)


class _View:
    """An index made ready: what is derived from it once and kept."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.keys, self.codes, self.names = _Lines(index.keys), _Lines(index.codes), _Lines(index.names)
        self.folded, self.sounds = _Lines(index.folded), _Lines(index.sounds)
        self.extra, self.extra_sounds = _Lines(index.extra), _Lines(index.extra_sounds)
        self.offices, self.office_sounds = _Lines(index.department_names), _Lines(index.department_sounds)
        self.initials = _Lines(re.sub(r"[^A-Z0-9\n]+", "", index.sounds).lower())

    @cached_property
    def spelt(self) -> list[str]:
        return re.sub(r"[^A-Za-z0-9\n]+", "", self.index.sounds).lower()[1:-1].split("\n")

    @cached_property
    def spelt_keys(self) -> _Lines:
        return _Lines(re.sub(r"[^a-z0-9\n]+", "", self.index.keys.lower()))

    @cached_property
    def by_office(self) -> dict[int, list[int]]:
        """The entries of each department, in order."""
        found: dict[int, list[int]] = {}
        for number, office in enumerate(self.index.department_of):
            found.setdefault(office, []).append(number)
        return found


_views: list[_View] = []


def _view_of(index: Index) -> _View:
    """The view of an index, kept for the two used last. By identity: hashing its strings would cost a search."""
    for view in _views:
        if view.index is index:
            return view
    view = _View(index)
    _views[:] = [view, *_views[:1]]
    return view


def prepare(index: Index) -> None:
    """Make the first search as quick as the later ones (about 10 ms for 5,000 matters), in an idle moment."""
    search(index, "yw")
    search(index, "业")


class _Word:
    """One word of a query and the patterns it stands for."""

    def __init__(self, word: str) -> None:
        self.word = word
        self.latin = word.isascii()
        self.has_latin = any(char.isascii() for char in word)
        self.digits = sum(char.isdigit() for char in word)
        self.kept: dict[str, frozenset[int]] = {}

    @cached_property
    def text(self) -> re.Pattern[str]:
        return re.compile(re.escape(self.word))

    @cached_property
    def text_first(self) -> re.Pattern[str]:
        return re.compile("\n" + re.escape(self.word))

    @cached_property
    def text_whole(self) -> re.Pattern[str]:
        return re.compile(f"\n{re.escape(self.word)}\n")

    @cached_property
    def sound(self) -> re.Pattern[str]:
        return re.compile(self._units())

    @cached_property
    def sound_first(self) -> re.Pattern[str]:
        lead = "\n." if self.word[0].isascii() else "\n"
        return re.compile(lead + self._units())

    @cached_property
    def sound_whole(self) -> re.Pattern[str]:
        return re.compile(self.sound_first.pattern + "[a-z]*\n")

    @cached_property
    def scattered(self) -> re.Pattern[str]:
        """The word's characters in order, anywhere in a line. Written so that it cannot backtrack into itself."""
        first, rest = self.word[0], self.word[1:]
        return re.compile(re.escape(first) + "".join(f"[^{re.escape(c)}\n]*{re.escape(c)}" for c in rest))

    def _units(self) -> str:
        parts: list[str] = []
        inside = False
        for place, char in enumerate(self.word):
            if not char.isascii():
                parts.append(("[a-z]*" if inside else "") + char + "[A-Z0-9]?[a-z]*")
                inside = False
                continue
            begin = char.upper() if place == 0 or not inside else f"[a-z]*.{char.upper()}"
            if place and not inside:
                begin = "." + begin
            goes_on = "[uv]" if char == "u" else char
            parts.append(f"(?:{goes_on}|{begin})" if inside and char.isalpha() else begin)
            inside = True
        return "".join(parts)


def search(index: Index, query: str, limit: int = 60) -> list[Hit]:
    """The best matches for what was typed so far, at most ``limit``; any text is a valid query.

    Words separated by spaces must all match (name, alias, code or department). An empty query finds nothing. Where
    nothing is found, near spellings are looked for.
    """
    words = [_Word(word) for raw in query[:MAX_QUERY].split() if (word := fold(raw).replace("\u00fc", "v"))]
    if not words or limit <= 0:
        return []
    view = _view_of(index)
    # The word that says most decides the order; the others only have to be there somewhere.
    words.sort(key=lambda word: (word.digits >= 4, not word.latin, len(word.word)), reverse=True)
    lead, others = words[0], words[1:]
    found: dict[int, int] = {}
    for score, numbers in _tiers(view, lead):
        for number in numbers():
            if number not in found and all(_anywhere(view, word, number) for word in others):
                found[number] = score
                if len(found) >= limit:
                    return _hits(view, found, words)
    if not found:
        found = _near(view, "".join(word.word for word in words), limit)
    return _hits(view, found, words)


def named(index: Index, text: str) -> list[str]:
    """The keys of all entries whose printed code, whole name or alias is ``text``, in order of the index."""
    view, word, code = _view_of(index), fold(text), text.strip().upper()
    if not word:
        return []
    numbers = {number for number, known in enumerate(view.codes.items) if known == code}
    numbers = numbers or {number for number, known in enumerate(view.folded.items) if known == word}
    if not numbers:
        numbers = {index.extra_owner[line] for line, known in enumerate(view.extra.items) if known == word}
    return [view.keys.items[number] for number in sorted(numbers)]


def _tiers(view: _View, word: _Word) -> Iterator[tuple[int, Callable[[], Iterator[int]]]]:
    """The ways to match a word, best first: a score, and the entries in order of merit."""
    index = view.index
    if word.latin and word.digits >= 2:
        code = word.word.upper()
        yield 100, lambda: view.codes.scan(re.compile("\n" + re.escape(code)))
        if word.digits >= 4:
            yield 95, lambda: view.codes.scan(re.compile(re.escape(code)))
    if not word.has_latin:
        yield 90, lambda: view.folded.scan(word.text_first)
        yield 80, lambda: view.folded.scan(word.text)
        yield 75, lambda: (index.extra_owner[line] for line in view.extra.scan(word.text))
        yield 65, lambda: _of_offices(view, view.offices, word.text_whole)
        yield 60, lambda: _of_offices(view, view.offices, word.text)
        yield 50, lambda: view.folded.scan(word.scattered)
        return
    yield 90, lambda: view.sounds.scan(word.sound_first)
    yield 80, lambda: view.sounds.scan(word.sound)
    yield 75, lambda: (index.extra_owner[line] for line in view.extra_sounds.scan(word.sound))
    yield 65, lambda: _of_offices(view, view.office_sounds, word.sound_whole)
    yield 60, lambda: _of_offices(view, view.office_sounds, word.sound)
    if word.latin and len(word.word) >= 3:
        yield 50, lambda: view.initials.scan(word.scattered)
        yield 40, lambda: view.spelt_keys.scan(word.text)


def _of_offices(view: _View, lines: _Lines, pattern: re.Pattern[str]) -> Iterator[int]:
    offices = {view.index.department_owner[line] for line in lines.scan(pattern)}
    return iter(sorted(number for office in offices for number in view.by_office.get(office, ())))


def _anywhere(view: _View, word: _Word, number: int) -> bool:
    """Whether a word that is not the leading one matches an entry in any way."""
    if word.latin and word.digits >= 2 and word.word.upper() in view.codes.items[number]:
        return True
    pattern = word.sound if word.has_latin else word.text
    lines, extra, offices = (
        (view.sounds, view.extra_sounds, view.office_sounds)
        if word.has_latin
        else (view.folded, view.extra, view.offices)
    )
    if pattern.search(lines.items[number]) or (not word.has_latin and word.scattered.search(lines.items[number])):
        return True
    return number in _set(view, word, "extra", extra, pattern) or view.index.department_of[number] in _set(
        view, word, "office", offices, pattern
    )


def _set(view: _View, word: _Word, kind: str, lines: _Lines, pattern: re.Pattern[str]) -> frozenset[int]:
    """The entries (or departments) that a word finds in other lines; kept on the word for the query's length."""
    if kind not in word.kept:
        owner = view.index.extra_owner if kind == "extra" else view.index.department_owner
        word.kept[kind] = frozenset(owner[line] for line in lines.scan(pattern))
    return word.kept[kind]


def _near(view: _View, word: str, limit: int) -> dict[int, int]:
    """Entries whose spelling is near: a slip of the finger or a wrong character."""
    if len(word) < 3:
        return {}
    from rapidfuzz import fuzz, process

    latin = word.isascii()
    lines = view.spelt if latin else view.folded.items
    # A wrong letter or two in five, a wrong character in three or two in seven: less is not the same word any more.
    cutoff = 80 if latin else 66 if len(word) == 3 else 70
    found = process.extract(word, lines, scorer=fuzz.partial_ratio, score_cutoff=cutoff, limit=limit)
    best = sorted(((round(score), number) for _, score, number in found), key=lambda pair: (-pair[0], pair[1]))
    return {number: score * 3 // 10 for score, number in best}


def _hits(view: _View, found: dict[int, int], words: list[_Word]) -> list[Hit]:
    index = view.index
    hits: list[Hit] = []
    for number, score in found.items():
        office, name = index.department_of[number], view.names.items[number]
        hits.append(
            Hit(
                key=view.keys.items[number],
                name=name,
                department=index.department_short[office] if office >= 0 else "",
                code=view.codes.items[number],
                score=score,
                spans=_spans(view, number, name, words),
                kind="bundle" if number < index.bundles else "matter",
            )
        )
    return hits


def _spans(view: _View, number: int, name: str, words: list[_Word]) -> tuple[int, ...]:
    """The positions in ``name`` of the characters that the words matched."""
    folded, sounds = view.folded.items[number], view.sounds.items[number]
    units: set[int] = set()
    for word in words:
        units.update(matched_units(word.word, word.sound, word.scattered, folded, sounds))
    if not units:
        return ()
    places = [place for place, char in enumerate(name) for _ in fold(char)]
    if len(places) != len(folded):
        return ()
    return tuple(sorted({places[unit] for unit in units if unit < len(places)}))
