"""Whether whoever wrote a fact was allowed to when they wrote it (sync.md §10, "actor unassigned or revoked").

A counter that is off line does not know that a clerk was disabled or lost a role. What such a clerk then writes has no
effect until a supervisor has looked at it; where the counter's clock leaves it open which was first, it has its effect
and is shown to them. Nobody is judged by what is not known: numbers that this hall never gave, and times before it
began to keep when rights changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from central.clocks import Beginning, written
from central.decide import MAX_NAME, Doubt, Incoming
from central.queue.told import is_ticket
from central.store import Db
from central.store import clerks as table
from central.store.clerks import RightsRow
from hall.facts import Fact
from hall.roles import NAMES, Permission, allows, needed_for, read_roles


async def doubts(
    db: Db, office: str, incoming: Sequence[Incoming], beginnings: Mapping[str, Beginning], now_ms: int
) -> dict[int, Doubt]:
    """The facts of a batch, by number, whose writers were or may have been without the right to write them."""
    actors = {each.fact.header.actor for each in incoming if each.fact is not None and each.subject}
    named = sorted(actor for actor in actors if actor.isprintable() and 0 < len(actor) <= MAX_NAME)
    history = await table.rights_of(db, office, named) if named else {}
    found: dict[int, Doubt] = {}
    for each in incoming:
        # What was called at a window was called: the queue's own rule says what counts.
        if each.fact is None or not each.subject or is_ticket(each.fact):
            continue
        rows = history.get(each.fact.header.actor)
        if rows and (doubt := _doubt(rows, each.fact, beginnings.get(each.fact.header.boot_id), now_ms)) is not None:
            found[each.seq] = doubt
    return found


def _doubt(rows: list[RightsRow], fact: Fact, beginning: Beginning | None, now_ms: int) -> Doubt | None:
    permission = needed_for(fact.body)
    if permission is None:
        return None
    first, last = _span(fact, beginning, now_ms)
    before = [row for row in rows if row.from_ms <= first]
    meanwhile = [row for row in rows if first < row.from_ms <= last]
    standing = [*before[-1:], *meanwhile]
    lacking = [row for row in standing if not _may(row, permission)]
    if not lacking:
        return None
    actor = fact.header.actor
    without = f"没有“{NAMES[permission]}”的权限" if lacking[-1].active else "已停用"
    certain = bool(before) and len(lacking) == len(standing)
    may = "" if certain else "可能"
    return Doubt(certain=certain, reason=f"写这条记录时工号{actor}{may}{without}，等负责人核实")


def _span(fact: Fact, beginning: Beginning | None, now_ms: int) -> tuple[int, int]:
    """Between which instants the fact was written. Of a clock that nobody knows, its own word is taken."""
    if beginning is None:
        claimed = min(fact.header.at_ms, now_ms)
        return claimed, claimed
    span = written(fact.header, beginning, now_ms)
    return span.lo_ms, span.hi_ms


def _may(row: RightsRow, permission: Permission) -> bool:
    return permission is Permission.BY_LAW or (row.active and allows(read_roles(row.roles), permission))
