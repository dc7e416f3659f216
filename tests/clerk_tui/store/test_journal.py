"""The journal: committed whole or not at all, every byte under a hash, tables that can be made again."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clerk_tui.config import Config
from clerk_tui.services import aside, cases, inquiry, intake, supplement
from clerk_tui.services.workspace import Workspace, open_workspace
from clerk_tui.store.journal import Entry
from clerk_tui.store.migrations import PROJECTIONS
from hall.chain import verify
from hall.errors import BadInput, BrokenChain, StoreError
from hall.facts import NoteAdded
from hall.fold import fold
from hall.ticketing import TicketIssued
from tests.clerk_tui.conftest import FixedClock
from tests.clerk_tui.services.test_outbox import answered
from tests.clerk_tui.walkins import MISSING, PRESENT, promised, restaurant, unacceptable
from tests.journals import Unprotected

COLUMNS = (
    "seq", "event_id", "type", "subject", "at_ms", "header", "public", "personal", "salt", "personal_hash", "prev_hash",
    "hash",
)  # fmt: skip


def morning(ws: Workspace) -> None:
    """An acceptance, a notice with its supplement, a tolerated one, an inquiry, a ticket."""
    intake.submit(ws, restaurant(ws))
    noticed = intake.submit(ws, restaurant(ws, layout=MISSING))
    back = supplement.open_supplement(ws, noticed.reference)
    back.ticks = {"layout": PRESENT}
    supplement.submit(ws, back)
    intake.submit(ws, restaurant(ws, rules_list=promised(ws.clock.today())))
    inquiry.answer(ws, restaurant(ws))
    day = ws.clock.today()
    ticket = TicketIssued(business="company", letter="A", serial=1, day=day, at_ms=ws.clock.now_ms())
    ws.journal.commit([Entry(event_id=ws.new_id(), subject=ws.new_id(), body=ticket, actor="0001", day=day)])


def tables(ws: Workspace) -> dict[str, list[Any]]:
    return {
        table: ws.journal.read().execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3").fetchall() for table in PROJECTIONS
    }


def test_the_chain_holds_from_the_first_fact(ws: Workspace) -> None:
    morning(ws)
    verified = ws.journal.verify()
    assert (verified.facts, verified.head, verified.erased) == (ws.journal.head.seq, ws.journal.head, 0)
    assert verify(ws.journal.sealed_from(1, 1000), ws.journal.device().genesis) == ws.journal.head.hash


def test_rebuilding_gives_the_same_rows(ws: Workspace) -> None:
    morning(ws)
    answered(ws, (1, "quarantined", "面积不合"))
    aside.hand_over(ws, 1, "申请人已离开")
    before = tables(ws)
    assert ws.journal.rebuild() == ws.journal.head.seq
    assert tables(ws) == before and all(before.values())


def test_damaged_tables_come_back_from_the_journal(ws: Workspace) -> None:
    morning(ws)
    before = tables(ws)
    with ws.journal.write() as connection:
        connection.execute("UPDATE case_view SET state = 'refused'")
        connection.execute("DELETE FROM case_find")
        connection.execute("DELETE FROM person_view")
    ws.journal.rebuild()
    assert tables(ws) == before


@given(st.lists(st.sampled_from(["accept", "notice", "promise", "receive", "ask", "back"]), max_size=8))
@settings(max_examples=15)
def test_whatever_the_morning_the_fold_and_the_tables_agree(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str]
) -> None:
    """fold(facts) is what the tables say, before and after they are made again."""
    from clerk_tui.config import CatalogueSection, StoreSection
    from tests.clerk_tui.conftest import ROOT

    config = Config(
        catalogue=CatalogueSection(path=str(ROOT / "catalogue")),
        store=StoreSection(path=str(tmp_path_factory.mktemp("fold") / "clerk.db")),
    )
    clock = FixedClock()
    ws = open_workspace(config, clock, cache_dir=tmp_path_factory.getbasetemp() / "catalogue-cache")
    noticed = []
    for step in steps:
        if step == "accept":
            intake.submit(ws, restaurant(ws))
        elif step == "notice":
            noticed.append(intake.submit(ws, restaurant(ws, layout=MISSING, rules_list=MISSING)).reference)
        elif step == "promise":
            intake.submit(ws, restaurant(ws, rules_list=promised(clock.today())))
        elif step == "receive":
            intake.receive(ws, restaurant(ws))
        elif step == "ask":
            inquiry.answer(ws, restaurant(ws))
        elif noticed:
            back = supplement.open_supplement(ws, noticed[-1])
            code = back.rows[0].code
            back.ticks = {code: unacceptable("不清楚") if len(steps) % 2 and len(back.rows) > 1 else PRESENT}
            supplement.submit(ws, back)
            if len(back.rows) == 1:
                noticed.pop()
    before = tables(ws)
    for row in cases.find(ws, "", limit=100):
        case = cases.load(ws, row.case_id)
        assert fold(ws.journal.facts_of(row.case_id)) == case
        assert (row.state, row.version) == (case.state, case.version)
    ws.journal.rebuild()
    assert tables(ws) == before
    ws.close()


@pytest.mark.parametrize("column", COLUMNS)
def test_a_changed_byte_in_any_column_is_noticed(ws: Workspace, column: str) -> None:
    morning(ws)
    rng = random.Random(column)
    last = ws.journal.head.seq
    with closing(Unprotected(ws.journal.path)) as connection:
        for seq in {1, last, *rng.sample(range(2, last), 4)}:
            ((value,),) = connection.execute(f"SELECT {column} FROM event WHERE seq = ?", (seq,))
            if value in (b"", ""):
                continue
            changed = _flipped(value, rng, last)
            connection.execute(f"UPDATE event SET {column} = ? WHERE seq = ?", (changed, seq))
            with pytest.raises((BrokenChain, StoreError)):
                ws.journal.verify()
            where = changed if column == "seq" else seq
            connection.execute(f"UPDATE event SET {column} = ? WHERE seq = ?", (value, where))
            assert ws.journal.verify().facts == last


def _flipped(value: int | str | bytes, rng: random.Random, last: int) -> int | str | bytes:
    if isinstance(value, int):
        return value + last + 1
    data = bytearray(value.encode() if isinstance(value, str) else value)
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(7)
    return data.decode(errors="replace") if isinstance(value, str) else bytes(data)


@pytest.mark.parametrize("statement", ["DELETE FROM event WHERE seq = 2", "DELETE FROM event WHERE seq = 1"])
def test_a_missing_fact_is_noticed(ws: Workspace, statement: str) -> None:
    morning(ws)
    with closing(Unprotected(ws.journal.path)) as connection:
        connection.execute(statement)
    with pytest.raises(BrokenChain):
        ws.journal.verify()


@pytest.mark.parametrize(
    "also",
    [
        (),
        # One trace is enough, whichever is left.
        ("DELETE FROM case_view WHERE last_seq > :cut", "DELETE FROM paper WHERE seq > :cut"),
        ("DELETE FROM case_view WHERE last_seq > :cut", "UPDATE counter SET value = 1"),
    ],
)
def test_an_end_that_was_cut_off_is_noticed(ws: Workspace, also: tuple[str, ...]) -> None:
    intake.submit(ws, restaurant(ws))
    cut = ws.journal.head.seq
    intake.submit(ws, restaurant(ws))
    with closing(Unprotected(ws.journal.path)) as connection:
        for statement in ("DELETE FROM event WHERE seq > :cut", *also):
            connection.execute(statement, {"cut": cut})
    with pytest.raises(BrokenChain) as error:
        ws.journal.verify()
    assert (error.value.code, error.value.field) == ("missing_facts", str(cut + 1))


@pytest.mark.parametrize("back", ["UPDATE counter SET value = 1", "DELETE FROM counter"])
def test_a_counter_that_was_set_back_gives_no_reference_twice(
    ws: Workspace, config: Config, tmp_path: Path, back: str
) -> None:
    given = [intake.submit(ws, restaurant(ws)).reference for _ in range(3)]
    with ws.journal.write() as connection:
        connection.execute(back)
    with pytest.raises(StoreError) as error:
        ws.journal.verify()
    assert error.value.code == "counter_behind"
    # Set back while the program runs: the numbers that are taken are skipped.
    given.append(intake.submit(ws, restaurant(ws)).reference)
    with ws.journal.write() as connection:
        connection.execute(back)
    again = open_workspace(config, ws.clock, cache_dir=tmp_path)
    try:
        value = again.journal.read().execute("SELECT value FROM counter").fetchone()
        assert value == (4,)
        given.append(intake.submit(again, restaurant(again)).reference)
        assert again.journal.verify().head == again.journal.head
    finally:
        again.close()
    assert [int(reference.split("-")[2]) for reference in given] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("column", ["device_id", "code", "incarnation", "public_key"])
def test_a_changed_device_is_noticed(ws: Workspace, column: str) -> None:
    intake.submit(ws, restaurant(ws))
    with closing(Unprotected(ws.journal.path)) as connection:
        value = "X" if column != "public_key" else b"\x00" * 32
        connection.execute(f"UPDATE device SET {column} = ?", (value,))
    with pytest.raises(StoreError) as error:
        ws.journal.verify()
    assert error.value.code == "device_changed"


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM event",
        "UPDATE event SET public = x'00'",
        "UPDATE event SET salt = x'01'",
        "UPDATE event SET seq = 9",
        "INSERT OR REPLACE INTO event SELECT * FROM event WHERE seq = 2",
        "INSERT OR REPLACE INTO event SELECT 99, event_id, type, subject, at_ms, header, public, personal, salt,"
        " personal_hash, prev_hash, hash FROM event WHERE seq = 2",
    ],
)
def test_facts_cannot_be_changed_or_deleted(ws: Workspace, statement: str) -> None:
    morning(ws)
    before = ws.journal.verify()
    with pytest.raises(StoreError), ws.journal.write() as connection:
        connection.execute(statement)
    assert ws.journal.verify() == before


def test_erasing_somebody_leaves_the_chain_whole(ws: Workspace) -> None:
    result = intake.submit(ws, restaurant(ws))
    with ws.journal.write() as connection:
        connection.execute("UPDATE event SET salt = x'', personal = x'' WHERE subject = ?", (result.case_id,))
    assert ws.journal.verify().erased == 1
    ws.journal.rebuild()
    assert cases.get(ws, result.reference).case.applicant is None
    assert cases.find(ws, "好味") == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE counter SET value = 1",
        "ATTACH 'other.db' AS other",
        "VACUUM INTO 'copy.db'",
        "PRAGMA query_only = OFF",
        "CREATE TABLE t (x)",
    ],
)
def test_a_reader_can_do_nothing_but_read(ws: Workspace, statement: str) -> None:
    with pytest.raises(sqlite3.Error):
        ws.journal.read().execute(statement)


def test_a_full_disk_refuses_the_action_as_a_whole(ws: Workspace) -> None:
    intake.submit(ws, restaurant(ws))
    head, before = ws.journal.head, tables(ws)
    pages = ws.journal.database.writer.execute("PRAGMA page_count").fetchone()[0]
    ws.journal.database.writer.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreError) as error:
        for _ in range(50):
            intake.submit(ws, restaurant(ws))
            head, before = ws.journal.head, tables(ws)
    assert error.value.code == "disk_full"
    assert (ws.journal.head, tables(ws)) == (head, before)
    ws.journal.database.writer.execute("PRAGMA max_page_count = 1000000")
    number = int(intake.submit(ws, restaurant(ws)).reference.split("-")[2])
    assert number == len(before["case_view"]) + 1, "the refused action took no number"


def test_an_error_in_the_block_undoes_all_of_it(ws: Workspace) -> None:
    with pytest.raises(RuntimeError), ws.journal.write() as connection:
        ws.journal.next_number(connection, "reference")
        raise RuntimeError
    with ws.journal.write() as connection:
        assert ws.journal.next_number(connection, "reference") == 1


def test_another_process_that_holds_the_lock_is_waited_for_and_then_told(ws: Workspace, config: Config) -> None:
    ws.journal.database.wait_s = 0.05
    with closing(sqlite3.connect(ws.journal.path, isolation_level=None)) as other:
        other.execute("PRAGMA busy_timeout = 0")
        ws.journal.database.writer.execute("PRAGMA busy_timeout = 50")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError) as error:
            intake.submit(ws, restaurant(ws))
        other.execute("ROLLBACK")
    assert error.value.code == "store_locked"
    assert intake.submit(ws, restaurant(ws)).seq == 3


def test_two_programs_on_one_journal_keep_one_chain(ws: Workspace, config: Config, tmp_path: Path) -> None:
    with closing(open_workspace(config, FixedClock(), cache_dir=tmp_path / "cache")) as other:
        references = [intake.submit(each, restaurant(each)).reference for each in (ws, other, ws, other)]
    assert len(set(references)) == 4
    assert ws.journal.verify().facts == 12


def test_the_sound_file_passes_sqlites_own_check(ws: Workspace) -> None:
    morning(ws)
    assert ws.journal.check() == []


def test_a_fact_too_large_to_be_sent_is_refused_and_nothing_is_written(ws: Workspace) -> None:
    done = intake.submit(ws, restaurant(ws))
    before = tables(ws)
    note = Entry(
        event_id="note", subject=done.case_id, body=NoteAdded(text="长" * 300_000), actor="0001", day=ws.clock.today()
    )
    with pytest.raises(BadInput, match="最多512KB"):
        ws.journal.commit([note])
    assert tables(ws) == before
