"""Taking somebody back: what was missing, what is here now, and what follows (行政许可法 art. 32(4), 32(5), 72(4)).

Also where a case that was only taken in is decided. Everything in: accepted as of the day the last of it was handed in.
Part of it: still to be supplemented, with a receipt for that day. A defect that nobody told before: a second notice,
which needs a reason if the defect was to be seen the first time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import structs

from clerk_tui.services import cases, printable
from clerk_tui.services.correcting import answers_facts, not_there, require_reason
from clerk_tui.services.entry import stored_as
from clerk_tui.services.form_later import form_facts
from clerk_tui.services.hall_cases import adoption, look, nothing_open
from clerk_tui.services.intake import PAPERS, corrected_first, credit_fact, promises, refused_fact, require_why
from clerk_tui.services.keeping import require_sound
from clerk_tui.services.people import broken_promise, credit_caution, held_materials
from clerk_tui.services.recording import Action, Written
from clerk_tui.services.result import Result, result_of, to_return_told
from clerk_tui.services.rights import needs
from clerk_tui.services.supplement_draft import OPEN, SupplementDraft, checklist_of, form_plan_for, open_rows, plan_for
from clerk_tui.services.supplement_preview import SupplementPreview, preview
from clerk_tui.services.workspace import Workspace
from hall import facts as f
from hall.case import Case, CaseState
from hall.deadlines import is_deemed_accepted, respond_by, tolerance_open
from hall.errors import BadDate, BadInput, HallError, Unlawful
from hall.identity import HOLDS_NUMBER, holds_number
from hall.names import clean_text, rewriting, says_something
from hall.roles import Actor, Permission
from hall.verdict import Outcome, article_of

__all__ = [
    "SupplementDraft", "SupplementPreview", "checklist_of", "gives_notice", "open_rows", "open_supplement", "papers_of",
    "preview", "submit",
]  # fmt: skip


@needs(Permission.RECEIVE)
def open_supplement(ws: Workspace, reference: str) -> SupplementDraft:
    """The case with the rows that are still open: all of one only taken in, the gaps of a notice, the promises.

    Raises:
        BadInput: no such case, or nothing of it is open.
    """
    found = cases.hall_case(ws, reference)
    case = found.case
    if case.state not in OPEN:
        raise nothing_open(case.state, deemed=case.deemed, field="reference")
    plan = plan_for(ws, case)
    number = case.applicant.id_number if plan is not None and case.applicant is not None else ""
    return SupplementDraft(
        case=case,
        event_id=ws.new_id(),
        rows=open_rows(case),
        handed_in=ws.clock.today(),
        good_credit=case.good_credit,
        broken_promise=_broken_promise(ws, case),
        plan=plan,
        form_plan=form_plan_for(ws, case),
        held=held_materials(ws, number, plan) if plan is not None else {},
        found=found,
    )


def _broken_promise(ws: Workspace, case: Case) -> str:
    promising = case.state is not CaseState.TOLERATED and tolerance_open(case.matter.tolerance, case.matter.limits)
    return broken_promise(ws, case.applicant.id_number) if promising and case.applicant is not None else ""


@needs(Permission.RECEIVE)
def submit(
    ws: Workspace,
    draft: SupplementDraft,
    wish: Outcome | None = None,
    second_reason: str = "",
    approver: Actor | None = None,
) -> Result:
    """Commit what was handed in and what follows from it; submitting the same draft twice changes the case once.

    Without a wish a partial supplement leaves the notice standing; wish ``NOTICED`` gives a further notice, which also
    follows by itself when there is a defect that no notice has told. ``approver``: who stands beside a clerk that may
    not tell again what was to be seen the first time (``signing_in.approve``).

    Raises:
        Forbidden: a further notice of that kind or a refusal beyond art. 32, and no supervisor. Nothing is written.
        BadInput: an answer, a tick, a date or a reason (of a correction, of a second notice) is wrong or missing.
            Nothing is written.
        Unlawful: the wish is not on offer. Nothing is written.
        HallError: ``case_changed``, another window was quicker. Nothing is written.
        StoreError: it could not be saved. Nothing is written.
    """
    if draft.done is not None:
        return draft.done
    ready = preview(ws, draft)
    outcome = _decide(ws, draft, ready, wish)
    notice = gives_notice(draft.case, ready, outcome, wish)
    require_why(ready.verdict, outcome)
    correction = require_reason(ready.corrected, draft.correction_reason)
    late = clean_text(draft.late_reason, field="late_reason", max_length=200) if ready.overdue else ""
    if ready.overdue and ready.changed and not says_something(late):
        raise _late_reason_needed(ready)
    reason = clean_text(second_reason, field="second_notice_reason", max_length=200)
    if notice and ready.needs_reason and not says_something(reason):
        raise BadInput(
            "second_reason_needed",
            "这些问题第一次就能看到，再次告知要写明原因：" + "、".join(_names(draft, ready.known_before)),
            field="second_notice_reason",
            hint="写明原因；这次告知会报给负责人（行政许可法第七十二条第四项）",
        )
    decided = _facts(
        ws, draft, ready, outcome, notice=notice, reason=reason, late=late, correction=correction, approver=approver
    )
    facts: list[tuple[f.FactBody, f.Personal | None]] = [
        *((body, None) for body in answers_facts(ws, draft.case, ready.checklist, correction)),
        *form_facts(ws, ready.checklist, ready.form),
        *((body, None) for body in decided),
    ]
    action = Action(ws, draft.case.case_id, draft.case.reference, draft.case, approver=approver)
    if draft.found is not None and draft.found.news:
        who = f.Personal(applicant=draft.case.applicant, agent=draft.case.agent, fields=draft.case.fields)
        action.add(adoption(ws, draft.found), who)
    for place, (fact, personal) in enumerate(facts):
        action.add(fact, personal, event_id=draft.event_id if place == 0 else "")
    action.issue(papers_of(draft.case, ready, outcome, wish))
    with ws.journal.write() as connection:
        require_sound(ws)
        if look(ws, connection, draft.case.case_id) != draft.found:
            raise HallError(
                "case_changed", "这个办件刚刚有了别的变化，没有保存", field="reference", hint="重新打开办件后再办"
            )
        written = action.write(connection)
    reason = reason if notice else ""
    typed = (
        ("late_reason", draft.late_reason, late),
        ("second_notice_reason", second_reason, reason),
        ("correction_reason", draft.correction_reason, correction),
    )
    stored = {field: stored_as(what) for field, text, kept in typed if kept and (what := rewriting(text, kept))}
    stored |= {field: HOLDS_NUMBER for field, _text, kept in typed if holds_number(kept)}
    draft.done = _result(draft, written, outcome, ready, stored, spelled_out(ready, reason))
    return draft.done


def _late_reason_needed(ready: SupplementPreview) -> BadInput:
    """The paper in the person's hands says what follows after that day; to take it all the same is answered for."""
    if ready.late:
        message = "已过承诺补齐的日期，收下要写明原因"
        hint = "写明原因；这次收件会报给负责人。不收的，按承诺书写明的办法处理"
    else:
        message = "已过告知书写明的补正期限，收下要写明原因"
        hint = "写明原因；这次收件会报给负责人。不收的，按告知书写明的办法处理"
    return BadInput("late_reason_needed", message, field="late_reason", hint=hint)


def spelled_out(ready: SupplementPreview, second_reason: str) -> dict[str, tuple[str, ...]]:
    """The characters that the papers spell out because no font has them, by field, those of the reason among them."""
    return {**ready.unprintable, **printable.found_in({"second_notice_reason": second_reason})}


def _approved(fact: f.CaseNoticed, approver: Actor | None) -> f.CaseNoticed:
    """The notice with who stood by, where it is one that somebody has to answer for."""
    if approver is not None and fact.known_before:
        return structs.replace(fact, approved_by=approver.id)
    return fact


def _decide(ws: Workspace, draft: SupplementDraft, ready: SupplementPreview, wish: Outcome | None) -> Outcome:
    case = draft.case
    for where, message in ready.field_errors.items():
        error = BadDate if where == "handed_in" else BadInput
        raise error("bad_value", message, field=where, hint=ready.field_hints.get(where) or "改正后再确认")
    if is_deemed_accepted(case, ws.calendar, ws.clock.today()):
        raise Unlawful(
            "deemed_accepted",
            "收件已满五个工作日没有告知，依法自收件之日起视为受理",
            field="outcome",
            hint="不能再告知补正或不予受理；重新打开办件查看",
        )
    # Nothing is left to tick where two windows have each taken a part.
    if ready.gaps and not ready.said and ready.verdict.refusal is None and case.state is not CaseState.RECEIVED:
        raise BadInput("nothing_handed_in", "没有勾选任何交来的材料", field="materials", hint="先勾选交来的材料")
    return ready.verdict.require(wish)


def _facts(
    ws: Workspace,
    draft: SupplementDraft,
    ready: SupplementPreview,
    outcome: Outcome,
    *,
    notice: bool,
    reason: str,
    late: str,
    correction: str,
    approver: Actor | None,
) -> list[f.FactBody]:
    """What is written after the answers and the form."""
    case, verdict = draft.case, ready.verdict
    facts: list[f.FactBody] = []
    if draft.good_credit != case.good_credit and case.state is not CaseState.TOLERATED:
        facts.append(credit_fact(ws, good=draft.good_credit, reason=correction if draft.good_credit else ""))
    if ready.changed:
        gone = not_there(case, ready.checklist.materials, ready.changed)
        facts.append(
            f.CaseSupplemented(
                ticks=ready.changed,
                handed_in=draft.handed_in,
                complete=ready.complete,
                window=ws.config.hall.window,
                clerk=ws.clerk.name,
                overdue=ready.overdue,
                # Late is who answers a notice; what the receipt says is put right before there is one.
                reason=correction if gone else late,
                corrected=gone,
            )
        )
    if case.state is CaseState.TOLERATED:
        return facts
    article = article_of(outcome, verdict.refusal, kind=case.matter.kind)
    match outcome:
        case Outcome.CORRECTED:
            facts.append(f.CaseCorrected(corrections=ready.gaps, article=article))
            stands_on = article_of(Outcome.ACCEPTED, kind=case.matter.kind)
            facts.append(_accepted(ready, stands_on))
        case Outcome.ACCEPTED:
            facts.append(_accepted(ready, article))
        case Outcome.TOLERATED:
            facts += corrected_first(verdict, case.matter.kind)
            facts.append(
                f.CaseTolerated(
                    promises=promises(verdict, ready.ticks),
                    accepted=ready.accepted,
                    due=ready.due,
                    breach=case.matter.tolerance.breach,
                    article=article,
                    counted_from=ready.clock_from,
                )
            )
        case Outcome.REFUSED:
            facts.append(refused_fact(verdict, ws.clock.today(), article, approver))
        case Outcome.NOTICED if notice:
            facts.append(_approved(_notice(ws, case, ready, reason, article), approver))
    return facts


def _accepted(ready: SupplementPreview, article: str) -> f.CaseAccepted:
    return f.CaseAccepted(accepted=ready.accepted, due=ready.due, article=article, counted_from=ready.clock_from)


def _notice(ws: Workspace, case: Case, ready: SupplementPreview, reason: str, article: str) -> f.CaseNoticed:
    rules = ws.config.rules
    answer = respond_by(ws.clock.today(), rules.respond_days, rules.respond_unit, ws.calendar)
    return f.CaseNoticed(
        gaps=ready.gaps,
        respond_by=answer.day,
        provisional=answer.provisional,
        article=article,
        second=bool(case.notices),
        reason=reason if says_something(reason) else ready.again,
        known_before=ready.known_before,
        lapse=rules.respond_overdue,
    )


def gives_notice(case: Case, ready: SupplementPreview, outcome: Outcome | None, wish: Outcome | None) -> bool:
    """Whether a (further) notice follows, or the one before stands and a part of it was taken."""
    wanted = wish is Outcome.NOTICED or bool(ready.fresh) or case.state is CaseState.RECEIVED
    return outcome is Outcome.NOTICED and wanted


def papers_of(case: Case, ready: SupplementPreview, outcome: Outcome, wish: Outcome | None) -> tuple[f.PaperKind, ...]:
    """What is printed. What is newly taken in gets a receipt of its own (domain.md §9a.4), unless the case is accepted:
    the notice of acceptance lists it."""
    if case.state is CaseState.TOLERATED:
        return ("receipt",)
    if outcome is not Outcome.NOTICED:
        return PAPERS[outcome]
    if not gives_notice(case, ready, outcome, wish):
        return ("receipt",) if ready.changed else ()
    return ("receipt", "notice") if ready.handed else ("notice",)


def _result(
    draft: SupplementDraft,
    written: Written,
    outcome: Outcome,
    ready: SupplementPreview,
    stored: dict[str, str],
    spelled: dict[str, tuple[str, ...]],
) -> Result:
    return result_of(
        written.case,
        outcome=outcome,
        lawful=ready.verdict.lawful,
        gaps=() if outcome in (Outcome.ACCEPTED, Outcome.REFUSED) else ready.gaps,
        paper_ids=written.paper_ids,
        head=written.head,
        late=ready.late,
        warnings=(*_warnings(draft, ready, written.case), *written.warnings),
        field_warnings=printable.added({**ready.warnings, **stored}, spelled),
        word=ready.word,
        unprintable=printable.together(spelled),
        blank=ready.form.blanks if outcome is not Outcome.REFUSED else {},
    )


def _warnings(draft: SupplementDraft, ready: SupplementPreview, case: Case) -> Iterator[str]:
    if draft.broken_promise and draft.good_credit and Outcome.TOLERATED in ready.verdict.lawful:
        yield credit_caution(draft.broken_promise)
    if case.to_return:
        yield to_return_told(row.name for row in case.to_return)
    if ready.overdue and not ready.late:
        yield "已过补正期限"
    if ready.late:
        yield "承诺的材料迟交：" + "、".join(_names(draft, ready.late))


def _names(draft: SupplementDraft, codes: Iterable[str]) -> list[str]:
    names = {row.code: row.name for row in draft.case.rows}
    return [names.get(code, code) for code in codes]
