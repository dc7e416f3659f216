"""Whoever answers an enrolment says nothing that is kept unless it is what a centre gives: its code goes into file
names and references, its epoch and token into every request."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clerk_tui.sync.enrol import EnrolFailed, ask, enrol
from hall import wire
from tests.clerk_tui.sync.test_replies import Server, ok, problem
from tests.journals import new_journal


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


def given(device: str, **change: Any) -> wire.EnrolReply:
    """What the centre gives, with something in it changed."""
    said: dict[str, Any] = {
        "device": device,
        "device_code": "A1",
        "incarnation": "A1",
        "token": "the-token",
        "server_key": b"k" * 32,
        "epoch": "e1",
        "sealing_key": b"s" * 32,
    }
    return wire.EnrolReply(**(said | change))


BAD: list[dict[str, Any]] = [
    {"device": "another"},
    {"device_code": "B2"},
    {"device_code": "../../../x", "incarnation": "../../../x"},
    {"incarnation": "../../../x"},
    {"incarnation": ""},
    {"incarnation": "A" * 13},
    {"incarnation": "A1\n"},
    {"epoch": ""},
    {"epoch": "E" * 300},
    {"epoch": "e\x00"},
    {"token": ""},
    {"token": "a\nb\x00"},
    {"token": "令牌"},
    {"token": "t" * 300},
    {"server_key": b"k" * 31},
    {"sealing_key": b"s"},
]


@pytest.mark.parametrize("change", BAD, ids=lambda change: ", ".join(f"{key} {len(change[key])}" for key in change))
def test_an_enrolment_that_no_centre_gives_changes_nothing(
    server: Server, tmp_path: Path, change: dict[str, Any]
) -> None:
    journal, token = new_journal(tmp_path), tmp_path / "token"
    before = journal.device()
    server.always = lambda asked: ok(given(**({"device": before.device_id} | change)))
    with pytest.raises(EnrolFailed) as refused:
        enrol(journal.database, token, server.url, "code", "SL01")
    assert refused.value.code == "not_the_centre"
    assert journal.device() == before and not token.exists()
    journal.close()


def test_a_new_identity_takes_the_code_that_it_is_given(server: Server) -> None:
    server.always = lambda asked: ok(given("device-9", device_code="W17", incarnation="W17", sealing_key=b""))
    assert ask(server.url, "code", "device-9", "", b"p" * 32, "SL01").incarnation == "W17"
    server.always = lambda asked: ok(given("device-9", device_code="w/1", incarnation="w/1"))
    with pytest.raises(EnrolFailed):
        ask(server.url, "code", "device-9", "", b"p" * 32, "SL01")


def test_the_centre_says_itself_why_it_does_not_take_a_device(server: Server) -> None:
    server.always = problem(403, "bad_code")
    with pytest.raises(EnrolFailed) as refused:
        ask(server.url, "code", "device-9", "", b"p" * 32, "SL01")
    assert (refused.value.code, refused.value.message) == ("bad_code", "中心的话")
