"""Room for what is long: names and addresses are shown in full, columns stand only over rows that have them."""

from __future__ import annotations

import pytest

from clerk_tui.screens.home import HomeScreen
from clerk_tui.services import intake
from clerk_tui.services.workspace import Workspace
from clerk_tui.widgets.form import FormView, Item
from clerk_tui.widgets.painted import Line
from tests.clerk_tui.screens.conftest import NARROW, OpenCounter
from tests.clerk_tui.screens.steps import answer_spouse, at_the_desk, find_migration
from tests.clerk_tui.walkins import COMPANY, restaurant

COMPANY_NAME = "示例市好味餐饮有限公司"
LONG = "示例市示例区人民路一百二十三号创业园三期"


def form(item: Item, columns: int = 38) -> list[str]:
    """The lines of a form with this one item, which has not the keys."""
    view = FormView(lambda key, value: None, lambda: None, lambda key: None)
    view.items = (item,)
    lines: list[Line] = list(view.lines_for(columns, 20))
    return ["".join(text for text, _ink in spans).rstrip() for spans, _fill in lines if spans]


def test_a_short_value_stands_beside_its_label() -> None:
    assert any("姓名" in text and "张三" in text for text in form(Item("name", "姓名", "张三", section="申请人")))


@pytest.mark.parametrize(
    "item",
    [
        Item("name", "名称", LONG, section="申请人"),
        Item("name", "名称", "", section="申请人", offer=LONG),
        Item("name", "名称", "1", section="申请人", options=(("1", LONG),)),
    ],
    ids=["value", "offer", "choice"],
)
def test_a_long_value_stands_in_full_under_its_label(item: Item) -> None:
    label, *under = form(item)[1:]
    assert label.strip("* ") == "名称"
    assert "".join(text.strip() for text in under).removesuffix(" F6") == LONG


def test_the_longest_values_take_several_lines() -> None:
    text = "".join(part.strip() for part in form(Item("name", "名称", LONG * 3, section="申请人"))[2:])
    assert text == LONG * 3


async def test_a_long_offer_is_read_in_full_before_it_is_taken(counter: OpenCounter, ws: Workspace) -> None:
    intake.submit(ws, restaurant(ws))
    async with counter() as clerk:
        await clerk.type("cyxk")
        await clerk.press("enter")
        await clerk.type("112")
        await clerk.type(COMPANY)
        await clerk.press("enter")
        assert f"{COMPANY_NAME} F6" in clerk.text
        await clerk.press("f6", "down")
        assert COMPANY_NAME in clerk.text.replace("  ", "") and f"{COMPANY_NAME} F6" not in clerk.text


async def test_a_typed_value_moves_under_its_label_when_it_gets_long(counter: OpenCounter) -> None:
    async with counter() as clerk:
        await find_migration(clerk)
        await answer_spouse(clerk)
        await clerk.press("down")
        await clerk.type("王小明")
        assert any("姓名" in text and "王小明" in text for text in clerk.text.splitlines())
        await clerk.type(LONG[:12])
        assert f"王小明{LONG[:12]}" in clerk.text
        form = clerk.screen.form
        assert clerk.app.cursor_position.x == form.content_region.x + 4 + 30, "the input method follows the caret"


async def test_columns_have_titles_over_matters_only(counter: OpenCounter, ws: Workspace) -> None:
    reference = intake.submit(ws, restaurant(ws)).reference
    async with counter() as clerk:
        await clerk.type("hkqy")
        assert "代码尾" in clerk.text
        await clerk.press("enter")
        await answer_spouse(clerk)
        await clerk.press("f2", "1")
        assert isinstance(clerk.screen, HomeScreen)
        assert "暂存" in clerk.text and "代码尾" not in clerk.text
        await clerk.scan(reference)
        assert "已受理" in clerk.text and "代码尾" not in clerk.text


async def test_a_found_case_shows_its_applicant_in_full(counter: OpenCounter, ws: Workspace) -> None:
    reference = intake.submit(ws, restaurant(ws)).reference
    async with counter() as clerk:
        await clerk.press("f5")
        row = next(text for text in clerk.text.splitlines() if text.strip().startswith(reference))
        assert COMPANY_NAME in row and "食品经营许可（新办）" in row


async def test_why_nothing_else_is_possible_is_said_once(counter: OpenCounter) -> None:
    async with counter() as clerk:
        await find_migration(clerk)
        await clerk.type("2")
        await clerk.press("f8")
        assert clerk.asks
        assert clerk.text.count("已经确定不予受理的理由") == 1
        assert "受理、一次性告知补正、容缺受理、当场更正后受理：" in clerk.text


async def test_no_scraps_of_words_stand_beside_a_dialog(counter: OpenCounter) -> None:
    """On a narrow screen a dialog has the whole width: a margin of two columns would show parts of letters."""
    async with counter(NARROW) as clerk:
        await at_the_desk(clerk)
        await clerk.type("1231a")
        await clerk.press("f9")
        box = clerk.screen.query_one("#box").region
        beside = [line[: box.x] + line[box.right :] for line in clerk.text.splitlines()[box.y : box.bottom]]
        assert clerk.asks and not "".join(beside).strip()
