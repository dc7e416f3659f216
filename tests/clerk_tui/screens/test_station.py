"""The ticket machine at its keys: what a person sees and gets, on line, off line and when the printer fails."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import re
import string
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from msgspec.structs import replace

from clerk_tui import i18n
from clerk_tui.app import prepare
from clerk_tui.config import CentreSection, Config, DeviceSection
from clerk_tui.i18n import _
from clerk_tui.printing.ticket import escpos
from clerk_tui.screens import station_keypad
from clerk_tui.screens import station_pages as pages
from clerk_tui.screens import station_work as works
from clerk_tui.screens.kiosk import CodeScreen
from clerk_tui.screens.station import StationApp
from clerk_tui.screens.station_words import queue_words
from clerk_tui.services import booking, ticket_printing, ticketing
from clerk_tui.services.numbers import Outlook
from clerk_tui.services.one_machine import OnlyOne
from clerk_tui.services.ticket_printing import Printed, print_ticket
from clerk_tui.services.ticketing import Taken
from clerk_tui.services.workspace import Workspace
from clerk_tui.store import tickets as store
from clerk_tui.widgets.cells import width
from hall import ticket_code
from hall import ticketing as t
from hall.catalogue.model import Business
from hall.errors import BadInput
from hall.queue_wire import BlockReply, BlockRequest, Told
from hall.queueing import Slot
from hall.tickets import Ticket, TicketState
from tests.clerk_tui.conftest import MONDAY, ZONE, FixedClock
from tests.clerk_tui.printing.tickets import printed
from tests.clerk_tui.screens.conftest import NARROW, WIDE, Clerk

LETTERS = "ABCDEF"


@pytest.fixture
def config(config: Config) -> Config:
    return replace(config, device=DeviceSection(code="T1"), centre=CentreSection(enabled=False))


def tickets_kept(ws: Workspace) -> list[tuple[str, str]]:
    """Number and identity of every ticket of the day that the machine's journal tells of."""
    rows = ws.journal.read().execute(
        "SELECT number, ticket_id FROM ticket_view WHERE day = ? ORDER BY number", (MONDAY.isoformat(),)
    )
    return [(number, ticket_id) for number, ticket_id in rows]


def numbered(ws: Workspace, count: int = 20) -> None:
    """Blocks of numbers for today, as a centre would have given them."""
    with ws.journal.write() as tx:
        for letter in LETTERS:
            request = BlockRequest(block_id=f"block-{letter}-xxxx", letter=letter, day=MONDAY, count=count)
            store.ask_block(tx, request)
            reply = BlockReply(block_id=request.block_id, letter=letter, day=MONDAY, first=1, last=count)
            store.keep_block(tx, reply)


@asynccontextmanager
async def machine(config: Config, ws: Workspace, size: tuple[int, int] = WIDE, count: int = 20) -> AsyncIterator[Clerk]:
    """The machine without a network, with ``count`` numbers a letter."""
    numbered(ws, count)
    prepare(config)
    app = StationApp(config, lambda: ws)
    async with app.run_test(size=size) as pilot:
        clerk = Clerk(app, pilot)  # type: ignore[arg-type]
        await clerk.until(lambda: app.workspace is not None and isinstance(app.page, pages.Businesses))
        yield clerk


async def taken(clerk: Clerk, *keys: str) -> pages.Given:
    """The page of the ticket that these keys get, once it was printed or was not."""
    await clerk.press(*keys)
    app: Any = clerk.app
    await clerk.until(lambda: isinstance(app.page, pages.Given) and app.page.printed is not None)
    given: pages.Given = app.page
    return given


def code_on(paper: Path) -> str:
    """The code that only whoever holds the paper has, read from it."""
    codes = [each.text for page in printed(escpos(paper.read_bytes())) for each in zxingcpp.read_barcodes(page)]
    return next(code for code in codes if code.startswith(ticket_code.PREFIX))


def folder(config: Config) -> Path:
    return Path(config.print.target.removeprefix("dir:"))


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_a_machine_that_cannot_print_says_so_before_anybody_chooses(
    config: Config, ws: Workspace, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared = os.environ["XDG_CACHE_HOME"]
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "no-fonts"))
    async with machine(config, ws, size) as clerk:
        await clerk.until(lambda: "现在打不出号票，请先告诉导办人员" in clerk.text)
        monkeypatch.setenv("XDG_CACHE_HOME", prepared)
        app: Any = clerk.app
        app._wake.set()
        await clerk.until(lambda: "现在打不出号票" not in clerk.text)


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_one_key_gets_a_number_and_a_paper(config: Config, ws: Workspace, size: tuple[int, int]) -> None:
    async with machine(config, ws, size) as clerk:
        given = await taken(clerk, "1")
        assert given.taken.ticket.number == "A001"
        assert "请到 1层A区 等候叫号" in clerk.text and "请取走号票" in clerk.text
        assert [path.name for path in folder(config).iterdir()] == ["ticket-20261102-A001.pdf"]
        assert clerk.keys == 1
        await clerk.press("escape")
        assert "请选择要办的业务" in clerk.text
        assert (await taken(clerk, "3")).taken.ticket.number == "C001"


async def test_a_priority_has_its_reason_and_a_key_more(config: Config, ws: Workspace) -> None:
    async with machine(config, ws) as clerk:
        await clerk.press("enter")
        assert "为什么优先" in clerk.text
        await clerk.press("2")
        assert "优先：孕妇" in clerk.text
        ticket = (await taken(clerk, "2")).taken.ticket
        assert (ticket.number, ticket.lane, ticket.priority) == ("B001", "priority", "孕妇")
        await clerk.press("escape", "enter", "escape")
        assert "优先" not in clerk.text.split("\n")[3]


async def test_a_machine_with_a_code_is_left_with_it_only(config: Config, ws: Workspace) -> None:
    numbered(ws)
    prepare(config)
    app: Any = StationApp(config, lambda: ws, None, lambda code: code == "135790")
    async with app.run_test(size=WIDE) as pilot:
        clerk = Clerk(app, pilot)
        await clerk.until(lambda: app.workspace is not None and "企业开办" in clerk.text)
        await clerk.press("ctrl+q")
        assert isinstance(app.screen, CodeScreen)
        await clerk.press(*"111111", "enter")
        await clerk.until(lambda: "退出码不对" in clerk.text)
        await clerk.press("escape", "ctrl+c", "ctrl+z", "ctrl+backslash")
        assert "请选择要办的业务" in clerk.text and app.is_running
        assert tickets_kept(ws) == [], "digits of the code take no number"
        await clerk.press("ctrl+q", *"135790", "enter")
        await clerk.until(lambda: app._exit)


async def test_a_device_has_one_ticket_machine(config: Config, ws: Workspace) -> None:
    only = OnlyOne(ws)
    app: Any = StationApp(config, lambda: ws)
    async with app.run_test(size=WIDE) as pilot:
        clerk = Clerk(app, pilot)
        await clerk.until(lambda: "本机的取号机已经打开了" in clerk.text)
        await clerk.press("enter")
    assert app.return_code == 2
    only.leave()


async def test_a_press_while_the_number_comes_does_nothing_more(config: Config, ws: Workspace) -> None:
    async with machine(config, ws) as clerk:
        await taken(clerk, "1", "1", "1")
        assert [number for number, _id in tickets_kept(ws)] == ["A001"]


async def test_a_failed_print_is_said_and_done_again(config: Config, ws: Workspace) -> None:
    folder(config).parent.mkdir(parents=True, exist_ok=True)
    folder(config).write_text("no folder", encoding="utf-8")
    async with machine(config, ws) as clerk:
        assert (await taken(clerk, "1")).printed.state == "failed"  # type: ignore[union-attr]
        assert "没有打出来，请找导办人员" in clerk.text and "号码有效" in clerk.text
        folder(config).unlink()
        await clerk.press("1")
        await clerk.until(lambda: "请取走号票" in clerk.text)
        assert [path.name for path in folder(config).iterdir()] == ["ticket-20261102-A001.pdf"]
        assert [number for number, _id in tickets_kept(ws)] == ["A001"]


async def test_whoever_takes_a_number_never_reads_what_the_printer_said(
    config: Config, ws: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    folder(config).parent.mkdir(parents=True, exist_ok=True)
    folder(config).write_text("no folder", encoding="utf-8")
    async with machine(config, ws, NARROW) as clerk:
        printed = (await taken(clerk, "1")).printed
        assert printed is not None and str(folder(config)) in printed.error
        shown = clerk.text.replace(" ", "").replace("\n", "")
        assert printed.error not in shown and str(folder(config).parent) not in shown and "print.target" not in shown
    assert printed.error in caplog.text, "whoever looks after the machine finds it in the log"


async def test_used_up_numbers_are_told(config: Config, ws: Workspace) -> None:
    async with machine(config, ws, count=1) as clerk:
        await taken(clerk, "1")
        clerk.app.workspace.clock.ticks += 100_000  # type: ignore[union-attr]
        await clerk.press("escape", "1")
        await clerk.until(lambda: "用完了" in clerk.text)
        assert "咨询台" in clerk.text
        await clerk.press("enter")
        assert "请选择要办的业务" in clerk.text


async def test_a_ticket_in_hand_is_found_printed_again_and_given_back(config: Config, ws: Workspace) -> None:
    async with machine(config, ws) as clerk:
        ticket = (await taken(clerk, "1")).taken.ticket
        code = code_on(folder(config) / "ticket-20261102-A001.pdf")
        await clerk.press("escape")
        await clerk.scan(code)
        await clerk.until(lambda: "不办了" in clerk.text)
        await clerk.press("1")
        await clerk.until(lambda: "请取走号票" in clerk.text)
        assert {path.name for path in folder(config).iterdir()} == {
            "ticket-20261102-A001.pdf", "ticket-20261102-A001-r1.pdf",
        }  # fmt: skip
        await clerk.press("escape")
        await clerk.scan(code)
        await clerk.until(lambda: "不办了" in clerk.text)
        await clerk.press("2")
        assert "要退掉 A001 吗" in clerk.text
        await clerk.press("1")
        assert "请选择要办的业务" in clerk.text, "it was not given back"
        await clerk.scan(code)
        await clerk.until(lambda: "不办了" in clerk.text)
        await clerk.press("2", "2")
        await clerk.until(lambda: "作废" in clerk.text)
        found = store.ticket(ws.journal.read(), ticket.ticket_id)
        assert found is not None and found.reason
        assert "补打这张号票" not in clerk.text and "A001已经作废，不再补打" in clerk.text
        await clerk.press("1")
        assert len(list(folder(config).iterdir())) == 2, "nothing more is printed"
        await clerk.press("enter")
        assert "请选择要办的业务" in clerk.text


@pytest.mark.parametrize("typed", ["A001", "a001", "TKT-A001-1102"])
async def test_a_number_that_anybody_can_read_shows_where_it_stands_and_no_more(
    config: Config, ws: Workspace, typed: str
) -> None:
    async with machine(config, ws, NARROW) as clerk:
        ticket = (await taken(clerk, "1")).taken.ticket
        await clerk.press("escape", "0")
        await clerk.type(typed)
        await clerk.press("enter")
        await clerk.until(lambda: "要扫号票上的二维码" in clerk.text)
        assert "A001" in clerk.text and "补打这张号票" not in clerk.text and "不办了" not in clerk.text
        await clerk.press("1", "2", "3")
        found = store.ticket(ws.journal.read(), ticket.ticket_id)
        assert found is not None and found.state is TicketState.WAITING
        assert len(list(folder(config).iterdir())) == 1
        await clerk.press("enter")
        assert "请选择要办的业务" in clerk.text


async def test_a_code_typed_slowly_on_the_first_page_takes_no_number_by_its_digits(
    config: Config, ws: Workspace
) -> None:
    async with machine(config, ws) as clerk:
        await clerk.type("TKT-C501")
        assert clerk.app.page == pages.Entry("TKT-C501")  # type: ignore[attr-defined]
        assert not folder(config).exists() or not list(folder(config).iterdir())
        await clerk.press("escape")
        await taken(clerk, "1")


def became(ws: Workspace, ticket: Ticket, *bodies: t.TicketBody) -> None:
    """What was done to a ticket since it was taken."""
    with ws.journal.write() as tx:
        ws.journal.append(tx, [ticketing.entry(ws, ticket.ticket_id, body, MONDAY) for body in bodies])


async def test_a_ticket_whose_service_is_over_is_not_printed_again(config: Config, ws: Workspace) -> None:
    async with machine(config, ws) as clerk:
        ticket = (await taken(clerk, "1")).taken.ticket
        at_ms = ticket.issued_ms
        became(ws, ticket, t.TicketCalled(window="3", at_ms=at_ms + 1), t.TicketFinished(window="3", at_ms=at_ms + 2))
        await clerk.press("escape")
        await clerk.scan(ticket_code.line(ticket.number, MONDAY))
        await clerk.until(lambda: "A001已经办完，不再补打" in clerk.text)
        assert "重新取号" in clerk.text and not re.search(r"\b1(-\d)? 选择", clerk.text)
        await clerk.press("1", "2")
        assert isinstance(clerk.app.page, pages.Found)  # type: ignore[attr-defined]
        with pytest.raises(BadInput) as refused:
            print_ticket(ws, ticket.ticket_id)
        assert refused.value.code == "ticket_over"
        assert [path.name for path in folder(config).iterdir()] == ["ticket-20261102-A001.pdf"]


async def test_a_ticket_of_yesterday_is_not_printed_again(config: Config, ws: Workspace, clock: FixedClock) -> None:
    async with machine(config, ws) as clerk:
        ticket = (await taken(clerk, "1")).taken.ticket
        clock.day += dt.timedelta(days=1)
        page = works.found(ws, Taken(ticket=ticket, already=True), held=True)
        assert page.over == "A001是2026-11-02的号，只在当天有效，不再补打" and not pages.choices(page)
        with pytest.raises(BadInput) as refused:
            print_ticket(ws, ticket.ticket_id)
        assert refused.value.code == "ticket_over"


NOON_MS = int(dt.datetime.combine(MONDAY, dt.time(12), ZONE).timestamp() * 1000)
CALLED = t.TicketCalled(window="3", at_ms=NOON_MS)


@pytest.mark.parametrize(
    ("since", "says"),
    [
        ((CALLED,), ["已呼叫", "3 号窗口"]),
        ((CALLED, t.TicketStarted(window="3", at_ms=NOON_MS + 1)), ["办理中", "3 号窗口"]),
        ((CALLED, t.TicketPassed(window="3", at_ms=NOON_MS + 1, reason="叫号未到")), ["过号", "我回来了，重新等候"]),
        ((CALLED, t.TicketHeld(window="3", at_ms=NOON_MS + 1, reason="去复印")), ["暂放"]),
        ((CALLED, t.TicketFinished(window="3", at_ms=NOON_MS + 1)), ["A001已经办完，不再补打"]),
        ((CALLED, t.TicketReturned(at_ms=NOON_MS + 1, place_ms=1, why="lease_ended")), ["您已经有号了"]),
    ],
    ids=["called", "serving", "passed", "held", "finished", "waits again"],
)
async def test_an_appointment_shown_again_is_told_what_became_of_its_number(
    config: Config, ws: Workspace, since: tuple[t.TicketBody, ...], says: list[str]
) -> None:
    content = b"code,business,begin,end,id_number\nYY-1001,A,2026-11-02 09:00,2026-11-02 09:30,\n"
    booking.take_in(ws, content)
    async with machine(config, ws) as clerk:
        await clerk.scan("YY-1001")
        await clerk.until(lambda: "请取走号票" in clerk.text)
        ticket = clerk.app.page.taken.ticket  # type: ignore[attr-defined]
        await clerk.press("escape")
        await clerk.scan("YY-1001")
        await clerk.until(lambda: "您已经有号了" in clerk.text)
        became(ws, ticket, *since)
        await clerk.press("escape")
        await clerk.scan("YY-1001")
        await clerk.until(lambda: all(each in clerk.text for each in says))
        assert ("您已经有号了" in clerk.text) is (says == ["您已经有号了"])


async def test_the_number_on_the_paper_is_enough_to_find_the_ticket(config: Config, ws: Workspace) -> None:
    async with machine(config, ws) as clerk:
        await taken(clerk, "3")
        await clerk.press("escape", "0")
        await clerk.type("c001")
        await clerk.press("enter")
        await clerk.until(lambda: "C001　等候" in clerk.text)


@pytest.mark.parametrize("code", ["TKT1:AAAAAAAA", "SL01-A1-00001-Q", "CLK1:AAAAAAAA", "1234567890123", "<script>[/b]"])
async def test_a_strange_scan_opens_nothing_and_presses_nothing(config: Config, ws: Workspace, code: str) -> None:
    async with machine(config, ws) as clerk:
        await clerk.scan(code)
        await clerk.until(lambda: isinstance(clerk.app.page, pages.Trouble))  # type: ignore[attr-defined]
        assert tickets_kept(ws) == []
        await clerk.press("escape")
        assert "请选择要办的业务" in clerk.text


MISREAD = {
    "110101188001010012": "身份证号码不对，可能输错了一位",
    "11010118800101001": "身份证号码应是18位，这里是17位",
    "1101011880010100111": "身份证号码应是18位，这里是19位",
    "SL01-A1-00001-Q": "收件编号不对",
    "YY-2048": "没有查到这个号码",
    "TKT1:AAAAAAAA": "这个码没有读全",
    "CLK1:AAAAAAAA": "这个码没有读全",
}


@pytest.mark.parametrize("code", MISREAD)
async def test_what_cannot_be_used_says_what_was_wrong_and_what_to_do(config: Config, ws: Workspace, code: str) -> None:
    async with machine(config, ws, NARROW) as clerk:
        app: Any = clerk.app
        await clerk.scan(code)
        await clerk.until(lambda: MISREAD[code] in clerk.text)
        assert code not in clerk.text, "it may be somebody's number"
        for way in ("再试一次", "不用它，直接取号", "还是不行，请到咨询台"):
            assert way in clerk.text
        await clerk.press("enter")
        assert isinstance(app.page, pages.Trouble), "Enter pressed twice passes nothing by"
        await clerk.press("0")
        assert isinstance(app.page, pages.Entry) and not app.page.text
        await clerk.type(code[:6])
        assert app.page == pages.Entry(code[:6])
        await clerk.press("enter")
        await clerk.until(lambda: isinstance(app.page, pages.Trouble))
        await clerk.press("escape")
        assert isinstance(app.page, pages.Businesses)
        assert (await taken(clerk, "1")).taken.ticket.number == "A001", "at once, however quickly"


@pytest.mark.parametrize("number", ["110101188001010012", "2101881880010100119", "320101199001010012", "YY-2048"])
async def test_a_number_typed_again_over_what_was_wrong_takes_no_ticket(
    config: Config, ws: Workspace, number: str
) -> None:
    async with machine(config, ws, NARROW) as clerk:
        app: Any = clerk.app
        await clerk.scan("110101188001010012")
        await clerk.until(lambda: isinstance(app.page, pages.Trouble))
        await clerk.type(number)
        assert app.page == pages.Entry(number), "what was typed stands there, from its first digit"
        await clerk.press("enter")
        await clerk.until(lambda: isinstance(app.page, pages.Trouble))
        assert tickets_kept(ws) == []
        await clerk.press(number[0].lower())
        clerk.at += 20
        await clerk.press("3")
        assert app.page == pages.Entry(number[0].lower() + "3"), "however slowly it is typed"
        await clerk.press("escape")
        assert isinstance(app.page, pages.Businesses)


async def test_a_machine_that_asks_for_no_card_says_so(config: Config, ws: Workspace) -> None:
    closed = dataclasses.replace(ws, config=replace(config, station=replace(config.station, card=False)))
    async with machine(config, closed, NARROW) as clerk:
        await clerk.scan("110101188001010011")
        await clerk.until(lambda: "这台取号机不读身份证" in clerk.text)
        assert "不用身份证也能取号" in clerk.text


async def test_used_up_numbers_offer_no_number_without_the_code(config: Config, ws: Workspace) -> None:
    booking.take_in(ws, BOOKED)
    async with machine(config, ws, count=0) as clerk:
        await clerk.scan("YY-1001")
        await clerk.until(lambda: "用完了" in clerk.text)
        assert "直接取号" not in clerk.text and "咨询台" in clerk.text


BOOKED = b"code,business,begin,end,id_number\nYY-1001,A,2026-11-02 10:00,2026-11-02 10:30,\n"
HOUR_MS = 3_600_000


def said(page: pages.Page, columns: int) -> str:
    """The page in words."""
    return "\n".join("".join(text for text, _ink in spans) for spans, _fill in pages.draw(page, columns, 22).lines)


async def test_whoever_has_an_appointment_reads_its_slot_until_it_is_over(
    config: Config, ws: Workspace, clock: FixedClock
) -> None:
    booking.take_in(ws, BOOKED)
    async with machine(config, ws, NARROW) as clerk:
        await clerk.scan("YY-1001")
        await clerk.until(lambda: "请取走号票" in clerk.text)
        assert "您的预约时段 10:00-10:30" in clerk.text and "到时优先" not in clerk.text, "who knows without a network"
        ticket = clerk.app.page.taken.ticket  # type: ignore[attr-defined]
    told = Told(ahead=5, wait_min=18, least_min=12, most_min=25)
    wait = ("前面还有 5 人", "约 12-25 分钟")
    for hours, words, waits in (
        (0.9, "您的预约时段 10:00-10:30，到时优先叫号", False),
        (0.35, "您的预约时段 10:00-10:30，现在优先叫号", False),
        (0.5, "您的预约时段 10:00-10:30 已过", True),
    ):
        clock.ticks += int(hours * HOUR_MS)
        have = Taken(ticket=ticket, told=told, already=True)
        for columns in (NARROW[0], WIDE[0]):
            given, found = said(works.given(ws, have), columns), said(works.found(ws, have, held=True), columns)
            assert words in given and words in found
            assert all((each in given) == waits for each in wait) and ("5 人" in found) == waits


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_wait_that_may_not_end_today_is_no_range(ws: Workspace, language: str) -> None:
    i18n.install(language)
    ticketing.take_seat(ws)
    have = Taken(ticket=TICKET, told=Told(ahead=299, wait_min=3000, least_min=0, most_min=6852))
    for columns in (NARROW[0], WIDE[0]):
        shown = said(works.given(ws, have), columns)
        assert _("前面还有 {count} 人").format(count=299) in shown and _("要等很久，今天不一定轮到") in shown
        assert "6852" not in shown
    issued = t.TicketIssued(business="x", letter="A", serial=12, day=MONDAY, at_ms=1, station="T1")
    ticket = replace(TICKET, ticket_id="01a2b3c4-d5e6-7f01-8a2b-3c4d5e6f7081")
    paper = str(ticket_printing.document_of(ws, ticket, issued, have.told).blocks)
    assert "299 人" in paper and "很久，今天不一定轮到" in paper and "6852" not in paper


def test_a_slot_whose_end_nobody_told_has_its_begin(ws: Workspace) -> None:
    ticket = replace(TICKET, lane="booked", slot_ms=int(dt.datetime(2026, 11, 2, 2, tzinfo=dt.UTC).timestamp() * 1000))
    ticketing.take_seat(ws)
    page = works.given(ws, Taken(ticket=ticket, told=Told(ahead=0)))
    assert "您的预约时段 10:00起，到时优先叫号" in said(page, NARROW[0])
    assert works.given(ws, Taken(ticket=TICKET)).slot is None


async def test_a_card_is_asked_for_its_business_and_leaves_no_number(config: Config, ws: Workspace) -> None:
    number = "110101188001010011"
    async with machine(config, ws) as clerk:
        await clerk.scan(number)
        await clerk.until(lambda: "已读身份证" in clerk.text)
        assert number not in clerk.text
        first = (await taken(clerk, "1")).taken.ticket
        await clerk.press("escape")
        await clerk.scan(number)
        await clerk.until(lambda: "已读身份证" in clerk.text)
        await clerk.press("1")
        await clerk.until(lambda: "您已经有号了" in clerk.text)
        assert [ticket_id for _number, ticket_id in tickets_kept(ws)] == [first.ticket_id]


async def test_a_page_that_somebody_left_goes_back_and_forgets(config: Config, ws: Workspace) -> None:
    async with machine(config, ws) as clerk:
        app: Any = clerk.app
        await clerk.scan("110101188001010011")
        await clerk.until(lambda: "已读身份证" in clerk.text)
        for _ in range(40):
            app._second()
        assert app.page.asked == pages.Asked()
        await taken(clerk, "1")
        for _ in range(config.station.shown_s + 1):
            app._second()
        assert isinstance(app.page, pages.Businesses)


async def test_touching_is_as_good_as_a_key(config: Config, ws: Workspace) -> None:
    async with machine(config, ws) as clerk:
        rows = clerk.text.split("\n")
        row = next(place for place, line in enumerate(rows) if "户籍与出入境" in line)
        await clerk.pilot.click(offset=(40, row))
        app: Any = clerk.app
        await clerk.until(lambda: isinstance(app.page, pages.Given))
        assert app.page.taken.ticket.number == "C001"
        bottom = next(place for place, line in enumerate(rows) if "优先取号" in line)
        await clerk.until(lambda: app.page.printed is not None)
        await clerk.pilot.click(offset=(3, bottom))
        await clerk.until(lambda: isinstance(app.page, pages.Businesses))


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (60, 20), (40, 12)])
async def test_a_number_is_typed_by_touch_alone(config: Config, ws: Workspace, size: tuple[int, int]) -> None:
    async with machine(config, ws, size=size) as clerk:
        app: Any = clerk.app

        async def touch(word: str) -> None:
            """The lowest place where this word stands now."""
            await clerk.drawn()
            rows = clerk.text.split("\n")
            row = max(place for place, line in enumerate(rows) if re.search(rf"(?<!\w){word}", line))
            found = re.search(rf"(?<!\w){word}", rows[row])
            assert found is not None
            await clerk.pilot.click(offset=(width(rows[row][: found.start()]), row))

        given = (await taken(clerk, "3")).taken.ticket
        app.home()
        await touch("预约")
        assert app.page == pages.Entry(touched=True)
        for letter in f"B{given.number}":
            await touch(letter)
        await touch("退格")
        assert app.page.text == f"B{given.number}"[:-1]
        for _time in app.page.text:
            await touch("退格")
        for letter in given.number:
            await touch(letter)
        assert app.page.text == given.number
        await touch("确定")
        await clerk.until(lambda: isinstance(app.page, pages.Found))
        assert app.page.taken.ticket.ticket_id == given.ticket_id


async def test_no_keys_are_shown_to_whoever_has_keys(config: Config, ws: Workspace) -> None:
    async with machine(config, ws) as clerk:
        app: Any = clerk.app
        await clerk.press("0")
        assert app.page == pages.Entry() and "退格" not in clerk.text


@pytest.mark.parametrize("columns", [40, 60, 80, 133, 200])
@pytest.mark.parametrize("rows", range(22))
def test_every_key_is_where_it_is_drawn(columns: int, rows: int) -> None:
    drawn = station_keypad.lines(columns, rows)
    assert len(drawn) <= rows
    named = {"退": station_keypad.ERASE, "确": station_keypad.DONE}
    seen: set[str] = set()
    for y in range(rows):
        text = "".join(span for span, _ink in drawn[y][0]) if y < len(drawn) else ""
        assert width(text) <= columns
        for place, letter in enumerate(text):
            if letter in "格定 ":
                continue
            assert station_keypad.at(width(text[:place]), y, columns, rows) == named.get(letter, letter)
            seen.add(letter)
    assert seen == ({*string.ascii_uppercase, *string.digits, "-", "退", "确"} if rows >= 4 else set())


async def test_a_hall_without_businesses_says_so(
    config: Config, ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = ws.catalogue._compiled.head
    monkeypatch.setattr(type(ws.catalogue), "hall", property(lambda self: replace(head.hall, businesses=())))
    app = StationApp(config, lambda: ws)
    async with app.run_test(size=WIDE) as pilot:
        clerk = Clerk(app, pilot)  # type: ignore[arg-type]
        await clerk.until(lambda: "没有取号业务" in clerk.text)


SLOT = Slot(begin=dt.datetime(2026, 11, 2, 10), end=dt.datetime(2026, 11, 2, 10, 30), clock="before")
MISREAD_WORDS = ("身份证号码不对，可能输错了一位，或者没有读准", "把身份证放平再刷一次，或对照证件再输入一次")
BUSINESS = Business(key="x", letter="A", name="企业开办与市场监管", where="1层A区", departments=("a",))
TICKET = Ticket(ticket_id="t", business="x", number="A012", day=MONDAY, issued_ms=1)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (60, 16), (200, 60)])
@pytest.mark.parametrize("number", ["A012", "A10234", "AB1000000"])
def test_the_number_fits_whatever_the_screen(size: tuple[int, int], number: str) -> None:
    ticket = replace(TICKET, number=number)
    told = Told(ahead=5, wait_min=18, least_min=12, most_min=25)
    page = pages.Given(Taken(ticket=ticket, told=told), BUSINESS, Printed(ticket=ticket, state="printed"))
    drawn = pages.draw(page, size[0], size[1] - 2)
    assert len(drawn.lines) <= size[1] - 2
    said = ["".join(text for text, _ink in spans) for spans, _fill in drawn.lines]
    assert any("请取走号票" in line for line in said) and any("约 12-25 分钟" in line for line in said)
    assert all(len(line.rstrip()) <= size[0] for line in said)


@pytest.mark.parametrize("count", [1, 6, 9, 23])
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_every_business_has_a_place_to_touch(size: tuple[int, int], count: int) -> None:
    seen = tuple(Outlook(business=replace(BUSINESS, key=f"k{n}", name=f"业务{n}")) for n in range(count))
    for first in range(0, count, pages.PER_PAGE):
        page = pages.Businesses(seen, first=first)
        drawn = pages.draw(page, size[0], size[1] - 2)
        assert set(drawn.hits) - {-1} == set(range(len(pages.choices(page))))
        assert len(drawn.lines) == len(drawn.hits) <= size[1] - 2


@pytest.mark.parametrize(
    ("waiting", "busy", "words"), [(0, False, "不用等"), (0, True, "窗口正忙，下一位是您"), (4, True, "4 人在等")]
)
def test_no_wait_is_promised_only_where_a_window_is_free(waiting: int, busy: bool, words: str) -> None:
    assert queue_words(Outlook(business=BUSINESS, waiting=waiting, windows=2, busy=busy))[0] == words


def sample_pages(config: Config, ws: Workspace) -> dict[str, pages.Page]:
    """Each page that the machine has, as in the middle of a morning."""
    listed = ws.catalogue.hall.businesses
    waits = [(5, 12.3, 2), (0, 0.0, 1), (14, 33.0, 2), (2, 0.0, 1), (0, 0.0, 0), (1, 4.0, 1)]
    seen = tuple(
        Outlook(business=each, waiting=count, wait_min=wait, windows=windows)
        for each, (count, wait, windows) in zip(listed, waits, strict=True)
    )
    told = Told(ahead=5, wait_min=18, least_min=12, most_min=25)
    found = pages.Found(Taken(ticket=TICKET, told=told, already=True), listed[0], held=True)
    given = pages.Given(Taken(ticket=TICKET, told=told), listed[0], Printed(ticket=TICKET, state="printed"))
    passed = replace(TICKET, state=TicketState.PASSED)
    finished = replace(TICKET, state=TicketState.FINISHED)
    return {
        "businesses": pages.Businesses(seen),
        "off line": pages.Businesses(
            tuple(Outlook(business=each) for each in listed), note=works.low_numbers(ws, ticketing.Station(ws))
        ),
        "reasons": pages.Reasons(config.station.priority),
        "entry": pages.Entry("YY-2048"),
        "touched": pages.Entry("C00", touched=True),
        "given": given,
        "booked": dataclasses.replace(given, slot=SLOT),
        "overdue": dataclasses.replace(given, slot=replace(SLOT, clock="after")),
        "failed": pages.Given(
            Taken(ticket=TICKET, offline=True), listed[0], Printed(ticket=TICKET, state="failed", error="打印机没纸")
        ),
        "found": found,
        "typed": dataclasses.replace(found, held=False),
        "passed": dataclasses.replace(found, taken=Taken(ticket=passed, told=told, already=True)),
        "finished": dataclasses.replace(
            works.found(ws, Taken(ticket=finished, already=True), held=True), business=listed[0]
        ),
        "leaving": pages.Leaving(found),
        "misread": pages.Trouble(_(MISREAD_WORDS[0]), _(MISREAD_WORDS[1]), shown=True),
        "trouble": pages.Trouble(_("没有网络，本机预领的A字号码也用完了"), _("请到咨询台取号")),
    }


WHICH = (
    "businesses", "off line", "reasons", "entry", "touched", "given", "booked", "overdue", "failed", "found", "typed",
    "passed", "finished", "leaving", "misread", "trouble",
)  # fmt: skip


async def show_sample(clerk: Clerk, config: Config, ws: Workspace, which: str) -> None:
    """Have the machine stand still at a page."""
    app: Any = clerk.app
    await clerk.until(lambda: app.workspace is not None and isinstance(app.page, pages.Businesses))
    app._ended.set()
    app._wake.set()
    await clerk.pilot.pause()
    page = sample_pages(config, ws)[which]
    app.seen = page.seen if isinstance(page, pages.Businesses) else app.seen
    app.show(page)
    await clerk.pilot.pause()


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("which", WHICH)
def test_a_page_looks_as_it_was_made(
    snap_compare: Any, config: Config, ws: Workspace, which: str, size: tuple[int, int]
) -> None:
    numbered(ws)
    prepare(config)
    app = StationApp(config, lambda: ws)

    async def before(pilot: Any) -> None:
        await show_sample(Clerk(app, pilot), config, ws, which)  # type: ignore[arg-type]

    assert snap_compare(app, run_before=before, terminal_size=size)
