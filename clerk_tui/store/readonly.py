"""Reading for whoever only looks: a board in the hall, a supervisor's kiosk, a report.

A read-only connection of SQLite is not read-only: ATTACH and VACUUM INTO write files, ``query_only`` is switched off by
whoever may switch it on. So an authorizer lets nothing through but reading, and of that only columns without anybody's
data; no second database can be attached at all; no text gets longer than a mebibyte; and no read goes on longer than
a second, so that it never holds back the journal's log (WAL).
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import quote

from clerk_tui.store.connection import translated
from hall.errors import StoreError

LONGEST_S: Final = 1.0
"""Seconds that one question may take."""
MOST_ROWS: Final = 5_000
LONGEST_VALUE: Final = 1 << 20
"""Bytes of one text, also of one on the way to the answer: the time ends a step only when it is done."""
_STEPS: Final = 1_000
_READING: Final = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE})
FUNCTIONS: Final = frozenset(
    {
        *("abs", "avg", "coalesce", "count", "date", "datetime", "glob", "ifnull", "iif", "instr", "json_extract"),
        *("length", "like", "lower", "max", "min", "nullif", "replace", "round", "row_number", "rank", "strftime"),
        *("substr", "sum", "time", "total", "trim", "typeof", "unixepoch", "upper"),
    }
)
"""Functions of SQL that may be called: none of them knows a file."""
EVERYTHING: Final = frozenset({"*"})
SHOWN: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "case_view": frozenset(
            {
                *("case_seq", "case_id", "reference", "state", "matter_key", "matter_name", "department", "received"),
                *("clock_from", "accepted", "promised_due", "statutory_due", "version", "updated_ms"),
                *("applicant_masked", "id_masked", "phone_masked"),
            }
        ),
        "paper": frozenset({"paper_id", "case_id", "kind", "number", "day", "copies", "reprints"}),
        "print_job": frozenset({"paper_id", "nth", "state", "target", "updated_ms"}),
        "event": frozenset({"seq", "type", "subject", "at_ms"}),
        "event_status": EVERYTHING,
        "counter": EVERYTHING,
        "device": frozenset({"code", "incarnation", "acked_through", "last_contact_ms"}),
    }
)
"""Tables and columns that may be read: masked, or about things and not people."""


_JOINED_BY_NAME: Final = re.compile(r"\b(?:using|natural)\b", re.IGNORECASE)
"""SQLite does not ask its authorizer about the columns that these compare, so that what a hidden one holds could be
guessed at."""


class Denied(StoreError):
    """A statement that is more than a look at what may be shown; nothing was read or written."""


class Looking:
    """A connection that can look and nothing else, for one thread.

    Raises:
        StoreError: there is no database here.
    """

    def __init__(self, path: Path, shown: Mapping[str, frozenset[str]] = SHOWN) -> None:
        self.path = path
        with translated(path):
            db = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, isolation_level=None)
            db.execute("PRAGMA trusted_schema = OFF")
            db.execute("PRAGMA query_only = ON")
            # The file is opened and its schema read here, before nothing else is allowed any more.
            tables = {str(row[0]).lower() for row in db.execute("SELECT name FROM sqlite_schema")}
        db.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
        db.set_progress_handler(self._still_time, _STEPS)
        db.set_authorizer(_authorizer(shown, frozenset(tables)))
        self._db = db
        self._until = 0.0

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows of one ``SELECT``, at most ``MOST_ROWS``; the look ends with it.

        Raises:
            Denied: it is no ``SELECT``, or reads what is not shown, or joins by the names of columns.
            StoreError: it took too long, or the database cannot be read.
        """
        if _JOINED_BY_NAME.search(sql):
            raise _denied()
        self._until = time.monotonic() + LONGEST_S
        try:
            cursor = self._db.execute(sql, values)
            try:
                return cursor.fetchmany(MOST_ROWS)
            finally:
                cursor.close()
        except sqlite3.Error as error:
            raise self._told(error) from None

    def _still_time(self) -> int:
        return int(time.monotonic() > self._until)

    def _told(self, error: sqlite3.Error) -> StoreError:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_TOOBIG):
            return StoreError(
                "too_long", "这个查询要看的太多，已停止", field="store.path", hint="少看一些，例如只看今天的"
            )
        if code == sqlite3.SQLITE_AUTH or not code or code == sqlite3.SQLITE_ERROR:
            return _denied()
        return StoreError("store_unreadable", "数据库读不出来", field="store.path", hint="检查磁盘并报告管理员")

    def close(self) -> None:
        """Close the connection."""
        self._db.close()


def _denied() -> Denied:
    return Denied("read_only", "这里只能查看公示的内容", field="store.path", hint="到窗口办理")


def _authorizer(shown: Mapping[str, frozenset[str]], tables: frozenset[str]) -> Any:
    def allow(action: int, first: str | None, second: str | None, _database: str | None, _inner: str | None) -> int:
        if action in _READING:
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_FUNCTION:
            return sqlite3.SQLITE_OK if (second or "").lower() in FUNCTIONS else sqlite3.SQLITE_DENY
        if action == sqlite3.SQLITE_READ:
            table = (first or "").lower()
            columns = shown.get(table)
            if columns is not None and (columns is EVERYTHING or not second or second in columns):
                return sqlite3.SQLITE_OK
            # What the statement itself names (WITH) is asked for without a column; its own sources are asked for too.
            if not second and table not in tables and not table.startswith(("sqlite_", "pragma_")):
                return sqlite3.SQLITE_OK
        return sqlite3.SQLITE_DENY

    return allow
