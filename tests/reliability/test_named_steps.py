"""R3: the process is killed at each named step: what was shown as saved is there, once, on both sides; no paper is lost
and none is printed twice by itself."""

from __future__ import annotations

import os
import signal
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from clerk_tui import faults
from clerk_tui.config import CatalogueSection, Config, PrintSection, StoreSection
from clerk_tui.services import intake, papers
from clerk_tui.services.workspace import Workspace, open_workspace
from clerk_tui.store.device import load_key
from clerk_tui.store.exchange import Outbox, pin_centre
from clerk_tui.sync.client import Client
from clerk_tui.sync.keeper import JournalKeeper
from clerk_tui.sync.messages import Trouble
from hall import wire
from tests.clerk_tui.conftest import ROOT, FixedClock
from tests.clerk_tui.walkins import MISSING, restaurant
from tests.simulator.centre import Centre
from tests.wires import Wire

CASES = 2


class Counter:
    """A counter and its centre in one folder."""

    def __init__(self, folder: Path, cache: Path) -> None:
        config = Config(
            catalogue=CatalogueSection(path=str(ROOT / "catalogue")),
            store=StoreSection(path=str(folder / "clerk.db"), witness=str(folder / "witness")),
            print=PrintSection(target=f"dir:{folder / 'papers'}"),
        )
        self.ws: Workspace = open_workspace(config, FixedClock(), cache_dir=cache)
        self.centre = Centre(folder)
        self.token_file = folder / "token"
        if not self.token_file.exists():
            device = self.ws.journal.device()
            asked = wire.EnrolRequest(
                one_time_code="",
                device=device.device_id,
                device_code=device.incarnation,
                public_key=device.public_key,
            )
            told = self.centre.enrol(asked)
            pin_centre(self.ws.journal.database, told.server_key, told.epoch)
            self.token_file.write_text(told.token)

    def sync(self) -> Trouble | None:
        def carry(request: httpx.Request) -> httpx.Response:
            params, token = dict(request.url.params), request.headers["authorization"].removeprefix("Bearer ")
            status, headers, body = self.centre.answer(request.method, request.url.path, params, token, request.read())
            return httpx.Response(status, headers=headers, content=body)

        journal = self.ws.journal
        keeper = JournalKeeper(journal.database, self.ws.clock)
        with (
            closing(Outbox(journal.path)) as outbox,
            httpx.Client(base_url="http://centre.invalid", transport=Wire(carry)) as http,
        ):
            return Client(http, outbox, load_key(journal.path), self.token_file.read_text(), keeper).run()

    def close(self) -> None:
        self.ws.close()
        self.centre.close()


def a_morning(folder: Path, cache: Path, said: int) -> None:
    """Serve, print and send; says each case on the pipe ``said`` once it is saved."""
    counter = Counter(folder, cache)
    for _ in range(CASES):
        result = intake.submit(counter.ws, restaurant(counter.ws, layout=MISSING))
        os.write(said, f"{result.reference} {result.seq} {result.hash}\n".encode())
        papers.deliver_pending(counter.ws)
        counter.sync()
    counter.close()


def killed_at(folder: Path, cache: Path, name: faults.Point, nth: int) -> tuple[bool, list[list[str]]]:
    """Run the morning in a process of its own that is killed at the ``nth`` passing of a point; whether it got so far,
    and what it had said by then."""
    hear, say = os.pipe()
    child = os.fork()
    if child == 0:
        left = nth

        def at(passed: faults.Point) -> None:
            nonlocal left
            left -= passed == name
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            with faults.watched(at):
                a_morning(folder, cache, say)
        finally:
            os._exit(0)
    os.close(say)
    with os.fdopen(hear) as pipe:
        said = [line.split() for line in pipe]
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status), said


@pytest.mark.parametrize("name", faults.POINTS)
@pytest.mark.parametrize("nth", [1, 2])
def test_killed_at_a_named_step_nothing_is_lost_or_doubled(
    tmp_path: Path, cache: Path, name: faults.Point, nth: int
) -> None:
    killed, said = killed_at(tmp_path, cache, name, nth)
    assert killed or (name == "migrate.after" and nth > 1), "the morning passes every point"

    counter = Counter(tmp_path, cache)
    ws = counter.ws
    verified = ws.journal.verify()
    assert ws.journal.check() == []
    for reference, seq, digest in said:
        fact = ws.journal.sealed(int(seq))
        assert fact is not None and fact.hash.hex() == digest, f"{reference} was shown as saved and is gone"
    # Every paper that a fact issued waits, lies there, or is asked about.
    jobs = dict(ws.journal.read().execute("SELECT paper_id, state FROM print_job").fetchall())
    issued = ws.journal.read().execute("SELECT paper_id FROM paper").fetchall()
    assert sorted(jobs) == sorted(row[0] for row in issued)
    if name.startswith("print."):
        assert [job.paper_id for job in papers.unknown_papers(ws)], "only a person knows whether it came out"
    lying = len(list((tmp_path / "papers").glob("*.pdf"))) if (tmp_path / "papers").is_dir() else 0
    papers.deliver_pending(ws)
    there = len(list((tmp_path / "papers").glob("*.pdf"))) if (tmp_path / "papers").is_dir() else 0
    assert there - lying == list(jobs.values()).count("queued"), "only what was queued is printed by itself"

    assert counter.sync() is None
    at_centre = counter.centre.rows("SELECT seq, hash FROM event ORDER BY seq")
    assert [seq for seq, _ in at_centre] == list(range(1, verified.facts + 1))
    assert ws.journal.device().acked_through == verified.facts
    assert [bytes(digest) for _, digest in at_centre] == [
        sealed.hash for sealed in ws.journal.sealed_from(1, verified.facts)
    ]
    counter.close()
