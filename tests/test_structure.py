"""The size of things: a file is read on a few screens, a function on one, and the App stays wiring."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("hall", "receipts", "clerk_tui", "central")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
MODULE_LINES, FUNCTION_LINES, APP_LINES = 400, 60, 250


def names(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without its decorators and docstring, which are for the caller."""
    first = node.body[0]
    told = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    doc = (first.end_lineno or first.lineno) - first.lineno + 1 if told else 0
    return (node.end_lineno or node.lineno) - node.lineno + 1 - doc


@pytest.mark.parametrize("path", MODULES, ids=names)
def test_a_module_is_short_and_says_what_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    lines = len(text.splitlines())
    assert lines <= MODULE_LINES, f"{names(path)} has {lines} lines"
    assert ast.get_docstring(ast.parse(text)) or not text.strip(), f"{names(path)} has no docstring"
    long = [f"{names(path)}:{node.lineno} {node.name} ({length(node)})" for node in functions(path)]
    assert not [each for each, node in zip(long, functions(path), strict=True) if length(node) > FUNCTION_LINES]


def test_the_app_is_modes_keys_and_wiring() -> None:
    tree = ast.parse((ROOT / "clerk_tui" / "screens" / "counter.py").read_text(encoding="utf-8"))
    app = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "CounterApp")
    assert app.end_lineno is not None
    assert app.end_lineno - app.lineno < APP_LINES


def test_a_package_never_imports_the_tests() -> None:
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            module = node.module if isinstance(node, ast.ImportFrom) else None
            assert not (module or "").startswith("tests"), names(path)
