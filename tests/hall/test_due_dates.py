"""Rules of time that hold for every matter of the sample hall, whenever it is received and however it is completed."""

from __future__ import annotations

import datetime as dt
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from hall import facts as f
from hall.calendar import WorkCalendar, receipt_clock_start
from hall.case import Case
from hall.catalogue.load import load_catalogue
from hall.catalogue.model import Limit, Limits, Matter
from hall.deadlines import case_clock, due, latest_promise, notice_due, receipt_start, tolerance_open
from hall.fold import fold
from tests.builders import facts, matter, received

CATALOGUE = Path(__file__).parents[2] / "catalogue"
CALENDAR = WorkCalendar.default()
DAY = dt.timedelta(days=1)
RECEIPTS = [dt.date(2026, 1, 5) + n * 11 * DAY for n in range(26)] + [dt.date(2026, 2, 13), dt.date(2026, 9, 30)]
"""All weekdays, before Spring Festival and the October holidays too."""
LATER = (0, 1, 2, 3, 5, 9, 21, 60)
"""Days after the notice on which the last of it came in."""
ON_RECEIPT = Limits(
    promised=Limit(days=2, starts="received"), statutory=Limit(days=7, unit="calendar_day", starts="received")
)


@cache
def matters() -> tuple[Matter, ...]:
    files = {path.relative_to(CATALOGUE).as_posix(): path.read_bytes() for path in CATALOGUE.rglob("*.toml")}
    return load_catalogue(files).matters


def clock_day(day: dt.date) -> dt.date:
    return receipt_clock_start(day, CALENDAR, weekend_rule="next_workday")


def completed(limits: Limits, start: dt.date, complete: dt.date, *, noticed: bool) -> tuple[Case, f.Due]:
    """A case received on ``start`` and accepted on ``complete``, with the dates that its paper says."""
    begun = received(matter=matter(limits=limits), received=start, clock_from=clock_day(start))
    notice = f.CaseNoticed(gaps=(), respond_by=complete, article="")
    before = fold(facts(begun, *([notice] if noticed else [])))
    assert before is not None
    counted = clock_day(complete)
    printed = due(limits, receipt_start(before, counted), counted, CALENDAR)
    body = f.CaseAccepted(accepted=complete, due=printed, article="", counted_from=counted)
    case = fold(facts(begun, *([notice] if noticed else []), body))
    assert case is not None
    return case, printed


def completions(start: dt.date, *, noticed: bool) -> list[dt.date]:
    last = notice_due(clock_day(start), CALENDAR).day
    days = [start + n * DAY for n in LATER]
    return days if noticed else [day for day in days if day <= last]


@pytest.mark.parametrize("noticed", [False, True], ids=["decided", "noticed"])
def test_no_date_of_an_acceptance_lies_before_it_and_none_promised_after_the_laws(noticed: bool) -> None:
    for limits in {each.limits for each in matters()}:
        for start in RECEIPTS:
            for complete in completions(start, noticed=noticed):
                case, printed = completed(limits, start, complete, noticed=noticed)
                where = (limits, start, complete)
                assert printed.promised is not None and printed.promised >= complete, where
                assert printed.statutory is None or printed.statutory >= printed.promised, where
                clock = case_clock(case, CALENDAR, complete)
                assert (clock.promised, clock.statutory) == (printed.promised, printed.statutory), where
                assert clock.left is not None and clock.left >= 0, where


@pytest.mark.parametrize("noticed", [False, True], ids=["decided", "noticed"])
def test_who_completes_later_is_never_answered_earlier(noticed: bool) -> None:
    for limits in {each.limits for each in matters()}:
        for start in RECEIPTS:
            dates = [completed(limits, start, day, noticed=noticed)[1] for day in completions(start, noticed=noticed)]
            for earlier, later in pairwise(dates):
                assert earlier.promised and later.promised and earlier.promised <= later.promised
                assert not earlier.statutory or not later.statutory or earlier.statutory <= later.statutory


def test_after_a_notice_there_is_a_day_left_to_promise() -> None:
    for each in matters():
        if tolerance_open(each.tolerance, each.limits):
            for start in RECEIPTS:
                for complete in completions(start, noticed=True):
                    counted = clock_day(complete)
                    assert latest_promise(each.limits, counted, counted, CALENDAR) >= complete


def test_the_time_that_the_applicant_took_is_not_counted_against_the_hall() -> None:
    """建筑工程施工许可管理办法 art. 5: 审批时间自证明文件补正齐全后相应顺延."""
    case, printed = completed(ON_RECEIPT, dt.date(2026, 11, 2), dt.date(2026, 11, 23), noticed=True)
    assert (printed.promised, printed.statutory) == (dt.date(2026, 11, 25), dt.date(2026, 11, 30))
    assert case_clock(case, CALENDAR, dt.date(2026, 11, 23)).left == 2


def test_the_time_that_the_hall_took_to_look_is() -> None:
    """建筑法 art. 8: 自收到申请之日起七日内."""
    _case, printed = completed(ON_RECEIPT, dt.date(2026, 11, 2), dt.date(2026, 11, 4), noticed=False)
    assert (printed.promised, printed.statutory) == (dt.date(2026, 11, 4), dt.date(2026, 11, 9))


def test_a_limit_from_receipt_that_ran_out_meanwhile_is_for_the_day_of_acceptance() -> None:
    """The five working days of art. 32(4) may be longer than a limit of seven days with holidays in it."""
    accepted = dt.date(2026, 10, 13)
    _case, printed = completed(ON_RECEIPT, dt.date(2026, 9, 30), accepted, noticed=False)
    assert (printed.promised, printed.statutory) == (accepted, accepted)
