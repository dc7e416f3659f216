"""A ticket of the queue: a fold over its facts, as ``hall.fold`` is for a case. It never fails: what does not fit is
kept as a misfit and changes nothing.

Numbers are a letter by business and a serial of at least three digits, unique in a hall's business day (domain.md §8).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any

import msgspec
from msgspec import Struct

from hall import ticketing as t
from hall.facts import Fact
from hall.refs import Body
from hall.ticketing import Lane as Lane


class TicketState(StrEnum):
    """Where a ticket stands."""

    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    HELD = "held"
    PASSED = "passed"
    FINISHED = "finished"
    VOIDED = "voided"


S = TicketState
STATE_NAMES = {
    S.WAITING: "等候",
    S.CALLED: "已呼叫",
    S.SERVING: "办理中",
    S.HELD: "暂放",
    S.PASSED: "过号",
    S.FINISHED: "已办",
    S.VOIDED: "作废",
}
LANE_NAMES: dict[Lane, str] = {"normal": "", "priority": "优先", "booked": "预约", "return": "补正、取件"}
OPEN = frozenset({S.WAITING, S.CALLED, S.SERVING, S.HELD})


class Ticket(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A ticket after its facts so far. Times are Unix milliseconds, 0 for what has not happened.

    ``place_ms`` is set when it was put back among those who wait, 0 while its issue alone counts, and ``waits_ms`` from
    when its wait counts then. ``window`` is where it was called to, or the only one that may call it after a transfer
    to a window. ``calls`` are those that stand:
    what a window gave back before anybody came (it paused, locked or fell silent) was no call to the person, and
    neither were its repeats; ``first_called_ms`` stays all the same. ``calls_before`` of them were made before the
    ticket waited last. ``withdrawn`` are numbers that the same ticket got besides, at stations that could not hear of
    each other: only ``number`` is called.
    """

    ticket_id: str
    business: str
    number: str
    day: dt.date
    issued_ms: int
    lane: Lane = "normal"
    state: TicketState = S.WAITING
    priority: str = ""
    slot_ms: int = 0
    reference: str = ""
    person: str = ""
    window: str = ""
    place_ms: int = 0
    waits_ms: int = 0
    calls: int = 0
    calls_before: int = 0
    first_called_ms: int = 0
    called_ms: int = 0
    started_ms: int = 0
    ended_ms: int = 0
    transfers: int = 0
    passes: int = 0
    references: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    reason: str = ""
    why: str = ""
    print_state: str = ""
    reprints: int = 0
    version: int = 1
    misfits: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()


def number(letter: str, serial: int) -> str:
    """What is printed and called: ``A001``; after 999 the number grows."""
    return f"{letter}{serial:03d}"


def fold(facts: Iterable[Fact]) -> Ticket | None:
    """The ticket after ``facts`` in order; ``None`` when the first does not issue one."""
    ticket: Ticket | None = None
    for fact in facts:
        ticket = advance(ticket, fact)
    return ticket


def advance(ticket: Ticket | None, fact: Fact) -> Ticket | None:
    """The ticket after one more fact. Never raises for a well-formed fact."""
    body = fact.body
    if ticket is None:
        return _begin(fact.header.subject, body) if isinstance(body, t.TicketIssued) else None
    if isinstance(body, t.TicketIssued) and number(body.letter, body.serial) != ticket.number:
        # One appointment, checked in twice without a network: the first number stands.
        withdrawn = (*ticket.withdrawn, number(body.letter, body.serial))
        return msgspec.structs.replace(ticket, version=ticket.version + 1, withdrawn=withdrawn)
    allowed = _ALLOWED.get(type(body))
    if allowed is None or ticket.state not in allowed:
        misfit = f"{fact.header.type}：号票已是“{STATE_NAMES[ticket.state]}”"
        return msgspec.structs.replace(ticket, version=ticket.version + 1, misfits=(*ticket.misfits, misfit))
    changes = _CHANGES[type(body)](ticket, body)
    return msgspec.structs.replace(ticket, version=ticket.version + 1, **changes)


def _begin(ticket_id: str, body: t.TicketIssued) -> Ticket:
    return Ticket(
        ticket_id=ticket_id,
        business=body.business,
        number=number(body.letter, body.serial),
        day=body.day,
        issued_ms=body.at_ms,
        lane=body.lane,
        priority=body.priority,
        slot_ms=body.slot_ms,
        reference=body.reference,
        person=body.person,
    )


def _printed(ticket: Ticket, body: Any) -> dict[str, Any]:
    return {"print_state": body.state, "reprints": max(ticket.reprints, body.nth)}


def _called(ticket: Ticket, body: Any) -> dict[str, Any]:
    return {
        "state": S.CALLED,
        "window": body.window,
        "calls": ticket.calls + 1,
        "calls_before": ticket.calls_before if ticket.state is S.CALLED else ticket.calls,
        "called_ms": body.at_ms,
        "first_called_ms": ticket.first_called_ms or body.at_ms,
        "why": body.why or ticket.why,
    }


def _started(ticket: Ticket, body: Any) -> dict[str, Any]:
    return {"state": S.SERVING, "window": body.window, "started_ms": ticket.started_ms or body.at_ms}


def _held(ticket: Ticket, body: Any) -> dict[str, Any]:
    return {"state": S.HELD, "reason": body.reason}


def _passed(ticket: Ticket, body: Any) -> dict[str, Any]:
    return {"state": S.PASSED, "reason": body.reason, "passes": ticket.passes + 1, "ended_ms": body.at_ms}


def _returned(ticket: Ticket, body: Any) -> dict[str, Any]:
    calls = ticket.calls_before if ticket.state is S.CALLED else ticket.calls
    waits = {"state": S.WAITING, "place_ms": body.place_ms, "window": "", "reason": "", "ended_ms": 0}
    waits_ms = body.waits_ms if body.why == "came_back" else ticket.waits_ms
    return {**waits, "waits_ms": waits_ms, "calls": calls}


def _transferred(ticket: Ticket, body: Any) -> dict[str, Any]:
    return {
        "state": S.WAITING,
        "business": body.business,
        "window": body.window,
        "reason": body.reason,
        "transfers": ticket.transfers + 1,
    }


def _finished(ticket: Ticket, body: Any) -> dict[str, Any]:
    return {
        "state": S.FINISHED,
        "window": body.window,
        "references": body.references,
        "outcomes": body.outcomes,
        "ended_ms": body.at_ms,
    }


def _voided(ticket: Ticket, body: Any) -> dict[str, Any]:
    return {"state": S.VOIDED, "reason": body.reason, "ended_ms": body.at_ms}


_ALLOWED: dict[type[Body], frozenset[TicketState]] = {
    t.TicketPrinted: frozenset(S),
    t.TicketCalled: frozenset({S.WAITING, S.CALLED, S.HELD, S.PASSED}),
    t.TicketStarted: frozenset({S.CALLED, S.HELD}),
    t.TicketHeld: frozenset({S.CALLED, S.SERVING}),
    t.TicketPassed: frozenset({S.CALLED, S.SERVING, S.HELD}),
    t.TicketReturned: frozenset({S.CALLED, S.HELD, S.PASSED}),
    t.TicketTransferred: frozenset({S.WAITING, S.CALLED, S.SERVING, S.HELD}),
    t.TicketFinished: frozenset({S.CALLED, S.SERVING, S.HELD}),
    t.TicketVoided: frozenset({S.WAITING, S.CALLED, S.HELD, S.PASSED}),
}
_CHANGES: dict[type[Body], Callable[[Ticket, Any], dict[str, Any]]] = {
    t.TicketPrinted: _printed,
    t.TicketCalled: _called,
    t.TicketStarted: _started,
    t.TicketHeld: _held,
    t.TicketPassed: _passed,
    t.TicketReturned: _returned,
    t.TicketTransferred: _transferred,
    t.TicketFinished: _finished,
    t.TicketVoided: _voided,
}
