"""What somebody shows at the station: an earlier paper, a reference, an appointment, a ticket, an identity card.

A scan is recognised and checked here and does nothing yet; an identity number is kept only as long as it is looked at.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from clerk_tui.services import booking, misread
from clerk_tui.services.rights import needs
from clerk_tui.services.signing import known_keys
from clerk_tui.services.ticketing import Station, businesses, card_number
from clerk_tui.services.workspace import Workspace
from clerk_tui.store.bookings import Booking
from hall import replica, ticket_code
from hall.catalogue.businesses import business_of
from hall.catalogue.model import Business, Matter
from hall.errors import BadIdentity, BadInput
from hall.reference import reference_in
from hall.roles import Permission

MOST = 4_296
"""Characters of the longest code."""
Kind = Literal["return", "booking", "ticket", "card"]


class Arrival(Struct, frozen=True, kw_only=True):
    """Who comes. ``return``: with the case ``reference``, queued for ``business`` (``None``: it is to be chosen).
    ``booking``: with these appointments. ``ticket``: with the ticket of this identity or number; ``held`` where the
    signed code on its paper was read: a number stands on the display, that code nowhere. ``card``: with an identity
    card, ``id_number``, and the appointments it has today."""

    kind: Kind
    reference: str = ""
    business: Business | None = None
    bookings: tuple[Booking, ...] = ()
    ticket: str = ""
    held: bool = False
    id_number: str = ""

    def __repr__(self) -> str:
        """Without the number."""
        return f"Arrival(kind={self.kind!r})"


@needs(Permission.TICKETS)
def read(ws: Workspace, station: Station, text: str) -> Arrival:
    """What a scan or typed text is.

    Raises:
        BadInput: nothing that can be used here, in words for a visitor (``misread``).
    """
    clean = text.strip()[: MOST + 1]
    try:
        if ticket_code.looks_like_ticket(clean):
            return _ticket(ws, clean)
        if replica.looks_like_code(clean):
            return _paper(ws, station, clean)
    except BadInput as error:
        raise misread.of_code(error) from None
    if (found := booking.find(ws, station, clean)) is not None:
        return Arrival(kind="booking", bookings=(found,))
    if ticket_code.is_number(clean):
        return Arrival(kind="ticket", ticket=clean.upper())
    # Some identity numbers could be references without their dashes: the card goes first.
    number = _card(ws, station, clean)
    if number is not None and ws.config.station.card:
        return Arrival(kind="card", id_number=number, bookings=tuple(booking.of_card(ws, station, number)))
    if number is None and (reference := _reference(ws, clean)) is not None:
        # A machine that anybody stands at has no cases of the hall: whoever types a reference chooses the business.
        return Arrival(kind="return", reference=reference)
    raise misread.of_text(clean, office=ws.config.hall.office, today=ws.hall_clock.today())


def _ticket(ws: Workspace, text: str) -> Arrival:
    today = ws.hall_clock.today()
    if ":" not in text[:8]:
        return Arrival(kind="ticket", ticket=ticket_code.read_line(text, today))
    return Arrival(kind="ticket", ticket=ticket_code.decode(text, known_keys(ws), today).ticket_id, held=True)


def _paper(ws: Workspace, station: Station, text: str) -> Arrival:
    found = replica.decode(text, known_keys(ws), ws.hall_clock.today())
    matter = ws.catalogue.find(found.matter)
    return Arrival(kind="return", reference=found.reference, business=_queue(ws, matter))


def _queue(ws: Workspace, matter: Matter | None) -> Business | None:
    return business_of(businesses(ws), matter) if matter else None


def _reference(ws: Workspace, text: str) -> str | None:
    found = reference_in(text, office_length=len(ws.config.hall.office))
    return str(found) if found is not None else None


def _card(ws: Workspace, station: Station, text: str) -> str | None:
    try:
        return card_number(text, ws.hall_clock.today())
    except BadIdentity:
        return None
