"""What a hall's growth must not slow down goes by an index, also before the server has gathered statistics."""

from __future__ import annotations

from central.store import Db, facts
from tests.central.counter import OFFICE
from tests.central.hub import Hub

REFERENCES = [f"SL01-A1-{nth:05}-X" for nth in range(40)]
"""As many new cases as one push brings."""


def test_whether_a_number_is_taken_is_looked_up_by_the_number(hub: Hub) -> None:
    explain = "EXPLAIN QUERY PLAN " if hub.engine == "sqlite" else "EXPLAIN "

    async def plan(db: Db) -> str:
        rows = await db.rows(explain + facts.NUMBERED, OFFICE, REFERENCES)
        return "\n".join(str(row[-1]) for row in rows)

    told = hub.read(plan)
    assert "case_by_reference" in told and "case_by_change" not in told, told
