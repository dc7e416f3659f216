"""Windows of one hall with a queue, each with a clerk at the keyboard: real centre, real journals, real clock."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from clerk_tui.app import make_app
from clerk_tui.services.calling import Now
from tests.clerk_tui.queue_rig import Seat
from tests.clerk_tui.screens.conftest import WIDE, Clerk


@asynccontextmanager
async def at_window(seat: Seat, size: tuple[int, int] = WIDE) -> AsyncIterator[Clerk]:
    """The counter of this seat, open, its line of the queue shown."""
    app = make_app(seat.config, lambda: seat.ws)
    async with app.run_test(size=size) as pilot:
        clerk = Clerk(app, pilot)
        await clerk.until(lambda: app.workspace is not None)
        await heard(clerk)
        yield clerk


async def heard(clerk: Clerk) -> None:
    """Until the centre was heard of."""
    await until(clerk, lambda: clerk.app.queue is not None)


async def until(clerk: Clerk, true: object) -> None:
    """Until something is so; the centre is another process, so it may take a moment."""
    import asyncio
    import time

    end = time.monotonic() + 20
    while not true():  # type: ignore[operator]
        assert time.monotonic() < end, clerk.text
        await asyncio.sleep(0.01)
        await clerk.pilot.pause()


def now(clerk: Clerk) -> Now:
    """How the queue stands at this window."""
    assert clerk.app.queue is not None
    return clerk.app.queue
