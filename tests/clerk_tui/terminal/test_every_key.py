"""Every key of the registry is pressed by a test through a pty."""

from __future__ import annotations

from clerk_tui import actions
from tests.clerk_tui.terminal.pressed import claims


def test_every_key_of_the_registry_is_pressed_through_a_pty() -> None:
    registry = {f"{action.group} {key}" for action in actions.ACTIONS for key in action.keys}
    pressed = {f"{group} {key}" for group, key in claims()}
    assert sorted(registry - pressed) == [], "no test presses them"
    assert sorted(pressed - registry) == [], "there are no such keys"
