"""The verdict beside the desk says what it has to say once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from clerk_tui.screens.intake import IntakeScreen
from clerk_tui.screens.supplement import SupplementScreen
from clerk_tui.services import supplement
from clerk_tui.services.draft import Draft
from clerk_tui.services.workspace import Workspace
from clerk_tui.widgets.painted import Line
from clerk_tui.widgets.verdict import Shown, VerdictStrip, VerdictView
from hall.verdict import Outcome, Refusal, Tick, TickState
from tests.clerk_tui.screens.conftest import OpenCounter
from tests.clerk_tui.screens.test_deciding_later import received
from tests.clerk_tui.walkins import restaurant

PAST = dt.date(2026, 10, 30)
LATE = dt.date(2027, 3, 1)


def text_of(lines: list[Line]) -> str:
    return "".join(text for spans, _fill in lines for text, _ink in spans).replace(" ", "")


def told(shown: Shown) -> tuple[str, str]:
    """What the pane and the strip say of it, without the blanks that fill lines."""
    pane, strip = VerdictView(), VerdictStrip()
    pane.shown = strip.shown = shown
    return text_of(list(pane.lines_for(40, 60))), text_of(list(strip.lines_for(160, 2)))


def twice(shown: Shown) -> list[str]:
    """What they say more than once."""
    said = dict.fromkeys(text.replace(" ", "") for text in (shown.explanation, *shown.hinders, *shown.warnings) if text)
    return [text for text in said for place in told(shown) if place.count(text) > 1]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda draft: draft.answers.clear(),
        lambda draft: draft.answers.pop("vending"),
        lambda draft: draft.ticks.update(layout=Tick(TickState.PROMISED, until=PAST)),
        lambda draft: draft.ticks.update(rules_list=Tick(TickState.PROMISED, until=PAST)),
        lambda draft: draft.ticks.update(rules_list=Tick(TickState.PROMISED, until=LATE)),
        lambda draft: draft.ticks.update(rules_list=Tick(TickState.PROMISED)),
        lambda draft: draft.ticks.update(layout=Tick(TickState.HELD)),
        lambda draft: draft.ticks.update(business_licence=Tick(TickState.MISSING)),
        lambda draft: draft.ticks.update(rules_list=Tick(TickState.UNACCEPTABLE)),
        lambda draft: draft.ticks.update(rules_list=Tick(TickState.NOT_APPLICABLE)),
        lambda draft: setattr(draft, "refusal", Refusal("other", "材料不好", None, True)),
        lambda draft: setattr(draft, "refusal", Refusal("not_authority", "不归本机关", None, True)),
        lambda draft: draft.applicant.update(id_number="1101"),
    ],
)
async def test_why_nothing_can_be_confirmed_is_said_once(
    counter: OpenCounter, ws: Workspace, spoil: Callable[[Draft], object]
) -> None:
    draft = restaurant(ws)
    spoil(draft)
    async with counter() as clerk:
        await clerk.app.push_screen(IntakeScreen(draft))
        await clerk.until(lambda: isinstance(clerk.screen, IntakeScreen) and clerk.screen.is_mounted)
        await clerk.pilot.pause()
        shown = clerk.screen.shown()
        assert shown.hinders and twice(shown) == []
        for place in told(shown):
            assert shown.hinders[0].replace(" ", "") in place, "said once, not never"


async def test_a_warning_that_several_materials_give_is_said_once(counter: OpenCounter, ws: Workspace) -> None:
    draft = supplement.open_supplement(ws, received(ws, destination="here", reason="C", cross_province="no"))
    draft.good_credit = False
    until = ws.clock.today() + dt.timedelta(days=1)
    async with counter() as clerk:
        await clerk.app.push_screen(SupplementScreen(draft))
        await clerk.until(lambda: isinstance(clerk.screen, SupplementScreen) and clerk.screen.is_mounted)
        for code in ("id_card", "house"):
            clerk.screen.given[code] = Tick(TickState.PROMISED, until=until)
        draft.answers["minors"] = "no"
        clerk.screen.follow()
        shown = clerk.screen.shown()
        assert len(shown.warnings) > len(set(shown.warnings)), "two materials, one sentence"
        assert twice(shown) == []


def test_what_hinders_stands_behind_the_word_on_a_small_screen() -> None:
    strip = VerdictStrip()
    strip.shown = Shown(explanation="还有2个问题没有回答", hinders=("还有2个问题没有回答", "请填写姓名"))
    first, second = (text_of([line]) for line in strip.lines_for(80, 2))
    assert "还有2个问题没有回答" in first and second == "请填写姓名"


def test_a_refusal_says_where_to_go_whole_or_leaves_it_to_the_last_look() -> None:
    where = "迁入地公安派出所  拟迁入地址所在辖区的公安派出所，具体地址可拨打迁入地12345查询  12345"
    shown = Shown(chosen=Outcome.REFUSED, explanation="不属于本机关职权范围", where=where)
    pane, strip = told(shown)
    assert "去哪里办迁入地公安派出所拟迁入地址所在辖区的公安派出所，具体地址可拨打迁入地12345查询12345" in pane
    assert where.replace(" ", "") in strip
    narrow = VerdictStrip()
    narrow.shown = shown
    said = text_of(list(narrow.lines_for(80, 2)))
    assert "不属于本机关职权范围" in said and "拟迁入" not in said
