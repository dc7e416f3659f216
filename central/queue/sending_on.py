"""Tickets that are one window's: sent on to it, or set aside there. Only as long as it is there for them.

A ticket that is sent on waits for that window and nobody else, so a window that closes, falls silent, pauses for
longer than the hall's stated maximum or serves other businesses now would keep somebody waiting for ever; and one that
was set aside is lost with a window that closes or falls silent. Whoever calls next finds such tickets and gives them
back to all windows of their business; number, first call and head start stay.
"""

from __future__ import annotations

from central.board import ZONE
from central.queue.changing import new_id
from central.queue.turn import Turn
from central.queue.views import refuse
from central.store import queue_windows as windows
from central.store.queue_windows import WindowRow
from hall.manned import AWAY_MS, heard_since_ms, is_there
from hall.queue_wire import TransferAction
from hall.queueing import MINUTE_MS, QueueRule
from hall.ticketing import TicketReturned, TicketTransferred
from hall.tickets import TicketState

_OF_ONE_WINDOW = (TicketState.WAITING, TicketState.HELD)


def serves(row: WindowRow, business: str, now_ms: int, rule: QueueRule) -> bool:
    """Whether somebody who waits for this business at this window is called there before long."""
    if business not in row.businesses or not _there(row, now_ms):
        return False
    return row.state == "open" or (row.state == "paused" and now_ms - row.since_ms < rule.fair_after_min * MINUTE_MS)


def _there(row: WindowRow, now_ms: int) -> bool:
    return is_there(row.state, row.seen_ms, heard_since_ms(now_ms, ZONE, AWAY_MS))


async def check_window(turn: Turn, request: TransferAction, now_ms: int) -> None:
    """That the window a ticket is sent on to is there for it.

    Raises:
        Refused: 409 ``window_away``, with the windows that are; ``own_window`` for the one that sends it.
    """
    if not request.to_window:
        return
    if request.to_window == request.window:
        raise refuse(409, "own_window", f"这张号已经在{request.window}号窗口")
    known = await windows.windows(turn.db, turn.office)
    there = [row.window for row in known if serves(row, request.business, now_ms, turn.hall.rule)]
    if request.to_window not in there:
        others = "、".join(f"{name}号" for name in there if name != request.window)
        told = f"现在能转的窗口：{others}" if others else "现在没有别的窗口办这个业务"
        raise refuse(409, "window_away", f"{request.to_window}号窗口没有开，或者不办这个业务；{told}")


async def give_back(turn: Turn, now_ms: int) -> None:
    """Give tickets whose window is not there for them any more back to all windows of their business."""
    sent = [row for row in turn.rows.values() if row.ticket.state in _OF_ONE_WINDOW and row.ticket.window]
    if not sent:
        return
    known = {row.window: row for row in await windows.windows(turn.db, turn.office)}
    for row in sent:
        ticket = row.ticket
        window = known.get(ticket.window)
        if ticket.state is TicketState.HELD:
            if window is None or not _there(window, now_ms):
                back = TicketReturned(at_ms=now_ms, place_ms=ticket.place_ms, why="released")
                await turn.happen(row, back, now_ms, fact_id=new_id(now_ms))
        elif window is None or not serves(window, ticket.business, now_ms, turn.hall.rule):
            reason = f"{ticket.window}号窗口不在，回到本业务"
            body = TicketTransferred(business=ticket.business, at_ms=now_ms, reason=reason)
            await turn.happen(row, body, now_ms, fact_id=new_id(now_ms))
