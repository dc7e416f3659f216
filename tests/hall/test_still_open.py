"""What an unanswered question may still ask for: what the guide has to say beside what is needed in any case."""

from __future__ import annotations

from itertools import product

import pytest

from hall.catalogue.conditions import Answer
from hall.catalogue.model import Exit, Limit, Limits, Material, Matter, Option, Question, ResultPaper, Situation
from hall.checklist import Applying, build_checklist
from hall.still_open import StillOpen, still_open

REASONS = (Option("A", "夫妻投靠"), Option("B", "父母投靠"), Option("C", "购房落户"))


def paper(code: str, when: str = "") -> Material:
    return Material(code=code, name=code, why="要用", source="自备", when=when)


MATTER = Matter(
    key="move",
    code="1",
    name="户口迁移",
    kind="行政确认",
    department="police",
    limits=Limits(promised=Limit(days=5)),
    results=(ResultPaper("户口簿"),),
    serves=("citizen",),
    basis=("某法",),
    questions=(
        Question("reason", "迁移原因？", options=REASONS),
        Question("minors", "有未成年人随迁吗？", kind="yesno", when="reason == 'C'"),
        Question("steps", "一并办理哪些？", kind="multi", options=(Option("seal", "刻章"), Option("tax", "领票"))),
    ),
    situations=(Situation("home", "购房", "reason == 'C'"),),
    materials=(
        paper("form"),
        paper("marriage", "reason == 'A'"),
        paper("birth", "reason == 'B' or (reason == 'C' and minors == 'yes')"),
        paper("house", "situation('home')"),
        paper("seal", "'seal' in steps"),
        paper("proxy", "agent"),
    ),
    exits=(Exit("out", "not_needed", "reason == 'A' and 'tax' in steps", "不用办"),),
)


def opened(**answers: Answer) -> StillOpen | None:
    who = Applying("citizen")
    return still_open(MATTER, build_checklist(MATTER, answers, who), who)


def test_what_some_answer_would_ask_for_is_named_with_that_answer() -> None:
    still = opened()
    assert still is not None
    assert still.questions == ("迁移原因？", "一并办理哪些？")
    assert {each.row.code: each.when for each in still.perhaps} == {
        "marriage": "迁移原因：夫妻投靠",
        "birth": "迁移原因：父母投靠；或者迁移原因：购房落户，有未成年人随迁吗：是",
        "house": "迁移原因：购房落户",
        "seal": "一并办理哪些：刻章",
    }, "nobody acts for them, so no proxy"
    assert still.way_out


def test_an_answer_leaves_only_what_the_others_may_add() -> None:
    still = opened(reason="C")
    assert still is not None
    assert {each.row.code: each.when for each in still.perhaps} == {
        "birth": "有未成年人随迁吗：是",
        "seal": "一并办理哪些：刻章",
    }
    assert not still.way_out, "with this reason nothing leads out any more"


def test_with_every_answer_nothing_is_open() -> None:
    assert opened(reason="C", minors="no", steps=("tax",)) is None


@pytest.mark.parametrize("reason", ["", "A", "B", "C"])
@pytest.mark.parametrize("steps", [(), ("seal",), ("tax",)])
def test_no_answer_brings_what_was_not_named(reason: str, steps: tuple[str, ...]) -> None:
    """Whatever is answered later: the list is among what the guide had."""
    known: dict[str, Answer] = {"reason": reason, "steps": steps}
    given = {code: answer for code, answer in known.items() if answer}
    who = Applying("citizen")
    before = build_checklist(MATTER, given, who)
    still = still_open(MATTER, before, who)
    named = {row.code for row in before.materials} | {each.row.code for each in (still.perhaps if still else ())}
    for answer, minors, picked in product("ABC", ("yes", "no"), [("seal",), ("tax",), ("seal", "tax")]):
        later: dict[str, Answer] = {"reason": answer, "minors": minors, "steps": picked, **given}
        assert {row.code for row in build_checklist(MATTER, later, who).materials} <= named
