"""A window's part in the hall's queue: the next one, again, not come, aside, on to others, served.

    window = calling.open_window(ws)                 # None where the hall has no queue
    window.call_next(actor) ; window.start(actor) ; window.served(reference, outcome) ; window.finish(actor)

Every call asks the centre and may wait for it, so none is for the thread that paints (``services.queue_thread``).
``now()`` says how things stand. Off line a window takes the ticket that somebody holds (``take``): its facts are
written here and reach the centre with the journal.
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from clerk_tui.services.queue_centre import Refused, Unreachable
from clerk_tui.services.queue_desk import Served, Visit, is_past_its_day
from clerk_tui.services.queue_steps import without
from clerk_tui.services.queue_watch import Now, Watching
from clerk_tui.sync import queue
from hall import queue_wire as w
from hall.errors import BadInput
from hall.names import clean_text, says_something
from hall.queue_wire import TicketView
from hall.roles import Actor, Permission, require
from hall.shifts import VISIT_NAMES
from hall.telling import STATE_NAMES as CASE_STATES
from hall.ticketing import TicketCalled
from hall.tickets import TicketState

__all__ = ["Now", "Visit", "Window"]

TAKEN_UP: Final = "暂放后接着办"
AT_THE_WINDOW: Final = "到窗口扫号票"
MOST_SAID: Final = 200
"""Characters of a reason, and of how a visit ended."""


class Window(Watching):
    """One window of the hall and what its clerk does."""

    # -- calling -----------------------------------------------------------------------------------------------

    def call_next(self, actor: Actor) -> None:
        """The next one by the hall's rule.

        Raises:
            BadInput: this window has a ticket, or pauses.
            Forbidden: the actor may not.
        """
        self._may_call(actor)
        self.line.wake()
        waited = self.desk.asking is not None
        called = self._claim(actor, self._request(actor))
        # What an earlier call came to may be over by now: then this one is a call of its own.
        if not called and waited and self.line.online:
            called = self._claim(actor, self._request(actor))
        if not called:
            self.tell("unreachable")
        self.let_go_unattended()

    def call(self, actor: Actor, ticket: str, reason: str) -> None:
        """A certain one, out of order or back after 过号, with the reason.

        Raises as ``call_next``; ``BadInput`` also without a reason.
        """
        self._may_call(actor)
        words = clean_text(reason, field="reason", max_length=MOST_SAID)
        if not says_something(words):
            raise BadInput("reason_needed", "不按顺序叫号要写明理由", field="reason", hint="写一句理由")
        self.line.wake()
        if not self._claim(actor, self._request(actor, ticket, words)):
            self.tell("unreachable")
        self.let_go_unattended()

    def take_up(self, actor: Actor, ticket: str) -> None:
        """Go on with one that was set aside here. Raises as ``call_next``."""
        self._may_call(actor)
        visit = next((each for each in self.desk.held if each.ticket.ticket_id == ticket), None)
        if visit is None:
            raise BadInput("not_held", "这张号没有暂放在本窗口", field="ticket", hint="在叫号屏上选一张")
        request = self._request(actor, ticket, TAKEN_UP)
        if visit.alone or not self._claim(actor, request, visit):
            self._take_alone(actor, visit, request.claim_id)
        self.start(actor)

    def take(self, actor: Actor, paper: TicketView | str) -> None:
        """Serve whoever holds this ticket, which was read from the paper in their hand (``services.queue_paper``); also
        without a network. A number alone has to be asked about.

        Raises as ``call_next``; ``BadInput`` also for a ticket that this window has served already.
        """
        require(actor, Permission.CALL)
        self.reload()
        ticket = self.numbered(paper) if isinstance(paper, str) else paper
        visit = self.desk.visit
        if visit is not None and visit.ticket.ticket_id == ticket.ticket_id:
            self.start(actor)
            return
        if any(each.ticket.ticket_id == ticket.ticket_id for each in self.desk.held):
            self.take_up(actor, ticket.ticket_id)
            return
        self._may_call(actor)
        if self.is_over_here(ticket):
            raise BadInput("ticket_used", f"{ticket.number}在本窗口已经办过", field="ticket", hint="再来要重新取号")
        request = self._request(actor, ticket.ticket_id, AT_THE_WINDOW)
        if not self._claim(actor, request):
            self._take_alone(actor, Visit(ticket=ticket), request.claim_id)
        self.start(actor)

    def numbered(self, number: str) -> TicketView:
        """The ticket with this number of today. Raises ``BadInput``: there is none, or nobody answers."""
        self.line.wake()
        try:
            return self.line.ask(lambda centre: queue.look(centre, number)).ticket
        except Unreachable:
            hint = "扫号票上的二维码，断网也能办"
            raise BadInput("centre_unreachable", f"连不上中心，查不到{number}", field="ticket", hint=hint) from None
        except Refused as refused:
            raise BadInput(refused.code, refused.message, field="ticket", hint="核对号票") from None

    def _may_call(self, actor: Actor) -> None:
        require(actor, Permission.CALL)
        self.reload()
        visit = self.desk.visit
        if visit is not None:
            hint = "先办结、过号、暂放或转走"
            raise BadInput("window_has_ticket", f"本窗口还有{visit.number}", field="ticket", hint=hint)
        if self._state == "paused":
            raise BadInput("window_paused", "本窗口现在暂停，不能叫号", field="window", hint="先恢复办理")

    def _request(self, actor: Actor, ticket: str = "", reason: str = "") -> w.ClaimRequest:
        """The call; one that no answer came to is the same call."""
        asking = self.desk.asking
        wanted = (self.window, self.businesses, ticket)
        if asking is not None and (asking.window, asking.businesses, asking.ticket) == wanted:
            return asking
        return w.ClaimRequest(
            claim_id=self.ws.new_id(),
            window=self.window,
            businesses=self.businesses,
            clerk=actor.id,
            ticket=ticket,
            reason=reason,
        )

    def _claim(self, actor: Actor, request: w.ClaimRequest, held: Visit | None = None) -> bool:
        """Ask for a ticket; ``False`` when the centre was not reached or, of a certain one, has not heard of it yet.

        Raises:
            BadInput: the centre's refusal.
        """
        self._asking, self._caller = True, actor
        self.keep(replace(self.desk, asking=request))
        try:
            if not self.settle():
                raise Unreachable
            reply = self.line.ask(lambda centre: queue.claim(centre, request))
        except Unreachable:
            return False
        except Refused as refused:
            self.keep(replace(self.desk, asking=None))
            if refused.code == "unknown_ticket":
                return False
            if refused.code == "window_busy":
                # A ticket of this window that nobody here knew of is here with the next look.
                self.look()
            raise BadInput(refused.code, refused.message, field="ticket", hint="看一下叫号屏（Ctrl+O）") from None
        finally:
            self._asking = False
        return self._called(actor, request, reply, held)

    def _called(self, actor: Actor, request: w.ClaimRequest, reply: w.ClaimReply, held: Visit | None) -> bool:
        desk, ticket = replace(self.desk, asking=None), reply.ticket
        if ticket is None:
            self._waiting, self._more = (), False
            self.keep(desk)
            self.tell("nobody")
            return True
        if not self._is_mine(ticket, request.claim_id):
            # The answer to a call of earlier, whose ticket has gone its way meanwhile: not a call any more.
            self.keep(desk)
            return False
        self.leased(ticket)
        visit = replace(held, ticket=ticket, alone=False) if held is not None else Visit(ticket=ticket)
        body = TicketCalled(window=self.window, at_ms=reply.at_ms, clerk=request.clerk, why=ticket.why)
        called = self.entry(ticket.ticket_id, body, request.claim_id, actor.id)
        self._waiting = tuple(each for each in self._waiting if each.ticket_id != ticket.ticket_id)
        self.keep(replace(without(desk, ticket.ticket_id), visit=visit), called)
        self.tell("called", ticket.number)
        return True

    def _is_mine(self, ticket: TicketView, claim_id: str) -> bool:
        mine = ticket.window == self.window and ticket.claim_id == claim_id
        return mine and ticket.state in (TicketState.CALLED, TicketState.SERVING)

    def _take_alone(self, actor: Actor, visit: Visit, event_id: str) -> None:
        """Without the centre: the facts go to it with the journal, and it settles what two windows did."""
        now = self.ws.hall_clock.now_ms()
        ticket = replace(visit.ticket, state="called", window=self.window, called_ms=now, name="", lease_left_ms=0)
        body = TicketCalled(window=self.window, at_ms=now, clerk=actor.id, why=AT_THE_WINDOW)
        desk = without(replace(self.desk, asking=None), ticket.ticket_id)
        called = self.entry(ticket.ticket_id, body, event_id, actor.id)
        self.keep(replace(desk, visit=replace(visit, ticket=ticket, alone=True)), called)

    # -- what is done to the ticket at the window --------------------------------------------------------------

    def start(self, actor: Actor) -> None:
        """The person stands here: the ticket cannot go back any more. Nothing happens where none was called."""
        self.reload()
        visit = self.desk.visit
        if visit is None or not visit.called:
            return
        ticket = replace(visit.ticket, state="serving", started_ms=self.ws.hall_clock.now_ms())
        self.step(actor, "start", visit, replace(self.desk, visit=replace(visit, ticket=ticket)))

    def recall(self, actor: Actor) -> None:
        """Call once more.

        Raises:
            BadInput: nobody is being called.
        """
        visit = self._here(called=True)
        ticket = replace(visit.ticket, calls=visit.ticket.calls + 1, called_ms=self.ws.hall_clock.now_ms())
        self.step(actor, "recall", visit, replace(self.desk, visit=replace(visit, ticket=ticket)))

    def pass_over(self, actor: Actor, reason: str) -> None:
        """过号: called and not come, with the reason; also where a key said too soon that they were here.

        Raises:
            BadInput: nobody is here, or something was done for them, so they did come.
        """
        visit, words = self._here(), _reason(reason)
        if visit.served:
            raise BadInput("already_served", f"{visit.number}已经办过事项", field="ticket", hint="办结、暂放或转走")
        self.step(actor, "pass", visit, replace(self.desk, visit=None), reason=words)

    def hold(self, actor: Actor, reason: str) -> None:
        """Set aside for a while, with the reason; the matters done so far stay with it.

        Raises:
            BadInput: nobody is here; ``day_over``, it is a number of an earlier day.
        """
        visit, words = self._here(lasting=True), _reason(reason)
        aside = replace(visit, ticket=replace(visit.ticket, state="held", reason=words, lease_left_ms=0))
        desk = replace(self.desk, visit=None, held=(*self.desk.held, aside))
        self.step(actor, "hold", visit, desk, reason=words)

    def release(self, actor: Actor, ticket: str) -> None:
        """One that was set aside goes back to its place among those who wait."""
        self.reload()
        visit = next((each for each in self.desk.held if each.ticket.ticket_id == ticket), None)
        if visit is None:
            raise BadInput("not_held", "这张号没有暂放在本窗口", field="ticket", hint="在叫号屏上选一张")
        self.step(actor, "release", visit, without(self.desk, ticket))

    def transfer(self, actor: Actor, business: str, to_window: str, reason: str) -> None:
        """On to another business, or to one window of it; number and first call stay.

        Raises:
            BadInput: nobody is here; ``own_window``, it is here already; ``window_away``, that window is not there for
                it; ``day_over``, it is a number of an earlier day. The ticket stays here.
        """
        visit = self._here(lasting=True)
        desk = replace(self.desk, visit=None)
        reason, to_window = _reason(reason), clean_text(to_window, field="window", max_length=20)
        if to_window == self.window:
            hint = "写别的窗口；改办别的业务只写业务"
            raise BadInput("own_window", f"{visit.number}已经在{self.window}号窗口", field="window", hint=hint)
        if not business:
            raise BadInput("business_needed", "要写明转到哪个业务", field="business", hint="选一个业务")
        self.step(actor, "transfer", visit, desk, business=business, to_window=to_window, reason=reason)

    def served(self, reference: str, outcome: str) -> None:
        """A matter of the visit is done; it ends with the visit. Nothing happens while nobody is here."""
        self.reload()
        visit = self.desk.visit
        if visit is not None:
            done = tuple(each for each in visit.served if each.reference != reference)
            self.keep(replace(self.desk, visit=replace(visit, served=(*done, Served(reference, outcome))[-50:])))

    def finish(self, actor: Actor, outcome: str = "") -> None:
        """The visit ends with what became of its matters; ``outcome`` says it of a visit without any.

        Raises:
            BadInput: nobody is here, it is not said what became of it, or it is said of a case that there is none of.
        """
        visit = self._here()
        outcomes = tuple(each.outcome for each in visit.served) or (_ending(visit, outcome),)
        references = tuple(each.reference for each in visit.served if each.reference)
        desk = replace(self.desk, visit=None)
        self.step(actor, "finish", visit, desk, outcomes=outcomes, references=references)

    def _here(self, *, called: bool = False, lasting: bool = False) -> Visit:
        """The visit at the window, one that is being ``called`` or whose number goes on (``lasting``). Raises
        ``BadInput``: there is none such."""
        self.reload()
        visit = self.desk.visit
        if visit is None:
            raise BadInput("no_ticket", "本窗口现在没有号", field="ticket", hint="先叫下一位")
        if called and not visit.called:
            raise BadInput("not_called", f"{visit.number}不在呼叫中", field="ticket", hint="人已到窗口的，办结或暂放")
        if lasting and is_past_its_day(self.ws, visit):
            hint = "在这里办结；以后还要办的，来时重新取号"
            raise BadInput("day_over", f"{visit.number}不是今天的号，不能再暂放、转走", field="ticket", hint=hint)
        return visit


def _reason(text: str) -> str:
    """The reason as it is kept, on one line. Raises ``BadInput``: there is none, or it holds what no text may."""
    words = clean_text(text, field="reason", max_length=MOST_SAID)
    if not says_something(words):
        raise BadInput("reason_needed", "要写明原因", field="reason", hint="写一句原因")
    return words


def _ending(visit: Visit, text: str) -> str:
    """How a visit without a matter ended, as it is kept: the code of one of ``hall.shifts.VISIT_NAMES``, or what was
    written. Raises ``BadInput``: nothing was, or it is what only a case comes to."""
    words = clean_text(text, field="outcome", max_length=MOST_SAID)
    hint = f"写明怎样结束的：{'、'.join(VISIT_NAMES.values())}，或另写一句"
    if not words:
        raise BadInput("outcome_needed", f"{visit.number}还没有办过事项", field="outcome", hint=hint)
    if words not in VISIT_NAMES and words in {*CASE_STATES, *CASE_STATES.values()}:
        raise BadInput(
            "outcome_of_case", f"“{words}”是办件的结果，{visit.number}还没有办过件", field="outcome", hint=hint
        )
    return next((code for code, name in VISIT_NAMES.items() if name == words), words)
