"""Signed lists of keys and clerks are the newest because they answer a question, whatever the centre's clock says."""

from __future__ import annotations

from typing import Any

import httpx
import msgspec
import pytest
from msgspec.structs import replace

from central import staff_api, sync_api, tokens
from central.clock import now_ms
from clerk_tui.clock import SystemClock
from clerk_tui.config import Config
from clerk_tui.store.former import Former
from clerk_tui.sync.keeper import JournalKeeper
from clerk_tui.sync.learning import Lists
from clerk_tui.sync.transport import Answer
from hall import wire
from hall.wire_clerks import ClerkChange, ClerksReply, clerks_are_signed
from tests.central.counter import OFFICE, Counter
from tests.central.hub import Hub
from tests.central.people import change, person

YEAR_MS = 365 * 86_400_000


class Learner:
    """A counter that asks for the lists; ``between`` may put another answer in the place of the centre's."""

    def __init__(self, hub: Hub) -> None:
        self.hub, self.counter = hub, hub.counter("A1")
        self.answers: dict[str, Answer] = {}
        self.replay: dict[str, Answer] = {}

    def learn(self) -> None:
        device = replace(self.counter.device, server_key=self.hub.store.public_key)
        nothing: list[Former] = []
        keeper = JournalKeeper(self.counter.journal.database, SystemClock(Config().timezone))
        Lists(device, keeper, lambda: nothing).learn(self._ask, "")

    def _ask(self, method: str, path: str, **values: Any) -> Answer:
        reply: httpx.Response = self.hub.http.request(method, path, headers=self.counter.headers, **values)
        self.answers[path] = Answer(reply.status_code, reply.content, reply.headers)
        return self.replay.get(path, self.answers[path])

    def knows(self) -> tuple[dict[str, int], dict[str, bool]]:
        """Which devices are revoked, and which clerks active."""
        read = self.counter.journal.read()
        devices = read.execute("SELECT device, revoked FROM known_key").fetchall()
        (body,) = read.execute("SELECT body FROM clerk_list").fetchone()
        told = msgspec.json.decode(body, type=ClerksReply)
        return {row[0]: row[1] for row in devices}, {one.id: one.active for one in told.clerks}


@pytest.fixture
def learner(hub: Hub) -> Learner:
    person(hub, "0815")
    return Learner(hub)


def take_away(hub: Hub, other: Counter) -> None:
    """A device is lost, a clerk leaves, another comes."""
    hub.run(tokens.revoke(hub.store, OFFICE, other.device.device_id, "console", now_ms()))
    change(hub, "0815", ClerkChange(active=False))
    person(hub, "0816")


def test_a_centre_whose_clock_ran_ahead_is_heard_again_when_it_is_put_right(
    hub: Hub, learner: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = hub.counter("B1")
    mine, theirs = learner.counter.device.device_id, other.device.device_id
    with monkeypatch.context() as patch:
        for module in (staff_api, sync_api):
            patch.setattr(module, "now_ms", lambda: now_ms() + YEAR_MS)
        learner.learn()
    assert learner.knows() == ({mine: 0, theirs: 0}, {"0815": True})
    take_away(hub, other)
    learner.learn()
    assert learner.knows() == ({mine: 0, theirs: 1}, {"0815": False, "0816": True})


def test_an_answer_played_again_brings_nobody_back(hub: Hub, learner: Learner) -> None:
    other = hub.counter("B1")
    learner.learn()
    recorded = dict(learner.answers)
    take_away(hub, other)
    learner.learn()
    now = learner.knows()
    learner.replay = recorded
    learner.learn()
    assert learner.knows() == now and now[1] == {"0815": False, "0816": True}


def test_a_counter_that_asks_without_a_nonce_is_answered_as_ever(hub: Hub, learner: Learner) -> None:
    for path, kind, signed in (
        ("/v1/clerks", ClerksReply, clerks_are_signed), ("/v1/sync/keys", wire.KeysReply, wire.keys_are_signed),
    ):  # fmt: skip
        plain = hub.http.get(path, headers=learner.counter.headers)
        told: Any = msgspec.json.decode(plain.content, type=kind)
        assert told.nonce == b"" and signed(hub.store.public_key, told)
        assert not signed(hub.store.public_key, replace(told, nonce=bytes(16)))
        assert hub.http.get(path, params={"nonce": "zz"}, headers=learner.counter.headers).status_code == 400
