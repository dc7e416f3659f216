"""Facts byte for byte, the cases they fold into, and the feed: a hall's cases in the order of their last change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct

from central.store.base import Db, Row
from hall.chain import Sealed
from hall.wire import Change, Status

_FACT = (
    "office", "incarnation", "seq", "event_id", "subject", "header", "public", "personal", "salt", "personal_hash",
    "hash", "status", "reason", "server_seq", "case_version", "received_ms",
)  # fmt: skip
_CASE = ("case_id", "office", "reference", "state", "version", "snapshot", "server_seq", "device", "day", "flags")
_CASES = "SELECT case_id, office, reference, state, version, snapshot, server_seq, device, day, flags FROM case_"


class StoredFact(Struct, frozen=True):
    """What was decided about a fact when it first came."""

    hash: bytes
    status: Status
    reason: str
    server_seq: int
    case_version: int


class NewFact(Struct, frozen=True, kw_only=True):
    """A fact to be stored, with what was decided. ``event_id`` is ``None`` where another fact used it first."""

    seq: int
    event_id: str | None
    subject: str
    sealed: Sealed
    status: Status
    reason: str
    case_version: int


class CaseRow(Struct, frozen=True, kw_only=True):
    """A case as last folded; ``snapshot`` is the JSON of ``hall.case.Case``.

    ``server_seq``, ``device`` and ``day`` are of the last fact: its number in the hall, who wrote it, on which day.
    ``flags`` are the words of ``hall.wire.Change.flags`` with blanks between.
    """

    case_id: str
    office: str
    reference: str
    state: str
    version: int
    snapshot: bytes
    server_seq: int = 0
    device: str = ""
    day: str = "1970-01-01"
    flags: str = ""

    def as_change(self) -> Change:
        """The case as an entry of the feed."""
        return Change(
            server_seq=self.server_seq,
            case_id=self.case_id,
            reference=self.reference,
            state=self.state,
            version=self.version,
            device=self.device,
            day=dt.date.fromisoformat(self.day),
            case=self.snapshot,
            flags=self.flags.split(),
        )


def _case(row: Row) -> CaseRow:
    return CaseRow(**dict(zip(_CASE, row, strict=True)))


async def stored(db: Db, office: str, code: str, first: int, last: int) -> dict[int, StoredFact]:
    """What became of the facts with these numbers."""
    found = await db.rows(
        "SELECT seq, hash, status, reason, server_seq, case_version FROM event"
        " WHERE office = $1 AND incarnation = $2 AND seq BETWEEN $3 AND $4",
        office,
        code,
        first,
        last,
    )
    return {row[0]: StoredFact(row[1], Status(row[2]), row[3], row[4], row[5]) for row in found}


async def known_ids(db: Db, event_ids: list[str]) -> set[str]:
    """Which of these ids a stored fact already has, for ever."""
    return {row[0] for row in await db.rows("SELECT event_id FROM event WHERE event_id = ANY($1)", event_ids)}


async def case(db: Db, case_id: str) -> CaseRow | None:
    """The case with this identity, or ``None``."""
    row = await db.row(f"{_CASES} WHERE case_id = $1", case_id)
    return _case(row) if row else None


async def cases_to_change(db: Db, case_ids: Iterable[str]) -> dict[str, CaseRow]:
    """The cases with these identities; nobody else changes them until the transaction ends."""
    wanted = sorted(set(case_ids))
    if not wanted:
        return {}
    found = await db.rows(f"{_CASES} WHERE case_id = ANY($1) ORDER BY case_id FOR UPDATE", wanted)
    return {row[0]: _case(row) for row in found}


async def cases_named(db: Db, office: str, case_id: str, reference: str) -> list[str]:
    """The identities of a hall's cases with this identity, or, without one, with this reference; of both, if both."""
    rows = await db.rows(
        "SELECT case_id FROM case_ WHERE office = $1 AND case_id = $2 AND ($3 = '' OR reference = $3) UNION ALL"
        " SELECT case_id FROM case_ WHERE office = $1 AND reference = $3 AND $2 = '' AND $3 <> ''",
        office,
        case_id if case_id.isprintable() else "?",
        reference if reference.isprintable() else "?",
    )
    return [row[0] for row in rows]


NUMBERED: Final = (
    "SELECT reference, MIN(case_id) FROM case_ WHERE office = $1 AND reference = ANY($2) GROUP BY reference"
)


async def numbered(db: Db, office: str, references: Sequence[str]) -> dict[str, str]:
    """Which of these references a hall's cases have, each with the identity of the oldest. Each new case asks."""
    return {row[0]: row[1] for row in await db.rows(NUMBERED, office, list(references))}


async def stored_as(db: Db, event_id: str) -> tuple[str, bytes, StoredFact] | None:
    """Case, public bytes and fate of the fact with this id, or ``None``."""
    row = await db.row(
        "SELECT subject, public, hash, status, reason, server_seq, case_version FROM event WHERE event_id = $1",
        event_id,
    )
    return (row[0], bytes(row[1]), StoredFact(row[2], Status(row[3]), row[4], row[5], row[6])) if row else None


async def facts_of(db: Db, subject: str) -> list[Sealed]:
    """The facts of a case that were not set aside, in the order they came."""
    found = await db.rows(
        "SELECT header, public, hash, personal, salt, personal_hash FROM event"
        " WHERE subject = $1 AND status <> 'quarantined' ORDER BY server_seq",
        subject,
    )
    return [
        Sealed(header=row[0], public=row[1], hash=row[2], personal=row[3], salt=row[4], personal_hash=row[5])
        for row in found
    ]


async def sealed_as(db: Db, event_ids: list[str]) -> dict[str, Sealed]:
    """The facts with these identities."""
    found = await db.rows(
        "SELECT event_id, header, public, hash, personal, salt, personal_hash FROM event WHERE event_id = ANY($1)",
        event_ids,
    )
    return {
        row[0]: Sealed(header=row[1], public=row[2], hash=row[3], personal=row[4], salt=row[5], personal_hash=row[6])
        for row in found
    }


async def cases_of(db: Db, case_ids: list[str]) -> dict[str, CaseRow]:
    """These cases as they stand."""
    return {row[0]: _case(row) for row in await db.rows(f"{_CASES} WHERE case_id = ANY($1)", case_ids)}


async def next_numbers(db: Db, office: str, count: int) -> int:
    """The first of ``count`` numbers of the hall. The row stays locked to the commit, so numbers appear in order."""
    row = await db.row(
        "UPDATE hall SET feed_head = feed_head + $1 WHERE office = $2 RETURNING feed_head", count, office
    )
    assert row is not None, "a hall has its feed from its first device on"
    return int(row[0]) - count + 1


async def add_facts(
    db: Db, office: str, code: str, facts: Sequence[NewFact], first_number: int, received_ms: int
) -> None:
    """Keep facts byte for byte; they get the hall's numbers from ``first_number`` on, in their order."""
    await db.insert(
        "event",
        _FACT,
        [
            (
                office, code, fact.seq, fact.event_id, fact.subject, fact.sealed.header, fact.sealed.public,
                fact.sealed.personal, fact.sealed.salt, fact.sealed.personal_hash, fact.sealed.hash, fact.status.value,
                fact.reason, number, fact.case_version, received_ms,
            )
            for number, fact in enumerate(facts, first_number)
        ],
    )  # fmt: skip


async def decide_again(db: Db, office: str, code: str, seq: int, fact: NewFact, number: int) -> None:
    """A stored fact was decided on anew; its bytes stay as they are."""
    await db.run(
        "UPDATE event SET status = $1, reason = $2, case_version = $3, server_seq = $4"
        " WHERE office = $5 AND incarnation = $6 AND seq = $7",
        fact.status.value,
        fact.reason,
        fact.case_version,
        number,
        office,
        code,
        seq,
    )


async def save_cases(db: Db, new: Sequence[CaseRow], changed: Sequence[CaseRow]) -> None:
    """Insert the new cases and replace the changed ones."""
    if new:
        await db.insert("case_", _CASE, [tuple(getattr(row, name) for name in _CASE) for row in new])
    if changed:
        await db.many(
            "UPDATE case_ SET state = $1, version = $2, snapshot = $3, server_seq = $4, device = $5, day = $6,"
            " flags = $7 WHERE case_id = $8",
            [(r.state, r.version, r.snapshot, r.server_seq, r.device, r.day, r.flags, r.case_id) for r in changed],
        )


async def flag(db: Db, case_id: str, flags: str, server_seq: int) -> None:
    """Give a case other flags and bring it into the feed once more."""
    await db.run("UPDATE case_ SET flags = $1, server_seq = $2 WHERE case_id = $3", flags, server_seq, case_id)


async def feed_head(db: Db, office: str) -> int:
    """The number of the hall's last fact."""
    row = await db.row("SELECT feed_head FROM hall WHERE office = $1", office)
    return int(row[0]) if row else 0


async def sizes(db: Db, office: str, after: int, limit: int) -> list[tuple[int, int]]:
    """Numbers and bytes of the at most ``limit`` cases of a hall whose last change has a number above ``after``."""
    found = await db.rows(
        "SELECT server_seq, length(snapshot) FROM case_ WHERE office = $1 AND server_seq > $2 ORDER BY server_seq"
        " LIMIT $3",
        office,
        after,
        limit,
    )
    return [(int(row[0]), int(row[1])) for row in found]


async def changes(db: Db, office: str, after: int, through: int, most: int) -> list[CaseRow]:
    """The cases of a hall whose last change has a number above ``after`` and at most ``through``, in that order; of one
    with more than ``most`` bytes nothing that is in it."""
    known = _CASES.replace("snapshot", "CASE WHEN length(snapshot) <= $4 THEN snapshot ELSE $5 END")
    where = "WHERE office = $1 AND server_seq > $2 AND server_seq <= $3 ORDER BY server_seq"
    return [_case(row) for row in await db.rows(f"{known} {where}", office, after, through, most, b"")]
