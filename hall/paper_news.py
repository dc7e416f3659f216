"""What a paper tells of a case that is known here already, and what of it counts until its window's facts have come.

Another window gave the paper, after it went on from one of this window or of a third. So it has seen how the case was
received; what happened here later it may not know. It is believed where it knows more: no answer, no gap of a notice
and no defect that anybody has told is lost, whichever of the two knows of it, and what was handed in stays handed in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Final

from msgspec import structs

from hall.case import Case, CaseState, Notice
from hall.checklist import Row
from hall.facts import CaseAdopted
from hall.verdict import Gap, Tick, TickState, gaps_of

S = CaseState
_RANK: Final = {S.RECEIVED: 0, S.NOTICED: 1, S.TOLERATED: 2}
_LAID_DOWN: Final = (TickState.PRESENT, TickState.HELD)


def believed(case: Case, body: CaseAdopted) -> dict[str, Any]:
    """What changes about ``case``: nothing where it is further along than the paper."""
    state = CaseState(body.state)
    if _RANK.get(case.state, 9) > _RANK.get(state, 8):
        return {}
    changes = _list(case, body)
    rows = changes.get("rows", case.rows)
    ticks = _ticks(case, body, rows)
    promised = body.promises or case.promises
    gaps = gaps_left(rows, ticks, {promise.code for promise in promised} if state is S.TOLERATED else None)
    # What the paper still waits for, and lies here already.
    brought = {gap.code for gap in gaps_of(body.rows, body.ticks)} - {gap.code for gap in gaps}
    promises = tuple(promise for promise in promised if promise.code not in brought)
    changes |= {
        # Each window may have taken what the other still waited for: all promises are kept then.
        "state": S.ACCEPTED if state is S.TOLERATED and not promises else state,
        "ticks": ticks,
        "gaps": gaps,
        "promises": promises,
        "good_credit": case.good_credit and body.good_credit,
    }
    if body.notices > len(case.notices) or not {gap.code for gap in body.told} <= set(_told(case)):
        changes["notices"] = (*case.notices, *notices_told(body))
    if body.accepted is not None and case.accepted is None:
        changes |= {"accepted": body.accepted, "due": body.due}
    return changes


def contradicts(case: Case, answers: dict[str, Any]) -> tuple[str, ...]:
    """The questions that were answered otherwise here than on a paper, once the applicant was told here what is
    missing or promised it: then neither list is the other's with more on it."""
    if case.state is S.RECEIVED:
        return ()
    return tuple(code for code, answer in answers.items() if case.answers.get(code, answer) != answer)


def gaps_left(rows: Iterable[Row], ticks: dict[str, Tick], promised: Collection[str] | None) -> tuple[Gap, ...]:
    """What is missing; of a case accepted with promises what was promised (``promised``) of it."""
    gaps = gaps_of(rows, ticks)
    return gaps if promised is None else tuple(gap for gap in gaps if gap.code in promised)


def notices_told(body: CaseAdopted) -> tuple[Notice, ...]:
    """The last notice as far as the paper knows it; it stands for all of them."""
    if not body.notices or body.noticed is None or body.respond_by is None:
        return ()
    return (
        Notice(
            day=body.noticed,
            gaps=body.told,
            respond_by=body.respond_by,
            provisional=body.respond_provisional,
            second=body.notices > 1,
        ),
    )


def _list(case: Case, body: CaseAdopted) -> dict[str, Any]:
    """The paper's list where it is another one and rests on what is known here. Its rows are in the words of the
    catalogue here; those of the case's own list stay in the words of the version that it began with."""
    same = case.answers == body.answers and [row.code for row in case.rows] == [row.code for row in body.rows]
    if same or _rests_on_less(case, body):
        return {}
    return {
        "answers": body.answers,
        "situations": body.situations,
        "rows": body.rows,
        "matter": structs.replace(case.matter, questions=body.matter.questions),
        # Asked by the version that the case began with, as long as anything may still be asked.
        "plan": (case.plan or body.plan) if body.state == "received" else None,
    }


def _rests_on_less(case: Case, body: CaseAdopted) -> bool:
    """Whether something was answered here that the paper does not know. Whoever tells or promises has asked all that
    was open, so only what was told here can stand against a paper that tells."""
    here, paper = case.answers.items(), body.answers.items()
    if case.state is S.RECEIVED:
        return body.state == "received" and here > paper
    return not here <= paper


def _ticks(case: Case, body: CaseAdopted, rows: Iterable[Row]) -> dict[str, Tick]:
    ticks = {}
    for row in rows:
        here, said = case.ticks.get(row.code), body.ticks.get(row.code)
        if said is None or (here is not None and _stands(case, body, row.code, here, said)):
            said = here
        if said is not None:
            ticks[row.code] = said
    return ticks


def _stands(case: Case, body: CaseAdopted, code: str, here: Tick, said: Tick) -> bool:
    """Whether what is known here of a material counts, and not what the paper says of it."""
    if here.state in _LAID_DOWN:
        # It lies here. A defect was found in it afterwards, unless it was brought after all that the paper knows.
        later = f"tick:{code}" in case.marks and body.notices <= len(case.notices)
        return said.state is not TickState.UNACCEPTABLE or later
    bad = TickState.UNACCEPTABLE
    told = {gap.code: gap.state for gap in body.told}
    # A defect that was told here, of which the paper knows nothing: nobody has looked whether it is mended.
    return _told(case).get(code) is bad and here.state is bad and told.get(code) is not bad


def _told(case: Case) -> dict[str, TickState]:
    return {gap.code: gap.state for notice in case.notices for gap in notice.gaps}
