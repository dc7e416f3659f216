"""Two people's papers bear one number: what is chosen on a screen is what opens, and the number alone opens neither."""

from __future__ import annotations

import pytest

from clerk_tui.screens.case import CaseScreen
from clerk_tui.services import cases, intake
from clerk_tui.services.workspace import Workspace
from hall.case import Case
from hall.ids import beginning_of
from tests.clerk_tui.screens.conftest import NARROW, WIDE, OpenCounter
from tests.clerk_tui.services.test_replica import code_on
from tests.clerk_tui.twins import OTHER, OTHER_ID, OTHER_NUMBER, tell_twin
from tests.clerk_tui.walkins import restaurant

OWN = "示例市好味餐饮有限公司"


@pytest.fixture
def own(ws: Workspace) -> Case:
    case = cases.load(ws, intake.submit(ws, restaurant(ws)).reference)
    tell_twin(ws, case, flags=("same_reference",))
    return case


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_enter_in_the_lookup_opens_the_case_that_is_chosen(
    counter: OpenCounter, own: Case, size: tuple[int, int]
) -> None:
    for name, case_id in ((OTHER, OTHER_ID), ("好味", own.case_id)):
        async with counter(size) as clerk:
            await clerk.press("f5")
            clerk.screen.begin(name)
            await clerk.press("enter")
            assert isinstance(clerk.screen, CaseScreen)
            assert clerk.screen.detail.case.case_id == case_id
            assert beginning_of(case_id) in clerk.text and OTHER not in clerk.text and OTHER_NUMBER not in clerk.text


async def test_the_number_typed_at_the_search_lists_both_people_and_opens_the_chosen(
    counter: OpenCounter, own: Case
) -> None:
    async with counter() as clerk:
        clerk.app.home.begin(own.reference)
        await clerk.settle()
        assert clerk.text.count(own.reference) >= 2 and "王*明" in clerk.text and OWN in clerk.text
        opened = []
        for keys in (("enter",), ("down", "enter")):
            await clerk.press(*keys)
            assert isinstance(clerk.screen, CaseScreen)
            opened.append(clerk.screen.detail.case.case_id)
            await clerk.press("escape")
            clerk.app.home.begin(own.reference)
            await clerk.settle()
        assert opened == [own.case_id, OTHER_ID]


async def test_the_number_scanned_in_the_middle_of_something_opens_neither(counter: OpenCounter, own: Case) -> None:
    async with counter() as clerk:
        await clerk.press("f12")
        await clerk.scan(own.reference)
        assert clerk.asks
        await clerk.press("enter")
        assert clerk.asks and "有2个办件用这个编号" in clerk.text
        shown = "".join(clerk.text.split())
        assert beginning_of(own.case_id) in shown and beginning_of(OTHER_ID) in shown and OTHER not in shown


async def test_each_of_the_two_in_the_hall_s_list_is_told_apart_and_opened(counter: OpenCounter, own: Case) -> None:
    async with counter(NARROW) as clerk:
        await clerk.press("f12")
        assert "两个办件用了同一个收件编号" in clerk.text
        assert beginning_of(OTHER_ID) in clerk.text and "王*明" in clerk.text and OTHER not in clerk.text
        await clerk.press("enter")
        await clerk.until(lambda: isinstance(clerk.screen, CaseScreen))
        assert clerk.screen.detail.case.case_id == OTHER_ID


async def test_the_code_on_a_paper_opens_its_own_case(counter: OpenCounter, ws: Workspace, own: Case) -> None:
    code = code_on(ws, own.case_id, "acceptance")
    async with counter() as clerk:
        clerk.app.show_scan(code)
        await clerk.settle()
        assert clerk.asks and own.reference in clerk.text
        await clerk.press("enter")
        assert isinstance(clerk.screen, CaseScreen) and clerk.screen.detail.case.case_id == own.case_id
