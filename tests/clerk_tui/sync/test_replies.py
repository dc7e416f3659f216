"""Every row of the reply table (sync.md §4), told by a real HTTP server: what the counter does, and what it never does.

The server is this test's own, because a real centre never says most of these things by itself.
"""

from __future__ import annotations

import datetime as dt
import gzip
import threading
from collections.abc import Callable, Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from clerk_tui.store.device import load_key
from clerk_tui.store.exchange import LOG_CHARS, Outbox, pin_centre
from clerk_tui.sync.client import Client
from clerk_tui.sync.keeper import JournalKeeper
from clerk_tui.sync.messages import Rewound, Trouble
from clerk_tui.sync.sealing import seal_unproven
from clerk_tui.sync.transport import MAX_REPLY, open_http
from hall import wire
from hall.errors import HallError
from hall.sealed import open_facts, read_envelope
from hall.wire_clerks import RotateReply, RotateRequest, rotation_is_signed
from hall.wire_oversight import Report
from tests.journals import StillClock, add_case, new_journal

Reply = tuple[int, bytes, dict[str, str]]
CENTRE_KEY = Ed25519PrivateKey.from_private_bytes(b"c" * 32)
EPOCH = "epoch-1"


class Asked:
    """One request as the server got it."""

    def __init__(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        self.method, self.path = handler.command, handler.path.partition("?")[0]
        self.query = handler.path.partition("?")[2]
        self.headers = dict(handler.headers.items())
        self.body = body
        self.plain = gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body

    def push(self) -> wire.PushRequest:
        return msgspec.json.decode(self.plain, type=wire.PushRequest)


class Server:
    """Answers what the test says; ``asked`` is what it was asked. The feed is empty unless said otherwise."""

    def __init__(self) -> None:
        self.answers: list[Callable[[Asked], Reply]] = []
        self.always: Callable[[Asked], Reply] | None = None
        self.asked: list[Asked] = []
        self.device = ""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _do(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                asked = Asked(self, body)
                outer.asked.append(asked)
                status, answer, headers = outer.reply(asked)
                if status == 0:
                    self.close_connection = True
                    return
                self.send_response(status)
                for name, value in ({"Content-Length": str(len(answer))} | headers).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer)

            do_GET = do_POST = do_PUT = do_HEAD = _do

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def reply(self, asked: Asked) -> Reply:
        if asked.path.endswith("/push") and self.answers:
            return self.answers.pop(0)(asked)
        if self.always is not None:
            return self.always(asked)
        if asked.path.endswith("/changes"):
            return nothing_new(self.device, asked)
        return problem(404, "http_404")(asked)

    def pushes(self) -> list[wire.PushRequest]:
        return [each.push() for each in self.asked if each.path.endswith("/push")]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def signed_page(page: wire.ChangesReply, device: str, asked: Asked, key: Ed25519PrivateKey = CENTRE_KEY) -> Reply:
    """A page of the feed as the centre sends it."""
    body = msgspec.json.encode(page)
    cursor = parse_qs(asked.query).get("cursor", [""])[0]
    return 200, body, {wire.PAGE_HEADER: wire.sign_page(key, device, cursor, sha256(body).digest())}


def nothing_new(device: str, asked: Asked, epoch: str = EPOCH) -> Reply:
    """The feed of a hall in which nothing has happened."""
    return signed_page(
        wire.ChangesReply(epoch=epoch, changes=[], next_cursor=f"{epoch}:0", has_more=False), device, asked
    )


def ok(message: object) -> Reply:
    return 200, msgspec.json.encode(message), {}


def signed(rig: Rig, asked: Asked, reply: wire.PushReply, **bent: Any) -> Reply:
    """A reply to a push or a report as the centre sends it; ``bent``: with another key, or for another request."""
    nonce = asked.push().nonce if asked.path.endswith("/push") else msgspec.json.decode(asked.body, type=Report).nonce
    named: dict[str, Any] = {"key": CENTRE_KEY, "device": rig.server.device, "nonce": nonce} | bent
    return ok(wire.sign_reply(reply=reply, **named))


def problem(status: int, code: str, **more: Any) -> Callable[[Asked], Reply]:
    headers = more.pop("headers", {})
    body = msgspec.json.encode(wire.Problem(code=code, message="中心的话", **more))
    return lambda asked: (status, body, headers)


def sends_back(
    rig: Rig,
    status: int,
    code: str,
    expected: int,
    epoch: str,
    digest: bytes,
    **bent: Any,
) -> Callable[[Asked], Reply]:
    """A refusal after which the counter sends again from ``expected``, as the centre signs it. ``bent``: another key,
    device or nonce than the centre signs with and for."""

    def answer(asked: Asked) -> Reply:
        bare = wire.Problem(code=code, message="中心的话", expected=expected, epoch=epoch, hash=digest)
        named: dict[str, Any] = {"key": CENTRE_KEY, "device": rig.server.device, "nonce": asked.push().nonce} | bent
        return status, msgspec.json.encode(wire.sign_problem(problem=bare, **named)), {}

    return answer


class Rig:
    def __init__(self, folder: Path) -> None:
        self.server = Server()
        self.folder = folder
        self.journal = new_journal(folder)
        self.server.device = self.journal.device().device_id
        pin_centre(self.journal.database, CENTRE_KEY.public_key().public_bytes_raw(), EPOCH)
        self.token = "the-token"
        self.key = load_key(self.journal.path)

    def run(self, **more: Any) -> Trouble | None:
        outbox = Outbox(self.journal.path)
        with open_http(self.server.url) as http:
            client = Client(
                http, outbox, self.key, self.token, JournalKeeper(self.journal.database, StillClock()), **more
            )
            try:
                return client.run()
            finally:
                outbox.close()

    def receipt(self, through: int, digest: bytes | None = None, epoch: str = EPOCH) -> wire.Receipt:
        device = self.journal.device()
        sealed = self.journal.sealed(through)
        bare = wire.Receipt(
            device=device.device_id,
            incarnation=device.incarnation,
            epoch=epoch,
            acked_through=through,
            acked_hash=digest or (sealed.hash if sealed else device.genesis),
            server_time_ms=1,
        )
        return wire.sign_receipt(CENTRE_KEY, bare)

    def takes(self, count: int = 1 << 30, **more: Any) -> Callable[[Asked], Reply]:
        """The centre stores at most ``count`` facts of a batch and says so."""

        def answer(asked: Asked) -> Reply:
            request = asked.push()
            last = request.first_seq + min(count, len(request.events)) - 1
            told = range(request.first_seq, last + 1)
            results = [wire.PushResult(seq=seq, status=wire.Status.APPLIED, server_seq=seq) for seq in told]
            return signed(self, asked, wire.PushReply(receipt=self.receipt(last), results=results, **more))

        return answer

    @property
    def acked(self) -> int:
        return self.journal.device().acked_through

    def head(self, seq: int) -> bytes:
        sealed = self.journal.sealed(seq) if seq else None
        return sealed.hash if sealed else self.journal.device().genesis


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path)
    add_case(rig.journal, 1)
    yield rig
    rig.journal.close()
    rig.server.close()


def what(trouble: Trouble | None) -> str:
    return trouble.what if trouble else ""


# -- 200 ---------------------------------------------------------------------------------------------------------------


def test_a_good_receipt_sets_statuses_and_acknowledges_together(rig: Rig) -> None:
    rig.server.answers = [rig.takes()]
    assert rig.run() is None
    assert rig.acked == 3
    rows = rig.journal.read().execute("SELECT seq, state FROM event_status ORDER BY seq").fetchall()
    assert [tuple(row) for row in rows] == [(1, "applied"), (2, "applied"), (3, "applied")]


def test_only_what_was_stored_is_acknowledged_and_the_rest_sent_again(rig: Rig) -> None:
    rig.server.answers = [rig.takes(1), rig.takes()]
    assert rig.run() is None
    assert [(push.first_seq, len(push.events)) for push in rig.server.pushes()] == [(1, 3), (2, 2)]
    assert rig.acked == 3


def test_a_push_says_who_how_far_and_how_much_is_left(rig: Rig) -> None:
    rig.server.answers = [rig.takes(2), rig.takes()]
    reading = wire.ClockReading(wall_ms=1_790_000_000_000 + wire.LIVE_MS, mono_ms=7, boot_id="boot")
    assert rig.run(clock=lambda: reading) is None
    first, second = rig.server.pushes()
    assert (first.queue, second.queue) == (
        wire.Queue(pending=3, oldest_ms=1_790_000_000_000),
        wire.Queue(pending=1, oldest_ms=1_790_000_000_000),
    )
    assert first.clock == reading
    assert second.acked == wire.Head(seq=2, hash=rig.head(2))
    assert wire.push_is_signed(rig.journal.device().public_key, first)


@pytest.mark.parametrize(("age_ms", "lane"), [(0, "live"), (wire.LIVE_MS - 1, "live"), (wire.LIVE_MS, "backlog")])
def test_live_facts_go_in_a_lane_of_their_own(rig: Rig, age_ms: int, lane: str) -> None:
    rig.server.answers = [rig.takes()]
    reading = wire.ClockReading(wall_ms=1_790_000_000_000 + age_ms, mono_ms=7, boot_id="boot")
    assert rig.run(clock=lambda: reading) is None
    assert rig.server.asked[0].headers[wire.LANE_HEADER] == lane


def test_the_centre_may_ask_for_a_pause_and_what_it_stored_is_kept(rig: Rig) -> None:
    rig.server.answers = [rig.takes(1, retry_after_ms=7_000)]
    trouble = rig.run()
    assert trouble is not None
    assert (trouble.what, trouble.retry_s, rig.acked) == ("busy", 7.0, 1)


@pytest.mark.parametrize(
    "answer",
    [
        (200, b"<html>login</html>", {"Content-Type": "text/html"}),
        (200, b"", {}),
        (200, b"{}", {}),
        (204, b"", {}),
        (301, b"", {"Location": "http://127.0.0.1:1/"}),
        (302, b"{}", {"Location": "/v1/health"}),
        (307, b"", {"Location": "/v1/sync/push"}),
        (401, b"<html>proxy</html>", {}),
        (403, b"denied", {}),
        (404, b"", {}),
        (407, b"proxy", {}),
        (409, b"{}", {}),
        (422, b"null", {}),
        (200, gzip.compress(bytes(MAX_REPLY + 1)), {"Content-Encoding": "gzip"}),
        (200, b"not gzip at all", {"Content-Encoding": "gzip"}),
        (200, b"\xff\xfe", {"Content-Type": "application/json"}),
        (0, b"", {}),
    ],
    ids=lambda answer: f"{answer[0]}-{len(answer[1])}",
)
def test_whatever_else_answers_is_no_network(rig: Rig, answer: Reply) -> None:
    rig.server.always = lambda asked: answer
    assert what(rig.run()) in ("not_the_centre", "offline", "too_large")
    assert rig.acked == 0
    assert len(rig.server.asked) <= 2, "a redirect is never followed"


@pytest.mark.parametrize(
    "change",
    [
        {"signature": b"x" * 64},
        {"signature": b""},
        {"device": "other"},
        {"incarnation": "B7"},
        {"acked_through": 2},
        {"epoch": "e"},
        {"server_time_ms": 2},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_receipt_that_was_altered_acknowledges_nothing(rig: Rig, change: dict[str, Any]) -> None:
    altered = msgspec.structs.replace(rig.receipt(3), **change)
    rig.server.answers = [lambda asked: signed(rig, asked, wire.PushReply(receipt=altered, results=[]))]
    assert what(rig.run()) == "not_the_centre"
    assert rig.acked == 0


CHANGED_RESULTS: dict[str, dict[str, Any]] = {
    "another state": {"status": wire.Status.CONFLICT},
    "another reason": {"reason": "证件不符"},
    "another number": {"server_seq": 99},
    "another version": {"case_version": 7},
}


@pytest.mark.parametrize("change", CHANGED_RESULTS.values(), ids=CHANGED_RESULTS)
def test_what_became_of_a_fact_is_believed_of_the_centre_alone(rig: Rig, change: dict[str, Any]) -> None:
    """The receipt is the centre's own: only what stands beside it was altered on the way."""

    def altered(asked: Asked) -> Reply:
        reply = msgspec.json.decode(rig.takes()(asked)[1], type=wire.PushReply)
        first, *rest = reply.results
        return ok(msgspec.structs.replace(reply, results=[msgspec.structs.replace(first, **change), *rest]))

    def delayed(asked: Asked) -> Reply:
        reply = msgspec.json.decode(rig.takes()(asked)[1], type=wire.PushReply)
        return ok(msgspec.structs.replace(reply, retry_after_ms=300_000))

    def withholding(asked: Asked) -> Reply:
        reply = msgspec.json.decode(rig.takes()(asked)[1], type=wire.PushReply)
        return ok(msgspec.structs.replace(reply, withheld=[1]))

    def of_another_request(asked: Asked) -> Reply:
        reply = msgspec.json.decode(rig.takes()(asked)[1], type=wire.PushReply)
        return signed(rig, asked, reply, nonce=b"of another request")

    for answer in (altered, delayed, withholding, of_another_request):
        rig.server.answers = [answer]
        assert what(rig.run()) == "not_the_centre"
        assert rig.acked == 0 and not rig.journal.read().execute("SELECT 1 FROM event_status").fetchall()
    rig.server.answers = [rig.takes()]
    assert rig.run() is None and rig.acked == 3


@pytest.mark.parametrize("through", [2, 3, 4, 9])
def test_a_signed_receipt_for_another_history_is_a_fork(rig: Rig, through: int) -> None:
    receipt = rig.receipt(through, b"x" * 32)
    rig.server.answers = [lambda asked: signed(rig, asked, wire.PushReply(receipt=receipt, results=[]))]
    assert what(rig.run()) == "fork"
    assert rig.acked == 0


# -- the feed ----------------------------------------------------------------------------------------------------------


def flood(key: Ed25519PrivateKey, device: str) -> Callable[[Asked], Reply]:
    """Who tells cases without end, each page larger than a hall."""
    page = 0

    def answer(asked: Asked) -> Reply:
        nonlocal page
        page += 1
        changes = [
            wire.Change(
                server_seq=page * 10 + number, case_id=f"planted-{page}-{number}", reference="", state="", version=1,
                device="x", day=dt.date(2026, 9, 18), case=b"{}",
            )
            for number in range(10)
        ]  # fmt: skip
        told = wire.ChangesReply(epoch=EPOCH, changes=changes, next_cursor=f"{EPOCH}:{page}", has_more=True)
        return signed_page(told, device, asked, key)

    return answer


def planted(rig: Rig) -> int:
    """How many cases nobody has told but a stranger."""
    return int(rig.journal.read().execute("SELECT count(*) FROM inbox_change").fetchone()[0])


@pytest.mark.parametrize("whose", ["a stranger's key", "another device"])
def test_a_feed_that_the_centre_did_not_sign_for_this_device_plants_nothing(rig: Rig, whose: str) -> None:
    stranger = Ed25519PrivateKey.generate() if whose == "a stranger's key" else CENTRE_KEY
    named = rig.server.device if whose == "a stranger's key" else "another"
    rig.server.answers = [rig.takes()]
    rig.server.always = flood(stranger, named)
    assert what(rig.run()) == "not_the_centre"
    assert (planted(rig), rig.acked) == (0, 3)


def test_the_feed_is_not_read_where_the_disk_is_nearly_full(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clerk_tui.sync.client.READ_FLOOR", 1 << 62)
    rig.server.answers = [rig.takes()]
    rig.server.always = flood(CENTRE_KEY, rig.server.device)
    assert what(rig.run()) == "no_room"
    assert (planted(rig), rig.acked) == (0, 3), "and what was written here is sent"


# -- 400, 408, 413 -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 408, 413])
def test_a_batch_that_is_not_taken_is_halved(rig: Rig, status: int) -> None:
    add_case(rig.journal, 2)
    rig.server.answers = [problem(status, "bad_request"), problem(status, "bad_request")]
    rig.server.answers += [rig.takes(), rig.takes(), rig.takes()]
    assert rig.run() is None
    assert [len(push.events) for push in rig.server.pushes()] == [6, 3, 1, 2, 3], "and grows again with what is taken"
    assert rig.acked == 6


def test_a_line_too_slow_for_a_single_fact_is_no_reason_to_leave_its_contents_out(rig: Rig) -> None:
    rig.server.answers = [problem(408, "too_slow") for _ in range(9)]
    assert what(rig.run()) == "busy"
    assert [len(push.events) for push in rig.server.pushes()] == [3, 1]
    assert all(asked.path != "/v1/sync/report" for asked in rig.server.asked)
    rig.server.answers = [rig.takes(), rig.takes()]
    assert rig.run() is None
    assert rig.acked == 3


def test_a_long_batch_goes_packed_and_a_short_one_as_it_is(rig: Rig) -> None:
    rig.server.answers = [rig.takes()]
    assert rig.run() is None
    for number in range(2, 62):
        add_case(rig.journal, number)
    rig.server.answers = [rig.takes()]
    assert rig.run() is None
    short, long = [asked for asked in rig.server.asked if asked.path.endswith("/push")]
    assert (short.headers.get("Content-Encoding"), long.headers.get("Content-Encoding")) == (None, "gzip")
    assert len(long.push().events) == 180 and 2 * len(long.body) < len(long.plain)


def picky(rig: Rig, refused: set[int], reports: list[Report], *, knows_reports: bool = True) -> None:
    """A centre that will not take some facts, nor batches with them; their outlines it takes, if it knows how."""

    def centre(asked: Asked) -> Reply:
        if asked.path == "/v1/sync/report" and knows_reports:
            told = msgspec.json.decode(asked.body, type=Report)
            reports.append(told)
            reason = "中心收不下这条记录的内容"
            result = wire.PushResult(seq=told.seq, status=wire.Status.QUARANTINED, server_seq=9, reason=reason)
            reply = wire.PushReply(receipt=rig.receipt(told.seq), results=[result], withheld=[told.seq])
            return signed(rig, asked, reply)
        if asked.path.endswith("/push"):
            push = asked.push()
            if refused & set(range(push.first_seq, push.first_seq + len(push.events))):
                return problem(400, "bad_request")(asked)
            return rig.takes()(asked)
        if asked.path.endswith("/changes"):
            return nothing_new(rig.server.device, asked)
        return problem(404, "http_404")(asked)

    rig.server.always = centre


def test_a_fact_that_is_refused_even_alone_goes_in_outline_and_all_others_go_on(rig: Rig) -> None:
    add_case(rig.journal, 2)
    reports: list[Report] = []
    picky(rig, {2}, reports)
    assert rig.run() is None
    assert rig.acked == rig.journal.head.seq == 6, "nothing waits for it"
    sealed = rig.journal.sealed(2)
    (report,) = reports
    assert sealed is not None and (report.seq, report.incarnation, report.outline.hash) == (2, "A1", sealed.hash)
    assert sealed.public not in msgspec.json.encode(report), "without its contents"
    rows = rig.journal.read().execute("SELECT seq, reason, reported_ms > 0 FROM dead_letter").fetchall()
    assert [tuple(row) for row in rows] == [(2, "中心收不下这条记录的内容", 1)]
    assert [push.first_seq for push in rig.server.pushes() if len(push.events) == 1].count(2) == 2, "it is tried twice"


def test_a_fact_whose_request_was_cut_once_goes_whole(rig: Rig) -> None:
    rig.server.answers = [problem(400, "bad_request")] * 2 + [rig.takes(), rig.takes()]
    assert rig.run() is None
    assert rig.acked == 3
    assert rig.journal.read().execute("SELECT count(*) FROM dead_letter").fetchone()[0] == 0


def test_a_centre_that_knows_no_outlines_holds_the_queue_and_a_person_sees_it(rig: Rig) -> None:
    picky(rig, {1}, [], knows_reports=False)
    assert rig.run() is not None and rig.acked == 0
    rows = rig.journal.read().execute("SELECT seq, reported_ms FROM dead_letter").fetchall()
    assert [tuple(row) for row in rows] == [(1, 0)]
    picky(rig, set(), [])
    assert rig.run() is None and rig.acked == 3
    assert rig.journal.read().execute("SELECT count(*) FROM dead_letter").fetchone()[0] == 0


def test_a_report_is_acknowledged_by_a_signed_receipt_for_that_fact_only(rig: Rig) -> None:
    picky(rig, {1}, [])
    centre = rig.server.always
    assert centre is not None
    forged = wire.PushReply(receipt=rig.receipt(1, digest=b"x" * 32), results=[])
    result = wire.PushResult(seq=1, status=wire.Status.QUARANTINED, server_seq=9)
    true = wire.PushReply(receipt=rig.receipt(1), results=[result], withheld=[1])
    replies: list[Callable[[Asked], Reply]] = [
        lambda asked: signed(rig, asked, forged),
        lambda asked: signed(rig, asked, true, nonce=b"of another request"),
        lambda asked: ok(true),
        lambda asked: ok({}),
        lambda asked: ok(wire.Problem(code="", message="")),
    ]
    for reply in replies:
        rig.server.always = lambda asked, reply=reply: reply(asked) if "report" in asked.path else centre(asked)
        assert what(rig.run()) == "not_the_centre" and rig.acked == 0


# -- 401, 403 ----------------------------------------------------------------------------------------------------------


def expired(rig: Rig, *, device: str = "", rotate: int = 200) -> Callable[[Asked], Reply]:
    """A centre at which the token has run out until another is registered."""
    known: set[bytes] = set()

    def centre(asked: Asked) -> Reply:
        token = asked.headers["Authorization"].removeprefix("Bearer ")
        if asked.path == "/v1/devices/rotate":
            request = msgspec.json.decode(asked.body, type=RotateRequest)
            assert rotation_is_signed(rig.journal.device().public_key, request)
            known.add(request.token_hash)
            reply = RotateReply(device=device or request.device, expires_ms=9)
            return (rotate, msgspec.json.encode(reply), {}) if rotate == 200 else problem(rotate, "no")(asked)
        if sha256(token.encode()).digest() not in known:
            return problem(401, "token_expired")(asked)
        if asked.path.endswith("/push"):
            return rig.takes()(asked)
        return nothing_new(rig.server.device, asked)

    return centre


def test_a_token_that_has_run_out_is_renewed_and_the_queue_goes_on(rig: Rig) -> None:
    rig.server.always = expired(rig)
    kept: list[str] = []
    assert rig.run(save_token=kept.append) is None
    assert rig.acked == 3
    (token,) = kept
    assert rig.server.asked[-1].headers["Authorization"] == f"Bearer {token}"
    assert token.encode() not in b"".join(each.body for each in rig.server.asked), "only its hash travels"


@pytest.mark.parametrize("more", [{"device": "other"}, {"rotate": 403}])
def test_a_token_that_cannot_be_renewed_costs_nobody_the_queue(rig: Rig, more: dict[str, Any]) -> None:
    rig.server.always = expired(rig, **more)
    kept: list[str] = []
    assert what(rig.run(save_token=kept.append)) == "token"
    assert (kept, rig.acked, rig.journal.head.seq) == ([], 0, 3)
    add_case(rig.journal, 2)
    rig.server.always = expired(rig)
    assert rig.run(save_token=kept.append) is None
    assert rig.acked == 6


@pytest.mark.parametrize("status", [400, 401, 409, 413])
def test_a_renewal_that_was_garbled_on_its_way_is_made_again(rig: Rig, status: int) -> None:
    rig.server.always = expired(rig, rotate=status)
    assert what(rig.run(save_token=lambda _: None)) == "busy", "it says nothing about the key: no journal is given up"
    rig.server.always = expired(rig)
    assert rig.run(save_token=lambda _: None) is None
    assert rig.acked == 3


def test_a_revoked_device_stops_and_its_queue_is_sealed_for_the_supervisor(rig: Rig) -> None:
    rig.server.always = problem(403, "device_revoked")
    assert what(rig.run()) == "revoked"
    supervisor = X25519PrivateKey.generate()
    outbox = Outbox(rig.journal.path)
    recipient = supervisor.public_key().public_bytes_raw()
    seal = {"office": "SL01", "reason": "revoked", "now_ms": 1}
    done = seal_unproven(outbox, rig.key, recipient, rig.folder / "sealed", **seal)  # type: ignore[arg-type]
    again = seal_unproven(outbox, rig.key, recipient, rig.folder / "sealed", **seal)  # type: ignore[arg-type]
    assert done is not None and done == again
    envelope = read_envelope(done.path.read_bytes())
    assert envelope.public_key == rig.journal.device().public_key
    content = open_facts(envelope, supervisor)
    assert [fact.hash for fact in content.events] == [rig.head(seq) for seq in (1, 2, 3)]
    assert (content.first_seq, content.start, content.reason) == (1, rig.head(0), "revoked")
    assert done.path.stat().st_mode & 0o777 == 0o600
    moved = X25519PrivateKey.generate()
    seal_unproven(outbox, rig.key, moved.public_key().public_bytes_raw(), rig.folder / "sealed", **seal)  # type: ignore[arg-type]
    now = open_facts(read_envelope(done.path.read_bytes()), moved)
    assert now.events == content.events, "what the centre of before a move was to open is sealed anew"
    assert rig.journal.head.seq == 3, "and nothing is deleted here"
    with pytest.raises(HallError) as error:
        seal_unproven(outbox, rig.key, b"", rig.folder / "other", **seal)  # type: ignore[arg-type]
    assert error.value.code == "no_sealing_key"
    outbox.close()


@pytest.mark.parametrize("code", ["bad_signature", "not_your_journal", "not_allowed"])
def test_another_refusal_is_no_revocation(rig: Rig, code: str) -> None:
    rig.server.always = problem(403, code)
    assert what(rig.run()) == "forbidden"
    assert rig.acked == 0


# -- 409, 412, 422 -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "code"), [(409, "gap"), (412, "epoch_changed")])
def test_a_centre_that_was_restored_gets_from_where_it_stands(rig: Rig, status: int, code: str) -> None:
    rig.server.answers = [rig.takes()]
    assert rig.run() is None
    add_case(rig.journal, 2)
    back = sends_back(rig, status, code, 2, "restored", rig.head(1))
    device = rig.journal.device()

    def takes(asked: Asked) -> Reply:
        request = asked.push()
        last = request.first_seq + len(request.events) - 1
        results = [
            wire.PushResult(seq=seq, status=wire.Status.APPLIED, server_seq=seq)
            for seq in range(request.first_seq, last + 1)
        ]
        return signed(rig, asked, wire.PushReply(receipt=rig.receipt(last, epoch="restored"), results=results))

    rig.server.answers = [back, takes]
    rig.server.always = lambda asked: nothing_new(rig.server.device, asked, "restored")
    assert rig.run() is None
    assert [push.first_seq for push in rig.server.pushes()] == [1, 4, 2]
    assert (rig.acked, rig.journal.device().server_epoch) == (6, "restored")
    assert device.pull_cursor and any("cursor=&" in f"{asked.query}&" for asked in rig.server.asked)


@pytest.mark.parametrize(
    ("expected", "digest", "meant"),
    [
        (2, b"x" * 32, "fork"),
        (9, b"x" * 32, "fork"),
        (0, b"", "fork"),
        (-5, b"", "not_the_centre"),
        (2**60, b"x" * 32, "not_the_centre"),
    ],
)
def test_a_gap_of_another_history_is_a_fork(rig: Rig, expected: int, digest: bytes, meant: str) -> None:
    rig.server.answers = [sends_back(rig, 409, "gap", expected, "e2", digest)]
    assert what(rig.run()) == meant
    assert rig.acked == 0


def test_a_gap_that_is_none_is_not_believed(rig: Rig) -> None:
    rig.server.answers = [sends_back(rig, 409, "gap", 1, EPOCH, rig.head(0))]
    assert what(rig.run()) == "not_the_centre"


@pytest.mark.parametrize(("status", "code"), [(409, "gap"), (412, "epoch_changed")])
@pytest.mark.parametrize(
    "bent",
    [
        {"key": Ed25519PrivateKey.from_private_bytes(b"s" * 32)},
        {"device": "another"},
        {"nonce": b"of an earlier request"},
        {"nonce": b""},
        {},
    ],
    ids=["a stranger's key", "another device", "an earlier request", "no request", "no signature"],
)
def test_nobody_but_the_centre_sends_a_counter_back(rig: Rig, status: int, code: str, bent: dict[str, Any]) -> None:
    """The hash that is asked for stands in the request itself, so whoever answers can say it."""
    rig.server.answers = [rig.takes()]
    assert rig.run() is None
    add_case(rig.journal, 2)
    before = rig.journal.device()
    forged = sends_back(rig, status, code, 2, "stranger", rig.head(1), **bent)
    if not bent:
        forged = problem(status, code, expected=2, epoch="stranger", hash=rig.head(1))
    rig.server.answers = [forged]
    assert what(rig.run()) == "not_the_centre"
    assert rig.journal.device() == before
    rig.server.answers = [rig.takes()]
    assert rig.run() is None, "the centre's own word counts at once"
    assert rig.acked == 6


def test_a_counter_goes_back_once_in_a_conversation(rig: Rig) -> None:
    """A centre that sends it back each time is asked again as after any trouble: later."""
    rig.server.answers = [rig.takes()]
    assert rig.run() is None
    add_case(rig.journal, 2)
    told = len(rig.server.asked)

    def again(asked: Asked) -> Reply:
        return sends_back(rig, 412, "epoch_changed", 2, f"epoch {len(rig.server.asked)}", rig.head(1))(asked)

    rig.server.always = again
    assert what(rig.run()) == "busy"
    assert len(rig.server.asked) == told + 2


def test_the_log_of_the_sync_keeps_no_more_than_a_line_of_what_it_was_told(rig: Rig) -> None:
    keeper = JournalKeeper(rig.journal.database, StillClock())
    keeper(Rewound(through=0, epoch="E" * 5000))
    keeper(Trouble(what="offline", detail="x" * 5000))
    (longest,) = rig.journal.read().execute("SELECT max(length(detail)) FROM sync_log").fetchone()
    assert longest == LOG_CHARS


@pytest.mark.parametrize(("status", "code"), [(422, "hash_mismatch"), (409, "fork")])
def test_another_history_at_the_centre_is_a_fork_and_nothing_is_discarded(rig: Rig, status: int, code: str) -> None:
    rig.server.answers = [problem(status, code, expected=1)]
    assert what(rig.run()) == "fork"
    assert (rig.acked, rig.journal.head.seq) == (0, 3)


# -- 426, 429, 5xx -----------------------------------------------------------------------------------------------------


def test_a_version_that_is_too_old_goes_on_collecting(rig: Rig) -> None:
    rig.server.answers = [problem(426, "update_needed")]
    assert what(rig.run()) == "update_needed"
    add_case(rig.journal, 2)
    rig.server.answers = [rig.takes()]
    assert rig.run() is None
    assert rig.acked == 6


@pytest.mark.parametrize(
    ("status", "header", "seconds"),
    [
        (429, "30", 30.0),
        (503, "5", 5.0),
        (503, "99999", 3600.0),
        (503, "-1", 0.0),
        (503, "Wed, 21 Oct 2026 07:28:00 GMT", 0.0),
        (503, "٣", 0.0),
        (503, "9" * 400, 0.0),
    ],
)
def test_a_busy_centre_says_how_long_to_wait(rig: Rig, status: int, header: str, seconds: float) -> None:
    value = header.encode().decode("latin-1")
    rig.server.answers = [problem(status, "busy", headers={"Retry-After": value})]
    trouble = rig.run()
    assert trouble is not None
    assert (trouble.what, trouble.retry_s, rig.acked) == ("busy", seconds, 0)


@pytest.mark.parametrize("status", [500, 502, 504, 599])
def test_after_an_unknown_outcome_the_same_request_is_sent_again(rig: Rig, status: int) -> None:
    rig.server.answers = [lambda asked: (status, b"<html>bad gateway</html>", {}), rig.takes()]
    assert what(rig.run()) == "busy"
    assert rig.run() is None
    first, second = rig.server.pushes()
    assert msgspec.structs.replace(first, nonce=second.nonce) == second
    assert first.nonce != second.nonce, "what refuses the first is no answer to the second"
    assert rig.acked == 3


def case_of(size: int, number: int) -> wire.Change:
    """A change whose case has so many bytes."""
    return wire.Change(
        server_seq=number, case_id=f"case-{number}", reference="", state="", version=1, device="", case=bytes(size),
        day=dt.date(2026, 11, 2),
    )  # fmt: skip


@pytest.mark.parametrize(("most", "trouble"), [(3, ""), (0, "too_large")])
def test_a_page_too_large_to_be_read_is_asked_for_in_smaller_ones(rig: Rig, most: int, trouble: str) -> None:
    """Of a centre that bounds its pages by their cases only; where not even one fits, that is what is told."""
    limits: list[int] = []

    def centre(asked: Asked) -> Reply:
        if asked.path.endswith("/push"):
            return rig.takes()(asked)
        if not asked.path.endswith("/changes"):
            return problem(404, "http_404")(asked)
        query = parse_qs(asked.query)
        limits.append(int(query["limit"][0]))
        if limits[-1] > most:
            return 200, gzip.compress(bytes(MAX_REPLY + 1), 1), {"Content-Encoding": "gzip"}
        first = int(query.get("cursor", ["0"])[0].rpartition(":")[2])
        numbers = range(first + 1, min(first + limits[-1], 4) + 1)
        page = wire.ChangesReply(
            epoch=EPOCH, changes=[case_of(9, number) for number in numbers], has_more=numbers[-1] < 4,
            next_cursor=f"{EPOCH}:{numbers[-1]}",
        )  # fmt: skip
        return signed_page(page, rig.server.device, asked)

    rig.server.always = centre
    assert what(rig.run()) == trouble
    assert rig.acked == 3, "what was to be sent is sent"
    kept = rig.journal.read().execute("SELECT count(*) FROM inbox_change").fetchone()[0]
    assert kept == (0 if trouble else 4)
    assert limits[:4] == [200, 25, 3, 1 if trouble else 6]
