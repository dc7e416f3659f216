"""The keys of the screens of a case and of the upload screen, as the bytes that a terminal sends."""

from __future__ import annotations

from clerk_tui.services import papers
from clerk_tui.widgets.cells import width
from tests.clerk_tui.services.test_outbox import answered
from tests.clerk_tui.terminal.conftest import House
from tests.clerk_tui.terminal.pressed import presses
from tests.clerk_tui.terminal.walkins import accepted
from tests.terminal import Terminal, key_bytes


def press(terminal: Terminal, *keys: str) -> None:
    for key in keys:
        terminal.send(key_bytes(key))
        terminal.settle()


def ground(terminal: Terminal, words: str) -> str:
    """The colour on which these words stand."""
    row, line = next((row, line) for row, line in enumerate(terminal.lines()) if words in line)
    return str(terminal._screen.buffer[row][width(line[: line.index(words)])].bg)


def moves(terminal: Terminal, key: str, first: str, to: str) -> None:
    """The key takes the choice from the line ``first`` to the line ``to``."""
    chosen, plain = ground(terminal, first), ground(terminal, to)
    assert chosen != plain, "one of the two is chosen"
    terminal.send(key_bytes(key))
    terminal.wait_until(lambda: (ground(terminal, first), ground(terminal, to)) == (plain, chosen), f"{key}: {to}")


@presses("outbox", "up down enter m r h")
def test_the_keys_of_the_upload_screen(house: House) -> None:
    ws = house.open()
    accepted(ws)
    answered(ws, (1, "quarantined", "办件属于另一个大厅"), (2, "conflict", "办件已是“已受理”"))
    ws.close()
    terminal = house.counter()
    press(terminal, "f12")
    first, second = "第 2 条", "第 1 条"
    terminal.wait_for(first)
    moves(terminal, "down", first, second)
    moves(terminal, "up", second, first)
    moves(terminal, "down", first, second)
    for key in "mrh":
        press(terminal, key)
        terminal.wait_until(lambda: asked(terminal), f"{key} asks")
        press(terminal, "escape")
        terminal.wait_until(lambda: not asked(terminal), "Esc closes the question")
    press(terminal, "up", "enter")
    terminal.wait_until(lambda: asked(terminal), "Enter asks")


def asked(terminal: Terminal) -> bool:
    """Whether a dialog stands in front."""
    return any(" Esc " in line and "Enter" in line for line in terminal.lines()[:-1])


@presses("lookup", "up down enter")
@presses("case", "pageup pagedown p")
def test_the_keys_of_a_case_that_is_longer_than_the_screen(house: House) -> None:
    ws = house.open()
    first, second = accepted(ws).reference, accepted(ws, "李四").reference
    papers.deliver_pending(ws)
    ws.close()
    terminal = house.counter(columns=80, rows=24)
    press(terminal, "f5")
    terminal.wait_for(first)
    moves(terminal, "down", second, first)
    moves(terminal, "up", first, second)
    press(terminal, "enter")
    terminal.wait_for("下面还有")
    press(terminal, "pagedown")
    terminal.wait_for("收到申请材料")
    press(terminal, "pageup")
    terminal.wait_for("下面还有")
    press(terminal, "p")
    ws = house.open()
    terminal.wait_until(lambda: ws.journal.head.seq == 7, "p prints it again, which is recorded")
    ws.close()


@presses("steps", "1 2 3 4 5 6 7 8 9 enter up down")
def test_the_keys_of_the_next_steps(house: House) -> None:
    terminal = with_a_case(house)
    press(terminal, "f8")
    terminal.wait_for("申请人撤回申请")
    terminal.settle()
    steps = (line.split() for line in terminal.lines())
    titles = [words[1] for words in steps if len(words) > 1 and words[0] in set("12345678")]
    assert len(titles) == 8, "there is nothing for the ninth"
    for key, title in zip("12345678", titles, strict=True):
        press(terminal, key)
        terminal.wait_gone("没有正在进行的这个特别程序")
        terminal.wait_for(title)
        press(terminal, "escape")
        terminal.wait_for("没有正在进行的这个特别程序")
    press(terminal, "9")
    assert terminal.shows("没有正在进行的这个特别程序")
    moves(terminal, "down", titles[-1], "收下补交的材料")
    moves(terminal, "up", "收下补交的材料", titles[-1])
    press(terminal, "enter")
    terminal.wait_gone("没有正在进行的这个特别程序")


@presses("step", "1 2 3 4 5 6 7 8 9 enter f9")
def test_the_keys_of_a_step(house: House) -> None:
    terminal = with_a_case(house)
    press(terminal, "f8")
    terminal.wait_for("告知特别程序")
    press(terminal, "1")
    terminal.wait_for("特别程序名称")
    press(terminal, "f9")
    terminal.wait_for("请填写特别程序名称")
    terminal.type("听证")
    press(terminal, "enter", "up", "2")
    terminal.wait_for("自然日")
    press(terminal, "up", "1")
    terminal.wait_gone("自然日")
    press(terminal, "up", *"3456789", "down")
    terminal.wait_until(
        lambda: any("按哪种日子算    工作日" in line for line in terminal.lines()), "one of two is picked"
    )


def with_a_case(house: House) -> Terminal:
    """The counter with an accepted case in front."""
    ws = house.open()
    reference = accepted(ws).reference
    papers.deliver_pending(ws)
    ws.close()
    terminal = house.counter()
    press(terminal, "f5")
    terminal.wait_for(reference)
    press(terminal, "enter")
    terminal.wait_for("经过")
    return terminal
