"""The supervisor's board: what a refresh costs the centre, with few cases and with a million."""

from __future__ import annotations

import asyncio
import datetime as dt
import shutil
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

import msgspec

from central import board
from central.counting import ZONE, Counted, count
from central.store import Db, Store, devices, open_store
from central.store import board as sums
from hall import facts as f
from hall.case import Case
from hall.catalogue.model import Limit, Limits
from hall.deadlines import LightRule
from hall.fold import fold
from hall.verdict import Gap
from tests.bench.measure import Figure, percentile
from tests.builders import PRESENT, fact, matter, received
from tests.central.postgres import new_database, start_server

OFFICE = "SL01"
TODAY = dt.date(2026, 11, 23)
NOW = int(dt.datetime.combine(TODAY, dt.time(15), ZONE).timestamp() * 1000)
DAYS, DEPARTMENTS = 250, 12
OPEN_DAYS = 25
"""How many of the last days have cases that are still open."""
NOTICED = 10
"""One case in so many was told what was missing."""
GAP = Gap(code="id", name="身份证", problem="没有带来", remedy="补交复印件")
FEW = 10_000
LOOKS = ("board refresh", "list of 50 overdue cases", "list of 50 noticed cases")
_CASE = ("case_id", "office", "reference", "state", "version", "snapshot", "server_seq", "device", "day", "flags")


def run(quick: bool) -> Iterator[Figure]:
    """A refresh and a list of cases, over SQLite and PostgreSQL."""
    many = 100_000 if quick else 1_000_000
    rounds = 20 if quick else 100
    for engine in ("SQLite", "PostgreSQL"):
        few, lots = asyncio.run(_measure(engine, (FEW, many), rounds))
        for what, small, large in zip(LOOKS, few, lots, strict=True):
            yield Figure(
                f"{what}, {many:,} cases, p50, {engine}", statistics.median(large), "ms", statistics.median(small),
                f"{FEW:,} cases", aim=50, aim_ratio=1.2, note=f"p95 {percentile(large, 95):.1f} ms",
            )  # fmt: skip


async def _measure(engine: str, sizes: tuple[int, int], rounds: int) -> list[tuple[list[float], ...]]:
    """Refresh and list of a small hall and of a large one, in turns: what else the machine does hits both."""
    folder = Path(tempfile.mkdtemp(prefix="clerk-bench-board-"))
    try:
        address = start_server(folder / "postgres").get_uri() if engine == "PostgreSQL" else ""
        stores = []
        for cases in sizes:
            where: str | Path = folder / f"{cases}.db"
            if address:
                await new_database(address, f"board_{cases}")
                where = address.replace("/postgres?", f"/board_{cases}?")
            stores.append(open_store(where))
            await stores[-1].start()
            await _fill(stores[-1], cases)
            # As a database stands that was filled in a year, not in a minute.
            for tidy in ("ANALYZE", *(["CHECKPOINT"] if address else [])):
                await stores[-1].transact(lambda db, tidy=tidy: db.run(tidy))  # type: ignore[misc]
        took: list[tuple[list[float], ...]] = [([], [], []) for _ in sizes]
        for _ in range(rounds):
            for store, (refresh, listed, noticed) in zip(stores, took, strict=True):
                refresh.append(await _timed(board.figures(store, OFFICE, NOW)))
                listed.append(await _timed(board.open_cases(store, OFFICE, "unit", "", "", 50, NOW)))
                noticed.append(await _timed(board.cases_that_had(store, OFFICE, "notices", "", 50, NOW)))
        for store in stores:
            await store.close()
        return took
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _timed(asked: Coroutine[Any, Any, object]) -> float:
    """How long an answer takes, made and written, in milliseconds."""
    begun = time.perf_counter()
    msgspec.json.encode(await asked)
    return (time.perf_counter() - begun) * 1e3


async def _fill(store: Store, cases: int) -> None:
    """A year of a hall: as many cases a day in each department; those of the last days are open."""
    await store.transact(lambda db: devices.ensure_hall(db, OFFICE))
    each = max(1, cases // (DAYS * DEPARTMENTS))
    number = 0
    for ahead in range(DAYS):
        day = TODAY - dt.timedelta(days=ahead)
        rows: list[tuple[object, ...]] = []
        counted: dict[str, Counted] = {}
        for department in range(DEPARTMENTS):
            # Told what was missing before it was taken, so that there are notices to list.
            few = max(1, each // NOTICED)
            for many, noticed in ((few, True), (each - few, False)):
                case = _case(day, department, done=ahead >= OPEN_DAYS, noticed=noticed)
                one = count(case, LightRule())
                # What is over is only opened by a board where it is listed for what it had: else its snapshot is left
                # out, so that the disk holds a million.
                kept = noticed or one.open
                body = msgspec.json.encode(case) if kept else b"{}"
                for _ in range(many):
                    number += 1
                    name = f"case-{number}"
                    rows.append((name, OFFICE, name, case.state.value, 1, body, number, "d", day.isoformat(), ""))
                    if kept:
                        counted[name] = one
                if not kept:
                    happened = Counter({what: n * many for what, n in one.happened.items()})
                    counted[f"{ahead}-{department}"] = Counted(None, happened)

        async def add(db: Db, rows: list[tuple[object, ...]] = rows, counted: dict[str, Counted] = counted) -> None:
            await db.insert("case_", _CASE, rows)
            await sums.change(db, OFFICE, {}, counted)

        await store.transact(add)


def _case(day: dt.date, number: int, *, done: bool, noticed: bool) -> Case:
    """A case that was accepted on a day, with limits of its own; decided two days later if it is done. ``noticed``:
    told before what was missing."""
    limits = Limits(promised=Limit(days=2 + number), statutory=Limit(days=20))
    department = f.DepartmentRef(key=f"d{number}", name=f"示例市第{number + 1}局", short=f"第{number + 1}局")
    began = received(received=day, clock_from=day, matter=matter(limits=limits, department=department))
    bodies: list[tuple[f.FactBody, dt.date]] = [(began, day)]
    if noticed:
        respond_by = day + dt.timedelta(days=30)
        bodies.append((f.CaseNoticed(gaps=(GAP,), respond_by=respond_by, article="第四项"), day))
        bodies.append((f.CaseSupplemented(ticks={"id": PRESENT}, handed_in=day, complete=True), day))
    if number % 4:
        bodies.append((f.CaseAccepted(accepted=day, due=f.Due(), article="第五项"), day))
    if done:
        after = day + dt.timedelta(days=2)
        bodies.append((f.CaseDecided(granted=True, day=after), after))
        bodies.append((f.ResultDelivered(day=after, how="collected"), after))
    at_ms = int(dt.datetime.combine(day, dt.time(9 + number % 8), ZONE).timestamp() * 1000)
    made = []
    for seq, (body, on) in enumerate(bodies, 1):
        header = msgspec.structs.replace(fact(body, seq, day=on).header, at_ms=at_ms + seq * 3_600_000)
        made.append(f.Fact(header=header, body=body))
    case = fold(made)
    assert case is not None
    return case
