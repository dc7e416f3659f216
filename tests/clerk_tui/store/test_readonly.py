"""Whoever only looks can change nothing, copy nothing out and see nobody's data, whatever they ask."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from clerk_tui.services import intake
from clerk_tui.services.workspace import Workspace
from clerk_tui.store import readonly
from clerk_tui.store.connection import open_reader
from clerk_tui.store.readonly import SHOWN, Denied, Looking
from hall.errors import StoreError
from tests.clerk_tui.walkins import COMPANY, restaurant

CHANGING = [
    "INSERT INTO counter VALUES ('x', 1)",
    "INSERT OR REPLACE INTO counter VALUES ('x', 1)",
    "REPLACE INTO counter VALUES ('x', 1)",
    "INSERT INTO counter VALUES ('x', 1) ON CONFLICT DO UPDATE SET value = 2",
    "WITH a AS (SELECT 1) INSERT INTO counter SELECT 'x', 1 FROM a",
    "INSERT INTO counter VALUES ('x', 1) RETURNING value",
    "UPDATE counter SET value = 0",
    "UPDATE case_view SET state = 'filed'",
    "DELETE FROM case_view",
    "DELETE FROM event",
    "CREATE TABLE x (y)",
    "CREATE TABLE x AS SELECT * FROM case_view",
    "CREATE TEMP TABLE x (y)",
    "CREATE TEMP VIEW x AS SELECT 1",
    "CREATE TEMP TRIGGER x AFTER INSERT ON counter BEGIN DELETE FROM counter; END",
    "CREATE VIEW x AS SELECT 1",
    "CREATE INDEX x ON counter (value)",
    "CREATE TRIGGER x AFTER INSERT ON counter BEGIN DELETE FROM counter; END",
    "CREATE VIRTUAL TABLE x USING fts5 (y)",
    "DROP TABLE case_view",
    "DROP INDEX event_subject",
    "DROP TRIGGER event_stays",
    "ALTER TABLE counter RENAME TO y",
    "ALTER TABLE counter ADD COLUMN z",
    "ALTER TABLE counter DROP COLUMN value",
    "ATTACH DATABASE '{folder}/out.db' AS out",
    "ATTACH DATABASE ':memory:' AS out",
    "DETACH DATABASE main",
    "VACUUM",
    "VACUUM INTO '{folder}/out.db'",
    "REINDEX",
    "ANALYZE",
    "PRAGMA query_only = OFF",
    "PRAGMA writable_schema = ON",
    "PRAGMA journal_mode = DELETE",
    "PRAGMA user_version = 99",
    "PRAGMA application_id = 1",
    "PRAGMA wal_checkpoint(TRUNCATE)",
    "PRAGMA optimize",
    "PRAGMA incremental_vacuum",
    "PRAGMA database_list",
    "PRAGMA table_info(event)",
    "BEGIN",
    "BEGIN IMMEDIATE",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT x",
    "RELEASE x",
    "SELECT load_extension('{folder}/x.so')",
    "SELECT writefile('{folder}/out.db', 'x')",
    "SELECT readfile('/etc/passwd')",
    "SELECT edit('x')",
    "SELECT randomblob(1000000000)",
    "SELECT zeroblob(1000000000)",
    "SELECT * FROM pragma_table_info('event')",
    "SELECT 1; DELETE FROM case_view",
    "EXPLAIN DELETE FROM case_view",
]
PRYING = [
    "SELECT * FROM event",
    "SELECT personal FROM event",
    "SELECT salt, public FROM event",
    "SELECT * FROM person_view",
    "SELECT name FROM case_name",
    "SELECT key FROM case_find",
    "SELECT body FROM inbox_change",
    "SELECT secret FROM hall_secret",
    "SELECT verifier FROM clerk_cache",
    "SELECT body FROM clerk_list",
    "SELECT sql FROM sqlite_schema",
    "SELECT name FROM sqlite_master",
    "SELECT reference FROM case_view WHERE case_seq IN (SELECT case_seq FROM case_name WHERE name = '张三')",
    "SELECT count(*) FROM person_view",
    "SELECT count(*) FROM PERSON_VIEW",
    "WITH case_view (reference) AS (SELECT name FROM case_name) SELECT reference FROM case_view",
    "SELECT (SELECT count(*) FROM main.case_name)",
    "SELECT count(*) FROM json_each((SELECT secret FROM hall_secret))",
    "WITH guess (hash) AS (SELECT x'00') SELECT seq FROM event JOIN guess USING (hash)",
    "WITH guess (personal) AS (SELECT '') SELECT seq FROM event NATURAL JOIN guess",
    "WITH guess (header) AS (SELECT '') SELECT seq FROM event NATURAL LEFT JOIN guess",
    "WITH guess (hash) AS (SELECT x'00') SELECT seq FROM event JOIN guess using(hash)",
]


@pytest.fixture
def looking(ws: Workspace) -> Iterator[Looking]:
    intake.submit(ws, restaurant(ws))
    looking = Looking(ws.journal.path)
    yield looking
    looking.close()


def everything(folder: Path) -> dict[str, bytes]:
    """Every file beside the database and what is in it; the shared-memory index is SQLite's own."""
    return {
        path.name: sha256(path.read_bytes()).digest() for path in folder.iterdir() if not path.name.endswith("-shm")
    }


@pytest.mark.parametrize("sql", CHANGING)
def test_no_statement_changes_anything(looking: Looking, sql: str) -> None:
    folder = looking.path.parent
    before = everything(folder)
    with pytest.raises(Denied) as refused:
        looking.rows(sql.format(folder=folder))
    assert refused.value.code == "read_only"
    assert everything(folder) == before
    assert looking.rows("SELECT count(*) FROM case_view") == [(1,)], "and looking goes on"


@pytest.mark.parametrize("sql", [sql for sql in CHANGING if "SELECT" not in sql or "INSERT" in sql])
def test_the_counters_own_readers_change_nothing_either(looking: Looking, sql: str) -> None:
    folder = looking.path.parent
    before = everything(folder)
    reader = open_reader(looking.path)
    try:
        with pytest.raises((sqlite3.Error, sqlite3.Warning)):
            reader.execute(sql.format(folder=folder)).fetchall()
    finally:
        reader.close()
    assert everything(folder) == before


@pytest.mark.parametrize("sql", PRYING)
def test_nobodys_data_is_to_be_seen(looking: Looking, sql: str) -> None:
    with pytest.raises(Denied):
        looking.rows(sql)


def test_what_is_shown_is_masked(looking: Looking) -> None:
    for table, columns in SHOWN.items():
        names = "count(*)" if columns is readonly.EVERYTHING else ", ".join(sorted(columns))
        told = str(looking.rows(f"SELECT {names} FROM {table}"))
        assert not [word for word in (COMPANY, "13800001234", "张三", "李四", "人民路") if word in told], table


def test_every_shown_column_is_there(looking: Looking, ws: Workspace) -> None:
    for table, columns in SHOWN.items():
        there = {row[1] for row in ws.journal.database.writer.execute(f"PRAGMA table_info({table})")}
        assert there and (columns is readonly.EVERYTHING or columns <= there)


def test_looking_sees_what_was_committed_meanwhile(looking: Looking, ws: Workspace) -> None:
    intake.submit(ws, restaurant(ws))
    assert looking.rows("SELECT state, count(*) FROM case_view GROUP BY state") == [("accepted", 2)]


def test_a_look_ends_by_itself(looking: Looking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readonly, "LONGEST_S", 0.05)
    with pytest.raises(StoreError) as stopped:
        looking.rows("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n")
    assert stopped.value.code == "too_long"
    assert looking.rows("SELECT count(*) FROM case_view") == [(1,)]


def test_no_text_grows_until_the_memory_is_full(looking: Looking) -> None:
    doubled = "SELECT 'x' UNION ALL SELECT replace(t, 'x', 'xxxxxxxxxxxxxxxx') FROM n WHERE length(t) < 2000000"
    with pytest.raises(StoreError) as stopped:
        looking.rows(f"WITH RECURSIVE n (t) AS ({doubled}) SELECT max(length(t)) FROM n")
    assert stopped.value.code == "too_long"
    assert looking.rows("SELECT count(*) FROM case_view") == [(1,)]


def test_where_there_is_no_database_none_is_made(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        Looking(tmp_path / "none.db")
    assert list(tmp_path.iterdir()) == []
