"""The ticket machine: from the press to the ticket in its journal, and to the PDF in the printer's folder."""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from clerk_tui.cli.beside import Centre, sample_config
from clerk_tui.config import Config
from clerk_tui.services import numbers, ticketing
from clerk_tui.services.ticket_printing import print_ticket
from clerk_tui.services.ticketing import Station
from clerk_tui.services.workspace import Workspace, open_workspace
from hall.roles import Role
from receipts.render import warm_up
from tests.bench.measure import Figure, percentile
from tests.bench.queue import bare_ms


def run(quick: bool) -> Iterator[Figure]:
    """Tickets on line from a centre beside, and off line from the block of numbers."""
    folder = Path(tempfile.mkdtemp(prefix="clerk-bench-station-"))
    rounds = 20 if quick else 100
    beside = Centre(folder / "central")
    try:
        beside.start()
        ws = open_workspace(sample_config(Config(), folder, folder / "papers", place="station", code="T1"))
        try:
            ws.seat.centre_url = beside.url()
            beside.enrol(ws, Role.STATION)
            yield from _figures(ws, rounds, bare_ms(folder, rounds))
        finally:
            ws.close()
    finally:
        beside.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _figures(ws: Workspace, rounds: int, bare: float) -> Iterator[Figure]:
    warm_up()
    ticketing.take_seat(ws)
    station = Station(ws)
    numbers.refill(ws, station)
    _taken(ws, station, 3)
    tickets, papers = _taken(ws, station, rounds)
    note = f"p95 {percentile(tickets, 95):.1f} ms of {rounds}; asked of the centre, kept before and after"
    yield Figure(
        "ticket at the machine, on line, p50", statistics.median(tickets), "ms", bare, "bare fsynced commit", aim=8,
        note=note,
    )  # fmt: skip
    note = f"p95 {percentile(papers, 95):.1f} ms of {rounds}"
    yield Figure("ticket from the press to its PDF, p50", statistics.median(papers), "ms", aim=60, note=note)
    station.close()
    ws.seat.centre_url = "http://127.0.0.1:9"
    off = Station(ws)
    tickets, _ = _taken(ws, off, min(rounds, 40))
    off.close()
    yield Figure(
        "ticket at the machine, off line, p50", statistics.median(tickets), "ms", bare, "bare fsynced commit", aim=8
    )


def _taken(ws: Workspace, station: Station, rounds: int) -> tuple[list[float], list[float]]:
    """Milliseconds until the ticket is in the journal, and until its PDF lies in the folder."""
    tickets, papers = [], []
    for _ in range(rounds):
        station.forget()
        begun = time.perf_counter()
        taken = ticketing.take(ws, station, ticketing.wish_for(ws, "company"))
        tickets.append((time.perf_counter() - begun) * 1e3)
        assert print_ticket(ws, taken.ticket.ticket_id, taken.told).state == "printed"
        papers.append((time.perf_counter() - begun) * 1e3)
    return tickets, papers
