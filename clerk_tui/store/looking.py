"""The verdict on a journal's file, without writing to it: also on a disk without a free byte."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from clerk_tui.store.connection import as_store_error, check_file, translated
from clerk_tui.store.device import Device, read_device
from clerk_tui.store.migrations import LATEST, version_of
from clerk_tui.store.schema import differences, schema_changed
from clerk_tui.store.traces import read_traces
from clerk_tui.store.verifying import Verified, verify_own


@contextmanager
def looking(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that changes no table.

    A full disk has no room for the index of the WAL, which SQLite keeps in a file beside it. While nobody else has the
    database open it can stay in memory; where somebody has, the file is there already.

    Raises:
        StoreError: it cannot be read.
    """
    with translated(path):
        connection = _open(path, "ro")
        try:
            try:
                connection.execute("SELECT 1 FROM sqlite_schema").fetchone()
            except sqlite3.Error as error:
                if as_store_error(error, path).code != "disk_full":
                    raise
                connection.close()
                connection = _open(path, "rw")
                connection.execute("PRAGMA locking_mode = EXCLUSIVE").fetchall()
            yield connection
        finally:
            connection.close()


def quick_check(path: Path, *, whole: bool = False) -> list[str]:
    """SQLite's own check of a file, in SQLite's words; empty when sound. Takes seconds for a large one, longer for the
    ``whole`` one, which compares indexes with tables too."""
    check = "integrity_check" if whole else "quick_check"
    with looking(path) as connection:
        words = [str(row[0]) for row in connection.execute(f"PRAGMA {check}")]
    return [] if words == ["ok"] else words


def verify_whole(connection: sqlite3.Connection, path: Path, device: Device) -> Verified:
    """Check every byte of a journal against its hashes, its end against the tables beside it.

    Raises:
        BrokenChain: ``field`` is the number of the first fact that does not fit or is missing.
        StoreError: the counter of references was set back, or tables or triggers are not those of the
            migrations (``schema_changed``, after the facts were read).
    """
    # First what must be there, then what is: another process may write meanwhile.
    altered = differences(connection)
    if altered.beyond_repair:
        raise schema_changed(altered, path)
    traces = None if altered else read_traces(connection, device.incarnation)
    found = verify_own(connection, device)
    if traces is None:
        raise schema_changed(altered, path)
    traces.check(found.head.seq)
    return found


def verify_as_it_lies(path: Path) -> Verified | None:
    """The same of a file that cannot be opened for writing; ``None`` where it has to be brought up to date first.

    Raises:
        BrokenChain, StoreError: as ``verify_whole`` does.
    """
    check_file(path)
    with looking(path) as connection:
        device = read_device(connection, path) if version_of(connection) == LATEST else None
        return verify_whole(connection, path, device) if device is not None else None


def _open(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(f"file:{quote(str(path))}?mode={mode}", uri=True, isolation_level=None)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA query_only = ON")
    return connection
