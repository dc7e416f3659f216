"""What the sample catalogue's own matters ask for, told as rules of the trade."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from hall.catalogue.load import load_catalogue
from hall.catalogue.model import Catalogue, Matter
from hall.checklist import Applying, Checklist, build_checklist, read_answers

CATALOGUE = Path(__file__).parents[2] / "catalogue"
FORMER_NAMES = ("发改", "国土", "规划", "环保", "统计", "质监", "安监", "税务", "工商", "劳动", "经贸", "消防", "公安")
SEED_FOLDERS = ("hukou", "company", "food", "construction")


@cache
def catalogue() -> Catalogue:
    return load_catalogue({p.relative_to(CATALOGUE).as_posix(): p.read_bytes() for p in CATALOGUE.rglob("*.toml")})


def matter(key: str) -> Matter:
    return next(item for item in catalogue().matters if item.key == key)


def ask(key: str, answers: Mapping[str, object], *, age: int = 40, agent: bool = False) -> Checklist:
    item = matter(key)
    applying = Applying(item.serves[0], age, agent)
    return build_checklist(item, read_answers(item, answers), applying, problems=catalogue().problems)


def codes(checklist: Checklist) -> set[str]:
    return {row.code for row in checklist.materials}


def exits(checklist: Checklist) -> set[str]:
    return {way_out.code for way_out in checklist.exits}


def seed_keys() -> list[str]:
    return sorted(path.stem for folder in SEED_FOLDERS for path in (CATALOGUE / "matters" / folder).glob("*.toml"))


HERE = {"destination": "here", "cross_province": "no", "minors": "no"}


def test_joining_a_spouse_asks_for_the_marriage_certificate_and_not_for_the_house_deed() -> None:
    checklist = ask("hukou-migration", HERE | {"reason": "A"})
    assert {"marriage", "host_hukou"} <= codes(checklist)
    assert not {"house", "parentage", "transfer_approval", "divorce"} & codes(checklist)


def test_a_house_buyer_brings_the_deed_and_the_children_who_move_along_need_proof_of_parentage() -> None:
    alone = ask("hukou-migration", HERE | {"reason": "C"})
    with_child = ask("hukou-migration", HERE | {"reason": "C", "minors": "yes"})
    assert "house" in codes(alone) and "host_hukou" not in codes(alone)
    assert codes(with_child) - codes(alone) == {"parentage"}


@pytest.mark.parametrize(("non_custodial", "asked"), [("yes", True), ("no", False)])
def test_both_parents_sign_only_if_the_child_joins_the_parent_without_custody(non_custodial: str, asked: bool) -> None:
    checklist = ask("hukou-migration", {"destination": "here", "reason": "E", "non_custodial": non_custodial})
    assert "divorce" in codes(checklist)
    assert ("parents_consent" in codes(checklist)) is asked


def test_a_move_to_another_place_is_refused_with_the_organ_to_go_to() -> None:
    (way_out,) = ask("hukou-migration", {"destination": "elsewhere", "reason": "A"}).exits
    assert way_out.ground == "not_authority"
    assert way_out.where is not None and way_out.where.organ and way_out.where.address and way_out.where.phone


@pytest.mark.parametrize(("age", "asked"), [(59, False), (60, True), (-1, False)])
def test_from_sixty_on_the_elder_is_asked_for_the_true_will(age: int, asked: bool) -> None:
    fields = {field.code for field in ask("hukou-migration", HERE | {"reason": "B"}, age=age).fields}
    assert ("elder_will" in fields) is asked


def test_an_agent_brings_a_power_of_attorney_and_the_applicant_himself_does_not() -> None:
    assert "proxy" in codes(ask("hukou-migration", HERE | {"reason": "A"}, agent=True))
    assert "proxy" not in codes(ask("hukou-migration", HERE | {"reason": "A"}))


def test_a_company_needs_a_charter_and_a_partnership_an_agreement() -> None:
    company = codes(ask("company-opening", {"company_type": "limited", "steps": []}))
    partnership = codes(ask("company-opening", {"company_type": "partnership", "steps": []}))
    assert {"charter", "appointments"} <= company and "partnership_agreement" not in company
    assert "partnership_agreement" in partnership and not {"charter", "appointments"} & partnership


@pytest.mark.parametrize(
    ("step", "material"), [("seal", "seal_info"), ("tax", "invoice_taker"), ("social", "staff_roster")]
)
def test_a_ticked_step_of_opening_a_company_brings_its_own_material(step: str, material: str) -> None:
    without = codes(ask("company-opening", {"company_type": "limited", "steps": ["bank"]}))
    ticked = codes(ask("company-opening", {"company_type": "limited", "steps": ["bank", step]}))
    assert ticked - without == {material}


def test_approval_in_advance_is_asked_of_the_listed_trades_alone() -> None:
    assert "pre_approval" in codes(ask("company-registration", {"pre_approval": "yes"}))
    assert "pre_approval" not in codes(ask("company-registration", {"pre_approval": "no"}))


def test_opening_a_company_bundles_seven_matters_and_six_follow_the_registration() -> None:
    bundle = next(item for item in catalogue().bundles if item.key == "one-thing-company")
    assert len(bundle.matters) == 7 and bundle.lead == "scjg"
    assert {key for key in bundle.matters if "company-registration" in matter(key).after} == set(bundle.matters[1:])


def test_only_prepackaged_food_needs_no_licence() -> None:
    checklist = ask("food-licence-new", {"in_city": "yes", "business": "retail", "sells": "prepackaged"})
    assert [way_out.ground for way_out in checklist.exits] == ["not_needed"]
    assert not ask("food-licence-new", {"in_city": "yes", "business": "retail", "sells": "mixed"}).exits


def test_a_restaurant_is_not_asked_what_only_shops_and_canteens_are_asked() -> None:
    # The answer is left over from a change of mind: it must neither count nor refuse.
    checklist = ask("food-licence-new", {"in_city": "yes", "business": "catering", "sells": "prepackaged"})
    assert not checklist.exits and "contractor" not in codes(checklist)
    assert "contractor" in codes(ask("food-licence-new", {"business": "canteen", "contracted": "yes"}))


def test_the_hall_has_the_business_licence_and_does_not_ask_for_it() -> None:
    row = ask("food-licence-new", {"business": "catering"}).row("business_licence")
    assert row is not None and row.held and row.copies == 0


def test_a_food_business_that_moves_applies_anew() -> None:
    assert exits(ask("food-licence-change", {"change": ["site"]})) == {"moved"}
    assert exits(ask("food-licence-renewal", {"still_valid": "no"})) == {"lapsed"}


def test_a_promise_opens_a_public_venue_on_the_spot_and_an_inspection_takes_ten_days_at_most() -> None:
    assert matter("fire-safety-inspection").limits.promised.unit == "on_the_spot"
    statutory = matter("fire-safety-inspection-onsite").limits.statutory
    assert statutory is not None and (statutory.days, statutory.unit) == (10, "working_day")


PERMIT = {"in_city": "yes", "scale": "above", "works_kind": "normal", "procurement": "tender", "land_needed": "yes"}


def test_works_below_the_threshold_need_no_construction_permit() -> None:
    (way_out,) = ask("construction-permit-new", PERMIT | {"scale": "below"}).exits
    assert (way_out.ground, way_out.code) == ("not_needed", "below_threshold")
    assert not ask("construction-permit-new", PERMIT).exits


def test_the_fire_design_opinion_belongs_to_special_works_and_cannot_be_tolerated() -> None:
    special = ask("construction-permit-new", PERMIT | {"special_fire": "yes"})
    row = special.row("fire_review")
    assert row is not None and row.required and not row.tolerable
    assert "fire_review" not in codes(ask("construction-permit-new", PERMIT | {"special_fire": "no"}))


def test_the_construction_permit_runs_seven_plain_days_from_the_receipt() -> None:
    statutory = matter("construction-permit-new").limits.statutory
    assert statutory is not None
    assert (statutory.days, statutory.unit, statutory.starts) == (7, "calendar_day", "received")


@pytest.mark.parametrize(("key", "days"), [("eia-report-book", 60), ("eia-report-form", 30)])
def test_environmental_reports_run_in_plain_days_from_the_receipt(key: str, days: int) -> None:
    statutory = matter(key).limits.statutory
    assert statutory is not None
    assert (statutory.days, statutory.unit, statutory.starts) == (days, "calendar_day", "received")
    assert exits(ask(key, {"eia_class": "registration"})) == {"registration"}


def test_a_permit_is_prolonged_twice_and_not_a_third_time() -> None:
    assert not exits(ask("construction-permit-extension", {"expired": "no", "times": "second"}))
    third = ask("construction-permit-extension", {"expired": "no", "times": "third"})
    assert not third.exits and [each.code for each in third.cautions] == ["too_often"], "decided, not turned away"


def test_a_construction_project_can_only_go_through_its_stages_in_order() -> None:
    stages = [
        "land-planning-permit",
        "works-planning-permit",
        "fire-design-review",
        "construction-permit-new",
        "planning-verification",
        "joint-acceptance",
        "completion-filing",
    ]
    reached = {key: _before(key) for key in stages}
    assert "works-planning-permit" in reached["fire-design-review"]
    for earlier, later in pairwise(stages[3:]):
        assert earlier in reached[later]
    assert {"land-planning-permit", "works-planning-permit"} <= reached["construction-permit-new"]


def _before(key: str) -> set[str]:
    direct = set(matter(key).after)
    return direct.union(*(_before(item) for item in direct))


@pytest.mark.parametrize("name", FORMER_NAMES)
def test_people_find_each_department_by_the_name_they_still_use(name: str) -> None:
    assert [department.key for department in catalogue().departments if name in department.formerly]


@pytest.mark.parametrize("key", seed_keys())
def test_no_matter_is_a_placeholder(key: str) -> None:
    item = matter(key)
    assert len(item.materials) >= 3 and item.questions and item.process and item.place and item.condition
    for material in item.materials:
        assert material.remedy and material.problems, f"{material.code}: how to put a gap right"
        assert len(material.why) >= 6, f"{material.code}: why it is asked"


@pytest.mark.parametrize("key", seed_keys())
def test_every_material_and_every_exit_can_be_reached_by_some_answers(key: str) -> None:
    item = matter(key)
    wanted = {material.code for material in item.materials} | {way_out.code for way_out in item.exits}
    reached: set[str] = set()
    for answers in _one_by_one(item):
        for agent in (False, True):
            checklist = build_checklist(item, read_answers(item, answers), Applying(item.serves[0], 40, agent))
            reached |= codes(checklist) | exits(checklist)
    assert wanted <= reached


def _one_by_one(item: Matter) -> list[dict[str, object]]:
    """Every pair of answers, the other questions left at their first and last option."""
    choices: dict[str, list[object]] = {
        question.code: ["yes", "no"]
        if question.kind == "yesno"
        else [[option.code] if question.kind == "multi" else option.code for option in question.options]
        for question in item.questions
    }
    bases = [{code: options[end] for code, options in choices.items()} for end in (0, -1)]
    return bases + [
        base | {one: first, other: second}
        for base in bases
        for one, firsts in choices.items()
        for first in firsts
        for other, seconds in choices.items()
        for second in seconds
        if one < other or len(choices) == 1
    ]
