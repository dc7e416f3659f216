"""Tickets: somebody takes a number, on line from the centre, off line from this device's own block of numbers.

A ticket's identity is made before anything is asked (``Wish``) and kept until the answer is in the journal, so that a
lost reply, a double press or a crash never makes two. What was asked and never answered is given back
(``ticket_moves.give_back``).
The business day and the time are the hall's: on line the centre's, off line this device's clock in the hall's time
zone, put right by what the centre said last (``Workspace.hall_clock``).
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from typing import Final, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from clerk_tui.services.queue_centre import Line, Refused, Unreachable
from clerk_tui.services.rights import may_write, needs
from clerk_tui.services.signing import secrets
from clerk_tui.services.workspace import Workspace
from clerk_tui.store import tickets as store
from clerk_tui.store.journal import Entry
from clerk_tui.sync import queue
from clerk_tui.sync.asking import Centre
from hall import queue_wire as w
from hall import ticketing as t
from hall.catalogue.model import Business
from hall.errors import BadIdentity, BadInput, HallError
from hall.identity import check_identity
from hall.moments import local_time
from hall.names import clean_text, says_something
from hall.roles import Actor, Permission, Role
from hall.staffing import minutes_left
from hall.ticket_code import person_digest
from hall.ticketing import Lane
from hall.tickets import Ticket, TicketState

Reply = TypeVar("Reply")
MOMENT_MS: Final = 1_500
"""Two presses for the same thing within this time are one."""
CARDS: Final = frozenset({"resident_id", "hmt_residence", "foreign_permanent"})
"""The cards that a reader reads (``hall.identity.KINDS``)."""


class TicketRefused(HallError):
    """There is no ticket, or not this; nothing was written."""


class Wish(Struct, frozen=True, kw_only=True):
    """What somebody at the station wants. ``person`` is a digest (``hall.ticket_code.person_digest``)."""

    ticket_id: str
    business: str
    lane: Lane = "normal"
    priority: str = ""
    slot_ms: int = 0
    reference: str = ""
    person: str = ""


class Taken(Struct, frozen=True, kw_only=True):
    """A ticket that somebody has now. ``told``: what to tell them, ``None`` where nobody can know.

    ``already``: they have had it since ``ticket.issued_ms``. ``skew_ms``: how much this device's clock is ahead of the
    centre's, where that is known. ``no_return``: why a ticket that was passed over may not wait again, as the centre
    tells it.
    """

    ticket: Ticket
    told: w.Told | None = None
    already: bool = False
    offline: bool = False
    skew_ms: int = 0
    no_return: str = ""


class Station:
    """What a ticket machine remembers between two presses: what it gave last.

    ``turn`` is held while a ticket is given: one after the other.
    """

    def __init__(self, ws: Workspace) -> None:
        self.turn = threading.Lock()
        self._asks = ws.config.centre.enabled
        self._line, self._talking = Line(ws), threading.Lock()
        self._gave: tuple[Wish, Taken, int] | None = None

    def gave(self, wish: Wish, taken: Taken, at_ms: int) -> None:
        """Remember for a moment what was given (``at_ms`` on the clock that nobody can set)."""
        self._gave = wish, taken, at_ms

    def given(self, wish: Wish, pressed_ms: int) -> Taken | None:
        """What was given for the same wish just now or while the key was pressed: it was one press, twice."""
        if self._gave is None:
            return None
        before, taken, at_ms = self._gave
        same = replace(wish, ticket_id=before.ticket_id) == before and pressed_ms - at_ms <= MOMENT_MS
        return replace(taken, already=True) if same else None

    def forget(self) -> None:
        """What was given is not theirs any more: the next press is another wish."""
        self._gave = None

    @property
    def online(self) -> bool:
        """Whether the centre answered last."""
        return self._asks and self._line.online

    def ask(self, question: Callable[[Centre], Reply], *, now: bool = False) -> Reply:
        """The centre's answer; one question after the other, whichever thread asks. ``now``: also if it did not answer
        a moment ago.

        Raises:
            Unreachable: no answer, or there was none a moment ago.
            Refused: the centre says no and why.
        """
        if not self._asks:
            raise Unreachable
        with self._talking:
            if now:
                self._line.wake()
            return self._line.ask(question)

    def close(self) -> None:
        """Let the connection go."""
        with self._talking:
            self._line.close()


def take_seat(ws: Workspace) -> None:
    """A ticket machine acts for itself: nobody signs in, and it may do nothing but give tickets and print."""
    code = ws.config.device.code
    ws.seat.take(Actor(id=code, name=f"取号机{code}", roles=frozenset({Role.STATION})))


def businesses(ws: Workspace) -> tuple[Business, ...]:
    """What people take a number for, in the order of the screen.

    Raises:
        HallError: ``no_businesses``, the catalogue names none.
    """
    found = ws.catalogue.hall.businesses
    if not found:
        hint = "在事项目录的 hall.toml 里写上 [[businesses]]，写法见手册 6.4"
        raise HallError("no_businesses", "事项目录里没有取号业务，不能取号", field="hall.toml", hint=hint)
    return found


def business(ws: Workspace, key: str) -> Business:
    """The business with this key, or with this letter. Raises ``BadInput``."""
    for each in businesses(ws):
        if key == each.key or key.upper() == each.letter:
            return each
    known = "、".join(f"{each.letter} {each.name}" for each in businesses(ws))
    raise BadInput("unknown_business", f"没有取号业务“{key[:40]}”", field="business", hint=f"有：{known}")


def card_number(text: str, today: dt.date) -> str:
    """The number of an identity card as a reader types it, made regular.

    Raises:
        BadIdentity: it is none.
    """
    found = check_identity(text, today=today)
    if found.kind not in CARDS or not found.valid:
        hint = "把身份证放平再刷一次；刷不出来也可以直接选业务取号"
        raise BadIdentity("not_a_card", "这不是能用的身份证号码", field="id_number", hint=hint)
    return found.number


@needs(Permission.TICKETS)
def wish_for(
    ws: Workspace,
    key: str,
    *,
    lane: Lane = "normal",
    priority: str = "",
    slot_ms: int = 0,
    reference: str = "",
    id_number: str = "",
    day: dt.date | None = None,
) -> Wish:
    """What somebody wants, with an identity of its own.

    ``id_number`` makes the digest of who it is and is forgotten; ``day`` is the hall's business day.

    Raises:
        BadInput: no such business, a priority without its reason, an appointment without its time.
        BadIdentity: not an identity number.
    """
    reason = clean_text(priority, field="priority", max_length=60).strip()
    if lane == "priority" and not says_something(reason):
        raise BadInput("priority_reason", "优先号要选优先的理由", field="priority", hint="在列出的理由里选一个")
    if lane == "booked" and not slot_ms:
        raise BadInput("booked_slot", "预约号要有预约时段", field="slot", hint="按预约码或身份证取预约号")
    person = ""
    if id_number:
        today = day or ws.clock.today()
        person = person_digest(secrets(ws)[0], card_number(id_number, today), today)
    return Wish(
        ticket_id=ws.new_id(),
        business=business(ws, key).key,
        lane=lane,
        priority=reason if lane == "priority" else "",
        slot_ms=slot_ms if lane == "booked" else 0,
        reference=reference,
        person=person,
    )


@needs(Permission.TICKETS)
def take(ws: Workspace, station: Station, wish: Wish) -> Taken:
    """A ticket: from the centre, or without a network from this device's block. Asks the network; not for the thread
    that paints.

    Raises:
        TicketRefused: the centre says no; or off line with no number left (``no_numbers``).
        StoreError: it could not be written down. What the centre gave is given back later.
    """
    pressed = ws.clock.mono_ms()
    with station.turn:
        if (given := station.given(wish, pressed)) is not None:
            return given
        taken = _taken(ws, station, wish)
        station.gave(wish, taken, ws.clock.mono_ms())
        return taken


def _taken(ws: Workspace, station: Station, wish: Wish) -> Taken:
    try:
        return _from_centre(ws, station, wish)
    except Unreachable:
        return _from_block(ws, station, wish)


def _from_centre(ws: Workspace, station: Station, wish: Wish) -> Taken:
    request = w.IssueRequest(
        ticket_id=wish.ticket_id,
        business=wish.business,
        letter=business(ws, wish.business).letter,
        lane=wish.lane,
        priority=wish.priority,
        slot_ms=wish.slot_ms,
        reference=wish.reference,
        person=wish.person,
        station=ws.config.device.code,
        left_min=left_min(ws),
    )
    with ws.journal.write() as tx:
        store.ask_ticket(tx, request)
    try:
        reply = station.ask(lambda centre: queue.issue(centre, request))
    except Refused as refused:
        with ws.journal.write() as tx:
            store.answered(tx, wish.ticket_id)
        raise TicketRefused(refused.code, refused.message, field="business", hint="请到咨询台") from None
    ws.hall_clock.told(reply.now_ms)
    ticket = keep(ws, reply, wish.person, forget=wish.ticket_id)
    return Taken(ticket=ticket, told=reply.told, already=reply.already, skew_ms=ws.hall_clock.skew_ms)


def left_min(ws: Workspace) -> int:
    """The minutes left of the hall's day."""
    return minutes_left(local_time(ws.hall_clock.now_ms(), ws.config.timezone).time(), ws.catalogue.hall.hours)


def keep(ws: Workspace, reply: w.IssueReply, person: str = "", *, forget: str = "") -> Ticket:
    """Write down a ticket as the centre tells it, once; the ticket as this journal has it then.

    ``forget`` is the identity under which it was asked for, which has its answer now.

    Raises:
        Forbidden, StoreError: nothing was written.
    """
    view = reply.ticket
    body = t.TicketIssued(
        business=view.business,
        letter=reply.letter,
        serial=reply.serial,
        day=view.day,
        at_ms=view.issued_ms,
        lane=view.lane,
        priority=view.priority,
        slot_ms=view.slot_ms,
        reference=view.reference,
        person=person,
        station=ws.config.device.code,
    )
    with ws.journal.write() as tx:
        if store.ticket(tx, view.ticket_id) is None:
            ws.journal.append(tx, [entry(ws, view.ticket_id, body, view.day)])
        if forget:
            store.answered(tx, forget)
        found = store.ticket(tx, view.ticket_id)
    assert found is not None, "it was written in this transaction, or before"
    return found


def entry(ws: Workspace, ticket_id: str, body: t.TicketBody, day: dt.date, *, event_id: str = "") -> Entry:
    """A fact about a ticket, for whoever sits here.

    Raises:
        Forbidden: they may not write it.
    """
    actor = may_write(ws, body)
    return Entry(event_id=event_id or ws.new_id(), subject=ticket_id, body=body, actor=actor.id, day=day)


def _from_block(ws: Workspace, station: Station, wish: Wish) -> Taken:
    day, letter = ws.hall_clock.today(), business(ws, wish.business).letter
    # The centre may have made a ticket of the identity that was asked for and not answered: this is another one. An
    # appointment is one ticket wherever it is checked in, so that the centre can tell that two numbers are of one.
    booked = wish.lane == "booked"
    ticket_id = wish.ticket_id if booked else ws.new_id()
    with ws.journal.write() as tx:
        if booked and (known := store.ticket(tx, ticket_id)) is not None:
            return Taken(ticket=known, already=True, offline=True, skew_ms=ws.hall_clock.skew_ms)
        waiting = [
            each
            for each in store.tickets_of_person(tx, day, wish.person)
            if each.business == wish.business and each.state is TicketState.WAITING
        ]
        if waiting:
            return Taken(ticket=waiting[0], already=True, offline=True, skew_ms=ws.hall_clock.skew_ms)
        serial = store.take_serial(tx, day, letter)
        if serial is None:
            raise TicketRefused(
                "no_numbers",
                f"没有网络，本机预领的{letter}字号码也用完了",
                field="business",
                hint="请到咨询台取号；网络恢复后这里自动可以取号",
            )
        body = t.TicketIssued(
            business=wish.business,
            letter=letter,
            serial=serial,
            day=day,
            at_ms=ws.hall_clock.now_ms(),
            lane=wish.lane,
            priority=wish.priority,
            slot_ms=wish.slot_ms,
            reference=wish.reference,
            person=wish.person,
            station=ws.config.device.code,
        )
        ws.journal.append(tx, [entry(ws, ticket_id, body, day)])
        if booked:
            # It is given out: not to be given back as one that nobody has on paper.
            store.answered(tx, ticket_id)
        ticket = store.ticket(tx, ticket_id)
    assert ticket is not None, "it was written in this transaction"
    return Taken(ticket=ticket, offline=True, skew_ms=ws.hall_clock.skew_ms)
