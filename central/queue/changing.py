"""One thing happening to a ticket here, as the fold takes it."""

from __future__ import annotations

import secrets

from central.queue.days import day_of
from hall.chain import type_of
from hall.facts import Fact, Header
from hall.ids import uuid7
from hall.ticketing import TicketBody
from hall.tickets import Ticket, advance


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
