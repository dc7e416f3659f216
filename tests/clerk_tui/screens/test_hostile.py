"""Names are hostile input: on every screen they are text, whatever they hold."""

from __future__ import annotations

import random
import unicodedata

import pytest
from rich.cells import cell_len

from clerk_tui.services import intake, people
from clerk_tui.services.workspace import Workspace
from clerk_tui.widgets.cells import pad, safe, wrap
from clerk_tui.widgets.editor import Editor
from hall.verdict import Tick, TickState
from tests.clerk_tui.screens.conftest import NARROW, WIDE, Clerk, OpenCounter
from tests.clerk_tui.screens.steps import answer_spouse, at_the_desk, confirm, find_migration
from tests.clerk_tui.walkins import restaurant

PARTS = (
    *("李四[/b]", "[@click=app.quit]点我", "[red]", "\x1b]52;c;aGk=\x07", "\x1b[2J", "\u202e反", "\u200d", "\x00"),
    *(
        "e\u0301" * 3,
        "Z" + "\u0301" * 30,
        "\U00020bb7",
        "\U00030edd",
        "\u0e33",
        "\U0001f469\u200d\U0001f4bb",
        "·",
        "阿卜杜拉·买买提",
    ),
    *("%s{0}", "\\", "a" * 60, "王" * 60, "\t", "\r\n", "\ufeff", "\ue863", "“”—…①★"),
)
SEEDS = [random.Random(seed) for seed in range(200)]
NAMES = ["".join(rng.choice(PARTS) for _ in range(rng.randint(1, 4))) for rng in SEEDS]


def shown_is_harmless(clerk: Clerk, columns: int) -> None:
    """No control or direction character, and every line exactly as wide as the screen."""
    from tests.clerk_tui.screens.picture import lines

    for line in lines(clerk.app):
        assert not any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co") for char in line), repr(line)
        assert cell_len(line) == columns, repr(line)


@pytest.mark.parametrize("cells", [1, 3, 12, 40])
def test_text_is_clipped_padded_and_wrapped_to_the_cell(cells: int) -> None:
    for name in NAMES:
        text = safe(name)
        assert cell_len(pad(text, cells)) == cells, ascii(name)
        assert all(cell_len(line) <= max(cells, 2) for line in wrap(text, cells)), ascii(name)


def test_a_field_never_draws_beyond_its_width() -> None:
    for name in NAMES:
        editor = Editor(name)
        for key in ["left"] * 5 + ["backspace", "home", "right", "delete", "end"]:
            editor.key(key)
            before, under, after, caret = editor.view(20)
            assert cell_len(before + under + after) <= 20 and caret == cell_len(before), (ascii(name), key)


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_a_hostile_name_typed_or_pasted_is_shown_and_refused_or_kept_whole(
    counter: OpenCounter, ws: Workspace, size: tuple[int, int]
) -> None:
    async with counter(size) as clerk:
        await find_migration(clerk)
        await answer_spouse(clerk)
        form = clerk.screen.form
        form.go_to("applicant.name")
        for name in NAMES[:60]:
            form.editor.text, form.editor.caret = name, len(name)
            clerk.screen._changed("applicant.name", name)
            await clerk.settle()
            shown_is_harmless(clerk, size[0])
            assert clerk.screen.draft.applicant["name"] == name, "nothing is altered silently"


async def test_every_screen_survives_a_case_with_hostile_texts(counter: OpenCounter, ws: Workspace) -> None:
    name = "阿卜杜拉·买买提[/b][@click=app.quit]\U00030edd" + "e\u0301"
    draft = restaurant(ws, application=Tick(TickState.UNACCEPTABLE, reason="[red]{x}%s[/b] “缺页”…"))
    draft.applicant["name"] = draft.applicant["legal_person"] = name
    reference = intake.submit(ws, draft).reference
    assert people.known(ws, draft.applicant["id_number"])
    for size in (WIDE, NARROW):
        async with counter(size) as clerk:
            for keys in (("f1", "escape"), ("f5",), ("enter",), ("f1", "escape"), ("f4",), ("f3",), ("f1", "escape")):
                await clerk.press(*keys)
                shown_is_harmless(clerk, size[0])
            await clerk.press("escape", "f12")
            shown_is_harmless(clerk, size[0])
            await clerk.press("f2")
            await clerk.type(reference.lower())
            shown_is_harmless(clerk, size[0])


async def test_markup_typed_into_the_search_is_only_text(counter: OpenCounter) -> None:
    async with counter() as clerk:
        for name in NAMES[:20]:
            clerk.screen.entry.set(name)
            await clerk.settle()
            shown_is_harmless(clerk, 120)


async def test_a_typed_reason_with_markup_is_only_text(counter: OpenCounter) -> None:
    async with counter() as clerk:
        await at_the_desk(clerk)
        await clerk.type("3")
        for _ in range(len(clerk.screen.spec.options) - 1):
            await clerk.press("down")
        await clerk.type("[/b][@click=app.quit]")
        await clerk.press("enter")
        await clerk.type("a")
        shown_is_harmless(clerk, 120)
        await confirm(clerk)
        shown_is_harmless(clerk, 120)
        assert clerk.app._exit is False
