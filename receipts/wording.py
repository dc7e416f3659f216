"""How papers write dates, limits, amounts and counts: once, so that every paper writes them alike."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from hall.catalogue.model import Limit

_DIGITS: Final = "零壹贰叁肆伍陆柒捌玖"
_PLACES: Final = ("", "拾", "佰", "仟")
_GROUPS: Final = ("", "万", "亿", "兆")


def chinese_date(day: dt.date | None, provisional: bool = False) -> str:
    """``2026年9月18日``; one that depends on a year without a calendar says so (domain.md §9a.12)."""
    if day is None:
        return ""
    return f"{day.year}年{day.month}月{day.day}日" + ("（暂按周末推算）" if provisional else "")


def days_text(days: float, unit: str) -> str:
    """``5个工作日``, ``30个自然日``."""
    return f"{days:g}{'个工作日' if unit == 'working_day' else '个自然日'}"


def limit_text(limit: Limit | None) -> str:
    """``5个工作日``, ``7个自然日（自收到申请之日起）``, ``当场办结``."""
    if limit is None:
        return ""
    if limit.unit == "on_the_spot":
        return "当场办结"
    return days_text(limit.days, limit.unit) + ("（自收到申请之日起）" if limit.starts == "received" else "")


def copies_text(number: int) -> str:
    """``2份``, and a dash for what is not handed in."""
    return f"{number}份" if number else "—"


def amount_text(fen: int) -> str:
    """Fen as yuan: ``1,200.00元``."""
    return f"{fen / 100:,.2f}元"


def capital_amount(fen: int) -> str:
    """Fen in the characters that cannot be altered (正确填写票据和结算凭证的基本规定): ``壹仟贰佰元整``.

    Raises ValueError for a negative amount or one of 10^16 yuan and more.
    """
    yuan, rest = divmod(fen, 100)
    if fen < 0 or yuan >= 10**16:
        raise ValueError("amount out of range")
    jiao, cents = divmod(rest, 10)
    text = f"{_whole(yuan)}元" if yuan or not rest else ""
    if not rest:
        return text + "整"
    if jiao:
        text += f"{_DIGITS[jiao]}角"
    elif yuan:
        text += "零"
    return text + (f"{_DIGITS[cents]}分" if cents else "整")


def _whole(number: int) -> str:
    """A whole number in capital digits, gaps filled by one 零."""
    if number == 0:
        return _DIGITS[0]
    text = ""
    gap = False
    for group in range(len(_GROUPS) - 1, -1, -1):
        part = number // 10 ** (4 * group) % 10**4
        if part == 0:
            gap = bool(text)
            continue
        if text and (gap or part < 1000):
            text += _DIGITS[0]
        text += _four(part) + _GROUPS[group]
        gap = False
    return text


def _four(part: int) -> str:
    text = ""
    gap = False
    for place in range(3, -1, -1):
        digit = part // 10**place % 10
        if digit:
            text += (_DIGITS[0] if gap and text else "") + _DIGITS[digit] + _PLACES[place]
            gap = False
        else:
            gap = True
    return text


def citations(basis: str) -> str:
    """Provisions divided by semicolons as a sentence takes them: ``《食品安全法》第三十三条、第三十五条``."""
    found = (part.strip().rstrip("。") for part in re.split("[；;\n]", basis))
    return "、".join(_LAW.sub(r"《\1》\2\3", part) for part in found if part)


def cited_beside(basis: str, law: str, article: str) -> str:
    """``citations(basis)`` for a sentence that itself goes on with ``article`` of ``law``: that one is not said twice,
    unless it is all there is."""
    named = f"《?(?:中华人民共和国)?{law}》?"
    parts = [part.strip() for part in re.split("[；;\n]", basis)]
    others = [part for part in parts if part and not re.fullmatch(named + article, part)]
    others = [re.sub(f"^({named}第.+)、{article}$", r"\1", part) for part in others]
    return citations("；".join(others) if others else basis)


_LAW: Final = re.compile("^([^《》〔（第]+(?:法|条例|规定|办法|规则|细则))(（[^（）]*）)?(第.+)?$")
