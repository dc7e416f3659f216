"""What was acknowledged is never lost, what could not be saved is said: a killed counter, a full disk."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from clerk_tui.screens.terminal_gone import GONE
from clerk_tui.services import cases
from tests.clerk_tui.terminal.conftest import CLERK, House, found
from tests.clerk_tui.terminal.walkins import accepted
from tests.terminal import LIMIT_S, Terminal, forbidden_in, key_bytes

SAVED = "已保存到本机"
#: A session whose terminal goes away without SIGHUP, as when a container's console is detached.
DEAF = (
    "import os, signal, sys; signal.signal(signal.SIGHUP, signal.SIG_IGN); "
    "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
)


def walk_in(terminal: Terminal, *, confirm: bool = True) -> None:
    """户口迁移, everything there, up to Enter in the last question before it is committed."""
    for letter in "hkqy":
        terminal.press(letter)
    found(terminal)
    terminal.press("enter")
    terminal.wait_for("申请人")
    terminal.press(*"1122")
    for value in ("110101188001010011", "张三", "13800001234"):
        terminal.type(value)
        terminal.press("enter")
    fill_in(terminal)
    terminal.press("f9")
    terminal.wait_for("确认：")
    if confirm:
        terminal.press("enter")


def fill_in(terminal: Terminal) -> None:
    """The matter's own fields with the shortest thing that may stand there, then every material is there."""
    for _ in range(24):
        if terminal.shows("受 理"):
            return
        terminal.press("1", "enter")
    raise AssertionError(f"the form never ends\n{terminal.text()}")


def test_a_killed_counter_loses_nothing_it_had_acknowledged(house: House) -> None:
    for number in (1, 2):
        terminal = house.counter()
        walk_in(terminal, confirm=False)
        terminal.send(key_bytes("enter"))
        terminal.wait_for(SAVED)
        # Printing has just begun: the worst moment.
        terminal.kill()
        ws = house.open()
        kept_cases = cases.find(ws, "张三")
        assert len(kept_cases) == number
        assert ws.journal.verify().facts == ws.journal.head.seq > 0
        ws.close()
    terminal = house.counter()
    terminal.press("f5")
    terminal.wait_for("SL01-A1-00002")


def test_a_counter_killed_before_it_said_saved_has_all_of_the_case_or_nothing(house: House) -> None:
    for _ in range(2):
        terminal = house.counter()
        walk_in(terminal, confirm=False)
        terminal.send(key_bytes("enter"))
        terminal.kill()
        ws = house.open()
        assert ws.journal.verify().facts == ws.journal.head.seq
        for row in cases.find(ws, ""):
            detail = cases.get(ws, row.reference)
            assert row.state == "accepted" and len(detail.papers) == 1, "half an action"
        ws.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Path:
    """A folder on a disk of its own of two megabytes; where none can be mounted the test cannot be run."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("no small disk can be mounted here; test_a_full_database_is_said covers the screen")
    return place


@pytest.fixture(autouse=True)
def unmounted(tmp_path: Path) -> object:
    yield
    subprocess.run(["umount", str(tmp_path / "disk")], capture_output=True, check=False)


def test_a_full_disk_refuses_the_whole_action_and_says_so(house: House, small_disk: Path) -> None:
    house.configure(store=str(small_disk / "clerk.db"), limits="stop_free_mb = 0\nballast_mb = 0\n")
    ws = house.open()
    accepted(ws, "李四")
    before = ws.journal.head
    ws.close()
    terminal = house.counter()
    walk_in(terminal, confirm=False)
    fill_disk(small_disk)
    terminal.press("enter")
    refused_and_said(house, terminal, before.seq)
    (small_disk / "ballast").unlink()
    again(house, terminal, before.seq)


def test_a_full_database_is_said(house: House) -> None:
    ws = house.open()
    accepted(ws, "李四")
    before = ws.journal.head
    ws.close()
    terminal = house.counter([sys.executable, "-m", "tests.clerk_tui.terminal.narrow", str(house.folder / "full")])
    walk_in(terminal, confirm=False)
    (house.folder / "full").touch()
    terminal.press("enter")
    refused_and_said(house, terminal, before.seq)
    (house.folder / "full").unlink()
    again(house, terminal, before.seq)


def fill_disk(place: Path) -> None:
    with (place / "ballast").open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"\0" * 4096)


def refused_and_said(house: House, terminal: Terminal, before: int) -> None:
    terminal.wait_for("没有办成")
    terminal.wait_for("磁盘已满")
    assert not forbidden_in(bytes(terminal.output))
    connection = sqlite3.connect(f"file:{database(house)}?mode=ro", uri=True)
    assert connection.execute("SELECT max(seq) FROM event").fetchone() == (before,)
    assert connection.execute("SELECT count(*) FROM print_job").fetchone()[0] <= 1
    connection.close()


def again(house: House, terminal: Terminal, before: int) -> None:
    """With room again the same walk-in, still on the screen, is confirmed as if nothing had been."""
    terminal.press("enter")
    terminal.wait_gone("没有办成")
    terminal.wait_for("张三")
    terminal.press("f9")
    terminal.wait_for("确认：")
    terminal.press("enter")
    terminal.wait_for(SAVED)
    terminal.kill()
    ws = house.open()
    assert len(cases.find(ws, "张三")) == 1
    assert ws.journal.verify().facts > before
    ws.close()


def database(house: House) -> Path:
    ws = house.open()
    path = ws.journal.path
    ws.close()
    return path


def test_a_fault_of_the_program_shows_nobody_s_data(house: House, tmp_path: Path) -> None:
    state = {"XDG_STATE_HOME": str(tmp_path / "state")}
    with Terminal([sys.executable, "-m", "tests.clerk_tui.terminal.faulty"], env={**house.env, **state}) as terminal:
        terminal.wait_for("例如")
        terminal.press("f1")
        assert terminal.wait_exit() == 70
        said = terminal.output.decode("utf-8", "replace")
    assert "请报告管理员" in said
    assert "欧阳机密" not in said and "110101188001010011" not in said
    log = (tmp_path / "state" / "clerk" / "clerk.log").read_text()
    assert "RuntimeError" in log and "do_help" in log
    assert "欧阳机密" not in log


def typed_into(terminal: Terminal) -> None:
    """户口迁移 is being filled in."""
    terminal.type("hkqy")
    found(terminal)
    terminal.press("enter")
    terminal.wait_for("申请人")
    terminal.press(*"1122")
    for value in ("110101188001010011", "张三"):
        terminal.type(value)
        terminal.press("enter")


def kept(house: House) -> Path:
    return house.folder / "clerk.db.drafts"


def offered_again(house: House) -> None:
    """The next start offers what was typed, and one key opens it."""
    again = house.counter()
    again.wait_for("未办完")
    again.press("enter")
    again.wait_for("张三")
    again.close()


def test_a_killed_counter_keeps_what_was_being_typed(house: House) -> None:
    terminal = house.counter()
    typed_into(terminal)
    terminal.wait_until(lambda: kept(house).exists() and "张三" in kept(house).read_text("utf-8"), "the draft")
    terminal.kill()
    assert kept(house).stat().st_mode & 0o777 == 0o600
    offered_again(house)


@pytest.mark.parametrize("way", ["hung up", "told"])
def test_a_counter_whose_terminal_vanishes_ends_and_keeps_what_was_being_typed(house: House, way: str) -> None:
    terminal = house.counter(command=[sys.executable, "-c", DEAF, *CLERK[1:], "run"] if way == "hung up" else None)
    typed_into(terminal)
    if way == "told":
        terminal.process.send_signal(signal.SIGTERM)
    else:
        terminal.hang_up()
    assert terminal.process.wait(LIMIT_S) == GONE
    assert "张三" in kept(house).read_text("utf-8")
    ws = house.open()
    assert ws.journal.verify().facts == ws.journal.head.seq
    ws.close()
    offered_again(house)
