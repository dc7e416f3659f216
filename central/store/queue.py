"""The queue's tickets as folded, and what happened to each."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Sequence

import msgspec
from msgspec import Struct

from central.store import queue_rules as rules
from central.store.base import Db, Row
from central.store.tables import TABLES
from hall.queue_wire import HallRule
from hall.queueing import MINUTE_MS, QueueRule, callable_from_ms, place_ms, waits_from_ms
from hall.ticketing import TicketBody
from hall.tickets import Ticket, TicketState

_tickets = msgspec.json.Decoder(Ticket)
_bodies = msgspec.json.Decoder(TicketBody)
_encode = msgspec.json.Encoder().encode
_COLUMNS = TABLES["ticket"]
_KEPT = ("letter", "serial", "snapshot", "claim_id", "lease_ms", "told", "name", "device_id")
_READ = f"SELECT {', '.join(_KEPT)} FROM ticket"  # noqa: S608 -- our own words
_CHANGED = (
    "business", "state", "place", "person_key", "claim_id", "lease_ms", "place_ms", "waits_ms", "callable_ms",
    "letter", "serial", "issued_ms", "first_called_ms", "called_ms", "calls", "started_ms", "ended_ms", "version",
    "snapshot", "name", "waiting_key", "arrival_key",
)  # fmt: skip
_UPDATE = (
    f"UPDATE ticket SET {', '.join(f'{name} = ${place}' for place, name in enumerate(_CHANGED, 1))}"  # noqa: S608
    f" WHERE office = ${len(_CHANGED) + 1} AND ticket_id = ${len(_CHANGED) + 2}"
)
_INVOLVED = (
    f"{_READ} WHERE office = $1 AND ticket_id = ANY($3)"  # noqa: S608 -- our own words
    f" UNION ALL {_READ} WHERE office = $1 AND day = $2 AND place = ANY($4) AND state IN ('called', 'serving')"
    f" UNION ALL SELECT * FROM ({_READ} WHERE office = $1 AND lease_ms > 0 AND lease_ms < $5"
    " ORDER BY lease_ms LIMIT 200) silent"
    f" UNION ALL SELECT * FROM ({_READ} WHERE office = $1 AND day = $2 AND state IN ('waiting', 'held')"
    " AND place <> '' LIMIT 400) sent"
)


class TicketRow(Struct, frozen=True, kw_only=True):
    """A ticket and what only the centre knows of it. ``lease_ms`` (Unix ms) is until when it is its window's, 0 where
    nobody calls it; ``told`` the JSON of what its holder was told."""

    letter: str
    serial: int
    ticket: Ticket
    claim_id: str = ""
    lease_ms: int = 0
    told: str = ""
    name: str = ""
    device_id: str = ""

    def has_lapsed(self, now_ms: int) -> bool:
        """Whether its window has fallen silent: whatever is stored, it waits, and the next one who calls may get it."""
        return self.ticket.state is TicketState.CALLED and 0 < self.lease_ms < now_ms


class Happened(Struct, frozen=True, kw_only=True):
    """A fact of a ticket. ``source`` is the incarnation that told it, empty for what was done here."""

    fact_id: str
    order_ms: int
    number: int
    source: str
    body: TicketBody


def lapsed(now: str) -> str:
    """``TicketRow.has_lapsed`` in SQL; ``now`` is the parameter of the instant (``$3``, Unix ms)."""
    return f"(state = 'called' AND lease_ms > 0 AND lease_ms < {now})"


def state_at(now: str) -> str:
    """The state in which a ticket stands at an instant, in SQL, as everybody but its own window is told it."""
    return f"(CASE WHEN {lapsed(now)} THEN 'waiting' ELSE state END)"


_AT_WINDOW = (TicketState.CALLED, TicketState.SERVING)
_NUMBER = re.compile(r"([A-Z]{1,2})(\d{3,7})", re.ASCII).fullmatch


def _row(row: Row) -> TicketRow:
    return TicketRow(
        letter=row[0],
        serial=row[1],
        ticket=_tickets.decode(row[2]),
        claim_id=row[3],
        lease_ms=row[4],
        told=row[5],
        name=row[6],
        device_id=row[7],
    )


def person_key(ticket: Ticket) -> str | None:
    """What one waiting ticket only may have in a hall's day; ``None`` while it does not wait or nobody is known."""
    if ticket.state is not TicketState.WAITING or not ticket.person:
        return None
    return f"{ticket.person} {ticket.business}"


def waiting_key(office: str, day: dt.date, business: str) -> str:
    """What all who wait for a business of a hall's day have, and nobody else."""
    return f"{office}\t{day.isoformat()}\t{business}"


async def tickets(db: Db, office: str, ticket_ids: Iterable[str]) -> dict[str, TicketRow]:
    """The tickets with these identities."""
    found = await db.rows(f"{_READ} WHERE office = $1 AND ticket_id = ANY($2)", office, sorted(set(ticket_ids)))
    return {row.ticket.ticket_id: row for row in map(_row, found)}


async def rule_and_tickets(db: Db, office: str, ticket_ids: Iterable[str]) -> tuple[HallRule, dict[str, TicketRow]]:
    """A hall's rule and the tickets with these identities, in one look."""
    found = await db.rows(
        f"SELECT h.rule, {', '.join(f't.{name}' for name in _KEPT)} FROM (SELECT 1 AS one) one"  # noqa: S608 -- our own words
        " LEFT JOIN queue_hall h ON h.office = $1 LEFT JOIN ticket t ON t.office = $1 AND t.ticket_id = ANY($2)",
        office,
        sorted(set(ticket_ids)),
    )
    known = [_row(row[1:]) for row in found if row[1] is not None]
    return rules.read(found[0][0]), {row.ticket.ticket_id: row for row in known}


async def ticket(db: Db, office: str, ticket_id: str) -> TicketRow | None:
    """The ticket with this identity, or ``None``."""
    row = await db.row(f"{_READ} WHERE office = $1 AND ticket_id = $2", office, ticket_id)
    return _row(row) if row else None


async def of_number(db: Db, office: str, day: dt.date, number: str) -> TicketRow | None:
    """The ticket of a day with this number (``A012``), or ``None``."""
    found = _NUMBER(number)
    if found is None:
        return None
    letter, serial = found.groups()
    row = await db.row(
        f"{_READ} WHERE office = $1 AND day = $2 AND letter = $3 AND serial = $4",
        office, day.isoformat(), letter, int(serial),
    )  # fmt: skip
    return _row(row) if row else await _of_withdrawn(db, office, day, number)


async def _of_withdrawn(db: Db, office: str, day: dt.date, number: str) -> TicketRow | None:
    """The ticket that had this number besides: one of the day's appointments."""
    found = await db.rows(
        f"{_READ} WHERE office = $1 AND day = $2 AND lane <> 'normal' AND lane = 'booked'", office, day.isoformat()
    )
    return next((row for row in map(_row, found) if number in row.ticket.withdrawn), None)


async def of_persons(db: Db, office: str, day: dt.date, keys: Iterable[str]) -> dict[str, TicketRow]:
    """The waiting tickets of these persons, by ``person_key``."""
    found = await db.rows(
        f"{_READ} WHERE office = $1 AND day = $2 AND person_key = ANY($3)", office, day.isoformat(), sorted(set(keys))
    )
    return {str(person_key(row.ticket)): row for row in map(_row, found)}


async def at_window(db: Db, office: str, day: dt.date, window: str) -> TicketRow | None:
    """The ticket that a window calls or serves."""
    found = await involved(db, office, day, [], [window], 0)
    return next((row for row in found if row.ticket.window == window and row.ticket.state in _AT_WINDOW), None)


async def held_at(db: Db, office: str, day: dt.date, window: str, limit: int) -> list[TicketRow]:
    """The tickets that a window has set aside, by place."""
    where = (
        "WHERE office = $1 AND day = $2 AND state IN ('waiting', 'held') AND place <> '' AND place = $3"
        " AND state = 'held' ORDER BY place_ms, ticket_id LIMIT $4"
    )
    return [_row(row) for row in await db.rows(f"{_READ} {where}", office, day.isoformat(), window, limit)]


async def involved(
    db: Db, office: str, day: dt.date, ticket_ids: Collection[str], windows: Collection[str], now_ms: int
) -> list[TicketRow]:
    """The tickets with these identities, those that these windows call or serve on a day, those whose windows have
    fallen silent before ``now_ms``, and those that wait for one window of the day or are held there. One may be there
    more than once."""
    found = await db.rows(_INVOLVED, office, day.isoformat(), sorted(set(ticket_ids)), sorted(set(windows)), now_ms)
    return [_row(row) for row in found]


async def candidates(
    db: Db, office: str, day: dt.date, businesses: Sequence[str], window: str, now_ms: int, rule: QueueRule
) -> list[TicketRow]:
    """Among them is the next one for a window: the first of each business that it may call."""
    keys = [waiting_key(office, day, business) for business in businesses]
    looks = first_of_each(len(keys), one_window=True)
    found = await db.rows(looks, now_ms, now_ms - rule.fair_after_min * MINUTE_MS, 1, *keys, window)
    return [_row(row) for row in found]


async def first(
    db: Db, office: str, day: dt.date, businesses: Collection[str], count: int, now_ms: int, rule: QueueRule
) -> list[TicketRow]:
    """Among them are the first ``count`` of those who may be called at an instant, by whichever window."""
    keys = sorted(waiting_key(office, day, business) for business in set(businesses))
    looks = first_of_each(len(keys))
    found = await db.rows(looks, now_ms, now_ms - rule.fair_after_min * MINUTE_MS, count, *keys)
    return list({row.ticket.ticket_id: row for row in map(_row, found)}.values())


async def coming(
    db: Db, office: str, day: dt.date, businesses: Collection[str], count: int, now_ms: int
) -> list[TicketRow]:
    """The first ``count`` of those who wait for an appointment that has not begun."""
    keys = sorted(waiting_key(office, day, business) for business in set(businesses))
    look = f"{_READ} WHERE arrival_key = ANY($1) AND waits_ms > $2 ORDER BY waits_ms, ticket_id LIMIT $3"
    return [row for row in map(_row, await db.rows(look, keys, now_ms, count)) if callable_from_ms(row.ticket) > now_ms]


def first_of_each(keys: int, *, one_window: bool = False) -> str:
    """The first ``$3`` of each ``waiting_key`` (``$4`` and on) by either order of ``hall.queueing.sort_key``: those who
    have waited their share of others' privilege (until ``$2``, Unix ms) by arrival, all who may be called (at ``$1``)
    by place. Two looks into an index a key, however long the queue is. The last parameter is the one window."""
    mine = f" AND (place = '' OR place = ${4 + keys})" if one_window else ""
    looks = []
    for number in range(4, 4 + keys):
        due = f"arrival_key = ${number}{mine} AND waits_ms <= $2 ORDER BY waits_ms, ticket_id LIMIT $3"
        early = f"waiting_key = ${number}{mine} AND callable_ms <= $1 ORDER BY place_ms, ticket_id LIMIT $3"
        looks += [f"SELECT * FROM ({_READ} WHERE {look}) look{number}" for look in (due, early)]  # noqa: S608 -- our own words
    return " UNION ALL ".join(looks)


async def add(
    db: Db, office: str, rows: Sequence[TicketRow], rule: QueueRule, *, alone: Collection[str] | None = None
) -> None:
    """Insert tickets. A number or a waiting person that is there already makes the whole transaction look again.

    ``alone``: the tickets whose persons have no other; those of others wait beside the one they have.
    """
    values = []
    for row in rows:
        mine = alone is None or row.ticket.ticket_id in alone
        derived = _derived(office, row, rule, person_key(row.ticket) if mine else None)
        known = {
            "office": office,
            "ticket_id": row.ticket.ticket_id,
            "day": row.ticket.day.isoformat(),
            "lane": row.ticket.lane,
            "told": row.told,
            "device_id": row.device_id,
        }
        values.append(tuple((derived | known)[name] for name in _COLUMNS))
    await db.insert("ticket", _COLUMNS, values)


async def save(db: Db, office: str, rows: Sequence[TicketRow], rule: QueueRule) -> None:
    """Keep tickets as they are now. Where somebody waits again who has taken another ticket meanwhile, both wait."""
    values = []
    for row in rows:
        key = person_key(row.ticket)
        if key is not None:
            other = (await of_persons(db, office, row.ticket.day, [key])).get(key)
            if other is not None and other.ticket.ticket_id != row.ticket.ticket_id:
                key = None
        derived = _derived(office, row, rule, key)
        values.append((*(derived[name] for name in _CHANGED), office, row.ticket.ticket_id))
    await db.many(_UPDATE, values)


def _derived(office: str, row: TicketRow, rule: QueueRule, key: str | None) -> dict[str, object]:
    ticket = row.ticket
    waits = waiting_key(office, ticket.day, ticket.business) if ticket.state is TicketState.WAITING else None
    return {
        "business": ticket.business,
        "letter": row.letter,
        "serial": row.serial,
        "issued_ms": ticket.issued_ms,
        "state": ticket.state.value,
        "place": ticket.window,
        "person_key": key,
        "claim_id": row.claim_id,
        "lease_ms": row.lease_ms,
        "place_ms": place_ms(ticket, rule),
        "waits_ms": waits_from_ms(ticket),
        "callable_ms": callable_from_ms(ticket),
        "first_called_ms": ticket.first_called_ms,
        "called_ms": ticket.called_ms,
        "calls": ticket.calls,
        "started_ms": ticket.started_ms,
        "ended_ms": ticket.ended_ms,
        "version": ticket.version,
        "snapshot": _encode(ticket),
        "name": row.name,
        "waiting_key": waits,
        "arrival_key": waits,
    }


async def happened(db: Db, office: str, ticket_id: str) -> list[Happened]:
    """What happened to a ticket, in the order in which it is folded."""
    return (await all_happened(db, office, [ticket_id])).get(ticket_id, [])


async def all_happened(db: Db, office: str, ticket_ids: Iterable[str]) -> dict[str, list[Happened]]:
    """What happened to each of these tickets."""
    found = await db.rows(
        "SELECT ticket_id, fact_id, order_ms, number, source, body FROM ticket_fact WHERE office = $1"
        " AND ticket_id = ANY($2) ORDER BY order_ms, number",
        office,
        sorted(set(ticket_ids)),
    )
    told: dict[str, list[Happened]] = {}
    for row in found:
        body = _bodies.decode(row[5])
        one = Happened(fact_id=row[1], order_ms=row[2], number=row[3], source=row[4], body=body)
        told.setdefault(row[0], []).append(one)
    return told


async def tickets_of_facts(db: Db, office: str, fact_ids: Iterable[str]) -> dict[str, str]:
    """The tickets to which facts with these identities happened."""
    found = await db.rows(
        "SELECT fact_id, ticket_id FROM ticket_fact WHERE office = $1 AND fact_id = ANY($2)",
        office,
        sorted(set(fact_ids)),
    )
    return {row[0]: row[1] for row in found}


async def add_happened(db: Db, office: str, facts: Sequence[tuple[str, Happened]]) -> None:
    """Keep what happened, each with its ticket."""
    await db.insert(
        "ticket_fact",
        ("office", "ticket_id", "fact_id", "order_ms", "number", "source", "body"),
        [
            (office, ticket_id, one.fact_id, one.order_ms, one.number, one.source, _encode(one.body))
            for ticket_id, one in facts
        ],
    )


async def reorder(db: Db, office: str, rule: QueueRule, day: dt.date) -> None:
    """Give those who wait the places of a new rule."""
    found = await db.rows(f"{_READ} WHERE office = $1 AND day = $2 AND state = 'waiting'", office, day.isoformat())
    await db.many(
        "UPDATE ticket SET place_ms = $1 WHERE office = $2 AND ticket_id = $3",
        [(place_ms(row.ticket, rule), office, row.ticket.ticket_id) for row in map(_row, found)],
    )


async def open_before(db: Db, office: str, day: dt.date, *, also_today: bool, limit: int) -> list[TicketRow]:
    """Tickets that are still open (过号 too) of days before ``day``, or up to it, but of the visits that nobody ended
    those that are still a window's or named: else they would be all that is listed some day."""
    until = "<=" if also_today else "<"
    states = "state IN ('waiting', 'called', 'serving', 'held', 'passed')"
    states += " AND (state <> 'serving' OR lease_ms > 0 OR name <> '')"
    where = f"WHERE office = $1 AND day {until} $2 AND {states} ORDER BY day, ticket_id LIMIT $3"
    return [_row(row) for row in await db.rows(f"{_READ} {where}", office, day.isoformat(), limit)]


async def in_state(
    db: Db, office: str, day: dt.date, businesses: Sequence[str], state: TicketState, count: int, now_ms: int,
    rule: QueueRule,
) -> list[TicketRow]:  # fmt: skip
    """Among them are the first ``count`` of a day's tickets that stand in one state at an instant, in the order of
    calling, and of those whose appointments are to come; ``businesses`` empty: of all. Those who wait are looked at by
    business, so that no more of a queue is read than is shown."""
    waits = state is TicketState.WAITING
    waited_for: Sequence[str] = businesses if waits else ()
    if waits and not businesses:
        asked = "SELECT DISTINCT business FROM ticket WHERE office = $1 AND day = $2 AND state = 'waiting'"
        waited_for = [row[0] for row in await db.rows(asked, office, day.isoformat())]
    found = []
    if waited_for:
        found = await first(db, office, day, waited_for, count, now_ms, rule)
        found += await coming(db, office, day, waited_for, count, now_ms)
    stored = TicketState.CALLED if waits else state
    # The state stands in the words, not among the values: an index of tickets in one state serves no other.
    where = [f"office = $1 AND day = $2 AND state = '{stored.value}'"]
    values: list[object] = [office, day.isoformat(), count]
    if stored is TicketState.CALLED:
        where.append(lapsed("$4") if waits else f"NOT {lapsed('$4')}")
        values.append(now_ms)
    if businesses:
        where.append(f"business = ANY(${len(values) + 1})")
        values.append(list(businesses))
    look = f"{_READ} WHERE {' AND '.join(where)} ORDER BY place_ms, ticket_id LIMIT $3"
    return found + [_row(row) for row in await db.rows(look, *values)]
