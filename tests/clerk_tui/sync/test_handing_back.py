"""A centre that was put back to a copy gets the lists of before from the counters, without anybody's doing."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from central import tokens
from central.backup import backup, restore
from central.clock import now_ms
from central.store import Db, devices
from central.store import clerks as people
from central.store.clerks import ClerkRow
from central.store.tables import TABLES
from tests.central.counter import OFFICE, Counter
from tests.central.inline import inline
from tests.clerk_tui.sync.test_client import Rig, known_keys
from tests.clerk_tui.sync.test_client import rig as rig

Bend = Callable[[httpx.Request, httpx.Response], httpx.Response]


def clerk(rig: Rig, *, active: bool, since_ms: int) -> None:
    row = ClerkRow(office=OFFICE, clerk_id="0815", name="冯春", roles=("clerk",), active=active)

    async def work(db: Db) -> None:
        await people.save(db, row)
        await people.record_rights(db, row, since_ms)

    inline(rig.store.transact(work))


@pytest.fixture
def stolen(rig: Rig, tmp_path: Path) -> str:
    """A machine that was lost after a copy was made, as a clerk was disabled; then the centre's disk is lost too, and
    the copy is put into an empty database."""
    device_id = Counter(tmp_path, rig.store, "B1").device.device_id
    clerk(rig, active=True, since_ms=1_000)
    inline(backup(rig.store, tmp_path / "copy"))
    inline(tokens.revoke(rig.store, OFFICE, device_id, "console", now_ms()))
    clerk(rig, active=False, since_ms=now_ms())
    assert rig.run() is None
    assert (device_id, 1) in known_keys(rig)

    async def lose(db: Db) -> None:
        for table in reversed(TABLES):
            await db.run(f"DELETE FROM {table}")

    inline(rig.store.transact(lose))
    inline(restore(rig.store, tmp_path / "copy"))
    assert not is_revoked(rig, device_id)
    return device_id


def is_revoked(rig: Rig, device_id: str) -> bool:
    known = inline(rig.store.read(lambda db: devices.device(db, device_id)))
    assert known is not None
    return known.revoked


def still_kept(rig: Rig) -> list[str]:
    return [row[0] for row in rig.journal.read().execute("SELECT kind FROM former_list ORDER BY kind")]


def test_a_counter_hands_its_lists_back_by_itself(rig: Rig, stolen: str) -> None:
    assert rig.run() is None
    assert is_revoked(rig, stolen)
    row = inline(rig.store.read(lambda db: people.look(db, OFFICE, "0815")))
    assert row is not None and not row.active
    assert still_kept(rig) == []
    assert rig.run() is None
    assert (stolen, 1) in known_keys(rig), "and is told so again"


def lost(request: httpx.Request, response: httpx.Response) -> httpx.Response:
    raise httpx.ReadError("cut off", request=request)


def said_by_a_portal(request: httpx.Request, response: httpx.Response) -> httpx.Response:
    return httpx.Response(200, json={"device": "x", "list_id": "", "changed": 0})


def unknown_there(request: httpx.Request, response: httpx.Response) -> httpx.Response:
    return httpx.Response(404, json={"code": "http_404", "message": ""})


def another_signature(request: httpx.Request, response: httpx.Response) -> httpx.Response:
    told = response.json()
    return httpx.Response(200, json=told | {"changed": told["changed"] + 1})


@pytest.mark.parametrize("answer", [lost, said_by_a_portal, unknown_there, another_signature])
def test_a_list_is_kept_until_the_centre_signs_that_it_has_it(rig: Rig, stolen: str, answer: Bend) -> None:
    rig.bend = lambda request, response: (
        answer(request, response) if request.url.path.endswith("remember") else response
    )
    assert rig.run() is None, "nothing else waits for it"
    assert still_kept(rig) == ["clerks", "keys"]
    rig.bend = lambda request, response: response
    assert rig.run() is None
    assert still_kept(rig) == []
    assert is_revoked(rig, stolen)


def test_the_secret_of_the_hall_does_not_travel(rig: Rig, stolen: str) -> None:
    secret = rig.journal.read().execute("SELECT secret FROM hall_secret").fetchone()[0]
    sent: list[bytes] = []

    def watch(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        sent.append(request.content)
        return response

    rig.bend = watch
    assert rig.run() is None
    assert secret != bytes(32)
    assert not any(b64encode(secret) in body for body in sent)


def test_lists_of_one_and_the_same_history_are_not_kept(rig: Rig) -> None:
    clerk(rig, active=True, since_ms=1_000)
    assert rig.run() is None
    clerk(rig, active=False, since_ms=2_000)
    assert rig.run() is None
    assert still_kept(rig) == []
