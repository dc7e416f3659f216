"""Who applies and who acts for them: asked in one order, and known before anything is taken in."""

from __future__ import annotations

import pytest

from clerk_tui.services import cases
from clerk_tui.services.workspace import Workspace
from hall.case import CaseState
from tests.clerk_tui.screens.conftest import OpenCounter
from tests.clerk_tui.screens.steps import PERSON, answer_spouse, fill_in_person, find_migration

pytestmark = pytest.mark.asyncio
AGENT = "340101189011050030"


async def test_the_agent_is_asked_for_in_the_same_order_as_the_applicant(counter: OpenCounter) -> None:
    async with counter() as clerk:
        await find_migration(clerk)
        await answer_spouse(clerk)
        await fill_in_person(clerk)
        clerk.screen.form.go_to("agent")
        await clerk.press("2")
        asked = [item.key for item in clerk.screen.form.items]
        keys = ["id_number", "name", "phone"]
        for who in ("applicant", "agent"):
            assert [key for key in asked if key in [f"{who}.{each}" for each in keys]] == [
                f"{who}.{key}" for key in keys
            ]
        assert clerk.screen.form.current == "agent.id_number", "the number is what the hand types first"
        await fill_in_person(clerk, name="李四", number=AGENT)
        assert clerk.screen.draft.agent["name"] == "李四" and clerk.screen.draft.agent["id_number"] == AGENT


async def test_nothing_is_taken_in_before_it_is_known_from_whom(counter: OpenCounter, ws: Workspace) -> None:
    async with counter() as clerk:
        await find_migration(clerk)
        await answer_spouse(clerk)
        await clerk.press("f4")
        await clerk.type("1a")

        async def only_receive() -> None:
            await clerk.press("f8")
            place = next(
                n for n, option in enumerate(clerk.screen.query_one("#box").spec.options) if "只收件" in option
            )
            await clerk.press(str(place + 1))

        await only_receive()
        assert clerk.screen.form.current == "applicant.id_number" and "请填写" in clerk.text
        await clerk.type(PERSON)
        await only_receive()
        assert clerk.screen.form.current == "applicant.name"
        await clerk.type("张三")
        await only_receive()
        assert clerk.asks and "收件凭证" in clerk.text
        await clerk.press("down", "enter")
        assert cases.get(ws, clerk.screen.result.reference).case.state is CaseState.RECEIVED
