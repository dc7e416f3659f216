"""Waiting for the next change of a hall: woken at once by a push to this process, and soon by one to another."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress

from central.store import Db, Store
from hall.errors import StoreError

EVERY_S = 0.1
"""How often the database is asked whether another process changed a hall that somebody here waits for: one question
for all of them."""


class Waiting:
    """Who waits in this process; for one event loop. Nothing is lost with it: a reader only asks again."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: dict[str, set[asyncio.Future[None]]] = {}
        self._heads: dict[str, int] = {}
        self._looking: asyncio.Task[None] | None = None
        self.ended = False
        """Whether the process is about to stop: nobody waits any more."""

    def changed(self, office: str) -> None:
        """Wake who waits for this hall."""
        for waiter in self._waiting.pop(office, ()):
            if not waiter.done():
                waiter.set_result(None)

    async def wait(self, office: str, seen: int, seconds: float) -> None:
        """Return when the hall has a number above ``seen``, or after ``seconds``; may return early."""
        waiter = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(office, set()).add(waiter)
        self._heads[office] = min(seen, self._heads.get(office, seen))
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        with suppress(TimeoutError):
            await asyncio.wait_for(waiter, seconds)
        self._waiting.get(office, set()).discard(waiter)

    async def _look(self) -> None:
        """Ask the database as long as somebody waits."""
        while True:
            await asyncio.sleep(EVERY_S)
            offices = [office for office, waiters in self._waiting.items() if waiters]
            if not offices:
                self._waiting.clear()
                self._heads.clear()
                return
            with suppress(StoreError):
                for office, head in await self._store.read(lambda db, asked=offices: _heads(db, asked)):  # type: ignore[misc]
                    if head > self._heads.get(office, head):
                        self._heads.pop(office, None)
                        self.changed(office)

    async def stop(self) -> None:
        """End every wait."""
        self.ended = True
        for office in list(self._waiting):
            self.changed(office)
        if self._looking is not None:
            self._looking.cancel()
            with suppress(asyncio.CancelledError):
                await self._looking


async def _heads(db: Db, offices: list[str]) -> Iterable[tuple[str, int]]:
    rows = await db.rows("SELECT office, feed_head FROM hall WHERE office = ANY($1)", offices)
    return [(row[0], row[1]) for row in rows]
