"""Which key of the registry is pressed by which test through a pty: a test says so by ``@presses("closing", "up m")``.

What a test says is looked at when it has passed: each of its keys must have gone to a terminal as that key's bytes.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from clerk_tui import actions

HERE = Path(__file__).parent
MARK = "presses"
Pair = tuple[str, str]
"""A group of the registry and one of its keys."""


def presses(group: str, keys: str) -> pytest.MarkDecorator:
    """The test presses these keys of this group."""
    return pytest.mark.presses(group, *keys.split())


def loud(group: str) -> str:
    """The keys of a group that are bound everywhere on its screen."""
    return " ".join(key for action in actions.group(group) if not action.inside for key in action.keys)


def pairs_of(mark: pytest.Mark) -> set[Pair]:
    group, *keys = mark.args
    return {(group, key) for key in keys}


def claims() -> dict[Pair, list[str]]:
    """Every pair that a test of this folder says it presses, and which tests say so."""
    found: dict[Pair, list[str]] = {}
    for path in sorted(HERE.glob("test_*.py")):
        module = importlib.import_module(f"tests.clerk_tui.terminal.{path.stem}")
        for name, test in vars(module).items():
            if name.startswith("test_"):
                for mark in marks_of(test):
                    for pair in pairs_of(mark):
                        found.setdefault(pair, []).append(f"{path.stem}.{name}")
    return found


def marks_of(test: object) -> Iterator[pytest.Mark]:
    """The test's own marks and those of its parameters."""
    for mark in getattr(test, "pytestmark", ()):
        if mark.name == MARK:
            yield mark
        elif mark.name == "parametrize":
            sets = (each for each in mark.args[1] if hasattr(each, "marks"))
            yield from (inner.mark if hasattr(inner, "mark") else inner for each in sets for inner in each.marks)
