"""The next ticket for a window: by the hall's rule, for one window only, with a lease.

Who is next is decided under the lock of the hall, one window after the other, so the order of calling is the rule's
order and no ticket is called twice. A window that falls silent loses what it called when the lease runs out: whoever
calls next finds it and puts it back to its place; no process has to remember it.
"""

from __future__ import annotations

import datetime as dt

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from central.queue.changing import happen, new_id
from central.queue.days import day_of
from central.queue.views import refuse, unknown_ticket, view
from central.refusal import Refused
from central.store import Db
from central.store import queue as table
from central.store import queue_counts as counts
from central.store import queue_windows as windows
from central.store.queue import TicketRow
from hall import queue_wire as w
from hall.queueing import QueueRule, callable_from_ms, choose
from hall.ticketing import TicketCalled, TicketReturned, TicketVoided
from hall.tickets import STATE_NAMES, TicketState

_encode = msgspec.json.Encoder().encode
MOST_AT_ONCE = 500
"""Most tickets of days that are over that one request closes."""
_OUT_OF_ORDER = frozenset({TicketState.WAITING, TicketState.HELD, TicketState.PASSED})


class Claim(Struct, frozen=True):
    """A window of a hall asks for a ticket, when (Unix ms by the centre's clock)."""

    office: str
    request: w.ClaimRequest
    now_ms: int


async def claim(db: Db, one: Claim) -> w.ClaimReply:
    """The next ticket, called to the window.

    Raises:
        Refused: 409 the window still has one, or the one it asks for cannot be called; 404 there is none such.
    """
    office, request, now_ms = one.office, one.request, one.now_ms
    day = day_of(now_ms)
    hall, closed = await table.lock(db, office)
    known = await table.ticket_of_fact(db, office, request.claim_id)
    if known:
        row = await table.ticket(db, office, known)
        assert row is not None, "what happened to a ticket is kept with the ticket"
        return _reply(row, request, now_ms, hall, at_ms=row.ticket.called_ms)
    await put_back(db, office, hall, now_ms)
    await close_earlier(db, office, hall, closed, now_ms)
    has = await table.at_window(db, office, day, request.window)
    if has is not None:
        state = STATE_NAMES[has.ticket.state]
        raise refuse(409, "window_busy", f"{request.window}号窗口还有{has.ticket.number}（{state}），先办结或过号")
    if request.ticket:
        row, told = await _asked_for(db, office, day, request, now_ms)
    else:
        row, told = await _next(db, office, day, request, now_ms, hall.rule)
    await windows.serves(db, office, request.window, request.businesses, now_ms)
    if row is None:
        return w.ClaimReply(ticket=None, at_ms=now_ms, lease_s=hall.lease_s)
    body = TicketCalled(window=request.window, at_ms=now_ms, clerk=request.clerk, why=told)
    called = await happen(db, office, row, body, now_ms, hall, fact_id=request.claim_id, claim_id=request.claim_id)
    assert called is not None, "a ticket that waits, is held or passed can be called"
    waiting = await counts.waiting(db, office, day, request.businesses)
    return _reply(called, request, now_ms, hall, at_ms=now_ms, waiting=waiting)


def _reply(
    row: TicketRow, request: w.ClaimRequest, now_ms: int, hall: w.HallRule, *, at_ms: int, waiting: int = 0
) -> w.ClaimReply:
    ticket = view(row, now_ms, window=request.window)
    return w.ClaimReply(ticket=ticket, at_ms=at_ms, lease_s=hall.lease_s, waiting=waiting)


async def _next(
    db: Db, office: str, day: dt.date, request: w.ClaimRequest, now_ms: int, rule: QueueRule
) -> tuple[TicketRow | None, str]:
    """Who is next by the rule, and why."""
    businesses = sorted(set(request.businesses))
    found = await table.candidates(db, office, day, businesses, request.window, now_ms, rule)
    rows = {row.ticket.ticket_id: row for row in found}
    chosen = choose((row.ticket for row in rows.values()), businesses, request.window, now_ms, rule)
    return (rows[chosen.ticket.ticket_id], chosen.why) if chosen else (None, "")


async def _asked_for(db: Db, office: str, day: dt.date, request: w.ClaimRequest, now_ms: int) -> tuple[TicketRow, str]:
    """A certain ticket: out of order, from hold, or back after 过号 within sight of the clerk."""
    if not request.reason.strip():
        raise refuse(400, "reason_needed", "不按顺序叫号要写明理由")
    row = await table.ticket(db, office, request.ticket)
    if row is None or row.ticket.day != day:
        raise unknown_ticket()
    ticket = row.ticket
    if ticket.state not in _OUT_OF_ORDER:
        where = f"，在{ticket.window}号窗口" if ticket.window else ""
        raise refuse(409, "not_callable", f"{ticket.number}已是“{STATE_NAMES[ticket.state]}”{where}")
    if ticket.state is TicketState.HELD and ticket.window != request.window:
        raise refuse(409, "held_elsewhere", f"{ticket.number}暂放在{ticket.window}号窗口")
    if callable_from_ms(ticket) > now_ms:
        raise refuse(409, "slot_not_begun", f"{ticket.number}的预约时段还没有开始")
    return row, f"指定叫号：{request.reason.strip()}"


async def put_back(db: Db, office: str, hall: w.HallRule, now_ms: int) -> None:
    """Tickets whose windows have fallen silent go back to their places (under the lock of the hall)."""
    for row in await table.leases_over(db, office, now_ms):
        body = TicketReturned(at_ms=now_ms, place_ms=row.ticket.place_ms, why="lease_ended")
        back = await happen(db, office, row, body, now_ms, hall, fact_id=new_id(now_ms))
        if back is None:
            await table.save(db, office, replace(row, lease_ms=0), hall.rule)


async def close_earlier(db: Db, office: str, hall: w.HallRule, closed: str, now_ms: int) -> None:
    """Tickets of days that are over are void: nobody is called on a number of yesterday (under the lock)."""
    day = day_of(now_ms)
    yesterday = (day - dt.timedelta(days=1)).isoformat()
    if closed >= yesterday:
        return
    rows = await table.open_before(db, office, day, also_today=False, limit=MOST_AT_ONCE)
    for row in rows:
        await _void(db, office, row, hall, now_ms)
    if len(rows) < MOST_AT_ONCE:
        await table.set_closed(db, office, yesterday)


async def close_day(db: Db, office: str, now_ms: int) -> w.CloseReply:
    """The hall closes for today: whoever still waits, is called, held or 过号 is void. Done again, it finds nobody.

    Whoever is being served stays: the case decides how that visit ends.
    """
    hall, _ = await table.lock(db, office)
    day = day_of(now_ms)
    states: dict[str, int] = {}
    for row in await table.open_before(db, office, day, also_today=True, limit=10_000):
        if row.ticket.state is TicketState.SERVING and row.ticket.day == day:
            continue
        if await _void(db, office, row, hall, now_ms):
            states[row.ticket.state.value] = states.get(row.ticket.state.value, 0) + 1
    return w.CloseReply(day=day, voided=sum(states.values()), states=states)


async def _void(db: Db, office: str, row: TicketRow, hall: w.HallRule, now_ms: int) -> bool:
    body = TicketVoided(at_ms=now_ms, reason="日终未办")
    if await happen(db, office, row, body, now_ms, hall, fact_id=new_id(now_ms)):
        return True
    # Served to the end of a day without an end: not void, and nobody's any more.
    if row.lease_ms or row.name:
        await table.save(db, office, replace(row, lease_ms=0, name=""), hall.rule)
    return False


async def renew(db: Db, office: str, request: w.RenewRequest, now_ms: int) -> w.ActionReply:
    """The window still calls the ticket; the lease begins anew, also one that ran out if nobody took the ticket.

    Raises:
        Refused: 404 no such ticket, 409 it is not this window's any more.
    """
    hall, _ = await table.lock(db, office)
    row = await table.ticket(db, office, request.ticket)
    if row is None:
        raise unknown_ticket()
    await windows.seen(db, office, request.window, now_ms)
    ticket = row.ticket
    if ticket.window != request.window or row.claim_id != request.claim_id or ticket.day != day_of(now_ms):
        raise not_yours(row, request.window)
    if ticket.state is TicketState.CALLED:
        row = replace(row, lease_ms=now_ms + hall.lease_s * 1000)
        await table.save(db, office, row, hall.rule)
    return w.ActionReply(ticket=view(row, now_ms, window=request.window), at_ms=now_ms)


def not_yours(row: TicketRow, window: str) -> Refused:
    """The ticket is not the one this window has."""
    ticket = row.ticket
    where = f"，在{ticket.window}号窗口" if ticket.window and ticket.window != window else ""
    return refuse(409, "not_yours", f"{ticket.number}现在是“{STATE_NAMES[ticket.state]}”{where}，不在{window}号窗口办")
