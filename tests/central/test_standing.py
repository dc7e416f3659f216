"""What somebody wrote who might not any more has no effect until a supervisor has looked, and nothing is lost."""

from __future__ import annotations

import msgspec
import pytest

from central import oversight, withheld
from central.clock import now_ms
from central.refusal import Refused
from central.standing import HEARD_MS
from central.store import clerks as table
from central.store import tokens as sessions
from central.store.clerks import ClerkRow
from central.store.tokens import SessionRow
from hall import facts as f
from hall import wire
from hall import wire_oversight as w
from hall.roles import Role
from tests.builders import DAY, received
from tests.central.counter import OFFICE
from tests.central.device import Device, as_wire
from tests.central.hub import NOW, Hub
from tests.central.test_sync_routes import ask, person, read_again
from tests.central.test_withheld import report, tell

HOUR = 3_600_000
BEGAN, DISABLED = NOW - 24 * HOUR, NOW - HOUR
CLERK = ClerkRow(office=OFFICE, clerk_id="0815", name="冯春", roles=("clerk",))
OTHER = msgspec.structs.replace(CLERK, clerk_id="0001")
ACCEPTED = f.CaseAccepted(accepted=DAY, due=f.Due(), article="第五项")


@pytest.fixture
def device(hub: Hub) -> Device:
    return Device(hub, "device-1")


@pytest.fixture(autouse=True)
def _disabled(hub: Hub) -> None:
    """The hall has two clerks since yesterday; one of them was disabled an hour ago."""
    gone = msgspec.structs.replace(CLERK, active=False)
    hub.transact(lambda db: table.save(db, gone))
    hub.transact(lambda db: table.record_rights(db, OTHER, BEGAN))
    hub.transact(lambda db: table.record_rights(db, CLERK, BEGAN))
    hub.transact(lambda db: table.record_rights(db, gone, DISABLED))


def push(device: Device, *, mono_now: int | None = None) -> list[tuple[str, bool]]:
    """Push everything; ``mono_now`` tells the centre when the clock called boot-1 began. Status, and whether by whom
    it was written is in the reason."""
    request = device.request()
    if mono_now is not None:
        reading = wire.ClockReading(wall_ms=NOW, mono_ms=mono_now, boot_id="boot-1")
        request = msgspec.structs.replace(request, clock=reading)
    return [(result.status.value, "0815" in result.reason) for result in device.push(request).results]


@pytest.fixture
def head(hub: Hub, device: Device) -> dict[str, str]:
    return person(hub, Role.SUPERVISOR, device)


def entries(hub: Hub, head: dict[str, str]) -> list[w.AsideEntry]:
    return ask(hub, "/v1/quarantine", w.AsideReply, head).entries


def test_what_was_written_after_the_disabling_waits_for_a_supervisor_and_all_others_go_on(
    hub: Hub, device: Device, head: dict[str, str]
) -> None:
    device.write("a", received(), actor="0815", at_ms=DISABLED - HOUR)
    device.write("a", ACCEPTED, actor="0815", at_ms=DISABLED + 60_000)
    device.write("a", f.NoteAdded(text="x"), at_ms=DISABLED + 120_000)
    device.write("b", received(), at_ms=DISABLED + 180_000)
    assert push(device) == [("applied", False), ("quarantined", True), ("quarantined", False), ("applied", False)]
    assert (hub.case("a").state.value, hub.case("b").version) == ("received", 1)
    first, second = entries(hub, head)
    assert (first.seq, first.kind, second.seq, second.kind) == (2, "unallowed", 3, "held")
    answer = read_again(hub, first.number, head)
    told = msgspec.json.decode(answer.content, type=w.RetryReply)
    assert [(each.seq, each.status.value) for each in told.results] == [(2, "applied"), (3, "applied")]
    assert (hub.case("a").state.value, entries(hub, head)) == ("accepted", [])


def test_a_clock_that_was_put_back_does_not_help(hub: Hub, device: Device) -> None:
    # Its machine started two hours ago; by the clock that nobody can set this was written half an hour ago.
    device.write("a", received(), actor="0815", at_ms=BEGAN + HOUR, boot_id="boot-1", mono_ms=3 * HOUR // 2)
    assert push(device, mono_now=2 * HOUR) == [("quarantined", True)]


def test_a_clock_that_runs_fast_does_no_harm(hub: Hub, device: Device, head: dict[str, str]) -> None:
    device.write("a", received(), actor="0815", at_ms=NOW + HOUR, boot_id="boot-1", mono_ms=HOUR // 2)
    assert push(device, mono_now=2 * HOUR) == [("applied", False)]
    assert entries(hub, head) == []


def test_where_the_clocks_leave_it_open_it_stands_and_is_shown(hub: Hub, device: Device) -> None:
    device.write("a", received(), actor="0815", at_ms=DISABLED, boot_id="boot-1", mono_ms=HOUR)
    assert push(device, mono_now=2 * HOUR) == [("applied", False)]
    (change,) = hub.feed().changes
    assert change.flags == ["right_in_doubt"]
    (open_one,) = ask(hub, "/v1/conflicts", w.ConflictsReply, device.headers).conflicts
    assert open_one.kind == "right_in_doubt" and "可能" in open_one.reason and "0815" in open_one.reason


HEAD, OTHER_HEAD = (msgspec.structs.replace(CLERK, clerk_id=each, roles=("supervisor",)) for each in ("0900", "0901"))


def doubted(hub: Hub, device: Device, actor: str) -> str:
    """A doubt of the right of whoever received a case; what it is settled by."""
    # From an hour on they may have been disabled; the clocks leave it open.
    device.write("a", received(), actor=actor, at_ms=DISABLED, boot_id="boot-1", mono_ms=HOUR)
    assert [status for status, _ in push(device, mono_now=2 * HOUR)] == ["applied"]
    (open_one,) = ask(hub, "/v1/conflicts", w.ConflictsReply, device.headers).conflicts
    return open_one.id


def seen(conflict: str, reason: str = "已核对材料") -> f.ConflictSettled:
    return f.ConflictSettled(conflict=conflict, stands="seen", reason=reason)


def test_a_doubt_of_a_right_is_cleared_by_somebody_in_charge_with_a_reason_and_by_nobody_else(
    hub: Hub, device: Device
) -> None:
    hub.transact(lambda db: table.record_rights(db, HEAD, BEGAN))
    doubt = doubted(hub, device, "0815")
    refused: list[tuple[str, f.ConflictSettled, str]] = [
        ("0001", seen(doubt), "没有“核实有疑问的记录和文书”的权限"),
        ("0001", f.ConflictSettled(conflict=doubt, stands="both", reason="算数"), "没有“核实有疑问的记录和文书”的权限"),
        ("0900", seen(doubt, "  "), "要写明原因"),
    ]
    for number, (actor, body, why) in enumerate(refused):
        window = Device(hub, f"window-{number}")
        window.write("a", body, actor=actor, at_ms=NOW - HOUR // 2)
        (result,) = window.push().results
        assert result.status is wire.Status.QUARANTINED and why in result.reason
        assert [each.id for each in ask(hub, "/v1/conflicts", w.ConflictsReply, device.headers).conflicts] == [doubt]
    window = Device(hub, "window-9")
    window.write("a", seen(doubt), actor="0900", at_ms=NOW - HOUR // 2)
    assert [result.status.value for result in window.push().results] == ["applied"]
    assert ask(hub, "/v1/conflicts", w.ConflictsReply, device.headers).conflicts == []
    assert hub.case("a").timeline[-1].text == "冲突处理：负责人已核实：已核对材料"


def test_nobody_in_charge_clears_the_doubt_of_what_they_wrote_themselves(hub: Hub, device: Device) -> None:
    both = msgspec.structs.replace(HEAD, roles=("clerk", "supervisor"))
    hub.transact(lambda db: table.record_rights(db, both, BEGAN))
    hub.transact(lambda db: table.record_rights(db, msgspec.structs.replace(both, roles=("supervisor",)), DISABLED))
    hub.transact(lambda db: table.record_rights(db, OTHER_HEAD, BEGAN))
    doubt = doubted(hub, device, "0900")
    device.write("a", seen(doubt), actor="0900", at_ms=NOW - HOUR // 2)
    other = Device(hub, "window-2")
    other.write("a", seen(doubt), actor="0901", at_ms=NOW - HOUR // 2)
    (own,) = device.push(device.request(2)).results
    assert own.status is wire.Status.QUARANTINED and "不能核实自己写的记录" in own.reason
    assert len(ask(hub, "/v1/conflicts", w.ConflictsReply, device.headers).conflicts) == 1
    assert [result.status.value for result in other.push().results] == ["applied"]
    assert ask(hub, "/v1/conflicts", w.ConflictsReply, device.headers).conflicts == []


def signed_in(hub: Hub, device: Device, number: str) -> dict[str, str]:
    """Headers of the supervisor with this number, who had been a clerk too and is none since an hour."""
    both = msgspec.structs.replace(HEAD, clerk_id=number, roles=("clerk", "supervisor"))
    now = msgspec.structs.replace(both, roles=("supervisor",))
    hub.transact(lambda db: table.save(db, now))
    hub.transact(lambda db: table.record_rights(db, both, BEGAN))
    hub.transact(lambda db: table.record_rights(db, now, DISABLED))
    row = SessionRow(device.office, number, device.name, now_ms() + HOUR)
    hub.transact(lambda db: sessions.add_session(db, f"s.{number}", row, now_ms()))
    return {"Authorization": f"Bearer s.{number}", "Content-Type": "application/json"}


def test_nobody_in_charge_answers_for_what_they_themselves_had_no_right_to(hub: Hub, device: Device) -> None:
    own, other = signed_in(hub, device, "0900"), signed_in(hub, device, "0901")
    device.write("a", received(), actor="0900", at_ms=DISABLED + 60_000)
    device.write("a", ACCEPTED, actor="0900", at_ms=DISABLED + 120_000)
    assert [result.status.value for result in device.push().results] == ["quarantined", "quarantined"]
    for one in entries(hub, own):
        answer = read_again(hub, one.number, own)
        assert (answer.status_code, answer.json()["code"]) == (403, "own_doing")
    with pytest.raises(Refused) as refused:
        hub.run(oversight.retry(hub.store, OFFICE, one.number, "0900", NOW, "材料齐全"))
    assert refused.value.problem.code == "own_doing" and len(entries(hub, own)) == 2
    assert read_again(hub, one.number, other).status_code == 200
    assert (hub.case("a").state.value, entries(hub, own)) == ("accepted", [])


def test_whose_own_record_waits_behind_anothers_does_not_answer_for_both(hub: Hub, device: Device) -> None:
    own, other = signed_in(hub, device, "0900"), signed_in(hub, device, "0901")
    device.write("a", received(), actor="0815", at_ms=DISABLED + 60_000)
    device.write("a", ACCEPTED, actor="0900", at_ms=DISABLED + 120_000)
    device.push()
    first, behind = entries(hub, own)
    assert (first.kind, behind.kind) == ("unallowed", "held")
    assert read_again(hub, first.number, own).status_code == 403
    assert read_again(hub, first.number, other).status_code == 200


def test_nobody_answers_for_a_clearing_of_their_own_doubt(hub: Hub, device: Device) -> None:
    own, other = signed_in(hub, device, "0900"), signed_in(hub, device, "0901")
    doubt = doubted(hub, device, "0900")
    window = Device(hub, "window-2")
    window.write("a", seen(doubt), actor="0001", at_ms=NOW - HOUR // 2)
    assert [result.status.value for result in window.push().results] == ["quarantined"]
    (one,) = entries(hub, own)
    assert read_again(hub, one.number, own).status_code == 403
    assert read_again(hub, one.number, other).status_code == 200
    assert ask(hub, "/v1/conflicts", w.ConflictsReply, device.headers).conflicts == []


def test_whose_doubt_arises_in_the_same_batch_does_not_clear_it_there(hub: Hub, device: Device) -> None:
    device.write("a", received(), actor="0815", at_ms=DISABLED, boot_id="boot-1", mono_ms=HOUR)
    doubt = f"{device.name}/{device.incarnation}/1"
    device.write("a", seen(doubt), at_ms=DISABLED, boot_id="boot-1", mono_ms=HOUR)
    assert [status for status, _ in push(device, mono_now=2 * HOUR)] == ["applied", "quarantined"]
    assert [each.id for each in ask(hub, "/v1/conflicts", w.ConflictsReply, device.headers).conflicts] == [doubt]


def test_a_paper_in_somebodys_hands_is_cleared_by_somebody_in_charge(hub: Hub, device: Device) -> None:
    hub.transact(lambda db: table.record_rights(db, HEAD, BEGAN))
    other = Device(hub, "window-2")
    device.write("a", received(), at_ms=DISABLED)
    device.write("a", ACCEPTED, at_ms=DISABLED)
    device.push()
    other.write("a", ACCEPTED, at_ms=DISABLED)
    other.write("a", f.PaperIssued(paper_id="p1", kind="acceptance", number="L1", day=DAY), at_ms=DISABLED)
    other.push()
    told = {each.kind: each.id for each in ask(hub, "/v1/conflicts", w.ConflictsReply, device.headers).conflicts}
    device.write("a", f.ConflictSettled(conflict=told["conflict"], stands="first"), actor="0001", at_ms=NOW - HOUR // 2)
    third = Device(hub, "window-3")
    third.write("a", seen(told["issued_offline"]), actor="0001", at_ms=NOW - HOUR // 2)
    assert [result.status.value for result in device.push(device.request(3)).results] == ["applied"]
    assert [result.status.value for result in third.push().results] == ["quarantined"]
    fourth = Device(hub, "window-4")
    fourth.write("a", seen(told["issued_offline"]), actor="0900", at_ms=NOW - HOUR // 2)
    assert [result.status.value for result in fourth.push().results] == ["applied"]
    assert ask(hub, "/v1/conflicts", w.ConflictsReply, device.headers).conflicts == []


def test_a_role_that_was_lost_counts_for_what_needs_it(hub: Hub, device: Device) -> None:
    both = msgspec.structs.replace(CLERK, clerk_id="0816", roles=("clerk", "reviewer"))
    clerk = msgspec.structs.replace(both, roles=("clerk",))
    hub.transact(lambda db: table.record_rights(db, both, BEGAN))
    hub.transact(lambda db: table.record_rights(db, clerk, DISABLED))
    device.write("a", received(), actor="0816", at_ms=DISABLED + 1)
    device.write("a", ACCEPTED, actor="0816", at_ms=DISABLED + 2)
    decided = f.CaseDecided(granted=True, day=DAY, result="许可证")
    device.write("a", decided, actor="0816", at_ms=DISABLED + 3)
    results = device.push().results
    assert [result.status.value for result in results] == ["applied", "applied", "quarantined"]
    assert "没有“特别程序和决定”的权限" in results[2].reason


def test_a_number_that_the_hall_never_gave_has_no_say_once_the_hall_has_clerks(
    hub: Hub, device: Device, head: dict[str, str]
) -> None:
    device.write("a", received(), at_ms=BEGAN + 1)
    device.write("a", ACCEPTED, actor="4711", at_ms=BEGAN + HOUR)
    device.write("", f.AlarmRaised(window="3"), actor="4711", at_ms=BEGAN + HOUR)
    device.write("b", received(), actor="\x1b[2J", at_ms=BEGAN + HOUR)
    results = device.push().results
    assert [result.status.value for result in results] == ["applied", "quarantined", "applied", "quarantined"]
    assert "工号4711不在本厅的人员名单里" in results[1].reason
    assert hub.case("a").state.value == "received"
    first, strange = entries(hub, head)
    assert (first.kind, strange.kind, strange.reason.isprintable()) == ("unallowed", "unallowed", True)
    read_again(hub, first.number, head)
    assert hub.case("a").state.value == "accepted"


def test_where_the_clocks_leave_it_open_whether_the_hall_had_clerks_it_stands_and_is_shown(
    hub: Hub, device: Device
) -> None:
    device.write("a", received(), actor="4711", at_ms=BEGAN, boot_id="boot-1", mono_ms=HOUR + HEARD_MS)
    assert [status for status, _ in push(device, mono_now=25 * HOUR)] == ["applied"]
    (change,) = hub.feed().changes
    assert change.flags == ["right_in_doubt"]


def test_nobody_is_judged_by_what_is_not_known(hub: Hub, device: Device) -> None:
    device.write("a", received(), actor="4711", at_ms=BEGAN + HEARD_MS - 1)
    device.write("b", received(), actor="0815", at_ms=BEGAN - HOUR)
    device.write("b", msgspec.structs.replace(ACCEPTED, deemed=True), actor="system", at_ms=DISABLED + 2)
    assert [status for status, _ in push(device)] == ["applied"] * 3
    elsewhere = Device(hub, "device-2", office="SL02")
    elsewhere.write("c", received(reference="SL02-A1-00001-X"), actor="4711", at_ms=DISABLED + 1)
    assert [status for status, _ in push(elsewhere)] == ["applied"], "their hall has no clerks of its own yet"


def test_somebody_in_charge_who_stands_by_answers_for_what_only_they_may(hub: Hub, device: Device) -> None:
    head = msgspec.structs.replace(CLERK, clerk_id="0900", roles=("supervisor",))
    hub.transact(lambda db: table.record_rights(db, head, BEGAN))
    first = f.CaseNoticed(gaps=(), respond_by=DAY, article="第四项")
    again = msgspec.structs.replace(first, known_before=("id",), reason="漏看", approved_by="0900")
    for subject, body in (
        ("a", again),
        ("b", msgspec.structs.replace(again, approved_by="")),
        ("c", msgspec.structs.replace(again, approved_by="0815")),
        ("d", msgspec.structs.replace(again, approved_by="4711")),
    ):
        device.write(subject, received(), at_ms=DISABLED)
        device.write(subject, body, at_ms=DISABLED)
    told = [result.status.value for result in device.push().results]
    assert told == ["applied", "applied"] + ["applied", "quarantined"] * 3


def test_a_machine_in_the_hall_decides_no_case_whoever_it_says_wrote_it(
    hub: Hub, device: Device, head: dict[str, str]
) -> None:
    case_id = device.case(1, notes=0)
    device.push()
    machine = Device(hub, "machine", role=Role.STATION)
    reviewer = msgspec.structs.replace(CLERK, clerk_id="0900", roles=("reviewer", "clerk"))
    hub.transact(lambda db: table.record_rights(db, reviewer, BEGAN))
    machine.write(case_id, f.CaseDecided(granted=False, day=DAY, reason="不符合"), actor="0900", at_ms=DISABLED)
    machine.write("own", received(), actor="0900", at_ms=DISABLED)
    machine.write("law", msgspec.structs.replace(ACCEPTED, deemed=True), actor="system", at_ms=DISABLED)
    results = machine.push().results
    assert [result.status.value for result in results] == ["quarantined"] * 3
    assert all("打印取号台" in result.reason for result in results)
    assert hub.case(case_id).version == 2
    assert {entry.kind for entry in entries(hub, head)} == {"unallowed"}


def test_a_device_that_brings_contents_does_not_vouch_for_the_clerk(
    hub: Hub, device: Device, head: dict[str, str]
) -> None:
    device.write("a", received(), at_ms=DISABLED)
    device.write("a", f.NoteAdded(text="x"), at_ms=DISABLED)
    device.write("a", ACCEPTED, actor="0815", at_ms=DISABLED + 60_000)
    device.push(device.request(1, 1))
    tell(hub, device, report(device, 2))
    device.push(device.request(3))
    told = w.Contents(incarnation=device.incarnation, seq=2, fact=as_wire(device.sealed[1]))
    reply = hub.run(withheld.complete(hub.store, device.row, told, NOW))
    assert [(each.seq, each.status.value) for each in reply.results] == [(2, "applied"), (3, "quarantined")]
    (left,) = entries(hub, head)
    assert left.seq == 3 and "0815" in left.reason


def test_disabling_is_kept_with_its_time(hub: Hub, device: Device) -> None:
    admin = person(hub, Role.ADMIN, device)
    body = msgspec.json.encode({"id": "0999", "name": "冯春", "roles": ["clerk"]})
    assert hub.http.post("/v1/clerks", content=body, headers=admin).status_code == 201
    for wish in ({"roles": ["clerk", "supervisor"]}, {"active": False}):
        changed = hub.http.patch("/v1/clerks/0999", content=msgspec.json.encode(wish), headers=admin)
        assert changed.status_code == 200, changed.text
    rows = hub.read(lambda db: table.rights_of(db, OFFICE, ["0999"]))["0999"]
    assert (rows[0].roles, rows[0].active) == (("clerk",), True)
    assert (rows[-1].roles, rows[-1].active) == (("clerk", "supervisor"), False)
