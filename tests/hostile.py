"""Names as nobody is called, and as some people are: what a keyboard, a paste, a scanner or another window may bring.

``names(n)`` gives the same ``n`` names every time. About half of them may be stored; the others have to be refused.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import msgspec

from hall.case import Case

_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗仇单查区"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华文玉兰建国红志"
_RARE = "㛃䶮㺭𠮷𡈽𠅤𫖯𬀩𬬭𪣻"
_MARKUP = (
    "{n}[/b]", "{n}[/]", "[b]{n}", "[red on blue]{n}", "[@click=app.quit]{n}[/]", "[link=file:///etc/passwd]{n}[/link]",
    "{n}[", "[{n}]", "{n}\\[", "[[{n}]]", "[blink]{n}[/blink]", "{{{n}}}", "{n}{{0}}", "%s{n}%d", "<b>{n}</b>",
    "&lt;{n}&amp;", "${{{n}}}", "`{n}`", "{n}'; DROP TABLE event;--", "{n}\\", '{n}"', "../{n}", "{n}|ls", "$({n})",
    "[$accent]{n}", "[bold]{n}[/bold]", "[/{n}]", ":smile:{n}",
)  # fmt: skip
_STEERING = (
    "\x1b[5;31m{n}",
    "{n}\x1b[2J",
    "\x1b]52;c;aGFja2Vk\x07{n}",
    "{n}\x1b]0;taken\x07",
    "\x1b[5m{n}\x1b[0m",
    "\x1bP1$r{n}\x1b\\",
    "\x9b5;41m{n}",
    "{n}\x9d52;c;eA==\x9c",
    "\x1b[?1049l{n}",
    "{n}\x1bc",
    "\x1b[200~{n}\x1b[201~",
    "{n}\x1b[6n",
    "\x1b]8;;http://a.invalid\x1b\\{n}",
    "\x1b_G{n}\x1b\\",
    "{n}\x1b[>c",
)
_CONTROLS = "\x00\x01\x07\x08\t\n\x0b\x0c\r\x0e\x0f\x1a\x1c\x7f\x80\x84\x85\x90\x98\x9c\x9e\x9f"
_BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
_UNSEEN = (
    "\u2028\u2029\ufff9\ufffc"
    "\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e\u3164\u115f\u2800\ufe0f\u034f\U000e0041\U000e0101"
)
_MARKS = "".join(chr(code) for code in (*range(0x300, 0x334), 0x489, 0x20DD, 0x20E3, 0x1AB0, 0xFE20, 0x0E47, 0x064B))
_RTL = ("محمد علي", "דוד כהן", "فاطمة الزهراء", "عبد الله", "יעקב", "ئابدۇللا", "سارة", "محمّد")
_EMOJI = ("👨‍👩‍👧", "🏳️‍🌈", "👩🏽‍🦰", "🇨🇳", "😀", "☠️", "1️⃣", "🧿", "✌🏿", "🫠")
_LATIN = ("José ÁLVAREZ", "Nguyễn Văn Ánh", "O'Brien", "Ö. Müller-Lüdenscheidt", "İbrahim Ğül", "Łukasz Żółw", "Ǆ ǈ")
_DOTTED = ("阿卜杜拉·买买提", "阿卜杜拉.买买提", "古丽 • 艾山", "买买提・吐尔逊", "Jean.Luc", "欧阳 ‧ 娜")


class Hostile(NamedTuple):
    """A name and what is the matter with it."""

    kind: str
    text: str


def names(count: int, seed: int = 1) -> list[Hostile]:
    """So many names, every kind in turn, the same for the same seed."""
    chance = random.Random(seed)
    kinds = list(_KINDS.items())
    made = []
    for number in range(count):
        kind, make = kinds[number % len(kinds)]
        made.append(Hostile(kind, make(chance)))
    return made


def _plain(chance: random.Random) -> str:
    return chance.choice(_SURNAMES) + "".join(chance.choices(_GIVEN, k=chance.randint(1, 2)))


def _within(chance: random.Random, what: str) -> str:
    name = _plain(chance)
    place = chance.randint(0, len(name))
    return name[:place] + what + name[place:]


def _long(chance: random.Random) -> str:
    length = chance.choice((199, 200, 201, 202, 399, 400, 401, 1000))
    return "".join(chance.choices(_SURNAMES + _GIVEN + _RARE, k=length))


def _piled(chance: random.Random) -> str:
    return _within(chance, "e" + "".join(chance.choices(_MARKS, k=chance.choice((1, 3, 4, 5, 20, 120)))))


def _from(low: int, high: int) -> Callable[[random.Random], str]:
    def make(chance: random.Random) -> str:
        return _within(chance, "".join(chr(chance.randint(low, high)) for _ in range(chance.randint(1, 4))))

    return make


def _one_of(words: tuple[str, ...] | str) -> Callable[[random.Random], str]:
    return lambda chance: _within(chance, chance.choice(words))


def _form(forms: tuple[str, ...]) -> Callable[[random.Random], str]:
    return lambda chance: chance.choice(forms).format(n=_plain(chance))


def _mixed(chance: random.Random) -> str:
    parts = (
        *_MARKUP[:6],
        *_STEERING[:6],
        *_BIDI,
        *_EMOJI,
        *_RTL,
        *_RARE,
        chr(chance.randint(0x20000, 0x3FFFF)),
        "\x00",
    )
    return "".join(chance.choice(parts).replace("{n}", _plain(chance)) for _ in range(chance.randint(2, 6)))


def _anything(chance: random.Random) -> str:
    return "".join(chr(chance.randint(0, 0x10FFFF)) for _ in range(chance.randint(1, 12)))


def _assigned(chance: random.Random) -> str:
    """Letters of every script, most of which may be stored."""
    letters: list[str] = []
    while len(letters) < 6:
        char = chr(chance.randint(0x21, 0x323AF))
        if unicodedata.category(char)[0] in "LMNPS":
            letters.append(char)
    return "".join(letters)


_KINDS: dict[str, Callable[[random.Random], str]] = {
    "markup": _form(_MARKUP),
    "rare": _one_of(_RARE),
    "steering": _form(_STEERING),
    "plane 2": _from(0x20000, 0x2EBE0),
    "bidi": _one_of(_BIDI),
    "plane 3": _from(0x30000, 0x323AF),
    "pile": _piled,
    "foreign": _one_of(_LATIN),
    "control": _one_of(_CONTROLS),
    "dotted": lambda chance: chance.choice(_DOTTED),
    "long": _long,
    "right to left": lambda chance: chance.choice(_RTL),
    "nul": _one_of("\x00"),
    "any script": _assigned,
    "unseen": _one_of(_UNSEEN),
    "emoji": _one_of(_EMOJI),
    "half": _from(0xD800, 0xDFFF),
    "private": _from(0xE000, 0xF8FF),
    "blank": lambda chance: chance.choice((" ", "\u3000", "\u00a0", "")).join((*_plain(chance), "")),
    "mixed": _mixed,
    "anything": _anything,
}

FORBIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
"""What no terminal, log or paper may get from a name: controls, directions, unseen and half characters."""

FREE = {
    "name",
    "short",
    "address",
    "phone",
    "legal_person",
    "clerk",
    "window",
    "reason",
    "organ",
    "why",
    "source",
    "standard",
    "held_from",
    "problem",
    "remedy",
    "condition",
    "region_name",
    "supervision_phone",
    "hours",
    "valid_for",
    "court",
}
"""Fields of a case that hold text somebody wrote, or that came from another window."""


def infested(case: Case, words: Iterator[str]) -> tuple[Case, int]:
    """The case with a hostile word in each of these fields, and how many that were."""
    used = 0

    def walk(value: Any, key: str = "") -> Any:
        nonlocal used
        if isinstance(value, dict):
            return {each: walk(inner, each) for each, inner in value.items()}
        if isinstance(value, list | tuple):
            return [walk(inner, key) for inner in value]
        if isinstance(value, str) and key in FREE and value:
            used += 1
            return next(words)
        return value

    return msgspec.convert(walk(msgspec.to_builtins(case)), Case), used
