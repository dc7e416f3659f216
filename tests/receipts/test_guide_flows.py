"""How a matter runs, as its guide draws it: what the catalogue says of each step, nothing guessed from words."""

from __future__ import annotations

import msgspec
from msgspec import structs

from hall.catalogue.model import ProcessStep
from hall.flow import FlowStep
from hall.refs import MatterRef
from receipts.english import English
from receipts.guide_flows import flow_of, project_of, steps_of
from receipts.sample_case import MATTER
from tests.catalogue.test_department_matters import matter


def test_a_department_s_acceptance_is_the_department_s() -> None:
    for key, name, who in (
        ("pollutant-discharge-permit", "生态环境部门受理", "生态环境局"),
        ("mass-event-licence", "公安机关受理", "公安局"),
        ("food-licence-new", "受理", "综合窗口"),
    ):
        (step,) = [step for step in matter(key).process if step.name == name]
        assert step.who == who


def test_the_picture_shows_who_and_how_long_of_every_step() -> None:
    flow = flow_of(MATTER)
    assert flow is not None
    told = [(box.name, box.who, box.time) for box in flow.boxes]
    assert told[3:6] == [
        ("书面审查", "市场监管局", "4个工作日"),
        ("现场核查", "市场监管局", "5个工作日\n（不计入时限）"),
        ("决定", "市场监管局", "1个工作日"),
    ]


def test_words_of_a_step_decide_nothing() -> None:
    odd = structs.replace(MATTER, process=(ProcessStep(name="窗口当场受理（不计入时限）", who="某局", days=3),))
    (step,) = steps_of(odd)
    assert (step.name, step.who, step.days, step.counted, step.unit) == (
        "窗口当场受理（不计入时限）", "某局", 3, True, "working_day",
    )  # fmt: skip


def test_a_fact_from_before_is_read_and_says_what_it_knows() -> None:
    told = msgspec.to_builtins(MATTER, str_keys=True) | {"process": ["受理", {"name": "决定", "who": "某局"}]}
    old = msgspec.convert(told, MatterRef)
    assert [(step.name, step.who) for step in steps_of(old)] == [("受理", ""), ("决定", "某局")]
    assert flow_of(old) is not None


def test_the_caption_claims_no_more_than_the_arrows_say() -> None:
    """甲 → 乙 → 丙: 甲 and 丙 have no arrow between them, and one waits for the other all the same."""
    steps = (
        FlowStep(code="a", name="甲", days=3),
        FlowStep(code="b", name="乙", days=3, after=("a",)),
        FlowStep(code="c", name="丙", days=3, after=("a", "b")),
        FlowStep(code="d", name="丁", days=1),
    )
    flow = project_of(structs.replace(MATTER, flow=steps), English({}))
    assert flow is not None
    (last,) = [box for box in flow.boxes if box.name == "丙"]
    assert [flow.boxes[number].name for number in last.after] == ["乙"]
    assert "之间没有箭头的步骤可以同时办理" not in flow.caption
    assert flow.caption.endswith("箭头只画直接先后；顺着箭头互相走不到的步骤可以同时办理。")
    assert flow.second.endswith(
        "Arrows show direct order only; steps that no chain of arrows joins can run side by side."
    )
