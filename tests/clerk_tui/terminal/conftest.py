"""The counter as a process of its own, in a real pty."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from clerk_tui.clock import SystemClock
from clerk_tui.config import load_config
from clerk_tui.services.workspace import Workspace, open_workspace
from tests.clerk_tui.terminal.pressed import MARK, pairs_of
from tests.terminal import Terminal, key_bytes

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
        self,
        *,
        catalogue: Path = ROOT / "catalogue",
        store: str = "clerk.db",
        limits: str = "",
        places: str = "",
        more: str = "",
    ) -> None:
        """Write the settings; ``limits`` are lines of the store's, ``places`` of the printing's."""
        self.config_file.write_text(
            f'[catalogue]\npath = "{catalogue}"\n[store]\npath = "{store}"\n{limits}[print]\ntarget = "dir:papers"\n'
            f"{places}[centre]\nenabled = false\n{more}",
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


def found(terminal: Terminal) -> None:
    """What ``hkqy`` finds is there: an Enter in the same breath would be taken for a scanner's."""
    # Both words stand among the hints of an empty search line too.
    terminal.wait_until(lambda: any("取事项" in line and "hkqy" in line for line in terminal.lines()), "the word")
    terminal.wait_gone(READY)
    terminal.wait_for("户口迁移")
    terminal.settle()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with ExitStack() as stack:
        yield House(tmp_path, stack)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """A test that says which keys it presses has sent each of them by itself when it passes."""
    told = {pair for mark in item.iter_markers(MARK) for pair in pairs_of(mark)}
    if not told:
        return (yield)
    sent: set[bytes] = set()
    send = Terminal.send

    def heard(self: Terminal, data: bytes) -> float:
        sent.add(data)
        return send(self, data)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Terminal, "send", heard)
        result = yield
    unsent = sorted(f"{group} {key}" for group, key in told if key_bytes(key) not in sent)
    assert not unsent, f"the test says that it presses {unsent}"
    return result
