"""What the journal says about this window's shifts: the last close, the last pause, the facts since."""

from __future__ import annotations

import sqlite3
from typing import Final

from clerk_tui.store.projections import SEALED, read_sealed
from hall.chain import open_header, open_sealed
from hall.facts import Fact, Header

INDEX: Final = """CREATE INDEX event_shift ON event (type, seq)
    WHERE type IN ('day.closed', 'shift.paused', 'shift.resumed', 'alarm.raised')"""
# The same words as in the index, so that SQLite sees that it may be used.
_RARE: Final = "type IN ('day.closed', 'shift.paused', 'shift.resumed', 'alarm.raised')"
ON_PAPER: Final = "closed_on_paper"
CLOSED_ON_PAPER: Final = f"""INSERT INTO counter (name, value) SELECT '{ON_PAPER}', seq FROM event
    WHERE json_extract(CAST(header AS TEXT), '$.day') <>
        (SELECT json_extract(CAST(header AS TEXT), '$.day') FROM event ORDER BY seq DESC LIMIT 1)
    ORDER BY seq DESC LIMIT 1"""  # noqa: S608 - a constant
"""Keeps what lies before the last day of a journal that is older than the close of the day: years that were closed on
paper, of which nobody wants a sheet."""
LOOK_BACK: Final = 50_000
"""Facts at the journal's end among which days are looked for that nobody closed: a hundred days of a busy window."""


def last_of(connection: sqlite3.Connection, *types: str) -> Fact | None:
    """The last fact of one of these types, which the index must know."""
    row = connection.execute(
        f"""SELECT {SEALED} FROM event WHERE seq = (SELECT max(seq) FROM event WHERE {_RARE}
            AND type IN ({", ".join("?" * len(types))}))""",  # noqa: S608 - constants
        types,
    ).fetchone()
    return open_sealed(read_sealed(row)) if row else None


def closes_of(connection: sqlite3.Connection) -> list[Fact]:
    """Every close of a day, the oldest first."""
    rows = connection.execute(
        f"SELECT {SEALED} FROM event WHERE {_RARE} AND type = 'day.closed' ORDER BY seq"  # noqa: S608 - constants
    )
    return [open_sealed(read_sealed(row)) for row in rows]


def headers_after(connection: sqlite3.Connection, seq: int) -> list[Header]:
    """The headers of the facts behind a number, in order, the last ``LOOK_BACK`` of them."""
    rows = connection.execute(
        "SELECT header FROM (SELECT seq, header FROM event WHERE seq > ? ORDER BY seq DESC LIMIT ?) ORDER BY seq",
        (seq, LOOK_BACK),
    )
    return [open_header(row[0]) for row in rows]


def on_paper_through(connection: sqlite3.Connection) -> int:
    """The number of the last fact before days were closed here (``CLOSED_ON_PAPER``), 0 where they always were."""
    row = connection.execute("SELECT value FROM counter WHERE name = ?", (ON_PAPER,)).fetchone()
    return int(row[0]) if row else 0


def facts_between(connection: sqlite3.Connection, first_seq: int, last_seq: int) -> list[Fact]:
    """The facts of a run, whole."""
    rows = connection.execute(
        f"SELECT {SEALED} FROM event WHERE seq BETWEEN ? AND ? ORDER BY seq",  # noqa: S608 - a constant
        (first_seq, last_seq),
    )
    return [open_sealed(read_sealed(row)) for row in rows]


def fact_at(connection: sqlite3.Connection, seq: int) -> Fact | None:
    """One fact by its number."""
    return next(iter(facts_between(connection, seq, seq)), None)


def kind_of_paper(connection: sqlite3.Connection, paper_id: str) -> str:
    """The kind of a paper of this window, empty for one that it never issued."""
    row = connection.execute("SELECT kind FROM paper WHERE paper_id = ?", (paper_id,)).fetchone()
    return str(row[0]) if row else ""


def has_worked_since(connection: sqlite3.Connection, seq: int) -> bool:
    """Whether anything but shifts, alarms and sheets was written behind a number."""
    row = connection.execute(
        """SELECT 1 FROM event WHERE seq > ? AND type NOT LIKE 'shift.%' AND type NOT LIKE 'alarm.%'
            AND type NOT LIKE 'day.%' AND NOT (type = 'paper.reprinted' AND subject = '') LIMIT 1""",
        (seq,),
    ).fetchone()
    return row is not None


def unsent_alarms(connection: sqlite3.Connection) -> int:
    """How many calls for help the centre does not have yet."""
    row = connection.execute(
        f"""SELECT count(*) FROM event WHERE {_RARE} AND type = 'alarm.raised'
            AND seq > (SELECT coalesce(max(acked_through), 0) FROM device)"""  # noqa: S608 - constants
    ).fetchone()
    return int(row[0])
