"""Which cases a reference or an identity names, of this journal and of the hall together.

Nearly always one. Two machines that gave the same numbers before they were enrolled leave two cases of two people with
one reference (sync.md §8), and so nothing here picks one of several.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from clerk_tui.store import projections as p
from clerk_tui.store.queries import END


def bearing(db: sqlite3.Connection, reference: str) -> list[str]:
    """The identities of the cases with this reference (its one written form), in their order."""
    return sorted(case_id for _key, case_id in _bearers(db, [p.bare(reference)]))


def borne_twice(db: sqlite3.Connection, references: Iterable[str]) -> frozenset[str]:
    """Those of these references that more than one case has."""
    keys = {p.bare(reference): reference for reference in references}
    seen: set[str] = set()
    twice: set[str] = set()
    for key, _case_id in _bearers(db, list(keys)):
        (twice if key in seen else seen).add(key)
    return frozenset(keys[key] for key in twice)


def beginning(db: sqlite3.Connection, begun: str, limit: int) -> list[str]:
    """The identities of the cases whose identity begins so, in their order."""
    found = db.execute(
        """SELECT case_id FROM case_view WHERE case_id >= :begun AND case_id < :end
        UNION SELECT case_id FROM shared_case WHERE case_id >= :begun AND case_id < :end
        ORDER BY case_id LIMIT :limit""",
        {"begun": begun, "end": begun + END, "limit": limit},
    )
    return [row[0] for row in found]


def _bearers(db: sqlite3.Connection, keys: Sequence[str]) -> set[tuple[str, str]]:
    marks = ",".join("?" * len(keys))
    own = db.execute(
        f"""SELECT find.key, case_view.case_id FROM case_find AS find
        JOIN case_view ON case_view.case_seq = find.case_seq WHERE find.kind = ? AND find.key IN ({marks})""",  # noqa: S608
        (p.REFERENCE, *keys),
    ).fetchall()
    told = db.execute(
        f"SELECT key, case_id FROM shared_find WHERE kind = ? AND key IN ({marks})",  # noqa: S608
        (p.REFERENCE, *keys),
    )
    return {*own, *told}
