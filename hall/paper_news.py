"""What a paper tells of a case that is known here already, and what of it counts until its window's facts have come.

Another window gave the paper, after it went on from one of this window or of a third. So it has seen how the case was
received; what happened here later it may not know. It is believed where it knows more: no answer, no gap of a notice
and no promise that anybody has told is lost, whichever of the two knows of it, until it is answered; and what was
handed in stays handed in. ``RULES`` says of every pair which of the two counts.

What answers a telling: somebody who knew of it has looked at the material again. What was only missing is answered also
by who brought it without knowing of that, if who told so did not know of the bringing; a defect never is, it may have
been found in the very one that was brought. So it matters what the window of a paper knew when it gave it:

- ``CaseAdopted.knows`` says how many facts of each other window it had seen, by their own papers or through a third;
- ``Case.tellings`` says of each material that was told who found it so last, and with how many facts;
- a telling is known to a paper where that count reaches it. Age says nothing: papers are shown late and in any order.

The code on a paper has both where another window than its own worked on the case. Where only its own did, it says who
told what if that was before the last that was done there, and else nothing: all was told with its last fact. Codes of
earlier versions are read so too. Adoptions written by the earliest (``knows`` is ``None``) are folded as they were, by
what can be guessed from the words and the number of the notices.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import Enum
from typing import Any, Final

from msgspec import structs

from hall.case import Case, CaseState, Mark, Notice
from hall.checklist import Row
from hall.facts import CaseAdopted
from hall.verdict import Gap, Tick, TickState, gaps_of

S = CaseState
_RANK: Final = {S.RECEIVED: 0, S.NOTICED: 1, S.TOLERATED: 2}
_LAID_DOWN: Final = (TickState.PRESENT, TickState.HELD)


class Stands(Enum):
    """When what is known here of a material counts against what a paper says of it."""

    NEVER = "the paper says more"
    ALWAYS = "the paper says less"
    IF_BROUGHT = "it was brought here without the paper's window knowing, or after all that the paper tells of it"
    IF_MENDED = "it was brought after all that the paper tells: another may have found the defect in that very one"
    IF_GONE = "it was told after it had lain there, or told as bad, and whoever gave the paper did not know"
    IF_TOLD = "a defect was told, and whoever gave the paper did not know: nobody has looked whether it is mended"


_THERE, _MISSING, _BAD, _PROMISED = TickState.PRESENT, TickState.MISSING, TickState.UNACCEPTABLE, TickState.PROMISED
RULES: Final = {
    # (here, on the paper)
    (_THERE, _THERE): Stands.ALWAYS,
    (_THERE, _MISSING): Stands.IF_BROUGHT,
    (_THERE, _PROMISED): Stands.IF_BROUGHT,
    (_THERE, _BAD): Stands.IF_MENDED,
    (_MISSING, _THERE): Stands.IF_GONE,
    (_MISSING, _MISSING): Stands.NEVER,
    (_MISSING, _PROMISED): Stands.NEVER,
    (_MISSING, _BAD): Stands.NEVER,
    (_PROMISED, _THERE): Stands.IF_GONE,
    (_PROMISED, _MISSING): Stands.ALWAYS,
    (_PROMISED, _PROMISED): Stands.NEVER,
    (_PROMISED, _BAD): Stands.ALWAYS,
    (_BAD, _THERE): Stands.IF_TOLD,
    (_BAD, _MISSING): Stands.IF_TOLD,
    (_BAD, _PROMISED): Stands.NEVER,
    (_BAD, _BAD): Stands.NEVER,
}
"""Held by the hall and not applicable count as there; only the paper's word of them is taken where none lies here."""


def believed(case: Case, body: CaseAdopted) -> dict[str, Any]:
    """What changes about ``case``: nothing where it is further along than the paper."""
    state = CaseState(body.state)
    if _RANK.get(case.state, 9) > _RANK.get(state, 8):
        # Accepted with promises here; what the other told may lack beside them.
        if case.state is not S.TOLERATED or state is not S.NOTICED:
            return {}
        state = S.TOLERATED
    changes = _list(case, body)
    rows = changes.get("rows", case.rows)
    ticks = _ticks(case, body, rows)
    known = {promise.code: promise for promise in (*case.promises, *body.promises)}
    # What the paper or this window still waited for, and lies here already.
    promises = tuple(each for code, each in known.items() if not (code in ticks and is_there(ticks[code])))
    waited = {promise.code for promise in promises} | set(_told(case)) | {gap.code for gap in body.told}
    gaps = gaps_left(rows, ticks, waited if state is S.TOLERATED else None)
    changes |= {
        # Each window may have taken what the other still waited for: all promises are kept then.
        "state": S.ACCEPTED if state is S.TOLERATED and not promises and not gaps else state,
        "ticks": ticks,
        "gaps": gaps,
        "promises": promises,
        "good_credit": case.good_credit and body.good_credit,
        "marks": _marks(case, body, ticks),
        "tellings": _tellings(case, body),
        "to_return": _to_return(case, body, rows),
    }
    if news := _notice(case, body, ticks):
        changes["notices"] = (*case.notices, *news)
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
    """What is missing; of a case accepted with promises what was promised or told (``promised``) of it."""
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


def _notice(case: Case, body: CaseAdopted, ticks: dict[str, Tick]) -> tuple[Notice, ...]:
    """The paper's last notice where it says more: another gap, or in the words that count now what was told here in
    others. What was told here and counts here is not told anew by it."""
    here = {gap.code: gap for notice in case.notices for gap in notice.gaps}
    theirs = [gap for gap in body.told if gap.code not in here or ticks.get(gap.code) == body.ticks.get(gap.code)]
    gone = {code for code, tick in ticks.items() if not is_there(tick)}
    more = any(gap.code not in here or (gap.code in gone and gap.problem != here[gap.code].problem) for gap in theirs)
    if not more and (body.notices <= len(case.notices) or not theirs):
        return ()
    return tuple(structs.replace(each, gaps=tuple(theirs)) for each in notices_told(body))


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


def _to_return(case: Case, body: CaseAdopted, rows: Iterable[Row]) -> tuple[Row, ...]:
    """What either knows to be given back; not what was given back here, nor what the list asks for."""
    done = {code for each in case.given_back for code in each.told.codes} | {row.code for row in rows}
    known = {row.code: row for row in (*body.to_return, *case.to_return)}
    return tuple(row for code, row in known.items() if code not in done)


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
    if here.state is TickState.NOT_APPLICABLE and is_there(said):
        return False
    mark = case.marks.get(f"tick:{code}")
    on_paper = _kind(said, promised=body.state == "tolerated")
    match RULES[_kind(here, promised=case.state is S.TOLERATED), on_paper]:
        case Stands.IF_BROUGHT:
            return (mark is not None and _is_news(body, mark)) or _all_known(case, body, code)
        case Stands.IF_MENDED:
            return _all_known(case, body, code)
        case Stands.IF_GONE:
            bad = _told(case).get(code) is _BAD
            return (bad or (mark is not None and mark.gone)) and not _knows(case, body, code)
        case Stands.IF_TOLD:
            return code in _told(case) and not _knows(case, body, code)
        case rule:
            return rule is Stands.ALWAYS


def _knows(case: Case, body: CaseAdopted, code: str) -> bool:
    """Whether whoever gave the paper knew all that is told here of a material."""
    if body.knows is None:
        told = {gap.code: gap.state for gap in body.told}
        return code in told and (told[code] is _BAD or _told(case).get(code) is not _BAD)
    known, tellers = _past(body), case.tellings.get(code, {})
    return bool(tellers) and all(known.get(who, 0) >= nth for who, nth in tellers.items())


def _all_known(case: Case, body: CaseAdopted, code: str) -> bool:
    """Whether all that the paper tells of a material was known here before."""
    if body.knows is None:
        # A window that went on from a paper counts all notices before it as one: only a first one is sure.
        return body.notices == len(case.notices) == 1 and _told(case).get(code) is _BAD
    known = dict(case.writers)
    for seen in case.seen.values():
        known |= {who: max(count, known.get(who, 0)) for who, count in seen.items()}
    return all(known.get(who, 0) >= nth for who, nth in tellings_of(body).get(code, {}).items())


def _is_news(body: CaseAdopted, mark: Mark) -> bool:
    """Whether a window set something by a fact that whoever gave the paper did not know."""
    if body.knows is None:
        # Who knew had to find and tell a defect first, and what was left of it in the next notice.
        return body.notices <= 2
    return _past(body).get(mark.by, 0) < mark.nth


def _past(body: CaseAdopted) -> dict[str, int]:
    """How many facts of whom whoever gave the paper knew."""
    return {**(body.knows or {}), body.origin: body.seen}


def tellings_of(body: CaseAdopted) -> dict[str, dict[str, int]]:
    """What a paper says is told or promised and has not come, as ``Case.tellings``. Of what it says no
    more its own window told with its last fact."""
    named = [*(gap.code for gap in body.told), *(promise.code for promise in body.promises)]
    return {
        code: body.tellings.get(code) or {body.origin: body.seen}
        for code in named
        if (tick := body.ticks.get(code)) is not None and not is_there(tick)
    }


def _tellings(case: Case, body: CaseAdopted) -> dict[str, dict[str, int]]:
    """``Case.tellings`` with what the paper tells."""
    known = dict(case.tellings)
    for code, tellers in tellings_of(body).items():
        here = known.get(code, {})
        known[code] = here | {who: max(nth, here.get(who, 0)) for who, nth in tellers.items()}
    return known


def goes(case: Case, code: str, tick: Tick) -> bool:
    """Whether, with this tick, a material that was there before (at the receipt) is not, or not as it has to be."""
    if is_there(tick):
        return False
    before, mark = case.ticks.get(code), case.marks.get(f"tick:{code}")
    return (before is not None and is_there(before)) or (mark is not None and mark.gone)


def marks_told(body: CaseAdopted) -> dict[str, Mark]:
    """The marks of a case that begins with a paper. Whether what was told missing lay there at the receipt, the paper
    does not say: it may have."""
    return {
        f"tick:{gap.code}": Mark(by=body.origin, nth=0, at=1, gone=not is_there(tick))
        for gap in body.told
        if (tick := body.ticks.get(gap.code)) is not None
    }


def _marks(case: Case, body: CaseAdopted, ticks: dict[str, Tick]) -> dict[str, Mark]:
    """Marks with those of what came, or went, by the paper. What is not there has lain there before where the paper
    says that it does, and may have where the paper tells it anew."""
    told = tellings_of(body)
    marks = dict(case.marks)
    for code, tick in ticks.items():
        name, before, said = f"tick:{code}", case.ticks.get(code), body.ticks.get(code)
        if before is not None and is_there(before) is not is_there(tick):
            marks[name] = Mark(by=body.origin, nth=0, at=case.version + 1, gone=goes(case, code, tick))
        anew = code in told and not _all_known(case, body, code)
        if not is_there(tick) and (anew or (said is not None and is_there(said))):
            mark = marks.get(name) or Mark(by=body.origin, nth=0, at=case.version + 1)
            marks[name] = structs.replace(mark, gone=True)
    return marks


def _kind(tick: Tick, *, promised: bool) -> TickState:
    """As ``RULES`` has it; a promise of a case that is not accepted promises nothing."""
    if tick.state is _PROMISED and not promised:
        return _MISSING
    return _THERE if is_there(tick) else tick.state


def is_there(tick: Tick) -> bool:
    """Whether nobody has to bring it."""
    return tick.state in _LAID_DOWN or tick.state is TickState.NOT_APPLICABLE


def _told(case: Case) -> dict[str, TickState]:
    return {gap.code: gap.state for notice in case.notices for gap in notice.gaps}
