"""A ticket as it is told to those who may ask, and the words of refusals."""

from __future__ import annotations

from msgspec.structs import replace

from central.queue.changing import after
from central.refusal import Refused
from central.store.queue import TicketRow
from hall import wire
from hall.queue_wire import TicketView, Told
from hall.ticketing import TicketReturned
from hall.tickets import TicketState


class AsTold(Told, frozen=True):
    """What the holder of a ticket was told, as it is kept; ``unsaid``: no minutes of it, because there was no saying
    whether it would be that day, or because it was an appointment, whose time was told."""

    unsaid: bool = False


def standing(row: TicketRow, now_ms: int) -> TicketRow:
    """A ticket as everybody but its own window is told it: one whose window has fallen silent waits in its place, as
    the next call will write it down. That window is still told what it called: it goes on with it while nobody else
    has it (``calling.renew``)."""
    if not row.has_lapsed(now_ms):
        return row
    ticket = after(row.ticket, lease_ended(row, now_ms), now_ms)
    assert ticket is not None, "a called ticket can go back"
    return replace(row, ticket=ticket, claim_id="", lease_ms=0)


def lease_ended(row: TicketRow, now_ms: int) -> TicketReturned:
    """What happens to a ticket whose window has fallen silent."""
    return TicketReturned(at_ms=now_ms, place_ms=row.ticket.place_ms, why="lease_ended")


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
