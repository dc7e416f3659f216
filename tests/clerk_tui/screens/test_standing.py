"""The status line's clock ticks whenever it likes."""

from __future__ import annotations

import gc

from clerk_tui.widgets.bars import Standing, StatusLine
from clerk_tui.widgets.cells import width
from tests.clerk_tui.screens.conftest import OpenCounter


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


async def test_an_app_among_others_is_given_back_when_it_ends(counter: OpenCounter) -> None:
    """Only the counter's own process freezes what it has loaded; here every App would stay for ever."""
    before = gc.get_freeze_count()
    async with counter():
        pass
    assert gc.get_freeze_count() == before and gc.isenabled()
