"""The lists that counters hand back: a centre whose disk was lost learns from them whom it revoked and disabled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from msgspec.structs import replace

from central import tokens
from central.backup import backup, restore
from central.clock import now_ms
from central.store import Db
from central.store.tables import TABLES
from hall import wire
from hall import wire_clerks as w
from hall.wire_remember import NO_SECRET, Remember, Remembered, remembered_is_signed
from tests.central.counter import OFFICE, encoded
from tests.central.device import Device
from tests.central.hub import Hub
from tests.central.people import change, clerk, person, taken_away_after


def told(hub: Hub, device: Device, path: str, kind: type[Any]) -> Any:
    answer = hub.http.get(path, headers=device.headers)
    assert answer.status_code == 200
    return msgspec.json.decode(answer.content, type=kind)


def keys_of(hub: Hub, device: Device) -> wire.KeysReply:
    """The list of keys as a counter keeps it to hand it back: without the secret."""
    keys: wire.KeysReply = replace(told(hub, device, "/v1/sync/keys", wire.KeysReply), secret=NO_SECRET)
    return keys


def clerks_of(hub: Hub, device: Device) -> w.ClerksReply:
    reply: w.ClerksReply = told(hub, device, "/v1/clerks", w.ClerksReply)
    return reply


def hand_back(hub: Hub, device: Device, **lists: object) -> httpx.Response:
    return hub.http.post("/v1/sync/remember", content=encoded(Remember(**lists)), headers=device.headers)  # type: ignore[arg-type]


def changed(hub: Hub, device: Device, **lists: object) -> int:
    answer = hand_back(hub, device, **lists)
    assert answer.status_code == 200, answer.text
    reply = msgspec.json.decode(answer.content, type=Remembered)
    assert remembered_is_signed(device.enrolled.server_key, reply)
    return reply.changed


def lose_and_put_back(hub: Hub, copy: Path) -> None:
    """The centre's disk is gone with all that it knew; the copy is put into an empty database."""

    async def lose(db: Db) -> None:
        for table in reversed(TABLES):
            await db.run(f"DELETE FROM {table}")

    hub.transact(lose)
    assert not hub.run(restore(hub.store, copy)).has_looked


def lets_in(hub: Hub, device: Device) -> bool:
    return hub.http.get("/v1/sync/changes", headers=device.headers).status_code == 200


def test_a_list_that_a_counter_kept_takes_away_again_what_the_copy_does_not_know(hub: Hub, tmp_path: Path) -> None:
    stolen, other = taken_away_after(hub, tmp_path / "b")
    keys, people = keys_of(hub, other), clerks_of(hub, other)
    lose_and_put_back(hub, tmp_path / "b")
    assert lets_in(hub, stolen), "the copy does not know"
    assert changed(hub, other, keys=keys) == 1
    assert (lets_in(hub, stolen), lets_in(hub, other)) == (False, True)
    assert changed(hub, other, clerks=people) == 2
    assert [(clerk(hub, name).active, clerk(hub, name).roles) for name in ("0815", "0816", "0817")] == [
        (False, ("clerk",)),
        (True, ("clerk",)),
        (True, ("clerk",)),
    ]
    assert (changed(hub, other, keys=keys), changed(hub, other, clerks=people)) == (0, 0)
    by = hub.read(lambda db: db.rows("SELECT actor, action, target FROM audit WHERE actor = 'other' ORDER BY target"))
    assert [tuple(row) for row in by] == [
        ("other", "clerk.disabled", "0815"),
        ("other", "clerk.roles_lost", "0816"),
        ("other", "device.revoked", "stolen"),
    ]


def test_what_an_administrator_decides_after_the_restore_stands(hub: Hub, tmp_path: Path) -> None:
    other = Device(hub, "other")
    person(hub, "0815")
    hub.run(backup(hub.store, tmp_path / "b"))
    change(hub, "0815", w.ClerkChange(active=False))
    people = clerks_of(hub, other)
    lose_and_put_back(hub, tmp_path / "b")
    assert changed(hub, other, clerks=people) == 1
    change(hub, "0815", w.ClerkChange(active=True))
    assert changed(hub, other, clerks=people) == 0
    assert clerk(hub, "0815").active


def test_nobody_gets_anything_back_by_a_list(hub: Hub, tmp_path: Path) -> None:
    stolen, other = Device(hub, "stolen"), Device(hub, "other")
    person(hub, "0815", ("clerk", "supervisor"))
    keys, people = keys_of(hub, other), clerks_of(hub, other)
    hub.run(tokens.revoke(hub.store, OFFICE, "stolen", "console", now_ms()))
    change(hub, "0815", w.ClerkChange(active=False, roles=["clerk"]))
    hub.run(backup(hub.store, tmp_path / "b"))
    lose_and_put_back(hub, tmp_path / "b")
    assert (changed(hub, other, keys=keys), changed(hub, other, clerks=people)) == (0, 0)
    assert not lets_in(hub, stolen)
    assert (clerk(hub, "0815").active, clerk(hub, "0815").roles) == (False, ("clerk",))


def test_only_what_the_centre_signed_for_this_device_counts(hub: Hub, tmp_path: Path) -> None:
    mine, other, far = Device(hub, "mine"), Device(hub, "other"), Device(hub, "far", "SL02")
    person(hub, "0815")
    keys, people, abroad = keys_of(hub, other), clerks_of(hub, other), keys_of(hub, far)
    hub.run(backup(hub.store, tmp_path / "b"))
    lose_and_put_back(hub, tmp_path / "b")
    revoked = replace(keys, keys=[replace(each, revoked=True) for each in keys.keys])
    disabled = replace(people, clerks=[replace(each, active=False) for each in people.clerks])
    for device, lists in (
        (other, {"keys": revoked}),
        (other, {"clerks": disabled}),
        (mine, {"keys": keys}),
        (mine, {"clerks": people}),
        (other, {"keys": abroad}),
    ):
        answer = hand_back(hub, device, **lists)
        assert (answer.status_code, answer.json()["code"]) == (422, "not_signed")
    for nothing in ({}, {"keys": keys, "clerks": people}):
        assert hand_back(hub, other, **nothing).status_code == 400
    assert lets_in(hub, mine) and clerk(hub, "0815").active


@pytest.mark.parametrize("kind", ["keys", "clerks"])
def test_a_list_of_the_present_epoch_says_nothing_new(hub: Hub, kind: str) -> None:
    mine = Device(hub, "mine")
    Device(hub, "other")
    person(hub, "0815")
    keys, people = keys_of(hub, mine), clerks_of(hub, mine)
    shut = replace(keys, secret=hub.store.office_secret(OFFICE), keys=[replace(k, revoked=True) for k in keys.keys])
    gone = replace(people, clerks=[replace(each, active=False) for each in people.clerks])
    lists: dict[str, object] = {
        "keys": replace(wire.sign_keys(hub.store.key, shut), secret=NO_SECRET),
        "clerks": w.sign_clerks(hub.store.key, gone),
    }
    assert changed(hub, mine, **{kind: lists[kind]}) == 0
    assert lets_in(hub, mine) and clerk(hub, "0815").active
