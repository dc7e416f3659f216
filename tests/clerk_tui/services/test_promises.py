"""Promised materials come one by one, in any order, good or not (容缺受理, domain.md §6, §9a.8)."""

from __future__ import annotations

import datetime as dt
from itertools import permutations, product

import pytest
from msgspec.structs import replace

from clerk_tui.services import cases, intake, papers, supplement
from clerk_tui.services.result import Result
from clerk_tui.services.workspace import Workspace
from hall.case import Case, CaseState
from hall.errors import BadInput, Unlawful
from hall.verdict import Outcome, Tick, TickState
from tests.clerk_tui.conftest import FixedClock
from tests.clerk_tui.walkins import MISSING, PRESENT, building_site, promised, restaurant, unacceptable

WEDNESDAY, FRIDAY, MONDAY = dt.date(2026, 11, 4), dt.date(2026, 11, 6), dt.date(2026, 11, 9)
LATE = dt.date(2026, 11, 20)
FUNDED = ("site_ready", "supervision_contract", "funds")
BLURRED = unacceptable("字迹不清")


def two_promises(ws: Workspace) -> str:
    draft = restaurant(ws, rules_list=promised(FRIDAY), safety_manager=promised(MONDAY))
    return intake.submit(ws, draft).reference


def tolerated_site(ws: Workspace) -> str:
    """A construction permit whose applicant promises three papers."""
    result = intake.submit(ws, building_site(ws, **dict.fromkeys(FUNDED, promised(WEDNESDAY))))
    assert result.outcome is Outcome.TOLERATED
    return result.reference


def bring(ws: Workspace, reference: str, ticks: dict[str, Tick], wish: Outcome | None = None) -> Result:
    draft = supplement.open_supplement(ws, reference)
    draft.ticks = ticks
    return supplement.submit(ws, draft, wish)


def case_of(ws: Workspace, reference: str) -> Case:
    return cases.get(ws, reference).case


def test_one_of_two_promises_is_taken_and_the_other_stands(ws: Workspace, clock: FixedClock) -> None:
    reference = two_promises(ws)
    clock.day = WEDNESDAY
    result = bring(ws, reference, {"rules_list": PRESENT})
    assert (result.outcome, result.lawful, result.late) == (Outcome.TOLERATED, (Outcome.TOLERATED,), ())
    assert ([paper.kind for paper in result.papers], result.promised) == (["receipt"], {"safety_manager": MONDAY})
    case = case_of(ws, reference)
    assert (case.state, [promise.code for promise in case.promises]) == (CaseState.TOLERATED, ["safety_manager"])
    assert [row.code for row in supplement.open_supplement(ws, reference).rows] == ["safety_manager"]
    clock.day = MONDAY
    assert bring(ws, reference, {"safety_manager": PRESENT}).outcome is Outcome.ACCEPTED
    whole = case_of(ws, reference)
    assert (whole.state, whole.accepted, whole.promises) == (CaseState.ACCEPTED, case.accepted, ())
    assert whole.due == case.due, "the dates are those of the acceptance"


@pytest.mark.parametrize("order", permutations(FUNDED), ids="-".join)
@pytest.mark.parametrize("bad_first", product((False, True), repeat=2), ids=str)
def test_promises_are_kept_in_any_order_good_or_bad_at_first(
    ws: Workspace, clock: FixedClock, order: tuple[str, ...], bad_first: tuple[bool, ...]
) -> None:
    reference = tolerated_site(ws)
    open_ = set(FUNDED)
    for code, bad in zip(order, (*bad_first, False), strict=True):
        if bad:
            assert bring(ws, reference, {code: BLURRED}).outcome is Outcome.TOLERATED
            assert case_of(ws, reference).ticks[code] == BLURRED
        assert {promise.code for promise in case_of(ws, reference).promises} == open_
        result = bring(ws, reference, {code: PRESENT})
        open_.discard(code)
        assert set(result.promised) == open_
        assert (case_of(ws, reference).state is CaseState.ACCEPTED) == (not open_)


def test_a_promised_paper_that_will_not_do_is_recorded_with_its_reason(ws: Workspace, clock: FixedClock) -> None:
    reference = two_promises(ws)
    clock.day = WEDNESDAY
    result = bring(ws, reference, {"rules_list": PRESENT, "safety_manager": BLURRED})
    assert [(gap.code, gap.problem) for gap in result.gaps] == [("safety_manager", "字迹不清")]
    assert result.promised == {"safety_manager": MONDAY}, "it may still be kept in time"
    assert [paper.kind for paper in result.papers] == ["receipt"]
    assert "不合格1项" in next(e.text for e in case_of(ws, reference).timeline if e.type == "case.supplemented")
    assert [print_.error for print_ in papers.deliver_pending(ws)] == [""] * 4


def test_a_promised_paper_that_will_not_do_needs_a_reason(ws: Workspace) -> None:
    with pytest.raises(BadInput) as error:
        bring(ws, two_promises(ws), {"rules_list": Tick(TickState.UNACCEPTABLE)})
    assert (error.value.code, error.value.field) == ("needs_reason", "materials.rules_list")


def test_what_is_still_promised_is_nothing_new(ws: Workspace) -> None:
    reference = two_promises(ws)
    for ticks in ({"rules_list": Tick(TickState.MISSING)}, {"rules_list": promised(FRIDAY)}):
        with pytest.raises(BadInput) as error:
            bring(ws, reference, ticks)
        assert error.value.code == "nothing_handed_in"
    result = bring(ws, reference, {"rules_list": promised(FRIDAY), "safety_manager": PRESENT})
    assert set(result.promised) == {"rules_list"}


def test_a_promise_that_was_given_gets_no_other_day(ws: Workspace) -> None:
    with pytest.raises(BadInput) as error:
        bring(ws, two_promises(ws), {"rules_list": promised(MONDAY)})
    assert error.value.field == "materials.rules_list"


def test_an_accepted_case_is_neither_noticed_nor_refused_for_its_promises(ws: Workspace) -> None:
    for wish in (Outcome.NOTICED, Outcome.REFUSED, Outcome.ACCEPTED):
        with pytest.raises(Unlawful):
            bring(ws, two_promises(ws), {"rules_list": PRESENT}, wish)


def test_what_comes_after_its_day_is_taken_with_a_reason_that_supervisors_see(ws: Workspace, clock: FixedClock) -> None:
    """The promise says what follows after that day (视为撤回 …), so to take it all the same is answered for."""
    reference = two_promises(ws)
    clock.day = LATE
    draft = supplement.open_supplement(ws, reference)
    draft.ticks = {"rules_list": PRESENT}
    head = ws.journal.head
    with pytest.raises(BadInput, match="已过承诺补齐的日期") as error:
        supplement.submit(ws, draft)
    assert (error.value.code, error.value.field, ws.journal.head) == ("late_reason_needed", "late_reason", head)
    draft.late_reason = "住院期间无法补交"
    result = supplement.submit(ws, draft)
    assert (result.late, result.warnings) == (("rules_list",), ("承诺的材料迟交：食品安全规章制度目录清单",))
    line = next(e for e in case_of(ws, reference).timeline if e.type == "case.supplemented")
    assert line.alert and "已过承诺补齐的日期，仍收下的原因：住院期间无法补交" in line.text


def test_the_day_of_arrival_decides_and_each_promise_has_its_own(ws: Workspace, clock: FixedClock) -> None:
    reference = two_promises(ws)
    clock.day = MONDAY
    assert bring(ws, reference, {"safety_manager": PRESENT}).late == (), "the list of rules is late, not this"
    draft = supplement.open_supplement(ws, reference)
    draft.ticks = {"rules_list": PRESENT}
    assert supplement.preview(ws, draft).overdue
    draft.handed_in = MONDAY
    clock.day = LATE
    assert supplement.preview(ws, draft).late == ("rules_list",)


def test_a_notice_that_was_answered_makes_no_promise_late(ws: Workspace, clock: FixedClock) -> None:
    reference = intake.submit(ws, restaurant(ws, layout=MISSING, rules_list=MISSING)).reference
    clock.day = case_of(ws, reference).notices[-1].respond_by
    until = clock.day + dt.timedelta(days=7)
    assert bring(ws, reference, {"layout": PRESENT, "rules_list": promised(until)}).outcome is Outcome.TOLERATED
    clock.day = until
    result = bring(ws, reference, {"rules_list": PRESENT})
    assert (result.outcome, result.late, result.warnings) == (Outcome.ACCEPTED, (), ())
    assert not any(line.alert for line in case_of(ws, reference).timeline)


@pytest.mark.parametrize("wish", [None, Outcome.NOTICED, Outcome.TOLERATED])
def test_what_the_hall_gets_itself_is_not_promised_either(ws: Workspace, wish: Outcome | None) -> None:
    """国令716 art. 7: a signed promise, or a notice with it, would ask the applicant for it all the same."""
    for hindered in ({}, {"layout": MISSING}):
        with pytest.raises(BadInput) as error:
            intake.submit(ws, restaurant(ws, business_licence=promised(FRIDAY), **hindered), wish)
        assert (error.value.code, error.value.field) == ("hall_has_it", "materials.business_licence")
    assert ws.journal.head.seq == 0


def test_what_the_hall_found_and_is_no_good_may_be_promised_with_what_is_wrong(ws: Workspace) -> None:
    expired = Tick(TickState.PROMISED, reason="expired", until=FRIDAY)
    result = intake.submit(ws, restaurant(ws, business_licence=expired))
    assert result.outcome is Outcome.TOLERATED
    (gap,) = result.gaps
    assert "过期" in gap.problem or "有效期" in gap.problem


def test_a_promise_after_a_notice_keeps_what_was_wrong(ws: Workspace) -> None:
    reference = intake.submit(ws, restaurant(ws, business_licence=unacceptable("已经吊销"))).reference
    assert bring(ws, reference, {"business_licence": promised(FRIDAY)}).outcome is Outcome.TOLERATED
    assert case_of(ws, reference).ticks["business_licence"].reason == "已经吊销"


@pytest.mark.parametrize("state", [CaseState.RECEIVED, CaseState.NOTICED, CaseState.TOLERATED])
def test_an_older_promise_of_what_the_hall_gets_itself_counts_as_held(ws: Workspace, state: CaseState) -> None:
    """Nobody touched the row, and nothing is asked of anybody."""
    if state is CaseState.RECEIVED:
        reference = intake.receive(ws, restaurant(ws, rules_list=promised(FRIDAY))).reference
    else:
        missing = {"layout": MISSING} if state is CaseState.NOTICED else {}
        reference = intake.submit(ws, restaurant(ws, rules_list=promised(FRIDAY), **missing)).reference
    draft = supplement.open_supplement(ws, reference)
    older = promised(FRIDAY)
    draft.case = replace(draft.case, ticks={**draft.case.ticks, "business_licence": older})
    draft.ticks = {"rules_list": PRESENT} | ({"layout": PRESENT} if state is CaseState.NOTICED else {})
    ready = supplement.preview(ws, draft)
    assert not ready.verdict.errors and not ready.gaps and ready.complete
    assert ready.verdict.outcome is Outcome.ACCEPTED
    assert ready.changed["business_licence"] == Tick(TickState.HELD), "the case says so from now on"


def test_no_notice_asks_for_what_the_hall_gets_by_data_sharing(ws: Workspace) -> None:
    draft = restaurant(ws, business_licence=MISSING)
    for draft.good_credit in (True, False):
        with pytest.raises(BadInput) as error:
            intake.submit(ws, draft)
        assert (error.value.code, error.value.field) == ("hall_has_it", "materials.business_licence")
