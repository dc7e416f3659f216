"""R6: one record in a hundred is bad: the others arrive, each bad one is seen on both sides, none is deleted."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from clerk_tui.store.device import load_key
from clerk_tui.store.exchange import Outbox, pin_centre
from clerk_tui.sync.client import Client
from clerk_tui.sync.keeper import JournalKeeper
from clerk_tui.sync.messages import Trouble
from hall import wire
from hall.chain import Sealed, link
from tests.journals import StillClock, add_case, new_journal
from tests.reliability.figures import record
from tests.simulator.centre import Centre
from tests.wires import Wire

Spoil = Callable[[dict[str, Any], dict[str, Any]], None]


def unknown_kind(header: dict[str, Any], body: dict[str, Any]) -> None:
    """A fact of a version to come."""
    header["type"] = body["type"] = "case.teleported"


def other_kind(header: dict[str, Any], body: dict[str, Any]) -> None:
    """The header says another kind than the body."""
    header["type"] = "case.closed"


def lost_field(header: dict[str, Any], body: dict[str, Any]) -> None:
    """A part that has to be there is not."""
    body.pop("text")


def no_case(header: dict[str, Any], body: dict[str, Any]) -> None:
    """It is about a case that nobody has ever received."""
    header["subject"] = "nobody"


def other_device(header: dict[str, Any], body: dict[str, Any]) -> None:
    """It says that another device wrote it."""
    header["device"] = "somebody-else"


def used_identity(header: dict[str, Any], body: dict[str, Any]) -> None:
    """Its identity was used before."""
    header["event_id"] = header.pop("used", header["event_id"])


SPOILT: dict[str, Spoil] = {
    each.__name__: each for each in (unknown_kind, other_kind, lost_field, no_case, other_device, used_identity)
}


class Sending:
    """A counter whose journal also has facts that no version of today would write, and its centre."""

    def __init__(self) -> None:
        memory = Path("/dev/shm")
        self.folder = Path(tempfile.mkdtemp(prefix="bad-", dir=memory if memory.is_dir() else None))
        self.centre = Centre(self.folder)
        self.journal = new_journal(self.folder)
        device = self.journal.device()
        told = self.centre.enrol(
            wire.EnrolRequest(
                one_time_code="",
                device=device.device_id,
                device_code=device.incarnation,
                public_key=device.public_key,
            )
        )
        self.token = told.token
        pin_centre(self.journal.database, told.server_key, told.epoch)
        self.bad: set[int] = set()
        self.cases: list[str] = []
        self.lose_reply = False

    def good(self) -> None:
        self.cases.append(add_case(self.journal, len(self.cases) + 1))

    def spoilt(self, spoil: Spoil) -> None:
        """A remark on the last case, sealed and chained as it should be, with something wrong in it."""
        head, device = self.journal.head, self.journal.device()
        header: dict[str, Any] = {
            "event_id": f"{device.device_id}/{head.seq + 1}", "type": "note.added", "schema_v": 1,
            "device": device.device_id, "incarnation": device.incarnation, "seq": head.seq + 1, "actor": "0001",
            "at_ms": 1, "day": "2026-09-18", "subject": self.cases[-1] if self.cases else "nobody",
        }  # fmt: skip
        body = {"type": "note.added", "text": "备注"}
        with self.journal.write() as db:
            used = db.execute("SELECT header FROM event ORDER BY seq LIMIT 1").fetchone()
            if spoil is used_identity and used:
                header["used"] = msgspec.json.decode(used[0])["event_id"]
            spoil(header, body)
            nobody = sha256(b"").digest()
            words = msgspec.json.encode(header), msgspec.json.encode(body)
            sealed = Sealed(
                header=words[0], public=words[1], personal_hash=nobody, hash=link(*words, nobody, head.hash)
            )
            # The journal's own door would not let it in.
            beside = header["event_id"] if spoil is not used_identity else f"again-{head.seq}"
            db.execute(
                "INSERT INTO event VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
                (
                    head.seq + 1, beside, header["type"], header["subject"], 1, sealed.header, sealed.public, b"", b"",
                    nobody, head.hash, sealed.hash,
                ),
            )  # fmt: skip
        if spoil is not used_identity or used or not self.cases:
            self.bad.add(head.seq + 1)

    def sync(self) -> Trouble | None:
        def carry(request: httpx.Request) -> httpx.Response:
            params, token = dict(request.url.params), request.headers["authorization"].removeprefix("Bearer ")
            status, headers, body = self.centre.answer(request.method, request.url.path, params, token, request.read())
            if self.lose_reply:
                raise httpx.ReadTimeout("lost")
            return httpx.Response(status, headers=headers, content=body)

        keeper = JournalKeeper(self.journal.database, StillClock())
        with (
            closing(Outbox(self.journal.path)) as outbox,
            httpx.Client(base_url="http://centre.invalid", transport=Wire(carry)) as http,
        ):
            return Client(http, outbox, load_key(self.journal.path), self.token, keeper).run()

    def check(self) -> None:
        """Everything has arrived; what is bad is set aside with its reason, on both sides, and nothing else is."""
        last = self.journal.head.seq
        at_centre = self.centre.rows("SELECT seq, status, reason, hash FROM event ORDER BY seq")
        here = self.journal.read().execute("SELECT seq, state, reason FROM event_status ORDER BY seq").fetchall()
        assert [row[0] for row in at_centre] == list(range(1, last + 1)), "every fact is stored, good or bad"
        assert [row[:3] for row in at_centre] == here, "both sides say the same"
        assert {seq for seq, state, reason in here if state == "quarantined" and reason} == self.bad
        assert {seq for seq, state, _ in here if state == "applied"} == set(range(1, last + 1)) - self.bad
        kept = self.journal.read().execute("SELECT hash FROM event ORDER BY seq").fetchall()
        assert [row[3] for row in at_centre] == [row[0] for row in kept], "byte for byte"
        cases = {row[0] for row in self.centre.rows("SELECT case_id FROM case_")}
        assert cases == set(self.cases), "no case waits for another's bad record"

    def close(self) -> None:
        self.journal.close()
        self.centre.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class BadRecords(RuleBasedStateMachine):
    """A counter that works, sends, loses replies, and now and then writes something bad."""

    @initialize()
    def begin(self) -> None:
        self.sending = Sending()
        self.is_done = True

    @rule(times=st.integers(1, 30))
    def work(self, times: int) -> None:
        for _ in range(times):
            self.sending.good()
        self.is_done = False

    @rule(kind=st.sampled_from(sorted(SPOILT)))
    def spoil(self, kind: str) -> None:
        self.sending.spoilt(SPOILT[kind])
        self.is_done = False

    @rule()
    def reply_lost(self) -> None:
        self.sending.lose_reply = True
        assert self.sending.sync() is not None
        self.sending.lose_reply = False
        self.is_done = False

    @rule()
    def send(self) -> None:
        assert self.sending.sync() is None
        self.is_done = True

    @invariant()
    def nothing_is_held_up(self) -> None:
        if self.is_done:
            self.sending.check()

    def teardown(self) -> None:
        if hasattr(self, "sending"):
            assert self.sending.sync() is None
            self.sending.check()
            self.sending.close()


TestBadRecords = BadRecords.TestCase
TestBadRecords.settings = settings(max_examples=20, stateful_step_count=12)


@pytest.mark.soak
def test_one_bad_record_in_a_hundred_among_thirty_thousand() -> None:
    sending, rng = Sending(), Random(6)
    try:
        for number in range(10_000):
            sending.good()
            if rng.random() < 0.03:
                sending.spoilt(rng.choice(list(SPOILT.values())))
            if number % 500 == 0:
                assert sending.sync() is None
        assert sending.sync() is None
        sending.check()
        told = {"facts": sending.journal.head.seq, "bad": len(sending.bad), "lost_or_held_up": 0}
        record("R6", "bad records among good ones, seen on both sides", **told)
    finally:
        sending.close()
