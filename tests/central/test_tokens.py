"""A device's token: renewed by the device's key, ended by the use of the next one, gone for ever when revoked."""

from __future__ import annotations

import time
from hashlib import sha256
from pathlib import Path

import pytest
import time_machine
from litestar import Litestar
from litestar.testing import TestClient

from central.store import Store
from central.store.devices import TOKEN_LIFE_MS
from hall.roles import Role
from hall.wire_clerks import sign_rotation
from tests.central.counter import Counter, encoded
from tests.central.halls import HERE, Hall, bearer
from tests.central.inline import inline

Centre = TestClient[Litestar]


@pytest.fixture
def counter(tmp_path: Path, store: Store) -> Counter:
    return Counter(tmp_path, store)


def asks(centre: Centre, token: str) -> tuple[int, str]:
    reply = centre.get("/v1/sync/changes", headers=bearer(token))
    return reply.status_code, "" if reply.status_code == 200 else reply.json()["code"]


def rotate(centre: Centre, counter: Counter, token: str, key: object = None) -> tuple[int, str]:
    request = sign_rotation(key or counter.key, counter.device.device_id, sha256(token.encode()).digest())  # type: ignore[arg-type]
    reply = centre.post("/v1/devices/rotate", content=encoded(request))
    return reply.status_code, "" if reply.status_code == 200 else reply.json()["code"]


def test_the_old_token_lives_until_the_new_one_is_used(centre: Centre, counter: Counter) -> None:
    old = counter.enrolled.token
    assert rotate(centre, counter, "next") == (200, "")
    assert rotate(centre, counter, "next") == (200, ""), "a lost reply: the same again"
    assert asks(centre, old) == (200, "")
    assert asks(centre, "next") == (200, "")
    assert asks(centre, old) == (401, "unknown_token")
    assert asks(centre, "next") == (200, "")


def test_a_token_that_ended_never_comes_back(centre: Centre, counter: Counter) -> None:
    old = counter.enrolled.token
    rotate(centre, counter, "next")
    asks(centre, "next")
    assert rotate(centre, counter, old) == (409, "token_used")
    assert rotate(centre, counter, "next") == (409, "token_used"), "nor does the present one become its own next"


def test_a_recorded_request_gives_nobody_a_token(centre: Centre, counter: Counter) -> None:
    request = sign_rotation(counter.key, counter.device.device_id, sha256(b"next").digest())
    reply = centre.post("/v1/devices/rotate", content=encoded(request))
    assert set(reply.json()) == {"device", "expires_ms"}
    assert b"next" not in encoded(request)


def test_an_expired_token_is_renewed_by_the_devices_key(centre: Centre, counter: Counter) -> None:
    with time_machine.travel(time.time() + TOKEN_LIFE_MS / 1000 + 60, tick=False):
        assert asks(centre, counter.enrolled.token) == (401, "token_expired")
        assert rotate(centre, counter, "next") == (200, "")
        assert asks(centre, "next") == (200, "")


def test_only_the_devices_own_key_renews(centre: Centre, counter: Counter, tmp_path: Path, store: Store) -> None:
    (tmp_path / "other").mkdir()
    stranger = Counter(tmp_path / "other", store, "B1")
    assert rotate(centre, counter, "next", stranger.key) == (403, "bad_signature")
    assert rotate(centre, counter, stranger.enrolled.token) == (409, "token_used"), "nor somebody else's token"


def test_a_revoked_device_is_shut_out_and_cannot_renew(centre: Centre, store: Store, tmp_path: Path) -> None:
    hall = Hall(tmp_path / HERE, store, inline, HERE)
    lost = hall.spare
    url = f"/v1/devices/{lost.device.device_id}/revoke"
    assert centre.post(url, headers=bearer(hall.session(Role.ADMIN))).status_code == 204
    assert asks(centre, lost.enrolled.token) == (403, "device_revoked")
    assert rotate(centre, lost, "next") == (403, "device_revoked")
    listed = centre.get("/v1/devices", headers=bearer(hall.session(Role.ADMIN))).json()
    assert {row["device"] for row in listed if row["revoked"]} == {lost.device.device_id}


def test_no_token_stands_in_the_database(centre: Centre, counter: Counter, store: Store, tmp_path: Path) -> None:
    rotate(centre, counter, "the-next-token")
    asks(centre, "the-next-token")
    kept = b"".join(path.read_bytes() for path in (tmp_path / "centre").iterdir())
    for token in (counter.enrolled.token, "the-next-token"):
        assert token.encode() not in kept
