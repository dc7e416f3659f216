"""Scanned copies: kept by their content, named in the case, and with the centre whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from central.backup import backup, restore
from clerk_tui.services import cases, intake
from clerk_tui.services.attaching import attach
from clerk_tui.store.attachments import MAX_SIZE, path_of
from clerk_tui.store.device import load_key
from clerk_tui.store.exchange import Outbox
from clerk_tui.sync.client import Client
from clerk_tui.sync.files import PIECE
from clerk_tui.sync.keeper import JournalKeeper
from clerk_tui.sync.messages import Trouble
from hall.errors import BadInput
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
    outbox = Outbox(journal.path)
    keeper = JournalKeeper(journal.database, window.clock)
    try:
        with window.hall.http() as http:
            client = Client(http, outbox, load_key(journal.path), window.enrolled.token, keeper)
            return client.run() or client.send_files(http)
    finally:
        outbox.close()


def sent(window: Window) -> int:
    return int(window.ws.journal.read().execute("SELECT sent_through FROM attachment").fetchone()[0])


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
