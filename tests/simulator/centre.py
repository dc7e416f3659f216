"""The real centre behind a door that takes bytes: its store on SQLite, its ingest, its feed."""

from __future__ import annotations

import sqlite3
from base64 import b64encode
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import msgspec

from central import attachments, backup, feed, ingest, tokens, withheld
from central import enrol as enrolment
from central.refusal import Refused
from central.store.sqlite import SqliteStore
from hall import wire
from hall.chain import UNREADABLE
from hall.wire_clerks import RotateRequest
from hall.wire_files import RECEIPT_HEADER
from hall.wire_oversight import Contents, Report
from tests.reliability.disk import WORKS, Disk
from tests.simulator.chance import drawn_from

OFFICE = "990100"
Answer = tuple[int, dict[str, str], bytes]
"""Status, headers, body."""
Result = TypeVar("Result")


class Crashed(Exception):
    """The centre died while it worked."""


def at_once(work: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine of the centre without an event loop: on SQLite none of them ever waits."""
    try:
        work.send(None)
    except StopIteration as done:
        value: Result = done.value
        return value
    raise AssertionError("the centre waits for something that cannot come")


@lru_cache(maxsize=1)
@drawn_from("an empty centre")
def empty_centre() -> bytes:
    """A new centre's database file."""
    with TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / "central.db")
        at_once(store.close())
        return (Path(folder) / "central.db").read_bytes()


@contextmanager
def opened(content: bytes) -> Iterator[sqlite3.Connection]:
    """A database file's content, to be changed."""
    db = sqlite3.connect(":memory:", isolation_level=None)
    # In memory there is no WAL; the file's header gets it back where it is opened.
    db.deserialize(content[:18] + b"\x01\x01" + content[20:])
    try:
        yield db
    finally:
        db.close()


def content_of(db: sqlite3.Connection) -> bytes:
    """What ``opened`` made of the file."""
    return db.serialize()


class Centre:
    """One centre; ``now_ms`` is set by the world before every request."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "central.db"
        if not self.path.exists():
            self.path.write_bytes(empty_centre())
        self.now_ms = 0
        self.store = SqliteStore(self.path)
        self.copies: list[Path] = []
        self._die_in = 0
        self.refused = 0
        """Of 256 facts so many are not taken."""

    def enrol(self, request: wire.EnrolRequest) -> wire.EnrolReply:
        """Make a device known with a code that somebody at the centre has made for it."""
        code = at_once(enrolment.new_code(self.store, OFFICE, self.now_ms))
        asked = msgspec.structs.replace(request, one_time_code=code)
        return at_once(enrolment.enrol(self.store, asked, self.now_ms))

    def die_soon(self, steps: int) -> None:
        """Die after so many steps of the database's machine, wherever that is."""
        self._die_in = steps

    def answer(self, method: str, path: str, params: dict[str, str], token: str, body: bytes, span: str = "") -> Answer:
        """What the application would answer over HTTP.

        Raises:
            Crashed: it died in mid-work; it stands again, with what its disk has.
        """
        if self._die_in:
            self.store._db.set_progress_handler(lambda: 1, self._die_in)
            self._die_in = 0
        try:
            return self._answer(method, path, params, token, body, span)
        except sqlite3.OperationalError as error:
            if "interrupted" not in str(error):
                raise
            self.restart()
            raise Crashed from error
        finally:
            self.store._db.set_progress_handler(None, 0)

    def _answer(self, method: str, path: str, params: dict[str, str], token: str, body: bytes, span: str) -> Answer:
        try:
            if method in ("HEAD", "PUT"):
                return self._attachment(method, path.removeprefix("/v1/attachments/"), token, body, span)
            answer = self._routed(method, path, params, token, body)
        except Refused as refused:
            return refused.http_status, {}, msgspec.json.encode(refused.problem)
        except UNREADABLE:
            return 400, {}, msgspec.json.encode(wire.Problem(code="bad_request", message=""))
        told = msgspec.json.encode(answer)
        headers = {"content-type": "application/json"}
        if isinstance(answer, wire.ChangesReply):
            device = at_once(tokens.of_device(self.store, token, self.now_ms))
            digest = sha256(told).digest()
            headers[wire.PAGE_HEADER] = wire.sign_page(
                self.store.key, device.device_id, params.get("cursor", ""), digest
            )
        return 200, headers, told

    def _routed(self, method: str, path: str, params: dict[str, str], token: str, body: bytes) -> object:
        if (method, path) == ("POST", "/v1/devices/rotate"):
            return at_once(tokens.rotate(self.store, msgspec.json.decode(body, type=RotateRequest), self.now_ms))
        device = at_once(tokens.of_device(self.store, token, self.now_ms))
        match method, path:
            case "POST", "/v1/sync/push":
                request = msgspec.json.decode(body, type=wire.PushRequest)
                self._taste(request.events)
                return at_once(ingest.push(self.store, device, request, self.now_ms))
            case "POST", "/v1/sync/report":
                told = msgspec.json.decode(body, type=Report)
                return at_once(withheld.withhold(self.store, device, told, self.now_ms))
            case "POST", "/v1/sync/contents":
                brought = msgspec.json.decode(body, type=Contents)
                self._taste([brought.fact])
                return at_once(withheld.complete(self.store, device, brought, self.now_ms))
            case "GET", "/v1/sync/changes":
                limit = int(params["limit"])
                return at_once(feed.changes(self.store, feed.Asked(device.office, params.get("cursor", ""), limit)))
        raise Refused(404, wire.Problem(code="http_404", message=""))

    def _attachment(self, method: str, digest: str, token: str, body: bytes, span: str) -> Answer:
        device = at_once(tokens.of_device(self.store, token, self.now_ms))
        if method == "PUT":
            work = attachments.put(self.store, device, digest, "application/pdf", span, body, self.now_ms)
            return 200, {"content-type": "application/json"}, msgspec.json.encode(at_once(work))
        told = at_once(attachments.look(self.store, device, digest))
        if told is None:
            return 404, {}, b""
        return 200, {"upload-offset": str(told.have), RECEIPT_HEADER: b64encode(told.signature).decode()}, b""

    def _taste(self, events: list[wire.WireFact]) -> None:
        """A centre that some facts do not agree with."""
        if any(event.hash[0] < self.refused for event in events):
            raise Refused(400, wire.Problem(code="bad_request", message="请求不能读取或不存在"))

    def end_token(self, device_id: str) -> None:
        """The time of a device's token runs out."""
        self.store._db.execute("UPDATE device SET token_expires_ms = 1 WHERE device_id = ?", (device_id,))

    def restart(self) -> None:
        """Stop without ceremony and start again."""
        at_once(self.store.close())
        self.store = SqliteStore(self.path)

    def power_cut(self, disk: Disk, rng: Random) -> None:
        """The centre's machine loses its power between two requests, and starts again with what its disk has."""
        if not WORKS:
            return self.restart()
        found = disk.files.after_power_cut(rng)
        at_once(self.store.close())
        for name in self._files():
            name.unlink(missing_ok=True)
            if str(name) in found:
                name.write_bytes(found[str(name)])
            disk.files.forget_file(str(name))
        self.store = SqliteStore(self.path)

    def _files(self) -> list[Path]:
        return [self.path, *(Path(f"{self.path}{end}") for end in ("-wal", "-shm", "-journal"))]

    def copy(self) -> None:
        """A backup, as the operator's night job makes it."""
        self.copies.append(self.path.with_name(f"{len(self.copies)}.backup"))
        at_once(backup.backup(self.store, self.copies[-1]))

    def restore(self) -> None:
        """Put the last backup back: the centre is what it was then, and says so by a new epoch."""
        at_once(backup.restore(self.store, self.copies[-1], replace=True))

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """What the centre's tables say, for the examiner."""
        return self.store._db.execute(statement).fetchall()

    def close(self) -> None:
        """Close the database."""
        at_once(self.store.close())
