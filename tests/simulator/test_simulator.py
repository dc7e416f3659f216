"""Whatever happens between counters and centre: nothing acknowledged is lost, nothing is there twice, no queue sticks.

A failing seed says how to see it again.
"""

from __future__ import annotations

import pytest

from tests.reliability.figures import record
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


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("part", range(1, 21))
def test_nothing_is_lost_doubled_or_stuck_in_twenty_thousand_runs(part: int) -> None:
    outcome = run_many(range(part * 1_000, (part + 1) * 1_000))
    events = outcome.events
    told = {
        "runs": outcome.runs,
        "failing": len(outcome.wrong),
        "requests": events["requests"],
        "late_requests": events["late requests"],
        "kills_and_power_cuts": sum(times for what, times in events.items() if what.startswith("died at")),
        "restores_of_the_centre": events["centre_restore"],
        "old_images": events["an old image was refused"],
    }
    record("R5", "simulator, all rules on", **told)
    check(outcome)
