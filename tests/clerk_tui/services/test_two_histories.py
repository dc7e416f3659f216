"""One device, two histories: its machine was set back with its witness, or copied, and went on. Both happened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from central import sealed_import
from central.clock import now_ms
from central.store import Db
from clerk_tui.services import cases, intake, outbox, supplement
from clerk_tui.services.renewal import Renewal
from clerk_tui.services.result import Result
from clerk_tui.services.sealing import export
from clerk_tui.services.workspace import open_workspace
from clerk_tui.store.archives import archives
from clerk_tui.store.backup import back_up
from clerk_tui.store.sealed_files import HOW_FAR, SealedFile, folder_of, path_for, to_hand_in
from clerk_tui.sync.token import token_path, write_token
from hall.sealed import open_facts, read_envelope, sealing_key
from hall.verdict import TickState
from tests.central.inline import inline
from tests.clerk_tui.hall_rig import Hall, Window
from tests.clerk_tui.services.test_renewal import begin_anew, image_of, put_back, send_old
from tests.clerk_tui.walkins import MISSING, PRESENT, restaurant
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


def events_of(window: Window) -> set[str]:
    return {row[0] for row in window.ws.journal.read().execute("SELECT event_id FROM event")}


def at_centre(hall: Hall) -> set[str]:
    async def stored(db: Db) -> set[str]:
        return {row[0] for row in await db.rows("SELECT event_id FROM event")}

    return inline(hall.store.read(stored))


def set_back(window: Window, image: Path) -> None:
    """The whole machine is what it was, its witness too: nothing here can tell."""
    put_back(window, image)
    window.config.witness_file.unlink()
    window.ws = open_workspace(window.config, window.clock, cache_dir=window.hall.cache)


def restored(window: Window, backup: Path | None = None) -> Renewal:
    window.ws.close()
    done = begin_anew(window, backup)
    assert list(window.config.store_file.parent.glob("*.new*")) == []
    return done


def served(window: Window, count: int) -> list[Result]:
    return [intake.submit(window.ws, restaurant(window.ws, layout=MISSING)) for _ in range(count)]


def hand_in(hall: Hall, window: Window) -> None:
    for each in outbox.status(window.ws).sealed:
        inline(sealed_import.take_in(hall.store, "SL01", each.path.read_bytes(), "boss", now_ms()))


@pytest.mark.parametrize(("first", "second"), [(2, 1), (1, 2), (1, 1)], ids=["backup", "present", "equal"])
@pytest.mark.parametrize("begun_before", [False, True])
def test_the_shorter_of_two_histories_is_sealed_and_shown(
    hall: Hall, window: Window, tmp_path: Path, first: int, second: int, begun_before: bool
) -> None:
    served(window, 1)
    assert window.sync() is None
    common, image = window.ws.journal.head.seq, image_of(window)
    one = served(window, first)
    backup = back_up(window.config.store_file, tmp_path / "backups", "20261102T090000").path
    written = events_of(window)
    set_back(window, image)
    two = served(window, second)
    written |= events_of(window)
    if begun_before:
        restored(window)
        send_old(window)
    done: Renewal = restored(window, backup)
    assert [each.first for each in done.sealed] == [common + 1] and done.lost == ()
    assert done.parted == done.sealed, "whole, and no word of damage is said of it"
    listed = {row.case_id for row in cases.find(window.ws, "")}
    assert {each.case_id for each in (*one, *two)} <= listed
    send_old(window)
    assert set(done.sealed) <= set(outbox.status(window.ws).sealed), "whatever the centre has of the other"
    hand_in(hall, window)
    assert written <= at_centre(hall)
    assert all(hall.case(each.case_id).case_id for each in (*one, *two))
    again = restored(window, backup)
    assert {each.path for each in again.sealed} <= {each.path for each in done.sealed}, "the same once more, no other"


def supplied(window: Window, reference: str, code: str) -> None:
    draft = supplement.open_supplement(window.ws, reference)
    draft.ticks = {code: PRESENT}
    supplement.submit(window.ws, draft)


@pytest.mark.parametrize("theirs", [True, False], ids=["the other window's case", "this window's case"])
def test_both_histories_of_a_case_that_two_windows_share_stand_in_it(hall: Hall, window: Window, theirs: bool) -> None:
    other = hall.open("B1")
    missing = {"layout": MISSING, "application": MISSING, "rules_list": MISSING}
    begun = intake.submit((other if theirs else window).ws, restaurant((other if theirs else window).ws, **missing))
    assert other.sync() is None and window.sync() is None and other.sync() is None
    image = image_of(window)
    supplied(window, begun.reference, "layout")
    assert window.sync() is None
    set_back(window, image)
    supplied(window, begun.reference, "application")
    served(window, 1)
    written = events_of(window)
    assert window.sync() is not None, "a fork"
    restored(window)
    send_old(window)
    hand_in(hall, window)
    assert written <= at_centre(hall)
    for turn in range(2):
        case = hall.case(begun.case_id)
        there = {code for code in missing if case.ticks[code].state is TickState.PRESENT}
        assert there == {"layout", "application"} | ({"rules_list"} if turn else set())
        assert len({paper.paper_id for paper in case.papers}) == 4 + turn, "the papers of both, of the same numbers too"
        if not turn:
            assert other.sync() is None
            supplied(other, begun.reference, "rules_list")
            assert other.sync() is None


def test_a_backup_that_an_archive_goes_on_from_is_no_other_history(window: Window, tmp_path: Path) -> None:
    served(window, 1)
    backup = back_up(window.config.store_file, tmp_path / "backups", "20261102T090000").path
    served(window, 1)
    head = window.ws.journal.head.seq
    for each in (None, backup):
        done = restored(window, each)
        assert (done.sealed, done.lost) == ((), ())
    (archive,) = [each for each in archives(window.ws.journal.read()) if each.incarnation == "A1"]
    assert archive.head_seq == head


def test_two_backups_of_one_length_are_both_kept(window: Window, tmp_path: Path) -> None:
    image = image_of(window)
    backups, written = [], set()
    for turn in range(2):
        served(window, 1)
        written |= events_of(window)
        backups.append(back_up(window.config.store_file, tmp_path / f"backups-{turn}", "20261102T090000").path)
        set_back(window, image)
    sealed: list[SealedFile] = []
    for each in backups:
        sealed += restored(window, each).sealed
    assert len(sealed) == 1 and len(written) == 2 * sealed[0].last
    kept = {event for each in archives(window.ws.journal.read()) for event in _events_in(each.path)}
    content = open_facts(read_envelope(sealed[0].path.read_bytes()), sealing_key(window.hall.store.key))
    assert len(kept & written) == sealed[0].last and len(content.events) == sealed[0].last


def _events_in(path: Path) -> set[str]:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as db:
        return {row[0] for row in db.execute("SELECT event_id FROM event")}


def test_facts_of_another_history_are_not_taken_for_sealed(hall: Hall, window: Window, tmp_path: Path) -> None:
    served(window, 1)
    assert window.sync() is None
    image, out = image_of(window), tmp_path / "usb"
    content = []
    for _ in range(2):
        served(window, 1)
        (file,) = export(window.config, out)
        content.append(open_facts(read_envelope(file.path.read_bytes()), sealing_key(hall.store.key)).events)
        set_back(window, image)
    assert content[0] != content[1] and len(list(out.iterdir())) == 2


def test_a_file_of_another_history_holds_none_of_this_one_and_is_told_whatever_is_proven(window: Window) -> None:
    served(window, 2)
    assert window.sync() is None
    journal = window.ws.journal
    folder, device = folder_of(window.config.store_file), journal.device()
    folder.mkdir()

    def file(first: int, last: int, digest: bytes) -> Path:
        path = path_for(folder, device.incarnation, device.device_id, first, last, digest=digest)
        path.touch()
        return path

    def told() -> set[Path]:
        return {each.path for each in to_hand_in(journal.read(), folder)}

    fact = journal.sealed(2)
    assert fact is not None
    file(1, 2, fact.hash)
    other = file(1, 4, b"\x01" * 32)
    assert told() == {other}, "the centre has this journal's own"
    window.ws.journal.database.writer.execute("UPDATE device SET acked_through = 0")
    assert told() == {other, path_for(folder, device.incarnation, device.device_id, 1, 2, digest=fact.hash)}
    fact = journal.sealed(3)
    assert fact is not None
    longer = file(1, 3, fact.hash)
    path_for(folder, device.incarnation, device.device_id, 1, 3).touch()
    assert told() == {other, longer}, "of two the one that holds both"


def test_a_lost_history_stays_named_though_the_centre_has_the_same_numbers_of_another(
    hall: Hall, window: Window
) -> None:
    intake.submit(window.ws, restaurant(window.ws))
    assert window.sync() is None
    image = image_of(window)
    first = window.ws.journal.head.seq + 1
    intake.submit(window.ws, restaurant(window.ws))
    assert window.sync() is None, "the first history is at the centre"
    put_back(window, image)
    window.config.witness_file.unlink()
    window.ws = open_workspace(window.config, window.clock, cache_dir=hall.cache)
    intake.submit(window.ws, restaurant(window.ws))
    last = window.ws.journal.head.seq
    put_back(window, image)  # The second history is in no file now, only the witness saw it.
    done = begin_anew(window)
    assert [(one.first, one.last) for one in done.lost] == [(first, last)]
    send_old(window)
    assert outbox.status(window.ws).lost == done.lost


def test_of_a_lost_history_the_file_says_what_is_lost_at_most_if_there_was_no_other(window: Window) -> None:
    intake.submit(window.ws, restaurant(window.ws))
    assert window.sync() is None
    image = image_of(window)
    intake.submit(window.ws, restaurant(window.ws))
    assert window.sync() is None
    there = window.ws.journal.head.seq
    intake.submit(window.ws, restaurant(window.ws))
    last = window.ws.journal.head.seq
    put_back(window, image)
    (lost,) = begin_anew(window).lost
    for _ in range(2):
        send_old(window)
        assert outbox.status(window.ws).lost == (lost,)
        words = lost.path.read_text().splitlines()
        assert words.count(HOW_FAR.format(through=there, first=there + 1, last=last)) == 1


def write_two(window: Window) -> None:
    for _ in range(2):
        intake.submit(window.ws, restaurant(window.ws))


@pytest.mark.parametrize("parted", [True, False], ids=["of another history", "of the same"])
@pytest.mark.parametrize("nth", [0, 2])
def test_a_damaged_record_is_at_the_centre_only_with_those_behind_it(
    hall: Hall, window: Window, parted: bool, nth: int
) -> None:
    intake.submit(window.ws, restaurant(window.ws))
    assert window.sync() is None
    first = window.ws.journal.head.seq + 1
    image = image_of(window) if parted else None
    write_two(window)
    image = image or image_of(window)
    assert window.sync() is None
    put_back(window, image)  # What the centre said of them is not here.
    if parted:
        window.config.witness_file.unlink()
        window.ws = open_workspace(window.config, window.clock, cache_dir=hall.cache)
        write_two(window)
        window.ws.close()
    with closing(Unprotected(window.config.store_file)) as db:
        db.execute("UPDATE event SET public = x'00' WHERE seq = ?", (first + nth,))
    done = begin_anew(window)
    assert [(one.first, one.last) for one in done.lost] == [(first + nth, first + nth)]
    send_old(window)
    assert outbox.status(window.ws).lost == (done.lost if parted else ())
