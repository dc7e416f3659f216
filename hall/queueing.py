"""Who is called next, and why (domain.md §8). The rule is written here once; centre, counter and simulation use it.

Each ticket has a *place*: the time from which its wait counts, minutes earlier for those who go before others. The
place never changes while a ticket waits, so the next one is the smallest place, one look into an index however long
the queue is. Ageing is built in: whoever comes later than the head start of the privileged is behind for good. And once
a ticket has waited ``fair_after_min``, nobody who came after it is called before it, whatever their privilege.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Literal

from msgspec import Struct

from hall.tickets import LANE_NAMES, Lane, Ticket, TicketState

MINUTE_MS = 60_000


class QueueRule(Struct, frozen=True, kw_only=True):
    """The numbers of the rule, settings of a hall. Head starts are in minutes of waiting.

    ``fair_after_min`` is the stated maximum that anybody waits because of somebody else's privilege.
    """

    priority_min: int = 20
    booked_min: int = 30
    return_min: int = 10
    transfer_min: int = 30
    fair_after_min: int = 30
    back_within_min: int = 30
    back_behind: int = 3
    passes_before_void: int = 2


class Next(Struct, frozen=True):
    """The ticket to call and the sentence that says why this one."""

    ticket: Ticket
    why: str


class Place(Struct, frozen=True):
    """Where somebody is put back: the ticket's place, and from when its wait counts (Unix ms)."""

    place_ms: int
    waits_ms: int


class Slot(Struct, frozen=True, kw_only=True):
    """When an appointment is, in the hall's time, and where the hall's clock is to it: ``before`` it, in it (``now``)
    or ``after`` it. ``end`` is ``None`` where it is not known."""

    begin: dt.datetime
    end: dt.datetime | None
    clock: Literal["before", "now", "after"]


def head_start_ms(lane: Lane, transfers: int, rule: QueueRule) -> int:
    """How much earlier than it came a ticket counts."""
    minutes = {"normal": 0, "priority": rule.priority_min, "booked": rule.booked_min, "return": rule.return_min}[lane]
    return max(minutes, rule.transfer_min if transfers else 0) * MINUTE_MS


def place_ms(ticket: Ticket, rule: QueueRule) -> int:
    """The ticket's place: smaller is called sooner."""
    if ticket.place_ms:
        return ticket.place_ms
    return ticket.issued_ms - head_start_ms(ticket.lane, ticket.transfers, rule)


def waits_from_ms(ticket: Ticket) -> int:
    """From when its wait counts: its issue, an appointment's slot, the place it was put back to."""
    return max(ticket.issued_ms, ticket.slot_ms, ticket.waits_ms or ticket.place_ms)


def callable_from_ms(ticket: Ticket) -> int:
    """From when it may be called: an appointment not before its slot begins."""
    return max(ticket.issued_ms, ticket.slot_ms)


def choose(
    waiting: Iterable[Ticket], businesses: Collection[str], window: str, now_ms: int, rule: QueueRule
) -> Next | None:
    """The next ticket for a window that serves ``businesses``; ``None`` when nobody waits for it.

    A ticket that was sent on to a certain window is called there only.
    """
    best: Ticket | None = None
    best_key: tuple[int, int, str] | None = None
    for ticket in waiting:
        if ticket.state is not TicketState.WAITING or ticket.business not in businesses:
            continue
        if (ticket.window and ticket.window != window) or callable_from_ms(ticket) > now_ms:
            continue
        key = sort_key(ticket, now_ms, rule)
        if best_key is None or key < best_key:
            best, best_key = ticket, key
    return Next(best, why(best, now_ms, rule)) if best else None


def sort_key(ticket: Ticket, now_ms: int, rule: QueueRule) -> tuple[int, int, str]:
    """The order of calling at ``now_ms``: those who have waited their share of others' privilege by arrival, then by
    place; the identity decides between equals."""
    if is_due(ticket, now_ms, rule):
        return (0, waits_from_ms(ticket), ticket.ticket_id)
    return (1, place_ms(ticket, rule), ticket.ticket_id)


def is_due(ticket: Ticket, now_ms: int, rule: QueueRule) -> bool:
    """Whether it has waited so long that no privilege passes it any more."""
    return now_ms - waits_from_ms(ticket) >= rule.fair_after_min * MINUTE_MS


def why(ticket: Ticket, now_ms: int, rule: QueueRule) -> str:
    """Why this one, in a sentence for the clerk and the record."""
    waited = max(0, now_ms - callable_from_ms(ticket)) // MINUTE_MS
    if is_due(ticket, now_ms, rule):
        return f"已等{waited}分钟，按先来后到不再让先"
    if ticket.place_ms:
        return "过号后回来，按约定位次"
    if ticket.transfers:
        return "从别的窗口转来，不重新排队"
    if ticket.lane == "priority":
        return f"优先：{ticket.priority}，提前{rule.priority_min}分钟"
    if ticket.lane == "booked":
        return "预约已到时间"
    if ticket.lane == "return":
        return f"{LANE_NAMES['return']}，提前{rule.return_min}分钟"
    return f"先来先办，已等{waited}分钟"


def ahead_of(waiting: Iterable[Ticket], ticket: Ticket, now_ms: int, rule: QueueRule, turn_ms: int = 0) -> int:
    """How many of those who wait for the same windows are called before ``ticket`` if nobody else comes and its turn
    comes at ``turn_ms`` (Unix ms; 0: now). Whoever's appointment begins later than that is not among them."""
    at = order_at_ms(ticket, now_ms, rule, turn_ms)
    mine = sort_key(ticket, at, rule)
    return sum(
        1
        for other in waiting
        if other.state is TicketState.WAITING
        and other.ticket_id != ticket.ticket_id
        and callable_from_ms(other) <= at
        and sort_key(other, at, rule) < mine
    )


def order_at_ms(ticket: Ticket, now_ms: int, rule: QueueRule, turn_ms: int = 0) -> int:
    """The instant as of which the order tells who is called before a ticket whose turn comes at ``turn_ms``: not before
    it may be called itself, nor later than when it has waited its share, after which nobody passes it any more."""
    passed_until_ms = waits_from_ms(ticket) + rule.fair_after_min * MINUTE_MS - 1
    return max(now_ms, callable_from_ms(ticket), min(turn_ms, passed_until_ms))


def place_back(waiting: Iterable[Ticket], now_ms: int, rule: QueueRule) -> Place:
    """Where somebody who comes back after 过号 waits: behind the first ``back_behind`` in the order of calling.

    ``waiting`` are those whom the same windows serve and who may be called now. The wait counts from after that of
    those few, so that none of them is passed later either, as soon as the one who came back has waited its share.
    """
    ordered = sorted(
        (ticket for ticket in waiting if ticket.state is TicketState.WAITING),
        key=lambda ticket: sort_key(ticket, now_ms, rule),
    )
    if not ordered:
        return Place(now_ms, now_ms)
    if rule.back_behind == 0:
        return Place(place_ms(ordered[0], rule) - 1, waits_from_ms(ordered[0]) - 1)
    before = ordered[: rule.back_behind]
    return Place(place_ms(before[-1], rule) + 1, max(map(waits_from_ms, before)) + 1)


def may_come_back(ticket: Ticket, now_ms: int, rule: QueueRule) -> str:
    """Empty if a passed ticket may wait again, else the reason why not and what to do."""
    if ticket.state is not TicketState.PASSED:
        return "这张号没有过号"
    if ticket.passes >= rule.passes_before_void:
        return f"已过号{ticket.passes}次，请重新取号"
    if now_ms - ticket.ended_ms > rule.back_within_min * MINUTE_MS:
        return f"过号超过{rule.back_within_min}分钟，请重新取号"
    return ""
