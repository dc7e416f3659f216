"""The screen of the queue: the ticket at this window on top, below it those set aside, passed over and waiting."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType

from clerk_tui import actions
from clerk_tui.i18n import N_, _, named
from clerk_tui.screens import calling_asks as asks
from clerk_tui.screens.base import CounterScreen
from clerk_tui.screens.standing import clock_time
from clerk_tui.widgets.cells import clip, pad, safe, width
from clerk_tui.widgets.painted import BLANK, Line, Span
from clerk_tui.widgets.virtual_list import TextPane, VirtualList
from hall.tickets import LANE_NAMES

if TYPE_CHECKING:
    from clerk_tui.screens.dialog import Answer
    from clerk_tui.services.calling import Now, Visit
    from hall.queue_wire import TicketView

LABEL = 12
KEYS = {"s": "here", "p": "pass", "h": "hold", "t": "send_on", "e": "end", "b": "put_back", "enter": "call_this"}
CHIPS = {"held": (N_("暂放"), "chip-warn"), "waiting": (N_("等候"), "chip-info"), "passed": (N_("过号"), "chip-off")}
COMING = (N_("预约"), "chip-off")
STATES = {"called": (N_("已呼叫"), "chip-info"), "serving": (N_("办理中"), "chip-good")}


@dataclass(frozen=True)
class Row:
    """A ticket that is not at the window: set aside here, waiting, or passed over."""

    ticket: TicketView
    kind: str


class CallingScreen(CounterScreen):
    """Arrows choose a ticket, Enter calls it; letters are about the ticket at the window. Nobody who waits is named."""

    GROUPS = ("calling",)
    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings("calling")]
    TITLE_OF = N_("排队叫号")

    def body(self) -> ComposeResult:
        yield TextPane(self._visit_lines, id="visit", classes="pane")
        yield VirtualList[Row](self._row, self._heading, lambda row: self._moved(), id="tickets")

    @property
    def tickets(self) -> VirtualList[Row]:
        return self.query_one("#tickets", VirtualList)

    def on_mount(self) -> None:
        self.set_focus(None)
        self.told()
        self.counter.set_detailed(True)

    def on_unmount(self) -> None:
        self.counter.set_detailed(False)

    @property
    def now(self) -> Now:
        """How things stand; the screen is only opened where there is a queue."""
        now = self.counter.queue
        assert now is not None
        return now

    def told(self) -> None:
        """Things stand otherwise now."""
        if not self._is_whole:
            return  # still being put together, or taken apart as the counter ends
        chosen = self.tickets.selected.ticket.ticket_id if self.tickets.selected else ""
        now = self.now
        rows = [Row(each.ticket, "held") for each in now.desk.held]
        rows += [Row(each, "waiting") for each in now.waiting]
        rows += [Row(each, "passed") for each in reversed(now.passed)]
        place = next((n for n, row in enumerate(rows) if row.ticket.ticket_id == chosen), 0)
        self.tickets.show(rows, empty=(_("现在没有人等"),), place=place)
        self.query_one("#visit", TextPane).paint()
        self.show_keys()

    def _moved(self) -> None:
        if self._is_whole:
            self.show_keys()

    @property
    def _is_whole(self) -> bool:
        """Whether its parts are there. That is so before it counts as mounted: its first frame lists what waits."""
        return bool(self.query("#visit")) and bool(self.query("#tickets"))

    # -- what is shown -------------------------------------------------------------------------------------------

    def _visit_lines(self, columns: int, rows: int) -> list[Line]:
        visit = self.now.visit
        if visit is None:
            free = _("本窗口没有号") if self.now.state == "open" else _("本窗口暂停叫号")
            return [BLANK, (((free, "strong"), ("    ", "plain"), ("Ctrl+N", "key"), (_(" 叫下一位"), "plain")), "")]
        ticket = visit.ticket
        word, ink = STATES.get(ticket.state, (ticket.state, "chip-off"))
        fill = "big-good" if visit.serving else "big-info"
        big = "   " + " ".join(safe(visit.number)) + "     "
        lines: list[Line] = [
            ((), fill),
            (((big, "strong"), (f" {_(word)} ", ink), ("   ", "plain"), (safe(ticket.name), "strong")), fill),
            ((), fill),
        ]
        lines += [
            self._pair(_("业务"), self._business(ticket), columns),
            self._pair(_("为什么是这张"), _(ticket.why), columns),
            self._pair(_("取号、叫号"), self._times(visit), columns),
        ]
        if done := _("、").join(each.reference for each in visit.served if each.reference):
            lines.append(self._pair(_("办好的"), done, columns))
        elif ticket.reference:
            lines.append(self._pair(_("为哪一件来"), ticket.reference, columns))
        return lines

    def _times(self, visit: Visit) -> str:
        ticket = visit.ticket
        clock = partial(clock_time, zone=self.counter.config.timezone)
        parts = [_("{time} 取号").format(time=clock(ticket.issued_ms))]
        if ticket.first_called_ms:
            parts.append(_("{time} 第一次叫").format(time=clock(ticket.first_called_ms)))
        if ticket.calls > 1:
            parts.append(_("共叫{calls}次").format(calls=ticket.calls))
        return "  ".join(parts)

    def _business(self, ticket: TicketView) -> str:
        lane = _(LANE_NAMES.get(ticket.lane, ""))
        name = self.counter.business_names.get(ticket.business, ticket.business)
        other = _("、").join(ticket.withdrawn)
        also = _("{numbers} 已并入此号").format(numbers=other) if other else ""
        return "  ".join(part for part in (name, lane, ticket.priority, also) if part)

    def _pair(self, label: str, value: str, columns: int) -> Line:
        return ((pad(label, LABEL + 2), "faint"), (clip(safe(value), columns - LABEL - 2), "plain")), ""

    def _heading(self, columns: int) -> tuple[Span, ...]:
        return (
            (pad("", 8), "faint"),
            (pad(_("号码"), 9), "faint"),
            (pad(_("等了"), 11), "faint"),
            (_("业务和缘由"), "faint"),
        )

    def _row(self, row: Row, columns: int, chosen: bool) -> tuple[Span, ...]:
        ticket = row.ticket
        word, ink = CHIPS[row.kind]
        workspace = self.counter.workspace
        now_ms = workspace.hall_clock.now_ms() if workspace is not None else 0
        since = ticket.ended_ms if row.kind == "passed" else ticket.callable_ms
        minutes = _("{minutes}分钟").format(minutes=max(0, now_ms - since) // 60_000)
        if row.kind == "waiting" and since > now_ms:
            (word, ink), minutes = COMING, _("{time}起").format(time=clock_time(since, self.counter.config.timezone))
        sent = _("只等{window}号窗口").format(window=ticket.window) if row.kind == "waiting" and ticket.window else ""
        about = "  ".join(part for part in (sent, self._business(ticket), ticket.reference, _(ticket.reason)) if part)
        chip = f" {_(word)} "
        room = columns - max(8, width(chip) + 1) - 20
        return (
            (chip, ink),
            (" " * max(1, 8 - width(chip)), "plain"),
            (pad(safe(ticket.number), 9), "strong"),
            (pad(minutes, 11), "plain"),
            (clip(safe(about), room), "plain" if chosen else "faint"),
        )

    # -- keys ----------------------------------------------------------------------------------------------------

    def can_do(self, action: str) -> bool:
        if self.counter.queue is None:
            return True
        visit, row = self.now.visit, self.tickets.selected if self._is_whole else None
        match action:
            case "calling":
                return False
            case "here" | "recall":
                return visit is not None and visit.called
            case "pass":
                return visit is not None and not visit.served
            case "hold" | "send_on":
                return visit is not None and not self.now.past
            case "end":
                return visit is not None and visit.serving
            case "call_this":
                return visit is None and row is not None
            case "put_back":
                return row is not None and row.kind == "held"
            case "choose":
                return len(self.tickets.items) > 1
        return True

    def on_key(self, event: events.Key) -> None:
        typed = event.character.lower() if event.character and event.character.lower() in KEYS else event.key
        if typed in KEYS:
            if self.can_do(KEYS[typed]):
                self.counter.guarded(getattr(self, f"_{KEYS[typed]}"))
        elif not self.tickets.move(event.key):
            return
        event.stop()

    @property
    def _visit(self) -> Visit:
        visit = self.now.visit
        assert visit is not None, "the key is only heard while there is one"
        return visit

    def _here(self) -> None:
        self.counter.go_home()
        self.counter.person_here()

    def _pass(self) -> None:
        def answered(answer: Answer) -> None:
            reason = asks.said(answer, (asks.NOT_COME,))
            self.counter.queue_do(lambda window, actor: window.pass_over(actor, reason))

        self.counter.ask(asks.pass_over(self._visit), answered)

    def _hold(self) -> None:
        def answered(answer: Answer) -> None:
            reason = asks.said(answer, asks.HOLD)
            self.counter.queue_do(lambda window, actor: window.hold(actor, reason))

        self.counter.ask(asks.hold(self._visit), answered)

    def _send_on(self) -> None:
        visit = self._visit
        listed = [each for each in self.counter.all_businesses if each.key != visit.ticket.business]

        def where(answer: Answer) -> None:
            to_window = answer.text
            business = visit.ticket.business if to_window else listed[answer.choice].key
            place = _("{window}号窗口").format(window=to_window) if to_window else named(listed[answer.choice].name)
            self.counter.ask(asks.why_sent_on(visit.number, place), lambda why: go(business, to_window, why))

        def go(business: str, to_window: str, answer: Answer) -> None:
            reason = asks.said(answer, asks.SEND_ON)
            self.counter.queue_do(lambda window, actor: window.transfer(actor, business, to_window, reason))

        self.counter.ask(asks.send_on(visit, [named(each.name) for each in listed]), where)

    def _end(self) -> None:
        self.counter.ask_how_it_ended()

    def _put_back(self) -> None:
        row = self.tickets.selected
        if row is not None:
            ticket = row.ticket.ticket_id
            self.counter.queue_do(lambda window, actor: window.release(actor, ticket))

    def _call_this(self) -> None:
        row = self.tickets.selected
        if row is None:
            return
        ticket = row.ticket
        if row.kind == "held":
            self.counter.go_home()
            self.counter.queue_do(lambda window, actor: window.take_up(actor, ticket.ticket_id))
            return

        def answered(answer: Answer) -> None:
            reason = asks.said(answer, asks.OUT_OF_ORDER)
            self.counter.go_home()
            self.counter.queue_do(lambda window, actor: window.call(actor, ticket.ticket_id, reason))

        self.counter.ask(asks.out_of_order(ticket), answered)
