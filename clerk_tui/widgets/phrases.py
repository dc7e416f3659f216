"""Words put together the way the clerk's language does it: lists, a thing and what is said of it, ages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from clerk_tui.i18n import N_, _
from hall.names import safe_for_terminal
from hall.verdict import Gap


def listed(words: Iterable[str]) -> str:
    """``户口簿、身份证``."""
    return _("、").join(words)


def said_of(what: str, text: str) -> str:
    """``户口簿：未提交``."""
    return _("{what}：{text}").format(what=what, text=text)


def window_name(incarnation: str) -> str:
    """The window whose journal that is. The centre calls a second journal under one code ``A1~e21f884c8962``."""
    return safe_for_terminal(incarnation.partition("~")[0])


def other_journal(incarnation: str) -> str:
    """That a record is of a second journal under its window's code; empty where it is of the window's own."""
    if "~" not in incarnation:
        return ""
    return _("在 {window} 的另一份账本里").format(window=window_name(incarnation))


def numbered(first: int, last: int) -> str:
    """``第 5 到 7 条``, and of one record ``第 5 条``."""
    words = _("第 {first} 条") if first == last else _("第 {first} 到 {last} 条")
    return words.format(first=first, last=last)


def gap_words(gap: Gap) -> str:
    """What is wrong with a material, and how to put it right."""
    return said_of(_(gap.problem), _(gap.remedy)) if gap.remedy else _(gap.problem)


def gap_settled(corrected: bool, until: dt.date | None) -> str:
    """What became of a gap at an acceptance: put right on the spot, or promised until a day; else ``""``."""
    if corrected:
        return _("（当场更正）")
    return _("（承诺 {day} 补齐）").format(day=until) if until else ""


_FEW_DAYS = {"0.5": N_("0.5个工作日"), "1": N_("1个工作日")}
"""A language with a plural has other words for these."""


def workdays(days: float) -> str:
    """``5个工作日``."""
    text = f"{days:g}"
    return _(_FEW_DAYS[text]) if text in _FEW_DAYS else _("{days}个工作日").format(days=text)


def clock_words(skew_ms: int) -> str:
    """How wrong this machine's clock is (``HallClock.skew_ms``); empty where it is not."""
    if not skew_ms:
        return ""
    return (_("本机时钟快{span}") if skew_ms > 0 else _("本机时钟慢{span}")).format(span=_span(abs(skew_ms)))


def _span(ms: int) -> str:
    """``59分钟``, ``2小时59分钟``, ``1天23小时``: two parts at most, so that nearly three hours are not told as two."""
    hours, minutes = divmod(round(ms / 60_000), 60)
    days, left = divmod(hours, 24)
    if days:
        return _("{days}天{hours}小时").format(days=days, hours=left) if left else _("{days}天").format(days=days)
    if not hours:
        return _("{minutes}分钟").format(minutes=minutes)
    whole = _("{hours}小时") if not minutes else _("{hours}小时{minutes}分钟")
    return whole.format(hours=hours, minutes=minutes)


def age(ms: int) -> str:
    """Milliseconds as ``02:10`` (minutes and seconds), from an hour on ``3小时``, from a day on ``2天``."""
    seconds = max(0, ms) // 1000
    if seconds >= 86400:
        return _("{days}天").format(days=seconds // 86400)
    if seconds >= 3600:
        return _("{hours}小时").format(hours=seconds // 3600)
    return f"{seconds // 60:02}:{seconds % 60:02}"
