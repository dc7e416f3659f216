"""The daily look at the journal: read from end to end and backed up, beside the work and noticed when it fails. Then
what the centre told of cases that ended long ago is let go too."""

from __future__ import annotations

import subprocess
import sys
from typing import Final, Literal

import msgspec
from msgspec import Struct

from clerk_tui.services.workspace import Workspace
from clerk_tui.store import queries, shared
from clerk_tui.store.connection import translated
from clerk_tui.store.verifying import DAMAGED
from hall.errors import StoreError
from hall.moments import local_time

EVERY_MS: Final = 20 * 3600 * 1000
KEEP: Final = 14
"""Backups that stay."""
WAIT_S: Final = 3600.0
NAME: Final = "daily"


class Kept(Struct, frozen=True, kw_only=True):
    """The last look: when (Unix milliseconds), and what was found. ``what`` is not as it should be: the ``journal``
    itself, or its ``backup``; empty when all is well. ``hint`` says what to do."""

    at_ms: int
    what: Literal["", "journal", "backup"] = ""
    detail: str = ""
    hint: str = ""

    @property
    def ok(self) -> bool:
        """Whether all was well."""
        return not self.what


def last(ws: Workspace) -> Kept | None:
    """The last look, ``None`` before the first."""
    with translated(ws.journal.path):
        row = queries.kept(ws.journal.read(), NAME)
    if row is None:
        return None
    at_ms, ok, told = row
    try:
        return msgspec.structs.replace(msgspec.json.decode(told, type=Kept), at_ms=at_ms)
    except msgspec.DecodeError:
        # An earlier version kept the words alone.
        return Kept(at_ms=at_ms, what="" if ok else "backup", detail=told)


def require_sound(ws: Workspace) -> None:
    """For what writes a new step of a case: on a journal that is not as it was written nothing may be built. Reading,
    printing, export and restore go on; a later look that finds all well lifts it.

    Raises:
        StoreError: ``store_corrupt``, the last look found it damaged. Nothing was written.
    """
    found = last(ws)
    if found is not None and found.what == "journal":
        raise StoreError(
            "store_corrupt",
            f"账本受损，不再写入新的办件和步骤：{found.detail}",
            field="store.path",
            hint=found.hint or DAMAGED,
        )


def daily(ws: Workspace) -> Kept | None:
    """Look at the journal if the last look was long ago; ``None`` if it was not. Takes as long as reading it all does.

    Raises:
        StoreError: how it went could not be kept.
    """
    now = ws.clock.now_ms()
    before = last(ws)
    if before is not None and before.ok and 0 <= now - before.at_ms < EVERY_MS:
        return None
    folder = ws.config.backup_dir
    stamp = local_time(now, ws.config.timezone).strftime("%Y%m%dT%H%M%S")
    arguments = [str(folder), stamp, str(KEEP)] if folder else []
    command = [sys.executable, "-m", "clerk_tui.store.nightly", str(ws.journal.path), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=WAIT_S)
        found = msgspec.convert({"at_ms": now, **msgspec.json.decode(done.stdout)}, Kept)
    except (OSError, ValueError, TypeError, subprocess.TimeoutExpired) as error:
        found = Kept(at_ms=now, what="backup", detail=type(error).__name__)
    with ws.journal.write() as connection:
        shared.prune(connection, now)
        queries.keep_kept(connection, NAME, now, found.ok, msgspec.json.encode(found).decode())
    return found
