"""Telling departments' systems of their cases, each change as soon as it can be told, in order, until it is taken.

A case has one row a department (``store.deliveries``), so its changes never overtake each other: what is told is the
case as it stands, and what changes meanwhile is told next. Several processes share the work: a row is leased.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Iterable, Sequence

import msgspec

from central.adapters import Adapter, Outcome
from central.clock import now_ms
from central.refusal import Refused
from central.store import Db, Store, deliveries, facts
from central.store.base import current_epoch
from central.store.deliveries import DeliveryRow, DepartmentRow
from central.store.facts import CaseRow
from hall import wire
from hall import wire_departments as w
from hall.errors import HallError

log = logging.getLogger(__name__)
LEASE_MS = 60_000
"""Longer than telling one message can take."""
AT_ONCE = 16
FIRST_S, MOST_S = 10.0, 3600.0
TRIES = 30
"""After so many failures (about a day) a delivery waits for a person."""
EVERY_S, AWAY_S = 1.0, 60.0
"""Seconds between two looks for what is due; while the database is away, ever more up to the second."""
SHOWN = 200


Name = tuple[str, str]
"""A department: its hall and its key."""


async def deliver_due(store: Store, adapter: Adapter, now: int) -> int:
    """Tell what is due, each department's messages one after another; how many were taken."""
    due = await _due(store, now, ())
    return sum(await asyncio.gather(*(_tell_all(store, adapter, rows, now) for rows in due.values())))


async def _due(store: Store, now: int, busy: Iterable[Name]) -> dict[Name, list[DeliveryRow]]:
    """Take what is due, by departments; nothing of those that are ``busy``."""
    if not await store.read(lambda db: deliveries.any_due(db, now)):
        return {}
    found = await store.transact(lambda db: deliveries.lease(db, now, now + LEASE_MS, AT_ONCE, busy))
    due: dict[Name, list[DeliveryRow]] = {}
    for row in found:
        due.setdefault((row.office, row.department), []).append(row)
    return due


async def _tell_all(store: Store, adapter: Adapter, rows: Sequence[DeliveryRow], now: int) -> int:
    taken, begun = 0, time.monotonic()
    for place, row in enumerate(rows):
        if time.monotonic() - begun > LEASE_MS / 2000:
            # What is left is due again when its lease ends, for whoever has the time.
            break
        department, case, epoch = await store.read(lambda db, row=row: _load(db, row))  # type: ignore[misc]
        if department is None or case is None:
            continue
        outcome = await _tell(adapter, department, message(department, case, epoch), now)
        await store.transact(lambda db, row=row, case=case, outcome=outcome: _keep(db, row, case, outcome, now))  # type: ignore[misc]
        taken += outcome.what == "taken"
        if outcome.what == "later":
            # It is slow or down: the rest need not find that out one by one.
            await store.transact(lambda db, rest=rows[place + 1 :]: _postpone(db, rest, now))  # type: ignore[misc]
            break
    return taken


async def _tell(adapter: Adapter, department: DepartmentRow, told: w.CaseTold, now: int) -> Outcome:
    """Whatever goes wrong is a failed try: one that were not counted would be made again for ever."""
    try:
        return await adapter.tell(department, told, now)
    except Exception as error:
        _failed(error)
        return Outcome("later", f"没能告诉对方系统（{type(error).__name__}）")


async def _load(db: Db, row: DeliveryRow) -> tuple[DepartmentRow | None, CaseRow | None, str]:
    department = await deliveries.department(db, row.office, row.department)
    return department, await facts.case(db, row.case_id), await current_epoch(db)


def message(department: DepartmentRow, case: CaseRow, epoch: str) -> w.CaseTold:
    """What a department is told of a case. After a restore the same version may be another state of the case."""
    return w.CaseTold(
        id=f"{epoch}:{case.case_id}:{case.version}",
        office=department.office,
        department=department.key,
        case_id=case.case_id,
        reference=case.reference,
        state=case.state,
        version=case.version,
        case=msgspec.Raw(case.snapshot),
        epoch=epoch,
    )


async def _keep(db: Db, row: DeliveryRow, case: CaseRow, outcome: Outcome, now: int) -> None:
    if outcome.what == "taken":
        await deliveries.sent(db, row, case.server_seq, now)
        return
    dead = outcome.what == "refused" or row.attempts + 1 >= TRIES
    await deliveries.failed(db, row, outcome.why, now + delay_ms(row.attempts + 1, random.random()), dead)


async def _postpone(db: Db, rows: Sequence[DeliveryRow], now: int) -> None:
    await deliveries.postpone(db, rows, now + delay_ms(1, random.random()))


def delay_ms(failures: int, chance: float) -> int:
    """Milliseconds to wait after ``failures`` failures in a row; ``chance`` in [0, 1) spreads what failed together."""
    ceiling = min(MOST_S, FIRST_S * 2.0 ** min(failures - 1, 20))
    return int(1000 * ceiling * (0.5 + chance / 2))


class Looks:
    """How the looks for what is due go. The log gets a line when they begin to fail, or fail in another way, and one
    when they go well again; meanwhile the pause grows."""

    def __init__(self) -> None:
        self._failures, self._why = 0, ""

    @property
    def pause_s(self) -> float:
        """Seconds until the next look."""
        return min(AWAY_S, EVERY_S * 2.0 ** min(self._failures, 20))

    def failed(self, error: BaseException) -> None:
        """A look failed."""
        self._failures += 1
        if self._why != _named(error):
            self._why = _named(error)
            _failed(error)

    def went_well(self) -> None:
        """A look found what is due, or that nothing is."""
        if self._failures:
            log.warning("telling departments goes on after %d failed looks", self._failures)
        self._failures, self._why = 0, ""


async def run(store: Store, adapter: Adapter) -> None:
    """Tell departments until cancelled, each by a task of its own: one that is slow keeps no other waiting."""
    busy: dict[Name, asyncio.Task[int]] = {}
    looks = Looks()
    try:
        while True:
            try:
                due = await _due(store, now_ms(), busy)
            except Exception as error:
                looks.failed(error)
            else:
                looks.went_well()
                for name, rows in due.items():
                    busy[name] = asyncio.create_task(_tell_all(store, adapter, rows, now_ms()))
            if not busy:
                await asyncio.sleep(looks.pause_s)
                continue
            ended, _ = await asyncio.wait(busy.values(), timeout=looks.pause_s, return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                if (raised := task.exception()) is not None:
                    _failed(raised)
                    await asyncio.sleep(EVERY_S)
            busy = {name: task for name, task in busy.items() if task not in ended}
    finally:
        for task in busy.values():
            task.cancel()
        await asyncio.gather(*busy.values(), return_exceptions=True)


def _failed(error: BaseException) -> None:
    # Whatever it is, a later round tries again.
    log.error("telling departments failed: %s", _named(error))


def _named(error: BaseException) -> str:
    """What the log says of it: a code or the type only, a text may hold what somebody typed."""
    return error.code if isinstance(error, HallError) else type(error).__name__


async def dead(store: Store, office: str) -> w.DeadDeliveries:
    """What a hall's departments could not be told, the first of it, and how much more there is."""

    async def look(db: Db) -> w.DeadDeliveries:
        rows = await deliveries.dead(db, office, SHOWN)
        _, count = await deliveries.waiting_and_dead(db, office)
        names = w.DeadDelivery.__struct_fields__
        found = [w.DeadDelivery(**dict(zip(names, row, strict=True))) for row in rows]
        return w.DeadDeliveries(deliveries=found, more=count - len(found))

    return await store.read(look)


async def replay(store: Store, office: str, department: str, case_id: str, now: int) -> None:
    """Tell it again.

    Raises:
        Refused: 404 no such dead delivery in this hall.
    """
    if not await store.transact(lambda db: deliveries.replay(db, office, department, case_id, now)):
        raise Refused(404, wire.Problem(code="not_dead", message="没有这件没送到的"))


async def replay_all(store: Store, office: str, department: str, now: int) -> int:
    """Tell a department again of everything that it could not be told of; of how many cases."""
    return await store.transact(lambda db: deliveries.replay_all(db, office, department, now))
