"""Copies of the journal that were read back: for backups, for archives, and before a new version changes the tables."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Final
from urllib.parse import quote

from msgspec import Struct

from clerk_tui.store import scans
from clerk_tui.store.connection import check_file, translated
from clerk_tui.store.device import Device, key_file, read_device
from clerk_tui.store.looking import quick_check
from clerk_tui.store.traces import given, read_traces
from clerk_tui.store.verifying import Head, verify_chain
from hall import os_words
from hall.errors import HallError, StoreError

READ_ONLY: Final = 0o400


class Examined(Struct, frozen=True, kw_only=True):
    """A journal's file after every byte of it was checked. ``given`` is the last number of a reference."""

    path: Path
    device: Device
    facts: int
    head: Head
    given: int


def examine(path: Path) -> Examined:
    """Check a file as a whole: SQLite's integrity check, the chain from its first fact, the tables beside it.

    Raises:
        StoreError: no journal, damaged, or cut; the message says what.
        BrokenChain: a fact was changed or is missing.
    """
    if not path.is_file():
        raise StoreError("no_backup", f"没有这个文件（{path}）", field="file", hint="核对文件名")
    check_file(path)
    if found := quick_check(path, whole=True):
        raise _damaged(path, found[0][:80])
    with translated(path), closing(_open(path)) as db:
        device = read_device(db, path)
        if device is None:
            raise _damaged(path, "没有设备信息")
        traces = read_traces(db, device.incarnation)
        verified = verify_chain(db, device, first_seq=1)
        number = given(db)
    traces.check(verified.head.seq)
    return Examined(path=path, device=device, facts=verified.facts, head=verified.head, given=number)


def copy(source: Path, target: Path) -> Examined:
    """Copy a journal while it is in use, check the copy, and give it its name last; read-only for its owner.

    Raises:
        StoreError: no room, not writable, or the copy is not whole. There is no ``target`` then.
    """
    part = target.with_name(target.name + ".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part.unlink(missing_ok=True)
        if shutil.disk_usage(target.parent).free < source.stat().st_size * 2:
            raise OSError(errno.ENOSPC, "no room for a copy")
        with translated(source), closing(_open(source)) as db:
            db.execute("VACUUM INTO ?", (str(part),))
        examined = examine(part)
        part.chmod(READ_ONLY)
        _sync(part)
        part.replace(target)
        _sync(target.parent)
    except OSError as error:
        raise _unwritable(target, error) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return Examined(path=target, device=examined.device, facts=examined.facts, head=examined.head, given=examined.given)


def back_up(source: Path, folder: Path, stamp: str, keep: int = 0) -> Examined:
    """A backup of the journal, its key and the scans that the centre may lack in ``folder``; of earlier ones of this
    device only the last ``keep`` stay (0: all). ``stamp`` is the moment, as part of the name.

    Raises:
        StoreError: it could not be made, or is not whole.
    """
    with translated(source), closing(_open(source)) as db:
        device = read_device(db, source)
    if device is None:
        raise _damaged(source, "没有设备信息")
    name = f"clerk-{device.incarnation}-{device.device_id[-8:]}"
    done = copy(source, folder / f"{name}-{stamp}.db")
    copy_file(key_file(source), key_file(done.path))
    with translated(done.path):
        scans.back_up(done.path, source)
    if keep:
        for old in sorted(folder.glob(f"{name}-*.db"))[:-keep]:
            for part in (key_file(old), old):
                with suppress(OSError):
                    part.unlink()
        scans.prune(folder)
    return done


def copy_file(source: Path, target: Path) -> bool:
    """Copy a small secret file, readable by its owner only; ``False`` if there is none.

    Raises:
        StoreError: it cannot be written.
    """
    try:
        data = source.read_bytes()
    except OSError:
        return False
    try:
        target.unlink(missing_ok=True)
        with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise _unwritable(target, error) from error
    return True


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, isolation_level=None)
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _damaged(path: Path, what: str) -> StoreError:
    return StoreError("bad_backup", f"不是完好的账本：{what}（{path}）", field="file", hint="换一份备份")


def _unwritable(path: Path, error: OSError) -> HallError:
    what = os_words.why(error)
    return StoreError(
        "backup_failed", f"备份写不下来：{what}（{path}）", field="folder", hint="检查磁盘空间和文件夹权限"
    )
