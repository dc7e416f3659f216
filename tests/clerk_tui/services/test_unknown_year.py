"""The five-day rule where nobody knows the year's days off: nothing is written that a calendar would contradict.

2027 is no year of the national calendar yet. Received on 3 February the fifth weekday is the 10th, but that runs
straight through the spring festival.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from clerk_tui.services import cases, intake, replica, supplement, upkeep
from clerk_tui.services.workspace import Workspace
from hall.calendar import WorkCalendar
from hall.deadlines import UNSURE, Light
from hall.errors import Unlawful
from hall.verdict import Outcome
from tests.clerk_tui.conftest import FixedClock
from tests.clerk_tui.services.test_replica import NAME, code_on
from tests.clerk_tui.services.test_replica import there as there  # the window two floors up
from tests.clerk_tui.walkins import COMPANY, MISSING, restaurant

RECEIVED, GUESSED_OVER, OVER = dt.date(2027, 2, 3), dt.date(2027, 2, 12), dt.date(2027, 2, 20)
FESTIVAL = {2027: {"off": ["01-01", "02-05/02-11"], "work": ["2027-02-14"]}}


@pytest.fixture
def received(ws: Workspace, clock: FixedClock) -> str:
    """Taken in before the festival, a material missing."""
    clock.day = RECEIVED
    reference = intake.receive(ws, restaurant(ws, layout=MISSING)).reference
    clock.day = GUESSED_OVER
    return reference


def test_a_last_day_that_was_guessed_accepts_nothing_and_is_told(ws: Workspace, received: str) -> None:
    """行政许可法 art. 32(4); domain.md §9a.12."""
    before = ws.journal.head.seq
    assert upkeep.run(ws) == [] and upkeep.unsure(ws) == [received]
    assert ws.journal.head.seq == before
    detail = cases.get(ws, received)
    assert (detail.case.state, detail.clock.light, detail.clock.provisional) == ("received", Light.RED, True)


def test_the_notice_may_still_be_given_and_the_doubt_is_said(ws: Workspace, received: str) -> None:
    draft = supplement.open_supplement(ws, received)
    assert UNSURE in supplement.preview(ws, draft).warnings.values()
    result = supplement.submit(ws, draft, Outcome.NOTICED)
    assert result.outcome is Outcome.NOTICED and UNSURE in result.field_warnings.values()
    assert upkeep.unsure(ws) == []


def test_once_the_calendar_is_there_the_law_counts_by_it(ws: Workspace, clock: FixedClock, received: str) -> None:
    ws = replace(ws, calendar=WorkCalendar.from_mapping(FESTIVAL, base=WorkCalendar.default()))
    assert upkeep.run(ws) == [] and upkeep.unsure(ws) == [], "five working days are not over yet"
    clock.day = OVER
    draft = supplement.open_supplement(ws, received)
    with pytest.raises(Unlawful):
        supplement.submit(ws, draft, Outcome.NOTICED)
    assert upkeep.run(ws) == [received]
    assert cases.get(ws, received).case.accepted == RECEIVED


def test_post_that_lay_over_a_guessed_last_day_can_still_be_answered(ws: Workspace, clock: FixedClock) -> None:
    clock.day = GUESSED_OVER
    draft = restaurant(ws, layout=MISSING)
    draft.channel, draft.handed_in = "post", RECEIVED
    ready = intake.preview(ws, draft)
    assert not ready.deemed and ready.warnings["handed_in"] == UNSURE
    assert intake.submit(ws, draft).outcome is Outcome.NOTICED


def test_a_receipt_past_a_guessed_last_day_is_gone_on_with_at_another_window(
    ws: Workspace, there: Workspace, received: str
) -> None:
    assert isinstance(there.clock, FixedClock)
    there.clock.day = GUESSED_OVER
    view = replica.open_replica(there, code_on(ws, received, "receipt"))
    draft = replica.to_supplement(there, view, COMPANY, NAME)
    assert UNSURE in supplement.preview(there, draft).warnings.values()
    assert supplement.submit(there, draft, Outcome.NOTICED).outcome is Outcome.NOTICED
