"""Conflicts, and what should belong to one case only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from central.store.base import Db
from hall.disputes import VERIFIED

if TYPE_CHECKING:
    from central.decide import Claim, NewConflict, Settled


async def add(db: Db, office: str, incarnation: str, conflicts: Sequence[NewConflict], now_ms: int) -> None:
    """Keep conflicts; one that is known already stays as it is."""
    await db.many(
        "INSERT INTO conflict (office, conflict_id, case_id, other, kind, reason, incarnation, seq, actor, made_ms)"
        " VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10) ON CONFLICT (office, conflict_id, kind) DO NOTHING",
        [
            (office, c.conflict_id, c.case_id, c.other, c.kind, c.reason, incarnation, c.seq, c.actor, now_ms)
            for c in conflicts
        ],
    )


async def settle(db: Db, office: str, settled: Sequence[Settled], now_ms: int) -> None:
    """Keep that a person settled conflicts of a case."""
    await db.many(
        "UPDATE conflict SET settled_ms = $1, settled_by = $2, settled_how = $3"
        " WHERE office = $4 AND conflict_id = $5 AND (case_id = $6 OR other = $6) AND settled_ms IS NULL",
        [(now_ms, each.actor, each.how, office, each.conflict_id, each.case_id) for each in settled],
    )


async def kinds_of(db: Db, case_ids: list[str]) -> dict[str, set[str]]:
    """The kinds of open conflicts that each of these cases is part of."""
    if not case_ids:
        return {}
    found: dict[str, set[str]] = {}
    for column in ("case_id", "other"):
        rows = await db.rows(
            f"SELECT {column}, kind FROM conflict WHERE {column} = ANY($1) AND settled_ms IS NULL",  # noqa: S608
            case_ids,
        )
        for case_id, kind in rows:
            found.setdefault(case_id, set()).add(kind)
    return found


async def conflicted(db: Db, office: str, incarnation: str, case_ids: list[str]) -> set[str]:
    """On which of these cases a journal has an open conflict of a step."""
    rows = await db.rows(
        "SELECT DISTINCT case_id FROM conflict WHERE case_id = ANY($1) AND office = $2 AND incarnation = $3"
        " AND settled_ms IS NULL AND other = '' AND NOT (kind = ANY($4))",
        case_ids,
        office,
        incarnation,
        sorted(VERIFIED),
    )
    return {row[0] for row in rows}


async def named(db: Db, office: str, conflict_ids: list[str]) -> dict[str, list[tuple[str, str]]]:
    """The conflicts with these identities: of what kind each is and whose doing, by number."""
    rows = await db.rows(
        "SELECT conflict_id, kind, actor FROM conflict WHERE office = $1 AND conflict_id = ANY($2)",
        office,
        conflict_ids,
    )
    found: dict[str, list[tuple[str, str]]] = {}
    for conflict_id, kind, actor in rows:
        found.setdefault(conflict_id, []).append((kind, actor))
    return found


async def doubled(db: Db, office: str, ticket_ids: list[str]) -> set[str]:
    """Which of these are tickets that two windows served."""
    if not ticket_ids:
        return set()
    rows = await db.rows(
        "SELECT case_id FROM conflict WHERE office = $1 AND kind = 'served_twice' AND case_id = ANY($2)",
        office,
        ticket_ids,
    )
    return {row[0] for row in rows}


async def others_of(db: Db, office: str, settled: Sequence[Settled]) -> set[str]:
    """The cases of these conflicts, of either side."""
    if not settled:
        return set()
    rows = await db.rows(
        "SELECT case_id, other FROM conflict WHERE office = $1 AND conflict_id = ANY($2) AND other <> ''",
        office,
        [each.conflict_id for each in settled],
    )
    return {name for row in rows for name in row}


async def claim(
    db: Db, office: str, incarnation: str, claims: Sequence[tuple[Claim, str]]
) -> dict[tuple[str, str], tuple[str, str]]:
    """Claim keys for cases; by kind and key the first case that claimed it, and the journal that wrote it.

    A person may apply again once the case is over: the key then goes to the newer case.
    """
    await db.many(
        "INSERT INTO claim (office, kind, key, case_id, incarnation) VALUES ($1,$2,$3,$4,$5)"
        " ON CONFLICT (office, kind, key) DO UPDATE SET case_id = excluded.case_id, incarnation = excluded.incarnation"
        " WHERE claim.kind = 'candidate_pair' AND EXISTS (SELECT 1 FROM case_ c WHERE c.case_id = claim.case_id"
        " AND c.state IN ('refused', 'delivered', 'filed', 'withdrawn', 'returned', 'terminated'))",
        [(office, each.kind, key, each.case_id, incarnation) for each, key in claims],
    )
    rows = await db.rows(
        "SELECT kind, key, case_id, incarnation FROM claim WHERE office = $1 AND key = ANY($2)",
        office,
        sorted({key for _, key in claims}),
    )
    return {(row[0], row[1]): (row[2], row[3]) for row in rows}
