"""Opening: what is unsafe, foreign, newer or broken is refused with what, where and what to do, and stays as it was."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from clerk_tui.store import device
from clerk_tui.store.initials import initials
from clerk_tui.store.journal import Journal, open_journal
from clerk_tui.store.migrations import LATEST
from hall.errors import StoreError
from hall.names import search_key
from tests.clerk_tui.conftest import FixedClock


def opened(path: Path, code: str = "A1") -> Journal:
    return open_journal(path, device_code=code, clock=FixedClock(), wait_s=0.2)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "clerk.db"


def refused(path: Path, code: str = "A1") -> StoreError:
    """The error of opening; the file is byte for byte as before."""
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(StoreError) as error:
        opened(path, code)
    assert str(path) in error.value.message and error.value.hint
    assert (path.read_bytes() if path.is_file() else None) == before
    return error.value


def test_a_commit_survives_a_power_cut(path: Path) -> None:
    with closing(opened(path)) as journal:
        writer = journal.database.writer
        read_back = {
            name: writer.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "foreign_keys", "trusted_schema")
        }
    assert read_back == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "trusted_schema": 0}


def test_tables_are_strict_and_are_these(path: Path) -> None:
    with closing(opened(path)) as journal:
        rows = journal.read().execute("SELECT name, sql FROM sqlite_schema WHERE type = 'table'").fetchall()
    ours = {name: sql for name, sql in rows if not name.startswith(("sqlite_", "_sqlite"))}
    assert set(ours) == {
        "device", "event", "event_status", "receipt", "counter", "case_view", "case_find", "case_name",
        "person_view", "paper", "print_job", "inbox_change", "sync_log", "known_key", "hall_secret", "paper_text",
        "shared_case", "shared_find", "settled", "archive", "attachment", "dead_letter", "kept",
        "clerk_list", "clerk_cache", "clerk_session", "ticket_view", "number_block", "ticket_asked",
        "queue_desk", "booking", "old_paper", "archive_withheld", "former_list",
    }  # fmt: skip
    assert all("STRICT" in sql for sql in ours.values())


def test_the_device_is_made_once_and_its_key_is_nobodys_business(path: Path) -> None:
    with closing(opened(path)) as journal:
        first = journal.device()
    with closing(opened(path)) as journal:
        assert journal.device() == first
    assert stat.S_IMODE(device.key_file(path).stat().st_mode) == 0o600
    assert device.load_key(path).public_key().public_bytes_raw() == first.public_key


def test_a_journal_is_its_owner_s_alone_whatever_folder_it_lies_in(path: Path) -> None:
    path.parent.chmod(0o755)
    before = os.umask(0o022)
    try:
        with closing(opened(path)):
            mode = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir() if each.is_file()}
        path.chmod(0o644)
        with closing(opened(path)):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, "one that an earlier version made"
    finally:
        os.umask(before)
    assert {"clerk.db", "clerk.db-wal", "clerk.db-shm"} <= set(mode)
    assert {bits for name, bits in mode.items() if name.startswith("clerk.db")} == {0o600}


def emptied(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("lose", [Path.unlink, emptied])
def test_where_a_journal_has_begun_none_begins_anew(path: Path, lose: Callable[[Path], None]) -> None:
    """It would give the numbers of papers that people have in their hands a second time."""
    opened(path).close()
    for rest in path.parent.glob(f"{path.name}-*"):
        rest.unlink()
    lose(path)
    before = path.exists()
    assert refused(path).code == "journal_gone"
    assert path.exists() == before and not (before and path.stat().st_size), "nothing was written"
    device.key_file(path).rename(path.with_name("elsewhere"))
    opened(path).close()


def test_a_crash_between_the_key_and_its_first_record_hinders_nobody(path: Path) -> None:
    opened(path).close()
    device.key_file(path).rename(path.with_name(path.name + ".key.first"))
    path.unlink()
    with closing(opened(path)) as journal:
        assert device.load_key(path).public_key().public_bytes_raw() == journal.device().public_key
    # And after the record, before the key has its name.
    device.key_file(path).rename(path.with_name(path.name + ".key.first"))
    opened(path).close()
    assert device.key_file(path).exists()


def test_a_text_file_is_no_database(path: Path) -> None:
    path.write_text("办件登记簿\n" * 50)
    error = refused(path)
    assert error.code == "not_a_database"
    assert "clerk restore" in error.hint and "移走" not in error.hint, "what was not sent is taken out where it lies"


def test_a_short_file_is_no_database(path: Path) -> None:
    path.write_bytes(b"SQLite")
    assert refused(path).code == "not_a_database"


def test_another_programs_database_is_left_alone(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE bookmarks (url)")
        other.commit()
    assert refused(path).code == "foreign_database"


def test_a_newer_versions_database_is_left_alone(path: Path) -> None:
    opened(path).close()
    with closing(sqlite3.connect(path)) as newer:
        newer.execute(f"PRAGMA user_version = {LATEST + 1}")
    assert refused(path).code == "newer_schema"


def test_another_devices_database_is_left_alone(path: Path) -> None:
    opened(path).close()
    assert refused(path, code="B2").code == "other_device"


def test_a_damaged_file_is_told(path: Path) -> None:
    opened(path).close()
    data = bytearray(path.read_bytes())
    data[100:] = os.urandom(len(data) - 100)
    path.write_bytes(data)
    assert refused(path).code in ("store_corrupt", "store_failed")


def test_a_folder_that_cannot_be_written_is_told() -> None:
    assert refused(Path("/proc/clerk/clerk.db")).code == "store_unreachable"


def test_a_folder_in_place_of_the_file_is_told(path: Path) -> None:
    path.mkdir()
    assert refused(path).code == "store_unreadable"


def test_a_missing_key_is_told_when_it_is_needed(path: Path) -> None:
    opened(path).close()
    device.key_file(path).unlink()
    opened(path).close()
    with pytest.raises(StoreError) as error:
        device.load_key(path)
    assert error.value.code == "device_key"


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("张三", "zs"),
        ("单雄信", "sxx"),
        ("曾小贤", "zxx"),
        ("万俟卨", "mq"),
        ("解晓东", "xxd"),
        ("欧阳婧", "oyj"),
        ("阿卜杜拉·买买提", "abdlmmt"),
        ("ABC贸易", "abcmy"),
        ("䶮", ""),
        ("\U00030000三", "s"),
    ],
)
def test_initials_of_a_name(name: str, short: str) -> None:
    assert initials(search_key(name)) == short
