"""Embedded SQLite: one writing connection, WAL with ``synchronous=FULL``. Nothing here ever waits for an event loop."""

from __future__ import annotations

import json
import re
import secrets
import sqlite3
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from central.store.base import PIECE, Db, Row, Store, no_centre, unstorable
from central.store.locking import WriteLock, busy, is_away
from central.store.migrations import migrations
from hall import os_words
from hall.errors import StoreError

SECRET = "pin-secret"
"""Name of the file beside the database without which its PINs can be neither tried nor checked."""
Result = TypeVar("Result")
_UNSTORABLE = (UnicodeEncodeError, OverflowError)


@lru_cache(maxsize=512)
def translated(sql: str) -> str:
    """A statement of ``Db`` as SQLite has it."""
    sql = re.sub(r"= ANY\(\$(\d+)\)", r"IN (SELECT value FROM json_each(?\1))", sql)
    sql = re.sub(r" FOR UPDATE( SKIP LOCKED)?\b", "", sql)
    return re.sub(r"\$(\d+)", r"?\1", sql)


def _bound(values: Sequence[object]) -> list[object]:
    return [json.dumps(value) if isinstance(value, list) else value for value in values]


class SqliteDb(Db):
    """The one connection; made by ``SqliteStore``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    async def rows(self, sql: str, *values: object) -> list[Row]:
        return self._db.execute(translated(sql), _bound(values)).fetchall()

    async def run(self, sql: str, *values: object) -> None:
        self._db.execute(translated(sql), _bound(values))

    async def many(self, sql: str, rows: Sequence[Row]) -> None:
        self._db.executemany(translated(sql), rows)

    async def stream(self, sql: str, *values: object, piece: int = PIECE) -> AsyncIterator[list[Row]]:
        cursor = self._db.execute(translated(sql), _bound(values))
        while rows := cursor.fetchmany(piece):
            yield rows

    async def insert(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        marks = ",".join("?" * len(columns))
        # The names are constants of the modules beside this one; values are bound.
        self._db.executemany(f"INSERT INTO {table} ({','.join(columns)}) VALUES ({marks})", rows)  # noqa: S608


class SqliteStore(Store):
    """The database file and its one connection.

    Its coroutines never suspend, so that they can also be driven without an event loop (``coroutine.send(None)``).

    Raises:
        StoreError: the folder cannot be written, or the file is not a centre's database of this version; ``no_centre``,
            there is none and it is not to be made.
    """

    def __init__(self, path: Path, *, make: bool = True) -> None:
        self.path = path
        self.secret_file = path.with_name(SECRET)
        if not make and not _is_written(path):
            raise no_centre(f" {path} ")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._writing = WriteLock(path)
            with self._writing.held():
                self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
                self._lock = threading.Lock()
                self._open()
            row = self._db.execute("SELECT signing_key FROM server").fetchone()
        except (OSError, sqlite3.Error) as error:
            why = os_words.why(error) if isinstance(error, OSError) else error
            raise StoreError(
                "centre_database", f"中心数据库打不开：{path}（{why}）", hint="检查目录权限和磁盘空间，或换一个目录"
            ) from error
        self.key = Ed25519PrivateKey.from_private_bytes(row[0])

    def _open(self) -> None:
        mode = self._db.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("PRAGMA foreign_keys = ON")
        self._db.execute("PRAGMA trusted_schema = OFF")
        if mode != "wal" or self._db.execute("PRAGMA synchronous").fetchone()[0] != 2:
            raise sqlite3.OperationalError("WAL and synchronous=FULL are not to be had here")
        self._migrate()
        self.path.chmod(0o600)

    def _migrate(self) -> None:
        """Bring the file up to date; each step commits together with its number (``user_version``)."""
        steps = migrations("sqlite")
        self._db.execute("BEGIN IMMEDIATE")
        try:
            version = self._db.execute("PRAGMA user_version").fetchone()[0]
            if version > steps[-1][0]:
                raise sqlite3.DatabaseError(f"schema version {version}, expected at most {steps[-1][0]}")
            for number, script in steps:
                if number <= version:
                    continue
                for statement in _statements(script):
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA user_version = {number}")
            self.is_new = version == 0
            if self.is_new:
                self._db.execute(
                    "INSERT INTO server (epoch, signing_key) VALUES (?, ?)",
                    (secrets.token_hex(8), Ed25519PrivateKey.generate().private_bytes_raw()),
                )
            self._db.execute("COMMIT")
        except BaseException:
            self._db.execute("ROLLBACK")
            raise

    async def start(self) -> None:
        """Nothing to do: it is open."""

    async def transact(self, work: Callable[[Db], Awaitable[Result]]) -> Result:
        with self._lock, self._writing.held():
            try:
                self._db.execute("BEGIN IMMEDIATE")
                result = await work(SqliteDb(self._db))
                self._db.execute("COMMIT")
            except BaseException as error:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                if isinstance(error, _UNSTORABLE):
                    raise unstorable() from error
                if isinstance(error, sqlite3.Error) and is_away(error):
                    raise busy(type(error).__name__) from error
                raise
        return result

    async def read(self, work: Callable[[Db], Awaitable[Result]]) -> Result:
        with self._lock:
            self._db.execute("BEGIN")
            try:
                return await work(SqliteDb(self._db))
            except _UNSTORABLE as error:
                raise unstorable() from error
            finally:
                self._db.execute("ROLLBACK")

    async def glance(self, work: Callable[[Db], Awaitable[Result]]) -> Result:
        with self._lock:
            try:
                return await work(SqliteDb(self._db))
            except _UNSTORABLE as error:
                raise unstorable() from error

    async def close(self) -> None:
        # Closing folds the WAL into the file.
        with self._lock, self._writing.held():
            self._db.close()
        self._writing.close()


def _is_written(path: Path) -> bool:
    """Whether there is a database; a file of no length is where somebody began to make one."""
    try:
        return path.stat().st_size > 0
    except FileNotFoundError:
        return False
    except OSError:
        # Opening it says what is wrong.
        return True


def _statements(script: str) -> list[str]:
    """The statements of a script (``executescript`` would end the transaction)."""
    found: list[str] = []
    for line in script.splitlines(keepends=True):
        if found and not sqlite3.complete_statement(found[-1]):
            found[-1] += line
        else:
            found.append(line)
    return [statement for statement in found if sqlite3.complete_statement(statement)]
