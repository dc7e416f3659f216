"""What a window does with the ticket it called, and a station with one that nobody has.

Each has an identity of its own: asked again after a lost reply, it is not done twice and answers the ticket as it is.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from central.queue.calling import not_yours, put_back
from central.queue.days import day_of
from central.queue.sending_on import check_window
from central.queue.turn import Turn
from central.queue.views import refuse, unknown_ticket, view
from central.queue.waits import Waits
from central.refusal import said
from central.store import queue as table
from central.store.queue import TicketRow
from hall import queue_wire as w
from hall import ticketing as t
from hall.queueing import Place, may_come_back, place_back
from hall.tickets import STATE_NAMES, TicketState

FROM_WINDOW: Final = frozenset({"start", "finish", "pass", "hold", "release", "transfer", "recall"})
"""What only the window that has the ticket may do; ``return`` and ``void`` may a station too."""

GOES_ON: Final = frozenset({"start", "finish", "pass"})
"""What is still done after midnight to somebody who is at a window: the number was called on its day."""


class Move(Struct, frozen=True):
    """Something to be done to a ticket of a hall, when (Unix ms by the centre's clock)."""

    office: str
    ticket_id: str
    verb: str
    request: w.Action
    now_ms: int


async def move(turn: Turn, one: Move) -> w.ActionReply:
    """Do it.

    Raises:
        Refused: 400 no reason where one is needed, 404 no such ticket, 409 it is not this window's, or that cannot be
            done to it now.
    """
    request, now_ms = one.request, one.now_ms
    row = turn.rows.get(one.ticket_id)
    if row is None:
        raise unknown_ticket()
    done = turn.ticket_of_fact(request.action_id)
    if done:
        return await _again(turn, one, row, done)
    ticket = row.ticket
    goes_on = one.verb in GOES_ON and ticket.state in (TicketState.CALLED, TicketState.SERVING)
    if ticket.day != day_of(now_ms) and not goes_on:
        raise refuse(409, "day_over", f"{ticket.number}是{ticket.day}的号，已经过了那一天")
    if one.verb in FROM_WINDOW and (not request.window or ticket.window != request.window):
        raise not_yours(row, request.window)
    body = await _body(turn, one, row)
    changed = await turn.happen(row, body, now_ms, fact_id=request.action_id)
    if changed is None:
        raise refuse(409, "does_not_fit", f"{ticket.number}已是“{STATE_NAMES[ticket.state]}”，不能这样办")
    if request.window:
        turn.seen(request.window, now_ms)
    return _reply(changed, body, now_ms, one)


async def _again(turn: Turn, one: Move, row: TicketRow, done: str) -> w.ActionReply:
    if done != row.ticket.ticket_id:
        raise refuse(409, "action_of_another", "这个操作编号已用在别的号票上")
    facts = await turn.happened(done)
    body = next(each.body for each in facts if each.fact_id == one.request.action_id)
    at_ms = getattr(body, "at_ms", one.now_ms)
    return _reply(row, body, at_ms, one)


def _reply(row: TicketRow, body: t.TicketBody, at_ms: int, one: Move) -> w.ActionReply:
    seen = view(row, one.now_ms, window=one.request.window)
    if not isinstance(body, t.TicketReturned):
        return w.ActionReply(ticket=seen, at_ms=at_ms)
    return w.ActionReply(ticket=seen, at_ms=at_ms, place_ms=body.place_ms, waits_ms=body.waits_ms)


async def _body(turn: Turn, one: Move, row: TicketRow) -> t.TicketBody:
    request, now = one.request, one.now_ms
    if one.verb == "return":
        back = await _place_back(turn, one, row)
        return t.TicketReturned(at_ms=now, place_ms=back.place_ms, why="came_back", waits_ms=back.waits_ms)
    if one.verb == "release":
        if row.ticket.state not in (TicketState.CALLED, TicketState.HELD):
            raise refuse(409, "does_not_fit", f"{row.ticket.number}没有暂放，也不在呼叫中")
        return t.TicketReturned(at_ms=now, place_ms=row.ticket.place_ms, why="released")
    window, clerk = request.window, request.clerk
    if one.verb == "start":
        return t.TicketStarted(window=window, at_ms=now, clerk=clerk)
    if one.verb == "recall":
        if row.ticket.state is not TicketState.CALLED:
            raise refuse(409, "does_not_fit", f"{row.ticket.number}不在呼叫中，不能重呼")
        return t.TicketCalled(window=window, at_ms=now, clerk=clerk, why="")
    if isinstance(request, w.FinishAction):
        return t.TicketFinished(
            window=window,
            at_ms=now,
            clerk=clerk,
            outcomes=tuple(request.outcomes),
            references=tuple(request.references),
        )
    assert isinstance(request, w.ReasonedAction)
    reason = said(request.reason, "reason", "reason_needed", "要写明原因")
    if isinstance(request, w.TransferAction):
        await check_window(turn, request, now)
        return t.TicketTransferred(
            business=request.business, at_ms=now, reason=reason, window=request.to_window, clerk=clerk
        )
    if one.verb == "pass":
        return t.TicketPassed(window=window, at_ms=now, reason=reason)
    if one.verb == "hold":
        return t.TicketHeld(window=window, at_ms=now, reason=reason)
    return t.TicketVoided(at_ms=now, reason=reason)


async def _place_back(turn: Turn, one: Move, row: TicketRow) -> Place:
    """Behind the first few of all whom the same windows serve (``hall.queueing.place_back``)."""
    ticket, rule = row.ticket, turn.hall.rule
    if why_not := may_come_back(ticket, one.now_ms, rule):
        raise refuse(409, "not_back", why_not)
    await put_back(turn, one.now_ms)
    businesses = await Waits(turn.db, one.office, ticket.day, one.now_ms, rule).served_with(ticket.business)
    count = max(1, rule.back_behind)
    found = await table.first(turn.db, one.office, ticket.day, businesses, count, one.now_ms, rule)
    return place_back((each.ticket for each in found), one.now_ms, rule)
