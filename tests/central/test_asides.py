"""What was set aside leads to somebody: the whole hall's is listed, read again by whoever answers for it, and a file
that a counter sealed is taken in, also at the centre's own console."""

from __future__ import annotations

from functools import partial

import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace

from central import asides
from central.cli import main
from central.store import clerks as people
from central.store import devices
from central.store.clerks import ClerkRow
from central.verify import verify
from hall import facts as f
from hall import wire_oversight as w
from hall.roles import Role
from tests.builders import received
from tests.central.counter import OFFICE
from tests.central.device import Device
from tests.central.hub import NOW, Hub
from tests.central.test_sync_routes import ask, person, read_again, sealed_file

SUPERVISOR, CLERK, GONE = "0900", "0816", "0815"


@pytest.fixture
def device(hub: Hub) -> Device:
    """The window W01 of a hall with a supervisor and three clerks, one of whom was disabled."""
    for number, role in ((SUPERVISOR, "supervisor"), (CLERK, "clerk"), ("0001", "clerk"), (GONE, "clerk")):
        row = ClerkRow(office=OFFICE, clerk_id=number, name="王小明", roles=(role,), active=number != GONE)
        hub.transact(partial(people.save, clerk=row))
        hub.transact(partial(people.record_rights, clerk=replace(row, active=True), now_ms=NOW - 60_000))
        hub.transact(partial(people.record_rights, clerk=row, now_ms=NOW - 30_000))
    return Device(hub, "device-1")


def set_aside(device: Device) -> str:
    """A case that the disabled clerk took in, with a note that waits behind it; the case."""
    case_id = "case-1"
    device.write(case_id, received(), actor=GONE)
    device.write(case_id, f.NoteAdded(text="申请人张三"), actor=CLERK)
    device.drain()
    return case_id


def hand_over(device: Device, seq: int = 1) -> None:
    told = f.RecordSettled(record="x", seq=seq, how="handed_over", reason="申请人已离开，材料在窗口")
    device.write("", told, actor=CLERK)
    device.drain(len(device.sealed) - 1)


def console(hub: Hub, *words: str, office: str = OFFICE) -> Result:
    """``clerk-central`` on this centre's database, while it works."""
    address = getattr(hub.store, "address", "")
    where = ["--database", address] if address else ["--data", str(hub.folder / "centre")]
    return CliRunner().invoke(main, [*words, *where, "--office", office])


def test_what_a_window_handed_over_is_told_with_who_and_why(hub: Hub, device: Device) -> None:
    set_aside(device)
    hand_over(device)
    first, second = ask(hub, "/v1/quarantine", w.AsideReply, person(hub, Role.SUPERVISOR, device)).entries
    assert (first.device, first.incarnation, first.actor, first.type) == (
        "device-1", device.incarnation, GONE, "case.received",
    )  # fmt: skip
    assert (first.dealt_how, first.dealt_by, first.dealt_words) == ("handed_over", CLERK, "申请人已离开，材料在窗口")
    assert (second.dealt_how, second.kind) == ("", "held")


def test_a_window_says_nothing_of_another_windows_records_or_of_later_ones(hub: Hub, device: Device) -> None:
    set_aside(device)
    other = Device(hub, "device-2")
    for seq in (1, 2**53, -1):
        hand_over(other, seq)
    found = hub.run(asides.all_of(hub.store, OFFICE))
    assert len(found) == 2 and not [each for each in found if each.dealt_how]


def test_the_console_lists_the_whole_hall_and_shows_nobodys_data(hub: Hub, device: Device) -> None:
    set_aside(device)
    hand_over(device)
    hub.transact(lambda db: devices.revoke(db, device.name, 1))
    listed = console(hub, "aside", "list")
    assert listed.exit_code == 0 and len(listed.output.splitlines()) == 2
    line = listed.output.splitlines()[0]
    for told in (f"{device.incarnation} 第1条（设备已注销）", "case.received", GONE, f"窗口交来（工号 {CLERK}"):
        assert told in line
    number = line.split("\t")[0]
    shown = console(hub, "aside", "show", number)
    assert "同一办件在等它：1 条" in shown.output and "情况：申请人已离开，材料在窗口" in shown.output
    assert "张三" not in listed.output + shown.output
    assert console(hub, "aside", "show", "999").exit_code == 2
    assert console(hub, "aside", "list", office="SL02").output == ""


def test_reading_again_names_who_answers_for_it_and_why(hub: Hub, device: Device) -> None:
    case_id = set_aside(device)
    number = str(hub.run(asides.all_of(hub.store, OFFICE))[0].number)
    why = ("--reason", "材料已核对")
    for words in (("--by", CLERK, *why), ("--by", GONE, *why), ("--by", "4711", *why), ("--by", "", *why),
                  ("--by", SUPERVISOR, "--reason", "—"), ("--by", SUPERVISOR), why):  # fmt: skip
        assert console(hub, "aside", "retry", number, *words).exit_code == 2, words
    assert len(hub.run(asides.all_of(hub.store, OFFICE))) == 2
    done = console(hub, "aside", "retry", number, "--by", SUPERVISOR, *why)
    assert (done.exit_code, done.output) == (0, f"{number}\t已生效\t同一办件另有 1 条不再等待\n")
    assert hub.case(case_id).version == 2 and console(hub, "aside", "list").output == ""
    settled = hub.read(lambda db: db.rows("SELECT settled_by FROM aside"))
    assert [row[0] for row in settled] == [SUPERVISOR] * 2
    (kept,) = hub.read(lambda db: db.rows("SELECT actor, target FROM audit WHERE action = 'aside.retried'"))
    assert tuple(kept) == (SUPERVISOR, f"{number} applied 材料已核对")
    assert console(hub, "aside", "retry", number, "--by", SUPERVISOR, *why).exit_code == 2


def test_what_stays_set_aside_says_why_and_ends_with_one(hub: Hub, device: Device) -> None:
    device.write("", f.RecordSettled(record="x", seq=9, how="handed_over"), at_ms=10**18)
    device.drain()
    (entry,) = hub.run(asides.all_of(hub.store, OFFICE))
    done = console(hub, "aside", "retry", str(entry.number), "--by", SUPERVISOR, "--reason", "再看")
    assert done.exit_code == 1 and "仍然搁置：" in done.output and len(done.output) > 20


def test_a_signed_in_supervisor_stands_in_the_record_with_their_reason(hub: Hub, device: Device) -> None:
    set_aside(device)
    head = person(hub, Role.SUPERVISOR, device)
    number = ask(hub, "/v1/quarantine", w.AsideReply, head).entries[0].number
    for nothing in ("", "—", "　", "长" * 201):
        assert read_again(hub, number, head, nothing).status_code == 400, nothing
    assert hub.http.post(f"/v1/quarantine/{number}/retry", headers=head).status_code == 400, "no word at all"
    assert len(hub.run(asides.all_of(hub.store, OFFICE))) == 2
    assert read_again(hub, number, head, "本人到场核实").status_code == 200
    kept = hub.read(lambda db: db.rows("SELECT actor, target FROM audit WHERE action = 'aside.retried'"))
    assert [tuple(row) for row in kept] == [("p-supervisor", f"{number} applied 本人到场核实")]


def test_a_sealed_file_is_taken_in_at_the_console_once(hub: Hub, device: Device) -> None:
    device.case(1)
    device.drain()
    for number in range(2, 4):
        device.case(number)
    hub.transact(lambda db: devices.revoke(db, device.name, 1))
    file = hub.folder / "W01.sealed"
    file.write_bytes(sealed_file(hub, device, 2))
    assert console(hub, "import-sealed", str(file), "--by", CLERK).exit_code == 2
    assert hub.run(verify(hub.store)).facts == 3
    for new in (6, 0):
        done = console(hub, "import-sealed", str(file), "--by", SUPERVISOR)
        told, then = done.output.splitlines()
        assert (done.exit_code, told) == (0, f"{device.incarnation}：文件里 8 条，新收下 {new} 条，其中搁置 0 条")
        assert "移走这个文件" in then, "whoever imports it knows what is left to do"
    assert hub.run(verify(hub.store)).facts == 9
    kept = hub.read(lambda db: db.rows("SELECT actor FROM audit WHERE action = 'sealed.imported'"))
    assert [row[0] for row in kept] == [SUPERVISOR]


def test_what_a_sealed_file_brings_to_be_set_aside_is_looked_for_where_it_is_said(hub: Hub, device: Device) -> None:
    device.write("case-1", f.NoteAdded(text="x"), at_ms=10**18)
    hub.transact(lambda db: devices.revoke(db, device.name, 1))
    file = hub.folder / "W01.sealed"
    file.write_bytes(sealed_file(hub, device, 1))
    done = console(hub, "import-sealed", str(file), "--by", SUPERVISOR)
    assert done.exit_code == 0 and "其中搁置 1 条" in done.output
    (command,) = (line.partition("：")[2] for line in done.output.splitlines() if "aside list" in line)
    assert command == f"clerk-central aside list --office {OFFICE}"
    assert console(hub, "aside", "list").output.count("\n") == 1


def test_a_file_that_is_none_is_told_and_changes_nothing(hub: Hub, device: Device) -> None:
    file = hub.folder / "W01.sealed"
    file.write_bytes(b"no such thing")
    done = console(hub, "import-sealed", str(file), "--by", SUPERVISOR)
    assert done.exit_code == 2 and done.output.strip() and "Traceback" not in done.output
    assert console(hub, "import-sealed", str(hub.folder / "none"), "--by", SUPERVISOR).exit_code == 2


def test_in_a_hall_without_clerks_whoever_is_named_answers(hub: Hub) -> None:
    device = Device(hub, "device-1")
    device.write("case-1", f.NoteAdded(text="x"), at_ms=10**18)
    device.drain()
    (entry,) = hub.run(asides.all_of(hub.store, OFFICE))
    done = console(hub, "aside", "retry", str(entry.number), "--by", "王小明", "--reason", "再看")
    assert done.exit_code == 1
    (kept,) = hub.read(lambda db: db.rows("SELECT actor FROM audit WHERE action = 'aside.retried'"))
    assert kept[0] == "王小明"
