"""R2: kill -9 at a random moment, ten thousand times (``tests/clerk_tui/store/test_killed.py`` starts Python anew each
time; here the counter is a fork, which is ready in a hundredth of the time)."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from pathlib import Path
from random import Random

import pytest

from tests.clerk_tui.store import busy_counter, test_killed
from tests.reliability.figures import record


def run_and_kill(folder: Path, cache: Path, rng: Random) -> list[list[str]]:
    """Let a counter work in a process of its own, kill it soon after it began; what it had acknowledged by then."""
    hear, say = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.dup2(say, 1)
            os.close(hear)
            sys.stdout = os.fdopen(1, "w")
            sys.argv[1:] = [str(folder), str(cache)]
            busy_counter.main()
        finally:
            os._exit(1)
    os.close(say)
    with os.fdopen(hear) as pipe:
        lines = [pipe.readline()]
        until = time.monotonic() + rng.uniform(0, 0.03)
        while time.monotonic() < until:
            pass
        os.kill(child, signal.SIGKILL)
        lines += pipe.readlines()
    os.waitpid(child, 0)
    return [line.split() for line in lines if line.endswith("\n")]


@pytest.fixture(autouse=True)
def forked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(test_killed, "run_and_kill", run_and_kill)


def test_a_killed_fork_has_kept_what_it_said(fast: Path, cache: Path) -> None:
    test_killed.kill_and_look(fast, cache, 11, 24)


def kill_often(fast: Path, cache: Path, seeds: range) -> None:
    """Fifty kills for each seed."""
    for seed in seeds:
        # A fresh journal for each: every look reads the whole of it.
        folder = fast / str(seed)
        folder.mkdir()
        test_killed.kill_and_look(folder, cache, seed, 50)
        shutil.rmtree(folder)


@pytest.mark.change
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("part", range(4))
def test_a_thousand_kills_lose_nothing(fast: Path, cache: Path, part: int) -> None:
    kill_often(fast, cache, range(100_000 + 5 * part, 100_005 + 5 * part))


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("part", range(10))
def test_ten_thousand_kills_lose_nothing(fast: Path, cache: Path, part: int) -> None:
    kill_often(fast, cache, range(1_000 * part, 1_000 * part + 20))
    record("R2", "kill -9 of a forked counter at a random moment", kills=1_000, losses=0)
