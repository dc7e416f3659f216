"""The queue through the API of real centre processes: tickets given out, the next one called."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from central.clock import now_ms
from central.queue.issuing import Issue, issue
from central.store import Store
from hall import queue_wire as w
from tests.bench.centres import OFFICE, Centre, centre
from tests.bench.counters import enrolled
from tests.bench.measure import Figure, percentile
from tests.central.queue_load import BUSINESS, Client, fresh

LENGTHS = (10, 1_000, 10_000)
WINDOWS = 8


def fill(centre: Centre, count: int) -> None:
    """Add so many who wait."""

    async def add(store: Store) -> None:
        for begin in range(0, count, 500):
            asked = [
                Issue(OFFICE, "bench", w.IssueRequest(ticket_id=fresh(), business=BUSINESS, letter="F"), now_ms())
                for _ in range(min(500, count - begin))
            ]
            await store.transact(lambda db, asked=asked: issue(db, asked))  # type: ignore[misc]
        if isinstance(centre.database, str):
            # PostgreSQL does so by itself within a minute, SQLite never.
            await store.transact(lambda db: db.run("ANALYZE"))

    centre.with_store(add)


def run(quick: bool) -> Iterator[Figure]:
    """Every figure of the queue, over SQLite with one process and PostgreSQL with two."""
    folder = Path(tempfile.mkdtemp(prefix="clerk-bench-queue-"))
    rounds = 60 if quick else 400
    try:
        bare = bare_ms(folder, rounds)
        for engine in ("sqlite", "postgres"):
            for figures in (_issues, _claims):
                with centre(folder, engine) as made:
                    device = made.with_store(lambda store: enrolled(store, OFFICE, 0))
                    yield from figures(made, device.token, rounds, bare)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _issues(centre: Centre, token: str, rounds: int, bare: float) -> Iterator[Figure]:
    alone = sorted(asyncio.run(_issue(centre, token, 0, rounds)))
    note = f"p95 {percentile(alone, 95):.1f} ms of {rounds}"
    yield Figure(
        f"ticket through the API, one client, p50, {centre.name}", percentile(alone, 50), "ms", bare,
        "bare fsynced commit", aim=2, note=note,
    )  # fmt: skip

    async def all_of_them() -> None:
        await asyncio.gather(*(_issue(centre, token, number, rounds // 4) for number in range(20)))

    begun = time.perf_counter()
    asyncio.run(all_of_them())
    each = (time.perf_counter() - begun) * 1e3 / (20 * (rounds // 4))
    note = f"{1e3 / each:,.0f} tickets/s"
    yield Figure(f"ticket through the API, 20 clients, each, {centre.name}", each, "ms", aim=1, note=note)


def _claims(centre: Centre, token: str, rounds: int, bare: float) -> Iterator[Figure]:
    waiting = 0
    asyncio.run(_open(centre, token))
    for length in LENGTHS:
        fill(centre, length - waiting)
        for name, values in (("ticket", {}), ("ticket with a head start", {"lane": "priority", "priority": "老年人"})):
            took = asyncio.run(_issue(centre, token, 0, rounds // 4, **values))
            yield Figure(
                f"{name}, {WINDOWS} windows, {length:,} waiting, p50, {centre.name}", percentile(took, 50), "ms", bare,
                "bare fsynced commit", note=f"p95 {percentile(took, 95):.1f} ms",
            )  # fmt: skip
        took = asyncio.run(_claim(centre, token, 1, rounds // 4))
        waiting = max(0, length + rounds // 4)
        yield Figure(
            f"next ticket called, {length:,} waiting, p50, {centre.name}", percentile(took, 50), "ms", bare,
            "bare fsynced commit", aim=5, note=f"p95 {percentile(took, 95):.1f} ms",
        )  # fmt: skip

    async def all_of_them() -> list[float]:
        found = await asyncio.gather(*(_claim(centre, token, number, max(4, rounds // 40)) for number in range(2, 52)))
        return [one for each in found for one in each]

    took = asyncio.run(all_of_them())
    yield Figure(
        f"next ticket called, 50 windows at once, p99, {centre.name}", percentile(took, 99), "ms", aim=100,
        note=f"p50 {percentile(took, 50):.1f} ms, {len(took)} claims, each followed by its end",
    )  # fmt: skip


async def _open(centre: Centre, token: str) -> None:
    """The hall opens its windows."""
    client = Client(token)
    for number in range(1, WINDOWS + 1):
        body = msgspec.json.encode(w.WindowRequest(window=str(number), state="open", businesses=[BUSINESS]))
        status, _ = await client.ask(centre.port(number), "/v1/queue/windows", body)
        assert status == 200
    client.close()


async def _issue(centre: Centre, token: str, number: int, count: int, **values: Any) -> list[float]:
    client, took = Client(token), []
    for _ in range(count):
        asked = w.IssueRequest(ticket_id=fresh(), business=BUSINESS, letter="ABCD"[number % 4], **values)
        body = msgspec.json.encode(asked)
        begun = time.perf_counter()
        status, _ = await client.ask(centre.port(number), "/v1/queue/tickets", body)
        took.append((time.perf_counter() - begun) * 1e3)
        assert status == 200
    client.close()
    return took


async def _claim(centre: Centre, token: str, number: int, count: int) -> list[float]:
    """Call and finish; the time of the calls. An empty queue is called all the same."""
    client, took, window = Client(token), [], str(number)
    for _ in range(count):
        body = msgspec.json.encode(w.ClaimRequest(claim_id=fresh(), window=window, businesses=[BUSINESS]))
        begun = time.perf_counter()
        status, reply = await client.ask(centre.port(number), "/v1/queue/claim", body)
        took.append((time.perf_counter() - begun) * 1e3)
        assert status == 200
        ticket = msgspec.json.decode(reply, type=w.ClaimReply).ticket
        if ticket is not None:
            done = msgspec.json.encode(w.FinishAction(action_id=fresh(), window=window))
            status, _ = await client.ask(centre.port(number), f"/v1/queue/{ticket.ticket_id}/finish", done)
            assert status == 200
    client.close()
    return took


def bare_ms(folder: Path, rounds: int) -> float:
    """A row in a commit that is on the disk, by itself."""
    bare = sqlite3.connect(folder / "bare.db", isolation_level=None)
    bare.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (a)")
    took = []
    for _ in range(rounds):
        begun = time.perf_counter()
        bare.execute("INSERT INTO t VALUES (1)")
        took.append((time.perf_counter() - begun) * 1e3)
    bare.close()
    return percentile(took, 50)
