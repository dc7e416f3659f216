"""``clerk sign-in``, ``sign-out``, ``whoami``, ``pin``: who the commands act for in a hall with clerks.

A PIN is asked for without being shown, or read from standard input; it is never an argument.
"""

from __future__ import annotations

import sys

import click

from clerk_tui.cli.console import Session, answer, argument, command, json_option
from clerk_tui.cli.rules import missing
from clerk_tui.i18n import _
from hall.errors import BadInput, HallError
from hall.moments import local_time


@command(
    "sign-in",
    _(
        "签到：之后的命令都记在这个人名下，最长八小时，到 clerk sign-out 为止。密码不显示；"
        "标准输入不是终端时从那里读一行。只有中心给本厅设了人员才需要。"
    ),
)
@argument("number", about=_("工号"))
@json_option
def sign_in(session: Session, number: str | None, as_json: bool) -> None:
    """``{"clerk", "name", "roles", "until", "offline"}``."""
    from clerk_tui.services import signing_in

    if number is None:
        raise missing("NUMBER", "clerk sign-in")
    with session.workspace() as ws:
        if not signing_in.required(ws):
            hint = _("请管理员在中心用 clerk-central clerk add 添加人员")
            raise HallError("no_clerks", _("中心还没有给本厅设人员，不用签到"), field="NUMBER", hint=hint)
        found = signing_in.sign_in(ws, number, _ask(_("密码")))
        if found.must_change:
            raise HallError(
                "must_change", _("这个密码是别人给的，要先换"), field="pin", hint="clerk pin " + found.actor.id
            )
        until = signing_in.keep_for_commands(ws)
        zone = ws.config.timezone
    told = {
        "clerk": found.actor.id,
        "name": found.actor.name,
        "roles": sorted(found.actor.roles),
        "until": local_time(until, zone).isoformat(timespec="seconds"),
        "offline": found.offline,
    }
    answer(as_json, told, lambda: [_("{name} 已签到，到 {until} 为止").format(name=told["name"], until=told["until"])])


@command("sign-out", _("签退：之后的命令要再签到。没有上传的记录留在本机，照常上传。"))
@json_option
def sign_out(session: Session, as_json: bool) -> None:
    """``{"ok"}``."""
    from clerk_tui.services import signing_in

    with session.workspace() as ws:
        signing_in.sign_out(ws)
    answer(as_json, {"ok": True}, lambda: [_("已签退")])


@command("whoami", _("现在的命令记在谁名下，有哪些权限。"))
@json_option
def whoami(session: Session, as_json: bool) -> None:
    """``{"clerk", "name", "roles"}``."""
    from hall.roles import ROLE_NAMES

    with session.workspace() as ws:
        actor = ws.clerk
    told = {"clerk": actor.id, "name": actor.name, "roles": sorted(actor.roles)}
    names = "、".join(ROLE_NAMES[role] for role in sorted(actor.roles))
    answer(as_json, told, lambda: [f"{actor.id} {actor.name} {names}"])


@command("pin", _("修改自己的密码：6 到 12 位数字。要连得上中心；标准输入不是终端时读两行，先旧后新。"))
@argument("number", about=_("工号"))
@json_option
def pin(session: Session, number: str | None, as_json: bool) -> None:
    """``{"clerk"}``."""
    from clerk_tui.services import signing_in

    if number is None:
        raise missing("NUMBER", "clerk pin")
    with session.workspace() as ws:
        old, new = _ask(_("现在的密码")), _ask(_("新密码"))
        if sys.stdin.isatty() and _ask(_("再输一次")) != new:
            raise BadInput("pins_differ", _("两次输入的不一样"), field="new_pin", hint=_("再来一次；密码没有改"))
        changed = signing_in.change_pin(ws, number, old, new)
    answer(as_json, {"clerk": changed.actor.id}, lambda: [_("密码已修改")])


def _ask(label: str) -> str:
    """A PIN, from the keyboard without showing it, or a line of standard input."""
    if sys.stdin.isatty():
        return str(click.prompt(label, hide_input=True, err=True))
    return sys.stdin.readline().strip()
