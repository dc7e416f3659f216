"""Counting in the queue: who waits, who serves, how long it took. Bounded however long a queue is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import msgspec
from msgspec import Struct

from central.store.base import Db, Row
from central.store.queue import lapsed, state_at, waiting_key
from hall.queueing import MINUTE_MS, QueueRule, order_at_ms, place_ms, waits_from_ms
from hall.staffing import Service
from hall.tickets import Ticket

MOST_COUNTED = 1_000
"""Further than this nobody is counted: a person who hears of a thousand others goes home."""
FIRST = 200
"""Among how many of those who wait it is seen for what anybody waits."""
RECENT = 200
"""Of how many services of a day the mean and spread are taken."""
ENOUGH = 20
"""With fewer services on a day, the last ones of the days before are taken beside them."""
FEWEST = 5
"""With fewer services than this in all, mean and spread are not known."""
DAYS_BACK = 30
"""How many days before are looked at for them."""
_names = msgspec.json.Decoder(list[str])
_tickets = msgspec.json.Decoder(Ticket)
_WAITING = (
    "SELECT count(*) FROM (SELECT 1 FROM ticket WHERE arrival_key = ANY({}) AND waits_ms <= {}"  # noqa: S608
    f" LIMIT {MOST_COUNTED}) others"
)
"""Those who wait by keys and may be called at an instant: the wait of an appointment counts from when it begins."""
_BEGAN = "CASE WHEN started_ms > 0 THEN started_ms ELSE called_ms END"
_FINISHED = (
    f"SELECT (ended_ms - {_BEGAN}) / {MINUTE_MS}.0 AS took FROM ticket WHERE office = $1 AND business = ANY($3)"  # noqa: S608
    " AND state = 'finished' AND"
)
_SERVICES = (
    f"WITH today AS ({_FINISHED} day = $2 ORDER BY ended_ms DESC LIMIT {RECENT}),"  # noqa: S608 -- our own words
    f" before AS ({_FINISHED} day >= $7 AND day < $2 ORDER BY day DESC, ended_ms DESC"
    f" LIMIT (SELECT CASE WHEN count(*) < {ENOUGH} THEN {ENOUGH} - count(*) ELSE 0 END FROM today))"
    " SELECT count(*) AS seen, avg(took) AS mean, avg(took * took) AS square"
    " FROM (SELECT took FROM today UNION ALL SELECT took FROM before) last_ones"
)
"""How many services count, and how long they took in minutes: of a day (``$2``), and where these are too few the last
ones of the days before (since ``$7``)."""


def _at_windows(day: str, before: str, now: str) -> str:
    """The condition on which a ticket ``t`` is at a window on a ``day``, with parameters by these names: one of the
    day's own, and over midnight one that is served on from the day ``before`` by a window that called nobody since."""
    since = (
        f"SELECT 1 FROM ticket later WHERE later.office = $1 AND later.day = {day} AND later.place = t.place"  # noqa: S608
        " AND later.called_ms > t.called_ms"
    )
    return (
        f"t.office = $1 AND t.state IN ('called', 'serving') AND NOT {lapsed(now)}"
        f" AND (t.day = {day} OR (t.day = {before} AND t.state = 'serving' AND NOT EXISTS ({since})))"
    )


def _day_before(day: dt.date) -> str:
    return (day - dt.timedelta(days=1)).isoformat()


class Serving(Struct, frozen=True):
    """A window and what it serves. ``there``: it is open and was heard of lately (``hall.manned.is_there``); ``busy``:
    it calls or serves somebody now."""

    businesses: frozenset[str]
    there: bool
    busy: bool


async def serving_windows(db: Db, office: str, day: dt.date, since_ms: int, now_ms: int) -> list[Serving]:
    """Every window that was ever heard of, and whether it is there: heard of since an instant."""
    busy = f"SELECT 1 FROM ticket t WHERE {_at_windows('$3', '$5', '$4')} AND t.place = w.place"  # noqa: S608
    there = "w.state = 'open' AND w.seen_ms >= $2"
    rows = await db.rows(
        f"SELECT w.businesses, {there}, {there} AND EXISTS ({busy}) FROM queue_window w WHERE w.office = $1",  # noqa: S608
        office,
        since_ms,
        day.isoformat(),
        now_ms,
        _day_before(day),
    )
    return [Serving(frozenset(_names.decode(row[0])), bool(row[1]), bool(row[2])) for row in rows]


class Lately(Struct, frozen=True):
    """What a pool of windows has to do: how long serving takes, how many may be called lately with a head start, how
    many may be called now (at most ``MOST_COUNTED``, and those whose window has fallen silent), and whether anybody
    waits for an appointment that has not begun."""

    service: Service
    privileged: int
    waiting: int
    coming: bool


async def lately(
    db: Db, office: str, day: dt.date, businesses: Collection[str], since_ms: int, otherwise: float, now_ms: int
) -> Lately:
    """Of the last services, of those who may be called since, of those who wait now.

    The day's own services alone count as soon as there are ``ENOUGH``; until then the last ones of the days before are
    taken beside them, so that nobody is told in the morning that nothing is known.
    """
    mine = "office = $1 AND day = $2 AND business = ANY($3)"
    came = (
        f"SELECT 1 FROM ticket WHERE {mine} AND lane <> 'normal' AND callable_ms BETWEEN $4 AND $6 LIMIT {MOST_COUNTED}"  # noqa: S608
    )
    row = await db.row(
        f"SELECT (SELECT count(*) FROM ({came}) came), ({_WAITING.format('$5', '$6')}),"  # noqa: S608 -- our own words
        f" (SELECT count(*) FROM ticket WHERE {mine} AND {lapsed('$6')}),"
        " EXISTS (SELECT 1 FROM ticket WHERE arrival_key = ANY($5) AND waits_ms > $6),"
        f" seen, mean, square FROM ({_SERVICES}) services",
        office,
        day.isoformat(),
        sorted(businesses),
        since_ms,
        _keys(office, day, businesses),
        now_ms,
        (day - dt.timedelta(days=DAYS_BACK)).isoformat(),
    )
    assert row is not None
    privileged, waiting, silent, coming, seen = map(int, row[:5])
    mean = max(float(row[5] or 0), 0.1)
    service = Service(mean, max(float(row[6] or 0) - mean**2, 0.0), seen)
    if seen < FEWEST:
        service = Service(otherwise, otherwise**2, seen)
    return Lately(service=service, privileged=privileged, waiting=waiting + silent, coming=bool(coming))


async def waited_for(db: Db, office: str, day: dt.date) -> frozenset[str]:
    """The businesses of those who came first on a day and are still there."""
    open_now = "state IN ('waiting', 'called', 'serving', 'held', 'passed')"
    rows = await db.rows(
        "SELECT DISTINCT business FROM"  # noqa: S608 -- our own words
        f" (SELECT business FROM ticket WHERE office = $1 AND day = $2 AND {open_now} LIMIT {FIRST}) first_ones",
        office,
        day.isoformat(),
    )
    return frozenset(row[0] for row in rows)


async def waiting(db: Db, office: str, day: dt.date, businesses: Collection[str], now_ms: int) -> int:
    """How many may be called, at most ``MOST_COUNTED``; in a turn, which has put back whose window fell silent."""
    row = await db.row(_WAITING.format("$1", "$2"), _keys(office, day, businesses), now_ms)
    assert row is not None
    return int(row[0])


def _keys(office: str, day: dt.date, businesses: Collection[str]) -> list[str]:
    return sorted(waiting_key(office, day, business) for business in businesses)


class Queued(Struct, frozen=True):
    """One of those who wait: its place, from when its wait counts, from when it may be called (Unix ms)."""

    place_ms: int
    waits_ms: int
    callable_ms: int


async def order(
    db: Db, office: str, day: dt.date, businesses: Collection[str], limit: int, now_ms: int
) -> list[Queued]:
    """The first ``limit`` of each business, and those whose window has fallen silent."""
    found = [Queued(place, waits, waits) for place, waits, _ in await _silent(db, office, day, businesses, now_ms)]
    for business in sorted(businesses):
        rows = await db.rows(
            "SELECT place_ms, waits_ms, callable_ms FROM ticket WHERE waiting_key = $1"
            " ORDER BY place_ms, ticket_id LIMIT $2",
            waiting_key(office, day, business),
            limit,
        )
        found += [Queued(*row) for row in rows]
    return found


async def coming(
    db: Db, office: str, day: dt.date, businesses: Collection[str], limit: int, now_ms: int
) -> list[Queued]:
    """At most ``limit`` of those who wait for an appointment that has not begun."""
    rows = await db.rows(
        "SELECT place_ms, waits_ms, callable_ms FROM ticket WHERE arrival_key = ANY($1) AND waits_ms > $2 LIMIT $3",
        _keys(office, day, businesses),
        now_ms,
        limit,
    )
    return [Queued(*row) for row in rows]


async def _silent(
    db: Db, office: str, day: dt.date, businesses: Collection[str], now_ms: int
) -> list[tuple[int, int, str]]:
    """Place, arrival and identity of those whose window has fallen silent."""
    rows = await db.rows(
        "SELECT place_ms, waits_ms, ticket_id FROM ticket WHERE office = $1 AND day = $2"  # noqa: S608 -- our own words
        f" AND business = ANY($3) AND {lapsed('$4')}",
        office,
        day.isoformat(),
        sorted(businesses),
        now_ms,
    )
    return [(int(row[0]), int(row[1]), row[2]) for row in rows]


async def ahead(db: Db, office: str, ticket: Ticket, businesses: Collection[str], now_ms: int, rule: QueueRule) -> int:
    """How many of these businesses are called before a ticket that waits (``hall.queueing.ahead_of``); at most
    ``MOST_COUNTED``, and those whose window has fallen silent."""
    at_ms = order_at_ms(ticket, now_ms, rule)
    due_ms = at_ms - rule.fair_after_min * MINUTE_MS
    place, waits, name = place_ms(ticket, rule), waits_from_ms(ticket), ticket.ticket_id
    silent = [one for one in await _silent(db, office, ticket.day, businesses, now_ms) if one[2] != name]
    keys = _keys(office, ticket.day, businesses)
    if waits <= due_ms:
        rows = await db.rows(_before("arrival_key", "waits_ms", len(keys)), waits, name, at_ms, *keys)
        return len(rows) + sum((theirs, other) < (waits, name) for _, theirs, other in silent)
    # Whoever has waited their share is before it by arrival, and others by place: two looks that each go by an index
    # that ends, where one look for either would read on through all who are neither.
    due = await db.rows(_before("arrival_key", "waits_ms", len(keys)), due_ms + 1, "", at_ms, *keys)
    early = await db.rows(_before("waiting_key", "place_ms", len(keys)), place, name, at_ms, *keys)
    stored = min(MOST_COUNTED, len({row[0] for row in (*due, *early)}))
    return stored + sum(theirs <= due_ms or (at, other) < (place, name) for at, theirs, other in silent)


def _before(key: str, order: str, keys: int) -> str:
    """Who waits by ``key`` (``$4`` and on) before ``$1`` and the identity ``$2`` in an ``order`` and may be called at
    ``$3``, at most ``MOST_COUNTED``."""
    looks = " UNION ALL ".join(
        f"SELECT * FROM (SELECT ticket_id FROM ticket WHERE {key} = ${number} AND ({order}, ticket_id) < ($1, $2)"  # noqa: S608
        f" AND callable_ms <= $3 ORDER BY {order}, ticket_id LIMIT {MOST_COUNTED}) look{number}"
        for number in range(4, 4 + keys)
    )
    return f"{looks} LIMIT {MOST_COUNTED}"


class Standing(Struct, frozen=True):
    """What a window has: the ticket's number and state, since when, and until when the lease runs."""

    letter: str
    serial: int
    state: str
    since_ms: int
    lease_ms: int


async def standing(db: Db, office: str, day: dt.date, now_ms: int) -> dict[str, Standing]:
    """The tickets at windows, by window."""
    rows = await db.rows(
        "SELECT place, letter, serial, state,"  # noqa: S608 -- our own words
        " CASE WHEN state = 'called' THEN called_ms ELSE started_ms END, lease_ms"
        f" FROM ticket t WHERE {_at_windows('$2', '$4', '$3')}",
        office,
        day.isoformat(),
        now_ms,
        _day_before(day),
    )
    return {row[0]: Standing(*row[1:]) for row in rows}


async def states(db: Db, office: str, day: dt.date, now_ms: int) -> dict[tuple[str, str], tuple[int, int]]:
    """By business and state: how many, and since when the first of them waits; ``coming`` are those who wait for an
    appointment that has not begun."""
    rows = await db.rows(
        "SELECT business, now_is, count(*), min(callable_ms) FROM"  # noqa: S608 -- our own words
        " (SELECT business, callable_ms,"
        f" CASE WHEN state = 'waiting' AND callable_ms > $3 THEN 'coming' ELSE {state_at('$3')} END AS now_is"
        " FROM ticket WHERE office = $1 AND day = $2) told GROUP BY business, now_is",
        office,
        day.isoformat(),
        now_ms,
    )
    return {(row[0], row[1]): (int(row[2]), int(row[3])) for row in rows}


async def mean_waits(db: Db, office: str, day: dt.date) -> dict[str, float]:
    """By business, the mean wait until the first call in minutes."""
    rows = await db.rows(
        "SELECT business, avg(first_called_ms - callable_ms) FROM ticket WHERE office = $1 AND day = $2"
        " AND first_called_ms > 0 GROUP BY business",
        office,
        day.isoformat(),
    )
    return {row[0]: float(row[1]) / MINUTE_MS for row in rows}


async def last_calls(db: Db, office: str, day: dt.date, limit: int, now_ms: int) -> list[Row]:
    """The last calls: letter, serial, window, when, how often, the ticket's state, and the ticket."""
    return await db.rows(
        f"SELECT letter, serial, place, called_ms, calls, {state_at('$4')}, snapshot FROM ticket"  # noqa: S608
        " WHERE office = $1 AND day = $2 AND called_ms > 0 AND place <> '' ORDER BY called_ms DESC LIMIT $3",
        office,
        day.isoformat(),
        limit,
        now_ms,
    )


def withdrawn(snapshot: bytes) -> list[str]:
    """The numbers of a stored ticket that are not called."""
    return list(_tickets.decode(snapshot).withdrawn)


async def told(db: Db, office: str, day: dt.date) -> list[tuple[str, int]]:
    """What those who were called had been told, and how long they waited (ms)."""
    rows = await db.rows(
        "SELECT told, first_called_ms - issued_ms FROM ticket WHERE office = $1 AND day = $2 AND first_called_ms > 0",
        office,
        day.isoformat(),
    )
    return [(row[0], int(row[1])) for row in rows]


async def hours(db: Db, office: str, first: dt.date, last: dt.date, zone_ms: int) -> list[Row]:
    """By hour of the hall's clock (``zone_ms`` ahead of UTC): people who may be called from then on, mean wait and
    service in minutes, how many were served."""
    served = "state = 'finished' AND ended_ms > 0"
    return await db.rows(
        f"SELECT ((callable_ms + {zone_ms}) / 3600000) % 24, count(*),"  # noqa: S608 -- our own numbers and words
        f" avg(CASE WHEN first_called_ms > 0 THEN (first_called_ms - callable_ms) / {MINUTE_MS}.0 END),"
        f" avg(CASE WHEN {served} THEN (ended_ms - {_BEGAN}) / {MINUTE_MS}.0 END),"
        f" sum(CASE WHEN {served} THEN 1 ELSE 0 END)"
        " FROM ticket WHERE office = $1 AND day BETWEEN $2 AND $3 GROUP BY 1",
        office,
        first.isoformat(),
        last.isoformat(),
    )


async def taken(db: Db, office: str, first: dt.date, last: dt.date, zone_ms: int) -> list[Row]:
    """By hour of the hall's clock (``zone_ms`` ahead of UTC): how many tickets were taken."""
    return await db.rows(
        f"SELECT ((issued_ms + {zone_ms}) / 3600000) % 24, count(*)"  # noqa: S608 -- our own number
        " FROM ticket WHERE office = $1 AND day BETWEEN $2 AND $3 GROUP BY 1",
        office,
        first.isoformat(),
        last.isoformat(),
    )


async def days(db: Db, office: str, first: dt.date, last: dt.date) -> int:
    """On how many days anybody took a ticket."""
    row = await db.row(
        "SELECT count(DISTINCT day) FROM ticket WHERE office = $1 AND day BETWEEN $2 AND $3",
        office,
        first.isoformat(),
        last.isoformat(),
    )
    return int(row[0]) if row else 0
