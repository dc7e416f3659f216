"""Printing at the counter: what did not come out is tried again or sent elsewhere, and a doubt is asked about."""

from __future__ import annotations

from pathlib import Path

import pytest

from clerk_tui.config import Config, PrintSection
from clerk_tui.screens.printing import PRINTS
from clerk_tui.services import cases, intake, papers
from clerk_tui.services.workspace import Workspace
from clerk_tui.store import queries
from tests.clerk_tui.screens.conftest import NARROW, OpenCounter
from tests.clerk_tui.walkins import restaurant

NOBODY = "tcp://127.0.0.1:9"
"""A printer that is not there."""


@pytest.fixture
def config(config: Config, tmp_path: Path) -> Config:
    """A counter whose folder for papers cannot be made, with another one in reserve."""
    from msgspec.structs import replace

    (tmp_path / "blocked").write_text("")
    section = PrintSection(target=f"dir:{tmp_path / 'blocked'}", others=(f"dir:{tmp_path / 'reserve'}",))
    return replace(config, print=section)


def interrupted(ws: Workspace) -> str:
    reference = intake.submit(ws, restaurant(ws)).reference
    with ws.journal.write() as connection:
        (job,) = queries.jobs_in(connection, "queued")
        assert queries.claim_job(connection, job, target="dir:", at_ms=1)
    return reference


def state(ws: Workspace, reference: str) -> str:
    return cases.get(ws, reference).papers[0].state


async def test_what_did_not_come_out_is_sent_elsewhere(counter: OpenCounter, ws: Workspace, tmp_path: Path) -> None:
    reference = intake.submit(ws, restaurant(ws)).reference
    papers.deliver_pending(ws)
    async with counter() as clerk:
        clerk.app.show_case(reference)
        await clerk.settle()
        assert "没有打出" in clerk.text and "没打出1份" in clerk.text and "改送别处" in clerk.text
        await clerk.press("o")
        await clerk.until(lambda: "改送哪里打印？" in clerk.text)
        assert clerk.screen.spec.options[1] == f"文件夹 {tmp_path / 'reserve'}"
        await clerk.press("2")
        await clerk.until(lambda: state(ws, reference) == "printed")
        await clerk.until(lambda: "没打出" not in clerk.text)
        assert list((tmp_path / "reserve").iterdir())
        await clerk.press("o")
        assert not clerk.asks, "what came out goes nowhere else"


async def test_what_did_not_come_out_is_tried_again_and_is_no_second_print(
    counter: OpenCounter, ws: Workspace, tmp_path: Path
) -> None:
    reference = intake.submit(ws, restaurant(ws)).reference
    papers.deliver_pending(ws)
    (tmp_path / "blocked").unlink()
    async with counter() as clerk:
        clerk.app.show_case(reference)
        await clerk.settle()
        await clerk.press("p")
        await clerk.until(lambda: state(ws, reference) == "printed")
        assert cases.get(ws, reference).papers[0].reprints == 0
        await clerk.press("p")
        await clerk.until(lambda: cases.get(ws, reference).papers[0].reprints == 1)


async def test_what_waits_behind_a_doubt_is_printed_from_the_case_and_is_no_second_print(
    counter: OpenCounter, ws: Workspace, tmp_path: Path
) -> None:
    (tmp_path / "blocked").unlink()
    async with counter() as clerk:
        await clerk.settle()
        reference = intake.submit(ws, restaurant(ws)).reference
        with ws.journal.write() as connection:
            (job,) = queries.jobs_in(connection, "queued")
            queries.move_job(connection, job.paper_id, 0, ("queued",), "queued", error="上一份不知道打出没有", at_ms=1)
        clerk.app.show_case(reference)
        await clerk.settle()
        assert "上一份不知道打出没有" in clerk.text and "接着打" in clerk.text and "改送别处" in clerk.text
        await clerk.press("p")
        await clerk.until(lambda: state(ws, reference) == "printed")
        assert cases.get(ws, reference).papers[0].reprints == 0


async def test_of_what_waits_behind_a_doubt_the_clerk_is_asked_what_became_of_that_one(
    counter: OpenCounter, ws: Workspace
) -> None:
    async with counter() as clerk:
        await clerk.settle()
        doubt, waits = (intake.submit(ws, restaurant(ws)).reference for _ in range(2))
        with ws.journal.write() as connection:
            first, second = queries.jobs_in(connection, "queued")
            queries.move_job(connection, first.paper_id, 0, ("queued",), "unknown", target=NOBODY, at_ms=1)
            queries.move_job(
                connection, second.paper_id, 0, ("queued",), "queued", target=NOBODY, error="还在排队", at_ms=1
            )
        clerk.app.show_case(waits)
        await clerk.settle()
        await clerk.press("p")
        await clerk.until(lambda: "纸出来了没有？" in clerk.text and doubt in clerk.text)
        await clerk.press("2")
        await clerk.until(lambda: state(ws, waits) == "failed")
        assert state(ws, doubt) == "printed", "it was settled first, then the next one was sent"


async def test_what_did_not_come_out_of_a_printer_in_doubt_goes_elsewhere_at_once(
    counter: OpenCounter, ws: Workspace, tmp_path: Path
) -> None:
    reference = interrupted(ws)
    async with counter() as clerk:
        await clerk.until(lambda: clerk.asks)
        await clerk.press("4")
        await clerk.until(lambda: "改送哪里打印？" in clerk.text)
        await clerk.press("escape")
        assert state(ws, reference) == "unknown", "who goes back has said nothing"
        clerk.app.show_case(reference)
        await clerk.settle()
        await clerk.press("p")
        await clerk.until(lambda: clerk.asks)
        await clerk.press("4")
        await clerk.until(lambda: "改送哪里打印？" in clerk.text)
        await clerk.press("2")
        await clerk.until(lambda: state(ws, reference) == "printed")
        assert list((tmp_path / "reserve").iterdir())


async def test_at_the_start_a_doubt_is_asked_about_and_no_answer_changes_nothing(
    counter: OpenCounter, ws: Workspace
) -> None:
    reference = interrupted(ws)
    async with counter(NARROW) as clerk:
        await clerk.until(lambda: clerk.asks)
        await clerk.until(lambda: "纸出来了没有？" in clerk.text and reference in clerk.text)
        await clerk.press("enter")
        assert not clerk.asks and state(ws, reference) == "unknown", "Enter, typed for something else, settles nothing"
        await clerk.until(lambda: "待确认打印1份" in clerk.text)


@pytest.mark.parametrize(("digit", "after"), [("2", "printed"), ("3", "printed")])
async def test_the_answer_settles_it(
    counter: OpenCounter, ws: Workspace, tmp_path: Path, digit: str, after: str
) -> None:
    (tmp_path / "blocked").unlink()
    reference = interrupted(ws)
    async with counter() as clerk:
        await clerk.until(lambda: clerk.asks)
        await clerk.press(digit)
        await clerk.until(lambda: state(ws, reference) == after)
        assert (tmp_path / "blocked").exists() == (digit == "3"), "printed only if it had not come out"


async def test_what_still_waited_is_printed_at_the_start(
    counter: OpenCounter, ws: Workspace, printed: list[str]
) -> None:
    intake.submit(ws, restaurant(ws))
    async with counter() as clerk:
        await clerk.until(lambda: printed == ["print"])


def test_every_state_has_a_word() -> None:
    assert set(PRINTS) == set(queries.PrintState.__args__)  # type: ignore[attr-defined]


async def test_who_asks_again_while_it_is_being_printed_gets_no_second_print(
    counter: OpenCounter, ws: Workspace
) -> None:
    """The key is pressed twice, or the printer is slow: one paper comes out, and it is said that it is printing."""
    async with counter() as clerk:
        await clerk.settle()
        reference = intake.submit(ws, restaurant(ws)).reference
        with ws.journal.write() as connection:
            (job,) = queries.jobs_in(connection, "queued")
            assert queries.claim_job(connection, job, target=NOBODY, at_ms=1)
        clerk.app.show_case(reference)
        await clerk.settle()
        for _again in range(2):
            await clerk.press("p")
            await clerk.until(lambda: "这份文书正在打印" in clerk.text)
            await clerk.press("escape")
        row = cases.get(ws, reference).papers[0]
        assert (row.state, row.reprints) == ("printing", 0)


async def test_what_nobody_has_printed_yet_is_printed_and_no_second_print(
    counter: OpenCounter, ws: Workspace, tmp_path: Path
) -> None:
    (tmp_path / "blocked").unlink()
    async with counter() as clerk:
        await clerk.settle()
        reference = intake.submit(ws, restaurant(ws)).reference
        clerk.app.show_case(reference)
        await clerk.settle()
        await clerk.press("p", "p")
        await clerk.until(lambda: state(ws, reference) == "printed")
        await clerk.settle()
        assert cases.get(ws, reference).papers[0].reprints <= 1
