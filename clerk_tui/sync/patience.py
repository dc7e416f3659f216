"""A line that is given up in time however slowly it drips: httpx bounds each read, this the whole reply.

A portal or a dying proxy that sends a byte every two seconds would otherwise hold a conversation for days.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx


class _Stream(httpcore.NetworkStream):
    """A connection. The time of a reply begins with the last bytes of its request."""

    def __init__(self, stream: httpcore.NetworkStream, longest_s: float) -> None:
        self._stream, self._longest_s = stream, longest_s
        self._asked_s = time.monotonic()

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        # A long poll may be quiet for its whole time (``timeout``) and still has ``longest_s`` for the reply.
        left = self._asked_s + (timeout or 0.0) + self._longest_s - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("a reply that takes too long")
        return self._stream.read(max_bytes, left if timeout is None else min(left, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, timeout)
        self._asked_s = time.monotonic()

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, timeout), self._longest_s)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _Backend(httpcore.NetworkBackend):
    def __init__(self, longest_s: float) -> None:
        self._backend, self._longest_s = httpcore.SyncBackend(), longest_s

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        stream = self._backend.connect_tcp(host, port, timeout, local_address, socket_options)
        return _Stream(stream, self._longest_s)


class PatientTransport(httpx.HTTPTransport):
    """httpx's own, where a reply ends at most ``longest_s`` seconds after the longest quiet that its request allows."""

    def __init__(self, longest_s: float, limits: httpx.Limits) -> None:
        super().__init__(trust_env=False, limits=limits)
        # httpx has no setting for it; httpcore has (``network_backend``).
        self._pool._network_backend = _Backend(longest_s)
