"""Answers that came after the receipt, in the fold: what they change, and what happens when two windows answer."""

from __future__ import annotations

from hall import facts as f
from hall.case import Case, CaseState
from hall.checklist import Row, SituationRef
from hall.fold import advance, fold
from hall.verdict import TickState
from tests.builders import PRESENT, ROWS, fact, facts, received

HOUSE = Row(
    code="house", name="房屋证明", why="落户", source="自备", form="原件", copies=1, required=True, tolerable=False
)
BOUGHT = f.CaseAnswered(
    answers={"reason": "C"},
    situations=(SituationRef("C", "购房落户"),),
    rows=(*ROWS, HOUSE),
    asked=(("迁移原因？", "购房落户"),),
)
NOTICED = f.CaseNoticed(gaps=(), respond_by=facts(received())[0].header.day, article="第四项")


def after(*bodies: f.FactBody) -> Case:
    case = fold(facts(received({"form": PRESENT}), *bodies))
    assert case is not None
    return case


def test_the_answers_bring_rows_that_nobody_has_looked_at() -> None:
    case = after(BOUGHT)
    assert (case.answers, case.situations, case.rows) == ({"reason": "C"}, BOUGHT.situations, (*ROWS, HOUSE))
    assert case.ticks["form"] == PRESENT, "what lay on the desk stays"
    assert case.ticks["house"].state is TickState.MISSING
    assert "house" in {gap.code for gap in case.gaps}
    assert "迁移原因：购房落户" in case.timeline[-1].text


def test_a_decided_case_is_answered_no_more() -> None:
    case = after(NOTICED, BOUGHT)
    assert (case.state, case.rows) == (CaseState.NOTICED, ROWS)
    assert case.timeline[-1].misfit


def test_two_windows_that_answer_differently_are_shown_to_a_person() -> None:
    other = f.CaseAnswered(answers={"reason": "D"}, situations=(), rows=ROWS, asked=())
    assert not after(BOUGHT, NOTICED, BOUGHT).disputes, "the same answers twice contradict nothing"
    case = after(BOUGHT, NOTICED)
    again = advance(case, fact(other, 9))
    assert again is not None
    assert [each.kind for each in again.disputes] == ["needs_review"]
