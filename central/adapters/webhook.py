"""The reference adapter: a signed POST to the department's address, and nothing but its own receipt is believed."""

from __future__ import annotations

import asyncio

import httpx
import msgspec

from central.adapters import Outcome
from central.store.deliveries import DepartmentRow
from hall.chain import UNREADABLE
from hall.unpacking import ENCODING, Body, Unpackable
from hall.wire_departments import SIGNATURE_HEADER, CaseTold, Taken, sign_told

TIMEOUT_S = 10.0
MAX_REPLY = 64 << 10
"""Longest wait for a department, and most bytes of its answer that are read."""
_FOR_A_PERSON = frozenset({400, 413, 422})
"""What a department says of this one message. Any other refusal is about the way there, a gateway that is set up anew
says it of everything: it is tried again like a failure."""

_BUSY = frozenset({408, 425, 429})


class Webhook:
    """Tells over HTTP; for one event loop."""

    def __init__(self, http: httpx.AsyncClient | None = None, *, timeout_s: float = TIMEOUT_S) -> None:
        self._timeout_s = timeout_s
        self._http = http or httpx.AsyncClient(
            timeout=timeout_s, follow_redirects=False, trust_env=False, limits=httpx.Limits(max_connections=20)
        )

    async def tell(self, department: DepartmentRow, message: CaseTold, now_ms: int) -> Outcome:
        body = msgspec.json.encode(message)
        headers = {
            "Accept-Encoding": ENCODING,
            "Content-Type": "application/json",
            SIGNATURE_HEADER: sign_told(department.secret, body, now_ms // 1000),
            "X-Clerk-Id": message.id,
        }
        try:
            # httpx bounds each read; a reply that drips must end too.
            async with (
                asyncio.timeout(self._timeout_s),
                self._http.stream("POST", department.url, content=body, headers=headers) as answer,
            ):
                said = Body(answer.headers.get("content-encoding", ""), MAX_REPLY)
                async for piece in answer.aiter_raw():
                    said.add(piece)
                return _outcome(answer.status_code, said.whole(), message.id)
        except Unpackable as error:
            is_long = error.why == "too_large"
            return Outcome("later", "应答太长，不是对方系统的回执" if is_long else "应答的不是回执")
        except (httpx.TimeoutException, TimeoutError):
            return Outcome("later", "对方系统没有在时限内应答")
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            return Outcome("later", f"连不上对方系统（{type(error).__name__}）")

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()


def _outcome(status: int, body: bytes, told: str) -> Outcome:
    if status in _FOR_A_PERSON:
        return Outcome("refused", f"对方系统不收（{status}）")
    if status != 200:
        words = "对方的地址、令牌或者网关不对" if 300 <= status < 500 and status not in _BUSY else "对方系统出错"
        return Outcome("later", f"{words}（{status}）")
    try:
        taken = msgspec.json.decode(body, type=Taken).taken
    except UNREADABLE:
        return Outcome("later", "应答的不是回执")
    return Outcome("taken") if taken == told else Outcome("later", "回执是另一件的")
