"""For those who look after a hall: its devices, what was set aside and is read again, its conflicts, dead letters."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from central.decide import Known, case_row, decide, needs_history, read_one
from central.refusal import Refused
from central.store import Db, Store, devices, facts
from central.store import oversight as table
from central.store.base import current_epoch
from central.store.devices import DeviceRow
from hall import wire
from hall import wire_oversight as w
from hall.chain import UNREADABLE, Sealed, open_header, open_sealed
from hall.errors import BrokenChain

PAGE = 100
SHOWN_REPORTS = 50


async def status(store: Store, office: str, now_ms: int) -> w.StatusReply:
    """The hall at a glance."""

    async def look(db: Db) -> w.StatusReply:
        aside, open_conflicts = await table.count_open(db, office)
        rows = await db.rows("SELECT state, count(*) FROM delivery WHERE office = $1 GROUP BY state", office)
        deliveries = {row[0]: row[1] for row in rows}
        return w.StatusReply(
            office=office,
            epoch=await current_epoch(db),
            time_ms=now_ms,
            devices=await table.device_states(db, office, now_ms),
            set_aside=aside,
            conflicts=open_conflicts,
            dead_letters=await table.reports(db, office, SHOWN_REPORTS),
            deliveries_waiting=deliveries.get("waiting", 0),
            deliveries_dead=deliveries.get("dead", 0),
        )

    return await store.read(look)


async def report(store: Store, device: DeviceRow, told: w.Report, now_ms: int) -> None:
    """Keep a dead letter of a device.

    Raises:
        Refused: 403 the journal is not this device's.
    """

    async def keep(db: Db) -> None:
        at = await devices.incarnation(db, device.office, told.incarnation)
        if at is None or at.device_id != device.device_id:
            raise Refused(403, wire.Problem(code="not_your_journal", message="这个编号不属于本设备"))
        reason = "".join(char for char in told.reason if char.isprintable())
        fact = msgspec.json.encode(told.fact) if told.fact else b""
        version = "".join(char for char in told.app_v if char.isprintable())
        await table.add_report(
            db, device.office, device.device_id, replace(told, reason=reason, app_v=version), fact, now_ms
        )

    await store.transact(keep)


async def asides(store: Store, office: str, after: int) -> w.AsideReply:
    """A page of what was set aside."""
    rows = await store.read(lambda db: table.asides(db, office, after, PAGE + 1))
    entries = [
        w.AsideEntry(
            number=row[0],
            case_id=row[1],
            kind=row[2],
            incarnation=row[3],
            seq=row[4],
            type=_type(row[5]),
            reason=row[6],
            received_ms=row[7],
        )
        for row in rows[:PAGE]
    ]
    return w.AsideReply(entries=entries, has_more=len(rows) > PAGE)


def _type(header: bytes) -> str:
    try:
        return open_header(header).type[:100]
    except (BrokenChain, *UNREADABLE):
        return ""


async def conflicts(store: Store, office: str, after: str) -> w.ConflictsReply:
    """A page of open conflicts behind ``after``: the ``made_ms``, ``id`` and ``kind`` of one that was shown."""
    made, _, place = after.partition(" ")
    if after and not (made.isascii() and made.isdigit() and len(made) < 16):
        raise Refused(400, wire.Problem(code="bad_request", message="从哪里接着读，写得不对"))
    entries = await store.read(lambda db: table.conflicts(db, office, int(made or 0), place, PAGE + 1))
    return w.ConflictsReply(conflicts=entries[:PAGE], has_more=len(entries) > PAGE)


async def retry(store: Store, office: str, number: int, actor: str, now_ms: int) -> w.RetryReply:
    """Read a set-aside fact again, and with it those of its case that waited for it.

    Raises:
        Refused: 404 nothing with this number is set aside in this hall.
    """
    return await store.transact(lambda db: _retry(db, office, number, actor, now_ms))


_FACT = "e.server_seq, e.incarnation, e.seq, e.header, e.public, e.hash, e.personal, e.salt, e.personal_hash"


async def _retry(db: Db, office: str, number: int, actor: str, now_ms: int) -> w.RetryReply:
    asked = await db.row(
        "SELECT a.subject, e.incarnation FROM aside a JOIN event e ON e.office = a.office AND"
        " e.server_seq = a.server_seq WHERE a.office = $1 AND a.server_seq = $2 AND a.settled_ms IS NULL",
        office,
        number,
    )
    if asked is None:
        raise Refused(404, wire.Problem(code="not_set_aside", message="没有这条搁置的记录"))
    subject, code = asked
    # The same order of locks as a push: the journal first, then the case.
    at = await devices.incarnation(db, office, code)
    assert at is not None
    waiting = await db.rows(
        f"SELECT {_FACT} FROM aside a JOIN event e ON e.office = a.office AND e.server_seq = a.server_seq"  # noqa: S608
        " WHERE a.office = $1 AND a.settled_ms IS NULL AND e.incarnation = $2"
        " AND (a.server_seq = $3 OR (a.subject = $4 AND a.subject <> '' AND a.kind IN ('unread', 'held')))"
        " ORDER BY e.seq",
        office,
        code,
        number,
        subject,
    )
    incoming = [
        read_one(at, row[2], Sealed(header=row[3], public=row[4], hash=row[5], personal=row[6], salt=row[7],
                                    personal_hash=row[8]))
        for row in waiting
    ]  # fmt: skip
    cases = await facts.cases_to_change(db, {each.subject for each in incoming if each.subject})
    histories = {
        name: [open_sealed(sealed) for sealed in await facts.facts_of(db, name)]
        for name in needs_history(incoming, cases)
    }
    own = {each.event_id for each in incoming}
    ids = await facts.known_ids(db, [each for each in own if each]) - own
    decided = decide(at, incoming, Known(ids=ids, cases=cases, histories=histories))
    first = await facts.next_numbers(db, office, len(waiting))
    told: w.RetryReply | None = None
    others = 0
    for place, (row, fact) in enumerate(zip(waiting, decided.facts, strict=True)):
        settled = fact.status is not wire.Status.QUARANTINED
        if row[0] == number:
            told = w.RetryReply(number=number, status=fact.status, reason=fact.reason)
        elif settled:
            others += 1
        if settled:
            # It takes its place in the hall's order now: that is when it had its effect.
            await db.run(
                "UPDATE event SET status = $1, reason = $2, case_version = $3, server_seq = $4"
                " WHERE office = $5 AND incarnation = $6 AND seq = $7",
                fact.status.value, fact.reason, fact.case_version, first + place, office, code, row[2],
            )  # fmt: skip
            await db.run(
                "UPDATE aside SET settled_ms = $1, settled_by = $2 WHERE office = $3 AND server_seq = $4",
                now_ms, actor, office, row[0],
            )  # fmt: skip
    rows = []
    for case_id, case in decided.cases.items():
        place = decided.last[case_id]
        header = incoming[place].header
        assert header is not None
        rows.append(case_row(office, case, header, first + place))
    await facts.save_cases(db, [r for r in rows if r.case_id not in cases], [r for r in rows if r.case_id in cases])
    assert told is not None
    return replace(told, others=others)
