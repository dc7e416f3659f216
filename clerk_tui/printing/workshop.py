"""The counter's side of the process that makes papers: begun on demand, kept a while, then let go."""

from __future__ import annotations

import logging
import os
import select
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from clerk_tui.printing.targets import PrintError
from clerk_tui.printing.worker import Answer, Order
from hall.errors import HallError
from receipts.document import encode

if TYPE_CHECKING:
    from receipts.document import Document, Rendered
    from receipts.forms import Form

log = logging.getLogger(__name__)
IDLE_S: Final = 300.0
"""How long the process is kept when nothing is ordered."""
PATIENCE_S: Final = 60.0
"""How long one paper may take; a process that takes longer hangs."""
_ROOT: Final = str(Path(__file__).resolve().parents[2])


class Workshop:
    """Makes one paper after the other; threads take turns. A process that dies is replaced once per paper."""

    def __init__(self, *, idle_s: float = IDLE_S, patience_s: float = PATIENCE_S) -> None:
        self.idle_s, self.patience_s = idle_s, patience_s
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._idle: threading.Timer | None = None

    @property
    def pid(self) -> int | None:
        """Of the process, while there is one."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def begin(self) -> None:
        """Have the process there; it gets itself ready meanwhile."""
        if self._turn.acquire(blocking=False):
            try:
                self._running()
                self._wait_idle()
            finally:
                self._turn.release()

    def render(self, document: Document, form: Form) -> Rendered:
        """A paper as a PDF.

        Raises:
            HallError: ``fonts_not_prepared``, ``no_slip``, ``maker_died``.
        """
        rendered = self._ask(Order(document=encode(document), form=form)).rendered
        assert rendered is not None, "an answer without an error has what was ordered"
        return rendered

    def raster(self, pdf: bytes) -> bytes:
        """A PDF as the job of a ticket printer.

        Raises:
            PrintError: ``print_unfit``.
            HallError: ``maker_died``.
        """
        return self._ask(Order(pdf=pdf)).job

    def close(self) -> None:
        """End the process."""
        with self._turn:
            self._end()

    def _ask(self, order: Order) -> Answer:
        sent = msgspec.msgpack.encode(order)
        with self._turn:
            answer = self._asked(sent) or self._asked(sent)
            self._wait_idle()
        if answer is None:
            raise HallError("maker_died", "做文书的程序中断了", hint="请再打一次；还是不行就联系管理员查看日志")
        if answer.crash:
            log.error("a paper could not be made: %s", answer.crash)
            raise HallError("internal", "这份文书做不出来", hint="请联系管理员查看日志；办件没有受影响")
        if answer.error is not None:
            code, message, field, hint = answer.error
            if code == "print_unfit":
                raise PrintError(message, hint, code=code)
            raise HallError(code, message, field=field or None, hint=hint)
        return answer

    def _asked(self, sent: bytes) -> Answer | None:
        """One try; ``None`` when the process died or hung over it, which ends it."""
        process = self._running()
        assert process.stdin is not None and process.stdout is not None
        until = time.monotonic() + self.patience_s
        try:
            process.stdin.write(len(sent).to_bytes(4, "big") + sent)
            process.stdin.flush()
            size = int.from_bytes(_read(process.stdout.fileno(), 4, until), "big")
            return msgspec.msgpack.decode(_read(process.stdout.fileno(), size, until), type=Answer)
        except OSError as error:
            log.warning("the process that makes papers is gone: %s", type(error).__name__)
            self._end()
            return None

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is not None:
            self._end()
        if self._process is None:
            paths = filter(None, (_ROOT, os.environ.get("PYTHONPATH")))
            self._process = subprocess.Popen(
                [sys.executable, "-m", "clerk_tui.printing.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
                start_new_session=True,  # a Ctrl+C in the terminal is the counter's alone
            )
        return self._process

    def _wait_idle(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        self._idle = threading.Timer(self.idle_s, self.close)
        self._idle.daemon = True
        self._idle.start()

    def _end(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()


def _read(file: int, size: int, until: float) -> bytes:
    """Exactly ``size`` bytes. Raises OSError when they do not come in time."""
    parts = bytearray()
    # Not ``select.select``: that takes no file whose number is above 1023.
    waiting = select.poll()
    waiting.register(file, select.POLLIN)
    while len(parts) < size:
        if not waiting.poll(max(0.0, until - time.monotonic()) * 1000):
            raise TimeoutError
        part = os.read(file, min(1 << 20, size - len(parts)))
        if not part:
            raise ConnectionResetError("ended")
        parts += part
    return bytes(parts)
