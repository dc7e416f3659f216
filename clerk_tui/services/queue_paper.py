"""The ticket in somebody's hand, as a scanner reads it: the signed code, or the line that only says the number."""

from __future__ import annotations

from clerk_tui.services import signing
from clerk_tui.services.workspace import Workspace
from hall import ticket_code
from hall.queue_wire import TicketView


def read(ws: Workspace, text: str) -> TicketView | str:
    """The ticket that a signed code carries; of the line only its number, for which the centre has to be asked.

    Raises:
        TicketCodeError: no ticket of today that a device of this hall signed.
    """
    today = ws.hall_clock.today()
    if ":" not in text[:8]:
        return ticket_code.read_line(text, today)
    code = ticket_code.decode(text, signing.known_keys(ws), today)
    issued = code.issued
    return TicketView(
        ticket_id=code.ticket_id,
        number=code.number,
        business=issued.business,
        day=issued.day,
        lane=issued.lane,
        state="waiting",
        issued_ms=issued.at_ms,
        version=1,
        priority=issued.priority,
        slot_ms=issued.slot_ms,
        reference=issued.reference,
    )
