"""Replies that nobody should believe: whatever answers, nothing counts as sent that the centre has not signed for.

Portals, proxies, cut and altered JSON, receipts of other devices, other centres and other times, redirects, gzip bombs.
"""

from __future__ import annotations

import gzip
import json
import random
import zlib
from base64 import b64decode, b64encode
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clerk_tui.store.device import load_key
from clerk_tui.store.exchange import Outbox, pin_centre
from clerk_tui.sync.client import Client
from clerk_tui.sync.keeper import JournalKeeper
from clerk_tui.sync.transport import MAX_REPLY, decode
from hall import wire
from hall.wire_oversight import Contents, RetryReply, sign_retry
from tests.journals import StillClock, add_case, new_journal
from tests.reliability.figures import record
from tests.wires import Wire

STORED = 2
"""How many of the three facts the centre really has, and has signed for."""
CENTRE = Ed25519PrivateKey.from_private_bytes(b"c" * 32)
STRANGER = Ed25519PrivateKey.from_private_bytes(b"s" * 32)
BOMB = gzip.compress(bytes(MAX_REPLY + 1), 1)
PAGES = (
    b"<html><meta http-equiv=refresh content=0></html>",
    b"",
    b"null",
    b"[]",
    b'"ok"',
    b'{"ok":true}',
    b'{"status":"success","acked_through":3}',
    b"\x00" * 40,
    b"\xff\xfe\xfd",
    b"[" * 3000,
    b'{"receipt":' * 400,
    "请先登录网络".encode("gbk"),
)
STATUSES = (200, 200, 200, 200, 201, 202, 204, 206, 301, 302, 303, 307, 308, 400, 401, 403, 404, 407, 409, 410, 412,
            413, 422, 426, 429, 451, 500, 502, 503, 504, 511)  # fmt: skip


def as_response(rng: random.Random, body: bytes) -> httpx.Response:
    """The body under any status, sometimes sent on to elsewhere, packed, or with a wish to wait."""
    status, headers = rng.choice(STATUSES), {}
    if rng.random() < 0.05:
        headers["location"] = rng.choice(("http://127.0.0.1:1/", "/v1/sync/push", "//portal.invalid", "\x00", ""))
    if rng.random() < 0.08:
        headers["content-encoding"] = rng.choice(("gzip", "deflate", "br", "zstd", "gzip, gzip", "x"))
        body = rng.choice((BOMB, gzip.compress(body), zlib.compress(body), body, gzip.compress(body)[:-5]))
    if rng.random() < 0.05:
        headers["retry-after"] = rng.choice(("5", "-1", "1e9", "soon", "9" * 300))
    return httpx.Response(status, headers=headers, stream=httpx.ByteStream(body))


def cut(rng: random.Random, body: bytes) -> bytes:
    """The beginning of it."""
    return body[: rng.randrange(len(body))]


def flipped(rng: random.Random, body: bytes) -> bytes:
    """With some bits the other way round."""
    data = bytearray(body)
    for _ in range(rng.randint(1, 4)):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(data)


class Fuzzer:
    """Makes replies to a push of three facts by a device whose centre has stored two of them."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.rng = random.Random(seed)
        self.journal = new_journal(folder)
        pin_centre(self.journal.database, CENTRE.public_key().public_bytes_raw(), "e1")
        add_case(self.journal, 1)
        self.device = self.journal.device()
        self.hashes = [self.device.genesis, *(each.hash for each in self.journal.sealed_from(1, 3))]
        self.asked = b""
        """What is answered."""
        self.good = self._reply(STORED, CENTRE)

    def _reply(self, through: int, key: Ed25519PrivateKey, **change: Any) -> bytes:
        bare = wire.Receipt(
            device=self.device.device_id,
            incarnation=self.device.incarnation,
            epoch="e1",
            acked_through=through,
            acked_hash=self.hashes[through] if 0 <= through <= 3 else b"x" * 32,
            server_time_ms=1,
        )
        receipt = wire.sign_receipt(key, msgspec.structs.replace(bare, **change))
        results = [
            wire.PushResult(seq=seq, status=wire.Status.APPLIED, server_seq=seq) for seq in range(1, through + 1)
        ]
        reply = wire.PushReply(receipt=receipt, results=results)
        return msgspec.json.encode(wire.sign_reply(key, self.device.device_id, self._nonce(), reply))

    def _nonce(self) -> bytes:
        """That of the request, as anybody who reads it knows it."""
        return b64decode(json.loads(self.asked or b"{}").get("nonce", ""))

    def reply(self, request: httpx.Request) -> httpx.Response:
        """One reply to ``request``; about one in thirty is the centre's own."""
        rng = self.rng
        self.asked = request.read()
        self.good = self._reply(STORED, CENTRE)
        make = rng.choice(
            (
                self._altered,
                self._altered,
                self._flipped,
                self._cut,
                self._page,
                self._forged,
                self._refusal,
                self._true,
            )
        )
        return as_response(rng, make())

    def _true(self) -> bytes:
        return self.good

    def _page(self) -> bytes:
        return self.rng.choice(PAGES)

    def _cut(self) -> bytes:
        return cut(self.rng, self.good)

    def _flipped(self) -> bytes:
        return flipped(self.rng, self.good)

    def _forged(self) -> bytes:
        """Well formed and signed, but by another, for another, or for another history."""
        choice = self.rng.randrange(6)
        match choice:
            case 0:
                return self._reply(3, STRANGER)
            case 1:
                return self._reply(3, CENTRE, device="another")
            case 2:
                return self._reply(3, CENTRE, incarnation="B2")
            case 3:
                return self._reply(3, CENTRE, acked_hash=b"x" * 32)
            case 4:
                return self._reply(3, CENTRE, acked_through=self.rng.choice((4, 99, -1, 2**52)))
            case _:
                data = json.loads(self._reply(3, STRANGER))
                data["receipt"]["signature"] = json.loads(self.good)["receipt"]["signature"]
                return json.dumps(data).encode()

    def _altered(self) -> bytes:
        """The centre's own reply with something in it changed, left out or added."""
        data = json.loads(self.good)
        part = self.rng.choice((data, data["receipt"], data["receipt"], data["results"][0]))
        key = self.rng.choice(list(part))
        match self.rng.randrange(4):
            case 0:
                del part[key]
            case 1:
                part[key] = self.rng.choice((None, 3, -1, 2**70, "", "x", [], {}, True, 1.5, "3", [3] * 50))
            case 2:
                part["acked_through"] = 3
            case _:
                data["results"] = [{"seq": seq, "status": "applied", "server_seq": seq} for seq in (1, 2, 3)]
                data["receipt"]["acked_through"] = 3
        return json.dumps(data).encode()

    def _refusal(self) -> bytes:
        """What a stranger can say who reads the request: the right hash, and any signature but the centre's for it."""
        rng = self.rng
        through = rng.randrange(len(self.hashes))
        echoed = b64encode(self.hashes[through]).decode()
        code = rng.choice(("gap", "epoch_changed", "gap", "epoch_changed", "hash_mismatch", "device_revoked", "x", ""))
        epoch = rng.choice(("e1", "e2", "", rng.randbytes(8).hex(), "E" * 300, "E" * 70_000))
        bare = wire.Problem(code=code, message="", expected=through + 1, epoch=epoch, hash=self.hashes[through])
        key, named = rng.choice(((STRANGER, self._nonce()), (CENTRE, b"of another request"), (CENTRE, b"")))
        signed = wire.sign_problem(key, self.device.device_id, named, bare).signature
        return json.dumps(
            {
                "code": code,
                "message": "",
                "expected": rng.choice((through + 1, through + 1, through + 1, 0, 5, -1, 2**60, 2**70)),
                "epoch": epoch,
                "hash": rng.choice((echoed, echoed, echoed, "", "AAAA", "?", b64encode(b"x" * 32).decode())),
                "signature": rng.choice(("", "AAAA", b64encode(signed).decode())),
            }
        ).encode()

    def run(self, count: int) -> tuple[int, int]:
        """Answer ``count`` conversations; how many acknowledged what the centre has, and how many more than that."""
        outbox = Outbox(self.journal.path)
        key, keeper = load_key(self.journal.path), JournalKeeper(self.journal.database, StillClock())
        truly = falsely = 0
        transport = Wire(self.reply)
        with httpx.Client(base_url="http://centre.invalid", transport=transport) as http:
            for _ in range(count):
                Client(http, outbox, key, "token", keeper, save_token=lambda token: None).run()
                acked, told, altered, epoch = (
                    self.journal.read()
                    .execute(
                        "SELECT acked_through, (SELECT max(seq) FROM event_status), (SELECT count(*) FROM event_status"
                        " WHERE state <> 'applied' OR reason <> '' OR server_seq <> seq), server_epoch FROM device"
                    )
                    .fetchone()
                )
                assert epoch == "e1", "nobody but the centre says that it was restored"
                falsely += acked > STORED or (told or 0) > STORED or altered > 0
                truly += acked == STORED
                if acked or told:
                    with self.journal.write() as db:
                        db.execute("UPDATE device SET acked_through = 0, acked_hash = x'', pull_cursor = ''")
                        db.execute("DELETE FROM event_status")
        outbox.close()
        assert self.journal.head.seq == 3, "nothing is ever deleted here"
        self.journal.close()
        return truly, falsely


class ContentsFuzzer:
    """Makes replies to the contents of a fact that the centre has in outline only: the second of six, behind which the
    third waits. The fifth, of another case, is set aside too, and the sixth is in conflict."""

    HELD = (("applied", 0), ("quarantined", 1), ("quarantined", 0), ("applied", 0), ("quarantined", 0), ("conflict", 0))
    TAKEN = (("applied", 0), ("applied", 0), ("applied", 0), ("applied", 0), ("quarantined", 0), ("conflict", 0))
    """State of each fact and whether its contents are still to be brought: before, and once the centre took them."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.rng = random.Random(seed)
        self.journal = new_journal(folder)
        pin_centre(self.journal.database, CENTRE.public_key().public_bytes_raw(), "e1")
        add_case(self.journal, 1)
        add_case(self.journal, 2)
        self.device = self.journal.device()
        with self.journal.write() as db:
            db.execute("UPDATE device SET acked_through = 6, acked_hash = ?", (self.journal.head.hash,))
        self.is_own = False
        """Whether what is answered says what the centre signed for this request."""
        self._set_aside()

    def _set_aside(self) -> None:
        with self.journal.write() as db:
            db.execute("DELETE FROM event_status")
            db.executemany(
                "INSERT INTO event_status (seq, state, server_seq, reason, updated_ms) VALUES (?,?,?,'',1)",
                [(seq, state, seq) for seq, (state, _) in enumerate(self.HELD, 1)],
            )
            db.execute("INSERT OR REPLACE INTO dead_letter (seq, reason, reported_ms) VALUES (2, '', 1)")

    def _kept(self) -> tuple[tuple[str, int], ...]:
        rows = self.journal.read().execute(
            "SELECT state, EXISTS (SELECT 1 FROM dead_letter AS d WHERE d.seq = s.seq) FROM event_status AS s"
            " ORDER BY seq"
        )
        return tuple((row[0], row[1]) for row in rows)

    def reply(self, request: httpx.Request) -> httpx.Response:
        """The centre's own feed, in which nothing is new; to contents one reply in about thirty is its own."""
        if request.url.path == "/v1/sync/changes":
            body = msgspec.json.encode(wire.ChangesReply(epoch="e1", changes=[], next_cursor="e1:0", has_more=False))
            named = (self.device.device_id, request.url.params.get("cursor", ""), sha256(body).digest())
            headers = {wire.PAGE_HEADER: wire.sign_page(CENTRE, *named)}
            return httpx.Response(200, headers=headers, stream=httpx.ByteStream(body))
        if request.url.path != "/v1/sync/contents":
            return httpx.Response(404, stream=httpx.ByteStream(b""))
        rng, nonce = self.rng, msgspec.json.decode(request.read(), type=Contents).nonce
        good = self._signed(nonce, CENTRE)
        choice = rng.randrange(8)
        match choice:
            case 0:
                body = good
            case 1:
                body = rng.choice(PAGES)
            case 2:
                body = cut(rng, good)
            case 3:
                body = flipped(rng, good)
            case 4:
                body = self._altered(good)
            case _:
                body = self._forged(nonce)
        self.is_own = decode(body, RetryReply) == decode(good, RetryReply)
        return as_response(rng, body)

    def _signed(self, nonce: bytes, key: Ed25519PrivateKey, seqs: Sequence[int] = (2, 3), **change: Any) -> bytes:
        results = [wire.PushResult(seq=seq, status=wire.Status.APPLIED, server_seq=seq + 9) for seq in seqs]
        sealed = self.journal.sealed(change.get("seq", 2))
        assert sealed is not None
        named = {"incarnation": self.device.incarnation, "seq": 2, "hash": sealed.hash}
        device = change.pop("device", self.device.device_id)
        reply = RetryReply(**{"number": 2, "status": wire.Status.APPLIED, "results": results, **named, **change})
        return msgspec.json.encode(sign_retry(key, device, nonce, reply))

    def _forged(self, nonce: bytes) -> bytes:
        """Well formed and signed, but by another, for another, to another request, or of what was not asked."""
        own: dict[str, Any] = {"nonce": nonce, "key": CENTRE}
        others: tuple[dict[str, Any], ...] = (
            {"key": STRANGER}, {"key": STRANGER, "seqs": (1, 2, 3, 4, 5, 6)}, {"nonce": b""}, {"nonce": b"n" * 16},
            {"device": "another"}, {"incarnation": "B2"}, {"seq": 5, "seqs": (5,)}, {"seq": 3}, {"hash": b"x" * 32},
            {"seqs": ()}, {"seqs": (3,)}, {"seqs": (2, 5)}, {"seqs": (2, 3, 6)}, {"seqs": (2, 99)},
        )  # fmt: skip
        return self._signed(**(own | self.rng.choice(others)))

    def _altered(self, good: bytes) -> bytes:
        """The centre's own reply with something in it changed, left out or added."""
        data = json.loads(good)
        part = self.rng.choice((data, data, data["results"][0]))
        key = self.rng.choice(list(part))
        match self.rng.randrange(3):
            case 0:
                del part[key]
            case 1:
                part[key] = self.rng.choice((None, 3, -1, 2**70, "", "x", [], {}, True, 1.5, "3", "conflict", [3] * 50))
            case _:
                data["results"].append({"seq": self.rng.randrange(1, 7), "status": "applied", "server_seq": 1})
        return json.dumps(data).encode()

    def run(self, count: int) -> tuple[int, int]:
        """Answer ``count`` conversations; how many kept what the centre said, and how many anything else."""
        outbox, truly, falsely = Outbox(self.journal.path), 0, 0
        key, keeper = load_key(self.journal.path), JournalKeeper(self.journal.database, StillClock())
        assert self._kept() == self.HELD
        with httpx.Client(base_url="http://centre.invalid", transport=Wire(self.reply)) as http:
            for _ in range(count):
                client = Client(http, outbox, key, "token", keeper)
                client._bringing._due = 0.0
                client.run()
                kept = self._kept()
                truly += kept == self.TAKEN and self.is_own
                falsely += kept != self.HELD and not (kept == self.TAKEN and self.is_own)
                if kept != self.HELD:
                    self._set_aside()
        outbox.close()
        self.journal.close()
        return truly, falsely


def test_nothing_that_answers_makes_a_false_acknowledgement(tmp_path: Path) -> None:
    truly, falsely = Fuzzer(tmp_path, 1).run(2_000)
    assert falsely == 0
    assert truly > 10, "and the centre's own word is believed"


def test_nothing_that_answers_has_the_contents_of_a_fact_or_hides_what_was_set_aside(tmp_path: Path) -> None:
    truly, falsely = ContentsFuzzer(tmp_path, 1).run(1_000)
    assert falsely == 0
    assert truly > 5, "and the centre's own word is believed"


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(10))
def test_ten_thousand_replies_to_contents_hide_nothing(tmp_path: Path, seed: int) -> None:
    truly, falsely = ContentsFuzzer(tmp_path, 200 + seed).run(1_000)
    record("R10", "fuzzed replies to contents that are brought", replies=1_000, false_acknowledgements=falsely)
    assert (falsely, truly > 5) == (0, True)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(10))
def test_a_hundred_thousand_replies_make_no_false_acknowledgement(tmp_path: Path, seed: int) -> None:
    truly, falsely = Fuzzer(tmp_path, 100 + seed).run(10_000)
    record("R10", "fuzzed replies to a counter", replies=10_000, false_acknowledgements=falsely)
    assert (falsely, truly > 50) == (0, True)
