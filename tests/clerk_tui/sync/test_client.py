"""The counter's side of the sync: only a signed receipt with our own hash acknowledges anything (sync.md §4)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar.testing import TestClient

from central.app import make_app
from central.store import Db, devices
from central.store.base import renew_epoch
from central.store.sqlite import SqliteStore
from clerk_tui.store.exchange import Outbox, pin_centre
from clerk_tui.sync.client import Client
from clerk_tui.sync.keeper import JournalKeeper
from clerk_tui.sync.messages import Trouble
from hall import wire
from tests.central.counter import Counter
from tests.central.inline import counts, inline
from tests.journals import StillClock, add_case
from tests.wires import Wire


class Rig:
    """A counter and a real centre, with a wire between them that a test can bend."""

    def __init__(self, folder: Path) -> None:
        self.store = SqliteStore(folder / "central.db")
        self.counter = Counter(folder, self.store)
        self.journal = self.counter.journal
        pin_centre(self.journal.database, self.counter.enrolled.server_key, "")
        self.centre = TestClient(make_app(self.store))
        self.bend: Callable[[httpx.Request, httpx.Response], httpx.Response] = lambda request, response: response

    def _carry(self, request: httpx.Request) -> httpx.Response:
        answer = self.centre.request(
            request.method,
            str(request.url.copy_with(host="testserver.local")),
            content=request.read(),
            headers=request.headers,
        )
        return self.bend(
            request, httpx.Response(answer.status_code, headers=dict(answer.headers), content=answer.content)
        )

    def run(self) -> Trouble | None:
        outbox = Outbox(self.journal.path)
        keeper = JournalKeeper(self.journal.database, StillClock())
        with httpx.Client(base_url="http://testserver.local", transport=Wire(self._carry)) as http:
            client = Client(http, outbox, self.counter.key, self.counter.enrolled.token, keeper)
            try:
                return client.run()
            finally:
                outbox.close()

    def counts(self) -> dict[str, int]:
        return inline(self.store.read(counts))

    @property
    def acked(self) -> int:
        return self.journal.device().acked_through


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path)
    with rig.centre:
        yield rig
    rig.journal.close()


def test_everything_unsent_arrives_and_the_feed_comes_back(rig: Rig) -> None:
    for number in range(1, 121):
        add_case(rig.journal, number)
    assert rig.run() is None
    assert (rig.acked, rig.counts()) == (360, {"applied": 360, "cases": 120})
    assert rig.journal.read().execute("SELECT count(*) FROM inbox_change").fetchone()[0] == 120


def test_a_reply_that_is_lost_loses_and_doubles_nothing(rig: Rig) -> None:
    add_case(rig.journal, 1)

    def cut(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        raise httpx.ReadError("cut off", request=request)

    rig.bend = cut
    trouble = rig.run()
    assert trouble is not None
    assert (trouble.what, rig.acked, rig.counts()["applied"]) == ("offline", 0, 3)
    rig.bend = lambda request, response: response
    assert rig.run() is None
    assert (rig.acked, rig.counts()["applied"]) == (3, 3)


PORTALS = [
    httpx.Response(200, html="<html>请先登录网络</html>"),
    httpx.Response(200, content=b""),
    httpx.Response(200, json={}),
    httpx.Response(204),
    httpx.Response(302, headers={"location": "http://portal.invalid/"}),
    httpx.Response(404, text="no"),
    httpx.Response(407, text="proxy"),
]


@pytest.mark.parametrize("portal", PORTALS, ids=lambda response: str(response.status_code))
def test_a_portal_is_no_acknowledgement(rig: Rig, portal: httpx.Response) -> None:
    add_case(rig.journal, 1)
    rig.bend = lambda request, response: httpx.Response(
        portal.status_code, headers=dict(portal.headers), content=portal.content
    )
    trouble = rig.run()
    assert trouble is not None
    assert (trouble.what, rig.acked) == ("not_the_centre", 0)


def forge(change: dict[str, object]) -> Callable[[httpx.Request, httpx.Response], httpx.Response]:
    def bend(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if not request.url.path.endswith("push"):
            return response
        data = json.loads(response.content)
        data["receipt"].update(change)
        return httpx.Response(200, json=data)

    return bend


@pytest.mark.parametrize(
    "change", [{"acked_through": 2}, {"device": "other"}, {"signature": ""}, {"incarnation": "B2"}]
)
def test_a_receipt_that_was_changed_on_the_way_is_none(rig: Rig, change: dict[str, object]) -> None:
    add_case(rig.journal, 1)
    rig.bend = forge(change)
    trouble = rig.run()
    assert trouble is not None
    assert (trouble.what, rig.acked) == ("not_the_centre", 0)


def test_a_signed_receipt_for_another_history_is_a_fork(rig: Rig) -> None:
    add_case(rig.journal, 1)

    def other_history(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        reply = msgspec.json.decode(response.content, type=wire.PushReply)
        receipt = msgspec.structs.replace(reply.receipt, acked_hash=b"x" * 32)
        signed = msgspec.structs.replace(reply, receipt=wire.sign_receipt(rig.store.key, receipt))
        push = msgspec.json.decode(request.read(), type=wire.PushRequest)
        return httpx.Response(
            200, content=msgspec.json.encode(wire.sign_reply(rig.store.key, push.device, push.nonce, signed))
        )

    rig.bend = other_history
    trouble = rig.run()
    assert trouble is not None
    assert (trouble.what, rig.acked) == ("fork", 0)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(st.binary(max_size=300), st.integers(200, 599))
def test_no_garbled_reply_acknowledges_or_crashes(rig: Rig, junk: bytes, status: int) -> None:
    if rig.journal.head.seq == 0:
        add_case(rig.journal, 1)
    rig.bend = lambda request, response: httpx.Response(status, content=junk)
    assert rig.run() is not None
    assert rig.acked == 0


def test_a_centre_restored_from_backup_gets_everything_again_without_anybody_typing(rig: Rig) -> None:
    add_case(rig.journal, 1)
    assert rig.run() is None

    async def as_it_was_before(db: Db) -> None:
        for table in ("case_", "event", "board_case", "board_event", "board_open", "board_tally"):
            await db.run(f"DELETE FROM {table}")
        await db.run("UPDATE hall SET feed_head = 0")
        at = await devices.incarnation(db, "SL01", "A1")
        assert at is not None
        await devices.advance(db, at, 1, rig.journal.device().genesis)
        await renew_epoch(db)

    inline(rig.store.transact(as_it_was_before))
    add_case(rig.journal, 2)
    assert rig.run() is None
    assert (rig.acked, rig.counts()) == (6, {"applied": 6, "cases": 2})


@pytest.mark.parametrize("epoch", ["E" * 300, "E" * 7_000_000, "another"])
def test_a_journal_that_carries_an_epoch_of_no_centre_goes_on_by_itself(rig: Rig, epoch: str) -> None:
    """One longer than a request may say, too: the centre tells how far it has the journal."""
    add_case(rig.journal, 1)
    assert rig.run() is None
    add_case(rig.journal, 2)
    with rig.journal.write() as db:
        db.execute("UPDATE device SET server_epoch = ?, acked_through = 1", (epoch,))
    assert rig.run() is None
    assert (rig.acked, rig.counts()["applied"]) == (6, 6)
    assert rig.journal.device().server_epoch == inline(rig.store.epoch())


def test_a_revoked_token_keeps_the_queue(rig: Rig) -> None:
    add_case(rig.journal, 1)
    inline(rig.store.transact(lambda db: devices.revoke(db, rig.counter.device.device_id, 1)))
    trouble = rig.run()
    assert trouble is not None
    assert (trouble.what, rig.acked) == ("revoked", 0)


def test_a_set_aside_fact_is_visible_with_its_reason_and_holds_nobody_up(rig: Rig) -> None:
    from clerk_tui.store.journal import Entry
    from hall.facts import NoteAdded
    from tests.builders import DAY

    rig.journal.commit([Entry(event_id="x", subject="nobody", body=NoteAdded(text="?"), actor="0001", day=DAY)])
    add_case(rig.journal, 1)
    assert rig.run() is None
    rows = rig.journal.read().execute("SELECT seq, state, reason FROM event_status WHERE state <> 'applied'").fetchall()
    assert [(seq, state) for seq, state, _ in rows] == [(1, "quarantined")]
    assert rows[0][2]


def known_keys(rig: Rig) -> list[tuple[str, int]]:
    rows = rig.journal.read().execute("SELECT device, revoked FROM known_key ORDER BY device").fetchall()
    return [tuple(row) for row in rows]


def test_the_keys_of_the_hall_s_devices_are_learnt(rig: Rig, tmp_path: Path) -> None:
    other = Counter(tmp_path, rig.store, "B1")
    assert rig.run() is None
    ours = (rig.counter.device.device_id, other.device.device_id)
    assert known_keys(rig) == sorted((device, 0) for device in ours)
    assert rig.journal.read().execute("SELECT length(secret) FROM hall_secret").fetchone()[0] == 32


def test_keys_that_the_centre_has_not_signed_are_not_learnt(rig: Rig) -> None:
    def slip_in(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if not request.url.path.endswith("keys"):
            return response
        told = msgspec.json.decode(response.content, type=wire.KeysReply)
        mine = wire.DeviceKey(device="forger", public_key=bytes(32))
        return httpx.Response(200, content=msgspec.json.encode(msgspec.structs.replace(told, keys=[*told.keys, mine])))

    rig.bend = slip_in
    assert rig.run() is None
    assert known_keys(rig) == []


@pytest.mark.parametrize(
    "answer", [httpx.Response(404, json={"code": "x", "message": ""}), httpx.Response(200, text="{")]
)
def test_a_centre_that_tells_no_keys_is_no_trouble(rig: Rig, answer: httpx.Response) -> None:
    add_case(rig.journal, 1)
    rig.bend = lambda request, response: (
        httpx.Response(answer.status_code, content=answer.content) if request.url.path.endswith("keys") else response
    )
    assert rig.run() is None
    assert (rig.acked, known_keys(rig)) == (3, [])
