"""Looking at a real centre as a kiosk: what is seen, since when nothing is, and whose credential it must be."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from central import enrol as enrolment
from central.clock import now_ms
from clerk_tui.config import Config
from clerk_tui.services import intake
from clerk_tui.services.hall_watch import NO_KIOSK, Choice, Watcher
from clerk_tui.services.local_journal import look_at
from clerk_tui.store.exchange import Outbox
from clerk_tui.sync.token import read_token, token_path, write_token
from hall import wire
from hall.roles import Role
from tests.central.inline import inline
from tests.clerk_tui.hall_rig import Hall, Window
from tests.clerk_tui.walkins import restaurant


@pytest.fixture
def hall(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hall]:
    with Hall(tmp_path, tmp_path_factory.getbasetemp() / "catalogue-cache") as hall:
        monkeypatch.setattr("clerk_tui.sync.transport.open_http", lambda url, reply_s=0.0: hall.http())
        monkeypatch.setattr("clerk_tui.sync.renewing.open_http", lambda url, reply_s=0.0: hall.http())
        yield hall


def as_role(hall: Hall, window: Window, role: Role) -> Config:
    """The settings of a window whose device is enrolled anew, as this."""
    device = window.ws.journal.device()
    request = wire.EnrolRequest(
        one_time_code=inline(enrolment.new_code(hall.store, "SL01", now_ms(), role)),
        device=device.device_id,
        device_code=device.incarnation,
        public_key=device.public_key,
    )
    enrolled = inline(enrolment.enrol(hall.store, request, now_ms()))
    write_token(token_path(window.config.store_file, None), enrolled.token)
    return window.config


def test_a_kiosk_sees_the_queue_the_board_and_the_cases_that_are_chosen(hall: Hall) -> None:
    counter, kiosk = hall.open("A1"), hall.open("K1")
    case = intake.submit(counter.ws, restaurant(counter.ws))
    assert counter.sync() is None
    watcher = Watcher(as_role(hall, kiosk, Role.KIOSK), whole=True)
    seen = watcher.look(Choice())
    assert (seen.trouble, seen.silent_since_ms) == ("", 0)
    assert seen.queue is not None and seen.board is not None and seen.cases is not None
    assert sum(each.count for each in seen.board.open) == 1
    assert [each.reference for each in seen.cases.cases] == [case.reference]
    assert watcher.look(Choice(department="没有的局")).cases.cases == []  # type: ignore[union-attr]
    watcher.close()


def test_a_board_says_of_a_counter_that_has_sent_everything_that_nothing_is_unsent(hall: Hall) -> None:
    counter, kiosk = hall.open("A1"), hall.open("K1")
    intake.submit(counter.ws, restaurant(counter.ws))
    assert counter.sync() is None
    board = Watcher(as_role(hall, kiosk, Role.KIOSK), whole=True).look().board
    assert board is not None
    assert {each.codes[0]: (each.pending, each.oldest_ms, each.silent) for each in board.devices} == {
        "A1": (0, 0, False),
        "K1": (0, 0, False),
    }


def test_a_board_works_with_no_other_credential(hall: Hall) -> None:
    counter = hall.open("A1")
    watcher = Watcher(as_role(hall, counter, Role.CLERK), whole=True)
    seen = watcher.look()
    assert (seen.queue, seen.board, seen.trouble) == (None, None, NO_KIOSK)


def test_what_was_seen_stays_and_it_is_said_since_when_nothing_is(hall: Hall) -> None:
    now = [1_000]
    watcher = Watcher(as_role(hall, hall.open("K1"), Role.KIOSK), whole=True, clock=lambda: now[0])
    first = watcher.look()
    assert first.at_ms == 1_000

    def lost(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        raise httpx.ReadError("gone")

    hall.bend = lost
    for now[0] in (3_000, 5_000):
        seen = watcher.look()
        assert (seen.silent_since_ms, seen.trouble, seen.board) == (1_000, "连不上中心", first.board)
    hall.bend = lambda request, response: response
    assert watcher.look().silent_since_ms == 0


def test_a_token_that_has_run_out_is_renewed_with_the_devices_key(hall: Hall) -> None:
    config = as_role(hall, hall.open("K1"), Role.KIOSK)
    before = read_token(token_path(config.store_file, None))
    inline(hall.store.transact(lambda db: db.run("UPDATE device SET token_expires_ms = 1")))
    watcher = Watcher(config, whole=True)
    assert watcher.look().trouble == "正在更换令牌"
    assert watcher.look().trouble == "" and read_token(token_path(config.store_file, None)) != before


def test_without_a_token_it_says_that_there_is_no_contact(hall: Hall) -> None:
    config = hall.open("K1").config
    assert Watcher(config, whole=True).look().trouble == "连不上中心"


def test_the_journal_of_this_device_is_counted_and_not_touched(hall: Hall) -> None:
    counter = hall.open("A1")
    path = counter.config.store_file
    intake.submit(counter.ws, restaurant(counter.ws))
    outbox = Outbox(path)
    facts = outbox.head().seq
    outbox.close()
    before = [sha256(each.read_bytes()).hexdigest() for each in (path, path.with_name(path.name + "-wal"))]
    mine = look_at(path)
    assert mine is not None and (mine.facts, mine.unsent, mine.unprinted) == (facts, facts, 0)
    assert [sha256(each.read_bytes()).hexdigest() for each in (path, path.with_name(path.name + "-wal"))] == before
    assert counter.sync() is None
    after = look_at(path)
    assert after is not None and after.unsent == 0
    assert look_at(path.with_name("none.db")) is None
    (path.parent / "broken.db").write_bytes(b"no database")
    assert look_at(path.parent / "broken.db") is None
