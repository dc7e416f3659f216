"""Changing the tables for a new version: nothing of the old state is given up before the new one has been checked.

A copy is made and checked, the migrations run, the whole chain is checked again; if anything fails, the copy goes back
in place and the version before still opens it (sync.md §10).
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from pathlib import Path

from clerk_tui.store.backup import copy, examine
from clerk_tui.store.migrations import migrate
from hall.errors import HallError, StoreError


def upgrade(path: Path, writer: sqlite3.Connection, version: int) -> None:
    """Bring a database of an earlier version up to date, in the caller's lock; ``writer`` is its one writer.

    Raises:
        StoreError: ``upgrade_failed``; the database is as it was, and the version before opens it.
    """
    before = path.with_name(f"{path.name}.before-{version}")
    with suppress(OSError):
        before.unlink()
    copy(path, before)
    try:
        migrate(writer)
        writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        examine(path)
    except (HallError, sqlite3.Error, UnicodeDecodeError) as error:
        writer.close()
        for part in (path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
            part.unlink(missing_ok=True)
        before.chmod(0o600)
        before.replace(path)
        raise StoreError(
            "upgrade_failed",
            f"账本升级没有成功，已换回原样（{path}）",
            field="store.path",
            hint="原来的版本还能打开它；保留日志，报告管理员",
        ) from error
    with suppress(OSError):
        before.unlink()
