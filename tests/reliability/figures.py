"""Figures of the longer runs: printed where they are made, and written into ``docs/reliability.md`` by ``make soak``.

A run calls ``record``. When the variable ``RELIABILITY_FIGURES`` names a file, the figure is added to it;
``python -m tests.reliability.figures FILE`` puts what is there into the table of the page. A line of the table that no
run has touched stays as it was, with its date.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import sqlite3
import sys
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"
VARIABLE = "RELIABILITY_FIGURES"
BEGIN, END = "<!-- figures: written by make soak -->", "<!-- end of the figures -->"
HEAD = "| proof | what was run | what came of it | on |\n|---|---|---|---|\n"


def record(proof: str, what: str, result: str) -> None:
    """A figure of a longer run: the proof's name in sync.md (``R1``), what was run, what came of it."""
    print(f"{proof}: {what}: {result}")
    if path := os.environ.get(VARIABLE):
        line = json.dumps({"proof": proof, "what": what, "result": result}, ensure_ascii=False)
        # One write a line: two workers of a run share the file.
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(line + "\n")


def merged(page: str, lines: list[str], on: str) -> str:
    """The page with these figures in its table, beside those that were there."""
    before, rest = page.split(BEGIN)
    table, after = rest.split(END)
    rows = [line for line in table.splitlines() if line.startswith(("| R", "| M"))]
    kept = {tuple(cell.strip() for cell in row.strip("|").split("|")[:2]): row for row in rows}
    for line in lines:
        figure = json.loads(line)
        row = (figure["proof"], figure["what"])
        kept[row] = f"| {figure['proof']} | {figure['what']} | {figure['result']} | {on} |"
    ordered = sorted(kept.items(), key=lambda item: (item[0][0][0], int(item[0][0][1:] or 0), item[0][1]))
    return f"{before}{BEGIN}\n{HEAD}" + "".join(f"{row}\n" for _, row in ordered) + END + after


def main() -> None:
    """Put a run's figures into the page and say where they were made."""
    lines = Path(sys.argv[1]).read_text("utf-8").splitlines()
    on = f"{dt.date.today():%Y-%m-%d}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    PAGE.write_text(merged(PAGE.read_text("utf-8"), lines, on), "utf-8")
    print(f"{len(lines)} figures are in {PAGE.relative_to(PAGE.parents[1])}")


if __name__ == "__main__":
    main()
