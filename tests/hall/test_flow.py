"""How a flow is planned: the longest chain decides, what is beside it does not."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hall.errors import BadInput
from hall.flow import FlowStep, Plan, plan, working_days


def step(code: str, days: float | None, after: str = "", **changes: Any) -> FlowStep:
    return FlowStep(code=code, name=f"步骤{code}", days=days, after=tuple(after.split()), **changes)


STEPS = (step("a", 1), step("b", 5, "a"), step("c", 2, "a"), step("d", 3, "b c"))


def begins(made: Plan) -> dict[str, float]:
    return {each.step.code: each.begins for each in made.steps}


def test_a_step_begins_when_the_last_it_waits_for_is_done() -> None:
    assert begins(plan(STEPS)) == {"a": 0, "b": 1, "c": 1, "d": 6}
    assert plan(STEPS).total == 9


def test_the_critical_path_is_what_delays_the_whole() -> None:
    assert plan(STEPS).critical == ("a", "b", "d")
    assert {each.step.code: each.rank for each in plan(STEPS).steps} == {"a": 0, "b": 1, "c": 1, "d": 2}


def test_two_equally_long_ways_are_both_critical() -> None:
    even = (step("a", 1), step("b", 5, "a"), step("c", 5, "a"), step("d", 3, "b c"))
    assert plan(even).critical == ("a", "b", "c", "d")


def test_the_order_of_writing_changes_nothing_but_the_order_of_equals() -> None:
    for order in permutations(STEPS):
        assert (plan(order).total, set(plan(order).critical)) == (9, {"a", "b", "d"})


@pytest.mark.parametrize(
    ("days", "unit", "counts"),
    [(60, "calendar_day", 43), (30, "calendar_day", 22), (7, "calendar_day", 5), (0.5, "working_day", 0.5),
     (9, "on_the_spot", 0), (None, "working_day", 0)],
)  # fmt: skip
def test_calendar_days_count_by_the_week_of_five(days: float | None, unit: str, counts: float) -> None:
    assert working_days(step("a", days, unit=unit)) == counts


def test_nothing_is_a_plan_of_no_days() -> None:
    assert plan(()) == Plan(steps=(), total=0, critical=(), stages=())


def test_stages_stand_in_the_order_of_the_steps() -> None:
    made = plan((step("a", 1, stage="一"), step("b", 1, "a", stage="二"), step("c", 1, stage="一")))
    assert made.stages == ("一", "二")


@pytest.mark.parametrize(
    ("steps", "word"),
    [
        ((step("a", 1), step("a", 2)), "同一个代号"),
        ((step("a", 1, "z"),), "不存在的步骤“z”"),
        ((step("a", 1, "b"), step("b", 1, "a")), "互相等待"),
        ((step("a", 1, "a"),), "互相等待"),
    ],
)
def test_steps_that_contradict_each_other_are_told(steps: tuple[FlowStep, ...], word: str) -> None:
    with pytest.raises(BadInput, match=word) as caught:
        plan(steps)
    assert caught.value.code == "bad_flow"
    assert caught.value.hint


@given(st.data())
def test_the_critical_path_is_as_long_as_the_whole(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 12))
    steps = tuple(
        step(
            str(n),
            data.draw(st.integers(0, 20)),
            " ".join(map(str, data.draw(st.sets(st.integers(0, n - 1))))) if n else "",
        )
        for n in range(count)
    )
    made = plan(steps)
    by_code = {each.step.code: each for each in made.steps}
    for each in made.steps:
        assert all(by_code[code].ends <= each.begins for code in each.step.after)
    # One of the critical steps ends the whole, and from it a chain without a wait leads back to the start.
    at = max((by_code[code] for code in made.critical), key=lambda each: each.ends)
    assert at.ends == made.total
    while at.begins > 0:
        at = next(by_code[code] for code in at.step.after if by_code[code].ends == at.begins)
        assert at.step.code in made.critical
