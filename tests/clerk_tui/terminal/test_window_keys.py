"""The keys of signing in, pausing, closing the day and the upload screen, as the bytes that a terminal sends; and that
each key of the registry is pressed so by some test."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterable

import pytest

from clerk_tui import actions
from clerk_tui.widgets.cells import width
from tests.clerk_tui.clerks import PIN, ZHOU, Staff
from tests.clerk_tui.services.test_outbox import answered
from tests.clerk_tui.terminal import test_calling_keys, test_keys, test_kiosk, test_station_pty
from tests.clerk_tui.terminal.conftest import House
from tests.clerk_tui.terminal.walkins import accepted
from tests.terminal import Terminal, key_bytes

PILOT = {
    "result": {"o", "t", "up", "down", "pageup", "pagedown"},
    "case": {"o", "t", "up", "down", "pageup", "pagedown"},
    "steps": {*"123456789", "enter", "up", "down"},
    "step": {*"123456789", "enter", "f9"},
    "paper": {"enter"},
}
"""Keys of the screens behind a case. They send the same bytes as the same keys pressed here on other screens, so what
is left is what the screen makes of them: that is tested without a terminal (``tests/clerk_tui/screens``)."""


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


def test_the_keys_of_signing_in(house: House) -> None:
    ws = house.open()
    Staff(ws).has_been_here(ZHOU)
    ws.close()
    terminal = house.run()
    terminal.wait_for("用自己的工号和密码签到")
    terminal.settle()
    for there, back in (("tab", "up"), ("down", "tab")):
        terminal.type("1")
        terminal.wait_until(lambda: shown(terminal, "工号") == "1", "the number's box has the focus")
        press(terminal, there)
        terminal.type("22")
        terminal.wait_until(lambda there=there: shown(terminal, "密码") == "**", f"{there}: the PIN's box")  # type: ignore[misc]
        press(terminal, "backspace", "backspace", back, "backspace")
        terminal.wait_until(lambda back=back: shown(terminal, "工号") == "", f"{back}: the number's box again")  # type: ignore[misc]
    terminal.type(ZHOU)
    press(terminal, "tab")
    terminal.type("111111")
    press(terminal, "enter")
    terminal.wait_for("工号或密码不对")
    terminal.type(PIN)
    press(terminal, "enter")
    terminal.wait_for("企业开办")


def shown(terminal: Terminal, box: str) -> str:
    """What stands in a box of the form."""
    line = next(line for line in terminal.lines() if line.strip().startswith(box) and "签到" not in line)
    return line.strip().removeprefix(box).strip()


def test_enter_ends_a_pause(house: House) -> None:
    terminal = house.counter()
    press(terminal, "ctrl+p")
    terminal.wait_for("暂停服务？")
    press(terminal, "enter")
    terminal.wait_for("回来后按 Enter")
    press(terminal, "enter")
    terminal.wait_gone("回来后按 Enter")
    terminal.wait_for("企业开办")


def test_the_keys_of_closing_the_day(house: House) -> None:
    written = house.config_file.read_text(encoding="utf-8")
    house.config_file.write_text(written.replace("enabled = false", 'url = "http://127.0.0.1:9"'), encoding="utf-8")
    (house.folder / "papers").write_text("no folder", encoding="ascii")
    ws = house.open()
    accepted(ws)
    ws.close()
    terminal = house.counter()
    terminal.wait_for("没打出1份")
    press(terminal, "ctrl+r")
    unsent, unprinted = "没有上传的记录和扫描件", "没有打出的文书"
    terminal.wait_for(unsent)
    terminal.wait_for(unprinted)
    for keys in ("down", "up"), ("up", "down"):
        moves(terminal, keys[0], unsent, unprinted)
        moves(terminal, keys[1], unprinted, unsent)
    press(terminal, "enter")
    terminal.wait_for("中心地址")
    press(terminal, "escape", "ctrl+r")
    terminal.wait_for(unsent)
    press(terminal, "f9")
    terminal.wait_for("写明为什么留着")
    press(terminal, "escape")
    terminal.wait_gone("写明为什么留着")
    press(terminal, "m")
    terminal.wait_for("写明为什么留着")
    terminal.type("down")
    press(terminal, "enter")
    terminal.wait_gone("写明为什么留着")
    terminal.wait_until(lambda: any("down" in line for line in terminal.lines()), "the reason stands there")


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


SINGLE = {key for action in actions.ACTIONS for key in action.keys if len(key) == 1}
PRESSED: dict[str, tuple[Callable[..., object], ...]] = {
    "anywhere": (
        test_keys.test_each_key_reaches_its_action,
        test_keys.test_the_silent_alarm_arrives_as_the_bytes_that_terminals_send_and_paints_nothing,
    ),
    "sign_in": (test_the_keys_of_signing_in,),
    "queue": (test_calling_keys.test_every_key_of_the_queue_arrives,),
    "calling": (test_calling_keys.test_every_key_of_the_queue_arrives,),
    "paused": (test_enter_ends_a_pause,),
    "closing": (test_the_keys_of_closing_the_day,),
    "home": (test_keys.test_digits_choose_arrows_move_and_enter_goes_on, test_keys.intake),
    "intake": (
        test_keys.test_each_key_reaches_its_action,
        test_keys.test_digits_choose_arrows_move_and_enter_goes_on,
    ),
    "materials": (test_keys.test_each_mark_in_the_checklist_is_one_key,),
    "result": (
        test_keys.test_result_and_dialog_take_enter_escape_and_p,
        test_calling_keys.test_every_key_of_the_queue_arrives,
    ),
    "supplement": (test_keys.test_each_key_reaches_its_action,),
    "lookup": (test_keys.test_each_key_reaches_its_action, test_keys.case),
    "case": (test_keys.test_each_key_reaches_its_action, test_keys.test_result_and_dialog_take_enter_escape_and_p),
    "outbox": (test_the_keys_of_the_upload_screen,),
    "station": (test_station_pty.test_each_key_of_the_machine_does_what_the_registry_says,),
    "dialog": (test_keys.test_result_and_dialog_take_enter_escape_and_p,),
    "training": (test_keys.test_training_takes_its_one_key_and_tells_the_result_when_it_ends,),
    "board": (
        test_kiosk.test_the_bytes_of_every_key_move_the_board,
        test_kiosk.test_no_key_ends_or_stops_the_board_and_the_code_does,
    ),
    "display": (test_kiosk.test_the_display_stands_and_leaves_with_the_same_code,),
}
"""Which functions press the keys of a group through a terminal."""


def claims(group: str, keys: Iterable[str]) -> set[str]:
    """Which of the keys the functions named for a group press: each stands in one of their literals, alone or among
    other keys of one character, or they take all from the registry."""
    text = "".join(inspect.getsource(one) for one in PRESSED[group])
    if f'actions.group("{group}")' in text or "actions.group(group)" in text:
        return set(keys)
    found = {node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant)}
    rows = [each for each in found if isinstance(each, str) and set(each) <= SINGLE]
    return {key for key in keys if {key, key_bytes(key)} & found or any(key in row for row in rows)}


@pytest.mark.parametrize("group", actions.GROUPS)
def test_every_key_of_the_registry_is_pressed_through_a_terminal(group: str) -> None:
    keys = {key for action in actions.group(group) for key in action.keys}
    left = PILOT.get(group, set())
    assert left <= keys, "a key that is gone needs no reason"
    pressed = claims(group, keys) if group in PRESSED else set()
    assert pressed | left == keys
