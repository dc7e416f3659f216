"""Before anything is received: the sheet that the applicant checks, and the language of the papers."""

from __future__ import annotations

from clerk_tui.screens.intake import IntakeScreen
from clerk_tui.services import cases
from clerk_tui.services.workspace import Workspace
from hall.case import CaseState
from tests.clerk_tui.screens.conftest import OpenCounter
from tests.clerk_tui.screens.steps import at_the_desk, confirm


async def test_the_sheet_is_printed_and_the_walk_in_goes_on(
    counter: OpenCounter, ws: Workspace, printed: list[str]
) -> None:
    async with counter() as clerk:
        await at_the_desk(clerk)
        typed = dict(clerk.screen.draft.applicant)
        await clerk.press("f10")
        assert "不收件" in clerk.text
        await clerk.press("enter")
        assert isinstance(clerk.screen, IntakeScreen)
        assert clerk.screen.draft.applicant == typed
        (sheet,) = cases.find(ws, "")
        case = cases.load(ws, sheet.reference)
        assert (case.state, [paper.kind for paper in case.papers]) == (CaseState.INQUIRY, ["checking"])
        await clerk.type("a")
        await confirm(clerk)
    assert {row.state for row in cases.find(ws, "")} == {CaseState.INQUIRY, CaseState.ACCEPTED}
    assert printed


async def test_no_sheet_without_an_applicant(counter: OpenCounter, ws: Workspace) -> None:
    before = ws.journal.head
    async with counter() as clerk:
        await clerk.type("hkqy")
        await clerk.press("enter", "f10", "enter")
        assert "请填写" in clerk.text
    assert ws.journal.head == before


async def test_papers_are_bilingual_by_one_key(counter: OpenCounter, ws: Workspace) -> None:
    async with counter() as clerk:
        await at_the_desk(clerk)
        keys = clerk.keys
        await clerk.press("f3")
        clerk.screen.form.go_to("language")
        await clerk.press("2")
        assert clerk.screen.draft.language == "en"
        await clerk.press("f4")
        await clerk.type("a")
        await confirm(clerk)
        assert keys < 80, "who takes Chinese presses no key for it"
    (row,) = cases.find(ws, "")
    assert cases.load(ws, row.reference).language == "en"
