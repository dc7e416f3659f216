"""A hall for tests: a real centre over its database, and windows with real journals that speak to it over ASGI."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec
from litestar.testing import TestClient

from central import enrol as enrolment
from central.app import make_app
from central.clock import now_ms
from central.store.sqlite import SqliteStore
from clerk_tui.config import CatalogueSection, Config, DeviceSection, HallSection, PrintSection, StoreSection
from clerk_tui.services.workspace import Workspace, open_workspace
from clerk_tui.store.device import load_key
from clerk_tui.store.exchange import Outbox, pin_centre
from clerk_tui.sync.client import Client
from clerk_tui.sync.keeper import JournalKeeper
from clerk_tui.sync.messages import Trouble
from hall import wire
from hall.case import Case
from tests.central.contract import Contract
from tests.central.inline import inline
from tests.clerk_tui.conftest import ROOT, FixedClock
from tests.journals import lay_tables
from tests.wires import Wire

Bend = Callable[[httpx.Request, httpx.Response], httpx.Response]
URL = "http://testserver.local"


def straight(request: httpx.Request, response: httpx.Response) -> httpx.Response:
    """What the centre said arrives as it was said."""
    return response


class Hall:
    """A centre; ``windows`` are made with ``open``. ``bend`` changes what is said on the way."""

    def __init__(self, folder: Path, cache: Path) -> None:
        self.folder, self.cache = folder, cache
        self.store = SqliteStore(folder / "central.db")
        app = make_app(self.store)
        self.centre, self.contract = TestClient(app), Contract(app)
        self.bend: Bend = straight
        self.windows: list[Window] = []

    def __enter__(self) -> Hall:
        self.centre.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        for window in self.windows:
            window.ws.close()
        self.centre.__exit__(None, None, None)
        inline(self.store.close())

    def code(self) -> str:
        """A one-time code."""
        return inline(enrolment.new_code(self.store, "SL01", now_ms()))

    def open(self, code: str, clock: FixedClock | None = None) -> Window:
        """A window that has enrolled."""
        window = Window(self, code, clock or FixedClock())
        self.windows.append(window)
        return window

    def carry(self, request: httpx.Request) -> httpx.Response:
        """One request to the centre and its reply."""
        url = str(request.url.copy_with(host="testserver.local"))
        answer = self.centre.request(request.method, url, content=request.read(), headers=request.headers)
        kind = answer.headers.get("content-type", "")
        self.contract.hold(
            request.method, request.url.path, request.content, request.headers, answer.status_code, answer.content, kind
        )
        response = httpx.Response(answer.status_code, headers=dict(answer.headers), content=answer.content)
        return self.bend(request, response)

    def case(self, case_id: str) -> Case:
        """The case as the centre tells it now."""
        token = self.windows[0].enrolled.token
        answer = self.centre.get("/v1/sync/changes?limit=500", headers={"Authorization": f"Bearer {token}"})
        changes = msgspec.json.decode(answer.content, type=wire.ChangesReply).changes
        return next(msgspec.json.decode(each.case, type=Case) for each in changes if each.case_id == case_id)

    def http(self) -> httpx.Client:
        """A client whose requests go to the centre."""
        return httpx.Client(base_url=URL, transport=Wire(self.carry))


class Window:
    """One workstation of the hall."""

    def __init__(self, hall: Hall, code: str, clock: FixedClock) -> None:
        self.hall, self.clock = hall, clock
        folder = hall.folder / code
        self.config = Config(
            hall=HallSection(window=code),
            device=DeviceSection(code=code),
            catalogue=CatalogueSection(path=str(ROOT / "catalogue")),
            store=StoreSection(path=str(folder / "clerk.db"), witness=str(folder / "witness"), ballast_mb=0),
            print=PrintSection(target=f"dir:{folder / 'papers'}"),
        )
        lay_tables(self.config.store_file)
        self.ws: Workspace = open_workspace(self.config, clock, cache_dir=hall.cache)
        device = self.ws.journal.device()
        request = wire.EnrolRequest(
            one_time_code=hall.code(),
            device=device.device_id,
            device_code=device.incarnation,
            public_key=device.public_key,
        )
        self.enrolled = inline(enrolment.enrol(hall.store, request, now_ms()))
        pin_centre(self.ws.journal.database, self.enrolled.server_key, self.enrolled.epoch, self.enrolled.sealing_key)

    def sync(self) -> Trouble | None:
        """One conversation with the centre."""
        journal = self.ws.journal
        outbox = Outbox(journal.path)
        keeper = JournalKeeper(journal.database, self.clock)
        try:
            with self.hall.http() as http:
                return Client(http, outbox, load_key(journal.path), self.enrolled.token, keeper).run()
        finally:
            outbox.close()
