"""Whose word is taken for it that a set-aside fact was read again, and of which facts."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clerk_tui.store.device import Device
from clerk_tui.sync.rereading import Question
from hall.wire import PushResult, Status
from hall.wire_oversight import RetryReply, sign_retry

KEY = Ed25519PrivateKey.generate()
DEVICE = Device(
    device_id="d", code="A1", incarnation="A1", public_key=b"p" * 32, server_key=KEY.public_key().public_bytes_raw()
)
NONCE = b"n" * 16
HASH = b"h" * 32


def reply(*told: int, **more: Any) -> RetryReply:
    results = [PushResult(seq=seq, status=Status.APPLIED, server_seq=1) for seq in told]
    values: dict[str, Any] = {
        "number": 1,
        "incarnation": "A1",
        "seq": 7,
        "hash": HASH,
        "status": Status.APPLIED,
        "results": results,
    }
    return sign_retry(KEY, "d", NONCE, RetryReply(**(values | more)))


def asked(copied: int | None = None) -> Question:
    case = frozenset({5, 7, 9})
    return Question(device=DEVICE, incarnation="A1", seq=7, hash=HASH, case=case, nonce=NONCE, copied=copied)


def test_the_centre_tells_of_the_fact_and_of_those_of_its_case_that_waited() -> None:
    assert asked().is_answered_by(reply(7, 9))


@pytest.mark.parametrize(
    "told",
    [
        reply(7, 8),
        reply(7, 99),
        reply(9),
        reply(),
        reply(7, seq=5),
        reply(7, hash=b"x" * 32),
        reply(7, incarnation="B1"),
    ],
    ids=[
        "a fact of another case",
        "one that there is not",
        "not of this fact",
        "of none",
        "another number",
        "another fact",
        "another journal",
    ],
)
def test_what_tells_of_something_else_is_not_the_answer(told: RetryReply) -> None:
    assert not asked().is_answered_by(told)


def test_of_an_older_copy_the_centre_may_have_more_of_the_case() -> None:
    assert asked(9).is_answered_by(reply(7, 9, 10))
    assert not asked(10).is_answered_by(reply(7, 9, 10)), "here fact 10 is another case's"
