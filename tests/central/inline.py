"""Running a coroutine that never suspends, as all of the SQLite store's are."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, TypeVar

from central.store import Db

Result = TypeVar("Result")


def inline(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """What the coroutine returns; it is driven to its end without an event loop."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        result: Result = done.value
        return result
    coroutine.close()
    raise AssertionError("it waits for something")


async def counts(db: Db) -> dict[str, int]:
    """How many facts (by status) and cases are stored."""
    told = {row[0]: int(row[1]) for row in await db.rows("SELECT status, count(*) FROM event GROUP BY status")}
    row = await db.row("SELECT count(*) FROM case_")
    return {**told, "cases": int(row[0]) if row else 0}
