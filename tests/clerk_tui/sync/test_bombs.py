"""Replies that are gigabytes once they are unpacked: whoever asks, they cost no more memory than a reply may have."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from clerk_tui.cli.doctor import _answers
from clerk_tui.sync import enrol
from clerk_tui.sync.asking import Centre, Unreachable
from clerk_tui.sync.messages import Trouble
from clerk_tui.sync.token import write_token
from clerk_tui.sync.transport import MAX_REPLY, Transport, open_http
from hall.wire import Receipt
from tests.clerk_tui.sync.test_replies import Asked, Reply, Server
from tests.wires import MIB, bomb

MOST = 2 * MAX_REPLY + 8 * MIB
"""Bytes that reading a reply may take: what was read of it, once more as it is handed on, and the rest of the talk."""


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


def sync(url: str, folder: Path) -> None:
    with open_http(url) as http:
        answer = Transport(http, "token").ask("GET", "/v1/sync/changes")
    assert isinstance(answer, Trouble)
    assert answer.what in ("too_large", "not_the_centre")


def question(url: str, folder: Path) -> None:
    write_token(folder / "token", "token")
    with Centre(url, folder / "token") as centre, pytest.raises(Unreachable):
        centre.ask("GET", "/v1/board", Receipt)


def enrolment(url: str, folder: Path) -> None:
    with pytest.raises(enrol.EnrolFailed) as refused:
        enrol.ask(url, "code", "device", "A1", b"k" * 32, "")
    assert refused.value.code == "not_the_centre"


def look(url: str, folder: Path) -> None:
    assert not _answers(url), "no centre says so much"


@pytest.mark.parametrize("who", [sync, question, enrolment, look])
@pytest.mark.parametrize(("encoding", "times"), [("gzip", 1), ("gzip, gzip", 2), ("gzip, gzip, gzip", 3)])
def test_a_bomb_costs_no_more_memory_than_a_reply_may_have(
    server: Server, tmp_path: Path, who: Callable[[str, Path], None], encoding: str, times: int
) -> None:
    body = bomb(times)

    def bombed(asked: Asked) -> Reply:
        assert asked.headers["Accept-Encoding"] == "gzip", "what we unpack ourselves, and nothing else"
        return 200, body, {"Content-Encoding": encoding}

    server.always = bombed
    who(server.url, tmp_path)
    tracemalloc.start()
    try:
        who(server.url, tmp_path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < MOST
