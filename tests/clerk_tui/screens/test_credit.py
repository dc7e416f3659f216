"""A bad credit record is said where a promise is offered, and costs nobody else a key."""

from __future__ import annotations

import datetime as dt

import pytest

from clerk_tui.screens.intake import IntakeScreen
from clerk_tui.screens.supplement import SupplementScreen
from clerk_tui.services import cases, ending, intake, supplement
from clerk_tui.services.workspace import Workspace
from hall.case import CaseState
from hall.verdict import TickState
from tests.clerk_tui.conftest import FixedClock
from tests.clerk_tui.screens.conftest import NARROW, WIDE, OpenCounter
from tests.clerk_tui.screens.steps import at_the_desk, confirm
from tests.clerk_tui.walkins import COMPANY, MISSING, promised, restaurant

FRIDAY, AFTER = dt.date(2026, 11, 6), dt.date(2026, 11, 16)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
async def test_three_keys_say_it_and_the_gap_is_told_instead_of_promised(
    counter: OpenCounter, ws: Workspace, size: tuple[int, int]
) -> None:
    async with counter(size) as clerk:
        await at_the_desk(clerk)
        await clerk.type("1")
        before = clerk.keys
        await clerk.press("5", "up", "enter")
        assert clerk.keys - before == 3
        await clerk.type("a")
        assert "容 缺 受 理" not in clerk.text
        assert [tick.state for tick in clerk.screen.draft.ticks.values()].count(TickState.MISSING) == 1
        await clerk.press("f8")
        assert "申请人有失信记录，不适用容缺受理" in clerk.text
        await clerk.press("escape")
        await confirm(clerk)
        case = cases.get(ws, clerk.screen.result.reference).case
        assert case.state is CaseState.NOTICED and not case.good_credit
        assert any("失信记录" in event.text for event in case.timeline)


async def test_what_was_promised_before_it_was_said_is_missing(counter: OpenCounter, ws: Workspace) -> None:
    async with counter() as clerk:
        await at_the_desk(clerk)
        draft = clerk.screen.draft
        soft = [row.code for row in clerk.screen.rows if row.tolerable and not row.held]
        clerk.screen.set_tick(soft[0], promised(FRIDAY))
        clerk.screen.materials.current = soft[1]
        await clerk.press("5", "up", "enter")
        assert [draft.ticks[code].state for code in soft[:2]] == [TickState.MISSING] * 2


async def test_a_mistake_is_taken_back_with_the_same_key(counter: OpenCounter) -> None:
    async with counter() as clerk:
        await at_the_desk(clerk)
        await clerk.type("1")
        code = clerk.screen.materials.current
        await clerk.press("5", "up", "enter")
        clerk.screen.materials.current = code
        await clerk.press("5")
        assert clerk.asks and "不适用容缺受理" in clerk.text
        await clerk.press("2")
        assert "承诺哪天前补齐" in clerk.text
        await clerk.press("x", "backspace", "enter")
        assert clerk.screen.draft.good_credit
        assert clerk.screen.draft.ticks[code].state is TickState.PROMISED


async def test_the_hall_s_own_record_is_a_caution_in_the_form_and_where_it_is_promised(
    counter: OpenCounter, ws: Workspace, clock: FixedClock
) -> None:
    broken = intake.submit(ws, restaurant(ws, safety_manager=promised(FRIDAY))).reference
    clock.day = AFTER
    ending.terminate(ws, broken)
    async with counter() as clerk:
        draft = restaurant(ws, safety_manager=MISSING)
        draft.applicant["id_number"] = ""
        await clerk.app.push_screen(IntakeScreen(draft))
        await clerk.settle()
        form = clerk.screen.form
        assert "good_credit" not in [item.key for item in form.items]
        form.go_to("applicant.id_number")
        await clerk.type(COMPANY)
        (record,) = [item for item in form.items if item.key == "good_credit"]
        assert broken in record.caution and record.value == "good"
        await clerk.press("f4")
        clerk.screen.materials.current = "safety_manager"
        await clerk.press("5")
        assert broken in "".join(clerk.text.split())
        await clerk.press("escape")
        form.go_to("good_credit")
        await clerk.press("f3", "2")
        assert not draft.good_credit


async def test_who_takes_a_record_back_is_not_told_of_a_list_that_stays(counter: OpenCounter, ws: Workspace) -> None:
    draft = restaurant(ws)
    draft.good_credit = False
    back = supplement.open_supplement(ws, intake.receive(ws, draft).reference)
    back.good_credit = True
    async with counter() as clerk:
        await clerk.app.push_screen(SupplementScreen(back))
        await clerk.until(lambda: back.case.reference in clerk.text)
        await clerk.press("f4")
        await clerk.type("a")
        await clerk.press("f9")
        assert "信用记录：有失信记录 → 没有失信记录" in clerk.text and "收件日不变。" in clerk.text
        assert "材料清单" not in clerk.text
