"""The restore drill of the administrators' page, run as it stands: every case is there again and nothing is unsent."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from clerk_tui.services import intake
from clerk_tui.services.workspace import open_workspace
from tests.clerk_tui.conftest import ROOT
from tests.clerk_tui.sync.test_process import one_time_code, running_centre
from tests.clerk_tui.walkins import restaurant

PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def drill() -> str:
    """The one block of shell on the page."""
    (block,) = re.findall(r"^```sh\n(.*?)^```", PAGE, re.M | re.S)
    return str(block)


def run(folder: Path, script: str) -> subprocess.CompletedProcess[str]:
    env = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "XDG_DATA_HOME": str(folder / "data"),
        "XDG_STATE_HOME": str(folder / "state"),
    }
    return subprocess.run(["sh", "-eu", "-c", script], cwd=folder, env=env, capture_output=True, text=True)


def references(folder: Path) -> set[str]:
    done = run(folder, "clerk find --json")
    assert done.returncode == 0, done.stderr
    return {row["reference"] for row in json.loads(done.stdout)["cases"]}


def test_the_restore_drill_works_as_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with running_centre(tmp_path / "central") as url:
        settings = f'[catalogue]\npath = "{ROOT / "catalogue"}"\n[centre]\nurl = "{url}"\n[store]\nballast_mb = 0\n'
        (tmp_path / "config.toml").write_text(settings, encoding="utf-8")
        from clerk_tui.config import load_config

        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
        config = load_config(tmp_path / "config.toml")
        ws = open_workspace(config)
        sent, kept = (intake.submit(ws, restaurant(ws)).reference for _ in range(2))
        ws.close()
        code = one_time_code(tmp_path / "central")
        assert run(tmp_path, f"clerk enrol {url} {code} && clerk sync --once").returncode == 0
        before = references(tmp_path)
        assert before == {sent, kept}
        scan = b"%PDF-1.7 not sent yet"
        (tmp_path / "scan.pdf").write_bytes(scan)
        assert run(tmp_path, f"clerk attach {kept} scan.pdf && rm scan.pdf").returncode == 0
        done = run(tmp_path, drill())
        assert done.returncode == 0, done.stdout + done.stderr
        assert "新的设备代码" in done.stdout and "未上传 0 条" in done.stdout
        assert references(tmp_path) == before
        again = json.loads(run(tmp_path, "clerk outbox --json").stdout)
        assert (again["pending"], again["quarantined"], again["scans"]) == (0, 0, 0)
        with closing(sqlite3.connect(tmp_path / "central" / "central.db")) as db:
            assert db.execute("SELECT body FROM attachment_piece").fetchall() == [(scan,)]
        assert (tmp_path / "lost" / "clerk.db").exists()
