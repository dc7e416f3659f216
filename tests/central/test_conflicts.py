"""Two windows that did not know of each other (sync.md §10): both sides are kept, and a person is asked."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from central.clocks import Beginning, learn, written
from central.counting import ZONE
from hall import facts as f
from hall import wire
from hall import wire_oversight as w
from hall.clock_doubt import ClockDoubt, read
from tests.builders import DAY, PRESENT, REFERENCE, received
from tests.central.device import Device
from tests.central.hub import NOW, Hub

WHO = f.Personal(
    applicant=f.Applicant(kind="citizen", name="张三", id_type="resident_id", id_number="110101188001010011")
)
OTHER = f.Personal(
    applicant=f.Applicant(kind="citizen", name="李四", id_type="resident_id", id_number="110101188503120026")
)
ACCEPTED = f.CaseAccepted(accepted=DAY, due=f.Due(), article="第五项")


def open_conflicts(hub: Hub, device: Device) -> list[w.ConflictEntry]:
    answer = hub.http.get("/v1/conflicts", headers=device.headers)
    return msgspec.json.decode(answer.content, type=w.ConflictsReply).conflicts


def flags(hub: Hub) -> dict[str, list[str]]:
    return {change.case_id: change.flags for change in hub.feed().changes}


def two(hub: Hub) -> tuple[Device, Device]:
    return Device(hub, "window-1"), Device(hub, "window-2")


def goes_on(device: Device, other: Device, case_id: str, seen: int) -> None:
    """The window goes on with a case of which it has seen the first facts of another."""
    body = received()
    device.write(
        case_id,
        f.CaseAdopted(
            reference=body.reference,
            origin=other.incarnation,
            seen=seen,
            paper="receipt",
            number="S1",
            issued=DAY,
            matter=body.matter,
            answers={},
            situations=(),
            rows=body.rows,
            ticks=body.ticks,
            state="received",
            received=DAY,
            clock_from=DAY,
        ),
    )


def test_a_step_whose_state_is_gone_is_a_conflict_until_somebody_settles_it(hub: Hub) -> None:
    first, second = two(hub)
    first.write("case-1", received())
    first.write("case-1", ACCEPTED)
    first.drain()
    goes_on(second, first, "case-1", 1)
    second.write("case-1", ACCEPTED)
    second.write("case-1", f.PaperIssued(paper_id="p1", kind="acceptance", number="L1", day=DAY))
    results = second.push().results
    assert [result.status.value for result in results] == ["applied", "conflict", "applied"]
    assert flags(hub) == {"case-1": ["conflict", "issued_offline"]}
    listed = open_conflicts(hub, first)
    assert [(each.kind, each.case_id, each.actor, each.seq) for each in listed] == [
        ("conflict", "case-1", "0001", 2),
        ("issued_offline", "case-1", "0001", 3),
    ]
    assert hub.case("case-1").papers[-1].number == "L1", "a paper in somebody's hands is a fact"
    for each in listed:
        first.write("case-1", f.ConflictSettled(conflict=each.id, stands="first", reason="已电话说明"))
    first.drain(2)
    assert open_conflicts(hub, first) == []
    assert flags(hub) == {"case-1": []}
    assert hub.case("case-1").timeline[-1].text == "冲突处理：以先到的为准：已电话说明"


def test_the_same_person_brought_to_two_windows_is_a_pair_that_a_person_looks_at(hub: Hub) -> None:
    first, second = two(hub)
    for device, name in ((first, "a"), (second, "b")):
        device.write(name, received(), personal=WHO)
        device.drain()
    assert flags(hub) == {"a": ["candidate_pair"], "b": ["candidate_pair"]}
    (pair,) = open_conflicts(hub, first)
    assert {pair.case_id, pair.other} == {"a", "b"}
    assert WHO.applicant is not None
    stored = str(hub.read(lambda db: db.rows("SELECT * FROM claim"))) + str(
        hub.read(lambda db: db.rows("SELECT * FROM conflict"))
    )
    assert WHO.applicant.id_number not in stored and WHO.applicant.name not in stored
    first.write("a", f.ConflictSettled(conflict=pair.id, stands="both"))
    first.drain(1)
    assert flags(hub) == {"a": [], "b": []}


def test_neither_another_person_nor_the_same_window_nor_a_case_that_is_over_makes_a_pair(hub: Hub) -> None:
    first, second = two(hub)
    first.write("a", received(), personal=WHO)
    first.write("a2", received(), personal=WHO)
    first.write("a", f.CaseClosed(how="withdrawn", day=DAY))
    first.drain()
    second.write("b", received(), personal=WHO)
    second.write("c", received(), personal=OTHER)
    second.drain()
    assert not any(flags(hub).values())


def test_the_same_ticket_served_twice_keeps_both_services(hub: Hub) -> None:
    first, second = two(hub)
    for device, name in ((first, "a"), (second, "b")):
        device.write(name, received(ticket="A017"))
        device.drain()
    assert flags(hub) == {"a": ["same_ticket"], "b": ["same_ticket"]}
    assert hub.counts() == {"applied": 2, "cases": 2}


def test_a_number_that_two_cases_have_is_listed_with_both_until_somebody_settles_it(hub: Hub) -> None:
    """Whichever way they come: from two machines, or in one batch of one."""
    first, second = two(hub)
    first.write("a", received(reference="SL01-A1-00009-X"))
    first.write("a", f.NoteAdded(text="备注"))
    first.write("once", received(reference="SL01-A1-00002-X"))
    first.drain()
    assert open_conflicts(hub, first) == []
    second.write("b", received(reference="SL01-A1-00009-X"))
    second.write("c", received(reference="SL01-A1-00003-X"))
    second.write("d", received(reference="SL01-A1-00003-X"))
    assert {result.status for result in second.push().results} == {wire.Status.APPLIED}
    same = ["same_reference"]
    assert flags(hub) == {"a": same, "b": same, "c": same, "d": same, "once": []}
    pairs = {frozenset((each.case_id, each.other)): each for each in open_conflicts(hub, first)}
    assert set(pairs) == {frozenset("ab"), frozenset("cd")}
    assert all(each.reason == "两个办件用了同一个收件编号" for each in pairs.values())
    first.write("a", f.ConflictSettled(conflict=pairs[frozenset("ab")].id, stands="both", reason="已换发编号"))
    first.drain(3)
    assert flags(hub) == {"a": [], "b": [], "c": same, "d": same, "once": []}


def test_going_on_with_a_case_at_a_second_window_is_no_second_case_of_its_number(hub: Hub) -> None:
    first, second = two(hub)
    first.write("case-1", received(reference=REFERENCE))
    goes_on(second, first, "case-1", 1)
    second.drain()
    first.drain()
    assert flags(hub) == {"case-1": []}


def test_money_that_two_windows_ask_differently_stands_as_first_asked_and_freezes_decisions(hub: Hub) -> None:
    first, second = two(hub)

    def fee(fen: int) -> f.FeeDemanded:
        return f.FeeDemanded(charges=(f.Charge(name="工本费", fen=fen, basis="示例"),), pay_by=DAY, payee="财政")

    first.write("case-1", received())
    first.write("case-1", ACCEPTED)
    first.write("case-1", fee(1000))
    first.drain()
    goes_on(second, first, "case-1", 2)
    second.write("case-1", fee(5000))
    second.write("case-1", f.CaseDecided(granted=True, day=DAY))
    statuses = [result.status.value for result in second.push().results]
    assert statuses == ["applied", "conflict", "conflict"]
    case = hub.case("case-1")
    assert case.fee is not None
    assert (case.fee.charges[0].fen, case.state.value) == (1000, "accepted")
    assert "needs_review" in flags(hub)["case-1"]
    review = next(each for each in open_conflicts(hub, first) if each.kind == "needs_review")
    first.write("case-1", f.ConflictSettled(conflict=review.id, stands="first"))
    first.write("case-1", f.CaseDecided(granted=True, day=DAY))
    assert [result.status.value for result in first.push(first.request(4)).results] == ["applied", "applied"]
    assert hub.case("case-1").state.value == "decided"


def test_who_had_seen_the_first_fee_changes_it_without_a_conflict(hub: Hub) -> None:
    first, second = two(hub)

    def fee(fen: int) -> f.FeeDemanded:
        return f.FeeDemanded(charges=(f.Charge(name="工本费", fen=fen, basis="示例"),), pay_by=DAY, payee="财政")

    first.write("case-1", received())
    first.write("case-1", ACCEPTED)
    first.write("case-1", fee(1000))
    first.drain()
    goes_on(second, first, "case-1", 3)
    second.write("case-1", fee(800))
    assert {result.status.value for result in second.push().results} == {"applied"}
    case = hub.case("case-1")
    assert case.fee is not None
    assert case.fee.charges[0].fen == 800


def test_a_tick_that_two_windows_set_differently_stands_as_first_set(hub: Hub) -> None:
    from hall.verdict import Tick, TickState

    first, second = two(hub)
    missing = {"form": PRESENT, "id": Tick(TickState.MISSING)}
    first.write("case-1", received(missing))
    first.write("case-1", f.CaseSupplemented(ticks={"id": PRESENT}, handed_in=DAY, complete=True))
    first.drain()
    goes_on(second, first, "case-1", 1)
    second.write(
        "case-1",
        f.CaseSupplemented(ticks={"id": Tick(TickState.MISSING), "extra": PRESENT}, handed_in=DAY, complete=False),
    )
    result = second.push().results[-1]
    assert (result.status.value, result.reason) == ("conflict", "另一窗口已登记：身份证")
    case = hub.case("case-1")
    assert (case.ticks["id"], case.ticks["extra"]) == (PRESENT, PRESENT)
    assert flags(hub) == {"case-1": ["same_field"]}


def test_two_windows_that_name_different_applicants_freeze_the_case(hub: Hub) -> None:
    first, second = two(hub)
    first.write("case-1", received(), personal=WHO)
    first.drain()
    second.write("case-1", received(), personal=OTHER)
    assert second.push().results[0].status is wire.Status.CONFLICT
    assert "needs_review" in flags(hub)["case-1"]
    first.write("case-1", ACCEPTED)
    first.write("case-1", f.CaseDecided(granted=True, day=DAY))
    first.drain(1)
    assert hub.case("case-1").state.value == "accepted"


def reading(device: Device, now_ms: int, mono_ms: int) -> wire.PushRequest:
    clock = wire.ClockReading(wall_ms=now_ms, mono_ms=mono_ms, boot_id="boot-1")
    return msgspec.structs.replace(device.request(), clock=clock)


@pytest.mark.parametrize(
    ("at_ms", "suspect"),
    [(NOW - 60_000, False), (NOW + 86_400_000, True), (NOW - 365 * 86_400_000, True), (NOW - 90_000, False)],
    ids=["right", "a day ahead", "a year behind", "half a minute"],
)
def test_a_case_whose_dates_stand_on_a_wrong_clock_is_flagged_and_stored_all_the_same(
    hub: Hub, at_ms: int, suspect: bool
) -> None:
    device = Device(hub, "device-1")
    device.write("case-1", received(), at_ms=at_ms, boot_id="boot-1", mono_ms=440_000)
    reply = device.push(reading(device, at_ms + 60_000, 500_000), NOW)
    assert reply.results[0].status is wire.Status.APPLIED
    told = flags(hub)["case-1"]
    assert told[-1:] == (["clock_suspect"] if suspect else [])
    today = dt.datetime.fromtimestamp((NOW - 70_000) / 1000, ZONE).date()
    doubts = read(told)
    assert doubts == ((ClockDoubt("received", DAY, today),) if suspect and today != DAY else ())


def test_every_handshake_makes_what_is_known_of_a_clock_no_less_exact() -> None:
    first = learn(None, wire.ClockReading(wall_ms=0, mono_ms=1_000, boot_id="b"), 100_000)
    assert first == Beginning(89_000, 99_000)
    better = learn(first, wire.ClockReading(wall_ms=0, mono_ms=5_000, boot_id="b"), 100_500)
    assert better == Beginning(89_000, 95_500)
    header = f.Header(
        event_id="e",
        type="t",
        schema_v=1,
        device="d",
        incarnation="i",
        seq=1,
        actor="a",
        at_ms=0,
        day=DAY,
        mono_ms=2_000,
    )
    assert written(header, better, 10**12) == Beginning(91_000, 97_500)
    assert written(header, better, 92_000) == Beginning(91_000, 92_000)
    assert written(header, None, 92_000) == Beginning(0, 92_000)


def test_the_first_side_is_what_the_second_met_and_never_what_its_own_window_did_since(hub: Hub) -> None:
    first, second = two(hub)
    first.write("case-1", received(), at_ms=NOW - 9000)
    first.write("case-1", ACCEPTED, at_ms=NOW - 8000)
    first.drain()
    second.write("case-1", ACCEPTED, at_ms=NOW - 7000)
    charges = (f.Charge(name="工本费", fen=3000, basis="价费字〔1992〕1号"),)
    second.write("case-1", f.FeeDemanded(charges=charges, pay_by=DAY, payee="示例市财政局"), at_ms=NOW - 500)
    second.drain()
    (told,) = (each for each in open_conflicts(hub, first) if each.kind == "conflict")
    assert hub.case("case-1").timeline[-1].text == "告知缴费，共1项"
    assert (told.first, told.second, told.first_window) == ("已受理：受理", "受理", first.incarnation)
    assert told.first_ms == NOW - 8000
