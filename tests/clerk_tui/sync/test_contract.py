"""What windows and print stations send is what the centre's OpenAPI document asks for, and so is what they are told."""

from __future__ import annotations

import datetime as dt
import os
from base64 import b64decode, b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from central import enrol as enrolment
from central.clock import now_ms
from central.store import clerks as people
from central.store import tokens as sessions
from central.store.clerks import ClerkRow
from central.store.tokens import SessionRow
from clerk_tui.store.device import load_key
from clerk_tui.sync import clerks, enrol, prints, queue, transport
from clerk_tui.sync.asking import Centre
from clerk_tui.sync.rotating import rotate
from clerk_tui.sync.token import write_token
from hall import queue_wire as w
from hall import wire
from hall.roles import Role
from tests.central.contract import Contract, faults
from tests.central.inline import inline
from tests.clerk_tui.hall_rig import URL, Hall, Window
from tests.journals import add_case

PAPER = "SL01-A1-00001-7-notice-1.pdf"
REF = "#/components/schemas/"


@pytest.fixture
def hall(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hall]:
    hall = Hall(tmp_path, tmp_path_factory.getbasetemp() / "catalogue-cache")
    with hall:
        monkeypatch.setattr(transport, "open_http", lambda url, **_: hall.http())
        yield hall


def station(hall: Hall, folder: Path) -> Centre:
    """A print station that has enrolled over the network."""
    code = inline(enrolment.new_code(hall.store, "SL01", now_ms(), Role.STATION))
    token = folder / "station.token"
    write_token(token, enrol.ask(URL, code, "station-1", "", os.urandom(32), "SL01").token)
    return Centre(URL, token)


def somebody(hall: Hall, window: Window) -> str:
    """A clerk whom an administrator adds; the PIN that they were given."""
    device = window.ws.journal.device().device_id
    row = ClerkRow(office="SL01", clerk_id="boss", name="周敏", roles=(Role.ADMIN.value,))
    session = SessionRow("SL01", "boss", device, now_ms() + 3_600_000)
    inline(hall.store.transact(lambda db: people.save(db, row)))
    inline(hall.store.transact(lambda db: sessions.add_session(db, "s.boss", session, now_ms())))
    new = {"id": "0815", "name": "冯春", "roles": ["clerk"]}
    with hall.http() as http:
        reply = http.post("/v1/clerks", json=new, headers={"Authorization": "Bearer s.boss"})
    assert reply.status_code == 201
    return str(reply.json()["pin"])


def test_a_window_and_its_clerk(hall: Hall, tmp_path: Path) -> None:
    window = hall.open("A1")
    add_case(window.ws.journal, 1)
    assert window.sync() is None
    journal, token = window.ws.journal, tmp_path / "token"
    write_token(token, window.enrolled.token)
    pin = somebody(hall, window)
    clerks.change_pin(URL, token, journal.device(), "0815", pin, "739502")
    assert clerks.sign_in(URL, token, journal.device(), "0815", "739502").session
    assert clerks.fetch_list(URL, token, journal.device()).clerks
    with hall.http() as http:
        line = transport.Transport(http, window.enrolled.token)
        assert isinstance(rotate(line, load_key(journal.path), journal.device().device_id), str)
    assert hall.contract.heard.keys() >= {
        "POST /v1/sync/push", "GET /v1/sync/changes", "GET /v1/sync/keys", "POST /v1/clerks", "GET /v1/clerks",
        "POST /v1/clerks/sign-in", "POST /v1/clerks/pin", "POST /v1/devices/rotate",
    }  # fmt: skip


def test_a_print_station_and_its_tickets(hall: Hall, tmp_path: Path) -> None:
    window = hall.open("A1")
    write_token(tmp_path / "token", window.enrolled.token)
    day = dt.datetime.now(dt.timezone(dt.timedelta(hours=8))).date()
    with station(hall, tmp_path) as at, Centre(URL, tmp_path / "token") as asking:
        prints.put(asking, PAPER, b"%PDF-1.4 " + bytes(100), "")
        assert prints.states(asking, [PAPER])[PAPER].state == "queued"
        assert prints.take(at, "0123456789abcdef", "").pdf.startswith(b"%PDF")
        prints.begin(at, PAPER, "0123456789abcdef")
        prints.end(at, PAPER, "0123456789abcdef", "unknown", "没有纸")
        prints.settle(at, PAPER, True)
        assert prints.listed(at, "") and prints.forsake(at) == ()
        queue.block(at, w.BlockRequest(block_id="block-0001", letter="A", day=day, count=5))
        queue.issue(at, w.IssueRequest(ticket_id="ticket-0001", business="综合受理", letter="A"))
        queue.set_window(asking, w.WindowRequest(window="3", state="open"))
        claim = w.ClaimRequest(claim_id="claim-0001", window="3", businesses=["综合受理"])
        assert queue.claim(asking, claim).ticket
        queue.move(asking, "ticket-0001", "start", w.Action(action_id="action-0001", window="3"))
        assert queue.look(asking, "ticket-0001").ticket.state == "serving"
        queue.figures(asking)
        queue.rule(asking)
    assert {"POST /v1/devices/enrol", "POST /v1/print/jobs", "POST /v1/queue/blocks"} <= hall.contract.heard.keys()


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_the_document_takes_no_key_of_another_length(hall: Hall, length: int) -> None:
    def request(key: bytes) -> Any:
        asked = wire.EnrolRequest(one_time_code="x", device="d", device_code="A1", public_key=key)
        return msgspec.json.decode(msgspec.json.encode(asked))

    assert faults({"$ref": f"{REF}EnrolRequest"}, request(bytes(32))) == []
    assert faults({"$ref": f"{REF}EnrolRequest"}, request(bytes(length)))


@pytest.mark.parametrize("length", [0, 1, 2, 3, 15, 16, 17, 31, 32, 33, 61, 62, 63, 64, 67])
def test_base64_by_the_document_is_base64_to_the_reader(hall: Hall, length: int) -> None:
    """A nonce: what the document takes is read, what is read the document takes. It counts whole groups of four."""
    text = b64encode(bytes(length)).decode()
    described = not faults({"$ref": f"{REF}RetryRequest"}, {"reason": "x", "nonce": text})
    assert described is (length <= 66)
    for wrong in (text[:-1] or "=", text.rstrip("=") + "====", text + "\n", f"{text}Z", "-_-_"):
        assert faults({"$ref": f"{REF}RetryRequest"}, {"reason": "x", "nonce": wrong})
        with pytest.raises(msgspec.ValidationError):
            msgspec.json.decode(msgspec.json.encode(wrong), type=bytes)
    assert b64decode(text) == bytes(length)


def test_no_pattern_of_the_document_ends_in_a_letter_that_was_meant_as_the_end(hall: Hall) -> None:
    document = hall.centre.get("/schema/openapi.json").text
    assert "\\\\Z" not in document and "utf-8" not in document
    sent = {"clerk": "0815", "pin": "739502", "nonce": b64encode(bytes(16)).decode()}
    assert faults({"$ref": f"{REF}SignInRequest"}, sent) == []
    assert faults({"$ref": f"{REF}SignInRequest"}, sent | {"clerk": "0815Z\n"})


def test_what_is_in_no_document_is_noticed(hall: Hall) -> None:
    contract: Contract = hall.contract
    said = httpx.Headers()
    with pytest.raises(AssertionError):
        contract.hold("POST", "/v1/sync/push", b"{}", said, 400, b"", "")
    with pytest.raises(AssertionError):
        contract.hold("GET", "/v1/health", b"", said, 418, b"", "")
    with pytest.raises(AssertionError):
        contract.hold("GET", "/v1/health", b"", said, 200, b'{"epoch": 1}', "application/json")
