"""Somebody comes back: everything in, part of it in, a new defect, a promise kept (domain.md §9a.3, 4, 8)."""

from __future__ import annotations

import datetime as dt

import pytest

from clerk_tui.services import cases, intake, papers, supplement, upkeep
from clerk_tui.services.result import Result
from clerk_tui.services.workspace import Workspace
from hall import facts as f
from hall.deadlines import case_clock
from hall.errors import BadInput, HallError, Unlawful
from hall.verdict import Outcome, Tick, TickState
from tests.clerk_tui.conftest import FixedClock
from tests.clerk_tui.walkins import MISSING, PRESENT, building_site, promised, restaurant, unacceptable

FRIDAY = dt.date(2026, 11, 6)
LATER = dt.date(2026, 11, 16)


def noticed(ws: Workspace, clock: FixedClock) -> Result:
    """Layout and the list of rules were missing on Monday; a fortnight later the person is back."""
    result = intake.submit(ws, restaurant(ws, layout=MISSING, rules_list=MISSING))
    clock.day = LATER
    return result


def bring(ws: Workspace, reference: str, **ticks: Tick) -> supplement.SupplementDraft:
    draft = supplement.open_supplement(ws, reference)
    draft.ticks = dict(ticks)
    return draft


def test_the_rows_of_a_notice_are_open_and_no_others(ws: Workspace, clock: FixedClock) -> None:
    draft = supplement.open_supplement(ws, noticed(ws, clock).reference)
    assert [row.code for row in draft.rows] == ["layout", "rules_list"]


def test_everything_in_is_accepted_on_the_day_it_was_handed_in(ws: Workspace, clock: FixedClock) -> None:
    reference = noticed(ws, clock).reference
    result = supplement.submit(ws, bring(ws, reference, layout=PRESENT, rules_list=PRESENT))
    assert (result.outcome, result.accepted) == (Outcome.ACCEPTED, LATER)
    assert [paper.kind for paper in result.papers] == ["acceptance"]
    assert result.due.promised == dt.date(2026, 11, 23)


def test_post_that_is_opened_later_counts_from_its_arrival(ws: Workspace, clock: FixedClock) -> None:
    draft = bring(ws, noticed(ws, clock).reference, layout=PRESENT, rules_list=PRESENT)
    draft.handed_in = dt.date(2026, 11, 13)
    assert supplement.submit(ws, draft).accepted == dt.date(2026, 11, 13)


def test_a_supplement_completed_on_a_day_off_says_from_when_time_runs(ws: Workspace, clock: FixedClock) -> None:
    """domain.md §9a.2; a receipt on a day off that was completed on a working day counts from that one."""
    reference = noticed(ws, clock).reference
    clock.day = dt.date(2026, 11, 14)
    draft = bring(ws, reference, layout=PRESENT, rules_list=PRESENT)
    assert supplement.preview(ws, draft).clock_from == LATER
    result = supplement.submit(ws, draft)
    assert (result.accepted, result.due.promised) == (dt.date(2026, 11, 14), dt.date(2026, 11, 23))
    case = cases.get(ws, reference).case
    assert case.counted_from == LATER
    assert case_clock(case, ws.calendar, LATER).promised == case.due.promised, "the light counts as the paper does"


def test_a_limit_from_receipt_counts_from_the_day_that_a_notice_was_answered(ws: Workspace, clock: FixedClock) -> None:
    """建筑法 art. 8 and 建筑工程施工许可管理办法 art. 5; the paper, the light and what may be promised say the same."""
    reference = intake.submit(ws, building_site(ws, application=MISSING, funds=MISSING)).reference
    clock.day = LATER
    draft = bring(ws, reference, application=PRESENT, funds=promised(dt.date(2026, 11, 18)))
    assert supplement.preview(ws, draft).verdict.latest_promise == dt.date(2026, 11, 18)
    result = supplement.submit(ws, draft)
    assert (result.outcome, result.accepted) == (Outcome.TOLERATED, LATER)
    assert (result.due.promised, result.due.statutory) == (dt.date(2026, 11, 18), dt.date(2026, 11, 23))
    clock_now = case_clock(cases.get(ws, reference).case, ws.calendar, LATER)
    assert (clock_now.promised, clock_now.left, clock_now.light) == (result.due.promised, 2, "green")


def test_nothing_is_promised_in_post_that_is_opened_after_the_last_day_for_it(ws: Workspace, clock: FixedClock) -> None:
    reference = intake.submit(ws, building_site(ws, application=MISSING, funds=MISSING)).reference
    clock.day = LATER
    draft = bring(ws, reference, application=PRESENT)
    draft.handed_in = dt.date(2026, 11, 5)
    verdict = supplement.preview(ws, draft).verdict
    assert (verdict.lawful, verdict.unlawful[Outcome.TOLERATED]) == (
        (Outcome.NOTICED,),
        "承诺办结时限已过，不能再承诺补齐",
    )
    draft.ticks["funds"] = promised(LATER)
    with pytest.raises(BadInput, match="不能再承诺"):
        supplement.submit(ws, draft)


def test_a_part_leaves_the_notice_standing_and_gets_its_own_receipt(ws: Workspace, clock: FixedClock) -> None:
    reference = noticed(ws, clock).reference
    result = supplement.submit(ws, bring(ws, reference, rules_list=PRESENT))
    assert (result.outcome, result.accepted, [gap.code for gap in result.gaps]) == (Outcome.NOTICED, None, ["layout"])
    assert [(paper.kind, paper.number[-2:]) for paper in result.papers] == [("receipt", "S2")]
    assert len(cases.get(ws, reference).case.notices) == 1
    assert [row.code for row in supplement.open_supplement(ws, reference).rows] == ["layout"]


def test_a_defect_to_be_seen_the_first_time_needs_a_reason(ws: Workspace, clock: FixedClock) -> None:
    reference = noticed(ws, clock).reference
    draft = bring(ws, reference, layout=PRESENT, rules_list=PRESENT, application=unacceptable("未签名"))
    assert supplement.preview(ws, draft).known_before == ("application",)
    head = ws.journal.head
    with pytest.raises(BadInput) as error:
        supplement.submit(ws, draft)
    assert (error.value.field, ws.journal.head) == ("second_notice_reason", head)
    with pytest.raises(BadInput, match="再次告知要写明原因"):
        supplement.submit(ws, draft, second_reason="—")
    name = next(row.name for row in draft.case.rows if row.code == "application")
    assert name in error.value.message and "application" not in error.value.message
    result = supplement.submit(ws, draft, second_reason="首次收件时未翻到𱍐先生的签名页")
    assert result.unprintable == ("𱍐",), "the reason is printed, so it is looked at like the rest"
    assert "[U+31350]" in result.field_warnings["second_notice_reason"]
    assert (result.outcome, [paper.kind for paper in result.papers]) == (Outcome.NOTICED, ["receipt", "notice"])
    case = cases.get(ws, reference).case
    assert (case.notices[-1].second, case.notices[-1].known_before) == (True, ("application",))
    assert case.timeline[-3].alert, "supervisors see it"


def test_a_defect_of_a_paper_handed_in_since_is_new_and_needs_none(ws: Workspace, clock: FixedClock) -> None:
    draft = bring(ws, noticed(ws, clock).reference, layout=unacceptable("缺比例尺"), rules_list=PRESENT)
    result = supplement.submit(ws, draft)
    assert (result.outcome, [gap.problem for gap in result.gaps]) == (Outcome.NOTICED, ["缺比例尺"])
    assert "notice" in [paper.kind for paper in result.papers]
    case = cases.get(ws, result.reference).case
    assert (case.notices[-1].known_before, case.notices[-1].reason) == ((), "新提交的材料不符合要求")
    assert not any(event.alert for event in case.timeline), "nobody could have told it before"


def test_a_defect_of_what_passed_when_it_was_supplied_needs_one(ws: Workspace, clock: FixedClock) -> None:
    """Domain §9a.3: it had been on the desk, whatever the first notice could know of it."""
    reference = noticed(ws, clock).reference
    supplement.submit(ws, bring(ws, reference, layout=PRESENT))
    draft = bring(ws, reference, rules_list=PRESENT, layout=unacceptable("缺比例尺"))
    assert supplement.preview(ws, draft).known_before == ("layout",)
    result = supplement.submit(ws, draft, second_reason="当时没有展开看")
    case = cases.get(ws, result.reference).case
    assert [notice.known_before for notice in case.notices] == [(), ("layout",)]
    assert any(event.alert for event in case.timeline)


@pytest.mark.parametrize("passed", [PRESENT, Tick(TickState.NOT_APPLICABLE, reason="改为网上填报")])
def test_what_answered_a_notice_and_passed_is_not_told_again_in_its_words_without_one(
    ws: Workspace, passed: Tick
) -> None:
    """The receipt for it said that it was there: that a look came late is the hall's doing, not the applicant's."""
    unsigned = unacceptable("未签名")
    reference = intake.submit(ws, restaurant(ws, application=unsigned, layout=MISSING)).reference
    supplement.submit(ws, bring(ws, reference, application=passed))
    draft = bring(ws, reference, application=unsigned)
    ready = supplement.preview(ws, draft)
    assert (ready.fresh, ready.known_before, ready.needs_reason) == (("application",), ("application",), True)
    with pytest.raises(BadInput) as error:
        supplement.submit(ws, draft, Outcome.NOTICED)
    assert error.value.code == "second_reason_needed"
    supplement.submit(ws, draft, Outcome.NOTICED, second_reason="收件时没有翻到签名页")
    case = cases.get(ws, reference).case
    assert [notice.known_before for notice in case.notices] == [(), ("application",)]
    assert any(event.alert for event in case.timeline)


def test_what_never_passed_and_is_handed_in_as_bad_as_before_was_told(ws: Workspace) -> None:
    unsigned = unacceptable("未签名")
    reference = intake.submit(ws, restaurant(ws, application=unsigned, layout=MISSING)).reference
    draft = bring(ws, reference, application=unsigned, layout=PRESENT)
    assert not supplement.preview(ws, draft).fresh


def test_a_promise_goes_with_what_is_put_right_on_the_spot(ws: Workspace, clock: FixedClock) -> None:
    reference = noticed(ws, clock).reference
    draft = bring(ws, reference, layout=unacceptable("no_scale"), rules_list=promised(dt.date(2026, 11, 20)))
    result = supplement.submit(ws, draft, Outcome.TOLERATED)
    case = cases.get(ws, result.reference).case
    assert (case.state, [gap.code for gap in case.corrections]) == ("tolerated", ["layout"])
    assert [promise.code for promise in case.promises] == ["rules_list"]


def test_another_defect_of_a_paper_that_was_on_the_desk_needs_a_reason(ws: Workspace, clock: FixedClock) -> None:
    reference = intake.submit(ws, restaurant(ws, application=unacceptable("未签名"))).reference
    draft = bring(ws, reference, application=unacceptable("未加盖公章"))
    assert supplement.preview(ws, draft).needs_reason


def test_the_rest_may_be_promised(ws: Workspace, clock: FixedClock) -> None:
    draft = bring(ws, noticed(ws, clock).reference, layout=PRESENT, rules_list=promised(dt.date(2026, 11, 20)))
    result = supplement.submit(ws, draft)
    assert result.outcome is Outcome.TOLERATED
    assert [paper.kind for paper in result.papers] == ["acceptance", "promise", "tolerance"]


def test_a_kept_promise_is_receipted_and_the_case_is_whole(ws: Workspace, clock: FixedClock) -> None:
    reference = intake.submit(ws, restaurant(ws, rules_list=promised(FRIDAY))).reference
    clock.day = FRIDAY
    result = supplement.submit(ws, bring(ws, reference, rules_list=PRESENT))
    assert (result.state, result.late, [p.kind for p in result.papers]) == ("accepted", (), ["receipt"])
    assert result.accepted == dt.date(2026, 11, 2), "it was accepted then, not now"


def test_a_late_promise_is_flagged_and_the_day_of_arrival_decides(ws: Workspace, clock: FixedClock) -> None:
    reference = intake.submit(ws, restaurant(ws, rules_list=promised(FRIDAY))).reference
    clock.day = LATER
    draft = bring(ws, reference, rules_list=PRESENT)
    assert supplement.preview(ws, draft).late == ("rules_list",)
    draft.handed_in = FRIDAY
    assert supplement.preview(ws, draft).late == ()


def test_nothing_handed_in_changes_nothing(ws: Workspace, clock: FixedClock) -> None:
    with pytest.raises(BadInput) as error:
        supplement.submit(ws, bring(ws, noticed(ws, clock).reference))
    assert error.value.code == "nothing_handed_in"


def test_a_row_that_passed_cannot_be_ticked_again(ws: Workspace, clock: FixedClock) -> None:
    with pytest.raises(BadInput) as error:
        supplement.submit(ws, bring(ws, noticed(ws, clock).reference, application=MISSING, layout=PRESENT))
    assert error.value.field == "materials.application"


def test_two_windows_cannot_both_take_the_same_supplement(ws: Workspace, clock: FixedClock) -> None:
    reference = noticed(ws, clock).reference
    one, other = bring(ws, reference, layout=PRESENT), bring(ws, reference, layout=PRESENT)
    first = supplement.submit(ws, one)
    assert supplement.submit(ws, one) is first
    with pytest.raises(HallError) as error:
        supplement.submit(ws, other)
    assert error.value.code == "case_changed"


def test_an_accepted_case_has_nothing_to_supplement(ws: Workspace) -> None:
    with pytest.raises(BadInput) as error:
        supplement.open_supplement(ws, intake.submit(ws, restaurant(ws)).reference)
    assert error.value.code == "nothing_open" and "“已受理”，没有要补的材料" in error.value.message
    assert "收下补充材料" in (error.value.hint or "")


def test_a_case_only_taken_in_is_decided_later(ws: Workspace, clock: FixedClock) -> None:
    received = intake.receive(ws, restaurant(ws))
    assert (received.outcome, received.state, [p.kind for p in received.papers]) == (None, "received", ["receipt"])
    clock.day = dt.date(2026, 11, 4)
    decided = supplement.submit(ws, bring(ws, received.reference, layout=unacceptable("缺比例尺")))
    assert (decided.outcome, [p.kind for p in decided.papers]) == (Outcome.NOTICED, ["notice"])
    assert not cases.get(ws, received.reference).case.notices[-1].second


def test_what_is_brought_after_the_receipt_gets_its_own_also_with_the_first_notice(
    ws: Workspace, clock: FixedClock
) -> None:
    """domain.md §9a.4: each hand-in has its receipt, and the one of the first day does not name it."""
    received = intake.receive(ws, restaurant(ws, layout=MISSING, rules_list=MISSING))
    clock.day = dt.date(2026, 11, 4)
    decided = supplement.submit(ws, bring(ws, received.reference, rules_list=PRESENT))
    assert (decided.outcome, [p.kind for p in decided.papers]) == (Outcome.NOTICED, ["receipt", "notice"])
    assert cases.get(ws, received.reference).case.supplied == ("rules_list",)


def test_five_working_days_of_silence_accept_as_of_the_receipt_day(ws: Workspace, clock: FixedClock) -> None:
    """行政许可法 art. 32(4), domain.md §9a.1: 20 September is a make-up workday, 25 to 27 are holidays."""
    clock.day = dt.date(2026, 9, 18)
    reference = intake.receive(ws, restaurant(ws)).reference
    clock.day = dt.date(2026, 9, 24)
    assert upkeep.run(ws) == []
    clock.day = dt.date(2026, 9, 25)
    with pytest.raises(Unlawful):
        supplement.submit(ws, bring(ws, reference, layout=MISSING), Outcome.NOTICED)
    assert upkeep.run(ws) == [reference]
    case = cases.get(ws, reference).case
    assert (case.accepted, case.deemed, case.state) == (dt.date(2026, 9, 18), True, "accepted")
    assert case.timeline[-1].alert
    assert upkeep.run(ws) == []
    with pytest.raises(BadInput) as refused:
        supplement.open_supplement(ws, reference)
    assert (refused.value.code, refused.value.field) == ("nothing_open", "reference")
    assert "依法视为受理，不能再要求补正" in refused.value.message, (
        "the law has accepted it: nothing more may be asked for"
    )
    assert "自愿补交" in (refused.value.hint or ""), "what is brought all the same is not turned away"


def test_facts_of_a_supplement_say_what_changed(ws: Workspace, clock: FixedClock) -> None:
    result = supplement.submit(ws, bring(ws, noticed(ws, clock).reference, layout=PRESENT))
    body = next(x.body for x in ws.journal.facts_of(result.case_id) if isinstance(x.body, f.CaseSupplemented))
    assert (body.ticks, body.handed_in, body.complete) == ({"layout": PRESENT}, LATER, False)


def test_every_paper_of_a_long_case_can_be_made(ws: Workspace, clock: FixedClock) -> None:
    reference = noticed(ws, clock).reference
    supplement.submit(ws, bring(ws, reference, rules_list=PRESENT))
    supplement.submit(ws, bring(ws, reference, layout=unacceptable("缺比例尺")))
    supplement.submit(ws, bring(ws, reference, layout=PRESENT))
    done = papers.deliver_pending(ws)
    assert [print_.error for print_ in done] == [""] * 5
    assert len({print_.path for print_ in done}) == 5


def test_a_further_notice_into_an_unknown_year_is_provisional(ws: Workspace, clock: FixedClock) -> None:
    reference = noticed(ws, clock).reference
    draft = bring(ws, reference, layout=PRESENT)
    assert not supplement.preview(ws, draft).respond_provisional
    clock.day = draft.handed_in = dt.date(2026, 12, 30)
    assert supplement.preview(ws, draft).respond_provisional
    head = ws.journal.head
    with pytest.raises(BadInput) as error:
        supplement.submit(ws, draft)
    assert (error.value.code, error.value.field, ws.journal.head) == ("late_reason_needed", "late_reason", head)
    draft.late_reason = "……"
    with pytest.raises(BadInput, match="写明原因"):
        supplement.submit(ws, draft)
    draft.late_reason = "住院期间无法补交"
    assert "已过补正期限" in supplement.submit(ws, draft).warnings
    line = next(e for e in cases.get(ws, reference).case.timeline if e.type == "case.supplemented")
    assert line.alert and "住院期间无法补交" in line.text, "the paper said what would follow"


def test_a_supplement_cannot_come_before_the_notice_that_it_answers(ws: Workspace, clock: FixedClock) -> None:
    """It would be accepted as of a day on which nobody knew what was missing, its limits long past."""
    received = intake.receive(ws, restaurant(ws, layout=MISSING))
    clock.day = FRIDAY
    supplement.submit(ws, bring(ws, received.reference), Outcome.NOTICED)
    clock.day = LATER
    draft = bring(ws, received.reference, layout=PRESENT)
    draft.handed_in = dt.date(2026, 11, 5)
    with pytest.raises(BadInput) as error:
        supplement.submit(ws, draft)
    assert error.value.field == "handed_in"
    draft.handed_in = FRIDAY
    assert supplement.submit(ws, draft).accepted == FRIDAY
