"""A ticket as it is told to those who may ask, and the words of refusals."""

from __future__ import annotations

from central.refusal import Refused
from central.store.queue import TicketRow
from hall import wire
from hall.queue_wire import TicketView
from hall.tickets import TicketState


def view(row: TicketRow, now_ms: int, *, window: str = "") -> TicketView:
    """The ticket; with the person's name for ``window`` only while that one has called it."""
    ticket = row.ticket
    has = ticket.state in (TicketState.CALLED, TicketState.SERVING, TicketState.HELD)
    return TicketView(
        ticket_id=ticket.ticket_id,
        number=ticket.number,
        business=ticket.business,
        day=ticket.day,
        lane=ticket.lane,
        state=ticket.state.value,
        issued_ms=ticket.issued_ms,
        version=ticket.version,
        window=ticket.window,
        priority=ticket.priority,
        slot_ms=ticket.slot_ms,
        reference=ticket.reference,
        calls=ticket.calls,
        first_called_ms=ticket.first_called_ms,
        called_ms=ticket.called_ms,
        started_ms=ticket.started_ms,
        ended_ms=ticket.ended_ms,
        transfers=ticket.transfers,
        passes=ticket.passes,
        reason=ticket.reason,
        why=ticket.why,
        claim_id=row.claim_id if window and ticket.window == window else "",
        lease_left_ms=max(0, row.lease_ms - now_ms) if row.lease_ms else 0,
        withdrawn=list(ticket.withdrawn),
        name=row.name if window and has and ticket.window == window else "",
    )


def refuse(status: int, code: str, message: str) -> Refused:
    """A refusal in the centre's words."""
    return Refused(status, wire.Problem(code=code, message=message))


def unknown_ticket() -> Refused:
    """There is no such ticket in this hall."""
    return refuse(404, "unknown_ticket", "本厅没有这张号票")
