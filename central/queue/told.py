"""What devices tell of tickets: numbers given out and calls made without a network, and what windows wrote down of
what they did here.

A ticket is the fold of all that happened to it, in the order of time. What was done here is kept as facts too, under
the identity that the window's own fact then has: so the fact that comes later is known. What happens at a window off
line may come before the station tells that there is such a ticket; it waits for that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from central.queue.changing import as_fact
from central.store import Db
from central.store import queue as table
from central.store import queue_numbers as numbers
from central.store import queue_rules as rules
from central.store import queue_windows as windows
from central.store.queue import Happened, TicketRow, person_key
from hall import ticketing as t
from hall.facts import Fact
from hall.queue_wire import CONTROLS, HallRule
from hall.tickets import STATE_NAMES, Ticket, TicketState, advance, number
from hall.wire import Status

_SERVED: Final = (t.TicketStarted, t.TicketFinished)
TICKET_FACTS: Final = (
    t.TicketIssued, t.TicketPrinted, t.TicketCalled, t.TicketStarted, t.TicketHeld, t.TicketPassed, t.TicketReturned,
    t.TicketTransferred, t.TicketFinished, t.TicketVoided,
)  # fmt: skip
MOST_FACTS = 300
"""Most facts of one ticket that are folded."""
_PLAIN = re.compile(rf"[^{CONTROLS}\ud800-\udfff]{{0,200}}").fullmatch
_LETTER = re.compile(r"[A-Z]{1,2}").fullmatch
_MOST_SERIAL = 1_000_000
_AT_WINDOW = frozenset({TicketState.CALLED, TicketState.SERVING, TicketState.HELD})
_ENDED = frozenset({TicketState.FINISHED, TicketState.PASSED})
Answer = tuple[Status, str]


def is_ticket(fact: Fact | None) -> bool:
    """Whether a fact is one of a ticket."""
    return fact is not None and isinstance(fact.body, TICKET_FACTS)


class TicketFacts(Struct):
    """The tickets that a batch of facts names, as they are stored and as they become."""

    office: str
    device_id: str
    source: str
    now_ms: int
    hall: HallRule
    rows: dict[str, TicketRow]
    histories: dict[str, list[Happened]]
    taken: dict[tuple[str, str, int], str]
    """Why a number that the batch brings cannot be used; numbers that can are not in it, or are in it with ``""``."""
    used: dict[str, str]
    """Identities of the batch's facts that are used already, and by which ticket."""
    new: set[str] = msgspec.field(default_factory=set)
    changed: set[str] = msgspec.field(default_factory=set)
    added: list[tuple[str, Happened]] = msgspec.field(default_factory=list)
    doubled: dict[str, str] = msgspec.field(default_factory=dict)
    """Facts by identity that completed that two windows served one ticket, with the sentence that says so."""

    def take(self, fact: Fact) -> Answer:
        """What becomes of a fact: status and, unless it is applied, the reason."""
        subject, body = fact.header.subject, fact.body
        assert isinstance(body, TICKET_FACTS)
        history = self.histories.setdefault(subject, [])
        if not _fits(body) or len(history) >= MOST_FACTS:
            return Status.QUARANTINED, "号票记录不能用"
        if self.used.get(fact.header.event_id, subject) != subject:
            return Status.QUARANTINED, "这条记录的编号已经用在别的号票上"
        if isinstance(body, t.TicketIssued) and (answer := self._issue(subject, body, history)) is not None:
            return answer
        if any(_same(each, fact.header.event_id, body) for each in history):
            return Status.APPLIED, ""
        # A clock that is fast must not keep anybody from being called.
        order = min(getattr(body, "at_ms", fact.header.at_ms), self.now_ms)
        if not isinstance(body, t.TicketPrinted):
            body = replace(body, at_ms=order)
        order = max([order, *(each.order_ms for each in history if each.source == self.source)])
        if isinstance(body, t.TicketIssued) and self._is_used(subject):
            # Somebody has been called by the number that is known: it stands, however late it was taken.
            order = max([order, *(each.order_ms + 1 for each in history if isinstance(each.body, t.TicketIssued))])
        told = Happened(
            fact_id=fact.header.event_id, order_ms=order, number=len(history) + 1, source=self.source, body=body
        )
        history.append(told)
        self.added.append((subject, told))
        return self._fold(subject, fact, history)

    def _issue(self, subject: str, body: t.TicketIssued, history: list[Happened]) -> Answer | None:
        key = (body.day.isoformat(), body.letter, body.serial)
        known = [each.body for each in history if isinstance(each.body, t.TicketIssued)]
        if any((each.day.isoformat(), each.letter, each.serial) == key for each in known):
            return Status.APPLIED, ""
        if any(each.day != body.day for each in known):
            return Status.QUARANTINED, "这张号票已有别的号码"
        if why := self.taken.get(key):
            return Status.QUARANTINED, why
        self.taken[key] = f"号码{number(body.letter, body.serial)}已经给了别人，请重新取号"
        return None

    def _is_used(self, subject: str) -> bool:
        row = self.rows.get(subject)
        return row is not None and (row.ticket.first_called_ms > 0 or row.ticket.state is not TicketState.WAITING)

    def _fold(self, subject: str, fact: Fact, history: list[Happened]) -> Answer:
        before = self.rows.get(subject)
        issued = first_issue(history)
        ticket = fold(subject, history)
        if ticket is None or issued is None:
            return Status.APPLIED, ""
        known = before is not None
        if before is None:
            self.new.add(subject)
            before = TicketRow(letter=issued.letter, serial=issued.serial, ticket=ticket, device_id=self.device_id)
        else:
            self.changed.add(subject)
            before = replace(before, letter=issued.letter, serial=issued.serial)
        if isinstance(fact.body, t.TicketIssued) and fact.personal is not None and fact.personal.applicant is not None:
            name = fact.personal.applicant.name[:60]
            before = replace(before, name=name if _PLAIN(name) else "")
        self.rows[subject] = self._row(before, ticket, fact.header.event_id)
        return self._contradiction(subject, fact, history, len(before.ticket.misfits) if known else 0)

    def _contradiction(self, subject: str, fact: Fact, history: Sequence[Happened], misfits: int) -> Answer:
        """The answer to a fact that was told last. That two windows served a ticket is said once, to whose fact
        completes it; what else they tell of it changes nothing any more."""
        ticket, event_id = self.rows[subject].ticket, fact.header.event_id
        known, twice = served_twice(subject, history[:-1]), served_twice(subject, history)
        if twice and not known:
            self.doubled[event_id] = f"{ticket.number}在{twice[0]}号窗口和{twice[1]}号窗口都办了，请核对"
        # A call that comes too late does nothing; what follows it says what was done.
        of_nobody = isinstance(fact.body, (t.TicketIssued, t.TicketPrinted, t.TicketCalled))
        if of_nobody or known or len(ticket.misfits) == misfits:
            return Status.APPLIED, ""
        where = f"在{ticket.window}号窗口" if ticket.window else ""
        told = f"{ticket.number}{where}已是“{STATE_NAMES[ticket.state]}”，本窗口的这一步不算"
        return Status.CONFLICT, self.doubled.get(event_id, told)

    def _row(self, before: TicketRow, ticket: Ticket, fact_id: str) -> TicketRow:
        """The ticket with its lease: a call that is news gives the window that told it time to go on with it."""
        row = replace(before, ticket=ticket)
        if ticket.state not in (*_AT_WINDOW, TicketState.WAITING, TicketState.PASSED):
            row = replace(row, name="")
        if ticket.state not in _AT_WINDOW:
            return replace(row, claim_id="", lease_ms=0)
        if ticket.state is not TicketState.CALLED:
            return replace(row, lease_ms=0)
        if ticket.called_ms == before.ticket.called_ms and row.lease_ms:
            return row
        return replace(row, claim_id=fact_id, lease_ms=self.now_ms + self.hall.lease_s * 1000)

    async def save(self, db: Db) -> None:
        """Keep what the batch came to."""
        rule = self.hall.rule
        new = [self.rows[subject] for subject in sorted(self.new)]
        keys = {key: row.ticket.ticket_id for row in new if (key := person_key(row.ticket)) is not None}
        waiting: set[str] = set()
        for day in {row.ticket.day for row in new} if keys else ():
            waiting |= set(await table.of_persons(db, self.office, day, keys))
        alone = {ticket_id for key, ticket_id in keys.items() if key not in waiting}
        if new:
            await table.add(db, self.office, new, rule, alone=alone)
        for row in new:
            await self._pass(db, row.ticket)
        for subject in sorted(self.changed - self.new):
            await table.save(db, self.office, [self.rows[subject]], rule)
            await self._pass(db, self.rows[subject].ticket)
        ended = [self.rows[subject].ticket for subject in self.changed | self.new]
        freed = [(each.ended_ms, each.window) for each in ended if each.state in _ENDED and each.window]
        await windows.freed(db, self.office, {window: at_ms for at_ms, window in sorted(freed)})
        if self.added:
            await table.add_happened(db, self.office, self.added)

    async def _pass(self, db: Db, ticket: Ticket) -> None:
        """Nobody gets its numbers, or those before them, from here any more."""
        for told in (ticket.number, *ticket.withdrawn):
            letter = told.rstrip("0123456789")
            await numbers.pass_serial(db, self.office, ticket.day, letter, int(told[len(letter) :]))


async def load(
    db: Db, office: str, device_id: str, source: str, facts: Sequence[Fact | None], now_ms: int
) -> TicketFacts | None:
    """What is stored of the tickets that these facts name; ``None`` where they name none. Nobody else calls or moves a
    ticket of the hall until the transaction ends."""
    mine = [fact for fact in facts if fact is not None and is_ticket(fact)]
    if not mine:
        return None
    hall, _ = await rules.lock(db, office)
    subjects = {fact.header.subject for fact in mine if fact.header.subject}
    taken = {}
    for fact in mine:
        body = fact.body
        if isinstance(body, t.TicketIssued) and _fits(body):
            key = (body.day.isoformat(), body.letter, body.serial)
            taken[key] = await _why_taken(db, office, device_id, body)
    return TicketFacts(
        office=office,
        device_id=device_id,
        source=source,
        now_ms=now_ms,
        hall=hall,
        rows=await table.tickets(db, office, subjects),
        histories=await table.all_happened(db, office, subjects),
        taken=taken,
        used=await table.tickets_of_facts(db, office, [fact.header.event_id for fact in mine]),
    )


async def _why_taken(db: Db, office: str, device_id: str, body: t.TicketIssued) -> str:
    """Why a device cannot have given out this number; empty if it can."""
    told = number(body.letter, body.serial)
    if await numbers.number_taken(db, office, body.day, body.letter, body.serial):
        return f"号码{told}已经给了别人，请重新取号"
    owner = await numbers.owner_of_serial(db, office, body.day, body.letter, body.serial)
    return f"号码{told}在别的设备的号段里，请重新取号" if owner and owner != device_id else ""


def first_issue(history: Sequence[Happened]) -> t.TicketIssued | None:
    """The issue that makes the ticket's number: of several the first by time."""
    issued = [each for each in history if isinstance(each.body, t.TicketIssued)]
    body = min(issued, key=lambda each: (each.order_ms, each.number)).body if issued else None
    assert body is None or isinstance(body, t.TicketIssued)
    return body


def fold(subject: str, history: Sequence[Happened]) -> Ticket | None:
    """The ticket after all that happened, in the order of time; its issue comes first whatever a clock said."""
    ticket: Ticket | None = None
    for _, after in _steps(subject, history):
        ticket = after
    return ticket


def served_twice(subject: str, history: Sequence[Happened]) -> tuple[str, str] | None:
    """The two windows that both served the ticket, each without knowing of the other; the one that counts first."""
    misfits = 0
    for each, ticket in _steps(subject, history):
        new, misfits = len(ticket.misfits) > misfits, len(ticket.misfits)
        if new and isinstance(each.body, _SERVED) and ticket.window and each.body.window != ticket.window:
            return ticket.window, each.body.window
    return None


def _steps(subject: str, history: Sequence[Happened]) -> Iterator[tuple[Happened, Ticket]]:
    """All that happened, in the order of time, each with the ticket after it; nothing without an issue."""
    ordered = sorted(history, key=lambda each: (not isinstance(each.body, t.TicketIssued), each.order_ms, each.number))
    ticket: Ticket | None = None
    for place, each in enumerate(ordered, 1):
        ticket = advance(ticket, as_fact(subject, each.body, each.order_ms, place))
        if ticket is None:
            return
        yield each, ticket


def _same(known: Happened, event_id: str, body: Any) -> bool:
    """Whether a fact is one that is known: by its identity, or the same thing at the same window and instant."""
    if known.fact_id == event_id:
        return True
    if type(known.body) is not type(body) or isinstance(body, t.TicketPrinted):
        return False
    return bool(
        getattr(known.body, "at_ms", 0) == body.at_ms
        and getattr(known.body, "window", "") == getattr(body, "window", "")
    )


def _fits(body: Any) -> bool:
    """Whether its values are such as both databases can hold."""
    for name in body.__struct_fields__:
        value = getattr(body, name)
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, str) and not _PLAIN(each):
                return False
            if isinstance(each, int) and not 0 <= each <= 2**53:
                return False
    if isinstance(body, t.TicketIssued):
        return bool(_LETTER(body.letter)) and 1 <= body.serial <= _MOST_SERIAL and bool(body.business)
    return True
