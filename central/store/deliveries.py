"""Departments' systems, and what each of them has still to be told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from msgspec import Struct

from central.store.base import Db, Row
from hall.case import Case, CaseState

TOLD = frozenset(CaseState) - {CaseState.INQUIRY, CaseState.RECEIVED, CaseState.NOTICED}
"""The states of a case that concern its department: from acceptance on."""
_TOLD_NOW = """ EXISTS (SELECT 1 FROM department p
 WHERE p.office = delivery.office AND p.key = delivery.department AND p.url <> '')"""


class DepartmentRow(Struct, frozen=True):
    """A department with a system of its own; ``url`` empty: it is told nothing. ``secret`` signs what it is sent."""

    office: str
    key: str
    url: str
    secret: bytes


class DeliveryRow(Struct, frozen=True):
    """What a department is to be told of a case; ``wanted`` is the number of the case's last change in the hall."""

    office: str
    department: str
    case_id: str
    wanted: int
    attempts: int
    error: str = ""
    due_ms: int = 0


async def departments(db: Db, office: str) -> list[DepartmentRow]:
    """The departments of a hall that have systems of their own."""
    rows = await db.rows("SELECT office, key, url, secret FROM department WHERE office = $1 ORDER BY key", office)
    return [DepartmentRow(*row) for row in rows]


async def department(db: Db, office: str, key: str) -> DepartmentRow | None:
    """One department, or ``None``."""
    row = await db.row("SELECT office, key, url, secret FROM department WHERE office = $1 AND key = $2", office, key)
    return DepartmentRow(*row) if row else None


async def department_by_token(db: Db, token: str) -> DepartmentRow | None:
    """Whose token this is, or ``None``."""
    digest = sha256(token.encode("utf-8", "surrogatepass")).digest()
    row = await db.row("SELECT office, key, url, secret FROM department WHERE token_hash = $1", digest)
    return DepartmentRow(*row) if row else None


async def want(db: Db, office: str, cases: Mapping[str, Case], numbers: Mapping[str, int], now_ms: int) -> None:
    """Note that the departments of these cases are to be told of their last change.

    A delivery that waits already waits for the newer change as well, at its own time; one that a person has to look at
    stays where it is and will tell the newest state when it is sent again.
    """
    concerned = {name: case for name, case in cases.items() if case.state in TOLD}
    if not concerned:
        return
    known = {row[0] for row in await db.rows("SELECT key FROM department WHERE office = $1 AND url <> ''", office)}
    await db.many(
        "INSERT INTO delivery (office, department, case_id, wanted, state, due_ms) VALUES ($1,$2,$3,$4,'waiting',$5)"
        " ON CONFLICT (office, department, case_id) DO UPDATE SET wanted = excluded.wanted,"
        " due_ms = CASE delivery.state WHEN 'sent' THEN excluded.due_ms ELSE delivery.due_ms END,"
        " attempts = CASE delivery.state WHEN 'sent' THEN 0 ELSE delivery.attempts END,"
        " state = CASE delivery.state WHEN 'sent' THEN 'waiting' ELSE delivery.state END",
        [
            (office, case.matter.department.key, case_id, numbers[case_id], now_ms)
            for case_id, case in concerned.items()
            if case.matter.department.key in known
        ],
    )


async def tell_all_again(db: Db, now_ms: int) -> None:
    """Everything counts as not told: this is another history of the centre than the one that departments were told."""
    await db.run("UPDATE delivery SET state = 'waiting', attempts = 0, error = '', due_ms = $1", now_ms)


async def any_due(db: Db, now_ms: int) -> bool:
    """Whether any delivery is due."""
    row = await db.row(
        f"SELECT 1 FROM delivery WHERE state = 'waiting' AND due_ms <= $1 AND{_TOLD_NOW} LIMIT 1",  # noqa: S608
        now_ms,
    )
    return row is not None


async def lease(
    db: Db, now_ms: int, until_ms: int, limit: int, but: Iterable[tuple[str, str]] = ()
) -> list[DeliveryRow]:
    """Take deliveries that are due, none of the departments ``but`` (hall, key); nobody else takes them before
    ``until_ms``."""
    due = await db.rows(
        "SELECT office, department, case_id, wanted, attempts FROM delivery WHERE state = 'waiting' AND due_ms <= $1"  # noqa: S608
        f" AND{_TOLD_NOW} AND NOT (office || '/' || department = ANY($3)) ORDER BY due_ms LIMIT $2"
        " FOR UPDATE SKIP LOCKED",
        now_ms,
        limit,
        [f"{office}/{key}" for office, key in but],
    )
    await db.many(
        "UPDATE delivery SET due_ms = $1 WHERE office = $2 AND department = $3 AND case_id = $4",
        [(until_ms, row[0], row[1], row[2]) for row in due],
    )
    return [DeliveryRow(*row) for row in due]


async def sent(db: Db, row: DeliveryRow, told: int, now_ms: int) -> None:
    """The department has taken the change ``told``; what came meanwhile is due at once."""
    await db.run(
        "UPDATE delivery SET sent = $1, attempts = 0, error = '', due_ms = $2,"
        " state = CASE WHEN wanted > $1 THEN 'waiting' ELSE 'sent' END"
        " WHERE office = $3 AND department = $4 AND case_id = $5",
        told,
        now_ms,
        row.office,
        row.department,
        row.case_id,
    )


async def failed(db: Db, row: DeliveryRow, error: str, due_ms: int, dead: bool) -> None:
    """It was not taken: it is tried again at ``due_ms``, or waits for a person."""
    await db.run(
        "UPDATE delivery SET attempts = attempts + 1, error = $1, due_ms = $2, state = $3"
        " WHERE office = $4 AND department = $5 AND case_id = $6",
        error,
        due_ms,
        "dead" if dead else "waiting",
        row.office,
        row.department,
        row.case_id,
    )


async def postpone(db: Db, rows: Sequence[DeliveryRow], due_ms: int) -> None:
    """They were not tried: they are due at ``due_ms``."""
    await db.many(
        "UPDATE delivery SET due_ms = $1 WHERE office = $2 AND department = $3 AND case_id = $4 AND state = 'waiting'",
        [(due_ms, row.office, row.department, row.case_id) for row in rows],
    )


async def dead(db: Db, office: str, limit: int) -> list[Row]:
    """Deliveries that wait for a person: department, case, reference, wanted, attempts, error."""
    return await db.rows(
        "SELECT department, delivery.case_id, coalesce(reference, ''), wanted, attempts, error FROM delivery"  # noqa: S608
        f" LEFT JOIN case_ c ON c.case_id = delivery.case_id WHERE delivery.office = $1 AND delivery.state = 'dead'"
        f" AND{_TOLD_NOW} ORDER BY department, delivery.case_id LIMIT $2",
        office,
        limit,
    )


async def waiting_and_dead(db: Db, office: str) -> tuple[int, int]:
    """How many deliveries of a hall wait to be told, and how many for a person."""
    rows = await db.rows(
        "SELECT state, count(*) FROM delivery WHERE state IN ('waiting', 'dead') AND office = $1"  # noqa: S608
        f" AND{_TOLD_NOW} GROUP BY state",
        office,
    )
    counts = {row[0]: int(row[1]) for row in rows}
    return counts.get("waiting", 0), counts.get("dead", 0)


async def replay(db: Db, office: str, department: str, case_id: str, now_ms: int) -> bool:
    """Send a dead delivery again; whether there is such a one."""
    row = await db.row(
        "UPDATE delivery SET state = 'waiting', attempts = 0, due_ms = $1"
        " WHERE office = $2 AND department = $3 AND case_id = $4 AND state = 'dead' RETURNING case_id",
        now_ms,
        office,
        department,
        case_id,
    )
    return row is not None


async def replay_all(db: Db, office: str, department: str, now_ms: int) -> int:
    """Send all dead deliveries of a department again; how many."""
    rows = await db.rows(
        "UPDATE delivery SET state = 'waiting', attempts = 0, due_ms = $1"
        " WHERE office = $2 AND department = $3 AND state = 'dead' RETURNING case_id",
        now_ms,
        office,
        department,
    )
    return len(rows)
