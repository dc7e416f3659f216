"""R14: clocks wrong by years, jumping, on a leap day: order and cases are as if they were right."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec import structs

from clerk_tui.store.journal import Entry, Journal, open_journal
from hall import facts as f
from hall.case import Case
from hall.fold import fold
from hall.ids import uuid7
from tests.builders import DAY, received
from tests.journals import StillClock
from tests.simulator.examine import examine
from tests.simulator.plan import Plan, Step, Weather
from tests.simulator.world import World

LEAP = int(dt.datetime(2028, 2, 29, 23, 59, 59, tzinfo=dt.UTC).timestamp() * 1000)
READINGS = st.lists(st.integers(0, 4_102_444_800_000), min_size=5, max_size=5)
BODIES: tuple[f.FactBody, ...] = (
    received(reference="SL01-B9-00001-X"),
    f.CaseAccepted(accepted=DAY, due=f.Due(promised=DAY), article="第五项"),
    f.NoteAdded(text="备注"),
    f.CaseDecided(granted=True, day=DAY),
    f.ResultDelivered(how="collected", day=DAY),
)


def journal_with(folder: Path, readings: list[int]) -> Journal:
    """The same work, done at a counter whose clock reads this."""
    clock = StillClock()
    journal = open_journal(folder / "A1.db", device_code="A1", clock=clock)
    for place, (reading, body) in enumerate(zip(readings, BODIES, strict=True)):
        clock.ms = reading
        event = uuid7(reading, place.to_bytes(10, "big"))
        journal.commit([Entry(event_id=event, subject="case-1", body=body, actor="0001", day=DAY)])
    return journal


def timeless(case: Case | None) -> object:
    """A case without the readings of the clock."""
    assert case is not None
    return [(line.type, line.misfit) for line in case.timeline], case.state, case.due, case.received, case.version


@given(READINGS)
@example([LEAP, LEAP + 1000, LEAP - 86_400_000, 0, 4_102_444_800_000])
@settings(max_examples=25)
def test_no_reading_of_a_clock_changes_order_or_case(readings: list[int]) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        journal = journal_with(folder, readings)
        assert journal.verify().facts == len(BODIES)
        facts = journal.facts_of("case-1")
        assert [fact.header.at_ms for fact in facts] == readings, "the reading itself is kept as it was"
        journal.rebuild()
        steady = [structs.replace(each, header=structs.replace(each.header, at_ms=at)) for at, each in enumerate(facts)]
        assert timeless(fold(facts)) == timeless(fold(steady))
        state = journal.read().execute("SELECT state FROM case_view").fetchone()[0]
        assert state == "delivered"
        journal.close()
    finally:
        shutil.rmtree(folder)


@given(st.lists(st.integers(-9 * 365, 9 * 365), min_size=3, max_size=3), st.integers(0, 1_000))
@settings(max_examples=10)
def test_counters_years_apart_agree_with_the_centre(days: list[int], seed: int) -> None:
    """Three windows whose clocks are years apart and jump: the simulator's examiner finds nothing."""
    from tests.reliability.disk import watched

    steps = [Step(60.0 * turn, kind, turn % 3) for turn in range(1, 25) for kind in ("action", "jump", "sync")]
    plan = Plan(seed, 3, [day * 86_400_000 for day in days], Weather(), steps)
    with watched() as disk:
        world = World(plan, disk)
        try:
            world.run()
            assert examine(world) == []
        finally:
            world.close()
