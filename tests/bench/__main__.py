"""``python -m tests.bench [--quick] [--only WORD] [--json FILE]``: every figure beside its yardstick, in one table.

The yardstick's keys and ours take turns in blocks, so that whatever else the machine does hits both; a figure is the
median of its blocks. Databases and catalogues are kept in the temporary folder and made again when the code changes.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench import backlog, board, day, feel, inside, papers, queue, sending, standing, station
from tests.bench.measure import Figure, percentile, table
from tests.bench.world import World, make_world
from tests.terminal import Terminal

CASES, MATTERS = 100_000, 5_000


@dataclass
class Bench:
    """One run: how much of it, and what is made once and shared."""

    quick: bool = False
    worlds: list[World] = field(default_factory=list)
    hellos: list[feel.Samples] = field(default_factory=list)

    @property
    def blocks(self) -> int:
        return 2 if self.quick else 5

    @property
    def keys(self) -> int:
        return 24 if self.quick else 40

    def world(self, cases: int, *, centre: str = "") -> World:
        """A fresh world; it is removed when the run ends."""
        world = make_world(cases, MATTERS, centre=centre)
        self.worlds.append(world)
        world.open().close()  # compiles the catalogue, as set-up does
        return world

    def clear(self) -> None:
        """Remove what was made for this run."""
        for world in self.worlds:
            shutil.rmtree(world.folder, ignore_errors=True)


@dataclass
class Typed:
    """Blocks of keys, ours and the yardstick's in turns."""

    ours: list[feel.Samples]
    yard: list[feel.Samples]

    def figure(self, what: str, aim: float = 0.0, ratio: float = 0.0, percent: float = 95) -> Figure:
        """The median of the blocks' percentile."""
        value, yard = (statistics.median(s.p(percent) for s in side) for side in (self.ours, self.yard))
        lost = sum(s.unanswered for s in self.ours)
        pooled = [ms for s in self.ours for ms in s.last]
        note = f"p50 {percentile(pooled, 50):.1f}, worst {max(pooled):.0f} ms of {len(pooled)} keys"
        if lost:
            note += f"; {lost} keys painted nothing"
        return Figure(f"{what}, p{percent:g}", value, "ms", yard, "hello", aim, ratio, note)


def typed(bench: Bench, hello: Terminal, ours: Terminal, keys: Callable[[int], Iterator[str]], every: float) -> Typed:
    """Keys into both, block by block."""
    done = Typed([], [])
    stream = keys(1 << 30)
    letters = iter("abcdefghij" * 100_000)
    for _ in range(bench.blocks):
        done.yard.append(feel.type_keys(hello, (next(letters) for _ in range(bench.keys)), every=every))
        done.ours.append(feel.type_keys(ours, (next(stream) for _ in range(bench.keys)), every=every))
    return done


def start(bench: Bench) -> Iterator[Figure]:
    """Start to the first screen that takes a key."""
    world = bench.world(CASES)
    rounds = 3 if bench.quick else 7
    both = [(feel.hello_start(), feel.counter_start(world)) for _ in range(rounds)]
    value, yard = (statistics.median(pair[side] for pair in both) * 1e3 for side in (1, 0))
    yield Figure(
        f"start to first screen, {MATTERS:,} matters, {CASES:,} cases", value, "ms", yard, "hello", aim_ratio=1.4
    )


def keys(bench: Bench) -> Iterator[Figure]:
    """Keys in the form, the checklist and the search, nothing sent; memory after it."""
    world = bench.world(CASES)
    with feel.hello() as hello:
        idle = _form_search(bench, hello, world)
        yield from idle.values()
        with feel.counter(world) as terminal:
            bursts = Typed([], [])
            for text in feel.BURSTS[: bench.blocks]:
                bursts.yard.append(feel.burst(hello, text, clear="ctrl+u"))
                bursts.ours.append(feel.burst(terminal, text, clear="f2"))
            yield bursts.figure("key in a scanner's burst (every 15 ms), searching", 30)
        with feel.intake(world) as terminal:
            feel.answer_all(terminal)
            feel.to_field(terminal)
            scans = [feel.scan_over(terminal, feel.SCANNED) for _ in range(5 if bench.quick else 20)]
            note = "from the scanner's Enter to the last byte of the dialog that shows the code"
            yield Figure("a code scanned over the form, p95", percentile(scans, 95), "ms", note=note)


def _form_search(bench: Bench, hello: Terminal, world: World, suffix: str = "") -> dict[str, Figure]:
    figures: dict[str, Figure] = {}
    with feel.intake(world) as terminal:
        feel.answer_all(terminal)
        figures["answer"] = typed(bench, hello, terminal, feel.form_keys, feel.EVERY_S).figure(
            f"key in the form: an answer turns checklist and verdict{suffix}", 12, 2.5
        )
        feel.to_field(terminal)
        figures["field"] = typed(bench, hello, terminal, feel.field_keys, feel.EVERY_S).figure(
            f"key in the form: a number checked as it is typed{suffix}", 12, 2.5
        )
        feel.to_materials(terminal)
        figures["tick"] = typed(bench, hello, terminal, feel.tick_keys, feel.EVERY_S).figure(
            f"key in the checklist: a tick turns the verdict{suffix}", 12, 2.5
        )
        figures["memory"] = Figure(
            f"resident memory of the counter{suffix}", terminal.resident_mb(), "MB", hello.resident_mb(), "hello", 80
        )
    with feel.counter(world) as terminal:
        figures["search"] = typed(bench, hello, terminal, feel.search_keys, feel.EVERY_S).figure(
            f"key while searching {MATTERS:,} matters{suffix}", 20
        )
    return figures


def sent(bench: Bench) -> Iterator[Figure]:
    """The same keys while the journal goes to a real centre beside."""
    folder = Path(tempfile.mkdtemp(prefix="clerk-bench-centre-"))
    world = bench.world(CASES)
    try:
        with feel.hello() as hello, sending.centre(folder) as centre:
            idle = _form_search(bench, hello, world)
            sending.enrol(world, centre)
            before = sending.unsent(world)
            busy = _form_search(bench, hello, world, " while sending")
            left = sending.unsent(world)
            for name in ("answer", "field", "tick", "search"):
                quiet, loud = idle[name], busy[name]
                note = f"{loud.note}; {before - left:,} facts were sent meanwhile, {left:,} left"
                yield Figure(loud.what, loud.value, "ms", quiet.value, "idle", aim_ratio=1.5, note=note)
            yield busy["memory"]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sync(bench: Bench) -> Iterator[Figure]:
    """Records from counters to the centre and back."""
    folder = Path(tempfile.mkdtemp(prefix="clerk-bench-centre-"))
    try:
        yield from backlog.run(folder, bench.quick)
        with sending.centre(folder / "beside") as centre:
            rate = sending.rate(bench.world(3_334), centre)
            yield Figure("facts that a real counter sends a second, alone, to SQLite", rate, "facts/s")
        yield from standing.run(folder, bench.quick)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def parts(bench: Bench) -> Iterator[Figure]:
    """What the parts cost in this process."""
    world = bench.world(CASES)
    workspace = world.open()
    rounds = 2 if bench.quick else 10
    searches = inside.search_ms(workspace, rounds)
    yield Figure(
        f"search alone, {MATTERS:,} matters, p99", percentile(searches, 99), "ms", aim=5,
        note=f"p50 {percentile(searches, 50):.2f} ms of {len(searches)}",
    )  # fmt: skip
    previews = inside.preview_ms(workspace, 200 * rounds)
    yield Figure("preview() of the largest matter, p95", percentile(previews, 95), "ms", aim=1)
    took = inside.commit_ms(workspace, 40 * rounds)
    note = f"{sum(took.shape)} rows in {len(took.shape)} tables, as much in the bare one"
    for what, ours in (
        ("commit of an acceptance: journal, projections, witness", took.alone),
        ("the whole submission: verdict, texts, the paper's code, that commit", took.whole),
    ):
        for share in (50, 95):
            yield Figure(
                f"{what}, p{share}", percentile(ours, share), "ms", percentile(took.bare, share), "bare fsynced commit",
                aim_ratio=2.5 if share == 50 else 0, note=note,
            )  # fmt: skip
    made = list(inside.paper_ms(workspace, 4 + rounds))
    yield Figure("first paper", made[0], "ms")
    yield Figure("a paper, warm", statistics.median(made[1:]), "ms")
    workspace.close()


PARTS: dict[str, Callable[[Bench], Iterator[Figure]]] = {
    "parts": parts,
    "start": start,
    "keys": keys,
    "sending": sent,
    "sync": sync,
    "papers": lambda bench: iter(papers.run(bench.quick)),
    "queue": lambda bench: queue.run(bench.quick),
    "station": lambda bench: station.run(bench.quick),
    "day": lambda bench: day.run(bench.quick),
    "board": lambda bench: board.run(bench.quick),
}


def main(argv: list[str] | None = None) -> int:
    """Measure, print, and end with 0 whether or not the aims are met: what is missed stands in the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", metavar="NAME", action="append", choices=PARTS, help="one of " + ", ".join(PARTS))
    parser.add_argument("--quick", action="store_true", help="fewer samples: a look, not a measurement")
    parser.add_argument("--json", metavar="FILE", type=Path, help="the figures as JSON too")
    options = parser.parse_args(argv)
    bench = Bench(quick=options.quick)
    figures: list[Figure] = []
    try:
        for name in options.only or PARTS:
            print(f"measuring: {name}", file=sys.stderr, flush=True)
            figures += PARTS[name](bench)
    finally:
        bench.clear()
    where = f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, 120x40"
    print(f"{where}\n\n{table(figures)}")
    if options.json:
        report = {"machine": where, "quick": options.quick, "figures": [figure.as_dict() for figure in figures]}
        options.json.write_text(json.dumps(report, ensure_ascii=False, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
