"""Figures of the longer runs: printed where they are made, and written into ``docs/reliability.md`` by ``make soak``.

A run calls ``record``, as often as it has parts: their counts are added up. When the variable ``RELIABILITY_FIGURES``
names a file, each call adds a line to it; ``python -m tests.reliability.figures FILE`` puts the sums into the table of
the page. A line of the table that no run has touched stays as it was, with its date.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import sqlite3
import sys
from collections import Counter, defaultdict
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"
VARIABLE = "RELIABILITY_FIGURES"
BEGIN, END = "<!-- figures: written by make soak -->", "<!-- end of the figures -->"
HEAD = "| proof | what was run | what came of it | on |\n|---|---|---|---|\n"


def record(proof: str, what: str, **counts: int) -> None:
    """Figures of a longer run: the proof's name in sync.md (``R1``) or a word, what was run, counts by their names."""
    print(f"{proof}: {what}: {_told(counts)}")
    if path := os.environ.get(VARIABLE):
        line = json.dumps({"proof": proof, "what": what, "counts": counts}, ensure_ascii=False)
        # One write a line: two workers of a run share the file.
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(line + "\n")


def _told(counts: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items())


def merged(page: str, lines: list[str], on: str) -> str:
    """The page with these figures in its table, beside those that were there."""
    before, rest = page.split(BEGIN)
    table, after = rest.split(END)
    rows = {
        tuple(cell.strip() for cell in row.strip("|").split("|")[:2]): row
        for row in table.splitlines()
        if row.startswith("| ") and row not in HEAD.splitlines()
    }
    sums: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for line in lines:
        figure = json.loads(line)
        # Not ``+=``: what was counted and is none has to be said.
        sums[figure["proof"], figure["what"]].update(figure["counts"])
    for (proof, what), counts in sums.items():
        rows[proof, what] = f"| {proof} | {what} | {_told(counts)} | {on} |"
    ordered = sorted(rows.items(), key=lambda item: _place(*item[0]))
    return f"{before}{BEGIN}\n{HEAD}" + "".join(f"{row}\n" for _, row in ordered) + END + after


def _place(proof: str, what: str) -> tuple[float, str, str]:
    """The protocol's proofs by their numbers, then those that have none."""
    number = proof.removeprefix("R")
    return float(number) if number.isdigit() else float("inf"), proof, what


def main() -> None:
    """Put a run's figures into the page and say where they were made."""
    lines = Path(sys.argv[1]).read_text("utf-8").splitlines()
    on = f"{dt.date.today():%Y-%m-%d}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    PAGE.write_text(merged(PAGE.read_text("utf-8"), lines, on), "utf-8")
    print(f"{len(lines)} figures are in {PAGE.relative_to(PAGE.parents[1])}")


if __name__ == "__main__":
    main()
