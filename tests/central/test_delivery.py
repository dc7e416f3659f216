"""Every request delivered one to five times, in any order, by several connections at once: nothing twice (R7)."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from central.refusal import Refused
from hall import facts as f
from hall.fold import fold
from tests.central.device import Device, whole
from tests.central.hub import Hub
from tests.reliability.figures import record

NAMES = itertools.count()


def deliver(device: Device, first: int, count: int) -> str:
    """One delivery: what came of it, acknowledged or refused with a reason that makes the sender go on."""
    try:
        reply = device.push(device.request(first, count))
    except Refused as refused:
        assert refused.problem.code == "gap"
        return "gap"
    assert reply.receipt.acked_hash == device.hash_at(reply.receipt.acked_through)
    assert [result.seq for result in reply.results] == list(range(first, first + len(reply.results)))
    return "acked"


def fresh(hub: Hub, devices: int) -> list[Device]:
    """New devices at a centre without facts."""

    async def forget(db: object) -> None:
        for table in ("event", "case_"):
            await db.run(f"DELETE FROM {table}")  # type: ignore[attr-defined]
        await db.run("UPDATE hall SET feed_head = 0")  # type: ignore[attr-defined]

    hub.transact(forget)
    return [Device(hub, f"device-{next(NAMES)}") for _ in range(devices)]


def in_any_order(hub: Hub, data: st.DataObject) -> int:
    """Batches of two devices, each delivered one to five times; how many deliveries that were."""
    devices = fresh(hub, 2)
    cases = [device.case(number, notes=2) for device in devices for number in (1, 2, 3)]
    batches = [
        (device, first, data.draw(st.integers(1, 7)))
        for device in devices
        for first in range(1, len(device.sealed) + 1, data.draw(st.integers(1, 4)))
    ]
    repeated = [batch for batch in batches for _ in range(data.draw(st.integers(1, 5)))]
    for device, first, count in data.draw(st.permutations(repeated)):
        deliver(device, first, count)
    for device in devices:
        assert device.drain() == len(device.sealed)
    whole(hub, devices)
    for case_id in cases:
        assert hub.case(case_id).version == 4
    assert [change.case_id for change in hub.feed().changes] == sorted(cases, key=lambda each: last_number(hub, each))
    return len(repeated)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(data=st.data())
def test_any_order_and_number_of_deliveries_stores_each_fact_once(hub: Hub, data: st.DataObject) -> None:
    in_any_order(hub, data)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_any_order_and_number_of_deliveries_stores_each_fact_once_however_often_it_is_tried(hub: Hub) -> None:
    delivered = []

    @settings(suppress_health_check=list(HealthCheck), max_examples=500)
    @given(data=st.data())
    def orders(data: st.DataObject) -> None:
        delivered.append(in_any_order(hub, data))

    orders()
    what = f"batches of two devices delivered one to five times in any order, {hub.engine}"
    record("R7", what, orders=len(delivered), deliveries=sum(delivered), facts_twice_or_lost=0)


def last_number(hub: Hub, case_id: str) -> int:
    rows = hub.read(lambda db: db.rows("SELECT max(server_seq) FROM event WHERE subject = $1", case_id))
    return int(rows[0][0])


@pytest.mark.parametrize("seed", range(3))
def test_deliveries_at_the_same_moment_store_each_fact_once(hub: Hub, seed: int) -> None:
    """Four connections send the same batches of two devices, which also write on one and the same case."""
    devices = [Device(hub, f"device-{seed}-{each}") for each in range(2)]
    shared = devices[0].case(1, notes=0)
    devices[0].drain()
    for device in devices:
        for number in range(2, 6):
            device.case(number)
            device.write(shared, f.NoteAdded(text=f"{device.name} {number}"))
    work = [(device, first, 5) for first in range(1, 18, 4) for device in devices for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda each: deliver(*each), work))
    assert "acked" in told
    for device in devices:
        device.drain()
    whole(hub, devices)
    assert hub.case(shared).version == 2 + 8


def test_two_devices_that_begin_the_same_case_at_once_make_one_case(hub: Hub) -> None:
    devices = [Device(hub, f"device-{each}") for each in range(4)]
    for device in devices:
        device.write("one-case", f.CaseReceived(**common()))  # type: ignore[arg-type]
        device.write("one-case", f.NoteAdded(text=device.name))
    with ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(lambda device: device.push(), devices))
    whole(hub, devices)
    statuses = sorted(reply.results[0].status.value for reply in replies)
    assert statuses == ["applied", "conflict", "conflict", "conflict"]
    assert hub.case("one-case").version == 8


def common() -> dict[str, object]:
    from tests.builders import received

    body = received()
    return {name: getattr(body, name) for name in body.__struct_fields__}


def test_the_case_is_the_fold_of_the_facts_in_the_order_of_their_numbers(hub: Hub) -> None:
    from central.store.facts import facts_of
    from hall.chain import open_sealed

    device = Device(hub, "device-1")
    case_id = device.case(1, notes=5)
    device.drain(batch=3)
    stored = hub.read(lambda db: facts_of(db, case_id))
    assert hub.case(case_id) == fold(map(open_sealed, stored))
