"""Many stations and windows at once, centre processes killed under them, replies lost: no number twice, no ticket at
two windows, every request asked again answered as the first time. The same with 100,000 in the soak."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack

import pytest

from central.store import Db
from tests.central.device import Device
from tests.central.hub import Hub
from tests.central.queue_load import Process, Storm
from tests.reliability.figures import record

STATIONS, WINDOWS = 12, 12


def where(hub: Hub) -> list[str]:
    if hub.engine == "sqlite":
        return ["--data", str(hub.folder / "centre")]
    address: str = hub.store.address  # type: ignore[attr-defined]
    return ["--database", address]


def storm(hub: Hub, tickets: int, kills: int) -> int:
    """How often something was asked again."""
    device = Device(hub, "window-1")
    count = 1 if hub.engine == "sqlite" else 3
    with ExitStack() as stack:
        running = [Process(*where(hub)) for _ in range(count)]
        for process in running:
            stack.callback(process.stop)
        blown = Storm(lambda: [process.port for process in running], device.enrolled.token, tickets)

        async def everything() -> None:
            wind = asyncio.create_task(blown.blow(STATIONS, WINDOWS))
            for kill in range(kills):
                while len(blown.served) < tickets * (kill + 1) // (kills + 2) and not wind.done():
                    await asyncio.sleep(0.005)
                victim = running[kill % count]
                await asyncio.to_thread(victim.kill)
                await asyncio.to_thread(victim.start)
            await wind

        asyncio.run(everything())
    assert blown.wrong == []
    assert blown.doubles() == []
    assert len(blown.numbers) == tickets and set(blown.served) == set(blown.numbers)
    assert blown.repeated >= kills, "nothing was ever asked again: the test killed nobody"

    async def stored(db: Db) -> tuple[int, int, int, int, int]:
        one = await db.row(
            "SELECT count(*), count(DISTINCT letter || '-' || serial), min(calls), max(calls) FROM ticket"
        )
        assert one is not None
        row = await db.row("SELECT count(*) FROM ticket WHERE state <> 'finished'")
        assert row is not None
        return one[0], one[1], one[2], one[3], row[0]

    assert hub.read(stored) == (tickets, tickets, 1, 1, 0)
    return blown.repeated


def test_no_number_twice_and_no_ticket_at_two_windows(hub: Hub) -> None:
    storm(hub, 600, 2)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_no_number_twice_and_no_ticket_at_two_windows_in_100_000(hub: Hub) -> None:
    asked_again = storm(hub, 50_000, 20)
    record(
        "queue",
        f"12 stations and 12 windows, centre processes killed 20 times, {hub.engine}",
        issues_and_claims=100_000,
        asked_again=asked_again,
        numbers_or_calls_twice=0,
    )
