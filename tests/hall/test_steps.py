"""In which states a step has effect, also where that hangs on what the step says (行政许可法 art. 32, 38, 42, 45)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest

from hall import facts as f
from hall.case import Case, CaseState
from hall.disputes import REVIEW
from hall.fold import fold
from hall.verdict import Refusal, Tick, TickState
from tests.builders import DAY, PRESENT, facts, received

LATER = dt.date(2026, 9, 22)
S = CaseState
PROMISED = {"form": PRESENT, "id": Tick(TickState.PROMISED, until=LATER)}
ACCEPT = f.CaseAccepted(accepted=DAY, due=f.Due(), article="第五项")
DEEMED = f.CaseAccepted(accepted=DAY, due=f.Due(), article="第四项", deemed=True)
NOTICE = f.CaseNoticed(gaps=(), respond_by=LATER, article="第四项")
AGAIN = f.CaseNoticed(gaps=(), respond_by=LATER, article="第四项", second=True)
TOLERATE = f.CaseTolerated(
    promises=(f.Promise(code="id", name="身份证", until=LATER),), accepted=DAY, due=f.Due(), breach="withdrawn",
    article="容缺",
)  # fmt: skip
REFUSE = f.CaseRefused(refusal=Refusal("not_needed", "依法不需要取得行政许可"), refused=DAY, article="第一项")
GRANT = f.CaseDecided(granted=True, day=LATER)
DENY = f.CaseDecided(granted=False, day=LATER, reason="不符合条件")
DELIVERY = f.ResultDelivered(day=LATER, how="collected")


def closed(how: str, *, lapsed: bool = False) -> f.CaseClosed:
    return f.CaseClosed(how=how, day=LATER, lapsed=lapsed)  # type: ignore[arg-type]


INQUIRY = f.InquiryAnswered(
    reference="SL01-A1-00001-X", matter=received().matter, answers={}, situations=(), rows=(), day=DAY
)
WAYS: dict[CaseState, list[f.FactBody]] = {
    S.INQUIRY: [INQUIRY],
    S.RECEIVED: [received()],
    S.NOTICED: [received(), NOTICE],
    S.ACCEPTED: [received(), ACCEPT],
    S.TOLERATED: [received(PROMISED), TOLERATE],
    S.REFUSED: [received(), REFUSE],
    S.DECIDED: [received(), ACCEPT, GRANT],
    S.DELIVERED: [received(), ACCEPT, GRANT, DELIVERY],
    S.FILED: [received(), ACCEPT, GRANT, DELIVERY, closed("filed")],
    S.WITHDRAWN: [received(), closed("withdrawn")],
    S.RETURNED: [received(), NOTICE, closed("returned")],
    S.TERMINATED: [received(PROMISED), TOLERATE, closed("terminated")],
}
"""How a case comes into each state."""
EFFECT: list[tuple[str, f.FactBody, set[CaseState]]] = [
    ("withdrawn", closed("withdrawn"), {S.RECEIVED, S.NOTICED, S.ACCEPTED, S.TOLERATED}),
    ("returned", closed("returned"), {S.NOTICED}),
    ("terminated", closed("terminated"), {S.TOLERATED}),
    ("a promise not kept counts as withdrawn", closed("withdrawn", lapsed=True), {S.TOLERATED}),
    ("filed", closed("filed"), {S.DELIVERED}),
    ("accepted", ACCEPT, {S.RECEIVED, S.NOTICED}),
    ("deemed accepted", DEEMED, {S.RECEIVED}),
    ("first notice", NOTICE, {S.RECEIVED}),
    ("further notice", AGAIN, {S.RECEIVED, S.NOTICED}),
    ("granted", GRANT, {S.ACCEPTED}),
    ("refused", DENY, {S.ACCEPTED, S.TOLERATED}),
    ("delivered", DELIVERY, {S.DECIDED}),
]


def case_of(bodies: Sequence[f.FactBody]) -> Case:
    case = fold(facts(*bodies))
    assert case is not None
    return case


@pytest.mark.parametrize("state", list(S))
@pytest.mark.parametrize(("body", "fits"), [each[1:] for each in EFFECT], ids=[each[0] for each in EFFECT])
def test_a_step_has_effect_where_it_is_lawful_and_nowhere_else(
    body: f.FactBody, fits: set[CaseState], state: CaseState
) -> None:
    before, after = case_of(WAYS[state]), case_of([*WAYS[state], body])
    assert before.state is state and not any(line.misfit for line in before.timeline)
    assert bool(after.timeline[-1].misfit) is (state not in fits)
    if state not in fits:
        assert (after.state, after.closed, after.decision, after.notices, after.accepted) == (
            before.state, before.closed, before.decision, before.notices, before.accepted,
        )  # fmt: skip


@pytest.mark.parametrize("how", ["withdrawn", "returned", "terminated"])
def test_an_ending_of_a_decided_case_and_a_decision_of_an_ended_one_are_looked_at_by_a_person(how: str) -> None:
    for state in (S.DECIDED, S.DELIVERED):
        assert [each.kind for each in case_of([*WAYS[state], closed(how)]).disputes] == [REVIEW]
    for decision in (GRANT, DENY):
        assert [each.kind for each in case_of([*WAYS[S(how)], decision]).disputes] == [REVIEW]


def test_what_contradicts_no_decision_is_a_conflict_like_any_other() -> None:
    for bodies in (
        [*WAYS[S.DECIDED], closed("filed")],
        [*WAYS[S.FILED], GRANT],
        [*WAYS[S.ACCEPTED], closed("returned")],
        [*WAYS[S.WITHDRAWN], ACCEPT],
    ):
        case = case_of(bodies)
        assert case.timeline[-1].misfit and not case.disputes


def test_a_promise_not_kept_is_told_otherwise_than_the_applicants_own_wish() -> None:
    for lapsed, words in ((False, "申请人撤回"), (True, "视为撤回")):
        assert case_of([*WAYS[S.TOLERATED], closed("withdrawn", lapsed=lapsed)]).timeline[-1].text == words


def test_a_second_extension_and_a_procedure_begun_or_ended_twice_are_marked() -> None:
    extend = f.LimitExtended(days=10, approver="局长", reason="情况复杂", day=LATER)
    paper = f.PaperIssued(paper_id="p1", kind="procedure", number="SL01-A1-00001-X/T1", day=DAY)
    begin = f.ProcedureStarted(name="听证", starts=DAY, notice_paper="p1", days=5)
    end = f.ProcedureEnded(name="听证", ends=LATER)
    for bodies, misfits in (
        ([extend, extend], [False, True]),
        ([paper, begin, begin, end, end], [False, False, True, False, True]),
        ([paper, begin, end, begin], [False, False, False, False]),
    ):
        case = case_of([*WAYS[S.ACCEPTED], *bodies])
        assert [bool(line.misfit) for line in case.timeline[2:]] == misfits
