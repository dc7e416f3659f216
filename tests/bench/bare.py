"""What records over HTTP into PostgreSQL cost at the least: a bare ASGI application under the same server that decodes
a batch and inserts it, with nothing checked, folded, numbered or signed."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import asyncpg
import msgspec
import uvicorn

from central.server import listening
from hall import wire

_COLUMNS = ("header", "public", "hash", "personal", "salt", "personal_hash")
_TABLE = (
    "CREATE TABLE bare (number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
    " header bytea, public bytea, hash bytea, personal bytea, salt bytea, personal_hash bytea)"
)


class _Batch(msgspec.Struct):
    events: list[wire.WireFact]


@contextmanager
def bare_server(address: str) -> Iterator[int]:
    """Its port."""
    command = [sys.executable, "-m", "tests.bench.bare", address]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.communicate()


def application(address: str) -> Any:
    """It takes anything that has ``events`` and answers when they are on the disk."""
    pool: Any = None
    decode = msgspec.json.Decoder(_Batch).decode

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        nonlocal pool
        if scope["type"] != "http":
            return
        if pool is None:
            pool = await asyncpg.create_pool(address, min_size=1, max_size=1)
        body = bytearray()
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        rows = [tuple(getattr(each, name) for name in _COLUMNS) for each in decode(bytes(body)).events]
        async with pool.acquire() as connection, connection.transaction():
            await connection.copy_records_to_table("bare", columns=_COLUMNS, records=rows)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"{}"})

    return answer


def main(address: str) -> None:
    """Make the table and serve, saying the port first."""

    async def make() -> None:
        connection = await asyncpg.connect(address)
        await connection.execute(_TABLE)
        await connection.close()

    asyncio.run(make())
    listener = listening("127.0.0.1", 0)
    print(listener.getsockname()[1], flush=True)
    config = uvicorn.Config(application(address), log_config=None, access_log=False, lifespan="off")
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main(sys.argv[1])
