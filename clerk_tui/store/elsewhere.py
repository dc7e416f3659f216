"""What others did about records of this window that the centre had set aside or in conflict: a supervisor had one read
again, another window settled it. Nobody tells it as such; the feed shows the case as it stands since then.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Final

from clerk_tui.store.shared import read_case
from hall import wire

DONE: Final = "已在别处处理"
_OPEN_CONFLICTS: Final = frozenset({"conflict", "needs_review", "same_field"})


def note(db: sqlite3.Connection, changes: Iterable[wire.Change], now_ms: int) -> None:
    """Take records off the list of what waits for a person where a change of their case shows that none does any more;
    in the caller's transaction. The facts themselves stay as they are."""
    row = db.execute("SELECT incarnation FROM device").fetchone()
    for change in changes:
        waiting = db.execute(
            "SELECT status.seq, status.state FROM event JOIN event_status AS status ON status.seq = event.seq"
            " WHERE event.subject = ? AND status.state IN ('quarantined', 'conflict') AND status.server_seq <= ?",
            (change.case_id, change.server_seq),
        ).fetchall()
        done = []
        if any(state == "quarantined" for _, state in waiting) and _has_all(db, change, row[0]):
            done += [seq for seq, state in waiting if state == "quarantined"]
        if not _OPEN_CONFLICTS & set(change.flags):
            done += [seq for seq, state in waiting if state == "conflict"]
        db.executemany(
            "UPDATE event_status SET state = 'applied', reason = ?, updated_ms = ? WHERE seq = ?",
            [(DONE, now_ms, seq) for seq in done],
        )


def unsent(db: sqlite3.Connection, kind: str) -> list[int]:
    """The facts of this type that the centre does not have yet, by number."""
    (acked,) = db.execute("SELECT acked_through FROM device").fetchone() or (0,)
    found = db.execute("SELECT seq FROM event WHERE seq > ? AND type = ? ORDER BY seq", (acked, kind))
    return [row[0] for row in found]


def _has_all(db: sqlite3.Connection, change: wire.Change, incarnation: str) -> bool:
    """Whether every fact of this window that the centre has of a case is in it by now."""
    case = read_case(change.case)
    if case is None:
        return False
    told = db.execute(
        "SELECT count(*) FROM event JOIN event_status ON event_status.seq = event.seq WHERE event.subject = ?",
        (change.case_id,),
    ).fetchone()
    return case.writers.get(incarnation, 0) >= int(told[0])
