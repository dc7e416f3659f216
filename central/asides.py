"""What was set aside in a hall, as those see it who look after it: whose, why, and what its window did about it."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from central.decide import Incoming, plain
from central.store import Db, Store
from central.store import oversight as table
from central.store.facts import NewFact
from hall import wire
from hall import wire_oversight as w
from hall.chain import UNREADABLE, open_header
from hall.errors import BrokenChain
from hall.facts import RecordSettled

PAGE = 100


async def keep(db: Db, office: str, incarnation: str, incoming: Sequence[Incoming], decided: Sequence[NewFact]) -> None:
    """Keep beside the records that are set aside what their window says it did about them, in its transaction."""
    for each, made in zip(incoming, decided, strict=True):
        fact = each.fact
        if fact is None or not isinstance(fact.body, RecordSettled) or made.status is not wire.Status.APPLIED:
            continue
        told = fact.body
        if 0 < told.seq <= each.seq:
            at_ms = max(0, min(fact.header.at_ms, 2**53))
            by, words = plain(fact.header.actor), plain(told.reason)
            await table.dealt_with(db, office, incarnation, told.seq, told.how, by, at_ms, words)


async def page(store: Store, office: str, after: int) -> w.AsideReply:
    """A page of what was set aside."""
    rows = await store.read(lambda db: table.asides(db, office, after, PAGE + 1))
    return w.AsideReply(entries=[_read(*row) for row in rows[:PAGE]], has_more=len(rows) > PAGE)


async def all_of(store: Store, office: str) -> list[w.AsideEntry]:
    """All that is set aside in a hall."""
    found: list[w.AsideEntry] = []
    while True:
        reply = await page(store, office, found[-1].number if found else 0)
        found += reply.entries
        if not reply.has_more:
            return found


def _read(entry: w.AsideEntry, header: bytes) -> w.AsideEntry:
    """With what the fact's header says of it, where it can be read."""
    try:
        told = open_header(header)
    except (BrokenChain, *UNREADABLE):
        return entry
    return replace(entry, type=plain(told.type), actor=plain(told.actor))
