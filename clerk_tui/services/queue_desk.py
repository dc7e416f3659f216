"""What a window has of the queue: the visit at the desk, those set aside, what the centre has not answered yet.

It is kept in one row of the store, in the transaction of the facts that it follows from, so a counter that was
restarted goes on where it was, with a network or without.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from clerk_tui.services.workspace import Workspace
from clerk_tui.store import desk as table
from clerk_tui.store.connection import translated
from clerk_tui.store.journal import Transaction
from hall import queue_wire as w
from hall import ticketing as t

Verb = Literal["start", "recall", "pass", "hold", "release", "transfer", "finish"]
MOST_OWED: Final = 200
"""Most steps that wait to be told; the facts themselves go to the centre whatever their number."""


class Served(Struct, frozen=True):
    """A matter of a visit: the case's reference and what became of it (an outcome's code)."""

    reference: str
    outcome: str


class Visit(Struct, frozen=True, kw_only=True):
    """A ticket at this window and the matters done for it. ``alone``: taken without the centre, which learns of it by
    the facts; until then nothing is asked about it."""

    ticket: w.TicketView
    alone: bool = False
    served: tuple[Served, ...] = ()

    @property
    def number(self) -> str:
        return self.ticket.number

    @property
    def called(self) -> bool:
        """Called, and nobody has come yet."""
        return self.ticket.state == "called"

    @property
    def serving(self) -> bool:
        """The person stands at the window."""
        return self.ticket.state == "serving"


class Step(Struct, frozen=True, kw_only=True):
    """Something done to a ticket. ``action_id`` is the identity of the question and of the fact. ``told``: the fact is
    written, because the centre did not answer; it is still asked, so that its queue goes on before the fact comes."""

    ticket_id: str
    number: str
    verb: Verb
    action_id: str
    window: str
    actor: str
    reason: str = ""
    business: str = ""
    to_window: str = ""
    outcomes: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    told: bool = False

    def request(self) -> w.Action:
        """The question to the centre."""
        base: dict[str, Any] = {"action_id": self.action_id, "window": self.window, "clerk": self.actor}
        match self.verb:
            case "pass" | "hold":
                return w.ReasonedAction(**base, reason=self.reason)
            case "transfer":
                return w.TransferAction(**base, reason=self.reason, business=self.business, to_window=self.to_window)
            case "finish":
                return w.FinishAction(**base, outcomes=list(self.outcomes), references=list(self.references))
            case _:
                return w.Action(**base)

    def body(self, at_ms: int, place_ms: int = 0) -> t.TicketBody:
        """The fact of it."""
        window, clerk, reason = self.window, self.actor, self.reason
        match self.verb:
            case "start":
                return t.TicketStarted(window=window, at_ms=at_ms, clerk=clerk)
            case "recall":
                return t.TicketCalled(window=window, at_ms=at_ms, clerk=clerk)
            case "pass":
                return t.TicketPassed(window=window, at_ms=at_ms, reason=reason)
            case "hold":
                return t.TicketHeld(window=window, at_ms=at_ms, reason=reason)
            case "release":
                return t.TicketReturned(at_ms=at_ms, place_ms=place_ms, why="released")
            case "transfer":
                return t.TicketTransferred(
                    business=self.business, at_ms=at_ms, reason=reason, window=self.to_window, clerk=clerk
                )
            case "finish":
                return t.TicketFinished(
                    window=window, at_ms=at_ms, outcomes=self.outcomes, references=self.references, clerk=clerk
                )


class Desk(Struct, frozen=True, kw_only=True):
    """Everything of the queue that this window keeps. ``asking`` is the call for the next ticket that no answer came
    to; asked again with its identity it is the same call. ``day`` is the hall's when it was kept, and ``ahead_ms`` how
    much this device's clock was ahead then; ``None``: nobody knew, so the day is this device's own."""

    day: dt.date | None = None
    ahead_ms: int | None = None
    visit: Visit | None = None
    held: tuple[Visit, ...] = ()
    owed: tuple[Step, ...] = ()
    asking: w.ClaimRequest | None = None

    def owes(self, ticket_id: str) -> bool:
        """Whether something done to this ticket is still to be told to the centre."""
        return any(step.ticket_id == ticket_id for step in self.owed)

    def of(self, ticket_id: str) -> Visit | None:
        """The visit with this ticket, at the desk or set aside."""
        mine = (*((self.visit,) if self.visit else ()), *self.held)
        return next((each for each in mine if each.ticket.ticket_id == ticket_id), None)


_decode = msgspec.json.Decoder(Desk)


def load(ws: Workspace) -> Desk:
    """What is kept. Nobody is called on a number of yesterday: of a day that is over only whoever is being served
    stays, until the visit ends."""
    with translated(ws.journal.path):
        body = table.read(ws.journal.read())
    if not body:
        return Desk()
    try:
        desk = _decode.decode(body)
    except (msgspec.DecodeError, ValueError):
        # Nothing stands on it alone: the facts are in the journal, and the centre knows the window's ticket.
        return Desk()
    if _is_of_today(ws, desk):
        return desk
    visit = desk.visit if desk.visit is not None and desk.visit.serving else None
    return Desk(visit=visit, owed=desk.owed)


def gone_with_the_day(ws: Workspace, before: Desk, now: Desk) -> list[str]:
    """The numbers of ``before`` that are void since midnight: called and not come, or set aside. Whatever else took
    them away kept a desk of the new day."""
    if before.day is None or now.day is not None or _is_of_today(ws, before):
        return []
    mine = (*((before.visit,) if before.visit else ()), *before.held)
    return [each.number for each in mine if now.of(each.ticket.ticket_id) is None]


def is_past_its_day(ws: Workspace, visit: Visit) -> bool:
    """Whether midnight has made the number one of an earlier day, by the hall's clock; not where nobody knows it. Such
    a visit ends here: on a number of yesterday nobody is called later, or elsewhere."""
    return ws.hall_clock.ahead_ms is not None and visit.ticket.day < ws.hall_clock.today()


def _is_of_today(ws: Workspace, desk: Desk) -> bool:
    """Whether it was kept today. As long as the centre was not heard, its day may be that of a right clock or of one
    that is as wrong as it was then."""
    clock, own = ws.hall_clock, ws.clock.today()
    if clock.ahead_ms is None:
        return desk.day in (own, clock.day_of(ws.clock.now_ms() - (desk.ahead_ms or 0)))
    return desk.day == (own if desk.ahead_ms is None else clock.today())


def keep(ws: Workspace, connection: Transaction, desk: Desk) -> None:
    """Keep it, in the caller's transaction."""
    clock = ws.hall_clock
    kept = replace(desk, day=clock.today(), ahead_ms=clock.ahead_ms, owed=desk.owed[-MOST_OWED:])
    table.keep(connection, msgspec.json.encode(kept))
