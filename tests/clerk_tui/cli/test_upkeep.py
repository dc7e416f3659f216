"""The five-day rule runs without the screens too (行政许可法 art. 32(4); domain.md §9a.1)."""

from __future__ import annotations

from pathlib import Path

import pytest
import time_machine

from clerk_tui.config import load_config
from clerk_tui.services import intake
from clerk_tui.services.intake_json import draft_from_json
from clerk_tui.services.workspace import open_workspace
from tests.clerk_tui.cli.conftest import Clerk, saved, walk_in

RECEIVED, FIFTH, SIXTH = "2026-09-18T02:00:00+00:00", "2026-09-24T02:00:00+00:00", "2026-09-28T02:00:00+00:00"
"""A Friday; its fifth working day, with the make-up Sunday counted; the first one after."""


@pytest.fixture
def received(home: Path) -> str:
    """Taken in on a Friday and left lying."""
    with time_machine.travel(RECEIVED):
        ws = open_workspace(load_config(None))
        reference = intake.receive(ws, draft_from_json(ws, walk_in()).draft).reference
        ws.close()
    return reference


def test_what_nobody_answered_is_accepted_as_of_its_receipt(clerk: Clerk, received: str) -> None:
    with time_machine.travel(FIFTH):
        assert clerk("upkeep", "--json").json == {"deemed": []}, "there is still today"
    with time_machine.travel(SIXTH):
        assert clerk("upkeep", "--json").json == {"deemed": [received]}
        assert clerk("upkeep", "--json").json == {"deemed": []}, "once"
        case = clerk("case", received, "--json").json
        assert (case["state"], case["accepted"], case["deemed"]) == ("accepted", "2026-09-18", True)


def test_nothing_is_decided_behind_the_law(clerk: Clerk, received: str, tmp_path: Path) -> None:
    with time_machine.travel(SIXTH):
        answer = clerk("supplement", received, saved(tmp_path, {"materials": {"marriage": "missing"}}), "--json")
        assert answer.error["code"] == "nothing_open" and "视为受理" in answer.error["message"]
        assert clerk("case", received, "--json").json["accepted"] == "2026-09-18"


def test_a_command_that_only_looks_writes_nothing(clerk: Clerk, received: str) -> None:
    with time_machine.travel(SIXTH):
        assert clerk("case", received, "--json").json["state"] == "received"


def test_blank_fields_are_told_and_hinder_nothing(clerk: Clerk, morning: None, tmp_path: Path) -> None:
    whole = clerk("intake", saved(tmp_path, walk_in()), "--json")
    assert "blank" not in whole.json and "表格空着" not in whole.err
    data = walk_in(applicant={**walk_in()["applicant"], "id_number": "110101188503120026", "name": "李四"})
    data["fields"] = {"from_address": "示例省邻县和平街3号", "elder_will": False}
    done = clerk("intake", saved(tmp_path, data), "--json")
    assert done.json["outcome"] == "accepted"
    assert [each["field"] for each in done.json["blank"]] == [
        "fields.to_address", "fields.host_name", "fields.relation",
    ]  # fmt: skip
    assert done.err.count("答的是“否”：照样收件会报给负责人") == 1, "what was answered is told once, and is not empty"
    assert "没有确认" not in done.err
    del data["fields"]["elder_will"]
    empty = clerk("intake", saved(tmp_path, data), "--json")
    assert empty.json["blank"][-1]["field"] == "fields.elder_will" and "没有确认“已当面询问老年人" in empty.err


def test_in_a_year_without_a_calendar_nothing_is_deemed_and_the_doctor_says_so(clerk: Clerk, home: Path) -> None:
    with time_machine.travel("2027-02-03T02:00:00+00:00"):
        ws = open_workspace(load_config(None))
        reference = intake.receive(ws, draft_from_json(ws, walk_in()).draft).reference
        ws.close()
    with time_machine.travel("2027-02-12T02:00:00+00:00"):
        done = clerk("upkeep", "--json")
        assert done.json == {"deemed": [], "unsure": [reference]} and reference in done.err
        checks = {check["check"]: check for check in clerk("doctor", "--json").json["checks"]}
    assert checks["calendar"]["state"] == "fail"
    assert reference in checks["calendar"]["message"] and "calendar.files" in checks["calendar"]["hint"]
