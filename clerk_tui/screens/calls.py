"""The App's part in the queue: one thread asks the centre, keys say what is wanted, the line tells how it stands."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from textual import on
from textual.message import Message

from clerk_tui import messages
from clerk_tui.i18n import named, say_hall
from clerk_tui.screens import calling_asks as asks
from clerk_tui.screens.base import CounterScreen
from clerk_tui.screens.calling import CallingScreen
from clerk_tui.screens.dialog import Answer, Dialog, Spec
from clerk_tui.screens.found import CaseFound, MatterFound
from clerk_tui.screens.home import HomeScreen
from clerk_tui.screens.queue_line import strip_of
from clerk_tui.screens.shifting import Shifting
from hall.errors import HallError

if TYPE_CHECKING:
    from clerk_tui.services.calling import Now, Visit, Window
    from clerk_tui.services.queue_thread import QueueThread
    from clerk_tui.services.workspace import Workspace
    from clerk_tui.widgets.queue_strip import Strip
    from hall.catalogue.model import Business
    from hall.catalogue.search import Hit
    from hall.queue_wire import TicketView
    from hall.roles import Actor

log = logging.getLogger(__name__)
LOOK_S = 2.0
"""How often it is looked whether this device has become known to a centre, in seconds."""


class Calls(Shifting):
    """What a window does with numbers. Where the hall has no queue nothing of it is seen."""

    def __init__(self) -> None:
        super().__init__()
        self.queue: Now | None = None
        self.served_here: tuple[Business, ...] = ()
        self._queue_thread: QueueThread | None = None
        self._news_at = 0
        self._matters: dict[str, list[Hit]] = {}
        self._looking: Any = None

    # -- beginning and ending ------------------------------------------------------------------------------------

    @on(messages.WorkspaceReady)
    def _may_have_a_queue(self) -> None:
        workspace = self.workspace
        if workspace is not None and workspace.catalogue.hall.businesses and workspace.config.queue.enabled:
            self._looking = self.set_interval(LOOK_S, self._look_for_a_queue)
            self._look_for_a_queue()

    def _look_for_a_queue(self) -> None:
        if self._queue_thread is None:
            self.counter.in_background(_queue_of, "queue")

    @on(messages.QueueFound)
    def _queue_found(self, message: messages.QueueFound) -> None:
        workspace = self.workspace
        if self._queue_thread is not None or workspace is None:
            return
        from clerk_tui.services.queue_thread import QueueThread

        self._looking.stop()
        self.served_here, self._matters = message.businesses, message.matters
        say_hall((each.zh, each.en) for each in workspace.catalogue.english)
        keys = [each.key for each in message.businesses]
        self._queue_thread = QueueThread(
            workspace, keys, lambda now: self._post(messages.QueueTold(now)), lambda error: self._post(_failed(error))
        )
        self._queue_thread.start()

    def _post(self, message: Message) -> None:
        """From the queue's thread."""
        self.post_message(message)

    def on_unmount(self) -> None:
        if self._queue_thread is not None:
            self._queue_thread.stop()

    @on(messages.QueueTold)
    def _queue_told(self, message: messages.QueueTold) -> None:
        before, self.queue = self.queue, message.now
        if self.workspace is not None and _serial(before) != _serial(self.queue):
            self._news_at = self.workspace.clock.mono_ms()
        self.counter.show_standing()
        for screen in self.screen_stack:
            if isinstance(screen, CallingScreen):
                screen.told()
        if _at_window(before) != _at_window(self.queue):
            self.counter.facts_written()
            if isinstance(self.screen, HomeScreen) and not self.screen.entry.value:
                self.screen.opened()

    # -- what the screens show -----------------------------------------------------------------------------------

    @property
    def visit(self) -> Visit | None:
        """The ticket at this window."""
        return self.queue.visit if self.queue is not None else None

    def queue_strip(self) -> Strip | None:
        """What the line of the queue says now; ``None`` where there is no queue, or nobody sits here."""
        now, workspace = self.queue, self.workspace
        if now is None or workspace is None or self.locked:
            return None
        mono = workspace.clock.mono_ms()
        return strip_of(
            now, self.business_names, mono_ms=mono, at_ms=workspace.hall_clock.now_ms(), news_ms=mono - self._news_at
        )

    @property
    def all_businesses(self) -> tuple[Business, ...]:
        """The hall's businesses, in their order."""
        return self.workspace.catalogue.hall.businesses if self.workspace is not None else ()

    @property
    def business_names(self) -> dict[str, str]:
        """What the hall's businesses are called, by key."""
        return {each.key: named(each.name) for each in self.all_businesses}

    def ticket_rows(self) -> list[Any]:
        """What the person at the window came for, for the search while nothing is typed: their case, the matters."""
        visit, workspace = self.visit, self.workspace
        if visit is None or workspace is None:
            return []
        cases: list[Any] = []
        if visit.ticket.reference:
            from clerk_tui.services import cases as known
            from clerk_tui.services.rights import can
            from hall.roles import Permission

            if can(workspace, Permission.VIEW):
                cases = [CaseFound(row) for row in known.find(workspace, visit.ticket.reference, limit=5)]
        return [*cases, *(MatterFound(hit) for hit in self._matters.get(visit.ticket.business, ()))]

    def in_order_of_ticket(self, hits: list[Hit]) -> list[Hit]:
        """The same hits, those of the business that the person took a number for first."""
        visit = self.visit
        if visit is None:
            return hits
        first = {hit.key for hit in self._matters.get(visit.ticket.business, ())}
        return sorted(hits, key=lambda hit: hit.key not in first)

    # -- what keys want ------------------------------------------------------------------------------------------

    def queue_do(self, job: Callable[[Window, Actor], None]) -> None:
        """Have the queue's thread do something for whoever sits here now."""
        if self._queue_thread is not None and self.workspace is not None:
            actor = self.workspace.clerk
            self._queue_thread.do(lambda window: job(window, actor))

    def next_number(self) -> None:
        """The next one. Whoever is here is finished first; of whoever has not come it is asked."""
        visit = self.visit
        if self.queue is None or self.locked:
            return
        if visit is None:
            self.counter.go_home()
            self.queue_do(_call_next)
        elif visit.called:
            self._ask(asks.not_come(visit), partial(self._not_come, visit))
        elif visit.served:
            self.end_visit(then_next=True)
        else:
            self._ask(asks.how_it_ended(visit), lambda answer: self.end_visit(asks.ending(answer), then_next=True))

    def end_visit(self, outcome: str = "", *, then_next: bool = False) -> None:
        """The visit ends with what became of its matters; ``then_next``: and the next one is called."""

        ticket = self.visit.ticket.ticket_id if self.visit is not None else ""

        def job(window: Window, actor: Actor) -> None:
            here = window.desk.visit
            if here is not None and here.ticket.ticket_id != ticket:
                return  # the key was pressed twice: it is somebody else's visit by now
            window.finish(actor, outcome)
            if then_next:
                _call_next(window, actor)

        self.counter.go_home()
        self.queue_do(job)

    def ask_how_it_ended(self) -> None:
        """End the visit; where nothing was done for it, ask what became of it."""
        visit = self.visit
        if visit is None:
            return
        if visit.served:
            self.end_visit()
        else:
            self._ask(asks.how_it_ended(visit), lambda answer: self.end_visit(asks.ending(answer)))

    def _not_come(self, visit: Visit, answer: Answer) -> None:
        if answer.choice == 0:
            self.recall()
            return
        reason = answer.text or asks.NOT_COME

        def job(window: Window, actor: Actor) -> None:
            window.pass_over(actor, reason)
            _call_next(window, actor)

        self.counter.go_home()
        self.queue_do(job)

    def recall(self) -> None:
        """Call once more whoever has not come."""
        if self.visit is not None and self.visit.called:
            self.queue_do(lambda window, actor: window.recall(actor))

    def not_come(self) -> str:
        return self.visit.number if self.visit is not None and self.visit.called else ""

    def let_go(self) -> None:
        # Also where nobody is called yet: a call may be on its way.
        actor = self.workspace.seat.actor if self.workspace is not None else None
        if self._queue_thread is not None and actor is not None:
            self._queue_thread.do(lambda window: window.let_go(actor))

    def person_here(self) -> str:
        """Whoever was called is served now, since something is opened for them; the number, or ``""``."""
        visit = self.visit
        if visit is None:
            return ""
        if visit.called:
            self.queue_do(lambda window, actor: window.start(actor))
        return visit.number

    def open_case(self, name: str) -> None:
        """A case by its identity or its reference: where something is still to be handed in, straight to that."""
        from clerk_tui.screens.open_case import screen_for

        def go() -> None:
            screen = screen_for(self.counter, name)
            self.person_here()
            self.push_screen(screen)

        self.counter.guarded(go)

    def done_for_visit(self, reference: str, outcome: str) -> None:
        """A matter of the visit is done."""
        if self.visit is not None:
            self.queue_do(lambda window, actor: window.served(reference, outcome))

    def go_calling(self) -> None:
        """To the screen of the queue."""
        if self.queue is not None and not self.locked and not isinstance(self.screen, CallingScreen):
            self.push_screen(CallingScreen())

    def tell_window(self) -> None:
        """The window pauses, serves again or has closed: the queue hears of it at once."""
        super().tell_window()
        if self._queue_thread is not None:
            self._queue_thread.do(lambda window: window.look())

    def set_detailed(self, detailed: bool) -> None:
        """Whether somebody reads who waits."""

        def job(window: Window) -> None:
            window.detailed = detailed
            if detailed:
                window.look()

        if self._queue_thread is not None:
            self._queue_thread.do(job)

    # -- a ticket that is scanned --------------------------------------------------------------------------------

    def scanned_ticket(self, text: str) -> None:
        """A ticket was scanned: show it, and serve whoever holds it when a person says so."""
        from clerk_tui.services import queue_paper

        workspace = self.workspace
        if workspace is None or self.queue is None:
            self.counter.show_scanned(asks.no_queue(), None)
            return
        try:
            paper = queue_paper.read(workspace, text)
        except HallError as error:
            self.counter.show_scanned(asks.bad_ticket(error), None)
            return
        spec = asks.scanned(paper, self.visit, self.business_names)
        self.counter.show_scanned(spec, lambda: self._take(paper))

    def _take(self, paper: TicketView | str) -> None:
        def go() -> None:
            if not isinstance(self.screen, HomeScreen):
                self.counter.go_home()
            self.queue_do(lambda window, actor: window.take(actor, paper))

        screen = self.screen
        self.counter.guarded(lambda: screen.leaving(go) if isinstance(screen, CounterScreen) else go())

    def _ask(self, spec: Spec, answered: Callable[[Answer], None]) -> None:
        def done(answer: Answer | None) -> None:
            if answer is not None:
                self.counter.guarded(lambda: answered(answer))

        self.push_screen(Dialog(spec), done)

    ask = _ask


def _call_next(window: Window, actor: Actor) -> None:
    """The next one, unless an earlier press of the same key has called them meanwhile, or nobody sits here any more."""
    if window.desk.visit is None and window.attended:
        window.call_next(actor)


def _queue_of(workspace: Workspace) -> Message | None:
    """Whether there is a queue, and what each business's matters are."""
    from clerk_tui.services.queue_centre import matters_of, served_here

    try:
        businesses = served_here(workspace)
    except HallError as error:
        log.warning("the queue: %s", error.code)
        return None
    return messages.QueueFound(businesses, matters_of(workspace)) if businesses else None


def _failed(error: HallError | None) -> Message:
    from clerk_tui.screens.counter import unexpected

    return messages.WorkFailed(error or unexpected())


def _serial(now: Now | None) -> int:
    return now.news.serial if now is not None and now.news is not None else 0


def _at_window(now: Now | None) -> tuple[object, ...]:
    """What a fact may have changed."""
    visit = now.visit if now is not None else None
    held = len(now.desk.held) if now is not None else 0
    return (held,) if visit is None else (held, visit.ticket.ticket_id, visit.ticket.state, visit.ticket.calls)
