"""The keys of signing in, of a pause and of the close of the day, as the bytes a terminal sends."""

from __future__ import annotations

from clerk_tui.services import shift
from clerk_tui.services.workspace import Workspace
from clerk_tui.store import shifts
from hall.facts import DayClosed
from tests.clerk_tui.clerks import PIN, ZHOU, Staff
from tests.clerk_tui.terminal.conftest import READY, House
from tests.clerk_tui.terminal.pressed import presses
from tests.clerk_tui.terminal.walkins import accepted
from tests.terminal import Terminal, key_bytes

BREATH_S = 0.3
"""An Enter in the same breath as what was typed before it would be taken for a scanner's."""


def press(terminal: Terminal, key: str) -> None:
    terminal.send(key_bytes(key))


def field(terminal: Terminal, label: str) -> str:
    """What stands behind a label of the form."""
    line = next(line for line in terminal.lines() if line.strip().startswith(label))
    return line.partition(label)[2].strip()


def holds(terminal: Terminal, label: str, text: str, key: str) -> None:
    terminal.wait_until(lambda: field(terminal, label) == text, f"{key}: {label} {text}")


@presses("sign_in", "enter tab up down")
def test_signing_in_takes_enter_tab_and_arrows(house: House) -> None:
    ws = house.open()
    Staff(ws).has_been_here(ZHOU)
    ws.close()
    terminal = house.run()
    terminal.wait_for("用自己的工号和密码签到")
    terminal.settle()
    # From the number to the PIN, and back: what is typed goes where the key has led.
    for typed, (there, back) in enumerate((("tab", "tab"), ("down", "up"), ("up", "down")), 1):
        press(terminal, there)
        terminal.type("9")
        holds(terminal, "密码", "*" * typed, there)
        press(terminal, back)
        terminal.type("9")
        holds(terminal, "工号", "9" * typed, back)
    for key in ("tab", "tab"):
        terminal.send(b"\x05\x15")  # to the end of the line, and all of it deleted
        press(terminal, key)
    terminal.wait_until(lambda: field(terminal, "工号") == field(terminal, "密码") == "", "empty again")
    terminal.type(ZHOU)
    terminal.settle()
    press(terminal, "enter")
    terminal.type(PIN)
    holds(terminal, "密码", "*" * len(PIN), "enter")
    terminal.settle(BREATH_S)
    press(terminal, "enter")
    terminal.wait_for(READY)
    assert PIN not in terminal.text() and PIN.encode() not in bytes(terminal.output)


@presses("anywhere", "ctrl+p")
@presses("paused", "enter")
def test_enter_ends_a_pause(house: House) -> None:
    terminal = house.counter()
    ws = house.open()
    press(terminal, "ctrl+p")
    terminal.wait_for("用餐")
    terminal.settle()
    press(terminal, "3")
    terminal.wait_for("回来后按 Enter 恢复服务")
    terminal.settle(BREATH_S)
    assert (pause := shift.paused(ws)) is not None and pause.reason == "用餐"
    press(terminal, "enter")
    terminal.wait_gone("恢复服务")
    terminal.wait_for(READY)
    assert shift.paused(ws) is None
    ws.close()


def closes(ws: Workspace) -> list[DayClosed]:
    return [fact.body for fact in shifts.closes_of(ws.journal.read()) if isinstance(fact.body, DayClosed)]


def ground(terminal: Terminal, word: str) -> str:
    """The colour on which a line stands."""
    row = next(row for row, line in enumerate(terminal.lines()) if word in line)
    return str(terminal._screen.buffer[row][4].bg)


PAPER, PARKED = "没有打出的文书", "没有办完的收件"


@presses("anywhere", "ctrl+r")
@presses("closing", "up down enter m f9")
def test_every_key_of_the_close_of_the_day(house: House) -> None:
    ws = house.open()
    accepted(ws)
    (house.folder / "papers").write_text("no folder", encoding="utf-8")
    terminal = house.counter()
    terminal.type("qykb")
    terminal.wait_for("企业开办")
    terminal.settle()
    press(terminal, "enter")
    terminal.wait_for("申请人")
    terminal.press("1")

    def opened() -> None:
        press(terminal, "ctrl+r")
        terminal.wait_for("还没有办完的")
        terminal.wait_for(PARKED)
        terminal.settle(BREATH_S)

    def stands_on(word: str, key: str) -> None:
        other = PARKED if word == PAPER else PAPER
        calm = ground(terminal, "还没有办完的")
        terminal.wait_until(lambda: ground(terminal, word) != calm == ground(terminal, other), f"{key}: {word}")

    opened()
    terminal.wait_for(PAPER)
    stands_on(PAPER, "at first")
    for key, word in (("down", PARKED), ("up", PAPER)):
        press(terminal, key)
        stands_on(word, key)
    (house.folder / "papers").unlink()
    press(terminal, "enter")
    terminal.wait_gone(PAPER)
    assert [path.suffix for path in (house.folder / "papers").iterdir()] == [".pdf"], "Enter printed it"
    terminal.settle(BREATH_S)
    press(terminal, "enter")
    terminal.wait_gone("还没有办完的")
    terminal.wait_for("暂存的收件，还没有确认")
    opened()
    press(terminal, "m")
    terminal.wait_for("写明为什么留着")
    terminal.type("等人回来")
    terminal.settle(BREATH_S)
    press(terminal, "enter")
    terminal.wait_for("原因：等人回来")
    terminal.settle(BREATH_S)
    press(terminal, "f9")
    terminal.wait_for("日结？")
    terminal.settle(BREATH_S)
    press(terminal, "enter")
    terminal.wait_for("已日结")
    (closed,) = closes(ws)
    assert [(left.kind, left.reason) for left in closed.left] == [("parked", "等人回来")]
    ws.close()
