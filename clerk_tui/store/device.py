"""The device that writes this journal: made at the first open, checked at every later one.

Its Ed25519 key lies beside the database in a file of its own (0600): a copied database alone cannot speak for it. Until
a centre enrols the device, its incarnation is the code from the settings.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from clerk_tui.clock import Clock
from hall import ids, wire
from hall.chain import genesis
from hall.errors import StoreError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


class Device(Struct, frozen=True, kw_only=True):
    """Who writes the journal, and how far the centre has it. Hashes are 32 bytes, empty while there is none."""

    device_id: str
    code: str
    incarnation: str
    public_key: bytes
    server_epoch: str = ""
    server_key: bytes = b""
    acked_through: int = 0
    acked_hash: bytes = b""
    pull_cursor: str = ""
    last_contact_ms: int = 0
    sealing_key: bytes = b""

    @property
    def genesis(self) -> bytes:
        """The hash before the first fact."""
        return genesis(self.device_id, self.incarnation, self.public_key)


def read_device(connection: sqlite3.Connection, path: Path) -> Device | None:
    """The device of the database, ``None`` before the first open.

    Raises:
        StoreError: its row was changed.
    """
    columns = """device_id, code, incarnation, public_key, server_epoch, server_key, acked_through, acked_hash,
        pull_cursor, last_contact_ms, row_hash"""
    try:
        row = connection.execute(f"SELECT {columns}, sealing_key FROM device").fetchone()  # noqa: S608 - constants
    except sqlite3.OperationalError:
        # A backup or an archive from before there was one.
        row = connection.execute(f"SELECT {columns}, x'' FROM device").fetchone()  # noqa: S608 - constants
    if row is None:
        return None
    device = Device(
        device_id=row[0],
        code=row[1],
        incarnation=row[2],
        public_key=row[3],
        # No centre's epoch is longer. What is left of one that is differs from every centre's, so that the two compare.
        server_epoch=row[4][: wire.MAX_TEXT],
        server_key=row[5],
        acked_through=row[6],
        acked_hash=row[7],
        pull_cursor=row[8],
        last_contact_ms=row[9],
        sealing_key=row[11],
    )
    if _row_hash(device) != row[10]:
        raise StoreError(
            "device_changed",
            f"数据库里的设备信息被改动过（{path}）",
            field="store.path",
            hint="停止使用，文件留在原处，报告管理员用 clerk restore 从备份恢复",
        )
    return device


def make_device(connection: sqlite3.Connection, path: Path, code: str, clock: Clock) -> Device:
    """Make the device of a new database, in the caller's transaction; its key is on disk before its row is.

    The key has its name only once the row is committed (``settle_key``), so that a crash in between leaves a key that
    the next opening takes, and a key under its name always means that a journal has begun.

    Raises:
        StoreError: the key file cannot be written, or a journal has begun with it (``require_no_key``).
    """
    require_no_key(path)
    first = _first_key(path)
    public_key = _public_bytes(_read_key(first)) if first.exists() else make_key(first)
    device = Device(
        device_id=ids.uuid7(clock.now_ms(), os.urandom(10)), code=code, incarnation=code, public_key=public_key
    )
    insert_device(connection, device)
    return device


def insert_device(connection: sqlite3.Connection, device: Device) -> None:
    """Make the row of a new database's device, in the caller's transaction."""
    connection.execute(
        """INSERT INTO device (one, device_id, code, incarnation, public_key, row_hash, server_key, server_epoch,
            sealing_key) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            device.device_id,
            device.code,
            device.incarnation,
            device.public_key,
            _row_hash(device),
            device.server_key,
            device.server_epoch,
            device.sealing_key,
        ),
    )


def key_file(path: Path) -> Path:
    """Where the device's private key lies: beside the database."""
    return path.with_name(path.name + ".key")


def settle_key(path: Path) -> None:
    """Give the key its name, now that the device is in the database.

    Raises:
        StoreError: the file cannot be renamed.
    """
    first = _first_key(path)
    try:
        if first.exists() and not key_file(path).exists():
            first.replace(key_file(path))
    except OSError as error:
        raise _key_error(first, "写不进去") from error


def require_no_key(path: Path) -> None:
    """That no journal began here before: a new one would give its numbers a second time and overwrite its papers.

    Raises:
        StoreError: ``journal_gone``. Nothing was written.
    """
    if key_file(path).exists():
        raise StoreError(
            "journal_gone",
            f"账本是空的或不见了，本机密钥却还在（{key_file(path)}）：这里已经有过账本，重新开始会重复编号",
            field="store.path",
            hint="不要收件；请管理员找回账本文件，或用备份恢复（clerk restore）。从未收过件的，把密钥文件移走再启动",
        )


def _first_key(path: Path) -> Path:
    return path.with_name(path.name + ".key.first")


def load_key(path: Path) -> Ed25519PrivateKey:
    """The device's signing key; ``path`` is the database.

    Raises:
        StoreError: the key file is missing or unreadable.
    """
    return _read_key(key_file(path))


def public_key(path: Path) -> bytes:
    """The public part of the device's key (raw, 32 bytes). Raises ``StoreError`` as ``load_key`` does."""
    return _public_bytes(load_key(path))


def has_key(path: Path, device: Device) -> bool:
    """Whether the key beside the database is the device's."""
    try:
        return public_key(path) == device.public_key
    except StoreError:
        return False


def find_key(path: Path, device: Device, folders: Iterable[Path]) -> Path | None:
    """The device's key: beside its database, or wherever it lies in these folders."""
    if has_key(path, device):
        return key_file(path)
    for folder in folders:
        for each in sorted(folder.glob("*.key*")):
            with suppress(StoreError):
                if _public_bytes(_read_key(each)) == device.public_key:
                    return each
    return None


def _read_key(where: Path) -> Ed25519PrivateKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(where.read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise _key_error(where, "读不出来") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _key_error(where, "不是 Ed25519 密钥")
    return key


def make_key(where: Path) -> bytes:
    """Make a device's key and put it on the disk; its public part (raw, 32 bytes).

    Raises:
        StoreError: the file cannot be written.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    new = where.with_name(where.name + ".new")
    try:
        new.unlink(missing_ok=True)
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        new.replace(where)
    except OSError as error:
        raise _key_error(where, "写不进去") from error
    return _public_bytes(key)


def _public_bytes(key: Ed25519PrivateKey) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def _row_hash(device: Device) -> bytes:
    parts = (device.device_id.encode(), device.code.encode(), device.incarnation.encode(), device.public_key)
    return sha256(b"device1" + b"".join(len(part).to_bytes(4, "big") + part for part in parts)).digest()


def _key_error(where: Path, what: str) -> StoreError:
    return StoreError(
        "device_key", f"本机密钥{what}（{where}）", field="store.path", hint="检查文件权限；丢失的密钥要重新登记设备"
    )
