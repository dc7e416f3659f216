"""A journal that fails its check loses nothing that can still be read, and what cannot be is told by its number."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from central import sealed_import
from central.clock import now_ms
from clerk_tui.services import cases, intake, outbox
from clerk_tui.services.renewal import Renewal
from clerk_tui.sync.token import token_path, write_token
from hall.case import CaseState
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
    done.lost[0].path.unlink()
    done.sealed[0].path.unlink()
    status = outbox.status(window.ws)
    assert (status.lost, status.sealed) == ((), ())
