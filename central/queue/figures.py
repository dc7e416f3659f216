"""The queue in figures, for the hall's display, the board and ``clerk staffing``: counts, numbers and times."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import msgspec

from central.board import ZONE
from central.queue.days import day_of
from central.queue.views import AsTold
from central.store import Db, Store
from central.store import queue_counts as counts
from central.store import queue_windows as windows
from central.store.queue_counts import Standing
from central.store.queue_windows import WindowRow
from hall import queue_wire as w
from hall.manned import heard_since_ms, is_there
from hall.queueing import MINUTE_MS
from hall.tickets import TicketState, number

CALLS = 12
"""How many of the last calls are told."""
_told = msgspec.json.Decoder(AsTold)
HOUR_MS = 60 * MINUTE_MS


async def figures(store: Store, office: str, days: int, now_ms: int) -> w.FiguresReply:
    """Today as it stands, and the hours of the last ``days`` days. Today is one of them only where there is no other:
    a day that is not over would make every hour look quieter than it is."""
    today = day_of(now_ms)

    async def look(db: Db) -> w.FiguresReply:
        known = await windows.windows(db, office)
        at = await counts.standing(db, office, today, now_ms)
        seen, right = _honesty(await counts.told(db, office, today))
        first = today - dt.timedelta(days=days - 1)
        return w.FiguresReply(
            day=today,
            now_ms=now_ms,
            businesses=await _businesses(db, office, today, known, now_ms),
            windows=[_window(row, at.get(row.window), now_ms) for row in known],
            calls=[
                w.LastCall(
                    number=number(row[0], row[1]),
                    window=row[2],
                    at_ms=row[3],
                    calls=row[4],
                    state=row[5],
                    withdrawn=counts.withdrawn(row[6]),
                )
                for row in await counts.last_calls(db, office, today, CALLS, now_ms)
            ],
            hours=await _hours(db, office, first, today),
            told_seen=seen,
            told_right=right / seen if seen else 0.0,
        )

    return await store.read(look)


async def _businesses(
    db: Db, office: str, day: dt.date, known: Sequence[WindowRow], now_ms: int
) -> list[w.BusinessFigures]:
    states = await counts.states(db, office, day, now_ms)
    waits = await counts.mean_waits(db, office, day)
    names = {business for business, _ in states} | {name for row in known for name in row.businesses}
    open_ones = [row for row in known if row.state == "open" and _is_there(row, now_ms)]
    found = []
    for business in sorted(names):
        of = {state.value: states.get((business, state.value), (0, 0))[0] for state in TicketState}
        since = states.get((business, "waiting"), (0, 0))[1]
        found.append(
            w.BusinessFigures(
                business=business,
                **of,
                coming=states.get((business, "coming"), (0, 0))[0],
                longest_min=max(0, now_ms - since) // MINUTE_MS if since else 0,
                wait_min=round(waits.get(business, 0.0), 1),
                windows=sum(1 for row in open_ones if business in row.businesses),
            )
        )
    return found


def _is_there(row: WindowRow, now_ms: int) -> bool:
    return is_there(row.state, row.seen_ms, heard_since_ms(now_ms, ZONE))


def _window(row: WindowRow, has: Standing | None, now_ms: int) -> w.WindowFigures:
    told = w.WindowFigures(
        window=row.window,
        state=row.state,
        since_ms=row.since_ms,
        seen_ms=row.seen_ms,
        businesses=row.businesses,
        reason=row.reason,
        there=_is_there(row, now_ms),
    )
    if has is None:
        return told
    return msgspec.structs.replace(
        told,
        number=number(has.letter, has.serial),
        ticket_state=has.state,
        ticket_since_ms=has.since_ms,
        lease_left_ms=max(0, has.lease_ms - now_ms) if has.lease_ms else 0,
    )


async def _hours(db: Db, office: str, first: dt.date, last: dt.date) -> list[w.HourFigures]:
    before = last - dt.timedelta(days=1)
    if first <= before and (over := await counts.days(db, office, first, before)):
        last, days = before, over
    else:
        days = 1
    begins = dt.datetime.combine(first, dt.time(), ZONE)
    zone_ms = int((begins.utcoffset() or dt.timedelta()).total_seconds()) * 1000
    of = {
        int(row[0]): [float(value or 0) for value in row[1:]]
        for row in await counts.hours(db, office, first, last, zone_ms)
    }
    taken = {int(row[0]): int(row[1]) for row in await counts.taken(db, office, first, last, zone_ms)}
    return [
        w.HourFigures(
            hour=hour,
            days=days,
            taken=round(taken.get(hour, 0) / days, 2),
            arrivals=round(came / days, 2),
            wait_min=round(wait, 1),
            service_min=round(service, 2),
            served=int(served),
        )
        for hour in sorted({*of, *taken})
        for came, wait, service, served in [of.get(hour, (0.0, 0.0, 0.0, 0.0))]
    ]


def _honesty(rows: Sequence[tuple[str, int]]) -> tuple[int, int]:
    """Of how many people called the told range is known, and for how many it held; a minute is as near as it says."""
    seen = right = 0
    for text, waited_ms in rows:
        told = _told.decode(text) if text else None
        if told is None or told.unsaid:
            continue
        seen += 1
        minutes = waited_ms / MINUTE_MS
        right += told.least_min <= minutes <= told.most_min
    return seen, right
