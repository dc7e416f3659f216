"""The departments behind the hall and what each of them asks for, told as rules of the trade."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from hall.catalogue.conditions import Answer, Facts
from hall.catalogue.load import load_catalogue
from hall.catalogue.model import Catalogue, Matter, Question
from hall.checklist import Applying, Checklist, build_checklist, read_answers, row_of
from hall.verdict import Tick, TickState, gaps_of

CATALOGUE = Path(__file__).parents[2] / "catalogue"

#: The thirteen departments that a hall brings together, by the names people still use.
DEPARTMENT_MATTERS = {
    "发改": ("energy-conservation-review", "grain-purchase-filing"),
    "国土": ("real-estate-transfer", "temporary-land-use"),
    "规划": ("rural-planning-permit", "temporary-construction-permit"),
    "环保": ("pollutant-discharge-permit", "radiation-safety-licence"),
    "统计": ("local-statistical-survey", "online-reporting-enrolment"),
    "质监": ("special-equipment-registration", "measurement-standard-approval"),
    "安监": ("hazardous-chemicals-licence", "fireworks-retail-licence", "precursor-chemicals-filing"),
    "税务": ("general-vat-taxpayer", "house-deed-tax", "tax-clearance"),
    "工商": ("individual-business-registration", "company-change", "company-deregistration"),
    "劳动": ("labour-dispatch-licence", "hr-service-licence", "special-working-hours", "unemployment-benefit"),
    "经贸": ("technical-upgrade-filing",),
    "经贸局": ("prepaid-card-filing", "recycling-operator-filing"),
    "消防": ("key-fire-unit-filing", "full-time-fire-brigade-acceptance"),
    "公安": (
        "resident-id-card",
        "residence-permit",
        "hotel-special-licence",
        "mass-event-licence",
        "birth-registration",
        "passport",
    ),
    "运管所": ("road-freight-licence", "vehicle-repair-filing"),
    "卫生局": ("public-place-hygiene-licence", "clinic-filing"),
    "民政": ("marriage-registration", "elderly-care-filing"),
}


@cache
def catalogue() -> Catalogue:
    return load_catalogue({p.relative_to(CATALOGUE).as_posix(): p.read_bytes() for p in CATALOGUE.rglob("*.toml")})


def matter(key: str) -> Matter:
    return next(item for item in catalogue().matters if item.key == key)


def every_key() -> list[str]:
    return sorted(item.key for item in catalogue().matters)


def department_keys() -> list[str]:
    return [key for keys in DEPARTMENT_MATTERS.values() for key in keys]


def ask(key: str, answers: Mapping[str, object], *, agent: bool = False) -> Checklist:
    item = matter(key)
    return build_checklist(item, read_answers(item, answers), Applying(item.serves[0], 40, agent))


def codes(checklist: Checklist) -> set[str]:
    return {row.code for row in checklist.materials}


def exits(checklist: Checklist) -> dict[str, str]:
    return {way_out.code: way_out.ground for way_out in checklist.exits}


# --- the catalogue as a whole


def test_the_sample_hall_offers_at_least_forty_matters_and_no_code_twice() -> None:
    printed = [item.code for item in catalogue().matters]
    assert len(printed) >= 40
    assert len(set(printed)) == len(printed)


@pytest.mark.parametrize(("former", "keys"), DEPARTMENT_MATTERS.items())
def test_a_department_is_found_by_its_former_name_and_has_its_matters(former: str, keys: tuple[str, ...]) -> None:
    behind = {office.key for office in catalogue().departments if former in office.formerly}
    assert behind
    assert {matter(key).department for key in keys} <= behind


def test_each_of_the_thirteen_departments_has_two_matters_of_its_own() -> None:
    behind: dict[str, set[str]] = {}
    for former, keys in DEPARTMENT_MATTERS.items():
        behind.setdefault(former.removesuffix("局"), set()).update(keys)
    thirteen = ("发改", "国土", "规划", "环保", "统计", "质监", "安监", "税务", "工商", "劳动", "经贸", "消防", "公安")
    assert all(len(behind[name]) >= 2 for name in thirteen)


@pytest.mark.parametrize("key", every_key())
def test_every_material_says_why_it_is_asked_where_it_comes_from_and_how_to_put_a_gap_right(key: str) -> None:
    for material in matter(key).materials:
        assert material.why and material.source and material.remedy, material.code


@pytest.mark.parametrize("key", every_key())
def test_what_a_department_shares_is_not_asked_for_on_paper(key: str) -> None:
    assert [m.code for m in matter(key).materials if m.shared and m.copies] == []


@pytest.mark.parametrize("key", every_key())
def test_a_defect_of_what_is_shared_tells_the_applicant_what_he_can_do(key: str) -> None:
    """国令716 art. 7: he need not hand it in. But where nothing is found, or something wrong, a notice tells him how to
    put it right, and what he does not do in time may count as withdrawn."""
    bad = Tick(TickState.UNACCEPTABLE, "查无此件")
    for material in matter(key).materials:
        row = row_of(matter(key), material, Facts({}), {}, {})
        for gap in gaps_of([row], {row.code: bad}) if row.held else ():
            assert "不要求申请人提交" not in gap.remedy, material.code
            assert re.search("请(?!人)|先|提供|出示|填写|保证|暂不|取得|由乡镇", gap.remedy), gap


@pytest.mark.parametrize("key", every_key())
def test_every_question_changes_something(key: str) -> None:
    item = matter(key)
    silent = {question.code for question in item.questions if not _changes_something(item, question)}
    assert not silent


def _changes_something(item: Matter, question: Question) -> bool:
    """Whether two answers to ``question``, all others equal, lead to different checklists."""
    chance = random.Random(question.code)
    for _ in range(400):
        answers: dict[str, Answer] = {other.code: chance.choice(_answers(other)) for other in item.questions}
        seen = {_trace(item, answers | {question.code: answer}) for answer in _answers(question)}
        if len(seen) > 1:
            return True
    return False


def _answers(question: Question) -> list[Answer]:
    if question.kind == "yesno":
        return ["yes", "no"]
    options = [option.code for option in question.options]
    return [(code,) for code in options] if question.kind == "multi" else list(options)


def _trace(item: Matter, answers: Mapping[str, Answer]) -> tuple[tuple[str, ...], ...]:
    """What follows from the answers: situations, materials, fields, refusals, cautions."""
    found = build_checklist(item, answers, Applying(item.serves[0], 40))
    return tuple(
        tuple(row.code for row in rows)
        for rows in (found.situations, found.materials, found.fields, found.exits, found.cautions)
    )


@pytest.mark.parametrize("key", department_keys())
def test_a_department_matter_is_told_in_full(key: str) -> None:
    item = matter(key)
    assert item.aliases and item.condition and item.process and item.questions
    assert len(item.materials) >= 4 and item.fields
    assert all(material.problems or material.own_problems for material in item.materials)
    assert item.basis and item.results


@pytest.mark.parametrize("key", department_keys())
def test_whoever_is_sent_elsewhere_gets_the_organ_its_address_and_its_phone(key: str) -> None:
    for way_out in matter(key).exits:
        assert way_out.basis
        if way_out.ground == "not_authority":
            assert way_out.where and way_out.where.organ and way_out.where.address and way_out.where.phone


@pytest.mark.parametrize("key", department_keys())
def test_an_agent_brings_a_proxy_unless_the_person_must_come(key: str) -> None:
    item = matter(key)
    asked = {m.code for m in item.materials if m.when == "agent"}
    if item.agent_allowed and key != "birth-registration":  # any relative or neighbour may report a birth
        assert asked == {"proxy"}
    elif not item.agent_allowed:
        assert not asked


# --- single rules


def test_self_grown_produce_needs_no_registration_and_a_shop_does() -> None:
    assert exits(ask("individual-business-registration", {"activity": "farm"})) == {"farm": "not_needed"}
    shop = {"activity": "shop", "form": "family", "operator": "mainland", "premises": "home", "prior": "no"}
    checklist = ask("individual-business-registration", shop | {"name_kind": "no"})
    assert not checklist.exits
    assert {"operator_id", "family_id", "neighbours"} <= codes(checklist)
    assert not {"lease", "prior_licence", "hmt_id"} & codes(checklist)


@pytest.mark.parametrize(
    ("people", "way_out"),
    [
        ("under_1000", {"small": "not_needed"}),
        ("1000_5000", {}),
        ("over_5000", {"city": "not_authority"}),
    ],
)
def test_the_number_of_people_decides_who_licenses_an_event(people: str, way_out: dict[str, str]) -> None:
    """大型群众性活动安全管理条例 art. 2, 12."""
    answers = {"scale": people, "organiser": "company", "days_left": "yes", "structures": "no", "content": "sport"}
    assert exits(ask("mass-event-licence", answers)) == way_out


def test_an_event_is_applied_for_twenty_days_ahead() -> None:
    answers = {"scale": "1000_5000", "organiser": "company", "days_left": "no", "structures": "no", "content": "expo"}
    assert exits(ask("mass-event-licence", answers)) == {"late": "other"}


def test_a_light_truck_needs_no_licence_and_dangerous_goods_go_to_the_upper_city() -> None:
    """道路运输条例 art. 24."""
    assert exits(ask("road-freight-licence", {"weight": "light", "cargo": "normal"})) == {"light": "not_needed"}
    assert exits(ask("road-freight-licence", {"weight": "light", "cargo": "dangerous"})) == {"danger": "not_authority"}


def test_a_wedding_needs_identity_cards_and_a_statement_and_no_household_book() -> None:
    """婚姻登记条例 (2025) art. 8."""
    checklist = ask("marriage-registration", {"applicants": "mainland", "status": "never", "age": "yes"})
    assert codes(checklist) == {"id_cards", "statement", "photo"}
    assert not any("户口簿" in row.name for row in checklist.materials)
    assert not matter("marriage-registration").agent_allowed


def test_a_lost_identity_card_is_replaced_against_a_declaration_and_not_against_the_old_card() -> None:
    lost = codes(ask("resident-id-card", {"kind": "lost", "household": "local", "minor": "no"}))
    expired = codes(ask("resident-id-card", {"kind": "expired", "household": "elsewhere", "minor": "no"}))
    assert "loss_declaration" in lost and "old_card" not in lost
    assert "old_card" in expired and "loss_declaration" not in expired and "residence_proof" in expired


def test_a_house_passes_on_only_after_the_deed_tax() -> None:
    """契税法 art. 11."""
    transfer = matter("real-estate-transfer")
    assert "house-deed-tax" in transfer.after
    sale = ask("real-estate-transfer", {"cause": "sale", "mortgage": "yes", "land": "granted", "minor": "no"})
    assert {"sale_contract", "mortgagee_note", "tax_clearance"} <= codes(sale)
    row = sale.row("tax_clearance")
    assert row is not None and row.held


def test_heirs_without_a_notary_prove_every_kinship() -> None:
    answers = {"cause": "inherit", "mortgage": "no", "land": "granted", "minor": "no"}
    assert "inherit_notary" in codes(ask("real-estate-transfer", answers | {"notarised": "yes"}))
    assert "inherit_proof" in codes(ask("real-estate-transfer", answers | {"notarised": "no"}))


def test_a_fee_is_printed_with_its_basis_and_most_matters_are_free() -> None:
    charged = {item.key: item.fee for item in catalogue().matters if item.fee.fen}
    assert {"real-estate-transfer", "resident-id-card", "passport"} <= set(charged)
    assert len(charged) < len(catalogue().matters) / 4
    assert all(fee.basis and fee.text for fee in charged.values())


@pytest.mark.parametrize("farmland", ["arable", "basic"])
def test_temporary_land_on_fields_is_the_upper_citys_to_grant(farmland: str) -> None:
    """自然资规〔2021〕2号."""
    answers = {"purpose": "construction", "farmland": farmland, "owner": "collective"}
    assert exits(ask("temporary-land-use", answers)) == {"city": "not_authority"}


def test_poison_and_storage_go_to_the_upper_city_and_a_shop_without_storage_stays() -> None:
    assert exits(ask("hazardous-chemicals-licence", {"goods": "toxic"})) == {"city": "not_authority"}
    stored = ask("hazardous-chemicals-licence", {"goods": "common", "storage": "yes"})
    assert exits(stored) == {"city": "not_authority"}
    trade = {"goods": "common", "storage": "none", "trade_only": "yes", "kind": "new"}
    checklist = ask("hazardous-chemicals-licence", trade)
    assert not checklist.exits
    assert "supply_contract" in codes(checklist) and "stock_note" not in codes(checklist)


def test_whoever_gave_notice_gets_no_unemployment_benefit_and_whoever_was_driven_out_proves_it() -> None:
    """社会保险法 art. 45; who does not meet it may apply all the same, and is told before."""
    person = {"paid_year": "yes", "insured_here": "yes", "retire": "no"}
    resigned = ask("unemployment-benefit", person | {"reason": "resigned"})
    assert not resigned.exits and [each.code for each in resigned.cautions] == ["resigned"]
    forced = ask("unemployment-benefit", person | {"reason": "forced"})
    assert not forced.exits and not forced.cautions and "forced_proof" in codes(forced)


@pytest.mark.parametrize(
    ("key", "answers", "code"),
    [
        ("tobacco-retail-licence", {"near_school": "yes"}, "school"),
        ("fireworks-retail-licence", {"store_kind": "counter", "zone": "yes"}, "banned"),
        ("land-allocation", {"purpose": "business"}, "business"),
        ("marriage-registration", {"applicants": "mainland", "age": "no"}, "underage"),
        ("unemployment-benefit", {"paid_year": "no"}, "short"),
        ("unemployment-benefit", {"retire": "yes"}, "retired"),
        ("residence-permit", {"origin": "outside", "kind": "new", "registered": "no"}, "half_year"),
        ("resident-id-card", {"household": "none"}, "no_household"),
        ("clinic-filing", {"clinic": "dental", "kind": "new", "owner": "no"}, "five_years"),
        ("joint-acceptance", {"done": "no"}, "not_done"),
        ("project-filing", {"forbidden": "yes"}, "forbidden"),
        ("construction-permit-extension", {"expired": "yes"}, "lapsed"),
        ("food-licence-change", {"change": ["name"], "matches": "no"}, "licence_first"),
    ],
)
def test_who_does_not_meet_a_condition_is_told_before_and_decided_on_after(
    key: str, answers: dict[str, Answer], code: str
) -> None:
    """行政许可法 art. 32, 34, 38: only what may not be applied for at all is turned away at receipt."""
    checklist = ask(key, answers)
    assert not checklist.exits and checklist.materials
    (told,) = checklist.cautions
    assert told.code == code and told.text and told.basis


def test_a_taxpayer_without_any_history_needs_no_clearance() -> None:
    assert exits(ask("tax-clearance", {"history": "none"})) == {"none": "not_needed"}


def test_a_company_that_may_not_be_struck_off_simply_liquidates() -> None:
    simple = codes(ask("company-deregistration", {"way": "simple", "restricted": "no"}))
    refused = codes(ask("company-deregistration", {"way": "simple", "restricted": "yes"}))
    assert "promise" in simple and "liquidation" not in simple
    assert {"liquidation", "resolution", "creditor_notice"} <= refused and "promise" not in refused


def test_several_changes_of_a_company_are_asked_for_together_and_nothing_twice() -> None:
    answers = {"items": ["legal_rep", "capital_down", "address"], "cross": "no"}
    checklist = ask("company-change", answers)
    assert {"new_rep", "reduction_notice", "premises", "articles"} <= codes(checklist)
    assert not {"share_transfer", "capital_plan"} & codes(checklist)
    assert len(codes(checklist)) == len(checklist.materials)


def test_limits_keep_the_unit_and_the_start_of_their_own_law() -> None:
    card = matter("resident-id-card").limits.statutory
    event = matter("mass-event-licence").limits.statutory
    land = matter("real-estate-transfer").limits.statutory
    assert card is not None and (card.days, card.unit, card.starts) == (60, "calendar_day", "received")
    assert event is not None and (event.days, event.unit, event.starts) == (7, "calendar_day", "accepted")
    assert land is not None and (land.days, land.unit, land.starts) == (30, "working_day", "accepted")


RECEIPT_ONLY = re.compile("不得申请|不予受理|禁止申请")


def test_no_reason_of_substance_turns_anybody_away_at_receipt() -> None:
    """行政许可法 art. 32, 34: at receipt only what may not be applied for; the rest is for the decision."""
    for matter in catalogue().matters:
        for reason in matter.refusal_reasons:
            assert reason.ground != "other" or RECEIPT_ONLY.search(reason.text), (matter.key, reason.code)


def test_who_is_sent_elsewhere_learns_where() -> None:
    """行政许可法 art. 32(2): what is said of another place is said with the organ there."""
    elsewhere = re.compile("不在本|不在示例市|不属于本|应当[到向]")
    for matter in catalogue().matters:
        for reason in matter.refusal_reasons:
            if elsewhere.search(reason.text):
                assert reason.where is not None and reason.where.organ, (matter.key, reason.code)
        assert not [reason.code for reason in matter.denial_reasons if elsewhere.search(reason.text)], matter.key


@pytest.mark.parametrize("item", catalogue().matters, ids=lambda item: item.key)
def test_every_step_says_who_takes_it_and_the_counted_ones_add_up(item: Matter) -> None:
    assert item.process
    organs = {department.short for department in catalogue().departments}
    promised = item.limits.promised
    for step in item.process:
        assert step.who, step.name
        # What an organ is named for it does itself: a department's 受理 is not the window's.
        assert not (step.who == "综合窗口" and re.search("部门|机关|机构|大队", step.name)), step.name
    assert any(step.who in organs or step.who == "综合窗口" for step in item.process)
    if promised.unit != "on_the_spot":
        counted = [step.days or 0 for step in item.process if step.counted]
        assert sum(counted) == promised.days
        assert any(counted)
