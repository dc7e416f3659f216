"""A walk-in as data: what scripts may rely on, and how they are told what is wrong."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from msgspec.structs import replace

from clerk_tui.services import cases, intake, intake_json, supplement, upkeep
from clerk_tui.services.workspace import Workspace
from hall.errors import BadInput, Unlawful
from hall.verdict import Outcome
from tests.clerk_tui.walkins import as_json


def run(ws: Workspace, **changes: Any) -> dict[str, Any]:
    wanted = intake_json.draft_from_json(ws, as_json(**changes))
    return intake_json.result_to_json(intake.submit(ws, wanted.draft, wanted.wish))


def test_the_answer_has_exactly_the_promised_keys(ws: Workspace) -> None:
    answer = run(ws)
    assert list(answer) == [
        "outcome", "lawful", "gaps", "reference", "received", "accepted", "promised_due", "statutory_due", "papers",
        "journal",
    ]  # fmt: skip
    assert (answer["outcome"], answer["received"], answer["promised_due"]) == ("accepted", "2026-11-02", "2026-11-09")
    assert list(answer["papers"][0]) == ["kind", "path", "pages"]
    assert list(answer["journal"]) == ["seq", "hash"]


@pytest.mark.parametrize("reason", ["no_signature", "unsignd", "expird"])
def test_what_looks_like_a_code_and_is_none_is_never_printed_as_a_reason(ws: Workspace, reason: str) -> None:
    with pytest.raises(BadInput) as error:
        run(ws, materials={"application": {"state": "unacceptable", "reason": reason}})
    assert (error.value.code, error.value.field) == ("unknown_problem", "materials.application.reason")
    assert "“" in error.value.hint or "unsigned" in error.value.hint
    assert ws.journal.head.seq == 0


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"in_city": "yes", "business": ["catering"], "vending": "no"}, "只能选一个"),
        ({"in_city": ["yes"], "business": "catering", "vending": "no"}, "只能选一个"),
        ({"in_city": "yes", "business": {"catering": True}, "vending": "no"}, "只能选一个"),
    ],
)
def test_a_list_where_one_option_is_asked_for_is_said_to_be_one(ws: Workspace, answers: Any, said: str) -> None:
    with pytest.raises(BadInput) as error:
        run(ws, answers=answers)
    assert said in error.value.message and "[" not in error.value.message and "{" not in error.value.message
    assert error.value.hint.startswith("可选：")


def test_post_is_received_on_the_day_it_arrived_and_its_days_count_from_there(ws: Workspace) -> None:
    """Today is Monday 2026-11-02; it came on the Thursday before."""
    answer = run(ws, channel="post", handed_in="2026-10-29")
    assert (answer["received"], answer["accepted"]) == ("2026-10-29", "2026-10-29")
    case = cases.get(ws, answer["reference"]).case
    assert (case.received, case.clock_from) == (case.accepted, case.accepted)
    noticed = run(ws, channel="post", handed_in="2026-10-29", materials={})
    today = run(ws, materials={})
    limits = [cases.get(ws, each["reference"]).case.notices[-1].respond_by for each in (noticed, today)]
    assert limits[0] == limits[1], "the applicant's days count from the notice, which is given today"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"handed_in": "2026-10-29"}, "handed_in"),
        ({"handed_in": "2026-10-29", "channel": "counter"}, "handed_in"),
        ({"handed_in": "2026-11-03", "channel": "post"}, "handed_in"),
        ({"handed_in": "29.10.", "channel": "post"}, "handed_in"),
    ],
)
def test_only_post_has_a_day_of_arrival_and_never_a_later_one(ws: Workspace, given: Any, field: str) -> None:
    with pytest.raises(BadInput) as error:
        run(ws, **given)
    assert error.value.field == field and ws.journal.head.seq == 0


def test_post_that_nobody_answered_for_five_working_days_is_accepted_by_law(ws: Workspace) -> None:
    """行政许可法 art. 32(4): no notice and no refusal any more, whatever is missing."""
    late = {"channel": "post", "handed_in": "2026-10-23", "materials": {}}
    with pytest.raises(Unlawful) as error:
        run(ws, **late)
    assert error.value.code == "deemed_accepted" and ws.journal.head.seq == 0
    draft = intake_json.draft_from_json(ws, as_json(**late)).draft
    result = intake.receive(ws, draft)
    told = intake_json.result_to_json(result)
    assert (told["outcome"], told["deemed"], told["lawful"], told["gaps"]) == ("accepted", True, ["accepted"], [])
    assert (told["accepted"], told["promised_due"], told["statutory_due"]) == ("2026-10-23", "2026-10-30", "2026-11-20")
    assert [paper["kind"] for paper in told["papers"]] == ["receipt", "acceptance"]
    case = cases.get(ws, result.reference).case
    assert (case.accepted, case.deemed, case.state) == (dt.date(2026, 10, 23), True, "accepted")
    assert next(line for line in case.timeline if line.type == "case.accepted").actor == "system"
    assert intake_json.result_to_json(intake.receive(ws, draft)) == told, "received twice it is one case"
    assert upkeep.run(ws) == [], "nothing is left for the rule to do"


def test_post_that_is_still_in_time_is_only_received(ws: Workspace) -> None:
    in_time = as_json(channel="post", handed_in="2026-10-26", materials={})
    told = intake_json.result_to_json(intake.receive(ws, intake_json.draft_from_json(ws, in_time).draft))
    assert (told["outcome"], told["accepted"], told["lawful"]) == (None, None, ["noticed"])
    assert "deemed" not in told and [paper["kind"] for paper in told["papers"]] == ["receipt"]


def test_post_at_the_last_of_the_five_days_is_still_noticed(ws: Workspace) -> None:
    assert run(ws, channel="post", handed_in="2026-10-26", materials={})["outcome"] == "noticed"


def test_every_state_of_a_material_can_be_said(ws: Workspace) -> None:
    answer = run(
        ws,
        materials={
            "application": {"state": "unacceptable", "reason": "未签名"},
            "layout": "missing",
            "rules_list": {"state": "promised", "until": "2026-11-06"},
            "safety_manager": {"state": "not_applicable", "reason": "由总部统一任命"},
            "business_licence": "held",
        },
    )
    assert answer["outcome"] == "noticed"
    assert [gap["code"] for gap in answer["gaps"]] == ["application", "layout", "rules_list"]
    assert list(answer["gaps"][0]) == ["code", "name", "problem", "remedy"]


def test_a_common_problem_is_known_by_its_code_and_told_in_words(ws: Workspace) -> None:
    unsigned = {"application": {"state": "unacceptable", "reason": "unsigned"}}
    answer = run(ws, materials=as_json()["materials"] | unsigned, outcome="corrected")
    assert (answer["outcome"], answer["gaps"][0]["problem"]) == ("corrected", "未签名")


def test_a_refusal_from_the_catalogue_or_typed(ws: Workspace) -> None:
    typed = {"ground": "other", "reason": "申请人被限制从业", "basis": "某条例第五条", "why": "核对了处罚决定"}
    answer = run(ws, refusal=typed, outcome="refused")
    assert (answer["outcome"], answer["accepted"]) == ("refused", None)
    answer = run(ws, refusal={"reason": "barred", "why": "核对了处罚决定"}, outcome="refused")
    listed = cases.get(ws, answer["reference"]).case.refusal
    assert listed is not None
    assert (listed.ground, listed.typed, listed.basis) == ("other", False, "食品安全法第一百三十五条")


@pytest.mark.parametrize("outcome", [{}, {"outcome": "accepted"}, {"outcome": "noticed"}])
def test_nobody_is_refused_without_the_outcome_said(ws: Workspace, outcome: dict[str, str]) -> None:
    with pytest.raises(BadInput) as error:
        run(ws, refusal={"reason": "barred", "why": "x"}, **outcome)
    assert (error.value.code, error.value.field) == ("refusal_not_wished", "outcome")
    assert ws.journal.head.seq == 0


def test_a_reason_for_want_of_authority_brings_the_organ_that_has_it(ws: Workspace) -> None:
    """行政许可法 art. 32(2); domain.md §9a.5."""
    matter = ws.catalogue.matter("house-deed-tax")
    refusal = intake_json._refusal({"reason": "elsewhere"}, matter)
    assert refusal is not None and refusal.ground == "not_authority"
    assert refusal.where is not None and "税务机关" in refusal.where.organ
    with pytest.raises(BadInput) as error:
        intake_json._refusal({"ground": "other", "reason": "elsewhere"}, matter)
    assert error.value.field == "refusal.ground"


@pytest.mark.parametrize(
    ("changes", "field", "hint"),
    [
        ({"mater": "x"}, "mater", "matter"),
        ({"matter": 7}, "matter", ""),
        ({"materials": {"layuot": "present"}}, "materials.layuot", "layout"),
        ({"materials": {"layout": "presnt"}}, "materials.layout", "present"),
        ({"materials": {"layout": {"state": "promised", "untill": "2026-11-06"}}}, "materials.layout.untill", "until"),
        ({"materials": {"layout": {"state": "promised", "until": "6.11."}}}, "materials.layout.until", ""),
        ({"materials": {"vending_site": "present"}}, "materials.vending_site", "answers"),
        ({"applicant": {"nmae": "张三"}}, "applicant.nmae", "name"),
        ({"applicant": ["张三"]}, "applicant", ""),
        ({"answers": {"busines": "catering"}}, "answers.busines", "business"),
        ({"fields": {"aera": 1}}, "fields.aera", "area"),
        ({"fields": {"area": [1]}}, "fields.area", ""),
        ({"outcome": "acepted"}, "outcome", "accepted"),
        ({"good_credit": "yes"}, "good_credit", ""),
        ({"refusal": {"ground": "otehr", "reason": "x"}}, "refusal.ground", "other"),
    ],
)
def test_what_is_not_understood_is_refused_with_its_place(
    ws: Workspace, changes: dict[str, Any], field: str, hint: str
) -> None:
    with pytest.raises(BadInput) as error:
        run(ws, **changes)
    assert error.value.field == field
    assert hint in error.value.hint
    assert ws.journal.head.seq == 0


@pytest.mark.parametrize("data", [[], "x", None, 3])
def test_a_file_that_is_no_object_is_refused(ws: Workspace, data: object) -> None:
    with pytest.raises(BadInput):
        intake_json.draft_from_json(ws, data)


def test_a_supplement_as_data(ws: Workspace) -> None:
    reference = run(ws, materials={"application": "present", "safety_manager": "present"})["reference"]
    wanted = intake_json.supplement_from_json(ws, reference, {"materials": {"layout": "present"}})
    partial = supplement.submit(ws, wanted.draft, wanted.wish, wanted.second_reason)
    assert partial.outcome is Outcome.NOTICED
    wanted = intake_json.supplement_from_json(
        ws,
        reference,
        {
            "materials": {"rules_list": "present", "layout": {"state": "unacceptable", "reason": "未签字"}},
            "second_notice_reason": "漏看签字页",
            "outcome": "noticed",
        },
    )
    with pytest.raises(BadInput):
        intake_json.supplement_from_json(ws, reference, {"material": {}})
    assert supplement.submit(ws, wanted.draft, wanted.wish, wanted.second_reason).outcome is Outcome.NOTICED


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"fields": {"machines": 2}}, "field_not_asked", "fields.machines"),
        ({"materials": {"layout": {"state": "missing", "until": "2026-11-06"}}}, "key_not_used", "layout.until"),
        ({"materials": {"layout": {"state": "present", "reason": "未签名"}}}, "key_not_used", "layout.reason"),
        ({"materials": {"layout": {"state": "held", "correctable": False}}}, "key_not_used", "layout.correctable"),
        ({"materials": {"rules_list": {"state": "promised", "until": "20261106"}}}, "not_a_date", "rules_list.until"),
        ({"materials": {"rules_list": {"state": "promised", "until": "2026-W45-5"}}}, "not_a_date", "rules_list.until"),
        ({"materials": {"layout": None}}, "wrong_type", "layout"),
    ],
)
def test_nothing_is_half_obeyed(ws: Workspace, changes: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(BadInput) as error:
        run(ws, **changes)
    where = field if field.startswith("fields.") else f"materials.{field}"
    assert (error.value.code, error.value.field) == (code, where)
    assert ws.journal.head.seq == 0


def test_open_questions_are_named_with_their_options(ws: Workspace) -> None:
    with pytest.raises(BadInput) as error:
        run(ws, answers={"in_city": "yes"}, fields={}, materials={})
    assert (error.value.code, error.value.field) == ("unanswered", "answers.business")
    assert all(word in error.value.hint for word in ("business（", "catering"))
    question = next(each for each in ws.catalogue.matter("food-licence-new").questions if each.code == "business")
    assert question.text in error.value.message


def test_a_field_typed_wrong_is_told_with_what_would_be_right(ws: Workspace) -> None:
    draft = intake_json.draft_from_json(ws, as_json(fields={"area": "很大"})).draft
    draft.seen.clear()
    draft.matter = replace(draft.matter, fields=tuple(replace(f, example="120.5") for f in draft.matter.fields))
    with pytest.raises(BadInput) as error:
        intake.submit(ws, draft)
    assert (error.value.field, error.value.hint) == ("fields.area", "例如 120.5")


def test_a_refused_supplement_says_the_reason_in_words_and_lists_no_gap(ws: Workspace) -> None:
    reference = run(ws, materials={"application": "present"})["reference"]
    refusal = {"refusal": {"reason": "barred"}, "outcome": "refused"}
    wanted = intake_json.supplement_from_json(ws, reference, refusal)
    result = supplement.submit(ws, wanted.draft, wanted.wish, wanted.second_reason)
    assert (result.outcome, result.gaps) == (Outcome.REFUSED, ())
    refused = cases.get(ws, reference).case.refusal
    assert refused is not None and (refused.reason, refused.typed) == ("申请人在法定禁止申请许可的期限内", False)
