"""Provisions of Chinese law as English cites them: ``建筑法第八条第一款第二项``, Article 8, paragraph 1, item 2.

The numbers follow by rule; the name of the law comes from whoever knows it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

_NUMBER: Final = "[零一二三四五六七八九十百千]+"
_PROVISION: Final = re.compile(f"第({_NUMBER})条((?:、?第{_NUMBER}款)*)((?:、?第{_NUMBER}项)*)")
_SPAN: Final = re.compile(f"第({_NUMBER})条至第({_NUMBER})条")
_CHAPTER: Final = re.compile(f"第({_NUMBER})章")
_CITED: Final = re.compile(f"(?:《(?P<quoted>[^《》]+)》|(?P<plain>.*?))(?P<where>第{_NUMBER}[条章].*)")
_NUMBERED: Final = re.compile(r"No\. \d+$")
_PARAGRAPH: Final = re.compile(f"第({_NUMBER})款")
_ITEM: Final = re.compile(f"第({_NUMBER})项")
_DIGITS: Final = {digit: number for number, digit in enumerate("零一二三四五六七八九")}
_UNITS: Final = {"十": 10, "百": 100, "千": 1000}
_STATE: Final = "中华人民共和国"


def cited(text: str, name_of: Callable[[str], str]) -> str:
    """The English of provisions of one law, or empty; ``name_of`` gives the English of a law, empty if unknown."""
    match = _CITED.fullmatch(text)
    if match is None:
        return ""
    where = _where(match["where"])
    law = match["quoted"] or match["plain"] or ""
    if not where or not law:
        return where
    name = named(law, name_of)
    if not name:
        return ""
    return f"{where} of {name}" if _NUMBERED.search(name) else f"{where} of the {name}"


def named(law: str, name_of: Callable[[str], str]) -> str:
    """The English of a law, with 中华人民共和国 before its name or without; empty if unknown."""
    if (name := name_of(law)) or not law.startswith(_STATE):
        return name
    short = name_of(law.removeprefix(_STATE))
    return f"{short} of the PRC" if short else ""


def number_of(numeral: str) -> int:
    """A Chinese numeral below 10,000: ``一百三十五`` → 135, ``一千零四十六`` → 1046."""
    total, digit = 0, 0
    for char in numeral:
        if char in _UNITS:
            total += (digit or 1) * _UNITS[char]
            digit = 0
        else:
            digit = _DIGITS[char]
    return total + digit


def _where(text: str) -> str:
    """``第十六条、第十九条`` → ``Articles 16 and 19``; empty where it is anything else."""
    if span := _SPAN.fullmatch(text):
        return f"Articles {number_of(span[1])} to {number_of(span[2])}"
    if chapter := _CHAPTER.fullmatch(text):
        return f"Chapter {number_of(chapter[1])}"
    found: list[str] = []
    end = 0
    for match in _PROVISION.finditer(text):
        if text[end : match.start()] != ("、" if found else ""):
            return ""
        article, paragraphs, items = match.groups()
        within = _within("paragraph", _PARAGRAPH.findall(paragraphs)) + _within("item", _ITEM.findall(items))
        found.append(f"{number_of(article)}{within}")
        end = match.end()
    if end != len(text):
        return ""
    return f"Article{'s' if len(found) > 1 else ''} {_listed(found)}"


def _within(what: str, numerals: list[str]) -> str:
    """``, items 2 and 4``; empty where there are none."""
    numbers = _listed([str(number_of(numeral)) for numeral in numerals]) if numerals else ""
    return f", {what}{'s' if len(numerals) > 1 else ''} {numbers}" if numbers else ""


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
