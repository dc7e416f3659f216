"""``clerk run``: the counter with the workstation's own settings."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from clerk_tui.cli.console import Session, command
from clerk_tui.i18n import _
from hall.errors import HallError

if TYPE_CHECKING:
    from clerk_tui.app import Report, Supervisor
    from clerk_tui.config import Config
    from clerk_tui.screens.counter import CounterApp
    from clerk_tui.services.training import Exercise
    from clerk_tui.services.workspace import Workspace
    from clerk_tui.sync.settings import Settings


@command("run", _("打开窗口工作站：按配置办理，记录自动上传到中心；连不上中心照常办理。"))
def run(session: Session) -> None:
    """The screens, until the clerk leaves."""
    open_counter(session.config, supervisor if session.config.centre.enabled else None)


def open_counter(
    config: Config,
    make_supervisor: Callable[[Workspace, Report], Supervisor] | None,
    exercises: Sequence[Exercise] = (),
    ended: Callable[[CounterApp], None] | None = None,
) -> None:
    """Open the screens and end with their exit code; the log goes to its file first. ``exercises`` and ``ended`` are
    as ``app.run`` has them.

    Raises:
        HallError: ``no_terminal``.
    """
    from clerk_tui.app import run as open_screens
    from clerk_tui.logs import setup_logging

    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        hint = _("在终端里运行；没有终端时用 clerk intake 等命令，或 clerk demo --headless --out DIR")
        raise HallError("no_terminal", _("这里没有终端，打不开屏幕"), hint=hint)
    setup_logging(config)
    if code := open_screens(config, make_supervisor=make_supervisor, exercises=exercises, ended=ended):
        raise click.exceptions.Exit(code)


def supervisor(ws: Workspace, report: Report) -> Supervisor:
    """The sync process of this counter, not yet started."""
    from clerk_tui.sync.supervisor import Supervisor

    return Supervisor(ws.journal.database, ws.clock, sync_settings(ws.config, ws.config.centre.url), report)


def sync_settings(config: Config, url: str) -> Settings:
    """What the sync process must know to speak with the centre at ``url``."""
    from clerk_tui.sync.settings import Settings
    from clerk_tui.sync.token import token_path

    return Settings(
        path=config.store_file,
        url=url,
        token_file=token_path(config.store_file, config.token_file),
        office=config.hall.office,
        first_wait_s=config.centre.first_wait_s,
    )
