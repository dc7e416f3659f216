"""Stations and windows that ask real centre processes over sockets, many at once, while processes are killed.

The client is bare on purpose: it shares two processors with what it measures.
"""

from __future__ import annotations

import asyncio
import random
import re
import secrets
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from hall import queue_wire as w
from hall.ids import uuid7

BUSINESS = "综合受理"
_SERVE = [sys.executable, "-c", "from central.cli import main; main()", "serve", "--port", "0"]


def fresh() -> str:
    """A new identity."""
    return uuid7(time.time_ns() // 1_000_000, secrets.token_bytes(10))


class Process:
    """A centre process; ``where`` are the options that say which database."""

    def __init__(self, *where: str) -> None:
        self._where = where
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen([*_SERVE, *self._where], stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        found = re.match(r"listening http://127\.0\.0\.1:(\d+)", self._process.stdout.readline())
        assert found is not None
        self.port = int(found.group(1))

    @property
    def pid(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        """End it in the middle of whatever it does."""
        self._process.kill()
        self._ended()

    def stop(self) -> None:
        self._process.terminate()
        self._ended()

    def _ended(self) -> None:
        self._process.wait(20)
        if self._process.stdout is not None:
            self._process.stdout.close()


class Client:
    """One connection that is kept, to whichever process is asked for."""

    def __init__(self, token: str, **headers: str) -> None:
        self._headers = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        self._headers += f"Authorization: Bearer {token}\r\n"
        self.head = b""
        """The head of the last reply."""
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, port: int, path: str, body: bytes, *, lose: bool = False) -> tuple[int, bytes]:
        """Status and body of the reply, to a GET where nothing is sent; ``lose``: hang up before it comes.

        Raises:
            OSError: nobody there, or nobody any more.
        """
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", port)
        reader, writer = self._streams
        head = f"{'POST' if body else 'GET'} {path} HTTP/1.1\r\nHost: c\r\n{self._headers}"
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        if lose:
            await writer.drain()
            self.close()
            raise ConnectionResetError
        try:
            self.head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", self.head, re.IGNORECASE)
            assert length is not None
            return int(self.head[9:12]), await reader.readexactly(int(length[1]))
        except (asyncio.IncompleteReadError, OSError) as error:
            self.close()
            raise ConnectionResetError from error

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
        self._streams = None


@dataclass
class Storm:
    """Stations that take ``tickets`` numbers and windows that call them, until both are done."""

    ports: Callable[[], list[int]]
    token: str
    tickets: int
    lost: float = 0.02
    seed: int = 1
    numbers: dict[str, str] = field(default_factory=dict)
    served: dict[str, str] = field(default_factory=dict)
    repeated: int = 0
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._left = self.tickets
        self._chance = random.Random(self.seed)

    async def blow(self, stations: int, windows: int) -> None:
        """Everybody at once."""
        await asyncio.gather(
            *(self._station(number) for number in range(stations)), *(self._window(str(n + 1)) for n in range(windows))
        )

    async def _ask(self, client: Client, path: str, message: Any, kind: Any) -> Any:
        """Ask until there is an answer, always the same request: of any process, after any loss."""
        body = msgspec.json.encode(message)
        lose = self._chance.random() < self.lost
        while True:
            try:
                status, reply = await client.ask(self._chance.choice(self.ports()), path, body, lose=lose)
            except OSError:
                self.repeated += 1
                client.close()
                lose = False
                await asyncio.sleep(0.01)
                continue
            if status == 200:
                return msgspec.json.decode(reply, type=kind)
            if status < 500:
                self.wrong.append(f"{path} {status} {reply.decode()}")
                return None
            self.repeated += 1
            await asyncio.sleep(0.01)

    async def _station(self, number: int) -> None:
        client = Client(self.token)
        while self._left > 0:
            self._left -= 1
            asked = w.IssueRequest(ticket_id=fresh(), business=BUSINESS, letter="AB"[number % 2])
            reply = await self._ask(client, "/v1/queue/tickets", asked, w.IssueReply)
            if reply is not None:
                if reply.ticket.ticket_id != asked.ticket_id:
                    self.wrong.append("somebody else's ticket")
                self.numbers[reply.ticket.ticket_id] = reply.ticket.number
        client.close()

    async def _window(self, window: str) -> None:
        client = Client(self.token)
        while self._left > 0 or len(self.served) < len(self.numbers):
            asked = w.ClaimRequest(claim_id=fresh(), window=window, businesses=[BUSINESS])
            reply = await self._ask(client, "/v1/queue/claim", asked, w.ClaimReply)
            if reply is None or reply.ticket is None:
                await asyncio.sleep(0.01)
                continue
            name = reply.ticket.ticket_id
            if self.served.setdefault(name, asked.claim_id) != asked.claim_id:
                self.wrong.append(f"{name} was called twice")
            done = w.FinishAction(action_id=fresh(), window=window)
            await self._ask(client, f"/v1/queue/{name}/finish", done, w.ActionReply)
        client.close()

    def doubles(self) -> list[str]:
        """Numbers that more than one ticket got."""
        return [number for number, count in Counter(self.numbers.values()).items() if count > 1]
