"""Eight writers that commit at random moments, and a reader that polls the feed: it misses nothing (R18)."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from central.store import Db, facts
from central.store.postgres import PostgresStore
from tests.central.device import Device, whole
from tests.central.hub import Hub
from tests.reliability.figures import record

WRITERS = 8


class Reader:
    """Polls the feed and remembers the newest version of every case it was told of."""

    def __init__(self, hub: Hub) -> None:
        self.hub, self.cursor = hub, ""
        self.seen: dict[str, int] = {}

    def poll(self) -> int:
        page = self.hub.feed(self.cursor, 500)
        numbers = [change.server_seq for change in page.changes]
        assert numbers == sorted(set(numbers))
        self.cursor = page.next_cursor
        self.seen |= {change.case_id: change.version for change in page.changes}
        return len(numbers)


def race(hub: Hub, pushes: int, per_push: int) -> tuple[Reader, dict[str, int], list[Device]]:
    """The reader after everything was written, what there is, and who wrote it."""
    devices = [Device(hub, f"writer-{number}") for number in range(WRITERS)]
    reader, done = Reader(hub), threading.Event()

    def write(device: Device) -> None:
        for number in range(pushes):
            for each in range(per_push):
                device.case(number * per_push + each, notes=0)
            device.drain(len(device.sealed) - 2 * per_push)

    def read() -> None:
        while not done.is_set():
            if reader.poll() == 0:
                time.sleep(0)

    with ThreadPoolExecutor(WRITERS + 1) as pool:
        polling = pool.submit(read)
        try:
            list(pool.map(write, devices))
        finally:
            done.set()
        polling.result()
    while reader.poll():
        pass
    rows = hub.read(lambda db: db.rows("SELECT case_id, version FROM case_"))
    return reader, {row[0]: row[1] for row in rows}, devices


@pytest.fixture
def commits_late(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """PostgreSQL transactions stay open for a random while after their last statement."""
    chance, transact = random.Random(18), PostgresStore.transact

    async def slow(self: PostgresStore, work: Callable[[Db], Awaitable[Any]]) -> Any:
        async def late(db: Db) -> Any:
            result = await work(db)
            await asyncio.sleep(chance.choice((0, 0, 0.001, 0.01)))
            return result

        return await transact(self, late)

    monkeypatch.setattr(PostgresStore, "transact", slow)
    yield


def test_a_polling_reader_misses_nothing(hub: Hub, commits_late: None) -> None:
    reader, there, devices = race(hub, pushes=12, per_push=3)
    assert reader.seen == there
    whole(hub, devices)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_a_polling_reader_misses_none_of_100_000_changes(hub: Hub, commits_late: None) -> None:
    reader, there, _ = race(hub, pushes=250, per_push=25)
    assert sum(there.values()) == 100_000
    missed = sum(reader.seen.get(case) != version for case, version in there.items())
    record(
        "R18",
        f"eight writers with late commits and a polling reader, {hub.engine}",
        changes=100_000,
        missed_cases=missed,
    )
    assert reader.seen == there


@pytest.mark.parametrize("hub", ["postgres"], indirect=True)
def test_numbers_that_are_not_given_in_commit_order_would_be_noticed(
    hub: Hub, commits_late: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With numbers as a sequence gives them, at any moment of a transaction, the same reader misses cases."""
    given = [0]

    async def like_a_sequence(db: Db, office: str, count: int) -> int:
        given[0] += count
        return given[0] - count + 1

    monkeypatch.setattr(facts, "next_numbers", like_a_sequence)
    reader, there, _ = race(hub, pushes=12, per_push=3)
    assert reader.seen != there
