"""Programs of one sample hall share one centre: who comes first starts it, who stays goes on with it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from clerk_tui.cli.beside import Centre, sample_config
from clerk_tui.config import Config
from clerk_tui.services.workspace import Workspace, open_workspace
from clerk_tui.sync import queue
from clerk_tui.sync.asking import Centre as Asked
from clerk_tui.sync.asking import Refused, Unreachable
from clerk_tui.sync.token import token_path
from hall import queue_wire as w
from hall.roles import Role


def until(holds: Callable[[], bool], patience_s: float = 30.0) -> None:
    """Look until it is so."""
    end = time.monotonic() + patience_s
    while not holds():
        assert time.monotonic() < end
        threading.Event().wait(0.05)


def asking(ws: Workspace, url: str) -> Asked:
    return Asked(url, token_path(ws.config.store_file, None))


def issued(ws: Workspace, url: str) -> str:
    """The number of a ticket that this device asks for."""
    request = w.IssueRequest(ticket_id=ws.new_id(), business="company", letter="A")
    with asking(ws, url) as centre:
        return queue.issue(centre, request).ticket.number


def answers(ws: Workspace, url: str) -> bool:
    try:
        with asking(ws, url) as centre:
            queue.rule(centre)
    except Unreachable:
        return False
    return True


@pytest.mark.usefixtures("home")
def test_a_ticket_machine_joins_the_counters_centre_and_goes_on_with_it_alone(home: Path) -> None:
    folder = home / "hall"
    with ExitStack() as opened:
        first, second = Centre(folder / "central"), Centre(folder / "central")
        opened.callback(second.stop)
        opened.callback(first.stop)
        first.start()
        second.start()
        url = first.url()
        assert second.url() == url

        counter = open_workspace(sample_config(Config(), folder, folder / "papers"))
        opened.callback(counter.close)
        station = open_workspace(sample_config(Config(), folder, folder / "papers", place="station", code="T1"))
        opened.callback(station.close)
        kiosk = open_workspace(sample_config(Config(), folder, folder / "papers", place="board", code="Y1"))
        opened.callback(kiosk.close)
        first.enrol(counter)
        second.enrol(station, Role.STATION)
        second.enrol(kiosk, Role.KIOSK)
        assert len({ws.journal.path for ws in (counter, station, kiosk)}) == 3

        assert issued(station, url) == "A001"
        with pytest.raises(Refused), asking(station, url) as centre:
            queue.claim(centre, w.ClaimRequest(claim_id=station.new_id(), window="3", businesses=["company"]))
        with pytest.raises(Refused), asking(kiosk, url) as centre:
            queue.issue(centre, w.IssueRequest(ticket_id=kiosk.new_id(), business="company", letter="A"))

        first.stop()
        until(lambda: answers(station, url))
        assert issued(station, url) == "A002", "the same centre, at the same address, with the same tickets"
