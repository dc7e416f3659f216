"""Taking somebody back: what was missing, what is here now, and what follows (行政许可法 art. 32(4), 32(5), 72(4)).

Also where a case that was only taken in is decided. Everything in: accepted as of the day the last of it was handed in.
Part of it: still to be supplemented, with a receipt for that day. A defect that nobody told before: a second notice,
which needs a reason if the defect was to be seen the first time.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Final

from msgspec import Struct, structs

from clerk_tui.services import cases
from clerk_tui.services.entry import Checked
from clerk_tui.services.intake import ACCEPTING, PAPERS, promises
from clerk_tui.services.previewing import clean_refusal, clean_ticks
from clerk_tui.services.recording import Action, Written
from clerk_tui.services.result import Result, result_of
from clerk_tui.services.workspace import Workspace
from hall import facts as f
from hall.calendar import receipt_clock_start
from hall.case import Case, CaseState
from hall.checklist import Checklist, Row
from hall.deadlines import due, is_deemed_accepted, latest_promise, respond_by, tolerance_open
from hall.errors import BadDate, BadInput, HallError, Unlawful
from hall.fold import STATE_NAMES
from hall.names import clean_text
from hall.verdict import Gap, Outcome, Refusal, Tick, TickState, Verdict, article_of, gaps_of, judge

OPEN: Final = (CaseState.RECEIVED, CaseState.NOTICED, CaseState.TOLERATED)


@dataclass
class SupplementDraft:
    """Somebody came back. Tick ``rows`` (what is still open); another row only to say what is wrong with it.

    ``handed_in`` is the day the materials arrived, for post that is opened later. ``refusal`` and ``good_credit`` are
    as in ``intake.Draft``. ``event_id`` is made once: submitting twice changes the case once.
    """

    case: Case
    event_id: str
    rows: tuple[Row, ...]
    handed_in: dt.date
    ticks: dict[str, Tick] = field(default_factory=dict)
    refusal: Refusal | None = None
    good_credit: bool = True
    done: Result | None = None

    def __repr__(self) -> str:
        """Without the case: it names people."""
        return f"SupplementDraft(case_id={self.case.case_id!r})"


class SupplementPreview(Struct, frozen=True, kw_only=True):
    """What follows from the ticks now.

    ``handed`` are the materials handed in, ``gaps`` what is still missing, ``fresh`` the gaps that no notice has told
    yet (a notice must follow), ``known_before`` those of them that were to be seen the first time (``needs_reason``).
    ``late`` are promises kept after their day, ``overdue``: the applicant's own limit is past. ``accepted`` and ``due``
    are what an acceptance now would say. ``second`` means that a notice now would not be the first.
    """

    verdict: Verdict
    gaps: tuple[Gap, ...]
    handed: tuple[str, ...]
    fresh: tuple[str, ...]
    known_before: tuple[str, ...]
    needs_reason: bool
    second: bool
    complete: bool
    late: tuple[str, ...]
    overdue: bool
    accepted: dt.date
    due: f.Due
    respond_by: dt.date
    field_errors: dict[str, str]
    ticks: dict[str, Tick]
    changed: dict[str, Tick]


def open_supplement(ws: Workspace, reference: str) -> SupplementDraft:
    """The case with the rows that are still open: all of one only taken in, the gaps of a notice, the promises.

    Raises:
        BadInput: no such case, or nothing of it is open.
    """
    case = cases.load(ws, reference)
    if case.state not in OPEN:
        raise BadInput(
            "nothing_open",
            f"办件现在是“{STATE_NAMES[case.state]}”，没有要补的材料",
            field="reference",
            hint="可以查看办件或补打文书",
        )
    return SupplementDraft(case=case, event_id=ws.new_id(), rows=open_rows(case), handed_in=ws.clock.today())


def open_rows(case: Case) -> tuple[Row, ...]:
    """The rows of the checklist that something is still to be done about."""
    match case.state:
        case CaseState.RECEIVED:
            return case.rows
        case CaseState.TOLERATED:
            wanted = {promise.code for promise in case.promises}
        case _:
            wanted = {gap.code for gap in case.gaps}
    return tuple(row for row in case.rows if row.code in wanted)


def preview(ws: Workspace, draft: SupplementDraft) -> SupplementPreview:
    """What follows from the ticks now; pure."""
    case, today = draft.case, ws.clock.today()
    found = Checked()
    checklist = checklist_of(case)
    changed = {
        code: tick for code, tick in clean_ticks(draft.ticks, checklist, found).items() if tick != case.ticks.get(code)
    }
    _check_rows(draft, changed, found)
    _check_day(draft, today, found)
    ticks = {**_standing(case), **changed}
    gaps = gaps_of(case.rows, ticks)
    clock_from = receipt_clock_start(draft.handed_in, ws.calendar, weekend_rule=ws.config.rules.weekend_receipt)
    fresh, known_before = _untold(case, gaps)
    rules = ws.config.rules
    return SupplementPreview(
        verdict=_verdict(ws, draft, checklist, ticks, clean_refusal(draft.refusal, found), clock_from),
        gaps=gaps,
        handed=tuple(code for code, tick in changed.items() if tick.state is TickState.PRESENT),
        fresh=fresh,
        known_before=known_before,
        needs_reason=bool(known_before),
        second=bool(case.notices),
        complete=not gaps,
        late=tuple(
            promise.code
            for promise in case.promises
            if promise.until < draft.handed_in and promise.code not in {gap.code for gap in gaps}
        ),
        overdue=bool(case.notices) and case.notices[-1].respond_by < draft.handed_in,
        accepted=draft.handed_in,
        due=due(case.matter.limits, case.clock_from, clock_from, ws.calendar),
        respond_by=respond_by(today, rules.respond_days, rules.respond_unit, ws.calendar).day,
        field_errors=found.errors,
        ticks=ticks,
        changed=changed,
    )


def submit(ws: Workspace, draft: SupplementDraft, wish: Outcome | None = None, second_reason: str = "") -> Result:
    """Commit what was handed in and what follows from it; submitting the same draft twice changes the case once.

    Without a wish a partial supplement leaves the notice standing; wish ``NOTICED`` gives a further notice, which also
    follows by itself when there is a defect that no notice has told.

    Raises:
        BadInput: a tick, a date or the reason for a second notice is wrong or missing. Nothing is written.
        Unlawful: the wish is not on offer. Nothing is written.
        HallError: ``case_changed``, another window was quicker. Nothing is written.
        StoreError: it could not be saved. Nothing is written.
    """
    if draft.done is not None:
        return draft.done
    ready = preview(ws, draft)
    outcome, notice = _decide(ws, draft, ready, wish)
    reason = clean_text(second_reason, field="second_notice_reason", max_length=200)
    if notice and ready.needs_reason and not reason:
        raise BadInput(
            "second_reason_needed",
            "这些问题第一次就能看到，再次告知要写明原因：" + "、".join(ready.known_before),
            field="second_notice_reason",
            hint="写明原因；这次告知会报给负责人（行政许可法第七十二条第四项）",
        )
    facts = _facts(ws, draft, ready, outcome, notice=notice, reason=reason)
    action = Action(ws, draft.case.case_id, draft.case.reference, draft.case)
    for place, fact in enumerate(facts):
        action.add(fact, event_id=draft.event_id if place == 0 else "")
    action.issue(_papers(draft.case, ready, outcome, notice=notice))
    with ws.journal.write() as connection:
        now = ws.journal.case_in(connection, draft.case.case_id)
        if now is None or now.version != draft.case.version:
            raise HallError(
                "case_changed", "这个办件刚刚有了别的变化，没有保存", field="reference", hint="重新打开办件后再办"
            )
        written = action.write(connection)
    draft.done = _result(written, outcome, ready)
    return draft.done


def checklist_of(case: Case) -> Checklist:
    """The checklist as it stood when the case began: an open case keeps its version (domain.md §9a.11)."""
    return Checklist(
        matter=case.matter.key,
        answers=case.answers,
        situations=case.situations,
        questions=(),
        open_questions=(),
        materials=case.rows,
        fields=(),
        exits=(),
    )


def _standing(case: Case) -> dict[str, Tick]:
    """The case's ticks. A promise that was never accepted (the case was noticed) promises nothing."""
    if case.state is CaseState.RECEIVED:
        return dict(case.ticks)
    return {
        code: Tick(TickState.MISSING) if tick.state is TickState.PROMISED else tick for code, tick in case.ticks.items()
    }


def _check_rows(draft: SupplementDraft, changed: dict[str, Tick], found: Checked) -> None:
    open_codes = {row.code for row in draft.rows}
    for code, tick in changed.items():
        if code not in open_codes and tick.state is not TickState.UNACCEPTABLE:
            found.errors[f"materials.{code}"] = "这项材料第一次已经收齐，只能补记发现的问题"
        if code not in open_codes and draft.case.state is CaseState.TOLERATED:
            found.errors[f"materials.{code}"] = "已经容缺受理，只收承诺补齐的材料"
        if draft.case.state is CaseState.TOLERATED and tick.state is TickState.PROMISED:
            found.errors[f"materials.{code}"] = "承诺补齐的日期不能再改"


def _check_day(draft: SupplementDraft, today: dt.date, found: Checked) -> None:
    if draft.handed_in > today:
        found.errors["handed_in"] = "收到材料的日期晚于今天"
    elif draft.handed_in < max(draft.case.handed_in, default=draft.case.received):
        found.errors["handed_in"] = "收到材料的日期早于上一次收件"


def _untold(case: Case, gaps: tuple[Gap, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Codes of gaps that no notice has told, and of those that were to be seen when the first one was given.

    What lay on the desk then could be looked at as a whole: a row that passed, or another defect of a paper that was
    already not accepted. A paper handed in since is new, and so are its defects.
    """
    if not case.notices:
        return (), ()
    told = {gap.code: gap for notice in case.notices for gap in notice.gaps}
    fresh, before = [], []
    for gap in gaps:
        earlier = told.get(gap.code)
        same = earlier is not None and (gap.problem == earlier.problem or gap.state is TickState.MISSING)
        if same:
            continue
        fresh.append(gap.code)
        if earlier is None or earlier.state is TickState.UNACCEPTABLE:
            before.append(gap.code)
    return tuple(fresh), tuple(before)


def _verdict(
    ws: Workspace,
    draft: SupplementDraft,
    checklist: Checklist,
    ticks: dict[str, Tick],
    refusal: Refusal | None,
    clock_from: dt.date,
) -> Verdict:
    matter = draft.case.matter
    verdict = judge(
        checklist,
        ticks,
        tolerance=structs.replace(matter.tolerance, allowed=tolerance_open(matter.tolerance, matter.limits)),
        latest_promise=latest_promise(matter.limits, draft.case.clock_from, clock_from, ws.calendar),
        today=draft.handed_in,
        good_credit=draft.good_credit,
        refusal=refusal,
    )
    if draft.case.state is not CaseState.TOLERATED:
        return verdict
    # It is accepted already: what is still promised stays so, and nothing else can be decided here.
    stands = Outcome.TOLERATED if verdict.gaps else Outcome.ACCEPTED
    return structs.replace(
        verdict,
        outcome=None if verdict.errors else stands,
        lawful=(stands,),
        unlawful={other: "已经容缺受理" for other in Outcome if other is not stands},
        article=draft.case.article,
        explanation=f"还有{len(verdict.gaps)}项承诺补齐的材料" if verdict.gaps else "承诺的材料已经补齐",
    )


def _decide(
    ws: Workspace, draft: SupplementDraft, ready: SupplementPreview, wish: Outcome | None
) -> tuple[Outcome, bool]:
    """The outcome, and whether it means a (further) notice."""
    case = draft.case
    for where, message in ready.field_errors.items():
        error = BadDate if where == "handed_in" else BadInput
        raise error("bad_value", message, field=where, hint="改正后再确认")
    if is_deemed_accepted(case, ws.calendar, ws.clock.today()):
        raise Unlawful(
            "deemed_accepted",
            "收件已满五个工作日没有告知，依法自收件之日起视为受理",
            field="outcome",
            hint="不能再告知补正或不予受理；重新打开办件查看",
        )
    if not ready.changed and ready.verdict.refusal is None and case.state is not CaseState.RECEIVED:
        raise BadInput("nothing_handed_in", "没有勾选任何交来的材料", field="materials", hint="先勾选交来的材料")
    outcome = ready.verdict.require(wish)
    if outcome is Outcome.NOTICED:
        return outcome, wish is Outcome.NOTICED or bool(ready.fresh) or case.state is CaseState.RECEIVED
    return outcome, False


def _facts(
    ws: Workspace, draft: SupplementDraft, ready: SupplementPreview, outcome: Outcome, *, notice: bool, reason: str
) -> list[f.FactBody]:
    case, verdict = draft.case, ready.verdict
    facts: list[f.FactBody] = []
    if ready.changed:
        facts.append(
            f.CaseSupplemented(
                ticks=ready.changed,
                handed_in=draft.handed_in,
                complete=ready.complete,
                window=ws.config.hall.window,
                clerk=ws.config.clerk.name,
            )
        )
    if case.state is CaseState.TOLERATED:
        return facts
    article = article_of(outcome, verdict.refusal)
    match outcome:
        case Outcome.CORRECTED:
            facts.append(f.CaseCorrected(corrections=ready.gaps, article=article))
            facts.append(f.CaseAccepted(accepted=ready.accepted, due=ready.due, article=article_of(Outcome.ACCEPTED)))
        case Outcome.ACCEPTED:
            facts.append(f.CaseAccepted(accepted=ready.accepted, due=ready.due, article=article))
        case Outcome.TOLERATED:
            facts.append(
                f.CaseTolerated(
                    promises=promises(ready.gaps, ready.ticks, verdict.latest_promise),
                    accepted=ready.accepted,
                    due=ready.due,
                    breach=case.matter.tolerance.breach,
                    article=article,
                )
            )
        case Outcome.REFUSED:
            assert verdict.refusal is not None, "a refusal is only lawful when one is stated"
            facts.append(f.CaseRefused(refusal=verdict.refusal, refused=ws.clock.today(), article=article))
        case Outcome.NOTICED if notice:
            facts.append(_notice(ws, case, ready, reason, article))
    return facts


def _notice(ws: Workspace, case: Case, ready: SupplementPreview, reason: str, article: str) -> f.CaseNoticed:
    rules = ws.config.rules
    answer = respond_by(ws.clock.today(), rules.respond_days, rules.respond_unit, ws.calendar)
    return f.CaseNoticed(
        gaps=ready.gaps,
        respond_by=answer.day,
        provisional=answer.provisional,
        article=article,
        second=bool(case.notices),
        reason=reason,
        known_before=ready.known_before,
        lapse=rules.respond_overdue,
    )


def _papers(case: Case, ready: SupplementPreview, outcome: Outcome, *, notice: bool) -> tuple[f.PaperKind, ...]:
    if case.state is CaseState.TOLERATED:
        return ("receipt",)
    if outcome is not Outcome.NOTICED:
        return PAPERS[outcome]
    kinds: tuple[f.PaperKind, ...] = ("receipt",) if ready.handed and case.state is not CaseState.RECEIVED else ()
    if notice:
        return (*kinds, "notice")
    return ("receipt",)


def _result(written: Written, outcome: Outcome, ready: SupplementPreview) -> Result:
    return result_of(
        written.case,
        outcome=outcome,
        lawful=ready.verdict.lawful,
        gaps=() if outcome is Outcome.ACCEPTED else ready.gaps,
        paper_ids=written.paper_ids,
        seq=written.seq,
        digest=written.last.hash,
        late=ready.late,
    )


__all__ = ["ACCEPTING", "SupplementDraft", "SupplementPreview", "open_rows", "open_supplement", "preview", "submit"]
