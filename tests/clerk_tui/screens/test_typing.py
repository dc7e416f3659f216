"""Whatever character a name is written with, a key that types it types it: none vanishes without a word."""

from __future__ import annotations

import pytest

from clerk_tui.screens.dialog import Spec
from clerk_tui.widgets.editor import typed
from tests.clerk_tui.screens.conftest import NARROW, OpenCounter
from tests.clerk_tui.screens.steps import PERSON, answer_spouse, find_migration

RARE = ["\U0002ebf0", "\U00031350", "\U00032000", "\U000323af", "\U0002a6d6", "\U00030edd", "\u4dae", "·"]
"""Extensions I, H (first, middle, last), B and G, a letter of GB 18030 level 3, and the dot of names."""


@pytest.mark.parametrize("char", RARE)
async def test_a_rare_character_is_typed_into_form_search_and_dialog(counter: OpenCounter, char: str) -> None:
    async with counter() as clerk:
        await clerk.type(f"王{char}")
        assert clerk.screen.entry.value == f"王{char}"
        await clerk.press("ctrl+u")
        await find_migration(clerk)
        await answer_spouse(clerk)
        await clerk.type(PERSON)
        await clerk.press("enter")
        await clerk.type(f"王{char}")
        assert clerk.screen.draft.applicant["name"] == f"王{char}"
        answers: list[str] = []
        clerk.screen.ask(Spec("原因", field="原因"), lambda answer: answers.append(answer.text))
        await clerk.settle()
        await clerk.type(f"王{char}")
        await clerk.press("enter")
        assert answers == [f"王{char}"]


async def test_a_question_longer_than_the_screen_shows_that_more_follows(counter: OpenCounter) -> None:
    async with counter(NARROW) as clerk:
        await find_migration(clerk)
        clerk.screen.ask(Spec("看完", tuple((f"第{n}行", "plain") for n in range(30))), lambda answer: None)
        await clerk.settle()
        assert "↓ 下面还有" in clerk.text and "第29行" not in clerk.text
        await clerk.press(*["pagedown"] * 6)
        assert "↓ 下面还有" not in clerk.text and "第29行" in clerk.text


@pytest.mark.parametrize("char", RARE)
async def test_a_rare_character_within_quick_typing_is_no_control_key(counter: OpenCounter, char: str) -> None:
    async with counter() as clerk:
        await find_migration(clerk)
        await answer_spouse(clerk)
        await clerk.type(PERSON)
        await clerk.press("enter")
        await clerk.scan(f"ab{char}c")
        name = clerk.screen.draft.applicant["name"]
        assert name == f"ab{char}c", ascii(name)


@pytest.mark.parametrize(("char", "what"), [("\u202e", "方向"), ("\u200d", "不可见"), ("\ue000", "自造字")])
async def test_what_may_not_be_stored_is_typed_and_then_refused_by_name(
    counter: OpenCounter, char: str, what: str
) -> None:
    async with counter() as clerk:
        await find_migration(clerk)
        await answer_spouse(clerk)
        await clerk.type(PERSON)
        await clerk.press("enter")
        await clerk.type(f"王{char}")
        await clerk.press("enter")
        assert what in clerk.text and f"U+{ord(char):04X}" in clerk.text


@pytest.mark.parametrize("character", [None, "", "\r", "\t", "\x1b", "\x7f", "\x01", "\x9b", "\ud800", "\x1b[1;2P"])
def test_keys_that_are_no_characters_type_nothing(character: str | None) -> None:
    assert typed(character) == ""
