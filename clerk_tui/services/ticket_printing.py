"""Printing a ticket: straight to the printer, and what became of it into the journal. A ticket exists
also when its print failed.

Other than a paper of a case it never waits in a queue: whoever takes a number stands there. Until ``ticket.printed`` is
written nobody knows whether it came out; then it is printed again as 补打.
"""

from __future__ import annotations

import logging
from typing import Final, Literal

from msgspec import Struct

from clerk_tui.logs import placed
from clerk_tui.printing.locks import printer_lock
from clerk_tui.printing.targets import PrintError
from clerk_tui.services import making, print_places
from clerk_tui.services.booking import slot_of
from clerk_tui.services.rights import needs
from clerk_tui.services.signing import device_key
from clerk_tui.services.ticketing import entry, left_min
from clerk_tui.services.workspace import Workspace
from clerk_tui.store import tickets as store
from clerk_tui.store.connection import translated
from hall import ticket_code
from hall import ticketing as t
from hall.errors import BadInput, HallError, StoreError
from hall.moments import local_time
from hall.queue_wire import Told
from hall.roles import Permission
from hall.staffing import may_be_today_no_more
from hall.tickets import Ticket, TicketState
from receipts.document import Document, Rendered
from receipts.forms import TICKET
from receipts.queue_ticket import QueueTicket, WaitKind, ticket_document

log = logging.getLogger(__name__)
WAIT_S = 3.0
"""How long another print may hold the printer, in seconds."""
State = Literal["printed", "failed", "unknown"]
TAKE_ANOTHER: Final = "还要办事的，请重新取号"


class Printed(Struct, frozen=True, kw_only=True):
    """What became of a print. ``nth`` is 0 for the first, n for 补打 n; ``error`` and ``hint`` are Chinese."""

    ticket: Ticket
    state: State
    nth: int = 0
    path: str = ""
    error: str = ""
    hint: str = ""


@needs(Permission.TICKETS)
def print_ticket(ws: Workspace, ticket_id: str, told: Told | None = None) -> Printed:
    """Print a ticket that this journal knows and write down what became of it: the first print, or the next 补打.

    ``told`` is what stands on it about the wait; ``None``: nobody can know. Takes as long as the printer does.

    Raises:
        BadInput: ``unknown_ticket``; ``ticket_over``: nobody is called by it any more, so there is no 补打 of it.
        StoreError: what became of it could not be written down.
    """
    with translated(ws.journal.path):
        read = ws.journal.read()
        ticket, facts = store.ticket(read, ticket_id), ws.journal.facts_of(ticket_id)
    issued = next((each.body for each in facts if isinstance(each.body, t.TicketIssued)), None)
    if ticket is None or issued is None:
        raise BadInput("unknown_ticket", "本机没有这张号票", field="ticket", hint="在发出它的取号机上补打")
    printed = [each.body for each in facts if isinstance(each.body, t.TicketPrinted)]
    if printed and (why := why_not_again(ws, ticket)):
        raise BadInput("ticket_over", why, field="ticket", hint=TAKE_ANOTHER)
    nth = sum(1 for each in printed if each.state != "failed")
    state, path, trouble = _out(ws, ticket, document_of(ws, ticket, issued, told, nth), nth)
    with ws.journal.write() as tx:
        ws.journal.append(tx, [entry(ws, ticket_id, t.TicketPrinted(state=state, nth=nth), ticket.day)])
        now = store.ticket(tx, ticket_id)
    assert now is not None, "it was there before"
    words = ("", "") if trouble is None else (trouble.message, trouble.hint)
    return Printed(ticket=now, state=state, nth=nth, path=path, error=words[0], hint=words[1])


@needs(Permission.TICKETS)
def why_not_again(ws: Workspace, ticket: Ticket) -> str:
    """Why a ticket is not printed again: nobody is called by it any more; empty where somebody is."""
    if ticket.state is TicketState.FINISHED:
        return f"{ticket.number}已经办完，不再补打"
    if ticket.state is TicketState.VOIDED:
        return f"{ticket.number}已经作废，不再补打"
    if ticket.day != ws.hall_clock.today():
        return f"{ticket.number}是{ticket.day.isoformat()}的号，只在当天有效，不再补打"
    return ""


def document_of(ws: Workspace, ticket: Ticket, issued: t.TicketIssued, told: Told | None, nth: int = 0) -> Document:
    """The paper of a ticket; its code says what was issued, whatever has happened since."""
    hall = ws.catalogue.hall
    business = next((each for each in hall.businesses if each.key == ticket.business), None)
    code = ticket_code.TicketCode(ticket_id=ticket.ticket_id, issued=issued)
    zone = ws.config.timezone
    return ticket_document(
        QueueTicket(
            hall=hall.name,
            business=business.name if business else ticket.business,
            where=business.where if business else "",
            number=ticket.number,
            issued=local_time(ticket.issued_ms, zone),
            line=ticket_code.line(ticket.number, ticket.day),
            code=ticket_code.encode(code, device_key(ws)),
            lane=issued.lane,
            priority=issued.priority,
            slot=slot_of(ws, ticket),
            reference=issued.reference,
            ahead=told.ahead if told else -1,
            wait=_wait(ws, told),
            least=told.least_min if told else 0,
            most=told.most_min if told else 0,
            reprint=nth,
        )
    )


def is_unsure(ws: Workspace, told: Told | None) -> bool:
    """Whether the wait is so long that the turn may not come today: then no minutes are told."""
    if told is None:
        return False
    return may_be_today_no_more(told.wait_min, told.most_min, left_min(ws))


def _wait(ws: Workspace, told: Told | None) -> WaitKind:
    if told is None:
        return "offline"
    return "nobody" if told.wait_min < 0 else "unsure" if is_unsure(ws, told) else "range"


def _out(ws: Workspace, ticket: Ticket, document: Document, nth: int) -> tuple[State, str, PrintError | None]:
    """Hand it to the printer."""
    target = ws.config.print_target(TICKET)
    try:
        rendered: Rendered = making.render(document, "slip")
        with printer_lock(ws.journal.path, target, wait_s=WAIT_S) as mine:
            if not mine:
                raise PrintError("打印机正忙", "等一会儿再补打")
            path = print_places.target_of(ws, target).put(file_name(ticket, nth), rendered.pdf)
        return "printed", path, None
    except PrintError as error:
        log.warning("a ticket did not come out: %s %s", error.code, error.message)
        return ("failed" if error.certain else "unknown"), "", error
    except StoreError:
        raise
    except HallError as error:
        log.warning("a ticket did not come out: %s %s", error.code, error.message)
        return "failed", "", PrintError(error.message, error.hint, code=error.code)
    except Exception as error:
        log.error("a ticket could not be printed: %s", placed(error))
        return "unknown", "", PrintError("打印时程序出了意外的错误", "看纸出来了没有；没有就补打", certain=False)


def file_name(ticket: Ticket, nth: int) -> str:
    """``ticket-20261123-A012.pdf``, reprinted ``ticket-20261123-A012-r1.pdf``."""
    return f"ticket-{ticket.day:%Y%m%d}-{ticket.number}{f'-r{nth}' if nth else ''}.pdf"
