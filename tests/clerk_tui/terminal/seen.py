"""What a screen says by its colours: which line of a list is chosen."""

from __future__ import annotations

from clerk_tui.widgets.cells import width
from tests.terminal import Terminal, key_bytes


def ground(terminal: Terminal, words: str) -> str:
    """The colour on which these words stand; empty while they do not."""
    row, line = next(((row, line) for row, line in enumerate(terminal.lines()) if words in line), (0, ""))
    return str(terminal._screen.buffer[row][width(line[: line.index(words)])].bg) if line else ""


def moves(terminal: Terminal, key: str, first: str, to: str) -> None:
    """The key takes the choice from the line ``first`` to the line ``to``."""

    def grounds() -> tuple[str, str]:
        return ground(terminal, first), ground(terminal, to)

    terminal.wait_until(lambda: all(grounds()) and len({*grounds()}) == 2, f"one of {first} and {to} is chosen")
    terminal.settle()
    chosen, plain = grounds()
    terminal.send(key_bytes(key))
    terminal.wait_until(lambda: grounds() == (plain, chosen), f"{key}: {to}")
