"""What people are told when they take a ticket or ask again: from who waits, who serves, and how long serving took."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from msgspec import Struct, field

from central.board import ZONE
from central.store import Db
from central.store import queue_counts as counts
from hall.manned import heard_since_ms
from hall.queue_wire import Told
from hall.queueing import MINUTE_MS, QueueRule, callable_from_ms, order_at_ms, place_ms, waits_from_ms
from hall.staffing import Service, forecast
from hall.tickets import Ticket

OTHERWISE_MIN = 10.0
"""How long serving takes, in minutes, in a hall that has served too few to know."""
MOST_ORDERED = 300
"""Of how many of those who wait the order is looked at for somebody with a head start."""


class Pool(Struct):
    """The windows that serve a business and all that they serve: how many wait who may be called, those whose
    appointments are to come, and, only where it is needed, the ``order`` of all of them."""

    windows: int
    idle: int
    service: Service
    privileged: float
    waiting: int
    coming: list[counts.Queued] = field(default_factory=list)
    order: list[counts.Queued] = field(default_factory=list)


class Waits:
    """The hall as it stands in one transaction, asked as often as tickets are issued in it."""

    def __init__(self, db: Db, office: str, day: dt.date, now_ms: int, rule: QueueRule) -> None:
        self._db, self._office, self._day, self._now, self._rule = db, office, day, now_ms, rule
        self._windows: list[counts.Serving] | None = None
        self._pools: dict[tuple[frozenset[str], int], Pool] = {}

    async def tell(self, ticket: Ticket) -> Told:
        """What to tell the holder of a ticket that is about to join those who wait."""
        pool = await self._pool_for(ticket)
        ahead = pool.waiting if ticket.lane == "normal" else self._ahead(pool.order, ticket, self._now)
        told = self._told(pool, ticket, ahead)
        joins = counts.Queued(place_ms(ticket, self._rule), waits_from_ms(ticket), callable_from_ms(ticket))
        if joins.callable_ms > self._now:
            pool.coming.append(joins)
        else:
            pool.waiting += 1
        if pool.order:
            pool.order.append(joins)
        return told

    async def tell_again(self, ticket: Ticket) -> Told:
        """What to tell the holder of a ticket of this day that is one of those who wait: as if it were issued now, at
        the place that it has."""
        pool = await self._pool_for(ticket)
        businesses = await self.served_with(ticket.business)
        ahead = await counts.ahead(self._db, self._office, ticket, businesses, self._now, self._rule)
        return self._told(pool, ticket, ahead)

    async def _pool_for(self, ticket: Ticket) -> Pool:
        """The windows that serve it, with the order of those who wait where it has a head start."""
        pool = await self._pool(ticket.business)
        if ticket.lane != "normal" and not pool.order:
            businesses = await self.served_with(ticket.business)
            pool.order = await counts.order(self._db, self._office, self._day, businesses, MOST_ORDERED, self._now)
        return pool

    def _told(self, pool: Pool, ticket: Ticket, ahead: int) -> Told:
        if pool.windows == 0:
            return Told(ahead=ahead)
        begins = max(0, -(-(ticket.slot_ms - self._now) // MINUTE_MS)) if ticket.slot_ms else 0
        if ahead < pool.idle:
            return Told(ahead=ahead, wait_min=begins, least_min=begins, most_min=begins + 1)
        normal = ticket.lane == "normal"

        def by_then(minutes: int) -> int:
            turn_ms = self._now + minutes * MINUTE_MS
            return ahead + self._passing(pool, ticket, turn_ms) if normal else self._ahead(pool.order, ticket, turn_ms)

        wait = forecast(
            by_then,
            ticket,
            pool.windows,
            pool.service,
            self._rule,
            pool.privileged,
        )
        assert wait is not None
        return Told(
            ahead=ahead,
            wait_min=max(begins, wait.expected),
            least_min=max(begins, wait.least),
            most_min=max(begins + 1, wait.most),
        )

    def _passing(self, pool: Pool, ticket: Ticket, turn_ms: int) -> int:
        """Whose appointments begin until its turn comes and go before it (``hall.queueing.ahead_of``)."""
        at, place = order_at_ms(ticket, self._now, self._rule, turn_ms), place_ms(ticket, self._rule)
        return sum(1 for other in pool.coming if other.callable_ms <= at and other.place_ms < place)

    def _ahead(self, order: Sequence[counts.Queued], ticket: Ticket, turn_ms: int) -> int:
        """Who is called before it if its turn comes at an instant (``hall.queueing.ahead_of``)."""
        at = order_at_ms(ticket, self._now, self._rule, turn_ms)
        due = at - self._rule.fair_after_min * MINUTE_MS
        place, waits = place_ms(ticket, self._rule), waits_from_ms(ticket)
        there = [other for other in order if other.callable_ms <= at]
        if waits <= due:
            return sum(1 for other in there if other.waits_ms < waits)
        return sum(1 for other in there if other.waits_ms <= due or other.place_ms < place)

    async def served_with(self, business: str) -> frozenset[str]:
        """All that the windows serve that serve this business.

        While none does, before the hall opens or at noon, those count that served it when they were last heard of; in a
        hall that has never had a window, all for which anybody waits.
        """
        known = [each for each in await self._known_windows() if each.businesses]
        serving = [each for each in known if business in each.businesses]
        mine = [each.businesses for each in serving if each.there] or [each.businesses for each in serving]
        if not known:
            mine = [await counts.waited_for(self._db, self._office, self._day)]
        return frozenset({business}).union(*mine)

    async def _known_windows(self) -> list[counts.Serving]:
        if self._windows is None:
            since_ms = heard_since_ms(self._now, ZONE)
            self._windows = await counts.serving_windows(self._db, self._office, self._day, since_ms, self._now)
        return self._windows

    async def _pool(self, business: str) -> Pool:
        businesses = await self.served_with(business)
        mine = [each for each in await self._known_windows() if each.there and business in each.businesses]
        key = businesses, len(mine)
        if key not in self._pools:
            hour = self._now - 60 * MINUTE_MS
            db, office, day = self._db, self._office, self._day
            lately = await counts.lately(db, office, day, businesses, hour, OTHERWISE_MIN, self._now)
            self._pools[key] = Pool(
                windows=len(mine),
                idle=sum(not each.busy for each in mine),
                service=lately.service,
                privileged=lately.privileged / 60,
                waiting=lately.waiting,
            )
            if lately.coming:
                soon = await counts.coming(db, office, day, businesses, MOST_ORDERED, self._now)
                self._pools[key].coming.extend(soon)
        return self._pools[key]
