"""Connections to the counter's database: one that writes, behind a lock, and read-only ones, one a thread.

SQLite before 3.51.3 can corrupt a WAL database when two connections write or checkpoint at once (sync.md), and a
command line may run beside the screens. So a write transaction also holds an advisory lock on ``<file>.lock``, across
processes. A read-only connection of SQLite is not read-only by itself (ATTACH and VACUUM INTO write); an authorizer
lets through nothing but reading.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final
from urllib.parse import quote

from clerk_tui import faults
from clerk_tui.store import attachments
from clerk_tui.store.disk import Disk, Limits, has_room
from hall import os_words
from hall.errors import StoreError

APPLICATION_ID: Final = 0x434C4B31
"""Written into the file's header, so that a foreign database is never touched."""
_MAGIC: Final = b"SQLite format 3\x00"
_WAIT_S: Final = 5.0
_READING: Final = frozenset(
    {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
)


_broken: set[Path] = set()
"""Databases of this process that could not be read or written: nothing more is written to them."""


class Database:
    """A database file with its one writer. ``wait_s`` is how long to wait for another process, in seconds.

    ``stopped`` says why nothing is written any more: after a failed read, write or fsync the disk is not to be trusted,
    and a second fsync may report what was lost as saved. Reading goes on.
    """

    def __init__(self, path: Path, *, wait_s: float = _WAIT_S, limits: Limits | None = None) -> None:
        self.path = path
        self.disk = Disk(path, limits or Limits(ballast=0, warn=0, stop=0))
        self.wait_s = wait_s
        self._lock = threading.RLock()
        self._local = threading.local()
        self._readers: list[sqlite3.Connection] = []
        _broken.discard(path)
        self._lock_file = _open_lock(path)
        self._in_use = _mark_in_use(path)
        try:
            self.writer = self._connect_writer()
        except BaseException:
            os.close(self._lock_file)
            os.close(self._in_use)
            raise
        self.disk.load()

    @property
    def stopped(self) -> bool:
        """Whether nothing is written any more."""
        return self.path in _broken

    def _connect_writer(self) -> sqlite3.Connection:
        with self._exclusive(), translated(self.path):
            check_file(self.path)
            _keep_private(self.path)
            attachments.keep_private(self.path)
            connection = sqlite3.connect(
                self.path, timeout=self.wait_s, isolation_level=None, check_same_thread=False, cached_statements=512
            )
            try:
                if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
                    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                _settle(connection, self.path)
            except BaseException:
                connection.close()
                raise
            return connection

    @contextmanager
    def write(self, after: Callable[[], None] | None = None) -> Iterator[sqlite3.Connection]:
        """A transaction: committed to disk when the block ends, undone as a whole when it raises.

        ``after`` is called when it is committed, before any other writer comes in.

        Raises:
            StoreError: disk full, locked by another process, read-only or broken; nothing was written.
        """
        with self._lock, self._exclusive():
            if self.stopped:
                raise _error(
                    "store_stopped",
                    "读写磁盘出过错，已停止写入，只能查看",
                    self.path,
                    "不要再收件；请管理员检查磁盘，换好后用备份恢复（clerk restore）",
                )
            with translated(self.path):
                self.writer.execute("BEGIN IMMEDIATE")
            try:
                yield self.writer
                faults.point("commit.before")
                self.writer.execute("COMMIT")
                faults.point("commit.after")
            except BaseException as error:
                with suppress(sqlite3.Error):
                    if self.writer.in_transaction:
                        self.writer.execute("ROLLBACK")
                if isinstance(error, sqlite3.Error):
                    raise self._refused(as_store_error(error, self.path)) from error
                raise
            if after is not None:
                after()

    def _refused(self, told: StoreError) -> StoreError:
        """What a failed transaction means for the next: on a full disk the ballast makes room for it."""
        if told.code == "disk_full" and self.disk.drop():
            hint = "已腾出备用空间，再办一次就能保存；请管理员马上清理磁盘"
            return _error("disk_full", "磁盘已满，没有保存", self.path, hint)
        return told

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other writer out, also those of other processes, without beginning a transaction."""
        with self._lock, self._exclusive():
            yield

    def read(self) -> sqlite3.Connection:
        """This thread's read-only connection."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            with translated(self.path):
                connection = self._local.connection = open_reader(self.path, wait_s=self.wait_s)
            self._readers.append(connection)
        return connection

    def log_bytes(self) -> int:
        """Bytes of the WAL's file; 0 where there is none."""
        try:
            return self.path.with_name(self.path.name + "-wal").stat().st_size
        except OSError:
            return 0

    def log_is_long(self) -> bool:
        """Whether the WAL has grown past what it may: somebody reads in it and does not end, so it cannot be folded."""
        return self.log_bytes() > self.disk.limits.log

    def fold_wal(self, *, over_bytes: int = 4 << 20) -> None:
        """Checkpoint a WAL that has grown past ``over_bytes``, so that no commit at the counter has to."""
        with suppress(OSError, sqlite3.Error, StoreError):
            if self.log_bytes() > over_bytes:
                with self._lock, self._exclusive():
                    _busy, frames, folded = self.writer.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
                    if frames == folded and self.log_is_long():
                        self._cut_log()

    def _cut_log(self) -> None:
        """Give back the room of a WAL that is folded whole, unless somebody reads in it; waits for nobody."""
        self.writer.execute("PRAGMA busy_timeout = 0").fetchall()
        try:
            self.writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        finally:
            self.writer.execute(f"PRAGMA busy_timeout = {int(self.wait_s * 1000)}").fetchall()

    def close(self) -> None:
        """Close every connection; the last writer to close folds the WAL into the file."""
        if self.stopped:
            # With a reader open, closing the writer leaves the WAL alone: nothing more is written to a bad disk.
            with suppress(StoreError):
                self.read()
        with self._lock, suppress(StoreError), self._exclusive():
            if self.stopped:
                self.writer.close()
            for reader in self._readers:
                reader.close()
            self._readers.clear()
            self._local = threading.local()
            self.writer.close()
        for handle in (self._lock_file, self._in_use):
            with suppress(OSError):
                os.close(handle)

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        until = time.monotonic() + self.wait_s
        while True:
            try:
                fcntl.flock(self._lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= until:
                    raise _locked(self.path) from None
                time.sleep(0.005)
        try:
            yield
        finally:
            fcntl.flock(self._lock_file, fcntl.LOCK_UN)


def _keep_private(path: Path) -> None:
    """People's data stand in it: its owner alone reads it, whatever folder it lies in. SQLite gives the files beside it
    the same rights."""
    with suppress(OSError):  # Whatever is in the way of opening it, SQLite says next.
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        for part in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
            if part.exists() and (mode := part.stat().st_mode) & 0o077:
                part.chmod(mode & 0o700)


def open_reader(path: Path, *, wait_s: float = _WAIT_S, lenient: bool = False) -> sqlite3.Connection:
    """A connection that can do nothing but read, for any thread of this or of another process. A ``lenient`` one reads
    the tables it can where what others are made of is damaged.

    Raises ``sqlite3.Error`` when there is no database.
    """
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode=ro", uri=True, timeout=wait_s, isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA query_only = ON")
    if lenient:
        connection.execute("PRAGMA writable_schema = ON")
    connection.set_authorizer(_only_reading)
    return connection


def _only_reading(action: int, *_: object) -> int:
    return sqlite3.SQLITE_OK if action in _READING else sqlite3.SQLITE_DENY


def check_file(path: Path) -> None:
    """Look at the file's first bytes before SQLite may touch it.

    Raises:
        StoreError: it is no database, or another program's.
    """
    try:
        with path.open("rb") as file:
            head = file.read(100)
    except FileNotFoundError:
        return
    except OSError as error:
        raise _error(
            "store_unreadable", f"数据库读不出来：{os_words.why(error)}", path, "检查文件的权限和磁盘"
        ) from error
    if not head:
        return
    if len(head) < 100 or head[:16] != _MAGIC:
        raise _error(
            "not_a_database",
            "这个文件不是数据库或已损坏",
            path,
            "文件没有改动；store.path 写错了就改正，没有写错就不要移动它，运行 clerk restore",
        )
    if int.from_bytes(head[68:72], "big") != APPLICATION_ID:
        raise _error("foreign_database", "这是别的程序的数据库", path, "文件没有改动；改正 config.toml 的 store.path")


def _settle(connection: sqlite3.Connection, path: Path) -> None:
    """Set what makes a commit durable and read it back: a setting that did not take would lose facts silently."""
    wanted = {
        "journal_mode": ("WAL", "wal"),
        "synchronous": ("FULL", 2),
        "foreign_keys": ("ON", 1),
        "trusted_schema": ("OFF", 0),
        "cell_size_check": ("ON", 1),
        # Commits at the counter leave checkpoints to ``fold_wal``; this bound is for a program that never rests.
        "wal_autocheckpoint": ("8000", 8000),
    }
    for name, (value, expected) in wanted.items():
        connection.execute(f"PRAGMA {name} = {value}").fetchall()
        if connection.execute(f"PRAGMA {name}").fetchone()[0] != expected:
            raise _error(
                "store_unsafe",
                f"数据库不能设为 {name}={value}，断电会丢失记录",
                path,
                "把数据库放在本机磁盘上（不要放在网络盘），再启动",
            )


def _open_lock(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        check_file(path)
        return os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise _error(
            "store_unreachable",
            f"数据库所在的文件夹不能写入：{os_words.why(error)}",
            path,
            "检查文件夹权限，或改 store.path",
        ) from error


def _mark_in_use(path: Path) -> int:
    """Let everybody see that a program has the database open, until it closes it or ends.

    Raises:
        StoreError: somebody is putting another database in its place.
    """
    handle = os.open(path.with_name(path.name + ".open"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise _locked(path) from None
    return handle


@contextmanager
def in_use(path: Path) -> Iterator[None]:
    """Let everybody see that this program reads in the database, until the block ends.

    Raises:
        StoreError: somebody is putting another database in its place.
    """
    try:
        handle = _mark_in_use(path)
    except OSError:  # No room for the mark, or no right to make it: reading goes on without.
        yield
        return
    try:
        yield
    finally:
        os.close(handle)


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn an error of SQLite into one that a clerk can act on."""
    try:
        yield
    except sqlite3.Error as error:
        raise as_store_error(error, path) from error
    except UnicodeDecodeError as error:
        raise as_store_error(damaged_words(), path) from error


def damaged_words() -> sqlite3.Error:
    """What SQLite said where its own words, with a damaged name in them, cannot be read: Python raises no
    ``sqlite3.Error`` then."""
    error = sqlite3.DatabaseError("malformed database schema")
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error


_FSYNC: Final = (sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_DIR_FSYNC)


def as_store_error(error: sqlite3.Error, path: Path) -> StoreError:
    """What an error of SQLite means at the counter."""
    extended = getattr(error, "sqlite_errorcode", 0)
    code = extended & 0xFF
    # A disk without a free byte fails reading too (the WAL's index cannot grow): that is no broken disk. A failed fsync
    # is one, whatever its cause.
    cramped = code == sqlite3.SQLITE_IOERR and extended not in _FSYNC and not has_room(path)
    if code == sqlite3.SQLITE_FULL or cramped:
        return _error("disk_full", "磁盘已满，没有保存", path, "腾出磁盘空间后再办一次")
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return _locked(path)
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_AUTH):
        return _error("store_read_only", "数据库不能写入，没有保存", path, "检查文件和文件夹的权限")
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR):
        # After a failed fsync the kernel may report the next one as good: never write on.
        _broken.add(path)
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return corrupt(path)
    if code == sqlite3.SQLITE_IOERR:
        return _error("store_io", "读写磁盘出错，没有保存", path, "停止使用，检查磁盘并报告管理员")
    return _error("store_failed", f"数据库拒绝了这次操作（{error}），没有保存", path, "把这条信息报告管理员")


def corrupt(path: Path, what: str = "") -> StoreError:
    """A damaged file; ``what`` in SQLite's words."""
    hint = "停止使用，文件留在原处，报告管理员：运行 clerk restore，还能读的记录都接过来"
    return _error("store_corrupt", f"数据库已损坏：{what}" if what else "数据库已损坏", path, hint)


def _locked(path: Path) -> StoreError:
    return _error("store_locked", "数据库正被另一个程序占用，没有保存", path, "关掉另一个 clerk 程序，或稍后再试")


def _error(code: str, message: str, path: Path, hint: str) -> StoreError:
    return StoreError(code, f"{message}（{path}）", field="store.path", hint=hint)
