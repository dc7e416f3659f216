"""The status line's facts, put together from clock, calendar and outbox."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from clerk_tui.i18n import N_, _
from clerk_tui.widgets.phrases import age, clock_words
from hall.errors import HallError
from hall.moments import local_time

STOPPED = {
    "fork": N_("账本分叉 F12"),
    "revoked": N_("设备注销 F12"),
    "forbidden": N_("中心不收 F12"),
    "token": N_("令牌失效 F12"),
    "update_needed": N_("要升级 F12"),
}
"""What ends sending until a person sees to it, by the trouble that the sync told (``sync.messages.TroubleKind``)."""

if TYPE_CHECKING:
    from clerk_tui.services.outbox import SyncStatus
    from clerk_tui.services.workspace import Workspace
    from clerk_tui.widgets.bars import Standing


def standing_now(before: Standing, workspace: Workspace, sync: Any) -> Standing:
    """How things stand at this second; ``sync`` is ``services.outbox.SyncStatus`` as last read, or ``None``."""
    now_ms = workspace.clock.now_ms()
    zone = workspace.config.timezone
    today = workspace.clock.today()
    known = workspace.calendar.is_known(today)
    values: dict[str, Any] = {
        "hall": workspace.catalogue.hall.name,
        "clerk": workspace.seat.actor.name if workspace.seat.actor is not None else "",
        "day": today.isoformat(),
        "weekday": today.weekday(),
        "workday": workspace.calendar.is_workday(today) if known else None,
        "time": clock_time(now_ms, zone),
    }
    if sync is not None:
        pending = sync.pending - sync.silent
        values |= {
            "pending": pending,
            "oldest": age(now_ms - sync.oldest_ms) if pending and sync.oldest_ms else "",
            "contact": clock_time(sync.last_contact_ms, zone) if sync.last_contact_ms else "",
            "online": bool(sync.online),
            "quarantined": _count(sync.quarantined),
            "sealed": sync.sealed_facts,
        }
    stopped = STOPPED.get(sync.trouble, "") if sync is not None else ""
    return replace(before, **values | _prints(workspace), trouble=_trouble(workspace, _(stopped)))


def forked(sync: SyncStatus) -> tuple[HallError, str]:
    """What whoever sits at a forked counter is told at once, and what it means: the numbers that it would give next may
    be other people's."""
    hint = _("请管理员运行 clerk restore（运行维护手册）")
    return HallError("fork", _(sync.trouble_words), hint=hint), _(
        "再收的件会用到别人已经拿到的编号；已保存的记录没有丢。"
    )


def _trouble(workspace: Workspace, stopped: str) -> str:
    """What endangers the records themselves or makes their times wrong, in a word for the line on top; ``""`` while
    all is well. ``stopped``: why the centre takes nothing more until a person has seen to it."""
    from clerk_tui.services.health import health

    found = health(workspace)
    if found.stopped:
        return _("磁盘出错 只能查看")
    if found.look is not None and found.look.what == "journal":
        return _("账本受损 F12")
    if stopped:
        return stopped
    if found.disk != "enough":
        return _("磁盘快满了") if found.disk == "low" else _("磁盘已满 不收新件")
    if found.log:
        return _("账本被占住 F12")
    if (unsure := _unsure(workspace)) and found.look is None:
        return _("{count}件缺日历 F12").format(count=unsure)
    if found.look is not None:
        return _("备份失败 F12")
    return _("防回滚失效") if found.witness else clock_words(workspace.hall_clock.skew_ms)


def _unsure(workspace: Workspace) -> int:
    """Cases of which nobody can say whether the law has accepted them; only in a year without a calendar."""
    if workspace.calendar.is_known(workspace.clock.today()):
        return 0
    from clerk_tui.services import upkeep

    try:
        return len(upkeep.unsure(workspace))
    except HallError:
        return 0


def _prints(workspace: Workspace) -> dict[str, int]:
    """Papers that a person has to see to; what cannot be read now stays as it was."""
    from clerk_tui.services.print_queue import outstanding

    try:
        found = outstanding(workspace)
    except HallError:
        return {}
    return {"unprinted": found.failed, "unsettled": found.unknown}


def clock_time(at_ms: int, zone: dt.tzinfo) -> str:
    """``09:41`` in the hall's zone."""
    return local_time(at_ms, zone).strftime("%H:%M")


def _count(value: Any) -> int:
    return value if isinstance(value, int) else len(value)
