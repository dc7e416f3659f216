"""What waits for a person: facts set aside, conflicts, dead letters, and what devices declared last."""

from __future__ import annotations

from central.store.base import Db, Row
from hall.chain import Sealed
from hall.wire_oversight import ConflictEntry, DeviceStatus, Report, ReportEntry

SILENT_MS = 24 * 3600 * 1000
"""A device that has said nothing for longer is shown as silent."""


async def add_aside(db: Db, office: str, rows: list[tuple[int, str, str]], now_ms: int) -> None:
    """Keep (number, case, kind) of facts that were set aside."""
    await db.insert(
        "aside", ("office", "server_seq", "subject", "kind", "made_ms"), [(office, *row, now_ms) for row in rows]
    )


async def asides(db: Db, office: str, after: int, limit: int) -> list[Row]:
    """What was set aside and nobody settled: number, case, kind, incarnation, seq, header, reason, received."""
    return await db.rows(
        "SELECT a.server_seq, a.subject, a.kind, e.incarnation, e.seq, e.header, e.reason, e.received_ms FROM aside a"
        " JOIN event e ON e.office = a.office AND e.server_seq = a.server_seq WHERE a.office = $1"
        " AND a.settled_ms IS NULL AND a.server_seq > $2 ORDER BY a.server_seq LIMIT $3",
        office,
        after,
        limit,
    )


async def aside(db: Db, office: str, number: int) -> tuple[str, str] | None:
    """Case and journal of a fact that is set aside, or ``None``."""
    row = await db.row(
        "SELECT a.subject, e.incarnation FROM aside a JOIN event e ON e.office = a.office AND"
        " e.server_seq = a.server_seq WHERE a.office = $1 AND a.server_seq = $2 AND a.settled_ms IS NULL",
        office,
        number,
    )
    return (row[0], row[1]) if row else None


async def waiting_with(
    db: Db, office: str, incarnation: str, number: int, subject: str
) -> list[tuple[int, int, Sealed]]:
    """A fact that is set aside and those of its case and journal that wait with it: number, seq and the fact."""
    rows = await db.rows(
        "SELECT e.server_seq, e.seq, e.header, e.public, e.hash, e.personal, e.salt, e.personal_hash FROM aside a"
        " JOIN event e ON e.office = a.office AND e.server_seq = a.server_seq"
        " WHERE a.office = $1 AND a.settled_ms IS NULL AND e.incarnation = $2"
        " AND (a.server_seq = $3 OR (a.subject = $4 AND a.subject <> '' AND a.kind IN ('unread', 'held')))"
        " ORDER BY e.seq",
        office,
        incarnation,
        number,
        subject,
    )
    return [
        (
            row[0],
            row[1],
            Sealed(header=row[2], public=row[3], hash=row[4], personal=row[5], salt=row[6], personal_hash=row[7]),
        )
        for row in rows
    ]


async def settle_aside(db: Db, office: str, number: int, actor: str, now_ms: int) -> None:
    """A fact is set aside no more."""
    await db.run(
        "UPDATE aside SET settled_ms = $1, settled_by = $2 WHERE office = $3 AND server_seq = $4",
        now_ms,
        actor,
        office,
        number,
    )


async def held_cases(db: Db, office: str, incarnation: str, subjects: list[str]) -> set[str]:
    """The cases of which a journal has facts that wait until somebody can read them."""
    rows = await db.rows(
        "SELECT DISTINCT a.subject FROM aside a JOIN event e ON e.office = a.office AND e.server_seq = a.server_seq"
        " WHERE a.office = $1 AND e.incarnation = $2 AND a.subject = ANY($3) AND a.settled_ms IS NULL"
        " AND a.kind IN ('unread', 'held')",
        office,
        incarnation,
        subjects,
    )
    return {row[0] for row in rows}


async def conflicts(db: Db, office: str, after_ms: int, after_id: str, limit: int) -> list[ConflictEntry]:
    """Open conflicts of a hall, the oldest first, behind one that was shown."""
    rows = await db.rows(
        "SELECT x.conflict_id, x.kind, x.case_id, coalesce(c.reference, ''), x.other, coalesce(o.reference, ''),"
        " x.reason, x.incarnation, x.seq, x.actor, x.made_ms FROM conflict x"
        " LEFT JOIN case_ c ON c.case_id = x.case_id LEFT JOIN case_ o ON o.case_id = x.other"
        " WHERE x.office = $1 AND x.settled_ms IS NULL"
        " AND (x.made_ms > $2 OR (x.made_ms = $2 AND x.conflict_id || ' ' || x.kind > $3))"
        " ORDER BY x.made_ms, x.conflict_id || ' ' || x.kind LIMIT $4",
        office,
        after_ms,
        after_id,
        limit,
    )
    names = ConflictEntry.__struct_fields__
    return [ConflictEntry(**dict(zip(names, row, strict=True))) for row in rows]


async def add_report(db: Db, office: str, device: str, report: Report, fact: bytes, now_ms: int) -> None:
    """Keep a dead letter; the same one again replaces it."""
    await db.run(
        "INSERT INTO report (office, device_id, incarnation, seq, reason, app_v, fact, at_ms)"
        " VALUES ($1,$2,$3,$4,$5,$6,$7,$8) ON CONFLICT (device_id, incarnation, seq) DO UPDATE SET"
        " reason = excluded.reason, app_v = excluded.app_v, fact = excluded.fact, at_ms = excluded.at_ms",
        office,
        device,
        report.incarnation,
        report.seq,
        report.reason,
        report.app_v,
        fact,
        now_ms,
    )


async def reports(db: Db, office: str, limit: int) -> list[ReportEntry]:
    """The dead letters of a hall, the newest first; one whose fact has come since is none any more."""
    rows = await db.rows(
        "SELECT r.device_id, r.incarnation, r.seq, r.reason, r.app_v, r.at_ms FROM report r WHERE r.office = $1"
        " AND NOT EXISTS (SELECT 1 FROM event e WHERE e.office = r.office AND e.incarnation = r.incarnation"
        " AND e.seq = r.seq) ORDER BY r.at_ms DESC, r.seq LIMIT $2",
        office,
        limit,
    )
    names = ReportEntry.__struct_fields__
    return [ReportEntry(**dict(zip(names, row, strict=True))) for row in rows]


async def device_states(db: Db, office: str, now_ms: int) -> list[DeviceStatus]:
    """The devices of a hall with what they declared last."""
    rows = await db.rows(
        "SELECT device_id, role, revoked_ms IS NOT NULL, seen_ms FROM device WHERE office = $1 AND role <> 'centre'"
        " ORDER BY device_id",
        office,
    )
    journals: dict[str, list[Row]] = {}
    for row in await db.rows(
        "SELECT device_id, code, pending, oldest_ms, declared_ms, app_v FROM incarnation"
        " WHERE office = $1 ORDER BY declared_ms, code",
        office,
    ):
        journals.setdefault(row[0], []).append(row)
    found = []
    for device, role, revoked, seen in rows:
        own = journals.get(device, [])
        newest: Row = own[-1] if own else (device, "", 0, 0, 0, "")
        heard = max(seen, newest[4])
        found.append(
            DeviceStatus(
                device=device,
                role=role,
                codes=sorted(row[1] for row in own),
                revoked=bool(revoked),
                seen_ms=heard,
                silent=not revoked and now_ms - heard > SILENT_MS,
                pending=newest[2],
                oldest_ms=newest[3],
                declared_ms=newest[4],
                app_v=newest[5],
            )
        )
    return found


async def count_open(db: Db, office: str) -> tuple[int, int]:
    """How many facts are set aside and how many conflicts are open."""
    aside = await db.row("SELECT count(*) FROM aside WHERE office = $1 AND settled_ms IS NULL", office)
    conflict = await db.row("SELECT count(*) FROM conflict WHERE office = $1 AND settled_ms IS NULL", office)
    return (aside or [0])[0], (conflict or [0])[0]
