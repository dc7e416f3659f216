"""A character that no font has is said before it is printed: while it is typed, in the verdict, at the last look."""

from __future__ import annotations

import pytest

from clerk_tui import i18n
from clerk_tui.services import cases, intake, next_steps, printable, supplement
from clerk_tui.services.next_steps import STEPS
from clerk_tui.services.workspace import Workspace
from hall.verdict import Tick, TickState
from receipts import drawable, fonts, shaping
from tests.clerk_tui.screens.conftest import OpenCounter
from tests.clerk_tui.screens.steps import answer_spouse, fill_in_the_rest, find_migration
from tests.clerk_tui.walkins import MISSING, restaurant, unacceptable

NOBODYS = "\U00031350"
"""In Unicode's extension H, and in no font here."""
SAID = "[U+31350]"


async def test_a_name_is_said_in_the_form_the_verdict_and_the_last_look(counter: OpenCounter, ws: Workspace) -> None:
    async with counter() as clerk:
        await find_migration(clerk)
        await answer_spouse(clerk)
        await clerk.type("110101188001010011")
        await clerk.press("enter")
        await clerk.type("张三")
        assert SAID not in clerk.text
        await clerk.type(NOBODYS)
        assert SAID in clerk.text, "while it is typed"
        await clerk.press("enter")
        await clerk.type("13800001234")
        await clerk.press("enter")
        await fill_in_the_rest(clerk)
        await clerk.type("a")
        await clerk.press("f9")
        assert clerk.asks
        assert "办件里保存原字" in clerk.text
        await clerk.press("enter")
    (row,) = cases.find(ws, "")
    applicant = cases.load(ws, row.reference).applicant
    assert applicant is not None
    assert applicant.name == f"张三{NOBODYS}", "the case keeps the true name"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda draft: draft.applicant.update(name=f"好味{NOBODYS}"), "applicant.name"),
        (lambda draft: draft.applicant.update(legal_person=f"张{NOBODYS}"), "applicant.legal_person"),
        (lambda draft: draft.fields.update(shop_name=NOBODYS), "fields.shop_name"),
        (lambda draft: draft.ticks.update(layout=unacceptable(NOBODYS)), "materials.layout.reason"),
    ],
)
def test_whatever_is_printed_is_looked_at(ws: Workspace, change: object, field: str) -> None:
    draft = restaurant(ws)
    assert intake.preview(ws, draft).unprintable == {}
    assert callable(change)
    change(draft)
    preview = intake.preview(ws, draft)
    assert preview.unprintable == {field: (NOBODYS,)}
    assert SAID in preview.warnings[field]
    result = intake.submit(ws, draft)
    assert result.unprintable == (NOBODYS,)
    assert SAID in result.field_warnings[field]


def test_supplement_and_later_steps_say_it_too(ws: Workspace) -> None:
    reference = intake.submit(ws, restaurant(ws, layout=MISSING)).reference
    draft = supplement.open_supplement(ws, reference)
    draft.ticks = {"layout": Tick(TickState.UNACCEPTABLE, reason=NOBODYS)}
    assert supplement.preview(ws, draft).unprintable == {"materials.layout.reason": (NOBODYS,)}
    accepted = intake.submit(ws, restaurant(ws)).reference
    plain = next_steps.rehearse(ws, accepted, STEPS["deny"], {"reason": "不符"})
    assert (plain.unprintable, plain.warnings) == ((), ())
    result = next_steps.rehearse(ws, accepted, STEPS["deny"], {"reason": f"不符{NOBODYS}"})
    assert result.unprintable == (NOBODYS,)
    assert SAID in result.warnings[0]


ARABIC = "\u0639\u0644\u064a"
"""علي: the fonts have its letters, and no paper joins them."""
DEVANAGARI = "\u0928\u093f\u0930"
MONGOLIAN = "\u182a\u1820"


def test_letters_that_no_paper_joins_are_said_by_their_script(ws: Workspace) -> None:
    draft = restaurant(ws)
    draft.applicant["legal_person"] = f"张三（{ARABIC}）"
    preview = intake.preview(ws, draft)
    assert preview.unprintable == {"applicant.legal_person": tuple(ARABIC)}
    said = preview.warnings["applicant.legal_person"]
    assert "阿拉伯字母" in said and "从左到右" in said and "U+" not in said
    result = intake.submit(ws, draft)
    assert result.unprintable == tuple(ARABIC)
    assert result.field_warnings["applicant.legal_person"] == said


def test_each_character_is_told_by_what_becomes_of_it() -> None:
    chars = printable.lacking((f"{MONGOLIAN}{DEVANAGARI}{ARABIC} 12 李四 Łukasz",))
    assert set(chars) == {*MONGOLIAN, *DEVANAGARI, *ARABIC}
    said = printable.told(chars)
    assert "[U+182A]" in said, "no font has it: it is spelled out"
    assert "天城文、阿拉伯字母" in said
    assert printable.lacking(("阿卜杜拉·买买提 José Łukasz Владимир Αθηνά 张三",)) == ()


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("ئۇيغۇر", "阿拉伯字母"),
        ("שלום", "希伯来文"),
        ("नि", "天城文"),
        ("กำ", "泰文"),
        ("བོད", "藏文"),
        ("ᠮᠣᠩᠭᠣᠯ", "传统蒙古文"),
        ("ভা", "南亚文字"),
        ("\u0710\u0712", "从右到左的文字"),
        ("\U0001e900", "从右到左的文字"),
        ("한글", ""),
        ("\u0663", ""),
        ("ꆈꌠ", ""),
        ("张三·Łódź", ""),
    ],
)
def test_scripts_that_join_stack_or_run_leftwards(text: str, script: str) -> None:
    assert {shaping.script_of(char) for char in text} == {script}
    assert shaping.unshaped(text) == (tuple(dict.fromkeys(text)) if script else ())


def test_blocks_stand_in_order_and_apart() -> None:
    ends = [point for first, last, _ in shaping.SCRIPTS for point in (first, last)]
    assert ends == sorted(ends) and len(ends) == len(set(ends))


def test_what_is_said_is_english_on_an_english_screen() -> None:
    i18n.install("en")
    assert (
        i18n._(printable.told((NOBODYS, *ARABIC)))
        == f"Characters that the fonts do not have, printed as codes: {NOBODYS} -> {SAID}, the case keeps them; "
        "Script that cannot be set as words on paper: Arabic letters, printed letter by letter from left to right, "
        "the case keeps what was typed"
    )


def test_asking_loads_no_font_and_agrees_with_what_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = fonts.load_fonts()
    some = [chr(point) for point in range(0x20, 0x32400, 7) if not 0xD800 <= point < 0xE000]
    wanted = [char for char in some if drawn.missing(char)]
    monkeypatch.setattr(fonts, "load_fonts", lambda: pytest.fail("the fonts were loaded"))
    assert [char for char in some if fonts.unprintable(char)] == wanted
    assert drawable.BYTES * 8 > drawable.LAST


def test_without_fonts_nothing_is_said_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_complete", lambda folder: False)
    assert printable.lacking((NOBODYS,)) == ()
