"""What counters, ticket stations and boards say to the centre about the queue (beside ``hall.wire``).

Whoever asks makes the identities: of a ticket, of a block of numbers, of each thing done to a ticket. The same request
again, after a reply that was lost, gets the same answer. The identity of what is done to a ticket (``action_id``,
``claim_id``) is the ``event_id`` of the fact that the asker then writes into its own journal with ``at_ms`` of the
reply: so the centre knows the fact when it comes, and counts nothing twice.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from msgspec import Meta, Struct

from hall.queueing import QueueRule
from hall.ticketing import Lane

MAX_BLOCK = 500
"""Most serials of one block."""
MAX_BUSINESSES = 50
MAX_LISTED = 200
MAX_DAYS = 92
"""Most days that figures are taken together of."""
LEASE_S = 90
"""How long a called ticket is a window's, in seconds, where the hall says nothing else."""

CONTROLS = r"\x00-\x1f\x7f-\x9f"
"""What no text of the queue holds, neither in a request nor in a fact: control characters and line breaks (a class of
regular expressions)."""

Identity = Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]{8,60}\Z")]
"""A UUIDv7, made by whoever asks before anything is sent."""
Business = Annotated[str, Meta(min_length=1, max_length=60, pattern=rf"^[^{CONTROLS}]*\Z")]
Letter = Annotated[str, Meta(pattern=r"^[A-Z]{1,2}\Z")]
Window = Annotated[str, Meta(min_length=1, max_length=20, pattern=rf"^[^{CONTROLS}]*\Z")]
Reason = Annotated[str, Meta(min_length=1, max_length=200, pattern=rf"^[^{CONTROLS}]*[^\s{CONTROLS}][^{CONTROLS}]*\Z")]
PlainText = Annotated[str, Meta(max_length=200, pattern=rf"^[^{CONTROLS}]*\Z")]
Businesses = Annotated[list[Business], Meta(min_length=1, max_length=MAX_BUSINESSES)]
Instant = Annotated[int, Meta(ge=0, le=2**53)]
Count = Annotated[int, Meta(ge=0, le=2**31)]
Number = Annotated[str, Meta(pattern=r"^[A-Z]{1,2}[0-9]{3,7}\Z")]
"""What is printed and called."""
Words = Annotated[str, Meta(max_length=400)]
"""Text in a reply; whoever shows it takes out what a terminal obeys."""
Lease = Annotated[int, Meta(ge=0, le=3_600_000)]
"""Milliseconds that a called ticket is still a window's."""
WindowState = Literal["open", "paused", "closed"]


class _Message(Struct, frozen=True, kw_only=True):
    """Base of requests and replies. Unknown keys are kept out, not refused: newer sides may say more."""


class IssueRequest(_Message, frozen=True):
    """A ticket for somebody who stands at the station, of today by the centre's clock.

    ``person`` is a keyed digest of the identity number (hex), never the number; ``name`` only for the window that will
    call. ``priority`` is the reason of the lane ``priority``; ``slot_ms`` the begin of the appointment of ``booked``.
    ``left_min``: the minutes left of the hall's day, beyond which the station tells none (``hall.staffing``).
    """

    ticket_id: Identity
    business: Business
    letter: Letter
    lane: Lane = "normal"
    priority: PlainText = ""
    slot_ms: Instant = 0
    reference: PlainText = ""
    person: Annotated[str, Meta(pattern=r"^([0-9a-f]{16,64})?\Z")] = ""
    name: Annotated[str, Meta(max_length=60, pattern=rf"^[^{CONTROLS}]*\Z")] = ""
    station: PlainText = ""
    left_min: Annotated[int, Meta(ge=0, le=24 * 60)] = 24 * 60


class TicketView(_Message, frozen=True):
    """A ticket as it stands. Times are Unix milliseconds, 0 for what has not happened.

    ``lease_left_ms`` counts down to when a called ticket goes back by itself. ``name`` is filled for the window that
    called it only. ``withdrawn`` are numbers that it got besides and that are not called.
    """

    ticket_id: Identity
    number: Number
    business: Words
    day: dt.date
    lane: Lane
    state: Literal["waiting", "called", "serving", "held", "passed", "finished", "voided"]
    issued_ms: Instant
    version: Count
    window: Words = ""
    priority: Words = ""
    slot_ms: Instant = 0
    reference: Words = ""
    calls: Count = 0
    first_called_ms: Instant = 0
    called_ms: Instant = 0
    started_ms: Instant = 0
    ended_ms: Instant = 0
    transfers: Count = 0
    passes: Count = 0
    reason: Words = ""
    why: Words = ""
    claim_id: Words = ""
    lease_left_ms: Lease = 0
    name: Words = ""
    withdrawn: list[Number] = []

    @property
    def callable_ms(self) -> int:
        """From when it may be called (``hall.queueing.callable_from_ms``)."""
        return max(self.issued_ms, self.slot_ms)


class Told(_Message, frozen=True):
    """What the holder of a ticket was told: people ahead, and the wait in minutes with its range.

    No window serves the business: ``wait_min`` is -1 and there is no range.
    """

    ahead: int
    wait_min: int = -1
    least_min: int = -1
    most_min: int = -1


class IssueReply(_Message, frozen=True):
    """The ticket and what to tell its holder. ``serial`` and ``letter`` make the number.

    ``already``: this person has waited for this business since ``ticket.issued_ms``; it is that ticket, whose
    identity differs from the one asked for. ``no_return``: why a ticket that was passed over may not wait again;
    empty where it may, and where it was not.
    """

    ticket: TicketView
    letter: str
    serial: int
    told: Told
    now_ms: int
    already: bool = False
    no_return: str = ""


class BlockRequest(_Message, frozen=True):
    """Numbers of a business day beforehand, for when the network is gone. Nobody else ever gets them."""

    block_id: Identity
    letter: Letter
    day: dt.date
    count: Annotated[int, Meta(ge=1, le=MAX_BLOCK)]


class BlockReply(_Message, frozen=True):
    """The serials from ``first`` to ``last``, both included."""

    block_id: str
    letter: str
    day: dt.date
    first: int
    last: int


class ClaimRequest(_Message, frozen=True):
    """The next ticket for a window. ``ticket`` (its identity) instead of the next one needs a ``reason``."""

    claim_id: Identity
    window: Window
    businesses: Businesses
    clerk: PlainText = ""
    ticket: Annotated[str, Meta(max_length=60)] = ""
    reason: PlainText = ""


class ClaimReply(_Message, frozen=True):
    """The ticket that was called, ``None`` when nobody waits; ``at_ms`` is when, for the fact ``ticket.called``."""

    ticket: TicketView | None
    at_ms: Instant
    lease_s: Annotated[int, Meta(ge=0, le=3600)]
    waiting: Count = 0


class RenewRequest(_Message, frozen=True):
    """The window still calls this ticket."""

    window: Window
    ticket: Identity
    claim_id: Identity


class Action(_Message, frozen=True):
    """Something that a window does to the ticket it has, or a station to one that nobody has."""

    action_id: Identity
    window: Annotated[str, Meta(max_length=20, pattern=rf"^[^{CONTROLS}]*\Z")] = ""
    clerk: PlainText = ""


class ReasonedAction(Action, frozen=True, kw_only=True):
    """One that needs a reason: 过号, hold, void."""

    reason: Reason


class TransferAction(ReasonedAction, frozen=True, kw_only=True):
    """Sent on to another business, or to one window of it; number and first call stay."""

    business: Business
    to_window: Annotated[str, Meta(max_length=20, pattern=rf"^[^{CONTROLS}]*\Z")] = ""


class FinishAction(Action, frozen=True, kw_only=True):
    """Served, with the cases of the visit and what became of them."""

    outcomes: Annotated[list[PlainText], Meta(max_length=50)] = []
    references: Annotated[list[PlainText], Meta(max_length=50)] = []


class ActionReply(_Message, frozen=True):
    """The ticket after it; ``at_ms`` is when it was done, for the fact; ``place_ms`` and ``waits_ms`` are for
    ``ticket.returned``."""

    ticket: TicketView
    at_ms: Instant
    place_ms: Instant = 0
    waits_ms: Instant = 0


class WindowRequest(_Message, frozen=True):
    """A window opens, pauses (with a reason) or closes."""

    window: Window
    state: WindowState
    businesses: Annotated[list[Business], Meta(max_length=MAX_BUSINESSES)] = []
    reason: PlainText = ""


class WindowReply(_Message, frozen=True):
    """A window, the ticket it has (called or being served) and those it set aside, so that one that was restarted goes
    on. ``now_ms`` is the centre's clock, 0 from a centre that does not say."""

    window: Words
    state: WindowState
    businesses: Annotated[list[Words], Meta(max_length=MAX_BUSINESSES)]
    since_ms: Instant
    reason: Words = ""
    ticket: TicketView | None = None
    held: Annotated[list[TicketView], Meta(max_length=MAX_LISTED)] = []
    now_ms: Instant = 0


class QueueReply(_Message, frozen=True):
    """Tickets of today in the order in which they would be called, no names; ``has_more`` beyond the limit."""

    tickets: Annotated[list[TicketView], Meta(max_length=MAX_LISTED)]
    has_more: bool


class CloseReply(_Message, frozen=True):
    """How many tickets were still open and are void now, by what they were before."""

    day: dt.date
    voided: int
    states: dict[str, int]


class HallRule(_Message, frozen=True):
    """The rule of a hall: ``hall.queueing.QueueRule``, and how long a window keeps a ticket it called."""

    rule: QueueRule = QueueRule()
    lease_s: Annotated[int, Meta(ge=10, le=3600)] = LEASE_S


class BusinessFigures(_Message, frozen=True):
    """One business today. ``waiting`` may be called now, ``coming`` wait for an appointment that has not begun;
    ``longest_min`` is the longest wait of the former, ``wait_min`` the mean until the call of those called; ``windows``
    serve it."""

    business: str
    waiting: int = 0
    called: int = 0
    serving: int = 0
    held: int = 0
    passed: int = 0
    finished: int = 0
    voided: int = 0
    longest_min: int = 0
    wait_min: float = 0.0
    windows: int = 0
    coming: int = 0


class WindowFigures(_Message, frozen=True):
    """One window: what it has and since when; nobody's name. ``since_ms``: in this state, an open one free since.
    ``there``: whether it serves people or pauses, by ``hall.manned``."""

    window: str
    state: WindowState
    since_ms: int
    seen_ms: int
    businesses: list[str] = []
    reason: str = ""
    number: str = ""
    ticket_state: str = ""
    ticket_since_ms: int = 0
    lease_left_ms: int = 0
    there: bool = True


class LastCall(_Message, frozen=True):
    """A call, for the display in the hall. ``withdrawn``: numbers of the same ticket that are not called."""

    number: str
    window: str
    at_ms: int
    calls: int
    state: str
    withdrawn: list[str] = []


class HourFigures(_Message, frozen=True):
    """An hour of the clock over ``days`` business days that are over, or today where there is no other: a day, tickets
    ``taken`` in it and people who could be called from then on (``arrivals``: an appointment counts in its own hour,
    however early it was checked in); minutes until the call and of service (``served`` of them)."""

    hour: int
    days: int
    arrivals: float
    wait_min: float
    service_min: float
    served: int
    taken: float = 0.0


class FiguresReply(_Message, frozen=True):
    """The queue in figures: numbers of tickets and counts, nobody's name and nothing made of one.

    ``told_right``: the share of today's people whose wait lay in the range they had been told, of ``told_seen``.
    """

    day: dt.date
    now_ms: int
    businesses: list[BusinessFigures]
    windows: list[WindowFigures]
    calls: list[LastCall]
    hours: list[HourFigures]
    told_seen: int = 0
    told_right: float = 0.0
