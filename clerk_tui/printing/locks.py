"""One worker a printer, across threads and processes.

While a process holds a printer's lock, nobody else is printing there; a job that is said to be printing there then
belongs to a process that died. The kernel lets go of the lock with the process, however it ends.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def printer_lock(store: Path, target: str, *, wait_s: float) -> Iterator[bool]:
    """Hold the lock of ``target`` for the queue in ``store``; ``False`` when it was not to be had in ``wait_s`` s.

    Raises:
        OSError: the lock's file beside the database cannot be made.
    """
    digest = hashlib.sha256(target.encode()).hexdigest()[:12]
    file = os.open(store.with_name(f"{store.name}.print-{digest}"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield _take(file, wait_s)
    finally:
        os.close(file)


def _take(file: int, wait_s: float) -> bool:
    until = time.monotonic() + wait_s
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(0.01)
