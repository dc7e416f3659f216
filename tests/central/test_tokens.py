"""A device's token: renewed by the device's key, ended by the use of the next one, gone for ever when revoked."""

from __future__ import annotations

import time
from hashlib import sha256
from pathlib import Path

import pytest
import time_machine

from central.store import clerks as people
from central.store import tokens
from central.store.clerks import ClerkRow
from central.store.devices import TOKEN_LIFE_MS
from central.store.tokens import SessionRow
from hall.roles import Role
from hall.wire_clerks import sign_rotation
from tests.central.counter import Counter, encoded
from tests.central.halls import HERE, Hall, all_kept, bearer
from tests.central.hub import Hub


@pytest.fixture
def counter(hub: Hub) -> Counter:
    return hub.counter()


def asks(hub: Hub, token: str) -> tuple[int, str]:
    reply = hub.http.get("/v1/sync/changes", headers=bearer(token))
    return reply.status_code, "" if reply.status_code == 200 else reply.json()["code"]


def rotate(hub: Hub, counter: Counter, token: str, key: object = None) -> tuple[int, str]:
    request = sign_rotation(key or counter.key, counter.device.device_id, sha256(token.encode()).digest())  # type: ignore[arg-type]
    reply = hub.http.post("/v1/devices/rotate", content=encoded(request))
    return reply.status_code, "" if reply.status_code == 200 else reply.json()["code"]


def test_the_old_token_lives_until_the_new_one_is_used(hub: Hub, counter: Counter) -> None:
    old = counter.enrolled.token
    assert rotate(hub, counter, "next") == (200, "")
    assert rotate(hub, counter, "next") == (200, ""), "a lost reply: the same again"
    assert asks(hub, old) == (200, "")
    assert asks(hub, "next") == (200, "")
    assert asks(hub, old) == (401, "unknown_token")
    assert asks(hub, "next") == (200, "")


def test_a_token_that_ended_never_comes_back(hub: Hub, counter: Counter) -> None:
    old = counter.enrolled.token
    rotate(hub, counter, "next")
    asks(hub, "next")
    assert rotate(hub, counter, old) == (409, "token_used")
    assert rotate(hub, counter, "next") == (409, "token_used"), "nor does the present one become its own next"


def test_devices_that_ask_at_the_same_time_are_told_apart(hub: Hub) -> None:
    one, two = hub.counter("A1", folder="one"), hub.counter("A2", folder="two")
    rotate(hub, two, "next")
    asked = [one.enrolled.token, "nobody", "next", two.enrolled.token, *(f"no {n}" for n in range(6)), "nobody"]
    held = hub.read(lambda db: tokens.holders(db, asked))
    told = [(each.device.device_id, each.is_next) if each else None for each in held]
    mine, theirs = one.device.device_id, two.device.device_id
    assert told == [(mine, False), None, (theirs, True), (theirs, False), *[None] * 7]


def test_a_recorded_request_gives_nobody_a_token(hub: Hub, counter: Counter) -> None:
    request = sign_rotation(counter.key, counter.device.device_id, sha256(b"next").digest())
    reply = hub.http.post("/v1/devices/rotate", content=encoded(request))
    assert set(reply.json()) == {"device", "expires_ms"}
    assert b"next" not in encoded(request)


def test_an_expired_token_is_renewed_by_the_devices_key(hub: Hub, counter: Counter) -> None:
    with time_machine.travel(time.time() + TOKEN_LIFE_MS / 1000 + 60, tick=False):
        assert asks(hub, counter.enrolled.token) == (401, "token_expired")
        assert rotate(hub, counter, "next") == (200, "")
        assert asks(hub, "next") == (200, "")


def test_only_the_devices_own_key_renews(hub: Hub, counter: Counter) -> None:
    stranger = hub.counter("B1", folder="other")
    assert rotate(hub, counter, "next", stranger.key) == (403, "bad_signature")
    assert rotate(hub, counter, stranger.enrolled.token) == (409, "token_used"), "nor somebody else's token"


def test_a_revoked_device_is_shut_out_and_cannot_renew(hub: Hub, tmp_path: Path) -> None:
    hall = Hall(tmp_path / HERE, hub.store, hub.run, HERE)
    lost = hall.spare
    url = f"/v1/devices/{lost.device.device_id}/revoke"
    assert hub.http.post(url, headers=bearer(hall.session(Role.ADMIN))).status_code == 204
    assert asks(hub, lost.enrolled.token) == (403, "device_revoked")
    assert rotate(hub, lost, "next") == (403, "device_revoked")
    session = SessionRow("SL01", "0001", lost.device.device_id, int(time.time() * 1000) + 3_600_000)
    who = ClerkRow(office="SL01", clerk_id="0001", name="周敏", roles=("clerk", "supervisor"))
    hub.transact(lambda db: people.save(db, who))
    hub.transact(lambda db: tokens.add_session(db, "s.sits-there", session, 1))
    refused = hub.http.get("/v1/quarantine", headers=bearer("s.sits-there"))
    assert (refused.status_code, refused.json()["code"]) == (403, "device_revoked"), "nor does who sits at it"
    listed = hub.http.get("/v1/devices", headers=bearer(hall.session(Role.ADMIN))).json()
    assert {row["device"] for row in listed if row["revoked"]} == {lost.device.device_id}


def test_no_token_stands_in_the_database(hub: Hub, counter: Counter) -> None:
    rotate(hub, counter, "the-next-token")
    asks(hub, "the-next-token")
    kept = all_kept(hub)
    assert counter.device.device_id in kept
    assert counter.enrolled.token not in kept and "the-next-token" not in kept
