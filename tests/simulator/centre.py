"""The real centre behind a door that takes bytes: its store on SQLite, its ingest, its feed."""

from __future__ import annotations

import secrets
import sqlite3
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
from litestar.datastructures import State

from central import app, ingest
from central import enrol as enrolment
from central.store import DeviceRow, Store
from hall import wire
from hall.chain import UNREADABLE

OFFICE = "990100"
Answer = tuple[int, bytes]


class Crashed(Exception):
    """The centre died while it worked."""


class Centre:
    """One centre; ``now_ms`` is set by the world before every request."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "central.db"
        self.now_ms = 0
        self.store = Store(self.path)
        self.copies: list[dict[str, bytes]] = []
        self._die_in = 0

    def enrol(self, request: wire.EnrolRequest) -> wire.EnrolReply:
        """Make a device known with a code that somebody at the centre has made for it."""
        code = enrolment.new_code(self.store, OFFICE, self.now_ms)
        return enrolment.enrol(self.store, msgspec.structs.replace(request, one_time_code=code), self.now_ms)

    def die_soon(self, steps: int) -> None:
        """Die after so many steps of the database's machine, wherever that is."""
        self._die_in = steps

    def answer(self, method: str, path: str, params: dict[str, str], token: str, body: bytes) -> Answer:
        """Status and body, as the application would answer over HTTP.

        Raises:
            Crashed: it died in mid-work; it stands again, with what its disk has.
        """
        if self._die_in:
            left = self._die_in
            self._die_in = 0
            self.store._db.set_progress_handler(lambda: 1, left)
        try:
            return self._answer(method, path, params, token, body)
        except sqlite3.OperationalError as error:
            if "interrupted" not in str(error):
                raise
            self.restart()
            raise Crashed from error
        finally:
            self.store._db.set_progress_handler(None, 0)

    def _answer(self, method: str, path: str, params: dict[str, str], token: str, body: bytes) -> Answer:
        try:
            device = self.store.device_by_token(token)
            if device is None:
                raise ingest.Refused(401, wire.Problem(code="unknown_token", message=""))
            if device.revoked:
                raise ingest.Refused(403, wire.Problem(code="device_revoked", message=""))
            return 200, msgspec.json.encode(self._routed(method, path, params, device, body))
        except ingest.Refused as refused:
            return refused.http_status, msgspec.json.encode(refused.problem)
        except UNREADABLE:
            return 400, msgspec.json.encode(wire.Problem(code="bad_request", message=""))

    def _routed(self, method: str, path: str, params: dict[str, str], device: DeviceRow, body: bytes) -> object:
        match method, path:
            case "POST", "/v1/sync/push":
                request = msgspec.json.decode(body, type=wire.PushRequest)
                return ingest.push(self.store, device, request, self.now_ms)
            case "GET", "/v1/sync/changes":
                asker: Any = SimpleNamespace(user=device)
                state = State({"store": self.store})
                return app.changes.fn(asker, state, params.get("cursor", ""), int(params["limit"]))
        raise ingest.Refused(404, wire.Problem(code="http_404", message=""))

    def restart(self) -> None:
        """Stop without ceremony and start again."""
        self.store.close()
        self.store = Store(self.path)

    def copy(self) -> None:
        """A backup, as the operator's night job makes it."""
        with sqlite3.connect(":memory:") as memory:
            self.store._db.backup(memory)
            self.copies.append({"db": memory.serialize()})
        memory.close()

    def restore(self) -> None:
        """Put the last backup back: the centre is what it was then, and says so by a new epoch."""
        self.store.close()
        for beside in (self.path, Path(f"{self.path}-wal"), Path(f"{self.path}-shm")):
            beside.unlink(missing_ok=True)
        self.path.write_bytes(self.copies[-1]["db"])
        connection = sqlite3.connect(self.path)
        connection.execute("UPDATE server SET epoch = ?", (secrets.token_hex(8),))
        connection.commit()
        connection.close()
        self.store = Store(self.path)

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        """What the centre's tables say, for the examiner."""
        return self.store._db.execute(statement).fetchall()

    def close(self) -> None:
        """Close the database."""
        self.store.close()
