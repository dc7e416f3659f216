"""Sealing by hand what the centre has not proven to hold: of this journal and of the archived ones."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from clerk_tui.store.archives import archives_at
from clerk_tui.store.device import load_key
from clerk_tui.store.exchange import Outbox
from clerk_tui.store.sealed_files import SealedFile, folder_of
from hall.errors import HallError

if TYPE_CHECKING:
    from clerk_tui.config import Config


def export(config: Config, folder: Path | None = None) -> list[SealedFile]:
    """Seal what is unproven, a file for each journal. Does not open the workspace: a refused journal is read too.

    Raises:
        HallError: no key to seal for, or a file cannot be written.
    """
    from clerk_tui.sync.sealing import seal_unproven, sealing_key_at

    store = config.store_file
    present = sealing_key_at(store)
    target = folder or folder_of(store)
    found: list[SealedFile] = []
    archived = [(each.path, each.acked_through, each.withheld) for each in archives_at(store)]
    keyless: HallError | None = None
    for path, acked, withheld in [(store, None, ()), *archived]:
        outbox = Outbox(path)
        try:
            key = load_key(path)
        except HallError as error:  # What the others still hold is sealed all the same.
            outbox.close()
            keyless = error
            continue
        try:
            done = seal_unproven(
                outbox,
                key,
                present or outbox.device().sealing_key,
                target,
                office=config.hall.office,
                reason="asked",
                now_ms=time.time_ns() // 1_000_000,
                after=acked,
                withheld=withheld,
            )
        finally:
            outbox.close()
        if done is not None:
            found.append(done)
    if keyless is not None and not found:
        raise keyless
    return found
