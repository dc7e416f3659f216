"""The English beside the Chinese on a bilingual paper: words from a list, dates, limits and articles by rule.

What the catalogue lists comes with the case (``MatterRef.english``). What people typed (names, addresses, reasons) is
never translated; it stands as it was given.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from receipts.provisions import cited, named

_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_ITEMS: Final = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5}
_DATE = r"(\d{4})年(\d{1,2})月(\d{1,2})日"


def _date(year: str, month: str, day: str) -> str:
    return f"{int(day)} {_MONTHS[int(month) - 1]} {year}"


_RULES: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...]] = (
    (re.compile(_DATE), lambda m: _date(*m.groups())),
    (
        re.compile(_DATE + "（暂按周末推算）"),
        lambda m: f"{_date(*m.groups())} (provisional: public holidays not announced)",
    ),
    (re.compile("至" + _DATE), lambda m: f"until {_date(*m.groups())}"),
    (re.compile(_DATE + r" (\d\d:\d\d)"), lambda m: f"{_date(*m.groups()[:3])}, {m[4]}"),
    (re.compile(f"承诺{_DATE}前补齐"), lambda m: f"Promised by {_date(*m.groups())}"),
    (re.compile(r"([\d.]+)个工作日"), lambda m: f"{m[1]} working day{'' if m[1] == '1' else 's'}"),
    (re.compile(r"([\d.]+)日"), lambda m: f"{m[1]} day{'' if m[1] == '1' else 's'}"),
    (re.compile(r"([\d.]+)个自然日"), lambda m: f"{m[1]} calendar day{'' if m[1] == '1' else 's'}"),
    (
        re.compile(r"([\d.]+)个自然日（自收到申请之日起）"),
        lambda m: f"{m[1]} calendar days from receipt of the application",
    ),
    (
        re.compile(r"([\d.]+)个工作日（自收到申请之日起）"),
        lambda m: f"{m[1]} working days from receipt of the application",
    ),
    (re.compile(r"(-?[\d,]+\.\d\d)元"), lambda m: f"CNY {m[1]}"),
    (re.compile(r"([\d,]+\.\d\d)元，缴至(.+)"), lambda m: f"CNY {m[1]}, to {m[2]}"),
    (re.compile("不适用（.*）"), lambda m: "Not applicable"),
    (re.compile(r"(\d+)次"), lambda m: m[1]),
    (re.compile(r"总局令第(\d+)号"), lambda m: f"Order No. {m[1]}"),
    (re.compile(r"(\d{4})年第(\d+)号"), lambda m: f"No. {m[2]} of {m[1]}"),
    (re.compile(r"(\d{4})年修订"), lambda m: f"revised {m[1]}"),
    (re.compile(r"(\d{4})年修正"), lambda m: f"amended {m[1]}"),
    (re.compile(_DATE + "起施行"), lambda m: f"in force from {_date(*m.groups())}"),
    (re.compile(r"([A-Z]+ \d+)(?:—(\d{4}))?"), lambda m: f"{m[1]}-{m[2]}" if m[2] else m[1]),
    (re.compile(r"(\d+)号窗口"), lambda m: f"Window {m[1]}"),
    (re.compile("免提交（.*）"), lambda m: "Not required, held by the authorities"),
    (
        re.compile("(参照)?《中华人民共和国行政许可法》第三十二条第一款第([一二三四五])项(?:（逾期不告知.*）)?"),
        lambda m: (
            f"Article 32, paragraph 1, item {_ITEMS[m[2]]} of the Administrative Licensing Law of the PRC"
            + (", applied by analogy" if m[1] else "")
        ),
    ),
)


_NUMBERED: Final = (
    (re.compile(r"(\D+)令第(\d+)号"), "{0} Order No. {1}"),
    (re.compile(r"(\D+)令(\d{4})年第(\d+)号"), "{0} Order No. {2} of {1}"),
    (re.compile(r"(\D+)〔(\d{4})〕(\d+)号"), "{0} [{1}] No. {2}"),
)
"""Numbers of orders and documents; who issued them is looked up."""
_BETWEEN: Final = re.compile("(；|、(?=《)|(?<=》)(?=《))")
"""What divides the laws of one basis."""
_CITES: Final = re.compile("《|第[^条]{1,9}条")

_AROUND: Final = (
    (re.compile("(.+号)，(.+)"), "{}, {}"),
    (re.compile("(.+)（有效期(.+)）"), "{} (valid for {})"),
    (re.compile("(.+)（不超过(.+)）"), "{} (at most {})"),
    (re.compile("(.+)（依据：(.+)）"), "{} (basis: {})"),
    (re.compile("(.+)　(\\d+号窗口)"), "{}, {}"),
    (re.compile("或者(.+)"), "or {}"),
    (re.compile("(.+?)：(.+)"), "{}: {}"),
)
_JOINTS: Final = (("；", "; "), ("，", ", "), ("、", ", "))
_LONGEST: Final = 4
"""Of how many parts a text may be that was joined with others by a mark it has in itself."""
_DEEPEST: Final = 3
"""How many brackets and colons may hold one another; papers write two."""


class English:
    """Finds the English of a text of a paper."""

    def __init__(self, words: Mapping[str, str]) -> None:
        # Papers write a question without its mark: "经营业态：餐饮服务".
        asked = {text[:-1]: english.rstrip("?") for text, english in words.items() if text.endswith(("？", "?"))}
        self._words = {**asked, **words}

    def phrase(self, text: str, depth: int = 0) -> str:
        """The English of a whole text, empty where there is none; ``depth`` is in how many others it stands."""
        return self._one(text, depth) or self._joined(text, depth)

    def _one(self, text: str, depth: int) -> str:
        """The English of a text that is not several joined by a mark."""
        known = self._words.get(text)
        if known is not None:
            return known
        for pattern, tell in _RULES:
            match = pattern.fullmatch(text)
            if match:
                return tell(match)
        return cited(text, self._law) or self._law_alone(text) or self._around(text, depth) or self._laws(text, depth)

    def _law(self, name: str) -> str:
        return self._words.get(name) or self._law_alone(name) or self._around(name, 0)

    def _law_alone(self, text: str) -> str:
        """The English of a law's name in its brackets, or of the number of an order or a document."""
        if text.startswith("《") and text.find("》") == len(text) - 1:
            return named(text[1:-1], lambda name: self._words.get(name, ""))
        for pattern, words in _NUMBERED:
            if (match := pattern.fullmatch(text)) and (issuer := self._words.get(match[1])):
                return words.format(issuer, *match.groups()[1:])
        return ""

    def _laws(self, text: str, depth: int) -> str:
        """The English of several laws in a row; empty where one of them has none."""
        parts = _BETWEEN.split(text)[::2] if _CITES.search(text) and "；" not in text else []
        found = [self._one(part, depth) for part in parts] if len(parts) > 1 else []
        return ", ".join(found) if found and all(found) else ""

    def _partly(self, text: str) -> str:
        """A basis whose laws are not all known: each in English that has one, the others as they are."""
        if not _CITES.search(text):
            return text
        parts = _BETWEEN.split(text)
        parts[::2] = [self.phrase(part) or part for part in parts[::2]]
        if parts[::2] == _BETWEEN.split(text)[::2]:
            return text
        parts[1::2] = ["; " if mark == "；" else ", " for mark in parts[1::2]]
        return "".join(parts)

    def _around(self, text: str, depth: int) -> str:
        """The English of one text with another in brackets or after a colon; empty where either has none."""
        for pattern, words in _AROUND if depth < _DEEPEST else ():
            match = pattern.fullmatch(text)
            if match and (parts := self._all(match.groups(), depth)):
                return words.format(*parts)
        within = _bracketed(text) if depth < _DEEPEST else ()
        return "{} ({})".format(*parts) if (parts := self._all(within, depth)) else ""

    def _all(self, texts: Sequence[str], depth: int) -> list[str]:
        """The English of all of them; none where one has none."""
        found: list[str] = []
        for text in texts:
            if not (english := self.phrase(text, depth + 1)):
                return []
            found.append(english)
        return found

    def _joined(self, text: str, depth: int) -> str:
        """The English of texts joined by one mark; empty where one of them has none."""
        for mark, joint in _JOINTS:
            parts = text.split(mark)
            made: list[str] = []
            at = 0
            while len(parts) > 1 and at < len(parts):
                ends = range(min(len(parts), at + _LONGEST), at, -1)
                found = ((end, english) for end in ends if (english := self._one(mark.join(parts[at:end]), depth)))
                at, english = next(found, (len(parts) + 1, ""))
                made.append(english)
            if at == len(parts):
                return joint.join(made)
        return ""

    def values(self, values: Mapping[str, str]) -> dict[str, str]:
        """The values for English sentences: what has an English, in English; the rest as it is. Of a basis each law
        for itself."""
        return {name: self.phrase(value) or self._partly(value) for name, value in values.items()}

    def both(self, text: str) -> str:
        """The text with its English on the next line, where it has one that differs."""
        english = self.phrase(text)
        return f"{text}\n{english}" if english and english != text else text


def _bracketed(text: str) -> tuple[str, ...]:
    """What stands before the bracket that ends a text, and what within it; nothing where none does."""
    depth = 0
    for at in range(len(text) - 1 if text.endswith("）") else -1, -1, -1):
        depth += (text[at] == "）") - (text[at] == "（")
        if not depth:
            return text[:at], text[at + 1 : -1]
    return ()
