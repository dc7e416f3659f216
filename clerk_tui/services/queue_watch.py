"""What goes on by itself at a window with a queue: its lease is renewed, what it owes is told, it is heard of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from clerk_tui.services import shift
from clerk_tui.services.queue_centre import Refused, Unreachable
from clerk_tui.services.queue_desk import Desk, Visit, is_past_its_day
from clerk_tui.services.queue_steps import News, Queueing, without
from clerk_tui.services.workspace import Workspace
from clerk_tui.store.journal import Entry
from clerk_tui.sync import queue
from hall import queue_wire as w
from hall.queue_wire import TicketView, WindowState
from hall.roles import Actor, Permission
from hall.ticketing import TicketCalled

LOOK_MS: Final = 12_000
"""How often a window says that it is there and looks who waits; while somebody reads the list, and without a network,
every ``LOOK_SOON_MS``."""
LOOK_SOON_MS: Final = 4_000
LISTED: Final = 50
"""Most of those who wait that are listed."""


class Now(Struct, frozen=True, kw_only=True):
    """How things stand, for a screen. ``lease_until`` is on the clock that no one can set (``Clock.mono_ms``), 0 where
    nothing runs out; ``asking``: a call is on its way; ``past``: midnight has made the number at this window one of an
    earlier day (``queue_desk.is_past_its_day``)."""

    desk: Desk
    state: WindowState
    online: bool
    asking: bool
    lease_until: int
    waiting: tuple[TicketView, ...]
    more: bool
    passed: tuple[TicketView, ...]
    news: News | None
    past: bool = False

    @property
    def visit(self) -> Visit | None:
        """The ticket at this window."""
        return self.desk.visit


class Watching(Queueing):
    """A window that is heard of. ``businesses`` are those it serves, as the queue knows them; ``detailed``: somebody
    reads who waits."""

    def __init__(
        self, ws: Workspace, businesses: Sequence[str], report: Callable[[Now], None] = lambda now: None
    ) -> None:
        self.businesses = list(businesses)
        self.detailed = False
        self._state: WindowState = "open"
        self._asking = False
        self._caller: Actor | None = None
        self._waiting: tuple[TicketView, ...] = ()
        self._more = False
        self._passed: tuple[TicketView, ...] = ()
        self._lease_until = self._renew_at = self._look_at = 0
        super().__init__(ws, lambda: report(self.now()))
        if (visit := self.desk.visit) is not None:
            self.leased(visit.ticket)
            self._renew_at = 0

    def now(self) -> Now:
        """How things stand."""
        visit = self.desk.visit
        running = visit is not None and _leased(visit)
        return Now(
            desk=self.desk,
            state=self._state,
            online=self.line.online,
            asking=self._asking,
            lease_until=self._lease_until if running else 0,
            waiting=self._waiting,
            more=self._more,
            passed=self._passed,
            news=self.news,
            past=visit is not None and is_past_its_day(self.ws, visit),
        )

    def reload(self) -> None:
        """What is kept now, and whether the window serves."""
        super().reload()
        self._state, _ = shift.window_state(self.ws)

    def beat(self) -> None:
        """Do what is due: renew the lease, tell what is owed, look."""
        self.reload()
        visit, mono = self.desk.visit, self.ws.clock.mono_ms()
        if visit is not None and _leased(visit) and mono >= self._renew_at:
            if self.attended:
                self._renew(visit)
            else:
                # Called before a restart that nobody has signed in after: the lease runs out.
                self._renew_at = self._lease_until
        self._lapse()
        if self.ws.clock.mono_ms() >= self._look_at:
            self.look()

    def due_ms(self) -> int:
        """Milliseconds until ``beat`` has something to do."""
        visit = self.desk.visit
        soonest = self._look_at
        if visit is not None and _leased(visit):
            soonest = min(soonest, self._renew_at)
        return max(0, soonest - self.ws.clock.mono_ms())

    def leave(self) -> None:
        """Tell the centre that the window goes, where it has nobody and the line stands; else its silence says so."""
        desk = self.desk
        if desk.visit is not None or desk.held or desk.asking is not None or not self.line.online:
            return
        request = w.WindowRequest(window=self.window, state="closed", businesses=self.businesses)
        with suppress(Unreachable, Refused):
            self.line.ask(lambda centre: queue.set_window(centre, request))

    def look(self, *, serves: bool = True) -> None:
        """Say that the window is there, hear which ticket it has, and who waits; without an answer nothing changes.
        Without ``serves`` nothing is said: somebody looks, and nobody need sit there."""
        self.reload()
        mono = self.ws.clock.mono_ms()
        self._look_at = mono + (LOOK_SOON_MS if self.detailed else LOOK_MS)
        state, reason = shift.told_state(self.ws)
        request = w.WindowRequest(window=self.window, state=state, businesses=self.businesses, reason=reason[:200])
        try:
            if not self.settle():
                raise Unreachable
            reply = self.line.ask(
                lambda centre: queue.set_window(centre, request) if serves else queue.window(centre, self.window)
            )
            if reply.now_ms:
                self.ws.hall_clock.told(reply.now_ms)
            self._agree(reply.ticket)
            self._agree_aside(reply.held)
            self.let_go_unattended()
            told = self.line.ask(lambda centre: queue.listed(centre, self.businesses, "waiting", LISTED))
            self._waiting, self._more = tuple(told.tickets), told.has_more
            if self.detailed:
                gone = self.line.ask(lambda centre: queue.listed(centre, self.businesses, "passed", LISTED))
                self._passed = tuple(gone.tickets)
        except Unreachable:
            self._look_at = mono + LOOK_SOON_MS
        except Refused as refused:
            self.tell("refused", text=refused.message)
        self._report()

    # -- while nobody serves here ----------------------------------------------------------------------------------

    @property
    def attended(self) -> bool:
        """Whether whoever is called finds somebody here: the window neither pauses nor is its screen locked."""
        return shift.told_state(self.ws)[0] != "paused"

    def let_go(self, actor: Actor) -> None:
        """Whoever was called and has not come goes back to their place, since nobody will be here; nothing happens
        where nobody is called."""
        self.reload()
        visit = self.desk.visit
        if visit is not None and visit.called:
            self.step(actor, "release", visit, without(self.desk, visit.ticket.ticket_id))
            self.tell("put_back", visit.number)

    def let_go_unattended(self) -> None:
        """A call whose answer comes to a window that pauses or was locked meanwhile is given back at once, by whoever
        called."""
        actor = self.ws.seat.actor or self._caller
        if actor is not None and not self.attended:
            self.let_go(actor)

    # -- what the centre says ----------------------------------------------------------------------------------------

    def _agree(self, ticket: TicketView | None) -> None:
        """Bring what is here and what the centre says together."""
        desk, visit = self.desk, self.desk.visit
        if ticket is not None and (visit is None or visit.ticket.ticket_id == ticket.ticket_id):
            if desk.owes(ticket.ticket_id) or (visit is None and self.is_over_here(ticket)):
                return
            # A look is no renewal: what is left runs on, and the renewal stays due when it was.
            due = self._renew_at
            self.leased(ticket)
            if visit is not None and visit.ticket.claim_id == ticket.claim_id:
                self._renew_at = min(due, self._renew_at)
            found = replace(visit, ticket=ticket, alone=False) if visit is not None else Visit(ticket=ticket)
            asked = desk.asking is not None and desk.asking.claim_id == ticket.claim_id
            if found != visit or asked:
                held = without(replace(desk, asking=None if asked else desk.asking), ticket.ticket_id)
                self.keep(replace(held, visit=found), *self._unwritten(ticket))
            if visit is None:
                self.tell("found", ticket.number)
        elif ticket is None and visit is not None and _leased(visit) and not desk.owes(visit.ticket.ticket_id):
            self.keep(replace(desk, visit=None))
            self.tell("gone", visit.number)

    def _agree_aside(self, held: Sequence[TicketView]) -> None:
        """Tickets that the centre says were set aside here, and nobody here knows of, are here again."""
        desk = self.desk
        for ticket in held:
            if desk.of(ticket.ticket_id) is None and not desk.owes(ticket.ticket_id):
                desk = replace(desk, held=(*desk.held, Visit(ticket=ticket)))
        if desk != self.desk:
            self.keep(desk)

    def _unwritten(self, ticket: TicketView) -> list[Entry]:
        """The call that the answer was lost of; nobody sits here that is known: the centre has it."""
        actor = self.ws.seat.actor or self._caller
        if actor is None or not actor.may(Permission.CALL) or not ticket.claim_id or ticket.calls != 1:
            return []
        body = TicketCalled(window=self.window, at_ms=ticket.called_ms, clerk=actor.id, why=ticket.why)
        return [self.entry(ticket.ticket_id, body, ticket.claim_id, actor.id)]

    def _renew(self, visit: Visit) -> None:
        ticket = visit.ticket
        request = w.RenewRequest(window=self.window, ticket=ticket.ticket_id, claim_id=ticket.claim_id)
        try:
            reply = self.line.ask(lambda centre: queue.renew(centre, request))
        except Unreachable:
            self._renew_at = self.ws.clock.mono_ms() + LOOK_SOON_MS
            self._report()
            return
        except Refused as refused:
            self.keep(without(self.desk, ticket.ticket_id))
            self.tell("gone", visit.number, refused.message)
            return
        self.leased(reply.ticket)
        if reply.ticket != ticket:
            self.keep(replace(self.desk, visit=replace(visit, ticket=reply.ticket)))
        self._report()

    def _lapse(self) -> None:
        """Nobody answered until the lease was over: the centre gives the ticket back to its place, so it is let go here
        too. Whoever comes with it is served by the ticket in their hand."""
        visit = self.desk.visit
        if visit is None or not _leased(visit) or self.ws.clock.mono_ms() < self._lease_until:
            return
        self.keep(without(self.desk, visit.ticket.ticket_id))
        self.tell("lapsed", visit.number)

    def leased(self, ticket: TicketView) -> None:
        """The lease of a called ticket begins anew."""
        mono = self.ws.clock.mono_ms()
        self._lease_until = mono + ticket.lease_left_ms
        self._renew_at = mono + max(1_000, ticket.lease_left_ms // 3)


def _leased(visit: Visit) -> bool:
    """Whether the centre gives the ticket back when this window falls silent."""
    return visit.called and not visit.alone
