"""The restore drill of the administrators' page, run as it stands: every case is there again and nothing is unsent."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from clerk_tui.services import intake
from clerk_tui.services.workspace import open_workspace
from tests.clerk_tui.conftest import ROOT
from tests.clerk_tui.sync.test_process import one_time_code, running_centre
from tests.clerk_tui.walkins import restaurant

PIN = "204817"
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def drill() -> str:
    """The one block of shell on the page."""
    (block,) = re.findall(r"^```sh\n(.*?)^```", PAGE, re.M | re.S)
    return str(block)


def run(folder: Path, script: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    env = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "XDG_DATA_HOME": str(folder / "data"),
        "XDG_STATE_HOME": str(folder / "state"),
    }
    return subprocess.run(["sh", "-eu", "-c", script], cwd=folder, env=env, input=typed, capture_output=True, text=True)


def references(folder: Path) -> set[str]:
    done = run(folder, "clerk find --json")
    assert done.returncode == 0, done.stderr
    return {row["reference"] for row in json.loads(done.stdout)["cases"]}


@contextmanager
def hall(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """A centre that runs and a counter with two cases that it has; their references."""
    with running_centre(folder / "central") as url:
        settings = f'[catalogue]\npath = "{ROOT / "catalogue"}"\n[centre]\nurl = "{url}"\n[store]\nballast_mb = 0\n'
        (folder / "config.toml").write_text(settings, encoding="utf-8")
        from clerk_tui.config import load_config

        monkeypatch.setenv("XDG_DATA_HOME", str(folder / "data"))
        monkeypatch.setenv("XDG_STATE_HOME", str(folder / "state"))
        ws = open_workspace(load_config(folder / "config.toml"))
        taken = {intake.submit(ws, restaurant(ws)).reference for _ in range(2)}
        ws.close()
        code = one_time_code(folder / "central")
        assert run(folder, f"clerk enrol {url} {code} && clerk sync --once").returncode == 0
        yield taken


def test_the_restore_drill_works_as_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with hall(tmp_path, monkeypatch) as taken:
        assert references(tmp_path) == taken
        scan = b"%PDF-1.7 not sent yet"
        (tmp_path / "scan.pdf").write_bytes(scan)
        assert run(tmp_path, f"clerk attach {min(taken)} scan.pdf && rm scan.pdf").returncode == 0
        done = run(tmp_path, drill())
        assert done.returncode == 0, done.stdout + done.stderr
        assert "新的设备代码" in done.stdout and "未上传 0 条" in done.stdout
        assert "另外上传了换过的账本里的 1 条" in done.stdout
        assert references(tmp_path) == taken
        again = json.loads(run(tmp_path, "clerk outbox --json").stdout)
        assert (again["pending"], again["quarantined"], again["scans"]) == (0, 0, 0)
        with closing(sqlite3.connect(tmp_path / "central" / "central.db")) as db:
            assert db.execute("SELECT body FROM attachment_piece").fetchall() == [(scan,)]
        assert (tmp_path / "lost" / "clerk.db").exists()


def test_in_a_hall_with_clerks_it_asks_who_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with hall(tmp_path, monkeypatch) as taken:
        add = "clerk-central clerk add 0815 --name 冯春 --data central --office SL01"
        given = run(tmp_path, f"{add} && clerk sync --once >/dev/null").stdout.split()[0]
        assert run(tmp_path, "clerk pin 0815", f"{given}\n{PIN}\n").returncode == 0
        assert run(tmp_path, "clerk find").returncode == 2, "nobody has signed in"
        done = run(tmp_path, drill(), f"{PIN}\n")
        assert done.returncode == 0, done.stdout + done.stderr
        assert references(tmp_path) == taken
