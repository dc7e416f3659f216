"""Finding a case again: by what is on the paper, by the person, by a part of the name. Lists are masked."""

from __future__ import annotations

import datetime as dt

import pytest

from clerk_tui.services import cases, inquiry, intake, people
from clerk_tui.services.draft import Draft
from clerk_tui.services.workspace import Workspace
from hall.catalogue.model import Matter
from hall.errors import BadInput
from hall.verdict import Tick, TickState
from tests.clerk_tui.conftest import FixedClock
from tests.clerk_tui.walkins import COMPANY, MISSING, PERSON, PRESENT, restaurant


@pytest.fixture
def three(ws: Workspace) -> list[str]:
    """Three cases with different names; returns the references."""
    references: list[str] = []
    for name, phone in (("示例市好味餐饮有限公司", "13800001234"), ("单记面馆", "13900005678"), ("José Ñandú", "")):
        draft = restaurant(ws)
        draft.applicant.update(name=name, phone=phone)
        draft.ticket = f"A00{len(references) + 1}"
        references.append(intake.submit(ws, draft).reference)
    return references


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("SL01-A1-00001-T", [0]),
        ("sl01a100001t", [0]),
        ("SL01-A1-00001", [0]),
        ("SL01-A1-00001-T/L1", [0]),
        ("ＳＬ０１-Ａ１-00002-S", [1]),
        ("A002", [1]),
        ("a003", [2]),
        ("好味", [0]),
        ("示例市好味餐饮有限公司", [0]),
        ("餐饮有限公司", [0]),
        ("面馆", [1]),
        ("sjmg", [1]),
        ("mg", [1]),
        ("hwcy", [0]),
        ("jose", [2]),
        ("nandu", [2]),
        (COMPANY, [2, 1, 0]),
        (COMPANY[-4:], [2, 1, 0]),
        (COMPANY[-4:].lower(), [2, 1, 0]),
        ("13800001234", [0]),
        ("5678", [1]),
        ("", [2, 1, 0]),
        ("没有这个人", []),
        ("%", []),
        ("' OR 1=1 --", []),
    ],
)
def test_a_case_is_found_by(ws: Workspace, three: list[str], text: str, found: list[int]) -> None:
    assert [row.reference for row in cases.find(ws, text)] == [three[place] for place in found]


def test_a_list_shows_no_person_and_no_number_in_full(ws: Workspace, three: list[str]) -> None:
    draft = restaurant(ws)
    draft.applicant |= {"kind": "individual_business", "name": "王小明", "phone": "13800001234"}
    intake.submit(ws, draft)
    newest, *others = cases.find(ws, "")
    assert newest.applicant == "王*明"
    for row in (newest, *others):
        assert not {COMPANY, "13800001234"} & {row.id_number, row.phone}
    assert others[-1].applicant == "示例市好味餐饮有限公司"


def test_a_long_name_is_told_from_another(ws: Workspace) -> None:
    same = "示例市" + "好" * 30
    for end in ("甲有限公司", "乙有限公司"):
        draft = restaurant(ws)
        draft.applicant["name"] = same + end
        intake.submit(ws, draft)
    assert len(cases.find(ws, same)) == 2
    assert len(cases.find(ws, same + "乙")) == 1


def test_an_unknown_reference_says_what_to_look_at(ws: Workspace) -> None:
    with pytest.raises(BadInput) as error:
        cases.get(ws, "SL01-A1-00001-T")
    assert error.value.code == "unknown_case" and error.value.hint


def test_showing_somebody_in_full_is_kept_with_the_case(ws: Workspace, three: list[str]) -> None:
    with pytest.raises(BadInput):
        cases.show_personal(ws, three[0], ("applicant.phone",), " ")
    with pytest.raises(BadInput):
        cases.show_personal(ws, three[0], ("applicant.salary",), "核对")
    assert cases.show_personal(ws, three[0], ("applicant.phone",), "核对身份") == {"applicant.phone": "13800001234"}
    assert "核对身份" in cases.get(ws, three[0]).case.timeline[-1].text


def test_what_is_known_of_a_person_is_offered(ws: Workspace) -> None:
    assert people.known(ws, COMPANY) is None
    intake.submit(ws, restaurant(ws))
    known = people.known(ws, f" {COMPANY.lower()} ")
    assert known is not None and known.legal_person == "张*"


def test_taking_what_is_known_of_a_person_is_kept_with_the_case_it_comes_from(ws: Workspace) -> None:
    assert people.take(ws, COMPANY, ("legal_person",)) is None
    earlier = intake.submit(ws, restaurant(ws)).reference
    taken = people.take(ws, COMPANY, ("legal_person",))
    assert taken is not None and taken.legal_person == "张三"
    assert people.TAKEN in cases.get(ws, earlier).case.timeline[-1].text


def test_somebody_who_only_asks_leaves_no_name(ws: Workspace) -> None:
    draft = restaurant(ws)
    result = inquiry.answer(ws, draft)
    assert [paper.kind for paper in result.papers] == ["guide"]
    case = cases.get(ws, result.reference).case
    assert (case.state, case.applicant) == ("inquiry", None)
    assert [row.code for row in case.rows] == [row.code for row in intake.preview(ws, draft).checklist.materials]
    assert ws.journal.sealed(1) is not None and ws.journal.sealed(1).personal == b""  # type: ignore[union-attr]
    with pytest.raises(BadInput):
        inquiry.answer(ws, draft)


def test_somebody_who_needs_no_licence_is_told_so(ws: Workspace) -> None:
    draft = restaurant(ws)
    draft.answers = {"in_city": "yes", "business": "retail", "sells": "prepackaged", "vending": "no"}
    (way_out,) = cases.get(ws, inquiry.answer(ws, draft).reference).case.exits
    assert way_out.ground == "not_needed" and "不需要取得食品经营许可" in way_out.reason
    assert not cases.get(ws, inquiry.answer(ws, restaurant(ws)).reference).case.exits


def test_a_guide_draws_what_the_matter_is_part_of(ws: Workspace) -> None:
    """Kept with the inquiry, so that the guide can be made again when the catalogue has changed."""
    case = cases.get(ws, inquiry.answer(ws, restaurant(ws)).reference).case
    assert case.matter.project == "开办餐饮店一件事"
    assert {step.who for step in case.matter.flow} > {"市场监管局"}


def test_one_among_many_is_found_by_whatever_is_known_of_it(ws: Workspace) -> None:
    for number in range(150):
        draft = restaurant(ws)
        draft.applicant["name"] = f"示例市{'甲乙丙丁戊己庚辛壬癸'[number % 10]}味餐饮有限公司"
        intake.submit(ws, draft)
    for text in ("己味", "jw", "有限公司", "015X", "1234", "SL01-A1-00042"):
        assert cases.find(ws, text), text


def dispatch_agency(ws: Workspace, company: str = COMPANY, **ticks: Tick) -> Draft:
    """A company that applies to lend out workers, with everything on the desk except where ``ticks`` says otherwise."""
    draft = intake.new_draft(ws, ws.catalogue.matter("labour-dispatch-licence"))
    draft.answers = {"business": "dispatch", "kind": "new", "premises": "own"}
    draft.applicant = {
        "kind": "company",
        "name": "示例市好工劳务有限公司",
        "id_number": company,
        "phone": "13800001234",
        "legal_person": "张三",
    }
    rows = intake.preview(ws, draft).checklist.materials
    draft.ticks = {row.code: PRESENT for row in rows if not row.held} | ticks
    return draft


def test_what_the_hall_kept_is_not_asked_for_again_while_it_can_be_used(ws: Workspace, clock: FixedClock) -> None:
    """国令716 art. 7: of the same person, and as long as the catalogue says."""
    first = dispatch_agency(ws)
    assert not first.held and not intake.preview(ws, first).checklist.row("articles").held  # type: ignore[union-attr]
    reference = intake.submit(ws, first).reference
    assert people.held_materials(ws, COMPANY, first.matter) == {"articles": f"办件 {reference}"}
    assert not people.held_materials(ws, "92990100MA0000023M", first.matter)
    again = dispatch_agency(ws)
    intake.refresh_held(ws, again)
    shown = intake.preview(ws, again).checklist.row("articles")
    assert shown is not None and shown.held and reference in shown.held_from
    clock.day += dt.timedelta(days=180)
    assert people.held_materials(ws, COMPANY, first.matter)
    clock.day += dt.timedelta(days=1)
    assert not people.held_materials(ws, COMPANY, first.matter)


@pytest.mark.parametrize("state", [TickState.MISSING, TickState.NOT_APPLICABLE, TickState.UNACCEPTABLE])
def test_what_was_not_handed_in_is_not_held(ws: Workspace, state: TickState) -> None:
    draft = dispatch_agency(ws, articles=Tick(state, "" if state is TickState.MISSING else "没有章程"))
    intake.submit(ws, draft)
    assert not people.held_materials(ws, COMPANY, draft.matter)


def test_what_came_with_a_case_that_was_not_accepted_is_not_held(ws: Workspace) -> None:
    draft = dispatch_agency(ws, application=MISSING)
    assert intake.submit(ws, draft).outcome == "noticed"
    assert not people.held_materials(ws, COMPANY, draft.matter)


def test_the_same_document_is_held_across_matters_whatever_each_calls_it(ws: Workspace) -> None:
    registration, dispatch = (ws.catalogue.matter(key) for key in ("company-registration", "labour-dispatch-licence"))
    named = [next(m for m in each.materials if m.document == "company-articles") for each in (registration, dispatch)]
    assert named[0].name != named[1].name
    draft = everything_in(ws, registration, in_city="yes")
    draft.applicant["id_number"] = PERSON
    reference = intake.submit(ws, draft).reference
    assert people.held_materials(ws, PERSON, dispatch) == {named[1].code: f"办件 {reference}"}
    assert not people.held_materials(ws, PERSON, registration)


def test_papers_that_were_looked_at_and_given_back_are_asked_for_again(ws: Workspace, clock: FixedClock) -> None:
    """A household register, a marriage certificate, an identity card: nothing of them stays in the hall."""
    matter = ws.catalogue.matter("hukou-migration")
    draft = everything_in(ws, matter)
    assert intake.submit(ws, draft).outcome == "accepted"
    clock.day += dt.timedelta(days=30)
    assert not people.held_materials(ws, PERSON, matter)
    empty = intake.new_draft(ws, matter)
    empty.answers, empty.applicant = draft.answers, draft.applicant
    intake.refresh_held(ws, empty)
    assert intake.preview(ws, empty).verdict.outcome == "noticed"


def everything_in(ws: Workspace, matter: Matter, **answers: str) -> Draft:
    """Somebody with everything on the desk, the first answer given to every question that ``answers`` leaves open."""
    draft = intake.new_draft(ws, matter)
    draft.answers = dict(answers)
    draft.applicant = {"name": "李四", "id_number": PERSON, "phone": "13900001234"}
    while open_questions := intake.preview(ws, draft).checklist.open_questions:
        question = next(question for question in matter.questions if question.code == open_questions[0])
        draft.answers[question.code] = question.options[0].code if question.options else "no"
    draft.ticks = {row.code: PRESENT for row in intake.preview(ws, draft).checklist.materials if not row.held}
    return draft
