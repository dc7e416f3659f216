"""A journal that fails its check loses nothing that can still be read, and what cannot be is told by its number."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from central import oversight, sealed_import
from central.clock import now_ms
from clerk_tui.cli import records
from clerk_tui.screens import outbox_lines
from clerk_tui.services import cases, intake, losses, outbox
from clerk_tui.services.renewal import Renewal
from clerk_tui.services.workspace import open_workspace
from clerk_tui.store.archives import take_in_log
from clerk_tui.store.backup import back_up
from clerk_tui.sync.token import token_path, write_token
from hall.case import CaseState
from hall.errors import StoreError
from tests.central.inline import inline
from tests.clerk_tui.hall_rig import Hall, Window
from tests.clerk_tui.services.test_renewal import begin_anew, send_old
from tests.clerk_tui.walkins import restaurant
from tests.journals import Unprotected


@pytest.fixture
def hall(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    with Hall(tmp_path, tmp_path_factory.getbasetemp() / "catalogue-cache") as hall:
        yield hall


@pytest.fixture
def window(hall: Hall) -> Window:
    window = hall.open("A1")
    write_token(token_path(window.config.store_file, None), window.enrolled.token)
    return window


def restored(window: Window, *damage: tuple[str, tuple[object, ...]]) -> Renewal:
    """The window closed, the journal's file changed, and what ``clerk restore`` makes of it."""
    window.ws.close()
    with closing(Unprotected(window.config.store_file)) as connection:
        for statement, values in damage:
            connection.execute(statement, values)
    return begin_anew(window)


def flipped(window: Window, column: str, seq: int) -> tuple[str, tuple[object, ...]]:
    """One bit of a fact is not what it was."""
    row = window.ws.journal.read().execute(f"SELECT {column} FROM event WHERE seq = ?", (seq,)).fetchone()
    data = bytearray(row[0])
    data[len(data) // 2] ^= 1
    return f"UPDATE event SET {column} = ? WHERE seq = ?", (bytes(data), seq)


@pytest.mark.parametrize("column", ["public", "header", "personal"])
def test_of_a_damaged_journal_the_facts_before_and_after_the_bad_one_reach_the_centre(
    hall: Hall, window: Window, column: str
) -> None:
    one, two, three = (intake.submit(window.ws, restaurant(window.ws)) for _ in range(3))
    facts = window.ws.journal.head.seq
    bad = window.ws.journal.read().execute("SELECT min(seq) FROM event WHERE subject = ?", (two.case_id,)).fetchone()[0]
    done = restored(window, flipped(window, column, bad))
    assert [(each.incarnation, each.first, each.last) for each in done.lost] == [("A1", bad, bad)]
    assert [(each.first, each.last) for each in done.sealed] == [(bad + 1, facts)]
    assert done.unproven == bad - 1
    assert {row.reference for row in cases.find(window.ws, "")} == {one.reference, three.reference}
    status = outbox.status(window.ws)
    assert (status.lost, status.sealed) == (done.lost, done.sealed), "told until somebody has seen to it"
    send_old(window)
    assert hall.case(one.case_id).state is CaseState.ACCEPTED
    data = done.sealed[0].path.read_bytes()
    imported = inline(sealed_import.take_in(hall.store, "SL01", data, "boss", now_ms()))
    assert imported.new == facts - bad
    assert hall.case(three.case_id).state is CaseState.ACCEPTED
    done.sealed[0].path.unlink()
    losses.see_to(window.ws, done.lost[0], "已按存根补录")
    status = outbox.status(window.ws)
    assert (status.lost, status.sealed) == ((), ())
    assert "读不出来" in done.lost[0].path.with_name(done.lost[0].path.name + ".seen").read_text(), (
        "nothing is thrown away"
    )
    assert window.sync() is None
    devices = inline(oversight.status(hall.store, "SL01", now_ms())).devices
    (old,) = [each for each in devices if "A1" in each.codes]
    assert [(each.incarnation, each.first, each.last, each.seen_by) for each in old.lost] == [("A1", bad, bad, "0001")]


@pytest.mark.parametrize(
    ("column", "value"), [("hash", b"x" * 32), ("prev_hash", b"x" * 32), ("at_ms", 1), ("type", "x")]
)
def test_what_lies_beside_the_sealed_bytes_costs_no_fact(
    hall: Hall, window: Window, column: str, value: object
) -> None:
    one = intake.submit(window.ws, restaurant(window.ws))
    facts = window.ws.journal.head.seq
    done = restored(window, (f"UPDATE event SET {column} = ? WHERE seq = 1", (value,)))
    assert (done.lost, done.sealed, done.unproven, done.cases) == ((), (), facts, 1)
    send_old(window)
    assert hall.case(one.case_id).state is CaseState.ACCEPTED


def test_facts_cut_off_the_end_are_named_and_the_rest_is_sent(hall: Hall, window: Window) -> None:
    one, two = (intake.submit(window.ws, restaurant(window.ws)) for _ in range(2))
    facts = window.ws.journal.head.seq
    done = restored(window, ("DELETE FROM event WHERE seq = ?", (facts,)))
    assert [(each.first, each.last) for each in done.lost] == [(facts, facts)]
    assert (done.sealed, done.unproven) == ((), facts - 1)
    send_old(window)
    assert hall.case(one.case_id).reference == one.reference and hall.case(two.case_id).reference == two.reference


def test_nothing_is_lost_that_the_centre_has(window: Window) -> None:
    first = intake.submit(window.ws, restaurant(window.ws))
    assert window.sync() is None
    second = intake.submit(window.ws, restaurant(window.ws))
    facts = window.ws.journal.head.seq
    done = restored(window, flipped(window, "public", 1))
    assert done.lost == ()
    assert [each.last for each in done.sealed] == [facts]
    assert window.sync() is None
    assert {row.reference for row in cases.find(window.ws, "")} == {first.reference, second.reference}


def test_nothing_is_lost_that_a_backup_has(window: Window, tmp_path: Path) -> None:
    intake.submit(window.ws, restaurant(window.ws))
    backup = back_up(window.ws.journal.path, tmp_path / "backup", "now")
    damage = flipped(window, "public", 2)
    window.ws.close()
    with closing(Unprotected(window.config.store_file)) as connection:
        connection.execute(*damage)
    done = begin_anew(window, backup.path)
    assert (done.lost, done.sealed, done.cases) == ((), (), 1)


def test_of_a_file_that_is_no_journal_any_more_the_witness_tells_what_was_in_it(window: Window) -> None:
    intake.submit(window.ws, restaurant(window.ws))
    facts = window.ws.journal.head.seq
    window.ws.close()
    window.config.store_file.write_bytes(b"\0" * 40_000)
    done = begin_anew(window)
    assert [(each.incarnation, each.first, each.last) for each in done.lost] == [("A1", 1, facts)]
    assert f"第 1 条到第 {facts} 条" in done.lost[0].path.read_text()


def test_what_was_lost_is_said_at_f12_and_by_the_outbox(window: Window) -> None:
    intake.submit(window.ws, restaurant(window.ws))
    done = restored(window, flipped(window, "public", 2))
    told = records.outbox_of(window.ws)["lost"]
    assert told == [{"path": str(done.lost[0].path), "device_code": "A1", "first": 2, "last": 2}]
    assert "设备 A1 第 2 条。" in records.lost_lines(told)[0]
    lines = outbox_lines.head_lines(window.ws, outbox.status(window.ws), 80, damaged=False)
    text = "".join(part for line, _ in lines for part, _ink in line)
    assert "没有读出" in text and "1 条" in text
    rows = outbox_lines.lost_lines(outbox.status(window.ws).losses[0], 80, chosen=True)
    assert "设备 A1 第 2 条" in "".join(part for part, _ink in rows[0][0])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"CREATE TABLE case_view", b"CREATE TABLX case_view"),
        (b"tablecase_view", b"table\xc7\xffse_view"),
        (b"CREATE TABLE case_find", b"CREATE TABL\xc7 case_find"),
    ],
    ids=["statement", "name", "statement with no letter in it"],
)
def test_a_damaged_table_beside_the_facts_costs_no_fact(hall: Hall, window: Window, old: bytes, new: bytes) -> None:
    one = intake.submit(window.ws, restaurant(window.ws))
    facts = window.ws.journal.head.seq
    window.ws.close()
    store = window.config.store_file
    assert take_in_log(store)
    data = store.read_bytes()
    assert old in data
    store.write_bytes(data.replace(old, new))
    with pytest.raises(StoreError) as error:
        open_workspace(window.config, window.clock, cache_dir=hall.cache)
    assert error.value.hint
    done = begin_anew(window)
    assert (done.lost, done.sealed, done.unproven, done.cases) == ((), (), facts, 1)
    send_old(window)
    assert hall.case(one.case_id).state is CaseState.ACCEPTED
