"""A silent call for help reaches those who look after the hall, and stays until one of them has seen to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from central import board
from central.cli import main
from central.clock import now_ms
from central.store import alarms as table
from central.store.sqlite import SqliteStore
from hall import wire_oversight as w
from hall.chain import open_sealed
from hall.errors import BrokenChain
from hall.facts import AlarmRaised, DayClosed, NoteAdded
from hall.roles import Role
from tests.central.device import Device
from tests.central.hub import Hub
from tests.central.inline import inline
from tests.central.test_sync_routes import ask, person, read_again


@pytest.fixture
def device(hub: Hub) -> Device:
    return Device(hub, "window-3")


def test_a_call_is_told_to_supervisors_until_one_has_seen_to_it(hub: Hub, device: Device) -> None:
    device.case(1)
    device.write("", AlarmRaised(window="3", clerk="0001"))
    device.drain()
    head = person(hub, Role.SUPERVISOR, device)
    assert ask(hub, "/v1/sync/status", w.StatusReply, head).alarms == 1
    (one,) = ask(hub, "/v1/alarms", w.AlarmsReply, head).alarms
    assert (one.window, one.clerk, one.device) == ("3", "0001", "window-3")
    shown = hub.run(board.figures(hub.store, device.office, now_ms())).alarms
    assert [each.window for each in shown] == ["3"] and "0001" not in repr(shown), "the board tells where, not who"
    path = f"/v1/alarms/{one.number}/settle"
    assert hub.http.post(path, headers=head).status_code == 200
    assert ask(hub, "/v1/alarms", w.AlarmsReply, head).alarms == []
    assert ask(hub, "/v1/sync/status", w.StatusReply, head).alarms == 0
    assert hub.http.post(path, headers=head).status_code == 404
    assert hub.run(board.figures(hub.store, device.office, now_ms())).alarms == []


def test_a_call_that_is_sent_twice_is_one_call(hub: Hub, device: Device) -> None:
    device.write("", AlarmRaised(window="3"))
    device.drain()
    device.push(device.request(1))
    assert hub.read(lambda db: db.rows("SELECT count(*) FROM alarm"))[0][0] == 1


def test_another_hall_hears_nothing_and_a_clerk_may_not_look(hub: Hub, device: Device) -> None:
    device.write("", AlarmRaised(window="3"))
    device.drain()
    there = Device(hub, "window-there", office="SL02", code="X01")
    head = person(hub, Role.SUPERVISOR, there)
    assert ask(hub, "/v1/alarms", w.AlarmsReply, head).alarms == []
    assert hub.http.post("/v1/alarms/1/settle", headers=head).status_code == 404
    assert hub.http.get("/v1/alarms", headers=person(hub, Role.CLERK, device)).status_code == 403


def test_a_call_that_an_older_centre_could_not_read_is_told_when_it_is_read_again(
    hub: Hub, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    device.write("", AlarmRaised(window="3"))

    def of_old(sealed: Any, header: Any = None) -> Any:
        raise BrokenChain("unreadable_fact", "记录的内容读不出来")

    monkeypatch.setattr("central.decide.open_sealed", of_old)
    device.drain()
    monkeypatch.setattr("central.decide.open_sealed", open_sealed)
    head = person(hub, Role.SUPERVISOR, device)
    assert ask(hub, "/v1/alarms", w.AlarmsReply, head).alarms == []
    (entry,) = ask(hub, "/v1/quarantine", w.AsideReply, head).entries
    assert read_again(hub, entry.number, head).status_code == 200
    assert len(ask(hub, "/v1/alarms", w.AlarmsReply, head).alarms) == 1


def test_the_day_of_a_window_is_kept_and_holds_nobody_up(hub: Hub, device: Device) -> None:
    from tests.reliability.golden import filled

    case_id = device.case(1)
    device.write("", filled(DayClosed))
    device.write(case_id, NoteAdded(text="日结以后"))
    device.drain()
    assert hub.counts() == {"applied": len(device.sealed), "cases": 1}
    assert hub.case(case_id).timeline[-1].text == "备注：日结以后"


def test_the_console_lists_calls_and_says_with_its_exit_code_whether_there_are_any(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "central.db")
    inline(store.start())
    done = CliRunner().invoke(main, ["alarms", "--data", str(tmp_path), "--office", "SL01"])
    assert (done.exit_code, done.output) == (0, "")
    at_ms = 1_795_395_600_000
    call = w.AlarmEntry(number=1, device="w2", window="2", clerk="0815", at_ms=at_ms, received_ms=at_ms)
    inline(store.transact(lambda db: table.add(db, "SL01", [call])))
    inline(store.close())
    done = CliRunner().invoke(main, ["alarms", "--data", str(tmp_path), "--office", "SL01"])
    assert (done.exit_code, "2026-11-23T09:00:00+08:00" in done.output) == (1, True), "in the hall's zone"
    done = CliRunner().invoke(main, ["alarms", "--settle", "7", "--data", str(tmp_path), "--office", "SL01"])
    assert done.exit_code == 2 and "没有这条" in done.output
