"""Scanned copies: kept by their content, named in the case, and with the centre whole or not at all."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from hashlib import sha256
from pathlib import Path

import httpx
import msgspec
import pytest

from central.attachments import KEPT_DAYS, prune
from central.backup import backup, restore
from central.clock import now_ms
from central.store import Db
from clerk_tui.services import cases, intake, outbox
from clerk_tui.services.attaching import attach
from clerk_tui.store import attachments
from clerk_tui.store.attachments import AGAIN_MS, MAX_SIZE, path_of
from clerk_tui.store.backup import back_up
from clerk_tui.store.connection import Database
from clerk_tui.store.device import load_key
from clerk_tui.store.exchange import Outbox, keep_uploaded
from clerk_tui.sync.client import Client
from clerk_tui.sync.files import ALTERED, GONE, PIECE
from clerk_tui.sync.keeper import JournalKeeper
from clerk_tui.sync.messages import Trouble
from hall.errors import BadInput
from hall.wire import Problem
from hall.wire_files import Stored
from tests.central.inline import inline
from tests.clerk_tui.hall_rig import Hall, Window
from tests.clerk_tui.walkins import restaurant

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 5000
DIGEST = sha256(PDF).hexdigest()


@pytest.fixture
def hall(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    with Hall(tmp_path, tmp_path_factory.getbasetemp() / "catalogue-cache") as hall:
        yield hall


@pytest.fixture
def window(hall: Hall) -> Window:
    return hall.open("A1")


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    path = tmp_path / "平面图.pdf"
    path.write_bytes(PDF)
    return path


def send(window: Window) -> Trouble | None:
    journal = window.ws.journal
    sender = Outbox(journal.path)
    keeper = JournalKeeper(journal.database, window.clock)
    try:
        with window.hall.http() as http:
            client = Client(http, sender, load_key(journal.path), window.enrolled.token, keeper)
            return client.run() or client.send_files(http)
    finally:
        sender.close()


def sent(window: Window) -> int:
    return int(window.ws.journal.read().execute("SELECT sent_through FROM attachment").fetchone()[0])


def unsent(window: Window) -> dict[str, int]:
    rows = window.ws.journal.read().execute("SELECT sha256, sent_through FROM attachment WHERE sent_through < size")
    return dict(rows.fetchall())


def forget(window: Window, *tables: str) -> None:
    """The centre loses what stands in these tables."""
    for table in tables:
        inline(window.hall.store.transact(partial(emptied, table=table)))


async def emptied(db: Db, table: str) -> None:
    await db.run(f"DELETE FROM {table}")


def doubt(window: Window) -> None:
    with window.ws.journal.write() as db:
        attachments.doubt(db)


def at_centre(window: Window) -> httpx.Response:
    return window.hall.centre.get(
        f"/v1/attachments/{DIGEST}", headers={"Authorization": f"Bearer {window.enrolled.token}"}
    )


def test_a_scan_is_named_in_the_case_and_goes_to_the_centre_whole(window: Window, scan: Path) -> None:
    reference = intake.submit(window.ws, restaurant(window.ws)).reference
    taken = attach(window.ws, reference, scan, "layout")
    assert (taken.sha256, taken.size, taken.mime) == (DIGEST, len(PDF), "application/pdf")
    line = cases.get(window.ws, reference).case.timeline[-1]
    assert "平面图.pdf" in line.text and line.type == "document.attached"
    assert path_of(window.ws.journal.path, DIGEST).stat().st_mode & 0o777 == 0o400
    assert send(window) is None
    assert at_centre(window).content == PDF
    assert sent(window) == len(PDF)


def test_the_same_scan_twice_is_one(window: Window, scan: Path) -> None:
    reference = intake.submit(window.ws, restaurant(window.ws)).reference
    attach(window.ws, reference, scan)
    head = window.ws.journal.head
    attach(window.ws, reference, scan)
    assert window.ws.journal.head == head
    assert window.ws.journal.read().execute("SELECT count(*) FROM attachment").fetchone() == (1,)


def test_an_upload_that_broke_off_goes_on_from_where_the_centre_stands(window: Window, scan: Path) -> None:
    reference = intake.submit(window.ws, restaurant(window.ws)).reference
    attach(window.ws, reference, scan)
    pieces: list[str] = []

    def breaks_off(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if request.method == "PUT":
            pieces.append(request.headers["content-range"])
            if len(pieces) == 2:
                raise httpx.ReadError("cut off", request=request)
        return response

    window.hall.bend = breaks_off
    trouble = send(window)
    assert trouble is not None and trouble.what == "offline"
    assert sent(window) == PIECE
    assert send(window) is None
    assert at_centre(window).content == PDF
    assert pieces[-1].startswith(f"bytes {2 * PIECE}-"), "what the lost reply was about is not sent again"


def test_an_upload_that_the_centre_let_go_meanwhile_begins_anew_in_one_conversation(window: Window, scan: Path) -> None:
    reference = intake.submit(window.ws, restaurant(window.ws)).reference
    attach(window.ws, reference, scan)
    store, sending, is_line_up = window.hall.store, [""], False

    def breaks_off_once_and_lets_go_after_a_look(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if request.method == "PUT" and not is_line_up:
            if len(sending) == 2:
                raise httpx.ReadError("cut off", request=request)
            sending.append(request.headers["content-range"])
        elif request.method == "HEAD" and is_line_up:
            later = now_ms() + (KEPT_DAYS + 1) * 24 * 3_600_000
            assert inline(prune(store, KEPT_DAYS, later)) == 1
        return response

    window.hall.bend = breaks_off_once_and_lets_go_after_a_look
    assert send(window) is not None and sent(window) == PIECE
    is_line_up = True
    assert send(window) is None
    assert (at_centre(window).content, sent(window)) == (PDF, len(PDF))


def test_a_centre_put_back_gets_the_scan_again_in_one_conversation(window: Window, scan: Path, tmp_path: Path) -> None:
    """Nobody types anything, and nobody has to come back: facts and scan go with the one that notices it."""
    store = window.hall.store
    reference = intake.submit(window.ws, restaurant(window.ws)).reference
    assert send(window) is None
    inline(backup(store, tmp_path / "before"))
    attach(window.ws, reference, scan)
    assert send(window) is None
    inline(restore(store, tmp_path / "before", replace=True))
    assert at_centre(window).status_code == 404
    assert send(window) is None
    assert at_centre(window).content == PDF
    device = window.ws.journal.device()
    assert (device.acked_through, sent(window)) == (window.ws.journal.head.seq, len(PDF))


def test_a_scan_that_was_altered_on_the_disk_is_not_sent(window: Window, scan: Path) -> None:
    reference = intake.submit(window.ws, restaurant(window.ws)).reference
    attach(window.ws, reference, scan)
    kept = path_of(window.ws.journal.path, DIGEST)
    kept.chmod(0o600)
    kept.write_bytes(PDF[:-1] + b"x")
    assert send(window) is None
    assert (at_centre(window).status_code, sent(window)) == (404, 0)
    assert outbox.status(window.ws).scans_aside == (ALTERED,)
    attach(window.ws, reference, scan)
    send(window)
    assert at_centre(window).content == PDF
    assert outbox.status(window.ws).scans_aside == ()


def test_the_folder_of_scans_is_its_owner_s_alone_also_one_that_an_earlier_version_made(
    window: Window, scan: Path, tmp_path: Path
) -> None:
    reference = intake.submit(window.ws, restaurant(window.ws)).reference
    folder = window.ws.journal.path.with_name(attachments.FOLDER)
    before = os.umask(0o022)
    try:
        attach(window.ws, reference, scan)
        assert {mode(each) for each in (folder, *folder.iterdir())} == {0o700}
        folder.chmod(0o755)
        with closing(Database(window.ws.journal.path)):
            assert mode(folder) == 0o700
        backed_up = tmp_path / "backups" / attachments.FOLDER
        back_up(window.ws.journal.path, backed_up.parent, "1")
        assert mode(backed_up) == 0o700
        backed_up.chmod(0o755)
        back_up(window.ws.journal.path, backed_up.parent, "2")
        assert mode(backed_up) == 0o700
    finally:
        os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def another(window: Window, reference: str, tmp_path: Path, data: bytes = b"%PDF-1.7 another") -> str:
    """One more scan in the case; its digest."""
    (tmp_path / "another.pdf").write_bytes(data)
    return attach(window.ws, reference, tmp_path / "another.pdf").sha256


def test_a_scan_that_the_centre_refuses_holds_no_other_one_up(window: Window, scan: Path, tmp_path: Path) -> None:
    reference = intake.submit(window.ws, restaurant(window.ws)).reference
    attach(window.ws, reference, scan)
    other = another(window, reference, tmp_path)
    refuse = Problem(code="too_big", message="附件最大 20 MiB")

    def refuses(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        is_it = request.method == "PUT" and request.url.path.endswith(DIGEST)
        return httpx.Response(413, content=msgspec.json.encode(refuse)) if is_it else response

    window.hall.bend = refuses
    assert send(window) is None, "no trouble with the line, and none with the journal"
    stands = outbox.status(window.ws)
    assert (stands.pending, stands.scans, stands.scans_aside) == (0, 1, ("附件最大 20 MiB",))
    assert unsent(window) == {DIGEST: 0}
    assert other not in unsent(window)


def test_a_scan_that_was_set_aside_is_tried_again_an_hour_later(window: Window, scan: Path) -> None:
    reference = intake.submit(window.ws, restaurant(window.ws)).reference
    attach(window.ws, reference, scan)
    database, now = window.ws.journal.database, 1_790_000_000_000
    keep_uploaded(database, DIGEST, 0, "附件最大 20 MiB", now)
    read = window.ws.journal.read()
    assert attachments.unsent(read, now + AGAIN_MS - 1) == []
    for later in (now + AGAIN_MS, now - AGAIN_MS):
        assert [each.sha256 for each in attachments.unsent(read, later)] == [DIGEST], "also after a clock was put right"
    assert send(window) is None
    assert (at_centre(window).content, outbox.status(window.ws).scans) == (PDF, 0)


@pytest.mark.parametrize("method", ["HEAD", "PUT"])
def test_only_the_centre_s_signature_says_that_a_scan_is_there(window: Window, scan: Path, method: str) -> None:
    reference = intake.submit(window.ws, restaurant(window.ws)).reference
    attach(window.ws, reference, scan)
    assert window.sync() is None
    whole = Stored(sha256=DIGEST, size=len(PDF), have=len(PDF), whole=True, signature=bytes(64))
    headers = {"Upload-Offset": str(len(PDF)), "Upload-Length": str(len(PDF)), "Upload-Receipt": "AAAA"}

    def claims(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if request.method not in ("HEAD", method):
            return response
        return httpx.Response(
            200, headers=headers, content=msgspec.json.encode(whole) if request.method == "PUT" else b""
        )

    window.hall.bend = claims
    trouble = send(window)
    if method == "PUT":
        assert trouble is not None and trouble.what == "not_the_centre" and unsent(window) == {DIGEST: 0}
    else:
        assert trouble is None and at_centre(window).content == PDF, "what was said to be there was sent all the same"


def test_an_upload_whose_first_pieces_the_centre_lost_begins_there_again(window: Window, scan: Path) -> None:
    reference = intake.submit(window.ws, restaurant(window.ws)).reference
    attach(window.ws, reference, scan)
    lost: list[str] = []

    def loses(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if request.method == "PUT" and not lost:
            lost.append(request.url.path)
            forget(window, "upload", "upload_piece")
        return response

    window.hall.bend = loses
    assert send(window) is None
    assert at_centre(window).content == PDF


def test_a_scan_whose_file_is_gone_is_said_and_those_that_the_centre_has_are_not(window: Window, scan: Path) -> None:
    reference = intake.submit(window.ws, restaurant(window.ws)).reference
    attach(window.ws, reference, scan)
    assert send(window) is None
    doubt(window)
    path_of(window.ws.journal.path, DIGEST).unlink()
    assert send(window) is None
    assert outbox.status(window.ws).scans == 0, "the centre has it"
    attach(window.ws, reference, scan)
    forget(window, "attachment", "attachment_piece")
    doubt(window)
    path_of(window.ws.journal.path, DIGEST).unlink()
    assert send(window) is None
    assert outbox.status(window.ws).scans_aside == (GONE,)
    attach(window.ws, reference, scan)
    assert send(window) is None, "scanned again, it goes at once"
    assert (at_centre(window).content, outbox.status(window.ws).scans) == (PDF, 0)


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", "bad_kind"), (b"MZ\x90", "bad_kind"), (b"%PDF-" + bytes(MAX_SIZE), "too_big")],
    ids=["empty", "a program", "too big"],
)
def test_only_what_a_scanner_writes_is_taken(window: Window, tmp_path: Path, data: bytes, code: str) -> None:
    reference = intake.submit(window.ws, restaurant(window.ws)).reference
    head = window.ws.journal.head
    (tmp_path / "x.pdf").write_bytes(data)
    for path, why in ((tmp_path / "x.pdf", code), (tmp_path / "nothing", "no_file"), (tmp_path, "no_file")):
        with pytest.raises(BadInput) as error:
            attach(window.ws, reference, path)
        assert error.value.code == why
    assert window.ws.journal.head == head
