"""The centre put back to an older copy: another epoch, and devices send again what it lacks (R9, R19)."""

from __future__ import annotations

from pathlib import Path

import pytest

from central import ingest
from central.backup import BadBackup, backup, check, restore
from central.refusal import Refused
from central.store import open_store
from central.store.tables import TABLES
from central.verify import verify
from hall import wire
from hall.errors import BrokenChain
from tests.central.device import Device, whole
from tests.central.hub import NOW, Hub
from tests.central.inline import inline


def send(device: Device, acked: int, epoch: str) -> tuple[int, str]:
    """Push as a counter does: what the centre says it lacks is sent again. How far, and under which epoch."""
    while acked < len(device.sealed):
        try:
            receipt = device.push(device.request(acked + 1, 7, epoch)).receipt
            acked, epoch = receipt.acked_through, receipt.epoch
        except Refused as refused:
            assert refused.problem.code == "epoch_changed"
            assert refused.problem.hash == device.hash_at(refused.problem.expected - 1)
            acked, epoch = min(acked, refused.problem.expected - 1), refused.problem.epoch
    return acked, epoch


def test_a_hall_gets_a_centre_of_its_own_and_its_devices_go_on_there(hub: Hub, tmp_path: Path) -> None:
    here, there = Device(hub, "here", "SL01"), Device(hub, "there", "SL02")
    for device in (here, there):
        device.case(1)
        device.drain()
    hub.run(backup(hub.store, tmp_path / "hall", "SL01"))
    own = open_store(tmp_path / "own.db")
    inline(restore(own, tmp_path / "hall"))
    rows = {
        table: inline(own.read(lambda db, table=table: db.rows(f"SELECT office FROM {table}")))  # type: ignore[misc]
        for table, columns in TABLES.items()
        if "office" in columns
    }
    assert {row[0] for found in rows.values() for row in found} == {"SL01"}
    assert [len(rows[table]) for table in ("device", "event", "case_")] == [1, 3, 1]
    here.case(2)
    with pytest.raises(Refused) as refused:
        inline(ingest.push(own, here.row, here.request(4, epoch=hub.epoch()), NOW))
    problem = refused.value.problem
    assert (problem.code, problem.expected) == ("epoch_changed", 4), "another history, of the same facts"
    reply = inline(ingest.push(own, here.row, here.request(4, epoch=problem.epoch), NOW))
    assert wire.receipt_is_signed(here.enrolled.server_key, reply.receipt)
    assert reply.receipt.acked_through == 6
    inline(own.close())


def test_a_hall_that_is_not_there_is_told(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(BadBackup) as error:
        hub.run(backup(hub.store, tmp_path / "hall", "XX99"))
    assert error.value.code == "no_hall"
    assert not (tmp_path / "hall").exists()


def test_a_centre_put_back_by_a_day_gets_everything_again_and_nothing_twice(hub: Hub, tmp_path: Path) -> None:
    devices = [Device(hub, f"device-{number}") for number in range(3)]
    known = {device.name: (0, "") for device in devices}

    def everybody_sends() -> None:
        for device in devices:
            known[device.name] = send(device, *known[device.name])

    for device in devices[:2]:
        for number in range(3):
            device.case(number)
    everybody_sends()
    before = hub.epoch()
    hub.run(backup(hub.store, tmp_path / "yesterday.backup"))
    for device in devices:
        for number in range(3, 6):
            device.case(number)
    everybody_sends()
    cursor = hub.feed().next_cursor
    hub.run(restore(hub.store, tmp_path / "yesterday.backup", replace=True))
    assert hub.epoch() != before
    assert hub.counts() == {"applied": 18, "cases": 6}
    with pytest.raises(Refused) as refused:
        hub.feed(cursor)
    assert refused.value.http_status == 410
    devices[0].case(6)
    for device in devices:
        device.case(7)
    everybody_sends()
    whole(hub, devices)
    assert hub.run(verify(hub.store)).facts == sum(len(device.sealed) for device in devices)
    assert hub.counts()["cases"] == 6 + 9 + 4


def test_a_backup_of_one_engine_opens_in_the_other(hub: Hub, tmp_path: Path, postgres: str) -> None:
    device = Device(hub, "device-1")
    case_id = device.case(1)
    device.drain()
    hub.run(backup(hub.store, tmp_path / "b"))
    other = "postgres" if hub.engine == "sqlite" else "sqlite"
    if other == "sqlite":
        moved = Hub("sqlite", open_store(tmp_path / "moved.db"), hub.loop, tmp_path)
    else:
        moved = Hub("postgres", open_store(postgres), hub.loop, tmp_path)
    counts = moved.run(restore(moved.store, tmp_path / "b")).counts
    assert (counts["event"], counts["case_"]) == (3, 1)
    assert moved.case(case_id) == hub.case(case_id)
    assert moved.store.public_key == hub.store.public_key, "devices have pinned it"
    moved.close()


def test_a_database_with_data_is_not_replaced_by_accident(hub: Hub, tmp_path: Path) -> None:
    device = Device(hub, "device-1")
    hub.run(backup(hub.store, tmp_path / "b"))
    device.case(1)
    device.drain()
    with pytest.raises(BadBackup) as refused:
        hub.run(restore(hub.store, tmp_path / "b"))
    assert refused.value.code == "not_empty"
    assert hub.counts()["applied"] == 3


def test_a_backup_that_is_not_whole_changes_nothing(hub: Hub, tmp_path: Path) -> None:
    device = Device(hub, "device-1")
    device.case(1)
    device.drain()
    good = tmp_path / "good"
    hub.run(backup(hub.store, good))
    assert check(good)["event"] == 3
    assert good.stat().st_mode & 0o777 == 0o600
    data, epoch = good.read_bytes(), hub.epoch()
    for name, broken in {
        "cut": data[:-40],
        "empty": b"",
        "other": b"PK" + data,
        "half": data[: len(data) // 2],
    }.items():
        (tmp_path / name).write_bytes(broken)
        with pytest.raises(BadBackup):
            hub.run(restore(hub.store, tmp_path / name, replace=True))
    assert (hub.counts()["applied"], hub.epoch()) == (3, epoch)


def test_an_existing_file_is_never_overwritten(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "b").write_text("precious")
    with pytest.raises(BadBackup):
        hub.run(backup(hub.store, tmp_path / "b"))
    assert (tmp_path / "b").read_text() == "precious"
    assert list(tmp_path.glob("*.new")) == []


@pytest.mark.parametrize("column", ["header", "public", "personal_hash", "hash"])
def test_a_stored_fact_with_one_byte_changed_is_noticed(hub: Hub, column: str) -> None:
    device = Device(hub, "device-1")
    device.case(1)
    device.drain()
    hub.run(verify(hub.store))
    (row,) = hub.read(lambda db: db.rows(f"SELECT {column} FROM event WHERE seq = 2"))
    changed = bytes([row[0][0] ^ 1]) + row[0][1:]
    hub.transact(lambda db: db.run(f"UPDATE event SET {column} = $1 WHERE seq = 2", changed))
    with pytest.raises(BrokenChain, match="第2条"):
        hub.run(verify(hub.store))


def test_a_stored_fact_that_is_gone_is_noticed(hub: Hub) -> None:
    device = Device(hub, "device-1")
    device.case(1)
    device.drain()
    hub.transact(lambda db: db.run("DELETE FROM event WHERE seq = 3"))
    with pytest.raises(BrokenChain, match="第3条"):
        hub.run(verify(hub.store))
