"""Named points at which a test ends or interrupts the program; in production a call that does nothing.

Only a test sets the hook, in its own process: no setting, no variable and no argument reaches it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal, TypeAlias, get_args

Point: TypeAlias = Literal[
    "commit.before",
    "commit.after",
    "print.before",
    "print.after",
    "send.before",
    "send.after",
    "ack.before",
    "ack.after",
    "cursor.before",
    "cursor.after",
    "migrate.before",
    "migrate.after",
]
"""Where: before and after a commit of the journal's database, the bytes of a print, a push, keeping a receipt, keeping
a page of the feed with its cursor, and each migration."""
POINTS: tuple[Point, ...] = get_args(Point)

_hook: Callable[[Point], None] | None = None


def point(name: Point) -> None:
    """Pass a named point."""
    if _hook is not None:
        _hook(name)


@contextmanager
def watched(hook: Callable[[Point], None]) -> Iterator[None]:
    """Call ``hook`` at every point that is passed, in any thread; what it raises comes out of the program there."""
    global _hook
    before, _hook = _hook, hook
    try:
        yield
    finally:
        _hook = before
