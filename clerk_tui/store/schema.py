"""Whether the tables and triggers are those that the migrations make: the triggers are what protects the journal.

The migrations run on an empty database in memory and the two are compared, object by object, so nothing is written
down twice. What is made from the facts alone (``PROJECTIONS``), every index and every trigger can be made again; a
table that holds what is nowhere else cannot, and the database is refused.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

from clerk_tui.store import migrations
from clerk_tui.store.migrations import PROJECTIONS
from hall.errors import StoreError

Key = tuple[str, str]
"""Kind (``table``, ``index``, ``trigger``, ``view``) and name."""

_SELECT: Final = "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite!_%' ESCAPE '!'"
_KINDS: Final = {"table": "表", "index": "索引", "trigger": "触发器", "view": "视图"}


class Object(NamedTuple):
    """What the schema says of one object: the table it belongs to, and its definition."""

    table: str
    sql: str

    def is_as(self, other: Object) -> bool:
        """Whether both are defined alike, but for quotes and blanks, which SQLite changes when it renames a table."""
        return self.sql == other.sql or _bare(self.sql) == _bare(other.sql)


class Differences(NamedTuple):
    """What is not as the migrations made it. ``foreign`` are triggers and views that they never made."""

    missing: tuple[Key, ...]
    changed: tuple[Key, ...]
    foreign: tuple[Key, ...]

    @property
    def beyond_repair(self) -> tuple[Key, ...]:
        """The tables among them whose rows are nowhere else."""
        return tuple(key for key in (*self.missing, *self.changed) if key[0] == "table" and key[1] not in PROJECTIONS)

    def __bool__(self) -> bool:
        return bool(self.missing or self.changed or self.foreign)

    def told(self) -> str:
        """In words: what is gone, what is different, what is too much."""
        parts = (("缺少", self.missing), ("改动过", self.changed), ("多出", self.foreign))
        return "；".join(
            f"{word}{'、'.join(f'{_KINDS[kind]} {name}' for kind, name in keys)}" for word, keys in parts if keys
        )


def differences(connection: sqlite3.Connection) -> Differences:
    """The database of ``connection``, which is at the latest version, compared with what the migrations make."""
    wanted, found = _wanted(migrations.LATEST), _read(connection)
    return Differences(
        missing=tuple(key for key in wanted if key not in found),
        changed=tuple(key for key in wanted if key in found and not found[key].is_as(wanted[key])),
        foreign=tuple(key for key in found if key not in wanted and key[0] in ("trigger", "view")),
    )


def repair(connection: sqlite3.Connection, path: Path) -> None:
    """In the caller's transaction: make every index and trigger again that differs, and all tables made from facts,
    which are empty then.

    Raises:
        StoreError: ``schema_changed``: a table that holds what is nowhere else is gone or different.
    """
    found = differences(connection)
    if found.beyond_repair:
        raise schema_changed(found, path)
    for kind, name in (*found.foreign, *(key for key in found.changed if key[0] != "table")):
        connection.execute(f'DROP {kind} "{name}"')
    for name in PROJECTIONS:
        connection.execute(f'DROP TABLE IF EXISTS "{name}"')
    there = _read(connection)
    for key, wanted in _wanted(migrations.LATEST).items():
        if key not in there:
            connection.execute(wanted.sql)


def schema_changed(found: Differences, path: Path) -> StoreError:
    """What differs, and what to do about it."""
    hint = "停止使用，文件留在原处，报告管理员用 clerk restore 从备份恢复"
    if not found.beyond_repair:
        hint = "不要收件，报告管理员；再运行 clerk journal rebuild 修好，它先核对每条记录，有改动过的就停下，什么也不改"
    return StoreError(
        "schema_changed", f"数据库的结构被改动过：{found.told()}（{path}）", field="store.path", hint=hint
    )


@lru_cache(maxsize=1)
def _wanted(version: int) -> Mapping[Key, Object]:
    """What the migrations make up to ``version``, tables before what belongs to them."""
    with closing(sqlite3.connect(":memory:")) as connection:
        migrations.make(connection, version)
        made = _read(connection)
    return MappingProxyType(dict(sorted(made.items(), key=lambda each: each[0][0] != "table")))


def _bare(sql: str) -> str:
    return re.sub(r"[\s\"]+", "", sql).lower()


def _read(connection: sqlite3.Connection) -> dict[Key, Object]:
    rows = connection.execute(_SELECT)
    return {(kind, name): Object(table, sql) for kind, name, table, sql in rows if not name.startswith("_sqlite")}
