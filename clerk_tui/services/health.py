"""Whether the records themselves are in danger: the disk, and the witness that notices an older copy put back."""

from __future__ import annotations

from contextlib import suppress

from msgspec import Struct

from clerk_tui.services.keeping import Kept, last
from clerk_tui.services.workspace import Workspace
from clerk_tui.store.disk import State
from hall.errors import HallError


class Health(Struct, frozen=True, kw_only=True):
    """``stopped``: the disk failed and nothing is written any more. ``disk`` says how much room is left (``free``
    bytes); ``out`` begins no new case. ``witness`` is why the rollback witness cannot be written, ``""`` if it can.
    ``look`` is the last daily look at the journal, where it did not find all well. ``log`` is the size of SQLite's log
    (bytes) where it has grown past what it may, else 0: a program reads in the journal and does not end."""

    stopped: bool
    disk: State
    free: int
    witness: str
    look: Kept | None = None
    log: int = 0


def health(ws: Workspace) -> Health:
    """How things stand now. Asks the file system and nothing else: cheap enough for every second."""
    database, witness = ws.journal.database, ws.journal.witness
    return Health(
        stopped=database.stopped,
        disk=database.disk.state(),
        free=database.disk.free(),
        witness=witness.trouble if witness is not None else "",
        look=_failed(ws),
        log=database.log_bytes() if database.log_is_long() else 0,
    )


def _failed(ws: Workspace) -> Kept | None:
    with suppress(HallError):
        found = last(ws)
        return None if found is None or found.ok else found
    return None
