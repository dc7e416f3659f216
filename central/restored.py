"""After a restore: what the replaced database still tells, and what a person has to look at."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from central.backup import BadBackup, Restored
from central.board import ZONE
from central.restrictions import Standing, standing
from central.store import Db, Store, open_store
from central.store.locking import is_served
from central.store.opening import POSTGRES
from central.store.sqlite import SqliteDb
from hall.errors import HallError
from hall.moments import local_time


def refuse_served(database: str) -> None:
    """That no centre still serves the folder that a copy takes the place of: who is revoked there later would be let in
    again. Of a PostgreSQL database nobody can tell.

    Raises:
        BadBackup: a centre serves it.
    """
    if not database.startswith(POSTGRES) and is_served(Path(database) / "central.db"):
        raise BadBackup(
            "replaced_serving",
            "--replaced 指的中心还开着，什么也没有恢复",
            field="--replaced",
            hint="先停掉它再恢复：开着的时候注销的设备、停用的人员带不过来",
        )


async def read_replaced(database: str) -> Standing:
    """What the database knows that a copy takes the place of: a folder, or ``postgresql://…``. A file is only read.

    Raises:
        BadBackup: it is not there or cannot be read.
    """
    try:
        if database.startswith(POSTGRES):
            store = open_store(database, make=False)
            try:
                await store.start()
                return await store.read(standing)
            finally:
                await store.close()
        file = (Path(database) / "central.db").resolve()
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as connection:
            return await standing(SqliteDb(connection))
    except (HallError, sqlite3.Error, OSError) as error:
        # An address may hold a password: the option says which database it was.
        raise BadBackup(
            "replaced_database",
            f"--replaced 指的数据库不在或读不了（{type(error).__name__}），什么也没有恢复",
            field="--replaced",
            hint="改对地址；真的读不了，就不写 --replaced 再恢复一次，恢复以后照列出的设备和人员逐个核对",
        ) from error


async def to_look_at(store: Store, restored: Restored) -> list[str]:
    """What ``clerk-central restore`` prints: until when the copy goes, what was taken over, what may be lost."""
    people, devices, systems = await store.read(_known)
    end = _moment(restored.last_ms)
    return [
        f"the copy ends at {end}; what only the centre wrote after that is not in it",
        *_taken(restored),
        *_list("devices (revoke again what was revoked since: clerk-central device revoke)", devices),
        *_list("clerks (disable again who was disabled since: clerk-central clerk disable)", people),
        *_list("departments' systems (add again what was added since: clerk-central department add)", systems),
        *_sealed(restored, end),
    ]


def _taken(restored: Restored) -> list[str]:
    if not restored.has_looked:
        return [
            "no replaced database was read (--replaced): who was revoked or disabled since is let in again until a"
            " counter has handed its lists back; look through these:"
        ]
    lines = [f"{line.office} {line.action} {line.target}" for line in restored.taken]
    return _list("taken over from the replaced database", lines or ["nothing"])


def _sealed(restored: Restored, end: str) -> list[str]:
    if not restored.has_looked:
        return [f"sealed files: import again every file that was imported after {end}; twice changes nothing"]
    files = [f"{office} {target.replace(' ', ', facts: ')}, on {_moment(at)}" for at, office, target in restored.sealed]
    return _list("sealed files to import again; twice changes nothing", files) if files else []


def _list(title: str, lines: list[str]) -> list[str]:
    return [f"{title}:", *(f"  {line}" for line in lines)] if lines else []


async def _known(db: Db) -> tuple[list[str], list[str], list[str]]:
    people = await db.rows("SELECT office, clerk_id, roles, active FROM clerk ORDER BY office, clerk_id")
    devices = await db.rows(
        "SELECT d.office, d.device_id, d.role, d.revoked_ms IS NOT NULL, i.code FROM device d"
        " LEFT JOIN incarnation i ON i.device_id = d.device_id WHERE d.role <> 'centre'"
        " ORDER BY d.office, i.code, d.device_id"
    )
    systems = await db.rows("SELECT office, key FROM department ORDER BY office, key")
    return (
        [f"{row[0]} {row[1]} {row[2].replace(' ', ',')}{'' if row[3] else ' disabled'}" for row in people],
        [f"{row[0]} {row[4] or '-'} {row[1]} {row[2]}{' revoked' if row[3] else ''}" for row in devices],
        [f"{row[0]} {row[1]}" for row in systems],
    )


def _moment(at_ms: int) -> str:
    return local_time(at_ms, ZONE).isoformat(timespec="seconds")
