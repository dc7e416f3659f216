"""The registry is the truth about keys: what is bound, what lists take, what the key line and the help say."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import pytest

import clerk_tui.screens
from clerk_tui import actions
from clerk_tui.screens.base import CounterScreen
from clerk_tui.screens.home import HomeScreen
from clerk_tui.widgets.materials import STATES
from tests.clerk_tui.screens.conftest import OpenCounter

#: Chords that pass in tests and never arrive from a terminal.
NEVER_SENT = {"ctrl+m", "ctrl+i", "ctrl+h", "ctrl+j", "ctrl+left_square_bracket"}
SCREENS = [
    cls
    for module in pkgutil.iter_modules(clerk_tui.screens.__path__)
    for cls in vars(importlib.import_module(f"clerk_tui.screens.{module.name}")).values()
    if inspect.isclass(cls) and issubclass(cls, CounterScreen) and cls.__module__.endswith(f".{module.name}")
]


@pytest.mark.parametrize("screen", SCREENS, ids=lambda cls: cls.__name__)
def test_a_screen_binds_exactly_its_actions(screen: type[CounterScreen]) -> None:
    bound = {key for keys in screen._merged_bindings.key_to_bindings.values() for key in [keys[0].key]}  # type: ignore[union-attr]
    wanted = {
        key
        for name in (*screen.GROUPS, "anywhere", "queue")
        for action in actions.group(name)
        if not action.inside
        for key in action.keys
    }
    ours = {key for key in bound if key not in ("tab", "shift+tab", "ctrl+c", "super+c")}
    assert ours == wanted
    for name in (*screen.GROUPS, "anywhere", "queue"):
        for action in actions.group(name):
            if not action.inside:
                assert callable(getattr(screen, f"do_{action.id}", None)), f"{screen.__name__} cannot do {action.id}"


def test_no_key_means_two_things_in_one_place() -> None:
    for name in actions.GROUPS:
        keys = [key for action in actions.group(name) for key in action.keys]
        assert len(keys) == len(set(keys)), name
        if name != "dialog":
            loud = {key for action in actions.group(name) if not action.inside for key in action.keys}
            general = {key for action in actions.group("anywhere") for key in action.keys}
            assert not loud & general or name == "anywhere", name


def test_every_key_is_one_that_terminals_send_and_letters_live_in_lists_only() -> None:
    for action in actions.ACTIONS:
        assert not NEVER_SENT & set(action.keys), action.id
        if not action.inside:
            assert all(len(key) > 1 for key in action.keys), f"{action.id}: letters belong to the input method"


def test_the_checklist_takes_every_key_that_the_registry_gives_it() -> None:
    keys = actions.list_keys("materials")
    assert set(STATES) <= set(keys.values())
    assert keys[" "] == keys["enter"] == keys["1"] == "mark_present"


async def test_the_help_names_every_key_of_the_screen(counter: OpenCounter) -> None:
    async with counter() as clerk:
        await clerk.press("f1")
        for action in (*actions.group("home"), *actions.group("anywhere")):
            assert action.tooltip[:20] in clerk.text
        await clerk.press("escape")
        assert isinstance(clerk.screen, HomeScreen)


async def test_there_is_no_palette_and_quitting_asks(counter: OpenCounter) -> None:
    async with counter() as clerk:
        await clerk.press("ctrl+p")
        assert clerk.asks and "暂停服务" in clerk.text, "what Textual opens its palette with pauses the window"
        await clerk.press("escape", "ctrl+q")
        assert clerk.asks and "退出工作站" in clerk.text
        await clerk.press("escape")
        assert isinstance(clerk.screen, HomeScreen)


async def test_the_theme_goes_round(counter: OpenCounter) -> None:
    async with counter() as clerk:
        seen = []
        for _ in range(3):
            await clerk.press("ctrl+t")
            seen.append(clerk.app.theme)
        assert seen == ["dark", "contrast", "light"]
