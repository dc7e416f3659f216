"""Facts that were lost with a damaged journal."""

from __future__ import annotations

from central.store.base import Db
from hall.wire_oversight import Loss


async def add(db: Db, office: str, device_end: str, loss: Loss) -> None:
    """Keep a loss; one that is known already stays as it was said first."""
    await db.run(
        "INSERT INTO loss (office, incarnation, device_end, first_seq, last_seq, seen_by, seen_ms)"
        " VALUES ($1,$2,$3,$4,$5,$6,$7)"
        " ON CONFLICT (office, incarnation, device_end, first_seq, last_seq) DO NOTHING",
        office,
        loss.incarnation,
        device_end,
        loss.first,
        loss.last,
        loss.seen_by,
        loss.seen_ms,
    )


async def of_hall(db: Db, office: str) -> list[tuple[str, Loss]]:
    """All losses of a hall, each with the end of its device's identity, by journal and number."""
    rows = await db.rows(
        "SELECT device_end, incarnation, first_seq, last_seq, seen_by, seen_ms FROM loss WHERE office = $1"
        " ORDER BY incarnation, first_seq, last_seq",
        office,
    )
    names = Loss.__struct_fields__
    return [(row[0], Loss(**dict(zip(names, row[1:], strict=True)))) for row in rows]
