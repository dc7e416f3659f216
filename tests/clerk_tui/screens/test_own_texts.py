"""A centre's own wording with a fault: said when the counter opens, and nobody has to wait for it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from msgspec import structs

from clerk_tui import i18n
from clerk_tui.config import Config
from clerk_tui.screens.closing import ClosingScreen
from clerk_tui.services import intake, papers
from clerk_tui.services.workspace import Workspace
from receipts.templates import PACKAGED
from tests.clerk_tui.screens.conftest import NARROW, WIDE, OpenCounter
from tests.clerk_tui.walkins import MISSING, restaurant


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """The folder of the centre's own texts."""
    (folder := tmp_path / "texts").mkdir()
    return folder


@pytest.fixture
def config(config: Config, texts: Path) -> Config:
    return structs.replace(
        config,
        print=structs.replace(config.print, texts=str(texts)),
        centre=structs.replace(config.centre, enabled=False),
    )


def told(text: str) -> str:
    """A screen's words without the frames and blanks between them."""
    return re.sub(r"[\s\u2500-\u259f]", "", text)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
async def test_it_is_said_at_the_start_what_is_wrong_and_where_and_work_goes_on(
    counter: OpenCounter, ws: Workspace, texts: Path, size: tuple[int, int]
) -> None:
    text = (PACKAGED / "notice.toml").read_text(encoding="utf-8")
    (texts / "notice.toml").write_text(text.replace("{respond_by", "{resond_by"), encoding="utf-8")
    (texts / "notise.toml").write_text("", encoding="utf-8")
    async with counter(size) as clerk:
        await clerk.until(lambda: "文书文本有误" in clerk.text)
        said = told(clerk.text)
        assert "notice.toml" in said and "“resond_by”" in said and "“respond_by”" in said
        assert "notise.toml" in said and "程序自带的文本" in said
        await clerk.press("enter")
        assert not clerk.asks
        await clerk.type("can")
        assert "can" in clerk.text, "the counter is open"


async def test_a_folder_that_is_not_there_is_said_too(counter: OpenCounter, texts: Path) -> None:
    texts.rmdir()
    async with counter() as clerk:
        await clerk.until(lambda: "没有文件夹" in clerk.text)
        assert "print.texts" in told(clerk.text)


async def test_of_texts_that_can_be_used_nothing_is_said(
    counter: OpenCounter, texts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[Path] = []

    def none_found(folder: Path) -> tuple[()]:
        tried.append(folder)
        return ()

    monkeypatch.setattr("receipts.sample_papers.faults", none_found)
    async with counter() as clerk:
        await clerk.until(lambda: bool(tried))
        await clerk.pilot.pause()
        assert not clerk.asks


async def test_the_close_of_the_day_says_why_the_sheet_is_not_in_the_centres_words(
    counter: OpenCounter, ws: Workspace, texts: Path
) -> None:
    (texts / "day_sheet.toml").write_text("没有写完 =", encoding="utf-8")
    intake.submit(ws, restaurant(ws, layout=MISSING))
    papers.deliver_pending(ws)
    async with counter() as clerk:
        await clerk.until(lambda: clerk.asks)
        await clerk.press("enter", "ctrl+r")
        await clerk.until(lambda: isinstance(clerk.screen, ClosingScreen) and clerk.screen.looked is not None)
        await clerk.press("f9", "enter")
        await clerk.until(lambda: "已日结" in clerk.text)
        assert "日结单按程序自带的文本出具" in told(clerk.text)


@pytest.mark.parametrize(
    ("harm", "english"),
    [
        (("{respond_by", "{resond_by"), 'There is no placeholder "resond_by"'),
        (("copies = [", "copies = []\nlaw_of = ["), "law_of"),
        (('when = "', 'when = "never_'), 'There is no condition "never_'),
    ],
)
def test_an_english_screen_says_it_in_english(texts: Path, harm: tuple[str, str], english: str) -> None:
    from clerk_tui.services.editions import texts_faults

    text = (PACKAGED / "notice.toml").read_text(encoding="utf-8")
    assert harm[0] in text
    (texts / "notice.toml").write_text(text.replace(*harm, 1), encoding="utf-8")
    (fault,) = texts_faults(texts)
    i18n.install("en")
    said = i18n._(fault.message)
    assert said.startswith("Fault in a paper's text (notice.toml") and english in said
    assert not re.search("[\u3400-\u9fff]", said + i18n._(fault.hint))
