"""English screens: every text is translated, and the words fit where Chinese ones are short."""

from __future__ import annotations

import ast
import errno
import json
import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from clerk_tui import actions, i18n
from clerk_tui.config import Config
from clerk_tui.i18n import _
from clerk_tui.po import read_po
from clerk_tui.screens.home import _other_ways
from clerk_tui.screens.outbox_lines import conflict_lines
from clerk_tui.screens.words import work_name
from clerk_tui.services.hall_conflicts import HallConflict
from clerk_tui.store.attachments import take_in
from clerk_tui.widgets.cells import width
from clerk_tui.widgets.materials import MARK_WIDTH, MARKS
from clerk_tui.widgets.phrases import age, listed, said_of
from hall.errors import BadInput
from hall.os_words import WORDS, why
from hall.shifts import WORK_NAMES
from hall.telling import STATE_NAMES
from tests.clerk_tui.screens.conftest import OpenCounter
from tests.clerk_tui.screens.steps import at_the_desk, confirm
from tests.i18n_extract import CALLS, PACKAGE, template

ENGLISH = i18n.LOCALE_DIR / "en" / "LC_MESSAGES" / "clerk.po"
CHINESE = re.compile(r"[\u3400-\u9fff，。、：；（）“”]")
#: Examples of what to type stay as they are typed.
TYPED = ("qykb", "hkqy")


@pytest.fixture
def config(config: Config) -> Config:
    """A counter that speaks English."""
    return replace(config, screen=replace(config.screen, language="en"))


@pytest.fixture
def english() -> None:
    i18n.install("en")


def test_every_text_is_translated_into_english() -> None:
    wanted = {json.loads(quoted) for quoted in re.findall(r'^msgid (".+")$', template(), re.M)}
    entries = read_po(ENGLISH.read_text(encoding="utf-8"))
    assert not wanted - set(entries), "add them to locale/en"
    for source, text in entries.items():
        assert source in ("", *TYPED) or not CHINESE.search(str(text)) or any(word in str(text) for word in TYPED), text


@pytest.mark.usefixtures("english")
def test_the_ways_beside_an_empty_search_are_not_cut() -> None:
    lines = ["".join(text for text, _ink in spans) for spans, _fill in _other_ways(44)]
    assert max(map(width, lines)) <= 44
    said = " ".join(" ".join(lines).split())
    assert "ID number, phone" in said and "does not have yet" in said


@pytest.mark.usefixtures("english")
def test_what_the_operating_system_says_is_english_too(tmp_path: Path) -> None:
    """Also where a message of what lies below the screens has it within."""
    with pytest.raises(BadInput) as failed:
        take_in(tmp_path / "clerk.db", tmp_path)
    assert _(failed.value.message) == f"The file cannot be read: it is a folder ({tmp_path})"
    assert [text for text in map(_, WORDS.values()) if CHINESE.search(text)] == []
    assert _(why(OSError(errno.ENOTTY, ""))) == "system error ENOTTY"


DAY = re.compile(
    r"clerk_tui/screens/(board|calling|calls|closing|display|paused|print_station|queue_line|shifting|station|unfinished)"
    r"|clerk_tui/(services|cli)/(booking|day_close|shift|staffing|station|ticket)"
)
"""Where the words of a hall's day are shown or made."""
COUNTED = re.compile(
    r"\{[a-z_]+(?::[^}]*)?\} (?!(?:is|was|has|goes)\b)(?:(?!that )[a-z-]+ )?(?!this|has|is|as\b)[a-z]+s\b"
)
"""A number and behind it more than one of something."""


def test_one_of_something_is_not_said_in_the_plural() -> None:
    """Where a number stands before what it counts there is a form for one; or the number stands behind."""
    entries = read_po(ENGLISH.read_text(encoding="utf-8"))
    told = re.findall(r'^#: (.+)\nmsgid (".+")$', template(), re.M)
    day = [json.loads(quoted) for names, quoted in told if DAY.search(names)]
    assert len(day) > 300
    single = [text for text in (entries[source] for source in day) if isinstance(text, str)]
    assert [text for text in single if COUNTED.search(text)] == []


@pytest.mark.usefixtures("english")
def test_a_day_s_work_is_told_as_done() -> None:
    """Beside its count, what was done is no order."""
    words = [work_name(what) for what in WORK_NAMES]
    assert {"Accepted", "Corrected, then accepted", "Decided", "Refused"} <= set(words)
    assert not [word for word in words if re.match(r"(accept|correct|decide|receive|refuse)\b", word, re.I)]


@pytest.mark.usefixtures("english")
def test_a_number_that_two_windows_served_is_told_in_english() -> None:
    reason = "A501在1号窗口和2号窗口都办了，请核对"
    conflict = HallConflict(id="x", kind="served_twice", case_id="", reference="", reason=reason, window="B1")
    said = "".join(text for spans, _fill in conflict_lines(conflict, 80, chosen=False) for text, _ink in spans)
    assert "A501" in said and not CHINESE.search(said)


@pytest.mark.usefixtures("english")
def test_how_and_when_materials_came_is_told_in_english() -> None:
    assert _("收到申请材料，2026-11-13到达，邮寄来件") == "Materials received, arrived 2026-11-13, by post"
    assert _("补交材料2项，已补齐，2026-11-13到达") == "Supplied: 2, complete, arrived 2026-11-13"
    brought = _("收下补充材料（申请人自愿提交），2026-11-13到达：照片")
    assert brought == "Further materials taken in (of the applicant's own accord), arrived 2026-11-13: 照片"


def test_blanks_around_a_text_are_kept() -> None:
    """A text that is put between others brings its own blanks."""
    for source, found in read_po(ENGLISH.read_text(encoding="utf-8")).items():
        for text in (found,) if isinstance(found, str) else found:
            assert text.startswith(" ") or not source.startswith(" "), source
            assert text.endswith(" ") or not source.endswith(" "), source


@pytest.mark.usefixtures("english")
def test_words_are_put_together_in_english() -> None:
    assert listed(["receipt", "notice"]) == "receipt, notice"
    assert said_of("lease", "missing") == "lease: missing"
    assert [age(ms) for ms in (130_000, 7_200_000, 172_800_000)] == ["02:10", "2 h", "2 d"]


def test_no_text_is_put_together_outside_the_translations() -> None:
    """Chinese words and punctuation in the screens' code stand inside ``_`` or ``N_``, or are printed or typed."""
    stay = {
        "dates.py": "年月日",
        "cells.py": "closing and opening punctuation",
        "refusing.py": "printed on the refusal",
        "intake_items.py": "kept as the value",
        "step_handing.py": "kept as the value; what separates names that are typed",
        "step_forms.py": "what separates the provisions of a basis",
    }
    for path in (*(PACKAGE / "screens").glob("*.py"), *(PACKAGE / "widgets").glob("*.py")):
        if path.name not in stay:
            loose = [text for text in untranslated(path.read_text(encoding="utf-8")) if CHINESE.search(text)]
            assert not loose, (path.name, loose)


def untranslated(source: str) -> list[str]:
    """The strings of Python source that are no docstrings and are not given to a translation."""
    tree = ast.parse(source)
    given = {
        id(part)
        for node in ast.walk(tree)
        for part in (
            node.args
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS
            else [node.value]
            if isinstance(node, ast.Expr)
            else []
        )
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in given
    ]


@pytest.mark.usefixtures("english")
def test_states_fit_their_chips() -> None:
    for word, _ink in MARKS.values():
        assert width(_(word)) <= MARK_WIDTH - 2, _(word)
    for word in STATE_NAMES.values():
        assert width(_(word)) <= 9, _(word)


async def test_no_key_is_lost_from_the_key_line(counter: OpenCounter) -> None:
    async with counter() as clerk:
        await at_the_desk(clerk)
        line = clerk.text.splitlines()[-1]
        for action in (*actions.group("intake"), *actions.group("anywhere")):
            if action.short and clerk.screen.can_do(action.id):
                assert f"{action.shown} {_(action.short)}" in line, line
        assert not CHINESE.search(line)
        await clerk.type("a")
        await confirm(clerk)
        line = clerk.text.splitlines()[-1]
        for action in (*actions.group("result"), *actions.group("anywhere")):
            if action.short and clerk.screen.can_do(action.id):
                assert f"{action.shown} {_(action.short)}" in line, line


async def test_the_screen_speaks_english(counter: OpenCounter) -> None:
    async with counter() as clerk:
        assert "Find" in clerk.text and "Window 3" in clerk.text
        await clerk.press("f1")
        assert "Anywhere" in clerk.text and "随处" not in clerk.text
