"""What two windows did that cannot both stand is seen at every window of the hall, and settled at any."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from clerk_tui.services import aside, cases, hall_conflicts, intake, proceedings
from clerk_tui.services.hall_conflicts import HallConflict
from clerk_tui.services.workspace import Workspace
from clerk_tui.store.journal import Entry
from clerk_tui.sync import oversight
from clerk_tui.sync.token import token_path, write_token
from hall.disputes import VERIFIED
from hall.errors import BadInput, HallError
from hall.facts import FactBody
from hall.roles import Actor, Forbidden, Role
from hall.ticketing import TicketCalled, TicketFinished, TicketIssued, TicketStarted
from tests.clerk_tui.clerks import Staff
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
        if each.is_doubt:
            hall_conflicts.verify(third.ws, each, "已电话核实")
        else:
            hall_conflicts.settle(third.ws, each, "first", "已电话核实")
    everybody(third, first)
    assert hall_conflicts.told(third.ws) == [] and hall_conflicts.known(third.ws) == []
    assert hall.case(received.case_id).disputes == ()


def test_a_number_that_two_windows_served_is_seen_at_both_and_settled_at_one(hall: Hall) -> None:
    first, second, station = (opened(hall, code) for code in ("A1", "B1", "C1"))
    day, now = first.ws.clock.today(), first.ws.clock.now_ms()

    def write(window: Window, *bodies: FactBody) -> None:
        entries = [
            Entry(event_id=window.ws.new_id(), subject="ticket-1", body=body, actor="0001", day=day) for body in bodies
        ]
        window.ws.journal.commit(entries)

    for at, (window, name) in enumerate(((first, "1"), (second, "2")), 1):
        write(
            window,
            TicketCalled(window=name, at_ms=now + at, clerk="0001"),
            TicketStarted(window=name, at_ms=now + at, clerk="0001"),
            TicketFinished(window=name, at_ms=now + at + 9, clerk="0001", outcomes=("inquiry",)),
        )
    everybody(first, second)
    write(station, TicketIssued(business="综合受理", letter="A", serial=501, day=day, at_ms=now))
    everybody(station)
    for window in (first, second):
        (told,) = hall_conflicts.told(window.ws)
        assert (told.kind, told.reason) == ("served_twice", "A501在1号窗口和2号窗口都办了，请核对")
    hall_conflicts.settle(first.ws, told, "both", "各办了一件，都算数")
    everybody(first)
    assert aside.worklist(first.ws) == [] and hall_conflicts.told(second.ws) == []


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


def doubt(kind: str, actor: str = "0815") -> HallConflict:
    return HallConflict(id="x", kind=kind, case_id="c", reference="r", window="W1", seq=1, actor=actor)


@pytest.mark.parametrize("kind", sorted(VERIFIED))
def test_a_doubt_has_no_sides_and_only_somebody_in_charge_says_what_they_found(ws: Workspace, kind: str) -> None:
    head = ws.journal.head
    with pytest.raises(BadInput) as sides:
        hall_conflicts.settle(ws, doubt(kind), "both")
    assert sides.value.code == "no_sides"
    with pytest.raises(BadInput) as silent:
        hall_conflicts.verify(ws, doubt(kind), "  。")
    assert silent.value.code == "needs_reason"
    with pytest.raises(BadInput):
        hall_conflicts.verify(ws, doubt("conflict"), "已核对")
    ws.seat.take(Actor(id="0815", name="冯春", roles=frozenset({Role.CLERK, Role.REVIEWER})))
    with pytest.raises(Forbidden) as forbidden:
        hall_conflicts.verify(ws, doubt(kind, "0001"), "已核对")
    assert forbidden.value.hint == "请负责人来办"
    assert ws.journal.head == head


def test_nobody_verifies_their_own_doing_where_the_hall_knows_its_clerks_apart(ws: Workspace) -> None:
    ws.seat.take(Actor(id="0900", name="王小明", roles=frozenset({Role.SUPERVISOR})))
    hall_conflicts.require_may_verify(ws, doubt("right_in_doubt", "0900"))
    Staff(ws)
    head = ws.journal.head
    with pytest.raises(Forbidden) as own:
        hall_conflicts.verify(ws, doubt("right_in_doubt", "0900"), "已核对")
    assert own.value.code == "own_doing" and ws.journal.head == head
    hall_conflicts.require_may_verify(ws, doubt("right_in_doubt", "0815"))


def test_what_somebody_in_charge_verified_is_open_nowhere(hall: Hall) -> None:
    first, second = opened(hall, "A1"), opened(hall, "B1")
    received = intake.submit(first.ws, restaurant(first.ws))
    everybody(first, second)
    proceedings.decide(second.ws, received.reference, granted=True)
    proceedings.decide(first.ws, received.reference, granted=False, reason="不符合条件")
    everybody(second, first)
    handed_out = next(each for each in hall_conflicts.told(second.ws) if each.kind == "issued_offline")
    hall_conflicts.verify(second.ws, handed_out, "已收回文书")
    everybody(second)
    assert "issued_offline" not in {each.kind for each in hall_conflicts.told(first.ws)}
    assert hall.case(received.case_id).timeline[-1].text == "冲突处理：负责人已核实：已收回文书"


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
