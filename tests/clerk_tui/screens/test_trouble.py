"""A problem says what happened, what it means, and what to do; and nothing typed is lost by it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import closing

import pytest
from msgspec import structs

from clerk_tui.app import make_app
from clerk_tui.config import Config
from clerk_tui.messages import SyncChanged, WorkFailed
from clerk_tui.screens import daily
from clerk_tui.screens.intake import IntakeScreen
from clerk_tui.services import intake
from clerk_tui.services.workspace import Workspace
from hall.errors import BadCatalogue, HallError, StoreError
from tests.clerk_tui.screens.conftest import NARROW, WIDE, Clerk, OpenCounter
from tests.clerk_tui.screens.steps import at_the_desk
from tests.clerk_tui.screens.windows import queue_of, tell, visit_of
from tests.clerk_tui.walkins import restaurant
from tests.journals import Unprotected


async def test_a_full_disk_refuses_the_action_and_keeps_what_was_typed(
    counter: OpenCounter, ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StoreError("disk_full", "磁盘已满，没有保存", hint="腾出空间后再按 F9")

    async with counter() as clerk:
        await at_the_desk(clerk)
        await clerk.type("a")
        draft = clerk.screen.draft
        monkeypatch.setattr(intake, "submit", full)
        await clerk.press("f9", "enter")
        assert clerk.asks and "磁盘已满" in clerk.text and "腾出空间后再按 F9" in clerk.text
        await clerk.press("escape")
        assert isinstance(clerk.screen, IntakeScreen) and clerk.screen.draft is draft
        monkeypatch.undo()
        await clerk.press("f9", "enter")
        assert ws.journal.head.seq > 0


async def test_a_counter_that_cannot_open_says_why_and_ends(config: Config) -> None:
    def broken() -> Workspace:
        raise BadCatalogue(
            "bad_catalogue", "事项目录没有通过检查", field="hukou.toml: code", hint="运行 clerk matters check"
        )

    app = make_app(config, broken)
    async with app.run_test(size=WIDE) as pilot:
        clerk = Clerk(app, pilot)
        await clerk.until(lambda: clerk.asks)
        assert "事项目录没有通过检查" in clerk.text and "clerk matters check" in clerk.text
        await clerk.press("enter")
        await clerk.until(lambda: app._exit)
    assert app.return_code == 2


async def test_an_unexpected_error_while_opening_shows_no_traceback(config: Config) -> None:
    def broken() -> Workspace:
        raise ZeroDivisionError("110101188001010011")

    app = make_app(config, broken)
    async with app.run_test(size=WIDE) as pilot:
        clerk = Clerk(app, pilot)
        await clerk.until(lambda: clerk.asks)
        assert "意外" in clerk.text and "110101188001010011" not in clerk.text


async def test_what_is_typed_before_the_catalogue_is_open_is_searched_then(
    config: Config, ws: Workspace, printed: list[str]
) -> None:
    may_open = asyncio.Event()
    loop = asyncio.get_running_loop()

    def slowly() -> Workspace:
        asyncio.run_coroutine_threadsafe(may_open.wait(), loop).result()
        return ws

    app = make_app(config, slowly)
    async with app.run_test(size=WIDE) as pilot:
        clerk = Clerk(app, pilot)
        await clerk.type("hkqy")
        assert "户口迁移" not in clerk.text
        may_open.set()
        await clerk.until(lambda: "户口迁移" in clerk.text)


async def test_what_comes_by_itself_takes_no_key_meant_for_what_is_on_the_screen(
    counter: OpenCounter, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = HallError("full", "磁盘已满", hint="腾出空间")
    async with counter() as clerk:
        rests: list[Callable[[], None]] = []
        monkeypatch.setattr(clerk.app, "set_timer", lambda _seconds, look: rests.append(look))
        clerk.app.post_message(WorkFailed(error))
        await clerk.until(lambda: bool(rests))
        for letter in "hkqy":
            await clerk.press(letter)
            rests.pop()()
            assert not clerk.asks and len(rests) == 1, "the keyboard did not rest"
        assert clerk.app.home.entry.value == "hkqy"
        clerk.app.tell(error)
        await clerk.settle()
        rests.pop()()
        assert len(rests) == 1, "one dialog at a time"
        await clerk.press("enter")
        rests.pop()()
        await clerk.settle()
        assert "磁盘已满" not in clerk.text, "the Enter that closed the other is a key too"
        rests.pop()()
        await clerk.settle()
        assert clerk.asks and "磁盘已满" in clerk.text and not rests


async def test_what_can_wait_is_asked_between_two_people(
    counter: OpenCounter, ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with counter() as clerk:
        at_ms = ws.clock.now_ms()
        rests: list[Callable[[], None]] = []
        said: list[str] = []
        monkeypatch.setattr(clerk.app, "set_timer", lambda _seconds, look: rests.append(look))
        clerk.app.when_idle(lambda: said.append(clerk.app.home.entry.value), at_home=True)

        def rested() -> int:
            """Twice as long as it takes."""
            for _ in range(2):
                if rests:
                    rests.pop()()
            return len(said)

        await clerk.type("hkqy")
        assert not rested(), "something is typed for somebody"
        await clerk.press("enter")
        assert isinstance(clerk.screen, IntakeScreen) and not rested(), "somebody is at the desk"
        await clerk.press("escape")
        while clerk.asks:
            await clerk.press("enter")
        await clerk.press("escape")
        tell(clerk.app, ws, queue_of(at_ms, visit_of(at_ms, "called")))
        await clerk.settle()
        assert clerk.app.home.is_current and not rested(), "somebody is on their way, and Enter begins with them"
        tell(clerk.app, ws, queue_of(at_ms, None))
        await clerk.settle()
        assert rested() == 1 and not rests


async def test_an_altered_record_is_said_once_and_stays_written(counter: OpenCounter, ws: Workspace) -> None:
    for _ in range(12):
        intake.submit(ws, restaurant(ws))
    with closing(Unprotected(ws.journal.path)) as db:
        db.execute("UPDATE event SET public = CAST(CAST(public AS TEXT) || ' ' AS BLOB) WHERE seq = 3")
    async with counter() as clerk:
        clerk.app.in_background(daily.look, "daily")
        await clerk.until(lambda: clerk.asks)
        assert "第3条" in clerk.text and "clerk restore" in clerk.text
        await clerk.press("enter")
        assert "账本受损 F12" in clerk.text
        await clerk.press("f12")
        assert "账本受损：先停止收件" in clerk.text and "第3条" in clerk.text and "停止使用这个账本" in clerk.text
        assert "断网不影响收件" not in clerk.text and "照常办理" not in clerk.text, "nothing says the opposite"
        assert isinstance(daily.look(ws), SyncChanged), "looked at again, not said again"
        await clerk.press("escape")
        await clerk.type("hkqy")
        await clerk.press("enter")
        assert clerk.asks and "不再写入新的办件" in clerk.text, "said before anything is typed"


async def test_a_program_that_holds_the_journal_is_said_until_it_lets_go(counter: OpenCounter, ws: Workspace) -> None:
    disk = ws.journal.database.disk
    intake.submit(ws, restaurant(ws))
    before, disk.limits = disk.limits, structs.replace(disk.limits, log=0)
    async with counter(NARROW) as clerk:
        await clerk.press("f12")
        clerk.app.show_standing()
        await clerk.pilot.pause()
        assert "账本被占住 F12" in clerk.text and "一直占着账本在读" in clerk.text and "怎么办" in clerk.text
        disk.limits = before
        clerk.app.show_standing()
        clerk.screen._again()
        await clerk.pilot.pause()
        assert "占" not in clerk.text
