"""What happens to a ticket of the queue: bodies of journal facts, as ``hall.facts`` keeps them.

The subject of these facts is the ticket's identity, a UUIDv7 made before anything is sent or printed. ``hall.tickets``
folds them. Who took the ticket stands in the personal part; before the call nobody sees it.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from hall.refs import Body

Lane = Literal["normal", "priority", "booked", "return"]
"""How a ticket waits: as it came; by law or local rule first; with an appointment; back with what was missing, or to
collect."""


class TicketIssued(Body, frozen=True, tag="ticket.issued"):
    """Somebody waits. ``letter`` and ``serial`` make the number, unique in a hall's business day.

    ``at_ms`` is when it was issued by the station's clock (Unix milliseconds); ``slot_ms`` begins the appointment of
    the lane ``booked``. ``priority`` is the reason of the lane ``priority``, never empty there. ``reference`` is the
    case of somebody who comes back. ``person`` is a keyed digest of the identity number, empty if none was asked.
    """

    business: str
    letter: str
    serial: int
    day: dt.date
    at_ms: int
    lane: Lane = "normal"
    priority: str = ""
    slot_ms: int = 0
    reference: str = ""
    person: str = ""
    station: str = ""


class TicketPrinted(Body, frozen=True, tag="ticket.printed"):
    """What became of the print: a ticket whose printing failed exists and waits all the same. ``nth`` counts 补打."""

    state: Literal["printed", "failed", "unknown"]
    nth: int = 0


class TicketCalled(Body, frozen=True, tag="ticket.called"):
    """Called to a window. A call again keeps the time of the first. ``why`` is the rule that made it the next."""

    window: str
    at_ms: int
    clerk: str = ""
    why: str = ""


class TicketStarted(Body, frozen=True, tag="ticket.started"):
    """The person stands at the window."""

    window: str
    at_ms: int
    clerk: str = ""


class TicketHeld(Body, frozen=True, tag="ticket.held"):
    """Set aside for a while with a reason (a copy to be made, a form to be filled in)."""

    window: str
    at_ms: int
    reason: str


class TicketPassed(Body, frozen=True, tag="ticket.passed"):
    """过号: called and not come; always with a reason (domain.md §8)."""

    window: str
    at_ms: int
    reason: str


class TicketReturned(Body, frozen=True, tag="ticket.returned"):
    """Waits again: back after 过号 (at ``place_ms``), released from hold, or its window fell silent.

    ``waits_ms``, of who came back only, is from when the wait counts (Unix ms); 0: from ``place_ms``.
    """

    at_ms: int
    place_ms: int
    why: Literal["came_back", "released", "lease_ended"]
    waits_ms: int = 0


class TicketTransferred(Body, frozen=True, tag="ticket.transferred"):
    """Sent on to another business or window with a reason; number and first call stay."""

    business: str
    at_ms: int
    reason: str
    window: str = ""
    clerk: str = ""


class TicketFinished(Body, frozen=True, tag="ticket.finished"):
    """Served: the cases of the visit (one may hold several matters) and what became of them."""

    window: str
    at_ms: int
    outcomes: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    clerk: str = ""


class TicketVoided(Body, frozen=True, tag="ticket.voided"):
    """Nobody waits any more: given back, or still open at the close of the day."""

    at_ms: int
    reason: str


TicketBody = (
    TicketIssued
    | TicketPrinted
    | TicketCalled
    | TicketStarted
    | TicketHeld
    | TicketPassed
    | TicketReturned
    | TicketTransferred
    | TicketFinished
    | TicketVoided
)
