"""The centre's database: embedded SQLite, one writing connection, WAL with ``synchronous=FULL``.

``Transaction`` is what ingest and enrolment see: a few named questions and changes inside one transaction.
"""

from __future__ import annotations

import hmac
import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from msgspec import Struct

from hall.chain import Sealed
from hall.errors import StoreError
from hall.wire import Status, WireFact

SCHEMA_VERSION = 1


class DeviceRow(Struct, frozen=True):
    """A device that has enrolled. ``public_key`` is raw Ed25519 (32 bytes)."""

    device_id: str
    office: str
    public_key: bytes
    revoked: bool


class IncarnationRow(Struct, frozen=True):
    """How far a device's journal is known here: the next number expected and the last hash."""

    office: str
    code: str
    device_id: str
    expected: int
    last_hash: bytes


class StoredFact(Struct, frozen=True):
    """What was decided about a fact when it first came."""

    hash: bytes
    status: Status
    reason: str
    server_seq: int
    case_version: int


class CaseRow(Struct, frozen=True):
    """A case as last folded; ``snapshot`` is the JSON of ``hall.case.Case``."""

    case_id: str
    office: str
    reference: str
    state: str
    version: int
    snapshot: bytes


class Transaction:
    """One writing transaction; made by ``Store.write``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def incarnation(self, office: str, code: str) -> IncarnationRow | None:
        """The incarnation with this code, or ``None``."""
        row = self._db.execute(
            "SELECT office, code, device_id, expected, last_hash FROM incarnation WHERE office = ? AND code = ?",
            (office, code),
        ).fetchone()
        return IncarnationRow(*row) if row else None

    def advance(self, office: str, code: str, expected: int, last_hash: bytes) -> None:
        """Record how far this incarnation's journal is stored."""
        self._db.execute(
            "UPDATE incarnation SET expected = ?, last_hash = ? WHERE office = ? AND code = ?",
            (expected, last_hash, office, code),
        )

    def stored(self, office: str, code: str, seq: int) -> StoredFact | None:
        """What became of the fact with this number, or ``None``."""
        row = self._db.execute(
            "SELECT hash, status, reason, server_seq, case_version FROM event"
            " WHERE office = ? AND incarnation = ? AND seq = ?",
            (office, code, seq),
        ).fetchone()
        return StoredFact(row[0], Status(row[1]), row[2], row[3], row[4]) if row else None

    def knows_event(self, event_id: str) -> bool:
        """Whether a fact with this id was ever stored."""
        return self._db.execute("SELECT 1 FROM event WHERE event_id = ?", (event_id,)).fetchone() is not None

    def add_fact(
        self,
        at: IncarnationRow,
        seq: int,
        event_id: str | None,
        subject: str,
        fact: WireFact,
        decided: StoredFact,
        received_ms: int,
    ) -> None:
        """Keep a fact byte for byte with what was decided about it."""
        self._db.execute(
            "INSERT INTO event VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            (
                at.office,
                at.code,
                seq,
                event_id,
                subject,
                fact.header,
                fact.public,
                fact.personal,
                fact.salt,
                fact.personal_hash,
                fact.hash,
                decided.status.value,
                decided.reason,
                decided.server_seq,
                decided.case_version,
                received_ms,
            ),
        )

    def facts_of(self, subject: str) -> list[Sealed]:
        """The facts of a case that were not set aside, in the order they came."""
        rows = self._db.execute(
            "SELECT header, public, hash, personal, salt, personal_hash FROM event"
            " WHERE subject = ? AND status <> 'quarantined' ORDER BY server_seq",
            (subject,),
        )
        return [
            Sealed(header=row[0], public=row[1], hash=row[2], personal=row[3], salt=row[4], personal_hash=row[5])
            for row in rows
        ]

    def case(self, case_id: str) -> CaseRow | None:
        """The case with this identity, or ``None``."""
        row = self._db.execute(
            "SELECT case_id, office, reference, state, version, snapshot FROM case_ WHERE case_id = ?", (case_id,)
        ).fetchone()
        return CaseRow(*row) if row else None

    def save_case(self, case: CaseRow) -> None:
        """Insert or replace a case."""
        self._db.execute(
            "INSERT INTO case_ VALUES (?,?,?,?,?,?) ON CONFLICT (case_id) DO UPDATE SET"
            " state = excluded.state, version = excluded.version, snapshot = excluded.snapshot",
            (case.case_id, case.office, case.reference, case.state, case.version, case.snapshot),
        )

    def next_server_seq(self) -> int:
        """The next number of the feed; the row is locked to the commit, so numbers appear in commit order."""
        row = self._db.execute("UPDATE server SET feed_head = feed_head + 1 RETURNING feed_head").fetchone()
        return int(row[0])

    def publish(self, server_seq: int, office: str, body: bytes) -> None:
        """Add an entry to the feed."""
        self._db.execute("INSERT INTO feed VALUES (?,?,?)", (server_seq, office, body))

    def use_code(self, code: str, device_id: str, now_ms: int) -> str | None:
        """Spend a one-time code; the office it was made for, or ``None`` if it is unknown, spent or expired."""
        row = self._db.execute(
            "UPDATE enrol_code SET used_by = ?"
            " WHERE code_hash = ? AND used_by IS NULL AND expires_ms > ? RETURNING office",
            (device_id, sha256(code.encode()).digest(), now_ms),
        ).fetchone()
        return str(row[0]) if row else None

    def add_code(self, code: str, office: str, expires_ms: int) -> None:
        """Keep the hash of a new one-time code."""
        self._db.execute(
            "INSERT INTO enrol_code VALUES (?,?,?,NULL)", (sha256(code.encode()).digest(), office, expires_ms)
        )

    def save_device(self, device: DeviceRow, token: str, now_ms: int) -> None:
        """Insert a device, or give a known one with the same key a new token; only the token's hash is kept."""
        self._db.execute(
            "INSERT INTO device VALUES (?,?,?,?,NULL,?) ON CONFLICT (device_id) DO UPDATE SET"
            " token_hash = excluded.token_hash, seen_ms = excluded.seen_ms",
            (device.device_id, device.office, device.public_key, sha256(token.encode()).digest(), now_ms),
        )

    def device(self, device_id: str) -> DeviceRow | None:
        """The device with this identity, or ``None``."""
        row = self._db.execute(
            "SELECT device_id, office, public_key, revoked_ms IS NOT NULL FROM device WHERE device_id = ?", (device_id,)
        ).fetchone()
        return DeviceRow(row[0], row[1], row[2], bool(row[3])) if row else None

    def add_incarnation(self, row: IncarnationRow) -> None:
        """Reserve a code for a device."""
        self._db.execute(
            "INSERT INTO incarnation VALUES (?,?,?,?,?)",
            (row.office, row.code, row.device_id, row.expected, row.last_hash),
        )


class Store:
    """The database file and its one writing connection.

    Raises:
        StoreError: the folder cannot be written, or the file is not a centre's database of this version.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._lock = threading.Lock()
            self._open()
        except (OSError, sqlite3.Error) as error:
            raise StoreError(
                "centre_database", f"中心数据库打不开：{path}（{error}）", hint="检查目录权限和磁盘空间，或换一个目录"
            ) from error
        row = self._db.execute("SELECT epoch, signing_key FROM server").fetchone()
        self.epoch: str = row[0]
        self.key = Ed25519PrivateKey.from_private_bytes(row[1])
        self.public_key = self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def _open(self) -> None:
        mode = self._db.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("PRAGMA foreign_keys = ON")
        self._db.execute("PRAGMA trusted_schema = OFF")
        if mode != "wal" or self._db.execute("PRAGMA synchronous").fetchone()[0] != 2:
            raise sqlite3.OperationalError("WAL and synchronous=FULL are not to be had here")
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            script = files("central").joinpath("schema.sql").read_text("utf-8")
            self._db.executescript(f"BEGIN IMMEDIATE; {script} PRAGMA user_version = {SCHEMA_VERSION};")
            self._db.execute(
                "INSERT INTO server (epoch, signing_key) VALUES (?, ?)",
                (secrets.token_hex(8), Ed25519PrivateKey.generate().private_bytes_raw()),
            )
            self._db.execute("COMMIT")
        elif version != SCHEMA_VERSION:
            raise sqlite3.DatabaseError(f"schema version {version}, expected {SCHEMA_VERSION}")
        self.path.chmod(0o600)

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """One transaction: committed whole, or not at all when the block raises."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield Transaction(self._db)
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def device_by_token(self, token: str) -> DeviceRow | None:
        """Who holds this bearer token, or ``None``."""
        with self._lock:
            row = self._db.execute(
                "SELECT device_id, office, public_key, revoked_ms IS NOT NULL FROM device WHERE token_hash = ?",
                (sha256(token.encode()).digest(),),
            ).fetchone()
        return DeviceRow(row[0], row[1], row[2], bool(row[3])) if row else None

    def changes(self, office: str, after: int, limit: int) -> list[bytes]:
        """The bodies of at most ``limit`` feed entries of an office after number ``after``."""
        with self._lock:
            rows = self._db.execute(
                "SELECT body FROM feed WHERE office = ? AND server_seq > ? ORDER BY server_seq LIMIT ?",
                (office, after, limit),
            ).fetchall()
        return [row[0] for row in rows]

    def devices(self, office: str) -> list[DeviceRow]:
        """The devices of an office, revoked ones too."""
        with self._lock:
            rows = self._db.execute(
                "SELECT device_id, office, public_key, revoked_ms IS NOT NULL FROM device WHERE office = ?"
                " ORDER BY device_id",
                (office,),
            ).fetchall()
        return [DeviceRow(row[0], row[1], row[2], bool(row[3])) for row in rows]

    def office_secret(self, office: str) -> bytes:
        """What the devices of an office share and nobody else knows (32 bytes); the same for ever."""
        return hmac.digest(self.key.private_bytes_raw(), b"office-secret\0" + office.encode(), "sha256")

    def counts(self) -> dict[str, int]:
        """How many facts (by status) and cases are stored."""
        with self._lock:
            counts = dict(self._db.execute("SELECT status, count(*) FROM event GROUP BY status").fetchall())
            counts["cases"] = self._db.execute("SELECT count(*) FROM case_").fetchone()[0]
        return counts

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._db.close()
