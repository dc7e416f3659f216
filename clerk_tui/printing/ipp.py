"""The little of IPP (RFC 8010, 8011) that tells how a print job is: to ``lpstat`` an aborted job is a finished one."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator
from typing import Final

GET_JOB, GET_PRINTER = 0x0009, 0x000B
PENDING, HELD, PROCESSING, STOPPED, CANCELLED, ABORTED, COMPLETED = range(3, 10)
"""``job-state`` (RFC 8011 §5.3.7)."""
PRINTER_STOPPED: Final = 5
_INTEGERS: Final = (0x21, 0x23)
_LIMIT: Final = 1 << 20

Attributes = dict[str, list[int | str]]


def ask(server: str, operation: int, uri: str, wanted: tuple[str, ...], *, timeout_s: float = 5.0) -> Attributes:
    """The wanted attributes of a job (``ipp://localhost/jobs/12``) or printer; ``server`` as ``lpstat -H`` says it.

    Raises:
        OSError: no answer, or one that is no IPP, or a refusal.
    """
    target = "job-uri" if operation == GET_JOB else "printer-uri"
    request = b"\x01\x01" + operation.to_bytes(2, "big") + b"\x00\x00\x00\x01\x01"
    request += _attribute(0x47, "attributes-charset", "utf-8")
    request += _attribute(0x48, "attributes-natural-language", "en")
    request += _attribute(0x45, target, uri)
    for number, name in enumerate(wanted):
        request += _attribute(0x44, "" if number else "requested-attributes", name)
    reply = _post(server, request + b"\x03", timeout_s)
    try:
        if int.from_bytes(reply[2:4], "big") > 0xFF:
            raise OSError(f"IPP status {reply[2:4].hex()}")
        found: Attributes = {}
        for name, value in _read(reply):
            found.setdefault(name, []).append(value)
        return found
    except (IndexError, ValueError) as error:
        raise OSError("not an answer of IPP") from error


def _attribute(tag: int, name: str, value: str) -> bytes:
    key, said = name.encode(), value.encode()
    return bytes([tag]) + len(key).to_bytes(2, "big") + key + len(said).to_bytes(2, "big") + said


def _read(reply: bytes) -> Iterator[tuple[str, int | str]]:
    place, name = 8, ""
    while reply[place] != 0x03:
        tag = reply[place]
        place += 1
        if tag < 0x10:
            continue
        key, place = _string(reply, place)
        value, place = _string(reply, place)
        name = key.decode() or name
        yield name, int.from_bytes(value, "big") if tag in _INTEGERS else value.decode(errors="replace")


def _string(reply: bytes, place: int) -> tuple[bytes, int]:
    end = place + 2 + int.from_bytes(reply[place : place + 2], "big")
    if end > len(reply):
        raise ValueError("cut off")
    return reply[place + 2 : end], end


def _post(server: str, body: bytes, timeout_s: float) -> bytes:
    connection = _Local(server, timeout_s) if server.startswith("/") else _network(server, timeout_s)
    try:
        connection.request("POST", "/", body, {"Content-Type": "application/ipp"})
        answer = connection.getresponse()
        if answer.status != 200:
            raise OSError(f"HTTP {answer.status}")
        return answer.read(_LIMIT)
    except http.client.HTTPException as error:
        raise OSError(type(error).__name__) from error
    finally:
        connection.close()


def _network(server: str, timeout_s: float) -> http.client.HTTPConnection:
    host, _, port = server.rpartition(":")
    if not port.isdigit():
        host, port = server, "631"
    return http.client.HTTPConnection(host.strip("[]"), int(port), timeout=timeout_s)


class _Local(http.client.HTTPConnection):
    """HTTP over the scheduler's local socket."""

    def __init__(self, path: str, timeout_s: float) -> None:
        super().__init__("localhost", timeout=timeout_s)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)
