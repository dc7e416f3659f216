"""Every key of the registry, as the bytes a terminal really sends, reaches its action on its own screen."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from clerk_tui import actions
from clerk_tui.services import papers
from tests.clerk_tui.terminal.conftest import CLERK, ROOT, House
from tests.clerk_tui.terminal.pressed import loud, presses
from tests.clerk_tui.terminal.seen import moves, toggles
from tests.clerk_tui.terminal.walkins import accepted, noticed
from tests.terminal import KEYS, Terminal, key_bytes

#: What a terminal cannot send, or sends as something else (dependencies.md, trap 9).
NEVER_ARRIVE = {"ctrl+m", "ctrl+i", "ctrl+h", "ctrl+j", "ctrl+[", "ctrl+enter", "shift+enter", "ctrl+s", "ctrl+z"}


def home(terminal: Terminal, house: House) -> None:
    """Where the counter begins."""


def intake(terminal: Terminal, house: House) -> None:
    for letter in "qykb":
        terminal.press(letter)
    terminal.wait_for("企业开办")
    terminal.press("enter")
    terminal.wait_for("申请人")


def lookup(terminal: Terminal, house: House) -> None:
    terminal.press("f5")
    terminal.wait_for("收件编号、姓名")


def case(terminal: Terminal, house: House) -> None:
    lookup(terminal, house)
    terminal.wait_for("SL01-A1-00001")
    terminal.press("enter")
    terminal.wait_for("经过")


def supplement(terminal: Terminal, house: House) -> None:
    case(terminal, house)
    terminal.press("f4")
    terminal.wait_for("材料 ")
    terminal.settle()


WAYS: dict[str, tuple[str, Callable[[Terminal, House], None]]] = {
    "home": ("HomeScreen", home),
    "intake": ("IntakeScreen", intake),
    "lookup": ("LookupScreen", lookup),
    "case": ("CaseScreen", case),
    "supplement": ("SupplementScreen", supplement),
}


def prepare(house: House, group: str) -> None:
    """What the screen needs in the journal."""
    ws = house.open()
    if group == "supplement":
        noticed(ws)
    elif group in ("case", "lookup"):
        accepted(ws)
    ws.close()


@pytest.mark.parametrize(
    "group",
    [pytest.param(each, marks=[presses(each, loud(each)), presses("anywhere", loud("anywhere"))]) for each in WAYS],
)
def test_each_key_reaches_its_action(house: House, group: str, tmp_path: Path) -> None:
    screen, way = WAYS[group]
    prepare(house, group)
    log, hold = tmp_path / "trace", tmp_path / "trace.hold"
    log.touch()
    terminal = house.counter([sys.executable, "-m", "tests.clerk_tui.terminal.traced", str(log)])
    way(terminal, house)
    terminal.settle()
    hold.touch()
    for action in (*actions.group(group), *actions.group("anywhere")):
        if action.inside:
            continue
        for key in action.keys:
            log.write_text("")
            terminal.send(key_bytes(key))
            wanted = f"{screen} {action.id}\n"
            terminal.wait_until(lambda: log.read_text() != "", f"{key} on {screen}", limit=5)
            assert log.read_text() == wanted, key


@presses("materials", "space enter 1 2 3 4 5 6 0 backspace a up down pageup pagedown")
def test_each_mark_in_the_checklist_is_one_key(house: House) -> None:
    terminal = house.counter()
    intake(terminal, house)
    terminal.press("f4")
    first, second, last = "公司登记（备案）申请书", "股东主体资格文件或自然人身份证明", "住所（主要经营场所）使用文件"
    terminal.wait_for(last)
    terminal.settle()
    marks = {"space": "有", "enter": "有", "1": "有", "2": "缺", "4": "已有"}
    for (key, word), clear in zip(marks.items(), ("0", "backspace", "0", "0", "0"), strict=True):
        assert chip(terminal, first) == "待核", f"nothing marked before {key}"
        terminal.send(key_bytes(key))
        terminal.wait_until(lambda word=word: chip(terminal, first) == word, f"{key} marks {word}")  # type: ignore[misc]
        terminal.press("up", clear)
        terminal.wait_until(lambda: chip(terminal, first) == "待核", f"{clear} clears")
    for key, title in {"3": "不合格", "6": "不适用"}.items():
        terminal.press(key)
        terminal.wait_until(lambda title=title: asks(terminal, title), f"{key} asks")  # type: ignore[misc]
        terminal.press("escape")
        terminal.wait_until(lambda: not asks(terminal, ""), "Esc closes the question")
    terminal.press("down", "5")
    terminal.wait_until(lambda: asks(terminal, ""), "5 asks until when")
    terminal.press("escape")
    terminal.wait_until(lambda: not asks(terminal, ""), "Esc closes the question")
    terminal.press("a")
    terminal.wait_until(lambda: chip(terminal, first) == "有", "a marks the rest")
    terminal.press("up", "up")
    moves(terminal, "down", first, second)
    moves(terminal, "up", second, first)
    moves(terminal, "pagedown", first, last)
    moves(terminal, "pageup", last, first)


def asks(terminal: Terminal, title: str) -> bool:
    """Whether a dialog is open whose words name ``title``."""
    return any(" Esc " in line for line in terminal.lines()[:-1]) and title in terminal.text()


def chip(terminal: Terminal, name: str) -> str:
    """The mark in front of a material in the list."""
    line = next(line for line in terminal.lines() if name in line)
    return line[: line.index(name)].split()[-1]


def with_nine_answers(house: House) -> None:
    """The sample catalogue with a question that has as many answers as there are digits."""
    folder = house.folder / "catalogue"
    shutil.copytree(ROOT / "catalogue", folder)
    (file,) = folder.rglob("company-change.toml")
    last = '  { code = "scope", label = "经营范围" },\n'
    more = '  { code = "term", label = "营业期限" },\n  { code = "kind", label = "公司类型" },\n'
    text = file.read_text(encoding="utf-8")
    assert last in text
    file.write_text(text.replace(last, last + more), encoding="utf-8")
    house.configure(catalogue=folder)


ANSWERS = (
    "名称",
    "法定代表人",
    "住所",
    "增加注册资本",
    "减少注册资本",
    "股东（股权转让）",
    "经营范围",
    "营业期限",
    "公司类型",
)


@presses("home", "enter up down")
@presses("intake", "enter 1 2 3 4 5 6 7 8 9")
def test_digits_choose_arrows_move_and_enter_goes_on(house: House) -> None:
    with_nine_answers(house)
    terminal = house.counter()
    terminal.type("g")
    terminal.type("s")
    terminal.type("b")
    terminal.type("g")
    terminal.wait_for("建筑工程施工许可证变更")
    moves(terminal, "down", "  3100100002", "  1702200002")
    moves(terminal, "up", "  1702200002", "  3100100002")
    terminal.press("enter")
    terminal.wait_for("变更哪些登记事项")
    for digit, answer in enumerate(ANSWERS, 1):
        toggles(terminal, str(digit), f" {digit} {answer}")
    terminal.press("1")
    terminal.wait_for("变更后名称")
    terminal.settle(0.3)
    terminal.send(key_bytes("enter"))
    terminal.wait_gone(" 2 法定代表人")
    terminal.type("9")
    terminal.wait_until(
        lambda: any("社会信用代码" in line and "9" in line for line in terminal.lines()),
        "Enter: the next that is empty",
    )


@presses("lookup", "enter")
@presses("case", "p")
@presses("dialog", "enter escape")
def test_a_case_and_a_dialog_take_enter_escape_and_p(house: House) -> None:
    ws = house.open()
    accepted(ws)
    papers.deliver_pending(ws)
    ws.close()
    terminal = house.counter()
    case(terminal, house)
    terminal.press("p")
    terminal.wait_for("补打 1")
    terminal.press("ctrl+q")
    terminal.wait_for("退出工作站？")
    terminal.press("escape")
    terminal.wait_gone("退出工作站？")
    terminal.press("ctrl+q")
    terminal.wait_for("退出工作站？")
    terminal.send(key_bytes("enter"))
    assert terminal.wait_exit() == 0


def test_the_registry_asks_for_no_key_that_terminals_do_not_send() -> None:
    for action in actions.ACTIONS:
        for key in action.keys:
            assert key not in NEVER_ARRIVE, key
            assert key in KEYS or len(key) == 1 or key.startswith("ctrl+"), key
            if len(key) == 1 and key.isalnum():
                assert action.inside, f"{key} would be taken from an input method"


@presses("anywhere", "ctrl+backslash")
def test_the_silent_alarm_arrives_as_the_bytes_that_terminals_send_and_paints_nothing(house: House) -> None:
    terminal = house.counter()
    terminal.type("qykb")
    terminal.settle()
    before = terminal.text()
    ws = house.open()
    terminal.send(key_bytes("ctrl+backslash"))
    terminal.wait_until(lambda: ws.journal.head.seq == 1, "the call is recorded")
    assert before == terminal.text()
    ws.close()


@presses("training", "ctrl+x")
def test_training_takes_its_one_key_and_tells_the_result_when_it_ends(house: House) -> None:
    """``clerk training --json``: the screens on the terminal, the results as one line of JSON behind them."""
    folder = house.folder / "sandbox"
    terminal = house.run([*CLERK, "training", "--json", "--data", str(folder)])
    terminal.wait_for("培训")
    terminal.wait_for("未做")
    terminal.press("1")
    terminal.wait_for("桌上有")
    # An Enter right behind the digit belongs to the digit: the story's own is told by its other key.
    terminal.press("escape")
    terminal.wait_gone("桌上有")
    terminal.send(key_bytes("ctrl+x"))
    terminal.wait_for("交卷")
    terminal.press("2")
    terminal.wait_for("还没有办完")
    terminal.press("escape")
    terminal.wait_gone("还没有办完")
    terminal.press("ctrl+q")
    terminal.wait_for("退出工作站？")
    terminal.send(key_bytes("enter"))
    assert terminal.wait_exit() == 0
    line = next(part for part in bytes(terminal.output).decode().splitlines() if '"exercises"' in part)
    told = json.loads(line[line.index('{"exercises"') :])
    assert [(one["key"], one["done"]) for one in told["exercises"]] == [("accept", False)]
    assert (told["right"], told["total"]) == (0, 10)
    assert (folder / "clerk.db").exists() and not (house.folder / "clerk.db").exists()
