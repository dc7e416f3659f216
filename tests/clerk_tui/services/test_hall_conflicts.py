"""What two windows did that cannot both stand is seen at every window of the hall, and settled at any."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from clerk_tui.services import cases, hall_conflicts, intake, proceedings
from clerk_tui.sync import oversight
from clerk_tui.sync.token import token_path, write_token
from hall.errors import HallError
from hall.roles import Actor, Forbidden, Role
from tests.clerk_tui.conftest import FixedClock
from tests.clerk_tui.hall_rig import Hall, Window
from tests.clerk_tui.walkins import restaurant


@pytest.fixture
def hall(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hall]:
    with Hall(tmp_path, tmp_path_factory.getbasetemp() / "catalogue-cache") as hall:
        monkeypatch.setattr(oversight, "open_http", lambda url: hall.http())
        yield hall


def opened(hall: Hall, code: str) -> Window:
    window = hall.open(code)
    write_token(token_path(window.config.store_file, None), window.enrolled.token)
    return window


def everybody(*windows: Window) -> None:
    for window in (*windows, *windows):
        assert window.sync() is None


def test_what_two_others_did_is_seen_and_settled_at_a_third_window(hall: Hall) -> None:
    first, second, third = (opened(hall, code) for code in ("A1", "B1", "C1"))
    received = intake.submit(first.ws, restaurant(first.ws))
    everybody(first, second, third)
    proceedings.decide(second.ws, received.reference, granted=True)
    proceedings.decide(first.ws, received.reference, granted=False, reason="不符合条件")
    everybody(second, first, third)
    assert received.reference in {each.reference for each in hall_conflicts.known(third.ws)}
    told = hall_conflicts.told(third.ws)
    assert told and all(each.reason and each.window == "A1" for each in told)
    assert not [each for each in hall_conflicts.told(first.ws) if each.kind == "conflict"], "in its own list already"
    for each in told:
        hall_conflicts.settle(third.ws, each, "first", "已电话核实")
    everybody(third, first)
    assert hall_conflicts.told(third.ws) == [] and hall_conflicts.known(third.ws) == []
    assert hall.case(received.case_id).disputes == ()


def test_off_line_the_cases_are_known_and_settling_waits(hall: Hall) -> None:
    first, second = opened(hall, "A1"), opened(hall, "B1")
    for window in (first, second):
        intake.submit(window.ws, restaurant(window.ws))
        everybody(window)
    everybody(first, second)
    known = hall_conflicts.known(first.ws)
    assert {each.kind for each in known} == {"candidate_pair"} and len(known) == 2
    head = first.ws.journal.head
    with pytest.raises(HallError) as error:
        hall_conflicts.settle(first.ws, known[0], "both")
    assert error.value.code == "needs_centre" and first.ws.journal.head == head


def test_who_may_not_settle_settles_nothing(hall: Hall) -> None:
    first = opened(hall, "A1")
    first.ws.seat.take(Actor(id="0002", name="李四", roles=frozenset({Role.REVIEWER})))
    conflict = hall_conflicts.HallConflict(id="x", kind="conflict", case_id="c", reference="r")
    with pytest.raises(Forbidden):
        hall_conflicts.settle(first.ws, conflict, "first")


def test_a_case_whose_dates_a_wrong_clock_wrote_shows_both_dates_at_every_window(hall: Hall) -> None:
    wrong = hall.open("A1", FixedClock(dt.date(2090, 1, 4)))
    write_token(token_path(wrong.config.store_file, None), wrong.enrolled.token)
    other = opened(hall, "B1")
    reference = intake.submit(wrong.ws, restaurant(wrong.ws)).reference
    everybody(wrong, other)
    for window in (wrong, other):
        detail = cases.get(window.ws, reference)
        assert "clock_suspect" in detail.flags
        assert {doubt.what for doubt in detail.doubts} >= {"received", "accepted"}
        assert all(doubt.earliest < doubt.written for doubt in detail.doubts)
        assert detail.earliest is not None and detail.earliest.promised is not None
        assert detail.clock.promised is not None and detail.earliest.promised < detail.clock.promised
    assert cases.get(other.ws, reference).elsewhere and not cases.get(wrong.ws, reference).elsewhere
    assert hall_conflicts.known(other.ws) == [], "a doubted clock is no conflict"
