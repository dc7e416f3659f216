"""The command line as real processes: the whole morning, a centre, pipes that close, Ctrl-C, kill -9."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from central.cli import main as central
from clerk_tui.cli.beside import Centre
from hall.errors import HallError
from hall.sealed import read_envelope
from tests.clerk_tui.cli.conftest import ROOT, Clerk, saved, walk_in

CLERK = [sys.executable, "-m", "clerk_tui"]


@contextmanager
def started(*arguments: object, **settings: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A command as a process of its own, gone at the end whatever happens."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    # Whoever runs the tests in the background may have set SIGINT aside, and children inherit that.
    settings.setdefault("preexec_fn", partial(signal.signal, signal.SIGINT, signal.SIG_DFL))
    process = subprocess.Popen([*CLERK, *map(str, arguments)], cwd=ROOT, **{**pipes, **settings})
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def ended(*arguments: object, **settings: Any) -> subprocess.CompletedProcess[bytes]:
    """A command that has run to its end."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL}
    return subprocess.run([*CLERK, *map(str, arguments)], cwd=ROOT, timeout=120, **{**pipes, **settings})


@pytest.mark.usefixtures("home")
def test_a_sample_morning_ends_with_everything_at_the_centre(home: Path) -> None:
    out = home / "out"
    done = ended("demo", "--headless", "--out", out)
    assert (done.returncode, done.stderr) == (0, b"")
    steps = [json.loads(line) for line in done.stdout.splitlines()]
    assert [step["step"] for step in steps] == [
        "accepted", "noticed", "tolerated", "supplement", "refused", "inquiry", "sync", "outbox",
    ]  # fmt: skip
    outcomes = [step.get("outcome") for step in steps[:6]]
    assert outcomes == ["accepted", "noticed", "tolerated", "accepted", "refused", None]
    assert steps[3]["reference"] == steps[1]["reference"]
    papers = [paper for step in steps[:6] for paper in step["papers"]]
    given = {"acceptance", "receipt", "notice", "promise", "tolerance", "refusal", "guide"}
    assert {paper["kind"] for paper in papers} == given
    assert sorted(Path(paper["path"]) for paper in papers) == sorted(out.iterdir())
    assert all(Path(paper["path"]).read_bytes().startswith(b"%PDF") for paper in papers)
    assert steps[-2]["acked_through"] == steps[-2]["pushed"] == steps[5]["journal"]["seq"]
    assert (steps[-1]["pending"], steps[-1]["quarantined"]) == (0, 0)
    assert not (home / "data").exists(), "the demo leaves the workstation's own journal alone"


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("lines", [1, 3, 6])
def test_a_kill_in_the_middle_loses_nothing_that_was_acknowledged(home: Path, clerk: Clerk, lines: int) -> None:
    data = home / "hall"
    with started("demo", "--headless", "--out", home / "out", "--data", data) as process:
        assert process.stdout is not None
        told = [json.loads(process.stdout.readline()) for _line in range(lines)]
        process.kill()

    config = home / "config.toml"
    config.write_text(f'[catalogue]\npath = "{ROOT / "catalogue"}"\n[store]\npath = "{data / "clerk.db"}"\n')
    verified = clerk("--config", config, "journal", "verify", "--json").json
    assert verified["facts"] >= told[-1]["journal"]["seq"]
    for step in told:
        case = clerk("--config", config, "case", step["reference"], "--json").json
        assert case["reference"] == step["reference"]
    assert clerk("--config", config, "journal", "rebuild", "--json").json["facts"] == verified["facts"]


def test_a_device_enrols_once_and_sends_what_it_has(clerk: Clerk, home: Path) -> None:
    reference = clerk("intake", saved(home, walk_in()), "--json").json["reference"]
    centre = Centre(home / "centre")
    centre.start()
    try:
        url, config = centre.url(), home / "config.toml"
        config.write_text(f'[catalogue]\npath = "{ROOT / "catalogue"}"\n[centre]\nurl = "{url}"\n')
        code = centre.code("SL01")
        enrolled = clerk("--config", config, "enrol", url, "-", "--json", stdin=code.encode()).json
        assert set(enrolled) == {"device", "device_code", "epoch"}
        assert clerk("--config", config, "enrol", url, "used-or-guessed", "--json").error["code"] == "bad_code"
        told = clerk("--config", config, "sync", "--once", "--json").json
        assert set(told) == {"pushed", "pushed_archived", "acked_through", "pulled", "pending", "scans", "sealed"}
        assert (told["pushed"], told["acked_through"], told["pending"], told["scans"]) == (3, 3, 0, 0)
        assert clerk("--config", config, "outbox", "--json").json["pending"] == 0
        assert "已登记" in clerk("--config", config, "doctor").out
        assert clerk("--config", config, "sync", "--json").json["pushed"] == 0
    finally:
        centre.stop()
    assert clerk("--config", config, "sync", "--once", "--json").error["code"] == "sync_offline"
    assert clerk("--config", config, "case", reference, "--json").code == 0


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ('url = "http://127.0.0.1:9"', "centre.url"),
        ('url = "{url}/"\nenabled = false', "centre.enabled"),
        ('url = "{url}/"', ""),
    ],
)
def test_enrolling_says_when_the_settings_lead_elsewhere(clerk: Clerk, home: Path, settings: str, told: str) -> None:
    centre = Centre(home / "centre")
    centre.start()
    try:
        url, config = centre.url(), home / "config.toml"
        lines = settings.replace("{url}", url)
        config.write_text(f'[catalogue]\npath = "{ROOT / "catalogue"}"\n[centre]\n{lines}\n')
        done = clerk("--config", config, "enrol", url, "-", "--json", stdin=centre.code("SL01").encode())
        assert done.code == 0
        assert told in done.err if told else done.err == ""
    finally:
        centre.stop()


def test_what_a_revoked_device_has_not_sent_is_sealed_by_the_command_too(clerk: Clerk, home: Path) -> None:
    centre = Centre(home / "centre")
    centre.start()
    try:
        url, config = centre.url(), home / "config.toml"
        config.write_text(f'[catalogue]\npath = "{ROOT / "catalogue"}"\n[centre]\nurl = "{url}"\n')
        code = centre.code("SL01").encode()
        device = clerk("--config", config, "enrol", url, "-", "--json", stdin=code).json["device"]
        told = CliRunner().invoke(
            central, ["device", "revoke", device, "--data", str(home / "centre"), "--office", "SL01"]
        )
        assert told.exit_code == 0, told.output
        (store,) = home.rglob("clerk.db")
        in_the_way = store.with_name("sealed")
        in_the_way.write_bytes(b"")
        assert clerk("--config", config, "intake", saved(home, walk_in()), "--json").code == 0
        assert "export-sealed" in clerk("--config", config, "sync", "--once", "--json").error["hint"]
        in_the_way.unlink()
        for count in (2, 3):
            assert clerk("--config", config, "intake", saved(home, walk_in()), "--json").code == 0
            done = clerk("--config", config, "sync", "--once", "--json")
            assert done.error["code"] == "sync_revoked"
            (sealed,) = [path for path in home.rglob("*.sealed") if str(path) in done.error["hint"]]
            assert read_envelope(sealed.read_bytes()).facts == 3 * count, "and where it lies is said"
    finally:
        centre.stop()


def test_a_centre_that_cannot_start_is_told(home: Path) -> None:
    (home / "centre").mkdir()
    (home / "centre" / "central.db").write_bytes(b"not a database" * 100)
    centre = Centre(home / "centre")
    centre.start()
    try:
        with pytest.raises(HallError, match="中心不能用"):
            centre.url()
    finally:
        centre.stop()


@pytest.mark.usefixtures("home")
def test_a_reader_that_leaves_is_no_error() -> None:
    read, write = os.pipe()
    os.close(read)
    done = ended("matters", "list", "--json", stdout=write)
    os.close(write)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.parametrize("output", ["full", "closed"])
def test_an_answer_that_cannot_be_written_says_that_what_was_done_stands(home: Path, output: str) -> None:
    file = saved(home, walk_in())
    with open("/dev/full", "w") as full:
        closed = partial(os.close, 1) if output == "closed" else None
        done = ended("intake", file, "--json", stdout=full, preexec_fn=closed)
    assert done.returncode == 74
    said = done.stderr.decode()
    assert "结果写不出来" in said and "再做一次之前" in said and "Traceback" not in said
    assert json.loads(ended("find", "张三", "--json").stdout)["cases"], "the case is there"


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("output", ["full", "closed"])
def test_an_error_that_cannot_be_written_keeps_its_own_exit_code(output: str) -> None:
    with open("/dev/full", "w") as full:
        closed = partial(os.close, 1) if output == "closed" else None
        done = ended("intake", "no-such-file.json", "--json", stdout=full, preexec_fn=closed)
    assert (done.returncode, done.stderr) == (2, b""), "nothing was done, so nothing is said to stand"


def test_where_standard_input_is_closed_nothing_is_read_and_it_is_said(home: Path) -> None:
    done = ended("intake", "-", "--json", preexec_fn=partial(os.close, 0))
    assert (done.returncode, json.loads(done.stdout)["error"]["field"]) == (2, "FILE")


def test_a_sample_morning_needs_a_folder_that_takes_papers(home: Path) -> None:
    (home / "file").touch()
    done = ended("demo", "--headless", "--out", home / "file")
    assert (done.returncode, json.loads(done.stdout)["error"]["field"] if done.stdout else "--out") == (2, "--out")
    assert "--out" in (done.stdout + done.stderr).decode()


@pytest.mark.usefixtures("home")
def test_an_interruption_is_quiet(home: Path) -> None:
    with started("--config", ROOT / "config.toml", "intake", "-", "--json") as process:
        assert process.stdin is not None
        # It waits for its input once it has taken some of it.
        process.stdin.write(b" " * (1 << 17))
        process.stdin.flush()
        process.send_signal(signal.SIGINT)
        said, complained = process.communicate(timeout=60)
        assert (process.returncode, said, complained) == (130, b"", b"")
    assert not (home / "data").exists()


@pytest.mark.usefixtures("home")
def test_the_screens_need_a_terminal() -> None:
    assert ended("run", "--help").stdout.decode().startswith("用法：clerk run")
    done = ended("run")
    assert (done.returncode, done.stdout) == (2, b"")
    assert "没有终端" in done.stderr.decode()


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("encoding", ["ascii", "gbk"])
def test_json_is_utf8_whatever_the_terminal_speaks(encoding: str) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "LC_ALL": "C"}
    done = ended("checklist", "hukou-migration", "--answer", "reason=A", "--json", env=environment)
    assert json.loads(done.stdout.decode("utf-8"))["situations"] == [{"code": "A", "name": "夫妻投靠"}]
    assert ended("frobnicate", env=environment).returncode == 2
