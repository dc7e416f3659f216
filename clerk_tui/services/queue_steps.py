"""Doing things to a window's tickets so that nothing is lost: kept, asked, written.

What is to be done is kept before the centre is asked. An answer makes the fact, with the identity of the question and
the centre's time. No answer makes the fact too, by the hall's time as far as it is known here: it comes to the centre
with the journal, and the same question is asked again when the centre is back, so that its queue does not have to wait
for the journal.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from clerk_tui.services.queue_centre import Line, Refused, Unreachable
from clerk_tui.services.queue_desk import Desk, Step, Verb, Visit, gone_with_the_day, keep, load
from clerk_tui.services.workspace import Workspace
from clerk_tui.store.journal import Entry
from clerk_tui.sync import queue
from hall import queue_wire as w
from hall import ticketing as t
from hall.errors import BadInput
from hall.names import safe_for_terminal
from hall.roles import Actor, needed_for, require
from hall.ticketing import TicketBody

NewsKind = Literal["called", "nobody", "unreachable", "refused", "lapsed", "gone", "found", "put_back", "day_over"]
_ENDS: Final = (
    t.TicketFinished, t.TicketPassed, t.TicketTransferred, t.TicketHeld, t.TicketReturned, t.TicketVoided,
)  # fmt: skip


class News(Struct, frozen=True, kw_only=True):
    """What became of something that was asked. ``serial`` tells one from the next; ``text`` are the centre's words."""

    kind: NewsKind
    serial: int
    number: str = ""
    text: str = ""


class Queueing:
    """What every action on a ticket has in common. Not for two threads at once."""

    def __init__(self, ws: Workspace, report: Callable[[], None]) -> None:
        self.ws = ws
        self.line = Line(ws)
        self.desk = load(ws)
        self.news: News | None = None
        self._report = report

    @property
    def window(self) -> str:
        """This window's name in the queue."""
        return self.ws.config.hall.window

    # -- keeping and writing -----------------------------------------------------------------------------------

    def reload(self) -> None:
        """What is kept now: another program of this window may have gone on meanwhile."""
        before, self.desk = self.desk, load(self.ws)
        if before != self.desk and (numbers := gone_with_the_day(self.ws, before, self.desk)):
            self.tell("day_over", " ".join(numbers))

    def keep(self, desk: Desk, *entries: Entry) -> None:
        """Keep the desk with the facts that it follows from, then show it. Facts that are known are not written twice.

        Raises:
            StoreError: nothing was kept.
        """
        journal = self.ws.journal
        with journal.write() as connection:
            fresh = [each for each in entries if journal.seq_of(each.event_id, connection) is None]
            if fresh:
                journal.append(connection, fresh)
            keep(self.ws, connection, desk)
        self.desk = desk
        self._report()

    def entry(self, ticket_id: str, body: TicketBody, event_id: str, actor: str) -> Entry:
        """A fact about a ticket."""
        return Entry(event_id=event_id, subject=ticket_id, body=body, actor=actor, day=self.ws.clock.today())

    def tell(self, kind: NewsKind, number: str = "", text: str = "") -> None:
        """Something a person should hear."""
        serial = self.news.serial + 1 if self.news else 1
        self.news = News(kind=kind, serial=serial, number=number, text=safe_for_terminal(text[:200]))
        self._report()

    # -- a step ------------------------------------------------------------------------------------------------

    def step(self, actor: Actor, verb: Verb, visit: Visit, desk: Desk, **values: Any) -> bool:
        """Do ``verb`` to the ticket of ``visit``; ``desk`` is how things stand here afterwards. ``False`` when the
        centre refused.

        Raises:
            Forbidden: the actor may not; nothing happened.
            BadInput: ``window_away``, nobody can be sent there; the ticket stays as it was.
        """
        ticket, before = visit.ticket, self.desk
        step = Step(
            ticket_id=ticket.ticket_id,
            number=ticket.number,
            verb=verb,
            action_id=self.ws.new_id(),
            window=self.window,
            actor=actor.id,
            told=visit.alone,
            **values,
        )
        now = self.ws.hall_clock.now_ms()
        require(actor, needed_for(step.body(now)))
        desk = replace(desk, owed=(*desk.owed, step))
        if visit.alone:
            self.keep(desk, self._fact(step, now))
            return True
        self.keep(desk)
        return self._ask_step(step, before)

    def settle(self) -> bool:
        """Tell the centre what it has not answered; ``False`` while it does not answer."""
        for step in self.desk.owed:
            try:
                self._ask_step(step)
            except Unreachable:
                return False
        return True

    def _ask_step(self, step: Step, before: Desk | None = None) -> bool:
        """Ask the centre for a step that is kept. ``before`` is how things stood until just now, ``None`` for a step
        that is asked for again."""
        try:
            reply = self.line.ask(lambda centre: queue.move(centre, step.ticket_id, step.verb, step.request()))
        except Unreachable:
            if step.verb == "recall":
                # Nobody in the hall has heard it; said later it would call somebody who stands here.
                self.keep(self._without(step))
                self.tell("unreachable", step.number)
            elif not step.told:
                told = replace(step, told=True)
                owed = tuple(told if each == step else each for each in self.desk.owed)
                self.keep(replace(self.desk, owed=owed), self._fact(step, self.ws.hall_clock.now_ms()))
            if before is None:
                raise
            return True
        except Refused as refused:
            if before is not None and refused.code == "window_away":
                self.keep(before)
                hint = "选一个开着的窗口，或者转到业务"
                raise BadInput(refused.code, refused.message, field="to_window", hint=hint) from None
            if before is not None and refused.code == "day_over":
                # Midnight has come by the centre's clock. Whoever is being served stays until the visit ends.
                self.keep(before)
                self.tell("refused", step.number, refused.message)
            else:
                self._refused(step, refused)
            return False
        desk = self._without(step)
        visit = desk.of(step.ticket_id)
        if visit is not None and desk.visit is visit and step.verb in ("start", "recall"):
            desk = replace(desk, visit=replace(visit, ticket=reply.ticket))
            self.leased(reply.ticket)
        self.keep(desk, *(() if step.told else (self._fact(step, reply.at_ms, reply.place_ms),)))
        return True

    def leased(self, ticket: w.TicketView) -> None:
        """The lease of a called ticket begins anew."""
        raise NotImplementedError

    def _refused(self, step: Step, refused: Refused) -> None:
        """The ticket is not this window's. What was served here was served all the same: the fact says so, and the
        centre sets it beside what the others did."""
        desk = self._without(step)
        if step.told:
            self.keep(desk)
            return
        if step.verb == "finish":
            self.keep(desk, self._fact(step, self.ws.hall_clock.now_ms()))
        else:
            self.keep(without(desk, step.ticket_id))
        self.tell("refused", step.number, refused.message)

    def _without(self, step: Step) -> Desk:
        return replace(self.desk, owed=tuple(each for each in self.desk.owed if each.action_id != step.action_id))

    def _fact(self, step: Step, at_ms: int, place_ms: int = 0) -> Entry:
        return self.entry(step.ticket_id, step.body(at_ms, place_ms), step.action_id, step.actor)

    # -- what the journal says ---------------------------------------------------------------------------------

    def is_over_here(self, ticket: w.TicketView) -> bool:
        """Whether this window has let the ticket go since it was called."""
        facts = self.ws.journal.facts_of(ticket.ticket_id)
        body = facts[-1].body if facts else None
        return isinstance(body, _ENDS) and body.at_ms >= ticket.called_ms


def without(desk: Desk, ticket_id: str) -> Desk:
    """The desk without this ticket."""
    visit = desk.visit if desk.visit is not None and desk.visit.ticket.ticket_id != ticket_id else None
    return replace(desk, visit=visit, held=tuple(each for each in desk.held if each.ticket.ticket_id != ticket_id))
