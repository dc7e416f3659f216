"""Sealed files that lie beside the journal until somebody hands them in: by their names, without reading them.

Whoever hands one in takes it out of the folder; that is how the workstation knows. A file whose facts the centre has
proven to hold meanwhile is none to hand in.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Final

from msgspec import Struct

from clerk_tui.store.archives import archives

SUFFIX: Final = ".sealed"
_NAME: Final = re.compile(rf"([0-9A-Z]+)-(.{{1,8}})-(\d{{1,16}})-(\d{{1,16}}){re.escape(SUFFIX)}").fullmatch


class SealedFile(Struct, frozen=True, kw_only=True):
    """Where the facts ``first`` through ``last`` (numbers of the journal) of an incarnation were sealed into;
    ``device_end`` is the end of the device's identity."""

    path: Path
    incarnation: str
    device_end: str
    first: int
    last: int

    @property
    def facts(self) -> int:
        """How many facts it holds."""
        return self.last - self.first + 1


def folder_of(store: Path) -> Path:
    """Where the journal at ``store`` keeps its sealed files."""
    return store.with_name("sealed")


def path_for(folder: Path, incarnation: str, device_id: str, first: int, last: int) -> Path:
    """The sealed file of these facts of a journal."""
    return folder / f"{incarnation}-{device_id[-8:]}-{first}-{last}{SUFFIX}"


def named(path: Path) -> SealedFile | None:
    """The sealed file that a path names; ``None`` for any other file."""
    parts = _NAME(path.name)
    if parts is None:
        return None
    return SealedFile(path=path, incarnation=parts[1], device_end=parts[2], first=int(parts[3]), last=int(parts[4]))


def to_hand_in(db: sqlite3.Connection, folder: Path) -> tuple[SealedFile, ...]:
    """The files in ``folder`` with facts that the centre has not proven to hold; of two the one that holds both."""
    found: dict[tuple[str, str], list[SealedFile]] = {}
    with suppress(OSError):
        for path in sorted(folder.iterdir()):
            if (one := named(path)) is not None:
                found.setdefault((one.incarnation, one.device_end), []).append(one)
    if not found:
        return ()
    proven = _proven(db)
    return tuple(
        one
        for journal, files in found.items()
        for one in files
        if one.last > proven.get(journal, 0)
        and not any(other != one and other.first <= one.first and one.last <= other.last for other in files)
    )


def _proven(db: sqlite3.Connection) -> dict[tuple[str, str], int]:
    """How far the centre has this journal and the archived ones with all contents, by code and end of the identity."""
    (own,) = db.execute("SELECT incarnation, device_id, acked_through FROM device").fetchall() or [("", "", 0)]
    outlined = [row[0] for row in db.execute("SELECT seq FROM dead_letter WHERE reported_ms > 0")]
    through = {(own[0], own[1][-8:]): min([own[2], *(seq - 1 for seq in outlined)])}
    for each in archives(db):
        name = (each.incarnation, each.device_id[-8:])
        through[name] = min([each.acked_through, *(seq - 1 for seq in each.withheld)])
    return through
