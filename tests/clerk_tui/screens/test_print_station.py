"""The print station's screen: what wants a person stands first, a key settles it, a slip prints nothing twice."""

from __future__ import annotations

import os
import re
import socket
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from clerk_tui.config import CentreSection, Config, PrintStationSection, StoreSection
from clerk_tui.screens.dialog import Dialog
from clerk_tui.screens.print_station import PrintStationApp
from clerk_tui.services.print_station import Station, station_of
from tests.clerk_tui.printing.tickets import printer, ticket
from tests.clerk_tui.screens.conftest import NARROW, WIDE
from tests.clerk_tui.screens.picture import lines

WAITING, SECOND = "SL01-A1-00012-7-notice-1.pdf", "SL01-A1-00013-5-receipt-1-r2.pdf"
FAILED, UNKNOWN = "SL01-B2-00007-3-acceptance-1.pdf", "SL01-B2-00009-K-pickup-1.pdf"


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """A folder in which papers stand in every state."""
    folder = tmp_path / "shared"
    for number, (place, name) in enumerate((("", WAITING), ("", SECOND), ("failed", FAILED), ("unknown", UNKNOWN))):
        path = folder / place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"%PDF-1.5")
        os.utime(path, (number, number))
    return folder


@pytest.fixture
def station(shared: Path, tmp_path: Path) -> Station:
    """Takes papers out of the folder, and prints none as long as nobody says so."""
    config = Config(
        store=StoreSection(path=str(tmp_path / "store" / "clerk.db")),
        centre=CentreSection(enabled=False),
        print_station=PrintStationSection(name="east", printer=f"dir:{tmp_path / 'out'}", folder=str(shared)),
    )
    config.store_file.parent.mkdir()
    station = station_of(config)
    station.printer = "cups:office"
    return station


async def seen(app: PrintStationApp, pilot: Pilot[Any], word: str) -> str:
    """The screen, once it says ``word``."""
    for _ in range(500):
        await pilot.pause(0.01)
        if word in (text := "\n".join(lines(app))):
            return text
    raise AssertionError("\n".join(lines(app)))


@pytest.fixture
def still(station: Station, monkeypatch: pytest.MonkeyPatch) -> Station:
    monkeypatch.setattr(station, "work", lambda: None)
    return station


async def test_what_wants_a_person_stands_first(still: Station) -> None:
    app = PrintStationApp(still, "east")
    async with app.run_test(size=WIDE) as pilot:
        text = await seen(app, pilot, "SL01-B2-00009-K")
        places = [text.index(name) for name in ("00009-K", "00007-3", "00012-7", "00013-5")]
        assert places == sorted(places)
        assert "打印台 east" in text and "补打 2" in text
        assert not app.list.items[0].name.startswith("SL01-A1")


async def test_a_ticket_is_told_by_its_number_and_its_day(still: Station, shared: Path) -> None:
    for name in ("ticket-20261122-A052.pdf", "ticket-20261122-AB003-r1.pdf"):
        (shared / name).write_bytes(b"%PDF-1.5")
    app = PrintStationApp(still, "")
    async with app.run_test(size=NARROW) as pilot:
        text = await seen(app, pilot, "A052")
        assert re.search(r"号票 +A052  2026-11-22", text) and re.search(r"号票，补打 1 +AB003  2026-11-22", text)


async def test_a_folder_that_cannot_be_used_is_told_whole_with_what_to_do(station: Station, shared: Path) -> None:
    (shared / "printing").write_text("no folder", encoding="utf-8")
    app = PrintStationApp(station, "")
    async with app.run_test(size=NARROW) as pilot:
        assert "再按 F5" in await seen(app, pilot, "占了文件夹的位置")
        (shared / "printing").unlink()
        await pilot.press("f5")
        await seen(app, pilot, "在等文书")


async def test_a_folder_that_vanished_is_not_one_without_papers(station: Station, shared: Path) -> None:
    app = PrintStationApp(station, "")
    async with app.run_test(size=NARROW) as pilot:
        await seen(app, pilot, "00009-K")
        aside = shared.rename(shared.with_name("aside"))
        await pilot.press("f5")
        text = await seen(app, pilot, "找不到了")
        assert "没有文书" not in text and "看不到那里的文书" in text
        assert "shared" in "".join(text.split()), "where it was"
        aside.rename(shared)
        await pilot.press("f5")
        assert "找不到了" not in await seen(app, pilot, "00009-K")


async def test_waiting_papers_come_out_by_themselves_and_only_they(station: Station, tmp_path: Path) -> None:
    app = PrintStationApp(station, "")
    async with app.run_test(size=NARROW) as pilot:
        for _ in range(500):
            await pilot.pause(0.01)
            if len(list((tmp_path / "out").glob("*.pdf"))) == 2:
                break
        assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [WAITING, SECOND]
        await seen(app, pilot, "SL01-B2-00009-K")


async def test_what_comes_while_a_printer_takes_its_time_is_shown(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A printer that has the paper and does not say that it is out."""
    goes_on = threading.Event()

    def slow(connection: socket.socket, jobs: list[bytes]) -> None:
        while chunk := connection.recv(65536):
            jobs.append(chunk)
        goes_on.wait(60)

    for name in (WAITING, SECOND):
        (shared / name).write_bytes(ticket())
    with printer(slow) as (port, _jobs):
        config = Config(
            store=StoreSection(path=str(tmp_path / "store" / "clerk.db")),
            centre=CentreSection(enabled=False),
            print_station=PrintStationSection(printer=f"tcp://127.0.0.1:{port}", folder=str(shared)),
        )
        config.store_file.parent.mkdir()
        app = PrintStationApp(station_of(config), "")
        async with app.run_test(size=NARROW) as pilot:
            assert "待打印  1" in await seen(app, pilot, "正在打印  1")
            (shared / "ticket-20261122-A052.pdf").write_bytes(ticket())
            await pilot.press("f5")
            assert "待打印  2" in await seen(app, pilot, "A052")
            goes_on.set()
            await seen(app, pilot, "在等文书")


async def test_a_paper_nobody_knows_of_is_printed_again_only_after_a_question(still: Station, shared: Path) -> None:
    app = PrintStationApp(still, "")
    async with app.run_test(size=NARROW) as pilot:
        await seen(app, pilot, "00009-K")
        await pilot.press("p")
        assert isinstance(app.screen, Dialog)
        await seen(app, pilot, "两张")
        await pilot.press("escape")
        assert (shared / "unknown" / UNKNOWN).exists()
        await pilot.press("p", "enter")
        await seen(app, pilot, "00009-K")
        await app.workers.wait_for_complete()
        assert (shared / UNKNOWN).exists()


async def test_a_paper_that_lies_there_is_done(still: Station, shared: Path) -> None:
    app = PrintStationApp(still, "")
    async with app.run_test(size=NARROW) as pilot:
        await seen(app, pilot, "00009-K")
        await pilot.press("down", "y", "enter")
        await app.workers.wait_for_complete()
        assert not (shared / "failed" / FAILED).exists() and (shared / "unknown" / UNKNOWN).exists()


async def test_a_key_on_a_paper_that_waits_does_nothing_and_leaving_asks(still: Station, shared: Path) -> None:
    app = PrintStationApp(still, "")
    async with app.run_test(size=NARROW) as pilot:
        await seen(app, pilot, "00009-K")
        await pilot.press("down", "down", "p", "y", "x", "space")
        assert not isinstance(app.screen, Dialog)
        assert (shared / WAITING).exists()
        await pilot.press("ctrl+q")
        assert isinstance(app.screen, Dialog)
        await pilot.press("enter")
    assert app.return_value == 0


Steps = Callable[[Pilot[Any]], Awaitable[None]]


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("asked", [False, True], ids=["list", "question"])
def test_the_print_station_looks_as_it_was_made(
    snap_compare: Any, still: Station, size: tuple[int, int], asked: bool
) -> None:
    still.trouble["printer"] = "打印机缺纸；请加纸"
    app = PrintStationApp(still, "east")

    async def before(pilot: Pilot[Any]) -> None:
        await seen(app, pilot, "00009-K")
        if asked:
            await pilot.press("p")

    assert snap_compare(app, run_before=before, terminal_size=size)
