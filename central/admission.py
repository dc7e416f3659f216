"""How many pushes are worked on at once, and who waits: live work before backlogs (sync.md §4).

A batch costs this process some milliseconds of its one processor, so working on many at once makes each later and none
sooner: a backlog may take a few places only, the rest stay free for windows with people in front of them. Whoever
waits too long, or finds too many waiting, is told to come again.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from central.refusal import Refused
from hall import wire

AT_ONCE = 32
BACKLOG_AT_ONCE = 2
WAITING = 64
"""Most that wait in each lane."""
PATIENCE_S = 5.0


class Admission:
    """The places of one process; for one event loop."""

    def __init__(self, at_once: int = AT_ONCE, backlog: int = BACKLOG_AT_ONCE, waiting: int = WAITING) -> None:
        self._at_once, self._backlog, self._most_waiting = at_once, backlog, waiting
        self.working: dict[wire.Lane, int] = {"live": 0, "backlog": 0}
        self._waiting: dict[wire.Lane, deque[asyncio.Future[None]]] = {"live": deque(), "backlog": deque()}

    @asynccontextmanager
    async def place(self, lane: wire.Lane) -> AsyncIterator[None]:
        """A place in a lane, as soon as there is one.

        Raises:
            Refused: 503 too many wait, or the wait was too long.
        """
        if self._free(lane) and not self._waiting[lane]:
            self.working[lane] += 1
        else:
            await self._wait(lane)
        try:
            yield
        finally:
            self.working[lane] -= 1
            self._admit()

    def _free(self, lane: wire.Lane) -> bool:
        if lane == "backlog" and (self.working["backlog"] >= self._backlog or self._waiting["live"]):
            return False
        return sum(self.working.values()) < self._at_once

    async def _wait(self, lane: wire.Lane) -> None:
        queue = self._waiting[lane]
        if len(queue) >= self._most_waiting:
            raise _busy()
        turn = asyncio.get_running_loop().create_future()
        queue.append(turn)
        try:
            await asyncio.wait_for(asyncio.shield(turn), PATIENCE_S)
        except BaseException as error:
            if turn.done():
                # The place came in the same moment.
                self.working[lane] -= 1
                self._admit()
            else:
                queue.remove(turn)
            if isinstance(error, TimeoutError):
                raise _busy() from None
            raise

    def _admit(self) -> None:
        """Give free places to those who wait, live ones first."""
        lanes: tuple[wire.Lane, ...] = ("live", "backlog")
        for lane in lanes:
            while self._waiting[lane] and self._free(lane):
                self.working[lane] += 1
                self._waiting[lane].popleft().set_result(None)


def _busy() -> Refused:
    seconds = random.randint(1, 3)
    return Refused(503, wire.Problem(code="busy", message="中心忙，请稍后再传"), retry_after_s=seconds)
