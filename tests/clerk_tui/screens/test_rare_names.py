"""A character that no font has is said before it is printed: while it is typed, in the verdict, at the last look."""

from __future__ import annotations

import pytest

from clerk_tui.services import cases, intake, next_steps, printable, supplement
from clerk_tui.services.next_steps import STEPS
from clerk_tui.services.workspace import Workspace
from hall.verdict import Tick, TickState
from receipts import drawable, fonts
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
