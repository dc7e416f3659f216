"""Windows of one hall with a queue, each with a clerk at the keyboard: real centre, real journals, real clock."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from clerk_tui import messages
from clerk_tui.app import make_app
from clerk_tui.screens.counter import CounterApp
from clerk_tui.services.calling import Now, Visit
from clerk_tui.services.queue_centre import matters_of
from clerk_tui.services.queue_desk import Desk
from clerk_tui.services.workspace import Workspace
from hall.queue_wire import TicketView
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


async def until(clerk: Clerk, true: Callable[[], object]) -> None:
    """Until something is so; the centre is another process, so it may take a moment."""
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end, clerk.text
        await asyncio.sleep(0.01)
        await clerk.pilot.pause()


def number(at_ms: int, serial: int, state: str = "waiting", **values: Any) -> TicketView:
    """A number of the household queue, taken ``serial`` times three minutes before ``at_ms``."""
    known: dict[str, Any] = {
        "ticket_id": f"00000000-0000-7000-8000-{serial:012}",
        "number": f"C{serial:03}",
        "business": "household",
        "day": dt.date(2026, 11, 2),
        "lane": "normal",
        "state": state,
        "issued_ms": at_ms - serial * 180_000,
        "version": 1,
    }
    return TicketView(**(known | values))


def queue_of(at_ms: int, visit: Visit | None, **values: Any) -> Now:
    """How the queue stands: three wait, one for an appointment, one is set aside, one was passed over."""
    held = Visit(ticket=number(at_ms, 9, "held", reason="去复印、拍照", window="3"))
    known: dict[str, Any] = {
        "desk": Desk(visit=visit, held=(held,)),
        "state": "open",
        "online": True,
        "asking": False,
        "lease_until": 0,
        "waiting": (
            number(at_ms, 7),
            number(at_ms, 6, lane="priority", priority="老年人"),
            number(at_ms, 4, lane="return", reference="SL01-A1-00007-K"),
            number(at_ms, 3, lane="booked", slot_ms=at_ms + 90 * 60_000),
        ),
        "more": False,
        "passed": (number(at_ms, 8, "passed", reason="叫号未到", ended_ms=at_ms - 240_000),),
        "news": None,
    }
    return Now(**(known | values))


def visit_of(at_ms: int, state: str = "called", **values: Any) -> Visit:
    """Somebody whom the hall's rule made the next."""
    known: dict[str, Any] = {
        "lane": "priority", "priority": "老年人", "name": "王小明", "window": "3", "calls": 1,
        "why": "优先：老年人，提前20分钟", "first_called_ms": at_ms - 60_000, "called_ms": at_ms - 60_000,
        "started_ms": at_ms - 720_000 if state == "serving" else 0,
    }  # fmt: skip
    return Visit(ticket=number(at_ms, 12, state, **(known | values)))


def tell(app: CounterApp, ws: Workspace, now: Now) -> None:
    """The queue stands so, as its thread would say; nothing is asked."""
    app.post_message(messages.QueueTold(now))
    app._matters = matters_of(ws)


def now(clerk: Clerk) -> Now:
    """How the queue stands at this window."""
    assert clerk.app.queue is not None
    return clerk.app.queue
