"""Who applies and who acts: minors are pointed out, nobody is his own agent, a number is no name."""

from __future__ import annotations

import datetime as dt

import pytest

from clerk_tui.services import intake
from clerk_tui.services.draft import Draft
from clerk_tui.services.workspace import Workspace
from hall.errors import BadInput
from hall.identity import resident_check_char
from tests.clerk_tui.conftest import MONDAY
from tests.clerk_tui.walkins import COMPANY, PERSON, restaurant


def born(years_ago: int) -> str:
    """The number of somebody who has this age today, by a day."""
    digits = f"110101{dt.date(MONDAY.year - years_ago, MONDAY.month, MONDAY.day):%Y%m%d}002"
    return digits + resident_check_char(digits)


def moving(ws: Workspace, number: str, matter: str = "hukou-migration") -> Draft:
    draft = intake.new_draft(ws, ws.catalogue.matter(matter))
    draft.applicant = {"kind": "citizen", "name": "张三", "id_number": number, "phone": "13800138000"}
    return draft


@pytest.mark.parametrize(
    ("age", "said"), [(2, "第二十条"), (7, "第二十条"), (8, "第十九条"), (13, "未满14周岁"), (17, "第十九条"), (18, "")]
)
def test_a_minor_applies_by_the_guardian(ws: Workspace, age: int, said: str) -> None:
    """民法典 art. 17-20; 个人信息保护法 art. 31."""
    ready = intake.preview(ws, moving(ws, born(age)))
    told = ready.warnings.get("applicant.id_number", "")
    assert (said in told and "监护人" in told) if said else not told
    assert not ready.field_errors, "pointed out, never refused"
    assert ("未满14周岁" in told) is (age < 14)


@pytest.mark.parametrize("matter", ["passport", "resident-id-card", "residence-permit"])
def test_a_matter_that_asks_for_the_guardian_itself_says_it_once(ws: Workspace, matter: str) -> None:
    assert "applicant.id_number" not in intake.preview(ws, moving(ws, born(5), matter)).warnings


def test_who_must_come_in_person_is_not_sent_to_the_guardian(ws: Workspace) -> None:
    told = intake.preview(ws, moving(ws, born(17), "marriage-registration")).warnings["applicant.id_number"]
    assert "本人" in told and "代为申请" not in told


def test_parents_report_a_birth_and_are_of_age(ws: Workspace) -> None:
    assert "applicant.id_number" not in intake.preview(ws, moving(ws, born(30), "birth-registration")).warnings


@pytest.mark.parametrize(("age", "warned"), [(2, True), (17, True), (18, False)])
def test_an_agent_is_of_full_age(ws: Workspace, age: int, warned: bool) -> None:
    draft = restaurant(ws)
    draft.agent = {"name": "李四", "id_number": born(age), "phone": "13900001234"}
    assert ("agent.id_number" in intake.preview(ws, draft).warnings) is warned


def test_nobody_is_his_own_agent(ws: Workspace) -> None:
    draft = moving(ws, PERSON)
    draft.agent = {"name": "张三", "id_number": PERSON, "phone": "13800138000"}
    with pytest.raises(BadInput) as error:
        intake.receive(ws, draft)
    assert error.value.field == "agent.id_number" and "本人" in error.value.hint
    draft.agent["id_number"] = born(30)
    assert not intake.preview(ws, draft).field_errors


@pytest.mark.parametrize("name", [PERSON, COMPANY, "E12345678", "12345", "138 0013 8000", "（2026）·7"])
def test_a_number_is_no_name(ws: Workspace, name: str) -> None:
    draft = restaurant(ws)
    draft.agent = {"name": name, "id_number": PERSON}
    ready = intake.preview(ws, draft)
    assert "agent.name" in ready.field_errors and ready.field_hints["agent.name"]
    assert name not in ready.field_errors["agent.name"], "the number is not repeated"


@pytest.mark.parametrize("name", ["张三", "360网吧", "7号便利店", "O", "José 3世", "\U00030edd"])
def test_a_name_may_hold_digits(ws: Workspace, name: str) -> None:
    draft = restaurant(ws)
    draft.applicant["name"] = name
    assert "applicant.name" not in intake.preview(ws, draft).field_errors
