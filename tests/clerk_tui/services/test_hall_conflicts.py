"""What two windows did that cannot both stand is seen at every window of the hall, and settled at any."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from central.decide import NewConflict
from central.store import conflicts
from clerk_tui.services import aside, cases, ending, hall_conflicts, handing, intake, proceedings, supplement
from clerk_tui.services.hall_conflicts import HallConflict
from clerk_tui.services.workspace import Workspace
from clerk_tui.store.journal import Entry
from clerk_tui.sync import oversight
from clerk_tui.sync.token import token_path, write_token
from hall import facts
from hall.chain import Sealed
from hall.disputes import SIDED, VERIFIED
from hall.errors import BadInput, HallError
from hall.facts import FactBody
from hall.roles import Actor, Forbidden, Role
from hall.ticketing import TicketCalled, TicketFinished, TicketIssued, TicketStarted
from hall.verdict import Outcome
from tests.central.inline import inline
from tests.clerk_tui.clerks import Staff
from tests.clerk_tui.conftest import FixedClock
from tests.clerk_tui.hall_rig import Hall, Window
from tests.clerk_tui.services.test_hall_cases import moving
from tests.clerk_tui.services.test_proceedings import charged, fee
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
    assert hall_conflicts.told(third.ws) == [], "what was settled here is not asked again until the centre has heard it"
    everybody(third, first)
    assert hall_conflicts.told(third.ws) == [] and hall_conflicts.known(third.ws) == []
    assert hall.case(received.case_id).disputes == ()


def test_both_values_of_a_form_that_two_windows_filled_in_are_told_masked_and_in_full_for_a_reason(hall: Hall) -> None:
    first, second = opened(hall, "A1"), opened(hall, "B1")
    reference = moving(first)
    everybody(first, second)
    for window, address in ((first, "示例市甲路1号"), (second, "示例市乙路2号")):
        draft = supplement.open_supplement(window.ws, reference)
        draft.fields = {"to_address": address}
        supplement.submit(window.ws, draft, Outcome.NOTICED)
    everybody(first, second, first)
    (told,) = (each for each in hall_conflicts.told(first.ws) if each.kind == "same_field")
    (value,) = told.values
    assert (value.name, value.masked()) == ("拟迁入地址", ("示例市****", "示例市****"))
    (own,) = (item for item in aside.worklist(second.ws) if "拟迁入地址" in item.reason)
    assert aside.sides(second.ws, own.seq).values == told.values
    asked = (f"fields.{value.code}", value.key)
    for window in (first, second):
        whole = cases.show_personal(window.ws, reference, asked, "核对哪一个对")
        assert [whole[key] for key in asked] == ["示例市甲路1号", "示例市乙路2号"]
    assert all("乙路" not in sealed.public.decode() for sealed in sealed_of(second.ws))
    hall_conflicts.settle(first.ws, told, "first")
    everybody(first, second)
    assert cases.get(second.ws, reference).case.disputes == ()


def sealed_of(ws: Workspace) -> list[Sealed]:
    return [sealed for seq in range(1, ws.journal.head.seq + 1) if (sealed := ws.journal.sealed(seq)) is not None]


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
        assert (told.first, told.second, told.choices) == ("1号窗口", "2号窗口", ("first", "second", "both"))
        assert told.still_to_do("second") == "", "a ticket is no case to be opened"
    hall_conflicts.settle(first.ws, told, "second", "1号窗口点错了号")
    everybody(first)
    assert aside.worklist(first.ws) == [] and hall_conflicts.told(second.ws) == []


def test_of_very_many_the_oldest_are_told_with_how_many_more_there_are_and_each_is_found(hall: Hall) -> None:
    window = opened(hall, "A1")
    many = oversight.MOST + 7
    rows = [
        NewConflict(conflict_id=f"w/{n}", case_id=f"c{n}", kind="conflict", reason="x", seq=n, actor="0001")
        for n in range(1, many + 1)
    ]
    inline(hall.store.transact(lambda db: conflicts.add(db, "SL01", "Z9", rows, 1)))
    told, more = hall_conflicts.told_and_more(window.ws)
    assert (len(told), more) == (oversight.MOST, 7)
    every, left = hall_conflicts.told_and_more(window.ws, all_of_them=True)
    assert ({each.id for each in every}, left) == ({row.conflict_id for row in rows}, 0)


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


def test_a_step_that_the_case_bars_by_now_is_told_in_words_and_cannot_be_chosen(hall: Hall) -> None:
    first, second, third = (opened(hall, code) for code in ("A1", "B1", "C1"))
    reference = intake.submit(first.ws, restaurant(first.ws)).reference
    everybody(first, second, third)
    proceedings.decide(second.ws, reference, granted=True)
    ending.withdraw(first.ws, reference)
    everybody(second, first, third)
    (own,) = [item for item in aside.worklist(first.ws) if item.type == "case.closed"]
    both = aside.sides(first.ws, own.seq)
    assert both.first.startswith("已决定") and both.second.startswith("申请人撤回")
    assert both.barred == "办件已是“已决定”"
    told = next(each for each in hall_conflicts.told(third.ws) if each.kind in SIDED)
    assert (told.first, told.second, told.barred) == (both.first, both.second, both.barred)
    assert told.choices == ("first",)
    heads = first.ws.journal.head, third.ws.journal.head
    with pytest.raises(BadInput) as at_own:
        aside.settle(first.ws, own.seq, "second")
    with pytest.raises(BadInput) as elsewhere:
        hall_conflicts.settle(third.ws, told, "second")
    assert at_own.value.code == elsewhere.value.code == "cannot_be_done"
    assert (first.ws.journal.head, third.ws.journal.head) == heads


def test_where_the_second_is_to_stand_it_is_done_anew_and_has_its_effect(hall: Hall) -> None:
    first, second = opened(hall, "A1"), opened(hall, "B1")
    reference = charged(first.ws)
    everybody(first, second)
    more = facts.Charge(name="工本费", fen=3000, basis="发改价格〔2003〕2322号")
    handing.demand_fee(first.ws, reference, **fee())
    handing.demand_fee(second.ws, reference, **fee(charges=(more,)))
    everybody(first, second)
    told = next(each for each in hall_conflicts.told(first.ws) if each.kind == "needs_review")
    assert told.choices == ("first", "second") and told.still_to_do("second") == told.case_id
    (own,) = [item for item in aside.worklist(second.ws) if item.type == "fee.demanded"]
    assert not aside.sides(second.ws, own.seq).barred
    aside.settle(second.ws, own.seq, "second", "按新标准")
    handing.demand_fee(second.ws, reference, **fee(charges=(more,)))
    everybody(second)
    case = hall.case(told.case_id)
    assert case.fee is not None and [charge.fen for charge in case.fee.charges] == [3000]
    assert case.disputes == ()


def test_a_case_found_to_be_recorded_twice_says_so_and_is_listed_until_it_is_withdrawn(hall: Hall) -> None:
    first, second = opened(hall, "A1"), opened(hall, "B1")
    references = []
    for window in (first, second):
        references.append(intake.submit(window.ws, restaurant(window.ws)).reference)
        everybody(window)
    everybody(first)
    earlier, later = references
    (pair,) = hall_conflicts.told(first.ws)
    hall_conflicts.settle(first.ws, pair, "second", "同一家店")
    everybody(first, second, first)
    texts = {each: cases.get(second.ws, each).case.timeline[-1].text for each in references}
    assert texts == {
        earlier: f"冲突处理：定为重复办理，以{later}为准，本件照实撤回：同一家店",
        later: f"冲突处理：定为重复办理，以本件为准，{earlier}照实撤回：同一家店",
    }
    for window in (first, second):
        (left,) = hall_conflicts.told(window.ws)
        assert (left.kind, left.reference, left.choices) == ("to_withdraw", earlier, ())
        assert hall_conflicts.known(window.ws) == [left]
        assert cases.get(window.ws, earlier).flags == ("to_withdraw",)
    ending.withdraw(first.ws, earlier)
    everybody(first, second)
    assert hall_conflicts.told(first.ws) == hall_conflicts.told(second.ws) == []


def test_what_this_window_did_since_is_never_told_as_what_the_other_did_first(hall: Hall) -> None:
    first, second = opened(hall, "A1"), opened(hall, "B1")
    reference = charged(first.ws)
    everybody(first, second)
    more = facts.Charge(name="工本费", fen=3000, basis="发改价格〔2003〕2322号")
    handing.demand_fee(first.ws, reference, **fee())
    handing.demand_fee(second.ws, reference, **fee(charges=(more,)))
    proceedings.decide(second.ws, reference, granted=True)
    everybody(first, second, first)
    (own,) = [item for item in aside.worklist(second.ws) if item.type == "fee.demanded"]
    at_own = aside.sides(second.ws, own.seq)
    elsewhere = next(each for each in hall_conflicts.told(first.ws) if each.kind == "needs_review")
    for told in (at_own, elsewhere):
        assert told.first.endswith("：告知缴费，共1项") and told.second == "告知缴费，共1项" and told.first_at
    assert elsewhere.first_window == "A1"


def test_of_a_pair_both_are_told_and_only_what_can_be_withdrawn_can_give_way(hall: Hall) -> None:
    first, second = opened(hall, "A1"), opened(hall, "B1")
    references = []
    for window in (first, second):
        references.append(intake.submit(window.ws, restaurant(window.ws)).reference)
        everybody(window)
    everybody(first)
    (pair,) = hall_conflicts.told(first.ws)
    assert [row.reference for row in pair.sides] == references
    assert pair.choices == ("both", "first", "second")
    assert pair.still_to_do("first") == pair.sides[1].case_id
    proceedings.decide(second.ws, references[1], granted=True)
    everybody(second, first)
    (pair,) = hall_conflicts.told(first.ws)
    assert pair.choices == ("both", "second"), "what is decided is not withdrawn"


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


def test_what_one_person_wrote_in_one_go_is_one_doubt_and_is_verified_at_once(hall: Hall) -> None:
    first, second = opened(hall, "A1"), opened(hall, "B1")
    received = intake.submit(first.ws, restaurant(first.ws))
    everybody(first, second)
    of_case = [fact.header for fact in first.ws.journal.facts_of(received.case_id)]
    why = "写这条记录时工号0001可能已停用，等负责人核实"
    new = [
        NewConflict(
            conflict_id=each.event_id,
            kind="right_in_doubt",
            case_id=received.case_id,
            seq=each.seq,
            actor=each.actor,
            reason=why,
        )
        for each in of_case
    ]
    assert len(new) > 1
    inline(hall.store.transact(lambda db: conflicts.add(db, "SL01", "A1", new, 1)))
    doubts = [each for each in hall_conflicts.told(second.ws) if each.is_doubt]
    (one,) = doubts
    assert [one.id, *one.also] == [each.event_id for each in of_case]
    hall_conflicts.verify(second.ws, one, "已核对")
    assert hall_conflicts.told(second.ws) == []
    everybody(second)
    assert hall_conflicts.told(first.ws) == []


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
