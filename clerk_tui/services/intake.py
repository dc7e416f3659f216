"""Taking somebody in: ``new_draft``, then ``preview`` on every key, then one call of ``submit`` to commit.

Which papers an outcome needs (domain.md §1.2): every acceptance and every refusal its own written proof (行政许可法
art. 32, last paragraph); a notice also a receipt for what stays at the hall; a tolerated acceptance the promise that is
signed and the notice that goes with it. An acceptance names what was received, so a receipt beside it is not needed
(安阳市政务服务条例 art. 36); where the law has accepted by silence, the receipt also names what was not handed in.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from clerk_tui.services import printable
from clerk_tui.services.draft import Draft, Preview
from clerk_tui.services.previewing import preview
from clerk_tui.services.recording import Action, Written, matter_ref, new_reference
from clerk_tui.services.result import DEEMED, PaperOut, Result, result_of
from clerk_tui.services.rights import needs
from clerk_tui.services.upkeep import by_silence
from clerk_tui.services.workspace import Workspace
from clerk_tui.store.journal import Transaction
from clerk_tui.store.verifying import Head
from hall import facts as f
from hall.answering import plan_of
from hall.case import Case, CaseState
from hall.catalogue.model import Matter
from hall.checklist import Row
from hall.deadlines import is_deemed_accepted, notice_due, tolerance_open
from hall.errors import BadInput, Unlawful
from hall.list_plan import ListPlan
from hall.names import says_something
from hall.roles import Actor, Permission
from hall.verdict import Outcome, Tick, TickState, Verdict, article_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


__all__ = [
    "Draft",
    "PaperOut",
    "Preview",
    "Result",
    "new_draft",
    "preview",
    "receive",
    "refresh_held",
    "submit",
]

PAPERS: Final[dict[Outcome, tuple[f.PaperKind, ...]]] = {
    Outcome.ACCEPTED: ("acceptance",),
    Outcome.CORRECTED: ("acceptance",),
    Outcome.TOLERATED: ("acceptance", "promise", "tolerance"),
    Outcome.NOTICED: ("receipt", "notice"),
    Outcome.REFUSED: ("refusal",),
}
BY_SILENCE: Final[tuple[f.PaperKind, ...]] = ("receipt", "acceptance")


def new_draft(ws: Workspace, matter: Matter) -> Draft:
    """An empty draft for a matter; its case is named here, once and for all."""
    return Draft(matter=matter, case_id=ws.new_id(), event_id=ws.new_id())


def refresh_held(ws: Workspace, draft: Draft) -> None:
    """Look up what earlier cases say of this applicant: which materials the hall has, so that nothing is asked for
    twice, and whether a promise was broken, where the matter takes promises."""
    from clerk_tui.services.people import broken_promise, held_materials

    number, matter = draft.applicant.get("id_number", ""), draft.matter
    draft.held = held_materials(ws, number, matter) if number.strip() else {}
    promises = bool(number.strip()) and tolerance_open(matter.tolerance, matter.limits)
    draft.broken_promise = broken_promise(ws, number) if promises else ""


@needs(Permission.RECEIVE)
def submit(ws: Workspace, draft: Draft, wish: Outcome | None = None, approver: Actor | None = None) -> Result:
    """Commit the walk-in with the outcome that follows, or the wished one if it is lawful.

    The same draft submitted twice makes one case: the second call answers with what the first one did. ``approver``:
    who stands beside a clerk that may not turn somebody away on a ground of its own (``signing_in.approve``).

    Raises:
        Forbidden: a refusal of that kind, and no supervisor. Nothing is written.
        BadInput: something typed is wrong or missing; ``field`` says where. Nothing is written.
        Unlawful: the wish is not on offer. Nothing is written.
        StoreError: it could not be saved. Nothing is written.
    """
    if ws.journal.seq_of(draft.event_id) is not None:
        return _done_before(ws, draft)
    ready = preview(ws, draft)
    require_valid(ready)
    outcome = ready.verdict.require(wish)
    require_in_time(ready, outcome)
    require_applicant(ready)
    require_why(ready.verdict, outcome)
    facts = outcome_facts(ws, draft.matter, ready, outcome, approver)
    with ws.journal.write() as connection:
        action = _begin(ws, connection, draft, ready, approver)
        for fact in facts:
            action.add(fact)
        action.issue(PAPERS[outcome])
        written = action.write(connection)
    return _result(written, outcome, ready)


@needs(Permission.RECEIVE)
def receive(ws: Workspace, draft: Draft) -> Result:
    """Only take the materials in, to be checked later (收件): the five-day rule runs from the day of receipt.

    Of post that lay unanswered for longer it has run out: with the receipt it is accepted by law, and the papers and
    the result say so.

    Raises as ``submit`` does; open questions and missing materials do not hinder it. The questions are asked again
    when it is decided (``supplement``).
    """
    if ws.journal.seq_of(draft.event_id) is not None:
        return _done_before(ws, draft)
    ready = preview(ws, draft)
    require_valid(ready)
    if ready.verdict.errors:
        raise ready.verdict.errors[0]
    require_applicant(ready)
    with ws.journal.write() as connection:
        plan = plan_of(draft.matter, ready.checklist, ws.catalogue.problems, agent=draft.agent is not None)
        action = _begin(ws, connection, draft, ready, plan=plan)
        case = action.so_far()
        assert case is not None, "the receipt begins the case"
        deemed = is_deemed_accepted(case, ws.calendar, ws.clock.today())
        if deemed:
            action.add(by_silence(ws, case))
        action.issue(BY_SILENCE if deemed else ("receipt",))
        written = action.write(connection)
    return _accepted_by_law(written, ready) if deemed else _result(written, None, ready)


def require_valid(ready: Preview) -> None:
    """Refuse what was typed wrong. Raises ``BadInput`` for the first error."""
    for field, message in ready.field_errors.items():
        raise BadInput("bad_value", message, field=field, hint=ready.field_hints.get(field) or "改正后再确认")


def require_in_time(ready: Preview, outcome: Outcome) -> None:
    """Refuse a decision on post that lay unanswered for more than five working days: the law has accepted it.

    Raises:
        Unlawful: ``deemed_accepted``.
    """
    if ready.deemed and outcome is not Outcome.ACCEPTED:
        raise Unlawful(
            "deemed_accepted",
            "收到已满五个工作日没有告知，依法自收到之日起视为受理",
            field="handed_in",
            hint="不能再告知补正或不予受理；用 clerk intake --receive 收件，打印写明视为受理的凭证",
        )


def require_applicant(ready: Preview) -> None:
    """Refuse while it is not said who applies.

    The matter's own form may stay empty: what decides an acceptance are the materials, and the application form is one
    of them (行政许可法 art. 32); a value nobody typed at the counter is no ground to send a person home.
    """
    for field, message in ready.missing.items():
        if not field.startswith("fields."):
            raise BadInput("value_missing", message, field=field, hint="补填后再确认")


def require_why(verdict: Verdict, outcome: Outcome) -> None:
    """That turning away a complete application is explained (行政许可法 art. 32(5), 72(1)).

    Raises:
        BadInput: ``refusal_why_needed``.
    """
    why = verdict.refusal.why if verdict.refusal is not None else ""
    if outcome is Outcome.REFUSED and verdict.needs_why and not says_something(why):
        raise BadInput(
            "refusal_why_needed",
            "申请材料齐全、符合法定形式，依法应当受理；不予受理要另外写明为什么",
            field="refusal.why",
            hint="写明原因；这次不予受理会报给负责人（行政许可法第七十二条第一项）",
        )


def refused_fact(verdict: Verdict, day: dt.date, article: str, approver: Actor | None) -> f.CaseRefused:
    """The refusal, with who stood by where it is one that somebody has to answer for."""
    assert verdict.refusal is not None, "a refusal is only lawful when one is stated"
    return f.CaseRefused(
        refusal=verdict.refusal,
        refused=day,
        article=article,
        conforming=verdict.conforming,
        beyond=verdict.refusal.beyond_the_act,
        approved_by=approver.id if approver is not None and verdict.refusal.beyond_the_act else "",
    )


def outcome_facts(
    ws: Workspace, matter: Matter, ready: Preview, outcome: Outcome, approver: Actor | None = None
) -> list[f.FactBody]:
    """What an outcome writes after the receipt."""
    verdict = ready.verdict
    article = article_of(outcome, verdict.refusal, kind=matter.kind)
    match outcome:
        case Outcome.ACCEPTED:
            return [f.CaseAccepted(accepted=ready.received, due=ready.due, article=article)]
        case Outcome.CORRECTED:
            return [
                f.CaseCorrected(corrections=verdict.gaps, article=article),
                f.CaseAccepted(
                    accepted=ready.received, due=ready.due, article=article_of(Outcome.ACCEPTED, kind=matter.kind)
                ),
            ]
        case Outcome.TOLERATED:
            return [
                *corrected_first(verdict, matter.kind),
                f.CaseTolerated(
                    promises=promises(verdict, ready.ticks),
                    accepted=ready.received,
                    due=ready.due,
                    breach=matter.tolerance.breach,
                    article=article,
                ),
            ]
        case Outcome.NOTICED:
            return [
                f.CaseNoticed(
                    gaps=verdict.gaps,
                    respond_by=ready.respond_by,
                    provisional=ready.respond_provisional,
                    article=article,
                    lapse=ws.config.rules.respond_overdue,
                )
            ]
        case Outcome.REFUSED:
            return [refused_fact(verdict, ws.clock.today(), article, approver)]


def corrected_first(verdict: Verdict, kind: str) -> list[f.FactBody]:
    """What is put right on the spot before the rest is accepted with a promise (行政许可法 art. 32(3))."""
    if not verdict.corrections:
        return []
    return [f.CaseCorrected(corrections=verdict.corrections, article=article_of(Outcome.CORRECTED, kind=kind))]


def promises(verdict: Verdict, ticks: Mapping[str, Tick]) -> tuple[f.Promise, ...]:
    """What the applicant promises, gap by gap.

    Raises:
        BadInput: a gap without a promise and its date (容缺受理 stands on a written promise, domain.md §6).
    """
    made = []
    for gap in verdict.gaps:
        if gap in verdict.corrections:
            continue
        tick = ticks.get(gap.code)
        if tick is None or tick.state is not TickState.PROMISED or tick.until is None:
            latest = verdict.latest_promise
            raise BadInput(
                "promise_date_needed",
                f"容缺受理要写明“{gap.name}”承诺补齐的日期",
                field=f"materials.{gap.code}.until",
                hint=f"最迟 {latest.isoformat()}" if latest else "",
            )
        made.append(
            f.Promise(
                code=gap.code, name=gap.name, until=tick.until, form=gap.form, copies=gap.copies, remedy=gap.remedy
            )
        )
    return tuple(made)


def all_ticks(rows: Iterable[Row], ticks: Mapping[str, Tick]) -> dict[str, Tick]:
    """A tick for every row: what was not ticked is missing, unless the hall holds it."""
    return {row.code: ticks.get(row.code) or Tick(TickState.HELD if row.held else TickState.MISSING) for row in rows}


def _begin(
    ws: Workspace,
    connection: Transaction,
    draft: Draft,
    ready: Preview,
    approver: Actor | None = None,
    plan: ListPlan | None = None,
) -> Action:
    reference = new_reference(ws, connection)
    action = Action(ws, draft.case_id, reference, approver=approver)
    checklist = ready.checklist
    tell_by = notice_due(ready.clock_from, ws.calendar)
    action.add(
        f.CaseReceived(
            reference=reference,
            matter=matter_ref(ws, draft.matter, checklist, draft.language),
            answers=checklist.answers,
            situations=checklist.situations,
            rows=checklist.materials,
            ticks=all_ticks(checklist.materials, ready.ticks),
            received=ready.received,
            clock_from=ready.clock_from,
            window=ws.config.hall.window,
            clerk=ws.clerk.name,
            channel=draft.channel,
            ticket=draft.ticket.strip(),
            language=draft.language,
            tell_by=None if tell_by.provisional else tell_by.day,
            declined=ready.declined,
            plan=plan,
        ),
        f.Personal(applicant=ready.applicant, agent=ready.agent, fields=ready.fields),
        event_id=draft.event_id,
    )
    if not draft.good_credit:
        action.add(credit_fact(ws, good=False))
    return action


def credit_fact(ws: Workspace, *, good: bool, reason: str = "") -> f.CreditStated:
    """What a clerk says of the applicant's credit record, with the ``reason`` why it was wrong before."""
    return f.CreditStated(good=good, reason=reason, window=ws.config.hall.window, clerk=ws.clerk.name)


def _result(written: Written, outcome: Outcome | None, ready: Preview) -> Result:
    return result_of(
        written.case,
        outcome=outcome,
        lawful=ready.verdict.lawful,
        gaps=ready.verdict.gaps,
        paper_ids=written.paper_ids,
        head=written.head,
        warnings=written.warnings,
        field_warnings=ready.warnings,
        unprintable=printable.together(ready.unprintable),
        blank=ready.blanks if outcome is not Outcome.REFUSED else {},
        open_questions=ready.checklist.open_questions if outcome is None else (),
    )


def _accepted_by_law(written: Written, ready: Preview) -> Result:
    """Nothing may be asked for any more: what is missing is no gap, and no question is open."""
    return result_of(
        written.case,
        outcome=Outcome.ACCEPTED,
        lawful=(Outcome.ACCEPTED,),
        gaps=(),
        paper_ids=written.paper_ids,
        head=written.head,
        warnings=written.warnings,
        field_warnings=ready.warnings,
        unprintable=printable.together(ready.unprintable),
        blank=ready.blanks,
        word=DEEMED,
    )


_OUTCOMES: Final = {
    CaseState.ACCEPTED: Outcome.ACCEPTED,
    CaseState.NOTICED: Outcome.NOTICED,
    CaseState.TOLERATED: Outcome.TOLERATED,
    CaseState.REFUSED: Outcome.REFUSED,
}


def _done_before(ws: Workspace, draft: Draft) -> Result:
    """What the first submission of this draft did, read from the journal."""
    facts = ws.journal.facts_of(draft.case_id)
    first = next((place for place, fact in enumerate(facts) if isinstance(fact.body, f.PaperIssued)), len(facts))
    last = first
    while last < len(facts) and isinstance(facts[last].body, f.PaperIssued):
        last += 1
    case = _fold(facts[:last])
    outcome = _OUTCOMES.get(case.state)
    if outcome is Outcome.ACCEPTED and case.corrections:
        outcome = Outcome.CORRECTED
    gaps = {gap.code: gap for gap in (*case.corrections, *case.gaps)}
    end = ws.journal.sealed(facts[last - 1].header.seq)
    assert end is not None, "the fact was just read"
    return result_of(
        case,
        outcome=outcome,
        lawful=(outcome,) if outcome else (),
        gaps=tuple(gaps[row.code] for row in case.rows if row.code in gaps),
        paper_ids=[paper.paper_id for paper in case.papers],
        head=Head(facts[last - 1].header.seq, end.hash),
        word=DEEMED if case.deemed else "",
    )


def _fold(facts: list[f.Fact]) -> Case:
    from hall.fold import fold

    case = fold(facts)
    assert case is not None, "the draft's first fact begins a case"
    return case
