"""The next ticket for a window: by the hall's rule, for one window only, with a lease.

Who is next is decided under the lock of the hall, one window after the other, so the order of calling is the rule's
order and no ticket is called twice. A window that falls silent loses what it called when the lease runs out: whoever
calls next finds it and puts it back to its place; no process has to remember it.
"""

from __future__ import annotations

import datetime as dt

from msgspec import Struct
from msgspec.structs import replace

from central.queue.changing import new_id
from central.queue.days import day_of
from central.queue.sending_on import give_back
from central.queue.turn import Turn
from central.queue.views import lease_ended, refuse, unknown_ticket, view
from central.refusal import Refused, said
from central.store import Db
from central.store import queue as table
from central.store import queue_rules as rules
from central.store.queue import TicketRow
from hall import queue_wire as w
from hall.queueing import callable_from_ms, choose
from hall.ticketing import TicketCalled, TicketVoided
from hall.tickets import STATE_NAMES, TicketState

MOST_AT_ONCE = 500
"""Most tickets of days that are over that one request closes."""
_OUT_OF_ORDER = frozenset({TicketState.WAITING, TicketState.HELD, TicketState.PASSED})


class Claim(Struct, frozen=True):
    """A window of a hall asks for a ticket, when (Unix ms by the centre's clock)."""

    office: str
    request: w.ClaimRequest
    now_ms: int


class Renewal(Struct, frozen=True):
    """A window still calls its ticket, when (Unix ms by the centre's clock)."""

    office: str
    request: w.RenewRequest
    now_ms: int


async def claim(turn: Turn, one: Claim) -> w.ClaimReply:
    """The next ticket, called to the window; ``waiting`` is for who ends the turn to say.

    Raises:
        Refused: 409 the window still has one, or the one it asks for cannot be called; 404 there is none such.
    """
    request, now_ms = one.request, one.now_ms
    day = day_of(now_ms)
    known = turn.ticket_of_fact(request.claim_id)
    if known:
        row = turn.rows.get(known) or await table.ticket(turn.db, turn.office, known)
        assert row is not None, "what happened to a ticket is kept with the ticket"
        return _reply(turn, row, request, now_ms, at_ms=row.ticket.called_ms)
    await put_back(turn, now_ms)
    await close_earlier(turn, now_ms)
    has = turn.at_window(day, request.window)
    if has is not None:
        state = STATE_NAMES[has.ticket.state]
        raise refuse(409, "window_busy", f"{request.window}号窗口还有{has.ticket.number}（{state}），先办结或过号")
    found, told = _asked_for(turn, day, request, now_ms) if request.ticket else await _next(turn, day, request, now_ms)
    turn.serves(request.window, request.businesses, now_ms)
    if found is None:
        return w.ClaimReply(ticket=None, at_ms=now_ms, lease_s=turn.hall.lease_s)
    body = TicketCalled(window=request.window, at_ms=now_ms, clerk=request.clerk, why=told)
    called = await turn.happen(found, body, now_ms, fact_id=request.claim_id, claim_id=request.claim_id)
    assert called is not None, "a ticket that waits, is held or passed can be called"
    return _reply(turn, called, request, now_ms, at_ms=now_ms)


def _reply(turn: Turn, row: TicketRow, request: w.ClaimRequest, now_ms: int, *, at_ms: int) -> w.ClaimReply:
    ticket = view(row, now_ms, window=request.window)
    return w.ClaimReply(ticket=ticket, at_ms=at_ms, lease_s=turn.hall.lease_s)


async def _next(turn: Turn, day: dt.date, request: w.ClaimRequest, now_ms: int) -> tuple[TicketRow | None, str]:
    """Who is next by the rule, and why."""
    businesses, rule = sorted(set(request.businesses)), turn.hall.rule
    found = await table.candidates(turn.db, turn.office, day, businesses, request.window, now_ms, rule)
    rows = {row.ticket.ticket_id: row for row in found}
    chosen = choose((row.ticket for row in rows.values()), businesses, request.window, now_ms, rule)
    return (rows[chosen.ticket.ticket_id], chosen.why) if chosen else (None, "")


def _asked_for(turn: Turn, day: dt.date, request: w.ClaimRequest, now_ms: int) -> tuple[TicketRow, str]:
    """A certain ticket: out of order, from hold, or back after 过号 within sight of the clerk."""
    reason = said(request.reason, "reason", "reason_needed", "不按顺序叫号要写明理由")
    row = turn.rows.get(request.ticket)
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
    return row, f"指定叫号：{reason}"


async def put_back(turn: Turn, now_ms: int) -> None:
    """Tickets whose windows have fallen silent go back to their places, those sent on to one to their business; once a
    turn."""
    if turn.swept:
        return
    turn.swept = True
    for row in [row for row in turn.rows.values() if 0 < row.lease_ms < now_ms]:
        if await turn.happen(row, lease_ended(row, now_ms), now_ms, fact_id=new_id(now_ms)) is None:
            await turn.save(replace(row, lease_ms=0))
    await give_back(turn, now_ms)


async def close_earlier(turn: Turn, now_ms: int) -> None:
    """Tickets of days that are over are void: nobody is called on a number of yesterday."""
    day = day_of(now_ms)
    yesterday = (day - dt.timedelta(days=1)).isoformat()
    if turn.closed >= yesterday:
        return
    rows = await table.open_before(turn.db, turn.office, day, also_today=False, limit=MOST_AT_ONCE)
    for row in rows:
        await _void(turn, row, now_ms)
    if len(rows) < MOST_AT_ONCE:
        await rules.set_closed(turn.db, turn.office, yesterday)
        turn.closed = yesterday


async def close_day(db: Db, office: str, now_ms: int) -> w.CloseReply:
    """The hall closes for today: whoever still waits, is called, held or 过号 is void. Done again, it finds nobody.

    Whoever is being served stays: the case decides how that visit ends.
    """
    turn = await Turn.of(db, office)
    day = day_of(now_ms)
    states: dict[str, int] = {}
    for row in await table.open_before(db, office, day, also_today=True, limit=10_000):
        if row.ticket.state is TicketState.SERVING and row.ticket.day == day:
            continue
        if await _void(turn, row, now_ms):
            states[row.ticket.state.value] = states.get(row.ticket.state.value, 0) + 1
    await turn.end()
    return w.CloseReply(day=day, voided=sum(states.values()), states=states)


async def _void(turn: Turn, row: TicketRow, now_ms: int) -> bool:
    body = TicketVoided(at_ms=now_ms, reason="日终未办")
    if await turn.happen(row, body, now_ms, fact_id=new_id(now_ms)):
        return True
    # Served to the end of a day without an end: not void, and nobody's any more.
    if row.lease_ms or row.name:
        await turn.save(replace(row, lease_ms=0, name=""))
    return False


async def renew(turn: Turn, one: Renewal) -> w.ActionReply:
    """The window still calls the ticket; the lease begins anew, also one that ran out if nobody took the ticket.

    Raises:
        Refused: 404 no such ticket, 409 it is not this window's any more.
    """
    request, now_ms = one.request, one.now_ms
    row = turn.rows.get(request.ticket)
    if row is None:
        raise unknown_ticket()
    turn.seen(request.window, now_ms)
    ticket = row.ticket
    if ticket.window != request.window or row.claim_id != request.claim_id or ticket.day != day_of(now_ms):
        raise not_yours(row, request.window)
    if ticket.state is TicketState.CALLED:
        row = replace(row, lease_ms=now_ms + turn.hall.lease_s * 1000)
        await turn.save(row)
    return w.ActionReply(ticket=view(row, now_ms, window=request.window), at_ms=now_ms)


def not_yours(row: TicketRow, window: str) -> Refused:
    """The ticket is not the one this window has."""
    ticket = row.ticket
    where = f"，在{ticket.window}号窗口" if ticket.window and ticket.window != window else ""
    return refuse(409, "not_yours", f"{ticket.number}现在是“{STATE_NAMES[ticket.state]}”{where}，不在{window}号窗口办")
