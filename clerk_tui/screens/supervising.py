"""What the screens ask of whoever keeps the sync process running (``clerk_tui.sync.supervisor``)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

Report = Callable[[object], None]
"""What a supervisor calls, from any thread, whenever something was sent, received, refused or lost."""


class Supervisor(Protocol):
    """Begins and ends with the screens; what it does not send stays in the journal."""

    def start(self) -> object:
        """Begin; returns at once."""

    def wish(self, word: str = "new") -> object:
        """Say that facts were committed (``new``) or that somebody wants it tried ``now``."""

    def stop(self) -> object:
        """End the process; what is unsent stays in the journal."""
