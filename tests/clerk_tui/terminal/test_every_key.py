"""Every key of the registry is pressed by a test through a pty, or stands here with the reason why it is not."""

from __future__ import annotations

from clerk_tui import actions
from tests.clerk_tui.terminal.pressed import claims

NOT_PRESSED: dict[str, tuple[str, str]] = {
    "case": (
        "o t up down",
        "they need a print station, or papers to give back: tests/clerk_tui/screens/test_papers_in_view.py",
    ),
    "paper": ("enter", "it needs a code from a camera: tests/clerk_tui/screens/test_paper_code.py"),
    "result": (
        "enter o p t up down pageup pagedown",
        "behind a whole walk-in, of which the other keys are pressed here: tests/clerk_tui/screens/test_printing.py",
    ),
}
"""Group: the keys that no test of this folder presses, and why."""


def test_every_key_of_the_registry_is_pressed_through_a_pty() -> None:
    registry = {f"{action.group} {key}" for action in actions.ACTIONS for key in action.keys}
    excused = {f"{group} {key}" for group, (keys, _why) in NOT_PRESSED.items() for key in keys.split()}
    pressed = {f"{group} {key}" for group, key in claims()}
    assert pressed <= registry, sorted(pressed - registry)
    assert sorted(registry - pressed - excused) == [], "no test presses them, and NOT_PRESSED does not say why"
    assert sorted(excused & pressed) == [] == sorted(excused - registry), "NOT_PRESSED names them without need"
    assert all(why for _keys, why in NOT_PRESSED.values())
