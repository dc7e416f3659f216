"""On a small screen the verdict stands with the law that it rests on, and with what else is lawful."""

from __future__ import annotations

import pytest

from clerk_tui.services.workspace import Workspace
from clerk_tui.widgets.verdict import Shown, VerdictStrip
from hall.refusal import Refusal
from hall.verdict import OUTCOME_NAMES, Gap, Outcome, Tick, TickState, article_of
from tests.clerk_tui.screens.conftest import NARROW, Clerk, OpenCounter
from tests.clerk_tui.screens.picture import lines
from tests.clerk_tui.screens.steps import at_the_desk

COLUMNS = 78
HERE = Tick(TickState.PRESENT)


def strip(clerk: Clerk) -> tuple[str, str]:
    """The two lines above the keys."""
    first, second = lines(clerk.app)[-3:-1]
    return first, second


async def tick(clerk: Clerk, **ticks: Tick) -> None:
    """Everything is there but these."""
    screen = clerk.screen
    for row in screen.rows:
        screen.given[row.code] = ticks.get(row.code, HERE)
    screen.follow()
    await clerk.settle()


async def test_each_verdict_names_its_article_and_the_other_lawful_outcomes(
    counter: OpenCounter, ws: Workspace
) -> None:
    async with counter(NARROW) as clerk:
        await at_the_desk(clerk)
        await tick(clerk)
        assert "受理" in strip(clerk)[0] and "第三十二条第一款第五项" in strip(clerk)[0]
        assert "承诺办结 2026-11-09" in strip(clerk)[1] and "F8" not in "".join(strip(clerk))
        await tick(clerk, id_card=Tick(TickState.MISSING))
        assert "一次性告知补正" in strip(clerk)[0] and "第三十二条第一款第四项" in strip(clerk)[0]
        assert "申请人居民身份证" in strip(clerk)[1] and "F8  容缺受理" in strip(clerk)[1]
        await tick(clerk, id_card=Tick(TickState.UNACCEPTABLE, "未签名", correctable=True))
        assert "F8  容缺受理 / 当场更正后受理" in strip(clerk)[1]
        clerk.screen.choose(Outcome.CORRECTED)
        await clerk.settle()
        assert "第三十二条第一款第三项" in strip(clerk)[0] and "一次性告知补正" in strip(clerk)[1]


async def test_a_refusal_says_its_article_and_its_reason(counter: OpenCounter, ws: Workspace) -> None:
    async with counter(NARROW) as clerk:
        await at_the_desk(clerk)
        await tick(clerk)
        clerk.screen.draft.refusal = Refusal("not_needed", "依法不需要办理该事项", None, True)
        clerk.screen.choose(Outcome.REFUSED)
        await clerk.settle()
        assert "第三十二条第一款第一项" in strip(clerk)[0] and "依法不需要办理该事项" in strip(clerk)[1]


def read(shown: Shown) -> list[str]:
    widget = VerdictStrip()
    widget.shown = shown
    return ["".join(text for text, _ink in spans) for spans, _fill in widget.lines_for(COLUMNS, 2)]


@pytest.mark.parametrize("outcome", [each for each in Outcome if each is not Outcome.REFUSED])
def test_no_article_is_cut_on_eighty_columns(outcome: Outcome) -> None:
    """The longest citation is that of a matter that is no licence; F9 is due."""
    article = article_of(outcome, kind="行政确认")
    assert article in read(Shown(chosen=outcome, article=article, ready=True))[0]


def test_what_hinders_is_said_before_what_else_would_be_lawful() -> None:
    gap = Gap(code="a", name="材料", problem="未提交", remedy="")
    others = (OUTCOME_NAMES[Outcome.TOLERATED],)
    hinders = tuple(f"请填写第{n}项" for n in range(8))
    _first, second = read(
        Shown(chosen=Outcome.NOTICED, article="第四项" * 12, gaps=(gap,), others=others, hinders=hinders)
    )
    assert second.startswith("请填写第0项") and "F8" not in second


def test_dates_counted_by_weekends_alone_are_said_to_be() -> None:
    shown = Shown(chosen=Outcome.ACCEPTED, article="第五项", dates=(("承诺办结", "2027-01-04"),), provisional=True)
    assert "暂按周末推算" in read(shown)[1]
