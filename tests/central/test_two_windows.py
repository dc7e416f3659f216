"""Two counters that could not reach the centre send what they wrote on one case: there is one case."""

from __future__ import annotations

import random

import msgspec
import pytest

from central.store import open_store
from clerk_tui.store.exchange import keep_keys
from clerk_tui.store.journal import Entry
from hall import wire
from hall.case import Case, CaseState
from hall.facts import Fact
from tests.central.counter import Counter, encoded
from tests.central.hub import Hub
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


def send(hub: Hub, counter: Counter, first: int, count: int) -> list[wire.PushResult]:
    return hub.push(counter, counter.request(first, count)).results


@pytest.mark.parametrize("seed", range(12))
def test_in_whatever_batches_they_come_it_is_one_case(hub: Hub, seed: int) -> None:
    """Also when a batch is sent again, and a fact that another order would call a misfit is none."""
    chance = random.Random(seed)
    first, second = hub.counter("A1"), hub.counter("B1")
    write(first, FIRST)
    write(second, SECOND)
    left = {first: (1, len(FIRST)), second: (1, len(SECOND))}
    while any(begin <= end for begin, end in left.values()):
        counter = chance.choice([each for each, (begin, end) in left.items() if begin <= end])
        begin, end = left[counter]
        again = chance.randint(1, begin)
        count = chance.randint(1, 3)
        results = send(hub, counter, again, begin - again + count)
        assert {result.status for result in results} == {wire.Status.APPLIED}
        left[counter] = (min(begin + count, end + 1), end)
    case = hub.case("case-1")
    assert case.state is CaseState.ACCEPTED
    assert case.version == len(FIRST) + len(SECOND)
    expected = substance(_whole(hub))
    assert _timeless(substance(case)) == _timeless(expected)
    counts = hub.counts()
    assert counts["cases"] == 1
    assert counts["applied"] == len(FIRST) + len(SECOND)


def _whole(hub: Hub) -> Case:
    """The case as a centre has it that heard one window after the other."""
    other = Hub("sqlite", open_store(hub.folder / "other" / "central.db"), hub.loop, hub.folder / "other")
    first, second = other.counter("A1"), other.counter("B1")
    write(first, FIRST)
    write(second, SECOND)
    send(other, first, 1, 99)
    send(other, second, 1, 99)
    case = other.case("case-1")
    other.close()
    return case


def _timeless(case: Case) -> Case:
    return msgspec.structs.replace(
        case, timeline=tuple(msgspec.structs.replace(line, at_ms=0) for line in case.timeline)
    )


def test_the_feed_tells_the_first_window_what_the_second_did(hub: Hub) -> None:
    first, second = hub.counter("A1"), hub.counter("B1")
    write(first, FIRST)
    write(second, SECOND)
    send(hub, second, 1, 99)
    send(hub, first, 1, 99)
    page = msgspec.json.decode(hub.http.get("/v1/sync/changes", headers=first.headers).content, type=wire.ChangesReply)
    told = msgspec.json.decode(page.changes[-1].case, type=Case)
    assert (told.case_id, told.state, told.reference) == ("case-1", CaseState.ACCEPTED, "SL01-A1-00001-X")


def test_a_second_acceptance_is_kept_as_a_conflict_and_says_so(hub: Hub) -> None:
    first, second = hub.counter("A1"), hub.counter("B1")
    write(first, [*FIRST[:2], *SECOND[1:3]])
    write(second, SECOND)
    send(hub, second, 1, 99)
    results = send(hub, first, 1, 99)
    assert [result.status for result in results] == [
        wire.Status.APPLIED,
        wire.Status.APPLIED,
        wire.Status.APPLIED,
        wire.Status.CONFLICT,
    ]
    assert results[-1].reason


def test_the_hall_s_keys_are_told_to_its_devices_and_signed(hub: Hub) -> None:
    first, second = hub.counter("A1"), hub.counter("B1")
    elsewhere = hub.counter("C1", office="SL02")
    reply = msgspec.json.decode(hub.http.get("/v1/sync/keys", headers=first.headers).content, type=wire.KeysReply)
    assert wire.keys_are_signed(hub.store.public_key, reply)
    assert {known.public_key for known in reply.keys} == {first.device.public_key, second.device.public_key}
    other = msgspec.json.decode(hub.http.get("/v1/sync/keys", headers=elsewhere.headers).content, type=wire.KeysReply)
    assert [known.device for known in other.keys] == [elsewhere.device.device_id]
    assert other.secret != reply.secret
    assert hub.http.get("/v1/sync/keys").status_code == 401
    for changed in (
        msgspec.structs.replace(reply, secret=bytes(32)),
        msgspec.structs.replace(reply, keys=[*reply.keys, other.keys[0]]),
        msgspec.structs.replace(reply, device=second.device.device_id),
        msgspec.structs.replace(reply, server_time_ms=reply.server_time_ms + 1),
    ):
        assert not wire.keys_are_signed(hub.store.public_key, changed), encoded(changed)[:20]


def test_an_older_list_of_keys_does_not_bring_a_revoked_device_back(hub: Hub) -> None:
    counter = hub.counter("A1")
    key = wire.DeviceKey(device="d", public_key=bytes(32), revoked=True)
    reply = wire.KeysReply(device="d", epoch="e", server_time_ms=200, secret=b"s" * 32, keys=[key])
    keep_keys(counter.journal.database, reply, 1)
    stale = msgspec.structs.replace(
        reply, server_time_ms=100, keys=[msgspec.structs.replace(key, revoked=False)], secret=b"o" * 32
    )
    keep_keys(counter.journal.database, stale, 2)
    rows = counter.journal.read().execute("SELECT device, revoked FROM known_key").fetchall()
    assert [tuple(row) for row in rows] == [("d", 1)]
