"""A backup is one file for either engine: every row as the same moment saw it, and a digest over all of it.

Gzip of MessagePack blocks: a head, then rows of one table after another, then counts and SHA-256. Restoring reads the
whole file before it changes anything, puts the rows back in one transaction, and begins a new epoch: devices then
compare what they hold receipts for and send again what the copy lacks (sync.md §4, 412).
"""

from __future__ import annotations

import datetime as dt
import gzip
import os
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
from msgspec import Struct

from central.clock import now_ms
from central.queue.days import day_of
from central.queue.issuing import AHEAD_DAYS
from central.restrictions import Line, Standing, standing, take_over
from central.store import Db, Store, deliveries, devices, queue_numbers
from central.store.base import PIECE, renew_epoch
from central.store.tables import TABLES
from central.verify import verify
from hall import os_words
from hall.errors import HallError

_ROWS = {"attachment_piece": 16, "upload_piece": 16}
"""Rows of a block, where a row may be large."""
MAGIC = "clerk-centre-backup"
FORMAT = 1
_LEVEL = 5
_MOST = 256 << 20
"""Largest block that is read, in bytes."""


class BadBackup(HallError):
    """The file is no backup, not a whole one, or of another version."""


class Restored(Struct, frozen=True, kw_only=True):
    """What came of a restore."""

    counts: dict[str, int]
    """Rows of each table."""
    last_ms: int
    """The last moment that the copy knows of (Unix ms)."""
    taken: list[Line]
    """What was taken over from the database that it replaces."""
    sealed: list[tuple[int, str, str]]
    """Sealed files that were taken in there after the copy: when (Unix ms), in which hall, which journal and how many
    facts."""
    has_looked: bool
    """Whether there was a database of the same centre to take something over from."""


async def backup(store: Store, path: Path, office: str = "") -> dict[str, int]:
    """Write everything, or all of one hall, into a new file at ``path`` (readable by its owner only); how many rows of
    each table. Restored into an empty database a hall's file makes a centre of that hall alone, with the same key.

    Raises:
        BadBackup: the file is there already or cannot be written, or there is no such hall.
    """
    if office and await store.read(lambda db: db.row("SELECT 1 FROM hall WHERE office = $1", office)) is None:
        raise BadBackup("no_hall", f"中心没有这个大厅：{office}", field="--office", hint="核对大厅代码")
    new = path.with_name(path.name + ".new")
    try:
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            counts = await store.read(lambda db: _write(db, file, office))
            file.flush()
            os.fsync(file.fileno())
        os.link(new, path)
    except OSError as error:
        raise BadBackup(
            "backup_file",
            f"备份文件写不进去：{path}（{os_words.why(error)}）",
            hint="换一个没有用过的文件名，检查磁盘空间",
        ) from error
    finally:
        new.unlink(missing_ok=True)
    return counts


async def _write(db: Db, file: BinaryIO, office: str) -> dict[str, int]:
    digest = sha256()
    counts = dict.fromkeys(TABLES, 0)
    with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=_LEVEL, mtime=0) as packed:

        def put(block: Any) -> None:
            data = msgspec.msgpack.encode(block)
            digest.update(data)
            packed.write(len(data).to_bytes(4, "big") + data)

        put([MAGIC, FORMAT, _schema()])
        for table, columns in TABLES.items():
            where, values = _of_hall(table, columns, office)
            wanted = f"SELECT {','.join(columns)} FROM {table}{where}"  # noqa: S608 - our own names
            async for piece in db.stream(wanted, *values, piece=_ROWS.get(table, PIECE)):
                put([table, list(columns), [list(row) for row in piece]])
                counts[table] += len(piece)
        data = msgspec.msgpack.encode(["end", counts, digest.digest()])
        packed.write(len(data).to_bytes(4, "big") + data)
    return counts


def _of_hall(table: str, columns: Sequence[str], office: str) -> tuple[str, tuple[str, ...]]:
    """Which rows of a table are a hall's. The centre's own (its key) go with each; those of no hall are a device's."""
    if not office or table == "server":
        return "", ()
    if "office" in columns:
        return " WHERE office = $1", (office,)
    return " WHERE device_id IN (SELECT device_id FROM device WHERE office = $1)", (office,)


def check(path: Path) -> dict[str, int]:
    """How many rows of each table a backup holds.

    Raises:
        BadBackup: it is none, or not whole.
    """
    digest = sha256()
    counts = dict.fromkeys(TABLES, 0)
    ended = False
    for block, data in _blocks(path):
        if block[0] == "end":
            ended = block[1:] == [counts, digest.digest()]
            break
        digest.update(data)
        if block[0] != MAGIC:
            counts[block[0]] += len(block[2])
    if not ended:
        raise _broken(path)
    return counts


async def restore(store: Store, path: Path, *, replace: bool = False, replaced: Standing | None = None) -> Restored:
    """Put a backup into a database and begin a new epoch. Who was revoked or disabled in the database whose place it
    takes stays so: that is this one, or, where it stands elsewhere, ``replaced`` tells.

    Raises:
        BadBackup: the file is not good, or the database holds facts and ``replace`` was not said; nothing changed.
    """
    counts = check(path)
    restored = await store.transact(lambda db: _put_back(db, path, counts, replace, replaced))
    await store.learn_key()
    await verify(store)
    return restored


async def _put_back(db: Db, path: Path, counts: dict[str, int], replace: bool, replaced: Standing | None) -> Restored:
    if not replace and await db.row("SELECT 1 FROM device LIMIT 1") is not None:
        raise BadBackup(
            "not_empty",
            "这个数据库里已经有数据",
            field="database",
            hint="确认要用备份替换，加上 --replace；原库先另存一份",
        )
    known = [await standing(db), replaced]
    for table in reversed(TABLES):
        await db.run(f"DELETE FROM {table}")  # noqa: S608 -- our own names
    for block, _ in _blocks(path):
        if block[0] in TABLES:
            await db.insert(block[0], block[1], block[2])
    copy = await standing(db)
    # Of another centre's database (an empty one has a key of its own) nothing is believed.
    befores = [each for each in known if each is not None and each.signing_key == copy.signing_key]
    await renew_epoch(db)
    await devices.skip_codes(db)
    now = now_ms()
    await deliveries.tell_all_again(db, now)
    today = day_of(now)
    await queue_numbers.skip_serials(db, [today + dt.timedelta(days=ahead) for ahead in range(AHEAD_DAYS + 1)])
    return Restored(
        counts=counts,
        last_ms=copy.last_ms,
        taken=[line for before in befores for line in await take_over(db, copy, before, now)],
        sealed=sorted({each for before in befores for each in before.imported if each[0] > copy.last_ms}),
        has_looked=bool(befores),
    )


def _blocks(path: Path) -> Iterator[tuple[list[Any], bytes]]:
    """The blocks of a file with their bytes; the head was looked at."""
    try:
        with gzip.open(path, "rb") as file:
            first = True
            while head := file.read(4):
                size = int.from_bytes(head, "big")
                data = file.read(size) if len(head) == 4 and size <= _MOST else b""
                block = msgspec.msgpack.decode(data, type=list[Any])
                known = block[:1] == [MAGIC] if first else block[0] in (*TABLES, "end")
                if len(data) != size or not known:
                    raise _broken(path)
                if first and block != [MAGIC, FORMAT, _schema()]:
                    raise BadBackup(
                        "backup_version", f"备份是另一个版本写的：{path}", hint="用写备份的那个版本恢复，再升级"
                    )
                first = False
                yield block, data
    except (OSError, EOFError, msgspec.MsgspecError, IndexError, UnicodeDecodeError) as error:
        raise _broken(path) from error


def _schema() -> list[list[Any]]:
    return [[table, list(columns)] for table, columns in TABLES.items()]


def _broken(path: Path) -> BadBackup:
    return BadBackup("broken_backup", f"不是完整的中心备份：{path}", hint="换一份备份；核对用 clerk-central verify")
