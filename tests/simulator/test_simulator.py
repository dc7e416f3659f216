"""Whatever happens between counters and centre: nothing acknowledged is lost, nothing is there twice, no queue sticks.

A failing seed says how to see it again.
"""

from __future__ import annotations

import pytest

from tests.simulator.runs import Outcome, run_many

SEEDS, EACH = 1_000, 100


def check(outcome: Outcome, *needed: str) -> None:
    """All runs were good, and what they were to endure did happen in them."""
    assert not outcome.wrong, outcome.story()
    for what in needed:
        assert outcome.events[what], f"no run had: {what}"


@pytest.mark.parametrize("first", range(0, SEEDS, EACH))
def test_nothing_is_lost_doubled_or_stuck(first: int) -> None:
    check(run_many(range(first, first + EACH)), "late requests", "portal", "centre_restore", "kill", "power_cut")


def test_a_run_is_the_same_every_time() -> None:
    assert run_many([7]).events == run_many([7]).events
