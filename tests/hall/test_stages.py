"""Whose turn it is with a case, how long each side has had it, and when its light turns."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
import pytest

from hall import facts as f
from hall.calendar import WorkCalendar
from hall.case import Case
from hall.catalogue.model import Limit, Limits
from hall.deadlines import LightRule, case_clock, turns
from hall.fold import fold
from hall.stages import Holder, share, until_decided
from hall.verdict import Gap, Tick, TickState
from tests.builders import DAY, PRESENT, fact, matter, received

HOUR = 3_600_000
CALENDAR = WorkCalendar.default()
GAP = Gap(code="id", name="身份证", problem="没有带来", remedy="补交复印件")
NOTICED = f.CaseNoticed(gaps=(GAP,), respond_by=DAY + dt.timedelta(days=30), article="第四项")
ACCEPTED = f.CaseAccepted(accepted=DAY, due=f.Due(), article="第五项")
SUPPLIED = f.CaseSupplemented(ticks={"id": PRESENT}, handed_in=DAY, complete=True)
TOLD = f.PaperIssued(paper_id="p", kind="procedure", number="S-1", day=DAY)
DECIDED = f.CaseDecided(granted=True, day=DAY + dt.timedelta(days=3))


def case(*told: tuple[float, f.FactBody]) -> Case:
    """A case of facts, each at an hour after the first."""
    made = []
    for seq, (hours, body) in enumerate(told, 1):
        header = msgspec.structs.replace(fact(body, seq).header, at_ms=int(hours * HOUR))
        made.append(f.Fact(header=header, body=body))
    found = fold(made)
    assert found is not None
    return found


def hours(one: Any) -> tuple[float, float, float, float]:
    return one.window_ms / HOUR, one.unit_ms / HOUR, one.applicant_ms / HOUR, one.procedure_ms / HOUR


def test_the_window_has_a_case_until_it_is_accepted_and_the_unit_from_then_on() -> None:
    had = share(case((0, received()), (2, ACCEPTED)))
    assert had.holder is Holder.UNIT and had.since_ms == 2 * HOUR
    assert hours(had.at(26 * HOUR)) == (2, 24, 0, 0)


def test_after_a_notice_it_is_the_applicants_turn_and_no_delay_of_the_window() -> None:
    gap = {"form": PRESENT, "id": Tick(TickState.MISSING)}
    told = case((0, received(gap)), (1, NOTICED))
    assert share(told).holder is Holder.APPLICANT
    assert hours(share(told).at(49 * HOUR)) == (1, 0, 48, 0)
    again = case((0, received(gap)), (1, NOTICED), (49, SUPPLIED), (50, ACCEPTED))
    assert share(again).holder is Holder.UNIT
    assert hours(share(again)) == (1, 0, 49, 0)


def test_a_completed_supplement_that_nobody_has_decided_on_is_with_the_window() -> None:
    gap = {"form": PRESENT, "id": Tick(TickState.MISSING)}
    had = share(case((0, received(gap)), (1, NOTICED), (49, SUPPLIED)))
    assert had.holder is Holder.WINDOW and had.since_ms == 49 * HOUR


def test_a_special_procedure_is_nobodys_delay() -> None:
    begun = f.ProcedureStarted(name="听证", starts=DAY, notice_paper="p", days=20)
    ended = f.ProcedureEnded(name="听证", ends=DAY)
    running = case((0, received()), (1, ACCEPTED), (4, TOLD), (5, begun))
    assert share(running).holder is Holder.PROCEDURE
    over = case((0, received()), (1, ACCEPTED), (4, TOLD), (5, begun), (105, ended), (107, DECIDED))
    took = until_decided(over)
    assert took is not None and hours(took) == (1, 6, 0, 100)
    assert share(over).holder is Holder.WINDOW, "the result is handed out by the window"


def test_what_did_not_fit_changes_no_hands_and_clocks_that_disagree_run_never_backwards() -> None:
    late = case((10, received()), (4, ACCEPTED), (12, DECIDED))
    assert hours(share(late)) == (0, 2, 0, 0)
    twice = case((0, received()), (1, ACCEPTED), (2, NOTICED))
    assert twice.timeline[-1].misfit and share(twice).holder is Holder.UNIT


def test_a_case_that_is_over_is_with_nobody() -> None:
    over = case((0, received()), (1, ACCEPTED), (2, DECIDED), (3, f.ResultDelivered(day=DAY, how="collected")))
    had = share(over)
    assert had.holder is Holder.NOBODY
    assert had.at(99 * HOUR) == had, "nobody has it any longer"


LIMITS = [
    Limits(promised=Limit(days=5), statutory=Limit(days=20)),
    Limits(promised=Limit(days=10), statutory=Limit(days=20)),
    Limits(promised=Limit(days=7, unit="calendar_day"), statutory=Limit(days=15)),
    Limits(promised=Limit(days=0, unit="on_the_spot")),
    Limits(promised=Limit(days=20), statutory=Limit(days=20)),
]


@pytest.mark.parametrize("rule", [LightRule(), LightRule(percent=50, days=3), LightRule(percent=0, days=0)])
@pytest.mark.parametrize("limits", LIMITS)
def test_the_light_turns_on_the_days_on_which_the_clock_says_so(limits: Limits, rule: LightRule) -> None:
    began = received(matter=matter(limits=limits))
    for told in (case((0, began)), case((0, began), (1, ACCEPTED)), case((0, began), (1, ACCEPTED), (2, DECIDED))):
        turn = turns(told, CALENDAR, rule)
        for ahead in range(45):
            day = DAY + dt.timedelta(days=ahead)
            assert turn.on(day) == case_clock(told, CALENDAR, day, rule).light, (told.state, day)


def test_the_light_of_a_case_whose_clock_stands_does_not_turn() -> None:
    begun = f.ProcedureStarted(name="听证", starts=DAY + dt.timedelta(days=3), notice_paper="p", days=20)
    told = case((0, received()), (1, ACCEPTED), (2, TOLD), (3, begun))
    turn = turns(told, CALENDAR)
    assert {turn.on(DAY + dt.timedelta(days=ahead)) for ahead in range(3, 60)} == {turn.before}
