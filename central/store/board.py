"""The sums that a board shows, kept as cases change; whoever changes them holds the hall's row until the commit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from central.counting import LISTED, Counted, Happened, Open
from central.store.base import Db, Row
from hall.deadlines import LightRule

_rule = msgspec.json.Decoder(LightRule)
_CASE = ("case_id", "office", "place")
_EVENT = ("office", "what", "day", "case_id", "department", "n")
_EVENTS = frozenset(word for words in LISTED.values() for word in words)
_LIGHT = (
    "CASE WHEN dark_day <= $2 THEN 'dark_red' WHEN red_day <= $2 THEN 'red' WHEN yellow_day <= $2 THEN 'yellow'"
    " ELSE begins END"
)


async def rule(db: Db, office: str) -> LightRule:
    """The hall's rule of lights."""
    row = await db.row("SELECT rule FROM board_hall WHERE office = $1", office)
    return _rule.decode(row[0]) if row and row[0] else LightRule()


async def set_rule(db: Db, office: str, wanted: LightRule) -> None:
    """Set it; the hall has to be counted anew."""
    await db.run(
        "INSERT INTO board_hall (office, rule) VALUES ($1, $2) ON CONFLICT (office) DO UPDATE SET rule = excluded.rule",
        office,
        msgspec.json.encode(wanted).decode(),
    )


async def halls_counted_otherwise(db: Db, version: int) -> list[str]:
    """The halls whose cases were not counted by this version."""
    rows = await db.rows(
        "SELECT h.office FROM hall h LEFT JOIN board_hall b ON b.office = h.office"
        " WHERE b.counted IS NULL OR b.counted <> $1 ORDER BY h.office",
        version,
    )
    return [row[0] for row in rows]


async def forget(db: Db, office: str, version: int) -> None:
    """Take everything away that was counted in a hall; it is counted by ``version`` from here on."""
    for table in ("board_case", "board_event", "board_open", "board_tally"):
        await db.run(f"DELETE FROM {table} WHERE office = $1", office)  # noqa: S608 -- our own names
    await db.run(
        "INSERT INTO board_hall (office, counted) VALUES ($1, $2)"
        " ON CONFLICT (office) DO UPDATE SET counted = excluded.counted",
        office,
        version,
    )


async def change(db: Db, office: str, before: Mapping[str, Counted], after: Mapping[str, Counted]) -> None:
    """Take away what cases counted for ``before`` and add what they count for ``after``, by their identity."""
    opened: Counter[Open] = Counter()
    happened: Counter[Happened] = Counter()
    for sign, group in ((-1, before), (1, after)):
        for each in group.values():
            if each.open is not None:
                opened[each.open] += sign
            for what, times in each.happened.items():
                happened[what] += sign * times
    await _list_open(db, office, before, after)
    await _list_events(db, office, before, after)
    moved = [(office, *place, n) for place, n in sorted(opened.items()) if n]
    if moved:
        await db.many(
            "INSERT INTO board_open (office, department, holder, begins, yellow_day, red_day, dark_day, n)"
            " VALUES ($1,$2,$3,$4,$5,$6,$7,$8) ON CONFLICT"
            " (office, department, holder, begins, yellow_day, red_day, dark_day)"
            " DO UPDATE SET n = board_open.n + excluded.n",
            moved,
        )
        await db.run("DELETE FROM board_open WHERE office = $1 AND n = 0", office)
    told = [(office, *what, n) for what, n in sorted(happened.items()) if n]
    if told:
        await db.many(
            "INSERT INTO board_tally (office, what, day, hour, department, n) VALUES ($1,$2,$3,$4,$5,$6)"
            " ON CONFLICT (office, what, day, hour, department) DO UPDATE SET n = board_tally.n + excluded.n",
            told,
        )


async def _list_open(db: Db, office: str, before: Mapping[str, Counted], after: Mapping[str, Counted]) -> None:
    was = {case_id: each.open for case_id, each in before.items()}
    moved = {case_id: each.open for case_id, each in after.items() if each.open != was.get(case_id)}
    gone = sorted(case_id for case_id in moved if was.get(case_id) is not None)
    if gone:
        await db.run("DELETE FROM board_case WHERE case_id = ANY($1)", gone)
    rows = [(case_id, office, place.key) for case_id, place in sorted(moved.items()) if place is not None]
    if rows:
        await db.insert("board_case", _CASE, rows)


async def _list_events(db: Db, office: str, before: Mapping[str, Counted], after: Mapping[str, Counted]) -> None:
    was, now = _events(before), _events(after)
    gone = sorted((what.what, what.day, case_id) for (case_id, what), n in was.items() if now.get((case_id, what)) != n)
    if gone:
        await db.many(
            "DELETE FROM board_event WHERE office = $1 AND what = $2 AND day = $3 AND case_id = $4",
            [(office, *each) for each in gone],
        )
    rows = [
        (office, what.what, what.day, case_id, what.department, n)
        for (case_id, what), n in sorted(now.items())
        if was.get((case_id, what)) != n
    ]
    if rows:
        await db.insert("board_event", _EVENT, rows)


def _events(cases: Mapping[str, Counted]) -> dict[tuple[str, Happened], int]:
    """How often each case had what is listed."""
    return {
        (case_id, what): n
        for case_id, each in cases.items()
        for what, n in each.happened.items()
        if what.what in _EVENTS
    }


async def open_cases(db: Db, office: str, today: int) -> list[Row]:
    """Department, holder, light and number of the open cases, and how many of them have their last promised day today
    and tomorrow."""
    return await db.rows(
        f"SELECT department, holder, {_LIGHT}, sum(n), sum(CASE WHEN red_day = $2 + 1 THEN n ELSE 0 END),"  # noqa: S608 -- our own words
        " sum(CASE WHEN red_day = $2 + 2 THEN n ELSE 0 END)"
        " FROM board_open WHERE office = $1 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
        office,
        today,
    )


async def by_department(db: Db, office: str, what: list[str], first: int, last: int) -> list[Row]:
    """What, department and number of what happened from one day to another."""
    return await db.rows(
        "SELECT what, department, sum(n) FROM board_tally WHERE office = $1 AND what = ANY($2)"
        " AND day BETWEEN $3 AND $4 GROUP BY what, department",
        office,
        what,
        first,
        last,
    )


async def by_day(db: Db, office: str, what: list[str], first: int, last: int) -> list[Row]:
    """What, day and number of what happened from one day to another."""
    return await db.rows(
        "SELECT what, day, sum(n) FROM board_tally WHERE office = $1 AND what = ANY($2)"
        " AND day BETWEEN $3 AND $4 GROUP BY what, day ORDER BY day",
        office,
        what,
        first,
        last,
    )


async def by_hour(db: Db, office: str, what: list[str], day: int) -> list[Row]:
    """What, hour and number of what happened on a day."""
    return await db.rows(
        "SELECT what, hour, n FROM board_tally WHERE office = $1 AND what = ANY($2) AND day = $3 ORDER BY hour",
        office,
        what,
        day,
    )


async def listed(db: Db, office: str, today: int, holder: str, department: str, light: str, limit: int) -> list[bytes]:
    """Snapshots of open cases, the most overdue first; an empty word leaves the choice open."""
    rows = await db.rows(
        "SELECT department, holder, begins, yellow_day, red_day, dark_day, n FROM board_open WHERE office = $1"  # noqa: S608
        " AND ($3 = '' OR holder = $3) AND ($4 = '' OR department = $4)"
        f" AND ($5 = '' OR {_LIGHT} = $5) ORDER BY red_day, department, holder LIMIT $6",
        office,
        today,
        holder,
        department,
        light,
        limit,
    )
    # Of the places before the last all cases are wanted, of the last as many as there is room for: so however many
    # cases there are, only those that are shown are read.
    whole: list[str] = []
    room = limit
    for row in rows:
        place = Open(*row[:6]).key
        if row[6] >= room:
            return [*await _of_places(db, office, whole, limit), *await _of_place(db, office, place, room)]
        whole.append(place)
        room -= row[6]
    return await _of_places(db, office, whole, limit)


async def that_had(db: Db, office: str, what: str, department: str, first: int, last: int, limit: int) -> list[Row]:
    """Case, day and how often of the cases that had something from one day to another, the last first; an empty
    department is any."""
    return await db.rows(
        "SELECT case_id, day, n FROM board_event WHERE office = $1 AND what = $2 AND day BETWEEN $3 AND $4"
        " AND ($5 = '' OR department = $5) ORDER BY day DESC, case_id DESC LIMIT $6",
        office,
        what,
        first,
        last,
        department,
        limit,
    )


async def snapshots(db: Db, cases: Sequence[str]) -> dict[str, bytes]:
    """Cases by their identity, as they are now."""
    rows = await db.rows("SELECT case_id, snapshot FROM case_ WHERE case_id = ANY($1)", list(cases))
    return {row[0]: bytes(row[1]) for row in rows}


async def same_numbers(db: Db, office: str, listed: Mapping[str, str], limit: int) -> list[bytes]:
    """Snapshots of further cases that bear the number of one that is listed; of these identity and number are given."""
    rows = await db.rows(
        "SELECT snapshot FROM case_ WHERE office = $1 AND reference = ANY($2) AND NOT case_id = ANY($3)"
        " ORDER BY case_id LIMIT $4",
        office,
        sorted({each for each in listed.values() if each}),
        sorted(listed),
        limit,
    )
    return [bytes(row[0]) for row in rows]


async def _of_places(db: Db, office: str, places: list[str], limit: int) -> list[bytes]:
    """The snapshots of all cases at some places, in the order of these; they are fewer than ``limit``, which a planner
    has to be told, or it reads every case of the hall."""
    rows = await db.rows(
        "SELECT b.place, c.snapshot FROM (SELECT case_id, place FROM board_case"
        " WHERE office = $1 AND place = ANY($2) ORDER BY place, case_id LIMIT $3) b"
        " JOIN case_ c ON c.case_id = b.case_id ORDER BY b.case_id",
        office,
        places,
        limit,
    )
    order = {place: at for at, place in enumerate(places)}
    return [bytes(row[1]) for row in sorted(rows, key=lambda row: order[row[0]])]


async def _of_place(db: Db, office: str, place: str, limit: int) -> list[bytes]:
    rows = await db.rows(
        "SELECT c.snapshot FROM (SELECT case_id FROM board_case WHERE office = $1 AND place = $2"
        " ORDER BY case_id LIMIT $3) b JOIN case_ c ON c.case_id = b.case_id ORDER BY b.case_id",
        office,
        place,
        limit,
    )
    return [bytes(row[0]) for row in rows]
