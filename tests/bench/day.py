"""A day of 3,000 tickets: what the ticket machine, a window and the centre grow by, in memory and on the disk.

Machine and window are opened in this process, one after the other; the centre is a process of its own. The machine
gives each number on line, prints it and sends its facts; the window then calls, serves and finishes every one.
"""

from __future__ import annotations

import gc
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from clerk_tui.cli.beside import Centre, sample_config
from clerk_tui.cli.counter import sync_settings
from clerk_tui.config import Config
from clerk_tui.services import numbers, ticketing
from clerk_tui.services.calling import Window
from clerk_tui.services.ticket_printing import print_ticket
from clerk_tui.services.ticketing import Station
from clerk_tui.services.workspace import Workspace, open_workspace
from clerk_tui.sync.run import sync_once
from hall.roles import Actor, Role
from receipts.render import warm_up
from tests.bench.measure import Figure

TICKETS, QUICK = 3_000, 150
WARM = 40
"""So many more before anything is measured: what is loaded once is no growth."""
SEND_EVERY = 50
CLERK = Actor(id="0001", name="周敏", roles=frozenset({Role.CLERK}))


@dataclass(frozen=True)
class Held:
    """What a program holds: its resident memory and its database, in bytes."""

    memory: int
    disk: int

    def since(self, before: Held) -> Held:
        return Held(self.memory - before.memory, self.disk - before.disk)


def run(quick: bool) -> Iterator[Figure]:
    """The day of the machine, then that of the window; the centre has both."""
    folder = Path(tempfile.mkdtemp(prefix="clerk-bench-day-"))
    count = QUICK if quick else TICKETS
    beside = Centre(folder / "central")
    try:
        beside.start()
        with closing(_open(beside, folder, "station", "T1", Role.STATION)) as ws:
            begun: list[Held] = []
            machine = _grown(ws, _giving(ws), count, lambda: begun.append(_centre(beside)))
        with closing(_open(beside, folder, "", "A1", Role.CLERK)) as ws:
            window = _grown(ws, _serving(ws), count, lambda: None)
        yield from _figures("the ticket machine", machine, count, 16, 4_096)
        yield from _figures("a window that serves them all", window, count, 16, 6_144)
        note = "every ticket given, printed, called, served and finished, with the facts of both devices"
        yield from _figures("the centre (SQLite)", _centre(beside).since(begun[0]), count, 32, 16_384, note)
    finally:
        beside.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _figures(
    whose: str, grown: Held, count: int, most_mb: float, most_bytes: float, note: str = ""
) -> Iterator[Figure]:
    what = f"{count:,} tickets, {whose}"
    yield Figure(f"{what}: memory it grew by", grown.memory / 1e6, "MB", aim=most_mb)
    yield Figure(f"{what}: disk a ticket", grown.disk / count, "bytes", aim=most_bytes, note=note)


def _open(beside: Centre, folder: Path, place: str, code: str, role: Role) -> Workspace:
    """A device of the hall that the centre knows."""
    ws = open_workspace(sample_config(Config(), folder, folder / "papers", place=place, code=code))
    ws.seat.centre_url = beside.url()
    beside.enrol(ws, role)
    return ws


def _giving(ws: Workspace) -> Callable[[], None]:
    """One ticket after the other, given and printed; the paper is taken away."""
    warm_up()
    ticketing.take_seat(ws)
    station = Station(ws)
    numbers.refill(ws, station)
    turn = 0

    def give() -> None:
        nonlocal turn
        listed = ticketing.businesses(ws)
        station.forget()
        taken = ticketing.take(ws, station, ticketing.wish_for(ws, listed[turn % len(listed)].key))
        printed = print_ticket(ws, taken.ticket.ticket_id, taken.told)
        assert printed.state == "printed" and not taken.offline
        Path(printed.path).unlink()
        turn += 1

    return give


def _serving(ws: Workspace) -> Callable[[], None]:
    """One visit after the other, called, begun and finished."""
    window = Window(ws, [each.key for each in ticketing.businesses(ws)])

    def serve() -> None:
        window.call_next(CLERK)
        assert window.now().visit is not None, "as many wait as were given"
        window.start(CLERK)
        window.finish(CLERK, "只咨询")

    return serve


def _grown(ws: Workspace, once: Callable[[], None], count: int, begin: Callable[[], None]) -> Held:
    """What this process and its journal grew by over ``count`` times; ``begin`` is called before the first."""
    before = Held(0, 0)
    for place in range(-WARM, count):
        if place == 0:
            _send(ws)
            begin()
            before = _own(ws)
        once()
        if place % SEND_EVERY == 0:
            _send(ws)
    _send(ws)
    return _own(ws).since(before)


def _send(ws: Workspace) -> None:
    sync_once(ws.journal.database, ws.clock, sync_settings(ws.config, ws.seat.centre_url))


def _own(ws: Workspace) -> Held:
    gc.collect()
    return Held(_resident(os.getpid()), _database(ws.config.store_file))


def _centre(beside: Centre) -> Held:
    assert beside._process is not None
    return Held(_resident(beside._process.pid), _database(beside.folder / "central.db"))


def _resident(pid: int) -> int:
    """Resident memory of a process, in bytes."""
    return int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _database(path: Path) -> int:
    """Bytes of the pages that a database uses, what is still in its log included."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as opened:
        total, free, size = (
            opened.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
        )
    return int((total - free) * size)
