"""This device's own journal as a board may show it: counts only, over a connection that can look and nothing else."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from clerk_tui.store.readonly import Looking
from hall.errors import HallError


class Local(Struct, frozen=True):
    """How many facts the journal holds, how many of them the centre has not, and papers that did not come out."""

    facts: int
    unsent: int
    unprinted: int


def look_at(path: Path) -> Local | None:
    """The counts of the journal at ``path``; ``None`` where there is none, or one that cannot be read now."""
    if not path.is_file():
        return None
    try:
        looking = Looking(path)
    except HallError:
        return None
    try:
        ((facts, last),) = looking.rows("SELECT count(*), coalesce(max(seq), 0) FROM event")
        ((acked,),) = looking.rows("SELECT coalesce(max(acked_through), 0) FROM device")
        ((unprinted,),) = looking.rows("SELECT count(*) FROM print_job WHERE state IN ('failed', 'unknown')")
    except (HallError, ValueError):
        return None
    finally:
        looking.close()
    return Local(facts, max(0, last - acked), unprinted) if facts else None
