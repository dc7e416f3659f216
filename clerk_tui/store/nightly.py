"""Check the whole journal, back it up, say how it went: ``python -m clerk_tui.store.nightly DB [FOLDER STAMP KEEP]``.

A process of its own, at a low priority: reading a year of facts would otherwise cost the keys of whoever works late.
Answers one line of JSON, ``{"what", "detail", "hint"}``: ``what`` is empty when all is well, else ``journal`` or
``backup``, whichever is not.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Final

from clerk_tui.store.backup import back_up, examine
from clerk_tui.store.connection import in_use
from clerk_tui.store.verifying import DAMAGED
from hall.errors import HallError

PASSING: Final = ("store_locked", "disk_full")
"""What keeps the journal from being read for now and says nothing about it."""


def work(store: Path, folder: str = "", stamp: str = "", keep: str = "0") -> dict[str, str]:
    """Check, and back up where a folder is given; what was found."""
    try:
        with in_use(store):
            return _done(store, folder, stamp, keep)
    except HallError as error:  # Another one is being put in its place.
        return {"what": "backup", "detail": error.message, "hint": error.hint}


def _done(store: Path, folder: str, stamp: str, keep: str) -> dict[str, str]:
    try:
        found = back_up(store, Path(folder), stamp, int(keep)) if folder else examine(store)
    except HallError as error:
        return _failed(store, error)
    return {"what": "", "detail": f"{found.facts}", "hint": ""}


def _failed(store: Path, error: HallError) -> dict[str, str]:
    """Whether the journal itself is not as it was written, or only its copy could not be made."""
    try:
        examine(store)
    except HallError as worse:
        if worse.code in PASSING:
            return {"what": "backup", "detail": worse.message, "hint": worse.hint}
        return {"what": "journal", "detail": worse.message, "hint": DAMAGED}
    return {"what": "backup", "detail": error.message, "hint": error.hint}


def main() -> None:
    """Entry point of the process."""
    os.nice(15)
    print(json.dumps(work(Path(sys.argv[1]), *sys.argv[2:5]), ensure_ascii=False))


if __name__ == "__main__":
    main()
