"""The checklist: exactly what this person needs, and why."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hall.catalogue.load import load_catalogue
from hall.checklist import Applying, Checklist, build_checklist, read_answers
from hall.errors import BadInput
from tests.factories import sample_catalogue_files

CATALOGUE = load_catalogue(sample_catalogue_files())
COMPANY = next(matter for matter in CATALOGUE.matters if matter.key == "company")
WHO = Applying(kind="company")


def checklist(answers: dict[str, Any], who: Applying = WHO, **held: str) -> Checklist:
    given_ = read_answers(COMPANY, answers)
    return build_checklist(COMPANY, given_, who, held=held, problems=CATALOGUE.problems)


def codes(answers: dict[str, Any], who: Applying = WHO) -> list[str]:
    return [row.code for row in checklist(answers, who).materials]


def test_the_answers_decide_what_is_asked_for() -> None:
    assert codes({}) == ["form", "premises"]
    assert codes({"form": "limited"}) == ["form", "charter", "premises"]
    assert codes({"form": "partner"}) == ["form", "agreement", "premises"]
    assert codes({"form": "limited", "foreign": "yes"}) == ["form", "charter", "premises", "proof"]
    assert "mandate" in codes({}, Applying(kind="company", agent=True))


def test_questions_are_asked_in_order_and_only_when_they_matter() -> None:
    assert checklist({}).open_questions == ("form", "steps")
    assert checklist({"form": "limited"}).open_questions == ("foreign", "steps")
    assert checklist({"form": "partner", "steps": ["none"]}).open_questions == ()


def test_an_answer_to_a_question_that_is_not_asked_is_dropped() -> None:
    changed_mind = checklist({"form": "partner", "foreign": "yes", "steps": ["none"]})
    assert changed_mind.answers == {"form": "partner", "steps": ("none",)}
    assert changed_mind.situations == ()
    assert "proof" not in [row.code for row in changed_mind.materials]


def test_a_situation_follows_from_the_answers() -> None:
    assert [s.name for s in checklist({"form": "limited", "foreign": "yes"}).situations] == ["外商投资公司设立"]


def test_each_material_says_why_it_is_asked_of_this_person() -> None:
    rows = {
        row.code: row.why
        for row in checklist(
            {"form": "limited", "foreign": "yes", "steps": ["seal", "tax"]}, Applying(kind="company", agent=True)
        ).materials
    }
    assert rows["form"] == "申请登记的法定文书"
    assert rows["charter"] == "公司设立要有章程（公司类型：有限责任公司）"
    assert rows["proof"] == "证明投资者身份（外商投资公司设立）"
    assert rows["licence"] == "刻章要用（同时办理哪些：公章）"
    assert rows["mandate"] == "由他人代办（委托他人办理）"


def test_a_reason_never_names_an_answer_that_was_not_given() -> None:
    import msgspec

    materials = tuple(
        msgspec.structs.replace(material, when="form != 'limited'") if material.code == "charter" else material
        for material in COMPANY.materials
    )
    matter = msgspec.structs.replace(COMPANY, materials=materials)
    row = build_checklist(matter, {"form": "partner"}, WHO).row("charter")
    assert row is not None
    assert row.why == "公司设立要有章程（公司类型：合伙企业）"


def test_what_the_hall_holds_is_not_asked_for_again() -> None:
    rows = {row.code: row for row in checklist({"steps": ["seal"]}, premises="办件 A-0001").materials}
    assert rows["licence"].held
    assert rows["licence"].held_from == "部门数据共享"
    assert rows["premises"].held
    assert rows["premises"].held_from == "办件 A-0001"
    assert not rows["form"].held


def test_an_exit_holds_for_whom_it_is_meant() -> None:
    assert checklist({}).exits == ()
    assert [way.code for way in checklist({}, Applying(kind="citizen")).exits] == ["elsewhere"]


def test_common_problems_are_told_in_full() -> None:
    row = checklist({}).row("form")
    assert row is not None
    assert [problem.text for problem in row.problems] == ["未加盖公章"]


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ({"form": "limited"}, {"form": "limited"}),
        ({"form": " 有限责任公司 "}, {"form": "limited"}),
        ({"foreign": "是"}, {"foreign": "yes"}),
        ({"foreign": False}, {"foreign": "no"}),
        ({"steps": "tax,seal"}, {"steps": ("seal", "tax")}),
        ({"steps": "税务、公章"}, {"steps": ("seal", "tax")}),
        ({"steps": ["公章"]}, {"steps": ("seal",)}),
        ({"form": "", "foreign": None, "steps": []}, {}),
    ],
)
def test_answers_are_read_by_code_or_by_label(raw: dict[str, Any], read: dict[str, Any]) -> None:
    assert read_answers(COMPANY, raw) == read


@pytest.mark.parametrize(
    ("raw", "field", "hint"),
    [
        ({"frm": "limited"}, "answers.frm", "form"),
        ({"form": "sole"}, "answers.form", "limited"),
        ({"foreign": "maybe"}, "answers.foreign", "yes"),
        ({"steps": ["seal", "x"]}, "answers.steps", "none"),
    ],
)
def test_a_wrong_answer_is_refused_and_the_right_ones_are_named(raw: dict[str, Any], field: str, hint: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_answers(COMPANY, raw)
    assert caught.value.field == field
    assert hint in caught.value.hint


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "form": st.sampled_from(["limited", "partner", "", "?"]),
            "foreign": st.sampled_from(["yes", "no", "", "?"]),
            "steps": st.lists(st.sampled_from(["seal", "tax", "none", "?"]), max_size=3).map(tuple),
            "nobody": st.text(max_size=3),
        },
    ),
    st.booleans(),
)
def test_the_checklist_depends_only_on_what_it_keeps(answers: dict[str, Any], agent: bool) -> None:
    who = Applying(kind="company", agent=agent)
    first = build_checklist(COMPANY, answers, who)
    assert set(first.answers) <= {question.code for question in first.questions}
    assert build_checklist(COMPANY, first.answers, who) == first
