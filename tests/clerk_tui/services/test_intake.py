"""A walk-in: the outcome follows from the ticks, and one commit writes all of it or nothing."""

from __future__ import annotations

import datetime as dt

import pytest
from msgspec import structs

from clerk_tui.services import cases, intake
from clerk_tui.services.intake_json import result_to_json
from clerk_tui.services.workspace import Workspace
from hall import facts as f
from hall.catalogue.model import Place
from hall.errors import BadInput, Unlawful
from hall.verdict import Outcome, Refusal
from tests.clerk_tui.conftest import FixedClock
from tests.clerk_tui.walkins import MISSING, PERSON, PRESENT, promised, restaurant, unacceptable

FRIDAY = dt.date(2026, 11, 6)


def types_of(ws: Workspace, case_id: str) -> list[str]:
    return [fact.header.type for fact in ws.journal.facts_of(case_id)]


def test_everything_on_the_desk_is_an_acceptance(ws: Workspace) -> None:
    result = intake.submit(ws, restaurant(ws))
    assert (result.outcome, result.lawful, result.gaps) == (Outcome.ACCEPTED, (Outcome.ACCEPTED,), ())
    assert result.received == result.accepted == dt.date(2026, 11, 2)
    assert [paper.kind for paper in result.papers] == ["acceptance"]
    assert types_of(ws, result.case_id) == ["case.received", "case.accepted", "paper.issued"]
    assert (result.seq, bytes.fromhex(result.hash)) == (ws.journal.head.seq, ws.journal.head.hash)


def test_a_notice_names_every_gap_and_comes_with_a_receipt(ws: Workspace) -> None:
    result = intake.submit(ws, restaurant(ws, layout=MISSING, application=unacceptable("未签名")))
    assert result.outcome is Outcome.NOTICED
    assert [(gap.code, gap.problem) for gap in result.gaps] == [("application", "未签名"), ("layout", "未提交")]
    assert [paper.kind for paper in result.papers] == ["receipt", "notice"]
    case = cases.get(ws, result.reference).case
    assert case.notices[-1].gaps == result.gaps
    assert case.notices[-1].respond_by == intake.preview(ws, restaurant(ws)).respond_by


def test_a_tolerated_case_keeps_its_promises(ws: Workspace) -> None:
    result = intake.submit(ws, restaurant(ws, rules_list=promised(FRIDAY)))
    assert result.outcome is Outcome.TOLERATED
    assert [paper.kind for paper in result.papers] == ["acceptance", "promise", "tolerance"]
    assert [(p.code, p.until) for p in cases.get(ws, result.reference).case.promises] == [("rules_list", FRIDAY)]


def test_tolerance_stands_on_a_dated_promise(ws: Workspace) -> None:
    with pytest.raises((BadInput, Unlawful)):
        intake.submit(ws, restaurant(ws, rules_list=MISSING), Outcome.TOLERATED)
    assert ws.journal.head.seq == 0


def test_a_material_that_may_not_be_promised_is_refused(ws: Workspace) -> None:
    with pytest.raises(BadInput) as error:
        intake.submit(ws, restaurant(ws, layout=promised(FRIDAY)))
    assert (error.value.code, error.value.field) == ("not_tolerable", "materials.layout")


def test_a_promise_past_the_promised_limit_is_refused(ws: Workspace) -> None:
    with pytest.raises(BadInput) as error:
        intake.submit(ws, restaurant(ws, rules_list=promised(dt.date(2027, 1, 29))))
    assert error.value.code == "promise_too_late"


def test_what_is_put_right_on_the_spot_may_go_with_a_promise(ws: Workspace) -> None:
    draft = restaurant(ws, layout=unacceptable("no_scale"), rules_list=promised(dt.date(2026, 11, 6)))
    result = intake.submit(ws, draft, Outcome.TOLERATED)
    facts = types_of(ws, result.case_id)
    assert [name for name in facts if name != "paper.issued"] == ["case.received", "case.corrected", "case.tolerated"]
    case = cases.get(ws, result.reference).case
    assert (case.state, [gap.code for gap in case.corrections]) == ("tolerated", ["layout"])
    assert [gap.code for gap in case.gaps] == [promise.code for promise in case.promises] == ["rules_list"]
    draft.seen.clear()
    again = intake.submit(ws, draft, Outcome.TOLERATED)
    assert (again.outcome, again.gaps) == (Outcome.TOLERATED, result.gaps)
    for answer in (result, again):
        told = {gap["code"]: gap for gap in result_to_json(answer)["gaps"]}
        assert told["layout"].get("corrected") is True and "until" not in told["layout"]
        assert told["rules_list"].get("until") == "2026-11-06" and "corrected" not in told["rules_list"]


def test_what_can_be_put_right_on_the_spot_is_corrected_and_accepted(ws: Workspace) -> None:
    result = intake.submit(ws, restaurant(ws, layout=unacceptable("no_scale")), Outcome.CORRECTED)
    assert types_of(ws, result.case_id) == ["case.received", "case.corrected", "case.accepted", "paper.issued"]
    case = cases.get(ws, result.reference).case
    assert (case.state, [gap.code for gap in case.corrections], case.gaps) == ("accepted", ["layout"], ())


def test_a_refusal_says_why_and_where_to_go(ws: Workspace) -> None:
    draft = restaurant(ws)
    draft.refusal = Refusal(
        "not_authority",
        "经营场所不在本市",
        Place(organ="邻市市场监管局", address="邻市路1号", phone="12345"),
        why="申请表写的场所在邻市",
    )
    result = intake.submit(ws, draft)
    assert (result.outcome, [paper.kind for paper in result.papers]) == (Outcome.REFUSED, ["refusal"])


BARRED = Refusal("other", "申请人在法定禁止申请许可的期限内", basis="食品安全法第一百三十五条")


def test_to_turn_away_a_complete_application_is_explained_and_told_to_supervisors(ws: Workspace) -> None:
    """行政许可法 art. 32(5): complete applications are accepted; art. 72(1) punishes what is done here."""
    draft = restaurant(ws)
    for nothing in ("", "—"):
        draft.refusal = structs.replace(BARRED, why=nothing)
        with pytest.raises(BadInput) as error:
            intake.submit(ws, draft, Outcome.REFUSED)
        assert (error.value.code, error.value.field) == ("refusal_why_needed", "refusal.why")
    assert ws.journal.head.seq == 0
    draft.refusal = structs.replace(BARRED, why="许可证于2025年被吊销")
    case = cases.get(ws, intake.submit(ws, draft, Outcome.REFUSED).reference).case
    line = next(line for line in case.timeline if line.type == "case.refused")
    assert line.alert and "材料齐全" in line.text and "许可证于2025年被吊销" in line.text
    assert case.article == "食品安全法第一百三十五条", "article 32 has no such item"


@pytest.mark.parametrize("words", ["site_fails", "经现场核查，经营条件不符合食品安全要求"])
def test_what_is_for_the_decision_is_no_reason_to_turn_anybody_away_at_receipt(ws: Workspace, words: str) -> None:
    draft = restaurant(ws)
    draft.refusal = Refusal("other", words, basis="食品安全法第三十三条", typed=True, why="x")
    with pytest.raises(BadInput) as error:
        intake.submit(ws, draft, Outcome.REFUSED)
    assert error.value.field == "refusal.reason" and "应当受理" in error.value.hint
    assert ws.journal.head.seq == 0


@pytest.mark.parametrize(
    ("refusal", "field"),
    [
        (Refusal("other", "  "), "refusal.reason"),
        (Refusal("other", "不合适"), "refusal.basis"),
        (Refusal("not_authority", "不归本市管"), "refusal.where.organ"),
        (Refusal("other", "理由\x1b[2J", basis="某法第一条"), "refusal.reason"),
    ],
)
def test_no_refusal_without_reason_or_organ(ws: Workspace, refusal: Refusal, field: str) -> None:
    draft = restaurant(ws)
    draft.refusal = refusal
    with pytest.raises(BadInput) as error:
        intake.submit(ws, draft)
    assert error.value.field == field
    assert ws.journal.head.seq == 0


def test_an_outcome_that_the_ticks_do_not_support_writes_nothing(ws: Workspace) -> None:
    with pytest.raises(Unlawful):
        intake.submit(ws, restaurant(ws, layout=MISSING), Outcome.ACCEPTED)
    assert ws.journal.head.seq == 0


@pytest.mark.parametrize(
    ("place", "value", "field"),
    [
        ("applicant", {"name": "李四\u202e"}, "applicant.name"),
        ("applicant", {"name": ""}, "applicant.name"),
        ("applicant", {"id_number": "91990100MA"}, "applicant.id_number"),
        ("applicant", {"id_number": PERSON}, "applicant.id_number"),
        ("applicant", {"phone": "138"}, "applicant.phone"),
        ("applicant", {"kind": "robot"}, "applicant.kind"),
        ("fields", {"area": "很大"}, "fields.area"),
        ("fields", {"area": "-1"}, "fields.area"),
        ("fields", {"area": "1e308"}, "fields.area"),
    ],
)
def test_a_value_typed_wrong_hinders_the_commit_not_the_verdict(
    ws: Workspace, place: str, value: dict[str, str], field: str
) -> None:
    draft = restaurant(ws)
    getattr(draft, place).update(value)
    ready = intake.preview(ws, draft)
    assert ready.verdict.outcome is Outcome.ACCEPTED
    assert field in ready.field_errors | ready.missing
    with pytest.raises(BadInput) as error:
        intake.submit(ws, draft)
    assert error.value.field == field
    assert ws.journal.head.seq == 0


def test_the_materials_decide_not_what_the_counter_has_not_typed(ws: Workspace) -> None:
    """The application form is a material itself; an empty field of ours is no ground to send somebody home."""
    draft = restaurant(ws)
    draft.fields = {}
    assert "fields.shop_name" in intake.preview(ws, draft).missing
    assert intake.submit(ws, draft).outcome is Outcome.ACCEPTED


def test_an_applicant_the_matter_does_not_serve_is_warned_about(ws: Workspace) -> None:
    draft = restaurant(ws)
    draft.applicant.update(kind="citizen", id_number=PERSON)
    ready = intake.preview(ws, draft)
    assert "applicant.kind" in ready.warnings and not ready.field_errors


def test_a_credit_code_with_a_wrong_check_character_is_warned_about_and_accepted(ws: Workspace) -> None:
    draft = restaurant(ws)
    draft.applicant["id_number"] = "91990100MA00000150"
    ready = intake.preview(ws, draft)
    assert "applicant.id_number" in ready.warnings and not ready.field_errors
    assert intake.submit(ws, draft).outcome is Outcome.ACCEPTED


@pytest.mark.parametrize(
    ("kind", "id_type", "number"),
    [
        # A resident number with a wrong check digit is one whatever it is called.
        ("citizen", "passport", "110101188001010012"),
        ("citizen", "passport_cn", "110101188001010012"),
        ("citizen", "hmt_permit", "１１０１０１-18800101-0012"),
        ("citizen", "passport", PERSON),
        ("foreigner", "resident_id", PERSON),
        ("company", "uscc", PERSON),
        ("organisation", "uscc", "110101188001010011"),
        ("company", "", PERSON),
    ],
)
def test_no_number_passes_as_one_of_another_kind(ws: Workspace, kind: str, id_type: str, number: str) -> None:
    draft = restaurant(ws)
    draft.applicant.update(kind=kind, id_type=id_type, id_number=number)
    with pytest.raises(BadInput) as error:
        intake.submit(ws, draft)
    assert (error.value.field, ws.journal.head.seq) == ("applicant.id_number", 0)
    assert number not in error.value.message + error.value.hint


@pytest.mark.parametrize("number", ["E12345678", "110101188001010012", "X1", "12345678901234567890", "AB 123 456"])
def test_a_foreigners_passport_is_never_judged_by_its_pattern(ws: Workspace, number: str) -> None:
    draft = restaurant(ws)
    draft.applicant.update(kind="foreigner", id_type="passport", id_number=number)
    assert not intake.preview(ws, draft).field_errors


def test_an_agents_number_is_checked_whatever_it_is_called(ws: Workspace) -> None:
    draft = restaurant(ws)
    draft.agent = {"name": "李四", "id_type": "passport", "id_number": "110101188001010012", "phone": "13800001234"}
    assert "agent.id_number" in intake.preview(ws, draft).field_errors
    draft.agent["id_number"] = "C01X00T47"
    assert "agent.id_number" not in intake.preview(ws, draft).field_errors


def test_warnings_come_with_the_result(ws: Workspace) -> None:
    draft = restaurant(ws)
    draft.applicant["id_number"] = "91990100MA00000150"
    assert any("校验码不符" in text for text in intake.submit(ws, draft).field_warnings.values())


def test_a_day_to_answer_by_in_an_unknown_year_is_provisional(ws: Workspace, clock: FixedClock) -> None:
    assert not intake.preview(ws, restaurant(ws, layout=MISSING)).respond_provisional
    clock.day = dt.date(2026, 12, 30)
    draft = restaurant(ws, layout=MISSING)
    assert intake.preview(ws, draft).respond_provisional
    detail = cases.get(ws, intake.submit(ws, draft).reference)
    assert (detail.case.notices[0].provisional, detail.clock.provisional) == (True, True)


def test_the_old_gbk_character_is_stored_as_the_standard_one(ws: Workspace) -> None:
    draft = restaurant(ws)
    draft.applicant["legal_person"] = "王\ue863"
    result = intake.submit(ws, draft)
    applicant = cases.get(ws, cases.find(ws, "")[0].reference).case.applicant
    assert applicant is not None and applicant.legal_person == "王\u4dae"
    assert list(result.field_warnings.values()) == ["按标准写法保存：[U+E863] -> \u4dae"]


def test_submitting_twice_makes_one_case(ws: Workspace) -> None:
    draft = restaurant(ws, layout=MISSING)
    first = intake.submit(ws, draft)
    draft.seen.clear()
    draft.ticks["layout"] = PRESENT
    again = intake.submit(ws, draft)
    assert (again.reference, again.outcome, again.gaps, again.papers) == (
        first.reference,
        first.outcome,
        first.gaps,
        first.papers,
    )
    assert (again.seq, again.hash) == (first.seq, first.hash)
    assert len(cases.find(ws, "")) == 1


def test_references_are_counted_without_gaps_and_a_refused_commit_takes_none(ws: Workspace) -> None:
    numbers = []
    for code in ("present", "missing", "present"):
        if code == "missing":
            with pytest.raises(Unlawful):
                intake.submit(ws, restaurant(ws), Outcome.REFUSED)
        else:
            numbers.append(intake.submit(ws, restaurant(ws)).reference.split("-")[2])
    assert numbers == ["00001", "00002"]


def test_a_saturday_receipt_counts_from_the_next_working_day(ws: Workspace, clock: FixedClock) -> None:
    clock.day = dt.date(2026, 11, 7)
    saturday = intake.submit(ws, restaurant(ws))
    clock.day = dt.date(2026, 11, 9)
    assert saturday.received == dt.date(2026, 11, 7)
    assert saturday.due == intake.submit(ws, restaurant(ws)).due


def test_a_make_up_saturday_is_a_working_day(ws: Workspace, clock: FixedClock) -> None:
    clock.day = dt.date(2026, 10, 10)
    ready = intake.preview(ws, restaurant(ws))
    assert ready.clock_from == dt.date(2026, 10, 10)


def test_a_limit_that_ends_in_an_unknown_year_is_provisional(ws: Workspace, clock: FixedClock) -> None:
    clock.day = dt.date(2026, 12, 28)
    assert intake.submit(ws, restaurant(ws)).due.provisional


def test_the_fact_keeps_the_matter_as_it_stood(ws: Workspace) -> None:
    received = ws.journal.facts_of(intake.submit(ws, restaurant(ws)).case_id)[0].body
    assert isinstance(received, f.CaseReceived)
    assert received.matter.version == ws.catalogue.version
    assert received.matter.questions[1][1] == "餐饮服务"
    assert set(received.ticks) == {row.code for row in received.rows}


def test_an_agent_brings_a_mandate(ws: Workspace) -> None:
    draft = restaurant(ws)
    draft.agent = {"name": "李四", "id_number": PERSON, "phone": "13900001234"}
    ready = intake.preview(ws, draft)
    assert [gap.code for gap in ready.verdict.gaps] == ["proxy"]
    draft.ticks["proxy"] = PRESENT
    assert intake.submit(ws, draft).outcome is Outcome.ACCEPTED


def test_a_draft_tells_nothing_about_people(ws: Workspace) -> None:
    draft = restaurant(ws)
    assert "好味" not in repr(draft) and "1380000" not in repr(draft)


def test_a_refusal_that_no_item_of_article_32_knows_is_told_to_supervisors_whatever_else_is_open(ws: Workspace) -> None:
    """行政许可法 art. 72(1): nobody has looked whether the rest is complete, so nobody can say that it was not."""
    draft = restaurant(ws)
    draft.matter, draft.answers, draft.ticks, draft.fields = ws.catalogue.matter("food-licence-renewal"), {}, {}, {}
    draft.answers = {"still_valid": "no"}
    ready = intake.preview(ws, draft)
    assert ready.checklist.open_questions and ready.verdict.refusal is not None
    assert (ready.verdict.refusal.ground, ready.verdict.conforming) == ("other", False)
    case = cases.get(ws, intake.submit(ws, draft).reference).case
    assert case.state == "refused"
    assert next(line for line in case.timeline if line.type == "case.refused").alert


def test_a_receipt_keeps_the_last_day_for_a_notice(ws: Workspace, clock: FixedClock) -> None:
    """行政许可法 art. 32(4): five working days after the receipt day; a day that rests on a guess is not promised."""
    reference = intake.receive(ws, restaurant(ws)).reference
    assert cases.get(ws, reference).case.tell_by == dt.date(2026, 11, 9)
    clock.day = dt.date(2026, 12, 30)
    late = intake.receive(ws, restaurant(ws)).reference
    assert cases.get(ws, late).case.tell_by is None
