"""Two counters that could not reach the centre send what they wrote on one case: there is one case."""

from __future__ import annotations

import random
from pathlib import Path

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from central import ingest
from central.store import Store, devices, facts
from central.store.sqlite import SqliteStore
from clerk_tui.store.exchange import keep_keys
from clerk_tui.store.journal import Entry
from hall import wire
from hall.case import Case, CaseState
from hall.facts import Fact
from tests.central.counter import Counter, encoded
from tests.central.inline import inline
from tests.hall.test_adoption import FIRST, SECOND, substance


def write(counter: Counter, facts: list[Fact]) -> None:
    counter.journal.commit(
        [
            Entry(
                event_id=f"{counter.device.incarnation}-{seq}",
                subject="case-1",
                body=fact.body,
                actor="007",
                day=fact.header.day,
                personal=fact.personal,
            )
            for seq, fact in enumerate(facts)
        ]
    )


def case_at(store: Store) -> Case:
    row = inline(store.read(lambda db: facts.cases(db, ["case-1"])))["case-1"]
    return msgspec.json.decode(row.snapshot, type=Case)


def send(store: Store, counter: Counter, first: int, count: int) -> list[wire.PushResult]:
    device = inline(store.read(lambda db: devices.device(db, counter.device.device_id)))
    assert device is not None
    return inline(ingest.push(store, device, counter.request(first, count), 1)).results


@pytest.mark.parametrize("seed", range(12))
def test_in_whatever_batches_they_come_it_is_one_case(tmp_path: Path, store: Store, seed: int) -> None:
    """Also when a batch is sent again, and a fact that another order would call a misfit is none."""
    chance = random.Random(seed)
    first, second = Counter(tmp_path, store, "A1"), Counter(tmp_path, store, "B1")
    write(first, FIRST)
    write(second, SECOND)
    left = {first: (1, len(FIRST)), second: (1, len(SECOND))}
    while any(begin <= end for begin, end in left.values()):
        counter = chance.choice([each for each, (begin, end) in left.items() if begin <= end])
        begin, end = left[counter]
        again = chance.randint(1, begin)
        count = chance.randint(1, 3)
        results = send(store, counter, again, begin - again + count)
        assert {result.status for result in results} == {wire.Status.APPLIED}
        left[counter] = (min(begin + count, end + 1), end)
    case = case_at(store)
    assert case.state is CaseState.ACCEPTED
    assert case.version == len(FIRST) + len(SECOND)
    expected = substance(_whole(tmp_path, store))
    assert _timeless(substance(case)) == _timeless(expected)
    counts = inline(store.read(facts.counts))
    assert counts["cases"] == 1
    assert counts["applied"] == len(FIRST) + len(SECOND)


def _whole(tmp_path: Path, store: Store) -> Case:
    """The case as a centre has it that heard one window after the other."""
    other = SqliteStore(tmp_path / "other" / "central.db")
    (tmp_path / "twin").mkdir()
    first, second = Counter(tmp_path / "twin", other, "A1"), Counter(tmp_path / "twin", other, "B1")
    write(first, FIRST)
    write(second, SECOND)
    send(other, first, 1, 99)
    send(other, second, 1, 99)
    case = case_at(other)
    inline(other.close())
    return case


def _timeless(case: Case) -> Case:
    return msgspec.structs.replace(
        case, timeline=tuple(msgspec.structs.replace(line, at_ms=0) for line in case.timeline)
    )


def test_the_feed_tells_the_first_window_what_the_second_did(
    tmp_path: Path, store: Store, centre: TestClient[Litestar]
) -> None:
    first, second = Counter(tmp_path, store, "A1"), Counter(tmp_path, store, "B1")
    write(first, FIRST)
    write(second, SECOND)
    send(store, second, 1, 99)
    send(store, first, 1, 99)
    page = msgspec.json.decode(centre.get("/v1/sync/changes", headers=first.headers).content, type=wire.ChangesReply)
    told = msgspec.json.decode(page.changes[-1].case, type=Case)
    assert (told.case_id, told.state, told.reference) == ("case-1", CaseState.ACCEPTED, "SL01-A1-00001-X")


def test_a_second_acceptance_is_kept_as_a_conflict_and_says_so(tmp_path: Path, store: Store) -> None:
    first, second = Counter(tmp_path, store, "A1"), Counter(tmp_path, store, "B1")
    write(first, [*FIRST[:2], *SECOND[1:3]])
    write(second, SECOND)
    send(store, second, 1, 99)
    results = send(store, first, 1, 99)
    assert [result.status for result in results] == [
        wire.Status.APPLIED,
        wire.Status.APPLIED,
        wire.Status.APPLIED,
        wire.Status.CONFLICT,
    ]
    assert results[-1].reason


def test_the_hall_s_keys_are_told_to_its_devices_and_signed(
    tmp_path: Path, store: Store, centre: TestClient[Litestar]
) -> None:
    first, second = Counter(tmp_path, store, "A1"), Counter(tmp_path, store, "B1")
    elsewhere = Counter(tmp_path, store, "C1", office="SL02")
    reply = msgspec.json.decode(centre.get("/v1/sync/keys", headers=first.headers).content, type=wire.KeysReply)
    assert wire.keys_are_signed(store.public_key, reply)
    assert {known.public_key for known in reply.keys} == {first.device.public_key, second.device.public_key}
    other = msgspec.json.decode(centre.get("/v1/sync/keys", headers=elsewhere.headers).content, type=wire.KeysReply)
    assert [known.device for known in other.keys] == [elsewhere.device.device_id]
    assert other.secret != reply.secret
    assert centre.get("/v1/sync/keys").status_code == 401
    for changed in (
        msgspec.structs.replace(reply, secret=bytes(32)),
        msgspec.structs.replace(reply, keys=[*reply.keys, other.keys[0]]),
        msgspec.structs.replace(reply, device=second.device.device_id),
        msgspec.structs.replace(reply, server_time_ms=reply.server_time_ms + 1),
    ):
        assert not wire.keys_are_signed(store.public_key, changed), encoded(changed)[:20]


def test_an_older_list_of_keys_does_not_bring_a_revoked_device_back(tmp_path: Path, store: Store) -> None:
    counter = Counter(tmp_path, store, "A1")
    key = wire.DeviceKey(device="d", public_key=bytes(32), revoked=True)
    reply = wire.KeysReply(device="d", epoch="e", server_time_ms=200, secret=b"s" * 32, keys=[key])
    keep_keys(counter.journal.database, reply, 1)
    stale = msgspec.structs.replace(
        reply, server_time_ms=100, keys=[msgspec.structs.replace(key, revoked=False)], secret=b"o" * 32
    )
    keep_keys(counter.journal.database, stale, 2)
    rows = counter.journal.read().execute("SELECT device, revoked FROM known_key").fetchall()
    assert [tuple(row) for row in rows] == [("d", 1)]
