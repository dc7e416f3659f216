"""Pictures made of blocks: columns for what changes through the day, a bar for parts of a whole.

Every picture stands beside its numbers: nothing is told by a colour or a height alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from clerk_tui.widgets.painted import Span

_EIGHTHS: Final = " ▁▂▃▄▅▆▇█"


def columns(values: Sequence[float], height: int, *, wide: int = 1, most: float = 0.0) -> list[str]:
    """A column for each value, ``wide`` cells and at most ``height`` lines, the uppermost line first.

    The highest is full; ``most`` makes something else the full height. What is not nothing is at least a line thick.
    """
    full = max(most, *values, 1e-9) if values else 1.0
    eighths = [max(round(value / full * height * 8), 1 if value > 0 else 0) for value in values]
    lines = []
    for row in range(height - 1, -1, -1):
        lines.append("".join(_EIGHTHS[max(0, min(8, each - row * 8))] * wide for each in eighths))
    return lines


def spark(values: Sequence[float]) -> str:
    """One line of columns."""
    return columns(values, 1)[0] if values else ""


def parts(shares: Sequence[tuple[float, str]], cells: int) -> tuple[Span, ...]:
    """A bar of ``cells`` divided as ``shares`` (amount, ink) are: what is not nothing is seen."""
    whole = sum(max(0.0, amount) for amount, _ in shares)
    if whole <= 0:
        return (("─" * cells, "off"),)
    some = [(amount, ink) for amount, ink in shares if amount > 0]
    widths = [max(1, int(amount / whole * cells)) for amount, _ in some]
    while sum(widths) != cells:
        more = sum(widths) < cells
        wanted = [amount / whole * cells - width for (amount, _), width in zip(some, widths, strict=True)]
        if not more and max(widths) == 1:
            break
        order = sorted(range(len(some)), key=lambda at: wanted[at] if more else -wanted[at] if widths[at] > 1 else -1e9)
        widths[order[-1]] += 1 if more else -1
    return tuple(("█" * width, ink) for (_, ink), width in zip(some, widths, strict=True))
