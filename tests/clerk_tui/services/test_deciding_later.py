"""A case that is only received is asked again when it is decided: nobody is accepted past a question or an exit."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pytest
from msgspec.structs import replace

from clerk_tui.services import cases, ending, intake, kept_drafts, next_steps, papers, supplement
from clerk_tui.services.draft import Draft
from clerk_tui.services.form_later import require_form
from clerk_tui.services.intake_json import supplement_from_json
from clerk_tui.services.proceed_json import proceed
from clerk_tui.services.result import Result
from clerk_tui.services.supplement_draft import form_plan_for, plan_for
from clerk_tui.services.workspace import Workspace
from hall import facts as f
from hall.case import CaseState
from hall.catalogue.model import Question
from hall.checklist import Applying, Checklist, build_checklist
from hall.errors import BadInput, Unlawful
from hall.fold import fold
from hall.verdict import Outcome
from tests.clerk_tui.conftest import FixedClock
from tests.clerk_tui.walkins import MISSING, PERSON, PRESENT
from tests.receipts.reading import joined, read_text

ALL_PRESENT = {"application": PRESENT, "id_card": PRESENT, "hukou_book": PRESENT}
BOUGHT = {"destination": "here", "reason": "C", "cross_province": "no", "minors": "yes"}


def migration(ws: Workspace, **answers: str) -> Draft:
    """Somebody moves their household here, with what is needed in any case on the desk."""
    draft = intake.new_draft(ws, ws.catalogue.matter("hukou-migration"))
    draft.applicant = {"kind": "citizen", "name": "李四", "id_number": PERSON}
    draft.answers = dict(answers)
    draft.ticks = dict(ALL_PRESENT)
    return draft


def opened(ws: Workspace, **answers: str) -> supplement.SupplementDraft:
    return supplement.open_supplement(ws, intake.receive(ws, migration(ws, **answers)).reference)


def test_nothing_is_decided_before_the_questions_are_answered(ws: Workspace) -> None:
    draft = opened(ws, destination="here")
    head = ws.journal.head
    for wish in (None, *(each for each in Outcome if each is not Outcome.REFUSED)):
        with pytest.raises(BadInput) as error:
            supplement.submit(ws, draft, wish)
        assert (error.value.code, error.value.field) == ("unanswered", "answers.reason")
    with pytest.raises(BadInput):
        supplement.submit(ws, draft, Outcome.REFUSED)
    assert ws.journal.head == head, "and nothing is written"


def test_the_answers_name_what_else_is_needed_and_it_can_be_ticked(ws: Workspace) -> None:
    draft = opened(ws)
    draft.answers = dict(BOUGHT)
    preview = supplement.preview(ws, draft)
    assert {gap.code for gap in preview.gaps} == {"house", "parentage"}
    assert preview.verdict.lawful == (Outcome.NOTICED, Outcome.TOLERATED)
    draft.ticks = {"house": PRESENT, "parentage": PRESENT}
    result = supplement.submit(ws, draft)
    case = cases.get(ws, result.reference).case
    assert (result.outcome, case.state) == (Outcome.ACCEPTED, CaseState.ACCEPTED)
    assert case.answers == BOUGHT
    assert [row.code for row in case.rows] == ["application", "id_card", "hukou_book", "parentage", "house"]
    assert ("迁移原因", "购房落户") in case.matter.questions
    assert any("迁移原因：购房落户" in line.text for line in case.timeline), "who asks later finds the answer"


def test_a_notice_names_what_the_answers_ask_for(ws: Workspace) -> None:
    """行政许可法 art. 32(4): everything at once, also what was asked for only when it was decided."""
    draft = opened(ws)
    draft.answers = dict(BOUGHT)
    result = supplement.submit(ws, draft, Outcome.NOTICED)
    assert {gap.code for gap in cases.get(ws, result.reference).case.notices[-1].gaps} == {"house", "parentage"}
    later = supplement.open_supplement(ws, result.reference)
    assert (later.plan, [row.code for row in later.rows]) == (None, ["parentage", "house"]), "settled from now on"


def test_an_answer_that_leads_out_leads_to_the_refusal(ws: Workspace) -> None:
    draft = opened(ws)
    draft.answers = {"destination": "elsewhere"}
    for wish in (Outcome.ACCEPTED, Outcome.NOTICED, Outcome.TOLERATED):
        with pytest.raises(Unlawful):
            supplement.submit(ws, draft, wish)
    assert supplement.submit(ws, draft).outcome is Outcome.REFUSED


def test_what_was_mistyped_at_the_receipt_is_put_right_with_a_reason(ws: Workspace, clock: FixedClock) -> None:
    """行政许可法 art. 32(4), 57: the clerk's error costs the applicant neither the matter nor his day of receipt."""
    draft = opened(ws, destination="elsewhere")
    received = draft.case.received
    assert supplement.preview(ws, draft).verdict.lawful == (Outcome.REFUSED,)
    clock.day += dt.timedelta(days=1)
    draft = supplement.open_supplement(ws, draft.case.reference)
    draft.answers, head = dict(BOUGHT), ws.journal.head
    for nothing in ("", " ", "。"):
        draft.correction_reason = nothing
        with pytest.raises(BadInput) as error:
            supplement.submit(ws, draft)
        assert (error.value.code, error.value.field) == ("correction_reason_needed", "correction_reason")
    assert ws.journal.head == head, "and nothing is written"
    draft.correction_reason = "收件时点错了"
    assert supplement.submit(ws, draft, Outcome.NOTICED).outcome is Outcome.NOTICED
    case = cases.get(ws, draft.case.reference).case
    assert (case.received, case.answers) == (received, BOUGHT)
    assert {gap.code for gap in case.notices[-1].gaps} == {"house", "parentage"}
    assert all(case.ticks[code] == PRESENT for code in ALL_PRESENT), "what lay on the desk stays"
    (line,) = (each for each in case.timeline if each.type == "answers.corrected")
    assert line.alert and "迁入地址：不在示例市 → 在示例市；原因：收件时点错了" in line.text
    assert "迁移原因：购房落户" in line.text, "what was open is answered with it"


def test_a_settled_list_follows_from_what_is_put_right(ws: Workspace) -> None:
    reference = intake.receive(ws, migration(ws, **BOUGHT)).reference
    wanted = {"answers": {"minors": "no"}, "materials": {"house": "present"}, "correction_reason": "没有孩子"}
    ready = supplement_from_json(ws, reference, wanted)
    assert supplement.submit(ws, ready.draft, ready.wish).outcome is Outcome.ACCEPTED
    case = cases.get(ws, reference).case
    assert case.answers == {**BOUGHT, "minors": "no"}
    assert "parentage" not in {row.code for row in case.rows}


def test_what_a_corrected_answer_does_not_ask_for_is_given_back(ws: Workspace, clock: FixedClock) -> None:
    """The receipt says 已收: until it is given back it stays with the case, and with the list of what is returned."""
    draft = migration(ws, **BOUGHT | {"minors": "no"})
    draft.ticks["house"] = PRESENT
    reference = intake.receive(ws, draft).reference
    ready = supplement_from_json(ws, reference, {"answers": {"reason": "A"}, "correction_reason": "点错了"})
    done = supplement.submit(ws, ready.draft, ready.wish)
    case = cases.get(ws, reference).case
    (deed,) = case.to_return
    assert deed.code == "house"
    assert f"不再需要、请当场退还：{deed.name}" in done.warnings
    assert any(f"应当场退还：{deed.name}" in line.text for line in case.timeline)
    result = ending.withdraw(ws, reference, reason="不办了")
    (paper,) = result.papers
    assert deed.name in joined(read_text(papers.rebuild(ws, paper.paper_id).pdf))


def to_return(ws: Workspace) -> str:
    """A case whose deed is not needed since the reason was put right."""
    draft = migration(ws, **BOUGHT | {"minors": "no"})
    draft.ticks["house"] = PRESENT
    reference = intake.receive(ws, draft).reference
    ready = supplement_from_json(ws, reference, {"answers": {"reason": "A"}, "correction_reason": "点错了"})
    supplement.submit(ws, ready.draft, ready.wish)
    return reference


def test_what_was_given_back_is_on_no_list_any_more(ws: Workspace) -> None:
    reference = to_return(ws)
    (deed,) = cases.get(ws, reference).case.to_return
    offered = {offer.step.id: offer.lawful for offer in next_steps.offers(ws, reference)}
    assert offered["return_materials"]
    proceed(ws, reference, {"action": "return_materials"})
    case = cases.get(ws, reference).case
    assert case.to_return == () and case.given_back[0].rows == (deed,)
    (paper,) = ending.withdraw(ws, reference, reason="不办了").papers
    assert deed.name not in joined(read_text(papers.rebuild(ws, paper.paper_id).pdf))
    with pytest.raises(Unlawful) as unlawful:
        proceed(ws, reference, {"action": "return_materials"})
    assert unlawful.value.code == "nothing_to_return"


@pytest.mark.parametrize(
    ("data", "code", "field"),
    [
        ({"materials": []}, "value_missing", "materials"),
        ({"materials": ["hukou_book"]}, "unknown_material", "materials[0]"),
        ({"how": "proxy", "relation": "妻子"}, "value_missing", "receiver"),
        ({"how": "proxy", "receiver": "王小明"}, "value_missing", "relation"),
        ({"how": "posted"}, "value_missing", "waybill"),
        ({"day": "2020-01-01"}, "bad_date", "day"),
    ],
)
def test_what_is_recorded_of_giving_back_says_what_and_how(
    ws: Workspace, data: dict[str, Any], code: str, field: str
) -> None:
    reference = to_return(ws)
    head = ws.journal.head
    with pytest.raises(BadInput) as error:
        proceed(ws, reference, {"action": "return_materials", **data})
    assert (error.value.code, error.value.field) == (code, field)
    assert ws.journal.head == head, "and nothing is written"


def test_who_took_it_for_somebody_else_is_shown_in_full_for_a_reason_only(ws: Workspace) -> None:
    reference = to_return(ws)
    data = {"action": "return_materials", "how": "proxy", "receiver": "王小明", "relation": "妻子"}
    proceed(ws, reference, data)
    case = cases.get(ws, reference).case
    assert "妻子" in case.timeline[-1].text and "王小明" not in case.timeline[-1].text
    assert cases.show_personal(ws, reference, ("given_back.0",), "核对") == {"given_back.0": "王小明"}


def test_what_is_answered_as_at_the_receipt_corrects_nothing(ws: Workspace) -> None:
    reference = intake.receive(ws, migration(ws, **BOUGHT)).reference
    ready = supplement_from_json(ws, reference, {"answers": BOUGHT, "correction_reason": "没有改"})
    supplement.submit(ws, ready.draft, ready.wish)
    types = [line.type for line in cases.get(ws, reference).case.timeline]
    assert not {"answers.corrected", "case.answered"} & set(types)


def test_what_somebody_was_told_by_stands(ws: Workspace) -> None:
    """The notice in his hands names what that answer asks for."""
    reference = intake.receive(ws, migration(ws, **BOUGHT)).reference
    supplement.submit(ws, supplement.open_supplement(ws, reference), Outcome.NOTICED)
    assert supplement.open_supplement(ws, reference).plan is None
    with pytest.raises(BadInput) as error:
        supplement_from_json(ws, reference, {"answers": {"minors": "no"}, "correction_reason": "没有孩子"})
    assert (error.value.code, error.value.field) == ("answer_stands", "answers.minors")
    assert "是否有未成年人随迁" in error.value.message and "撤回" in (error.value.hint or "")
    with pytest.raises(BadInput) as error:
        supplement_from_json(ws, reference, {"answers": {"minors": "yes"}})
    assert (error.value.code, error.value.field) == ("nothing_asked", "answers")


def test_the_questions_are_those_of_the_version_that_the_case_began_with(ws: Workspace) -> None:
    """domain.md §9a.11: the fact keeps them, so neither catalogue nor window matter any more."""
    reference = intake.receive(ws, migration(ws)).reference
    case = cases.get(ws, reference).case
    assert case.plan is not None
    assert case.plan.questions == ws.catalogue.matter("hukou-migration").questions
    ws.catalogue.find = lambda key: None  # type: ignore[method-assign]
    draft = supplement.open_supplement(ws, reference)
    draft.answers = dict(BOUGHT)
    assert {gap.code for gap in supplement.preview(ws, draft).gaps} == {"house", "parentage"}


def test_facts_of_before_the_questions_were_kept_are_asked_by_the_catalogue(ws: Workspace) -> None:
    reference = intake.receive(ws, migration(ws)).reference
    facts = ws.journal.facts_of(cases.get(ws, reference).case.case_id)
    body = facts[0].body
    assert isinstance(body, f.CaseReceived)
    old = fold([f.Fact(header=facts[0].header, body=_without_plan(body), personal=facts[0].personal)])
    assert old is not None and old.plan is None
    assert plan_for(ws, old) == cases.get(ws, reference).case.plan


def _without_plan(body: f.CaseReceived) -> f.CaseReceived:
    return replace(body, plan=None)


def test_answers_that_are_not_confirmed_survive_a_crash(ws: Workspace) -> None:
    draft = opened(ws)
    draft.answers, draft.correction_reason = {"destination": "here"}, "点错了"
    kept = kept_drafts.KeptDrafts(ws)
    kept.want([draft])
    kept.write()
    kept.close()
    again = kept_drafts.KeptDrafts(ws)
    again.take_up()
    assert [(each.answers, each.correction_reason) for each in again.supplements] == [(draft.answers, "点错了")]
    again.close()


MATTERS = (
    "hukou-migration",
    "food-licence-new",
    "construction-permit-new",
    "resident-id-card",
    "tobacco-retail-licence",
)


@pytest.mark.parametrize("key", MATTERS)
def test_no_order_of_answering_accepts_past_a_material_or_an_exit(ws: Workspace, key: str) -> None:
    """Received with some of the answers, some of them wrong, and decided with all that are true: as if everything had
    been answered right at once."""
    chance = random.Random(key)
    matter = ws.catalogue.matter(key)
    for _ in range(8):
        whole, truth = _truth(ws, key, chance)
        draft = intake.new_draft(ws, matter)
        draft.applicant = {"kind": str(matter.serves[0]), **WHO[str(matter.serves[0]) in ("citizen", "foreigner")]}
        asked = {each.code: each for each in matter.questions}
        draft.answers = {
            code: answer if chance.random() < 0.7 else _picked(asked[code], chance)
            for code, answer in whole.items()
            if chance.random() < 0.6
        }
        codes = [row.code for row in truth.materials]
        here = [code for code in codes if chance.random() < 0.8]
        first = {row.code for row in intake.preview(ws, draft).checklist.materials}
        draft.ticks = {code: PRESENT for code in here if code in first}
        back = supplement.open_supplement(ws, intake.receive(ws, draft).reference)
        if supplement.checklist_of(back).open_questions:
            assert set(supplement.preview(ws, back).verdict.lawful) <= {Outcome.REFUSED}
        back.answers, back.correction_reason = dict(whole), "收件时点错了"
        back.ticks = {code: PRESENT for code in here if code in codes and code not in draft.ticks}
        preview = supplement.preview(ws, back)
        assert [row.code for row in preview.checklist.materials] == codes
        lacking = {row.code for row in truth.materials if row.required and not row.held and row.code not in here}
        if truth.exits:
            assert preview.verdict.lawful == (Outcome.REFUSED,)
        else:
            assert (Outcome.ACCEPTED in preview.verdict.lawful) == (not lacking)
            assert {gap.code for gap in preview.gaps} == lacking
        outcome = supplement.submit(ws, back).outcome
        state = cases.get(ws, back.case.reference).case.state
        assert (state is CaseState.REFUSED) == bool(truth.exits)
        assert (outcome is Outcome.ACCEPTED) == (not lacking and not truth.exits)


WHO = {
    True: {"name": "李四", "id_number": PERSON},
    False: {"name": "示例市好味餐饮有限公司", "id_number": "91990100MA0000015X", "legal_person": "张三"},
}


def _truth(ws: Workspace, key: str, chance: random.Random) -> tuple[dict[str, str | tuple[str, ...]], Checklist]:
    """Answers to everything that is asked, picked at random, and the list that they make."""
    matter = ws.catalogue.matter(key)
    answers: dict[str, str | tuple[str, ...]] = {}
    while True:
        listed = build_checklist(matter, answers, Applying(str(matter.serves[0]), -1))
        if not listed.open_questions:
            return answers, listed
        asked = next(each for each in listed.questions if each.code == listed.open_questions[0])
        answers[asked.code] = _picked(asked, chance)


def _picked(question: Question, chance: random.Random) -> str | tuple[str, ...]:
    codes = [option.code for option in question.options] or ["yes", "no"]
    picked = chance.choice(codes)
    return (picked,) if question.kind == "multi" else picked


def test_what_the_receipt_certifies_is_missing_only_with_a_reason_that_supervisors_see(ws: Workspace) -> None:
    reference = intake.receive(ws, migration(ws, **BOUGHT)).reference
    draft = supplement.open_supplement(ws, reference)
    draft.ticks = {"hukou_book": MISSING}
    with pytest.raises(BadInput) as refused:
        supplement.submit(ws, draft)
    assert (refused.value.code, refused.value.field) == ("correction_reason_needed", "correction_reason")
    assert cases.get(ws, reference).case.state is CaseState.RECEIVED
    draft.correction_reason = "收件时勾错了"
    assert supplement.submit(ws, draft).state is CaseState.NOTICED
    line = next(each for each in cases.get(ws, reference).case.timeline if each.type == "case.supplemented")
    assert line.alert
    assert "户口簿：有 → 缺；原因：收件时勾错了" in line.text and "补交材料0项" not in line.text


FORM = {"from_address": "某省某市甲路1号", "to_address": "示例市乙路2号", "relation": "本人"}


def from_file(ws: Workspace, reference: str, **data: object) -> Result:
    wanted = supplement_from_json(ws, reference, data)
    return supplement.submit(ws, wanted.draft, wanted.wish)


def with_form(ws: Workspace, **answers: str) -> str:
    draft = migration(ws, **answers)
    draft.fields = dict(FORM)
    return intake.receive(ws, draft).reference


def test_what_later_answers_ask_for_is_filled_in_and_stands_in_the_personal_part(ws: Workspace) -> None:
    reference = with_form(ws)
    from_file(ws, reference, answers=BOUGHT, fields={"minor_names": "张小明"}, materials={"house": "missing"})
    case = cases.get(ws, reference).case
    assert case.fields == FORM | {"minor_names": "张小明"}
    assert case.matter.field_labels["minor_names"] == "随迁未成年人姓名"
    (line,) = (each for each in case.timeline if each.type == "form.filled")
    assert "填写随迁未成年人姓名" in line.text and not line.alert
    facts = ws.journal.facts_of(case.case_id)
    (filled,) = (fact for fact in facts if isinstance(fact.body, f.FormFilled))
    assert filled.personal == f.Personal(fields={"minor_names": "张小明"}), "only what is new, where it can be erased"
    for fact in facts:
        sealed = ws.journal.sealed(fact.header.seq)
        assert sealed is not None and "张小明" not in sealed.public.decode()
    erased = [f.Fact(header=fact.header, body=fact.body) for fact in facts]
    left = fold(erased)
    assert left is not None and left.fields == {}


def test_a_blank_is_reported_as_at_the_intake_and_hinders_nothing(ws: Workspace) -> None:
    at_once = migration(ws, **BOUGHT)
    at_once.ticks |= {"house": PRESENT, "parentage": PRESENT}
    wanted = intake.submit(ws, at_once).blank
    draft = opened(ws)
    draft.answers, draft.ticks = dict(BOUGHT), {"house": PRESENT, "parentage": PRESENT}
    result = supplement.submit(ws, draft)
    assert result.outcome is Outcome.ACCEPTED
    assert result.blank == wanted and "fields.minor_names" in wanted


def test_a_refusal_asks_for_no_form(ws: Workspace) -> None:
    draft = opened(ws)
    draft.answers = {"destination": "elsewhere"}
    assert supplement.submit(ws, draft).blank == {}


def test_what_a_corrected_answer_asks_for_no_more_is_dropped(ws: Workspace) -> None:
    draft = migration(ws, **BOUGHT)
    draft.fields = FORM | {"minor_names": "张小明"}
    reference = intake.receive(ws, draft).reference
    from_file(ws, reference, answers={"minors": "no"}, correction_reason="没有孩子", outcome="noticed")
    case = cases.get(ws, reference).case
    assert case.fields == FORM
    assert any("去掉随迁未成年人姓名" in line.text for line in case.timeline)


def test_a_value_of_the_receipt_is_put_right_or_taken_back(ws: Workspace) -> None:
    reference = with_form(ws, **BOUGHT)
    from_file(ws, reference, fields={"relation": "child", "from_address": ""}, outcome="noticed")
    case = cases.get(ws, reference).case
    assert case.fields == {"to_address": FORM["to_address"], "relation": "子女"}
    assert any("改写与户主关系；去掉现户口登记地址" in line.text for line in case.timeline)


def test_what_is_typed_as_it_stood_writes_nothing(ws: Workspace) -> None:
    reference = with_form(ws, **BOUGHT)
    from_file(ws, reference, fields=FORM, outcome="noticed")
    assert "form.filled" not in {line.type for line in cases.get(ws, reference).case.timeline}


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"minor_name": "x"}, "unknown_key", "fields.minor_name"),
        ({"host_name": "x"}, "field_not_asked", "fields.host_name"),
        ({"minor_names": ["x"]}, "wrong_type", "fields.minor_names"),
        ({"relation": "邻居"}, "bad_value", "fields.relation"),
        ({"minor_names": "张\u202e"}, "bad_value", "fields.minor_names"),
        ("x", "wrong_type", "fields"),
    ],
)
def test_a_form_that_cannot_be_stored_is_refused_with_its_place(
    ws: Workspace, fields: object, code: str, field: str
) -> None:
    reference = with_form(ws, **BOUGHT)
    head = ws.journal.head
    with pytest.raises(BadInput) as error:
        from_file(ws, reference, fields=fields)
    assert (error.value.code, error.value.field) == (code, field)
    assert ws.journal.head == head, "and nothing is written"


def test_what_a_notice_left_blank_is_filled_in_until_the_acceptance(ws: Workspace) -> None:
    """The answers stand by which somebody was told what to bring; the form is nobody's ground for a notice."""
    reference = with_form(ws, **BOUGHT)
    supplement.submit(ws, supplement.open_supplement(ws, reference), Outcome.NOTICED)
    back = supplement.preview(ws, supplement.open_supplement(ws, reference))
    assert "fields.minor_names" in back.form.blanks and back.checklist.questions == ()
    filled = from_file(ws, reference, fields={"minor_names": "张小二"})
    assert (filled.outcome, filled.state, filled.papers) == (Outcome.NOTICED, CaseState.NOTICED, ())
    assert len(cases.get(ws, reference).case.notices) == 1, "and the notice stands"
    done = from_file(
        ws, reference, fields={"minor_names": "张小明"}, materials=dict.fromkeys(("house", "parentage"), "present")
    )
    case = cases.get(ws, reference).case
    assert (case.state, case.fields) == (CaseState.ACCEPTED, FORM | {"minor_names": "张小明"})
    assert "fields.minor_names" not in done.blank
    assert any("改写随迁未成年人姓名" in line.text for line in case.timeline)


def test_a_blank_is_told_at_the_acceptance_of_who_was_noticed_at_the_intake(ws: Workspace) -> None:
    draft = migration(ws, **BOUGHT)
    told = intake.submit(ws, draft, Outcome.NOTICED)
    reference = told.reference
    result = from_file(ws, reference, materials={gap.code: "present" for gap in told.gaps})
    assert result.outcome is Outcome.ACCEPTED and result.blank == told.blank != {}


def test_the_form_stands_once_it_was_accepted_by(ws: Workspace) -> None:
    draft = migration(ws, **BOUGHT)
    draft.ticks |= {"house": PRESENT, "parentage": MISSING}
    case = cases.get(ws, intake.submit(ws, draft).reference).case
    accepted = replace(case, state=CaseState.TOLERATED)
    assert form_plan_for(ws, case) is not None and form_plan_for(ws, accepted) is None
    with pytest.raises(BadInput) as error:
        require_form(accepted, None)
    assert (error.value.code, error.value.field) == ("form_stands", "fields")


def test_a_confirmation_answered_no_later_is_told_to_supervisors(ws: Workspace) -> None:
    """老年人权益保障法 art. 55, as at the intake."""
    reference = with_form(ws, **BOUGHT)
    from_file(ws, reference, fields={"elder_will": False}, outcome="noticed")
    (line,) = (each for each in cases.get(ws, reference).case.timeline if each.type == "form.filled")
    assert line.alert and "没有确认" in line.text


def test_a_matter_without_questions_has_its_form_filled_in_too(ws: Workspace) -> None:
    draft = migration(ws)
    always = {
        part: tuple(each for each in getattr(draft.matter, part) if not each.when) for part in ("materials", "fields")
    }
    draft.matter = replace(draft.matter, questions=(), situations=(), exits=(), denial_reasons=(), **always)
    reference = intake.receive(ws, draft).reference
    from_file(ws, reference, fields={"to_address": FORM["to_address"]})
    assert cases.get(ws, reference).case.fields == {"to_address": FORM["to_address"]}


def test_what_was_filled_in_and_left_is_there_again(ws: Workspace) -> None:
    draft = supplement.open_supplement(ws, with_form(ws, **BOUGHT))
    draft.fields = {"minor_names": "张小明"}
    assert draft.begun
    kept = kept_drafts.KeptDrafts(ws)
    kept.want([draft])
    kept.write()
    kept.close()
    again = kept_drafts.KeptDrafts(ws)
    again.take_up()
    assert [each.fields for each in again.supplements] == [{"minor_names": "张小明"}]
    again.close()
