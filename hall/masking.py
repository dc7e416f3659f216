"""Personal data as it may be shown without a reason: enough to recognise one's own, too little to learn another's.

No national standard for counters was found; these are the masks in common use (PIPL art. 6, 51: show the minimum).
A value too short to be masked in part is masked whole.
"""

from __future__ import annotations

import re
from typing import Final

from hall.names import MIDDLE_DOT, is_han, safe_for_terminal

STAR: Final = "*"

_SURNAMES: Final = """
    欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶
    太叔 申屠 公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 闾丘 子车 亓官 司寇 巫马 公西 颛孙 壤驷 公良
    漆雕 乐正 宰父 谷梁 拓跋 夹谷 轩辕 令狐 段干 百里 呼延 东郭 南门 羊舌 微生 公户 公玉 公仪 梁丘 公仲
    左丘 西门 公祖 第五 公乘 贯丘 公皙 南荣 东里 东宫 仲长 子书 子桑 即墨 达奚 褚师 纳兰 叶赫 完颜 耶律
    爱新觉罗
"""
COMPOUND_SURNAMES: Final = frozenset(_SURNAMES.split())
"""Surnames of more than one character; enough of them to mask by, not a list of all."""

_LEVELS: Final = re.compile(
    r"(?:[^\d省市区县旗州盟路街巷号弄村镇]{1,10}(?:省|自治区|特别行政区))?"
    r"(?:[^\d省市区县旗州盟路街巷号弄村镇]{1,8}(?:市|自治州|地区|盟))?"
    r"(?:[^\d省市区县旗州盟街巷号弄村镇]{1,8}(?<![小社园片])(?:区|县|旗|市))?"
)

_LEVEL: Final = re.compile(r"[省市区县旗州盟路街巷弄村镇].*\d|[省市区县].*[路街巷村镇]")
"""What tells an address from a name."""
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
SHORT_NUMBER, LONGEST_AMOUNT = 6, 12
"""Digits of a text, of a number or an amount, that nobody is known by."""


def mask_identity(number: str) -> str:
    """``110101********0011``: of 18 characters the first six and the last four, of shorter ones less."""
    text = safe_for_terminal(number)
    size = len(text)
    if size >= 18:
        return _keep(text, 6, 4)
    if size >= 15:
        return _keep(text, 3, 4)
    if size >= 9:
        return _keep(text, 3, 3)
    return _keep(text, 1, 1) if size >= 5 else STAR * size


def mask_phone(phone: str) -> str:
    """``138****1234``: the first three and the last four of eleven, of shorter ones less."""
    text = safe_for_terminal(phone)
    size = len(text)
    if size >= 11:
        return _keep(text, size - 8 if size <= 13 else 5, 4)
    if size >= 7:
        return _keep(text, 2, 2)
    return _keep(text, 0, 1) if size >= 4 else STAR * size


def mask_name(name: str) -> str:
    """``张*``, ``张*明``, ``欧阳**``, ``阿***·***``, ``J*** S****``."""
    text = safe_for_terminal(name.strip())
    if len(text) <= 1:
        return STAR * len(text)
    if MIDDLE_DOT in text or " " in text or not is_han(text[0]):
        return _mask_words(text)
    for size in (4, 2):
        if len(text) > size and text[:size] in COMPOUND_SURNAMES:
            return _keep(text, size, 0)
    return _keep(text, 1, 1) if len(text) > 2 else _keep(text, 1, 0)


PUBLIC_KINDS: Final = frozenset({"company", "organisation"})
"""Applicants whose name stands in a public register: it is no personal information."""


def mask_party(kind: str, name: str) -> str:
    """The name of an applicant of this kind (``hall.facts.Applicant.kind``): a person's masked, a company's whole."""
    return safe_for_terminal(name.strip()) if kind in PUBLIC_KINDS else mask_name(name)


def mask_address(address: str) -> str:
    """The administrative part down to the district or county, then ``****``, so that not even the length shows."""
    text = safe_for_terminal(address.strip())
    if not text:
        return ""
    match = _LEVELS.match(text)
    shown = match.end() if match is not None else 0
    if shown == 0 or shown >= len(text):
        shown = min(6, len(text) // 3)
    return text[:shown] + STAR * 4


def mask_field(kind: str, value: str) -> str:
    """A value of a matter's own form (``hall.catalogue.model.Field.kind``; empty: not known). What is counted, chosen
    or confirmed names nobody; of a day, which may be a birthday, the year is shown; a text may be anybody's name."""
    text = safe_for_terminal(value.strip())
    match kind:
        case "choice" | "confirm":
            return text
        case "number" | "money" if len(text) <= LONGEST_AMOUNT:
            return text
        case "address":
            return mask_address(text)
        case "phone":
            return mask_phone(text)
    if _DAY.fullmatch(text):
        return f"{text[:4]}-**-**"
    if text.isascii() and sum(char.isdigit() for char in text) >= len(text) / 2:
        # An area and a floor say nothing; what is longer may be a number that people are known by.
        return text if len(text) <= SHORT_NUMBER else mask_phone(text) if len(text) < 15 else mask_identity(text)
    return mask_address(text) if _LEVEL.search(text) else mask_name(text)


def _keep(text: str, head: int, tail: int) -> str:
    return text[:head] + STAR * (len(text) - head - tail) + (text[-tail:] if tail else "")


def _mask_words(text: str) -> str:
    """The first letter of the name, and in a name written with blanks of each word; separators stay."""
    out: list[str] = []
    show = True
    for place, char in enumerate(text):
        if char in f" {MIDDLE_DOT}-":
            out.append(char)
            show = char == " "
            continue
        alone = text[place + 1 : place + 2] in ("", " ", MIDDLE_DOT, "-")
        out.append(char if show and not alone else STAR)
        show = False
    return "".join(out)
