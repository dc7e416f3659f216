"""A wire for tests: what answers is a function, and its answers arrive as from a network; answers that are bombs."""

from __future__ import annotations

import gzip
import zlib
from functools import lru_cache

import httpx

MIB = 1 << 20


@lru_cache
def bomb(times: int = 1) -> bytes:
    """200 MiB of zeros, packed ``times`` times."""
    packer, zeros = zlib.compressobj(9, wbits=31), bytes(MIB)
    body = b"".join(packer.compress(zeros) for _ in range(200)) + packer.flush()
    for _ in range(times - 1):
        body = gzip.compress(body)
    return body


class Wire(httpx.MockTransport):
    """httpx reads what ``MockTransport`` hands over before it arrives, and unpacks it; here nothing is read yet."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return _unread(super().handle_request(request))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return _unread(await super().handle_async_request(request))


def _unread(response: httpx.Response) -> httpx.Response:
    if not response.is_stream_consumed:
        return response
    return httpx.Response(response.status_code, headers=response.headers, stream=httpx.ByteStream(response.content))
