"""Whoever answers a byte now and then holds no conversation: a reply ends in time, wherever the dripping begins."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import repeat
from pathlib import Path

import pytest

from clerk_tui.sync import transport
from clerk_tui.sync.asking import Centre, Unreachable
from clerk_tui.sync.messages import Trouble
from clerk_tui.sync.token import write_token
from clerk_tui.sync.transport import Transport, open_http

HEAD = b"HTTP/1.1 200 OK\r\n"
BEGINNINGS = [HEAD, HEAD + b"Content-Length: 100000\r\n\r\n"]


@contextmanager
def dripping(beginning: bytes, rest: Iterable[bytes] = repeat(b"x")) -> Iterator[str]:
    """A server that answers ``beginning`` and then a letter of ``rest`` every 50 ms for as long as somebody listens."""
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    with connection, suppress(OSError):
                        connection.recv(1 << 16)
                        connection.sendall(beginning)
                        for letter in rest:
                            if ended.wait(0.05):
                                break
                            connection.sendall(letter)

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            ended.set()
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_a_sync_gives_up_and_says_so(beginning: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "TIMEOUT_S", 0.3)
    with dripping(beginning) as url, open_http(url, reply_s=0.3) as http:
        answer = Transport(http, "token").ask("GET", "/v1/sync/changes")
    assert isinstance(answer, Trouble)
    assert answer.what == "offline"


@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_a_person_is_told_in_time(beginning: bytes, tmp_path: Path) -> None:
    write_token(tmp_path / "token", "token")
    with (
        dripping(beginning) as url,
        Centre(url, tmp_path / "token", patience_s=0.4) as centre,
        pytest.raises(Unreachable),
    ):
        centre.ask("GET", "/v1/board", dict)
