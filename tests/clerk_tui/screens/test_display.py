"""The display: numbers that are read across a hall, spoken once, and never anybody's name."""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace

from clerk_tui.config import Config
from clerk_tui.services.hall_watch import Seen
from clerk_tui.widgets import digits
from clerk_tui.widgets.cells import width
from hall import queue_wire as q
from tests.clerk_tui.screens.conftest import NARROW, WIDE
from tests.clerk_tui.screens.kiosk_rig import at, make_display, of
from tests.clerk_tui.screens.picture import lines
from tests.clerk_tui.screens.seen_hall import MINUTE, NOW, QUEUE
from tests.clerk_tui.screens.test_hostile import NAMES, shown_is_harmless


class Heard:
    """A speaker that remembers."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def say(self, text: str) -> None:
        self.texts.append(text)


def called(*calls: tuple[str, str, int], state: str = "called") -> Seen:
    """The hall with these calls: number, window, how long ago in milliseconds."""
    told = [q.LastCall(number=n, window=w, at_ms=NOW - ago, calls=1, state=state) for n, w, ago in calls]
    return Seen(queue=replace(QUEUE, calls=told), at_ms=NOW)


@pytest.mark.parametrize(("size", "scale"), [(NARROW, 2), (WIDE, 3)])
async def test_the_last_call_is_drawn_as_large_as_there_is_room(size: tuple[int, int], scale: int) -> None:
    async with at(make_display(Config()), size) as visitor:
        shown = [line.strip() for line in lines(visitor.app)]
        for row in digits.draw("A047", scale):
            assert any(line.startswith(row.strip()) for line in shown if row.strip()), row
        assert "请 A047 号到 2 号窗口" in visitor.text


def between(line: str, first: int, end: int) -> str:
    """The characters that begin in these cells of a line."""
    found, at = "", 0
    for char in line:
        found += char if first <= at < end else ""
        at += width(char)
    return found


@pytest.mark.parametrize(("size", "language"), [(NARROW, "zh"), (NARROW, "en"), (WIDE, "zh")])
async def test_a_windows_name_never_runs_into_the_next_column(size: tuple[int, int], language: str) -> None:
    config = replace(Config(), screen=replace(Config().screen, language=language))
    windows = [replace(QUEUE.windows[0], window=name, number=f"A0{at:02}") for at, name in enumerate(("B-12", "3"), 1)]
    calls = called(
        ("A001", "2", 0), ("A002", "B-12", 60_000), ("A003", "综合受理窗口乙", 70_000), ("A004", "B-12", 80_000)
    )
    assert calls.queue is not None
    seen = replace(calls, queue=replace(calls.queue, windows=windows))
    async with at(make_display(config, seen), size) as visitor:
        shown = lines(visitor.app)
        below = next(place for place, line in enumerate(shown) if "A047" not in line and "B-12" in line)
        edge = size[0] // 2 - 2
        assert {between(line, edge - 2, edge).strip() for line in shown[below:]} == {""}
        assert "B-12 A001" in visitor.text


async def test_a_window_that_is_gone_is_not_listed() -> None:
    free = replace(QUEUE.windows[0], number="", ticket_state="", state="open")
    windows = [replace(free, window="甲"), replace(free, window="乙", there=False)]
    seen = replace(called(), queue=replace(QUEUE, calls=[], windows=windows))
    async with at(make_display(Config(), seen), NARROW) as visitor:
        assert "甲" in visitor.text and "乙" not in visitor.text


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_in_english_too_what_a_window_does_is_a_whole_word(size: tuple[int, int]) -> None:
    config = replace(Config(), screen=replace(Config().screen, language="en"))
    async with at(make_display(config), size) as visitor:
        assert "paused" in visitor.text and "pau.." not in visitor.text
        assert re.search(r"A047 Called(  |$)| A047 Called +3", visitor.text, re.MULTILINE), "and runs into no other"


async def test_windows_that_find_no_room_are_counted_and_those_with_a_number_stay() -> None:
    idle = replace(QUEUE.windows[0], number="", ticket_state="", state="open")
    windows = [replace(idle, window=str(at), number="A099" if at == 40 else "") for at in range(1, 41)]
    async with at(make_display(Config()), NARROW) as visitor:
        await visitor.see(Seen(queue=replace(QUEUE, windows=windows), at_ms=NOW))
        found = re.search(r"还有 (\d+) 个窗口", visitor.text)
        assert found is not None and "A099" in visitor.text
        shown = visitor.text.count("空闲") + visitor.text.count("A099")
        assert int(found[1]) + shown == 40


async def test_windows_businesses_and_waits_are_told_and_passed_numbers_are_not() -> None:
    async with at(make_display(Config()), NARROW) as visitor:
        for words in ("到 7 号窗口", "企业开办与市场监管", "18 分钟", "没有窗口", "窗口正忙", "A044"):
            assert words in visitor.text, words
        assert "C038" not in visitor.text, "nobody is to go to a window that gave them up"


async def test_nobody_reads_of_no_wait_where_the_windows_are_busy_with_others() -> None:
    """The windows serve every business, and each has somebody: who comes for the second waits for them too."""
    first, second = QUEUE.businesses[0].business, QUEUE.businesses[1].business
    busy = [
        replace(QUEUE.windows[0], window=name, state="open", number=f"A00{name}", businesses=[first, second])
        for name in ("3", "4")
    ]
    each = replace(QUEUE.businesses[0], windows=2)
    for waiting in (0, 4):
        businesses = [
            replace(each, business=first, waiting=waiting, longest_min=40 * bool(waiting)),
            replace(each, business=second, waiting=0, longest_min=0),
        ]
        async with at(make_display(Config()), NARROW) as visitor:
            await visitor.see(Seen(queue=replace(QUEUE, windows=busy, businesses=businesses), at_ms=NOW))
            assert "不用等" not in visitor.text and "窗口正忙" in visitor.text


async def test_who_looked_away_finds_that_they_were_called() -> None:
    gone = [
        q.LastCall(number="C038", window="6", at_ms=NOW - 4 * MINUTE, calls=3, state="passed"),
        q.LastCall(number="C037", window="5", at_ms=NOW - 5 * MINUTE, calls=1, state="finished"),
        q.LastCall(number="C036", window="5", at_ms=NOW - 6 * MINUTE, calls=1, state="waiting"),
        q.LastCall(number="C035", window="5", at_ms=NOW - 11 * MINUTE, calls=1, state="finished"),
    ]
    async with at(make_display(Config(), replace(called(), queue=replace(QUEUE, calls=gone))), NARROW) as visitor:
        assert "现在没有呼叫" in visitor.text, "none of them is to go to a window"
        assert "C038  已过号，请到取号机" in visitor.text and "C037  已办完" in visitor.text
        assert "C036" not in visitor.text and "C035" not in visitor.text
        assert "到 6 号窗口" not in visitor.text, "nobody is to go to a window that gave them up"


async def test_large_stands_only_who_is_called_and_nobody_is_sent_to_a_window_that_is_gone() -> None:
    calls = [
        q.LastCall(number="A003", window="3", at_ms=NOW - MINUTE, calls=1, state="called"),
        q.LastCall(number="A002", window="2", at_ms=NOW - 2 * MINUTE, calls=1, state="serving"),
        q.LastCall(number="A001", window="1", at_ms=NOW - 9 * MINUTE, calls=1, state="called"),
    ]
    windows = [replace(QUEUE.windows[0], window=name, number="", there=name != "3") for name in ("1", "2", "3")]
    seen = replace(called(), queue=replace(QUEUE, calls=calls, windows=windows))
    async with at(make_display(Config(), seen), NARROW) as visitor:
        assert "请 A001 号到 1 号窗口" in visitor.text, "the one in service was called later, and stands below"
        assert "到 2 号窗口" in visitor.text and "到 3 号窗口" not in visitor.text
        await visitor.see(replace(seen, queue=replace(QUEUE, calls=calls[1:2], windows=windows)))
        assert "现在没有呼叫" in visitor.text and "到 2 号窗口" in visitor.text


async def test_each_new_call_is_spoken_once_and_what_was_before_is_not() -> None:
    heard = Heard()
    async with at(make_display(Config(), called(("A001", "1", 9_000)), heard)) as visitor:
        assert heard.texts == [], "it was called before the display was switched on"
        both = called(("A002", "3", 0), ("A001", "1", 9_000))
        await visitor.see(both)
        await visitor.see(called(("A002", "3", 0), ("A001", "1", 9_000)))
        assert heard.texts == ["请 A 0 0 2 号到 3 号窗口"]
        again = called(("A002", "3", -2_000), ("A001", "1", 9_000))
        await visitor.see(again)
        assert len(heard.texts) == 2, "a call once more is spoken once more"
        await visitor.see(called(("A009", "4", 5 * MINUTE), ("A002", "3", -2_000)))
        assert len(heard.texts) == 2, "a call that is long past is not spoken"


async def test_what_came_while_it_was_off_line_is_spoken_in_its_order() -> None:
    heard = Heard()
    async with at(make_display(Config(), called(("A001", "1", 9_000)), heard)) as visitor:
        await visitor.see(replace(called(("A002", "2", 0)), silent_since_ms=NOW))
        assert heard.texts == []
        await visitor.see(called(("A003", "2", 1_000), ("A002", "1", 3_000)))
        assert heard.texts == ["请 A 0 0 2 号到 1 号窗口", "请 A 0 0 3 号到 2 号窗口"]


async def test_it_says_since_when_it_is_silent() -> None:
    async with at(make_display(Config()), NARROW) as visitor:
        await visitor.see(replace(of(), silent_since_ms=NOW - 90_000, trouble="连不上中心"))
        assert "离线 10:38 起" in visitor.text and "A047" in visitor.text


async def test_a_window_that_cannot_be_drawn_is_written() -> None:
    async with at(make_display(Config(), called(("V013", "综窗五", 0))), NARROW) as visitor:
        assert "请 V013 号到 综窗五 号窗口" in visitor.text


async def test_nobody_calls_yet() -> None:
    async with at(make_display(Config(), called())) as visitor:
        assert "现在没有呼叫" in visitor.text
    async with at(make_display(Config(), Seen(silent_since_ms=NOW))) as visitor:
        assert "还没有连上中心" in visitor.text


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_hostile_texts_are_only_text(size: tuple[int, int]) -> None:
    async with at(make_display(Config()), size) as visitor:
        for text in NAMES[:60]:
            queue = replace(
                QUEUE,
                businesses=[replace(each, business=text) for each in QUEUE.businesses],
                windows=[replace(each, window=text, number=text) for each in QUEUE.windows],
                calls=[q.LastCall(number=text, window=text, at_ms=NOW, calls=2, state="called")] * 3,
            )
            await visitor.see(Seen(queue=queue, at_ms=NOW))
            shown_is_harmless(visitor, size[0])  # type: ignore[arg-type]


def test_a_number_is_drawn_in_whole_cells() -> None:
    for scale in (1, 2, 3):
        drawn = digits.draw("A0Z9-", scale)
        assert len(drawn) == digits.height_of(scale)
        assert {len(line) for line in drawn} == {digits.width_of("A0Z9-", scale)}
    assert digits.draw("1", 1) == [" ▄█  ", "  █  ", "  █  ", " ▀▀▀ "]
    assert not digits.drawable("综") and not digits.drawable("a") and not digits.drawable("")
