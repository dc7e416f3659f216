"""What a migration's step runs its statements on."""

from __future__ import annotations

from typing import Protocol


class Runs(Protocol):
    """All that a step needs: sqlite-utils and a plain connection both have it."""

    def execute(self, sql: str, /) -> object:
        """Run one statement."""
