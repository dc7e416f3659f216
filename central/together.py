"""Requests that come at the same time go to the database together: one transaction, one flush, for all of them.

While one is on its way, those who come meanwhile gather for the next. So a hall's stations and windows do not queue for
the disk one by one, and a lone request waits for nobody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

from central.refusal import Refused
from central.store import Db
from hall.errors import StoreError

Ask = TypeVar("Ask")
Answer = TypeVar("Answer")
MOST = 64
"""Most requests of one transaction."""


class Together(Generic[Ask, Answer]):
    """The gate of one kind of requests in one process; it holds those that are being answered, and nothing else.

    ``within`` is how the database is asked (``Store.transact``, ``Store.glance``); ``work`` answers several of them, in
    order. It returns a refusal where it made no change for that one; if it raises, each is done again by itself, so
    that nobody fails for somebody else.
    """

    def __init__(
        self,
        within: Callable[[Callable[[Db], Awaitable[Any]]], Awaitable[Any]],
        work: Callable[[Db, list[Ask]], Awaitable[list[Answer | Refused]]],
    ) -> None:
        self._within, self._work = within, work
        self._waiting: list[tuple[Ask, asyncio.Future[Answer]]] = []
        self._going: asyncio.Task[None] | None = None

    async def ask(self, one: Ask) -> Answer:
        """The answer, once it is on the disk.

        Raises:
            Refused: whatever ``work`` says.
        """
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((one, answer))
        if self._going is None or self._going.done():
            self._going = asyncio.create_task(self._go())
        return await answer

    async def _go(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            try:
                answers = await self._do([one for one, _ in batch])
            except StoreError as error:
                # The database is away, for all of them.
                answers = [error] * len(batch)
            except Exception as error:
                if len(batch) > 1:
                    await self._singly(batch)
                    continue
                answers = [error]
            for (_, waiter), answer in zip(batch, answers, strict=True):
                _tell(waiter, answer)

    async def _do(self, asked: list[Ask]) -> list[Answer | Exception]:
        return list(await self._within(lambda db: self._work(db, asked)))

    async def _singly(self, batch: list[tuple[Ask, asyncio.Future[Answer]]]) -> None:
        for one, waiter in batch:
            try:
                (answer,) = await self._do([one])
            except Exception as error:
                answer = error
            _tell(waiter, answer)


def _tell(waiter: asyncio.Future[Answer], answer: Answer | Exception) -> None:
    if waiter.done():
        return
    if isinstance(answer, Exception):
        waiter.set_exception(answer)
    else:
        waiter.set_result(answer)
