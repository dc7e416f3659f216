"""A case as the whole hall knows it: what the centre tells, and what this window did that the centre has not yet."""

from __future__ import annotations

from typing import cast

from msgspec import Struct

from clerk_tui.services.workspace import Workspace
from clerk_tui.store import queries, shared
from clerk_tui.store.journal import Transaction
from hall.adoption import standing_of
from hall.case import Case, CaseState
from hall.errors import BadInput
from hall.facts import AdoptedState, CaseAdopted
from hall.fold import advance
from hall.telling import STATE_NAMES
from hall.verdict import Gap

OPEN = (CaseState.RECEIVED, CaseState.NOTICED, CaseState.TOLERATED)


class HallCase(Struct, frozen=True, kw_only=True):
    """``case`` is how it stands, ``own_version`` how many facts of it stand in this window's journal (0: none).

    ``told_at`` is the number of the feed that ``case`` rests on, 0 when it rests on the journal alone. ``news``: other
    windows did what this one's journal does not have.
    """

    case: Case
    own_version: int
    told_at: int = 0
    news: bool = False


def look(ws: Workspace, connection: Transaction, case_id: str) -> HallCase | None:
    """The case with this identity; ``None`` if neither journal nor centre knows it."""
    own = queries.case_by(connection, "case_id", case_id)
    told = shared.told(connection, case_id)
    if told is None:
        return HallCase(case=own, own_version=own.version) if own else None
    told_at, case = told
    here = ws.journal.incarnation
    if own is None:
        return HallCase(case=case, own_version=0, told_at=told_at, news=True)
    news = any(count > own.writers.get(who, 0) for who, count in case.writers.items() if who != here)
    if not news and not own.adopted:
        return HallCase(case=own, own_version=own.version)
    # Of a case that was taken over the journal knows how it stood, and the centre every line of how it came about.
    for fact in queries.unapplied(connection, case_id, case.writers.get(here, 0)):
        case = advance(case, fact) or case
    return HallCase(case=case, own_version=own.version, told_at=told_at, news=news)


def nothing_open(state: CaseState, *, deemed: bool, field: str) -> BadInput:
    """That nothing of a case is to be supplemented (any more), and what can be done all the same: of one that the law
    has accepted nothing may be asked for again (行政许可法 art. 32(4))."""
    if state is CaseState.ACCEPTED and deemed:
        what = "办件已依法视为受理，不能再要求补正"
        hint = "申请人自愿补交的，在办件里按 F8 选“收下补充材料”，出具收件凭证，交承办部门审查"
    else:
        what = f"办件现在是“{STATE_NAMES[state]}”，没有要补的材料"
        hint = "可以查看办件或补打文书"
        if state is CaseState.ACCEPTED:
            hint = "可以查看办件或补打文书；另外交来的材料，在办件里按 F8 选“收下补充材料”"
    return BadInput("nothing_open", what, field=field, hint=hint)


def adoption(ws: Workspace, found: HallCase, *, whole: bool = False) -> CaseAdopted:
    """The fact by which this window goes on with a case that others have worked on, as the centre told it. ``whole``:
    with all that steps after acceptance rest on, in any state.

    Raises:
        BadInput: nothing of it is open.
    """
    case = found.case
    state = case.state
    if state is CaseState.INQUIRY or (state not in OPEN and not whole):
        raise nothing_open(state, deemed=case.deemed, field="reference")
    here = ws.journal.incarnation
    others = {who: count for who, count in case.writers.items() if who != here}
    origin = max(others, key=lambda who: (others[who], who))
    paper = case.papers[-1] if case.papers else None
    notice = case.notices[-1] if case.notices else None
    told: dict[str, Gap] = {gap.code: gap for each in case.notices for gap in each.gaps}
    return CaseAdopted(
        reference=case.reference,
        origin=origin,
        seen=others[origin],
        paper=paper.kind if paper else "receipt",
        number=paper.number if paper else "",
        issued=paper.day if paper else case.received,
        matter=case.matter,
        answers=case.answers,
        situations=case.situations,
        rows=case.rows,
        ticks=case.ticks,
        state=cast(AdoptedState, state.value),
        received=case.received,
        clock_from=case.clock_from,
        told=tuple(told.values()),
        noticed=notice.day if notice else None,
        respond_by=notice.respond_by if notice else None,
        notices=len(case.notices),
        accepted=case.accepted,
        due=case.due,
        promises=case.promises,
        window=ws.config.hall.window,
        clerk=ws.clerk.name,
        language=case.language,
        good_credit=case.good_credit,
        standing=standing_of(case) if whole else {},
        plan=case.plan,
        by_centre=True,
        knows={who: count for who, count in case.writers.items() if who != origin},
        tellings=case.tellings,
        to_return=case.to_return,
    )
