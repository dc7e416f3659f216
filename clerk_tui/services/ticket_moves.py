"""Tickets at the station after they were taken: looking one up, giving it back, coming back after 过号."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any, Literal

from clerk_tui.services.rights import needs
from clerk_tui.services.ticketing import Station, Taken, TicketRefused, entry, keep
from clerk_tui.services.workspace import Workspace
from clerk_tui.store import tickets as store
from clerk_tui.store.connection import translated
from clerk_tui.sync import queue
from clerk_tui.sync.asking import Centre, Refused, Unreachable
from hall import queue_wire as w
from hall import ticketing as t
from hall.errors import BadInput
from hall.names import clean_text, says_something
from hall.roles import Permission
from hall.tickets import OPEN, Ticket, TicketState

log = logging.getLogger(__name__)


@needs(Permission.TICKETS)
def find(ws: Workspace, station: Station, wanted: str) -> Taken:
    """A ticket of today by its number or identity: as the centre tells it, off line as this device knows it. Writes
    nothing.

    Raises:
        TicketRefused: ``unknown_ticket``.
    """
    found = _told(ws, station, wanted)
    if isinstance(found, w.IssueReply):
        own = _own(ws, station, found.ticket.ticket_id)
        return Taken(
            ticket=_as_ticket(found.ticket, own),
            told=found.told,
            already=True,
            skew_ms=ws.hall_clock.skew_ms,
            no_return=found.no_return,
        )
    return Taken(ticket=found, already=True, offline=True, skew_ms=ws.hall_clock.skew_ms)


def _told(ws: Workspace, station: Station, wanted: str) -> w.IssueReply | Ticket:
    try:
        reply = station.ask(lambda centre: queue.look(centre, wanted))
        ws.hall_clock.told(reply.now_ms)
        return reply
    except Refused as refused:
        raise TicketRefused(refused.code, refused.message, field="ticket", hint="核对号码；隔天的号要重新取") from None
    except Unreachable:
        ticket = _own(ws, station, wanted)
    if ticket is None:
        hint = "没有网络，只能查到本机发的号"
        raise TicketRefused("unknown_ticket", f"查不到号票{wanted[:20]}", field="ticket", hint=hint)
    return ticket


def _own(ws: Workspace, station: Station, wanted: str) -> Ticket | None:
    """A ticket as this journal has it, by identity or today's number."""
    with translated(ws.journal.path):
        read = ws.journal.read()
        return store.ticket(read, wanted) or store.ticket_of_number(read, ws.hall_clock.today(), wanted.upper())


def _as_ticket(view: w.TicketView, own: Ticket | None) -> Ticket:
    """What the centre tells of a ticket, and what only the device knows that printed it."""
    told: dict[str, Any] = {name: getattr(view, name) for name in Ticket.__struct_fields__ if hasattr(view, name)}
    told["state"], told["withdrawn"] = TicketState(view.state), tuple(view.withdrawn)
    printed: dict[str, Any] = (
        {"print_state": own.print_state, "reprints": own.reprints, "person": own.person} if own else {}
    )
    return Ticket(**told, **printed)


@needs(Permission.TICKETS)
def void(ws: Workspace, station: Station, ticket_id: str, reason: str) -> Ticket:
    """Give a ticket back, with a reason; off line this device's own only.

    Raises:
        BadInput: no reason.
        TicketRefused: no such ticket, or it is at a window already.
    """
    why = clean_text(reason, field="reason", max_length=200).strip()
    if not says_something(why):
        raise BadInput("missing_reason", "作废要写明理由", field="reason", hint="例如“不办了”")
    return _move(ws, station, ticket_id, "void", why)


@needs(Permission.TICKETS)
def come_back(ws: Workspace, station: Station, ticket_id: str) -> Ticket:
    """Somebody who was passed over (过号) waits again, where the hall's rule puts them.

    Raises:
        TicketRefused: it was not passed, too often, too long ago; or there is no network.
    """
    return _move(ws, station, ticket_id, "return", "")


def _move(ws: Workspace, station: Station, wanted: str, verb: Literal["void", "return"], reason: str) -> Ticket:
    found = _told(ws, station, wanted)
    known = keep(ws, found) if isinstance(found, w.IssueReply) else found
    action_id = ws.new_id()
    action = w.ReasonedAction(action_id=action_id, reason=reason) if reason else w.Action(action_id=action_id)
    station.forget()
    done = _asked_twice(station, known.ticket_id, verb, action)
    if done is None and verb == "return":
        hint = "拿着号票直接到窗口，窗口扫号票就能叫号"
        raise TicketRefused("no_network", "没有网络，过号后回来不能在这里办", field="ticket", hint=hint)
    if done is None and known.state not in OPEN:
        raise TicketRefused("not_open", f"{known.number}已经结束", field="ticket", hint="要办就重新取号")
    at_ms = done.at_ms if done else ws.hall_clock.now_ms()
    body: t.TicketBody = t.TicketVoided(at_ms=at_ms, reason=reason)
    if done is not None and verb == "return":
        body = t.TicketReturned(at_ms=at_ms, place_ms=done.place_ms, why="came_back", waits_ms=done.waits_ms)
    with ws.journal.write() as tx:
        ws.journal.append(tx, [entry(ws, known.ticket_id, body, known.day, event_id=action_id)])
        now = store.ticket(tx, known.ticket_id)
    assert now is not None, "it was known before"
    return _as_ticket(done.ticket, now) if done else now


def _asked_twice(station: Station, ticket_id: str, verb: queue.Verb, action: w.Action) -> w.ActionReply | None:
    """The centre's answer; a reply that was lost is asked for once more. ``None``: no network."""
    for _ in range(2):
        try:
            return station.ask(lambda centre: queue.move(centre, ticket_id, verb, action), now=True)
        except Refused as refused:
            hint = "请到咨询台或窗口说明"
            raise TicketRefused(refused.code, refused.message, field="ticket", hint=hint) from None
        except Unreachable:
            continue
    return None


@needs(Permission.TICKETS)
def give_back(ws: Workspace, station: Station) -> int:
    """Void what was asked of the centre and never answered here: nobody holds such a ticket. How many there were.

    Raises:
        Unreachable: the rest is left for the next time.
    """
    done = 0
    with station.turn:
        with translated(ws.journal.path):
            asked = store.asked(ws.journal.read())
        for request in asked:
            action = w.ReasonedAction(action_id=ws.new_id(), reason="取号时中断，没有出票")
            try:
                done += station.ask(partial(_given_back, request.ticket_id, action))
            except Refused as refused:
                log.info("a ticket without a paper is not there to be given back: %s", refused.code)
            with ws.journal.write() as tx:
                store.answered(tx, request.ticket_id)
    return done


def _given_back(ticket_id: str, action: w.ReasonedAction, centre: Centre) -> bool:
    if queue.look(centre, ticket_id).ticket.state != TicketState.WAITING.value:
        return False
    queue.move(centre, ticket_id, "void", action)
    return True
