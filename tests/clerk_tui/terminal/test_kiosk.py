"""Display and board as processes in a real pty: a terminal's bytes move them, and nothing but the code ends them."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from clerk_tui.cli.kiosk import DEMO_CODE, new_verifier
from tests.clerk_tui.terminal.conftest import CLERK, ROOT, House
from tests.clerk_tui.terminal.pressed import presses
from tests.terminal import Terminal, forbidden_in

CODE = "135790"
#: Ctrl+C, Ctrl+Z, Ctrl+\, Ctrl+D, Ctrl+P, F10, Alt+F4, a bare Esc, NUL.
ENDING = (b"\x03", b"\x1a", b"\x1c", b"\x04", b"\x10", b"\x1b[21~", b"\x1b[1;3S", b"\x1b", b"\x00")


@pytest.fixture
def kiosk(house: House) -> House:
    """A device with a token, and no centre to be reached."""
    house.configure(
        more=f'url = "http://127.0.0.1:9"\ntoken_file = "token"\n[kiosk]\nleave_code = "{new_verifier(CODE)}"\n'
    )
    (house.folder / "token").write_text("token\n", encoding="ascii")
    return house


def board(house: House) -> Terminal:
    terminal = house.run([*CLERK, "board"])
    terminal.wait_for("总览")
    terminal.wait_for("连不上中心")
    return terminal


def _colours(terminal: Terminal) -> set[tuple[str, str]]:
    """The colours of the line on top."""
    terminal.lines()
    cells = terminal._screen.buffer[0]
    return {(cells[at].fg, cells[at].bg) for at in range(terminal._screen.columns)}


@presses("board", "ctrl+q")
def test_no_key_ends_or_stops_the_board_and_the_code_does(kiosk: House) -> None:
    terminal = board(kiosk)
    for data in ENDING:
        terminal.send(data)
        terminal.settle()
        assert terminal.shows("总览") and terminal.process.poll() is None, data
    terminal.press("ctrl+q")
    terminal.wait_for("退出码")
    terminal.type("111111")
    terminal.press("enter")
    terminal.wait_for("退出码不对")
    terminal.type(CODE)
    terminal.press("enter")
    assert terminal.wait_exit() == 0
    assert CODE not in terminal.text()


TITLES = ("1 总览", "2 排队等候", "3 窗口", "4 办件", "5 承诺兑现", "6 告知", "7 设备", "8 走势")


def inked(terminal: Terminal, row: int, ink: str) -> str:
    """The characters of a line that stand on this colour."""
    terminal.lines()
    cells = terminal._screen.buffer[row]
    return "".join(cells[at].data for at in range(terminal._screen.columns) if cells[at].bg == ink).strip()


@presses("board", "left right 1 2 3 4 5 6 7 8 up down pageup pagedown enter escape ctrl+t")
def test_the_bytes_of_every_key_move_the_board(house: House, tmp_path: Path) -> None:
    terminal = house.run([*CLERK, "board", "--demo", "--data", str(tmp_path / "hall")])
    terminal.wait_for("等候 0 人", limit=60)
    terminal.settle()
    rows = range(3, len(terminal.lines()) - 1)
    tab_ink, row_ink = (str(terminal._screen.buffer[at][2].bg) for at in (1, 3))

    def in_front() -> str:
        return inked(terminal, 1, tab_ink)

    def chosen() -> list[str]:
        return [words.split()[0] for row in rows if (words := inked(terminal, row, row_ink))]

    def moves(key: str, what: Callable[[], object], to: object) -> None:
        terminal.press(key)
        terminal.wait_until(lambda: what() == to, f"{key}: {to}")

    for key in "23456781":
        moves(key, in_front, TITLES[int(key) - 1])
    for title in (*TITLES[1:], TITLES[0]):
        moves("right", in_front, title)
    for title in TITLES[::-1]:
        moves("left", in_front, title)
    assert chosen() == ["排队等候"]
    moves("down", chosen, ["窗口"])
    moves("up", chosen, ["排队等候"])
    moves("pagedown", chosen, ["走势"])
    moves("pageup", chosen, ["排队等候"])
    moves("down", chosen, ["窗口"])
    moves("enter", in_front, "3 窗口")
    moves("escape", in_front, "1 总览")
    before = _colours(terminal)
    terminal.press("ctrl+t")
    terminal.wait_until(lambda: _colours(terminal) != before, "another theme")


def test_signals_from_a_keyboard_are_not_heard_and_the_systems_are(kiosk: House) -> None:
    terminal = board(kiosk)
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP):
        os.kill(terminal.process.pid, number)
    terminal.press("2")
    terminal.settle()
    assert terminal.process.poll() is None
    os.kill(terminal.process.pid, signal.SIGTERM)
    assert terminal.wait_exit() == 129


@presses("display", "ctrl+q ctrl+t")
def test_the_display_stands_and_leaves_with_the_same_code(kiosk: House) -> None:
    terminal = kiosk.run([*CLERK, "display"])
    terminal.wait_for("还没有连上中心")
    for data in ENDING:
        terminal.send(data)
        terminal.settle()
        assert terminal.shows("还没有连上中心") and terminal.process.poll() is None, data
    before = _colours(terminal)
    terminal.press("ctrl+t")
    terminal.wait_until(lambda: _colours(terminal) != before, "another theme")
    terminal.press("ctrl+q")
    terminal.wait_for("退出码")
    terminal.type(CODE)
    terminal.press("enter")
    assert terminal.wait_exit() == 0


@pytest.mark.parametrize("what", ["board", "display"])
def test_the_sample_hall_is_joined_and_shown(house: House, tmp_path: Path, what: str) -> None:
    terminal = house.run([*CLERK, what, "--demo", "--data", str(tmp_path / "hall")])
    terminal.wait_for("中心已连", limit=60)
    terminal.wait_for("示例市政务服务中心")
    terminal.wait_for("等候 0 人" if what == "board" else "现在没有呼叫")
    terminal.send(b"\x11")
    terminal.wait_for("退出码")
    terminal.press("enter")
    terminal.settle()
    assert terminal.process.poll() is None and terminal.shows("退出码")
    assert DEMO_CODE in (ROOT / "README.md").read_text("utf-8")
    terminal.type(DEMO_CODE)
    terminal.press("enter")
    assert terminal.wait_exit() == 0
    assert forbidden_in(bytes(terminal.output)) == []


def test_without_a_code_or_a_credential_the_board_does_not_start_and_says_what_to_do(house: House) -> None:
    terminal = house.run([*CLERK, "board"])
    terminal.wait_for("还没有设退出码")
    assert terminal.wait_exit() == 2 and terminal.shows("clerk board --new-code")
    house.configure(more=f'[kiosk]\nleave_code = "{new_verifier(CODE)}"\n')
    terminal = house.run([*CLERK, "board"])
    terminal.wait_for("本机还没有登记成公示屏")
    assert terminal.wait_exit() == 2 and terminal.shows("--role kiosk")


def test_a_new_code_is_typed_twice_and_never_shown(house: House) -> None:
    terminal = house.run([*CLERK, "board", "--new-code"])
    terminal.wait_for("退出码（6 到 12 位数字）")
    terminal.type(CODE)
    terminal.press("enter")
    terminal.wait_for("再输一次")
    terminal.type(CODE)
    terminal.press("enter")
    assert terminal.wait_exit() == 0
    line = "".join(terminal.text().split("leave_code = ")[1].splitlines()).split('"')[1]
    assert line.startswith("$argon2id$") and CODE not in terminal.text()
