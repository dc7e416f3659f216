"""Names and free text as they may be stored, shown and searched.

Names are hostile input: a control or direction-override character in one reaches the terminal, the log and the paper.
So everything that comes in passes ``clean_name`` or ``clean_text`` once, at the edge, and nothing is dropped silently:
what may not be stored is refused by its code point and place. Rules: 民委发〔2016〕33号 (the only separator is U+00B7,
fifty characters at least must fit), GB 18030-2022 §9.4 (every character of level 3).
"""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher
from itertools import islice
from typing import Final

from hall.errors import BadInput, BadName
from hall.gbk_pua import GBK_PUA

MIDDLE_DOT: Final = "\u00b7"
MAX_SAID: Final = 6
"""Changed pieces of a text that ``rewriting`` says."""
MAX_MARKS: Final = 4
"""Combining marks on one base character that ``safe_for_terminal`` lets through; scripts in use need at most three."""

_HAN: Final = (
    "\u2e80-\u2fdf\u3005\u3007\u3021-\u3029\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003fffd"  # planes 2 and 3 hold nothing but Han (extensions B to J)
)
_DOTS: Final = "\u00b7\u0387\u2022\u2027\u2219\u22c5\u30fb\uff65"
_STOPS: Final = ".\uff0e\u2024"
_ORDINARY: Final = re.compile("[ -~\u3001\u3002\u3400-\u9fff\uff08\uff09\uff0c\uff1a\uff1b]*")
_HAN_ONE: Final = re.compile(f"[{_HAN}]")
_BETWEEN_HAN: Final = re.compile(f"(?<=[{_HAN}]) *[{_DOTS}{_STOPS}](?: *[{_DOTS}{_STOPS}])* *(?=[{_HAN}])")
_ANY_DOT: Final = re.compile(f"[{_DOTS}]")
_SPACES: Final = re.compile(r"[ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_EDGE: Final = " \t\r\n\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"

# Drawn as nothing, or changing what stands beside them: two strings that look alike would differ.
_INVISIBLE: Final = frozenset(
    {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2028, 0x2029, 0x2065, 0x2800, 0x3164, 0xFFA0}
    | set(range(0x180B, 0x1810))
    | set(range(0xFE00, 0xFE10))
    | set(range(0xFFF0, 0xFFFD))
    | set(range(0xE0000, 0xE1000))
)
_BIDI: Final = frozenset({0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)})


def forbidden_kind(char: str) -> str | None:
    """Why one character may not be stored or shown, in Chinese, or ``None`` if it may."""
    code = ord(char)
    if 0x20 <= code < 0x7F or 0x3400 <= code <= 0x9FFF:
        return None
    if code in _BIDI:
        return "文字方向控制符"
    if code in _INVISIBLE:
        return "不可见字符"
    if code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF:
        return "非字符码位"
    return {"Cc": "控制字符", "Cf": "不可见字符", "Cs": "残缺的编码", "Co": "自造字（专用区字符）"}.get(
        unicodedata.category(char)
    )


def clean_name(text: str, *, field: str = "name", max_length: int = 200) -> str:
    """A person's or organisation's name in the one form that is stored.

    NFC; old GBK private-use characters become standard ones; a dot between Han characters, of whatever kind, becomes
    ``·`` (U+00B7), a full stop elsewhere stays; runs of blanks become one space, the ends are trimmed. ``max_length``
    counts code points. Raises ``BadName`` for an empty or too long name and for a character that may not be stored.
    """
    name = unicodedata.normalize("NFC", text.translate(GBK_PUA).strip(_EDGE))
    _refuse_forbidden(name, field, BadName)
    name = _SPACES.sub(" ", name)
    name = _BETWEEN_HAN.sub(MIDDLE_DOT, name)
    name = _ANY_DOT.sub(MIDDLE_DOT, name)
    if not says_something(name):
        raise BadName("name_empty", "名称为空或不含文字", field=field, hint="请按证件填写姓名或名称")
    _refuse_long(name, field, max_length, BadName)
    return name


def clean_text(text: str, *, field: str, max_length: int = 500, multiline: bool = False) -> str:
    """Free text (an address, a reason, a remark) in the form that is stored; may be empty.

    NFC, old GBK private-use characters mapped, ends trimmed. With ``multiline`` line ends become ``\\n`` and a tab a
    space; without it both are refused like every other control character. Raises ``BadInput``.
    """
    clean = unicodedata.normalize("NFC", text.translate(GBK_PUA).strip(_EDGE))
    if multiline:
        clean = clean.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
        clean = "\n".join(line.rstrip(_EDGE) for line in clean.split("\n"))
        _refuse_forbidden(clean.replace("\n", " "), field, BadInput)
    else:
        _refuse_forbidden(clean, field, BadInput)
    _refuse_long(clean, field, max_length, BadInput)
    return clean


def rewriting(typed: str, stored: str) -> str:
    """What cleaning changed, piece by piece, so that it can be said: ``[U+E863] -> 䶮、・ -> ·``.

    Blanks at the ends and what is the same give ``""``. A piece that looks like what became of it is named by its code
    points; of many pieces the first are said.
    """
    before = typed.strip(_EDGE)
    if before == stored:
        return ""
    pieces: dict[str, None] = {}
    olds, news = _with_marks(before), _with_marks(stored)
    for tag, start, end, first, last in SequenceMatcher(None, olds, news, autojunk=False).get_opcodes():
        old, new = "".join(olds[start:end]), "".join(news[first:last])
        if tag != "equal":
            pieces.setdefault(
                f"{_shown(old, new)} -> {safe_for_terminal(new.replace(' ', '␣'))}" if new else "删去多余的空格"
            )
    return "、".join([*islice(pieces, MAX_SAID), *(["…"] if len(pieces) > MAX_SAID else [])])


def _with_marks(text: str) -> list[str]:
    """The characters, each with the combining marks on it: a mark that went into its letter was not deleted."""
    found: list[str] = []
    for char in text:
        if found and unicodedata.combining(char):
            found[-1] += char
        else:
            found.append(char)
    return found


def _shown(old: str, new: str) -> str:
    """``old`` as it can be told apart from ``new``."""
    if unicodedata.normalize("NFC", old) != old or not old.strip():
        return f"[{' '.join(f'U+{ord(char):04X}' for char in old)}]"
    return safe_for_terminal(old)


def says_something(text: str) -> bool:
    """Whether a text has at least one letter or number (Unicode L or N, Han newer than Python's tables too): ``"—"`` or
    a zero-width space is no reason."""
    return any(unicodedata.category(char)[0] in "LN" or is_han(char) for char in text)


def has_letter(text: str) -> bool:
    """Whether a text has at least one letter of any script: a name of digits alone is none."""
    return any(unicodedata.category(char)[0] == "L" or is_han(char) for char in text)


def safe_for_terminal(text: str) -> str:
    """Any text as one line that cannot disturb a terminal; for text that did not pass the edge. Never raises.

    Every forbidden character, line ends too, shows as ``[U+XXXX]``; more than four combining marks on one base show
    as ``[+N]``; a mark without a base gets a dotted circle. The result is plain text, not markup.
    """
    if _ORDINARY.fullmatch(text):
        return text
    out: list[str] = []
    marks = 0
    for char in text:
        if forbidden_kind(char) is None and unicodedata.category(char) in ("Mn", "Me"):
            marks += 1
            if marks <= MAX_MARKS:
                out.append(char if out else f"\u25cc{char}")
            continue
        if marks > MAX_MARKS:
            out.append(f"[+{marks - MAX_MARKS}]")
        marks = 0
        out.append(char if forbidden_kind(char) is None else f"[U+{ord(char):04X}]")
    if marks > MAX_MARKS:
        out.append(f"[+{marks - MAX_MARKS}]")
    return "".join(out)


def search_key(text: str) -> str:
    """The form in which names are compared when searching; never shown, never stored as a name. Never raises.

    Case, width, accents, blanks, separators and invisible characters do not count: ``José ÁLVAREZ`` and
    ``jose alvarez``, ``阿卜杜拉·买买提`` and ``阿卜杜拉.买买提`` are the same.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text.translate(GBK_PUA)).casefold())
    bare = "".join(char for char in unicodedata.normalize("NFD", folded) if not "\u0300" <= char <= "\u036f")
    kept = "".join(char for char in bare if unicodedata.category(char)[0] not in "ZP" and forbidden_kind(char) is None)
    return unicodedata.normalize("NFKC", kept)


def is_han(char: str) -> bool:
    """Whether a single character is a Han ideograph or radical, of any extension block."""
    return _HAN_ONE.match(char) is not None


def _refuse_forbidden(text: str, field: str, error: type[BadInput]) -> None:
    for place, char in enumerate(text, start=1):
        kind = "乱码替代符" if char == "\ufffd" else forbidden_kind(char)
        if kind is None:
            continue
        private = unicodedata.category(char) == "Co"
        raise error(
            "private_use" if private else "bad_character",
            f"第 {place} 个字符 U+{ord(char):04X} 是{kind}，不能存入",
            field=field,
            hint="该字没有标准编码，请按证件用生僻字输入法或 Unicode 编码重新录入"
            if private
            else "请删去该字符后重新录入",
        )


def _refuse_long(text: str, field: str, max_length: int, error: type[BadInput]) -> None:
    if len(text) > max_length:
        raise error(
            "too_long",
            f"共 {len(text)} 个字符，超过上限 {max_length} 个",
            field=field,
            hint="请核对是否误粘贴，或按证件上的简称填写" if error is BadName else "请精简后重新录入",
        )
