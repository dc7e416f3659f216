"""What the line of the queue says: pure, from how things stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from clerk_tui.i18n import N_, _
from clerk_tui.services.calling import Now, Visit
from clerk_tui.widgets.cells import safe
from clerk_tui.widgets.painted import Span
from clerk_tui.widgets.queue_strip import Strip
from hall.masking import mask_name

NEWS_MS: Final = 30_000
"""How long the line tells what happened to a ticket that is no longer here."""
RENEWED_MS: Final = 45_000
"""With less than this left nobody has answered for a while: the countdown is shown."""
NEWS: Final[dict[str, str]] = {
    "nobody": N_("现在没有人等"),
    "unreachable": N_("连不上中心，没有叫到号；扫群众手里的号票，断网也能办"),
    "put_back": N_("{number}还没有来，已回到队里原来的位置"),
    "lapsed": N_("{number}太久没有联系上中心，已回到队里；人来了扫号票办理"),
    "day_over": N_("{number}不是今天的号，过了零点已作废"),
    "gone": N_("{number}已不在本窗口"),
    "found": N_("中心说{number}在本窗口，接着办"),
    "refused": N_("{number}没有办成"),
}

ABOUT_OTHERS: Final = frozenset({"day_over", "refused"})
"""What is told beside a number at the window too: a number set aside is void, something was not done."""


def strip_of(now: Now, names: Mapping[str, str], *, mono_ms: int, at_ms: int, news_ms: int) -> Strip:
    """The line at ``mono_ms`` and ``at_ms`` (Unix); ``news_ms`` is how long ago the last news came."""
    visit = now.visit
    told = _news(now) if now.news is not None and news_ms < NEWS_MS else ""
    if visit is None:
        return _idle(now, told, at_ms)
    strip = _called(now, visit, names, mono_ms) if visit.called else _serving(now, visit, names, at_ms)
    if told and now.news is not None and now.news.kind in ABOUT_OTHERS:
        return replace(strip, about=told, ink="warn", whole="", news=True)
    return strip


def _idle(now: Now, told: str, at_ms: int) -> Strip:
    keys = (*_key("Ctrl+N", _("叫下一位")), *_key("Ctrl+O", _("看排队")))
    if now.state == "closed":
        about, ink = (told, "warn") if told else (_("再叫号就接着办"), "faint")
        return Strip(((_(" 今天已日结 "), "chip-off"),), about, ink, keys, news=bool(told))
    if now.state != "open":
        return Strip(((_(" 暂停叫号 "), "chip-off"),), told, "warn", _key("Ctrl+O", _("看排队")), news=True)
    if now.asking:
        return Strip(((_(" 正在叫号 "), "chip-info"),), "", "faint", keys)
    there = [each for each in now.waiting if each.callable_ms <= at_ms]
    count = f"{len(there)}+" if now.more else str(len(there))
    news = bool(told)
    head: Span = (_("等候 {count} 人").format(count=count), "strong" if there else "faint")
    if not now.online:
        head = (_(" 离线 "), "chip-warn")
        told = told or _("连不上中心，扫群众手里的号票照样办")
    about = told or "  ".join(part for part in (_longest(now, at_ms), _held(now)) if part)
    return Strip((head,), about, "warn" if told else "faint", keys, news=news)


def _called(now: Now, visit: Visit, names: Mapping[str, str], mono_ms: int) -> Strip:
    head: list[Span] = [(f" {safe(visit.number)} ", "chip-info"), (" ", "plain")]
    left = now.lease_until - mono_ms
    if now.lease_until and (not now.online or left < RENEWED_MS):
        head.append((_("连不上中心，还剩 {left}").format(left=_clock(left)), "warn"))
    else:
        calls = visit.ticket.calls
        head.append((_("已叫{calls}次").format(calls=calls) if calls > 1 else _("已呼叫"), "strong"))
    whole = "  ".join(part for part in (_who(visit), _(visit.ticket.why)) if part)
    about = "  ".join(part for part in (whole, _business(visit, names)) if part)
    keys = (*_key("Ctrl+G", _("再叫")), *_key("Ctrl+N", _("没来")))
    return Strip(tuple(head), about, "plain", keys, whole=whole, spare=_key("Ctrl+O", _("看排队")))


def _serving(now: Now, visit: Visit, names: Mapping[str, str], at_ms: int) -> Strip:
    head: list[Span] = [(f" {safe(visit.number)} ", "chip-good"), (" ", "plain"), (_("办理中"), "strong")]
    if visit.alone:
        head += [(" ", "plain"), (_(" 离线 "), "chip-warn")]
    minutes = max(0, at_ms - visit.ticket.started_ms) // 60_000 if visit.ticket.started_ms else 0
    spent = _("{minutes}分钟").format(minutes=minutes) if minutes else ""
    done = _("办好{count}件").format(count=len(visit.served)) if visit.served else ""
    about = "  ".join(part for part in (_who(visit), done, spent, _business(visit, names)) if part)
    return Strip(tuple(head), about, "plain", (*_key("Ctrl+N", _("办结，叫下一位")), *_key("Ctrl+O", _("看排队"))))


def _news(now: Now) -> str:
    news = now.news
    if news is None or news.kind not in NEWS:
        return ""
    said = _(NEWS[news.kind]).format(number=news.number)
    return _("{what}：{text}").format(what=said, text=_(news.text)) if news.text else said


def _who(visit: Visit) -> str:
    return mask_name(visit.ticket.name)


def _business(visit: Visit, names: Mapping[str, str]) -> str:
    return names.get(visit.ticket.business, visit.ticket.business)


def _longest(now: Now, at_ms: int) -> str:
    since = min((each.callable_ms for each in now.waiting), default=at_ms)
    minutes = max(0, at_ms - since) // 60_000
    return _("最久等了{minutes}分钟").format(minutes=minutes) if minutes else ""


def _held(now: Now) -> str:
    numbers = _("、").join(each.number for each in now.desk.held)
    return _("暂放 {numbers}").format(numbers=numbers) if numbers else ""


def _clock(ms: int) -> str:
    seconds = max(0, ms) // 1000
    return f"{seconds // 60}:{seconds % 60:02}"


def _key(key: str, word: str) -> tuple[Span, ...]:
    return (("  ", "plain"), (key, "key"), (f" {word}", "plain"))
