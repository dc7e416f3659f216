"""The sign-in screen: nobody works without a number and a PIN, a lock hides everything and loses nothing."""

from __future__ import annotations

import pytest

from clerk_tui.screens.signing_in import ApproveScreen, SignInScreen
from clerk_tui.screens.supplement import SupplementScreen
from clerk_tui.services import intake, signing_in
from clerk_tui.services.workspace import Workspace
from tests.clerk_tui.clerks import PIN, WU, ZHOU, Staff
from tests.clerk_tui.conftest import FixedClock
from tests.clerk_tui.screens.conftest import NARROW, WIDE, Clerk, OpenCounter
from tests.clerk_tui.screens.steps import at_the_desk
from tests.clerk_tui.services.test_supplement import LATER
from tests.clerk_tui.walkins import COMPANY, MISSING, restaurant

WRONG = "739502"


@pytest.fixture
def staff(ws: Workspace) -> Staff:
    staff = Staff(ws)
    staff.has_been_here(ZHOU)
    staff.has_been_here(WU)
    return staff


async def sign_in(clerk: Clerk, number: str = ZHOU, pin: str = PIN) -> None:
    if not clerk.screen.box.editors[0].text:
        await clerk.type(number)
        await clerk.press("enter")
    await clerk.type(pin)
    await clerk.press("enter")
    await clerk.until(lambda: not isinstance(clerk.screen, SignInScreen) or not clerk.screen.box.busy)


def covered(clerk: Clerk) -> bool:
    return isinstance(clerk.screen, SignInScreen)


async def test_a_hall_without_clerks_opens_straight_and_cannot_be_locked(counter: OpenCounter) -> None:
    async with counter() as clerk:
        assert not covered(clerk)
        await clerk.press("ctrl+l")
        assert clerk.asks and "不用签到" in clerk.text


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
async def test_a_hall_with_clerks_asks_first(counter: OpenCounter, staff: Staff, size: tuple[int, int]) -> None:
    async with counter(size) as clerk:
        await clerk.until(lambda: covered(clerk))
        for key in ("f2", "f5", "f12", "escape", "ctrl+l", "f1"):
            await clerk.press(key)
        if not covered(clerk):
            await clerk.press("escape")
        assert covered(clerk)
        await sign_in(clerk)
        assert not covered(clerk) and "周敏" in clerk.text


async def test_a_pin_is_never_on_the_screen(counter: OpenCounter, staff: Staff) -> None:
    async with counter() as clerk:
        await clerk.until(lambda: covered(clerk))
        await clerk.type(ZHOU)
        await clerk.press("enter")
        await clerk.type(PIN)
        assert PIN not in clerk.text and "*" * len(PIN) in clerk.text


async def test_a_wrong_pin_says_so_and_keeps_the_number(counter: OpenCounter, staff: Staff) -> None:
    async with counter() as clerk:
        await clerk.until(lambda: covered(clerk))
        await sign_in(clerk, pin=WRONG)
        assert covered(clerk) and "工号或密码不对" in clerk.text
        await sign_in(clerk)
        assert not covered(clerk)


async def test_a_lock_hides_the_case_and_gives_it_back(counter: OpenCounter, staff: Staff, ws: Workspace) -> None:
    async with counter() as clerk:
        await clerk.until(lambda: covered(clerk))
        await sign_in(clerk)
        await at_the_desk(clerk)
        await clerk.type("11")
        open_case = clerk.text
        await clerk.press("ctrl+l")
        assert covered(clerk) and ws.seat.actor is None
        assert "材料" not in clerk.text and "周敏" in clerk.text
        await sign_in(clerk)
        assert clerk.text == open_case


async def test_somebody_else_may_go_on_and_stands_in_the_facts(
    counter: OpenCounter, staff: Staff, ws: Workspace
) -> None:
    async with counter() as clerk:
        await clerk.until(lambda: covered(clerk))
        await sign_in(clerk)
        await clerk.press("ctrl+l")
        await clerk.press("up", "ctrl+u")
        await sign_in(clerk, WU)
        assert ws.clerk.id == WU and "吴静" in clerk.text


async def test_a_scan_does_nothing_while_nobody_sits_there(counter: OpenCounter, staff: Staff, ws: Workspace) -> None:
    signing_in.sign_in(ws, ZHOU, PIN)
    reference = intake.submit(ws, restaurant(ws)).reference
    ws.seat.leave()
    async with counter() as clerk:
        await clerk.until(lambda: covered(clerk))
        await clerk.scan(reference)
        assert covered(clerk) and reference not in clerk.text
        assert clerk.screen.box.editors[0].text == ""


async def test_problems_wait_until_somebody_sits_there(counter: OpenCounter, staff: Staff) -> None:
    from hall.errors import HallError

    async with counter() as clerk:
        await clerk.until(lambda: covered(clerk))
        clerk.app.tell(HallError("print_failed", "打印机没有纸"))
        assert covered(clerk)
        await sign_in(clerk)
        assert clerk.asks and "打印机没有纸" in clerk.text


async def test_when_the_centre_tells_clerks_the_window_asks_at_once(counter: OpenCounter, ws: Workspace) -> None:
    async with counter() as clerk:
        await at_the_desk(clerk)
        Staff(ws).has_been_here(ZHOU)
        clerk.app.seat_now()
        await clerk.until(lambda: covered(clerk))
        await sign_in(clerk)
        assert not covered(clerk) and "材料" in clerk.text


async def test_what_was_shown_in_full_is_masked_again_after_a_lock(
    counter: OpenCounter, staff: Staff, ws: Workspace
) -> None:
    signing_in.sign_in(ws, ZHOU, PIN)
    reference = intake.submit(ws, restaurant(ws)).reference
    async with counter() as clerk:
        await clerk.until(lambda: clerk.app.workspace is not None)
        clerk.app.show_case(reference)
        await clerk.pilot.pause()
        await clerk.press("f10")
        await clerk.type("hd")
        await clerk.press("enter")
        await clerk.until(lambda: COMPANY in clerk.text)
        await clerk.press("ctrl+l")
        await sign_in(clerk)
        assert not covered(clerk) and COMPANY not in clerk.text


async def test_a_second_notice_needs_a_supervisor_beside_the_clerk(
    counter: OpenCounter, staff: Staff, ws: Workspace, clock: FixedClock
) -> None:
    signing_in.sign_in(ws, ZHOU, PIN)
    first = intake.submit(ws, restaurant(ws, layout=MISSING))
    clock.day = LATER
    staff.tell()
    async with counter() as clerk:
        await clerk.scan(first.reference)
        await clerk.press("enter")
        await clerk.until(lambda: isinstance(clerk.screen, SupplementScreen))
        clerk.screen.set_tick("layout", __import__("tests.clerk_tui.walkins", fromlist=["PRESENT"]).PRESENT)
        from tests.clerk_tui.walkins import unacceptable

        clerk.screen.set_tick("application", unacceptable("没有签字"))
        await clerk.press("f9")
        await clerk.type("loukan")
        await clerk.press("enter", "enter")
        await clerk.until(lambda: isinstance(clerk.screen, ApproveScreen))
        before = ws.journal.head
        await clerk.press("escape")
        assert isinstance(clerk.screen, SupplementScreen) and ws.journal.head == before
        await clerk.press("f9")
        await clerk.type("loukan")
        await clerk.press("enter", "enter")
        await clerk.until(lambda: isinstance(clerk.screen, ApproveScreen))
        await clerk.type(WU)
        await clerk.press("enter")
        await clerk.type(PIN)
        await clerk.press("enter")
        await clerk.until(lambda: ws.journal.head != before)
        noticed = next(f for f in reversed(ws.journal.facts_of(first.case_id)) if f.header.type == "case.noticed")
        assert (noticed.header.actor, noticed.body.approved_by) == (ZHOU, WU)  # type: ignore[union-attr]
