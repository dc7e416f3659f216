"""Starts the sync process beside a running counter and keeps what it reports."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress

import msgspec

from clerk_tui.clock import Clock
from clerk_tui.store.connection import Database
from clerk_tui.sync.keeper import JournalKeeper
from clerk_tui.sync.messages import AnyMessage, Trouble, TroubleKind, from_line
from clerk_tui.sync.settings import Settings
from hall.errors import HallError

RESTARTS = 5
"""How often in a row a process that dies is started again soon before the counter is told to call for help."""
PAUSE_S = 300.0
"""How long the next start waits from then on, in seconds."""


class Supervisor:
    """The sync process of one counter. ``on_message`` is called from a thread of the supervisor's own."""

    def __init__(
        self, database: Database, clock: Clock, settings: Settings, on_message: Callable[[AnyMessage], None]
    ) -> None:
        told = msgspec.json.encode(settings, enc_hook=str).decode()
        self._command = [sys.executable, "-m", "clerk_tui.sync.child", told]
        self._keeper = JournalKeeper(database, clock)
        self._on_message = on_message
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self._spoke = False
        self._thread = threading.Thread(target=self._supervise, name="sync", daemon=True)

    def start(self) -> None:
        """Start the process; returns at once."""
        self._thread.start()

    def wish(self, word: str = "new") -> None:
        """Tell it that facts were committed (``new``) or that somebody wants it tried ``now``."""
        process = self._process
        if process is not None and process.stdin is not None:
            with suppress(OSError, ValueError):
                process.stdin.write(word.encode() + b"\n")
                process.stdin.flush()

    def stop(self, seconds: float = 3.0) -> None:
        """End the process; what it has not acknowledged stays unsent in the journal."""
        self._stopping.set()
        process = self._process
        if process is not None:
            with suppress(OSError, ValueError):
                if process.stdin is not None:
                    process.stdin.close()
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                process.kill()
        if self._thread.is_alive():
            self._thread.join(seconds)

    def _supervise(self) -> None:
        deaths = 0
        while not self._stopping.is_set():
            self._spoke = False
            self._run_once()
            # One that spoke with the centre and died is none that cannot live.
            deaths = 1 if self._spoke else deaths + 1
            wait = PAUSE_S if deaths > RESTARTS else 2.0 ** (deaths - 1)
            what: TroubleKind = "stopped" if deaths > RESTARTS else "offline"
            self._tell(Trouble(what=what, detail="the sync process ended", retry_s=wait))
            self._stopping.wait(wait)

    def _run_once(self) -> None:
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        stdout = self._process.stdout
        assert stdout is not None
        with stdout, suppress(ValueError):
            for line in stdout:
                try:
                    message = from_line(line)
                    self._keeper(message)
                    self._spoke = self._spoke or not isinstance(message, Trouble)
                except (msgspec.MsgspecError, HallError, OverflowError):
                    # Not kept is not acknowledged: the facts stay unsent and are sent again after a restart.
                    self._process.kill()
                    break
                self._tell(message)
        with suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.close()
        self._process.wait()

    def _tell(self, message: AnyMessage) -> None:
        if not self._stopping.is_set():
            self._on_message(message)
