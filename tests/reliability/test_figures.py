"""The page of figures: what a run made is in its table, summed over its parts; what no run touched stays."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.reliability.figures import BEGIN, END, PAGE, VARIABLE, merged, record


def test_parts_of_a_run_are_added_up_and_older_figures_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "figures"))
    record("R10", "replies", fuzzed=5, false_acks=0)
    record("R2", "kills", kills=100, losses=0)
    record("R2", "kills", kills=1_000, losses=2)
    record("queue", "claims", claims=3)
    page = f"before\n{BEGIN}\n| R1 | cuts | 7 cuts | then |\n| R2 | kills | 1 kills | then |\n{END}\nafter"
    told = merged(page, (tmp_path / "figures").read_text("utf-8").splitlines(), "today")
    rows = told.partition("|---|---|---|---|\n")[2].partition(END)[0].splitlines()
    assert rows == [
        "| R1 | cuts | 7 cuts | then |",
        "| R2 | kills | 1,100 kills, 2 losses | today |",
        "| R10 | replies | 5 fuzzed, 0 false acks | today |",
        "| queue | claims | 3 claims | today |",
    ]
    assert told.startswith("before\n") and told.endswith("after")
    assert merged(told, [], "later") == told


def test_the_page_has_its_place_for_figures() -> None:
    page = PAGE.read_text("utf-8")
    assert page.count(BEGIN) == page.count(END) == 1
    assert json.dumps(merged(page, [], "now"))
