"""The help is what a clerk or a script writer reads first: Chinese, grouped, in even columns, and quick."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from clerk_tui import i18n
from clerk_tui.actions import ACTIONS
from clerk_tui.cli.doctor import wal_is_safe
from clerk_tui.cli.helping import cells, wrapped
from clerk_tui.cli.main import COMMANDS
from tests.clerk_tui.cli.conftest import ROOT, Clerk

BELOW = [("matters", name) for name in ("check", "list", "search", "show")]
BELOW += [("journal", name) for name in ("verify", "rebuild")]
CALLS = [(name,) for name in COMMANDS if name != "central"] + BELOW


def test_every_command_stands_under_a_heading_with_what_it_is_for(clerk: Clerk) -> None:
    page = clerk("--help").out
    assert page.startswith("用法：clerk [--config FILE] COMMAND ...")
    for name, entry in COMMANDS.items():
        assert f"  {name}" in page and entry.summary in page and f"\n{entry.section}\n" in page
    bare = clerk()
    assert bare.out == page, (bare.code, bare.err[:300])
    assert clerk("-h").out == page


@pytest.mark.parametrize("call", CALLS, ids=" ".join)
def test_every_command_explains_itself(clerk: Clerk, call: tuple[str, ...]) -> None:
    done = clerk(*call, "--help")
    assert done.code == 0
    assert done.out.startswith(f"用法：clerk {' '.join(call)}")
    assert "选项\n" in done.out and "显示这份帮助" in done.out
    for english in ("Usage", "Options", "Commands", "Show this", "[required]", "[default"):
        assert english not in done.out


@pytest.mark.parametrize("columns", ["60", "80", "200"])
def test_help_fits_the_terminal(clerk: Clerk, monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    for call in [(), *CALLS]:
        for line in clerk(*call, "--help").out.splitlines():
            assert cells(line) <= min(int(columns), 100), line


def test_lines_break_between_characters_and_never_before_a_stop() -> None:
    assert list(wrapped("一二三，四五", 6)) == ["一二", "三，四", "五"]
    assert list(wrapped("见 docs/cli.md 的说明", 12)) == ["见", "docs/cli.md", "的说明"]


def test_the_version_is_told(clerk: Clerk) -> None:
    assert clerk("--version").out.startswith("clerk ")


def test_help_speaks_the_language_of_the_settings(clerk: Clerk, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = home / "locale" / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "clerk.po").write_text('msgid "规则查询"\nmsgstr "Rules"\n', encoding="utf-8")
    monkeypatch.setattr(i18n, "LOCALE_DIR", home / "locale")
    config = home / "config.toml"
    config.write_text('[screen]\nlanguage = "en"\n')
    assert "\nRules\n" in clerk("--config", config, "--help").out
    assert "\n规则查询\n" in clerk("--help").out


def test_keys_lists_the_whole_registry(clerk: Clerk) -> None:
    told = clerk("keys", "--json").json["groups"]
    assert sum(len(group["keys"]) for group in told) == len(ACTIONS)
    table = clerk("keys").out
    for action in ACTIONS:
        assert action.tooltip in table and f"| {action.shown} " in table
    widths = {cells(line) for line in table.splitlines()}
    assert len(widths) == 1, "the columns are even in a terminal"


HEAVY = {"textual", "rich", "httpx", "reportlab", "sqlite_utils", "sqlite3", "fontTools", "pypinyin", "litestar"}


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["deadline", "--from", "2026-01-16", "--days", "10", "--json"], ["identity", "110101188001010011"]],
    ids=" ".join,
)
def test_a_pure_question_loads_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import json, sys; from clerk_tui.cli import main; code = main(sys.argv[1:])\n"
        "print(json.dumps([code, sorted({name.partition('.')[0] for name in sys.modules})]))"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, cwd=ROOT)
    exit_code, modules = json.loads(done.stdout.splitlines()[-1])
    assert exit_code == 0
    assert not HEAVY & set(modules)


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 0), True),
    ],
)
def test_the_doctor_knows_which_sqlite_is_repaired(version: tuple[int, int, int], safe: bool) -> None:
    assert wal_is_safe(version) is safe


def test_the_doctor_looks_at_everything_and_makes_nothing(clerk: Clerk, home: Path) -> None:
    done = clerk("doctor", "--json")
    assert (done.code, done.json["ok"]) == (0, True)
    names = [check["check"] for check in done.json["checks"]]
    assert names == [
        "python", "sqlite", "config", "catalogue", "calendar", "fonts", "texts", "store", "disk", "papers",
        "terminal", "centre",
    ]  # fmt: skip
    for check in done.json["checks"]:
        assert set(check) == {"check", "state", "message", "hint"}
        assert check["state"] in ("ok", "warn", "fail")
        assert (check["hint"] == "") == (check["state"] == "ok"), check
    assert not (home / "data").exists()


def test_setup_is_done_once_and_quiet_afterwards(clerk: Clerk) -> None:
    clerk("setup")
    again = clerk("setup")
    assert (again.code, again.out, again.err) == (0, "", "")
    told = clerk("setup", "--json").json
    assert told["fonts"]["made"] is False
    assert told["catalogue"]["ok"] and told["catalogue"]["matters"] >= 40
