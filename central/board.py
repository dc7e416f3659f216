"""What a board in the hall may show: counts, and numbers, states and lights of the hall's own cases (domain.md §9: no
publication).

Built field by field from the folded case, so that a new field of a case is never shown because somebody forgot it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import msgspec

from central import counting
from central.counting import ZONE as ZONE
from central.store import Db, Store, alarms, deliveries
from central.store import board as sums
from central.store import oversight as table
from central.store.base import Row
from central.store.facts import next_numbers
from hall import wire_board as w
from hall.case import Case
from hall.deadlines import CaseClock, LightRule, case_clock
from hall.moments import local_time
from hall.stages import share
from hall.telling import STATE_NAMES

_cases = msgspec.json.Decoder(Case)
_DONE = [name for name in w.Done.__struct_fields__ if name != "department"]
_HOURS = [f"hour:{word}" for word in counting.HOURLY]
_DAYS = [*counting.HOURLY, "noticed_again"]
_PIECE = 500
_ALARMS = 20
"""Most calls for help that are told."""


async def cases(store: Store, office: str, limit: int, now_ms: int) -> w.BoardReply:
    """The cases of a hall that changed last, the newest first."""

    async def look(db: Db) -> w.BoardReply:
        by = await sums.rule(db, office)
        rows = await db.rows(
            "SELECT snapshot FROM case_ WHERE office = $1 ORDER BY server_seq DESC LIMIT $2", office, limit
        )
        return w.BoardReply(cases=[_shown(_cases.decode(bytes(row[0])), by, now_ms) for row in rows])

    return await store.read(look)


async def open_cases(
    store: Store, office: str, holder: str, department: str, light: str, limit: int, now_ms: int
) -> w.BoardReply:
    """The open cases of a hall that are with somebody, of a department, under a light: the most overdue first."""
    today = _today(now_ms).toordinal()
    fit = _fit(department)

    async def look(db: Db) -> w.BoardReply:
        by = await sums.rule(db, office)
        found = [_cases.decode(body) for body in await sums.listed(db, office, today, holder, fit, light, limit)]
        others = await sums.same_numbers(db, office, {each.case_id: each.reference for each in found}, limit)
        return w.BoardReply(
            cases=[_shown(each, by, now_ms) for each in found],
            same_number=[_shown(_cases.decode(body), by, now_ms) for body in others],
        )

    return await store.read(look)


async def cases_that_had(
    store: Store, office: str, about: w.AboutWord, department: str, limit: int, now_ms: int
) -> w.BoardReply:
    """The cases that the figures of ``PERIOD_DAYS`` count among notices, or beyond the promise, open or not: each once,
    for the gravest that it had; those first, and of these the last."""
    today = _today(now_ms).toordinal()
    fit = _fit(department)

    async def look(db: Db) -> w.BoardReply:
        by = await sums.rule(db, office)
        had: dict[str, tuple[w.HappenedWord, int, int]] = {}
        for what in counting.LISTED[about]:
            for case_id, day, n in await sums.that_had(db, office, what, fit, today - w.PERIOD_DAYS + 1, today, limit):
                if case_id not in had:
                    had[case_id] = (what, int(day), int(n))
                elif had[case_id][0] == what:
                    had[case_id] = (what, had[case_id][1], had[case_id][2] + int(n))
        chosen = list(had)[:limit]
        bodies = await sums.snapshots(db, chosen)
        found = [(_cases.decode(bodies[case_id]), *had[case_id]) for case_id in chosen]
        others = await sums.same_numbers(db, office, {each.case_id: each.reference for each, *_ in found}, limit)
        return w.BoardReply(
            cases=[
                msgspec.structs.replace(
                    _shown(case, by, now_ms),
                    happened=what,
                    happened_on=dt.date.fromordinal(day).isoformat(),
                    times=times,
                )
                for case, what, day, times in found
            ],
            same_number=[_shown(_cases.decode(body), by, now_ms) for body in others],
        )

    return await store.read(look)


def _fit(department: str) -> str:
    """A department's name as it is stored."""
    return "".join(char for char in department if char.isprintable())


def _shown(case: Case, by: LightRule, now_ms: int) -> w.BoardCase:
    try:
        clock = case_clock(case, counting.calendar(), _today(now_ms), by)
    except counting.BEYOND_DATES:
        clock = CaseClock()
    promised, statutory = clock.promised or clock.notice_due, clock.statutory
    had = share(case).at(now_ms)
    return w.BoardCase(
        reference=case.reference,
        state=str(case.state),
        state_name=STATE_NAMES[case.state],
        light=clock.light.value,
        due=promised.isoformat() if promised else "",
        statutory=statutory.isoformat() if statutory else "",
        matter=case.matter.name,
        department=counting.plain_name(case),
        holder=had.holder.value,
        since_ms=had.since_ms,
        window_min=had.window_ms // counting.MINUTE_MS,
        unit_min=had.unit_ms // counting.MINUTE_MS,
        applicant_min=had.applicant_ms // counting.MINUTE_MS,
        procedure_min=had.procedure_ms // counting.MINUTE_MS,
        notices=len(case.notices),
        case_id=case.case_id,
    )


async def figures(store: Store, office: str, now_ms: int, role: str = "") -> w.BoardFigures:
    """The hall at a glance, from sums that were kept as its facts came; ``role`` is that of the device that asks."""
    day = _today(now_ms)
    today = day.toordinal()
    first = today - w.PERIOD_DAYS + 1

    async def look(db: Db) -> w.BoardFigures:
        standing = await sums.open_cases(db, office, today)
        waiting, dead = await deliveries.waiting_and_dead(db, office)
        aside, conflicts = await table.count_open(db, office)
        (now,) = _done(await sums.by_department(db, office, _DONE, today, today), together=True)
        return w.BoardFigures(
            day=day,
            now_ms=now_ms,
            role=role,
            rule=await sums.rule(db, office),
            open=[
                w.OpenCases(department=row[0], holder=row[1], light=row[2], count=int(row[3]))
                for row in standing
                if row[3] > 0
            ],
            due_today=sum(int(row[4]) for row in standing),
            due_tomorrow=sum(int(row[5]) for row in standing),
            today=now,
            period=_done(await sums.by_department(db, office, _DONE, first, today)),
            days=_days(await sums.by_day(db, office, _DAYS, first, today)),
            hours=_hours(await sums.by_hour(db, office, _HOURS, today)),
            devices=await table.device_states(db, office, now_ms),
            set_aside=aside,
            conflicts=conflicts,
            dead_letters=len(await table.reports(db, office, 100)),
            deliveries_waiting=waiting,
            deliveries_dead=dead,
            alarms=[
                w.BoardAlarm(window=each.window, received_ms=each.received_ms)
                for each in await alarms.waiting(db, office, _ALARMS)
            ],
        )

    return await store.read(look)


def _done(rows: Sequence[Row], *, together: bool = False) -> list[w.Done]:
    """What happened, a department each in the order of their names, or all of them ``together``."""
    found: dict[str, dict[str, int]] = {"": {}} if together else {}
    for what, department, n in rows:
        of = found.setdefault("" if together else department, {})
        of[what] = of.get(what, 0) + int(n)
    return [w.Done(department=name, **{k: max(0, n) for k, n in of.items()}) for name, of in sorted(found.items())]


def _days(rows: Sequence[Row]) -> list[w.DayCount]:
    found: dict[int, dict[str, int]] = {}
    for what, day, n in rows:
        of = found.setdefault(int(day), {})
        word = "noticed" if what == "noticed_again" else what
        of[word] = of.get(word, 0) + max(0, int(n))
    return [w.DayCount(day=dt.date.fromordinal(day), **of) for day, of in sorted(found.items())]


def _hours(rows: Sequence[Row]) -> list[w.HourCount]:
    found: dict[int, dict[str, int]] = {}
    for what, hour, n in rows:
        found.setdefault(int(hour), {})[what.removeprefix("hour:")] = max(0, int(n))
    return [w.HourCount(hour=hour, **of) for hour, of in sorted(found.items())]


async def rule(store: Store, office: str) -> LightRule:
    """The hall's rule of lights."""
    return await store.read(lambda db: sums.rule(db, office))


async def set_rule(store: Store, office: str, wanted: LightRule) -> LightRule:
    """Change the hall's rule of lights; its open cases are counted anew, in one transaction."""

    async def change(db: Db) -> None:
        await next_numbers(db, office, 0)  # nobody else counts meanwhile
        await sums.set_rule(db, office, wanted)
        await recount(db, office)

    await store.transact(change)
    return wanted


async def make_ready(store: Store) -> None:
    """Count the halls that another version counted; a hall in one transaction, some 20,000 cases a second."""
    for office in await store.read(lambda db: sums.halls_counted_otherwise(db, counting.version())):

        async def once(db: Db, office: str = office) -> None:
            await next_numbers(db, office, 0)
            if office in await sums.halls_counted_otherwise(db, counting.version()):
                await recount(db, office)

        await store.transact(once)


async def recount(db: Db, office: str) -> None:
    """Count all cases of a hall anew; whoever calls holds its row."""
    await sums.forget(db, office, counting.version())
    by = await sums.rule(db, office)
    last = ""
    while rows := await db.rows(
        "SELECT case_id, snapshot FROM case_ WHERE office = $1 AND case_id > $2 ORDER BY case_id LIMIT $3",
        office,
        last,
        _PIECE,
    ):
        await sums.change(db, office, {}, {row[0]: counting.count(_cases.decode(bytes(row[1])), by) for row in rows})
        last = rows[-1][0]


def _today(now_ms: int) -> dt.date:
    return local_time(now_ms, ZONE).date()
