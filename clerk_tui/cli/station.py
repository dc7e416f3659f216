"""``clerk station``: the ticket machine; ``clerk station book`` tells it the appointments.

With ``--print`` this machine is the hall's print station instead (``cli.print_station``).
"""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clerk_tui.cli.console import Session, answer, argument, command, json_option
from clerk_tui.cli.helping import Group
from clerk_tui.i18n import _
from hall import os_words
from hall.errors import BadInput, HallError

if TYPE_CHECKING:
    from clerk_tui.cli.beside import Centre
    from clerk_tui.config import Config

PLACE, CODE = "station", "T1"
"""Its corner of the sample hall's data, and its device code there."""


@click.group(
    "station", cls=Group, invoke_without_command=True, subcommand_metavar="[COMMAND ...]", options_metavar="[OPTIONS]"
)
@click.option("--demo", is_flag=True, help=_("示例大厅的取号机或打印台：中心由先打开的程序带着（clerk demo 也行）"))
@click.option("--data", metavar="DIR", type=click.Path(path_type=Path), help=_("示例大厅的数据放在这里"))
@click.option("--print", "prints", is_flag=True, help=_("不取号，当打印台：打印全厅窗口送来的文书"))
@click.pass_context
def station(ctx: click.Context, demo: bool, data: Path | None, prints: bool) -> None:
    """The ticket machine or the print station, until somebody leaves it."""
    session: Session = ctx.obj
    if data is not None and not demo:
        raise BadInput("bad_argument", _("--data 只用于 --demo"), field="--data")
    if prints:
        if ctx.invoked_subcommand is not None:
            raise BadInput("bad_argument", _("--print 不能与 book 同用"), field="--print")
        from clerk_tui.cli.print_station import open_print_station, open_sample_print_station

        if demo:
            open_sample_print_station(session.config, _folder(data))
        else:
            open_print_station(session.config)
        return
    if ctx.invoked_subcommand is not None:
        ctx.obj = _Sample(session, data) if demo else session
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise HallError("no_terminal", _("这里没有终端，打不开屏幕"), hint=_("在终端里运行"))
    folder = _folder(data)
    config = _sample(session.config, folder) if demo else session.config
    with _centre(folder) if demo else nullcontext() as beside:
        _open(config, beside)


station.help = _(
    "取号机：选业务取号，打印 80 毫米号票；没有网络用预领的号码。可以扫预约码、收件凭证、号票，也可以优先取号。"
)


@command(
    "book",
    _("收下预约系统导出的文件（CSV 或 JSON：code、business、begin，可有 end、id_number）；写 - 从标准输入读。"),
    _("收下预约"),
)
@argument("file", about=_("预约文件"))
@json_option
def book(session: Session, file: str | None, as_json: bool) -> None:
    """``{"read", "news"}``."""
    from clerk_tui.cli.rules import missing
    from clerk_tui.services import booking
    from clerk_tui.services.ticketing import take_seat

    if file is None:
        raise missing("FILE", "clerk station book")
    content = _content(file)
    with session.workspace() as ws:
        take_seat(ws)
        told = booking.take_in(ws, content)
    line = _("{read} 个预约，其中 {news} 个新的或有变化").format(read=told.read, news=told.news)
    answer(as_json, {"read": told.read, "news": told.news}, lambda: [line])


station.add_command(book)


class _Sample(Session):
    """The session of the sample hall's machine."""

    def __init__(self, session: Session, data: Path | None) -> None:
        super().__init__(session.config_file)
        self.config = _sample(session.config, _folder(data))


def _content(file: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        message = _("预约文件读不出来：{why}").format(why=_(os_words.why(error)))
        raise BadInput("unreadable_file", message, field="FILE", hint=_("检查路径和权限")) from error


def _folder(data: Path | None) -> Path:
    from clerk_tui import paths

    return data or paths.data_dir() / "demo"


def _sample(config: Config, folder: Path) -> Config:
    from clerk_tui.cli.beside import sample_config

    return sample_config(config, folder, folder / "papers", place=PLACE, code=CODE)


def _centre(folder: Path) -> AbstractContextManager[Centre]:
    from clerk_tui.cli.beside import centre_beside

    return centre_beside(folder)


def _open(config: Config, beside: Centre | None) -> None:
    from clerk_tui.app import run_station
    from clerk_tui.cli.counter import supervisor
    from clerk_tui.cli.joining import Joining
    from clerk_tui.cli.kiosk import code_check
    from clerk_tui.logs import setup_logging
    from hall.roles import Role

    setup_logging(config)
    make = supervisor if config.centre.enabled else None
    if beside is not None:
        centre = beside
        code = run_station(config, lambda ws, report: Joining(ws, report, centre, Role.STATION), code_check(config))
    else:
        code = run_station(config, make, code_check(config))
    if code:
        raise click.exceptions.Exit(code)
