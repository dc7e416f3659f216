"""A real journal with a few cases, and a clock that stands still, for tests of what sends and receives it."""

from __future__ import annotations

import datetime as dt
import sqlite3
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from clerk_tui.store.connection import Database
from clerk_tui.store.journal import Entry, Journal, open_journal
from clerk_tui.store.migrations import migrate
from hall import facts as f
from hall.ids import uuid7
from tests.builders import DAY, received

PEOPLE = f.Personal(
    applicant=f.Applicant(kind="citizen", name="张三", id_type="resident_id", id_number="110101188001010011")
)


class StillClock:
    """A clock that moves only when told."""

    boot_id = "boot-1"

    def __init__(self, now_ms: int = 1_790_000_000_000, day: dt.date = DAY) -> None:
        self.ms, self.day = now_ms, day

    def now_ms(self) -> int:
        return self.ms

    def mono_ms(self) -> int:
        return self.ms

    def today(self) -> dt.date:
        return self.day


@lru_cache(maxsize=1)
def empty_database() -> bytes:
    """A counter's database with its tables and nothing in them: making one takes longer than most tests."""
    with TemporaryDirectory() as folder:
        database = Database(Path(folder) / "clerk.db")
        migrate(database.writer)
        database.close()
        return database.path.read_bytes()


def lay_tables(path: Path) -> None:
    """Where there is no database yet, put one with its tables and nothing in them, for the first start to go on with.

    For tests that are not about the first start.
    """
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_bytes(empty_database())


def new_journal(folder: Path, code: str = "A1") -> Journal:
    """An empty journal of the device ``code``."""
    path = folder / f"{code}.db"
    lay_tables(path)
    return open_journal(path, device_code=code, clock=StillClock())


def add_case(journal: Journal, number: int, *, notes: int = 1) -> str:
    """One accepted case with ``notes`` remarks; returns its identity."""
    case_id = uuid7(1_790_000_000_000 + number, journal.device().device_id[-10:].encode())
    reference = f"SL01-{journal.incarnation}-{number:05d}-X"
    bodies: list[f.FactBody] = [
        received(reference=reference),
        f.CaseAccepted(accepted=DAY, due=f.Due(), article="第五项"),
        *(f.NoteAdded(text=f"备注{index}") for index in range(notes)),
    ]
    journal.commit(
        [
            Entry(
                event_id=f"{case_id}/{index}",
                subject=case_id,
                body=body,
                actor="0001",
                day=DAY,
                personal=PEOPLE if index == 0 else None,
            )
            for index, body in enumerate(bodies)
        ]
    )
    return case_id


class Unprotected:
    """A connection that can do to a journal what nobody may; its triggers are there again after each statement."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.close = self.connection.close

    def execute(self, sql: str, values: Any = ()) -> list[Any]:
        """Run one statement, as a whole; what it found."""
        with self.connection as connection:
            connection.execute("BEGIN IMMEDIATE")
            triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
            for name, _sql in triggers:
                connection.execute(f"DROP TRIGGER {name}")
            found = connection.execute(sql, values).fetchall()
            for _name, made in triggers:
                connection.execute(made)
        return found
