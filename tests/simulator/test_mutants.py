"""Each rule of the protocol is there because runs fail without it: switched off, some seed must say so."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.reliability.disk import needed
from tests.reliability.figures import record
from tests.simulator.mutants import MUTANTS
from tests.simulator.runs import run_many

CASES = [
    pytest.param(mutant, id=mutant.__name__, marks=[needed] if "sync" in mutant.__name__ else []) for mutant in MUTANTS
]
WITHIN = 150
"""Seeds in which a missing rule has to be noticed."""


@pytest.mark.parametrize("mutant", CASES)
def test_a_missing_rule_is_noticed(mutant: Callable[[pytest.MonkeyPatch], None], monkeypatch) -> None:
    mutant(monkeypatch)
    outcome = run_many(range(WITHIN), stop_at=1)
    assert outcome.wrong, f"{mutant.__doc__} Nobody noticed in {outcome.runs} runs."


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("mutant", CASES)
def test_how_many_runs_fail_without_a_rule(mutant: Callable[[pytest.MonkeyPatch], None], monkeypatch) -> None:
    mutant(monkeypatch)
    outcome = run_many(range(WITHIN))
    record("R5", f"a rule switched off: {mutant.__doc__}", runs=outcome.runs, failing=len(outcome.wrong))
    assert outcome.wrong
