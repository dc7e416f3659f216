"""Running a coroutine that never suspends, as all of the SQLite store's are."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, TypeVar

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
