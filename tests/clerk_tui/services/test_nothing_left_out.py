"""Beginning anew leaves no fact out: each is in an archive that is sent, or sealed, or named by its number."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from central.store import Db
from clerk_tui.services import intake, outbox
from clerk_tui.store.archives import archives
from clerk_tui.store.backup import back_up
from clerk_tui.store.device import key_file
from clerk_tui.store.exchange import Outbox
from clerk_tui.store.sealed_files import SUFFIX, folder_of, lost_in, named
from clerk_tui.sync.run import sync_once
from clerk_tui.sync.settings import Settings
from clerk_tui.sync.token import token_path, write_token
from hall.errors import HallError
from tests.central.inline import inline
from tests.clerk_tui.hall_rig import Hall, Window
from tests.clerk_tui.services.test_renewal import begin_anew, image_of, put_back, send_old
from tests.clerk_tui.walkins import restaurant

Facts = dict[tuple[str, int], bytes]
DAMAGES = ("killed", "page", "page", "key", "key and page", "set back", "gone", "overwritten", "none")


@pytest.fixture
def hall(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    with Hall(tmp_path, tmp_path_factory.getbasetemp() / "catalogue-cache") as hall:
        yield hall


@pytest.fixture
def window(hall: Hall) -> Window:
    window = hall.open("A1")
    write_token(token_path(window.config.store_file, None), window.enrolled.token)
    return window


def facts_of(window: Window) -> Facts:
    """Every fact of the journal that is worked with, by its place."""
    journal = window.ws.journal
    return {(journal.incarnation, seq): each.hash for seq, each in enumerate(journal.sealed_from(1, 10_000), 1)}


def accounted(window: Window) -> Facts | dict[tuple[str, int], bytes | None]:
    """Every fact that is not left out; without a hash where only its number is told."""

    async def stored(db: Db) -> list[tuple[str, int, bytes]]:
        return [(row[0], row[1], row[2]) for row in await db.rows("SELECT incarnation, seq, hash FROM event")]

    found: dict[tuple[str, int], bytes | None] = {}
    folder = folder_of(window.config.store_file)
    files = [one for path in folder.glob(f"*{SUFFIX}") if (one := named(path)) is not None] if folder.exists() else []
    for file in (*files, *lost_in(folder)):
        found |= {(file.incarnation, seq): None for seq in range(file.first, file.last + 1)}
    for archive in archives(window.ws.journal.read()):
        if archive.state == "sending" and archive.path.exists() and key_file(archive.path).exists():
            outbox_ = Outbox(archive.path)
            found |= {(archive.incarnation, seq): outbox_.hash_at(seq) for seq in range(1, archive.head_seq + 1)}
            outbox_.close()
    found |= {(code, seq): digest for code, seq, digest in inline(window.hall.store.read(stored))}
    return found | facts_of(window)


def zero_page(path: Path, chance: random.Random) -> None:
    """A bad sector: one page of the file reads as zeros."""
    data = bytearray(path.read_bytes())
    size = int.from_bytes(data[16:18], "big")
    page = chance.randrange(1, len(data) // size)
    data[page * size : (page + 1) * size] = bytes(size)
    path.write_bytes(bytes(data))


def damage(window: Window, what: str, image: Path, chance: random.Random) -> None:
    """What may become of a journal from one day to the next."""
    store = window.config.store_file
    if what == "killed":
        now = store.parent.with_name("killed")
        shutil.rmtree(now, ignore_errors=True)
        shutil.copytree(store.parent, now)
        put_back(window, now)
        return
    window.ws.close()
    if what == "set back":
        for each in store.parent.glob(f"{store.name}*"):
            each.unlink()
        for each in image.glob(f"{store.name}*"):
            shutil.copy2(each, store.parent)
    elif what == "gone":
        for each in store.parent.glob(f"{store.name}*"):
            each.unlink()
    elif what == "overwritten":
        store.write_bytes(bytes(20_000))
    if "page" in what:
        zero_page(store, chance)
    if "key" in what:
        key_file(store).unlink()


@pytest.mark.parametrize("seed", range(8))
def test_every_fact_is_sent_sealed_or_named(window: Window, seed: int) -> None:
    leave_nothing_out(window, random.Random(seed))


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(8, 200))
def test_every_fact_is_sent_sealed_or_named_in_many_ways(window: Window, seed: int) -> None:
    leave_nothing_out(window, random.Random(seed))


def leave_nothing_out(window: Window, chance: random.Random) -> None:
    written: Facts = {}
    told = []
    for _ in range(chance.randint(1, 3)):
        for _ in range(chance.randint(0, 3)):
            intake.submit(window.ws, restaurant(window.ws))
        if chance.random() < 0.3:
            assert window.sync() is None
        image = image_of(window)
        for _ in range(chance.randint(1, 4)):
            intake.submit(window.ws, restaurant(window.ws))
        written |= facts_of(window)
        what = chance.choice(DAMAGES)
        told.append(what)
        damage(window, what, image, chance)
        shutil.rmtree(image)
        begin_anew(window, without_key="key" in what or what == "gone")
        found = accounted(window)
        assert written.keys() - found.keys() == set(), told
        assert [key for key, digest in written.items() if found[key] not in (None, digest)] == [], told
        if chance.random() < 0.5:
            send_old(window)
            found = accounted(window)
            assert written.keys() - found.keys() == set(), [*told, "sent"]


def leaf_of(path: Path, seq: int) -> int:
    """The page that holds a fact's row."""
    with closing(sqlite3.connect(path)) as db:
        (digest,) = db.execute("SELECT hash FROM event WHERE seq = ?", (seq,)).fetchone()
    data = path.read_bytes()
    return data.find(digest) // int.from_bytes(data[16:18], "big")


def test_a_bad_page_costs_the_facts_on_it_and_no_others(window: Window) -> None:
    for _ in range(14):
        intake.submit(window.ws, restaurant(window.ws))
    head = window.ws.journal.head.seq
    window.ws.close()
    store = window.config.store_file
    places = {seq: leaf_of(store, seq) for seq in range(1, head + 1)}
    bad = max((places[seq] for seq in range(4, head - 4)), key=list(places.values()).count)
    on_it = [seq for seq, page in places.items() if page == bad]
    assert len(on_it) > 2
    data = bytearray(store.read_bytes())
    size = int.from_bytes(data[16:18], "big")
    data[bad * size : (bad + 1) * size] = bytes(size)
    store.write_bytes(bytes(data))
    done = begin_anew(window)
    assert [seq for each in done.lost for seq in range(each.first, each.last + 1)] == on_it
    assert sum(each.facts for each in done.sealed) + done.unproven == head - len(on_it)


@pytest.mark.parametrize("at_centre", [True, False])
def test_what_a_set_back_journal_misses_is_named_until_the_centre_says_that_it_has_it(
    window: Window, at_centre: bool
) -> None:
    intake.submit(window.ws, restaurant(window.ws))
    assert window.sync() is None
    first = window.ws.journal.head.seq
    image = image_of(window)
    intake.submit(window.ws, restaurant(window.ws))
    last = window.ws.journal.head.seq
    if at_centre:
        assert window.sync() is None
    put_back(window, image)
    done = begin_anew(window)
    assert [(each.incarnation, each.first, each.last) for each in done.lost] == [("A1", first + 1, last)]
    assert "不在这台机器上" in done.lost[0].path.read_text()
    send_old(window)
    assert outbox.status(window.ws).lost == (() if at_centre else done.lost)
    (archive,) = archives(window.ws.journal.read())
    assert archive.state == "proven", "asked once"


def test_what_a_lost_disk_held_is_named_by_the_witness(window: Window) -> None:
    intake.submit(window.ws, restaurant(window.ws))
    last = window.ws.journal.head.seq
    window.ws.close()
    shutil.rmtree(window.config.store_file.parent)
    witness = window.config.witness_file
    assert not witness.exists(), "it lay beside the journal: nobody knows of anything"
    assert begin_anew(window).lost == ()
    intake.submit(window.ws, restaurant(window.ws))
    seen = witness.read_bytes()
    code = window.ws.journal.incarnation
    window.ws.close()
    shutil.rmtree(window.config.store_file.parent)
    witness.parent.mkdir()
    witness.write_bytes(seen)
    assert [(each.incarnation, each.first, each.last) for each in begin_anew(window).lost] == [(code, 1, last)]


def test_a_missing_key_is_asked_for_before_anything_is_put_away(window: Window, tmp_path: Path) -> None:
    store = window.config.store_file
    head = intake.submit(window.ws, restaurant(window.ws)).seq
    backup = back_up(store, tmp_path / "backups", "now").path
    window.ws.close()
    kept = key_file(store).read_bytes()
    key_file(store).unlink()
    key_file(backup).unlink()
    enrolled = window.enrolled
    for path in (None, backup):
        with pytest.raises(HallError) as error:
            begin_anew(window, path)
        assert (error.value.code, window.enrolled) == ("key_missing", enrolled), "no one-time code is used up"
        assert store.exists() and not store.with_name("archive").exists()
    key_file(backup).write_bytes(kept)
    done = begin_anew(window, backup)
    assert (done.lost, done.unproven) == ((), head), "a backup has it"


@pytest.mark.parametrize("damaged", [False, True])
def test_facts_without_a_key_are_named_and_waited_for_by_nobody(window: Window, damaged: bool) -> None:
    store = window.config.store_file
    for _ in range(2):
        intake.submit(window.ws, restaurant(window.ws))
    head = window.ws.journal.head.seq
    window.ws.close()
    if damaged:
        data = bytearray(store.read_bytes())
        place = data.find("好味餐馆".encode())
        data[place] ^= 1
        store.write_bytes(bytes(data))
    key_file(store).unlink()
    done = begin_anew(window, without_key=True)
    assert {seq for each in done.lost for seq in range(each.first, each.last + 1)} == set(range(1, head + 1))
    assert (done.sealed, done.unproven, outbox.status(window.ws).pending) == ((), 0, 0)
    send_old(window)
    assert set(outbox.status(window.ws).lost) == set(done.lost)


def test_a_second_damage_forgets_no_archive(window: Window) -> None:
    store = window.config.store_file
    one = intake.submit(window.ws, restaurant(window.ws))
    head = window.ws.journal.head.seq
    window.ws.close()
    begin_anew(window)
    window.ws.close()
    store.write_bytes(bytes(20_000))
    done = begin_anew(window)
    assert (done.unproven, done.cases, outbox.status(window.ws).pending) == (head, 1, head)
    send_old(window)
    assert window.hall.case(one.case_id).reference == one.reference


def test_what_was_seen_to_does_not_come_back(window: Window) -> None:
    store = window.config.store_file
    intake.submit(window.ws, restaurant(window.ws))
    window.ws.close()
    store.write_bytes(bytes(20_000))
    (lost,) = begin_anew(window).lost
    lost.path.unlink()
    window.ws.close()
    for each in store.parent.glob(f"{store.name}*"):
        each.unlink()
    assert begin_anew(window).lost == ()


def test_a_run_counts_what_archived_journals_have_to_send(window: Window) -> None:
    intake.submit(window.ws, restaurant(window.ws))
    window.ws.close()
    done = begin_anew(window)
    settings = Settings(path=window.config.store_file, url="http://127.0.0.1:9", token_file=Path("none"), office="SL01")
    report = sync_once(window.ws.journal.database, window.clock, settings)
    assert report.pending == done.unproven == outbox.status(window.ws).pending > 0
