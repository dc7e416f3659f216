"""The keys of the queue as the bytes a terminal sends, at a counter that is a process, at a centre that is another."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from clerk_tui import actions
from clerk_tui.screens.calling import KEYS as LETTERS
from tests.clerk_tui.queue_rig import Hall, Seat, hall_with_queue
from tests.clerk_tui.terminal.pressed import presses
from tests.clerk_tui.terminal.seen import moves
from tests.terminal import KEYS, Terminal, key_bytes

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    folder = tmp_path_factory.mktemp("hall")
    with hall_with_queue(folder, tmp_path_factory.getbasetemp() / "catalogue-cache") as hall:
        hall.open("A3")
        yield hall


@pytest.fixture
def terminal(hall: Hall, tmp_path: Path) -> Iterator[Terminal]:
    """The counter of the hall's window, with its line of the queue."""
    seat = hall.seats[0]
    command = [sys.executable, "-m", "clerk_tui", "run"]
    with Terminal(command, env={"CLERK_CONFIG": str(written(seat, tmp_path)), "PYTHONPATH": str(ROOT)}) as terminal:
        terminal.wait_for("等候")
        terminal.settle()
        yield terminal


def written(seat: Seat, folder: Path) -> Path:
    config, file = seat.config, folder / "config.toml"
    file.write_text(
        f'[hall]\nwindow = "{config.hall.window}"\n[device]\ncode = "{config.device.code}"\n'
        f'[catalogue]\npath = "{config.catalogue.path}"\n'
        f'[store]\npath = "{config.store.path}"\nwitness = "{config.store.witness}"\n'
        f'[centre]\nurl = "{config.centre.url}"\n[print]\ntarget = "{config.print.target}"\n',
        encoding="utf-8",
    )
    return file


def press(terminal: Terminal, key: str) -> None:
    terminal.send(key_bytes(key))


def only_asks(terminal: Terminal) -> None:
    """The person at the window only wanted to know: the guide is printed, and the result is on the screen."""
    press(terminal, "f7")
    terminal.wait_for("打印指南")
    press(terminal, "enter")
    terminal.wait_for("只办结")


def at_the_window(terminal: Terminal, number: str, word: str) -> None:
    terminal.wait_until(lambda: any(number in line and word in line for line in terminal.lines()), f"{number} {word}")


@presses("queue", "ctrl+n ctrl+g ctrl+o")
@presses("calling", "enter up down s p h t e b")
@presses("result", "enter m e")
def test_every_key_of_the_queue_arrives(hall: Hall, terminal: Terminal) -> None:
    first, second, third, fourth = (hall.issue() for _ in range(4))
    press(terminal, "ctrl+n")
    terminal.wait_for("已呼叫")
    press(terminal, "ctrl+g")
    terminal.wait_for("已叫2次")
    press(terminal, "ctrl+n")
    terminal.wait_for("还没有来")
    press(terminal, "escape")
    terminal.wait_gone("还没有来")
    press(terminal, "ctrl+o")
    terminal.wait_for("为什么是这张")
    terminal.wait_for(f"等候   {fourth.number}")
    for key, title in (("p", f"{first.number}过号"), ("t", "转到哪里"), ("h", f"暂放{first.number}")):
        press(terminal, key)
        terminal.wait_for(title)
        press(terminal, "escape")
        terminal.wait_gone(title)
    press(terminal, "h")
    terminal.wait_for(f"暂放{first.number}")
    press(terminal, "1")
    terminal.wait_for("本窗口没有号")
    terminal.wait_for(f"暂放   {first.number}")
    held, waits = f"  {first.number}", f"  {second.number}"
    moves(terminal, "up", waits, held)
    moves(terminal, "down", held, waits)
    moves(terminal, "up", waits, held)
    press(terminal, "b")
    terminal.wait_for(f"等候   {first.number}")
    press(terminal, "escape")
    press(terminal, "ctrl+n")
    terminal.wait_for("已叫3次")
    press(terminal, "ctrl+o")
    terminal.wait_for("为什么是这张")
    press(terminal, "s")
    terminal.wait_for("办理中")
    press(terminal, "ctrl+o")
    terminal.wait_for("为什么是这张")
    press(terminal, "e")
    terminal.wait_for("怎样结束")
    press(terminal, "1")
    terminal.wait_gone("办理中")
    press(terminal, "ctrl+o")
    terminal.wait_for(second.number)
    press(terminal, "enter")
    terminal.wait_for("不按顺序")
    press(terminal, "1")
    terminal.wait_for("已呼叫")
    # An Enter right behind the digit would belong to the digit.
    press(terminal, "down")
    press(terminal, "up")
    press(terminal, "enter")
    terminal.wait_for("办理中")
    terminal.wait_for("申请人")
    only_asks(terminal)
    press(terminal, "m")
    terminal.wait_gone("只办结")
    at_the_window(terminal, second.number, "办理中")
    press(terminal, "ctrl+n")
    terminal.wait_for("已呼叫")
    press(terminal, "enter")
    terminal.wait_for("申请人")
    only_asks(terminal)
    press(terminal, "enter")
    at_the_window(terminal, fourth.number, "已呼叫")
    assert hall.ticket(third.ticket_id).state == "finished"
    press(terminal, "enter")
    terminal.wait_for("申请人")
    only_asks(terminal)
    press(terminal, "e")
    terminal.wait_for("等候 0 人")
    terminal.wait_gone("只办结")


def test_the_registry_names_what_is_pressed_here() -> None:
    loud = {key for action in actions.group("queue") for key in action.keys}
    assert loud == {"ctrl+n", "ctrl+g", "ctrl+o"} and not loud & set(KEYS)
    inside = {key for action in actions.group("calling") for key in action.keys}
    assert inside == {*LETTERS, "up", "down"}
