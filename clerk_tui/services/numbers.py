"""Numbers beforehand: blocks of serials for today and the next business day, for when the network is gone.

A block is asked for under an identity that is kept until its answer is on the disk, so that none is had twice.
"""

from __future__ import annotations

import datetime as dt
import logging

from msgspec import Struct

from clerk_tui.services.rights import needs
from clerk_tui.services.ticketing import Station, businesses
from clerk_tui.services.workspace import Workspace
from clerk_tui.store import tickets as store
from clerk_tui.store.connection import translated
from clerk_tui.sync import queue
from clerk_tui.sync.asking import Refused
from hall import queue_wire as w
from hall.catalogue.model import Business
from hall.roles import Permission
from hall.rush import rush

log = logging.getLogger(__name__)
AHEAD_DAYS = 7
"""How far ahead the centre gives numbers."""


class Left(Struct, frozen=True, kw_only=True):
    """How many numbers this device has for when there is no network, by letter."""

    day: dt.date
    letters: dict[str, int]


class Outlook(Struct, frozen=True, kw_only=True):
    """One business on the screen. ``waiting`` for what its windows serve is -1 while nobody can know; ``wait_min`` is
    the mean wait of those called today, in minutes, 0 while there was none; ``windows`` serve it, all of them ``busy``
    or not."""

    business: Business
    waiting: int = -1
    wait_min: float = 0.0
    windows: int = 0
    busy: bool = False


def left(ws: Workspace, station: Station) -> Left:
    """What is left of today's blocks."""
    day = ws.hall_clock.today()
    with translated(ws.journal.path):
        read = ws.journal.read()
        letters = {
            each.letter: sum(block.left for block in store.blocks(read, day, each.letter)) for each in businesses(ws)
        }
    return Left(day=day, letters=letters)


@needs(Permission.TICKETS)
def refill(ws: Workspace, station: Station) -> int:
    """Have enough numbers for today and the next business day; how many blocks were asked for. Asks the network.

    Raises:
        Unreachable: no answer; what was asked for is asked for again next time.
    """
    today = ws.hall_clock.today()
    days = [today]
    following = ws.calendar.next_workday(today).day
    if (following - today).days <= AHEAD_DAYS:
        days.append(following)
    with ws.journal.write() as tx:
        store.forget_blocks(tx, today)
    return sum(_refill(ws, station, day, each.letter) for day in days for each in businesses(ws))


def _refill(ws: Workspace, station: Station, day: dt.date, letter: str) -> int:
    size = ws.config.station.block
    with translated(ws.journal.path):
        had = store.blocks(ws.journal.read(), day, letter)
    open_one = next((block for block in had if not block.first), None)
    if open_one is None and sum(block.left for block in had) * 2 >= size:
        return 0
    block_id, count = (open_one.block_id, open_one.asked) if open_one else (ws.new_id(), size)
    request = w.BlockRequest(block_id=block_id, letter=letter, day=day, count=count)
    with ws.journal.write() as tx:
        store.ask_block(tx, request)
    try:
        reply = station.ask(lambda centre: queue.block(centre, request))
    except Refused as refused:
        log.warning("no block of numbers: %s", refused.code)
        with ws.journal.write() as tx:
            store.drop_block(tx, block_id)
        return 0
    with ws.journal.write() as tx:
        store.keep_block(tx, reply)
    return 1


@needs(Permission.TICKETS)
def outlook(ws: Workspace, station: Station) -> list[Outlook]:
    """The businesses with who waits. Asks the network.

    Raises:
        Unreachable: no answer.
        Refused: this device may not ask.
    """
    told = station.ask(queue.figures)
    ws.hall_clock.told(told.now_ms)
    by_key = {each.business: each for each in told.businesses}
    found = []
    for each in businesses(ws):
        now = by_key.get(each.key, w.BusinessFigures(business=each.key))
        before = rush(told, each.key)
        found.append(
            Outlook(
                business=each,
                waiting=before.waiting,
                wait_min=now.wait_min,
                windows=now.windows,
                busy=not before.at_once,
            )
        )
    return found
