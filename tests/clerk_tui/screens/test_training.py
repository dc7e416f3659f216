"""Training at the screens: the same counter, an exercise above it, and the result when the person has their answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from msgspec import structs

from clerk_tui.app import make_app
from clerk_tui.cli.training import sandbox
from clerk_tui.config import Config
from clerk_tui.screens.home import HomeScreen
from clerk_tui.screens.result import ResultScreen
from clerk_tui.screens.supplement import SupplementScreen
from clerk_tui.screens.training import TrainingApp, as_told
from clerk_tui.services import training
from clerk_tui.services.workspace import Workspace
from tests.clerk_tui.screens.conftest import NARROW, WIDE, Clerk

EXERCISES = training.load()
PLACE = {one.key: place for place, one in enumerate(EXERCISES)}


@asynccontextmanager
async def learning(config: Config, ws: Workspace, size: tuple[int, int] = WIDE) -> AsyncIterator[Clerk]:
    """A learner before the list of exercises."""
    app = make_app(structs.replace(config, training=True), lambda: ws, exercises=EXERCISES)
    async with app.run_test(size=size) as pilot:
        clerk = Clerk(app, pilot)
        await clerk.until(lambda: clerk.asks and "培训" in clerk.text)
        yield clerk


async def begin(clerk: Clerk, key: str) -> None:
    await clerk.press(str(PLACE[key] + 1))
    await clerk.until(lambda: clerk.asks and "桌上有" in clerk.text)
    clerk.at += 1.0  # the exercise is read
    await clerk.press("enter")
    assert isinstance(clerk.screen, HomeScreen)


def app_of(clerk: Clerk) -> TrainingApp:
    assert isinstance(clerk.app, TrainingApp)
    return clerk.app


@pytest.mark.usefixtures("printed")
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
async def test_an_exercise_is_worked_like_a_real_person_and_judged_at_the_end(
    config: Config, ws: Workspace, size: tuple[int, int]
) -> None:
    async with learning(config, ws, size) as clerk:
        await begin(clerk, "supplement")
        begun = app_of(clerk).begun
        assert begun is not None and "培训" in clerk.text.splitlines()[0] and "6/10" in clerk.text
        await clerk.type(begun.reference)
        await clerk.press("enter")
        await clerk.until(lambda: isinstance(clerk.screen, SupplementScreen))
        assert "桌上：" in clerk.text
        await clerk.press("f4", "a", "f9", "enter")
        await clerk.until(lambda: clerk.asks and "全对" in clerk.text)
        assert isinstance(clerk.screen_below, ResultScreen)
        score = app_of(clerk).scores["supplement"]
        assert score.right and score.keys >= len(begun.reference) + 5
        await clerk.press("enter")
        await clerk.until(lambda: clerk.asks and "王小明替" in clerk.text)


@pytest.mark.usefixtures("printed")
async def test_what_was_missed_is_named_with_the_article(config: Config, ws: Workspace) -> None:
    async with learning(config, ws) as clerk:
        await begin(clerk, "scan")
        begun = app_of(clerk).begun
        assert begun is not None
        await clerk.scan(begun.reference)
        await clerk.press("enter")
        await clerk.until(lambda: isinstance(clerk.screen, SupplementScreen))
        await clerk.press("f4", "a", "f9", "enter")
        await clerk.until(lambda: clerk.asks and "处要改" in clerk.text)
        assert "与桌上的材料不符" in clerk.text and "补齐之日才受理" in clerk.text and "扫码" in clerk.text
        (told,) = as_told(app_of(clerk).scores.values())
        assert told["done"] and not told["right"] and told["keys"] < len(begun.reference)


@pytest.mark.usefixtures("printed")
async def test_the_strip_counts_every_key_as_it_is_pressed_and_takes_a_scan_s_back(
    config: Config, ws: Workspace
) -> None:
    async with learning(config, ws) as clerk:
        await begin(clerk, "accept")
        for pressed, key in enumerate("hkqy", start=2):
            await clerk.type(key)
            assert f"{pressed} 键" in clerk.text
        await clerk.scan("SL01-A1-00001-T")
        assert "5 键" in clerk.text


@pytest.mark.usefixtures("printed")
async def test_one_key_shows_the_exercise_again_and_hands_it_in(config: Config, ws: Workspace) -> None:
    async with learning(config, ws) as clerk:
        await begin(clerk, "accept")
        await clerk.type("hkqy")
        before = clerk.text.partition("\n")[2]
        await clerk.press("ctrl+x")
        assert clerk.asks and "张三" in clerk.text and "交卷" in clerk.text
        await clerk.press("escape")
        assert "hkqy" in clerk.text and before.splitlines()[-1] in clerk.text
        await clerk.press("ctrl+x", "2")
        assert clerk.asks and "还没有办完" in clerk.text
        assert not app_of(clerk).scores["accept"].done
        await clerk.press("escape", "ctrl+x")
        assert "再练" in clerk.text and "未做" in clerk.text


@pytest.mark.usefixtures("printed")
async def test_nothing_of_one_exercise_is_left_for_the_next(config: Config, ws: Workspace) -> None:
    async with learning(config, ws) as clerk:
        await begin(clerk, "accept")
        await clerk.type("hkqy")
        await clerk.press("enter", "1", "1")
        await clerk.press("ctrl+x", "3")
        await clerk.until(lambda: clerk.asks and "未做" in clerk.text)
        await begin(clerk, "notice")
        assert app_of(clerk).strokes <= 2 and app_of(clerk).unfinished_now() == []


async def test_a_real_counter_has_no_strip_and_no_such_key(config: Config, ws: Workspace) -> None:
    app = make_app(config, lambda: ws)
    async with app.run_test(size=WIDE) as pilot:
        clerk = Clerk(app, pilot)
        await clerk.until(lambda: app.workspace is not None)
        await clerk.press("ctrl+x")
        assert not clerk.asks and "培训" not in clerk.text


def test_nothing_of_a_sandbox_reaches_the_hall(config: Config, ws: Workspace) -> None:
    from clerk_tui.config import AlarmSection, CentreSection

    real = structs.replace(
        config, centre=CentreSection(enabled=True, token_file="/x"), alarm=AlarmSection(command=("/bin/true",))
    )
    made = sandbox(real, config.store_file.parent / "training")
    assert made.training and not made.centre.enabled and not made.queue.enabled and made.alarm.command == ()
    assert made.store_file != real.store_file and made.witness_file != real.witness_file
    assert (made.hall.office, made.device.code) != (real.hall.office, real.device.code)
    assert {made.print_target(kind) for kind in ("", "notice", "day_sheet")} == {made.print.target}
    assert made.print.target.startswith("dir:") and made.backup_dir is None
