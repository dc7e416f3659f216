"""The people of a hall at the centre: added by an administrator, with a PIN that only they know after the first day."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import msgspec
import pytest
import time_machine
from litestar import Litestar
from litestar.testing import TestClient

from central.store import Store
from hall.lockout import FREE, WAITS_MS
from hall.roles import Role
from hall.wire_clerks import ClerksReply, SignInReply, clerks_are_signed, sign_in_is_signed
from tests.central.counter import encoded
from tests.central.halls import HERE, THERE, Hall, bearer
from tests.central.inline import inline

Centre = TestClient[Litestar]
NUMBER, PIN, WRONG = "0815", "204817", "739502"
NONCE = b"n" * 16


@pytest.fixture
def hall(tmp_path: Path, store: Store) -> Hall:
    return Hall(tmp_path / HERE, store, inline, HERE)


def add(centre: Centre, hall: Hall, number: str = NUMBER, roles: tuple[str, ...] = ("clerk",)) -> str:
    """Add a clerk; the PIN to begin with."""
    body = encoded({"id": number, "name": "冯春", "roles": roles})
    reply = centre.post("/v1/clerks", content=body, headers=bearer(hall.session(Role.ADMIN)))
    assert reply.status_code == 201, reply.text
    return str(reply.json()["pin"])


def sign_in(centre: Centre, hall: Hall, pin: str, number: str = NUMBER) -> Any:
    body = encoded({"clerk": number, "pin": pin, "nonce": NONCE})
    return centre.post("/v1/clerks/sign-in", content=body, headers=hall.counter.headers)


def change(centre: Centre, hall: Hall, pin: str, new: str) -> Any:
    body = encoded({"clerk": NUMBER, "pin": pin, "new_pin": new, "nonce": NONCE})
    return centre.post("/v1/clerks/pin", content=body, headers=hall.counter.headers)


def code(reply: Any) -> str:
    return "" if reply.status_code == 200 else str(reply.json()["code"])


def test_a_pin_that_was_given_out_opens_nothing_until_it_is_changed(centre: Centre, hall: Hall) -> None:
    given = add(centre, hall)
    first = msgspec.json.decode(sign_in(centre, hall, given).content, type=SignInReply)
    assert (first.must_change, first.session) == (True, "")
    changed = msgspec.json.decode(change(centre, hall, given, PIN).content, type=SignInReply)
    assert (changed.must_change, changed.pin_version) == (False, 2)
    assert centre.get("/v1/clerks", headers=bearer(changed.session)).status_code == 200
    assert code(sign_in(centre, hall, given)) == "wrong_pin"
    assert code(sign_in(centre, hall, PIN)) == ""


def test_the_answer_is_signed_for_this_device_and_this_question(centre: Centre, hall: Hall, store: Store) -> None:
    reply = msgspec.json.decode(sign_in(centre, hall, add(centre, hall)).content, type=SignInReply)
    assert reply.nonce == NONCE and reply.device == hall.counter.device.device_id
    assert sign_in_is_signed(store.public_key, reply)
    assert not sign_in_is_signed(store.public_key, msgspec.structs.replace(reply, must_change=False))
    assert not sign_in_is_signed(store.public_key, msgspec.structs.replace(reply, clerk="0001"))


def test_wrong_pins_shut_the_door_also_for_the_right_one(centre: Centre, hall: Hall) -> None:
    pin = add(centre, hall)
    assert [code(sign_in(centre, hall, WRONG)) for _ in range(FREE + 1)] == ["wrong_pin"] * (FREE + 1)
    assert code(sign_in(centre, hall, pin)) == "locked_out"
    with time_machine.travel(time.time() + WAITS_MS[0] / 1000 + 1, tick=False):
        assert code(sign_in(centre, hall, pin)) == ""


def test_an_unknown_number_gets_the_answer_of_a_wrong_pin(centre: Centre, hall: Hall) -> None:
    add(centre, hall)
    known, unknown = sign_in(centre, hall, WRONG), sign_in(centre, hall, WRONG, "9999")
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)


def test_a_clerk_of_another_hall_is_unknown_here(centre: Centre, hall: Hall, tmp_path: Path, store: Store) -> None:
    pin = add(centre, hall)
    there = Hall(tmp_path / THERE, store, inline, THERE)
    assert code(sign_in(centre, there, pin)) == "wrong_pin"


def test_a_disabled_clerk_is_out_and_the_list_says_so(centre: Centre, hall: Hall, store: Store) -> None:
    pin = add(centre, hall)
    session = msgspec.json.decode(change(centre, hall, pin, PIN).content, type=SignInReply).session
    admin = bearer(hall.session(Role.ADMIN))
    assert centre.patch(f"/v1/clerks/{NUMBER}", content=b'{"active": false}', headers=admin).status_code == 200
    assert code(sign_in(centre, hall, PIN)) == "disabled"
    assert centre.get("/v1/clerks", headers=bearer(session)).status_code == 401
    told = msgspec.json.decode(centre.get("/v1/clerks", headers=hall.counter.headers).content, type=ClerksReply)
    assert clerks_are_signed(store.public_key, told)
    assert {one.id for one in told.clerks if not one.active} == {NUMBER}
    assert told.valid_until_ms - told.server_time_ms == 7 * 24 * 3600 * 1000


def test_a_reset_pin_is_a_new_one_and_forgives(centre: Centre, hall: Hall) -> None:
    add(centre, hall)
    for _ in range(FREE + 1):
        sign_in(centre, hall, WRONG)
    reply = centre.post(f"/v1/clerks/{NUMBER}/reset-pin", headers=bearer(hall.session(Role.ADMIN)))
    assert code(sign_in(centre, hall, reply.json()["pin"])) == ""


def test_signing_out_ends_the_session(centre: Centre, hall: Hall) -> None:
    session = bearer(hall.session(Role.CLERK))
    assert centre.post("/v1/clerks/sign-out", headers=session).status_code == 204
    assert centre.get("/v1/clerks", headers=session).status_code == 401


@pytest.mark.parametrize("new", ["123456", "111111", NUMBER.ljust(6, "0")])
def test_a_pin_that_anybody_would_guess_is_not_taken(centre: Centre, hall: Hall, new: str) -> None:
    assert code(change(centre, hall, add(centre, hall), new)) == "bad_pin"


@pytest.mark.parametrize(
    "body",
    [
        {"id": "0816", "name": "冯春", "roles": ["kiosk"]},
        {"id": "0816", "name": "冯春", "roles": ["emperor"]},
        {"id": "0816", "name": " ", "roles": []},
        {"id": "0816", "name": "冯\u202e春", "roles": []},
        {"id": "a b", "name": "冯春", "roles": []},
    ],
)
def test_what_cannot_be_a_clerk_is_not_added(centre: Centre, hall: Hall, body: dict[str, Any]) -> None:
    reply = centre.post("/v1/clerks", content=encoded(body), headers=bearer(hall.session(Role.ADMIN)))
    assert reply.status_code == 400


def test_a_number_is_given_once(centre: Centre, hall: Hall) -> None:
    add(centre, hall)
    body = encoded({"id": NUMBER, "name": "陈秋", "roles": []})
    assert centre.post("/v1/clerks", content=body, headers=bearer(hall.session(Role.ADMIN))).status_code == 409


def test_no_pin_stands_in_the_database_or_in_a_url(centre: Centre, hall: Hall, tmp_path: Path) -> None:
    given = add(centre, hall)
    change(centre, hall, given, PIN)
    kept = b"".join(path.read_bytes() for path in (tmp_path / "centre").iterdir())
    assert PIN.encode() not in kept and given.encode() not in kept and b"$argon2id$" in kept
