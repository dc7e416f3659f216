"""What a centre took away from devices, clerks and departments after a copy was made, and how a copy learns of it.

Only the centre writes these, so no device sends them again. Whatever tells of them (the database that a copy replaces)
can take away only: nobody becomes active, unrevoked or gets a role by it.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from central.store import Db, clerks, connecting, devices, tokens
from central.store.clerks import ClerkRow

ACTOR = "restore"
"""Who stands in the record for what was taken over."""
_LAST = (
    "SELECT max(at) FROM (SELECT max(received_ms) AS at FROM event UNION ALL SELECT max(at_ms) FROM audit"
    " UNION ALL SELECT max(from_ms) FROM clerk_rights UNION ALL SELECT max(seen_ms) FROM device) AS seen"
)


class Standing(Struct, frozen=True, kw_only=True):
    """What a database knows of who may no longer do what. ``last_ms``: the last moment that it knows of (Unix ms)."""

    signing_key: bytes
    last_ms: int
    revoked: dict[str, str]
    """Revoked devices and their halls."""
    people: list[ClerkRow]
    since: dict[tuple[str, str], int]
    """From when on (Unix ms) each clerk's roles are what they are, by hall and number."""
    departments: dict[tuple[str, str], tuple[str, bytes, bytes]]
    """Address, secret and hash of the token, by hall and key."""
    imported: list[tuple[int, str, str]]
    """Sealed files that were taken in: when, in which hall, which journal and how many facts."""


class Line(Struct, frozen=True, kw_only=True):
    """One thing that was taken over: what (an action of the record), of whom, in which hall."""

    action: str
    office: str
    target: str


async def standing(db: Db) -> Standing:
    """What this database knows."""
    server = await db.row("SELECT signing_key FROM server")
    last = await db.row(_LAST)
    revoked = await db.rows("SELECT device_id, office FROM device WHERE revoked_ms IS NOT NULL ORDER BY device_id")
    offices = [row[0] for row in await db.rows("SELECT DISTINCT office FROM clerk ORDER BY office")]
    since = await db.rows("SELECT office, clerk_id, max(from_ms) FROM clerk_rights GROUP BY office, clerk_id")
    systems = await db.rows("SELECT office, key, url, secret, token_hash FROM department ORDER BY office, key")
    files = await db.rows(
        "SELECT at_ms, office, target FROM audit WHERE action = 'sealed.imported' ORDER BY at_ms, target"
    )
    return Standing(
        signing_key=bytes(server[0]) if server else b"",
        last_ms=int(last[0] or 0) if last else 0,
        revoked={row[0]: row[1] for row in revoked},
        people=[each for office in offices for each in await clerks.clerks_of(db, office, 1 << 30)],
        since={(row[0], row[1]): int(row[2]) for row in since},
        departments={(row[0], row[1]): (row[2], bytes(row[3]), bytes(row[4])) for row in systems},
        imported=[(int(row[0]), row[1], row[2]) for row in files],
    )


async def take_over(db: Db, copy: Standing, newer: Standing, now_ms: int) -> list[Line]:
    """Take away in the copy in ``db`` what the database that it replaces had taken away since; what that was.

    Of departments' systems, which are there or not, and of PINs the later state counts; a copy that is itself the later
    one loses none.
    """
    lines: list[Line] = []
    for device_id, office in newer.revoked.items():
        lines += await revoke_again(db, office, device_id, now_ms)
    for row in newer.people:
        lines += await restrict(
            db, row.office, row.clerk_id, row.roles, row.active, newer.since.get((row.office, row.clerk_id), 0), now_ms
        )
        lines += await _take_pin(db, row, now_ms)
    if newer.last_ms >= copy.last_ms:
        lines += await _take_departments(db, copy, newer, now_ms)
    return lines


async def revoke_again(db: Db, office: str, device_id: str, now_ms: int, actor: str = ACTOR) -> list[Line]:
    """Revoke a device of this hall that was revoked before; nothing if it is so already or is not known here."""
    known = await devices.device(db, device_id)
    if known is None or known.revoked or known.office != office:
        return []
    await devices.revoke(db, device_id, now_ms)
    return [await _record(db, now_ms, office, actor, "device.revoked", device_id)]


async def restrict(
    db: Db,
    office: str,
    clerk_id: str,
    roles: Sequence[str],
    active: bool,
    since_ms: int,
    now_ms: int,
    actor: str = ACTOR,
) -> list[Line]:
    """Take from a clerk what they had no longer at ``since_ms`` (Unix ms). Nothing if the hall does not know them, or
    somebody has decided about them since."""
    row = await clerks.clerk(db, office, clerk_id)
    decided = await clerks.rights_of(db, office, [clerk_id])
    if row is None or max((each.from_ms for each in decided.get(clerk_id, [])), default=0) >= since_ms:
        return []
    left = tuple(role for role in row.roles if role in roles)
    changed = replace(row, active=row.active and active, roles=left)
    if changed == row:
        return []
    await clerks.save(db, changed)
    await clerks.record_rights(db, changed, since_ms)
    if not changed.active:
        await tokens.end_sessions(db, office, clerk_id)
    what = "clerk.disabled" if row.active and not active else "clerk.roles_lost"
    return [await _record(db, now_ms, office, actor, what, clerk_id)]


async def _take_pin(db: Db, newer: ClerkRow, now_ms: int) -> list[Line]:
    row = await clerks.clerk(db, newer.office, newer.clerk_id)
    if row is None or row.pin_version >= newer.pin_version:
        return []
    pin = replace(row, verifier=newer.verifier, pin_version=newer.pin_version, must_change=newer.must_change)
    await clerks.save(db, pin)
    return [await _record(db, now_ms, row.office, ACTOR, "clerk.pin_taken_over", row.clerk_id)]


async def _take_departments(db: Db, copy: Standing, newer: Standing, now_ms: int) -> list[Line]:
    lines = []
    for (office, key), known in copy.departments.items():
        there = newer.departments.get((office, key))
        if there is None:
            await connecting.disconnect(db, office, key)
            lines.append(await _record(db, now_ms, office, ACTOR, "department.removed", key))
        elif there[2] != known[2]:
            await db.run(
                "UPDATE department SET url = $1, secret = $2, token_hash = $3 WHERE office = $4 AND key = $5",
                *there,
                office,
                key,
            )
            lines.append(await _record(db, now_ms, office, ACTOR, "department.token_taken_over", key))
    return lines


async def _record(db: Db, now_ms: int, office: str, actor: str, action: str, target: str) -> Line:
    await tokens.record(db, now_ms, office, actor, action, target)
    return Line(action=action, office=office, target=target)
