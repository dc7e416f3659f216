"""``clerk station --print``: this machine as the hall's print station."""

from __future__ import annotations

import click

from clerk_tui.cli.console import Session, command
from clerk_tui.i18n import _


@command("station", _("打印台：打印全厅窗口送来的文书（--print）；没有网络时从共享文件夹取。"), _("打印台"))
@click.option("--print", "prints", is_flag=True, required=True, help=_("当打印台用"))
def station(session: Session, prints: bool) -> None:
    """The screen, until somebody leaves it."""
    from clerk_tui.cli.print_station import open_print_station

    open_print_station(session.config)
