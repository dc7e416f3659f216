"""``docs/cli.md`` is true: every example is run, in order, and answers what the page says; every command is on it."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clerk_tui.cli.main import COMMANDS
from tests.clerk_tui.cli.conftest import ROOT, Clerk

PAGE = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
ANY = "…"


def examples(page: str = PAGE) -> Iterator[tuple[str, str]]:
    """Every command of the page's console blocks, with what stands below it."""
    for block in re.findall(r"^```console\n(.*?)^```", page, re.M | re.S):
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            line, _, below = part.partition("\n")
            yield line, below


def agrees(told: Any, said: Any) -> bool:
    """Whether an answer is what the page says, key for key; ``…`` in a text or at the end of a list is anything.

    How many pages a paper takes is for the papers' own tests to say.
    """
    if isinstance(told, dict) and isinstance(said, dict):
        return told.keys() == said.keys() and all(key == "pages" or agrees(told[key], said[key]) for key in told)
    if isinstance(told, list) and isinstance(said, list):
        if told and told[-1] == ANY:
            told, said = told[:-1], said[: len(told) - 1]
        return len(told) == len(said) and all(map(agrees, told, said))
    if isinstance(told, str) and ANY in told:
        pattern = ".*".join(map(re.escape, told.split(ANY)))
        return told == ANY or (isinstance(said, str) and re.fullmatch(pattern, said) is not None)
    return bool(told == said and type(told) is type(said))


@pytest.mark.usefixtures("morning")
def test_the_page_is_true(clerk: Clerk, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home)
    count = 0
    for line, below in examples():
        program, *arguments = shlex.split(line)
        if program == "cat":
            (home / arguments[0]).write_text(below, encoding="utf-8")
            continue
        assert program == "clerk", line
        done = clerk(*arguments)
        count += 1
        if "--json" in arguments:
            told = json.loads(below)
            assert agrees(told, done.json), f"{line}\n{done.out}"
            assert done.code == (2 if "error" in told else 0), line
        else:
            assert agrees(below, done.out + done.err), f"{line}\n{done.out}{done.err}"
    assert count > 20


def test_every_command_is_on_the_page() -> None:
    for name in COMMANDS:
        assert re.search(rf"^#+ .*\b{name}\b", PAGE, re.M), name
        assert f"`clerk {name}" in PAGE, name


def test_the_comparison_is_strict() -> None:
    assert agrees({"a": ["x", ANY]}, {"a": ["x", 1, 2]}) and agrees("a…c", "abc") and agrees(ANY, 5)
    assert not agrees({"a": 1}, {"a": 1, "b": 2}) and not agrees(1, True) and not agrees([1], [1, 2])
    assert not agrees("a…c", "abd")
