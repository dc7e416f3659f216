"""The picture of a flow: nothing overlaps, no line crosses a box, no two arrows look like one."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from hall.flow import FlowStep, plan
from receipts.barcodes import MM
from receipts.compose import compose
from receipts.flow import TALLEST, direct, flow_block, flow_strips
from receipts.fonts import FontSet
from receipts.layout import layout
from receipts.ops import Arrow, Box, Line, Op, Text
from receipts.routes import Routes
from receipts.sample_project import PROJECT_FLOW
from receipts.samples import variants
from receipts.setter import Setter

WIDTH = 170 * MM


def chain(count: int) -> tuple[FlowStep, ...]:
    return tuple(
        FlowStep(code=f"s{n}", name=f"第{n}步办理", who="综合窗口", days=1, after=(f"s{n - 1}",) if n else ())
        for n in range(count)
    )


def ops_of(steps: tuple[FlowStep, ...], fonts: FontSet) -> list[Op]:
    strips = list(flow_strips(Setter(fonts, 0, WIDTH), flow_block(plan(steps))))
    return list(strips[0].ops)


def boxes_of(ops: Iterable[Op]) -> list[Box]:
    return [op for op in ops if isinstance(op, Box) and op.stroke]


def crosses(line: Line, box: Box) -> bool:
    """Whether a level or upright line runs through the inside of a box."""
    left, right = sorted((line.x1, line.x2))
    top, bottom = sorted((line.y1, line.y2))
    return right > box.x + 1 and left < box.x + box.width - 1 and bottom > box.y + 1 and top < box.y + box.height - 1


@pytest.mark.parametrize("steps", [chain(1), chain(5), chain(7), chain(13), PROJECT_FLOW], ids=len)
def test_no_line_runs_through_a_box_and_everything_is_inside_the_page(
    fonts: FontSet, steps: tuple[FlowStep, ...]
) -> None:
    ops = ops_of(steps, fonts)
    boxes = boxes_of(ops)
    assert len(boxes) == len(steps)
    for op in ops:
        if isinstance(op, Line):
            assert op.x1 == pytest.approx(op.x2) or op.y1 == pytest.approx(op.y2)
            assert not [box for box in boxes if crosses(op, box)]
            assert min(op.x1, op.x2) >= 0
            assert max(op.x1, op.x2) <= WIDTH
        if isinstance(op, Text):
            assert op.x >= -1
            assert op.x + fonts.width(op.text, op.size, op.bold) <= WIDTH + 1
    for index, box in enumerate(boxes):
        for other in boxes[index + 1 :]:
            assert (
                box.x + box.width <= other.x
                or other.x + other.width <= box.x
                or box.y + box.height <= other.y
                or other.y + other.height <= box.y
            )


@st.composite
def flows(draw: st.DrawFn) -> tuple[FlowStep, ...]:
    count = draw(st.integers(1, 14))
    stages = draw(st.booleans())
    steps = []
    for n in range(count):
        after = draw(st.lists(st.integers(0, n - 1), max_size=3, unique=True)) if n else []
        steps.append(
            FlowStep(
                code=str(n),
                name=draw(st.sampled_from(["受理", "现场核查", "施工许可证核发（含质量安全监督手续）"])),
                who="自然资源和规划局",
                days=draw(st.integers(0, 30)),
                after=tuple(str(before) for before in after),
                stage=f"第{n * 3 // count}阶段" if stages else "",
            )
        )
    return tuple(steps)


@settings(max_examples=60)
@given(steps=flows())
def test_any_flow_is_drawn_with_its_arrows_between_the_boxes(fonts: FontSet, steps: tuple[FlowStep, ...]) -> None:
    block = flow_block(plan(steps))
    strips = list(flow_strips(Setter(fonts, 0, WIDTH), block))
    ops = strips[0].ops
    if strips[0].header is not None or not boxes_of(ops):
        return  # told as a table, because it would not fit a page
    assert strips[0].height <= TALLEST
    boxes = boxes_of(ops)
    assert len(boxes) == len(steps)
    assert sum(isinstance(op, Arrow) for op in ops) == sum(map(len, direct(plan(steps)).values()))
    for op in ops:
        if isinstance(op, Line):
            assert not [box for box in boxes if crosses(op, box)]


def test_an_arrow_that_others_already_say_is_not_drawn() -> None:
    steps = (
        FlowStep(code="a", name="甲"),
        FlowStep(code="b", name="乙", after=("a",)),
        FlowStep(code="c", name="丙", after=("a", "b")),
    )
    assert direct(plan(steps)) == {"a": (), "b": ("a",), "c": ("b",)}


def test_two_arrows_from_different_steps_never_share_an_upright_line(fonts: FontSet) -> None:
    """用地批准 and 环评 both leave the third column for one step far below: each keeps its own track down."""
    block = flow_block(plan(PROJECT_FLOW))
    names = [box.name for box in block.boxes]
    routes = Routes(block.boxes)
    target = names.index("建筑工程施工许可证核发（首次）")
    one, other = names.index("国有建设用地使用权划拨批准"), names.index("建设项目环境影响报告表审批")
    assert block.boxes[one].column == block.boxes[other].column
    assert routes.leave[one, target] not in {track for (before, _), track in routes.leave.items() if before == other}


def test_steps_that_fit_no_page_are_told_as_a_table(fonts: FontSet) -> None:
    wide = tuple(
        FlowStep(code=str(n), name=f"并联事项{n:02d}", who="某局", days=5, after=("0",) if n else ()) for n in range(30)
    )
    strips = list(flow_strips(Setter(fonts, 0, WIDTH), flow_block(plan(wide))))
    said = "".join(op.text for strip in strips for op in strip.ops if isinstance(op, Text))
    assert "并联事项29" in said
    assert not any(isinstance(op, Arrow) for strip in strips for op in strip.ops)


def test_the_heading_of_a_picture_never_stands_alone_at_the_foot(fonts: FontSet) -> None:
    case, issued = variants()["guide_project"]
    found = 0
    for page in layout(compose("guide", case, issued), fonts):
        for heading in (op for op in page.ops if isinstance(op, Text) and op.text.endswith("全流程图")):
            found += 1
            assert any(isinstance(op, Box) and op.radius and op.y > heading.y for op in page.ops)
    assert found == 1


def test_no_page_ends_in_the_middle_of_a_caption(fonts: FontSet) -> None:
    """The picture goes with its Chinese caption; each caption is whole, however many lines it takes."""
    block = replace(flow_block(plan(chain(3))), caption="箭头只画直接先后。" * 20, second="Direct order only. " * 20)
    picture, chinese, english = flow_strips(Setter(fonts, 0, WIDTH), block)
    assert picture.keep
    assert len(chinese.ops) > 1 and chinese.height == pytest.approx(8.5 * 1.5 * len(chinese.ops))
    assert len(english.ops) > 1 and english.height == pytest.approx(7.5 * 1.5 * len(english.ops))
