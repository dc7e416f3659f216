"""Live work goes before backlogs, and whoever waits too long is told to come again."""

from __future__ import annotations

import asyncio

import pytest

from central import admission as module
from central.admission import Admission
from central.refusal import Refused
from hall import wire


async def take(admission: Admission, lane: wire.Lane, name: str, order: list[str], leave: asyncio.Event) -> None:
    async with admission.place(lane):
        order.append(name)
        await leave.wait()


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_backlog_takes_few_places_and_live_work_passes_it() -> None:
    admission, order, leave = Admission(at_once=4, backlog=2), list[str](), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for number in range(5):
            group.create_task(take(admission, "backlog", f"b{number}", order, leave))
        await settle()
        assert order == ["b0", "b1"]
        for number in range(3):
            group.create_task(take(admission, "live", f"l{number}", order, leave))
        await settle()
        assert order == ["b0", "b1", "l0", "l1"]
        leave.set()
    assert order[4] == "l2"
    assert sorted(order[5:]) == ["b2", "b3", "b4"]
    assert admission.working == {"live": 0, "backlog": 0}


async def test_when_too_many_wait_the_next_is_told_when_to_come_again() -> None:
    admission, leave = Admission(at_once=1, backlog=1, waiting=2), asyncio.Event()
    tasks = [asyncio.ensure_future(take(admission, "live", "", [], leave)) for _ in range(3)]
    await settle()
    with pytest.raises(Refused) as refused:
        async with admission.place("live"):
            pass
    assert refused.value.http_status == 503
    assert refused.value.retry_after_s >= 1
    leave.set()
    await asyncio.gather(*tasks)
    assert admission.working == {"live": 0, "backlog": 0}


async def test_a_wait_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE_S", 0.01)
    admission, leave = Admission(at_once=1, backlog=1), asyncio.Event()
    first = asyncio.ensure_future(take(admission, "live", "", [], leave))
    await settle()
    with pytest.raises(Refused):
        async with admission.place("backlog"):
            pass
    leave.set()
    await first
    async with admission.place("backlog"):
        assert admission.working == {"live": 0, "backlog": 1}


async def test_who_goes_away_while_waiting_leaves_no_place_taken() -> None:
    admission, leave = Admission(at_once=1, backlog=1), asyncio.Event()
    first = asyncio.ensure_future(take(admission, "live", "", [], leave))
    second = asyncio.ensure_future(take(admission, "live", "", [], leave))
    await settle()
    second.cancel()
    await settle()
    leave.set()
    await first
    assert admission.working == {"live": 0, "backlog": 0}
    async with admission.place("live"):
        pass
