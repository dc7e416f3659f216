"""The people of a hall at the centre: added by an administrator, with a PIN that only they know after the first day."""

from __future__ import annotations

import hmac
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest
import time_machine
from click.testing import CliRunner

from central import pepper
from central.cli import main
from central.store import clerks as people
from central.store.opening import SECRET_VARIABLE
from hall import pins
from hall.errors import StoreError
from hall.lockout import FREE, WAITS_MS
from hall.roles import Role
from hall.wire_clerks import ClerksReply, SignInReply, clerks_are_signed, sign_in_is_signed
from tests.central.counter import encoded
from tests.central.halls import HERE, THERE, Hall, all_kept, bearer
from tests.central.hub import Hub

NUMBER, PIN, WRONG = "0815", "204817", "739502"
NONCE = b"n" * 16


@pytest.fixture
def hall(tmp_path: Path, hub: Hub) -> Hall:
    return Hall(tmp_path / HERE, hub.store, hub.run, HERE)


def add(hub: Hub, hall: Hall, number: str = NUMBER, roles: tuple[str, ...] = ("clerk",)) -> str:
    """Add a clerk; the PIN to begin with."""
    body = encoded({"id": number, "name": "冯春", "roles": roles})
    reply = hub.http.post("/v1/clerks", content=body, headers=bearer(hall.session(Role.ADMIN)))
    assert reply.status_code == 201, reply.text
    return str(reply.json()["pin"])


def sign_in(hub: Hub, hall: Hall, pin: str, number: str = NUMBER) -> Any:
    body = encoded({"clerk": number, "pin": pin, "nonce": NONCE})
    return hub.http.post("/v1/clerks/sign-in", content=body, headers=hall.counter.headers)


def change(hub: Hub, hall: Hall, pin: str, new: str) -> Any:
    body = encoded({"clerk": NUMBER, "pin": pin, "new_pin": new, "nonce": NONCE})
    return hub.http.post("/v1/clerks/pin", content=body, headers=hall.counter.headers)


def code(reply: Any) -> str:
    return "" if reply.status_code == 200 else str(reply.json()["code"])


def verifier(hub: Hub) -> str:
    row = hub.transact(lambda db: people.clerk(db, HERE, NUMBER))
    assert row is not None
    return row.verifier


def test_a_copy_of_the_database_can_try_no_pin(
    hub: Hub, hall: Hall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "pin-secret"
    monkeypatch.setattr(hub.store, "secret_file", kept)
    change(hub, hall, add(hub, hall), PIN)
    assert code(sign_in(hub, hall, PIN)) == ""
    assert kept.stat().st_mode & 0o777 == 0o600
    key = hub.store.key.private_bytes_raw()
    _, _, plain = verifier(hub).rpartition(":")
    derived = (key, hmac.digest(key, b"pin-pepper", "sha256"), hub.store.office_secret(HERE))
    assert not any(pins.is_right(plain, secret, NUMBER, PIN) for secret in derived)
    assert pins.is_right(plain, bytes.fromhex(kept.read_text("ascii")), NUMBER, PIN)


def test_a_pin_from_before_the_secret_was_apart_is_kept_anew_when_it_is_next_right(
    hub: Hub, hall: Hall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(hub, hall, add(hub, hall), PIN)
    key = hub.store.key.private_bytes_raw()
    before = pins.make_verifier(hmac.digest(key, b"pin-pepper", "sha256"), NUMBER, PIN)
    hub.transact(lambda db: db.run("UPDATE clerk SET verifier = $1 WHERE clerk_id = $2", before, NUMBER))
    monkeypatch.setattr(hub.store, "secret_file", tmp_path / "pin-secret")
    assert code(sign_in(hub, hall, WRONG)) == "wrong_pin"
    assert verifier(hub) == before
    assert code(sign_in(hub, hall, PIN)) == ""
    after = verifier(hub)
    assert ":" in after and ":" not in before
    assert code(sign_in(hub, hall, PIN)) == "" and verifier(hub) == after


def test_without_the_secret_nobody_signs_in_and_nothing_is_lost(
    hub: Hub, hall: Hall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "pin-secret"
    monkeypatch.setattr(hub.store, "secret_file", kept)
    change(hub, hall, add(hub, hall), PIN)
    away = kept.rename(tmp_path / "away")
    assert code(sign_in(hub, hall, PIN)) == "pin_secret"
    away.replace(kept)
    assert code(sign_in(hub, hall, PIN)) == ""
    kept.write_text("spoilt", encoding="ascii")
    with pytest.raises(StoreError, match="密钥"):
        pepper.is_old(hub.store, verifier(hub))


@pytest.mark.parametrize("hub", ["postgres"], indirect=True)
def test_no_centre_starts_on_postgresql_without_a_secret_of_its_own(
    hub: Hub, hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(SECRET_VARIABLE)
    address: str = hub.store.address  # type: ignore[attr-defined]
    for words in (
        ["serve", "--port", "0"],
        ["clerk", "add", "0777", "--name", "冯春", "--roles", "clerk", "--office", HERE],
    ):
        done = CliRunner().invoke(main, [*words, "--database", address])
        assert done.exit_code != 0
        what, hint = done.output.splitlines()
        assert "PostgreSQL" in what and SECRET_VARIABLE in what
        assert f"export {SECRET_VARIABLE}=" in hint, "what to type, to the letter"


@pytest.mark.parametrize("hub", ["postgres"], indirect=True)
@pytest.mark.parametrize("wrong", ["no folder", "spoilt"])
def test_a_secret_that_cannot_be_had_is_told_with_its_file_and_what_to_do(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    """A folder that is still to be made asks nobody for a new PIN."""
    path = tmp_path / ("nowhere/pins" if wrong == "no folder" else "pins")
    monkeypatch.setenv(SECRET_VARIABLE, str(path))
    if wrong == "spoilt":
        path.write_text("abc", encoding="ascii")
    done = CliRunner().invoke(main, ["serve", "--port", "0", "--database", hub.store.address])  # type: ignore[attr-defined]
    assert done.exit_code != 0
    what, hint = done.output.splitlines()
    assert str(path) in what
    assert ("文件夹" in hint, "重设密码" in hint) == (wrong == "no folder", wrong == "spoilt")


def test_a_pin_that_was_given_out_opens_nothing_until_it_is_changed(hub: Hub, hall: Hall) -> None:
    given = add(hub, hall)
    first = msgspec.json.decode(sign_in(hub, hall, given).content, type=SignInReply)
    assert (first.must_change, first.session) == (True, "")
    changed = msgspec.json.decode(change(hub, hall, given, PIN).content, type=SignInReply)
    assert (changed.must_change, changed.pin_version) == (False, 2)
    assert hub.http.get("/v1/clerks", headers=bearer(changed.session)).status_code == 200
    assert code(sign_in(hub, hall, given)) == "wrong_pin"
    assert code(sign_in(hub, hall, PIN)) == ""


def test_the_answer_is_signed_for_this_device_and_this_question(hub: Hub, hall: Hall) -> None:
    reply = msgspec.json.decode(sign_in(hub, hall, add(hub, hall)).content, type=SignInReply)
    assert reply.nonce == NONCE and reply.device == hall.counter.device.device_id
    assert sign_in_is_signed(hub.store.public_key, reply)
    assert not sign_in_is_signed(hub.store.public_key, msgspec.structs.replace(reply, must_change=False))
    assert not sign_in_is_signed(hub.store.public_key, msgspec.structs.replace(reply, clerk="0001"))


def test_wrong_pins_shut_the_door_also_for_the_right_one(hub: Hub, hall: Hall) -> None:
    pin = add(hub, hall)
    assert [code(sign_in(hub, hall, WRONG)) for _ in range(FREE + 1)] == ["wrong_pin"] * (FREE + 1)
    assert code(sign_in(hub, hall, pin)) == "locked_out"
    with time_machine.travel(time.time() + WAITS_MS[0] / 1000 + 1, tick=False):
        assert code(sign_in(hub, hall, pin)) == ""


def test_an_unknown_number_gets_the_answer_of_a_wrong_pin(hub: Hub, hall: Hall) -> None:
    add(hub, hall)
    known, unknown = sign_in(hub, hall, WRONG), sign_in(hub, hall, WRONG, "9999")
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)


def test_a_clerk_of_another_hall_is_unknown_here(hub: Hub, hall: Hall, tmp_path: Path) -> None:
    pin = add(hub, hall)
    there = Hall(tmp_path / THERE, hub.store, hub.run, THERE)
    assert code(sign_in(hub, there, pin)) == "wrong_pin"


def test_a_disabled_clerk_is_out_and_the_list_says_so(hub: Hub, hall: Hall) -> None:
    pin = add(hub, hall)
    session = msgspec.json.decode(change(hub, hall, pin, PIN).content, type=SignInReply).session
    admin = bearer(hall.session(Role.ADMIN))
    assert hub.http.patch(f"/v1/clerks/{NUMBER}", content=b'{"active": false}', headers=admin).status_code == 200
    assert code(sign_in(hub, hall, PIN)) == "disabled"
    assert hub.http.get("/v1/clerks", headers=bearer(session)).status_code == 401
    told = msgspec.json.decode(hub.http.get("/v1/clerks", headers=hall.counter.headers).content, type=ClerksReply)
    assert clerks_are_signed(hub.store.public_key, told)
    assert {one.id for one in told.clerks if not one.active} == {NUMBER}
    assert told.valid_until_ms - told.server_time_ms == 7 * 24 * 3600 * 1000


def test_a_reset_pin_is_a_new_one_and_forgives(hub: Hub, hall: Hall) -> None:
    add(hub, hall)
    for _ in range(FREE + 1):
        sign_in(hub, hall, WRONG)
    reply = hub.http.post(f"/v1/clerks/{NUMBER}/reset-pin", headers=bearer(hall.session(Role.ADMIN)))
    assert code(sign_in(hub, hall, reply.json()["pin"])) == ""


def test_signing_out_ends_the_session(hub: Hub, hall: Hall) -> None:
    session = bearer(hall.session(Role.CLERK))
    assert hub.http.post("/v1/clerks/sign-out", headers=session).status_code == 204
    assert hub.http.get("/v1/clerks", headers=session).status_code == 401


@pytest.mark.parametrize("new", ["123456", "111111", NUMBER.ljust(6, "0")])
def test_a_pin_that_anybody_would_guess_is_not_taken(hub: Hub, hall: Hall, new: str) -> None:
    assert code(change(hub, hall, add(hub, hall), new)) == "bad_pin"


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
def test_what_cannot_be_a_clerk_is_not_added(hub: Hub, hall: Hall, body: dict[str, Any]) -> None:
    reply = hub.http.post("/v1/clerks", content=encoded(body), headers=bearer(hall.session(Role.ADMIN)))
    assert reply.status_code == 400


def test_a_number_is_given_once(hub: Hub, hall: Hall) -> None:
    add(hub, hall)
    body = encoded({"id": NUMBER, "name": "陈秋", "roles": []})
    assert hub.http.post("/v1/clerks", content=body, headers=bearer(hall.session(Role.ADMIN))).status_code == 409


def test_no_pin_stands_in_the_database(hub: Hub, hall: Hall) -> None:
    given = add(hub, hall)
    change(hub, hall, given, PIN)
    kept = all_kept(hub)
    assert PIN not in kept and given not in kept and "$argon2id$" in kept
