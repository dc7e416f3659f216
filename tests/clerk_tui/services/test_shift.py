"""What a window tells of itself: the centre knows that it pauses and why, and hears a call for help at once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from msgspec import structs

from central.cli import main as central
from clerk_tui.config import AlarmSection
from clerk_tui.services import outbox, shift
from clerk_tui.services.workspace import Workspace
from clerk_tui.sync import queue
from tests.clerk_tui.queue_rig import Hall, Seat, hall_with_queue


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    folder = tmp_path_factory.mktemp("hall")
    with hall_with_queue(folder, tmp_path_factory.getbasetemp() / "catalogue-cache") as hall:
        hall.open("A1")
        yield hall


@pytest.fixture
def seat(hall: Hall) -> Iterator[Seat]:
    seat = hall.seats[0]
    yield seat
    seat.between.down = False
    shift.resume(seat.ws)


def state(hall: Hall) -> tuple[str, str]:
    told = queue.window(hall.centre, hall.seats[0].name)
    return told.state, told.reason


def test_the_centre_knows_that_a_window_pauses_and_why(hall: Hall, seat: Seat) -> None:
    shift.pause(seat.ws, "取材料")
    assert shift.tell_window(seat.ws) and state(hall) == ("paused", "取材料")
    shift.resume(seat.ws)
    assert shift.tell_window(seat.ws) and state(hall) == ("open", "")


def test_off_line_a_window_pauses_all_the_same_and_tells_it_later(hall: Hall, seat: Seat) -> None:
    shift.tell_window(seat.ws)
    seat.between.down = True
    told = shift.pause(seat.ws, "用餐")
    assert not shift.tell_window(seat.ws)
    assert shift.paused(seat.ws) == told and state(hall)[0] == "open"
    seat.between.down = False
    assert shift.tell_window(seat.ws) and state(hall) == ("paused", "用餐")


def calls(hall: Hall) -> str:
    """What the console lists."""
    words = ["alarms", "--data", str(hall.folder / "centre"), "--office", "SL01"]
    return CliRunner().invoke(central, words).output


def test_a_call_for_help_is_sent_with_the_next_push_and_listed_for_supervisors(hall: Hall, seat: Seat) -> None:
    seat.sync()
    seat.between.down = True
    shift.call_for_help(seat.ws)
    assert outbox.status(seat.ws).silent == 1 and calls(hall) == ""
    seat.between.down = False
    seat.sync()
    assert f"window {seat.name}\tclerk 0001" in calls(hall)
    assert outbox.status(seat.ws).silent == 0


def test_the_settings_may_name_a_program_which_gets_no_shell(
    ws: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[subprocess.Popen[bytes]] = []
    begin = subprocess.Popen

    def kept(*arguments: Any, **more: Any) -> subprocess.Popen[bytes]:
        started.append(begin(*arguments, **more))
        return started[-1]

    monkeypatch.setattr("clerk_tui.services.shift.subprocess.Popen", kept)
    out = tmp_path / "out"
    program = (
        "import os, sys; told = os.environ; "
        "open(sys.argv[1], 'w').write(sys.argv[2] + told['CLERK_WINDOW'] + told['CLERK_CLERK'])"
    )
    command = (sys.executable, "-c", program, str(out), "$(id); `id` ")
    object.__setattr__(ws, "config", structs.replace(ws.config, alarm=AlarmSection(command=command)))
    shift.call_for_help(ws)
    (one,) = started
    assert one.wait(30) == 0 and out.read_text() == "$(id); `id` 30001"


def test_a_program_that_is_not_there_costs_the_record_nothing(ws: Workspace) -> None:
    object.__setattr__(ws, "config", structs.replace(ws.config, alarm=AlarmSection(command=("/nowhere/alert",))))
    before = ws.journal.head.seq
    shift.call_for_help(ws)
    assert ws.journal.head.seq == before + 1
