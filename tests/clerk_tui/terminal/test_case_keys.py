"""The keys of the screens of a case, of its papers and of the upload screen, as the bytes that a terminal sends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from clerk_tui.services import papers
from clerk_tui.services.workspace import Workspace
from tests.clerk_tui.services.test_back_by_paper import deed_to_return
from tests.clerk_tui.services.test_outbox import answered
from tests.clerk_tui.services.test_replica import code_on, introduce
from tests.clerk_tui.terminal.conftest import READY, House
from tests.clerk_tui.terminal.pressed import presses
from tests.clerk_tui.terminal.seen import ground, moves
from tests.clerk_tui.terminal.walkins import accepted
from tests.clerk_tui.walkins import PERSON
from tests.terminal import Terminal, key_bytes

BREATH_S = 0.3
"""An Enter in the same breath as what was typed before it would be taken for a scanner's."""


def press(terminal: Terminal, *keys: str) -> None:
    for key in keys:
        terminal.send(key_bytes(key))
        terminal.settle()


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
@presses("paper", "enter")
@presses("result", "up down pageup pagedown p o t enter")
@presses("case", "up down pageup pagedown p o t")
def test_the_keys_of_papers_where_a_case_is_longer_than_the_screen(house: House) -> None:
    """Somebody brings the paper of another window to one whose printer does not print."""
    ws, there = two_windows(house)
    brought, lies_here = deed_to_return(there), deed_to_return(ws)
    code = code_on(there, brought)
    there.close()
    (house.folder / "papers").write_text("no folder", encoding="utf-8")
    terminal = house.counter(columns=80, rows=24)
    press(terminal, "f5")
    terminal.wait_for(lies_here)
    terminal.settle()
    terminal.send(code.encode() + b"\r")
    goes_on_from_the_paper(terminal)
    the_materials_are_there_or_promised(terminal)
    of_the_result(terminal, ws, house, " ".join(brought))
    press(terminal, "f5")
    terminal.wait_for(lies_here)
    moves(terminal, "down", brought, lies_here)
    moves(terminal, "up", lies_here, brought)
    moves(terminal, "down", brought, lies_here)
    press(terminal, "enter")
    of_the_case(terminal, ws, house)
    ws.close()


def two_windows(house: House) -> tuple[Workspace, Workspace]:
    """This window, with another folder for papers in reserve, and one whose papers it believes."""
    (folder := house.folder / "W77").mkdir()
    other = House(folder, house._stack)
    other.configure(more='[device]\ncode = "W77"\n')
    house.configure(places='others = ["dir:reserve"]\n')
    ws, there = house.open(), other.open()
    introduce(ws, there)
    return ws, there


def shown_in(terminal: Terminal, name: str, value: str, key: str) -> None:
    """One line says both."""
    terminal.wait_until(lambda: any(name in line and value in line for line in terminal.lines()), f"{key}: {value}")
    terminal.settle(BREATH_S)


def goes_on_from_the_paper(terminal: Terminal) -> None:
    """The card is compared: Enter leads from its number to the name, and on."""
    terminal.wait_for("签名相符")
    terminal.settle(BREATH_S)
    hint = "照证件输入全名"
    empty = ground(terminal, hint)
    terminal.type(PERSON)
    shown_in(terminal, "证件号码", PERSON, "typed")
    terminal.send(key_bytes("enter"))
    terminal.wait_until(lambda: ground(terminal, hint) != empty, "Enter: the name")
    terminal.type("李四")
    shown_in(terminal, "证件姓名", "李四", "typed")
    terminal.send(key_bytes("enter"))
    terminal.wait_for("上次告知")


def the_materials_are_there_or_promised(terminal: Terminal) -> None:
    """Of the three that are missing two are there and the last is promised: the case is accepted with three papers."""
    first, second, third = "被投靠人居民户口簿", "结婚证", "亲子关系证明"
    for name in (first, second):
        shown_in(terminal, f"  {name}", " 缺 ", "before")
        terminal.send(key_bytes("1"))
        shown_in(terminal, f"  {name}", " 有 ", "1")
    terminal.send(key_bytes("5"))
    terminal.wait_until(lambda: asked(terminal), "5 asks until when")
    terminal.settle(BREATH_S)
    terminal.send(key_bytes("enter"))
    shown_in(terminal, f"  {third}", " 承诺 ", "5")
    terminal.send(key_bytes("f9"))
    terminal.wait_for("确认：容缺受理")
    terminal.settle(BREATH_S)
    terminal.send(key_bytes("enter"))
    terminal.wait_for("容 缺 受 理")


def of_the_result(terminal: Terminal, ws: Workspace, house: House, reference: str) -> None:
    """Three papers, none of which came out, and what is to be given back."""
    terminal.wait_for("下面还有")
    terminal.settle()
    terminal.send(key_bytes("pagedown"))
    terminal.wait_gone(reference)
    terminal.wait_for("/R1-A1")
    moves(terminal, "down", "/L1-A1", "/C1-A1")
    moves(terminal, "up", "/C1-A1", "/L1-A1")
    moves(terminal, "down", "/L1-A1", "/C1-A1")
    terminal.settle()
    the_printing_keys(terminal, house, "/C1-A1")
    terminal.send(key_bytes("pageup"))
    terminal.wait_for(reference)
    with recorded(terminal, ws):
        terminal.send(key_bytes("t"))
        gives_back(terminal)
        terminal.wait_for("已退还")
    terminal.settle(BREATH_S)
    terminal.send(key_bytes("enter"))
    terminal.wait_for(READY)


def the_printing_keys(terminal: Terminal, house: House, paper: str) -> None:
    """p tries what did not come out once more, o has it come out elsewhere."""
    reserve = house.folder / "reserve"
    before = len([*reserve.glob("*.pdf")])
    terminal.send(key_bytes("p"))
    terminal.wait_for("又打了 1 次，没有打出")
    terminal.settle()
    terminal.send(key_bytes("o"))
    terminal.wait_for("改送哪里打印？")
    terminal.settle()
    terminal.send(key_bytes("2"))
    shown_in(terminal, paper, "已打印", "o")
    assert len([*reserve.glob("*.pdf")]) == before + 1


def gives_back(terminal: Terminal) -> None:
    terminal.wait_for("这些材料退还了吗")
    terminal.settle(BREATH_S)
    terminal.send(key_bytes("enter"))


@contextmanager
def recorded(terminal: Terminal, ws: Workspace) -> Iterator[None]:
    """What is done within is one more fact of the journal."""
    before = ws.journal.head.seq
    yield
    terminal.wait_until(lambda: ws.journal.head.seq == before + 1, "it is recorded")


def of_the_case(terminal: Terminal, ws: Workspace, house: House) -> None:
    """The case that lay here: its receipt and its notice did not come out either."""
    terminal.wait_for("下面还有")
    terminal.settle()
    for key, shown in (("pagedown", False), ("pageup", True), ("pagedown", False)):
        terminal.send(key_bytes(key))
        terminal.wait_until(lambda shown=shown: terminal.shows("补正中") == shown, key)  # type: ignore[misc]
    moves(terminal, "down", "/S1 ", "/B1 ")
    moves(terminal, "up", "/B1 ", "/S1 ")
    moves(terminal, "down", "/S1 ", "/B1 ")
    terminal.settle()
    the_printing_keys(terminal, house, "/B1 ")
    with recorded(terminal, ws):
        terminal.send(key_bytes("p"))
        terminal.wait_for("补打 1")
    with recorded(terminal, ws):
        terminal.send(key_bytes("t"))
        gives_back(terminal)
        terminal.wait_for("已办：登记退还材料")


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
