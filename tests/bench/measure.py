"""A figure and its yardstick, and the table they are told in."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One line of the table. Values in ``unit``; ``yard`` is the yardstick taken in the same run (0: none).

    ``aim`` bounds the value and ``aim_ratio`` the ratio; without either the figure is information.
    """

    what: str
    value: float
    unit: str
    yard: float = 0.0
    against: str = ""
    aim: float = 0.0
    aim_ratio: float = 0.0
    note: str = ""

    @property
    def ratio(self) -> float:
        return self.value / self.yard if self.yard else 0.0

    @property
    def met(self) -> bool | None:
        """Whether the aim is met; ``None`` without an aim."""
        if not self.aim and not self.aim_ratio:
            return None
        return (not self.aim or self.value <= self.aim) and (not self.aim_ratio or self.ratio <= self.aim_ratio)

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return {**asdict(self), "ratio": round(self.ratio, 3), "met": self.met}


def percentile(samples: Sequence[float], percent: float) -> float:
    """The value that ``percent`` of the samples do not exceed (nearest rank)."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, max(0, round(percent / 100 * len(ordered) + 0.5) - 1))]


def timed(work: Callable[[], object]) -> float:
    """Seconds that one call takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def table(figures: Sequence[Figure]) -> str:
    """The figures as aligned columns; Chinese nowhere, so cells are characters."""
    heads = ("what", "measured", "yardstick", "ratio", "aim", "")
    rows = [heads, *(_row(figure) for figure in figures)]
    sizes = [max(len(row[place]) for row in rows) for place in range(len(heads))]
    lines = ["  ".join(cell.ljust(size) for cell, size in zip(row, sizes, strict=True)).rstrip() for row in rows]
    lines.insert(1, "  ".join("-" * size for size in sizes).rstrip())
    notes = [f"  {figure.what}: {figure.note}" for figure in figures if figure.note]
    return "\n".join([*lines, *(["", *notes] if notes else [])])


def _row(figure: Figure) -> tuple[str, ...]:
    aims = []
    if figure.aim:
        aims.append(f"<= {figure.aim:g} {figure.unit}")
    if figure.aim_ratio:
        aims.append(f"<= {figure.aim_ratio:g}x")
    verdict = {None: "", True: "met", False: "MISSED"}[figure.met]
    yard = f"{_number(figure.yard)} {figure.unit} {figure.against}" if figure.yard else ""
    ratio = f"{figure.ratio:.2f}x" if figure.yard else ""
    return figure.what, f"{_number(figure.value)} {figure.unit}", yard, ratio, ", ".join(aims), verdict


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
