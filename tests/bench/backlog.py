"""Records on their way to the centre, over real sockets into a real PostgreSQL: a hall that comes back after three days
while others work, and one counter's backlog beside what the same machine can do at all."""

from __future__ import annotations

import asyncio
import re
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from central.store import Store
from hall import wire
from tests.bench import pouch
from tests.bench.bare import bare_server
from tests.bench.centres import OFFICE, Centre, centre, postgres
from tests.bench.counters import FACTS_OF_A_CASE, Counter, enrolled
from tests.bench.measure import Figure, percentile
from tests.central.inline import counts
from tests.central.queue_load import Client

PUSH = "/v1/sync/push"
Request = tuple[int, bytes]
"""How many facts, and the body that brings them."""


def run(folder: Path, quick: bool) -> Iterator[Figure]:
    """The hall that comes back, then one counter alone beside its yardsticks."""
    with centre(folder, "postgres") as made:
        yield from _after_three_days(made, devices=20 if quick else 100, facts_each=900)
    with centre(folder, "postgres", processes=1) as made:
        yield from _one_counter(made, rounds=2 if quick else 5, cases=500)


# A hall that comes back


@dataclass
class Return:
    """Devices with a backlog and windows that work meanwhile."""

    made: Centre
    behind: list[Counter]
    live: list[Counter]
    backlogs: dict[str, list[Request]]
    done: bool = False
    told_to_wait: int = 0
    took_ms: list[float] = field(default_factory=list)

    async def drain(self, number: int, counter: Counter) -> int:
        """Send one device's backlog; how many facts went."""
        client, sent = Client(counter.token, X_Lane="backlog"), 0
        for count, body in self.backlogs[counter.name]:
            await self._push(client, number, body)
            sent += count
        client.close()
        return sent

    async def work(self, number: int, counter: Counter, begins_s: float) -> int:
        """Take in a case every second until the backlogs are gone; how many facts went."""
        client, sent = Client(counter.token, X_Lane="live"), 0
        await asyncio.sleep(begins_s)
        while not self.done:
            for count, body in counter.requests(1):
                begun = time.perf_counter()
                await self._push(client, number, body)
                self.took_ms.append((time.perf_counter() - begun) * 1e3)
                sent += count
            await asyncio.sleep(1)
        client.close()
        return sent

    async def _push(self, client: Client, number: int, body: bytes) -> None:
        while True:
            status, reply = await client.ask(self.made.port(number), PUSH, body)
            if status == 200:
                return
            wait = re.search(rb"retry-after: (\d+)", client.head, re.IGNORECASE)
            assert status == 503 and wait is not None, reply.decode()
            self.told_to_wait += 1
            await asyncio.sleep(int(wait[1]))

    async def everybody(self) -> tuple[float, int]:
        """Seconds until the backlogs were gone, and how many facts went in all."""
        windows = [
            asyncio.create_task(self.work(place, counter, place / len(self.live)))
            for place, counter in enumerate(self.live)
        ]
        begun = time.perf_counter()
        sent = sum(await asyncio.gather(*(self.drain(place, counter) for place, counter in enumerate(self.behind))))
        took = time.perf_counter() - begun
        self.done = True
        return took, sent + sum(await asyncio.gather(*windows))


def _after_three_days(made: Centre, devices: int, facts_each: int) -> Iterator[Figure]:
    async def enrol(store: Store) -> list[Counter]:
        return [await enrolled(store, OFFICE, number) for number in range(devices + 20)]

    counters = made.with_store(enrol)
    backlogs = {each.name: list(each.requests(facts_each // FACTS_OF_A_CASE)) for each in counters[:devices]}
    back = Return(made, counters[:devices], counters[devices:], backlogs)
    before = made.cpu_s()
    took, sent = asyncio.run(back.everybody())
    stored = made.with_store(lambda store: store.read(counts))
    assert stored["applied"] == sent, f"{sent} facts were sent, {stored} are stored"
    total = devices * facts_each
    note = (
        f"{total / took:,.0f} facts/s, {made.cpu_s() - before:.1f} s of the centre's processor time;"
        f" all {sent:,} facts stored once; told to wait {back.told_to_wait} times"
    )
    yield Figure(f"{devices} counters x {facts_each} facts drained, {made.name}", took, "s", aim=20, note=note)
    yield Figure(
        "a live fact acknowledged meanwhile, p95", percentile(back.took_ms, 95), "ms", aim=500,
        note=f"p50 {percentile(back.took_ms, 50):.0f} ms, worst {max(back.took_ms):.0f} of {len(back.took_ms)} cases"
        f" at {len(back.live)} windows",
    )  # fmt: skip
    yield Figure("memory of the centre meanwhile, all processes", made.resident_mb(), "MB", aim=300)


# One counter


def _one_counter(made: Centre, rounds: int, cases: int) -> Iterator[Figure]:
    """Ours and each yardstick in turns; a figure is the median of its rounds."""
    counter: Counter = made.with_store(lambda store: enrolled(store, OFFICE, 0))
    ours, bare, single = [], [], []
    with postgres() as address, bare_server(address) as port:
        for _ in range(rounds):
            requests = list(counter.requests(cases))
            ours.append(us_a_fact(made.port(0), counter.token, requests))
            bare.append(us_a_fact(port, "", requests))
            single.append(us_a_fact(port, "", list(_ones(requests, 300))))
    value = statistics.median(ours)
    told = f"{1e6 / value:,.0f} facts/s"
    note = f"{told} with chain, fold, feed and signatures; bare {1e6 / statistics.median(bare):,.0f}/s"
    yield Figure(
        f"a fact of one counter's backlog, {made.name}", value, "us", statistics.median(bare), "bare batched insert",
        aim_ratio=3, note=note,
    )  # fmt: skip
    yard = statistics.median(single)
    yield Figure(
        "the same beside one POST a record", value, "us", yard, "one bare POST a record", aim_ratio=1,
        note=f"{1e6 / yard:,.0f} records/s",
    )  # fmt: skip
    replicated = pouch.records_per_s([body for _, body in requests], rounds)
    if isinstance(replicated, str):
        yield Figure("the same beside PouchDB replicating to pouchdb-server", value, "us", note=replicated)
    else:
        yield Figure(
            "the same beside PouchDB replicating", value, "us", 1e6 / replicated, "pouchdb-server", aim_ratio=0.33,
            note=f"{replicated:,.0f} records/s",
        )  # fmt: skip


def _ones(requests: list[Request], count: int) -> Iterator[Request]:
    """The first records of these requests, each as a request of its own."""
    made = 0
    for _, body in requests:
        for each in msgspec.json.decode(body, type=wire.PushRequest).events:
            if made == count:
                return
            made += 1
            yield 1, msgspec.json.encode({"events": [each]})


def us_a_fact(port: int, token: str, requests: list[Request]) -> float:
    """Microseconds for each fact, one request after the other on one connection."""

    async def send() -> float:
        client, sent = Client(token), 0
        begun = time.perf_counter()
        for count, body in requests:
            status, reply = await client.ask(port, PUSH, body)
            assert status == 200, reply.decode()
            sent += count
        took = time.perf_counter() - begun
        client.close()
        return took * 1e6 / sent

    return asyncio.run(send())
