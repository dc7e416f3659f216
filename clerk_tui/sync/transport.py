"""One request and its reply: bounded in size and time, never redirected; everything else counts as no network."""

from __future__ import annotations

import gzip
from typing import Final, NamedTuple, TypeVar

import httpx
import msgspec

from clerk_tui.sync.messages import Trouble, TroubleKind
from clerk_tui.sync.patience import PatientTransport
from hall import wire
from hall.chain import UNREADABLE
from hall.unpacking import ENCODING, Body, Unpackable

TIMEOUT_S: Final = 10.0
MAX_REPLY: Final = 8 << 20
"""Largest reply that is read, unpacked, in bytes."""
REPLY_S: Final = 60.0
"""Longest that a reply may take to arrive once the centre had its time to answer, in seconds."""
PACKED_FROM: Final = 64 << 10
"""Bytes of a request from which it is packed: a slow line gets it to the centre in time."""
LONGEST_WAIT_S: Final = 3600.0
"""Longest that a reply may make us wait."""
Reply = TypeVar("Reply")
_TROUBLES: dict[int, TroubleKind] = {
    400: "bad_request",
    401: "token",
    408: "busy",
    409: "fork",
    413: "bad_request",
    422: "fork",
    426: "update_needed",
}


class Answer(NamedTuple):
    """A reply as it came."""

    status: int
    body: bytes
    headers: httpx.Headers


class Transport:
    """Asks the centre with a device's token. ``token`` may change under way."""

    def __init__(self, http: httpx.Client, token: str) -> None:
        self._http = http
        self.token = token

    def ask(
        self,
        method: str,
        path: str,
        *,
        content: bytes | None = None,
        params: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        wait_s: float = 0.0,
    ) -> Answer | Trouble:
        """A reply, read only up to ``MAX_REPLY``; ``wait_s``: how long the centre may take beyond the usual."""
        sent = {"Authorization": f"Bearer {self.token}"} | ({"Content-Type": "application/json"} if content else {})
        timeout = httpx.Timeout(TIMEOUT_S + wait_s, connect=5.0)
        try:
            with self._http.stream(
                method, path, content=content, params=params, headers=sent | (headers or {}), timeout=timeout
            ) as response:
                body = read_body(response, MAX_REPLY)
                if response.status_code == 429 or response.status_code >= 500:
                    wait = _seconds(response.headers.get("retry-after", ""))
                    return Trouble(what="busy", detail=f"status {response.status_code}", retry_s=wait)
                return Answer(response.status_code, body, response.headers)
        except Unpackable as error:
            if error.why == "too_large":
                return Trouble(what="too_large", detail=f"more than {MAX_REPLY >> 20} MiB")
            return Trouble(what="not_the_centre", detail=f"a reply that cannot be unpacked ({error.why})")
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, ValueError) as error:
            return Trouble(what="offline", detail=type(error).__name__)


def packed(body: bytes) -> tuple[bytes, dict[str, str]]:
    """A request as it is sent to a route that takes gzip, and the header that says so."""
    if len(body) < PACKED_FROM:
        return body, {}
    return gzip.compress(body, 6, mtime=0), {"Content-Encoding": ENCODING}


def read_body(response: httpx.Response, most: int) -> bytes:
    """What a reply says, unpacked; of a reply that is more than ``most`` bytes no more than that is ever in memory.

    Raises:
        Unpackable: it is larger, or packed otherwise than as one gzip stream.
    """
    body = Body(response.headers.get("content-encoding", ""), most)
    for piece in response.iter_raw():
        body.add(piece)
    return body.whole()


def _seconds(text: str) -> float:
    """A ``Retry-After`` in seconds; a date, or what is none, is left to the backoff."""
    return min(float(text), LONGEST_WAIT_S) if text.isascii() and text.isdigit() and len(text) < 6 else 0.0


def decode(body: bytes, kind: type[Reply]) -> Reply | None:
    """The body as what it should be; ``None`` for anything else."""
    try:
        return msgspec.json.decode(body, type=kind)
    except UNREADABLE:
        return None


def refusal(status: int, body: bytes) -> Trouble:
    """What a refusal means. Without a reason in the centre's words it is not the centre that refused."""
    problem = decode(body, wire.Problem)
    if problem is None or not problem.code:
        return Trouble(what="not_the_centre", detail=f"status {status} without a reason")
    detail = f"status {status} {problem.code[:40]}"
    if status == 403:
        return Trouble(what="revoked" if problem.code == "device_revoked" else "forbidden", detail=detail)
    return Trouble(what=_TROUBLES.get(status, "not_the_centre"), detail=detail)


def open_http(url: str, *, reply_s: float = REPLY_S) -> httpx.Client:
    """A client for the centre at ``url``: no redirects, no proxies from outside, bounded waits, one connection, and
    nothing packed that ``read_body`` does not unpack.

    ``reply_s``: how long a reply may take to arrive beyond the time that its request gives the centre."""
    return httpx.Client(
        base_url=url,
        headers={"Accept-Encoding": ENCODING},
        timeout=httpx.Timeout(TIMEOUT_S, connect=5.0),
        follow_redirects=False,
        trust_env=False,
        transport=PatientTransport(reply_s, httpx.Limits(max_connections=1, max_keepalive_connections=1)),
    )
