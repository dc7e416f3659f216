"""Appointments that the hall's booking system has told this device, and the ticket that each of them got."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from clerk_tui.store.running import Runs


class Booking(Struct, frozen=True, kw_only=True):
    """An appointment: its code, the business, its slot (Unix milliseconds), a keyed digest of who comes (or empty), and
    the ticket it got when they came."""

    code: str
    day: dt.date
    business: str
    begin_ms: int
    end_ms: int
    person: str = ""
    ticket_id: str = ""


_COLUMNS = ", ".join(Booking.__struct_fields__)


def make_table(db: Runs) -> None:
    """The migration that brings appointments."""
    db.execute(
        """CREATE TABLE booking (
            code TEXT PRIMARY KEY, day TEXT NOT NULL, business TEXT NOT NULL, begin_ms INTEGER NOT NULL,
            end_ms INTEGER NOT NULL, person TEXT NOT NULL, ticket_id TEXT NOT NULL DEFAULT ''
        ) STRICT, WITHOUT ROWID"""
    )
    db.execute("CREATE INDEX booking_person ON booking (day, person) WHERE person <> ''")


def keep(connection: sqlite3.Connection, each: Booking) -> bool:
    """Keep an appointment as it is told now, unless it has its ticket already; whether anything changed."""
    done = connection.execute(
        """INSERT INTO booking (code, day, business, begin_ms, end_ms, person) VALUES (?,?,?,?,?,?)
        ON CONFLICT (code) DO UPDATE SET day = excluded.day, business = excluded.business,
            begin_ms = excluded.begin_ms, end_ms = excluded.end_ms, person = excluded.person
        WHERE ticket_id = '' AND (day, business, begin_ms, end_ms, person)
            <> (excluded.day, excluded.business, excluded.begin_ms, excluded.end_ms, excluded.person)""",
        (each.code, each.day.isoformat(), each.business, each.begin_ms, each.end_ms, each.person),
    )
    return done.rowcount > 0


def forget(connection: sqlite3.Connection, before: dt.date) -> None:
    """Let go of the appointments of days that are over."""
    connection.execute("DELETE FROM booking WHERE day < ?", (before.isoformat(),))


def of_code(connection: sqlite3.Connection, code: str) -> Booking | None:
    """The appointment with this code."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM booking WHERE code = ?", (code,)).fetchone()  # noqa: S608
    return _read(row) if row else None


def of_ticket(connection: sqlite3.Connection, ticket_id: str) -> Booking | None:
    """The appointment that this ticket was given for."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM booking WHERE ticket_id = ? AND ticket_id <> ''",  # noqa: S608
        (ticket_id,),
    ).fetchone()
    return _read(row) if row else None


def of_person(connection: sqlite3.Connection, day: dt.date, person: str) -> list[Booking]:
    """Somebody's appointments of a day, by their time."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM booking WHERE day = ? AND person = ? AND person <> '' ORDER BY begin_ms",  # noqa: S608
        (day.isoformat(), person),
    )
    return [_read(row) for row in rows]


def gave(connection: sqlite3.Connection, code: str, ticket_id: str) -> None:
    """Keep which ticket an appointment got."""
    connection.execute("UPDATE booking SET ticket_id = ? WHERE code = ?", (ticket_id, code))


def _read(row: Sequence[object]) -> Booking:
    return msgspec.convert(dict(zip(Booking.__struct_fields__, row, strict=True)), Booking)
