"""kill -9 in mid-work: what was said to be saved is there, what was not said may be, and never half of it."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from clerk_tui.services import cases
from clerk_tui.services.workspace import open_workspace
from tests.clerk_tui.conftest import ROOT, FixedClock
from tests.reliability.figures import record

KILLS = 8


def run_and_kill(folder: Path, cache: Path, rng: random.Random) -> list[list[str]]:
    """Start the busy counter, kill it some time after it began to work; what it had acknowledged by then."""
    command = [sys.executable, "-m", "tests.clerk_tui.store.busy_counter", str(folder), str(cache)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        until = time.monotonic() + rng.uniform(0, 0.03)
        while time.monotonic() < until:
            pass
        process.send_signal(signal.SIGKILL)
        lines = [first, *process.stdout.read().splitlines(keepends=True)]
    # A line without its end was cut by the kill, in the pipe, not in the journal.
    return [line.split() for line in lines if line.endswith("\n")]


def kill_and_look(folder: Path, cache: Path, seed: int, kills: int) -> None:
    rng = random.Random(seed)
    states: dict[str, str] = {}
    from clerk_tui.config import CatalogueSection, Config, StoreSection

    config = Config(
        catalogue=CatalogueSection(path=str(ROOT / "catalogue")), store=StoreSection(path=str(folder / "clerk.db"))
    )
    for _ in range(kills):
        acknowledged = run_and_kill(folder, cache, rng)
        assert acknowledged
        with closing(open_workspace(config, FixedClock(), cache_dir=cache)) as ws:
            verified = ws.journal.verify()
            assert ws.journal.check() == []
            for reference, seq, digest, state in acknowledged:
                fact = ws.journal.sealed(int(seq))
                assert fact is not None and fact.hash.hex() == digest, "an acknowledged fact is gone"
                assert (reference, state) not in states.items(), "a number was given twice"
                states[reference] = state
            for reference, state in states.items():
                kept = cases.load(ws, reference)
                assert kept.state in (state, "accepted")
                assert kept.papers, "an action is kept whole"
            numbers = ws.journal.read().execute("SELECT count(*), max(value) FROM case_view, counter").fetchone()
            assert numbers[0] == numbers[1], "numbers and cases go together"
            assert verified.facts == ws.journal.rebuild()


def test_nothing_acknowledged_is_lost_when_the_process_is_killed(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    kill_and_look(tmp_path, tmp_path_factory.getbasetemp() / "catalogue-cache", 1, KILLS)


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(10))
def test_nothing_is_lost_however_often_it_is_killed(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    kill_and_look(tmp_path, tmp_path_factory.getbasetemp() / "catalogue-cache", 100 + seed, 100)
    record("R2", "kill -9 of the real process, started anew each time", kills=100, losses=0)
