"""``clerk station --print``: the print station's screen; with ``--demo`` that of the sample hall."""

from __future__ import annotations

import logging
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from clerk_tui.i18n import _
from hall.errors import HallError

if TYPE_CHECKING:
    from clerk_tui.config import Config

log = logging.getLogger(__name__)
PLACE, CODE, NAME = "print-station", "P1", "demo"
"""Its corner of the sample hall's data, its device code there, and what windows would call it."""
SAMPLES: Final = ("acceptance", "notice", "pickup")
"""The papers that the sample hall's print station gets to print, with fictional people on them."""


def open_print_station(config: Config) -> None:
    """The screen, until somebody leaves it.

    Raises:
        HallError: ``no_terminal``; ``no_source``: nowhere to take papers from.
    """
    from clerk_tui import app, i18n
    from clerk_tui.logs import setup_logging
    from clerk_tui.services.print_station import station_of

    station = station_of(config)
    _require_terminal()
    setup_logging(config)
    app.prepare(config)
    i18n.install(config.screen.language)
    from clerk_tui.screens.print_station import PrintStationApp

    if code := PrintStationApp(station, config.print_station.name, config.screen.theme).run(mouse=False):
        raise click.exceptions.Exit(code)


def open_sample_print_station(config: Config, folder: Path) -> None:
    """The screen of the sample hall's print station: it joins the hall's centre, or starts it, and a few sample papers
    come to it there.

    Raises:
        HallError: ``no_terminal``; ``centre_failed``.
    """
    from msgspec.structs import replace

    from clerk_tui.cli.beside import centre_beside, sample_config
    from clerk_tui.config import PrintStationSection
    from clerk_tui.services.workspace import open_workspace
    from hall.roles import Role

    _require_terminal()
    settings = sample_config(config, folder, folder / "papers", place=PLACE, code=CODE)
    own = PrintStationSection(name=NAME, printer=settings.print.target)
    with centre_beside(folder) as centre:
        centre.start()
        ws = open_workspace(settings)
        try:
            centre.enrol(ws, Role.STATION)
        finally:
            ws.close()
        joined = replace(settings, centre=replace(settings.centre, url=centre.url()), print_station=own)
        threading.Thread(target=_send_samples, args=(joined,), name="samples", daemon=True).start()
        open_print_station(joined)


def _send_samples(config: Config) -> None:
    """Send the station what a window might: through the centre, each time as papers of a case of its own."""
    import secrets

    from clerk_tui.services.station_target import StationTarget
    from clerk_tui.sync.asking import Centre
    from clerk_tui.sync.token import token_path
    from hall.reference import make_reference
    from receipts.render import render
    from receipts.sample_papers import sample_document

    target = StationTarget(Centre(config.centre.url, token_path(config.store_file, config.token_file)), NAME)
    case = make_reference(config.hall.office, "A1", secrets.randbelow(90_000) + 1)
    try:
        for kind in SAMPLES:
            target.put(f"{case}-{kind}-1.pdf", render(sample_document(kind)).pdf)
    except HallError as error:
        log.warning("no sample papers at the print station: %s", error.code)


def _require_terminal() -> None:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise HallError("no_terminal", _("这里没有终端，打不开屏幕"), hint=_("在终端里运行"))
