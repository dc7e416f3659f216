"""What ``p`` prints again is seen first, and said afterwards: a reprint stays in the case for ever."""

from __future__ import annotations

from pathlib import Path

from msgspec import structs

from clerk_tui.messages import PapersMade
from clerk_tui.services import cases, intake, papers
from clerk_tui.services.result import Result
from clerk_tui.services.workspace import Workspace
from tests.clerk_tui.screens.conftest import NARROW, Clerk, OpenCounter
from tests.clerk_tui.walkins import HARD, MISSING, SOFT, restaurant

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
        await clerk.settle()
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
        await clerk.settle()
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
        await clerk.settle()
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
    async with counter(NARROW) as clerk:
        clerk.app.show_case(reference)
        await clerk.settle()
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
        await clerk.settle()
        clerk.app.post_message(PapersMade(papers.deliver_pending(ws)))
        await clerk.until(lambda: "没有打出" in clerk.text)
        await clerk.press("p")
        await clerk.until(lambda: "：又打了 1 次，没有打出：" in clerk.text)
        await clerk.press("p")
        await clerk.until(lambda: "：又打了 2 次，没有打出：" in clerk.text)
        assert reprints(ws, result.reference) == [0]
