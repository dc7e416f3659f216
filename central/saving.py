"""Storing what was decided, in the transaction it was decided in. The hall's counter is taken first of all changes
that others could see, and its row stays locked to the commit: numbers appear in the order of commits."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from central.counting import count
from central.decide import Claim, Decided, Incoming, NewConflict, plain
from central.store import Db, board, deliveries, facts
from central.store import conflicts as table
from central.store.base import office_secret
from central.store.facts import CaseRow
from hall.case import Case
from hall.clock_doubt import is_of_clock
from hall.disputes import TO_WITHDRAW, to_withdraw
from hall.facts import Header

_cases = msgspec.json.Decoder(Case)
_encode = msgspec.json.Encoder().encode
_TWICE = {
    "same_ticket": "同一个号办了两次",
    "candidate_pair": "同一申请人的同一事项可能登记了两次",
    "same_reference": "两个办件用了同一个收件编号",
}


async def save_cases(
    db: Db,
    office: str,
    incarnation: str,
    incoming: Sequence[Incoming],
    decided: Decided,
    known: dict[str, CaseRow],
    first: int,
    suspects: dict[str, set[str]],
    now_ms: int,
) -> None:
    """Keep the cases of a batch, with the numbers from ``first`` on, its conflicts, and what departments are to be
    told."""
    conflicts = [
        *decided.conflicts,
        *await _claimed(db, office, incarnation, decided.claims),
        *await _numbered(db, office, decided.numbers),
    ]
    await table.add(db, office, incarnation, conflicts, now_ms)
    await table.settle(db, office, decided.settled, now_ms)
    flags = await _flags(db, decided, known, conflicts, suspects)
    rows = []
    for case_id, case in decided.cases.items():
        place = decided.last[case_id]
        header = incoming[place].header
        assert header is not None
        rows.append(case_row(office, case, header, first + place, flags.get(case_id, "")))
    await facts.save_cases(db, [r for r in rows if r.case_id not in known], [r for r in rows if r.case_id in known])
    await _count(db, office, decided.cases, known)
    await deliveries.want(db, office, decided.cases, {row.case_id: row.server_seq for row in rows}, now_ms)
    others = {each.other for each in conflicts if each.other}
    others |= await table.others_of(db, office, decided.settled)
    others -= set(decided.cases)
    if others:
        await _flag_others(db, office, sorted(others))


async def _count(db: Db, office: str, cases: Mapping[str, Case], known: Mapping[str, CaseRow]) -> None:
    """Keep the sums of the hall's board: less what the cases counted for before, and what they count for now."""
    by = await board.rule(db, office)
    before = {case_id: count(_cases.decode(known[case_id].snapshot), by) for case_id in cases if case_id in known}
    await board.change(db, office, before, {case_id: count(case, by) for case_id, case in cases.items()})


async def _claimed(db: Db, office: str, incarnation: str, claims: list[Claim]) -> list[NewConflict]:
    """The conflicts of tickets and persons that another window has brought in too."""
    if not claims:
        return []
    secret = await office_secret(db, office)
    keys = [hmac.digest(secret, each.what.encode("utf-8", "replace"), "sha256").hex() for each in claims]
    first = await table.claim(db, office, incarnation, list(zip(claims, keys, strict=True)))
    found = []
    for claim, key in zip(claims, keys, strict=True):
        other, wrote = first[claim.kind, key]
        if other == claim.case_id or wrote == incarnation:
            continue
        found.append(_pair(claim, other))
    return found


async def _numbered(db: Db, office: str, claims: list[Claim]) -> list[NewConflict]:
    """The conflicts of numbers that another case has: two machines wrote under one code, or papers were forged."""
    if not claims:
        return []
    first = await facts.numbered(db, office, sorted({each.what for each in claims}))
    pairs = [(claim, first.setdefault(claim.what, claim.case_id)) for claim in claims]
    return [_pair(claim, other) for claim, other in pairs if other != claim.case_id]


def _pair(claim: Claim, other: str) -> NewConflict:
    pair = ":".join(sorted((claim.case_id, other)))
    return NewConflict(
        conflict_id=f"{claim.kind}:{pair}",
        case_id=claim.case_id,
        kind=claim.kind,
        reason=_TWICE[claim.kind],
        seq=claim.seq,
        actor=claim.actor,
        other=other,
    )


async def _flags(
    db: Db, decided: Decided, known: dict[str, CaseRow], conflicts: list[NewConflict], suspects: dict[str, set[str]]
) -> dict[str, str]:
    """The flags of the batch's cases: kinds of their open conflicts, and a clock that is not to be believed."""
    before = {case_id: known[case_id].flags.split() if case_id in known else [] for case_id in decided.cases}
    asked = {name for each in conflicts for name in (each.case_id, each.other)}
    asked |= {each.case_id for each in decided.settled}
    asked |= {name for name, old in before.items() if old}
    open_kinds = await table.kinds_of(db, sorted(asked))
    flags = {}
    for case_id, old in before.items():
        kinds = open_kinds.get(case_id, set()) | suspects.get(case_id, set()) | _of_clock(old)
        kinds |= {TO_WITHDRAW} if to_withdraw(decided.cases[case_id]) else set()
        flags[case_id] = " ".join(sorted(kinds))
    return flags


def _of_clock(flags: Iterable[str]) -> set[str]:
    return set(filter(is_of_clock, flags))


def _of_itself(flags: Iterable[str]) -> set[str]:
    """The flags that no open conflict gave."""
    kept = set(flags)
    return _of_clock(kept) | kept & {TO_WITHDRAW}


async def _flag_others(db: Db, office: str, case_ids: list[str]) -> None:
    """Flag the second case of a pair, and bring it into the feed once more."""
    open_kinds = await table.kinds_of(db, case_ids)
    for row in (await facts.cases_to_change(db, case_ids)).values():
        kinds = open_kinds.get(row.case_id, set()) | _of_itself(row.flags.split())
        flags = " ".join(sorted(kinds))
        if flags != row.flags:
            await facts.flag(db, row.case_id, flags, await facts.next_numbers(db, office, 1))


def case_row(office: str, case: Case, header: Header, server_seq: int, flags: str = "") -> CaseRow:
    """A case as it is stored; ``header`` and ``server_seq`` are of its last fact."""
    return CaseRow(
        case_id=case.case_id,
        office=office,
        reference=plain(case.reference),
        state=case.state.value,
        version=case.version,
        snapshot=_encode(case),
        server_seq=server_seq,
        device=header.device,
        day=header.day.isoformat(),
        flags=flags,
    )
