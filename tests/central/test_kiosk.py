"""The read-only matrix at the centre: everything the OpenAPI document names, asked with a kiosk's credential."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from central.clock import now_ms
from central.rights import PUBLIC
from central.store import Db, oversight
from central.store.tables import TABLES
from hall.roles import Permission
from hall.wire_oversight import DeviceStatus
from tests.central.counter import encoded
from tests.central.halls import HERE, Hall, bearer, push_case
from tests.central.hub import Hub
from tests.central.test_rights import BODIES, _filled, kept, operations

READS = {"/v1/board", "/v1/board/cases", "/v1/board/rule", "/v1/queue/figures", "/v1/queue/rule"}


def everything(hub: Hub) -> str:
    """The digest of every row of every table, but for when a device was heard of, which the centre keeps of anybody."""

    async def look(db: Db) -> str:
        digest = sha256()
        for table in sorted(TABLES):
            for row in sorted(repr(tuple(row)) for row in await db.rows(f"SELECT {kept(table)} FROM {table}")):
                digest.update(f"{table}{row}".encode())
        return digest.hexdigest()

    return hub.read(look)


def test_a_kiosk_reads_five_things_and_changes_none(hub: Hub, tmp_path: Path) -> None:
    hall = Hall(tmp_path / HERE, hub.store, hub.run, HERE)
    push_case(hub.http, hall)
    token = hall.kiosk.enrolled.token
    assert hub.http.get("/v1/board", headers=bearer(token)).status_code == 200
    before = everything(hub)
    read = set()
    for method, path, wanted in operations(hub.app):
        body = encoded(BODIES.get((method, path), {}))
        reply = hub.http.request(method, _filled(path, hall), headers=bearer(token), content=body)
        if method == "GET" and wanted is Permission.BOARD:
            assert reply.status_code == 200, (method, path, reply.text)
            read.add(path)
        elif wanted != PUBLIC["permission"]:
            assert reply.status_code == 403, (method, path, reply.status_code)
        elif method != "GET":
            # Enrolling wants a code, renewing the device's signature, an enquiry the code on a paper.
            assert reply.status_code in (400, 403, 404), (method, path, reply.status_code)
        assert everything(hub) == before, (method, path)
    assert read == READS
    for asked in ("about=notices", "about=promise", "every=true", "holder=unit", "light=red"):
        reply = hub.http.get(f"/v1/board/cases?{asked}", headers=bearer(token))
        assert reply.status_code == 200 and everything(hub) == before, asked


def test_a_display_that_only_looks_is_heard_of_and_missed_soon_when_it_is_gone(hub: Hub, tmp_path: Path) -> None:
    hall = Hall(tmp_path / HERE, hub.store, hub.run, HERE)

    def kiosk() -> DeviceStatus:
        states = hub.read(lambda db: oversight.device_states(db, HERE, now_ms()))
        return next(each for each in states if each.role == "kiosk")

    hub.transact(lambda db: db.run("UPDATE device SET seen_ms = $1", now_ms() - 6 * 60_000))
    assert kiosk().silent
    assert hub.http.get("/v1/queue/figures", headers=hall.kiosk.headers).status_code == 200
    assert not kiosk().silent and now_ms() - kiosk().seen_ms < 60_000


def test_what_a_kiosk_may_read_is_only_read_with_get(hub: Hub, tmp_path: Path) -> None:
    hall = Hall(tmp_path / HERE, hub.store, hub.run, HERE)
    before = everything(hub)
    for path in READS:
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            reply = hub.http.request(method, path, headers=hall.kiosk.headers, content=b"{}")
            assert reply.status_code in (403, 405), (method, path, reply.status_code)
    assert everything(hub) == before
