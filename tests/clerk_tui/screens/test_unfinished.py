"""What is being typed when the counter ends comes back at the next start; what is blank or kept is said in words."""

from __future__ import annotations

from clerk_tui.screens.home import HomeScreen
from clerk_tui.screens.intake import IntakeScreen
from clerk_tui.screens.result import ResultScreen
from clerk_tui.screens.supplement import SupplementScreen
from clerk_tui.services import cases, supplement
from clerk_tui.services.workspace import Workspace
from hall.verdict import Tick, TickState
from tests.clerk_tui.screens.conftest import Clerk, OpenCounter
from tests.clerk_tui.screens.steps import (
    PERSON,
    answer_spouse,
    at_the_desk,
    confirm,
    fill_in_person,
    find_migration,
)


async def a_second_passes(clerk: Clerk) -> None:
    """The counter's own second, in which nobody types."""
    clerk.app._second()
    await clerk.app.workers.wait_for_complete()
    await clerk.pilot.pause()


async def test_after_a_crash_one_key_goes_on_where_it_was(counter: OpenCounter, ws: Workspace) -> None:
    async with counter() as clerk:
        await find_migration(clerk)
        await answer_spouse(clerk)
        await fill_in_person(clerk)
        await clerk.press("f4", "1", "2")
        await a_second_passes(clerk)
        ticks = dict(clerk.screen.draft.ticks)
    async with counter() as clerk:
        assert "未办完" in clerk.text and "户口迁移" in clerk.text and PERSON not in clerk.text
        await clerk.press("enter")
        assert isinstance(clerk.screen, IntakeScreen)
        assert clerk.screen.draft.applicant["id_number"] == PERSON and clerk.screen.draft.ticks == ticks
        assert "张三" in clerk.text


async def test_what_is_decided_or_thrown_away_is_no_longer_kept(counter: OpenCounter, ws: Workspace) -> None:
    file = ws.config.store_file.with_name("clerk.db.drafts")
    async with counter() as clerk:
        await at_the_desk(clerk)
        await clerk.type("a")
        await a_second_passes(clerk)
        assert file.exists()
        await confirm(clerk)
        assert isinstance(clerk.screen, ResultScreen)
        await a_second_passes(clerk)
        assert not file.exists()
        await clerk.press("enter")
        await find_migration(clerk)
        await clerk.type("1")
        await a_second_passes(clerk)
        assert file.exists()
        await clerk.press("escape", "2")
        await a_second_passes(clerk)
        assert not file.exists()


async def test_whoever_leaves_with_a_walk_in_put_aside_finds_it_next_time(counter: OpenCounter, ws: Workspace) -> None:
    async with counter() as clerk:
        await find_migration(clerk)
        await clerk.type("1")
        await clerk.press("escape", "1")
        await clerk.press("ctrl+q")
        assert "1 件没有办完" in clerk.text and "丢失" not in clerk.text
        await clerk.press("enter")
    async with counter() as clerk:
        assert "未办完" in clerk.text


async def test_blank_fields_are_said_before_and_one_key_goes_to_the_first(counter: OpenCounter, ws: Workspace) -> None:
    async with counter() as clerk:
        await find_migration(clerk)
        await answer_spouse(clerk)
        await fill_in_person(clerk)
        await clerk.press("f4", "a")
        assert "必填的空着" in clerk.text
        await clerk.press("f9")
        blanks = clerk.screen_below.preview.blanks
        assert blanks and all(text in clerk.text for text in blanks.values())
        await clerk.press("escape")
        assert isinstance(clerk.screen, IntakeScreen)
        assert clerk.screen.form.current == next(iter(blanks)) and clerk.app.focused is clerk.screen.form
        await clerk.press("f9", "enter")
        assert isinstance(clerk.screen, ResultScreen), "they are no reason to send anybody home"
        assert clerk.screen.result.blank == blanks


async def promised_one(clerk: Clerk) -> str:
    """Everything is there but one, which is promised; its reference."""
    await at_the_desk(clerk)
    await clerk.type("15")
    await clerk.press("enter")
    await clerk.type("a")
    await confirm(clerk)
    reference: str = clerk.screen.result.reference
    await clerk.press("enter")
    return reference


async def test_a_kept_promise_is_no_second_acceptance(counter: OpenCounter, ws: Workspace) -> None:
    async with counter() as clerk:
        reference = await promised_one(clerk)
        case = cases.get(ws, reference).case
        name = case.promises[0].name
        await clerk.scan(reference)
        await clerk.press("enter")
        assert isinstance(clerk.screen, SupplementScreen)
        await clerk.type("a")
        assert "补 齐 承 诺 材 料" in clerk.text and "第五项" not in clerk.text
        assert str(case.due.promised) in clerk.text, "the day stands since it was accepted"
        await clerk.press("f8")
        assert "没有别的合法结论" not in clerk.text and clerk.text.count(name) >= 1 and "交来的材料" in clerk.text
        await clerk.press("escape", "f9")
        assert "确认：补齐承诺材料" in clerk.text and name in clerk.text
        await clerk.press("enter")
        assert isinstance(clerk.screen, ResultScreen) and "补 齐 承 诺 材 料" in clerk.text
        assert cases.get(ws, reference).case.due == case.due
        await clerk.press("enter")
        assert isinstance(clerk.screen, HomeScreen)


async def noticed_and_back(clerk: Clerk) -> str:
    """A notice; the person comes back, and one of the two gaps is ticked."""
    await at_the_desk(clerk)
    await clerk.type("1231a")
    await confirm(clerk)
    reference: str = clerk.screen.result.reference
    await clerk.press("enter")
    await clerk.scan(reference)
    await clerk.press("enter", "1")
    assert clerk.screen.draft.begun
    return reference


async def test_what_was_ticked_of_a_supplement_is_there_after_a_crash(counter: OpenCounter, ws: Workspace) -> None:
    async with counter() as clerk:
        reference = await noticed_and_back(clerk)
        await a_second_passes(clerk)
        ticks = dict(clerk.screen.draft.ticks)
    async with counter() as clerk:
        await clerk.scan(reference)
        await clerk.press("enter")
        assert clerk.screen.draft.ticks == ticks and "接着上次没有确认的勾选" in clerk.text
        await clerk.type("a")
        await confirm(clerk)
        await a_second_passes(clerk)
        assert not ws.config.store_file.with_name("clerk.db.drafts").exists()


async def test_ticks_of_a_case_that_went_on_meanwhile_are_forgotten(counter: OpenCounter, ws: Workspace) -> None:
    async with counter() as clerk:
        reference = await noticed_and_back(clerk)
        await clerk.press("escape", "1")
        await a_second_passes(clerk)
    back = supplement.open_supplement(ws, reference)
    back.ticks = {back.rows[-1].code: Tick(TickState.PRESENT)}
    supplement.submit(ws, back)
    async with counter() as clerk:
        await clerk.scan(reference)
        await clerk.press("enter")
        assert isinstance(clerk.screen, SupplementScreen) and not clerk.screen.draft.begun


async def test_whoever_leaves_a_supplement_says_what_becomes_of_its_ticks(counter: OpenCounter) -> None:
    """Also with Ctrl+Q: kept until the case is opened again, or thrown away; Esc stays."""
    async with counter() as clerk:
        reference = await noticed_and_back(clerk)
        await clerk.press("ctrl+q")
        assert clerk.asks and "暂存" in clerk.text and "清除勾选" in clerk.text
        await clerk.press("escape", "escape", "1")
        await clerk.scan(reference)
        await clerk.press("enter")
        assert clerk.screen.draft.begun
        await clerk.press("escape", "2")
        await clerk.scan(reference)
        await clerk.press("enter")
        assert not clerk.screen.draft.begun
