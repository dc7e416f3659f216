"""A credit record through commands: kept with the case, and an earlier broken promise told."""

from __future__ import annotations

from pathlib import Path

import time_machine

from tests.clerk_tui.cli.conftest import Clerk, saved
from tests.clerk_tui.walkins import HARD, SOFT, as_json

MONDAY, LATER = "2026-11-02T02:00:00+00:00", "2026-11-16T02:00:00+00:00"
PRESENT = dict.fromkeys((*HARD, *SOFT), "present")


def promising(until: str) -> dict[str, object]:
    return as_json(materials={**PRESENT, "safety_manager": {"state": "promised", "until": until}})


def test_an_earlier_broken_promise_is_told_and_bars_nothing(clerk: Clerk, tmp_path: Path) -> None:
    with time_machine.travel(MONDAY):
        first = clerk("intake", saved(tmp_path, promising("2026-11-06")), "--json")
        assert (first.json["outcome"], "good_credit" in first.err) == ("tolerated", False)
    with time_machine.travel(LATER):
        reference = first.json["reference"]
        assert clerk("proceed", reference, saved(tmp_path, {"action": "terminate"}), "--json").code == 0
        again = clerk("intake", saved(tmp_path, promising("2026-11-20")), "--json")
        assert again.json["outcome"] == "tolerated"
        assert f"good_credit 该申请人的办件{reference}没有按承诺补齐材料就终结了" in again.err
        barred = clerk("intake", saved(tmp_path, promising("2026-11-20") | {"good_credit": False}), "--json")
        assert barred.json["outcome"] == "noticed"


def test_what_was_said_at_the_receipt_holds_unless_the_supplement_says_otherwise(clerk: Clerk, tmp_path: Path) -> None:
    lacking = as_json(materials={**PRESENT, "safety_manager": "missing"}, good_credit=False)
    promise = {"materials": {"safety_manager": {"state": "promised", "until": "2026-11-06"}}, "outcome": "tolerated"}
    with time_machine.travel(MONDAY):
        reference = clerk("intake", saved(tmp_path, lacking), "--receive", "--json").json["reference"]
        assert clerk("case", reference, "--json").json["good_credit"] is False
        assert clerk("supplement", reference, saved(tmp_path, promise), "--json").error["code"] == "unlawful_outcome"
        put_right = clerk(
            "supplement",
            reference,
            saved(tmp_path, promise | {"good_credit": True, "correction_reason": "查错了人"}),
            "--json",
        )
        assert put_right.json["outcome"] == "tolerated"
        assert clerk("case", reference, "--json").json["good_credit"] is True
