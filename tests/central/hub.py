"""A centre over one of its two databases, as a test drives it: by its functions, and over HTTP without a socket."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar, cast

import httpx
import msgspec
from litestar import Litestar

from central import feed, ingest
from central.app import make_app
from central.store import Db, Store, devices, facts
from hall import wire
from hall.case import Case
from tests.central.counter import OFFICE, Counter
from tests.central.inline import counts, inline
from tests.central.postgres import Loop

Result = TypeVar("Result")
NOW = 1_790_000_000_000


class Http:
    """The centre over HTTP."""

    def __init__(self, app: Litestar, loop: Loop) -> None:
        self._loop = loop
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(cast(Any, app)), base_url="http://centre.local")

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        return self._loop.run(self._client.request(method, path, **more))

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.request("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self.request("POST", path, **more)

    def patch(self, path: str, **more: Any) -> httpx.Response:
        return self.request("PATCH", path, **more)

    def close(self) -> None:
        self._loop.run(self._client.aclose())


class Hub:
    """A centre with its store; ``engine`` is ``sqlite`` or ``postgres``."""

    def __init__(self, engine: str, store: Store, loop: Loop, folder: Path) -> None:
        self.engine, self.store, self.loop, self.folder = engine, store, loop, folder
        self.counters: list[Counter] = []
        self.run(store.start())

    @cached_property
    def app(self) -> Litestar:
        """The application; many tests need none, and it takes longer to make than they do."""
        return make_app(self.store)

    @cached_property
    def http(self) -> Http:
        return Http(self.app, self.loop)

    def run(self, coroutine: Coroutine[Any, Any, Result]) -> Result:
        """Drive a coroutine of the centre to its end."""
        return inline(coroutine) if self.engine == "sqlite" else self.loop.run(coroutine)

    def read(self, work: Callable[[Db], Awaitable[Result]]) -> Result:
        return self.run(self.store.read(work))

    def transact(self, work: Callable[[Db], Awaitable[Result]]) -> Result:
        return self.run(self.store.transact(work))

    def counter(self, code: str = "A1", office: str = OFFICE, folder: str = "") -> Counter:
        """A counter that has enrolled here."""
        where = self.folder / folder
        where.mkdir(exist_ok=True)
        self.counters.append(Counter(where, self.store, code, office, run=self.run))
        return self.counters[-1]

    def push(self, counter: Counter, request: wire.PushRequest | None = None, now_ms: int = NOW) -> wire.PushReply:
        device = self.read(lambda db: devices.device(db, counter.device.device_id))
        assert device is not None
        return self.run(ingest.push(self.store, device, request or counter.request(), now_ms))

    def counts(self) -> dict[str, int]:
        return self.read(counts)

    def case(self, case_id: str) -> Case:
        row = self.read(lambda db: facts.case(db, case_id))
        assert row is not None
        return msgspec.json.decode(row.snapshot, type=Case)

    def feed(self, cursor: str = "", limit: int = 200, office: str = OFFICE) -> wire.ChangesReply:
        return self.run(feed.changes(self.store, feed.Asked(office, cursor, limit)))

    def epoch(self) -> str:
        return self.run(self.store.epoch())

    def close(self) -> None:
        for counter in self.counters:
            counter.journal.close()
        if "http" in self.__dict__:
            self.http.close()
        self.run(self.store.close())
