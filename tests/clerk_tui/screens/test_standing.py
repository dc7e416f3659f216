"""The status line's clock ticks whenever it likes."""

from __future__ import annotations

from tests.clerk_tui.screens.conftest import OpenCounter


async def test_the_clock_may_tick_while_a_screen_is_put_together(counter: OpenCounter) -> None:
    async with counter() as clerk:
        clerk.app.go_lookup()
        clerk.app.show_standing()
        await clerk.settle()
        await clerk.pilot.pause()
        assert "收件编号" in clerk.text and "3号窗口" in clerk.text
