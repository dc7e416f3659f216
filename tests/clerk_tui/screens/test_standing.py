"""The status line's clock ticks whenever it likes."""

from __future__ import annotations

import datetime as dt
import gc

from clerk_tui.services import intake
from clerk_tui.services.workspace import Workspace
from clerk_tui.widgets.bars import Key, KeyLine, Standing, StatusLine
from clerk_tui.widgets.cells import width
from tests.clerk_tui.conftest import FixedClock
from tests.clerk_tui.screens.conftest import NARROW, OpenCounter
from tests.clerk_tui.walkins import restaurant


async def test_the_clock_may_tick_while_a_screen_is_put_together(counter: OpenCounter) -> None:
    async with counter() as clerk:
        clerk.app.go_lookup()
        clerk.app.show_standing()
        await clerk.settle()
        await clerk.pilot.pause()
        assert "收件编号" in clerk.text and "3号窗口" in clerk.text


def test_trouble_with_the_centre_is_never_cut_off() -> None:
    line = StatusLine()
    line.standing = Standing(
        hall="示例市政务服务中心", window="3", clerk="周敏", day="2026-11-02", workday=True, time="09:00",
        pending=3, oldest="00:00", online=False, quarantined=3,
    )  # fmt: skip
    for columns in (80, 110, 120, 140):
        ((spans, _fill),) = line.lines_for(columns, 1)
        text = "".join(text for text, _ink in spans)
        assert width(text) <= columns and "退回3条" in text and text.endswith("--:-- "), text


def keys(*, enabled: str, columns: int) -> str:
    line = KeyLine()
    line.keys = [Key(f"F{n}", "某个词", f"F{n}" in enabled.split(), n // 4) for n in range(1, 10)]
    ((spans, _fill),) = line.lines_for(columns, 1)
    text = "".join(text for text, _ink in spans)
    assert width(text) <= columns, text
    return text.rstrip()


def test_a_key_that_does_nothing_keeps_its_place_on_a_narrow_screen() -> None:
    every = " ".join(f"F{n}" for n in range(1, 10))
    assert keys(enabled=every, columns=120) == " " + "  ".join(f"F{n} 某个词" for n in range(1, 10))
    assert keys(enabled=every, columns=80) == " " + " ".join(f"F{n} 某个词" for n in range(1, 8))
    some = keys(enabled="F1 F3 F5 F6 F7 F8 F9", columns=80)
    assert some == " F1 某个词 F2 F3 某个词 F4 F5 某个词 F6 某个词 F7 某个词 F8 某个词 F9 某个词"[: len(some)]
    assert "F2 F3" in some, "greyed, without its word, between its neighbours"


async def test_an_app_among_others_is_given_back_when_it_ends(counter: OpenCounter) -> None:
    """Only the counter's own process freezes what it has loaded; here every App would stay for ever."""
    before = gc.get_freeze_count()
    async with counter():
        pass
    assert gc.get_freeze_count() == before and gc.isenabled()


async def test_a_receipt_that_waits_for_the_years_calendar_is_said_on_top_and_explained(
    counter: OpenCounter, ws: Workspace, clock: FixedClock
) -> None:
    """行政许可法 art. 32(4): nobody can say yet whether the law has accepted it, so somebody has to act."""
    clock.day = dt.date(2027, 2, 3)
    reference = intake.receive(ws, restaurant(ws)).reference
    clock.day = dt.date(2027, 2, 12)
    async with counter(NARROW) as clerk:
        assert "1件缺日历 F12" in clerk.text
        await clerk.until(lambda: clerk.asks)
        await clerk.press("escape", "f12")
        assert "缺 2027 年放假安排" in clerk.text and reference in clerk.text
        assert clerk.text.splitlines()[0].endswith("--:--")
        await clerk.press("escape", "f5")
        await clerk.type(reference)
        await clerk.press("enter")
        assert "不能断定视为受理" in clerk.text
