"""Hostile names through a real pty: what the terminal gets is our sequences and letters, and the counter goes on."""

from __future__ import annotations

from hall.errors import BadName
from hall.names import clean_name
from tests.clerk_tui.terminal.conftest import House, found
from tests.clerk_tui.terminal.walkins import noticed
from tests.hostile import Hostile, names
from tests.terminal import Terminal, forbidden_in

NAMES = names(210)
CLEAR = b"\x05\x15"
"""To the end of the line, and all of it deleted."""


def test_the_watch_itself_sees_what_it_must() -> None:
    """The check would find each of these, and finds nothing in what Textual paints by itself."""
    for bad in (
        "\x1b[5;31m张三",
        "\x1b]52;c;eA==\x07",
        "\u202e",
        "\x9b31m",
        "\x00",
        "\x1bP1$r\x1b\\",
        "张\u200b三",
        "\ue000",
    ):
        assert forbidden_in(b"\x1b[3;4H" + bad.encode()), ascii(bad)
    assert forbidden_in(b"\xed\xa0\x80"), "half a character"
    assert not forbidden_in("\x1b[38;2;5;6;7m\x1b[48;5;5m\x1b[1;3H张三\x1b[0m\x1b[?25l\r\n".encode())


def paste(terminal: Terminal, name: Hostile) -> None:
    """As a terminal with bracketed paste hands it over; terminals take the brackets out of what is pasted."""
    text = name.text.replace("\x1b[201~", "").replace("\x1b[200~", "")
    terminal.send(b"\x1b[200~" + text.encode("utf-8", "replace") + b"\x1b[201~")


def storable(name: Hostile) -> bool:
    try:
        clean_name(name.text)
    except BadName:
        return False
    return True


def test_pasted_into_the_search_and_the_lookup(house: House) -> None:
    terminal = house.counter()
    for key in ("f2", "f5"):
        terminal.press(key)
        for name in NAMES:
            paste(terminal, name)
            terminal.settle(0.012)
            terminal.send(CLEAR)
        terminal.settle()
    sound(terminal)


def test_typed_and_pasted_into_the_form_refused_ones_are_said(house: House) -> None:
    terminal = house.counter()
    for letter in "hkqy":
        terminal.press(letter)
    found(terminal)
    terminal.press("enter")
    terminal.wait_for("申请人")
    terminal.press(*"1122")
    terminal.type("110101188001010011")
    terminal.press("enter")
    for name in NAMES:
        paste(terminal, name)
        terminal.settle(0.012)
        terminal.send(CLEAR)
    terminal.settle()
    sound(terminal)
    terminal.paste("张\u202e三")
    terminal.wait_for("[U+202E]")
    terminal.wait_for("U+202E")
    terminal.press("f9")
    terminal.settle()
    assert not terminal.shows("确认：")
    sound(terminal)


def test_typed_byte_by_byte(house: House) -> None:
    """Escape sequences as keys: they may mean a key, they never come back."""
    terminal = house.counter()
    for name in NAMES[:120]:
        text = "".join(char for char in name.text if char not in "\x11\x03\r\n")[:60]
        terminal.send(text.encode("utf-8", "replace"))
        terminal.settle(0.012)
    terminal.settle(0.3)
    sound(terminal, answers=False)


def test_stored_names_in_lookup_case_supplement_and_their_papers(house: House) -> None:
    ws = house.open()
    kept = [name for name in NAMES if storable(name)][:60]
    references = [noticed(ws, name.text).reference for name in kept]
    ws.close()
    terminal = house.counter()
    terminal.press("f5")
    terminal.wait_for(references[-1])
    for _ in kept:
        terminal.send(b"\x1b[B")
        terminal.settle(0.012)
    terminal.press("enter")
    terminal.wait_for("经过")
    terminal.press("f10")
    terminal.settle()
    terminal.press("escape")
    terminal.press("f4")
    terminal.settle()
    sound(terminal)


def sound(terminal: Terminal, *, answers: bool = True) -> None:
    """Nothing forbidden was painted, and the counter still answers."""
    found = forbidden_in(bytes(terminal.output))
    assert not found, found[:3]
    assert terminal.process.poll() is None, "the counter has ended"
    if answers:
        terminal.press("f1")
        terminal.wait_for("随处可用")
        terminal.press("escape")
        terminal.wait_gone("随处可用")


def test_rare_characters_of_a_name_are_typed_key_by_key(house: House) -> None:
    """As an input method hands them over: bytes, no brackets; also those newer than Python's own tables."""
    terminal = house.counter()
    for char in ("\U0002ebf0", "\U00031350", "\U00032000"):
        terminal.type(f"王{char}")
        terminal.wait_for(f"王{char}")
        terminal.send(CLEAR)
        terminal.wait_gone("王")
    sound(terminal)
