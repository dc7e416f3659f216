"""The supervisor's board: moved through with arrows, left with the code only, honest when nobody tells it anything."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from msgspec.structs import replace

from clerk_tui.cli.kiosk import beside_of
from clerk_tui.config import Config, ScreenSection
from clerk_tui.screens.board import BoardApp, BoardScreen
from clerk_tui.screens.kiosk import CodeScreen
from clerk_tui.screens.paused import REASONS
from clerk_tui.services.hall_watch import NO_KIOSK, Choice, Seen
from clerk_tui.services.shift import LOCKED
from hall import queue_wire as queue
from hall import wire_board as w
from hall.wire_oversight import Loss
from tests.clerk_tui.screens.conftest import NARROW, WIDE
from tests.clerk_tui.screens.kiosk_rig import CODE, Visitor, at, make_board, of
from tests.clerk_tui.screens.picture import lines
from tests.clerk_tui.screens.seen_hall import BOARD, CASES, MINUTE, NOW, QUEUE
from tests.clerk_tui.screens.test_hostile import NAMES, shown_is_harmless
from tests.hostile import names

PAGES = ("总览", "排队等候", "窗口", "办件", "承诺兑现", "告知", "设备", "走势")


def shown(visitor: Visitor) -> BoardScreen:
    assert isinstance(visitor.app.screen, BoardScreen)
    return visitor.app.screen


async def test_the_first_page_tells_the_whole_hall() -> None:
    async with at(make_board(Config()), NARROW) as visitor:
        told = re.sub(r" +", " ", visitor.text)
        for words in (
            *(
                "等候 16 人",
                "最久已等 34 分钟",
                "1 项业务有人等、没有窗口",
                "办理 4",
                "无人 1",
                "深红 1",
                "红 5",
                "在办 185 件",
            ),
            *("窗口 15（逾期 1）", "部门 153（逾期 5）", "办结 21", "逾期 2", "今天到期 3", "再次告知 1", "失联 1 台"),
            *("未上传 15 条", "要人处理 3"),
        ):
            assert words in told, words


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_a_sample_halls_board_that_runs_alone_says_what_to_run_and_in_which_folder(
    size: tuple[int, int], language: Literal["zh", "en"]
) -> None:
    kiosks = [replace(each, seen_ms=NOW) for each in BOARD.devices if each.role == "kiosk"]
    alone = Seen(queue=replace(QUEUE, windows=[]), board=replace(BOARD, devices=kiosks), at_ms=NOW)
    config = Config(screen=ScreenSection(language=language))
    beside = beside_of(None)
    words = [line for command in beside.commands for line in command] + [beside.folder[:40]]
    async with at(make_board(config, alone, beside), size) as visitor:
        told = "".join(visitor.text.split())
        assert all("".join(word.split()) in told for word in words)
        assert "Devices" in told or "设备" in told, "the hall's lines stay"
        counter = next(each for each in BOARD.devices if each.role == "clerk")
        await visitor.see(replace(alone, board=replace(BOARD, devices=[*kiosks, replace(counter, seen_ms=NOW)])))
        assert "make run" not in visitor.text, "a counter runs"
        await visitor.see(replace(alone, queue=QUEUE))
        assert "make run" not in visitor.text, "a window is there"
    async with at(make_board(config, alone), size) as visitor:
        assert "make run" not in visitor.text, "no sample hall"


def test_what_runs_beside_a_board_with_data_elsewhere_names_them(tmp_path: Path) -> None:
    for command, _what in beside_of(tmp_path / "a hall").commands:
        assert command.endswith(f"--data '{tmp_path}/a hall'")


async def test_arrows_go_round_the_pages_and_digits_go_straight() -> None:
    async with at(make_board(Config())) as visitor:
        for title in (*PAGES[1:], PAGES[0]):
            await visitor.press("right")
            assert shown(visitor).page.title == title
        await visitor.press("left")
        assert shown(visitor).page.title == "走势"
        for digit, title in enumerate(PAGES, 1):
            await visitor.press(str(digit))
            assert shown(visitor).page.title == title


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_what_a_device_lost_for_good_stands_below_it(size: tuple[int, int]) -> None:
    lost = [Loss(incarnation="W03", first=5, last=7, seen_by="0900", seen_ms=NOW)]
    devices = [replace(each, lost=lost) if "W03" in each.codes else each for each in BOARD.devices]
    seen = Seen(at_ms=NOW, board=replace(BOARD, devices=devices))
    async with at(make_board(Config(), seen), size) as visitor:
        await visitor.press("7")
        assert re.search(r"A2 W03[^\n]*\n\s+W03 第 5 到 7 条遗失，0900 已处理", visitor.text)


async def test_each_line_of_the_first_page_leads_to_its_own_page_and_esc_leads_back() -> None:
    async with at(make_board(Config())) as visitor:
        for row, title in enumerate(("排队等候", "窗口", "办件", "办件", "承诺兑现", "告知", "设备", "走势")):
            await visitor.press("1", *["down"] * row, "enter")
            assert shown(visitor).page.title == title
            await visitor.press("escape")
            assert shown(visitor).page.title == "总览"


async def test_from_the_departments_to_their_cases_to_one_case_and_back_to_the_same_row() -> None:
    async with at(make_board(Config())) as visitor:
        await visitor.press("4", "down", "down", "enter")
        await visitor.until(lambda: "SL01-A1-00412-7" in visitor.text)
        assert visitor.watching.looks[-1] == Choice(department="公安局")
        await visitor.press("down", "enter")
        assert "特殊建设工程消防设计审查" in visitor.text and "SL01-A1-00437-7" in visitor.text
        assert re.search(r"申请人 +2\.0 天", visitor.text) and re.search(r"窗口 +96 分钟", visitor.text)
        await visitor.press("escape", "escape")
        assert shown(visitor).page.title == "办件" and len(shown(visitor).trail) == 1
        assert shown(visitor).query_one("#board").place == 2  # type: ignore[attr-defined]
        await visitor.until(lambda: visitor.watching.looks[-1] is None)


async def test_behind_notices_and_promise_are_the_cases_that_the_row_counts() -> None:
    async with at(make_board(Config())) as visitor:
        await visitor.press("6", "down", "down", "enter")
        await visitor.until(lambda: "SL01-A1-00437-7" in visitor.text)
        assert visitor.watching.looks[-1] == Choice(department="公安局", about="notices")
        assert re.search(r"再次告知 +SL01-A1-00437-7", visitor.text)
        assert re.search(r"不予受理 +SL01-A1-00402-7", visitor.text)
        await visitor.press("enter")
        assert re.search(r"再次告知 +2026-11-12", visitor.text)
        await visitor.press("escape", "escape", "5", "enter")
        await visitor.until(lambda: "SL01-A1-00377-7" in visitor.text)
        assert visitor.watching.looks[-1] == Choice(about="promise")
        assert re.search(r"超法定 +SL01-A1-00377-7 .* 11-17 +10-29", visitor.text)


@pytest.mark.parametrize("about", ["notices", "promise"])
async def test_where_nothing_is_counted_the_list_says_so(about: str) -> None:
    nothing = replace(of(Choice(about=about)), cases=w.BoardReply(cases=[]))
    async with at(make_board(Config(), nothing)) as visitor:
        await visitor.press("6" if about == "notices" else "5", "enter")
        await visitor.until(lambda: "近 30 天没有" in visitor.text)


async def test_an_older_centres_open_cases_are_not_taken_for_those_that_a_row_counts() -> None:
    older = replace(of(Choice(about="notices")), cases=CASES)
    async with at(make_board(Config(), older)) as visitor:
        await visitor.press("6", "enter")
        await visitor.until(lambda: "近 30 天没有" in visitor.text)
        assert "SL01-A1-00412-7" not in visitor.text


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_of_two_cases_with_one_number_each_opens_its_own_page_and_leads_to_the_other(
    size: tuple[int, int],
) -> None:
    first, second, *rest = (
        replace(each, case_id=f"019a4f2e-8c3{n}-7000-8000-000000000000") for n, each in enumerate(CASES.cases)
    )
    second = replace(second, reference=first.reference)
    elsewhere = replace(rest.pop(), reference=first.reference)
    listed = w.BoardReply(cases=[first, second, *rest], same_number=[elsewhere])
    async with at(make_board(Config(), replace(of(Choice()), cases=listed)), size) as visitor:
        await visitor.press("4", "enter")
        await visitor.until(lambda: first.matter in visitor.text)
        assert visitor.text.count("另有办件用同一个编号") == 2, "below the two, not below the others"
        await visitor.press("down", "enter")
        assert "2026-11-18" in visitor.text and "办件号 019a4f2e-8c31，" in visitor.text, "the one that was chosen"
        assert "同号的其他办件" in visitor.text and first.matter in visitor.text and elsewhere.matter in visitor.text
        await visitor.press("down", "enter")
        assert "2026-12-10" in visitor.text and "办件号 019a4f2e-8c34，" in visitor.text, "also one that is not listed"
        for _ in range(6):
            await visitor.press("enter")
        assert len(shown(visitor).trail) <= 4, "going round among them leaves one way back"
        await visitor.press(*["escape"] * (len(shown(visitor).trail) - 1))
        assert shown(visitor).page.title == "办件"


async def test_the_queue_leads_to_the_windows_that_serve_a_business() -> None:
    async with at(make_board(Config())) as visitor:
        await visitor.press("2", "down", "enter")
        assert "午餐轮换" in visitor.text and "A046" not in visitor.text, "only those of taxes and insurance"


async def test_windows_say_what_they_do_since_when_and_why() -> None:
    async with at(make_board(Config())) as visitor:
        await visitor.press("3")
        told = [re.sub(r" +", " ", line).strip() for line in visitor.text.splitlines()]
        assert "1 在办理 A046 10:34 6 分钟 刚刚 企业开办与市场监管" in told
        assert "2 叫号中 A047 10:40 0 分钟 刚刚 64 秒后号码退回" in told
        assert "5 暂停 - 10:28 12 分钟 刚刚 午餐轮换" in told
        assert any(line.startswith("6 无人 -") and "41 分钟" in line for line in told)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_a_number_of_a_large_hall_is_shown_whole_or_not_at_all(
    size: tuple[int, int], language: Literal["zh", "en"]
) -> None:
    many = [replace(each, count=each.count * 1237) for each in BOARD.open]
    today = replace(BOARD.today, received=12_387, noticed=2_053, noticed_again=173, refused=3_110, withdrawn=1_204)
    seen = Seen(queue=QUEUE, board=replace(BOARD, open=many, today=today), at_ms=NOW)
    whole = str(sum(each.count for each in many))
    async with at(make_board(Config(screen=ScreenSection(language=language)), seen), size) as visitor:
        await visitor.press("4")
        row = next(line for line in visitor.text.splitlines() if line.lstrip().startswith(("全厅", "Whole hall")))
        assert whole in row.split()
        for department in {each.department for each in many}:
            line = next(line for line in visitor.text.splitlines() if line.lstrip().startswith(department[:4]))
            assert str(sum(each.count for each in many if each.department == department)) in line.split()
        await visitor.press("6")
        first = visitor.text.splitlines()[3]
        assert {"12387", "2053", "173", "3110"} <= set(first.split())
        words = 6 if "1204" in first.split() else 5
        assert len(re.findall(r"\d+", first)) == words, "no part of a word or number"


async def test_a_window_that_calls_for_help_is_named_whole() -> None:
    alarms = [w.BoardAlarm(window="综合12", received_ms=NOW)]
    async with at(make_board(Config(), Seen(queue=QUEUE, board=replace(BOARD, alarms=alarms), at_ms=NOW)), NARROW) as v:
        assert "求助 综合12号窗口" in v.text.splitlines()[0]


@pytest.mark.parametrize("in_browser", [False, True])
async def test_nothing_is_offered_to_leave_in_a_browser(monkeypatch: pytest.MonkeyPatch, in_browser: bool) -> None:
    monkeypatch.setattr(BoardApp, "is_web", in_browser)
    async with at(make_board(Config())) as visitor:
        assert ("Ctrl+Q" in visitor.text) is not in_browser


async def test_in_english_it_is_told_whole_who_has_a_case() -> None:
    async with at(make_board(Config(screen=ScreenSection(language="en"))), NARROW) as visitor:
        await visitor.press("4", "enter")
        await visitor.until(lambda: "SL01-A1-00458-7" in visitor.text)
        assert "Procedure " in visitor.text and "Proced.." not in visitor.text


async def test_of_a_window_that_fell_silent_while_it_served_the_ticket_is_not_forgotten() -> None:
    gone = replace(QUEUE.windows[0], there=False, seen_ms=NOW - 7 * 60_000)
    async with at(make_board(Config(), Seen(queue=replace(QUEUE, windows=[gone]), at_ms=NOW))) as visitor:
        await visitor.press("3")
        told = [re.sub(r" +", " ", line).strip() for line in visitor.text.splitlines()]
        assert "1 无人 A046 10:34 6 分钟 7 分钟 A046 还没有办结" in told


async def test_an_english_board_says_in_english_why_a_window_pauses() -> None:
    """Reasons are told in Chinese whatever the window's language: a locked screen, one of the choices of a pause."""
    told = {"1": LOCKED, "2": REASONS[2], "3": "去三楼取件"}
    windows = [
        queue.WindowFigures(window=name, state="paused", reason=why, businesses=[], seen_ms=NOW, since_ms=NOW)
        for name, why in told.items()
    ]
    seen = replace(of(), queue=replace(QUEUE, windows=windows))
    async with at(make_board(Config(screen=ScreenSection(language="en")), seen)) as visitor:
        await visitor.press("3")
        shown = [re.sub(r" +", " ", line).strip() for line in visitor.text.splitlines()]
        locked, meal, typed = (next(line for line in shown if line.startswith(f"{n} paused")) for n in told)
        assert locked.endswith("Locked") and meal.endswith("Meal"), "the program's own words"
        assert typed.endswith("去三楼取件"), "what was typed stays"


async def test_the_windows_time_and_the_units_time_stand_apart() -> None:
    async with at(make_board(Config())) as visitor:
        await visitor.press("4")
        told = [re.sub(r" +", " ", line).strip() for line in visitor.text.splitlines()]
        assert "住建局 36 1 4 6 - 33 - 3 95 分钟 7.4 天" in told


async def test_without_the_centre_the_last_figures_stay_and_it_says_since_when() -> None:
    async with at(make_board(Config())) as visitor:
        await visitor.see(replace(of(), silent_since_ms=NOW - 3 * MINUTE, trouble="连不上中心"))
        assert "离线 10:37:00 起没有消息" in visitor.text and "等候 16 人" in visitor.text


async def test_a_board_that_never_reached_the_centre_says_so_on_every_page() -> None:
    async with at(make_board(Config(), Seen(silent_since_ms=NOW, trouble="连不上中心"))) as visitor:
        assert "正在联系中心" in visitor.text
        for digit in "12345678":
            await visitor.press(digit)
            assert "还没有连上中心。连不上中心" in visitor.text


async def test_another_devices_credential_shows_nothing_but_why() -> None:
    async with at(make_board(Config(), Seen(at_ms=NOW, silent_since_ms=NOW, trouble=NO_KIOSK))) as visitor:
        assert NO_KIOSK in visitor.text and "A046" not in visitor.text


async def test_no_key_leaves_the_board_or_opens_anything() -> None:
    keys = [f"f{number}" for number in range(1, 13)]
    keys += [f"ctrl+{letter}" for letter in "abcdefgklnoprsuvwxyz"] + [
        "ctrl+backslash",
        "ctrl+at",
        "delete",
        "tab",
        "a",
    ]
    async with at(make_board(Config())) as visitor:
        for key in keys:
            await visitor.press(key)
            assert isinstance(visitor.app.screen, BoardScreen) and visitor.app._exit is False, key
        assert visitor.app.is_running


async def test_only_the_right_code_leaves_and_wrong_ones_make_everybody_wait() -> None:
    async with at(make_board(Config())) as visitor:
        await visitor.press("ctrl+q")
        assert isinstance(visitor.app.screen, CodeScreen)
        await visitor.press("escape")
        assert isinstance(visitor.app.screen, BoardScreen)
        await visitor.press("ctrl+q", *CODE[:-1], "enter")
        await visitor.until(lambda: "退出码不对" in visitor.text)
        assert CODE[:4] not in visitor.text
        for number in range(4):
            await visitor.press("1", "enter")
            await visitor.until(lambda number=number: visitor.app.failures.count == number + 2)  # type: ignore[misc]
            await visitor.until(lambda: not visitor.app.screen._busy)  # type: ignore[attr-defined]
        await visitor.press(*CODE, "enter")
        assert "输错太多次，60 秒后再试" in visitor.text and visitor.app._exit is False
        visitor.app.clock = lambda: NOW + 61_000
        await visitor.press("enter")
        await visitor.until(lambda: visitor.app._exit)


async def test_a_silent_call_for_help_is_on_every_page_and_first_on_the_first() -> None:
    alarms = [w.BoardAlarm(window="3", received_ms=NOW - 2 * MINUTE), w.BoardAlarm(window="7", received_ms=NOW)]
    async with at(make_board(Config()), NARROW) as visitor:
        assert "求助" not in visitor.text
        await visitor.see(Seen(queue=QUEUE, board=replace(BOARD, alarms=alarms), at_ms=NOW))
        first, *rest = visitor.text.split("\n")
        assert "求助 3号窗口" in first
        assert "3号窗口 10:38" in "\n".join(rest[:4]) and "7号窗口 10:40" in "\n".join(rest[:4])
        for _ in PAGES:
            await visitor.press("right")
            assert "求助 3号窗口" in visitor.text.split("\n")[0]


async def test_the_key_line_greys_what_does_nothing() -> None:
    async with at(make_board(Config())) as visitor:
        enabled = {key.shown: key.enabled for key in shown(visitor).query_one("#keys").keys}  # type: ignore[attr-defined]
        assert enabled["Enter"] and not enabled["Esc"]
        await visitor.press("3")
        enabled = {key.shown: key.enabled for key in shown(visitor).query_one("#keys").keys}  # type: ignore[attr-defined]
        assert not enabled["Enter"] and enabled["Esc"]


def _hostile(texts: Iterator[str]) -> Seen:
    """A hall in which everything that somebody could write is hostile."""

    def bad(each: Any, *fields: str) -> Any:
        return replace(each, **{field: next(texts) for field in fields})

    windows = [bad(each, "window", "reason", "number") for each in QUEUE.windows]
    queue = replace(
        QUEUE,
        businesses=[bad(each, "business") for each in QUEUE.businesses],
        windows=[replace(each, businesses=[next(texts)]) for each in windows],
    )
    board = replace(
        BOARD,
        open=[bad(each, "department") for each in BOARD.open],
        period=[bad(each, "department") for each in BOARD.period],
        devices=[replace(bad(each, "role", "app_v"), codes=[next(texts)]) for each in BOARD.devices],
    )
    cases = [
        bad(each, "reference", "case_id", "matter", "department", "holder", "light", "state_name")
        for each in CASES.cases
    ]
    return Seen(queue=queue, board=board, cases=w.BoardReply(cases=cases), chosen=Choice(), at_ms=NOW)


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_hostile_texts_are_only_text_on_every_page(size: tuple[int, int]) -> None:
    texts = itertools.cycle([*NAMES[:80], *(each.text for each in names(150))])
    async with at(make_board(Config()), size) as visitor:
        for _ in range(3):
            await visitor.see(_hostile(texts))
            for keys in ("1", "2", "3", "5", "6", "7", "8", ("4", "enter"), ("enter",)):
                await visitor.press(*keys)
                shown_is_harmless(visitor, size[0])  # type: ignore[arg-type]
            await visitor.press("escape", "escape")
        assert visitor.app.is_running


def _in_english() -> Seen:
    """The same hall, whose own words are Latin."""

    def plain(each: Any, field: str) -> Any:
        return replace(each, **{field: f"Office {len(getattr(each, field))}"})

    windows = [replace(each, reason="", businesses=["x"]) for each in QUEUE.windows]
    board = replace(
        BOARD,
        open=[plain(each, "department") for each in BOARD.open],
        period=[plain(each, "department") for each in BOARD.period],
    )
    cases = [replace(plain(each, "matter"), department="Office 1", state_name="受理") for each in CASES.cases]
    return Seen(
        queue=replace(QUEUE, windows=windows, businesses=[plain(each, "business") for each in QUEUE.businesses]),
        board=board, cases=w.BoardReply(cases=cases), chosen=Choice(), at_ms=NOW,
    )  # fmt: skip


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_every_page_speaks_english_too(size: tuple[int, int]) -> None:
    config = Config(screen=ScreenSection(language="en"))
    app, watching = make_board(config, _in_english())
    async with at((app, watching), size) as visitor:
        for keys in ("1", "2", "3", "5", "6", "7", "8", ("4", "enter"), ("enter",)):
            await visitor.press(*keys)
            for line in lines(visitor.app)[1:]:
                assert not re.search(r"[\u4e00-\u9fff]", line), line
        await visitor.press("ctrl+q")
        assert not re.search(r"[\u4e00-\u9fff]", "".join(lines(visitor.app)[1:]))
