"""How much of a long queue each look reads on PostgreSQL: as many rows as are told, before the server has gathered
statistics (the morning of a hall's first day) and after."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from msgspec.structs import replace

from central.queue import looking
from central.queue.changing import after
from central.queue.waits import MOST_ORDERED
from central.store import Db, open_store
from central.store import queue as table
from central.store.base import Row
from central.store.opening import SECRET_VARIABLE
from central.store.postgres import PostgresDb
from central.store.queue_counts import MOST_COUNTED, RECENT
from hall.queue_wire import HallRule
from hall.queueing import QueueRule
from hall.ticketing import TicketCalled, TicketPassed
from hall.tickets import Ticket, TicketState
from tests.central.hub import Hub
from tests.central.postgres import Loop
from tests.central.queue_rig import DAY, Queue, identity

BUSINESSES = ("综合受理", "社保", "不动产", "税务")
LETTERS = "ABCD"
MANY = 8_000
GONE = 40
SHOWN = 50
NOW = 61.0
"""Minutes after nine: those who came first have waited their share of others' privilege."""


@pytest.fixture(scope="module")
def hall(
    postgres_database: str, loop: Loop, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Queue, list[Ticket]]]:
    """A hall in which ``MANY`` wait, as one that has just filled: nothing knows yet how much is in its tables."""
    folder: Path = tmp_path_factory.mktemp("plans")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SECRET_VARIABLE, str(folder / "pins"))
        hub = Hub("postgres", open_store(postgres_database), loop, folder)
    queue = Queue(hub, "510100-plans")
    queue.window("1", NOW, *BUSINESSES)
    tickets = [
        Ticket(
            ticket_id=identity(),
            number=f"{LETTERS[nth % 4]}{nth + 1:05d}",
            business=BUSINESSES[nth % 4],
            day=DAY,
            issued_ms=queue.now(nth / MANY * 60),
            lane="priority" if nth % 10 == 9 else "normal",
            priority="军人" if nth % 10 == 9 else "",
        )
        for nth in range(MANY)
    ]
    rows = [table.TicketRow(letter=one.number[0], serial=int(one.number[1:]), ticket=one) for one in tickets]
    rows[:GONE] = [replace(row, ticket=_passed(row.ticket, queue)) for row in rows[:GONE]]
    queue.transact(lambda db: table.add(db, queue.office, rows, QueueRule()))
    yield queue, tickets
    hub.close()


def _passed(ticket: Ticket, queue: Queue) -> Ticket:
    called = after(ticket, TicketCalled(window="1", at_ms=queue.now(60), why=""), queue.now(60))
    assert called is not None
    passed = after(called, TicketPassed(window="1", at_ms=queue.now(60.5), reason="未到"), queue.now(60.5))
    assert passed is not None
    return passed


@pytest.fixture(params=["before", "after"])
def known(request: pytest.FixtureRequest, hall: tuple[Queue, list[Ticket]], postgres_database: str, loop: Loop) -> None:
    """Before the server has gathered its statistics, and after."""

    async def gather() -> None:
        connection = await asyncpg.connect(postgres_database)
        await connection.execute("ANALYZE ticket")
        await connection.close()

    if request.param == "after":
        loop.run(gather())


def read_of(plan: dict[str, Any]) -> float:
    """Rows that the scans of a plan read, those that a filter sent away too."""
    mine = 0.0
    if "Relation Name" in plan:
        mine = (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)) * plan["Actual Loops"]
    return mine + sum(read_of(part) for part in plan.get("Plans", ()))


@pytest.fixture
def rows_read(monkeypatch: pytest.MonkeyPatch) -> Callable[[], float]:
    """How many rows of tickets were read since."""
    read: list[float] = []
    real = PostgresDb.rows

    async def explained(self: PostgresDb, sql: str, *values: object) -> list[Row]:
        if " FROM ticket" in sql or " JOIN ticket" in sql:
            ((plan,),) = await self._db.fetch(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", *values)
            read.append(read_of(json.loads(plan)[0]["Plan"]))
        return await real(self, sql, *values)

    monkeypatch.setattr(PostgresDb, "rows", explained)
    return lambda: sum(read)


@pytest.mark.usefixtures("known")
def test_the_list_of_a_window_reads_what_it_shows(
    hall: tuple[Queue, list[Ticket]], rows_read: Callable[[], float]
) -> None:
    queue, tickets = hall
    told = queue.hub.run(
        looking.listed(queue.hub.store, queue.office, list(BUSINESSES), "waiting", SHOWN, queue.now(NOW))
    )
    assert [one.number for one in told.tickets] == [one.number for one in tickets[GONE : GONE + SHOWN]]
    assert told.has_more
    assert SHOWN <= rows_read() <= 2 * (SHOWN + 1) * len(BUSINESSES)


@pytest.mark.usefixtures("known")
def test_the_list_of_who_was_passed_over_reads_nobody_who_waits(
    hall: tuple[Queue, list[Ticket]], rows_read: Callable[[], float]
) -> None:
    queue, _ = hall
    told = queue.hub.run(
        looking.listed(queue.hub.store, queue.office, list(BUSINESSES), "passed", SHOWN, queue.now(NOW))
    )
    assert len(told.tickets) == GONE and not told.has_more
    assert rows_read() <= GONE


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize("nth", [GONE + 9, MANY // 2 + 9, MANY - 1])
def test_who_asks_again_is_told_without_a_count_of_everybody(
    hall: tuple[Queue, list[Ticket]], rows_read: Callable[[], float], nth: int
) -> None:
    """A priority ticket that has waited its share, one in between and the last: each is told by its number."""
    queue, tickets = hall
    mine = tickets[nth]
    told = queue.hub.run(looking.one(queue.hub.store, queue.office, mine.number, queue.now(NOW)))
    assert told.ticket.state == TicketState.WAITING.value and told.ticket.number == mine.number
    # Who waits in all, who came with a head start, who goes first by arrival and by place.
    counted = 4 * MOST_COUNTED
    ordered, served, itself = MOST_ORDERED * len(BUSINESSES), 2 * RECENT, 1
    assert rows_read() <= counted + ordered + served + itself < MANY


@pytest.mark.usefixtures("known")
def test_a_number_is_found_in_one_row(hall: tuple[Queue, list[Ticket]], rows_read: Callable[[], float]) -> None:
    queue, tickets = hall

    async def look(db: Db) -> table.TicketRow | None:
        return await table.of_number(db, queue.office, DAY, tickets[777].number)

    found = queue.hub.read(look)
    assert found is not None and found.ticket.ticket_id == tickets[777].ticket_id
    assert rows_read() == 1


@pytest.mark.usefixtures("known")
def test_who_takes_a_ticket_is_looked_up_by_name(
    hall: tuple[Queue, list[Ticket]], rows_read: Callable[[], float]
) -> None:
    queue, tickets = hall
    asked = [tickets[777].ticket_id, identity()]
    rule, found = queue.hub.read(lambda db: table.rule_and_tickets(db, queue.office, asked))
    assert rule == HallRule() and list(found) == asked[:1]
    assert rows_read() == 1
