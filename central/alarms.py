"""Silent calls for help: kept when their facts come in, listed for supervisors until one has seen to them."""

from __future__ import annotations

from collections.abc import Sequence

from central.decide import Incoming, plain
from central.refusal import Refused
from central.store import Db, Store, alarms
from central.store.facts import NewFact
from hall import wire
from hall import wire_oversight as w
from hall.facts import AlarmRaised

SHOWN = 100


async def keep(
    db: Db, office: str, incoming: Sequence[Incoming], decided: Sequence[NewFact], first: int, now_ms: int
) -> None:
    """Keep the calls of a batch whose facts have the numbers from ``first`` on, in its transaction."""
    found = []
    for number, (each, made) in enumerate(zip(incoming, decided, strict=True), first):
        fact = each.fact
        if fact is None or not isinstance(fact.body, AlarmRaised) or made.status is not wire.Status.APPLIED:
            continue
        found.append(
            w.AlarmEntry(
                number=number,
                device=plain(fact.header.device),
                window=plain(fact.body.window),
                clerk=plain(fact.body.clerk),
                at_ms=max(0, min(fact.header.at_ms, 2**53)),
                received_ms=now_ms,
            )
        )
    if found:
        await alarms.add(db, office, found)


async def waiting(store: Store, office: str) -> w.AlarmsReply:
    """The calls that nobody has seen to, the newest first."""
    return w.AlarmsReply(alarms=await store.read(lambda db: alarms.waiting(db, office, SHOWN)))


async def settle(store: Store, office: str, number: int, actor: str, now_ms: int) -> w.AlarmsReply:
    """Somebody has seen to a call; what is left.

    Raises:
        Refused: 404 no such call waits in this hall.
    """
    if not await store.transact(lambda db: alarms.settle(db, office, number, actor, now_ms)):
        raise Refused(404, wire.Problem(code="no_such_alarm", message="没有这条等着处理的求助"))
    return await waiting(store, office)
