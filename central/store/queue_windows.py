"""The windows of a hall: open, paused or closed, what each serves, when it was last heard of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Struct

from central.store.base import Db
from hall.queue_wire import WindowState

_encode = msgspec.json.Encoder().encode
_names = msgspec.json.Decoder(list[str])
_READ = "SELECT place, state, reason, businesses, since_ms, seen_ms FROM queue_window"


class WindowRow(Struct, frozen=True):
    """A window: ``since_ms`` it is in this state (an open one: has had nobody), ``seen_ms`` it was last heard of (Unix
    ms)."""

    window: str
    state: WindowState
    reason: str
    businesses: list[str]
    since_ms: int
    seen_ms: int


async def windows(db: Db, office: str) -> list[WindowRow]:
    """Every window that was ever heard of, by name."""
    rows = await db.rows(f"{_READ} WHERE office = $1 ORDER BY place", office)
    return [WindowRow(row[0], row[1], row[2], _names.decode(row[3]), row[4], row[5]) for row in rows]


async def window(db: Db, office: str, name: str) -> WindowRow | None:
    """One window, or ``None``."""
    row = await db.row(f"{_READ} WHERE office = $1 AND place = $2", office, name)
    return WindowRow(row[0], row[1], row[2], _names.decode(row[3]), row[4], row[5]) if row else None


async def put(db: Db, office: str, rows: Sequence[WindowRow]) -> None:
    """Windows are in a state; ``since_ms`` stays while the state does."""
    await db.many(
        "INSERT INTO queue_window (office, place, state, reason, businesses, since_ms, seen_ms)"
        " VALUES ($1,$2,$3,$4,$5,$6,$7) ON CONFLICT (office, place) DO UPDATE SET"
        " since_ms = CASE WHEN queue_window.state = excluded.state THEN queue_window.since_ms ELSE excluded.since_ms"
        " END, state = excluded.state, reason = excluded.reason, businesses = excluded.businesses,"
        " seen_ms = excluded.seen_ms",
        [
            (
                office, row.window, row.state, row.reason, _encode(row.businesses).decode(), row.since_ms, row.seen_ms,
            )
            for row in rows
        ],
    )  # fmt: skip


async def freed(db: Db, office: str, since: Mapping[str, int]) -> None:
    """Windows have nobody any more, since when (Unix ms)."""
    await db.many(
        "UPDATE queue_window SET since_ms = $1 WHERE office = $2 AND place = $3 AND state = 'open' AND since_ms < $1",
        [(at_ms, office, name) for name, at_ms in since.items()],
    )


async def seen(db: Db, office: str, heard: Mapping[str, int]) -> None:
    """Windows were heard of, when (Unix ms)."""
    await db.many(
        "UPDATE queue_window SET seen_ms = $1 WHERE office = $2 AND place = $3 AND seen_ms < $1",
        [(at_ms, office, name) for name, at_ms in heard.items()],
    )
