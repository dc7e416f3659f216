"""Answers that came after the receipt, in the fold: what they change, and what happens when two windows answer."""

from __future__ import annotations

from msgspec import structs

from hall import facts as f
from hall.adoption import standing_of
from hall.case import Case, CaseState
from hall.checklist import Row, SituationRef
from hall.differing import differing
from hall.fold import advance, fold
from hall.telling import met
from hall.verdict import Tick, TickState
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


LEFT = f.AnswersCorrected(
    answers={"reason": "D"},
    situations=(),
    rows=(ROWS[0], HOUSE),
    asked=(("迁移原因？", "工作调动"),),
    corrected=(f.Correction("迁移原因？", "购房落户", "工作调动"),),
    reason="收件时点错了",
)


def test_a_corrected_answer_makes_the_list_and_what_remains_keeps_its_tick() -> None:
    case = after(LEFT)
    assert (case.answers, case.rows, case.received) == (LEFT.answers, LEFT.rows, received().received)
    assert case.ticks["form"] == PRESENT and set(case.ticks) == {"form", "house"}
    assert {gap.code for gap in case.gaps} == {"house"}
    line = case.timeline[-1]
    assert line.alert, "for supervisors (行政许可法 art. 72)"
    assert "迁移原因：购房落户 → 工作调动；原因：收件时点错了" in line.text


def test_what_was_taken_and_is_not_needed_any_more_is_to_be_given_back() -> None:
    """The applicant holds a receipt for it, and the hall keeps nothing that the matter does not ask for."""
    assert [row.code for row in after(BOUGHT).to_return] == [], "nothing has gone off the list"
    fewer = structs.replace(LEFT, rows=ROWS[1:])
    case = after(fewer)
    assert [row.code for row in case.to_return] == ["form"]
    assert f"不再需要、应当场退还：{ROWS[0].name}" in case.timeline[-1].text
    not_there = fold(facts(received({}), fewer))
    assert not_there is not None and not_there.to_return == (), "what never lay here is not given back"


FEWER = structs.replace(LEFT, rows=ROWS[1:])


def test_what_was_given_back_is_to_be_given_back_no_more() -> None:
    back = f.MaterialsReturned(codes=("form",), day=received().received)
    case = after(FEWER, back)
    assert (case.to_return, case.timeline[-1].misfit) == ((), "")
    (done,) = case.given_back
    assert (done.told, [row.code for row in done.rows]) == (back, ["form"])
    assert f"已退还更正后不再需要的材料：{ROWS[0].name}" in case.timeline[-1].text


def test_nothing_is_given_back_twice() -> None:
    back = f.MaterialsReturned(codes=("form",), day=received().received)
    for case in (after(FEWER, back, back), after(LEFT, back)):
        assert case.timeline[-1].misfit == "没有应退还的材料，或者已经退还"
    assert len(after(FEWER, back, back).given_back) == 1


def test_what_is_asked_for_again_is_looked_at_and_not_given_back() -> None:
    """It may have gone over the counter meanwhile: nobody takes it for lying here without a look."""
    again = structs.replace(LEFT, answers={"reason": "C"}, rows=ROWS)
    case = after(FEWER, again)
    assert case.to_return == () and case.ticks["form"].state is TickState.MISSING


def test_who_took_it_for_the_applicant_is_personal() -> None:
    """The name stands in the part that can be erased, and in nothing that another window takes over."""
    back = f.MaterialsReturned(codes=("form",), day=received().received, how="proxy", relation="妻子")
    begun = facts(received({"form": PRESENT}), FEWER)
    case = fold([*begun, fact(back, 3, personal=f.Personal(fields={"returned.receiver": "王小明"}))])
    assert case is not None and case.given_back[0].receiver == "王小明"
    assert "王小明" not in case.timeline[-1].text + str(standing_of(case))
    assert standing_of(case)["given_back"][0]["told"]["relation"] == "妻子"


def test_who_was_told_something_keeps_the_answers_he_was_told_by() -> None:
    for told in (NOTICED, f.CaseAccepted(accepted=received().received, due=f.Due(), article="第五项")):
        case = after(told, LEFT)
        assert (case.answers, case.rows) == ({}, ROWS)
        assert case.timeline[-1].misfit and [each.kind for each in case.disputes] == ["needs_review"]


def test_of_two_windows_that_correct_without_knowing_the_first_stands() -> None:
    right = structs.replace(LEFT, answers={"reason": "B"}, rows=ROWS)
    for first, second in ((LEFT, right), (right, LEFT)):
        begun = facts(received({"form": PRESENT}), first)
        case = fold([*begun, fact(second, 1, incarnation="B1", base_version=1)])
        assert case is not None and (case.answers, case.rows) == (first.answers, first.rows)
        assert case.timeline[-1].misfit and [each.kind for each in case.disputes] == ["needs_review"]
    knew = fold([*facts(received({"form": PRESENT}), LEFT), fact(right, 1, incarnation="B1", base_version=2)])
    assert knew is not None and (knew.answers, knew.disputes) == (right.answers, ()), "who knew of it may correct again"


def filled(number: int, who: str = "A1", seen: int = 1, **values: str) -> f.Fact:
    body = f.FormFilled(filled=tuple(values), labels={"place": "经营场所", "area": "面积"})
    return structs.replace(
        fact(body, number, incarnation=who, base_version=seen), personal=f.Personal(fields=dict(values))
    )


def test_what_is_filled_in_later_joins_the_form_and_what_is_dropped_leaves_it() -> None:
    begun = [*facts(received({"form": PRESENT})), filled(2, place="甲路1号", area="20")]
    case = fold([*begun, fact(f.FormFilled(dropped=("area",)), 3)])
    assert case is not None and case.fields == {**fold(facts(received())).fields, "place": "甲路1号"}  # type: ignore[union-attr]
    assert case.matter.field_labels["place"] == "经营场所"


def test_two_windows_fill_in_one_form_in_any_order() -> None:
    start, here, there = facts(received()), filled(2, place="甲路1号"), filled(1, "B1", area="20")
    first, second = fold([*start, here, there]), fold([*start, there, here])
    assert first is not None and second is not None
    assert first.fields == second.fields and {"place": "甲路1号", "area": "20"}.items() <= first.fields.items()
    assert first.disputes == second.disputes == ()


def test_of_two_windows_that_fill_in_one_field_otherwise_the_first_stands_and_a_person_is_asked() -> None:
    start, here, there = facts(received()), filled(2, place="甲路1号"), filled(1, "B1", place="乙路2号", area="20")
    case = fold([*start, here, there])
    assert case is not None and (case.fields["place"], case.fields["area"]) == ("甲路1号", "20")
    assert [each.what for each in case.disputes] == ["另一窗口已登记：经营场所"]
    (place,) = differing(case)
    assert (place.name, place.first, place.second) == ("经营场所", "甲路1号", "乙路2号")
    assert "号" not in "".join(place.masked())
    assert "乙路2号" not in str(standing_of(case)), "what a window takes over names nobody in its public part"
    assert differing(advance(case, filled(3, seen=3, place="乙路2号")) or case) == (), "since then both say the same"
    knew = fold([*start, here, filled(1, "B1", seen=2, place="乙路2号")])
    assert knew is not None and (knew.fields["place"], knew.disputes) == ("乙路2号", ())


def test_what_was_filled_in_otherwise_met_the_other_filling_whatever_else_was_done() -> None:
    start, here, there = facts(received()), filled(2, place="甲路1号"), filled(1, "B1", place="乙路2号")
    case = fold([*start, here, fact(NOTICED, 3), there])
    assert case is not None
    line = met(case, there.header, [there.header])
    assert line is not None and line.type == "form.filled"
    accepted = f.CaseAccepted(accepted=received().received, due=f.Due(), article="第五项")
    over = fold([*start, here, fact(accepted, 3), there])
    assert over is not None
    line = met(over, there.header, [there.header])
    assert line is not None and line.type == "case.accepted", "there it was too late for any filling"


def test_what_a_window_took_back_meanwhile_is_told_beside_what_stands() -> None:
    begun = [*facts(received()), filled(2, place="甲路1号"), filled(3, place="乙路2号")]
    case = fold([*begun, fact(f.FormFilled(dropped=("place",)), 1, incarnation="B1", base_version=2)])
    assert case is not None
    assert [(each.first, each.second) for each in differing(case)] == [("乙路2号", "")]


def test_of_a_material_that_two_windows_ticked_otherwise_both_words_are_told() -> None:
    here = f.CaseSupplemented(ticks={"id": PRESENT}, handed_in=NOTICED.respond_by, complete=True)
    worn = Tick(TickState.UNACCEPTABLE, reason="看不清")
    there = structs.replace(here, ticks={"id": worn}, complete=False)
    case = fold([*facts(received({"form": PRESENT}), NOTICED, here), fact(there, 1, incarnation="B1", base_version=2)])
    assert case is not None
    assert [(each.name, each.first, each.second) for each in differing(case)] == [("身份证", "有", "不合格：看不清")]


def test_a_form_that_comes_after_a_notice_of_another_window_is_not_lost() -> None:
    case = fold([*facts(received({}), NOTICED), filled(1, "B1", area="20")])
    assert case is not None and case.fields["area"] == "20"
    late = fold(
        [
            *facts(received({}), f.CaseAccepted(accepted=received().received, due=f.Due(), article="五")),
            filled(3, area="20"),
        ]
    )
    assert late is not None and "area" not in late.fields and late.timeline[-1].misfit
