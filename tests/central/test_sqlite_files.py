"""The embedded database's file: made once, opened again, brought up to date, left alone when it is something else."""

from __future__ import annotations

import sqlite3
from importlib.resources import files
from pathlib import Path

import pytest

from central import feed, ingest
from central.store import devices
from central.store.sqlite import SqliteStore
from hall.errors import StoreError
from tests.central.counter import OFFICE, Counter
from tests.central.inline import counts, inline
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
