"""The pictures of the hall's own screens: ticket machine, display, board, on an ordinary morning that stands still."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import structs

from clerk_tui.app import prepare
from clerk_tui.config import CentreSection, Config, DeviceSection
from clerk_tui.screens import station_pages as pages
from clerk_tui.screens.station import StationApp
from clerk_tui.services.numbers import Outlook
from clerk_tui.services.ticket_printing import Printed
from clerk_tui.services.ticketing import Taken
from clerk_tui.services.workspace import Workspace
from hall.queue_wire import Told
from hall.tickets import Ticket
from tests.clerk_tui.conftest import MONDAY
from tests.clerk_tui.screens.conftest import Clerk
from tests.clerk_tui.screens.kiosk_rig import Visitor, at, make_board, make_display

Shoot = Callable[[Clerk | Visitor, str], None]
"""Keeps the screen of whoever has an ``app``, under a name."""
WAITS = ((5, 12.3, 2), (0, 0.0, 1), (14, 33.0, 2), (2, 0.0, 1), (0, 0.0, 0), (1, 4.0, 1))
"""Of each business: how many wait, for how many minutes, at how many windows."""


async def board_and_display(shoot: Shoot, size: tuple[int, int]) -> None:
    """What everybody sees over the windows, and the supervisor on the board."""
    async with at(make_display(Config()), size) as visitor:
        shoot(visitor, "display")
    async with at(make_board(Config()), size) as visitor:
        shoot(visitor, "board")
        await visitor.press("3")
        shoot(visitor, "board-windows")


async def ticket_machine(shoot: Shoot, ws: Workspace, size: tuple[int, int]) -> None:
    """The choice of a business, and the number that was given."""
    config = structs.replace(ws.config, device=DeviceSection(code="T1"), centre=CentreSection(enabled=False))
    prepare(config)
    app = StationApp(config, lambda: ws)
    async with app.run_test(size=size) as pilot:
        clerk = Clerk(app, pilot)  # type: ignore[arg-type]
        await clerk.until(lambda: app.workspace is not None and "企业开办" in clerk.text)
        app._ended.set()
        app._wake.set()
        await pilot.pause()
        listed = ws.catalogue.hall.businesses
        app.seen = tuple(
            Outlook(business=each, waiting=count, wait_min=wait, windows=windows)
            for each, (count, wait, windows) in zip(listed, WAITS, strict=True)
        )
        app.note = ""
        app.home()
        await pilot.pause()
        shoot(clerk, "station")
        ticket = Ticket(ticket_id="t", business=listed[0].key, number="A012", day=MONDAY, issued_ms=1)
        told = Told(ahead=5, wait_min=18, least_min=12, most_min=25)
        app.show(pages.Given(Taken(ticket=ticket, told=told), listed[0], Printed(ticket=ticket, state="printed")))
        await pilot.pause()
        shoot(clerk, "station-number")
