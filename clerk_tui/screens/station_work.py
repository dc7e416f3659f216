"""What a choice at the ticket machine does, in a thread: asks the centre, and gives the page that follows."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from msgspec.structs import replace as changed

from clerk_tui.i18n import N_, _
from clerk_tui.screens.station_pages import Asked, Businesses, Found, Given, Page, Trouble
from clerk_tui.services import arriving, booking, numbers, ticket_moves, ticket_printing, ticketing
from clerk_tui.services.numbers import Outlook
from clerk_tui.services.queue_centre import Refused, Unreachable
from clerk_tui.services.ticketing import Station, Taken
from clerk_tui.services.workspace import Workspace
from hall.catalogue.model import Business
from hall.errors import BadInput, HallError
from hall.ticketing import Lane
from hall.tickets import TicketState

log = logging.getLogger(__name__)
Work = Callable[[Workspace, Station], Page]
GIVEN_BACK = N_("在取号机上退号")


def take(key: str, asked: Asked) -> Work:
    """A ticket for this business."""

    def work(ws: Workspace, station: Station) -> Page:
        lane: Lane = "priority" if asked.priority else "return" if asked.reference else "normal"
        wish = ticketing.wish_for(
            ws,
            key,
            lane=lane,
            priority=asked.priority,
            reference=asked.reference,
            id_number=asked.id_number,
            day=ws.hall_clock.today(),
        )
        return given(ws, ticketing.take(ws, station, wish))

    return work


def read(text: str, seen: tuple[Outlook, ...]) -> Work:
    """What a code is, and what follows from it at once."""

    def work(ws: Workspace, station: Station) -> Page:
        try:
            return used(ws, station)
        except HallError as error:
            if error.field not in ("code", "ticket"):
                raise
            return Trouble(_(error.message), _(error.hint), shown=True)

    def used(ws: Workspace, station: Station) -> Page:
        arrival = arriving.read(ws, station, text)
        if arrival.kind == "ticket":
            taken = ticket_moves.find(ws, station, arrival.ticket)
            return found(ws, taken, held=arrival.held)
        if arrival.bookings:
            taken = booking.check_in(ws, station, booking.due(ws, station, arrival.bookings))
            if not taken.already:
                return given(ws, taken)
            # Checked in earlier: this machine does not know what has become of the number since.
            now = ticket_moves.find(ws, station, taken.ticket.ticket_id)
            waits = now.ticket.state is TicketState.WAITING and not ticket_printing.why_not_again(ws, now.ticket)
            return given(ws, now) if waits else found(ws, now, held=True)
        if arrival.business is not None:
            return take(arrival.business.key, Asked(reference=arrival.reference))(ws, station)
        return Businesses(seen, Asked(reference=arrival.reference, id_number=arrival.id_number))

    return work


def give_back(ticket_id: str) -> Work:
    """The ticket is not wanted any more."""

    def work(ws: Workspace, station: Station) -> Page:
        ticket = ticket_moves.void(ws, station, ticket_id, GIVEN_BACK)
        return found(ws, Taken(ticket=ticket, already=True), held=True)

    return work


def come_back(ticket_id: str, *, held: bool) -> Work:
    """Whoever was passed over waits again; that they say so shows no paper, so ``held`` stays what it was."""

    def work(ws: Workspace, station: Station) -> Page:
        ticket_moves.come_back(ws, station, ticket_id)
        return found(ws, ticket_moves.find(ws, station, ticket_id), held=held)

    return work


def found(ws: Workspace, taken: Taken, *, held: bool) -> Found:
    """The page of a ticket; ``held``: whoever asks has shown its paper, an appointment or the card behind it."""
    over = ticket_printing.why_not_again(ws, taken.ticket) or taken.no_return
    slot, unsure = booking.slot_of(ws, taken.ticket), ticket_printing.is_unsure(ws, taken.told)
    return Found(taken, _business(ws, taken), held, over, slot, unsure)


def given(ws: Workspace, taken: Taken) -> Given:
    """The page of a ticket that somebody has now."""
    slot = booking.slot_of(ws, taken.ticket)
    return Given(taken, _business(ws, taken), slot=slot, unsure=ticket_printing.is_unsure(ws, taken.told))


def to_print(page: Given) -> Given:
    """The same ticket while it prints: what follows is about the print."""
    return replace(page, printed=None, taken=changed(page.taken, already=False))


def first_page(ws: Workspace) -> Businesses:
    """The businesses before anything is known of who waits.

    Raises:
        HallError: ``no_businesses``.
    """
    return Businesses(tuple(Outlook(business=each) for each in ticketing.businesses(ws)))


def low_numbers(ws: Workspace, station: Station) -> str:
    """Without a network: how many numbers are left of the letter that has the fewest; empty while there is one."""
    if station.online:
        return ""
    left = numbers.left(ws, station).letters
    letter = min(left, key=lambda each: left[each])
    return _("网络不通，用预领的号码，{letter} 字还有 {count} 个").format(letter=letter, count=left[letter])


def note(ws: Workspace, station: Station) -> str:
    """What the machine has to say of itself before anybody chooses: that it cannot print yet, or ``low_numbers``."""
    return low_numbers(ws, station) if _prints() else _("现在打不出号票，请先告诉导办人员")


def _prints() -> bool:
    from receipts.fonts import fonts_ready

    try:
        return fonts_ready()
    except HallError:
        return False


def not_printed(error: Exception) -> Trouble:
    """Whoever takes a number is told what to do, never what a printer or a disk said: that is in the log."""
    if isinstance(error, BadInput):
        return Trouble(_(error.message), _(error.hint))
    return Trouble(_("号票没有打出来，请找导办人员"), _("号码有效，请记住，照样会叫到您"))


def _business(ws: Workspace, taken: Taken) -> Business | None:
    return next((each for each in ws.catalogue.hall.businesses if each.key == taken.ticket.business), None)


def look(ws: Workspace, station: Station) -> tuple[list[Outlook], str]:
    """Who waits where, and the line below. What is due is done beside: blocks are filled up, and what was asked for and
    nobody holds is given back."""
    seen = [Outlook(business=each) for each in ticketing.businesses(ws)]
    try:
        seen = numbers.outlook(ws, station)
        numbers.refill(ws, station)
        ticket_moves.give_back(ws, station)
    except (Unreachable, Refused) as error:
        log.info("the queue was not looked at: %s", type(error).__name__)
    return seen, note(ws, station)
