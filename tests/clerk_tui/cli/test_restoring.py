"""What ``clerk restore`` says of what it sealed: a second history is whole, and nobody is told of damage."""

from __future__ import annotations

from pathlib import Path

import pytest

from clerk_tui.services import renewal
from clerk_tui.store.sealed_files import named
from tests.clerk_tui.cli.conftest import Clerk


def test_facts_of_a_second_history_are_not_called_those_of_a_damaged_journal(
    clerk: Clerk, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, parted = (named(home / name) for name in ("A1-01234567-7-9.sealed", "B1-89abcdef-1156-1162~01ab23cd.sealed"))
    assert read is not None and parted is not None
    done = renewal.Renewal(
        incarnation="C1", archived=(), cases=2, unproven=0, sealed=(read, parted), parted=(parted,), lost=()
    )
    monkeypatch.setattr(renewal, "renew", lambda *given, **named: done)
    told = clerk("restore", "--device-code", "C1", "--json").json["sealed"]
    assert [(each["first"], each["parted"]) for each in told] == [(7, False), (1156, True)]
    damaged, other = clerk("restore", "--device-code", "C1").out.splitlines()[1:]
    assert "账本受损" in damaged and "第 7 到 9 条" in damaged and damaged.count(str(read.path)) == 1
    assert "B1 有两份不同的账本" in other and "第 1156 到 1162 条" in other and str(parted.path) in other
    assert "受损" not in other and "导入" in other
    settings = home / "config.toml"
    settings.write_text('[screen]\nlanguage = "en"\n', encoding="utf-8")
    damaged, other = clerk("--config", settings, "restore", "--device-code", "C1").out.splitlines()[1:]
    assert "damaged" in damaged and "damaged" not in other
    assert "B1" in other and "nos. 1156 to 1162" in other and str(parted.path) in other
