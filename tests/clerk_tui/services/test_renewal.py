"""After a journal was set back, lost or restored: new numbers, nothing lost, and the cases go on (sync.md §8)."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import httpx
import msgspec
import pytest

from central import clerks
from central import enrol as enrolment
from central.clock import now_ms
from central.store import Db
from clerk_tui.services import cases, intake, outbox, papers, renewal, signing_in, supplement
from clerk_tui.services.attaching import attach
from clerk_tui.services.renewal import Enrolled, Renewal, renew
from clerk_tui.services.sealing import export
from clerk_tui.services.workspace import open_workspace
from clerk_tui.store import archives as store_archives
from clerk_tui.store import nightly, scans
from clerk_tui.store.archives import archives, keep_progress, token_file
from clerk_tui.store.attachments import path_of
from clerk_tui.store.backup import back_up, copy, examine
from clerk_tui.store.clerks import read_list
from clerk_tui.store.connection import in_use
from clerk_tui.store.device import key_file, load_key
from clerk_tui.store.exchange import Outbox
from clerk_tui.store.journal import open_journal
from clerk_tui.sync.client import Client
from clerk_tui.sync.keeper import JournalKeeper
from clerk_tui.sync.sealing import seal_unproven
from clerk_tui.sync.sending_archives import send_archives
from clerk_tui.sync.settings import Settings
from clerk_tui.sync.token import read_token, token_path, write_token
from hall import wire
from hall.errors import BrokenChain, HallError, StoreError
from hall.roles import Forbidden
from hall.sealed import open_facts, read_envelope, sealing_key
from hall.wire_clerks import ClerkEntry, ClerksReply, NewClerk
from tests.central.inline import inline
from tests.clerk_tui.hall_rig import Hall, Window
from tests.clerk_tui.walkins import MISSING, PRESENT, restaurant
from tests.journals import StillClock


@pytest.fixture
def hall(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    with Hall(tmp_path, tmp_path_factory.getbasetemp() / "catalogue-cache") as hall:
        yield hall


@pytest.fixture
def window(hall: Hall) -> Window:
    window = hall.open("A1")
    write_token(token_path(window.config.store_file, None), window.enrolled.token)
    return window


def begin_anew(
    window: Window, backup: Path | None = None, *, ask_clerks: bool = False, without_key: bool = False
) -> Renewal:
    """What ``clerk restore`` does, with the window closed before and open after."""

    def listed(reply: wire.EnrolReply) -> ClerksReply | None:
        if not ask_clerks:
            return None
        asked = {"Authorization": f"Bearer {reply.token}"}
        return msgspec.json.decode(window.hall.centre.get("/v1/clerks", headers=asked).content, type=ClerksReply)

    def enrol(device: str, key: bytes) -> Enrolled:
        request = wire.EnrolRequest(
            one_time_code=window.hall.code(), device=device, device_code="", public_key=key, office="SL01"
        )
        window.enrolled = inline(enrolment.enrol(window.hall.store, request, now_ms()))
        reply = window.enrolled
        return Enrolled(
            incarnation=reply.incarnation,
            server_key=reply.server_key,
            epoch=reply.epoch,
            sealing_key=reply.sealing_key,
            token=reply.token,
            clerks=listed(reply),
        )

    config = window.config
    token = token_path(config.store_file, None)
    done = renew(
        config.store_file, token, config.witness_file, config.device.code, window.clock, enrol, backup,
        without_key=without_key,
    )  # fmt: skip
    window.ws = open_workspace(config, window.clock, cache_dir=window.hall.cache)
    return done


def send_old(window: Window, *, again: bool = True) -> int:
    """What the sync process does for archives; how many of their facts it sent."""
    store = window.config.store_file
    settings = Settings(path=store, url="", token_file=store, office="SL01")
    database = window.ws.journal.database
    outbox = Outbox(store)
    with window.hall.http() as http:
        keeper = JournalKeeper(database, window.clock)
        assert send_archives(http, outbox.archives(), settings, keeper, lambda: False, again=again) is None
    outbox.close()
    return keeper.acked_archived


def image_of(window: Window) -> Path:
    """A copy of the database's folder as it is on the disk now."""
    window.ws.close()
    image = window.config.store_file.parent.with_name("image")
    shutil.copytree(window.config.store_file.parent, image)
    window.ws = open_workspace(window.config, window.clock, cache_dir=window.hall.cache)
    return image


def put_back(window: Window, image: Path) -> None:
    """The folder is what it was: everything but the witness, which lies elsewhere."""
    window.ws.close()
    store = window.config.store_file
    witness = window.config.witness_file.read_bytes()
    shutil.rmtree(store.parent)
    shutil.copytree(image, store.parent)
    window.config.witness_file.write_bytes(witness)


def test_a_window_set_back_gets_a_new_code_and_gives_no_number_twice(hall: Hall, window: Window) -> None:
    first = intake.submit(window.ws, restaurant(window.ws)).reference
    image = image_of(window)
    lost = intake.submit(window.ws, restaurant(window.ws, layout=MISSING)).reference
    assert window.sync() is None
    put_back(window, image)
    with pytest.raises(StoreError) as error:
        open_workspace(window.config, window.clock, cache_dir=hall.cache)
    assert error.value.code == "rolled_back"
    done = begin_anew(window)
    assert done.incarnation not in ("", "A1")
    assert [row.reference for row in cases.find(window.ws, "")] == [first], "what the old copy had is shown at once"
    new = intake.submit(window.ws, restaurant(window.ws)).reference
    assert new not in (first, lost) and done.incarnation in new
    assert window.sync() is None
    assert {row.reference for row in cases.find(window.ws, "")} == {first, lost, new}, "the centre tells the rest"
    draft = supplement.open_supplement(window.ws, lost)
    draft.ticks = {"layout": PRESENT}
    assert supplement.submit(window.ws, draft).accepted is not None
    assert window.sync() is None
    open_journal(
        window.config.store_file, device_code="A1", clock=StillClock(), witness=window.config.witness_file
    ).close()


def test_what_the_centre_did_not_have_is_sent_under_the_old_code(hall: Hall, window: Window) -> None:
    intake.submit(window.ws, restaurant(window.ws))
    assert window.sync() is None
    late = intake.submit(window.ws, restaurant(window.ws))
    window.ws.close()
    done = begin_anew(window)
    assert (
        done.unproven
        == window.ws.journal.read().execute("SELECT head_seq - acked_through FROM archive").fetchone()[0]
        > 0
    )
    assert cases.find(window.ws, late.reference)[0].reference == late.reference
    told = outbox.status(window.ws)
    own = window.ws.journal.head.seq
    assert told.pending == done.unproven + own and told.oldest_ms is not None, "what lies in the archive is unsent too"
    assert send_old(window) == done.unproven
    (archive,) = archives(window.ws.journal.read())
    assert (archive.state, archive.acked_through) == ("proven", archive.head_seq)
    assert outbox.status(window.ws).pending == own
    assert hall.case(late.case_id).reference == late.reference
    assert send_old(window) == 0
    assert archives(window.ws.journal.read()) == [archive]


def test_an_archived_journal_that_carries_an_epoch_of_no_centre_is_sent(hall: Hall, window: Window) -> None:
    intake.submit(window.ws, restaurant(window.ws))
    assert window.sync() is None
    late = intake.submit(window.ws, restaurant(window.ws))
    with window.ws.journal.write() as db:
        db.execute("UPDATE device SET server_epoch = ?", ("E" * 300,))
    window.ws.close()
    begin_anew(window)
    send_old(window)
    assert hall.case(late.case_id).reference == late.reference
    (archive,) = archives(window.ws.journal.read())
    assert (archive.state, archive.acked_through) == ("proven", archive.head_seq)


@pytest.mark.parametrize("outlined", ["before", "after"])
def test_what_the_centre_had_in_outline_only_comes_whole_from_the_archive_once_it_can_be_read(
    hall: Hall, window: Window, monkeypatch: pytest.MonkeyPatch, outlined: str
) -> None:
    """Outlined before the journal was archived, or by the archive's own sending; offered once an hour, not always."""
    case_id, device = intake.submit(window.ws, restaurant(window.ws)).case_id, window.ws.journal.device()
    offered: list[int] = []
    centre, is_new = hall.carry, False

    def picky(request: httpx.Request) -> httpx.Response:
        path, body = request.url.path, msgspec.json.decode(request.read() or b"{}")
        if path.endswith("/contents"):
            offered.append(body["seq"])
        holds_it = path.endswith("/push") and body["first_seq"] <= 2 < body["first_seq"] + len(body["events"])
        holds_it = holds_it and body["incarnation"] == device.incarnation
        if not is_new and (holds_it or path.endswith("/contents")):
            return httpx.Response(400, content=msgspec.json.encode(wire.Problem(code="bad_request", message="读不出")))
        return centre(request)

    def send_at(hours: float) -> list[int]:
        """What is offered by a conversation at that time."""
        now = window.clock.now_ms() + round(hours * 3_600_000)
        monkeypatch.setattr("clerk_tui.sync.sending_archives.time", SimpleNamespace(time_ns=lambda: now * 1_000_000))
        offered.clear()
        send_old(window)
        return list(offered)

    async def kept(db: Db) -> list[tuple[int, str]]:
        rows = await db.rows(
            "SELECT length(public), status FROM event WHERE incarnation = $1 AND seq = 2", device.incarnation
        )
        return [(row[0], row[1]) for row in rows]

    monkeypatch.setattr(hall, "carry", picky)
    if outlined == "before":
        assert window.sync() is None
    window.ws.close()
    begin_anew(window)
    assert send_at(0) == ([2] if outlined == "before" else [])
    assert inline(hall.store.read(kept)) == [(0, "quarantined")]
    assert send_at(0.1) == ([] if outlined == "before" else [2]), "the first time at once, then once an hour"
    assert send_at(0.9) == []
    is_new = True
    assert send_at(1.1) == [2]
    ((length, status),) = inline(hall.store.read(kept))
    assert length > 0 and status == "applied"
    assert hall.case(case_id).writers[device.incarnation] >= 2
    assert send_at(9) == [], "and that is the end of it"


def test_what_an_archived_journal_knew_of_outlines_outlives_another_beginning(hall: Hall, window: Window) -> None:
    intake.submit(window.ws, restaurant(window.ws))
    assert window.sync() is None
    keep_progress(window.ws.journal.database, "device-of-old", 0, "proven", "", [7])
    first = window.ws.journal.device().device_id
    with window.ws.journal.write() as db:
        db.execute("INSERT INTO dead_letter (seq, reason, reported_ms) VALUES (2, '读不出', 1), (3, '没有交出', 0)")
    window.ws.close()
    begin_anew(window)
    (archive,) = archives(window.ws.journal.read())
    assert (archive.device_id, archive.withheld) == (first, (2,))
    rows = window.ws.journal.read().execute("SELECT device_id, seq FROM archive_withheld ORDER BY seq").fetchall()
    assert [tuple(row) for row in rows] == [(first, 2), ("device-of-old", 7)]


def test_a_sealed_file_holds_what_the_archive_s_own_sending_left_in_outline(window: Window, tmp_path: Path) -> None:
    intake.submit(window.ws, restaurant(window.ws))
    assert window.sync() is None
    outbox_ = Outbox(window.ws.journal.path)
    head = outbox_.head().seq
    done = seal_unproven(
        outbox_, load_key(outbox_.path), sealing_key(window.hall.store.key).public_key().public_bytes_raw(), tmp_path,
        office="SL01", reason="too_old", now_ms=1, after=head, withheld=(2,),
    )  # fmt: skip
    outbox_.close()
    assert done is not None and (done.first, done.last) == (2, head)


def test_what_another_centre_had_is_sealed_too_for_a_centre_that_does_not_know_the_device(
    hall: Hall, window: Window
) -> None:
    head = intake.submit(window.ws, restaurant(window.ws)).seq
    assert window.sync() is None
    with window.ws.journal.write() as db:
        db.execute("UPDATE device SET server_epoch = 'of a centre before', sealing_key = ?", (b"k" * 32,))
    window.ws.close()

    async def forget(db: Db) -> None:
        for table in ("event", "incarnation", "device"):
            await db.run(f"DELETE FROM {table}")

    inline(hall.store.transact(forget))
    begin_anew(window)
    send_old(window)
    (sealed,) = outbox.status(window.ws).sealed
    assert (sealed.incarnation, sealed.first, sealed.last) == ("A1", 1, head)
    content = open_facts(read_envelope(sealed.path.read_bytes()), sealing_key(hall.store.key))
    assert len(content.events) == head, "for the centre of now: the one before is not asked any more"
    sealed.path.unlink()
    (asked,) = [one for one in export(window.config) if one.incarnation == "A1"]
    assert open_facts(read_envelope(asked.path.read_bytes()), sealing_key(hall.store.key)).events == content.events


def test_facts_of_two_histories_are_both_kept_and_the_second_is_sealed(hall: Hall, window: Window) -> None:
    image = image_of(window)
    at_centre = intake.submit(window.ws, restaurant(window.ws))
    assert window.sync() is None
    put_back(window, image)
    window.config.witness_file.unlink()
    window.ws = open_workspace(window.config, window.clock, cache_dir=hall.cache)
    forked = intake.submit(window.ws, restaurant(window.ws, layout=MISSING))
    trouble = window.sync()
    assert trouble is not None and trouble.what == "fork"
    window.ws.close()
    begin_anew(window)
    send_old(window)
    (archive,) = archives(window.ws.journal.read())
    assert archive.state == "sealed"
    envelope = read_envelope(Path(archive.sealed_path).read_bytes())
    content = open_facts(envelope, sealing_key(hall.store.key))
    assert len(content.events) == forked.seq
    assert envelope.public_key == load_key(archive.path).public_key().public_bytes_raw()
    assert window.sync() is None
    assert cases.get(window.ws, at_centre.case_id).case.reference == at_centre.reference
    assert cases.get(window.ws, forked.case_id).case.state == "noticed", "shown from the archive until it is imported"


@pytest.mark.parametrize("status", [403, 409, 422])
def test_a_refusal_that_a_stranger_on_the_way_spoke_ends_no_archive(
    hall: Hall, window: Window, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    """Sealed at once, for the refusal may be the centre's; and asked again later, for it may not."""
    case = intake.submit(window.ws, restaurant(window.ws))
    window.ws.close()
    begin_anew(window)
    with monkeypatch.context() as patch:
        stranger = httpx.Response(status, json={"code": "device_revoked", "message": "Forbidden by gateway"})
        patch.setattr(hall, "carry", lambda request: stranger)
        send_old(window)
        (archive,) = archives(window.ws.journal.read())
        assert archive.state == "sealed" and Path(archive.sealed_path).exists()
        send_old(window)
        assert archives(window.ws.journal.read()) == [archive]
    send_old(window, again=False)
    assert archives(window.ws.journal.read()) == [archive], "not with every conversation"
    send_old(window)
    (archive,) = archives(window.ws.journal.read())
    assert (archive.state, archive.acked_through) == ("proven", case.seq)
    assert outbox.status(window.ws).sealed == (), "nobody has to carry the file any more"


def test_the_archive_is_read_only_and_the_same_bytes(window: Window) -> None:
    intake.submit(window.ws, restaurant(window.ws))
    facts = [sealed.hash for sealed in window.ws.journal.sealed_from(1, 100)]
    key = key_file(window.config.store_file).read_bytes()
    window.ws.close()
    (path,) = begin_anew(window).archived
    assert path.stat().st_mode & 0o777 == 0o400
    outbox = Outbox(path)
    assert [fact.hash for fact in outbox.unsent(0, 100, 1 << 30)] == facts
    outbox.close()
    assert key_file(path).read_bytes() == key != key_file(window.config.store_file).read_bytes()
    assert read_token(token_file(path)) is not None


def test_a_backup_brings_the_cases_of_a_lost_disk_back(hall: Hall, window: Window, tmp_path: Path) -> None:
    kept = intake.submit(window.ws, restaurant(window.ws, layout=MISSING))
    backup = back_up(window.config.store_file, tmp_path / "backups", "20261102T090000")
    assert window.sync() is None
    later = intake.submit(window.ws, restaurant(window.ws))
    assert window.sync() is None
    window.ws.close()
    shutil.rmtree(window.config.store_file.parent)
    done = begin_anew(window, backup.path)
    assert done.cases == 1
    assert cases.find(window.ws, kept.reference)[0].state == "noticed"
    assert window.sync() is None
    send_old(window)
    assert {row.reference for row in cases.find(window.ws, "")} == {kept.reference, later.reference}
    assert archives(window.ws.journal.read())[0].state == "proven", "the centre had it all: nothing is doubled"


SCAN = b"%PDF-1.7 a scan that nobody has sent"
DIGEST = sha256(SCAN).hexdigest()


def attach_scan(window: Window, reference: str) -> Path:
    """A scan in the case; the file that the window keeps."""
    scan = window.config.store_file.parent.with_name("scan.pdf")
    scan.write_bytes(SCAN)
    attach(window.ws, reference, scan)
    scan.unlink()
    return path_of(window.config.store_file, DIGEST)


def send_scans(window: Window) -> None:
    sender = Outbox(window.config.store_file)
    keeper = JournalKeeper(window.ws.journal.database, window.clock)
    try:
        with window.hall.http() as http:
            client = Client(http, sender, load_key(window.config.store_file), window.enrolled.token, keeper)
            assert client.run() is None and client.send_files(http) is None
    finally:
        sender.close()


def scan_at_centre(window: Window) -> bytes:
    asked = {"Authorization": f"Bearer {window.enrolled.token}"}
    return window.hall.centre.get(f"/v1/attachments/{DIGEST}", headers=asked).content


@pytest.mark.parametrize("lost", ["journal", "disk", "journal without a backup"])
def test_a_scan_that_was_not_sent_survives_with_the_facts(window: Window, tmp_path: Path, lost: str) -> None:
    kept = attach_scan(window, intake.submit(window.ws, restaurant(window.ws)).reference)
    backup = back_up(window.config.store_file, tmp_path / "backups", "20261102T090000")
    window.ws.close()
    store = window.config.store_file
    if lost == "disk":
        shutil.rmtree(store.parent)
    else:
        store.write_bytes(b"\0" * 5000)
    done = begin_anew(window, None if lost.endswith("backup") else backup.path)
    assert (done.scans, outbox.status(window.ws).scans) == (1, 1)
    assert kept.read_bytes() == SCAN
    assert kept.stat().st_mode & 0o777 == 0o400
    send_scans(window)
    assert (scan_at_centre(window), outbox.status(window.ws).scans) == (SCAN, 0)


def test_scans_that_were_sent_are_not_sent_again_by_the_new_journal(window: Window) -> None:
    attach_scan(window, intake.submit(window.ws, restaurant(window.ws)).reference)
    send_scans(window)
    window.ws.close()
    assert begin_anew(window).scans == 0
    assert window.ws.journal.read().execute("SELECT sha256, sent_through FROM attachment").fetchall() == [
        (DIGEST, len(SCAN))
    ], "known, so that a centre that is put back later gets it again"


def test_backups_keep_what_any_of_them_needs_and_nothing_longer(
    window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, folder = window.config.store_file, tmp_path / "backups"
    attach_scan(window, intake.submit(window.ws, restaurant(window.ws)).reference)
    first = back_up(store, folder, "20261102T090000", 2)
    send_scans(window)
    monkeypatch.setattr(scans, "KEPT_MS", -(1 << 50))
    there = path_of(first.path, DIGEST)
    back_up(store, folder, "20261103T090000", 2)
    assert there.read_bytes() == SCAN, "the first one still needs it"
    back_up(store, folder, "20261104T090000", 2)
    assert not there.exists() and not first.path.exists()


def test_a_scan_that_was_altered_is_in_no_backup(window: Window, tmp_path: Path) -> None:
    kept = attach_scan(window, intake.submit(window.ws, restaurant(window.ws)).reference)
    kept.chmod(0o600)
    kept.write_bytes(b"%PDF-1.7 something else")
    done = back_up(window.config.store_file, tmp_path / "backups", "20261102T090000")
    assert not path_of(done.path, DIGEST).exists()


@pytest.mark.parametrize("lost", ["journal", "disk"])
def test_papers_from_before_a_restore_are_printed_again_as_they_were(window: Window, tmp_path: Path, lost: str) -> None:
    result = intake.submit(window.ws, restaurant(window.ws))
    papers.deliver_pending(window.ws)
    paper = cases.get(window.ws, result.reference).papers[0]
    papers.reprint(window.ws, paper.paper_id)
    before = papers.rebuild(window.ws, paper.paper_id).pdf
    assert window.sync() is None
    backup = back_up(window.config.store_file, tmp_path / "backups", "20261102T090000")
    window.ws.close()
    if lost == "disk":
        shutil.rmtree(window.config.store_file.parent)
    begin_anew(window, backup.path if lost == "disk" else None)
    for _ in range(2):
        assert window.sync() is None
    (found,) = [each for each in cases.get(window.ws, result.reference).papers if each.paper_id == paper.paper_id]
    assert (found.number, found.state, found.reprints) == (paper.number, "printed", 1)
    assert papers.rebuild(window.ws, paper.paper_id).pdf == before
    again = [papers.reprint(window.ws, paper.paper_id, "丢失") for _ in range(2)]
    assert [(each.state, each.nth, each.number) for each in again] == [
        ("printed", 2, paper.number), ("printed", 3, paper.number),
    ]  # fmt: skip
    assert window.sync() is None
    told = window.hall.case(result.case_id)
    assert [each.reprints for each in told.papers if each.paper_id == paper.paper_id] == [3]
    window.ws.journal.verify()
    window.ws.close()
    begin_anew(window)
    assert papers.rebuild(window.ws, paper.paper_id).pdf == before, "also after another restore"
    assert papers.reprint(window.ws, paper.paper_id).nth == 4


def with_clerks(window: Window) -> None:
    """The hall has clerks, and the window knows it."""
    new = NewClerk(id="0815", name="冯春", roles=["clerk"])
    asyncio.run(clerks.add(window.hall.store, "SL01", new, "admin", now_ms()))
    assert window.sync() is None


@pytest.mark.parametrize("told", [False, True])
def test_after_a_restore_nobody_works_without_signing_in(window: Window, told: bool) -> None:
    """Also where the centre was gone again right after it had given the new code, and could not tell its clerks."""
    intake.submit(window.ws, restaurant(window.ws))
    with_clerks(window)
    window.ws.close()
    begin_anew(window, ask_clerks=told)
    assert signing_in.required(window.ws)
    with pytest.raises(Forbidden) as error:
        intake.submit(window.ws, restaurant(window.ws))
    assert error.value.code == "not_signed_in"
    with pytest.raises(HallError):
        signing_in.sign_in(window.ws, "0815", "204817")
    assert window.sync() is None
    assert [one.id for one in known_clerks(window)] == ["0815"], "the centre told them to the new device"


def known_clerks(window: Window) -> list[ClerkEntry]:
    found = read_list(window.ws.journal.read(), window.config.store_file)
    assert found is not None
    return found.clerks


def test_after_a_restore_of_a_hall_without_clerks_nobody_signs_in(window: Window) -> None:
    intake.submit(window.ws, restaurant(window.ws))
    window.ws.close()
    begin_anew(window, ask_clerks=True)
    assert not signing_in.required(window.ws)
    intake.submit(window.ws, restaurant(window.ws))


def test_nothing_is_changed_while_a_program_has_the_journal_open(window: Window) -> None:
    intake.submit(window.ws, restaurant(window.ws))
    with pytest.raises(HallError) as error:
        begin_anew(window)
    assert error.value.code == "counter_open"
    assert window.ws.journal.verify().facts > 0


def test_nothing_is_changed_while_somebody_reads_in_the_journal(window: Window) -> None:
    """A foreign program: its reading keeps what the log holds out of the file, and out of an archive made of that."""
    store = window.config.store_file
    intake.submit(window.ws, restaurant(window.ws))
    assert window.sync() is None
    with closing(sqlite3.connect(store, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM event").fetchone()
        late = intake.submit(window.ws, restaurant(window.ws))
        head = window.ws.journal.head
        window.ws.close()
        codes = window.enrolled
        with pytest.raises(HallError) as error:
            begin_anew(window)
        assert (error.value.code, window.enrolled) == ("counter_open", codes), "no one-time code is used up"
        assert store.exists() and not store.with_name("archive").exists()
        reader.execute("COMMIT")
        with pytest.raises(HallError):
            begin_anew(window)
    done = begin_anew(window)
    assert examine(done.archived[0]).head == head
    assert done.unproven > 0
    send_old(window)
    assert window.hall.case(late.case_id).reference == late.reference


def test_the_daily_look_at_the_journal_has_it_open(window: Window) -> None:
    intake.submit(window.ws, restaurant(window.ws))
    window.ws.close()
    store = window.config.store_file
    with in_use(store), pytest.raises(HallError) as error:
        begin_anew(window)
    assert error.value.code == "counter_open"
    with renewal._nobody_else(store):
        assert nightly.work(store)["what"] == "backup", "none begins while another journal is put in its place"
    begin_anew(window)


def test_a_log_that_cannot_be_folded_goes_into_the_archive_with_its_journal(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A window that was killed, and a disk that takes no more."""
    store = window.config.store_file
    one = intake.submit(window.ws, restaurant(window.ws))
    image = store.parent.with_name("image")
    shutil.copytree(store.parent, image)
    head = window.ws.journal.head
    put_back(window, image)
    log = store.with_name(store.name + "-wal")
    assert log.stat().st_size > 0
    monkeypatch.setattr(store_archives, "take_in_log", lambda path: False)
    monkeypatch.setattr(renewal, "take_in_log", lambda path: False)
    done = begin_anew(window)
    (path,) = done.archived
    assert examine(path).head == head
    assert path.with_name(path.name + "-wal").stat().st_size > 0
    assert (done.cases, done.unproven) == (1, head.seq)
    send_old(window)
    assert window.hall.case(one.case_id).reference == one.reference


def test_a_log_that_no_journal_stands_beside_is_not_read_into_the_new_one(window: Window) -> None:
    intake.submit(window.ws, restaurant(window.ws))
    store = window.config.store_file
    log = store.with_name(store.name + "-wal")
    data = log.read_bytes()
    window.ws.close()
    store.unlink()
    log.write_bytes(data)
    begin_anew(window)
    assert window.ws.journal.head.seq == 0
    assert [each.read_bytes() for each in store.with_name("archive").glob("*-wal-*")] == [data]


def test_a_centre_that_cannot_be_reached_changes_nothing(window: Window) -> None:
    intake.submit(window.ws, restaurant(window.ws))
    head = window.ws.journal.head
    window.ws.close()

    def refuse(device: str, key: bytes) -> Enrolled:
        raise HallError("centre_unreachable", "连不上中心")

    config = window.config
    with pytest.raises(HallError):
        renew(config.store_file, token_path(config.store_file, None), config.witness_file, "A1", window.clock, refuse)
    window.ws = open_workspace(config, window.clock, cache_dir=window.hall.cache)
    assert window.ws.journal.head == head


def test_a_restore_that_was_cut_off_half_way_is_run_again(window: Window) -> None:
    """The journal is in the archive, the new one not in its place yet."""
    reference = intake.submit(window.ws, restaurant(window.ws)).reference
    window.ws.close()
    store = window.config.store_file
    with pytest.raises(StoreError):
        blocked = window.config.witness_file
        blocked.unlink()
        blocked.mkdir()
        begin_anew(window)
    blocked.rmdir()
    begin_anew(window)
    assert cases.find(window.ws, reference)[0].reference == reference
    assert len(list(store.with_name("archive").glob("*.db"))) >= 1


def test_without_a_centre_whoever_is_in_charge_vouches_for_the_code(window: Window) -> None:
    intake.submit(window.ws, restaurant(window.ws))
    window.ws.close()
    config = window.config
    token = token_path(config.store_file, None)
    renew(config.store_file, token, config.witness_file, "A1", window.clock, lambda *_: Enrolled(incarnation="Z9"))
    window.ws = open_workspace(config, window.clock, cache_dir=window.hall.cache)
    assert "-Z9-00001-" in intake.submit(window.ws, restaurant(window.ws)).reference
    assert read_token(token) is None


def test_a_backup_is_whole_or_none(window: Window, tmp_path: Path) -> None:
    intake.submit(window.ws, restaurant(window.ws))
    done = back_up(window.config.store_file, tmp_path / "backups", "1")
    assert (done.facts, done.head) == (window.ws.journal.head.seq, window.ws.journal.head)
    assert done.path.stat().st_mode & 0o777 == 0o400
    assert key_file(done.path).stat().st_mode & 0o777 == 0o600
    for stamp in ("2", "3"):
        back_up(window.config.store_file, tmp_path / "backups", stamp, keep=2)
    assert [path.name[-4:] for path in sorted((tmp_path / "backups").glob("*.db"))] == ["2.db", "3.db"]
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError) as error:
        back_up(window.config.store_file, tmp_path / "file", "4")
    assert error.value.code == "backup_failed"


def test_every_changed_fact_in_a_backup_is_noticed(window: Window, tmp_path: Path) -> None:
    intake.submit(window.ws, restaurant(window.ws))
    done = copy(window.config.store_file, tmp_path / "b.db")
    data = bytearray(done.path.read_bytes())
    place = data.find("好味餐馆".encode())
    data[place] ^= 1
    broken = tmp_path / "broken.db"
    broken.write_bytes(data)
    with pytest.raises((BrokenChain, StoreError)):
        examine(broken)
    with pytest.raises((BrokenChain, StoreError)):
        begin_anew(window, broken)
    cut = tmp_path / "cut.db"
    cut.write_bytes(done.path.read_bytes()[:-8192])
    with pytest.raises((BrokenChain, StoreError)):
        examine(cut)


def test_a_version_that_changes_the_tables_checks_before_and_after(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    from clerk_tui.store import journal, upgrading
    from clerk_tui.store.migrations import LATEST

    intake.submit(window.ws, restaurant(window.ws))
    head = window.ws.journal.head
    window.ws.close()
    store = window.config.store_file

    def half(writer: object) -> int:
        writer.execute("DROP TABLE known_key")  # type: ignore[attr-defined]
        writer.execute("UPDATE event_status SET state = 'nonsense'")  # type: ignore[attr-defined]
        raise StoreError("store_failed", "halfway")

    monkeypatch.setattr(journal, "LATEST", LATEST + 1)
    monkeypatch.setattr(upgrading, "migrate", half)
    with pytest.raises(StoreError) as error:
        open_workspace(window.config, window.clock, cache_dir=window.hall.cache)
    assert error.value.code == "upgrade_failed"
    monkeypatch.undo()
    window.ws = open_workspace(window.config, window.clock, cache_dir=window.hall.cache)
    assert window.ws.journal.head == head
    assert window.ws.journal.read().execute("SELECT count(*) FROM known_key").fetchone() == (0,)
    assert list(store.parent.glob("*.before-*")) == []


def test_an_older_version_s_journal_is_brought_up_to_date(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    from clerk_tui.store import journal, migrations

    path = window.config.store_file.with_name("older.db")
    monkeypatch.setattr(journal, "LATEST", 6)
    monkeypatch.setattr(migrations, "LATEST", 6)
    monkeypatch.setattr(migrations, "_ALL", migrations._ALL[:6])
    from clerk_tui.store.connection import Database

    with closing(Database(path)) as older:
        assert migrations.migrate(older.writer) == 0
        with older.write() as db:
            db.execute(
                "INSERT INTO device (one, device_id, code, incarnation, public_key, row_hash) VALUES (1,?,?,?,?,?)",
                _row_of(window),
            )
    monkeypatch.undo()
    with closing(open_journal(path, device_code="A1", clock=StillClock())) as newer:
        assert newer.device().device_id == window.ws.journal.device().device_id
        assert newer.read().execute("SELECT count(*) FROM shared_case").fetchone() == (0,)


def _row_of(window: Window) -> tuple[object, ...]:
    return tuple(
        window.ws.journal.read()
        .execute("SELECT device_id, code, incarnation, public_key, row_hash FROM device")
        .fetchone()
    )


def test_messages_about_archives_travel_as_lines() -> None:
    from clerk_tui.sync.messages import ArchiveOffered, ArchiveSent, from_line, to_line

    sent = ArchiveSent(device_id="d", through=3, state="sealed", sealed_path="/x", withheld=[2])
    for message in (sent, ArchiveOffered(device_id="d", seq=2, is_read=True)):
        assert from_line(to_line(message)) == message
    with pytest.raises(msgspec.MsgspecError):
        from_line(b'{"kind":"archive"}')
