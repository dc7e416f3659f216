"""Who writes an embedded database: one process at a time, and one centre.

SQLite before 3.51.3 can corrupt a WAL database when two connections write or checkpoint at once. Commands run beside a
serving centre, so each transaction that writes holds an advisory lock on ``<file>.lock``; the kernel releases it with
the process.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from hall.errors import StoreError

SERVING: Final = ".serving"
"""End of the name of the file that is locked by whoever serves."""
WAIT_S: Final = 5.0
"""How long a transaction waits for another process."""
_AWAY: Final = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CANTOPEN,
    }
)


class WriteLock:
    """The lock of one database file.

    Raises:
        OSError: the folder cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._file = _opened(path, ".lock")

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep every other process from writing.

        Raises:
            StoreError: another one did not end in time.
        """
        until = time.monotonic() + WAIT_S
        while not _taken(self._file):
            if time.monotonic() >= until:
                raise busy("另一个程序正在写")
            time.sleep(0.002)
        try:
            yield
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Let the file go."""
        os.close(self._file)


@contextmanager
def serving(path: Path) -> Iterator[None]:
    """Be the one centre that serves this database file.

    Raises:
        StoreError: another process serves it.
        OSError: the folder cannot be written.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = _opened(path, SERVING)
    try:
        if not _taken(file):
            raise StoreError(
                "centre_serving",
                f"另一个中心正在用这个数据库（{path}）",
                hint="内置数据库只能由一个进程服务；要开几个进程，用 PostgreSQL（--database）",
            )
        yield
    finally:
        os.close(file)


def is_served(path: Path) -> bool:
    """Whether a centre serves this database file just now; nothing is made or changed."""
    try:
        file = os.open(path.with_name(path.name + SERVING), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return not _taken(file)
    except OSError:
        # A medium that knows no locks is none that a centre serves from.
        return False
    finally:
        os.close(file)


def busy(why: str) -> StoreError:
    """That the database cannot be used just now."""
    return StoreError("centre_database_away", f"中心数据库暂时不能用（{why}）", hint="检查磁盘和别的程序，稍后再试")


def is_away(error: sqlite3.Error) -> bool:
    """Whether an error is the disk's or another program's, and none of what was asked."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _AWAY


def _opened(path: Path, end: str) -> int:
    return os.open(path.with_name(path.name + end), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _taken(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
