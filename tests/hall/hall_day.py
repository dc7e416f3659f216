"""A simulated day of a hall: people come by the hour, windows call by the real rule (``hall.queueing``)."""

from __future__ import annotations

import datetime as dt
import heapq
import math
import random
from dataclasses import dataclass, field

import msgspec

from hall.queueing import MINUTE_MS, QueueRule, ahead_of, choose
from hall.staffing import Service, Wait, forecast
from hall.tickets import Lane, Ticket, TicketState

DAY = dt.date(2026, 11, 23)
OPENS_MS = 9 * 60 * MINUTE_MS


@dataclass(frozen=True)
class Profile:
    """What a day is like. ``per_hour`` are the people who come in each hour from nine o'clock on."""

    per_hour: tuple[int, ...] = (50, 70, 60, 25, 40, 60, 50, 15)
    windows: int = 10
    service_min: tuple[float, ...] = (4.0, 9.0, 16.0)
    service_spread: float = 0.5
    priority_share: float = 0.08
    booked_share: float = 0.1
    return_share: float = 0.12
    no_show_share: float = 0.04
    early_min: int = 20
    """How much before their appointments people come at most."""


@dataclass
class Day:
    """What happened: who was called when, what they had been told, and every choice with those who waited then."""

    told: dict[str, Wait] = field(default_factory=dict)
    called: dict[str, tuple[Ticket, int]] = field(default_factory=dict)
    order: list[tuple[int, Ticket]] = field(default_factory=list)
    left: int = 0

    def waits_min(self) -> dict[str, float]:
        """Minutes from when each one may be called to the call."""
        return {
            key: (at - max(ticket.issued_ms, ticket.slot_ms)) / MINUTE_MS for key, (ticket, at) in self.called.items()
        }


def simulate(seed: int, profile: Profile, rule: QueueRule) -> Day:
    """One day; the queue empties after the doors close."""
    chance = random.Random(seed)
    day = Day()
    arrivals = _arrivals(chance, profile)
    free: list[tuple[int, int]] = [(OPENS_MS, window) for window in range(profile.windows)]
    heapq.heapify(free)
    waiting: list[Ticket] = []
    seen: list[float] = []
    position = 0
    while waiting or position < len(arrivals):
        now, window = heapq.heappop(free)
        while position < len(arrivals) and arrivals[position].issued_ms <= now:
            _take(day, waiting, arrivals[position], profile, rule, seen, free)
            position += 1
        following = choose(waiting, {"综合"}, str(window), now, rule)
        if following is None:
            later = [ticket.slot_ms for ticket in waiting if ticket.slot_ms > now]
            later += [arrivals[position].issued_ms] if position < len(arrivals) else []
            heapq.heappush(free, (max(now + 1, min(later)), window))
            continue
        waiting.remove(following.ticket)
        day.called[following.ticket.ticket_id] = (following.ticket, now)
        day.order.append((now, following.ticket))
        absent = chance.random() < profile.no_show_share
        minutes = 1.5 if absent else _service(chance, profile)
        seen.append(minutes)
        heapq.heappush(free, (now + round(minutes * MINUTE_MS), window))
    day.left = len(waiting)
    return day


def _take(
    day: Day,
    waiting: list[Ticket],
    ticket: Ticket,
    profile: Profile,
    rule: QueueRule,
    seen: list[float],
    free: list[tuple[int, int]],
) -> None:
    idle = sum(1 for at, _ in free if at <= ticket.issued_ms)
    waiting.append(ticket)
    if idle or ticket.slot_ms > ticket.issued_ms:
        return
    recent = Service.of(seen[-200:], otherwise=9.0)
    wait = forecast(
        lambda minutes: ahead_of(waiting, ticket, ticket.issued_ms, rule, ticket.issued_ms + minutes * MINUTE_MS),
        ticket,
        profile.windows,
        recent,
        rule,
        _privileged(ticket, profile),
    )
    assert wait is not None
    day.told[ticket.ticket_id] = wait


def _privileged(ticket: Ticket, profile: Profile) -> float:
    hour = min(len(profile.per_hour) - 1, (ticket.issued_ms - OPENS_MS) // (60 * MINUTE_MS))
    return profile.per_hour[hour] / 60 * (profile.priority_share + profile.booked_share + profile.return_share)


def _service(chance: random.Random, profile: Profile) -> float:
    mean = chance.choice(profile.service_min)
    return chance.lognormvariate(math.log(mean) - profile.service_spread**2 / 2, profile.service_spread)


def _arrivals(chance: random.Random, profile: Profile) -> list[Ticket]:
    tickets = []
    for hour, count in enumerate(profile.per_hour):
        begins = OPENS_MS + hour * 60 * MINUTE_MS
        for _ in range(count):
            at = begins + chance.randrange(60 * MINUTE_MS)
            lane = _lane(chance, profile)
            tickets.append(
                Ticket(
                    ticket_id="",
                    business="综合",
                    number="",
                    day=DAY,
                    issued_ms=at,
                    lane=lane,
                    state=TicketState.WAITING,
                    priority="老年人" if lane == "priority" else "",
                    slot_ms=at + chance.randrange(-20, profile.early_min) * MINUTE_MS if lane == "booked" else 0,
                )
            )
    tickets.sort(key=lambda ticket: ticket.issued_ms)
    return [
        msgspec.structs.replace(ticket, ticket_id=f"{at:05d}", number=f"A{at:03d}") for at, ticket in enumerate(tickets)
    ]


def _lane(chance: random.Random, profile: Profile) -> Lane:
    draw = chance.random()
    for lane, share in (
        ("priority", profile.priority_share),
        ("booked", profile.booked_share),
        ("return", profile.return_share),
    ):
        if draw < share:
            return lane  # type: ignore[return-value]
        draw -= share
    return "normal"
