"""Provisions of Chinese law as English cites them: ``建筑法第八条第一款第二项``, Article 8, paragraph 1, item 2.

The numbers follow by rule; the name of the law comes from whoever knows it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

_NUMBER: Final = "[零一二三四五六七八九十百]+"
_PROVISION: Final = re.compile(f"第({_NUMBER})条(?:第({_NUMBER})款)?((?:、?第{_NUMBER}项)*)")
_CITED: Final = re.compile(f"(?:《(?P<quoted>[^《》]+)》|(?P<plain>.*?))(?P<where>第{_NUMBER}条.*)")
_ITEM: Final = re.compile(f"第({_NUMBER})项")
_DIGITS: Final = {digit: number for number, digit in enumerate("零一二三四五六七八九")}
_UNITS: Final = {"十": 10, "百": 100}
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
    name = name_of(law)
    if not name and law.startswith(_STATE) and (short := name_of(law.removeprefix(_STATE))):
        name = f"{short} of the PRC"
    return f"{where} of the {name}" if name else ""


def number_of(numeral: str) -> int:
    """A Chinese numeral below 1000: ``一百三十五`` → 135."""
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
    found: list[str] = []
    end = 0
    for match in _PROVISION.finditer(text):
        if text[end : match.start()] != ("、" if found else ""):
            return ""
        article, paragraph, items = match.groups()
        found.append(f"{number_of(article)}{_within(paragraph, _ITEM.findall(items))}")
        end = match.end()
    if end != len(text):
        return ""
    return f"Article{'s' if len(found) > 1 else ''} {_listed(found)}"


def _within(paragraph: str | None, items: list[str]) -> str:
    within = f", paragraph {number_of(paragraph)}" if paragraph else ""
    if items:
        within += f", item{'s' if len(items) > 1 else ''} {_listed([str(number_of(item)) for item in items])}"
    return within


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
