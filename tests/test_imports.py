"""The house: arrows only downwards, and nothing heavy is loaded before it is needed.

The contracts stand in ``pyproject.toml``; what happens at run time is asked of a fresh process.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

SCREEN = {"textual", "rich"}
NETWORK = {"httpx", "litestar", "uvicorn", "socket", "ssl"}
DATABASE = {"sqlite3", "sqlite_utils"}
PAPERS = {"reportlab", "barcode", "segno", "fontTools", "pypdfium2"}
SEARCH = {"pypinyin", "rapidfuzz"}


def loaded(*modules: str) -> set[str]:
    """The top-level modules that a fresh interpreter has loaded after importing these."""
    code = f"import json, sys; import {', '.join(modules)}; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return {name.partition(".")[0] for name in json.loads(done.stdout)}


def modules_of(package: str) -> list[str]:
    """Every module of a package, dotted."""
    paths = sorted((ROOT / package.replace(".", "/")).rglob("*.py"))
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in paths]
    return [name.removesuffix(".__init__") for name in names if not name.endswith("__main__")]


def test_services_run_without_a_screen() -> None:
    """Every clerk action also runs headless: all the services together load no Textual and no HTTP client."""
    assert not loaded(*modules_of("clerk_tui.services")) & (SCREEN | {"httpx", "litestar", "uvicorn"})


def test_the_rules_load_nothing_but_themselves() -> None:
    """All of ``hall``: no screen, network, database, papers, and no other package of the house."""
    assert not loaded(*modules_of("hall")) & (
        SCREEN | NETWORK | DATABASE | PAPERS | {"pypinyin", "click", "receipts", "clerk_tui", "central"}
    )


@pytest.mark.parametrize(
    "module", ["receipts", "clerk_tui.config", "clerk_tui.i18n", "clerk_tui.paths", "clerk_tui.actions"]
)
def test_light_modules_stay_light(module: str) -> None:
    heavy = {"httpx", "sqlite_utils", "reportlab", "litestar", "fontTools", "pypdfium2", "textual", *SEARCH}
    assert not loaded(module) & heavy


def test_the_first_screen_waits_for_no_library_it_does_not_show() -> None:
    """Start time: papers, search tables and the network are loaded after the first paint."""
    assert not loaded("clerk_tui.app") & ({"httpx", "sqlite_utils", "litestar", "uvicorn", "pypinyin"} | PAPERS)


def test_the_command_line_answers_help_without_the_screen() -> None:
    assert not loaded("clerk_tui.cli") & (SCREEN | {"httpx", "sqlite_utils", "litestar"} | PAPERS | SEARCH)


def test_the_contracts_of_the_house_hold() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as main; main()", "--no-cache"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
