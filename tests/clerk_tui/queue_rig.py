"""A hall with a queue: a real centre process, windows with real journals, and a line between them that can be cut."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import msgspec
import time_machine
from click.testing import CliRunner

from central.cli import main as central
from clerk_tui.cli.counter import sync_settings
from clerk_tui.clock import Clock, SystemClock
from clerk_tui.config import (
    CatalogueSection,
    CentreSection,
    Config,
    DeviceSection,
    HallSection,
    PrintSection,
    StoreSection,
)
from clerk_tui.services.workspace import Workspace, open_workspace
from clerk_tui.sync import queue
from clerk_tui.sync.asking import Centre
from clerk_tui.sync.enrol import enrol
from clerk_tui.sync.run import SyncReport, sync_once
from clerk_tui.sync.token import token_path
from hall import queue_wire as w
from hall import wire
from hall.roles import Actor, Role
from hall.ticketing import TicketBody
from tests.clerk_tui.conftest import ROOT, ZONE
from tests.clerk_tui.sync.test_process import running_centre
from tests.journals import lay_tables

NOON = dt.time(12)
Bend = Callable[[str, bytes], bytes | None]
"""What becomes of a reply: path and body in, the body that arrives out; ``None``: nothing arrives."""
CLERK = Actor(id="0001", name="周敏", roles=frozenset({Role.CLERK}))


def _quiet(request: Any, client_address: Any) -> None:
    """Say nothing."""


class Between:
    """What lies between a window and the centre: ``down`` lets nothing through, ``bend`` changes what comes back.
    ``refused``: what is asked there (the path's end) is answered with this status and body."""

    def __init__(self, target: str) -> None:
        self.down = False
        self.bend: Bend = lambda path, body: body
        self.refused: dict[str, tuple[int, bytes]] = {}
        self.asked: list[tuple[str, bytes]] = []
        between = self
        http = self._http = httpx.Client(base_url=target, timeout=40)

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def carry(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if between.down:
                    self.close_connection = True
                    return
                between.asked.append((self.path, body))
                kept = {
                    k: v
                    for k, v in self.headers.items()
                    if k.lower() in ("authorization", "content-type", "content-encoding")
                }
                if refusal := between.refused.get(self.path.rpartition("/")[2]):
                    reply = httpx.Response(refusal[0], content=refusal[1])
                else:
                    reply = http.request(self.command, self.path, content=body, headers=kept)
                said = between.bend(self.path, reply.content)
                if said is None:
                    self.close_connection = True
                    return
                self.send_response(reply.status_code)
                self.send_header("Content-Type", reply.headers.get("Content-Type", "application/json"))
                self.send_header("Content-Length", str(len(said)))
                if signature := reply.headers.get(wire.PAGE_HEADER):
                    self.send_header(wire.PAGE_HEADER, signature)
                self.end_headers()
                self.wfile.write(said)

            do_GET = do_POST = do_PUT = carry

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        # Whoever asked has gone, or the centre has: as on any line, nobody is told.
        self._server.handle_error = _quiet  # type: ignore[method-assign]
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def lose(self, times: int = 1, what: str = "/queue/") -> None:
        """The next replies to such questions do not arrive; the centre has done what was asked."""
        left = [times]

        def bend(path: str, body: bytes) -> bytes | None:
            if what in path and left[0]:
                left[0] -= 1
                return None
            return body

        self.bend = bend

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._http.close()


class Seat:
    """One enrolled window: its workspace and its line to the centre."""

    def __init__(self, hall: Hall, code: str, clock: Clock | None, role: str = "clerk") -> None:
        folder = hall.folder / code
        self.between = Between(hall.url)
        self.config = Config(
            hall=HallSection(window=code[1:]),
            device=DeviceSection(code=code),
            catalogue=CatalogueSection(path=str(ROOT / "catalogue")),
            store=StoreSection(path=str(folder / "clerk.db"), witness=str(folder / "witness"), ballast_mb=0),
            centre=CentreSection(url=self.between.url),
            print=PrintSection(target=f"dir:{folder / 'papers'}"),
        )
        lay_tables(self.config.store_file)
        self.ws: Workspace = open_workspace(
            self.config, clock or SystemClock(self.config.timezone), cache_dir=hall.cache
        )
        self.token = token_path(self.config.store_file, None)
        enrol(self.ws.journal.database, self.token, self.between.url, hall.code(role), "SL01")

    @property
    def name(self) -> str:
        return self.config.hall.window

    def facts(self, ticket: str) -> list[TicketBody]:
        """What this window wrote about a ticket."""
        return [fact.body for fact in self.ws.journal.facts_of(ticket)]  # type: ignore[misc]

    def sync(self) -> SyncReport:
        return sync_once(self.ws.journal.database, self.ws.clock, sync_settings(self.config, self.between.url))

    def close(self) -> None:
        self.ws.close()
        self.between.close()


class Hall:
    """A running centre with its windows."""

    def __init__(self, folder: Path, cache: Path, url: str) -> None:
        self.folder, self.cache, self.url = folder, cache, url
        self.seats: list[Seat] = []
        self._centre: Centre | None = None

    def code(self, role: str = "clerk") -> str:
        """A one-time code."""
        words = ["enrol-code", "--data", str(self.folder / "centre"), "--office", "SL01", "--role", role]
        done = CliRunner().invoke(central, words)
        assert done.exit_code == 0, done.output
        return done.stdout.strip()

    def open(self, code: str = "A1", clock: Clock | None = None, role: str = "clerk") -> Seat:
        """A window, or a device of another role, that has enrolled."""
        seat = Seat(self, code, clock, role)
        self.seats.append(seat)
        return seat

    @property
    def centre(self) -> Centre:
        """The centre as the first window asks it, past what lies between."""
        if self._centre is None:
            self._centre = Centre(self.url, self.seats[0].token, patience_s=20)
        return self._centre

    def issue(self, business: str = "household", letter: str = "C", **values: Any) -> w.TicketView:
        """Somebody takes a ticket."""
        request = w.IssueRequest(ticket_id=self.seats[0].ws.new_id(), business=business, letter=letter, **values)
        return queue.issue(self.centre, request).ticket

    def ticket(self, ticket: str) -> w.TicketView:
        """A ticket as the centre has it."""
        return queue.look(self.centre, ticket).ticket

    def close(self) -> None:
        for seat in self.seats:
            seat.close()
        if self._centre is not None:
            self._centre.close()


@contextmanager
def hall_with_queue(folder: Path, cache: Path, opens: dt.time = NOON) -> Iterator[Hall]:
    """A hall, open while the block runs; here and at its centre it is ``opens`` of today when it begins, whatever the
    machine's clock says: a day that ends while a test runs voids its tickets."""
    true = time_machine.escape_hatch
    now_s = true.time.time() if true.is_travelling() else time.time()
    ahead_s = dt.datetime.combine(dt.datetime.fromtimestamp(now_s, ZONE).date(), opens, ZONE).timestamp() - now_s
    with time_machine.travel(now_s + ahead_s, tick=True):
        time.time()  # from its first reading on such a clock goes
        # What the centre says is never of later than when it is heard.
        with running_centre(folder / "centre", ahead_s - 0.1) as url:
            hall = Hall(folder, cache, url)
            try:
                yield hall
            finally:
                hall.close()


def said(reply: Any) -> bytes:
    """A reply as it travels."""
    return msgspec.json.encode(reply)
