"""The code on a paper at the counter: shown wherever it is scanned, and whatever is wrong with a scan, nothing acts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from textual import events

from clerk_tui.config import Config
from clerk_tui.screens.dialog import Box
from clerk_tui.screens.home import HomeScreen
from clerk_tui.screens.intake import IntakeScreen
from clerk_tui.screens.paper_code import MEANS, PaperCodeScreen
from clerk_tui.screens.scanning import ScanDialog
from clerk_tui.screens.supplement import SupplementScreen
from clerk_tui.screens.words import state_chip
from clerk_tui.services import cases, supplement
from clerk_tui.services import replica as service
from clerk_tui.services.workspace import Workspace
from clerk_tui.widgets.entry import Entry
from clerk_tui.widgets.scan import SEALED_SILENCE, Act, Ignore, ScanFilter, Scanned, Wait
from hall.case import CaseState
from hall.replica_envelope import from_base45, to_base45
from hall.verdict import Outcome
from tests.clerk_tui.conftest import MONDAY
from tests.clerk_tui.screens import conftest
from tests.clerk_tui.screens.conftest import NARROW, WIDE, Clerk, OpenCounter
from tests.clerk_tui.screens.steps import answer_spouse, at_the_desk, find_migration
from tests.clerk_tui.services.test_back_by_paper import told_there
from tests.clerk_tui.services.test_deciding_later import BOUGHT
from tests.clerk_tui.services.test_replica import NAME, code_on, introduce, noticed, window
from tests.clerk_tui.walkins import COMPANY, HARD, MISSING, PERSON, PRESENT, promised, unacceptable

FAST, SLOW = 0.004, 0.014


@pytest.fixture
def there(
    config: Config, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, ws: Workspace
) -> Iterator[Workspace]:
    """The window that issues the papers; the counter on the screen knows its key and none of its cases."""
    workspace = window(config, tmp_path, "W77", tmp_path_factory.getbasetemp() / "catalogue-cache")
    introduce(ws, workspace)
    yield workspace
    workspace.close()


@pytest.fixture
def code(there: Workspace) -> str:
    """The code on a notice about a layout that is missing and an application without its seal."""
    return code_on(there, noticed(there, layout=MISSING, application=unacceptable("no-seal")))


async def scan(clerk: Clerk, keys: str | Sequence[str], *, gap: float = FAST) -> None:
    """A scanner that sends these keys and nothing else; the rhythm's clock stands still until they are all worked."""
    app = clerk.app
    app.key_now = lambda: 0.0  # type: ignore[method-assign]
    clerk.at += 1.0
    for char in keys:
        clerk.at += gap
        key = "enter" if char == "\r" else char
        event = events.Key(key, char if len(char) == 1 and char != "\r" else None)
        conftest._times[id(event)] = (event, clerk.at)
        app.key_time = lambda event: conftest._times.get(id(event), (event, clerk.at))[1]  # type: ignore[method-assign]
        app.post_message(event)
    await clerk.settle()
    await clerk.pilot.pause()
    app.key_now = lambda: clerk.at + 1.0  # type: ignore[method-assign]
    await clerk.pilot.pause()


async def silence(clerk: Clerk) -> None:
    """Until whatever was held back is over."""
    await clerk.until(lambda: not clerk.app._filter.silence and clerk.app._expiry is None)
    await clerk.settle()
    await clerk.pilot.pause()


# -- the rhythm --------------------------------------------------------------------------------------------------------


def fed(keys: Sequence[str], gaps: Sequence[float], *, typing: bool) -> tuple[list[str], list[Scanned]]:
    """What acted and what was read."""
    filter_: ScanFilter[str] = ScanFilter()
    acted: list[str] = []
    read: list[Scanned] = []
    at = 10.0
    for key, gap in zip(keys, gaps, strict=True):
        at += gap
        plain = len(key) == 1 and key != "\r"
        answer = filter_.feed(
            key, key if plain else "", enter=key == "\r", at=at, typing=typing, control=not plain and key != "\r"
        )
        if isinstance(answer, (Act, Ignore)):
            acted += answer.keys
        elif isinstance(answer, Scanned):
            read.append(answer)
    last = filter_.expire(at + 1)
    if isinstance(last, Scanned):
        read.append(last)
    else:
        acted += last
    return acted, read


@pytest.mark.parametrize("typing", [True, False])
@pytest.mark.parametrize("gap", [0.0, 0.002, 0.005, 0.01, 0.015, 0.035])
def test_the_longest_code_is_one_scan_at_every_scanner_s_rhythm(code: str, gap: float, typing: bool) -> None:
    long = (code * 3)[:800].replace("CLK", "XYZ")
    long = "CLK1:" + long[5:]
    acted, read = fed([*long, "\r"], [gap] * 801, typing=typing)
    assert read == [Scanned(long)]
    assert "".join(acted) in "CLK1:", "the rest is never typed"


def test_a_code_that_stumbles_is_still_one_code(code: str) -> None:
    gaps = [0.2 if n % 90 == 89 else 0.006 + 0.004 * (n % 3) for n in range(len(code) + 1)]
    assert fed([*code, "\r"], gaps, typing=True)[1] == [Scanned(code)]


@pytest.mark.parametrize("key", ["tab", "f9", "escape", "ctrl+q", "delete", "up"])
@pytest.mark.parametrize("place", [6, 40, -1])
def test_a_control_key_within_a_code_acts_on_nothing_and_spoils_it(code: str, key: str, place: int) -> None:
    keys = [*code]
    keys.insert(place, key)
    acted, read = fed([*keys, "\r"], [FAST] * (len(keys) + 1), typing=True)
    assert key not in acted
    assert [each.whole for each in read] == [False]


def test_a_control_key_within_any_scan_acts_on_nothing() -> None:
    acted, read = fed([*"990100", "tab", *"W01", "\r"], [FAST] * 11, typing=True)
    assert acted == ["9"] and [each.whole for each in read] == [False]


def test_a_code_that_breaks_off_is_over_after_a_silence(code: str) -> None:
    acted, read = fed([*code[:200]], [FAST] * 200, typing=True)
    assert acted == ["C"] and read == [Scanned(code[:200], whole=False)]


def test_a_second_enter_and_a_second_code_in_the_same_breath_act_on_nothing(code: str) -> None:
    keys = [*code, "\r", "ctrl+j", "\r", *code, "\r", "\r"]
    acted, read = fed(keys, [FAST] * len(keys), typing=True)
    assert acted == ["C"] and [each.text for each in read] == [code, code]


def test_a_person_goes_on_after_a_scan_at_once(code: str) -> None:
    filter_: ScanFilter[str] = ScanFilter()
    for n, char in enumerate([*code, "\r"]):
        answer = filter_.feed(char, char.strip("\r"), enter=char == "\r", at=1 + n * FAST, typing=False)
    assert isinstance(answer, Scanned) and filter_.silence == 0
    at = 1 + len(code) * FAST
    assert isinstance(filter_.feed("\r", "", enter=True, at=at + 0.15, typing=False), Act)
    assert isinstance(filter_.feed("a", "a", enter=False, at=at + 0.3, typing=True), Act)


def test_held_back_is_never_longer_than_the_silence() -> None:
    filter_: ScanFilter[str] = ScanFilter()
    for n, char in enumerate("CLK1:"):
        answer = filter_.feed(char, char, enter=False, at=1 + n * FAST, typing=True)
    assert answer == Wait(SEALED_SILENCE)
    assert filter_.expire(1.1) == ()
    assert filter_.expire(2) == () and filter_.silence == 0, "too short for a code: dropped"


# -- what the paper says, and going on ---------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [WIDE, NARROW])
@pytest.mark.parametrize("gap", [FAST, SLOW])
async def test_the_paper_s_case_is_shown_and_nothing_is_written(
    counter: OpenCounter, ws: Workspace, there: Workspace, code: str, size: tuple[int, int], gap: float
) -> None:
    async with counter(size) as clerk:
        await scan(clerk, code + "\r", gap=gap)
        assert isinstance(clerk.screen, PaperCodeScreen)
        view = service.open_replica(ws, code)
        state = state_chip(view.replica.state)[0]
        for word in (
            view.matter.name,
            view.applicant,
            view.reference,
            state,
            str(MONDAY),
            "签名相符",
        ):
            assert word in clerk.text, word
        assert NAME["name"] not in clerk.text and view.replica.reference not in clerk.text
        if size == WIDE:
            for gap_ in view.told:
                assert gap_.name[:12] in clerk.text
        assert ws.journal.head.seq == 0
        await clerk.press("escape")
        assert isinstance(clerk.screen, HomeScreen) and clerk.screen.entry.value == ""


async def test_the_card_fits_and_the_supplement_opens(
    counter: OpenCounter, ws: Workspace, there: Workspace, code: str
) -> None:
    async with counter() as clerk:
        await scan(clerk, code + "\r")
        await clerk.type(COMPANY)
        await clerk.press("enter")
        await clerk.type(NAME["name"])
        assert ws.journal.head.seq == 0
        await clerk.press("enter")
        assert isinstance(clerk.screen, SupplementScreen)
        assert {row.code for row in clerk.screen.draft.rows} == {"layout", "application"}
        facts = ws.journal.head.seq
        assert facts > 0
        await clerk.press("1", "1", "f9", "enter")
        reference = service.open_replica(there, code).reference
        assert cases.get(ws, reference).case.state is CaseState.ACCEPTED


async def test_what_two_windows_took_a_part_of_is_accepted_without_a_tick(
    counter: OpenCounter, ws: Workspace, there: Workspace
) -> None:
    reference = noticed(ws, **dict.fromkeys(HARD, MISSING))
    elsewhere = service.to_supplement(there, service.open_replica(there, code_on(ws, reference)), COMPANY, NAME)
    for workspace, draft, code in (
        (there, elsewhere, HARD[0]),
        (ws, supplement.open_supplement(ws, reference), HARD[1]),
    ):
        draft.ticks = {code: PRESENT}
        supplement.submit(workspace, draft)
    async with counter() as clerk:
        await scan(clerk, code_on(there, reference, "receipt") + "\r")
        await clerk.type(COMPANY)
        await clerk.press("enter")
        await clerk.type(NAME["name"])
        await clerk.press("enter")
        assert isinstance(clerk.screen, SupplementScreen)
        assert clerk.screen.draft.rows == ()
        await clerk.press("f9")
        assert clerk.asks, "what is left is to say that it is whole"
        await clerk.press("enter")
        assert cases.get(ws, reference).case.state is CaseState.ACCEPTED


async def test_another_s_card_and_another_s_name_open_nothing(counter: OpenCounter, ws: Workspace, code: str) -> None:
    async with counter() as clerk:
        await scan(clerk, code + "\r")
        await clerk.type(PERSON)
        await clerk.press("enter")
        assert clerk.asks and "不符" in clerk.text and "没有续办" in clerk.text
        await clerk.press("escape")
        await clerk.press("ctrl+u")
        await clerk.type(COMPANY)
        await clerk.press("enter")
        await clerk.type("别家有限公司")
        await clerk.press("enter")
        assert "不符" in clerk.text
        await clerk.press("escape")
        assert isinstance(clerk.screen, PaperCodeScreen)
        assert clerk.screen.holder.has_focus
        assert ws.journal.head.seq == 0


async def test_the_card_s_number_from_a_reader_is_put_in_by_a_person(counter: OpenCounter, code: str) -> None:
    async with counter() as clerk:
        await scan(clerk, code + "\r")
        await scan(clerk, COMPANY + "\r", gap=SLOW)
        assert clerk.asks and COMPANY not in clerk.text
        assert clerk.screen_below.identity.value == ""
        await clerk.press("enter")
        assert clerk.screen.identity.value == COMPANY and clerk.screen.holder.has_focus


async def test_a_case_that_can_take_nothing_more_is_only_shown(
    counter: OpenCounter, ws: Workspace, there: Workspace
) -> None:
    accepted = code_on(there, noticed(there, layout=PRESENT), "acceptance")
    async with counter() as clerk:
        await scan(clerk, accepted + "\r")
        assert isinstance(clerk.screen, PaperCodeScreen)
        assert "只供查看" in clerk.text
        await clerk.press("enter", "down", "pageup")
        assert isinstance(clerk.app.screen, PaperCodeScreen)
        assert ws.journal.head.seq == 0


async def test_promises_and_a_limit_that_is_past_are_told(
    counter: OpenCounter, ws: Workspace, there: Workspace, code: str
) -> None:
    until = MONDAY + dt.timedelta(days=2)
    tolerated = code_on(there, noticed(there, rules_list=promised(until)), "acceptance")
    late = service.open_replica(ws, code).replica.respond_by
    assert late is not None
    async with counter() as clerk:
        await scan(clerk, tolerated + "\r")
        assert f"承诺 {until} 前补齐" in clerk.text
        ws.clock.day = late + dt.timedelta(days=1)  # type: ignore[attr-defined]
        await scan(clerk, code + "\r")
        assert isinstance(clerk.screen, PaperCodeScreen) and "已过补正期限" in clerk.text
        assert len([s for s in clerk.app.screen_stack if isinstance(s, PaperCodeScreen)]) == 1, "one paper at a time"


async def test_the_window_s_own_case_is_found_by_its_reference(counter: OpenCounter, ws: Workspace) -> None:
    reference = noticed(ws)
    async with counter() as clerk:
        await scan(clerk, code_on(ws, reference) + "\r")
        assert isinstance(clerk.screen, HomeScreen) and clerk.screen.entry.value == reference
        await clerk.press("enter")
        assert isinstance(clerk.screen, SupplementScreen)


@pytest.mark.parametrize("end", ["", "\r\n"])
async def test_a_code_may_be_pasted_into_the_search(counter: OpenCounter, code: str, end: str) -> None:
    async with counter() as clerk:
        clerk.app.post_message(events.Paste(code + end))
        await clerk.settle()
        await clerk.pilot.pause()
        assert isinstance(clerk.screen, PaperCodeScreen)


async def test_a_code_may_be_typed_into_the_search(counter: OpenCounter, code: str) -> None:
    async with counter() as clerk:
        clerk.screen.entry.set(code[:-1])
        await clerk.type(code[-1])
        assert "按 Enter 看这一件" in clerk.text
        await clerk.press("enter")
        assert isinstance(clerk.screen, PaperCodeScreen)


# -- codes that open nothing -------------------------------------------------------------------------------------------


def altered(code: str) -> str:
    """One byte of what is signed is another."""
    data = bytearray(from_base45(code[5:]))
    data[len(data) // 2] ^= 1
    return "CLK1:" + to_base45(bytes(data))


async def refused(clerk: Clerk, ws: Workspace, text: str, why: str) -> None:
    await scan(clerk, text + "\r")
    assert isinstance(clerk.screen, ScanDialog), why
    shown = clerk.text.replace("\n", "").replace(" ", "").replace("│", "")
    assert f"代号{why}" in shown and "怎么办" in shown
    assert MEANS[why][:12] in shown
    assert ws.journal.head.seq == 0
    await clerk.press("enter")
    assert isinstance(clerk.screen, HomeScreen) and clerk.screen.entry.value == ""


async def test_every_bad_code_says_which_and_what_it_means_and_opens_nothing(
    counter: OpenCounter,
    ws: Workspace,
    there: Workspace,
    code: str,
    config: Config,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    stranger = window(config, tmp_path, "X01", tmp_path_factory.getbasetemp() / "catalogue-cache")
    foreign = code_on(stranger, noticed(stranger))
    stranger.close()
    async with counter() as clerk:
        await refused(clerk, ws, foreign, "replica_foreign")
        await refused(clerk, ws, altered(code), "replica_altered")
        await refused(clerk, ws, code[:-3], "replica_altered")
        await refused(clerk, ws, "CLK9:" + code[5:], "replica_newer")
        await refused(clerk, ws, "CLKX:" + code[5:], "replica_not_one")
        await refused(clerk, ws, code + code, "replica_altered")
        ws.clock.day = MONDAY + dt.timedelta(days=400)  # type: ignore[attr-defined]
        await refused(clerk, ws, code, "replica_outdated")
        introduce(ws, there, revoked=(there.journal.incarnation,))
        await refused(clerk, ws, code, "replica_revoked")


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_two_notices_by_different_answers_are_told_apart(
    counter: OpenCounter, ws: Workspace, there: Workspace, size: tuple[int, int]
) -> None:
    reference = told_there(there, ws, {})
    draft = supplement.open_supplement(there, reference)
    draft.answers = {**BOUGHT, "minors": "no"}
    supplement.submit(there, draft, Outcome.NOTICED)
    text = code_on(there, reference)
    async with counter(size) as clerk:
        await scan(clerk, text + "\r")
        assert isinstance(clerk.screen, ScanDialog)
        shown = clerk.text.replace("\n", "").replace(" ", "").replace("│", "")
        assert "replica_answers" in shown and "未成年" in shown and MEANS["replica_answers"][:12] in shown


# -- a scan is only ever a scan ----------------------------------------------------------------------------------------

SPOILED = {
    "a tab": lambda code: [*code[:60], "tab", *code[60:], "\r"],
    "a function key": lambda code: [*code[:9], "f9", *code[9:], "\r"],
    "escape": lambda code: [*code[:90], "escape", *code[90:], "\r"],
    "an enter": lambda code: [*code[:90], "\r", *code[90:], "\r"],
    "two enters": lambda code: [*code[:90], "\r", "\r"],
    "cut off": lambda code: [*code[:90]],
    "no enter": lambda code: [*code],
    "the wrong prefix": lambda code: ["H", "C", "1", *code[4:], "\r"],
    "in mid word": lambda code: ["1", *code, "\r"],
    "two glued": lambda code: [*code, *code, "\r"],
    "two in one breath": lambda code: [*code[:-1], "\r", *code[:-1], "\r"],
}


@pytest.mark.parametrize("gap", [FAST, SLOW])
@pytest.mark.parametrize("how", SPOILED)
async def test_in_a_field_no_scan_types_or_confirms(
    counter: OpenCounter, ws: Workspace, code: str, how: str, gap: float
) -> None:
    async with counter() as clerk:
        await find_migration(clerk)
        await answer_spouse(clerk)
        await clerk.type("12")
        before = vars(clerk.screen.draft).copy() | {"applicant": dict(clerk.screen.draft.applicant)}
        await scan(clerk, SPOILED[how](code), gap=gap)
        await silence(clerk)
        assert isinstance(clerk.screen, ScanDialog), clerk.text
        await clerk.press("escape")
        assert isinstance(clerk.screen, IntakeScreen)
        assert clerk.screen.draft.applicant == before["applicant"]
        assert ws.journal.head.seq == 0


@pytest.mark.parametrize("how", [*SPOILED, "whole"])
async def test_over_a_question_no_scan_answers_it(counter: OpenCounter, ws: Workspace, code: str, how: str) -> None:
    keys = SPOILED[how](code) if how in SPOILED else [*code, "\r"]
    async with counter() as clerk:
        await at_the_desk(clerk)
        await clerk.type("a")
        await clerk.press("f9")
        await scan(clerk, keys)
        await silence(clerk)
        assert isinstance(clerk.screen, ScanDialog) and ws.journal.head.seq == 0
        await clerk.press("escape")
        assert clerk.asks and "确认" in clerk.text, "the question is still open"
        await clerk.press("enter")
        assert ws.journal.head.seq > 0, "a person answers it"


@pytest.mark.parametrize("gap", [FAST, SLOW])
async def test_a_scan_leaves_a_dialog_s_field_as_it_was(
    counter: OpenCounter, ws: Workspace, code: str, gap: float
) -> None:
    reference = noticed(ws)
    async with counter() as clerk:
        clerk.app.show_case(reference)
        await clerk.settle()
        await clerk.press("f10")
        await clerk.type("ab")
        await scan(clerk, code + "\r", gap=gap)
        assert isinstance(clerk.screen, ScanDialog)
        await clerk.press("escape")
        assert clerk.screen.query_one(Box).editor.text == "ab"


async def test_while_somebody_is_taken_in_a_paper_waits_for_a_person_and_the_walk_in_is_kept(
    counter: OpenCounter, ws: Workspace, there: Workspace, code: str
) -> None:
    async with counter() as clerk:
        await find_migration(clerk)
        await answer_spouse(clerk)
        await clerk.type("12")
        await scan(clerk, code + "\r")
        assert isinstance(clerk.screen, ScanDialog) and "扫到凭证上的码" in clerk.text
        await clerk.press("enter")
        assert isinstance(clerk.screen, PaperCodeScreen)
        await clerk.press("escape")
        assert isinstance(clerk.screen, IntakeScreen) and clerk.screen.draft.applicant["id_number"] == "12"
        await scan(clerk, code + "\r")
        await clerk.press("enter")
        await clerk.type(COMPANY)
        await clerk.press("enter")
        await clerk.type(NAME["name"])
        await clerk.press("enter", "1", "1", "f9", "enter", "enter")
        assert isinstance(clerk.screen, HomeScreen)
        assert [draft.applicant["id_number"] for draft in clerk.app.parked] == ["12"], "put aside, not lost"


async def test_a_card_being_compared_is_not_taken_away_by_another_paper(counter: OpenCounter, code: str) -> None:
    async with counter() as clerk:
        await scan(clerk, code + "\r")
        await clerk.type("91")
        await scan(clerk, code + "\r", gap=SLOW)
        assert isinstance(clerk.screen, ScanDialog)
        await clerk.press("escape")
        assert clerk.app.screen.query_one("#identity", Entry).value == "91"
