"""Days that a wrong clock wrote: shown with the earliest they can have been, and limits also counted from that."""

from __future__ import annotations

import datetime as dt

from msgspec import structs

from central.counting import calendar
from hall.clock_doubt import ClockDoubt, flag, in_favour, is_of_clock, read
from hall.deadlines import case_clock
from hall.facts import CaseAccepted, Due
from hall.fold import fold
from tests.builders import DAY, fact, received

EARLIER = DAY - dt.timedelta(days=10)


def test_a_flag_says_which_day_and_what_it_may_have_been() -> None:
    word = flag("case.received", DAY, EARLIER)
    assert is_of_clock(word) and is_of_clock("clock_suspect") and not is_of_clock("needs_review")
    assert read([word, "clock_suspect", "conflict"]) == (ClockDoubt("received", DAY, EARLIER),)


def test_a_flag_of_another_version_says_nothing() -> None:
    assert read(["clock:received:x:y", "clock:a", "clock:received:2026-01-01:2026-13-01", "clock:::"]) == ()


def test_limits_count_from_the_earliest_day_and_never_later_than_written() -> None:
    case = fold([fact(received()), fact(CaseAccepted(accepted=DAY, due=Due(), article=""))])
    assert case is not None
    doubts = [ClockDoubt("received", DAY, EARLIER), ClockDoubt("accepted", DAY, EARLIER)]
    working = calendar()
    told, earliest = (case_clock(each, working, DAY) for each in (case, in_favour(case, doubts)))
    assert told.promised and earliest.promised and earliest.promised < told.promised
    later = [ClockDoubt(doubt.what, DAY, DAY + dt.timedelta(days=9)) for doubt in doubts]
    assert in_favour(case, later) == case
    assert in_favour(structs.replace(case, accepted=None), doubts).accepted is None


def test_so_do_the_limits_of_what_a_supplement_completed() -> None:
    case = fold([fact(received()), fact(CaseAccepted(accepted=DAY, due=Due(), article="", counted_from=DAY))])
    assert case is not None
    assert in_favour(case, [ClockDoubt("accepted", DAY, EARLIER)]).counted_from == EARLIER
    assert in_favour(case, [ClockDoubt("received", DAY, EARLIER)]).counted_from == DAY
