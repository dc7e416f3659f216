"""An open case and what changes around it: the catalogue and the calendar (domain.md §9a.11, 12)."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from clerk_tui.config import CalendarSection, CatalogueSection, Config
from clerk_tui.services import cases, intake, papers, supplement
from clerk_tui.services.workspace import Workspace, open_workspace
from tests.clerk_tui.conftest import ROOT, FixedClock
from tests.clerk_tui.walkins import HARD, MATTER, MISSING, PRESENT, SOFT, restaurant

Opened = Callable[[Config], Workspace]
FOOD = Path("matters/food/food-licence-new.toml")
OLD_NAME, NEW_NAME = "主要设备设施、经营布局和操作流程文件", "设备布局一图通"
NEXT_YEAR = '[2027]\nsource = "国务院办公厅通知"\noff = ["01-01/01-08"]\nwork = ["01-09", "01-10"]\n'


@pytest.fixture
def hall(config: Config, tmp_path: Path) -> Config:
    """The hall with a catalogue that can be changed."""
    shutil.copytree(ROOT / "catalogue", tmp_path / "catalogue")
    return replace(config, catalogue=CatalogueSection(path=str(tmp_path / "catalogue")))


@pytest.fixture
def opened(clock: FixedClock, tmp_path: Path) -> Iterator[Opened]:
    """Opens the counter with these settings; the one that was open before is closed."""
    now: list[Workspace] = []

    def opening(config: Config) -> Workspace:
        while now:
            now.pop().close()
        now.append(open_workspace(config, clock, cache_dir=tmp_path / "cache"))
        return now[0]

    yield opening
    now.pop().close()


def new_catalogue(hall: Config) -> None:
    """A new version: another name, another limit, one material that is no longer asked for."""
    file = hall.catalogue_dir / FOOD
    text = file.read_text(encoding="utf-8").replace(OLD_NAME, NEW_NAME)
    text = text.replace("promised = { days = 5,", "promised = { days = 2,").replace("days = 4 },", "days = 1 },")
    head, _, rest = text.partition('[[materials]]\ncode = "rules_list"')
    assert rest, "the material is in the sample"
    file.write_text(head + rest[rest.index("[[materials]]") :], encoding="utf-8")
    top = hall.catalogue_dir / "catalogue.toml"
    text = top.read_text(encoding="utf-8")
    assert 'version = "2026.11.1"' in text
    top.write_text(text.replace('version = "2026.11.1"', 'version = "2026.11.2"'), encoding="utf-8")


def test_an_open_case_keeps_the_version_it_began_with(opened: Opened, hall: Config) -> None:
    begun = opened(hall)
    reference = intake.submit(begun, restaurant(begun, layout=MISSING, rules_list=MISSING)).reference
    new_catalogue(hall)
    ws = opened(hall)
    fresh = intake.preview(ws, restaurant(ws))
    assert NEW_NAME in [row.name for row in fresh.checklist.materials], "a new walk-in is asked by the new one"
    assert "rules_list" not in [row.code for row in fresh.checklist.materials]
    draft = supplement.open_supplement(ws, reference)
    assert (draft.rows[0].code, draft.rows[0].name) == ("layout", OLD_NAME)
    assert [row.code for row in draft.rows] == ["layout", "rules_list"], "what was told is what is asked"
    draft.ticks = {"layout": PRESENT}
    assert [gap.code for gap in supplement.preview(ws, draft).gaps] == ["rules_list"]
    draft.ticks = {"layout": PRESENT, "rules_list": PRESENT}
    result = supplement.submit(ws, draft)
    case = cases.get(ws, reference).case
    assert case.matter.version != ws.catalogue.version
    assert result.due.promised == dt.date(2026, 11, 9), "five working days, as was promised, not two"
    assert OLD_NAME in [row.name for row in case.rows]


def test_a_case_whose_matter_is_gone_is_finished_all_the_same(opened: Opened, hall: Config) -> None:
    begun = opened(hall)
    reference = intake.submit(begun, restaurant(begun, layout=MISSING)).reference
    for other in hall.catalogue_dir.rglob("*.toml"):
        text = other.read_text(encoding="utf-8")
        if f'"{MATTER}"' in text:
            other.write_text(text.replace(f'"{MATTER}"', '"food-licence-first"'), "utf-8")
    ws = opened(hall)
    assert MATTER not in ws.catalogue.keys()  # noqa: SIM118
    draft = supplement.open_supplement(ws, reference)
    draft.ticks = {"layout": PRESENT}
    assert supplement.submit(ws, draft).state == "accepted"


def test_dates_in_an_unknown_year_are_counted_again_when_its_calendar_is_there(
    opened: Opened, config: Config, clock: FixedClock, tmp_path: Path
) -> None:
    ws = opened(config)
    clock.day = dt.date(2026, 12, 28)
    result = intake.submit(ws, restaurant(ws))
    assert set(HARD + SOFT) <= set(cases.get(ws, result.reference).case.ticks)
    before = cases.get(ws, result.reference).clock
    # New Year's Day falls on a Friday, and nobody knows yet what it brings: weekends alone are counted.
    assert (before.promised, before.provisional) == (dt.date(2027, 1, 5), True)
    printed = papers.rebuild(ws, result.papers[0].paper_id)
    file = tmp_path / "2027.toml"
    file.write_text(NEXT_YEAR, encoding="utf-8")
    later = opened(replace(config, calendar=CalendarSection(files=(str(file),))))
    after = cases.get(later, result.reference).clock
    assert (after.promised, after.provisional) == (dt.date(2027, 1, 10), False), "a week off, a working Sunday"
    case = cases.get(later, result.reference).case
    assert case.due == result.due and case.due.provisional, "what was promised on paper stays in the record"
    assert papers.rebuild(later, result.papers[0].paper_id).pdf == printed.pdf
