"""What waits for a person: facts set aside, conflicts, dead letters, and what devices declared last."""

from __future__ import annotations

from central.store.base import Db, Row
from central.store.devices import IncarnationRow
from hall.chain import Sealed
from hall.roles import Role
from hall.wire import PushResult, Status
from hall.wire_oversight import AsideEntry, ConflictEntry, DeviceStatus, Report, ReportEntry

DAY_MS = 24 * 3600 * 1000
SILENT_MS = {Role.CLERK: DAY_MS, Role.STATION: 5 * 60_000, Role.KIOSK: 5 * 60_000}
"""A device that was not heard of for longer is shown as silent, by its role: a counter is closed when nobody sits
there; what stands in the hall (displays, boards, ticket machines, print stations) asks every few seconds all day.
Longer than it may take until it is kept that a device was heard of (``rights.HEARD_EVERY_MS``)."""


async def add_aside(db: Db, office: str, rows: list[tuple[int, str, str]], now_ms: int) -> None:
    """Keep (number, case, kind) of facts that were set aside."""
    await db.insert(
        "aside", ("office", "server_seq", "subject", "kind", "made_ms"), [(office, *row, now_ms) for row in rows]
    )


async def asides(db: Db, office: str, after: int, limit: int) -> list[tuple[AsideEntry, bytes, bytes]]:
    """What was set aside and nobody settled, behind a number, with each fact's header and, where the hall has no case
    of it, its public part."""
    rows = await db.rows(
        "SELECT a.server_seq, a.subject, e.incarnation, e.seq, a.kind, e.reason, e.received_ms,"
        " coalesce(c.reference, ''), d.device_id, d.revoked_ms IS NOT NULL, a.dealt_how, a.dealt_by, a.dealt_ms,"
        " a.dealt_words, e.header, CASE WHEN c.case_id IS NULL THEN e.public END FROM aside a"
        " JOIN event e ON e.office = a.office AND e.server_seq = a.server_seq"
        " JOIN incarnation i ON i.office = e.office AND i.code = e.incarnation"
        " JOIN device d ON d.device_id = i.device_id"
        " LEFT JOIN case_ c ON c.case_id = a.subject AND c.office = a.office"
        " WHERE a.office = $1 AND a.settled_ms IS NULL AND a.server_seq > $2 ORDER BY a.server_seq LIMIT $3",
        office,
        after,
        limit,
    )
    return [
        (
            AsideEntry(
                number=row[0],
                case_id=row[1],
                incarnation=row[2],
                seq=row[3],
                type="",
                kind=row[4],
                reason=row[5],
                received_ms=row[6],
                reference=row[7],
                device=row[8],
                revoked=bool(row[9]),
                dealt_how=row[10],
                dealt_by=row[11],
                dealt_ms=row[12],
                dealt_words=row[13],
            ),
            row[14],
            row[15] or b"",
        )
        for row in rows
    ]


async def dealt_with(
    db: Db, office: str, incarnation: str, seq: int, how: str, by: str, at_ms: int, words: str
) -> None:
    """Keep what a window did about one of its facts; nothing happens where it is not set aside."""
    await db.run(
        "UPDATE aside SET dealt_how = $1, dealt_by = $2, dealt_ms = $3, dealt_words = $4 WHERE office = $5 AND"
        " server_seq = (SELECT server_seq FROM event WHERE office = $5 AND incarnation = $6 AND seq = $7)",
        how,
        by,
        at_ms,
        words,
        office,
        incarnation,
        seq,
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
        "SELECT e.server_seq, e.seq, e.header, e.public, e.hash, e.personal, e.salt, e.personal_hash, r.public_hash"
        " FROM aside a JOIN event e ON e.office = a.office AND e.server_seq = a.server_seq"
        " LEFT JOIN report r ON r.office = e.office AND r.incarnation = e.incarnation AND r.seq = e.seq"
        " WHERE a.office = $1 AND a.settled_ms IS NULL AND e.incarnation = $2"
        " AND (a.server_seq = $3 OR (a.subject = $4 AND a.subject <> '' AND a.kind IN ('unread', 'held', 'unallowed')))"
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
            Sealed(
                header=row[2],
                public=row[3],
                hash=row[4],
                personal=row[5],
                salt=row[6],
                personal_hash=row[7],
                public_hash=row[8] or b"",
            ),
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
        " AND a.kind IN ('unread', 'held', 'unallowed')",
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
    names = ConflictEntry.__struct_fields__[: len(rows[0])] if rows else ()
    return [ConflictEntry(**dict(zip(names, row, strict=True))) for row in rows]


async def conflicts_behind(db: Db, office: str, last: ConflictEntry) -> int:
    """How many open conflicts of a hall follow one that was shown."""
    row = await db.row(
        "SELECT count(*) FROM conflict WHERE office = $1 AND settled_ms IS NULL"
        " AND (made_ms > $2 OR (made_ms = $2 AND conflict_id || ' ' || kind > $3))",
        office,
        last.made_ms,
        f"{last.id} {last.kind}",
    )
    return int((row or [0])[0])


async def add_report(db: Db, office: str, device: str, report: Report, now_ms: int) -> None:
    """Keep a dead letter."""
    await db.run(
        "INSERT INTO report (office, device_id, incarnation, seq, reason, app_v, public_hash, at_ms)"
        " VALUES ($1,$2,$3,$4,$5,$6,$7,$8)",
        office,
        device,
        report.incarnation,
        report.seq,
        report.reason,
        report.app_v,
        report.outline.public_hash,
        now_ms,
    )


async def outlined(db: Db, at: IncarnationRow, first: int, last: int) -> list[int]:
    """The facts of a journal, between two numbers, of which only the outline is here."""
    rows = await db.rows(
        "SELECT seq FROM report WHERE office = $1 AND incarnation = $2 AND seq BETWEEN $3 AND $4 ORDER BY seq",
        at.office,
        at.code,
        first,
        last,
    )
    return [row[0] for row in rows]


async def outline(db: Db, at: IncarnationRow, seq: int) -> tuple[int, Sealed] | None:
    """Number in the hall and outline of a fact that is here only so, or ``None``."""
    row = await db.row(
        "SELECT e.server_seq, e.header, e.hash, e.personal_hash, r.public_hash FROM report r JOIN event e"
        " ON e.office = r.office AND e.incarnation = r.incarnation AND e.seq = r.seq"
        " WHERE r.office = $1 AND r.incarnation = $2 AND r.seq = $3",
        at.office,
        at.code,
        seq,
    )
    if row is None:
        return None
    return row[0], Sealed(header=row[1], public=b"", hash=row[2], personal_hash=row[3], public_hash=row[4])


async def results_behind(db: Db, at: IncarnationRow, seq: int) -> list[PushResult]:
    """What became of a fact of a journal and of the later ones of its case there."""
    rows = await db.rows(
        "SELECT e.seq, e.status, e.server_seq, e.case_version, e.reason FROM event e JOIN event f"
        " ON f.office = e.office AND f.incarnation = e.incarnation AND f.seq = $3"
        " WHERE e.office = $1 AND e.incarnation = $2 AND (e.seq = $3 OR (e.seq > $3 AND e.subject = f.subject"
        " AND e.subject <> '')) ORDER BY e.seq",
        at.office,
        at.code,
        seq,
    )
    return [
        PushResult(seq=row[0], status=Status(row[1]), server_seq=row[2], case_version=row[3], reason=row[4])
        for row in rows
    ]


async def complete(db: Db, at: IncarnationRow, seq: int, sealed: Sealed) -> None:
    """Keep the contents of a fact of which only the outline was here."""
    await db.run(
        "UPDATE event SET public = $1, personal = $2, salt = $3 WHERE office = $4 AND incarnation = $5 AND seq = $6",
        sealed.public,
        sealed.personal,
        sealed.salt,
        at.office,
        at.code,
        seq,
    )
    await db.run("DELETE FROM report WHERE office = $1 AND incarnation = $2 AND seq = $3", at.office, at.code, seq)


async def reports(db: Db, office: str, limit: int) -> list[ReportEntry]:
    """The dead letters of a hall, the newest first."""
    rows = await db.rows(
        "SELECT device_id, incarnation, seq, reason, app_v, at_ms FROM report WHERE office = $1"
        " ORDER BY at_ms DESC, seq LIMIT $2",
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
                silent=not revoked and now_ms - heard > SILENT_MS.get(role, DAY_MS),
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
