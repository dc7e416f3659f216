"""What was lost for good of damaged journals, as somebody in charge has said at a window."""

from __future__ import annotations

from collections.abc import Sequence

from central.decide import Incoming, plain
from central.store import Db, losses
from central.store.facts import NewFact
from hall import wire
from hall import wire_oversight as w
from hall.facts import LossSeen

_LARGEST = 2**53


async def keep(db: Db, office: str, incoming: Sequence[Incoming], decided: Sequence[NewFact]) -> None:
    """Keep what the facts of a batch say that took effect, in its transaction."""
    for each, made in zip(incoming, decided, strict=True):
        fact = each.fact
        if fact is None or not isinstance(fact.body, LossSeen) or made.status is not wire.Status.APPLIED:
            continue
        told = fact.body
        if not 0 < told.first <= told.last <= _LARGEST:
            continue
        loss = w.Loss(
            incarnation=plain(told.incarnation),
            first=told.first,
            last=told.last,
            seen_by=plain(fact.header.actor),
            seen_ms=max(0, min(fact.header.at_ms, _LARGEST)),
        )
        await losses.add(db, office, plain(told.device_end), loss)
