"""Without a network every place says so whole on eighty columns: counter, ticket machine, display and board."""

from __future__ import annotations

from itertools import product
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from clerk_tui import i18n
from clerk_tui.config import CentreSection, Config, DeviceSection
from clerk_tui.i18n import _, named
from clerk_tui.screens import station_work as works
from clerk_tui.screens.queue_line import NEWS, strip_of
from clerk_tui.services.calling import Now
from clerk_tui.services.queue_desk import Desk, Visit
from clerk_tui.services.queue_steps import News, NewsKind
from clerk_tui.services.ticketing import Station
from clerk_tui.services.workspace import Workspace
from clerk_tui.widgets.cells import CUT
from clerk_tui.widgets.hall_bar import HallBar, Sign, Told
from clerk_tui.widgets.painted import Line, spans_width
from clerk_tui.widgets.queue_strip import QueueStrip
from hall.queue_wire import WindowState
from tests.clerk_tui.screens.conftest import NARROW, WIDE
from tests.clerk_tui.screens.test_station import machine
from tests.clerk_tui.screens.windows import visit_of

COLUMNS = NARROW[0]
LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])


def read(line: Line) -> str:
    """A line as it stands on the screen."""
    spans, _fill = line
    assert spans_width(spans) <= COLUMNS, "".join(text for text, _ink in spans)
    return "".join(text for text, _ink in spans)


def queue_line(news: NewsKind | None, *, online: bool, state: WindowState = "open", visit: Visit | None = None) -> str:
    now = Now(
        desk=Desk(visit=visit), state=state, online=online, asking=False, lease_until=0, waiting=(), more=False,
        passed=(), news=News(kind=news, serial=1, number="AB1000000") if news else None,
    )  # fmt: skip
    line = QueueStrip()
    line.strip = strip_of(now, {}, mono_ms=0, at_ms=0, news_ms=0)
    (shown,) = line.lines_for(*NARROW)
    return read(shown)


@LANGUAGES
@pytest.mark.parametrize("state", get_args(WindowState))
def test_what_happened_to_a_number_is_told_whole(state: WindowState, language: str) -> None:
    i18n.install(language)
    for news, online in product(set(get_args(NewsKind)) & set(NEWS), (True, False)):
        shown = queue_line(news, online=online, state=state)
        assert _(NEWS[news]).format(number="AB1000000") in shown and CUT not in shown


@LANGUAGES
@pytest.mark.parametrize("state", ["called", "serving"])
def test_a_number_that_became_void_is_told_beside_the_one_at_the_window(state: str, language: str) -> None:
    i18n.install(language)
    for news in ("day_over", "refused"):
        shown = queue_line(news, online=True, visit=visit_of(1, state))
        assert _(NEWS[news]).format(number="AB1000000") in shown and CUT not in shown
        assert "C012" in shown
    assert "AB1000000" not in queue_line("put_back", online=True, visit=visit_of(1, state)), "it is about the next now"


@LANGUAGES
def test_a_window_without_the_centre_says_what_still_works_beside_its_keys(language: str) -> None:
    i18n.install(language)
    shown = queue_line(None, online=False)
    assert _("连不上中心，扫群众手里的号票照样办") in shown and "Ctrl+N" in shown and "Ctrl+O" in shown


@LANGUAGES
@pytest.mark.parametrize("title", ["看板", "现在叫号"])
def test_display_and_board_say_since_when_and_which_hall(title: str, language: str) -> None:
    i18n.install(language)
    bar = HallBar(ZoneInfo("Asia/Shanghai"))
    bar.told = Told(Sign("示例市政务服务中心"), _(title), 1_790_000_000_000, 1_790_000_000_000, "连不上中心")
    (shown,) = bar.lines_for(*NARROW)
    assert _("离线 {time} 起").format(time="22:13") in read(shown) and "示例市政务服务中心" in read(shown)


@pytest.fixture
def config(config: Config) -> Config:
    return replace(config, device=DeviceSection(code="T1"), centre=CentreSection(enabled=False))


@LANGUAGES
@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_the_ticket_machine_says_how_many_numbers_are_left(
    config: Config, ws: Workspace, size: tuple[int, int], language: str
) -> None:
    i18n.install(language)
    async with machine(replace(config, screen=replace(config.screen, language=language)), ws, size) as clerk:
        app: Any = clerk.app
        note = works.low_numbers(ws, Station(ws))
        await clerk.until(lambda: note in clerk.text)
        bottom = clerk.text.splitlines()[-3:]
        for words in ("选业务", "预约、补正、查号", "优先取号"):
            assert any(_(words) in line for line in bottom), "the keys stay"
        for each in app.page.seen:
            assert named(each.business.where) in clerk.text, "and so does where to go"
