"""What a screen says by its colours: which line of a list is chosen."""

from __future__ import annotations

from clerk_tui.widgets.cells import width
from tests.terminal import Terminal, key_bytes


def ground(terminal: Terminal, words: str) -> str:
    """The colour on which these words stand."""
    row, line = next((row, line) for row, line in enumerate(terminal.lines()) if words in line)
    return str(terminal._screen.buffer[row][width(line[: line.index(words)])].bg)


def moves(terminal: Terminal, key: str, first: str, to: str) -> None:
    """The key takes the choice from the line ``first`` to the line ``to``."""
    chosen, plain = ground(terminal, first), ground(terminal, to)
    assert chosen != plain, f"one of the two is chosen\n{terminal.text()}"
    terminal.send(key_bytes(key))
    terminal.wait_until(lambda: (ground(terminal, first), ground(terminal, to)) == (plain, chosen), f"{key}: {to}")
