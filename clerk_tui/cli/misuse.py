"""What went wrong before or beneath a command, told like every other error and without repeating what was given."""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Sequence
from difflib import get_close_matches

import click

from clerk_tui.i18n import _
from hall.errors import BadInput, HallError

_OPTION = re.compile(r"--?[A-Za-z][A-Za-z-]{0,40}")


def explain(error: click.ClickException, commands: Sequence[str] = ()) -> HallError:
    """A misuse of the command line; values are not repeated, they may be somebody's number."""
    ctx = getattr(error, "ctx", None)
    path = ctx.command_path if ctx is not None else "clerk"
    hint = _("用法见 {command} --help").format(command=path)
    if isinstance(error, click.exceptions.NoSuchOption):
        name = error.option_name if _OPTION.fullmatch(error.option_name) else ""
        near = "、".join(error.possibilities or [])
        return BadInput(
            "unknown_option",
            _("没有选项 {name}").format(name=name).rstrip(),
            field=name or None,
            hint=_("是不是 {near}？").format(near=near) if near else hint,
        )
    if isinstance(error, click.BadParameter):
        name = _name_of(error.param)
        if isinstance(error, click.MissingParameter):
            return BadInput("missing_argument", _("缺少 {name}").format(name=name), field=name, hint=hint)
        if error.param is not None and isinstance(error.param.type, click.Choice):
            hint = _("可用：{choices}").format(choices="、".join(map(str, error.param.type.choices)))
        return BadInput("bad_argument", _("{name} 的值不对").format(name=name), field=name, hint=hint)
    if "No such command" in error.message:
        return _unknown_command(error.message, ctx, commands, hint)
    if "extra argument" in error.message:
        return BadInput("too_many_arguments", _("参数太多"), hint=hint)
    if isinstance(error, click.exceptions.BadOptionUsage):
        return BadInput("bad_argument", _("{name} 的用法不对").format(name=error.option_name), hint=hint)
    return BadInput("usage", _("命令的用法不对"), hint=hint)


def _name_of(param: click.Parameter | None) -> str:
    if param is None:
        return ""
    return param.opts[0] if isinstance(param, click.Option) else (param.name or "").upper()


def _unknown_command(message: str, ctx: click.Context | None, commands: Sequence[str], hint: str) -> HallError:
    found = re.search(r"'([A-Za-z][A-Za-z-]{0,30})'", message)
    name = found[1] if found else ""
    known = commands
    if ctx is not None and ctx.parent is not None and isinstance(ctx.command, click.Group):
        known = ctx.command.list_commands(ctx)
    near = get_close_matches(name, known, n=1)
    hint = _("是不是 {near}？").format(near=near[0]) if near else hint
    return BadInput("unknown_command", _("没有命令 {name}").format(name=name).rstrip(), hint=hint)


def fault(error: Exception) -> HallError:
    """An exception nobody expected: the log gets its type and place, but neither its message nor any value."""
    from clerk_tui import paths
    from clerk_tui.config import Config
    from clerk_tui.logs import setup_logging

    where = "".join(traceback.format_tb(error.__traceback__))
    hint = _("把日志交给维护人员；已经确认的办件都在账本里")
    try:
        log = setup_logging(Config())
        logging.getLogger("clerk_tui.cli").critical("%s\n%s", type(error).__name__, where)
    except HallError:
        log = paths.log_file()
    return HallError("internal", _("程序出错，经过记在 {log}").format(log=log), hint=hint)
