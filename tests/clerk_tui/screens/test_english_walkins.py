"""Whole walk-ins on an English screen: Chinese is only what the catalogue, the clerk and the applicant said, and all
that the program says can be read to its end."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from clerk_tui.config import Config
from clerk_tui.services.workspace import Workspace
from clerk_tui.widgets import cells
from clerk_tui.widgets.painted import Painted
from tests.clerk_tui.screens.conftest import NARROW, WIDE, Clerk, OpenCounter
from tests.clerk_tui.screens.steps import answer_spouse, at_the_desk, confirm, fill_in_person, find_migration

HAN = re.compile("[\u3400-\u9fff]+")
NEVER_DATA = ("未提交", "已收件", "受理通知书", "居民身份证号码")
"""Words of the program that also stand somewhere in the catalogue's sentences."""
TYPED = ("张三", "人民路", "当时没有看到", "周敏", "看不清", "高对比度")


@pytest.fixture
def config(config: Config) -> Config:
    """A counter that speaks English."""
    return replace(config, screen=replace(config.screen, language="en"))


class Cut:
    """The program's own words that were painted shorter than they are; what others wrote may be of any length.

    A text that some widget showed whole, in one line or in several, may be short in a list.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.short, self.whole = set[str](), set[str]()
        head, paint = cells.head, Painted.paint

        def shortened(text: str, room: int) -> str:
            if cells.width(text) > room > 0 and not HAN.search(text) and any(map(str.isalpha, text)):
                self.short.add(text)
            return head(text, room)

        def painted(widget: Painted) -> None:
            paint(widget)
            lines = ["".join(text for text, _ink in spans).rstrip() for spans, _fill in widget._lines]
            self.short |= {text for text in lines if cells.width(text) > widget.size.width}
            self.whole.add(together(*lines))

        cells.wrap.cache_clear()
        monkeypatch.setattr(cells, "head", shortened)
        monkeypatch.setattr(Painted, "paint", painted)

    def never_whole(self) -> list[str]:
        """Those that nobody could read to their end."""
        return sorted(text for text in self.short if not any(together(text) in shown for shown in self.whole))


def together(*lines: str) -> str:
    """Text however it was broken into lines."""
    return "".join("".join(lines).split())


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> Cut:
    return Cut(monkeypatch)


class Reader:
    """Looks at every screen after each step and keeps what is Chinese and comes from the program."""

    def __init__(self, clerk: Clerk, config: Config) -> None:
        files = sorted(Path(config.catalogue_dir).rglob("*.toml"))
        self.data = "".join(path.read_text(encoding="utf-8") for path in files) + "".join(TYPED)
        self.clerk, self.found = clerk, {}  # type: ignore[var-annotated]

    async def press(self, *keys: str) -> None:
        """Press keys, and read the screen after each."""
        for key in keys:
            await self.clerk.press(key)
            self.look()

    def look(self) -> None:
        """Read the screen in front."""
        for run in HAN.findall(self.clerk.text):
            if run not in self.data or run in NEVER_DATA:
                self.found.setdefault(run, next(line for line in self.clerk.text.splitlines() if run in line).strip())


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
async def test_nothing_but_data_is_chinese_and_no_english_is_cut(
    counter: OpenCounter, config: Config, ws: Workspace, size: tuple[int, int], cut: Cut
) -> None:
    async with counter(size) as clerk:
        reader = Reader(clerk, config)
        for part in (wrong_entries, noticed, supplemented, promised, refused, looked_up, steps):
            await part(reader)
        assert not reader.found, "\n".join(f"{run}: {line}" for run, line in reader.found.items())
        assert not cut.never_whole(), "\n".join(cut.never_whole())


async def wrong_entries(reader: Reader) -> None:
    """What is typed wrong, and what is left out."""
    clerk = reader.clerk
    reader.look()
    await reader.press("f1", "escape", *"hkqy", "enter", "f9", *"1122")
    assert clerk.screen.form.current == "applicant.id_number"
    for number in ("1101011880010100", "110101188001010012", "91990100MA0000015Y"):
        await clerk.type(number)
        await reader.press("enter", "up")
        await clerk.press(*["backspace"] * len(number))
    await fill_in_person(clerk, name="张三1" * 3)
    await reader.press("f9", "enter")
    assert "Please fill in: " in clerk.text
    await reader.press("escape")
    await clerk.press("f2", "2")


async def noticed(reader: Reader) -> None:
    """Something is missing and something not acceptable."""
    clerk = reader.clerk
    await at_the_desk(clerk)
    reader.look()
    await reader.press("2", "3", "1", "1", "up", "up", "6", "escape", "4", "f8", "escape", "a", "f9", "3", "1")
    await reader.press("f9", "enter", "enter")


async def supplemented(reader: Reader) -> None:
    """They come back with one of the two, and a new gap is found."""
    clerk = reader.clerk
    await reader.press("f5", "1", "enter", "f8", "escape", "escape")
    await clerk.press("f2")
    await at_the_desk(clerk)
    await clerk.type("121a")
    await confirm(clerk)
    reference = clerk.screen.result.reference
    await clerk.press("enter")
    await clerk.scan(reference)
    reader.look()
    await reader.press("enter", "1", "down", "3", "1", "f9", "enter")
    await clerk.type("当时没有看到")
    await reader.press("enter", "enter", "enter")


async def promised(reader: Reader) -> None:
    """A secondary material is promised."""
    await at_the_desk(reader.clerk)
    await reader.press("1", "5", "enter", "a", "f9", "enter", "enter")


async def refused(reader: Reader) -> None:
    """Somebody is at the wrong authority."""
    clerk = reader.clerk
    await find_migration(clerk)
    await reader.press("2", "f8", "escape", "f9", "escape", "f2", "2")
    await find_migration(clerk)
    await answer_spouse(clerk)
    await reader.press("f7", "enter", "enter")


async def looked_up(reader: Reader) -> None:
    """Cases are found and looked at."""
    clerk = reader.clerk
    await reader.press("f12", "escape", "f5")
    await clerk.type("张三")
    await reader.press("enter", "f10", "escape", "escape", "f2")


async def steps(reader: Reader) -> None:
    """What can follow an acceptance, and why the rest cannot."""
    clerk = reader.clerk
    await at_the_desk(clerk)
    await clerk.type("a")
    await confirm(clerk)
    reference = clerk.screen.result.reference
    await clerk.press("enter", "f5")
    await clerk.type(reference)
    await reader.press("enter")
    await reader.press("f8", *["down"] * 16)
    for place in "123456789":
        await reader.press(place, "f9", "escape", "escape")
        if reference not in clerk.text:
            break
