"""What the centre took away from somebody after a copy was made, once the copy is back in its place."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from central import tokens
from central.backup import Restored, backup, restore
from central.cli import main
from central.clock import now_ms
from central.restrictions import Line, restrict, standing
from central.store import Db, connecting, locking
from central.store import clerks as table
from central.store import tokens as tokens_table
from central.store.clerks import ClerkRow, RightsRow
from central.store.deliveries import DepartmentRow
from central.store.sqlite import SqliteStore
from hall import wire_clerks as w
from tests.central.counter import OFFICE, Counter
from tests.central.device import Device
from tests.central.hub import Hub
from tests.central.inline import inline
from tests.central.people import change, clerk, person, save, taken_away_after
from tests.central.test_departments import SECRET, connect, decision, report


def rights(hub: Hub, number: str) -> list[RightsRow]:
    return hub.read(lambda db: table.rights_of(db, OFFICE, [number]))[number]


def put_back(hub: Hub, copy: Path) -> Restored:
    return hub.run(restore(hub.store, copy, replace=True))


def test_a_stolen_machine_and_a_disabled_clerk_are_not_let_in_again(hub: Hub, tmp_path: Path) -> None:
    stolen, other = taken_away_after(hub, tmp_path / "b")
    disabled_at = rights(hub, "0815")[-1].from_ms
    restored = put_back(hub, tmp_path / "b")
    feed = [hub.http.get("/v1/sync/changes", headers=each.headers).status_code for each in (stolen, other)]
    assert feed == [403, 200]
    listed = msgspec.json.decode(hub.http.get("/v1/clerks", headers=other.headers).content, type=w.ClerksReply)
    assert [(each.id, each.active, each.roles) for each in listed.clerks] == [
        ("0815", False, ["clerk"]),
        ("0816", True, ["clerk"]),
        ("0817", True, ["clerk"]),
    ]
    assert rights(hub, "0815")[-1].from_ms == disabled_at, "what they wrote before that counts"
    assert restored.taken == [
        Line(action="device.revoked", office=OFFICE, target="stolen"),
        Line(action="clerk.disabled", office=OFFICE, target="0815"),
        Line(action="clerk.roles_lost", office=OFFICE, target="0816"),
    ]
    recorded = hub.read(lambda db: db.rows("SELECT action, target FROM audit WHERE actor = 'restore'"))
    assert [tuple(row) for row in recorded] == [(line.action, line.target) for line in restored.taken]


def test_nobody_gets_back_by_it_what_the_copy_does_not_give(hub: Hub, tmp_path: Path) -> None:
    device = Device(hub, "device-1")
    person(hub, "0815")
    hub.run(backup(hub.store, tmp_path / "open"))
    hub.run(tokens.revoke(hub.store, OFFICE, "device-1", "console", now_ms()))
    change(hub, "0815", w.ClerkChange(active=False))
    hub.run(backup(hub.store, tmp_path / "shut"))
    change(hub, "0815", w.ClerkChange(active=True, roles=["clerk", "supervisor"]))
    restored = put_back(hub, tmp_path / "shut")
    assert restored.taken == []
    assert (clerk(hub, "0815").active, clerk(hub, "0815").roles) == (False, ("clerk",))
    assert hub.http.get("/v1/sync/changes", headers=device.headers).status_code == 403


def test_what_was_decided_about_a_clerk_later_stands(hub: Hub) -> None:
    person(hub, "0815")
    hub.transact(lambda db: save(db, clerk_row(active=True), 3_000))
    for since_ms, expected in ((2_000, True), (3_000, True), (4_000, False)):
        work = _disable(since_ms)
        hub.transact(work)
        assert clerk(hub, "0815").active is expected, since_ms


def clerk_row(*, active: bool) -> ClerkRow:
    return ClerkRow(office=OFFICE, clerk_id="0815", name="冯春", roles=("clerk",), active=active)


def _disable(since_ms: int) -> Callable[[Db], Awaitable[list[Line]]]:
    return lambda db: restrict(db, OFFICE, "0815", ["clerk"], False, since_ms, now_ms())


def test_a_pin_that_was_given_out_anew_stays_the_one_that_counts(hub: Hub, tmp_path: Path) -> None:
    person(hub, "0815")
    hub.run(backup(hub.store, tmp_path / "b"))
    newer = msgspec.structs.replace(clerk(hub, "0815"), pin_version=2, verifier="second", must_change=True)
    hub.transact(lambda db: table.save(db, newer))
    restored = put_back(hub, tmp_path / "b")
    row = clerk(hub, "0815")
    assert (row.pin_version, row.verifier, row.must_change) == (2, "second", True)
    assert restored.taken == [Line(action="clerk.pin_taken_over", office=OFFICE, target="0815")]


def test_a_departments_old_token_stays_worth_nothing(hub: Hub, tmp_path: Path) -> None:
    device = Device(hub, "device-1")
    case_id = device.case(1)
    device.drain()
    for key in ("scjg", "gaj"):
        connect(hub, DepartmentRow(OFFICE, key, "", SECRET), f"d.{key}")
    hub.run(backup(hub.store, tmp_path / "b"))
    connect(hub, DepartmentRow(OFFICE, "scjg", "", SECRET), "d.second")
    hub.transact(lambda db: connecting.disconnect(db, OFFICE, "gaj"))
    hub.run(tokens.revoke(hub.store, OFFICE, "device-1", "console", now_ms()))
    restored = put_back(hub, tmp_path / "b")
    answers = [report(hub, decision(case_id), token).status_code for token in ("d.scjg", "d.gaj", "d.second")]
    assert answers == [401, 401, 200]
    assert {line.action for line in restored.taken} == {
        "device.revoked",
        "department.removed",
        "department.token_taken_over",
    }


def test_another_centres_database_has_no_say(hub: Hub, tmp_path: Path) -> None:
    Device(hub, "device-1")
    hub.run(backup(hub.store, tmp_path / "b"))
    other = SqliteStore(tmp_path / "other.db")
    known = inline(other.read(standing))
    revoked = msgspec.structs.replace(known, revoked={"device-1": OFFICE}, last_ms=now_ms())
    restored = hub.run(restore(hub.store, tmp_path / "b", replace=True, replaced=revoked))
    assert restored.taken == []
    inline(other.close())


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A centre's folder, and beside it a copy of before a machine was lost and a sealed file came in."""
    folder = tmp_path / "old"
    folder.mkdir()
    store = SqliteStore(folder / "central.db")
    lost, other = (Counter(tmp_path, store, code).device.device_id for code in ("A1", "A2"))
    inline(store.transact(lambda db: save(db, clerk_row(active=True), 1_000)))
    inline(store.transact(lambda db: tokens_table.record(db, 1_000, OFFICE, "0001", "sealed.imported", "A1 3")))
    inline(backup(store, tmp_path / "copy"))
    inline(tokens.revoke(store, OFFICE, lost, "console", now_ms()))
    inline(store.transact(lambda db: tokens_table.record(db, now_ms() + 1, OFFICE, "0001", "sealed.imported", "A2 12")))
    inline(store.close())
    (tmp_path / "names").write_text(f"{lost} {other}")
    return folder


def test_restoring_beside_the_old_database_takes_over_and_says_what_to_look_at(old: Path, tmp_path: Path) -> None:
    lost, other = (tmp_path / "names").read_text().split()
    done = run("restore", "--data", tmp_path / "new", "--replaced", old, tmp_path / "copy")
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    taken = lines.index("taken over from the replaced database:")
    assert lines[taken + 1] == f"  SL01 device.revoked {lost}"
    assert {f"  SL01 A1 {lost} clerk revoked", f"  SL01 A2 {other} clerk", "  SL01 0815 clerk"} <= set(lines)
    files = [line for line in lines if "facts" in line and line.startswith("  ")]
    assert len(files) == 1 and files[0].startswith("  SL01 A2, facts: 12, on "), "the first was in the copy"
    assert "冯春" not in done.output


def test_without_the_old_database_everything_is_to_be_looked_through(old: Path, tmp_path: Path) -> None:
    lost, _ = (tmp_path / "names").read_text().split()
    done = run("restore", "--data", tmp_path / "new", tmp_path / "copy")
    assert done.exit_code == 0, done.output
    assert "no replaced database was read" in done.output and "import again every file" in done.output
    assert f"  SL01 A1 {lost} clerk\n" in done.output, "let in again until somebody revokes it"


def test_a_replaced_centre_that_still_serves_is_told_before_anything_is_done(old: Path, tmp_path: Path) -> None:
    with locking.serving(old / "central.db"):
        done = run("restore", "--data", tmp_path / "new", "--replaced", old, tmp_path / "copy")
    assert done.exit_code == 2 and "还开着" in done.stderr and "先停掉" in done.stderr
    assert not (tmp_path / "new").exists()
    assert run("restore", "--data", tmp_path / "new", "--replaced", old, tmp_path / "copy").exit_code == 0
    in_place = run("restore", "--data", old, "--replace", "--replaced", old, tmp_path / "copy")
    assert in_place.exit_code == 0, "whoever puts a copy back in its place is no other centre"


@pytest.mark.parametrize("what", ["missing", "damaged"])
def test_a_replaced_database_that_cannot_be_read_is_told_before_anything_is_done(
    old: Path, tmp_path: Path, what: str
) -> None:
    if what == "damaged":
        (old / "central.db").write_bytes(b"x" * 8192)
    folder = old if what == "damaged" else tmp_path / "nowhere"
    done = run("restore", "--data", tmp_path / "new", "--replaced", folder, tmp_path / "copy")
    assert done.exit_code != 0
    assert "--replaced" in done.output and "什么也没有恢复" in done.output
    assert not folder.exists() or folder == old
    assert run("restore", "--data", tmp_path / "new", tmp_path / "copy").exit_code == 0, "nothing stands in the way"
