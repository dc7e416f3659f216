"""What is unsent stays and is sent, whatever happens meanwhile: somebody logs out, the token runs out, the program is a
newer one, the feed's cursor is none any more. And whoever waits for the feed is told."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from central import feed
from clerk_tui.services import intake, signing_in
from clerk_tui.services.workspace import open_workspace
from clerk_tui.store import journal, migrations, naming
from clerk_tui.store.device import load_key
from clerk_tui.store.exchange import Outbox
from clerk_tui.sync.client import Client
from clerk_tui.sync.enrol import enrol
from clerk_tui.sync.keeper import JournalKeeper
from clerk_tui.sync.messages import AnyMessage, Changed
from clerk_tui.sync.run import sync_once
from clerk_tui.sync.watching import ASK_S, WATCHED_S, Watch
from tests.central.inline import inline
from tests.clerk_tui.hall_rig import Hall, Window
from tests.clerk_tui.sync.test_process import one_time_code, running_centre, settings
from tests.clerk_tui.walkins import restaurant
from tests.journals import StillClock, add_case, new_journal


@pytest.fixture
def hall(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    with Hall(tmp_path, tmp_path_factory.getbasetemp() / "catalogue-cache") as hall:
        yield hall


def arrived(hall: Hall, window: Window) -> None:
    """The centre has every fact of the window."""
    assert window.sync() is None
    assert window.ws.journal.device().acked_through == window.ws.journal.head.seq > 0
    row = hall.store._db.execute("SELECT count(*) FROM event WHERE incarnation = ?", (window.ws.journal.incarnation,))
    assert row.fetchone()[0] == window.ws.journal.head.seq


def test_who_logs_out_leaves_nothing_behind_unsent(hall: Hall) -> None:
    window = hall.open("A1")
    intake.submit(window.ws, restaurant(window.ws))
    signing_in.sign_out(window.ws)
    assert window.ws.seat.actor is None
    arrived(hall, window)


def test_a_token_that_has_run_out_is_renewed_and_everything_is_sent(hall: Hall) -> None:
    window = hall.open("A1")
    intake.submit(window.ws, restaurant(window.ws))
    head = window.ws.journal.head
    hall.store._db.execute("UPDATE device SET token_expires_ms = 1")
    trouble = window.sync()
    assert trouble is not None and trouble.what == "token"
    assert (window.ws.journal.device().acked_through, window.ws.journal.head) == (0, head), "nothing is thrown away"
    saved: list[str] = []
    path = window.ws.journal.path
    keeper = JournalKeeper(window.ws.journal.database, window.clock)
    with closing(Outbox(path)) as outbox, hall.http() as http:
        client = Client(http, outbox, load_key(path), window.enrolled.token, keeper, save_token=saved.append)
        assert client.run() is None
    assert len(saved) == 1 and window.ws.journal.device().acked_through == head.seq


def test_a_newer_program_sends_what_an_older_one_wrote(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    window = hall.open("A1")
    intake.submit(window.ws, restaurant(window.ws))
    assert window.sync() is None
    intake.submit(window.ws, restaurant(window.ws))
    before = list(window.ws.journal.sealed_from(1, 1000))
    window.ws.close()

    def step(db: Any) -> None:
        db.execute("ALTER TABLE device ADD COLUMN of_the_next_version TEXT NOT NULL DEFAULT ''")

    monkeypatch.setattr(migrations, "_ALL", (*migrations._ALL, ("9999_next", step)))
    for module in (migrations, journal):
        monkeypatch.setattr(module, "LATEST", migrations.LATEST + 1 if module is migrations else migrations.LATEST)
    window.ws = open_workspace(window.config, window.clock, cache_dir=hall.cache)
    assert list(window.ws.journal.sealed_from(1, 1000)) == before
    arrived(hall, window)


def test_a_cursor_that_is_none_any_more_reads_the_feed_from_its_beginning(hall: Hall) -> None:
    """The feed holds each case once: read from its beginning it is a snapshot, and swaps what was kept before."""
    first, second = hall.open("A1"), hall.open("B1")
    for _ in range(3):
        intake.submit(first.ws, restaurant(first.ws))
    for window in (first, second):
        assert window.sync() is None
    own = intake.submit(second.ws, restaurant(second.ws))
    with second.ws.journal.write() as db:
        db.execute("UPDATE device SET pull_cursor = 'of-another-epoch:7'")
        db.execute("UPDATE shared_case SET case_id = 'gone', reference = 'gone' WHERE reference LIKE '%-00001-%'")
        first_told = "(SELECT min(server_seq) FROM inbox_change)"
        db.execute(f"UPDATE inbox_change SET case_id = 'gone' WHERE server_seq = {first_told}")
    journal_before = list(second.ws.journal.sealed_from(1, 1000))
    assert second.sync() is None
    page = inline(feed.changes(hall.store, feed.Asked("SL01", "", 500)))
    kept = second.ws.journal.read().execute("SELECT case_id, body FROM inbox_change").fetchall()
    assert {row[0]: bytes(row[1]) for row in kept} == {each.case_id: each.case for each in page.changes}
    assert len(page.changes) == 4 and own.case_id in {each.case_id for each in page.changes}
    assert naming.bearing(second.ws.journal.read(), "gone") == []
    assert list(second.ws.journal.sealed_from(1, 1000)) == journal_before, "the journal is never touched"
    assert second.ws.journal.device().pull_cursor == page.next_cursor


def test_whoever_waits_for_the_feed_is_told_of_the_next_change_and_of_trouble(tmp_path: Path) -> None:
    heard: queue.Queue[AnyMessage] = queue.Queue()
    woken: queue.Queue[None] = queue.Queue()
    ended: list[bool] = []
    folders = [tmp_path / name for name in ("a", "b")]
    for folder in folders:
        folder.mkdir()
    here, there = (new_journal(folder, code) for folder, code in zip(folders, ("A1", "B1"), strict=True))
    token, other = (folder / "token" for folder in folders)
    with running_centre(tmp_path / "centre") as url:
        for each, file in ((here, token), (there, other)):
            enrol(each.database, file, url, one_time_code(tmp_path / "centre"), "SL01")
        add_case(here, 1)
        assert sync_once(here.database, StillClock(), settings(here, url, token)).trouble is None
        watch = Watch(
            settings(here, url, token), lambda message: heard.put(message), lambda: woken.put(None), lambda: bool(ended)
        )
        assert watch.begin() == ASK_S, "until it is known whether the centre waits"
        case = add_case(there, 1)
        assert sync_once(there.database, StillClock(), settings(there, url, other)).trouble is None
        told = heard.get(timeout=30)
        assert isinstance(told, Changed) and case in [change.case_id for change in told.changes]
        assert watch.begin() == WATCHED_S, "from now on the conversation may rest"
    woken.get(timeout=30)
    assert watch.begin() == ASK_S, "without a centre nothing is watched"
    ended.append(True)
    watch.begin()
    here.close()
    there.close()
