"""How long people will wait and how many windows an hour needs: Erlang's C formula and an honest range.

Erlang, "Solution of some Problems in the Theory of Probabilities" (1917): arrivals by chance, exponential service, one
queue, ``windows`` equal servers. Real service times vary less or more; the range for people uses what was seen.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable
from statistics import NormalDist, fmean, pvariance
from typing import Final

from msgspec import Struct

from hall.errors import BadInput
from hall.queueing import QueueRule
from hall.tickets import Ticket

MOST_WINDOWS: Final = 500
MOST_TOLD_MIN: Final = 240
"""Of a wait that may be longer than half a day nobody is told minutes."""
_TIME: Final = re.compile(r"(?<!\d)([01]?\d|2[0-3])[:：]([0-5]\d)(?!\d)", re.ASCII)
RANGE_SHARE: Final = 0.8
"""The share of people whose wait shall lie in the range they were told."""


class Service(Struct, frozen=True):
    """How long serving takes, in minutes: mean and variance of what was seen, and of how many."""

    mean: float
    variance: float
    seen: int

    @classmethod
    def of(cls, minutes: list[float], *, otherwise: float) -> Service:
        """From services seen; with fewer than five of them ``otherwise`` is the mean and the spread is exponential."""
        if len(minutes) < 5:
            return cls(otherwise, otherwise**2, len(minutes))
        return cls(fmean(minutes), pvariance(minutes), len(minutes))


class Wait(Struct, frozen=True):
    """What is told to somebody who takes a ticket, in whole minutes: the expected wait and its range."""

    expected: int
    least: int
    most: int


def estimate(ahead: int, windows: int, service: Service, *, overtaking: float = 0.0) -> Wait | None:
    """The wait behind ``ahead`` people at ``windows`` busy windows; ``None`` when no window serves this business.

    ``overtaking`` is how many people are expected to come later and be called sooner. The range holds ``RANGE_SHARE``
    of the waits when services are like those seen (a normal approximation of the sum of services).
    """
    if windows < 1:
        return None
    # The next departure of several busy windows comes after mean / windows; one departure for each one ahead, and one.
    departures = ahead + overtaking + 1
    residual = 0.5 * (1 + service.variance / service.mean**2) if windows == 1 and service.mean else 1.0
    mean = (departures - 1 + residual) * service.mean / windows
    # What is uncertain: each service, how many come in between, and the mean itself if few were seen.
    spread = departures * service.variance / windows**2
    spread += overtaking * (service.mean / windows) ** 2
    spread += (departures / windows) ** 2 * service.variance / max(service.seen, 1)
    half = NormalDist().inv_cdf(0.5 + RANGE_SHARE / 2) * math.sqrt(spread)
    least = max(0, math.floor(mean - half))
    return Wait(expected=round(mean), least=least, most=max(least + 1, math.ceil(mean + half)))


def forecast(
    ahead: Callable[[int], int], ticket: Ticket, windows: int, service: Service, rule: QueueRule, privileged: float
) -> Wait | None:
    """What to tell the holder of ``ticket`` now; ``None`` when no window serves its business.

    ``ahead`` counts who is called before it if its turn comes in so many minutes (``hall.queueing.ahead_of``),
    ``privileged`` is how many people a minute may be called from then on with a head start. Those of them who wait
    already for their appointments are counted once.
    """
    before = ahead(0)
    wait = estimate(before, windows, service)
    if wait is None:
        return None
    for _ in range(2):
        by_then = ahead(wait.expected)
        start = max(0.0, (max(rule.priority_min, rule.booked_min) + rule.return_min) / 2)
        overtaking = privileged * min(wait.expected, start) if ticket.lane == "normal" else 0.0
        wait = estimate(by_then, windows, service, overtaking=max(0.0, overtaking - (by_then - before))) or wait
    return wait


def minutes_left(at: dt.time, hours: str) -> int:
    """How many minutes of the hall's day are left at a time of day. ``hours`` are the hall's words for when it is open:
    the latest time in them ends the day, and midnight where there is none or it is past."""
    now = at.hour * 60 + at.minute
    closes = max((int(hour) * 60 + int(minute) for hour, minute in _TIME.findall(hours)), default=0)
    return (closes if closes > now else 24 * 60) - now


def may_be_today_no_more(expected: int, most: int, left: int) -> bool:
    """Whether a wait is so long that nobody should count on being called that day: no minutes are told then.

    ``expected`` and ``most`` are minutes (``Wait``), ``left`` those that are left of the day (``minutes_left``).
    """
    return most > MOST_TOLD_MIN or expected > left


def waits_at_all(load: float, windows: int) -> float:
    """Erlang's C: the probability that somebody who comes must wait; 1 when ``load`` is not less than ``windows``.

    ``load`` is arrivals a minute times minutes of service (erlangs).
    """
    if load <= 0:
        return 0.0
    if load >= windows:
        return 1.0
    blocked = 1.0
    for server in range(1, windows + 1):
        blocked = load * blocked / (server + load * blocked)
    return blocked / (1 - load / windows * (1 - blocked))


def mean_wait_min(per_hour: float, service_min: float, windows: int) -> float:
    """The mean wait in minutes, infinite when the windows cannot keep up."""
    load = per_hour / 60 * service_min
    if load >= windows:
        return math.inf
    return waits_at_all(load, windows) * service_min / (windows - load)


def share_within(per_hour: float, service_min: float, windows: int, wait_min: float) -> float:
    """The share of people who wait at most ``wait_min`` minutes."""
    load = per_hour / 60 * service_min
    if load >= windows:
        return 0.0
    if service_min <= 0:
        return 1.0
    return 1 - waits_at_all(load, windows) * math.exp(-(windows - load) * wait_min / service_min)


def windows_needed(per_hour: float, service_min: float, wait_min: float, share: float = 0.8) -> int:
    """The fewest windows at which ``share`` of the people wait at most ``wait_min`` minutes.

    Raises:
        BadInput: a figure that cannot be, or more than 500 windows would be needed.
    """
    for name, value, most in (
        ("per_hour", per_hour, 100_000),
        ("service_min", service_min, 1_440),
        ("wait_min", wait_min, 1_440),
    ):
        if not (math.isfinite(value) and 0 <= value <= most):
            raise BadInput("bad_staffing", f"{name}应在0到{most}之间", field=name, hint="检查到达人数和办理时长")
    if not 0 < share < 1:
        raise BadInput("bad_staffing", "share应大于0小于1", field="share", hint="例如0.8")
    if per_hour == 0 or service_min == 0:
        return 0
    start = max(1, math.ceil(per_hour / 60 * service_min))
    for windows in range(start, MOST_WINDOWS + 1):
        if share_within(per_hour, service_min, windows, wait_min) >= share:
            return windows
    raise BadInput("bad_staffing", f"{MOST_WINDOWS}个窗口也不够", field="per_hour", hint="检查到达人数和办理时长")
