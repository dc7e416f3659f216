"""The people of each hall."""

from __future__ import annotations

from msgspec import Struct

from central.store.base import Db, Row
from hall.lockout import Failures

_COLUMNS = "office, clerk_id, name, roles, active, verifier, pin_version, must_change, fails, failed_ms"


class RightsRow(Struct, frozen=True, kw_only=True):
    """What a clerk was allowed from ``from_ms`` (Unix ms) on."""

    from_ms: int
    roles: tuple[str, ...]
    active: bool


class ClerkRow(Struct, frozen=True, kw_only=True):
    """A clerk of a hall. ``roles`` are words, ``verifier`` only works with the centre's key (``hall.pins``)."""

    office: str
    clerk_id: str
    name: str
    roles: tuple[str, ...]
    active: bool = True
    verifier: str = ""
    pin_version: int = 0
    must_change: bool = False
    failures: Failures = Failures()


def _clerk(row: Row) -> ClerkRow:
    return ClerkRow(
        office=row[0],
        clerk_id=row[1],
        name=row[2],
        roles=tuple(row[3].split()),
        active=bool(row[4]),
        verifier=row[5],
        pin_version=row[6],
        must_change=bool(row[7]),
        failures=Failures(count=row[8], last_ms=row[9]),
    )


async def clerk(db: Db, office: str, clerk_id: str) -> ClerkRow | None:
    """The clerk with this number, or ``None``; nobody else changes them until the transaction ends."""
    row = await db.row(
        f"SELECT {_COLUMNS} FROM clerk WHERE office = $1 AND clerk_id = $2 FOR UPDATE",  # noqa: S608
        office,
        clerk_id,
    )
    return _clerk(row) if row else None


async def look(db: Db, office: str, clerk_id: str) -> ClerkRow | None:
    """The same without keeping anybody from changing them."""
    row = await db.row(f"SELECT {_COLUMNS} FROM clerk WHERE office = $1 AND clerk_id = $2", office, clerk_id)  # noqa: S608
    return _clerk(row) if row else None


async def clerks_of(db: Db, office: str, limit: int) -> list[ClerkRow]:
    """The clerks of a hall, disabled ones too, by number."""
    rows = await db.rows(
        f"SELECT {_COLUMNS} FROM clerk WHERE office = $1 ORDER BY clerk_id LIMIT $2",  # noqa: S608
        office,
        limit,
    )
    return [_clerk(row) for row in rows]


async def save(db: Db, clerk: ClerkRow) -> None:
    """Insert or replace a clerk."""
    await db.run(
        "INSERT INTO clerk (office, clerk_id, name, roles, active, verifier, pin_version, must_change, fails,"
        " failed_ms) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10) ON CONFLICT (office, clerk_id) DO UPDATE SET"
        " name = excluded.name, roles = excluded.roles, active = excluded.active, verifier = excluded.verifier,"
        " pin_version = excluded.pin_version, must_change = excluded.must_change, fails = excluded.fails,"
        " failed_ms = excluded.failed_ms",
        clerk.office,
        clerk.clerk_id,
        clerk.name,
        " ".join(clerk.roles),
        int(clerk.active),
        clerk.verifier,
        clerk.pin_version,
        int(clerk.must_change),
        clerk.failures.count,
        clerk.failures.last_ms,
    )


async def record_rights(db: Db, clerk: ClerkRow, now_ms: int) -> None:
    """Keep what a clerk is allowed from now on."""
    await db.run(
        "INSERT INTO clerk_rights (office, clerk_id, from_ms, roles, active) VALUES ($1,$2,$3,$4,$5)"
        " ON CONFLICT (office, clerk_id, from_ms) DO UPDATE SET roles = excluded.roles, active = excluded.active",
        clerk.office,
        clerk.clerk_id,
        now_ms,
        " ".join(clerk.roles),
        int(clerk.active),
    )


async def rights_of(db: Db, office: str, clerk_ids: list[str]) -> dict[str, list[RightsRow]]:
    """What these clerks were allowed, by the time from which on; nothing of numbers that the hall never gave."""
    rows = await db.rows(
        "SELECT clerk_id, from_ms, roles, active FROM clerk_rights WHERE office = $1 AND clerk_id = ANY($2)"
        " ORDER BY clerk_id, from_ms",
        office,
        clerk_ids,
    )
    found: dict[str, list[RightsRow]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(RightsRow(from_ms=row[1], roles=tuple(row[2].split()), active=bool(row[3])))
    return found


async def first_rights(db: Db, office: str) -> int | None:
    """From when on (Unix ms) the hall has had clerks of its own; ``None``: it never had one."""
    row = await db.row("SELECT min(from_ms) FROM clerk_rights WHERE office = $1", office)
    return None if row is None else row[0]
