"""The body of a push: read whole within its limit, then a place, then unpacked within its limit."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from litestar.types import ASGIApp, HTTPRequestEvent, Receive, Scope, Send

from central.admission import Admission
from central.refusal import Refused
from hall import wire
from hall.unpacking import Body, Unpackable

READ_S = 30.0
"""How long a request may take to arrive."""


class Intake:
    """Middleware of the push route."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        lane: wire.Lane = "backlog" if headers.get(b"x-lane", b"") == b"backlog" else "live"
        body = await _read(headers, receive)
        admission: Admission = scope["litestar_app"].state.admission
        async with admission.place(lane):
            if headers.get(b"content-encoding", b"identity") not in (b"", b"identity"):
                body = unpack(headers[b"content-encoding"], body)
            kept = [
                (name, value)
                for name, value in scope["headers"]
                if name not in (b"content-encoding", b"content-length")
            ]
            scope["headers"] = [*kept, (b"content-length", str(len(body)).encode())]
            await self._app(scope, _replay(body, receive), send)


async def _read(headers: dict[bytes, bytes], receive: Receive) -> bytes:
    declared = headers.get(b"content-length", b"0")
    if not declared.isdigit() or int(declared) > wire.MAX_BODY:
        raise _too_big()
    try:
        async with asyncio.timeout(READ_S):
            return await _arrived(receive)
    except TimeoutError:
        raise Refused(408, wire.Problem(code="too_slow", message="请求太久没有传完，请分成小批再传")) from None


async def _arrived(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = cast(dict[str, Any], await receive())
        if message["type"] != "http.request":
            raise Refused(400, wire.Problem(code="bad_request", message="请求没有传完"))
        body += message.get("body", b"")
        if len(body) > wire.MAX_BODY:
            raise _too_big()
        if not message.get("more_body"):
            return bytes(body)


def unpack(encoding: bytes, body: bytes) -> bytes:
    """The unpacked body of a request that came as gzip.

    Raises:
        Refused: 400 not gzip, cut, or followed by something else; 413 more than ``wire.MAX_UNPACKED``; 415 packed
            otherwise.
    """
    try:
        whole = Body(encoding.decode("latin-1"), wire.MAX_UNPACKED)
        whole.add(body)
        return whole.whole()
    except Unpackable as error:
        if error.why == "too_large":
            raise _too_big() from None
        if error.why == "encoding":
            problem = wire.Problem(code="bad_encoding", message="请求只能用 gzip 压缩")
            raise Refused(415, problem) from None
        raise Refused(400, wire.Problem(code="bad_request", message="压缩的请求读不出来")) from None


def _replay(body: bytes, receive: Receive) -> Receive:
    told = False

    async def again() -> Any:
        nonlocal told
        if told:
            return await receive()
        told = True
        return HTTPRequestEvent(type="http.request", body=body, more_body=False)

    return again


def _too_big() -> Refused:
    return Refused(413, wire.Problem(code="too_big", message="请求太大，请分成小批"))
