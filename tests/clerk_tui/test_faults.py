"""The named points: each is passed somewhere, and nothing but a test can make one do anything."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from clerk_tui import faults
from clerk_tui.services import intake
from clerk_tui.services.workspace import Workspace
from tests.clerk_tui.conftest import ROOT
from tests.clerk_tui.walkins import restaurant

SOURCES = {path: path.read_text("utf-8") for path in sorted((ROOT / "clerk_tui").rglob("*.py"))}


def test_every_name_is_a_place_in_the_program_and_every_place_has_a_name() -> None:
    found = [name for text in SOURCES.values() for name in re.findall(r'faults\.point\("([a-z.]+)"\)', text)]
    assert sorted(set(found)) == sorted(faults.POINTS)


def test_the_program_itself_never_sets_a_hook() -> None:
    assert [path.name for path, text in SOURCES.items() if "watched(" in text] == [Path(faults.__file__).name]
    assert faults._hook is None


def test_what_a_hook_raises_before_the_commit_undoes_the_action_after_it_does_not(ws: Workspace) -> None:
    class Interrupted(BaseException):
        pass

    def at(name: str) -> None:
        def hook(passed: str) -> None:
            if passed == name:
                raise Interrupted

        with pytest.raises(Interrupted), faults.watched(hook):
            intake.submit(ws, restaurant(ws))

    at("commit.before")
    assert ws.journal.head.seq == 0
    at("commit.after")
    assert ws.journal.head.seq == 3
    assert ws.journal.verify().facts == 3
