"""A centre as it stands: from counter to counter through the feed, with many devices that only wait, and with more and
more cases stored."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import msgspec

from central.store import Db, Store
from hall import wire
from tests.bench.backlog import PUSH, us_a_fact
from tests.bench.centres import OFFICE, Centre, centre
from tests.bench.counters import Counter, enrolled
from tests.bench.measure import Figure, percentile
from tests.central.queue_load import Client

WAIT_S = 25


def run(folder: Path, quick: bool) -> Iterator[Figure]:
    """The feed and idle devices with two processes, then the growth with one."""
    with centre(folder, "postgres") as made:
        counters = made.with_store(_two)
        yield _through_the_feed(made, counters, 10 if quick else 100)
        yield from _idle(made, counters, 100 if quick else 500, 3 if quick else 20)
    with centre(folder, "postgres", processes=1) as made:
        yield from _growth(made, (1_000, 10_000) if quick else (10_000, 100_000, 1_000_000))


async def _two(store: Store) -> list[Counter]:
    return [await enrolled(store, OFFICE, number) for number in range(2)]


def _feed(cursor: str, wait_s: int = WAIT_S) -> str:
    return f"/v1/sync/changes?cursor={quote(cursor)}&limit=500&wait_s={wait_s}"


async def _ask(client: Client, port: int, path: str) -> wire.ChangesReply:
    status, reply = await client.ask(port, path, b"")
    assert status == 200, reply.decode()
    return msgspec.json.decode(reply, type=wire.ChangesReply)


async def _end(client: Client, port: int) -> str:
    """The cursor behind all that there is."""
    cursor, more = "", True
    while more:
        page = await _ask(client, port, _feed(cursor, 0))
        cursor, more = page.next_cursor, page.has_more
    return cursor


# From counter to counter


def _through_the_feed(made: Centre, counters: list[Counter], rounds: int) -> Figure:
    writer, reader = counters

    async def tell() -> list[float]:
        speaks, listens, took = Client(writer.token), Client(reader.token), []
        cursor = await _end(listens, made.port(1))
        for _ in range(rounds):
            waits = asyncio.create_task(_ask(listens, made.port(1), _feed(cursor)))
            await asyncio.sleep(0.05)
            ((_, body),) = writer.requests(1)
            begun = time.perf_counter()
            status, _ = await speaks.ask(made.port(0), PUSH, body)
            cursor = (await waits).next_cursor
            took.append((time.perf_counter() - begun) * 1e3)
            assert status == 200
        speaks.close()
        listens.close()
        return took

    took = asyncio.run(tell())
    return Figure(
        "counter to counter through the feed, of two processes, p95", percentile(took, 95), "ms", aim=500,
        note=f"p50 {percentile(took, 50):.0f} ms of {len(took)}, from the push to the case at the other counter",
    )  # fmt: skip


# Devices that wait


def _idle(made: Centre, counters: list[Counter], devices: int, seconds: float) -> Iterator[Figure]:
    """Each has a connection on which it waits for the next change."""
    writer, reader = counters
    before_mb = made.resident_mb()

    async def wait() -> tuple[float, float, float, list[float]]:
        clients = [Client(reader.token) for _ in range(devices)]
        cursor = await _end(clients[0], made.port(0))
        heard: list[float] = []

        async def one(number: int) -> None:
            await _ask(clients[number], made.port(number), _feed(cursor))
            heard.append(time.perf_counter())

        waiting = [asyncio.create_task(one(number)) for number in range(devices)]
        await asyncio.sleep(2)
        cpu = made.cpu_s()
        await asyncio.sleep(seconds)
        cpu, resident = made.cpu_s() - cpu, made.resident_mb()
        ((_, body),) = writer.requests(1)
        speaks, told, begun = Client(writer.token), made.cpu_s(), time.perf_counter()
        status, _ = await speaks.ask(made.port(0), PUSH, body)
        assert status == 200
        await asyncio.gather(*waiting)
        told = made.cpu_s() - told
        for client in (speaks, *clients):
            client.close()
        return cpu / seconds, resident, told, [(at - begun) * 1e3 for at in heard]

    cpu, resident, told, heard = asyncio.run(wait())
    yield Figure(
        f"{devices} connected devices that wait: processor time of the centre, each second", cpu * 1e3, "ms",
        note=f"asking anew every {WAIT_S} s costs besides what a request costs",
    )  # fmt: skip
    yield Figure(
        f"{devices} connected devices that wait: memory for each", (resident - before_mb) * 1024 / devices, "KB",
        note=f"{resident:.0f} MB in all for both processes, {before_mb:.0f} before",
    )  # fmt: skip
    each = told * 1e3 / devices
    note = f"p50 {percentile(heard, 50):.0f} ms, the last {max(heard):.0f}; {each:.2f} ms of processor time each"
    yield Figure(f"one change told to all {devices}, p95", percentile(heard, 95), "ms", note=note)


# With more and more cases


def _growth(made: Centre, sizes: tuple[int, ...]) -> Iterator[Figure]:
    """A backlog taken in where so many cases are stored already; the yardstick is the smallest number of them."""
    counter: Counter = made.with_store(lambda store: enrolled(store, OFFICE, 0))
    us_a_fact(made.port(0), counter.token, list(counter.requests(400)))
    stored, least = 0, 0.0
    for size in sizes:
        made.with_store(lambda store, first=stored, last=size: _store(store, first, last))
        stored = size
        took = [us_a_fact(made.port(0), counter.token, list(counter.requests(200))) for _ in range(5)]
        value = statistics.median(took)
        least = least or value
        yield Figure(
            f"a fact taken in where {size:,} cases are stored", value, "us", least, f"where {sizes[0]:,} are",
            aim_ratio=1.5, note=f"{1e6 / value:,.0f} facts/s",
        )  # fmt: skip


async def _store(store: Store, first: int, last: int) -> None:
    """Copies of a case with its first fact, from the ``first``-th to the ``last``-th."""

    async def copy(db: Db) -> None:
        head = await db.row("UPDATE hall SET feed_head = feed_head + $1 WHERE office = $2 RETURNING feed_head - $1",
                            until - first, OFFICE)  # fmt: skip
        assert head is not None
        await db.run(
            "INSERT INTO event SELECT e.office, 'COPY', g, 'copy-' || g, 'copy-' || g, e.header, e.public, e.personal,"
            " e.salt, e.personal_hash, e.hash, e.status, e.reason, $1 + g - $2, e.case_version, e.received_ms"
            " FROM generate_series($2::bigint + 1, $3::bigint) g, (SELECT * FROM event ORDER BY seq LIMIT 1) e",
            head[0], first, until,
        )  # fmt: skip
        await db.run(
            "INSERT INTO case_ (case_id, office, reference, state, version, snapshot, server_seq, device, day, flags)"
            " SELECT 'copy-' || g, c.office, 'copy-' || g, c.state, c.version, c.snapshot, $1 + g - $2, c.device,"
            " c.day, c.flags FROM generate_series($2::bigint + 1, $3::bigint) g, (SELECT * FROM case_ LIMIT 1) c",
            head[0], first, until,
        )  # fmt: skip

    while first < last:
        until = min(last, first + 20_000)
        await store.transact(copy)
        first = until
    await store.transact(lambda db: db.run("ANALYZE"))
