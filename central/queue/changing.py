"""One thing happening to a ticket here: its fact is kept, the ticket folded one further and saved."""

from __future__ import annotations

import secrets

from msgspec.structs import replace

from central.queue.days import day_of
from central.store import Db
from central.store import queue as table
from central.store.queue import Happened, TicketRow
from hall.chain import type_of
from hall.facts import Fact, Header
from hall.ids import uuid7
from hall.queue_wire import HallRule
from hall.ticketing import TicketBody
from hall.tickets import Ticket, TicketState, advance

_NAMED = (TicketState.WAITING, TicketState.CALLED, TicketState.SERVING, TicketState.HELD, TicketState.PASSED)


def new_id(now_ms: int) -> str:
    """An identity for what the centre does by itself."""
    return uuid7(now_ms, secrets.token_bytes(10))


def as_fact(ticket_id: str, body: TicketBody, at_ms: int, seq: int) -> Fact:
    """What happened, as the fold takes it."""
    header = Header(
        event_id="",
        type=type_of(body),
        schema_v=1,
        device="",
        incarnation="",
        seq=seq,
        actor="",
        at_ms=at_ms,
        day=day_of(at_ms),
        subject=ticket_id,
    )
    return Fact(header=header, body=body)


def after(ticket: Ticket, body: TicketBody, at_ms: int) -> Ticket | None:
    """The ticket after one more fact; ``None`` where it does not fit."""
    changed = advance(ticket, as_fact(ticket.ticket_id, body, at_ms, ticket.version + 1))
    return changed if changed is not None and len(changed.misfits) == len(ticket.misfits) else None


async def happen(
    db: Db,
    office: str,
    row: TicketRow,
    body: TicketBody,
    now_ms: int,
    hall: HallRule,
    *,
    fact_id: str,
    claim_id: str = "",
) -> TicketRow | None:
    """Keep what happened to a ticket; ``None`` (and nothing is written) where it does not fit.

    A call begins a lease, anything else ends it. Who is served or gone needs no name any more.
    """
    ticket = after(row.ticket, body, now_ms)
    if ticket is None:
        return None
    called = ticket.state is TicketState.CALLED
    has = ticket.state in (TicketState.CALLED, TicketState.SERVING, TicketState.HELD)
    changed = replace(
        row,
        ticket=ticket,
        claim_id=(claim_id or row.claim_id) if has else "",
        lease_ms=now_ms + hall.lease_s * 1000 if called else 0,
        name=row.name if ticket.state in _NAMED else "",
    )
    order_ms = max(now_ms, row.ticket.issued_ms)
    told = Happened(fact_id=fact_id, order_ms=order_ms, number=ticket.version, source="", body=body)
    await table.add_happened(db, office, [(ticket.ticket_id, told)])
    await table.save(db, office, changed, hall.rule)
    return changed
