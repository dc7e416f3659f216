"""The counter as a process of its own, in a real pty."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from clerk_tui.clock import SystemClock
from clerk_tui.config import load_config
from clerk_tui.services.workspace import Workspace, open_workspace
from tests.terminal import Terminal

ROOT = Path(__file__).resolve().parents[3]
CLERK = [sys.executable, "-m", "clerk_tui"]
READY = "例如"
LEFT = "未办完"
"""What stands in the search instead when an earlier run was ended in the middle of a walk-in."""


class House:
    """A hall in a folder: settings, database, papers; and the counter that opens on it."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder = folder
        self._stack = stack
        self.config_file = folder / "config.toml"
        self.configure()

    def configure(
        self, *, catalogue: Path = ROOT / "catalogue", store: str = "clerk.db", limits: str = "", more: str = ""
    ) -> None:
        """Write the settings."""
        self.config_file.write_text(
            f'[catalogue]\npath = "{catalogue}"\n[store]\npath = "{store}"\n{limits}[print]\ntarget = "dir:papers"\n'
            f"[centre]\nenabled = false\n{more}",
            encoding="utf-8",
        )

    def open(self) -> Workspace:
        """The workspace, in this process."""
        config = load_config(self.config_file)
        return open_workspace(config, SystemClock(config.timezone))

    @property
    def env(self) -> dict[str, str]:
        return {"CLERK_CONFIG": str(self.config_file), "PYTHONPATH": str(ROOT)}

    def run(self, command: list[str] | None = None, **settings: Any) -> Terminal:
        """The counter, just started."""
        return self._stack.enter_context(Terminal(command or [*CLERK, "run"], env=self.env, **settings))

    def counter(self, command: list[str] | None = None, **settings: Any) -> Terminal:
        """The counter, ready for the first key."""
        terminal = self.run(command, **settings)
        terminal.wait_until(lambda: any(terminal.shows(word) for word in (READY, LEFT)), "the search")
        terminal.settle()
        return terminal


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with ExitStack() as stack:
        yield House(tmp_path, stack)
