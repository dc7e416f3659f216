"""Tables and triggers are those of the migrations, or the database is not worked with; what can be made again is."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from clerk_tui.cli.main import main
from clerk_tui.store.journal import Journal, open_journal
from clerk_tui.store.migrations import PROJECTIONS
from hall.errors import BrokenChain, StoreError
from tests.clerk_tui.conftest import FixedClock
from tests.journals import add_case, new_journal

PROTECTION = ("event_stays", "event_unchanged", "event_once")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A journal with two cases, closed."""
    with closing(new_journal(tmp_path)) as journal:
        add_case(journal, 1)
        add_case(journal, 2)
        path = journal.path
    opened(path).close()  # the counter of references comes to stand behind the two
    return path


def opened(path: Path, *, look: bool = False) -> Journal:
    return open_journal(path, device_code="A1", clock=FixedClock(), check_tail=not look)


def alter(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def rows(path: Path) -> dict[str, list[Any]]:
    with closing(sqlite3.connect(path)) as connection:
        return {table: connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in PROJECTIONS}


def refused(work: Callable[[], object]) -> StoreError:
    with pytest.raises(StoreError) as error:
        work()
    assert error.value.code == "schema_changed" and error.value.hint
    return error.value


@pytest.mark.parametrize("trigger", PROTECTION)
def test_without_its_protection_a_journal_is_not_worked_with(path: Path, trigger: str) -> None:
    alter(path, f"DROP TRIGGER {trigger}")
    told = refused(lambda: opened(path))
    assert trigger in told.message and str(path) in told.message and "clerk journal rebuild" in told.hint
    with closing(opened(path, look=True)) as journal:
        again = refused(journal.verify)
    assert trigger in again.message and "journal verify" not in again.hint, "it is what was just run"


def test_a_trigger_that_does_nothing_is_noticed(path: Path) -> None:
    alter(
        path,
        "DROP TRIGGER event_stays",
        "CREATE TRIGGER event_stays BEFORE DELETE ON event WHEN 0 BEGIN SELECT RAISE(ABORT, 'never'); END",
        "CREATE TRIGGER quiet AFTER INSERT ON event BEGIN DELETE FROM receipt; END",
    )
    told = refused(lambda: opened(path))
    assert "改动过触发器 event_stays" in told.message and "多出触发器 quiet" in told.message


def test_rebuilding_gives_the_protection_back(path: Path) -> None:
    before = rows(path)
    alter(path, *(f"DROP TRIGGER {name}" for name in PROTECTION), "DROP INDEX event_subject")
    alter(path, "CREATE TRIGGER quiet AFTER INSERT ON event BEGIN DELETE FROM receipt; END")
    with closing(opened(path, look=True)) as journal:
        assert journal.rebuild() == 6
    with closing(opened(path)) as journal:
        journal.verify()
        with pytest.raises(StoreError), journal.write() as connection:
            connection.execute("DELETE FROM event")
    assert rows(path) == before


@pytest.mark.parametrize("table", PROJECTIONS)
def test_a_table_made_from_facts_comes_back_whole(path: Path, table: str) -> None:
    before = rows(path)
    alter(path, f"DROP TABLE {table}")
    assert table in refused(lambda: opened(path)).message
    with closing(opened(path, look=True)) as journal:
        journal.rebuild()
    with closing(opened(path)) as journal:
        journal.verify()
    assert rows(path) == before


def test_a_table_that_facts_do_not_make_is_not_made_up(path: Path) -> None:
    alter(path, "DROP TABLE event_status")
    assert "clerk restore" in refused(lambda: opened(path)).hint
    with closing(opened(path, look=True)) as journal:
        refused(journal.verify)
        refused(journal.rebuild)


def test_nothing_is_made_from_facts_that_were_changed(path: Path) -> None:
    alter(path, "DROP TRIGGER event_unchanged", "UPDATE event SET hash = zeroblob(32) WHERE seq = 2")
    with closing(opened(path, look=True)) as journal, pytest.raises(BrokenChain):
        journal.rebuild()
    assert "event_unchanged" not in {row[0] for row in triggers(path)}, "nothing was changed"


@pytest.mark.parametrize("name", ["case_view", "case_find", "sqlite_autoindex_event_1"])
def test_what_a_rebuild_cannot_mend_it_does_not_call_mended(path: Path, name: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        (page,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (name,)).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    data = bytearray(path.read_bytes())
    data[(page - 1) * size : page * size] = bytes(range(256)) * (size // 256)
    path.write_bytes(bytes(data))
    with closing(opened(path, look=True)) as journal, pytest.raises(StoreError) as error:
        journal.rebuild()
    assert error.value.code == "store_corrupt" and "clerk restore" in error.value.hint


def triggers(path: Path) -> list[Any]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall()


def test_the_commands_say_it_and_mend_it(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = tmp_path / "config.toml"
    settings.write_text(f'[store]\npath = "{path}"\n[device]\ncode = "A1"\n', encoding="utf-8")
    alter(path, "DROP TABLE case_find")

    def clerk(*words: str) -> int:
        return main(["--config", str(settings), "journal", *words])

    assert clerk("verify") == 2
    assert "case_find" in capsys.readouterr().err
    assert clerk("rebuild") == 0
    assert clerk("verify") == 0
