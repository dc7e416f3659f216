"""A case that was only received: its list again, once somebody answers what was open or puts an answer right.

Nothing may be decided while it is not known what the person needs: a list without an answer lacks what the answer would
ask for, and does not show that the matter would not be accepted at all (行政许可法 art. 32). Nor may anybody be told
the wrong thing, or withdraw and lose his day of receipt, because a clerk chose a wrong answer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from msgspec import structs

from hall.accepting import AnswersCorrected, CaseAnswered, Correction, FormFilled
from hall.case import Case
from hall.catalogue.conditions import Answer
from hall.catalogue.model import Matter, Problem, Question
from hall.checklist import Applying, Checklist, Row, build_checklist, labels_of
from hall.facts import Fact
from hall.identity import age_on, check_identity
from hall.list_plan import ListPlan
from hall.verdict import Tick, TickState, gaps_of


def plan_of(matter: Matter, checklist: Checklist, problems: tuple[Problem, ...], *, agent: bool) -> ListPlan | None:
    """What has to be kept of the matter for a case that is only received; ``None`` where nothing of it can change."""
    if not matter.questions and not checklist.exits and not matter.fields:
        return None
    return ListPlan(
        key=matter.key,
        name=matter.name,
        agent=agent,
        questions=matter.questions,
        situations=matter.situations,
        materials=matter.materials,
        fields=matter.fields,
        exits=matter.exits,
        denial_reasons=tuple(reason for reason in matter.denial_reasons if reason.when.strip()),
        problems=problems,
    )


def list_again(case: Case, plan: ListPlan, answers: Mapping[str, Answer], held: Mapping[str, str]) -> Checklist:
    """The case's list after these answers, further ones and others than at the receipt. ``held``: where the hall has
    materials from that the answers add; of the others it stays as it was at the receipt."""
    listed = {row.code for row in case.rows}
    kept = {row.code: row.held_from for row in case.rows if row.held}
    new = {code: where for code, where in held.items() if code not in listed}
    return build_checklist(
        plan, {**case.answers, **answers}, _applying(case, plan), held=kept | new, problems=plan.problems
    )


def corrections(case: Case, checklist: Checklist) -> tuple[Correction, ...]:
    """Which of the checklist's answers are others than at the receipt, in words."""
    return tuple(
        Correction(question.text, words_of(question, before), words_of(question, after))
        for question in checklist.questions
        if (before := case.answers.get(question.code)) is not None
        and (after := checklist.answers.get(question.code)) is not None
        and before != after
    )


def no_longer_needed(case: Case, rows: Iterable[Row]) -> tuple[Row, ...]:
    """What was handed in by the case's list and is not on this one: nothing entitles the hall to keep it."""
    listed = {row.code for row in rows}
    taken = {code for code, tick in case.ticks.items() if tick.state is TickState.PRESENT}
    return tuple(row for row in case.rows if row.code in taken and row.code not in listed)


def words_of(question: Question, answer: Answer) -> str:
    """An answer in words."""
    picked, labels = (answer,) if isinstance(answer, str) else answer, labels_of(question)
    return "、".join(label for code, label in labels.items() if code in picked)


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


def answered(case: Case, body: CaseAnswered | AnswersCorrected) -> dict[str, Any]:
    """What the answers change about a case."""
    return {
        **_list_changes(case, body.answers, body.situations, body.rows),
        "matter": structs.replace(case.matter, questions=body.asked),
    }


def filled(case: Case, fact: Fact, contested: Collection[str]) -> dict[str, Any]:
    """What a form that was filled in later changes about a case; ``contested``: what another window has said before."""
    body, said = fact.body, fact.personal.fields if fact.personal else {}
    assert isinstance(body, FormFilled)
    kept = {code: value for code, value in case.fields.items() if code not in body.dropped or code in contested}
    new = {code: said[code] for code in body.filled if code in said and code not in contested}
    return {
        "fields": kept | new,
        "matter": structs.replace(case.matter, field_labels=case.matter.field_labels | body.labels),
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
        # What is asked for again is not to be given back: it is looked at, like everything that the answers add.
        "to_return": tuple(row for row in (*case.to_return, *no_longer_needed(case, rows)) if row.code not in ticks),
    }


def _applying(case: Case, plan: ListPlan) -> Applying:
    who = case.applicant
    if who is None:
        return Applying(agent=plan.agent)
    identity = check_identity(who.id_number, who.id_type or None, today=case.received)
    age = age_on(identity.birth, case.received) if identity.valid and identity.birth is not None else -1
    return Applying(who.kind, age, plan.agent)
