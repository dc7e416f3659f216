"""The embedded database's file: made once, opened again, brought up to date, left alone when it is something else."""

from __future__ import annotations

import socket
import sqlite3
import subprocess
import sys
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from central import attachments, feed, ingest
from central.cli import main
from central.clock import now_ms
from central.store import devices, locking
from central.store.devices import DeviceRow
from central.store.sqlite import SqliteStore
from hall.errors import StoreError
from tests.central.counter import OFFICE, Counter
from tests.central.inline import counts, inline
from tests.central.queue_load import Process
from tests.journals import add_case


def test_the_same_database_opens_again_with_its_epoch_and_key(tmp_path: Path) -> None:
    first = SqliteStore(tmp_path / "c.db")
    epoch = inline(first.epoch())
    inline(first.close())
    again = SqliteStore(tmp_path / "c.db")
    assert (inline(again.epoch()), again.public_key) == (epoch, first.public_key)
    inline(again.close())


def test_a_file_that_is_no_database_is_told_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    path.write_bytes(b"not a database at all" * 100)
    before = path.read_bytes()
    with pytest.raises(StoreError, match="打不开"):
        SqliteStore(path)
    assert path.read_bytes() == before


V1 = "sqlite-001.sql"


def test_a_database_of_the_first_version_keeps_its_cases_and_feed(tmp_path: Path, store: SqliteStore) -> None:
    """What the first version wrote is read by this one; each hall's feed gets a counter of its own."""
    path = tmp_path / "old.db"
    old = sqlite3.connect(path)
    old.executescript(files("central.store.migrations").joinpath(V1).read_text("utf-8"))
    counter = Counter(tmp_path, store)
    add_case(counter.journal, 1)
    device = inline(store.read(lambda db: devices.device(db, counter.device.device_id)))
    assert device is not None
    inline(ingest.push(store, device, counter.request(), 1_790_000_000_000))
    now = sqlite3.connect(tmp_path / "centre" / "central.db")
    old.execute("INSERT INTO server VALUES ('epoch', ?, 3)", (b"k" * 32,))
    for table in ("device", "incarnation", "event"):
        columns = ",".join(row[1] for row in old.execute(f"PRAGMA table_info({table})"))
        rows = now.execute(f"SELECT {columns} FROM {table}").fetchall()
        old.executemany(f"INSERT INTO {table} VALUES ({','.join('?' * len(rows[0]))})", rows)
    case = now.execute("SELECT case_id, office, reference, state, version, snapshot FROM case_").fetchone()
    old.execute("INSERT INTO case_ VALUES (?,?,?,?,?,?)", case)
    old.execute("PRAGMA user_version = 1")
    old.commit()
    now.close()
    old.close()
    again = SqliteStore(path)
    asked = feed.Asked(OFFICE, "", 9)
    before, after = inline(feed.changes(store, asked)), inline(feed.changes(again, asked))
    assert after.changes == before.changes
    assert inline(again.read(counts)) == inline(store.read(counts))
    inline(again.close())


def test_two_processes_never_write_at_once_and_who_waits_too_long_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SqliteStore(tmp_path / "c.db")
    other = locking.WriteLock(tmp_path / "c.db")
    monkeypatch.setattr(locking, "WAIT_S", 0.02)
    with other.held():
        with pytest.raises(StoreError) as error:
            inline(store.transact(lambda db: db.run("UPDATE server SET epoch = 'x'")))
        assert error.value.code == "centre_database_away"
        assert inline(store.epoch()) != "x", "whoever only looks waits for nobody"
    inline(store.transact(lambda db: db.run("UPDATE server SET epoch = 'x'")))
    assert inline(store.epoch()) == "x"
    inline(store.close())
    other.close()


def test_a_database_that_is_locked_from_outside_is_busy_and_no_error_of_the_centre(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SqliteStore(tmp_path / "c.db")
    store._db.execute("PRAGMA busy_timeout = 20")
    rude = sqlite3.connect(tmp_path / "c.db", isolation_level=None)
    rude.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError) as error:
        inline(store.transact(lambda db: db.run("UPDATE server SET epoch = 'x'")))
    assert error.value.code == "centre_database_away"
    rude.close()
    inline(store.close())


def test_nothing_is_put_back_under_a_centre_that_serves(tmp_path: Path) -> None:
    (tmp_path / "backup").write_bytes(b"")
    with locking.serving(tmp_path / "central.db"):
        told = CliRunner().invoke(main, ["restore", "--data", str(tmp_path), "--replace", str(tmp_path / "backup")])
    assert told.exit_code != 0 and "另一个中心正在用" in told.stderr


def test_a_port_that_is_taken_is_told_with_what_to_do(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [
            sys.executable,
            "-c",
            "from central.cli import main; main()",
            "serve",
            "--data",
            str(tmp_path),
            "--port",
            port,
        ]
        told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.returncode == 2 and port in told.stderr and "--port" in told.stderr
    assert "Traceback" not in told.stderr


def test_one_process_serves_an_embedded_database(tmp_path: Path) -> None:
    inline(SqliteStore(tmp_path / "central.db").close())
    with locking.serving(tmp_path / "central.db"):
        done = CliRunner().invoke(main, ["serve", "--data", str(tmp_path), "--port", "0"])
    assert done.exit_code != 0
    assert "另一个中心正在用这个数据库" in done.output


def test_a_centre_lets_parts_of_attachments_go_by_itself_after_the_days_it_was_told(tmp_path: Path) -> None:
    folder = tmp_path / "centre"
    store = SqliteStore(folder / "central.db")
    row = DeviceRow("device-1", OFFICE, b"k" * 32, False, "clerk")
    four_days_old, one_day_old = (now_ms() - days * 24 * 3_600_000 for days in (4, 1))
    for content, at_ms in ((b"left", four_days_old), (b"under way", one_day_old)):
        digest = sha256(content).hexdigest()
        inline(attachments.put(store, row, digest, "image/png", f"bytes 0-0/{len(content)}", content[:1], at_ms))
    process = Process("--data", str(folder), "--upload-days", "3")
    try:
        assert httpx.get(f"http://127.0.0.1:{process.port}/v1/health").status_code == 200
    finally:
        process.stop()
    left = inline(store.read(lambda db: db.rows("SELECT sha256 FROM upload UNION SELECT sha256 FROM upload_piece")))
    inline(store.close())
    assert left == [(sha256(b"under way").hexdigest(),)]
