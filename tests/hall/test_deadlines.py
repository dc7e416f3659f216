"""The law's clock (domain.md §5, §9a)."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from hall import facts as f
from hall.calendar import WorkCalendar
from hall.case import Case
from hall.catalogue.model import Limit, Limits
from hall.deadlines import Light, awaits_calendar, case_clock, due, is_deemed_accepted, latest_promise, notice_due
from hall.fold import fold
from tests.builders import DAY, facts, matter, received

CALENDAR = WorkCalendar.default()
D = dt.date


def accepted(*more: f.FactBody, limits: Limits | None = None) -> Case:
    limits = limits or Limits(promised=Limit(days=5), statutory=Limit(days=20))
    body = f.CaseAccepted(accepted=DAY, due=due(limits, DAY, DAY, CALENDAR), article="")
    case = fold(facts(received(matter=matter(limits=limits)), body, *more))
    assert case is not None
    return case


def test_the_five_day_rule_counts_the_make_up_sunday() -> None:
    """Received on Friday 2026-09-18: Sunday 09-20 is worked, so the last day for a notice is Thursday 09-24."""
    assert notice_due(DAY, CALENDAR).day == D(2026, 9, 24)
    case = fold(facts(received()))
    assert case is not None
    assert not is_deemed_accepted(case, CALENDAR, D(2026, 9, 24))
    assert is_deemed_accepted(case, CALENDAR, D(2026, 9, 25))


def test_a_last_day_counted_without_the_years_days_off_accepts_nothing() -> None:
    """A fact cannot be counted again when the notice of holidays is there (domain.md §9a.12)."""
    day = D(2027, 2, 3)
    case = fold(facts(received(received=day, clock_from=day)))
    assert case is not None
    guessed = notice_due(day, CALENDAR)
    assert guessed.provisional
    late = guessed.day + dt.timedelta(days=1)
    assert not is_deemed_accepted(case, CALENDAR, late)
    assert awaits_calendar(case, CALENDAR, late) and not awaits_calendar(case, CALENDAR, guessed.day)
    known = WorkCalendar.from_mapping({2027: {"off": ["01-01"], "work": []}}, base=CALENDAR)
    assert is_deemed_accepted(case, known, late) and not awaits_calendar(case, known, late)


def test_a_case_that_got_an_answer_is_never_deemed_accepted() -> None:
    notice = f.CaseNoticed(gaps=(), respond_by=D(2026, 10, 30), article="")
    case = fold(facts(received(), notice))
    assert case is not None
    assert not is_deemed_accepted(case, CALENDAR, D(2027, 1, 1))


def test_a_limit_from_receipt_does_not_wait_for_acceptance() -> None:
    limits = Limits(promised=Limit(days=1), statutory=Limit(days=7, starts="received"))
    dates = due(limits, D(2026, 11, 2), D(2026, 11, 9), CALENDAR)
    assert (dates.promised, dates.statutory) == (D(2026, 11, 10), D(2026, 11, 11))


def test_nothing_is_promised_past_the_laws_limit() -> None:
    """domain.md §9a.11, where the two count from different days."""
    limits = Limits(promised=Limit(days=3), statutory=Limit(days=7, starts="received"))
    dates = due(limits, D(2026, 11, 2), D(2026, 11, 9), CALENDAR)
    assert dates.promised == dates.statutory == D(2026, 11, 11)


def test_on_the_spot_is_due_the_same_day() -> None:
    assert due(Limits(promised=Limit(unit="on_the_spot")), DAY, DAY, CALENDAR).promised == DAY


def test_a_deadline_in_a_year_without_calendar_is_provisional() -> None:
    dates = due(Limits(promised=Limit(days=20)), D(2026, 12, 25), D(2026, 12, 25), CALENDAR)
    assert dates.provisional
    loaded = CALENDAR.merged(WorkCalendar.from_mapping({"2027": {"off": ["2027-01-01"], "work": []}}))
    assert not due(Limits(promised=Limit(days=20)), D(2026, 12, 25), D(2026, 12, 25), loaded).provisional


def test_a_promise_may_run_to_the_promised_limit_and_no_further() -> None:
    assert latest_promise(Limits(promised=Limit(days=5)), DAY, DAY, CALENDAR) == D(2026, 9, 24)


def test_a_pause_moves_both_dates_and_overlaps_count_once() -> None:
    told = f.PaperIssued(paper_id="p", kind="procedure", number="T1", day=DAY)
    hearing = f.ProcedureStarted(name="听证", starts=D(2026, 9, 21), notice_paper="p", days=2)
    review = f.ProcedureStarted(name="评审", starts=D(2026, 9, 22), notice_paper="p", days=2)
    ends = (f.ProcedureEnded(name="听证", ends=D(2026, 9, 22)), f.ProcedureEnded(name="评审", ends=D(2026, 9, 23)))
    plain = case_clock(accepted(), CALENDAR, D(2026, 9, 28))
    paused = case_clock(accepted(told, hearing, review, *ends), CALENDAR, D(2026, 9, 28))
    assert plain.promised == D(2026, 9, 24)
    assert paused.promised == CALENDAR.add_workdays(D(2026, 9, 24), 3).day
    assert not paused.paused


def test_a_running_pause_holds_the_clock() -> None:
    hearing = f.ProcedureStarted(name="听证", starts=D(2026, 9, 21), notice_paper="p", days=2)
    told = f.PaperIssued(paper_id="p", kind="procedure", number="T1", day=DAY)
    clock = case_clock(accepted(told, hearing), CALENDAR, D(2026, 10, 20))
    assert clock.paused
    assert clock.light is not Light.RED


def test_an_extension_moves_the_dates() -> None:
    extend = f.LimitExtended(days=10, approver="局长", reason="复杂", day=D(2026, 9, 22))
    clock = case_clock(accepted(extend), CALENDAR, D(2026, 9, 22))
    assert clock.statutory == CALENDAR.add_workdays(DAY, 30).day


def test_a_limit_in_calendar_days_is_extended_by_working_days_after_its_last_day() -> None:
    """行政许可法 art. 42, 82; thirty days end on Sunday 10-18, so on Monday, which an applicant can count from."""
    limits = Limits(promised=Limit(days=5), statutory=Limit(days=30, unit="calendar_day"))
    assert accepted(limits=limits).due.statutory == D(2026, 10, 19)
    extend = f.LimitExtended(days=5, approver="局长", reason="复杂", day=D(2026, 9, 22))
    assert case_clock(accepted(extend, limits=limits), CALENDAR, D(2026, 9, 22)).statutory == D(2026, 10, 26)


def test_a_procedure_within_the_extension_moves_its_last_day() -> None:
    limits = Limits(promised=Limit(days=5), statutory=Limit(days=30, unit="calendar_day"))
    extend = f.LimitExtended(days=5, approver="局长", reason="复杂", day=D(2026, 9, 22))
    told = f.PaperIssued(paper_id="p", kind="procedure", number="T1", day=DAY)
    hearing = f.ProcedureStarted(name="听证", starts=D(2026, 10, 21), notice_paper="p", days=2)
    ended = f.ProcedureEnded(name="听证", ends=D(2026, 10, 22))
    clock = case_clock(accepted(extend, told, hearing, ended, limits=limits), CALENDAR, D(2026, 10, 23))
    assert clock.statutory == D(2026, 10, 28)


@pytest.mark.parametrize(
    ("today", "light"),
    [
        (D(2026, 9, 20), Light.GREEN),
        (D(2026, 9, 23), Light.YELLOW),
        (D(2026, 9, 24), Light.YELLOW),
        (D(2026, 9, 28), Light.RED),
        (D(2026, 12, 1), Light.DARK_RED),
    ],
)
def test_the_light_follows_what_is_left(today: dt.date, light: Light) -> None:
    assert case_clock(accepted(), CALENDAR, today).light is light


def test_a_decided_case_shows_no_light() -> None:
    decided = accepted(f.CaseDecided(granted=True, day=D(2026, 9, 22)))
    assert case_clock(decided, CALENDAR, D(2026, 12, 1)).light is Light.NONE


def test_a_known_promised_date_is_not_called_provisional_with_the_statutory_one() -> None:
    limits = Limits(promised=Limit(days=5), statutory=Limit(days=30))
    dates = due(limits, D(2026, 12, 1), D(2026, 12, 1), CALENDAR)
    assert (dates.promised, dates.provisional) == (D(2026, 12, 8), True)
    assert (dates.promised_provisional, dates.statutory_provisional) == (False, True)
    both = due(limits, D(2026, 12, 28), D(2026, 12, 28), CALENDAR)
    assert (both.promised_provisional, both.statutory_provisional) == (True, True)


def test_dates_of_a_fact_from_before_are_both_taken_for_provisional() -> None:
    old = msgspec.json.decode(b'{"promised":"2026-12-08","statutory":"2027-01-13","provisional":true}', type=f.Due)
    assert (old.promised_provisional, old.statutory_provisional) == (True, True)
    assert msgspec.json.decode(msgspec.json.encode(f.Due(promised=DAY))) == {"promised": DAY.isoformat()}


def test_a_noticed_cases_clock_says_that_its_day_is_provisional() -> None:
    for provisional in (False, True):
        notice = f.CaseNoticed(gaps=(), respond_by=D(2027, 1, 13), article="", provisional=provisional)
        case = fold(facts(received(), notice))
        assert case is not None
        clock = case_clock(case, CALENDAR, D(2026, 12, 20))
        assert (clock.respond_by, clock.provisional) == (D(2027, 1, 13), provisional)
