"""Check the whole journal, back it up, say how it went: ``python -m clerk_tui.store.nightly DB [FOLDER STAMP KEEP]``.

A process of its own, at a low priority: reading a year of facts would otherwise cost the keys of whoever works late.
Answers one line of JSON, ``{"ok", "detail"}``.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from clerk_tui.store.backup import back_up, examine
from hall.errors import HallError


def work(store: Path, folder: str = "", stamp: str = "", keep: str = "0") -> tuple[bool, str]:
    """Check, and back up where a folder is given; whether all is well, and what was found."""
    try:
        found = back_up(store, Path(folder), stamp, int(keep)) if folder else examine(store)
    except HallError as error:
        return False, error.message
    return True, f"{found.facts}"


def main() -> None:
    """Entry point of the process."""
    os.nice(15)
    ok, detail = work(Path(sys.argv[1]), *sys.argv[2:5])
    print(json.dumps({"ok": ok, "detail": detail}, ensure_ascii=False))


if __name__ == "__main__":
    main()
