"""Numbers at the window: called, served, finished by key, against a real centre process; nothing waits for it."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import msgspec
import pytest
from msgspec import structs

from clerk_tui.app import make_app
from clerk_tui.config import QueueSection
from clerk_tui.screens.calling import CallingScreen
from clerk_tui.screens.home import HomeScreen
from clerk_tui.screens.intake import IntakeScreen
from clerk_tui.screens.result import ResultScreen
from clerk_tui.screens.standing import clock_time
from clerk_tui.screens.supplement import SupplementScreen
from clerk_tui.services import cases, queue_desk
from clerk_tui.services.calling import Visit, Window
from clerk_tui.services.workspace import Workspace
from clerk_tui.store.device import load_key
from hall import ticket_code
from hall import ticketing as t
from hall.queue_wire import TicketView
from tests.clerk_tui.queue_rig import CLERK, Hall, Seat, hall_with_queue
from tests.clerk_tui.screens.conftest import NARROW, Clerk, OpenCounter
from tests.clerk_tui.screens.steps import answer_spouse, confirm, fill_in_person, fill_in_the_rest
from tests.clerk_tui.screens.test_hostile import NAMES, shown_is_harmless
from tests.clerk_tui.screens.windows import at_window, now, queue_of, tell, until, visit_of


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    folder = tmp_path_factory.mktemp("hall")
    with hall_with_queue(folder, tmp_path_factory.getbasetemp() / "catalogue-cache") as hall:
        for code in ("A3", "A5", "A8"):
            hall.open(code)
        yield hall


@pytest.fixture
def seats(hall: Hall, printed: list[str]) -> Iterator[list[Seat]]:
    """The windows of the hall; afterwards nobody waits and nobody is served."""
    yield hall.seats
    for seat in hall.seats:
        seat.between.down, seat.between.bend = False, lambda path, body: body
        window = Window(seat.ws, KEYS)
        window.look()
        for held in window.now().desk.held:
            window.release(CLERK, held.ticket.ticket_id)
        while True:
            if window.now().visit is not None:
                window.finish(CLERK, "清场")
            window.call_next(CLERK)
            if window.now().visit is None:
                break
        window.line.close()
        with seat.ws.journal.write() as connection:
            queue_desk.keep(seat.ws, connection, queue_desk.Desk())


KEYS = ["company", "tax-insurance", "household", "construction", "livelihood", "safety"]


@pytest.fixture
def seat(seats: list[Seat]) -> Seat:
    return seats[0]


def at(clerk: Clerk) -> str:
    """The number at this window."""
    visit = now(clerk).visit
    return visit.number if visit is not None else ""


def news_of(clerk: Clerk) -> str:
    """What the line of the queue last told."""
    news = now(clerk).news
    return news.kind if news is not None else ""


def here(clerk: Clerk) -> Visit:
    """Whoever is at this window."""
    visit = now(clerk).visit
    assert visit is not None
    return visit


async def call(clerk: Clerk) -> str:
    """The next one; the number."""
    await clerk.press("ctrl+n")
    await until(clerk, lambda: at(clerk))
    return at(clerk)


async def choose(clerk: Clerk, matter: str) -> None:
    """Down to a matter in the list, and open it."""
    for _ in range(40):
        item = clerk.screen.found.selected
        if getattr(item, "hit", None) is not None and item.hit.name == matter:
            break
        await clerk.press("down")
    await clerk.press("enter")


def beat(clerk: Clerk) -> None:
    """The queue's thread looks what is due now."""
    thread = clerk.app._queue_thread
    assert thread is not None
    thread.do(Window.beat)


async def choose_number(clerk: Clerk, number: str) -> None:
    """To a number in the list of the calling screen."""
    rows = clerk.screen.tickets
    await until(clerk, lambda: number in [row.ticket.number for row in rows.items])
    place = [row.ticket.number for row in rows.items].index(number)
    await clerk.press(*["up"] * len(rows.items), *["down"] * place)


async def to_the_desk(clerk: Clerk) -> None:
    await answer_spouse(clerk)
    await fill_in_person(clerk)
    await fill_in_the_rest(clerk)


async def settled(clerk: Clerk) -> None:
    """Until nobody is at the window and the centre has heard of it."""
    await until(clerk, lambda: not at(clerk) and not now(clerk).desk.owed)


async def serving(clerk: Clerk) -> None:
    """Until the person stands at the window and the centre has heard of it."""
    await until(clerk, lambda: (visit := now(clerk).visit) is not None and visit.serving and not now(clerk).desk.owed)


async def served(clerk: Clerk, count: int = 1) -> None:
    """Until so many matters of the visit are done."""
    await until(clerk, lambda: (visit := now(clerk).visit) is not None and len(visit.served) == count)


async def test_from_the_call_to_the_intake_is_one_key_and_the_end_belongs_to_the_outcome(
    hall: Hall, seat: Seat
) -> None:
    ticket = hall.issue(name="王小明")
    async with at_window(seat) as clerk:
        await until(clerk, lambda: "等候 1 人" in clerk.text)
        assert "王小明" not in clerk.text
        before = clerk.keys
        assert await call(clerk) == ticket.number
        assert clerk.keys - before == 1
        await until(clerk, lambda: "已呼叫" in clerk.text)
        assert "先来先办" in clerk.text and "王*明" in clerk.text, "why this one, and who"
        await until(clerk, lambda: "出生登记" in clerk.text)
        await choose(clerk, "户口迁移")
        assert isinstance(clerk.screen, IntakeScreen) and clerk.screen.draft.ticket == ticket.number
        await serving(clerk)
        await to_the_desk(clerk)
        await clerk.type("a")
        await confirm(clerk)
        assert isinstance(clerk.screen, ResultScreen)
        reference = clerk.screen.result.reference
        await served(clerk)
        assert f"办结{ticket.number}，叫下一位" in clerk.text
        before = clerk.keys
        await clerk.press("enter")
        assert clerk.keys - before == 1 and isinstance(clerk.screen, HomeScreen)
        await settled(clerk)
        await until(clerk, lambda: "现在没有人等" in clerk.text)
    finished = seat.facts(ticket.ticket_id)[-1]
    assert isinstance(finished, t.TicketFinished)
    assert (finished.references, finished.outcomes) == ((reference,), ("accepted",))
    assert hall.ticket(ticket.ticket_id).state == "finished"
    assert cases.find(seat.ws, ticket.number)[0].reference == reference, "the case knows the number"


async def test_a_visit_holds_several_matters_and_ends_once(hall: Hall, seat: Seat) -> None:
    ticket = hall.issue()
    async with at_window(seat) as clerk:
        await call(clerk)
        for matter in ("户口迁移", "普通护照签发"):
            await until(clerk, lambda: isinstance(clerk.screen, HomeScreen) and clerk.screen.found.items)
            await choose(clerk, matter)
            await clerk.press("f7", "enter")
            assert isinstance(clerk.screen, ResultScreen)
            await clerk.press("m")
            assert isinstance(clerk.screen, HomeScreen)
        await served(clerk, 2)
        assert "出生登记" in clerk.text, "the matters of the number are at hand again"
        await clerk.press("ctrl+n")
        await settled(clerk)
    finished = seat.facts(ticket.ticket_id)[-1]
    assert isinstance(finished, t.TicketFinished) and len(set(finished.references)) == 2


async def test_notice_return_with_a_number_and_accept_in_one_key(hall: Hall, seat: Seat) -> None:
    hall.issue()
    async with at_window(seat) as clerk:
        await call(clerk)
        await until(clerk, lambda: clerk.screen.found.items)
        await choose(clerk, "户口迁移")
        await to_the_desk(clerk)
        await clerk.type("12a")
        await confirm(clerk)
        reference = clerk.screen.result.reference
        await clerk.press("e")
        await settled(clerk)
        back = hall.issue(lane="return", reference=reference)
        assert await call(clerk) == back.number
        await until(clerk, lambda: reference in clerk.text)
        before = clerk.keys
        await clerk.press("enter")
        assert isinstance(clerk.screen, SupplementScreen) and clerk.keys - before == 1
        await clerk.type("a")
        await confirm(clerk)
        await clerk.press("e")
        await settled(clerk)
    finished = seat.facts(back.ticket_id)[-1]
    assert isinstance(finished, t.TicketFinished) and finished.references == (reference,)


async def test_a_typed_search_lists_the_matters_of_the_number_first(hall: Hall, seat: Seat) -> None:
    ticket = hall.issue("tax-insurance", "B")
    async with at_window(seat) as clerk:
        await clerk.type("dj")
        before = [item.hit.key for item in clerk.screen.found.items]
        await clerk.press("escape")
        await call(clerk)
        await clerk.type("dj")
        after = [item.hit.key for item in clerk.screen.found.items]
        assert sorted(before) == sorted(after) and before != after
        await clerk.press("escape", "ctrl+o", "s")
        await serving(clerk)
        await clerk.press("ctrl+n")
        assert "怎样结束" in clerk.text
        await clerk.press("3")
        await settled(clerk)
        finished = seat.facts(ticket.ticket_id)[-1]
        assert isinstance(finished, t.TicketFinished) and finished.outcomes == ("incomplete",)


async def test_whoever_has_not_come_is_called_again_then_passed_over_with_the_reason(hall: Hall, seat: Seat) -> None:
    first, second = hall.issue(), hall.issue()
    async with at_window(seat) as clerk:
        assert await call(clerk) == first.number
        await clerk.press("ctrl+g")
        await until(clerk, lambda: "已叫2次" in clerk.text)
        await clerk.press("ctrl+n")
        assert clerk.asks and "还没有来" in clerk.text
        await clerk.press("2")
        await until(clerk, lambda: at(clerk) == second.number)
        await clerk.press("ctrl+n", "3")
        await clerk.press("enter")
        assert "必须写明原因" in clerk.text
        await clerk.type("去了洗手间")
        await clerk.press("enter")
        await settled(clerk)
    assert [hall.ticket(each.ticket_id).reason for each in (first, second)] == ["叫号未到", "去了洗手间"]


async def test_aside_and_taken_up_sent_on_and_called_before_others(hall: Hall, seat: Seat) -> None:
    first, second, third = hall.issue(), hall.issue(), hall.issue()
    async with at_window(seat) as clerk:
        await call(clerk)
        await clerk.press("ctrl+o")
        assert isinstance(clerk.screen, CallingScreen)
        await clerk.press("h", "2")
        await settled(clerk)
        assert "暂放" in clerk.text
        # The third before the second, with a reason.
        await choose_number(clerk, third.number)
        await clerk.press("enter")
        assert clerk.asks and "不按顺序" in clerk.text
        await clerk.press("2")
        await until(clerk, lambda: at(clerk) == third.number)
        assert "老弱病残孕" in now(clerk).visit.ticket.why  # type: ignore[union-attr]
        await clerk.press("ctrl+o", "t", "1", "1")
        await settled(clerk)
        assert hall.ticket(third.ticket_id).business == "company"
        await choose_number(clerk, first.number)
        await clerk.press("enter")
        await until(clerk, lambda: at(clerk) == first.number)
        assert now(clerk).visit.serving and isinstance(clerk.screen, HomeScreen)  # type: ignore[union-attr]
        other = Window(hall.seats[2].ws, KEYS)
        other.look()
        other.line.close()
        await clerk.press("ctrl+o", "t")
        for _ in range(5):
            await clerk.press("down")
        await clerk.type("8")
        await clerk.press("enter", "3")
        await clerk.type("那边有材料")
        await clerk.press("enter")
        await settled(clerk)
        told = hall.ticket(first.ticket_id)
        assert (told.window, told.business, told.reason) == ("8", "household", "那边有材料")
        assert hall.ticket(second.ticket_id).state == "waiting"
        await clerk.press("escape")


async def test_the_same_key_twice_is_one_call_and_one_end(hall: Hall, seat: Seat) -> None:
    first, second, third = (hall.issue("household").number for _ in range(3))
    async with at_window(seat) as clerk:
        await clerk.press("ctrl+n", "ctrl+n")
        await until(clerk, lambda: at(clerk) == first)
        clerk.app.person_here()
        clerk.app.done_for_visit("SL01-A3-000123-4", "accepted")
        await until(clerk, lambda: here(clerk).served)
        await clerk.press("ctrl+n", "ctrl+n")
        await until(clerk, lambda: at(clerk) == second)
        beat(clerk)
        await until(clerk, lambda: third in [each.number for each in now(clerk).waiting])
        assert isinstance(clerk.screen, HomeScreen), "nothing went wrong, so nothing is said"
        assert at(clerk) == second


async def test_a_window_that_pauses_lets_whoever_has_not_come_back_to_their_place(hall: Hall, seat: Seat) -> None:
    first, _ = (hall.issue("household").number for _ in range(2))
    async with at_window(seat) as clerk:
        assert await call(clerk) == first
        await clerk.press("ctrl+p")
        assert f"{first}还没有来：暂停后回到队里原来的位置" in clerk.text
        await clerk.press("1")
        await until(clerk, lambda: at(clerk) == "")
        clerk.at += 1.0
        await clerk.press("enter")
        await until(clerk, lambda: now(clerk).state == "open")
        assert await call(clerk) == first


@pytest.mark.parametrize("how", ["paused", "locked"])
async def test_a_call_on_its_way_to_a_window_that_is_left_goes_back_when_it_comes(
    hall: Hall, seat: Seat, how: str
) -> None:
    ticket = hall.issue("household")
    gate, asked = threading.Event(), threading.Event()

    def slow(path: str, body: bytes) -> bytes:
        if "/claim" in path:
            asked.set()
            assert gate.wait(20)
        return body

    async with at_window(seat) as clerk:
        seat.between.bend = slow
        await clerk.press("ctrl+n")
        await until(clerk, asked.is_set)
        if how == "paused":
            await clerk.press("ctrl+p", "1")
        else:
            clerk.app.let_go()
        gate.set()
        await until(clerk, lambda: news_of(clerk) == "put_back")
        assert at(clerk) == ""
        told = hall.ticket(ticket.ticket_id)
        assert (told.state, told.calls, told.passes) == ("waiting", 0, 0) and told.first_called_ms
        if how == "paused":
            clerk.at += 1.0
            await clerk.press("enter")
            await until(clerk, lambda: now(clerk).state == "open")
        assert await call(clerk) == ticket.number


async def test_an_enter_behind_a_digit_is_part_of_the_answer(hall: Hall, seat: Seat) -> None:
    first, second = (hall.issue("household").number for _ in range(2))
    async with at_window(seat) as clerk:
        assert await call(clerk) == first
        clerk.app.person_here()
        await until(clerk, lambda: here(clerk).serving)
        await clerk.press("ctrl+n", "1", "enter")
        await until(clerk, lambda: at(clerk) == second)
        assert isinstance(clerk.screen, HomeScreen) and here(clerk).called, "nothing was opened for them"
        clerk.app.person_here()
        await until(clerk, lambda: here(clerk).serving)
        await clerk.press("ctrl+o", "p", "1")
        await until(clerk, lambda: at(clerk) == "")


async def test_an_enter_behind_a_digit_is_no_answer_to_the_next_question(hall: Hall, seat: Seat) -> None:
    ticket = hall.issue("household")
    async with at_window(seat) as clerk:
        assert await call(clerk) == ticket.number
        await clerk.press("ctrl+o", "t", "2")
        asked = clerk.screen
        assert clerk.asks
        await clerk.press("escape")
        await clerk.press("ctrl+o", "t", "2", "enter")
        assert clerk.asks and clerk.screen.spec.title == asked.spec.title, "the next question stands unanswered"
        assert at(clerk) == ticket.number


async def test_an_enter_a_little_later_begins_nobodys_visit(hall: Hall, seat: Seat) -> None:
    second = [hall.issue("household").number for _ in range(2)][1]
    async with at_window(seat) as clerk:
        await call(clerk)
        clerk.app.person_here()
        await until(clerk, lambda: here(clerk).serving)
        await clerk.press("ctrl+n", "1")
        await until(clerk, lambda: at(clerk) == second)
        clerk.at += 0.5
        await clerk.press("enter")
        assert isinstance(clerk.screen, HomeScreen) and here(clerk).called
        clerk.at += 1.5
        await clerk.press("enter")
        await until(clerk, lambda: here(clerk).serving)


async def test_several_windows_at_once_never_get_the_same_number(hall: Hall, seats: list[Seat]) -> None:
    tickets = {hall.issue().number for _ in range(6)}
    async with at_window(seats[0]) as one, at_window(seats[1]) as two, at_window(seats[2]) as three:
        clerks = (one, two, three)
        given: list[str] = []
        for _round in range(2):
            for clerk in clerks:
                await clerk.press("ctrl+n", *("1" if _round else ""))
            for clerk in clerks:
                await until(clerk, partial(_has_another, clerk, given))
                await clerk.press("ctrl+o", "s")
                await serving(clerk)
            given += [at(clerk) for clerk in clerks]
        assert len(given) == 6 and set(given) == tickets


def _has_another(clerk: Clerk, given: list[str]) -> bool:
    return bool(at(clerk)) and at(clerk) not in given


async def test_the_line_says_when_nobody_answers_and_lets_the_number_go(hall: Hall, seat: Seat) -> None:
    ticket = hall.issue()
    async with at_window(seat) as clerk:
        await call(clerk)
        seat.between.down = True
        ahead = [0]
        mono = type(seat.ws.clock).mono_ms

        def later(self: Any) -> int:
            return mono(self) + ahead[0]

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(type(seat.ws.clock), "mono_ms", later)
            ahead[0] = 50_000
            beat(clerk)
            await until(clerk, lambda: not now(clerk).online)
            clerk.app.show_standing()
            await clerk.pilot.pause()
            assert "连不上中心，还剩 0:" in clerk.text
            ahead[0] = 100_000
            beat(clerk)
            await until(clerk, lambda: not at(clerk))
            clerk.app.show_standing()
            await clerk.pilot.pause()
            assert f"{ticket.number}太久没有联系上中心" in clerk.text
        seat.between.down = False


async def test_off_line_the_number_in_the_hand_is_scanned_shown_and_served(hall: Hall, seat: Seat) -> None:
    ticket = hall.issue()
    code = as_paper(seat.ws, ticket)
    async with at_window(seat) as clerk:
        seat.between.down = True
        await clerk.press("ctrl+n")
        await until(clerk, lambda: "连不上中心，没有叫到号" in clerk.text)
        await clerk.scan(code)
        assert clerk.asks and f"扫到号票 {ticket.number}" in clerk.text and not at(clerk), "shown before it acts"
        await clerk.press("enter")
        await until(clerk, lambda: at(clerk) == ticket.number)
        await until(clerk, lambda: "离线" in clerk.text and clerk.screen.found.items)
        await choose(clerk, "户口迁移")
        await clerk.press("f7", "enter", "enter")
        await until(clerk, lambda: not at(clerk))
        await clerk.scan(code)
        await clerk.press("enter")
        await until(clerk, lambda: clerk.asks and "已经办过" in clerk.text)
        await clerk.press("enter")
        seat.between.down = False
    assert hall.ticket(ticket.ticket_id).state == "waiting", "the centre does not know yet"
    assert seat.sync().trouble is None
    assert hall.ticket(ticket.ticket_id).state == "finished"


def as_paper(ws: Workspace, ticket: TicketView) -> str:
    """The code on the ticket, as a station of this hall signs it: here the window's own key."""
    issued = t.TicketIssued(
        business=ticket.business,
        letter=ticket.number[0],
        serial=int(ticket.number[1:]),
        day=ticket.day,
        at_ms=ticket.issued_ms,
    )
    code = ticket_code.TicketCode(ticket_id=ticket.ticket_id, issued=issued)
    return ticket_code.encode(code, load_key(ws.journal.path))


async def test_a_wrong_clock_is_said_and_the_waits_are_those_of_the_hall(
    hall: Hall, seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall.issue()
    clock, right = seat.ws.clock, seat.ws.clock.now_ms
    monkeypatch.setattr(clock, "now_ms", lambda: right() + 3 * 3_600_000)
    async with at_window(seat) as clerk:
        await until(clerk, lambda: "本机时钟快3小时" in clerk.text)
        assert "等候 1 人" in clerk.text and "最久等了" not in clerk.text
        await clerk.press("ctrl+o")
        await until(clerk, lambda: "0分钟" in clerk.text)
        assert "180分钟" not in clerk.text


async def test_a_scanned_number_on_line_and_one_that_is_none(hall: Hall, seat: Seat) -> None:
    first, second = hall.issue(), hall.issue()
    async with at_window(seat) as clerk:
        await clerk.scan(ticket_code.line(second.number, second.day))
        assert f"扫到号票 {second.number}" in clerk.text
        await clerk.press("enter")
        await until(clerk, lambda: at(clerk) == second.number)
        await clerk.scan(as_paper(seat.ws, first))
        assert f"本窗口还有{second.number}" in clerk.text
        await clerk.press("escape")
        forged = as_paper(seat.ws, first)[:-4] + "AAAA"
        await clerk.scan(forged)
        assert clerk.asks and at(clerk) == second.number
        await clerk.press("escape")


async def test_a_scan_in_the_middle_of_an_intake_changes_nothing_typed(hall: Hall, seat: Seat) -> None:
    ticket = hall.issue()
    async with at_window(seat) as clerk:
        await clerk.type("hkqy")
        await clerk.press("enter")
        await answer_spouse(clerk)
        answers = dict(clerk.screen.draft.answers)
        await clerk.scan(as_paper(seat.ws, ticket))
        assert f"扫到号票 {ticket.number}" in clerk.text
        await clerk.press("escape")
        assert isinstance(clerk.screen, IntakeScreen) and clerk.screen.draft.answers == answers


async def test_no_key_waits_for_the_centre(hall: Hall, seat: Seat) -> None:
    ticket = hall.issue()
    gate = threading.Event()

    def slow(path: str, body: bytes) -> bytes:
        assert "/claim" not in path or gate.wait(20)
        return body

    async with at_window(seat) as clerk:
        await until(clerk, lambda: now(clerk).waiting)
        seat.between.bend = slow
        await clerk.press("ctrl+n")
        await until(clerk, lambda: "正在叫号" in clerk.text)
        await clerk.type("hkqy")
        assert "户口迁移" in clerk.text and not at(clerk)
        gate.set()
        await until(clerk, lambda: at(clerk) == ticket.number)
        assert clerk.screen.entry.value == "hkqy", "what was typed stays"


async def test_a_counter_that_was_ended_finds_its_number(hall: Hall, seat: Seat) -> None:
    ticket = hall.issue()
    async with at_window(seat) as clerk:
        await call(clerk)
        await clerk.press("ctrl+o", "s")
        await serving(clerk)
    async with at_window(seat) as clerk:
        assert at(clerk) == ticket.number
        await until(clerk, lambda: "办理中" in clerk.text)


async def test_what_waits_is_listed_in_the_screen_s_first_frame_without_another_word_of_the_centre(
    counter: OpenCounter, ws: Workspace
) -> None:
    async with counter() as clerk:
        at_ms = ws.clock.now_ms()
        tell(clerk.app, ws, queue_of(at_ms, None))
        await clerk.settle()
        await clerk.press("ctrl+o")
        assert all(each in clerk.text for each in ("C009", "C007", "C006", "C004", "C008"))
        assert isinstance(clerk.screen, CallingScreen) and clerk.screen.can_do("call_this")


async def test_a_number_of_yesterday_is_neither_set_aside_nor_sent_on(counter: OpenCounter, ws: Workspace) -> None:
    async with counter() as clerk:
        at_ms = ws.clock.now_ms()
        for past in (False, True):
            tell(clerk.app, ws, queue_of(at_ms, visit_of(at_ms, "serving"), past=past))
            await clerk.settle()
            if not past:
                await clerk.press("ctrl+o")
            assert clerk.screen.can_do("end")
            assert (clerk.screen.can_do("hold"), clerk.screen.can_do("send_on")) == (not past, not past)
            await clerk.press("h")
            assert clerk.asks is not past
            await clerk.press("escape") if clerk.asks else None


@pytest.mark.parametrize("why", ["not wanted", "no businesses", "not enrolled"])
async def test_without_a_queue_nothing_is_seen_of_it(
    why: str, seat: Seat, counter: OpenCounter, monkeypatch: pytest.MonkeyPatch
) -> None:
    if why == "not enrolled":
        async with counter() as clerk:
            await nothing_of_it(clerk)
        return
    config = structs.replace(seat.config, queue=QueueSection(enabled=False)) if why == "not wanted" else seat.config
    used = replace(seat.ws, config=config)
    if why == "no businesses":
        without = structs.replace(used.catalogue.hall, businesses=())
        monkeypatch.setattr(type(used.catalogue), "hall", property(lambda self: without))
    app = make_app(config, lambda: used)
    async with app.run_test(size=NARROW) as pilot:
        clerk = Clerk(app, pilot)
        await clerk.until(lambda: app.workspace is not None)
        await nothing_of_it(clerk)


async def nothing_of_it(clerk: Clerk) -> None:
    clerk.app._look_for_a_queue()
    await clerk.app.workers.wait_for_complete()
    for key in ("ctrl+n", "ctrl+g", "ctrl+o"):
        await clerk.press(key)
    assert clerk.app.queue is None and isinstance(clerk.screen, HomeScreen)
    assert "叫号" not in clerk.text and "等候" not in clerk.text
    assert not any(strip.display for strip in clerk.screen.query("#queue"))
    await clerk.press("f1")
    assert "叫下一位" not in clerk.text


@pytest.mark.parametrize("size", [(120, 40), NARROW])
async def test_whatever_the_centre_says_is_only_text(hall: Hall, seat: Seat, size: tuple[int, int]) -> None:
    tickets = [hall.issue() for _ in range(3)]
    hostile = iter(NAMES * 5)

    def bend(path: str, body: bytes) -> bytes:
        told = msgspec.json.decode(body)
        for ticket in _tickets_in(told):
            ticket |= {
                key: next(hostile)[:60] for key in ("name", "why", "reason", "priority", "reference", "business")
            }
        return msgspec.json.encode(told)

    async with at_window(seat, size) as clerk:
        seat.between.bend = bend
        await clerk.press("ctrl+n")
        await until(clerk, lambda: at(clerk))
        shown_is_harmless(clerk, size[0])
        await clerk.press("ctrl+o")
        for _ in range(6):
            clerk.app.set_detailed(True)
            before = clerk.app.queue
            await until(clerk, partial(_told_since, clerk, before))
            shown_is_harmless(clerk, size[0])
        for key in ("p", "h", "t"):
            await clerk.press(key)
            shown_is_harmless(clerk, size[0])
            await clerk.press("escape")
        await clerk.press("escape", "f5", "escape")
        shown_is_harmless(clerk, size[0])
        seat.between.bend = lambda path, body: body
    assert tickets


def _told_since(clerk: Clerk, before: object) -> bool:
    return clerk.app.queue is not before


TEXTS = ("name", "why", "reason", "priority", "reference", "business")


def _tickets_in(told: Any) -> Iterator[dict[str, Any]]:
    if isinstance(told, dict):
        if isinstance(told.get("ticket"), dict):
            yield told["ticket"]
        yield from (each for each in told.get("tickets", ()) if isinstance(each, dict))


async def test_appointments_to_come_stand_last_with_their_time_and_are_not_counted(
    counter: OpenCounter, ws: Workspace
) -> None:
    async with counter() as clerk:
        at_ms = ws.clock.now_ms()
        tell(clerk.app, ws, queue_of(at_ms, None))
        await clerk.settle()
        assert "等候 3 人" in clerk.text
        await clerk.press("ctrl+o")
        begins = clock_time(at_ms + 90 * 60_000, clerk.app.config.timezone)
        assert re.search(rf"预约 +C003 +{begins}起", clerk.text), "not 等候, and no minutes of waiting"
