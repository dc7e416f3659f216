"""``clerk pause``, ``clerk resume``, ``clerk alarm``: what a clerk does about the window itself."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from clerk_tui.cli.console import Session, answer, argument, command, json_option, note
from clerk_tui.cli.rules import missing
from clerk_tui.i18n import _
from hall.moments import local_time

if TYPE_CHECKING:
    from clerk_tui.services.workspace import Workspace


@command("pause", _("暂停服务，要写原因；叫了还没有来的人，号回到队里原来的位置。"))
@argument("reason", about=_("原因，例如 用餐"))
@json_option
def pause(session: Session, reason: str | None, as_json: bool) -> None:
    """``{"state", "reason", "since"}``."""
    from clerk_tui.services import shift

    if reason is None:
        raise missing("REASON", "clerk pause")
    with session.workspace(acting=True) as ws:
        found = shift.pause(ws, reason)
        _let_go(ws)
        _tell_hall(ws)
        since = local_time(found.since_ms, ws.config.timezone).isoformat(timespec="seconds")
    told = {"state": "paused", "reason": found.reason, "since": since}
    answer(as_json, told, lambda: [_("已暂停：{reason}").format(reason=found.reason)])


@command("resume", _("恢复服务；没有暂停的，什么也不写。"))
@json_option
def resume(session: Session, as_json: bool) -> None:
    """``{"state", "reason", "since"}``, the last two ``null``."""
    from clerk_tui.services import shift

    with session.workspace(acting=True) as ws:
        shift.resume(ws)
        _tell_hall(ws)
    answer(as_json, {"state": "open", "reason": None, "since": None}, lambda: [_("已恢复服务")])


@command("alarm", _("静默求助：记录并通知负责人，不用签到，屏幕上什么也不显示。给窗口下面的按钮用。"))
def alarm(session: Session) -> None:
    """Nothing is said, whatever becomes of it."""
    from clerk_tui.services import shift

    with session.workspace() as ws:
        shift.call_for_help(ws)


def _let_go(ws: Workspace) -> None:
    """Whoever was called and has not come goes back to their place."""
    from clerk_tui.services.calling import Window
    from clerk_tui.services.queue_centre import served_here

    businesses = served_here(ws)
    if businesses:
        window = Window(ws, [each.key for each in businesses])
        with closing(window.line):
            window.reload()
            window.let_go(ws.clerk)


def _tell_hall(ws: Workspace) -> None:
    from clerk_tui.services import shift

    if not shift.tell_window(ws):
        note(_("连不上中心：大厅还不知道本窗口暂停或恢复"))
