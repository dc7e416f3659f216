"""Tokens of devices and of people's sessions. Only hashes are kept."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256

from msgspec import Struct

from central.store.base import Db
from central.store.devices import DeviceRow
from hall.wire_clerks import DeviceInfo

_SIZES = (1, 8, 64)


class Holder(Struct, frozen=True):
    """Who holds a device token, until when it is good (Unix milliseconds), and whether it is the one registered to
    follow the present one."""

    device: DeviceRow
    expires_ms: int
    is_next: bool


class SessionRow(Struct, frozen=True):
    """A person signed in at a device of their hall."""

    office: str
    clerk_id: str
    device_id: str
    expires_ms: int


def hash_of(token: str) -> bytes:
    """What is kept of a token (32 bytes)."""
    return sha256(token.encode("utf-8", "surrogatepass")).digest()


async def holders(db: Db, tokens: Sequence[str]) -> list[Holder | None]:
    """Who holds each of these device tokens, or ``None``; at most the largest of ``_SIZES``."""
    hashes = [hash_of(token) for token in tokens]
    # Always one of few lengths, so that each statement stays prepared.
    size = next(size for size in _SIZES if size >= len(hashes))
    asked = hashes + hashes[-1:] * (size - len(hashes))
    found: dict[bytes, Holder] = {}
    for row in await db.rows(_holders(size), *asked):
        device = DeviceRow(row[1], row[2], row[3], bool(row[4]), row[5])
        found[bytes(row[0])] = Holder(device, row[6], bool(row[7]))
    return [found.get(each) for each in hashes]


@lru_cache(maxsize=len(_SIZES))
def _holders(size: int) -> str:
    # Two looks into two indexes: an OR of both would read every device.
    mine = ", ".join(f"${place}" for place in range(1, size + 1))
    device = "device_id, office, public_key, revoked_ms IS NOT NULL, role"
    return (
        f"SELECT token_hash, {device}, token_expires_ms, 0 FROM device WHERE token_hash IN ({mine}) UNION ALL"  # noqa: S608
        f" SELECT next_token_hash, {device}, next_expires_ms, 1 FROM device WHERE next_token_hash IN ({mine})"
    )


async def register_next(db: Db, device_id: str, token_hash: bytes, expires_ms: int) -> bool:
    """Register the token that is to follow; ``False`` for one that is, or ever was, somebody's other token."""
    if await db.row("SELECT 1 FROM ended_token WHERE token_hash = $1", token_hash):
        return False
    other = await db.row(
        "SELECT 1 FROM device WHERE token_hash = $1 OR (next_token_hash = $1 AND device_id <> $2)",
        token_hash,
        device_id,
    )
    if other:
        return False
    await db.run(
        "UPDATE device SET next_token_hash = $1, next_expires_ms = $2 WHERE device_id = $3",
        token_hash,
        expires_ms,
        device_id,
    )
    return True


async def take_next(db: Db, device_id: str, token: str) -> None:
    """The next token is used for the first time: the one before it ends, for ever."""
    await db.run(
        "INSERT INTO ended_token (token_hash, device_id) SELECT token_hash, device_id FROM device"
        " WHERE device_id = $1 AND next_token_hash = $2 ON CONFLICT (token_hash) DO NOTHING",
        device_id,
        hash_of(token),
    )
    await db.run(
        "UPDATE device SET token_hash = next_token_hash, token_expires_ms = next_expires_ms, next_token_hash = NULL,"
        " next_expires_ms = 0 WHERE device_id = $1 AND next_token_hash = $2",
        device_id,
        hash_of(token),
    )


async def add_session(db: Db, token: str, session: SessionRow, now_ms: int) -> None:
    """Keep a session; what has run out goes."""
    await db.run("DELETE FROM clerk_session WHERE expires_ms < $1", now_ms)
    await db.run(
        "INSERT INTO clerk_session (token_hash, office, clerk_id, device_id, expires_ms) VALUES ($1,$2,$3,$4,$5)",
        hash_of(token),
        session.office,
        session.clerk_id,
        session.device_id,
        session.expires_ms,
    )


async def session(db: Db, token: str) -> SessionRow | None:
    """Whose session this is, or ``None``."""
    row = await db.row(
        "SELECT office, clerk_id, device_id, expires_ms FROM clerk_session WHERE token_hash = $1", hash_of(token)
    )
    return SessionRow(*row) if row else None


async def end_session(db: Db, token: str) -> None:
    """End one session."""
    await db.run("DELETE FROM clerk_session WHERE token_hash = $1", hash_of(token))


async def end_sessions(db: Db, office: str, clerk_id: str) -> None:
    """End every session of a clerk."""
    await db.run("DELETE FROM clerk_session WHERE office = $1 AND clerk_id = $2", office, clerk_id)


async def record(db: Db, at_ms: int, office: str, actor: str, action: str, target: str) -> None:
    """Keep who did what for the hall: identifiers, and the reason that they gave."""
    await db.run(
        "INSERT INTO audit (at_ms, office, actor, action, target) VALUES ($1,$2,$3,$4,$5)",
        at_ms,
        office,
        actor,
        action,
        target,
    )


async def infos(db: Db, office: str) -> list[DeviceInfo]:
    """The devices of a hall as an administrator sees them."""
    rows = await db.rows(
        "SELECT device_id, office, role, revoked_ms IS NOT NULL, seen_ms, token_expires_ms FROM device"
        " WHERE office = $1 ORDER BY device_id",
        office,
    )
    codes: dict[str, list[str]] = {}
    for device_id, code in await db.rows(
        "SELECT device_id, code FROM incarnation WHERE office = $1 ORDER BY code", office
    ):
        codes.setdefault(device_id, []).append(code)
    return [
        DeviceInfo(
            device=row[0],
            office=row[1],
            role=row[2],
            codes=codes.get(row[0], []),
            revoked=bool(row[3]),
            seen_ms=row[4],
            token_expires_ms=row[5],
        )
        for row in rows
    ]
