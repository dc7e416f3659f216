"""A hall's turn: its lock, held in one transaction, and what the requests that came together need of it, read once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Self

from msgspec.structs import replace

from central.queue.changing import after
from central.store import Db
from central.store import queue as table
from central.store import queue_rules as rules
from central.store import queue_windows as windows
from central.store.queue import Happened, TicketRow
from central.store.queue_windows import WindowRow
from hall.queue_wire import HallRule
from hall.ticketing import TicketBody
from hall.tickets import TicketState

_NAMED = (TicketState.WAITING, TicketState.CALLED, TicketState.SERVING, TicketState.HELD, TicketState.PASSED)
_HAS = (TicketState.CALLED, TicketState.SERVING, TicketState.HELD)
_AT_WINDOW = (TicketState.CALLED, TicketState.SERVING)


class Turn:
    """Nobody else calls or moves a ticket of this hall until the transaction ends.

    What is asked for by ``know`` is held as it now is. Who waits is looked for in the database, so a ticket that begins
    or ends to wait is saved at once; everything else is written together by ``end``.
    """

    def __init__(self, db: Db, office: str, hall: HallRule, closed: str) -> None:
        self.db, self.office, self.hall = db, office, hall
        self.closed = closed
        """The last day (ISO) that was closed."""
        self.swept = False
        """Whether tickets of windows that have fallen silent were put back in this turn."""
        self.rows: dict[str, TicketRow] = {}
        self._of_facts: dict[str, str] = {}
        self._unsaved: dict[str, TicketRow] = {}
        self._told: list[tuple[str, Happened]] = []
        self._serving: dict[str, WindowRow] = {}
        self._seen: dict[str, int] = {}
        self._freed: dict[str, int] = {}

    @classmethod
    async def of(cls, db: Db, office: str) -> Self:
        """Wait for the hall's turn."""
        return cls(db, office, *await rules.lock(db, office))

    async def know(
        self, day: dt.date, ticket_ids: Collection[str], fact_ids: Collection[str], places: Collection[str], now_ms: int
    ) -> None:
        """Read these tickets, those that these windows call or serve, those whose lease is over at ``now_ms`` (0: no
        matter), those that wait or are held for one window, and to which ticket these facts happened."""
        for row in await table.involved(self.db, self.office, day, ticket_ids, places, now_ms):
            self.rows[row.ticket.ticket_id] = row
        self._of_facts |= await table.tickets_of_facts(self.db, self.office, fact_ids)

    def ticket_of_fact(self, fact_id: str) -> str:
        """The ticket to which a fact with this identity happened; empty if none did."""
        return self._of_facts.get(fact_id, "")

    def at_window(self, day: dt.date, window: str) -> TicketRow | None:
        """The ticket that a window calls or serves."""
        for row in self.rows.values():
            ticket = row.ticket
            if ticket.window == window and ticket.state in _AT_WINDOW and ticket.day == day:
                return row
        return None

    async def happen(
        self, row: TicketRow, body: TicketBody, now_ms: int, *, fact_id: str, claim_id: str = ""
    ) -> TicketRow | None:
        """Keep what happened to a ticket; ``None`` (and nothing is written) where it does not fit.

        A call begins a lease, anything else ends it. Who is served or gone needs no name any more.
        """
        ticket = after(row.ticket, body, now_ms)
        if ticket is None:
            return None
        called = ticket.state is TicketState.CALLED
        if row.ticket.state in _AT_WINDOW and ticket.state not in _AT_WINDOW:
            self._freed[row.ticket.window] = now_ms
        changed = replace(
            row,
            ticket=ticket,
            claim_id=(claim_id or row.claim_id) if ticket.state in _HAS else "",
            lease_ms=now_ms + self.hall.lease_s * 1000 if called else 0,
            name=row.name if ticket.state in _NAMED else "",
        )
        order_ms = max(now_ms, row.ticket.issued_ms)
        told = Happened(fact_id=fact_id, order_ms=order_ms, number=ticket.version, source="", body=body)
        self._told.append((ticket.ticket_id, told))
        self._of_facts[fact_id] = ticket.ticket_id
        await self.save(changed, waited=row.ticket.state is TicketState.WAITING)
        return changed

    async def save(self, row: TicketRow, *, waited: bool = False) -> None:
        """Keep a ticket as it is now; ``waited``: it was one of those who wait."""
        name = row.ticket.ticket_id
        self.rows[name] = row
        if waited or row.ticket.state is TicketState.WAITING:
            self._unsaved.pop(name, None)
            await table.save(self.db, self.office, [row], self.hall.rule)
        else:
            self._unsaved[name] = row

    def serves(self, window: str, businesses: Collection[str], now_ms: int) -> None:
        """A window calls, so it is open and serves these."""
        self._serving[window] = WindowRow(window, "open", "", sorted(set(businesses)), now_ms, now_ms)

    def seen(self, window: str, now_ms: int) -> None:
        """A window was heard of."""
        self._seen[window] = now_ms

    async def happened(self, ticket_id: str) -> list[Happened]:
        """What happened to a ticket, in this turn too."""
        await self._tell()
        return await table.happened(self.db, self.office, ticket_id)

    async def _tell(self) -> None:
        if self._told:
            told, self._told = self._told, []
            await table.add_happened(self.db, self.office, told)

    async def end(self) -> None:
        """Write what is not written yet."""
        await self._tell()
        if self._unsaved:
            await table.save(self.db, self.office, list(self._unsaved.values()), self.hall.rule)
            self._unsaved.clear()
        await windows.put(self.db, self.office, list(self._serving.values()))
        await windows.freed(self.db, self.office, self._freed)
        await windows.seen(
            self.db, self.office, {name: at for name, at in self._seen.items() if name not in self._serving}
        )
