"""A case that was received with questions open: its list again, once somebody answers them.

Nothing may be decided while it is not known what the person needs: a list without an answer lacks what the answer would
ask for, and does not show that the matter would not be accepted at all (行政许可法 art. 32).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import structs

from hall.accepting import CaseAnswered
from hall.case import Case
from hall.catalogue.conditions import Answer
from hall.catalogue.model import Matter, Problem
from hall.checklist import Applying, Checklist, Row, build_checklist
from hall.errors import BadInput
from hall.identity import age_on, check_identity
from hall.list_plan import ListPlan
from hall.verdict import Tick, TickState, gaps_of


def plan_of(matter: Matter, checklist: Checklist, problems: tuple[Problem, ...], *, agent: bool) -> ListPlan | None:
    """What has to be kept of the matter for a case that is only received; ``None`` where its list is settled."""
    if not checklist.open_questions and not checklist.exits:
        return None
    return ListPlan(
        key=matter.key,
        name=matter.name,
        agent=agent,
        questions=matter.questions,
        situations=matter.situations,
        materials=matter.materials,
        exits=matter.exits,
        denial_reasons=tuple(reason for reason in matter.denial_reasons if reason.when.strip()),
        problems=problems,
    )


def list_again(case: Case, plan: ListPlan, answers: Mapping[str, Answer], held: Mapping[str, str]) -> Checklist:
    """The case's list after these further answers. ``held``: where the hall has materials from that the answers add;
    of the others it stays as it was at the receipt.

    Raises:
        BadInput: ``answer_stands``, another answer to what was answered at the receipt.
    """
    for code, answer in answers.items():
        if case.answers.get(code, answer) != answer:
            question = next((each.text for each in plan.questions if each.code == code), code)
            raise BadInput(
                "answer_stands",
                f"收件时已经回答过“{question}”，不能改成别的",
                field=f"answers.{code}",
                hint="去掉这个回答；收件时答错了的，请申请人撤回后重新收件",
            )
    listed = {row.code for row in case.rows}
    kept = {row.code: row.held_from for row in case.rows if row.held}
    new = {code: where for code, where in held.items() if code not in listed}
    return build_checklist(
        plan, {**answers, **case.answers}, _applying(case, plan), held=kept | new, problems=plan.problems
    )


def settled_list(case: Case) -> Checklist:
    """The case's list as it stands, where nothing is asked any more."""
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


def relisted(case: Case, checklist: Checklist) -> Case:
    """The case with this list: nobody has looked yet at what is new on it."""
    return structs.replace(
        case,
        **_list_changes(case, checklist.answers, checklist.situations, checklist.materials),
    )


def answered(case: Case, body: CaseAnswered) -> dict[str, Any]:
    """What the answers change about a case."""
    return {
        **_list_changes(case, body.answers, body.situations, body.rows),
        "matter": structs.replace(case.matter, questions=body.asked),
    }


def _list_changes(
    case: Case, answers: Mapping[str, Answer], situations: tuple[Any, ...], rows: tuple[Row, ...]
) -> dict[str, Any]:
    ticks = {
        row.code: case.ticks.get(row.code) or Tick(TickState.HELD if row.held else TickState.MISSING) for row in rows
    }
    return {
        "answers": dict(answers),
        "situations": situations,
        "rows": rows,
        "ticks": ticks,
        "gaps": gaps_of(rows, ticks),
    }


def _applying(case: Case, plan: ListPlan) -> Applying:
    who = case.applicant
    if who is None:
        return Applying(agent=plan.agent)
    identity = check_identity(who.id_number, who.id_type or None, today=case.received)
    age = age_on(identity.birth, case.received) if identity.valid and identity.birth is not None else -1
    return Applying(who.kind, age, plan.agent)
