"""Silent calls for help, until somebody has seen to them."""

from __future__ import annotations

from collections.abc import Sequence

from central.store.base import Db
from hall.wire_oversight import AlarmEntry

_COLUMNS = ("office", "number", "device_id", "place", "clerk", "at_ms", "received_ms")


async def add(db: Db, office: str, alarms: Sequence[AlarmEntry]) -> None:
    """Keep calls that have come in."""
    rows = [(office, one.number, one.device, one.window, one.clerk, one.at_ms, one.received_ms) for one in alarms]
    await db.insert("alarm", _COLUMNS, rows)


async def waiting(db: Db, office: str, limit: int) -> list[AlarmEntry]:
    """Calls that nobody has seen to, the newest first."""
    rows = await db.rows(
        "SELECT number, device_id, place, clerk, at_ms, received_ms FROM alarm"
        " WHERE office = $1 AND settled_ms IS NULL ORDER BY number DESC LIMIT $2",
        office,
        limit,
    )
    names = ("number", "device", "window", "clerk", "at_ms", "received_ms")
    return [AlarmEntry(**dict(zip(names, row, strict=True))) for row in rows]


async def count(db: Db, office: str) -> int:
    """How many nobody has seen to."""
    row = await db.row("SELECT count(*) FROM alarm WHERE office = $1 AND settled_ms IS NULL", office)
    return int((row or [0])[0])


async def settle(db: Db, office: str, number: int, actor: str, now_ms: int) -> bool:
    """Somebody has seen to a call; ``False`` where none such waits."""
    row = await db.row(
        "UPDATE alarm SET settled_ms = $1, settled_by = $2"
        " WHERE office = $3 AND number = $4 AND settled_ms IS NULL RETURNING number",
        now_ms,
        actor,
        office,
        number,
    )
    return row is not None
