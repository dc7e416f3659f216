"""``clerk staffing``: windows an hour needs, from a file or from the hall's own figures at a real centre."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.cells import cell_len

from clerk_tui.cli.beside import Centre
from tests.clerk_tui.cli.conftest import ROOT, Clerk, saved


def hours(*rows: tuple[int, float, float]) -> dict[str, Any]:
    return {"hours": [{"hour": hour, "arrivals": came, "service_min": took} for hour, came, took in rows]}


def test_more_people_or_longer_service_need_more_windows(clerk: Clerk, home: Path) -> None:
    file = saved(home, hours((9, 60, 10), (10, 60, 20), (12, 5, 10), (13, 0, 0)))
    told = clerk("staffing", file, "--json").json["hours"]
    windows = [hour["windows"] for hour in told]
    assert windows == [11, 22, 2, 0], "60 people at 10 minutes keep 10 windows busy all the time"
    assert all(hour["percent_within"] >= 80 for hour in told)
    patient = clerk("staffing", file, "--wait", 60, "--share", 50, "--json").json["hours"]
    assert sum(hour["windows"] for hour in patient) <= sum(windows)
    out = clerk("staffing", file).out.splitlines()
    assert out[1].split()[:3] == ["钟点", "窗口", "来人"]
    assert out[2].split()[:2] == ["09:00", "11"]
    assert len({cell_len(line) for line in out[1:]}) == 1, "each number stands below its heading's end"


def test_an_hour_in_which_nobody_was_served_takes_the_others_mean(clerk: Clerk, home: Path) -> None:
    told = clerk("staffing", saved(home, hours((9, 20, 12), (17, 20, 0))), "--json").json["hours"]
    assert [hour["service_min"] for hour in told] == [12.0, 12.0]
    told = clerk("staffing", saved(home, hours((8, 0, 9), (17, 20, 0))), "--json").json["hours"]
    assert [hour["service_min"] for hour in told] == [9.0, 9.0], "also where nobody came in the hour that tells it"


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({}, "hours"),
        ({"hours": ["nine"]}, "hours.0"),
        (hours((9, -1, 5)), "hours.0.arrivals"),
        (hours((25, 1, 5)), "hours.0.hour"),
        (hours((9, 1, 5), (9, 1, 5)), "hours.1.hour"),
        ({"hours": [{"hour": 9, "arrivals": "many", "service_min": 4}]}, "hours.0.arrivals"),
        ({"hours": [{"hour": 9, "arrivals": 4}]}, "hours.0.service_min"),
        (hours((8, 0, 0), (9, 20, 0), (10, 5, 0)), "hours.1.service_min"),
        (hours(), "hours"),
    ],
)
def test_a_file_that_is_none_is_told_where(clerk: Clerk, home: Path, data: Any, field: str) -> None:
    assert clerk("staffing", saved(home, data), "--json").error["field"] == field


@pytest.mark.parametrize("data", [hours(), hours((9, 20, 0))])
def test_a_file_that_leaves_the_minutes_out_is_named(clerk: Clerk, home: Path, data: Any) -> None:
    """A hall that wrote zero is not told windows for ten minutes that nobody wrote."""
    file = saved(home, data)
    error = clerk("staffing", file, "--json").error
    assert error["code"] == "bad_hours" and str(file) in error["message"]


def test_hours_in_which_nobody_comes_need_no_minutes(clerk: Clerk, home: Path) -> None:
    told = clerk("staffing", saved(home, hours((12, 0, 0))), "--json").json["hours"]
    assert [hour["windows"] for hour in told] == [0]


def test_what_cannot_be_asked_for_is_refused(clerk: Clerk, home: Path) -> None:
    file = saved(home, hours((9, 60, 10)))
    for option, value in (("--share", 0), ("--share", 100), ("--wait", -1), ("--wait", "nan")):
        for words in ((file,), ()):
            error = clerk("staffing", *words, option, value, "--json").error
            assert (error["code"], error["field"]) == ("bad_staffing", option), "also where there are no figures yet"
    error = clerk("staffing", saved(home, hours((9, 1, 5), (10, 90_000, 60))), "--json").error
    assert (error["code"], error["field"]) == ("bad_staffing", "hours.1.arrivals")
    assert clerk("staffing", "--json").error["code"] == "figures_not_enrolled"


def test_the_halls_own_figures_come_from_the_centre(clerk: Clerk, home: Path) -> None:
    centre = Centre(home / "centre")
    centre.start()
    try:
        url, config = centre.url(), home / "config.toml"
        config.write_text(f'[catalogue]\npath = "{ROOT / "catalogue"}"\n[centre]\nurl = "{url}"\n')
        clerk("--config", config, "enrol", url, "-", stdin=centre.code("SL01").encode())
        assert clerk("--config", config, "staffing", "--json").json["hours"] == []
        (token,) = (home / "data").rglob("*.token")
        headers = {"Authorization": f"Bearer {token.read_text().strip()}"}
        for number in range(3):
            body = {"ticket_id": f"ticket-{number}", "business": "综合受理", "letter": "A"}
            asked = httpx.post(f"{url}/v1/queue/tickets", content=json.dumps(body), headers=headers, trust_env=False)
            assert asked.status_code == 200
        told = clerk("--config", config, "staffing", "--json").json["hours"]
        assert "先按每人 10 分钟算" in clerk("--config", config, "staffing").out, "nobody has been served yet"
    finally:
        centre.stop()
    assert sum(hour["arrivals"] for hour in told) == 3 and {hour["service_min"] for hour in told} == {10.0}
