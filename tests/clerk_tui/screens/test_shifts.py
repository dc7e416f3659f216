"""The window's own day at the screens: pausing, locking, handing over, closing, calling for help in silence."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from msgspec import structs
from textual import events

from clerk_tui.app import make_app
from clerk_tui.config import Config
from clerk_tui.screens.closing import ClosingScreen
from clerk_tui.screens.counter import CounterApp
from clerk_tui.screens.dialog import Dialog
from clerk_tui.screens.home import HomeScreen
from clerk_tui.screens.paused import PausedScreen
from clerk_tui.screens.signing_in import SignInScreen
from clerk_tui.services import day_close, intake, papers, shift, signing_in
from clerk_tui.services.workspace import Workspace
from clerk_tui.store import shifts
from clerk_tui.store.journal import Entry
from hall import ticketing as t
from hall.facts import DayClosed, Fact, ShiftHandedOver
from tests.clerk_tui.clerks import PIN, WU, ZHOU, Staff
from tests.clerk_tui.conftest import MONDAY, FixedClock
from tests.clerk_tui.screens.conftest import NARROW, WIDE, Clerk, OpenCounter
from tests.clerk_tui.screens.steps import at_the_desk
from tests.clerk_tui.screens.test_signing_in import covered, sign_in
from tests.clerk_tui.walkins import MISSING, restaurant


@pytest.fixture
def config(config: Config) -> Config:
    return structs.replace(config, centre=structs.replace(config.centre, enabled=False))


@pytest.fixture
def staff(ws: Workspace) -> Staff:
    staff = Staff(ws)
    staff.has_been_here(ZHOU)
    staff.has_been_here(WU)
    return staff


def last(ws: Workspace) -> Fact:
    return shifts.facts_between(ws.journal.read(), ws.journal.head.seq, ws.journal.head.seq)[0]


def desk(clerk: Clerk) -> str:
    """The screen without its status line, which tells of unsent facts."""
    return clerk.text.partition("\n")[2]


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
async def test_a_pause_covers_the_open_case_and_gives_it_back(
    counter: OpenCounter, ws: Workspace, size: tuple[int, int]
) -> None:
    async with counter(size) as clerk:
        await at_the_desk(clerk)
        await clerk.type("11")
        open_case = desk(clerk)
        await clerk.press("ctrl+p")
        assert clerk.asks and "等候的人" in clerk.text
        await clerk.press("3")
        assert isinstance(clerk.screen, PausedScreen)
        assert "用餐" in clerk.text and "09:00" in clerk.text and "材料" not in clerk.text
        for key in ("f2", "f5", "f12", "escape", "ctrl+l", "ctrl+p", "ctrl+r"):
            await clerk.press(key)
            assert isinstance(clerk.screen, PausedScreen), key
        await clerk.press("enter")
        assert desk(clerk) == open_case and last(ws).header.type == "shift.resumed"


async def test_a_reason_chosen_on_an_english_screen_is_recorded_as_on_any_other(
    config: Config, ws: Workspace, printed: list[str]
) -> None:
    """Whoever reads it elsewhere reads it in the language of their own screen."""
    app = make_app(structs.replace(config, screen=structs.replace(config.screen, language="en")), lambda: ws)
    async with app.run_test(size=NARROW) as pilot:
        clerk = Clerk(app, pilot)
        await clerk.until(lambda: app._kept is not None)
        await clerk.press("ctrl+p", "3")
        assert isinstance(clerk.screen, PausedScreen) and "Meal" in clerk.text
        assert shift.paused(ws).reason == "用餐"  # type: ignore[union-attr]


async def test_a_pause_for_another_reason_wants_it_in_words(counter: OpenCounter, ws: Workspace) -> None:
    async with counter() as clerk:
        await clerk.press("ctrl+p", "5", "enter")
        await clerk.until(lambda: clerk.asks and "要写明原因" in clerk.text)
        await clerk.type("xunshu")
        await clerk.press("enter")
        assert shift.paused(ws).reason == "xunshu"  # type: ignore[union-attr]


async def test_a_scan_and_a_problem_wait_until_the_window_serves_again(counter: OpenCounter, ws: Workspace) -> None:
    from hall.errors import HallError

    reference = intake.submit(ws, restaurant(ws)).reference
    async with counter() as clerk:
        await clerk.press("ctrl+p", "1")
        await clerk.scan(reference)
        clerk.app.tell(HallError("print_failed", "打印机没有纸"))
        assert isinstance(clerk.screen, PausedScreen) and reference not in clerk.text
        await clerk.press("enter")
        assert clerk.asks and "打印机没有纸" in clerk.text


async def test_whoever_pauses_signs_out_and_coming_back_takes_a_pin(
    counter: OpenCounter, staff: Staff, ws: Workspace
) -> None:
    async with counter() as clerk:
        await clerk.until(lambda: covered(clerk))
        await sign_in(clerk)
        await at_the_desk(clerk)
        await clerk.press("ctrl+p", "1")
        assert isinstance(clerk.screen, PausedScreen) and ws.seat.actor is None and "周敏" in clerk.text
        clerk.at += 1.0
        await clerk.press("enter")
        assert covered(clerk)
        await sign_in(clerk)
        assert not clerk.app.locked and "材料" in clerk.text and shift.paused(ws) is None


async def test_a_window_that_had_paused_still_pauses_after_a_restart(counter: OpenCounter, ws: Workspace) -> None:
    shift.pause(ws, "设备故障")
    async with counter() as clerk:
        await clerk.until(lambda: isinstance(clerk.screen, PausedScreen))
        assert "设备故障" in clerk.text
        await clerk.press("enter")
        assert isinstance(clerk.screen, HomeScreen)


async def test_a_screen_that_nobody_touches_locks_itself(counter: OpenCounter, staff: Staff, ws: Workspace) -> None:
    async with counter() as clerk:
        await clerk.until(lambda: covered(clerk))
        await sign_in(clerk)
        await at_the_desk(clerk)
        await clerk.type("11")
        open_case = clerk.text
        clerk.at += 9 * 60
        clerk.app.lock_if_idle()
        assert not covered(clerk)
        clerk.at += 2 * 60
        clerk.app.lock_if_idle()
        await clerk.until(lambda: covered(clerk))
        assert ws.seat.actor is None
        await sign_in(clerk)
        assert clerk.text == open_case


@pytest.mark.parametrize("minutes", [0, 10])
async def test_without_clerks_or_without_minutes_nothing_locks_itself(
    counter: OpenCounter, ws: Workspace, minutes: int
) -> None:
    async with counter() as clerk:
        if minutes == 0:
            Staff(ws).has_been_here(ZHOU)
            signing_in.sign_in(ws, ZHOU, PIN)
        screen = structs.replace(clerk.app.config.screen, lock_after_min=minutes)
        clerk.app.config = structs.replace(clerk.app.config, screen=screen)
        clerk.at += 3600
        clerk.app.lock_if_idle()
        assert not covered(clerk)


async def test_the_record_says_who_goes_on_with_what_another_began(
    counter: OpenCounter, staff: Staff, ws: Workspace
) -> None:
    async with counter() as clerk:
        await clerk.until(lambda: covered(clerk))
        await sign_in(clerk)
        await at_the_desk(clerk)
        await clerk.press("ctrl+l")
        await sign_in(clerk)
        assert ws.journal.head.seq == 0, "the same person coming back is no hand-over"
        await clerk.press("ctrl+l", "up", "ctrl+u")
        await sign_in(clerk, WU)
        fact = last(ws)
        assert fact.header.actor == WU
        assert fact.body == ShiftHandedOver(window="3", before=ZHOU, unfinished=1)
        assert "材料" in clerk.text


# -- the close of the day --------------------------------------------------------------------------------------------


async def closing(clerk: Clerk) -> None:
    await clerk.press("ctrl+r")
    await clerk.until(lambda: isinstance(clerk.screen, ClosingScreen) and clerk.screen.looked is not None)


async def closed(clerk: Clerk, ws: Workspace) -> DayClosed:
    await clerk.until(lambda: bool(shifts.closes_of(ws.journal.read())))
    await clerk.until(lambda: "已日结" in clerk.text)
    body = shifts.closes_of(ws.journal.read())[-1].body
    assert isinstance(body, DayClosed)
    return body


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
async def test_a_day_with_nothing_left_closes_with_two_keys(
    counter: OpenCounter, ws: Workspace, size: tuple[int, int]
) -> None:
    intake.submit(ws, restaurant(ws, layout=MISSING))
    papers.deliver_pending(ws)
    async with counter(size) as clerk:
        await closing(clerk)
        assert "都办完了" in clerk.text and "2026-11-02" in clerk.text
        await clerk.press("f9", "enter")
        body = await closed(clerk, ws)
        assert (body.figures.notices, body.left) == (1, ())
        await clerk.press("enter")
        assert isinstance(clerk.screen, HomeScreen)


async def test_what_is_left_is_asked_about_one_after_the_other(counter: OpenCounter, ws: Workspace) -> None:
    intake.submit(ws, restaurant(ws))
    async with counter() as clerk:
        await at_the_desk(clerk)
        await closing(clerk)
        assert "还在等打印的文书" in clerk.text and "没有办完的收件" in clerk.text
        await clerk.press("f9", "enter")
        await clerk.until(lambda: clerk.asks and "要写明原因" in clerk.text)
        await clerk.type("meizhi")
        await clerk.press("enter")
        await clerk.type("mingzao")
        await clerk.press("enter")
        assert clerk.asks and "日结？" in clerk.text
        await clerk.press("enter")
        body = await closed(clerk, ws)
        assert [(one.kind, one.reason) for one in body.left] == [("queued", "meizhi"), ("parked", "mingzao")]


@pytest.mark.parametrize("reason", ["\u202e没有纸", "—", "纸" * 101])
async def test_a_reason_that_may_not_be_kept_is_refused_where_it_is_typed(
    counter: OpenCounter, ws: Workspace, reason: str
) -> None:
    intake.submit(ws, restaurant(ws))
    async with counter() as clerk:
        await closing(clerk)
        await clerk.press("m")
        clerk.app.screen.post_message(events.Paste(reason))
        await clerk.pilot.pause()
        before = clerk.text
        await clerk.press("enter")
        assert clerk.asks and clerk.text != before, "what is wrong is said there"
        assert any(word in clerk.text for word in ("要写明原因", "不能存入", "超过上限")) and "姓名" not in clerk.text
        await clerk.press("escape", "m")
        await clerk.type("meizhi")
        await clerk.press("enter")
        await clerk.until(lambda: "原因：meizhi" in clerk.text)


async def test_visits_without_a_case_stand_on_the_closing_screen(counter: OpenCounter, ws: Workspace) -> None:
    for serial, outcome in enumerate(("inquiry", "inquiry", "丢了东西")):
        facts = (t.TicketCalled(window="3", at_ms=1), t.TicketFinished(window="3", at_ms=2, outcomes=(outcome,)))
        ws.journal.commit(
            [
                Entry(event_id=ws.new_id(), subject=f"ticket-{serial}", body=body, actor="0001", day=ws.clock.today())
                for body in facts
            ]
        )
    async with counter(NARROW) as clerk:
        await closing(clerk)
        told = re.sub(r" +", " ", clerk.text)
        for words in ("办理人次 3", "办完的号 3", "来访：只咨询 2", "来访：其他 1"):
            assert words in told, told


async def test_each_thing_that_is_left_has_its_one_key(counter: OpenCounter, ws: Workspace) -> None:
    intake.submit(ws, restaurant(ws))
    async with counter() as clerk:
        await closing(clerk)
        await clerk.press("enter")
        await clerk.until(lambda: papers.unprinted(ws) == [])
        await clerk.until(lambda: "都办完了" in clerk.text)
        with ws.journal.write() as connection:
            connection.execute("UPDATE print_job SET state = 'unknown'")
        clerk.screen.look()
        await clerk.until(lambda: "不知道打出没有" in clerk.text)
        await clerk.press("enter")
        await clerk.until(lambda: clerk.asks)
        await clerk.press("2")
        while clerk.asks:
            await clerk.press("2")
        await clerk.until(lambda: "都办完了" in clerk.text)


async def test_a_day_that_nobody_closed_is_told_first_thing(
    counter: OpenCounter, ws: Workspace, clock: FixedClock
) -> None:
    intake.submit(ws, restaurant(ws))
    papers.deliver_pending(ws)
    clock.day = MONDAY + dt.timedelta(days=1)
    async with counter() as clerk:
        await clerk.until(lambda: clerk.asks)
        assert "还有没日结的日子" in clerk.text and "2026-11-02" in clerk.text
        await clerk.press("enter")
        await clerk.until(lambda: isinstance(clerk.screen, ClosingScreen) and clerk.screen.looked is not None)
        assert "没有当日结单" in clerk.text
        await clerk.press("f9", "enter")
        body = await closed(clerk, ws)
        assert (body.day, body.closed_on) == (MONDAY, clock.day)


async def test_midnight_is_noticed_by_a_counter_that_stays_open(
    counter: OpenCounter, ws: Workspace, clock: FixedClock
) -> None:
    async with counter() as clerk:
        intake.submit(ws, restaurant(ws))
        clock.day = MONDAY + dt.timedelta(days=1)
        clerk.app.look_at_the_day()
        await clerk.until(lambda: clerk.asks)
        await clerk.press("escape")
        clerk.app.look_at_the_day()
        await clerk.pilot.pause()
        assert not clerk.asks, "asked once a day"


async def test_after_the_close_nobody_sits_there(counter: OpenCounter, staff: Staff, ws: Workspace) -> None:
    async with counter() as clerk:
        await clerk.until(lambda: covered(clerk))
        await sign_in(clerk)
        intake.submit(ws, restaurant(ws))
        papers.deliver_pending(ws)
        await closing(clerk)
        await clerk.press("f9", "enter")
        await closed(clerk, ws)
        await clerk.press("enter")
        assert isinstance(clerk.screen, SignInScreen) and day_close.open_runs(ws) == []


# -- the silent alarm ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["home", "typing", "dialog", "locked", "paused"])
async def test_a_call_for_help_changes_nothing_on_any_screen(
    counter: OpenCounter, ws: Workspace, staff: Staff, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once: list[str] = []
    monkeypatch.setattr(CounterApp, "sync_now", lambda self: at_once.append("now"))
    async with counter() as clerk:
        await clerk.until(lambda: covered(clerk))
        if place != "locked":
            await sign_in(clerk)
        if place == "typing":
            await clerk.type("qykb")
        elif place == "dialog":
            await clerk.press("ctrl+q")
        elif place == "paused":
            await clerk.press("ctrl+p", "1")
        before, screen = clerk.text, clerk.screen
        head = ws.journal.head.seq
        await clerk.press("ctrl+backslash")
        await clerk.until(lambda: bool(at_once))
        assert ws.journal.head.seq == head + 1
        clerk.app._sync_changed()
        clerk.app.show_standing()
        await clerk.pilot.pause()
        assert clerk.text == before and clerk.screen is screen
        fact = last(ws)
        assert fact.header.type == "alarm.raised" and fact.body.window == "3"  # type: ignore[union-attr]
        assert fact.body.clerk == ("" if place in ("locked", "paused") else ZHOU)  # type: ignore[union-attr]
        if place == "dialog":
            assert isinstance(clerk.screen, Dialog)
