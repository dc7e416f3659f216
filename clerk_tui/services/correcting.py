"""What was answered at the receipt: what may still be said of it when the case is decided, and what is written of it.

Until anybody was told anything, what was open is answered and what a clerk chose wrongly is put right, with a reason
that supervisors see: the person keeps his day of receipt, with the five working days and his place in the order that
count from it (行政许可法 art. 32(4), 57).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from clerk_tui.services.recording import answer_words
from clerk_tui.services.workspace import Workspace
from hall import facts as f
from hall.answering import corrections
from hall.case import Case, CaseState
from hall.catalogue.conditions import Answer
from hall.checklist import Checklist, Row, read_answers
from hall.errors import BadInput
from hall.list_plan import ListPlan
from hall.names import clean_text, says_something
from hall.telling import STATE_NAMES
from hall.verdict import Tick, TickState

_TAKEN: Final = Tick(TickState.PRESENT)
_MISSING: Final = Tick(TickState.MISSING)


def read_later(case: Case, plan: ListPlan | None, given: Mapping[str, object]) -> dict[str, Answer]:
    """Answers as a file gives them, to what ``plan`` asks.

    Raises:
        BadInput: ``answer_stands``, the case was told or accepted by that answer; ``nothing_asked``, its list cannot
            change any more; or as ``read_answers``.
    """
    if plan is not None:
        return read_answers(plan, given)
    if other := next((code for code in given if _is_other(case, code, given[code])), ""):
        asked = case.plan.questions if case.plan is not None else ()
        question = next((each.text for each in asked if each.code == other), other)
        raise BadInput(
            "answer_stands",
            f"办件已是“{STATE_NAMES[case.state]}”，收件时对“{question}”的回答不能再改",
            field=f"answers.{other}",
            hint="去掉这个回答：申请人是按它告知、受理的；确实答错了的，告诉申请人，由他撤回后按正确的情形重新申请",
        )
    if given:
        raise BadInput("nothing_asked", "这个办件没有还要回答的问题", field="answers", hint="去掉 answers")
    return {}


def _is_other(case: Case, code: str, given: object) -> bool:
    answer = case.answers.get(code)
    return answer is not None and given != (list(answer) if isinstance(answer, tuple) else answer)


def put_right(
    case: Case, checklist: Checklist, changed: Mapping[str, Tick], *, good_credit: bool
) -> tuple[f.Correction, ...]:
    """All that was written at the receipt and is said otherwise now: answers, materials, the applicant's record."""
    return (
        *corrections(case, checklist),
        *not_there(case, checklist.materials, changed),
        *_credit_taken_back(case, good=good_credit),
    )


def not_there(case: Case, rows: Iterable[Row], changed: Mapping[str, Tick]) -> tuple[f.Correction, ...]:
    """What the receipt certifies to have been taken, and is ticked as missing before anybody was told anything: the
    tick was wrong, or the hall has lost what it took."""
    if case.state is not CaseState.RECEIVED:
        return ()
    return tuple(
        f.Correction(row.name, "有", "缺")
        for row in rows
        if case.ticks.get(row.code, _MISSING).state is TickState.PRESENT
        and changed.get(row.code, _TAKEN).state is TickState.MISSING
    )


def _credit_taken_back(case: Case, *, good: bool) -> tuple[f.Correction, ...]:
    """A bad credit record that is taken back."""
    taken_back = good and not case.good_credit and case.state is not CaseState.TOLERATED
    return (f.Correction("信用记录", "有失信记录", "没有失信记录"),) if taken_back else ()


def require_reason(corrected: tuple[f.Correction, ...], typed: str) -> str:
    """Why what was written at the receipt is put right, as it is kept; empty where nothing is.

    Raises:
        BadInput: ``correction_reason_needed``, or it cannot be stored.
    """
    reason = clean_text(typed, field="correction_reason", max_length=200)
    if corrected and not says_something(reason):
        wrong = "；".join(f"{each.question.rstrip('？?')}：{each.before} → {each.after}" for each in corrected)
        raise BadInput(
            "correction_reason_needed",
            f"更正收件时的登记要写明原因：{wrong}",
            field="correction_reason",
            hint="写明原因；这次更正会报给负责人。没有记错的，去掉这一项",
        )
    return reason if corrected else ""


def answers_facts(ws: Workspace, case: Case, checklist: Checklist, reason: str) -> Iterator[f.FactBody]:
    """What was answered now, before anything is said of the materials that it asks for."""
    if checklist.answers == case.answers:
        return
    asked, window, clerk = answer_words(checklist), ws.config.hall.window, ws.clerk.name
    corrected = corrections(case, checklist)
    if corrected:
        yield f.AnswersCorrected(
            answers=checklist.answers,
            situations=checklist.situations,
            rows=checklist.materials,
            asked=asked,
            corrected=corrected,
            reason=reason,
            window=window,
            clerk=clerk,
        )
    else:
        yield f.CaseAnswered(
            answers=checklist.answers,
            situations=checklist.situations,
            rows=checklist.materials,
            asked=asked,
            window=window,
            clerk=clerk,
        )
