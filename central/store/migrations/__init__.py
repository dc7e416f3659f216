"""Numbered migrations, one list an engine: ``sqlite-001.sql``, ``postgres-001.sql`` and so on, never changed later."""

from __future__ import annotations

from importlib.resources import files
from typing import Literal

Engine = Literal["sqlite", "postgres"]


def migrations(engine: Engine) -> list[tuple[int, str]]:
    """Number and script of every migration of an engine, in order, without gaps from 1."""
    found = sorted(
        (int(entry.name.removesuffix(".sql").rpartition("-")[2]), entry.read_text("utf-8"))
        for entry in files(__package__).iterdir()
        if entry.name.startswith(f"{engine}-") and entry.name.endswith(".sql")
    )
    assert [number for number, _ in found] == list(range(1, len(found) + 1))
    return found
