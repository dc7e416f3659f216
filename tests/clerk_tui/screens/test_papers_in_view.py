"""What ``p`` prints again is seen first, and said afterwards: a reprint stays in the case for ever."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs

from clerk_tui.config import Config
from clerk_tui.messages import PapersMade
from clerk_tui.services import cases, intake, papers, replica, supplement
from clerk_tui.services.result import Result
from clerk_tui.services.workspace import Workspace
from tests.clerk_tui.screens.conftest import NARROW, WIDE, Clerk, OpenCounter
from tests.clerk_tui.services.test_replica import NAME, code_on, introduce, noticed, window
from tests.clerk_tui.walkins import COMPANY, HARD, MISSING, PRESENT, SOFT, restaurant

NOTHING = dict.fromkeys((*HARD, *SOFT), MISSING)


def reprints(ws: Workspace, reference: str) -> list[int]:
    return [paper.reprints for paper in cases.get(ws, reference).papers]


def selected(clerk: Clerk) -> str:
    """The line in view that is selected, without blanks; empty where it is not in view."""
    pane = clerk.screen.pane
    return next(("".join(text for text, _ in spans).strip() for spans, fill in pane._lines if fill == "cursor"), "")


async def test_on_a_small_screen_the_arrows_bring_a_paper_of_a_case_into_view(
    counter: OpenCounter, ws: Workspace
) -> None:
    reference = intake.submit(ws, restaurant(ws, **NOTHING)).reference
    async with counter(NARROW) as clerk:
        clerk.app.show_case(reference)
        await clerk.drawn()
        assert not selected(clerk) and "↓ 下面还有" in clerk.text
        await clerk.press("down")
        assert selected(clerk).startswith("收件凭证"), "first to what is selected"
        await clerk.press("down")
        assert selected(clerk).startswith("申请材料补正告知书"), "then to the next"
        for _ in range(40):
            await clerk.press("down")
        assert "收到申请材料" in clerk.text and "↓ 下面还有" not in clerk.text, "past the last paper through the text"
        for _ in range(40):
            await clerk.press("up")
        assert reference in clerk.text and "事项" in clerk.text


async def test_p_prints_what_is_seen_and_says_what_it_was(counter: OpenCounter, ws: Workspace) -> None:
    reference = intake.submit(ws, restaurant(ws, **NOTHING)).reference
    papers.deliver_pending(ws)
    async with counter(NARROW) as clerk:
        clerk.app.show_case(reference)
        await clerk.drawn()
        await clerk.press("p")
        assert selected(clerk).startswith("收件凭证") and reprints(ws, reference) == [0, 0], "what is not seen is shown"
        await clerk.press("p")
        await clerk.until(lambda: reprints(ws, reference) == [1, 0])
        number = cases.get(ws, reference).papers[0].number
        await clerk.until(lambda: f"收件凭证  {number}：补打 1，" in clerk.text)


async def test_on_the_result_of_a_long_notice_the_notice_is_reached_and_printed_again(
    counter: OpenCounter, ws: Workspace
) -> None:
    result = long_notice(ws)
    papers.deliver_pending(ws)
    async with counter(NARROW) as clerk:
        clerk.app.finished(result, "食品经营许可", "示例饮食店")
        await clerk.drawn()
        assert "↓ 下面还有" in clerk.text and not selected(clerk)
        await clerk.press("down", "down")
        assert selected(clerk).startswith("申请材料补正告知书")
        await clerk.press("p")
        await clerk.until(lambda: reprints(ws, result.reference) == [0, 1])
        await clerk.until(lambda: "：补打 1，" in clerk.text)


def long_notice(ws: Workspace) -> Result:
    """A notice with more gaps than a small screen has lines."""
    result = intake.submit(ws, restaurant(ws, **NOTHING))
    return structs.replace(result, gaps=(*result.gaps, *result.gaps, *result.gaps))


async def test_what_fails_again_says_so_and_why(counter: OpenCounter, ws: Workspace, tmp_path: Path) -> None:
    """The row looks as before, so the page says that it was tried, how often, and what is wrong."""
    reference = intake.submit(ws, restaurant(ws)).reference
    folder = tmp_path / "papers"
    folder.write_text("")
    papers.deliver_pending(ws)
    async with counter((80, 22)) as clerk:
        clerk.app.show_case(reference)
        await clerk.drawn()
        assert "没有打出" not in clerk.text, "the papers are below the screen's end"
        await clerk.press("p")
        assert "没有打出" in clerk.text and "又打了" not in clerk.text, "what is not seen is shown"
        await clerk.press("p")
        await clerk.until(lambda: "：又打了 1 次，没有打出：" in clerk.text)
        assert str(folder) in clerk.text.replace("\n", "").replace(" ", "")
        await clerk.press("p")
        await clerk.until(lambda: "：又打了 2 次，没有打出：" in clerk.text)
        folder.unlink()
        await clerk.press("p")
        await clerk.until(lambda: "：又打了 3 次，已打印" in clerk.text)
        assert reprints(ws, reference) == [0], "the first print, and none beside it"


async def test_on_a_result_too_what_fails_again_says_so(counter: OpenCounter, ws: Workspace, tmp_path: Path) -> None:
    result = intake.submit(ws, restaurant(ws))
    (tmp_path / "papers").write_text("")
    async with counter(NARROW) as clerk:
        clerk.app.finished(result, "食品经营许可", "示例饮食店")
        await clerk.drawn()
        clerk.app.post_message(PapersMade(papers.deliver_pending(ws)))
        await clerk.until(lambda: "没有打出" in clerk.text)
        await clerk.press("p")
        await clerk.until(lambda: "：又打了 1 次，没有打出：" in clerk.text)
        await clerk.press("p")
        await clerk.until(lambda: "：又打了 2 次，没有打出：" in clerk.text)
        assert reprints(ws, result.reference) == [0]


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_the_number_of_a_paper_stands_whole_where_another_window_took_the_case_in(
    counter: OpenCounter,
    ws: Workspace,
    config: Config,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    size: tuple[int, int],
) -> None:
    """Its own papers bear the other window's reference and this window's code: that is longer than any of its own."""
    there = window(config, tmp_path, "W123", tmp_path_factory.getbasetemp() / "catalogue-cache")
    introduce(ws, there)
    view = replica.open_replica(ws, code_on(there, noticed(there)))
    there.close()
    draft = replica.to_supplement(ws, view, COMPANY, NAME)
    draft.ticks = {"layout": PRESENT}
    result = supplement.submit(ws, draft)
    (paper,) = result.papers
    assert len(paper.number) == len("SL01-W123-00001-Q/L1-A1")
    async with counter(size) as clerk:
        clerk.app.finished(result, "食品经营许可", "示例饮食店")
        await clerk.drawn()
        assert f"{paper.number}  " in clerk.text
        clerk.app.show_case(result.reference)
        await clerk.drawn()
        await clerk.press("down")
        assert f"{paper.number}  2026-" in clerk.text
