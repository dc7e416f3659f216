"""Whether whoever wrote a fact was allowed to when they wrote it, and whether their device may bring such a fact
(sync.md §10, "actor unassigned or revoked").

A counter that is off line does not know that a clerk was disabled or lost a role. What such a clerk then writes has no
effect until a supervisor has looked at it; where the counter's clock leaves it open which was first, it has its effect
and is shown to them. A number that the hall never gave is judged in the same way from the time on at which it had its
first clerk: before that, whoever stood in a counter's settings could write.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from central.clocks import Beginning, written
from central.decide import MAX_NAME, Doubt, Incoming, plain
from central.queue.told import is_ticket
from central.store import Db, conflicts
from central.store import clerks as table
from central.store.clerks import RightsRow
from hall.disputes import RIGHT, VERIFIED
from hall.facts import ConflictSettled, Fact, PaperIssued
from hall.names import says_something
from hall.roles import FACTS, NAMES, ROLE_NAMES, Permission, allows, may_bring, needed_for, read_roles

HEARD_MS = 120_000
"""After so long a window on line has heard that its hall has clerks now, and asks who sits there."""
_NAMES = {role.value: name for role, name in ROLE_NAMES.items()}


class _Judge(Struct):
    """What the hall knows of those who wrote a batch. ``began_ms``: since when it has clerks; ``None``: it has none."""

    history: Mapping[str, list[RightsRow]]
    began_ms: int | None

    def lacks(self, actor: str, permission: Permission, first: int, last: int) -> Doubt | None:
        """Why the actor had not, or may not have had, this right between these instants (Unix ms)."""
        rows, unknown = self.history.get(actor, []), False
        if not rows:
            if self.began_ms is None:
                return None
            rows, unknown = [RightsRow(from_ms=self.began_ms + HEARD_MS, roles=(), active=False)], True
        before = [row for row in rows if row.from_ms <= first]
        meanwhile = [row for row in rows if first < row.from_ms <= last]
        standing = [*before[-1:], *meanwhile]
        lacking = [row for row in standing if not (row.active and allows(read_roles(row.roles), permission))]
        if not lacking:
            return None
        certain = bool(before) and len(lacking) == len(standing)
        right = "" if unknown or not lacking[-1].active else NAMES[permission]
        return Doubt(certain=certain, reason=_reason(plain(actor), right, is_known=not unknown, certain=certain))


def _reason(actor: str, right: str, *, is_known: bool, certain: bool) -> str:
    """What a clerk, by their number, lacked: the ``right``, or their place in the hall. Whole sentences: a counter
    finds each again by its shape (``clerk_tui.recognise``)."""
    if not is_known:
        if certain:
            return f"写这条记录时工号{actor}不在本厅的人员名单里，等负责人核实"
        return f"写这条记录时工号{actor}可能不在本厅的人员名单里，等负责人核实"
    if not right:
        if certain:
            return f"写这条记录时工号{actor}已停用，等负责人核实"
        return f"写这条记录时工号{actor}可能已停用，等负责人核实"
    if certain:
        return f"写这条记录时工号{actor}没有“{right}”的权限，等负责人核实"
    return f"写这条记录时工号{actor}可能没有“{right}”的权限，等负责人核实"


async def doubts(
    db: Db, office: str, role: str, incoming: Sequence[Incoming], beginnings: Mapping[str, Beginning], now_ms: int
) -> dict[int, Doubt]:
    """The facts of a batch, by number, whose writers were or may have been without the right to write them, or that a
    device of this ``role`` never brings."""
    # What was called at a window was called: the queue's own rule says what counts.
    judged = {each.seq: each.fact for each in incoming if each.fact and each.subject and not is_ticket(each.fact)}
    judge = await _judge(db, office, list(judged.values()))
    found: dict[int, Doubt] = {}
    for seq, fact in judged.items():
        if not may_bring(role, fact.body):
            found[seq] = Doubt(certain=True, reason=f"{_NAMES.get(role, '这种设备')}不能写这种记录，等负责人核实")
            continue
        first, last = _span(fact, beginnings.get(fact.header.boot_id), now_ms)
        told = [judge.lacks(actor, permission, first, last) for actor, permission in _answering(fact)]
        of_these = [doubt for doubt in told if doubt is not None]
        if of_these:
            found[seq] = next((doubt for doubt in of_these if doubt.certain), of_these[0])
    return found | await _verifying(db, office, judge, judged, found, beginnings, now_ms)


async def _verifying(
    db: Db,
    office: str,
    judge: _Judge,
    judged: Mapping[int, Fact],
    found: Mapping[int, Doubt],
    beginnings: Mapping[str, Beginning],
    now_ms: int,
) -> dict[int, Doubt]:
    """The facts of a batch that clear a doubt (``hall.disputes.VERIFIED``) and may not: only somebody in charge does,
    never of their own doing, and says what they found. Whose doubt arises in this very batch cleared it unseen."""
    settling = {
        seq: body for seq, fact in judged.items() if isinstance(body := fact.body, ConflictSettled) and seq not in found
    }
    if not settling:
        return {}
    named = await conflicts.named(db, office, sorted({plain(body.conflict) for body in settling.values()}))
    for seq, fact in judged.items():
        if isinstance(fact.body, PaperIssued) or seq in found:
            named.setdefault(fact.header.event_id, []).append((RIGHT, plain(fact.header.actor)))
    staffed = await table.first_rights(db, office) is not None
    told = {}
    for seq, body in settling.items():
        whose = {actor for kind, actor in named.get(plain(body.conflict), ()) if kind in VERIFIED}
        if not whose:
            continue
        fact = judged[seq]
        actor = fact.header.actor
        doubt = judge.lacks(actor, Permission.VERIFY, *_span(fact, beginnings.get(fact.header.boot_id), now_ms))
        if staffed and plain(actor) in whose:
            doubt = Doubt(certain=True, reason=not_oneself(actor))
        elif doubt is None and not says_something(body.reason):
            doubt = Doubt(certain=True, reason="核实要写明原因，等负责人核实")
        if doubt is not None:
            told[seq] = doubt
    return told


async def own_doing(
    db: Db, office: str, actor: str, incoming: Sequence[Incoming], found: Mapping[int, Doubt]
) -> dict[int, Doubt]:
    """Those of the doubts ``found`` that are about what ``actor`` wrote or stood by for, or that keep somebody from
    clearing such a doubt: for these they cannot answer themselves. None in a hall that does not know its clerks
    apart."""
    facts = {each.seq: each.fact for each in incoming if each.fact and each.seq in found}
    if not facts or await table.first_rights(db, office) is None:
        return {}
    theirs = {
        seq for seq, fact in facts.items() if actor in (plain(fact.header.actor), getattr(fact.body, "approved_by", ""))
    }
    cleared = {
        seq: plain(body.conflict) for seq, fact in facts.items() if isinstance(body := fact.body, ConflictSettled)
    }
    known = await conflicts.named(db, office, sorted(set(cleared.values()))) if cleared else {}
    of_theirs = {name for name, each in known.items() if any(kind in VERIFIED and who == actor for kind, who in each)}
    of_theirs |= {facts[seq].header.event_id for seq in theirs}
    return {seq: doubt for seq, doubt in found.items() if seq in theirs or cleared.get(seq) in of_theirs}


def not_oneself(actor: str) -> str:
    """That nobody answers for their own doing, in Chinese."""
    return f"工号{plain(actor)}不能核实自己写的记录，等另一位负责人核实"


async def _judge(db: Db, office: str, facts: Sequence[Fact]) -> _Judge:
    actors = {actor for fact in facts for actor, _ in _answering(fact)}
    named = sorted(actor for actor in actors if actor.isprintable() and 0 < len(actor) <= MAX_NAME)
    history = await table.rights_of(db, office, named) if named else {}
    return _Judge(history, await table.first_rights(db, office) if actors - history.keys() else None)


def _answering(fact: Fact) -> list[tuple[str, Permission]]:
    """Who answers for a fact with which right: its writer, and where somebody stood by, they for what only they may."""
    permission = needed_for(fact.body)
    if permission is None or permission is Permission.BY_LAW:
        return []
    actor = fact.header.actor
    approver = getattr(fact.body, "approved_by", "")
    if approver in ("", actor):
        return [(actor, permission)]
    return [(actor, FACTS[fact.header.type]), (approver, permission)]


def _span(fact: Fact, beginning: Beginning | None, now_ms: int) -> tuple[int, int]:
    """Between which instants the fact was written. Of a clock that nobody knows, its own word is taken."""
    if beginning is None:
        claimed = min(fact.header.at_ms, now_ms)
        return claimed, claimed
    span = written(fact.header, beginning, now_ms)
    return span.lo_ms, span.hi_ms
