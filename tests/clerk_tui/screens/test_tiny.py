"""A terminal dragged to almost nothing: nothing hangs, and what was typed is there when it is wide again."""

from __future__ import annotations

import pytest

from clerk_tui.screens.dialog import Spec
from clerk_tui.screens.signing_in import SignInScreen
from clerk_tui.services.workspace import Workspace
from tests.clerk_tui.clerks import ZHOU, Staff
from tests.clerk_tui.screens.conftest import NARROW, Clerk, OpenCounter
from tests.clerk_tui.screens.steps import at_the_desk, find_migration

TINY = [(10, 3), (3, 2), (1, 1)]


async def resize(clerk: Clerk, size: tuple[int, int]) -> None:
    await clerk.pilot.resize_terminal(*size)
    await clerk.settle()


@pytest.mark.parametrize("size", TINY)
async def test_a_dialog_that_is_typed_into_survives(counter: OpenCounter, ws: Workspace, size: tuple[int, int]) -> None:
    async with counter(NARROW) as clerk:
        await at_the_desk(clerk)
        await clerk.press("3")
        assert clerk.asks
        long = Spec("题" * 30, (("说明" * 40, "plain"),), options=("甲" * 40, "乙"), field="一个很长的名称" * 3)
        clerk.screen_below.ask(long, lambda answer: None)
        await clerk.settle()
        await clerk.type("第二页没有签名")
        await resize(clerk, size)
        await clerk.type("盖章")
        await clerk.press("left", "home", "end", "down", "f1", "escape")
        await resize(clerk, NARROW)
        assert clerk.asks


@pytest.mark.parametrize("size", TINY)
async def test_the_desk_and_its_form_survive(counter: OpenCounter, ws: Workspace, size: tuple[int, int]) -> None:
    async with counter(NARROW) as clerk:
        await find_migration(clerk)
        await resize(clerk, size)
        await clerk.type("1122")
        await clerk.press("f4", "down", "1", "f3", "f8", "escape")
        await resize(clerk, NARROW)
        assert "户口迁移" in clerk.text and "夫妻投靠" in clerk.text


@pytest.mark.parametrize("size", TINY)
async def test_the_sign_in_survives(counter: OpenCounter, ws: Workspace, size: tuple[int, int]) -> None:
    Staff(ws).has_been_here(ZHOU)
    async with counter(NARROW) as clerk:
        await clerk.until(lambda: isinstance(clerk.screen, SignInScreen))
        await resize(clerk, size)
        await clerk.type(ZHOU)
        await resize(clerk, NARROW)
        assert clerk.screen.box.editors[0].text == ZHOU and ZHOU in clerk.text
