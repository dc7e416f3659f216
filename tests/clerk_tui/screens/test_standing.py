"""The status line's clock ticks whenever it likes."""

from __future__ import annotations

import datetime as dt
import gc
from typing import Any

import pytest

from clerk_tui.screens.queue_line import NEWS_MS, strip_of
from clerk_tui.services import intake
from clerk_tui.services.queue_desk import Desk, Visit
from clerk_tui.services.queue_watch import Now
from clerk_tui.services.workspace import Workspace
from clerk_tui.widgets.bars import Key, KeyLine, Standing, StatusLine
from clerk_tui.widgets.cells import width
from clerk_tui.widgets.queue_strip import QueueStrip
from hall.queue_wire import TicketView
from tests.clerk_tui.conftest import MONDAY, FixedClock
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


@pytest.mark.parametrize(
    "what", [{"unprinted": 12}, {"unsettled": 12}, {"trouble": "1件缺日历 F12"}, {"unprinted": 1, "quarantined": 3}]
)
def test_whether_all_is_saved_is_to_be_seen_whatever_else_there_is(what: dict[str, Any]) -> None:
    line = StatusLine()
    for saved, word in ((True, "已保存"), (False, "未保存")):
        line.standing = Standing(
            hall="示例市政务服务中心", window="3", clerk="欧阳小敏", day="2026-11-02", workday=True, time="09:00",
            pending=12, oldest="02:10", contact="09:39", online=False, saved=saved, **what,
        )  # fmt: skip
        for columns in (80, 120):
            ((spans, _fill),) = line.lines_for(columns, 1)
            text = "".join(text for text, _ink in spans)
            assert width(text) <= columns, text
            for seen in (word, "未上传12条", "02:10", "09:39", "11-02", "09:00"):
                assert seen in text, text


def keys(*, enabled: str, columns: int) -> str:
    line = KeyLine()
    line.keys = [Key(f"F{n}", "某个词", f"F{n}" in enabled.split(), n // 4) for n in range(1, 10)]
    ((spans, _fill),) = line.lines_for(columns, 1)
    text = "".join(text for text, _ink in spans)
    assert width(text) <= columns, text
    return text.rstrip()


def test_a_key_that_does_nothing_gives_way_on_a_narrow_screen() -> None:
    every = " ".join(f"F{n}" for n in range(1, 10))
    words = " ".join(f"F{n} 某个词" for n in range(1, 10))
    assert keys(enabled=every, columns=120) == " " + "  ".join(f"F{n} 某个词" for n in range(1, 10))
    assert keys(enabled=every, columns=80) == " " + words[: words.index(" F8")]
    some = keys(enabled="F1 F3 F5 F6 F7 F8 F9", columns=80)
    assert some == " " + " ".join(f"F{n} 某个词" for n in (1, 3, 5, 6, 7, 8, 9)), "none without its word"


@pytest.mark.parametrize(
    "why",
    ["先来先办，已等7分钟", "已等51分钟，按先来后到不再让先", "优先：孕妇，提前20分钟", "从别的窗口转来，不重新排队"],
)
def test_why_this_one_is_read_whole_before_the_key_that_shows_it_again(why: str) -> None:
    called = TicketView(
        ticket_id="ticket-1", number="F001", business="company", day=MONDAY, lane="normal", state="called",
        issued_ms=1, version=1, calls=1, name="王小明", why=why,
    )  # fmt: skip
    now = Now(
        desk=Desk(visit=Visit(ticket=called)), state="open", online=True, asking=False, lease_until=0,
        waiting=(), more=False, passed=(), news=None,
    )  # fmt: skip
    line = QueueStrip()
    line.strip = strip_of(now, {"company": "企业开办与市场监管"}, mono_ms=0, at_ms=0, news_ms=NEWS_MS)
    told = {}
    for columns in (80, 120):
        ((spans, _fill),) = line.lines_for(columns, 1)
        told[columns] = "".join(text for text, _ink in spans)
        assert width(told[columns]) <= columns
        for words in ("王*明", why, "Ctrl+G 再叫", "Ctrl+N 没来"):
            assert words in told[columns], told[columns]
    assert "Ctrl+O 看排队" in told[120]


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
