"""A supervisor's F12 has the hall's set-aside records below this window's own, and has one read again with two keys."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

from msgspec.structs import replace

from clerk_tui.app import make_app
from clerk_tui.config import CentreSection
from clerk_tui.services import aside, hall_asides
from tests.clerk_tui.hall_rig import URL, Window
from tests.clerk_tui.screens.conftest import NARROW, WIDE, Clerk
from tests.clerk_tui.screens.test_signing_in import covered
from tests.clerk_tui.screens.windows import until
from tests.clerk_tui.services.test_hall_asides import SUPERVISOR, Head, hand_over_all, opened, recorded
from tests.clerk_tui.services.test_hall_asides import hall as hall
from tests.clerk_tui.services.test_hall_asides import other as other

TITLE = "全厅搁置的记录"


@asynccontextmanager
async def at(window: Window, sits: Callable[[], None], size: tuple[int, int] = WIDE) -> AsyncIterator[Clerk]:
    """The upload screen of a window at which somebody has signed in."""
    ws = dataclasses.replace(window.ws, config=replace(window.config, centre=CentreSection(url=URL)))
    app = make_app(window.config, lambda: ws)
    async with app.run_test(size=size) as pilot:
        clerk = Clerk(app, pilot)
        await clerk.until(lambda: app.workspace is not None)
        sits()
        await clerk.press("f12")
        yield clerk


def is_settled(window: Window, number: int) -> bool:
    return number not in {record.number for record in hall_asides.told(window.ws)}


async def test_a_supervisor_sees_whose_it_is_and_why_and_has_it_read_again(hall: Head, other: Window) -> None:
    hand_over_all(other)
    window = opened(hall, "B1")
    async with at(window, lambda: hall.seat(window), NARROW) as clerk:
        await until(clerk, lambda: TITLE in clerk.text)
        first = hall_asides.told(window.ws)[0]
        for told in ("A1 第 1 条", "0001 交来：申请人已离开", first.reason[:12]):
            assert told in clerk.text.replace("\n            ", "")
        left = len(hall_asides.told(window.ws))
        await clerk.press("m")
        assert "正确的内容" not in clerk.text, "its own window corrects it"
        await clerk.press("r")
        assert clerk.asks and "申请人已离开" in clerk.text
        await clerk.press("enter")
        assert clerk.asks and "要写明" in clerk.text, "why stands in the record"
        await clerk.press("escape")
        assert len(hall_asides.told(window.ws)) == left, "nothing without a yes"
        for number in [record.number for record in hall_asides.told(window.ws)]:
            await clerk.press("r", *"2026", "enter")
            await until(clerk, partial(is_settled, window, number))
            await until(clerk, lambda: len(clerk.screen._told_asides) == len(hall_asides.told(window.ws)))
            clerk.screen._again()
        await until(clerk, lambda: clerk.screen._again() or TITLE not in clerk.text)


async def test_at_the_window_that_wrote_it_a_supervisor_says_why_too(hall: Head, other: Window) -> None:
    async with at(other, lambda: None) as clerk:
        await clerk.until(lambda: covered(clerk))
        hall.seat(other)
        clerk.app.seated(clerk.screen)
        await clerk.press("f12", "r")
        assert clerk.asks and "中心重读这条记录" in clerk.text
        await clerk.press(*"2026", "enter")
        await until(clerk, lambda: aside.worklist(other.ws) == [])
    assert recorded(hall)[0] == (SUPERVISOR, "2026")


async def test_a_clerk_sees_nothing_of_it(hall: Head, other: Window) -> None:
    window = opened(hall, "B1")
    async with at(window, lambda: None) as clerk:
        await until(clerk, lambda: clerk.screen._told is not None)
        assert TITLE not in clerk.text


async def test_off_line_it_says_that_the_list_is_not_to_be_had(hall: Head, other: Window) -> None:
    window = opened(hall, "B1")

    def sits() -> None:
        hall.seat(window)
        window.ws.seat.session = "s.ended"

    async with at(window, sits) as clerk:
        await until(clerk, lambda: clerk.screen._again() or "现在取不到：" in clerk.text)
