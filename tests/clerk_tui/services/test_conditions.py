"""What the applicant does not meet is said before applying and decided after acceptance, never at receipt."""

from __future__ import annotations

import pytest

from clerk_tui.services import cases, intake, supplement
from clerk_tui.services.draft import Draft
from clerk_tui.services.workspace import Workspace
from hall.catalogue.model import Place
from hall.errors import BadInput
from hall.verdict import Outcome, Refusal, Tick, TickState
from tests.clerk_tui.walkins import PERSON, PRESENT, restaurant


def complete(ws: Workspace, key: str, **answers: str | tuple[str, ...]) -> Draft:
    """Everything that the answers ask for is on the desk."""
    matter = ws.catalogue.matter(key)
    draft = intake.new_draft(ws, matter)
    draft.answers = dict(answers)
    draft.applicant = {"kind": matter.serves[0], "name": "示例商行", "id_number": "91990100MA0000015X"}
    if matter.serves[0] == "citizen":
        draft.applicant |= {"name": "张三", "id_number": PERSON}
    rows = intake.preview(ws, draft).checklist.materials
    draft.ticks = {row.code: Tick(TickState.HELD) if row.held else PRESENT for row in rows}
    return draft


def test_a_shop_near_a_school_may_apply_and_is_told_what_will_come_of_it(ws: Workspace) -> None:
    """行政许可法 art. 32(5), 38: complete is accepted; of the place it is decided with reasons and remedies."""
    draft = complete(ws, "tobacco-retail-licence", near_school="yes", priority="no")
    ready = intake.preview(ws, draft)
    assert "小学" in ready.warnings["answers.near_school"] and "照常受理" in ready.warnings["answers.near_school"]
    assert ready.verdict.lawful == (Outcome.ACCEPTED,)
    result = intake.submit(ws, draft)
    assert result.outcome is Outcome.ACCEPTED and "answers.near_school" in result.field_warnings
    far = complete(ws, "tobacco-retail-licence", near_school="no", priority="no")
    assert "answers.near_school" not in intake.preview(ws, far).warnings


def test_such_a_ground_turns_nobody_away_at_receipt_either_when_a_clerk_states_it(ws: Workspace) -> None:
    draft = complete(ws, "tobacco-retail-licence", near_school="yes", priority="no")
    draft.refusal = Refusal("other", "school", basis="未成年人保护法第五十九条", why="学校旁边")
    with pytest.raises(BadInput) as error:
        intake.submit(ws, draft, Outcome.REFUSED)
    assert error.value.field == "refusal.reason" and ws.journal.head.seq == 0


def test_who_is_sent_to_another_matter_is_not_told_what_would_be_decided(ws: Workspace) -> None:
    draft = complete(ws, "food-licence-change", change=("name", "site"), matches="no")
    ready = intake.preview(ws, draft)
    assert ready.checklist.exits and ready.checklist.cautions
    assert not [where for where in ready.warnings if where.startswith("answers")]


@pytest.mark.parametrize("brought", [True, False])
def test_who_is_turned_away_beside_the_act_is_told_to_supervisors_and_whether_all_was_there(
    ws: Workspace, brought: bool
) -> None:
    """行政许可法 art. 72(1). The reason is the catalogue's, so nobody at the counter has to explain it."""
    draft = complete(ws, "food-licence-change", change=("site",))
    if not brought:
        draft.ticks = {}
    assert not intake.preview(ws, draft).checklist.open_questions
    case = cases.get(ws, intake.submit(ws, draft, Outcome.REFUSED).reference).case
    line = next(line for line in case.timeline if line.type == "case.refused")
    assert line.alert and ("材料齐全" in line.text) is brought


@pytest.mark.parametrize("organ", ["示例市市场监督管理局", "示例市市场监督管理局（食品窗口）", " 市场监管局 "])
def test_nobody_is_sent_to_where_he_stands(ws: Workspace, organ: str) -> None:
    """行政许可法 art. 32(2): to the organ that has the power, which is another one."""
    draft = restaurant(ws)
    draft.refusal = Refusal(
        "not_authority", "不归本机关管", Place(organ=organ, address="政务大道99号", phone=""), why="x"
    )
    with pytest.raises(BadInput) as error:
        intake.submit(ws, draft, Outcome.REFUSED)
    assert error.value.field == "refusal.where.organ" and error.value.hint
    assert ws.journal.head.seq == 0


@pytest.mark.parametrize("answer", ["是", "否", ""])
def test_supervisors_are_told_that_an_elder_was_not_asked(ws: Workspace, answer: str) -> None:
    """老年人权益保障法 art. 55. It is received all the same: no answer is a ground to send anybody home."""
    draft = complete(ws, "hukou-migration", destination="here", reason="C", cross_province="no", minors="no")
    draft.fields = {"elder_will": answer}
    ready = intake.preview(ws, draft)
    assert ("fields.elder_will" in ready.warnings) is (answer == "否")
    case = cases.get(ws, intake.submit(ws, draft).reference).case
    line = next(line for line in case.timeline if line.type == "case.received")
    assert line.alert is (answer == "否") and ("没有确认" in line.text) is (answer == "否")


@pytest.mark.parametrize("said", [PERSON, "电话138 0013 8000打不通", "11010118850312002６"])
def test_a_reason_that_holds_a_persons_number_is_pointed_out(ws: Workspace, said: str) -> None:
    draft = restaurant(ws, layout=Tick(TickState.UNACCEPTABLE, f"与{said}不符"))
    assert "号码" in intake.preview(ws, draft).warnings["materials.layout.reason"]
    result = intake.submit(ws, draft)
    assert "materials.layout.reason" in result.field_warnings, "the command says it too"
    again = supplement.open_supplement(ws, result.reference)
    again.ticks = {"rules_list": Tick(TickState.UNACCEPTABLE, said)}
    assert "materials.rules_list.reason" in supplement.preview(ws, again).warnings


def test_a_reason_that_only_looks_like_a_number_is_not(ws: Workspace) -> None:
    for said in ("编号2026110200012345678不符", "第138页缺失", "110101188503120027"):
        draft = restaurant(ws, layout=Tick(TickState.UNACCEPTABLE, said))
        assert "materials.layout.reason" not in intake.preview(ws, draft).warnings
