"""The language of ``when``: what it says, and that no text can break it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hall.catalogue.conditions import Answer, Facts, holds, parse
from hall.errors import BadCatalogue


def facts(**answers: Answer) -> Facts:
    return Facts(answers, frozenset({"B"}), "citizen", 63, True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "reason == 'A'",
        "reason in ['A', 'C'] and cross == 'no'",
        "reason not in ('B', 'C')",
        "'seal' in steps or reason == 'B'",
        "'tax' not in steps",
        "reason != 'B'",
        "not reason == 'B'",
        "situation('B') and not situation('C')",
        "agent",
        "applicant.kind == 'citizen' and applicant.age >= 60",
        "60 <= applicant.age < 70",
    ],
)
def test_a_condition_that_holds(text: str) -> None:
    assert holds(text, facts(reason="A", cross="no", steps=("seal",)))


@pytest.mark.parametrize(
    "text",
    ["reason == 'B'", "reason not in ['A']", "not agent", "applicant.age < 60", "applicant.age > 63", "'tax' in steps"],
)
def test_a_condition_that_does_not_hold(text: str) -> None:
    assert not holds(text, facts(reason="A", steps=("seal",)))


@pytest.mark.parametrize(
    "text", ["q == 'A'", "q != 'A'", "'A' != q", "q in ['A']", "q not in ['A']", "'A' in q", "'A' not in q", "q < 3"]
)
def test_nothing_follows_from_a_question_that_is_not_answered(text: str) -> None:
    assert not holds(text, facts())


def test_an_unknown_age_is_neither_young_nor_old() -> None:
    unknown = Facts({}, age=-1)
    assert not holds("applicant.age >= 60", unknown)
    assert not holds("applicant.age < 60", unknown)


@pytest.mark.parametrize(
    "text",
    [
        "reason = 'A'",
        "reason ==",
        "__import__('os')",
        "reason.upper()",
        "situation(reason)",
        "situation('A', 'B')",
        "lambda: 1",
        "[x for x in reason]",
        "reason[0]",
        "1 + 1",
        "f'{reason}'",
        "reason is 'A'",
        "*reason",
        "applicant.name == 'x'",
        "not " * 400 + "agent",
        "'\\d' == reason and",
        "a\x00b",
        "9" * 5000,
    ],
)
def test_what_is_not_in_the_language_is_refused_with_a_hint(text: str) -> None:
    with pytest.raises(BadCatalogue) as caught:
        parse(text)
    assert caught.value.code == "bad_condition"
    assert caught.value.hint


@given(st.one_of(st.text(max_size=60), st.from_regex(r"[a-z' =!<>\[\](),.\"\\0-9andortin]{0,60}", fullmatch=True)))
def test_no_text_crashes_the_language(text: str) -> None:
    try:
        condition = parse(text)
    except BadCatalogue:
        return
    assert condition(facts(reason="A", steps=("seal",))) in (True, False)
    assert condition(Facts({})) in (True, False)


def test_a_condition_knows_what_it_reads() -> None:
    condition = parse("reason in ['A', 'B'] and 'seal' in steps and situation('S') or applicant.kind == 'company'")
    assert condition.names == ("reason", "steps")
    assert condition.situations == ("S",)
    assert set(condition.constants) == {
        ("reason", "A"),
        ("reason", "B"),
        ("steps", "seal"),
        ("applicant.kind", "company"),
    }
    assert condition.compared == ("reason",)
    assert condition.searched == ("steps",)
