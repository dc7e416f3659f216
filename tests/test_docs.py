"""README, handbook and operations are true: keys, commands, pictures and examples are checked against the code."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import click
import pytest

from central.cli import main as clerk_central
from clerk_tui.actions import ACTIONS, GROUPS
from clerk_tui.cli.main import clerk
from clerk_tui.cli.setup import key_table
from hall.calendar_file import read_years
from hall.catalogue.conditions import parse
from hall.catalogue.load import load_catalogue
from hall.checklist import build_checklist

ROOT = Path(__file__).resolve().parent.parent
PAGES = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "README.md", *(ROOT / "docs").glob("*.md"))}
README, HANDBOOK, OPERATIONS = PAGES["README.md"], PAGES["handbook.md"], PAGES["operations.md"]
OWN = {name: PAGES[name] for name in ("README.md", "handbook.md", "operations.md")}
SMALL = 150 * 1024
"""Bytes: a picture that is larger slows the page down for nothing."""


def folder_of(page: str) -> Path:
    return ROOT if page == "README.md" else ROOT / "docs"


def in_console(text: str) -> list[list[str]]:
    """The commands of the page's console blocks."""
    blocks = re.findall(r"^```console\n(.*?)^```", text, re.M | re.S)
    return [shlex.split(line) for block in blocks for line in re.findall(r"^\$ (.*)$", block, re.M)]


def in_passing(text: str) -> list[list[str]]:
    """The commands that stand between backticks in a sentence."""
    return [shlex.split(code) for code in re.findall(r"`(?:\.venv/bin/)?(clerk(?:-central)? [^`]+)`", text)]


def understood(words: list[str]) -> tuple[click.Command, click.Context, list[str]]:
    """The command that ``words`` call, with what is left for it."""
    command: click.Command = {"clerk": clerk, "clerk-central": clerk_central}[words[0]]
    context, rest = click.Context(command, info_name=words[0], **command.context_settings), words[1:]
    while isinstance(command, click.Group):
        _, left, _ = command.make_parser(context).parse_args(list(rest))
        if not left and command.invoke_without_command:
            break
        name, *rest = left
        found = command.get_command(context, name)
        assert found is not None, f"there is no command {name!r}: {' '.join(words)}"
        command, context = found, click.Context(found, info_name=name, parent=context)
    return command, context, rest


def test_the_key_table_is_the_registry() -> None:
    told = README.partition("<!-- keys: ")[2].partition("-->\n")[2].partition("<!-- /keys -->")[0]
    rows = [
        {"title": title, "keys": [{"key": a.shown, "about": a.tooltip} for a in ACTIONS if a.group == name]}
        for name, title in GROUPS.items()
    ]
    assert told.splitlines() == list(key_table(rows)), "run `clerk keys` and paste it between the two comments"


@pytest.mark.parametrize("page", OWN)
def test_every_command_can_be_typed_as_it_stands(page: str) -> None:
    for words in in_console(OWN[page]):
        if words[0] in ("make", "export"):
            continue
        command, context, rest = understood(words)
        command.parse_args(context, rest)
    for words in in_passing(OWN[page]):
        if words[1].startswith("--"):
            continue
        command, context, rest = understood(words)
        command.make_parser(context).parse_args(rest)


def test_a_command_that_is_not_there_would_be_noticed() -> None:
    assert in_console("```console\n$ clerk find x\n…\n```\n") == [["clerk", "find", "x"]]
    with pytest.raises(AssertionError, match="no command 'search'"):
        understood(["clerk", "search", "x"])
    with pytest.raises(click.UsageError):
        command, context, rest = understood(["clerk", "deadline", "--since", "2026-01-16"])
        command.parse_args(context, rest)


def test_every_make_target_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    named = {name for text in PAGES.values() for name in re.findall(r"(?:`|^\$ )make ([a-z]+)", text, re.M)}
    assert {"run", "test", "pictures"} <= named <= targets
    assert README.index("make run") < README.index("make test") < README.index("docs/cli.md")


@pytest.mark.parametrize("page", PAGES)
def test_every_link_and_picture_leads_somewhere(page: str) -> None:
    for target in re.findall(r"\]\(([^)#\s]*)(?:#[^)]*)?\)", PAGES[page]):
        assert target.startswith("https://") or (folder_of(page) / target).exists(), target


def test_every_picture_is_used_and_small() -> None:
    used = {name for text in PAGES.values() for name in re.findall(r"pictures/([\w-]+\.png)", text)}
    there = {path.name: path.stat().st_size for path in (ROOT / "docs" / "pictures").iterdir()}
    assert used == set(there)
    assert max(there.values()) <= SMALL
    assert "docs/pictures/" in README, "the README shows the product"


def example() -> str:
    """The matter file of the handbook."""
    return HANDBOOK.partition("```toml\n")[2].partition("```")[0]


def test_the_example_matter_passes_the_check() -> None:
    files = {
        path.name: path.read_bytes() for path in (ROOT / "catalogue").glob("*.toml") if path.name != "bundles.toml"
    }
    # A hall that offers this matter alone has no queues for the others.
    files["hall.toml"] = files["hall.toml"].partition(b"[[businesses]]")[0]
    catalogue = load_catalogue({**files, "matters/street-stall.toml": example().encode()})
    (matter,) = catalogue.matters
    food = build_checklist(matter, {"goods": "food"})
    other = build_checklist(matter, {"goods": "other"})
    assert {row.code for row in food.materials} - {row.code for row in other.materials} == {"health"}


def test_the_example_matter_can_stand_in_the_sample_catalogue() -> None:
    root = ROOT / "catalogue"
    files = {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*.toml")}
    catalogue = load_catalogue({**files, "matters/street-stall.toml": example().encode()})
    assert "street-stall" in {matter.key for matter in catalogue.matters}


def test_every_condition_of_the_handbook_is_understood() -> None:
    conditions = re.findall(r"^\| `([^`]+)` \|", HANDBOOK.partition("### 9.3")[2], re.M)
    assert len(conditions) >= 8
    for condition in conditions:
        assert parse(condition).text == condition


def test_the_example_calendar_is_one() -> None:
    text = OPERATIONS.partition("```toml\n")[2].partition("```")[0]
    (year,) = read_years(tomllib.loads(text), {}).values()
    assert year.off and year.work and year.source


def test_settings_that_are_named_exist() -> None:
    settings = tomllib.loads((ROOT / "config.toml").read_text(encoding="utf-8"))
    for section, key in re.findall(
        r"`(hall|device|catalogue|print|store|centre|screen)\.(\w+)`", HANDBOOK + OPERATIONS
    ):
        if (section, key) not in {("hall", "toml"), ("catalogue", "toml")}:
            assert key in settings[section], f"{section}.{key}"


def test_the_changelog_says_what_is_not_released_yet() -> None:
    assert "\n## Unreleased\n" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
