"""The rollback witness: a database that was set back is noticed at start and gives no number (sync.md §2, §8)."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from clerk_tui.config import Config
from clerk_tui.services import intake
from clerk_tui.services.workspace import open_workspace
from clerk_tui.store.journal import Journal, open_journal
from clerk_tui.store.traces import REFERENCE_COUNTER
from clerk_tui.store.witness import SLOT, Mark, Witness
from hall.errors import StoreError
from tests.clerk_tui.conftest import FixedClock
from tests.clerk_tui.walkins import restaurant
from tests.journals import StillClock, add_case


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "db").mkdir()
    return tmp_path


def opened(folder: Path, code: str = "A1") -> Journal:
    return open_journal(
        folder / "db" / "clerk.db", device_code=code, clock=StillClock(), witness=folder / "elsewhere" / "witness"
    )


def mark(folder: Path) -> Mark:
    found = Witness(folder / "elsewhere" / "witness").read()
    assert found is not None
    return found


def copy(folder: Path, name: str) -> Callable[[], None]:
    """Copy the database as it is now; what is returned puts the copy back, as a restored image does."""
    shutil.copytree(folder / "db", folder / name)

    def put_back() -> None:
        shutil.rmtree(folder / "db")
        shutil.copytree(folder / name, folder / "db")

    return put_back


def refused(folder: Path, code: str = "A1") -> StoreError:
    with pytest.raises(StoreError) as error:
        opened(folder, code)
    assert error.value.code == "rolled_back"
    assert "clerk restore" in error.value.hint
    return error.value


def test_the_witness_knows_of_a_fact_when_saved_is_said(folder: Path) -> None:
    with closing(opened(folder)) as journal:
        for number in range(1, 4):
            add_case(journal, number)
            assert (mark(folder).seq, mark(folder).hash) == (journal.head.seq, journal.head.hash)


def test_what_is_undone_is_never_attested(folder: Path) -> None:
    with closing(opened(folder)) as journal:
        add_case(journal, 1)
        before = mark(folder)
        with pytest.raises(RuntimeError), journal.write() as connection:
            journal.next_number(connection, REFERENCE_COUNTER)
            connection.execute("DELETE FROM print_job")
            raise RuntimeError
        with journal.write():
            pass
        assert mark(folder) == before


def test_a_database_put_back_to_an_older_state_is_refused(folder: Path) -> None:
    with closing(opened(folder)) as journal:
        add_case(journal, 1)
    put_back = copy(folder, "yesterday")
    with closing(opened(folder)) as journal:
        add_case(journal, 2)
    put_back()
    before = (folder / "db" / "clerk.db").read_bytes()
    assert "只到第3条，曾经写到第6条" in refused(folder).message
    assert (folder / "db" / "clerk.db").read_bytes() == before


def test_another_history_of_the_same_length_is_refused(folder: Path) -> None:
    opened(folder).close()
    put_back = copy(folder, "morning")
    with closing(opened(folder)) as journal:
        add_case(journal, 1)
    other = folder / "other"
    (other / "elsewhere").mkdir(parents=True)
    put_back()
    with closing(open_journal(folder / "db" / "clerk.db", device_code="A1", clock=StillClock(5))) as journal:
        add_case(journal, 1)
    assert "不是当时写下的那一条" in refused(folder).message


def test_a_database_that_was_deleted_does_not_begin_its_numbers_again(folder: Path) -> None:
    with closing(opened(folder)) as journal:
        add_case(journal, 1)
    shutil.rmtree(folder / "db")
    (folder / "db").mkdir()
    assert "不见了" in refused(folder).message
    assert not (folder / "db" / "clerk.db").exists()
    open_journal(folder / "db" / "clerk.db", device_code="A1", clock=StillClock()).close()
    assert "另一个账本" in refused(folder).message


def test_a_crash_between_commit_and_witness_is_no_rollback(folder: Path) -> None:
    with closing(opened(folder)) as journal:
        add_case(journal, 1)
    witness = (folder / "elsewhere" / "witness").read_bytes()
    with closing(opened(folder)) as journal:
        add_case(journal, 2)
    (folder / "elsewhere" / "witness").write_bytes(witness)
    with closing(opened(folder)) as journal:
        assert mark(folder).seq == journal.head.seq == 6


def test_a_counter_behind_the_witness_skips_the_numbers_that_were_given(folder: Path) -> None:
    with closing(opened(folder)) as journal:
        with journal.write() as connection:
            for _ in range(7):
                journal.next_number(connection, REFERENCE_COUNTER)
        add_case(journal, 1)
        assert mark(folder).counter == 7
        with journal.write() as connection:
            connection.execute("UPDATE counter SET value = 2")
    with closing(opened(folder)) as journal, journal.write() as connection:
        assert journal.next_number(connection, REFERENCE_COUNTER) == 8


@pytest.mark.parametrize("slot", [0, 1])
def test_a_mark_torn_by_a_power_cut_leaves_the_one_before(tmp_path: Path, slot: int) -> None:
    witness = Witness(tmp_path / "w")
    for seq in range(1, 4 + slot):
        witness.write("device", "A1", seq, bytes([seq]) * 32, seq)
    newest = witness.read()
    assert newest is not None
    torn = bytearray(witness.path.read_bytes())
    at = newest.turn % 2 * SLOT
    for cut in range(8, 150):
        half = torn[: at + cut] + os.urandom(SLOT - cut) + torn[at + SLOT :]
        witness.path.write_bytes(half)
        left = witness.read()
        assert left is not None
        assert left.seq in (newest.seq, newest.seq - 1)
    witness.path.write_bytes(torn[:at] + bytes(SLOT) + torn[at + SLOT :])
    left = witness.read()
    assert left is not None and left.seq == newest.seq - 1
    witness.close()


@pytest.mark.parametrize(
    "junk", [b"", b"x", bytes(2 * SLOT), random.Random(1).randbytes(2 * SLOT), b"clkwit1\n\xff\xff" + b"0" * 9000]
)
def test_a_witness_that_says_nothing_is_begun_anew(folder: Path, junk: bytes) -> None:
    (folder / "elsewhere").mkdir()
    (folder / "elsewhere" / "witness").write_bytes(junk)
    with closing(opened(folder)) as journal:
        add_case(journal, 1)
        assert mark(folder).seq == journal.head.seq


def test_a_witness_that_cannot_be_written_stops_nobody_and_is_told(folder: Path) -> None:
    (folder / "elsewhere").write_text("a file where the folder should be")
    with pytest.raises(StoreError) as error:
        opened(folder)
    assert error.value.code == "witness_unreadable"
    (folder / "elsewhere").unlink()
    with closing(opened(folder)) as journal:
        assert journal.witness is not None
        journal.witness.close()
        shutil.rmtree(folder / "elsewhere")
        (folder / "elsewhere").write_text("")
        add_case(journal, 1)
        assert journal.head.seq == 3
        assert journal.witness.trouble


def test_two_programs_on_one_journal_attest_in_order(folder: Path) -> None:
    with closing(opened(folder)) as screens, closing(opened(folder)) as command:
        for number in range(1, 9):
            add_case(screens if number % 2 else command, number)
            assert mark(folder).seq == 3 * number


def test_the_counter_of_the_settings_has_a_witness_outside_the_folder_of_its_database(
    config: Config, clock: FixedClock, tmp_path_factory: pytest.TempPathFactory
) -> None:
    cache = tmp_path_factory.getbasetemp() / "catalogue-cache"
    assert config.store_file.parent not in config.witness_file.parents
    with closing(open_workspace(config, clock, cache_dir=cache)) as ws:
        result = intake.submit(ws, restaurant(ws))
    found = Witness(config.witness_file).read()
    assert found is not None
    assert (found.seq, found.hash.hex(), found.counter) == (result.seq, result.hash, 1)
    config.store_file.unlink()
    with pytest.raises(StoreError) as error:
        open_workspace(config, clock, cache_dir=cache)
    assert error.value.code == "rolled_back"
