"""The close of a day: nothing is left without a reason, every date gets its own sheet, a sheet can be made again."""

from __future__ import annotations

import datetime as dt
import re
from contextlib import nullcontext
from pathlib import Path

import pytest
from msgspec import structs

from clerk_tui.cli.main import main
from clerk_tui.config import Config
from clerk_tui.services import cases, day_close, intake, papers, print_queue, shift
from clerk_tui.services.workspace import Workspace, open_workspace
from clerk_tui.store import shifts
from hall.errors import BadInput
from hall.facts import DayClosed
from hall.shifts import Run
from tests.clerk_tui.conftest import MONDAY, FixedClock
from tests.clerk_tui.walkins import MISSING, restaurant
from tests.receipts.reading import read_text

TUESDAY, WEDNESDAY = MONDAY + dt.timedelta(days=1), MONDAY + dt.timedelta(days=2)


@pytest.fixture
def config(config: Config) -> Config:
    """A window that sends nothing: what is unsent stays out of the way of what is unprinted."""
    return structs.replace(config, centre=structs.replace(config.centre, enabled=False))


def served(ws: Workspace, *, prints: bool = True) -> str:
    """Somebody was told what is missing."""
    reference = intake.submit(ws, restaurant(ws, layout=MISSING)).reference
    if prints:
        papers.deliver_pending(ws)
    return reference


def closed_facts(ws: Workspace) -> list[DayClosed]:
    from clerk_tui.store import shifts

    return [fact.body for fact in shifts.closes_of(ws.journal.read()) if isinstance(fact.body, DayClosed)]


def test_a_day_without_work_is_not_closed(ws: Workspace) -> None:
    shift.pause(ws, "开会")
    with pytest.raises(BadInput) as refused:
        day_close.close(ws, {})
    assert refused.value.code == "nothing_to_close"


def test_the_sheet_says_what_was_done_and_where_the_journal_ends(ws: Workspace) -> None:
    served(ws)
    head = ws.journal.head
    (one,) = day_close.close(ws, {})
    (body,) = closed_facts(ws)
    assert body.head == head.hash.hex() and body.figures.last_seq == head.seq
    assert (body.figures.served, body.figures.received, body.figures.notices) == (1, 1, 1)
    assert [(each.kind, each.issued) for each in body.figures.papers] == [("receipt", 1), ("notice", 1)]
    (paper,) = papers.deliver_pending(ws)
    assert paper.number == one.number == "SL01-A1-20261102/G1" and paper.state == "printed"
    said = read_text(Path(paper.path).read_bytes())
    assert "日结单" in said and "告知补正" in said and "0001" in said


def test_what_is_left_needs_a_reason_which_stands_on_the_sheet(ws: Workspace) -> None:
    served(ws, prints=False)
    before = ws.journal.head
    with pytest.raises(BadInput) as refused:
        day_close.close(ws, {"queued": "  "}, unfinished=1)
    assert (refused.value.code, refused.value.field) == ("day_not_clear", "queued")
    with pytest.raises(BadInput) as refused:
        day_close.close(ws, {"queued": "打印机没有纸"}, unfinished=1)
    assert refused.value.field == "parked" and ws.journal.head == before
    day_close.close(ws, {"queued": "打印机没有纸", "parked": "明早接着办"}, unfinished=1)
    (body,) = closed_facts(ws)
    assert [(one.kind, one.count, one.reason) for one in body.left] == [
        ("queued", 2, "打印机没有纸"), ("parked", 1, "明早接着办"),
    ]  # fmt: skip


def test_an_unsent_record_is_left_only_where_there_is_a_centre(ws: Workspace) -> None:
    served(ws)
    assert [one.kind for one in day_close.look(ws).left] == []
    online = structs.replace(ws.config, centre=structs.replace(ws.config.centre, enabled=True))
    object.__setattr__(ws, "config", online)
    assert [one.kind for one in day_close.look(ws).left] == ["unsent"]


def test_yesterday_is_closed_today_for_yesterdays_date(ws: Workspace, clock: FixedClock) -> None:
    served(ws)
    day_close.close(ws, {})
    papers.deliver_pending(ws)
    first = ws.journal.head.seq + 1
    clock.day = TUESDAY
    served(ws)
    last = ws.journal.head.seq
    clock.day = WEDNESDAY
    assert day_close.forgotten(ws) == [TUESDAY]
    served(ws)
    assert day_close.look(ws).runs == (Run(TUESDAY, first, last), Run(WEDNESDAY, last + 1, ws.journal.head.seq))
    made = day_close.close(ws, {})
    bodies = closed_facts(ws)[1:]
    assert [one.day for one in made] == [body.day for body in bodies] == [TUESDAY, WEDNESDAY]
    assert [body.closed_on for body in bodies] == [WEDNESDAY, WEDNESDAY]
    assert [body.figures.served for body in bodies] == [1, 1]
    papers.deliver_pending(ws)
    assert "补结" in read_text(papers.rebuild(ws, made[0].paper_id).pdf)
    assert "补结" not in read_text(papers.rebuild(ws, made[1].paper_id).pdf)


def test_the_first_days_of_a_window_get_their_sheets_too(ws: Workspace, clock: FixedClock) -> None:
    served(ws)
    clock.day = TUESDAY
    assert day_close.forgotten(ws) == [MONDAY]
    served(ws)
    assert day_close.forgotten(ws) == [MONDAY], "also when the next day has begun"
    made = day_close.close(ws, {})
    assert [one.day for one in made] == [MONDAY, TUESDAY] and day_close.open_runs(ws) == []
    assert [body.figures.served for body in closed_facts(ws)] == [1, 1]


def test_of_a_journal_older_than_the_close_of_the_day_the_last_day_alone_is_open(
    ws: Workspace, clock: FixedClock
) -> None:
    """A hall that begins to close its days has years behind it that were closed on paper."""
    for clock.day in (MONDAY, TUESDAY, WEDNESDAY):
        served(ws)
    with ws.journal.write() as connection:
        connection.execute(shifts.CLOSED_ON_PAPER)
    assert [run.day for run in day_close.open_runs(ws)] == [WEDNESDAY]
    clock.day = WEDNESDAY + dt.timedelta(days=1)
    served(ws)
    assert [run.day for run in day_close.open_runs(ws)] == [WEDNESDAY, clock.day]


@pytest.mark.parametrize("days", [0, 1])
def test_a_journal_of_one_day_or_none_has_nothing_behind_it(ws: Workspace, days: int) -> None:
    for _ in range(days):
        served(ws)
    with ws.journal.write() as connection:
        connection.execute(shifts.CLOSED_ON_PAPER)
        assert shifts.on_paper_through(connection) == 0
    assert len(day_close.open_runs(ws)) == days


def test_a_clock_that_was_wrong_for_a_while_makes_a_sheet_of_its_own(ws: Workspace, clock: FixedClock) -> None:
    served(ws)
    day_close.close(ws, {})
    papers.deliver_pending(ws)
    served(ws)
    clock.day = dt.date(2031, 1, 1)
    served(ws)
    clock.day = MONDAY
    served(ws)
    made = day_close.close(ws, {})
    assert [one.day for one in made] == [MONDAY, dt.date(2031, 1, 1), MONDAY]
    assert [body.nth for body in closed_facts(ws)] == [1, 2, 1, 3]
    assert [body.figures.served for body in closed_facts(ws)] == [1, 1, 1, 1]


def test_nothing_is_told_twice_and_a_close_opens_no_day(ws: Workspace) -> None:
    served(ws)
    day_close.close(ws, {})
    assert day_close.open_runs(ws) == []
    papers.deliver_pending(ws)
    papers.reprint(ws, cases.paper_named(ws, "SL01-A1-20261102/G1").paper_id)
    assert day_close.open_runs(ws) == []
    shift.pause(ws, "用餐")
    assert day_close.open_runs(ws) == []
    served(ws)
    (one,) = day_close.close(ws, {})
    assert one.number == "SL01-A1-20261102/G2" and one.figures.served == 1


def test_a_sheet_is_made_again_byte_for_byte_and_reprinted_as_such(ws: Workspace, config: Config) -> None:
    served(ws)
    (one,) = day_close.close(ws, {})
    (first,) = papers.deliver_pending(ws)
    printed = Path(first.path).read_bytes()
    assert papers.rebuild(ws, one.paper_id).pdf == printed
    again = papers.reprint(ws, one.paper_id, "存档")
    assert again.nth == 1 and "补打 1" in read_text(Path(again.path).read_bytes())
    assert papers.reprint(ws, one.paper_id).nth == 2
    rows = [tuple(row) for row in ws.journal.read().execute("SELECT * FROM paper ORDER BY paper_id")]
    ws.journal.rebuild()
    assert [tuple(row) for row in ws.journal.read().execute("SELECT * FROM paper ORDER BY paper_id")] == rows
    ws.journal.verify()


def test_the_command_in_the_foot_of_a_sheet_makes_it_again_as_it_stands_there(
    ws: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served(ws)
    day_close.close(ws, {})
    (first,) = papers.deliver_pending(ws)
    printed = Path(first.path).read_bytes()
    found = re.search(r"clerk (paper rebuild \S+)", read_text(printed))
    assert found is not None
    monkeypatch.setattr("clerk_tui.cli.console.Session.workspace", lambda session: nullcontext(ws))
    folder = tmp_path / "somewhere"
    folder.mkdir()
    monkeypatch.chdir(folder)
    assert main(found[1].split()) == 0
    assert [each.read_bytes() for each in folder.iterdir()] == [printed]


def test_a_paper_whose_fate_nobody_knows_is_left_until_somebody_looks(ws: Workspace) -> None:
    served(ws, prints=False)
    with ws.journal.write() as connection:
        connection.execute("UPDATE print_job SET state = 'unknown'")
    (one,) = day_close.look(ws).left
    assert one.kind == "unknown" and [name[-3:] for name in one.names] == ["/S1", "/B1"]
    for job in print_queue.unknown_papers(ws):
        print_queue.settle(ws, job, printed=True)
    assert day_close.look(ws).left == ()


def test_walk_ins_that_an_earlier_run_left_are_counted_from_their_file(ws: Workspace) -> None:
    from clerk_tui.services.kept_drafts import KeptDrafts

    served(ws)
    kept = KeptDrafts(ws)
    kept.want([restaurant(ws)])
    kept.write()
    assert [(one.kind, one.count) for one in day_close.look(ws).left] == [("parked", 1)]
    assert day_close.look(ws, unfinished=0).left == ()


def test_the_pause_ends_with_the_day_and_outlives_a_restart(
    ws: Workspace, config: Config, clock: FixedClock, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with pytest.raises(BadInput):
        shift.pause(ws, " ")
    told = shift.pause(ws, "取材料")
    again = open_workspace(config, clock, cache_dir=tmp_path_factory.getbasetemp() / "catalogue-cache")
    assert shift.paused(again) == told and shift.window_state(again) == ("paused", "取材料")
    again.close()
    clock.day = TUESDAY
    assert shift.paused(ws) is None
    clock.day = MONDAY
    shift.resume(ws)
    assert shift.paused(ws) is None and shift.window_state(ws) == ("open", "")
    served(ws)
    day_close.close(ws, {})
    assert shift.window_state(ws) == ("closed", "")
    papers.deliver_pending(ws)
    served(ws)
    assert shift.window_state(ws) == ("open", ""), "somebody came after the close"
    (body,) = closed_facts(ws)
    assert body.figures.pauses == 1
