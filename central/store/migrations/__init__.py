"""Numbered migrations, never changed later: ``sqlite-001.sql`` on, ``postgres-003.sql`` on (which begins with all
that SQLite had by then). The same number brings the same tables in both."""

from __future__ import annotations

from importlib.resources import files
from typing import Literal

Engine = Literal["sqlite", "postgres"]


def migrations(engine: Engine) -> list[tuple[int, str]]:
    """Number and script of every migration of an engine, in order, without gaps."""
    found = sorted(
        (int(entry.name.removesuffix(".sql").rpartition("-")[2]), entry.read_text("utf-8"))
        for entry in files(__package__).iterdir()
        if entry.name.startswith(f"{engine}-") and entry.name.endswith(".sql")
    )
    first = found[0][0]
    assert [number for number, _ in found] == list(range(first, first + len(found)))
    return found
