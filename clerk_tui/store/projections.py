"""Tables made from facts, and from nothing else: rebuilding them gives the same rows.

A row depends on the facts of its case alone (no clock, no setting), so it does not matter whether facts came one by one
or all at once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

import msgspec

from clerk_tui.store.initials import initials
from clerk_tui.store.tickets import TicketRows
from hall.case import Case, Paper
from hall.chain import Sealed, open_sealed
from hall.facts import (
    Applicant,
    CaseReceived,
    ConflictSettled,
    DayClosed,
    Fact,
    PaperReprinted,
    RecordSettled,
)
from hall.fold import advance, fold
from hall.masking import mask_identity, mask_party, mask_phone
from hall.names import search_key

REFERENCE, TICKET, NAME, INITIALS, ID_NUMBER, PHONE = range(1, 7)
"""Kinds of ``case_find`` keys. Numbers are stored backwards, so that their last digits are a prefix."""

# Sorted keys: the same case gives the same bytes, whether its facts came from memory or from the journal.
SEALED: Final = "header, public, personal, salt, personal_hash, hash"
"""The columns of ``event`` that ``read_sealed`` reads."""
MAX_SEQ: Final = 1 << 62

_encoder = msgspec.msgpack.Encoder(order="deterministic")
_applicants = msgspec.msgpack.Decoder(Applicant)

_UPSERT: Final = """
    INSERT INTO case_view (case_seq, case_id, reference, state, matter_key, matter_name, department, received,
        clock_from, accepted, promised_due, statutory_due, applicant_masked, id_masked, phone_masked, version, last_seq,
        updated_ms)
    VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)
    ON CONFLICT (case_seq) DO UPDATE SET state = excluded.state, accepted = excluded.accepted,
        promised_due = excluded.promised_due, statutory_due = excluded.statutory_due, version = excluded.version,
        last_seq = excluded.last_seq, updated_ms = excluded.updated_ms"""


def facts_of(connection: sqlite3.Connection, subject: str, before_seq: int = MAX_SEQ) -> list[Fact]:
    """The facts of a case in order, those before a number."""
    rows = connection.execute(
        f"SELECT {SEALED} FROM event WHERE subject = ? AND seq < ? ORDER BY seq",  # noqa: S608 - a constant
        (subject, before_seq),
    )
    return [open_sealed(read_sealed(row)) for row in rows]


def read_sealed(row: Sequence[bytes]) -> Sealed:
    """A fact as stored, from the columns ``SEALED``."""
    return Sealed(header=row[0], public=row[1], personal=row[2], salt=row[3], personal_hash=row[4], hash=row[5])


class _Slot:
    """One case while facts are applied to it."""

    __slots__ = ("case", "case_seq", "incarnation", "last_seq", "new", "papers", "ticket", "updated_ms")

    def __init__(self, case: Case | None, case_seq: int) -> None:
        self.case = case
        self.case_seq = case_seq
        self.new = case is None
        self.papers = case.papers if case else ()
        self.last_seq = self.updated_ms = 0
        self.ticket = self.incarnation = ""


class Projector:
    """Applies facts in the order of the journal; ``flush`` writes each touched case once."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self._slots: dict[str, _Slot] = {}
        self._tickets = TicketRows(connection, partial(facts_of, connection))

    def case(self, subject: str) -> Case | None:
        """The case as it stands with everything taken so far; ``None`` for what is about no case."""
        return self._slot(subject).case if subject else None

    def take(self, fact: Fact) -> None:
        """Apply one fact."""
        header = fact.header
        if isinstance(fact.body, RecordSettled | ConflictSettled):
            self._settle(header.seq, header.at_ms, fact.body)
        if not header.subject:
            self._take_sheet(header.seq, fact.body)
            return
        if self._tickets.take(fact):
            return
        slot = self._slot(header.subject, header.seq)
        if slot.case is None:
            slot.case_seq = header.seq
            slot.ticket = fact.body.ticket if isinstance(fact.body, CaseReceived) else ""
        slot.case = advance(slot.case, fact)
        slot.last_seq, slot.updated_ms, slot.incarnation = header.seq, header.at_ms, header.incarnation

    def flush(self) -> None:
        """Write the cases and tickets that were touched."""
        for slot in self._slots.values():
            if slot.case is not None and slot.last_seq:
                self._write(slot, slot.case)
        self._slots.clear()
        self._tickets.flush()

    def _settle(self, by_seq: int, at_ms: int, body: RecordSettled | ConflictSettled) -> None:
        """Take a record off the list of what came back."""
        event_id = body.record if isinstance(body, RecordSettled) else body.conflict
        how = body.how if isinstance(body, RecordSettled) else f"conflict:{body.stands}"
        self.connection.execute(
            """INSERT OR REPLACE INTO settled (seq, how, by_seq, at_ms)
            SELECT seq, ?, ?, ? FROM event WHERE event_id = ?""",
            (how, by_seq, at_ms, event_id),
        )

    def _take_sheet(self, seq: int, body: object) -> None:
        """The sheet of a day is a paper of no case: the fact that closes the day is its source."""
        if isinstance(body, DayClosed):
            self.connection.execute(
                """INSERT INTO paper (paper_id, case_id, seq, kind, number, day, copies, reprints)
                VALUES (?,'',?,?,?,?,1,0)""",
                (body.paper_id, seq, body.kind, body.number, body.closed_on.isoformat()),
            )
        elif isinstance(body, PaperReprinted):
            self.connection.execute(
                "UPDATE paper SET reprints = max(reprints, ?) WHERE paper_id = ? AND case_id = ''",
                (body.nth, body.paper_id),
            )

    def _slot(self, subject: str, before_seq: int = MAX_SEQ) -> _Slot:
        slot = self._slots.get(subject)
        if slot is None:
            facts = facts_of(self.connection, subject, before_seq)
            slot = self._slots[subject] = _Slot(fold(facts), facts[0].header.seq if facts else 0)
        return slot

    def _write(self, slot: _Slot, case: Case) -> None:
        who = case.applicant
        self.connection.execute(
            _UPSERT,
            (
                slot.case_seq,
                case.case_id,
                case.reference,
                case.state.value,
                case.matter.key,
                case.matter.name,
                case.matter.department.short,
                case.received.isoformat(),
                case.clock_from.isoformat(),
                case.accepted.isoformat() if case.accepted else None,
                case.due.promised.isoformat() if case.due.promised else None,
                case.due.statutory.isoformat() if case.due.statutory else None,
                mask_party(who.kind, who.name) if who else "",
                mask_identity(who.id_number) if who and who.id_number else "",
                mask_phone(who.phone) if who and who.phone else "",
                case.version,
                slot.last_seq,
                slot.updated_ms,
            ),
        )
        if slot.new:
            self._write_keys(slot, case)
        self._write_papers(slot, case)

    def _write_keys(self, slot: _Slot, case: Case) -> None:
        case_seq = slot.case_seq
        keys = dict(keys_of(case, slot.ticket))
        self.connection.executemany(
            "INSERT OR IGNORE INTO case_find (kind, key, case_seq) VALUES (?, ?, ?)",
            [(kind, key, case_seq) for kind, key in keys.items()],
        )
        if case.applicant is None:
            return
        self.connection.execute(
            "INSERT INTO case_name (case_seq, name, initials) VALUES (?, ?, ?)",
            (case_seq, keys[NAME], keys.get(INITIALS, "")),
        )
        if case.applicant.id_number:
            self.connection.execute(
                """INSERT INTO person_view (person, case_seq, cases, applicant) VALUES (?, ?, 1, ?)
                ON CONFLICT (person) DO UPDATE SET case_seq = excluded.case_seq, cases = cases + 1,
                    applicant = excluded.applicant""",
                (case.applicant.id_number, case_seq, _encoder.encode(case.applicant)),
            )

    def _write_papers(self, slot: _Slot, case: Case) -> None:
        """The papers this journal issued. Of another window's, which stand in the case, ``seq`` is no fact here."""
        known: dict[str, Paper] = {paper.paper_id: paper for paper in slot.papers}
        for paper in case.papers:
            if known.get(paper.paper_id) == paper or paper.incarnation != slot.incarnation:
                continue
            self.connection.execute(
                """INSERT INTO paper (paper_id, case_id, seq, kind, number, day, copies, reprints)
                VALUES (?,?,?,?,?,?,?,?) ON CONFLICT (paper_id) DO UPDATE SET reprints = excluded.reprints""",
                (
                    paper.paper_id,
                    case.case_id,
                    paper.seq,
                    paper.kind,
                    paper.number,
                    paper.day.isoformat(),
                    paper.copies,
                    paper.reprints,
                ),
            )


def keys_of(case: Case, ticket: str = "") -> Iterator[tuple[int, str]]:
    """Everything a case can be looked up by, one key of a kind; the ticket stands in its first fact only."""
    yield REFERENCE, bare(case.reference)
    if ticket:
        yield TICKET, ticket.upper()
    who = case.applicant
    if who is None:
        return
    name = search_key(who.name)
    yield NAME, name
    if short := initials(name):
        yield INITIALS, short
    if who.id_number:
        yield ID_NUMBER, who.id_number[::-1]
    if who.phone:
        yield PHONE, digits(who.phone)[::-1]


def bare(reference: str) -> str:
    """A reference without its dashes."""
    return reference.replace("-", "").upper()


def digits(phone: str) -> str:
    """The digits of a phone number."""
    return "".join(char for char in phone if char.isdigit())


def read_applicant(data: bytes) -> Applicant:
    """The applicant of a ``person_view`` row."""
    return _applicants.decode(data)
