"""``clerk station --print``: the print station's screen."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from clerk_tui.i18n import _
from hall.errors import HallError

if TYPE_CHECKING:
    from clerk_tui.config import Config


def open_print_station(config: Config) -> None:
    """The screen, until somebody leaves it.

    Raises:
        HallError: ``no_terminal``; ``no_source``: nowhere to take papers from.
    """
    from clerk_tui import app, i18n
    from clerk_tui.logs import setup_logging
    from clerk_tui.services.print_station import station_of

    station = station_of(config)
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise HallError("no_terminal", _("这里没有终端，打不开屏幕"), hint=_("在终端里运行"))
    setup_logging(config)
    app.prepare(config)
    i18n.install(config.screen.language)
    from clerk_tui.screens.print_station import PrintStationApp

    if code := PrintStationApp(station, config.print_station.name, config.screen.theme).run(mouse=False):
        raise click.exceptions.Exit(code)
