"""Pictures of the screens that matter, few and deliberate; the clock stands still."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from msgspec import structs
from textual.pilot import Pilot

from clerk_tui.app import make_app
from clerk_tui.config import Config
from clerk_tui.screens.closing import ClosingScreen
from clerk_tui.screens.signing_in import SignInScreen
from clerk_tui.services import intake, papers, training
from clerk_tui.services.queue_desk import Served
from clerk_tui.services.workspace import Workspace
from tests.clerk_tui.clerks import PIN, ZHOU, Staff
from tests.clerk_tui.screens.conftest import NARROW, WIDE, Clerk
from tests.clerk_tui.screens.steps import at_the_desk, find_migration
from tests.clerk_tui.screens.windows import queue_of, tell, visit_of
from tests.clerk_tui.walkins import HARD, MISSING, SOFT, building_site, restaurant


async def searching(clerk: Clerk) -> None:
    await clerk.type("ying")


async def asking(clerk: Clerk) -> None:
    await find_migration(clerk)


async def noticing(clerk: Clerk) -> None:
    await at_the_desk(clerk)
    await clerk.type("1231a")


async def confirming(clerk: Clerk) -> None:
    await noticing(clerk)
    await clerk.press("f9")


async def called(clerk: Clerk) -> None:
    ws = clerk.app.workspace
    assert ws is not None
    at_ms = ws.clock.now_ms()
    tell(clerk.app, ws, queue_of(at_ms, visit_of(at_ms)))
    await clerk.settle()


async def calling(clerk: Clerk) -> None:
    await called(clerk)
    await clerk.press("ctrl+o")


async def losing(clerk: Clerk) -> None:
    ws = clerk.app.workspace
    assert ws is not None
    at_ms, mono = ws.clock.now_ms(), ws.clock.mono_ms()
    tell(clerk.app, ws, queue_of(at_ms, visit_of(at_ms), online=False, lease_until=mono + 38_900))
    await clerk.settle()


async def serving(clerk: Clerk) -> None:
    ws = clerk.app.workspace
    assert ws is not None
    at_ms = ws.clock.now_ms()
    visit = structs.replace(visit_of(at_ms, "serving"), served=(Served("SL01-A1-00001-T", "accepted"),))
    tell(clerk.app, ws, queue_of(at_ms, visit))
    await clerk.settle()
    await clerk.press("ctrl+o")


async def pausing(clerk: Clerk) -> None:
    await clerk.press("ctrl+p", "3")


async def asked_why_to_pause(clerk: Clerk) -> None:
    await clerk.press("ctrl+p")


async def transferring(clerk: Clerk) -> None:
    await serving(clerk)
    await clerk.press("t")
    await clerk.until(lambda: clerk.asks)


async def closing(clerk: Clerk) -> None:
    ws = clerk.app.workspace
    assert ws is not None
    intake.submit(ws, restaurant(ws, layout=MISSING))
    await at_the_desk(clerk)
    # Another key between: an Enter right behind a digit is part of the digit's answer.
    await clerk.press("ctrl+p", "1", "down", "enter", "ctrl+r")
    await clerk.until(lambda: isinstance(clerk.screen, ClosingScreen) and clerk.screen.looked is not None)


async def reprinting(clerk: Clerk) -> None:
    """Of a notice for everything: the paper is shown, printed again, and said."""
    ws = clerk.app.workspace
    assert ws is not None
    clerk.app.show_case(intake.submit(ws, restaurant(ws, **dict.fromkeys((*HARD, *SOFT), MISSING))).reference)
    papers.deliver_pending(ws)
    await clerk.settle()
    await clerk.press("down", "down", "p")
    await clerk.until(lambda: "：补打 1，" in clerk.text)


async def long_result(clerk: Clerk) -> None:
    """A notice for everything, as the screen stands after the confirmation."""
    ws = clerk.app.workspace
    assert ws is not None
    draft = building_site(ws)
    draft.ticks = dict.fromkeys(draft.ticks, MISSING)
    clerk.app.finished(intake.submit(ws, draft), "建筑工程施工许可证核发", "示例市好味餐饮有限公司")
    await clerk.settle()


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize(
    "steps",
    [
        searching,
        asking,
        noticing,
        confirming,
        asked_why_to_pause,
        pausing,
        closing,
        called,
        calling,
        losing,
        serving,
        transferring,
        reprinting,
    ],
)
def test_a_screen_looks_as_it_was_made(
    snap_compare: Any,
    config: Config,
    ws: Workspace,
    printed: list[str],
    steps: Callable[[Clerk], Awaitable[None]],
    size: tuple[int, int],
) -> None:
    app = make_app(config, lambda: ws)

    async def before(pilot: Pilot[Any]) -> None:
        clerk = Clerk(app, pilot)
        await clerk.until(lambda: app.workspace is not None)
        await steps(clerk)

    assert snap_compare(app, run_before=before, terminal_size=size)


def test_a_result_longer_than_the_screen_says_so(
    snap_compare: Any, config: Config, ws: Workspace, printed: list[str]
) -> None:
    app = make_app(config, lambda: ws)

    async def before(pilot: Pilot[Any]) -> None:
        clerk = Clerk(app, pilot)
        await clerk.until(lambda: app.workspace is not None)
        await long_result(clerk)

    assert snap_compare(app, run_before=before, terminal_size=NARROW)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("locked", [False, True], ids=["sign-in", "locked"])
def test_the_sign_in_looks_as_it_was_made(
    snap_compare: Any, config: Config, ws: Workspace, printed: list[str], locked: bool, size: tuple[int, int]
) -> None:
    Staff(ws).has_been_here(ZHOU)
    app = make_app(config, lambda: ws)

    async def before(pilot: Pilot[Any]) -> None:
        clerk = Clerk(app, pilot)
        await clerk.until(lambda: isinstance(clerk.screen, SignInScreen))
        await clerk.type(ZHOU)
        if locked:
            await clerk.press("enter")
            await clerk.type(PIN)
            await clerk.press("enter")
            await clerk.until(lambda: not isinstance(clerk.screen, SignInScreen))
            await at_the_desk(clerk)
            await clerk.press("ctrl+l")
            await clerk.until(lambda: isinstance(clerk.screen, SignInScreen))

    assert snap_compare(app, run_before=before, terminal_size=size)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("step", ["list", "exercise", "at work", "result"])
def test_training_looks_as_it_was_made(
    snap_compare: Any, config: Config, ws: Workspace, printed: list[str], step: str, size: tuple[int, int]
) -> None:
    app = make_app(structs.replace(config, training=True), lambda: ws, exercises=training.load())

    async def before(pilot: Pilot[Any]) -> None:
        clerk = Clerk(app, pilot)
        await clerk.until(lambda: clerk.asks and "培训" in clerk.text)
        if step == "list":
            return
        await clerk.press("1")
        await clerk.until(lambda: clerk.asks and "桌上有" in clerk.text)
        if step == "exercise":
            return
        clerk.at += 1.0
        await clerk.press("enter")
        await clerk.type("hkqy")
        if step == "result":
            await clerk.press("ctrl+x", "2")
            await clerk.until(lambda: clerk.asks and "还没有办完" in clerk.text)

    assert snap_compare(app, run_before=before, terminal_size=size)
