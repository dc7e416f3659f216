"""A disk that fills up or fails: nothing is said to be saved that is not, and what is there can still be read."""

from __future__ import annotations

import resource
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from clerk_tui.services import cases, intake, supplement
from clerk_tui.services.health import health
from clerk_tui.services.workspace import Workspace
from clerk_tui.store.connection import Database, as_store_error
from clerk_tui.store.disk import MIB, Disk, Limits
from clerk_tui.store.journal import Journal, open_journal
from hall.errors import StoreError
from tests.clerk_tui.walkins import MISSING, PRESENT, restaurant
from tests.journals import StillClock, add_case


@contextmanager
def room(size: int) -> Iterator[None]:
    """No file may grow past ``size`` bytes: a write fails as it does on a failing disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def opened(path: Path, limits: Limits | None = None) -> Journal:
    return open_journal(path, device_code="A1", clock=StillClock(), wait_s=0.2, limits=limits)


def test_after_a_failed_write_nothing_is_written_and_everything_read(tmp_path: Path) -> None:
    path = tmp_path / "clerk.db"
    with closing(opened(path)) as journal:
        case_id = add_case(journal, 1)
        head = journal.head
        with pytest.raises(StoreError) as error, room(path.with_name("clerk.db-wal").stat().st_size):
            add_case(journal, 2)
        assert error.value.code == "store_io" and "没有保存" in error.value.message
        with pytest.raises(StoreError) as error:
            add_case(journal, 3)
        assert error.value.code == "store_stopped" and "只能查看" in error.value.message
        assert journal.head == head
        assert len(journal.facts_of(case_id)) == 3
    with closing(opened(path)) as journal:
        assert journal.head == head
        assert journal.check() == []
        add_case(journal, 2)


def test_a_disk_without_a_free_byte_is_full_not_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading fails too then, since the index of the WAL cannot grow; with room again the counter goes on."""
    path = tmp_path / "clerk.db"
    with closing(opened(path)) as journal:
        with monkeypatch.context() as full, room(path.with_name("clerk.db-wal").stat().st_size):
            usage = shutil.disk_usage(tmp_path)
            full.setattr(shutil, "disk_usage", lambda _: usage._replace(free=0))
            with pytest.raises(StoreError) as error:
                add_case(journal, 1)
            assert error.value.code == "disk_full" and "停止使用" not in error.value.hint
        add_case(journal, 1)


@pytest.mark.parametrize("code", [sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_DIR_FSYNC])
def test_a_failed_fsync_is_never_only_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    """The next one may report as saved what this one lost."""
    with closing(opened(tmp_path / "clerk.db")) as journal:
        usage = shutil.disk_usage(tmp_path)
        monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=0))
        failed = sqlite3.OperationalError("disk I/O error")
        failed.sqlite_errorcode = code
        assert as_store_error(failed, journal.path).code == "store_io" and journal.database.stopped


def test_a_failed_read_stops_writing_too(tmp_path: Path) -> None:
    path = tmp_path / "clerk.db"
    with closing(opened(path)) as journal:
        for number in range(1, 60):
            add_case(journal, number)
    data = bytearray(path.read_bytes())
    page = int.from_bytes(data[16:18], "big")
    first, last = len(data) // page // 2, len(data) // page
    data[first * page :] = b"\xee" * ((last - first) * page)
    path.write_bytes(data)
    with closing(open_journal(path, device_code="A1", clock=StillClock(), check_tail=False)) as journal:
        with pytest.raises(StoreError) as error:
            journal.verify()
        assert error.value.code == "store_corrupt"
        with pytest.raises(StoreError) as error:
            add_case(journal, 99)
        assert error.value.code == "store_stopped"


def test_a_full_disk_gives_up_its_ballast_and_the_next_try_is_saved(tmp_path: Path) -> None:
    path = tmp_path / "clerk.db"
    with closing(opened(path, Limits(ballast=MIB, warn=0, stop=0))) as journal:
        ballast = path.with_name("clerk.db.ballast")
        assert ballast.stat().st_blocks * 512 >= MIB, "the room is really taken"
        journal.database.writer.execute("PRAGMA max_page_count = 1")
        with pytest.raises(StoreError) as error:
            for number in range(1, 100):
                add_case(journal, number)
        assert error.value.code == "disk_full" and "再办一次" in error.value.hint
        assert not ballast.exists()
        journal.database.writer.execute("PRAGMA max_page_count = 100000")
        before = journal.head.seq
        add_case(journal, 100)
        assert journal.head.seq == before + 3
    with closing(opened(path, Limits(ballast=MIB, warn=0, stop=0))):
        assert ballast.stat().st_size == MIB, "it comes back by itself"


def test_no_ballast_is_taken_where_there_is_no_room_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = Disk(tmp_path / "clerk.db", Limits(ballast=MIB, warn=10 * MIB, stop=5 * MIB))
    monkeypatch.setattr(Disk, "free", lambda self: 5 * MIB)
    disk.load()
    assert not disk.ballast.exists()
    assert not disk.drop()


def test_with_little_room_new_cases_stop_and_open_ones_go_on(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    result = intake.submit(ws, restaurant(ws, layout=MISSING))
    assert health(ws).disk == "enough"
    monkeypatch.setattr(Disk, "free", lambda self: 900 * MIB)
    assert health(ws).disk == "low"
    intake.submit(ws, restaurant(ws))
    monkeypatch.setattr(Disk, "free", lambda self: 100 * MIB)
    assert health(ws).disk == "out"
    head = ws.journal.head
    with pytest.raises(StoreError) as error:
        intake.submit(ws, restaurant(ws))
    assert error.value.code == "disk_low" and "100 MB" in error.value.message
    assert ws.journal.head == head
    back = supplement.open_supplement(ws, result.reference)
    back.ticks = {"layout": PRESENT}
    supplement.submit(ws, back)
    assert cases.get(ws, result.reference).case.state == "accepted"


def hold(path: Path) -> sqlite3.Connection:
    """A program that begins to read in the journal and does not end."""
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM event").fetchone()
    return reader


def test_a_reader_that_never_ends_is_told_of_and_the_room_comes_back_when_it_does(ws: Workspace) -> None:
    database = ws.journal.database
    limit = 256 << 10
    database.disk.limits = replace(database.disk.limits, log=limit)
    with closing(hold(ws.journal.path)):
        while database.log_bytes() <= limit:
            assert not health(ws).log
            intake.submit(ws, restaurant(ws))
        for _ in range(2):
            database.fold_wal(over_bytes=0)
            assert health(ws).log > limit, "what is read in cannot be folded; nothing waits for it"
        with database.write() as db:
            assert db.execute("PRAGMA busy_timeout").fetchone()[0] > 0, "a writer still waits for another"
    head = ws.journal.head
    database.fold_wal(over_bytes=0)
    assert (health(ws).log, database.log_bytes()) == (0, 0)
    assert ws.journal.verify().head == head


def test_a_database_that_is_opened_again_is_trusted_again(tmp_path: Path) -> None:
    path = tmp_path / "clerk.db"
    with closing(Database(path)) as database:
        with pytest.raises(StoreError), database.write():
            raise sqlite3.DatabaseError("nothing with a code")
        assert not database.stopped
