"""A scan is recognised wherever the focus is, shown before it acts, and confirms nothing."""

from __future__ import annotations

import pytest

from clerk_tui.screens.case import CaseScreen
from clerk_tui.screens.home import HomeScreen
from clerk_tui.screens.intake import IntakeScreen
from clerk_tui.services import papers
from clerk_tui.services.workspace import Workspace
from clerk_tui.widgets.scan import SCANNER_GAP, SLOW_GAP, Act, Ignore, ScanFilter, Scanned, Wait
from hall.reference import bare, make_reference
from tests.clerk_tui.screens.conftest import Clerk, OpenCounter
from tests.clerk_tui.screens.steps import PERSON, answer_spouse, at_the_desk, confirm, find_migration

REFERENCE = make_reference("SL01", "A1", 7)
FAST, SLOW = 0.004, 0.02


def feed(
    text: str, gap: float, *, typing: bool = True, settled: bool = False, silence: bool = False
) -> tuple[list[str], list[object]]:
    """What acted, and every answer of the filter, for ``text`` typed with this gap; ``\\r`` is Enter.

    ``silence``: nothing comes after it, so that what was held back is told to act or not.
    """
    filter_: ScanFilter[str] = ScanFilter()
    acted: list[str] = []
    answers: list[object] = []
    for number, char in enumerate(text):
        text, at = "" if char == "\r" else char, 10 + number * gap
        answer = filter_.feed(char, text, enter=char == "\r", at=at, typing=typing, settled=settled)
        answers.append(answer)
        if isinstance(answer, (Act, Ignore)):
            acted += answer.keys
    if silence and isinstance(held := filter_.expire(at + 1), tuple):
        acted += held
    return acted, answers


def test_a_persons_typing_is_let_through_at_once() -> None:
    acted, answers = feed("110101\r", 0.08)
    assert "".join(acted) == "110101\r" and all(isinstance(answer, Act) for answer in answers)


@pytest.mark.parametrize("gap", [0.001, SCANNER_GAP / 2, SLOW, SLOW_GAP * 0.9])
def test_six_characters_and_enter_in_one_breath_are_a_scan(gap: float) -> None:
    acted, answers = feed(REFERENCE + "\r", gap)
    assert answers[-1] == Scanned(REFERENCE) and "\r" not in acted


def test_a_fast_scanner_gets_one_character_through_and_a_list_none_more_from_a_slow_one() -> None:
    assert feed(REFERENCE + "\r", FAST)[0] == [REFERENCE[0]]
    assert feed(REFERENCE + "\r", SLOW, typing=False)[0] == [REFERENCE[0]]


def test_a_quick_word_without_enter_is_typed_after_all() -> None:
    filter_: ScanFilter[str] = ScanFilter()
    assert isinstance(filter_.feed("a", "a", enter=False, at=1.0, typing=True), Act)
    assert isinstance(filter_.feed("b", "b", enter=False, at=1.005, typing=True), Wait)
    assert filter_.expire(1.01) == (), "the burst may go on"
    assert filter_.expire(1.03) == ("b",)


def test_enter_within_a_short_burst_confirms_nothing_and_loses_nothing() -> None:
    acted, answers = feed("12\r", FAST)
    assert isinstance(answers[-1], Ignore) and acted == ["1", "2"]


@pytest.mark.parametrize("gap", [FAST, SLOW])
@pytest.mark.parametrize("code", [REFERENCE + "\r", "222222\r", "22\r", "222222", "22"])
def test_where_a_key_cannot_be_taken_back_no_key_of_a_scan_acts(code: str, gap: float) -> None:
    acted, _answers = feed(code, gap, typing=False, settled=True, silence=True)
    assert acted == []


def test_where_a_key_cannot_be_taken_back_a_persons_keys_act() -> None:
    assert feed("2", 0, typing=False, settled=True, silence=True)[0] == ["2"]
    assert feed("21\r", 0.08, typing=False, settled=True, silence=True)[0] == ["2", "1", "\r"]
    assert feed("2\r", FAST, typing=False, settled=True, silence=True)[0] == [], "nobody presses two keys in 4 ms"


async def test_at_the_search_a_scan_is_shown_and_waits_for_a_person(counter: OpenCounter) -> None:
    async with counter() as clerk:
        await clerk.scan(REFERENCE)
        assert isinstance(clerk.screen, HomeScreen)
        assert clerk.screen.entry.value == REFERENCE


@pytest.mark.parametrize("gap", [FAST, SLOW])
async def test_in_the_form_a_scan_types_nothing(counter: OpenCounter, gap: float) -> None:
    async with counter() as clerk:
        await find_migration(clerk)
        await answer_spouse(clerk)
        await clerk.type("12")
        await clerk.scan(REFERENCE, gap=gap)
        assert clerk.asks and REFERENCE in clerk.text
        await clerk.press("escape")
        assert isinstance(clerk.screen, IntakeScreen)
        assert clerk.screen.draft.applicant["id_number"] == "12"


@pytest.mark.parametrize("gap", [FAST, SLOW])
async def test_in_the_checklist_a_scan_ticks_nothing(counter: OpenCounter, gap: float) -> None:
    async with counter() as clerk:
        await at_the_desk(clerk)
        await clerk.type("1")
        ticks = dict(clerk.screen.draft.ticks)
        for code in ("123456", "a11111", "3333333", REFERENCE):
            await clerk.scan(code, gap=gap)
            assert clerk.asks
            await clerk.press("escape")
            assert clerk.screen.draft.ticks == ticks, code


async def test_no_scan_ever_confirms(counter: OpenCounter, ws: Workspace) -> None:
    async with counter() as clerk:
        await at_the_desk(clerk)
        await clerk.type("a")
        await clerk.press("f9")
        for code, gap in ((REFERENCE, FAST), (REFERENCE, SLOW), ("1234567", FAST), ("12", FAST), ("", FAST)):
            if code:
                await clerk.scan(code, gap=gap)
            assert ws.journal.head.seq == 0, "nothing was committed"
            await _back_to_the_summary(clerk)
        await clerk.press("enter")
        assert ws.journal.head.seq > 0, "a person's Enter does"


@pytest.mark.parametrize(
    "code,gap", [(REFERENCE, FAST), (REFERENCE, SLOW), ("222222", FAST), ("22", FAST), ("2", FAST)]
)
async def test_a_scan_picks_none_of_the_choices_of_a_dialog(counter: OpenCounter, code: str, gap: float) -> None:
    async with counter() as clerk:
        await at_the_desk(clerk)
        await clerk.type("1")
        before = dict(clerk.screen.draft.ticks)
        await clerk.press("escape")
        assert "不要了" in clerk.text, "2 would throw the walk-in away"
        await clerk.scan(code, gap=gap)
        while clerk.asks:
            await clerk.press("escape")
        assert isinstance(clerk.screen, IntakeScreen) and clerk.screen.draft.ticks == before
        await clerk.press("escape", "2")
        assert "取事项" in clerk.text and clerk.app.screen is clerk.app.home, "a person's key does"


async def test_a_scan_prints_nothing_again(counter: OpenCounter, ws: Workspace) -> None:
    async with counter() as clerk:
        await at_the_desk(clerk)
        await clerk.press("a", "f9", "enter")
        seq = ws.journal.head.seq
        await clerk.scan("pppppp")
        await clerk.press("escape")
        assert ws.journal.head.seq == seq and clerk.screen.result
        papers.deliver_pending(ws)
        await clerk.press("p")
        await clerk.until(lambda: ws.journal.head.seq == seq + 1)


async def _back_to_the_summary(clerk: Clerk) -> None:
    from clerk_tui.screens.scanning import ScanDialog

    if isinstance(clerk.screen, ScanDialog):
        await clerk.press("escape")
    assert clerk.asks and "确认" in clerk.text


async def test_an_identity_number_is_offered_to_the_field_it_belongs_in(counter: OpenCounter) -> None:
    async with counter() as clerk:
        await find_migration(clerk)
        await answer_spouse(clerk)
        await clerk.scan(PERSON)
        assert clerk.asks and PERSON not in clerk.text, "masked even here"
        assert clerk.screen_below.draft.applicant.get("id_number", "") == ""
        await clerk.press("enter")
        assert clerk.screen.draft.applicant["id_number"] == PERSON


async def test_a_number_scanned_into_its_field_goes_on_to_the_next_as_a_typed_one_does(counter: OpenCounter) -> None:
    async with counter() as clerk:
        await find_migration(clerk)
        await answer_spouse(clerk)
        while clerk.screen.form.current != "applicant.id_number":
            await clerk.press("down")
        await clerk.scan(PERSON)
        await clerk.press("enter")
        assert clerk.screen.form.current == "applicant.name"
        await clerk.type("张三")
        assert clerk.screen.draft.applicant["id_number"] == PERSON
        assert clerk.screen.draft.applicant["name"] == "张三"


async def test_a_reference_typed_without_dashes_is_the_case_as_everywhere(counter: OpenCounter, ws: Workspace) -> None:
    """The office has four characters here: finding a matter and looking a case up go by one rule."""
    async with counter() as clerk:
        await at_the_desk(clerk)
        await clerk.type("a")
        await confirm(clerk)
        reference = clerk.screen.result.reference
        assert len(ws.config.hall.office) == 4
        await clerk.press("enter")
        await clerk.type(bare(reference).lower())
        assert reference in clerk.text
        await clerk.press("enter")
        assert isinstance(clerk.screen, CaseScreen)
