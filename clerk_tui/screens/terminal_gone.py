"""A terminal that is closed under the counter: noticed at once, so that it ends instead of reading nothing for ever.

A session that is closed properly sends SIGHUP. Where it does not (a window server that died, a container whose console
was detached), reading the terminal gives nothing at full speed, and writing to it blocks once Textual's queue is full.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final

GONE: Final = 129
"""The exit code: 128 and the number of SIGHUP, as a shell would say it."""
PATIENCE_S: Final = 10.0
"""Seconds that an orderly end may take before the process ends without it; the journal needs no farewell."""


def watch(gone: Callable[[], None]) -> None:
    """Call ``gone`` (from another thread) when the terminal that we read from has been hung up."""
    threading.Thread(target=_watch, args=(gone,), daemon=True, name="terminal-watch").start()


def _watch(gone: Callable[[], None]) -> None:
    stdin = sys.__stdin__.fileno() if sys.__stdin__ is not None else 0
    waiting = select.poll()
    waiting.register(stdin, 0)
    happened = 0
    while not happened & select.POLLHUP:
        happened = waiting.poll()[0][1]
        if happened & select.POLLNVAL:
            return  # what we read from is nothing that can be hung up
    let_go(stdin)
    gone()
    _end_anyway()


def on_signals(gone: Callable[[], None]) -> None:
    """Call ``gone`` when we are told to end (SIGHUP, SIGTERM); told again, or in ``PATIENCE_S``, we end at once.

    Not through asyncio: a counter whose terminal takes no more output waits inside its event loop.
    """

    def told(number: int, _frame: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        threading.Thread(target=_end_anyway, daemon=True).start()
        gone()

    for number in (signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, told)


def _end_anyway() -> None:
    threading.Event().wait(PATIENCE_S)
    os._exit(GONE)


def let_go(stdin: int) -> None:
    """Put something that never speaks and takes everything in the place of the terminal."""
    silent, _kept_open = os.pipe()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    terminal = os.fstat(stdin).st_rdev
    os.dup2(silent, stdin)
    for file in (1, 2):
        with suppress(OSError):
            if os.fstat(file).st_rdev == terminal:
                os.dup2(nowhere, file)
