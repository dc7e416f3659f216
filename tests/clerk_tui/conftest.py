"""A counter on Monday, 2 November 2026, with the sample hall's catalogue and a clock that moves when told to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from clerk_tui.config import CatalogueSection, Config, PrintSection, StoreSection
from clerk_tui.services.workspace import Workspace, open_workspace
from tests.journals import lay_tables

ROOT = Path(__file__).resolve().parents[2]
ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = dt.date(2026, 11, 2)


class FixedClock:
    """A clock that stands still at nine in the morning of ``day``; every reading is a millisecond later."""

    def __init__(self, day: dt.date = MONDAY) -> None:
        self.day = day
        self.ticks = 0
        self.boot_id = "boot"

    def now_ms(self) -> int:
        self.ticks += 1
        return int(dt.datetime.combine(self.day, dt.time(9), ZONE).timestamp() * 1000) + self.ticks

    def mono_ms(self) -> int:
        return self.ticks

    def today(self) -> dt.date:
        return self.day


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(
        catalogue=CatalogueSection(path=str(ROOT / "catalogue")),
        store=StoreSection(path=str(tmp_path / "store" / "clerk.db")),
        print=PrintSection(target=f"dir:{tmp_path / 'papers'}"),
    )


@pytest.fixture
def ws(config: Config, clock: FixedClock, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    # The compiled catalogue is the same for every test of a process.
    cache = tmp_path_factory.getbasetemp() / "catalogue-cache"
    lay_tables(config.store_file)
    workspace = open_workspace(config, clock, cache_dir=cache)
    yield workspace
    workspace.close()
