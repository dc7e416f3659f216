"""Tickets of the queue as far as this device's own journal tells, and the blocks of numbers that it has beforehand.

``ticket_view`` is a projection: the fold (``hall.tickets``) of a ticket's facts in this journal, one row a ticket that
the journal tells the issue of. ``number_block`` and ``ticket_asked`` lie beside the journal: serials that the centre
has given this device and nobody else, and what was asked of the centre and not answered yet.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable, Sequence
from typing import Final

import msgspec
from msgspec import Struct

from clerk_tui.store.running import Runs
from hall.facts import Fact
from hall.queue_wire import BlockReply, BlockRequest, IssueRequest
from hall.ticketing import TicketBody
from hall.tickets import Ticket, advance, fold

_TABLES: Final = (
    """CREATE TABLE ticket_view (
        ticket_id TEXT PRIMARY KEY, day TEXT NOT NULL, number TEXT NOT NULL, business TEXT NOT NULL,
        state TEXT NOT NULL, person TEXT NOT NULL, print_state TEXT NOT NULL, last_seq INTEGER NOT NULL,
        body BLOB NOT NULL
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX ticket_view_number ON ticket_view (day, number)",
    "CREATE INDEX ticket_view_person ON ticket_view (day, person) WHERE person <> ''",
    # ``first`` is 0 while the block was asked for and no answer has come; ``next`` is the serial to give out next.
    """CREATE TABLE number_block (
        block_id TEXT PRIMARY KEY, letter TEXT NOT NULL, day TEXT NOT NULL, asked INTEGER NOT NULL,
        first INTEGER NOT NULL DEFAULT 0, last INTEGER NOT NULL DEFAULT 0, next INTEGER NOT NULL DEFAULT 0
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX number_block_day ON number_block (day, letter)",
    "CREATE TABLE ticket_asked (ticket_id TEXT PRIMARY KEY, request BLOB NOT NULL) STRICT, WITHOUT ROWID",
)
_encoder = msgspec.msgpack.Encoder(order="deterministic")
_tickets = msgspec.msgpack.Decoder(Ticket)
_requests = msgspec.msgpack.Decoder(IssueRequest)


class NumberBlock(Struct, frozen=True, kw_only=True):
    """Serials of a letter and day that are this device's; ``first`` is 0 until the centre has answered."""

    block_id: str
    letter: str
    day: dt.date
    asked: int
    first: int
    last: int
    next: int

    @property
    def left(self) -> int:
        """How many are still to be given out."""
        return self.last - self.next + 1 if self.first else 0


def make_tables(db: Runs) -> None:
    """The migration that brings tickets."""
    for statement in _TABLES:
        db.execute(statement)


class TicketRows:
    """Folds ticket facts while a journal is written or read again; ``flush`` writes each touched ticket once.

    ``facts_of(subject, before_seq)`` reads what the journal has of a ticket so far.
    """

    def __init__(self, connection: sqlite3.Connection, facts_of: Callable[[str, int], list[Fact]]) -> None:
        self._connection, self._facts_of = connection, facts_of
        self._folded: dict[str, tuple[Ticket | None, int]] = {}

    def take(self, fact: Fact) -> bool:
        """Apply a fact, if it is one of a ticket; whether it was."""
        if not isinstance(fact.body, TicketBody):
            return False
        subject, seq = fact.header.subject, fact.header.seq
        if subject not in self._folded:
            self._folded[subject] = (fold(self._facts_of(subject, seq)), 0)
        self._folded[subject] = (advance(self._folded[subject][0], fact), seq)
        return True

    def flush(self) -> None:
        """Write the tickets that were touched."""
        for ticket, last_seq in self._folded.values():
            if ticket is not None:
                self._write(ticket, last_seq)
        self._folded.clear()

    def _write(self, ticket: Ticket, last_seq: int) -> None:
        self._connection.execute(
            """INSERT INTO ticket_view (ticket_id, day, number, business, state, person, print_state, last_seq, body)
            VALUES (?,?,?,?,?,?,?,?,?) ON CONFLICT (ticket_id) DO UPDATE SET business = excluded.business,
                state = excluded.state, print_state = excluded.print_state, last_seq = excluded.last_seq,
                body = excluded.body""",
            (
                ticket.ticket_id,
                ticket.day.isoformat(),
                ticket.number,
                ticket.business,
                ticket.state.value,
                ticket.person,
                ticket.print_state,
                last_seq,
                _encoder.encode(ticket),
            ),
        )


def ticket(connection: sqlite3.Connection, ticket_id: str) -> Ticket | None:
    """The ticket with this identity, as this journal tells it."""
    row = connection.execute("SELECT body FROM ticket_view WHERE ticket_id = ?", (ticket_id,)).fetchone()
    return _tickets.decode(row[0]) if row else None


def ticket_of_number(connection: sqlite3.Connection, day: dt.date, number: str) -> Ticket | None:
    """The ticket of a day with this number."""
    row = connection.execute(
        "SELECT body FROM ticket_view WHERE day = ? AND number = ?", (day.isoformat(), number)
    ).fetchone()
    return _tickets.decode(row[0]) if row else None


def tickets_of_person(connection: sqlite3.Connection, day: dt.date, person: str) -> list[Ticket]:
    """The tickets of a day that carry this digest, in the order of their issue."""
    rows = connection.execute(
        "SELECT body FROM ticket_view WHERE day = ? AND person = ? AND person <> '' ORDER BY last_seq",
        (day.isoformat(), person),
    )
    return [_tickets.decode(body) for (body,) in rows]


def ask_block(connection: sqlite3.Connection, request: BlockRequest) -> None:
    """Keep that a block is asked for, so that the same one is asked for again after a lost reply."""
    connection.execute(
        "INSERT OR IGNORE INTO number_block (block_id, letter, day, asked) VALUES (?,?,?,?)",
        (request.block_id, request.letter, request.day.isoformat(), request.count),
    )


def keep_block(connection: sqlite3.Connection, reply: BlockReply) -> None:
    """Keep the serials that the centre gave; the same answer again changes nothing."""
    connection.execute(
        "UPDATE number_block SET first = ?, last = ?, next = ? WHERE block_id = ? AND first = 0",
        (reply.first, reply.last, reply.first, reply.block_id),
    )


def drop_block(connection: sqlite3.Connection, block_id: str) -> None:
    """The centre gives no block under this identity."""
    connection.execute("DELETE FROM number_block WHERE block_id = ? AND first = 0", (block_id,))


def blocks(connection: sqlite3.Connection, day: dt.date, letter: str) -> list[NumberBlock]:
    """The blocks of a letter and day, those asked for included, in the order of their identities."""
    rows: Sequence[Sequence[object]] = connection.execute(
        """SELECT block_id, letter, day, asked, first, last, next FROM number_block WHERE day = ? AND letter = ?
        ORDER BY block_id""",
        (day.isoformat(), letter),
    ).fetchall()
    return [msgspec.convert(dict(zip(NumberBlock.__struct_fields__, row, strict=True)), NumberBlock) for row in rows]


def take_serial(connection: sqlite3.Connection, day: dt.date, letter: str) -> int | None:
    """The next serial of this device's blocks, in the caller's transaction; ``None``: all of them are given out."""
    row = connection.execute(
        """UPDATE number_block SET next = next + 1 WHERE block_id = (
            SELECT block_id FROM number_block WHERE day = ? AND letter = ? AND first > 0 AND next <= last
            ORDER BY block_id LIMIT 1)
        RETURNING next - 1""",
        (day.isoformat(), letter),
    ).fetchone()
    return int(row[0]) if row else None


def forget_blocks(connection: sqlite3.Connection, before: dt.date) -> None:
    """Let go of the blocks of days that are over."""
    connection.execute("DELETE FROM number_block WHERE day < ?", (before.isoformat(),))


def ask_ticket(connection: sqlite3.Connection, request: IssueRequest) -> None:
    """Keep what is asked of the centre until its answer is in the journal."""
    connection.execute(
        "INSERT OR IGNORE INTO ticket_asked (ticket_id, request) VALUES (?, ?)",
        (request.ticket_id, _encoder.encode(request)),
    )


def answered(connection: sqlite3.Connection, ticket_id: str) -> None:
    """What was asked has its answer, or is not wanted any more."""
    connection.execute("DELETE FROM ticket_asked WHERE ticket_id = ?", (ticket_id,))


def asked(connection: sqlite3.Connection) -> list[IssueRequest]:
    """What was asked of the centre and has no answer here, oldest first."""
    rows = connection.execute("SELECT request FROM ticket_asked ORDER BY ticket_id")
    return [_requests.decode(request) for (request,) in rows]
