"""Who applies and who acts for them: asked in one order, and known before anything is taken in."""

from __future__ import annotations

from typing import Any

import pytest

from clerk_tui.services import cases, intake
from clerk_tui.services.workspace import Workspace
from hall.case import CaseState
from tests.clerk_tui.screens.conftest import Clerk, OpenCounter
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


def form_items(clerk: Clerk) -> dict[str, Any]:
    return {item.key: item for item in clerk.screen.form.items}


async def test_of_which_document_a_number_is_can_be_said_where_it_does_not_show(
    counter: OpenCounter, ws: Workspace
) -> None:
    async with counter() as clerk:
        await find_migration(clerk)
        await answer_spouse(clerk)
        await clerk.type("A123")
        assert "applicant.id_type" not in form_items(clerk), "nothing comes and goes while it is typed"
        await clerk.press("enter")
        assert clerk.screen.form.current == "applicant.id_type" and "请选择证件类型" in clerk.text
        kinds = [code for code, _ in form_items(clerk)["applicant.id_type"].options]
        await clerk.press(str(kinds.index("passport_cn") + 1))
        assert clerk.screen.form.current == "applicant.name" and "请选择证件类型" not in clerk.text
        await clerk.type("张三")
        preview = intake.preview(ws, clerk.screen.draft)
        assert preview.applicant is not None and preview.applicant.id_type == "passport_cn"


async def test_a_document_that_was_taken_for_another_is_put_right(counter: OpenCounter, ws: Workspace) -> None:
    async with counter() as clerk:
        await find_migration(clerk)
        await answer_spouse(clerk)
        await clerk.type("12345678")
        await clerk.press("enter")
        assert clerk.screen.form.current == "applicant.name", "what is taken for something stops nobody"
        assert form_items(clerk)["applicant.id_type"].value == "hmt_permit"
        await clerk.press("up")
        assert clerk.screen.form.current == "applicant.id_type"
        await clerk.press("right")
        assert clerk.screen.draft.applicant["id_type"] == "passport_cn"
        await clerk.press("up")
        await clerk.press("backspace", "9")
        assert "id_type" not in clerk.screen.draft.applicant, "another number is another document"


async def test_a_number_that_says_what_it_is_asks_for_nothing(counter: OpenCounter) -> None:
    async with counter() as clerk:
        await find_migration(clerk)
        await answer_spouse(clerk)
        await clerk.type(PERSON)
        await clerk.press("enter")
        assert "applicant.id_type" not in form_items(clerk) and "居民身份证" in clerk.text


async def test_the_document_of_an_agent_is_asked_for_too(counter: OpenCounter) -> None:
    async with counter() as clerk:
        await find_migration(clerk)
        await answer_spouse(clerk)
        await fill_in_person(clerk)
        clerk.screen.form.go_to("agent")
        await clerk.press("2")
        await clerk.type("AB123456")
        await clerk.press("enter", "up")
        assert clerk.screen.form.current == "agent.id_type"
        assert form_items(clerk)["agent.id_type"].value == "passport"
