"""Devices, their one-time codes, and how far each journal is known."""

from __future__ import annotations

from hashlib import sha256

from msgspec import Struct

from central.store.base import Db, Row

_LETTERS = "WACEFGHJKMNPRTUVXY"
_SERIES = 99
TOKEN_LIFE_MS = 90 * 24 * 3600 * 1000
"""How long a device token is good, in milliseconds; then a device renews it by a request that its key signs."""
_DEVICE = "SELECT device_id, office, public_key, revoked_ms IS NOT NULL, role FROM device"


class DeviceRow(Struct, frozen=True):
    """A device that has enrolled. ``public_key`` is raw Ed25519 (32 bytes), ``role`` one of ``hall.roles``."""

    device_id: str
    office: str
    public_key: bytes
    revoked: bool
    role: str = "clerk"


class IncarnationRow(Struct, frozen=True):
    """How far a device's journal is known here: the next number expected and the last hash.

    A branch (what a device wrote after its journal was set back, brought in from a sealed file) has a code of its own;
    ``writes_as`` is the code that its facts carry. ``start_seq`` and ``start_hash`` are where it begins; ``b""``: at
    the genesis.
    """

    office: str
    code: str
    device_id: str
    expected: int
    last_hash: bytes
    writes_as: str = ""
    start_seq: int = 1
    start_hash: bytes = b""

    @property
    def named(self) -> str:
        """The code that stands in its facts."""
        return self.writes_as or self.code


def _device(row: Row) -> DeviceRow:
    return DeviceRow(row[0], row[1], row[2], bool(row[3]), row[4])


async def device(db: Db, device_id: str) -> DeviceRow | None:
    """The device with this identity, or ``None``."""
    row = await db.row(f"{_DEVICE} WHERE device_id = $1", device_id)
    return _device(row) if row else None


async def devices_of(db: Db, office: str) -> list[DeviceRow]:
    """The devices of an office, revoked ones too; not the centre's own journal."""
    return [
        _device(row)
        for row in await db.rows(f"{_DEVICE} WHERE office = $1 AND role <> 'centre' ORDER BY device_id", office)
    ]


async def save_device(db: Db, device: DeviceRow, token: str, now_ms: int) -> None:
    """Insert a device, or give a known one a new token (the ones before it end); only the token's hash is kept."""
    for column in ("token_hash", "next_token_hash"):
        await db.run(
            f"INSERT INTO ended_token (token_hash, device_id) SELECT {column}, device_id FROM device"  # noqa: S608
            f" WHERE device_id = $1 AND {column} IS NOT NULL ON CONFLICT (token_hash) DO NOTHING",
            device.device_id,
        )
    await db.run(
        "INSERT INTO device (device_id, office, public_key, role, token_hash, seen_ms, token_expires_ms)"
        " VALUES ($1,$2,$3,$4,$5,$6,$7) ON CONFLICT (device_id) DO UPDATE SET token_hash = excluded.token_hash,"
        " seen_ms = excluded.seen_ms, token_expires_ms = excluded.token_expires_ms, role = excluded.role,"
        " next_token_hash = NULL",
        device.device_id,
        device.office,
        device.public_key,
        device.role,
        _hash(token),
        now_ms,
        now_ms + TOKEN_LIFE_MS,
    )


async def ensure_hall(db: Db, office: str) -> None:
    """Give a hall its feed and its counter of device codes."""
    await db.run("INSERT INTO hall (office) VALUES ($1) ON CONFLICT (office) DO NOTHING", office)


async def halls(db: Db) -> list[str]:
    """The office codes of the halls that have a device or a clerk."""
    return [row[0] for row in await db.rows("SELECT office FROM hall UNION SELECT office FROM clerk ORDER BY 1")]


async def free_code(db: Db, office: str) -> str:
    """The next device code of a hall that was never given to anybody."""
    while True:
        row = await db.row("UPDATE hall SET codes = codes + 1 WHERE office = $1 RETURNING codes", office)
        assert row is not None, "a hall is there before its devices"
        code = nth_code(row[0] - 1)
        if await incarnation(db, office, code) is None:
            return code


def nth_code(index: int) -> str:
    """Device codes in the order in which they are given out: ``W01`` … ``W99``, ``A01`` …, later ``W001`` …"""
    series, number = divmod(index, _SERIES)
    longer, letter = divmod(series, len(_LETTERS))
    return f"{_LETTERS[letter]}{number + 1:0{longer + 2}d}"


async def skip_codes(db: Db) -> None:
    """Begin another series of codes in every hall: a restored copy does not know the last ones it gave out."""
    for office, codes in await db.rows("SELECT office, codes FROM hall"):
        await db.run("UPDATE hall SET codes = $1 WHERE office = $2", (codes // _SERIES + 2) * _SERIES, office)


async def revoke(db: Db, device_id: str, now_ms: int) -> bool:
    """Take a device's rights away for ever; whether it is known."""
    row = await db.row(
        "UPDATE device SET revoked_ms = coalesce(revoked_ms, $1) WHERE device_id = $2 RETURNING device_id",
        now_ms,
        device_id,
    )
    return row is not None


async def add_code(db: Db, code: str, office: str, expires_ms: int, role: str = "clerk") -> None:
    """Keep the hash of a new one-time code."""
    await db.run(
        "INSERT INTO enrol_code (code_hash, office, expires_ms, role) VALUES ($1,$2,$3,$4)",
        _hash(code),
        office,
        expires_ms,
        role,
    )


async def use_code(db: Db, code: str, device_id: str, now_ms: int) -> tuple[str, str] | None:
    """Spend a one-time code; the office and the role it was made for, ``None`` if it is unknown, spent or expired."""
    row = await db.row(
        "UPDATE enrol_code SET used_by = $1 WHERE code_hash = $2 AND used_by IS NULL AND expires_ms > $3"
        " RETURNING office, role",
        device_id,
        _hash(code),
        now_ms,
    )
    return (row[0], row[1]) if row else None


async def incarnation(db: Db, office: str, code: str) -> IncarnationRow | None:
    """The incarnation with this code, or ``None``; nobody else moves it until the transaction ends."""
    row = await db.row(
        "SELECT office, code, device_id, expected, last_hash, writes_as, start_seq, coalesce(start_hash, $3)"
        " FROM incarnation WHERE office = $1 AND code = $2 FOR UPDATE",
        office,
        code,
        b"",
    )
    return IncarnationRow(*row) if row else None


async def add_incarnation(db: Db, row: IncarnationRow) -> None:
    """Reserve a code for a device."""
    await db.run(
        "INSERT INTO incarnation (office, code, device_id, expected, last_hash, writes_as, start_seq, start_hash)"
        " VALUES ($1,$2,$3,$4,$5,$6,$7,$8)",
        row.office,
        row.code,
        row.device_id,
        row.expected,
        row.last_hash,
        row.writes_as,
        row.start_seq,
        row.start_hash or None,
    )


async def advance(db: Db, at: IncarnationRow, expected: int, last_hash: bytes) -> None:
    """Record how far this incarnation's journal is stored; what came is no longer among what the device has to send."""
    await db.run(
        "UPDATE incarnation SET expected = $1, last_hash = $2,"
        " pending = CASE WHEN pending > $3 THEN pending - $3 ELSE 0 END,"
        " oldest_ms = CASE WHEN pending > $3 THEN oldest_ms ELSE 0 END WHERE office = $4 AND code = $5",
        expected,
        last_hash,
        expected - at.expected,
        at.office,
        at.code,
    )


async def declare(db: Db, at: IncarnationRow, pending: int, oldest_ms: int, app_v: str, now_ms: int) -> None:
    """Keep what a device has still to send beyond what is stored (none of it older than ``oldest_ms``), and which
    version it runs."""
    await db.run(
        "UPDATE incarnation SET pending = $1, oldest_ms = $2, app_v = $3, declared_ms = $4"
        " WHERE office = $5 AND code = $6",
        pending,
        oldest_ms,
        app_v,
        now_ms,
        at.office,
        at.code,
    )


async def heard(db: Db, device_id: str, now_ms: int) -> None:
    """Keep that a device was heard of."""
    await db.run("UPDATE device SET seen_ms = $1 WHERE device_id = $2 AND seen_ms < $1", now_ms, device_id)


def _hash(secret: str) -> bytes:
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()
