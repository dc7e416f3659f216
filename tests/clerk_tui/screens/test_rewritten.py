"""Nothing typed is altered silently: the field shows what is stored, and says how that differs."""

from __future__ import annotations

import pytest
from textual import events

from clerk_tui.screens.case import CaseScreen
from clerk_tui.screens.dialog import Dialog, Spec, worded
from clerk_tui.services import cases, intake, next_steps
from clerk_tui.services.workspace import Workspace
from clerk_tui.widgets.form import Item
from tests.clerk_tui.screens.conftest import NARROW, WIDE, Clerk, OpenCounter
from tests.clerk_tui.screens.steps import PERSON, PHONE, answer_spouse, find_migration
from tests.clerk_tui.walkins import restaurant

OLD, STANDARD = "\ue863某・阿", "䶮某·阿"
SAID = "[U+E863] -> 䶮、・ -> ·"


async def paste(clerk: Clerk, text: str) -> None:
    """Text from a clipboard or an input method that still makes the old codes."""
    widget = clerk.app.focused
    assert widget is not None
    widget.post_message(events.Paste(text))
    await clerk.settle()


async def until_the_name(clerk: Clerk) -> None:
    await find_migration(clerk)
    await answer_spouse(clerk)
    await clerk.type(PERSON)
    await clerk.press("enter")


def name(clerk: Clerk) -> Item:
    """The field of the applicant's name."""
    items: list[Item] = clerk.screen.form.items
    return next(item for item in items if item.key == "applicant.name")


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
async def test_after_enter_the_field_shows_the_name_that_is_stored(
    counter: OpenCounter, ws: Workspace, size: tuple[int, int]
) -> None:
    async with counter(size) as clerk:
        await until_the_name(clerk)
        await paste(clerk, OLD)
        assert name(clerk).caution == f"按标准写法保存：{SAID}", "while it is typed"
        await clerk.press("enter")
        assert (name(clerk).value, name(clerk).told) == (STANDARD, f"已按标准写法保存：{SAID}")
        assert STANDARD in clerk.text and "已按标准写法保存" in clerk.text
        await clerk.press("up")
        assert clerk.screen.form.current == "applicant.name"
        await clerk.type("三")
        assert "按标准写法" not in clerk.text, "the note is about what stood there"


async def test_a_function_key_leaves_the_field_too(counter: OpenCounter, ws: Workspace) -> None:
    async with counter() as clerk:
        await until_the_name(clerk)
        await paste(clerk, OLD)
        await clerk.press("f4", "f3")
        assert (name(clerk).value, name(clerk).told) == (STANDARD, f"已按标准写法保存：{SAID}")


async def test_a_number_written_otherwise_stands_as_it_is_stored(counter: OpenCounter, ws: Workspace) -> None:
    async with counter() as clerk:
        await until_the_name(clerk)
        await clerk.type("张三")
        await clerk.press("enter")
        await clerk.type("138-0000-1234")
        await clerk.press("enter")
        assert PHONE in clerk.text and "标准写法" not in clerk.text


async def test_a_reason_is_shown_as_it_will_be_kept_before_it_is(counter: OpenCounter, ws: Workspace) -> None:
    async with counter() as clerk:
        await until_the_name(clerk)
        await clerk.press("f4", "3", "up")
        await paste(clerk, "缺\ue863字")
        clerk.at += 1.0  # an Enter right behind a digit is part of the digit's answer
        await clerk.press("enter")
        await clerk.until(lambda: clerk.asks and "[U+E863] -> 䶮" in clerk.text and "缺䶮字" in clerk.text)
        await clerk.press("enter")
        assert [tick.reason for tick in clerk.screen.draft.ticks.values()] == ["缺䶮字"]


async def test_a_step_s_field_shows_what_is_stored(counter: OpenCounter, ws: Workspace) -> None:
    reference = intake.submit(ws, restaurant(ws)).reference
    async with counter() as clerk:
        clerk.app.show_case(reference)
        await clerk.until(lambda: isinstance(clerk.screen, CaseScreen) and clerk.screen._detail is not None)
        place = [offer.step.id for offer in next_steps.offers(ws, reference)].index("deny")
        await clerk.press("f8", str(place + 1))
        clerk.screen.form.go_to("reason")
        await paste(clerk, "不\ue863")
        await clerk.press("enter")
        below = clerk.screen_below if clerk.asks else clerk.screen
        assert below.typed["reason"] == "不䶮"
        assert [item.told for item in below.form.items if item.key == "reason"] == ["已按标准写法保存：[U+E863] -> 䶮"]
    assert cases.load(ws, reference).decision is None


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
async def test_a_persons_number_in_a_reason_is_pointed_out_while_it_is_typed(
    counter: OpenCounter, ws: Workspace, size: tuple[int, int]
) -> None:
    """Reasons are kept and printed as they stand: masks do not reach them."""
    async with counter(size) as clerk:
        await clerk.app.push_screen(Dialog(Spec("原因", (), field="原因", check=worded("请写明原因"), reason=True)))
        await clerk.drawn()
        await clerk.type("13800138000")
        assert "请去掉号码" in clerk.text
        await clerk.press("backspace")
        assert "请去掉号码" not in clerk.text
