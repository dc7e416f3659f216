"""The socket that a centre listens on."""

from __future__ import annotations

import asyncio
import socket

from central.server import listening


def test_a_small_reply_is_sent_at_once() -> None:
    """Without TCP_NODELAY each reply would wait 40 ms for the client's acknowledgement."""
    told: list[int] = []

    async def look() -> None:
        seen = asyncio.Event()

        async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            accepted = writer.get_extra_info("socket")
            told.append(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()
            seen.set()

        listener = listening("127.0.0.1", 0)
        async with await asyncio.start_server(serve, sock=listener):
            _, writer = await asyncio.open_connection(*listener.getsockname())
            await seen.wait()
            writer.close()

    asyncio.run(look())
    assert told and told[0] != 0
