"""One question to the centre and its answer, while somebody waits for it: bounded in time and size."""

from __future__ import annotations

from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

import msgspec

from clerk_tui.sync.token import read_token
from hall import wire
from hall.chain import UNREADABLE

if TYPE_CHECKING:
    import httpx

PATIENCE_S: Final = 4.0
"""How long a person waits for an answer, in seconds."""
MAX_REPLY: Final = 1 << 20
"""Largest answer that is read, in bytes."""
Reply = TypeVar("Reply")


class Unreachable(Exception):
    """The centre did not answer, or what answered is not the centre."""


class Refused(Exception):
    """A refusal with a reason, signed by the centre or not: ``code`` and words for the clerk."""

    def __init__(self, problem: wire.Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem
        self.code, self.message = problem.code, problem.message


class Centre:
    """The centre at ``url``, asked with the token that lies in ``token_file``. One connection, kept between questions;
    one question after the other, whichever thread asks."""

    def __init__(self, url: str, token_file: Path, *, patience_s: float = PATIENCE_S) -> None:
        self._url, self._token_file, self._patience_s = url, token_file, patience_s
        self._http: httpx.Client | None = None
        self._turn = RLock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the connection go; the next question opens another."""
        with self._turn:
            if self._http is not None:
                self._http.close()
                self._http = None

    def ask(
        self, method: str, path: str, kind: type[Reply], request: Any = None, params: dict[str, Any] | None = None
    ) -> Reply:
        """The answer, read as ``kind``.

        Raises:
            Unreachable: no token, no answer in time, or one that is not the centre's.
            Refused: what answers says no and why.
        """
        token = read_token(self._token_file)
        if not token:
            raise Unreachable
        content = msgspec.json.encode(request) if request is not None else None
        headers = {"Authorization": f"Bearer {token}"} | ({"Content-Type": "application/json"} if content else {})
        status, body = self._send(method, path, content, headers, params)
        try:
            if status == 200:
                return msgspec.json.decode(body, type=kind)
            problem = msgspec.json.decode(body, type=wire.Problem)
        except UNREADABLE:
            raise Unreachable from None
        if status >= 500 or not problem.code:
            raise Unreachable
        raise Refused(problem)

    def _send(
        self, method: str, path: str, content: bytes | None, headers: dict[str, str], params: dict[str, Any] | None
    ) -> tuple[int, bytes]:
        import httpx

        from clerk_tui.sync.transport import open_http, read_body

        with self._turn:
            if self._http is None:
                self._http = open_http(self._url, reply_s=0.0)
            try:
                with self._http.stream(
                    method, path, content=content, headers=headers, params=params, timeout=self._patience_s
                ) as response:
                    return response.status_code, read_body(response, MAX_REPLY)
            except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, ValueError):
                self.close()
                raise Unreachable from None
