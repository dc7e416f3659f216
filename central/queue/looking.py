"""What windows and stations look up, the state of a window, and the rule of a hall."""

from __future__ import annotations

import msgspec

from central.queue.days import day_of
from central.queue.views import refuse, standing, unknown_ticket, view
from central.queue.waits import Waits
from central.refusal import said
from central.store import Db, Store
from central.store import queue as table
from central.store import queue_rules as rules
from central.store import queue_windows as windows
from central.store import tokens as records
from central.store.queue_windows import WindowRow
from hall import queue_wire as w
from hall.queueing import QueueRule, callable_from_ms, may_come_back, sort_key
from hall.tickets import TicketState

_told = msgspec.json.Decoder(w.Told)
_MOST_MIN = 1_440


async def one(store: Store, office: str, ticket: str, now_ms: int) -> w.IssueReply:
    """A ticket, by its identity or today's number, with what its holder is told now while it waits, else was told.

    Raises:
        Refused: 404 there is none such in this hall.
    """

    async def look(db: Db) -> w.IssueReply:
        row = await table.ticket(db, office, ticket)
        row = row or await table.of_number(db, office, day_of(now_ms), ticket.upper())
        if row is None:
            raise unknown_ticket()
        row = standing(row, now_ms)
        told = _told.decode(row.told) if row.told else w.Told(ahead=0)
        rule = (await rules.rule_of(db, office)).rule
        passed = row.ticket.state is TicketState.PASSED
        if row.ticket.state is TicketState.WAITING and row.ticket.day == day_of(now_ms):
            told = await Waits(db, office, row.ticket.day, now_ms, rule).tell_again(row.ticket)
        return w.IssueReply(
            ticket=view(row, now_ms),
            letter=row.letter,
            serial=row.serial,
            told=told,
            now_ms=now_ms,
            no_return=may_come_back(row.ticket, now_ms, rule) if passed else "",
        )

    return await store.read(look)


async def listed(store: Store, office: str, businesses: list[str], state: str, limit: int, now_ms: int) -> w.QueueReply:
    """Today's tickets in one state, as they would be called now; behind them those whose appointments are to come."""

    async def look(db: Db) -> w.QueueReply:
        rule = (await rules.rule_of(db, office)).rule
        rows = await table.in_state(db, office, day_of(now_ms), businesses, TicketState(state), limit + 1, now_ms, rule)

        def place(row: table.TicketRow) -> tuple[int, tuple[int, int, str]]:
            return max(now_ms, callable_from_ms(row.ticket)), sort_key(row.ticket, now_ms, rule)

        rows = sorted((standing(row, now_ms) for row in rows), key=place)
        return w.QueueReply(tickets=[view(row, now_ms) for row in rows[:limit]], has_more=len(rows) > limit)

    return await store.read(look)


async def window(store: Store, office: str, name: str, now_ms: int) -> w.WindowReply:
    """A window and what it has; one that was never heard of is closed."""
    return await store.read(lambda db: _window(db, office, name, now_ms))


async def _window(db: Db, office: str, name: str, now_ms: int) -> w.WindowReply:
    known = await windows.window(db, office, name) or WindowRow(name, "closed", "", [], 0, 0)
    has = await table.at_window(db, office, day_of(now_ms), name)
    held = await table.held_at(db, office, day_of(now_ms), name, w.MAX_LISTED)
    return w.WindowReply(
        window=name,
        state=known.state,
        businesses=known.businesses,
        since_ms=known.since_ms,
        reason=known.reason,
        ticket=view(has, now_ms, window=name) if has else None,
        held=[view(row, now_ms, window=name) for row in held],
        now_ms=now_ms,
    )


async def set_window(store: Store, office: str, request: w.WindowRequest, now_ms: int) -> w.WindowReply:
    """A window opens, pauses or closes; without businesses it keeps those it had.

    Raises:
        Refused: 400 a pause without a reason.
    """
    reason = request.reason.strip()
    if request.state == "paused":
        reason = said(reason, "reason", "pause_reason", "暂停要写明原因")

    async def work(db: Db) -> w.WindowReply:
        known = await windows.window(db, office, request.window)
        businesses = sorted(set(request.businesses)) or (known.businesses if known else [])
        row = WindowRow(request.window, request.state, reason, businesses, now_ms, now_ms)
        await windows.put(db, office, [row])
        return await _window(db, office, request.window, now_ms)

    return await store.transact(work)


async def rule(store: Store, office: str) -> w.HallRule:
    """The rule of a hall."""
    return await store.read(lambda db: rules.rule_of(db, office))


async def set_rule(store: Store, office: str, new: w.HallRule, actor: str, now_ms: int) -> w.HallRule:
    """Change it, with who did.

    Raises:
        Refused: 400 a number that cannot be.
    """
    for name in QueueRule.__struct_fields__:
        if not 0 <= getattr(new.rule, name) <= _MOST_MIN:
            raise refuse(400, "bad_rule", f"{name}应在0到{_MOST_MIN}之间")

    async def work(db: Db) -> None:
        await rules.lock(db, office)
        await rules.set_rule(db, office, new)
        await table.reorder(db, office, new.rule, day_of(now_ms))
        await records.record(db, now_ms, office, actor, "queue.rule", "")

    await store.transact(work)
    return new
