"""``tcp://HOST:PORT``: a ticket printer that listens on the network, usually on port 9100.

The protocol says nothing back but this: it takes the bytes, and it closes its side after we have closed ours. A paper
counts as printed when both happened, in this order. Until the first byte has left, nothing can have been printed; after
that, and without the close or with one that came too early, nobody knows.
"""

from __future__ import annotations

import socket
import struct
import sys
import time
from collections.abc import Callable
from threading import Event
from typing import Final

from clerk_tui.printing.targets import PrintError
from clerk_tui.printing.ticket import escpos
from hall import os_words

CHUNK: Final = 4096
"""Bytes at once: printers have small buffers and stop reading while the motor runs."""

LAST_WAIT_S: Final = 2.0
"""How long a paper may still take when the counter is being closed, in seconds."""


class TicketPrinter:
    """An ESC/POS printer. ``connect_s`` is how long to wait for it, ``stall_s`` how long it may take nothing.

    ``raster`` makes its job of a PDF.
    """

    def __init__(
        self, host: str, port: int, *, connect_s: float = 5.0, stall_s: float = 15.0,
        raster: Callable[[bytes], bytes] | None = None,
    ) -> None:  # fmt: skip
        self.host, self.port = host, port
        self.raster = raster or escpos
        self.connect_s, self.stall_s = connect_s, stall_s
        # Short turns, so that whoever closes the counter does not wait for a printer without paper.
        self._turn_s = min(0.5, stall_s)

    @property
    def name(self) -> str:
        """As in the settings."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"tcp://{host}:{self.port}"

    def put(self, name: str, pdf: bytes, *, leave: Event | None = None) -> str:
        """Send the paper in chunks, then wait for the printer to close."""
        job = self.raster(pdf)
        with self._connected() as printer:
            sent, patience = 0, _Patience(self.stall_s, leave)
            try:
                while sent < len(job):
                    sent += self._send(printer, job[sent : sent + CHUNK], patience)
                self._wait_for_arrival(printer, patience)
                _require_open(printer)
                printer.shutdown(socket.SHUT_WR)
                self._wait_for_close(printer, patience)
            except OSError as error:
                raise self._lost(error, sent, len(job)) from error
        return self.name

    def look(self) -> str:
        """Whether it answers; nothing is sent."""
        with self._connected():
            return f"{self.name} 有应答"

    def _connected(self) -> socket.socket:
        try:
            return socket.create_connection((self.host, self.port), timeout=self.connect_s)
        except OSError as error:
            why = os_words.why(error)
            hint = "看打印机是否开着、网线是否插好，然后再打一次，或改送别处"
            if isinstance(error, socket.gaierror):
                hint = "核对 config.toml 里 print 的地址，然后再打一次，或改送别处"
            raise PrintError(f"打印机 {self.name} 连不上：{why}", hint) from error

    def _send(self, printer: socket.socket, chunk: bytes, patience: _Patience) -> int:
        while True:
            patience.check()
            _require_open(printer)
            printer.settimeout(self._turn_s)
            try:
                sent = printer.send(chunk)
            except TimeoutError:
                continue
            patience.moved()
            return sent

    def _wait_for_arrival(self, printer: socket.socket, patience: _Patience) -> None:
        """Until the printer's side has all of it: only then does a close speak of the whole paper."""
        left = _on_its_way(printer)
        while left:
            patience.check()
            _require_open(printer, wait_s=0.02)
            now = _on_its_way(printer)
            if now < left:
                patience.moved()
            left = now

    def _wait_for_close(self, printer: socket.socket, patience: _Patience) -> None:
        printer.settimeout(self._turn_s)
        while True:
            patience.check()
            try:
                if printer.recv(CHUNK) == b"":
                    return
            except TimeoutError:
                continue

    def _lost(self, error: OSError, sent: int, size: int) -> PrintError:
        if sent == 0:
            return PrintError(
                f"打印机 {self.name} 接通后没有收下任何内容", "看打印机是否缺纸、盖子是否盖好，然后再打一次，或改送别处"
            )
        how = "停住不收了" if isinstance(error, TimeoutError) else "断开了连接"
        part = "全部内容送出后没有回音" if sent == size else f"只收下 {sent * 100 // size}%"
        return PrintError(
            f"打印机 {self.name} {how}，{part}", "看纸出来了没有，再告诉系统打出了还是没有打出", certain=False
        )


def _require_open(printer: socket.socket, wait_s: float = 0.0) -> None:
    """Take what the printer has said so far, or says within ``wait_s`` seconds. Raises ConnectionAbortedError when it
    has closed its side: what is still on its way it may never read."""
    printer.settimeout(wait_s)
    try:
        while printer.recv(CHUNK):
            printer.settimeout(0)
    except (BlockingIOError, TimeoutError):
        return
    raise ConnectionAbortedError("the printer closed before it had the whole paper")


def _on_its_way(printer: socket.socket) -> int:
    """Bytes sent that the other side has not acknowledged (tcp(7), SIOCOUTQ); 0 where the system does not tell."""
    if sys.platform != "linux":
        return 0
    from fcntl import ioctl
    from termios import TIOCOUTQ

    told: int = struct.unpack("i", ioctl(printer, TIOCOUTQ, bytes(4)))[0]
    return told


class _Patience:
    """How long a printer is waited for: ``stall_s`` seconds without anything taken, and when the counter is being
    closed not much longer for all of it."""

    def __init__(self, stall_s: float, leave: Event | None) -> None:
        self._stall_s, self._leave = stall_s, leave
        self._until = time.monotonic() + stall_s
        self._end = 0.0

    def moved(self) -> None:
        """Something was taken."""
        self._until = time.monotonic() + self._stall_s

    def check(self) -> None:
        """Raises ``TimeoutError`` when it is at an end."""
        now = time.monotonic()
        if self._leave is not None and self._leave.is_set():
            self._end = self._end or now + LAST_WAIT_S
        if now >= self._until or (self._end and now >= self._end):
            raise TimeoutError("the printer takes nothing")
