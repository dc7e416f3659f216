"""The file of what is being typed: beside the database, for its owner alone, gone when nothing is being typed.

It is not the journal: nothing in it has happened yet. It names people, so it is only ever readable by the one who runs
the counter, is no part of a backup, and is deleted with the last draft.
"""

from __future__ import annotations

import fcntl
import logging
import os
import threading
from pathlib import Path

log = logging.getLogger(__name__)


class DraftsFile:
    """The file, held by one counter at a time: a second one on the same store keeps nothing and reads nothing."""

    def __init__(self, store: Path) -> None:
        self.path = store.with_name(store.name + ".drafts")
        self._turn = threading.Lock()
        self._wanted = b""
        self._held = _hold(store.with_name(store.name + ".drafts.lock"))

    def read(self) -> bytes:
        """What an earlier run left; empty when there is nothing, or nothing for us."""
        if self._held is None:
            return b""
        try:
            return self.path.read_bytes()
        except FileNotFoundError:
            return b""
        except OSError as error:
            log.warning("the kept drafts cannot be read: %s", error.strerror)
            return b""

    def want(self, content: bytes) -> None:
        """Say what the file is to hold (empty: no file). Costs nothing; ``write`` does it, in any thread."""
        self._wanted = content

    def write(self) -> None:
        """Bring the file to what is wanted, whole or not at all. A full disk costs the draft, never the counter."""
        with self._turn:
            if self._held is None:
                return
            try:
                _replace(self.path, self._wanted)
            except OSError as error:
                log.warning("what is being typed cannot be kept: %s", error.strerror)

    def close(self) -> None:
        """Let another counter have it."""
        with self._turn:
            if self._held is not None:
                os.close(self._held)
            self._held = None


def peek(store: Path) -> bytes:
    """What the file of a journal holds now, whoever has it; empty when there is none."""
    try:
        return store.with_name(store.name + ".drafts").read_bytes()
    except OSError:
        return b""


def _hold(path: Path) -> int | None:
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        log.warning("what is being typed cannot be kept: %s", error.strerror)
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(file)
        return None
    return file


def _replace(path: Path, content: bytes) -> None:
    if not content:
        path.unlink(missing_ok=True)
        return
    new = path.with_name(path.name + ".new")
    file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(file, "wb") as stream:
            stream.write(content)
        new.replace(path)
    except OSError:
        new.unlink(missing_ok=True)
        raise
