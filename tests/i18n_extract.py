"""The translation template: every text that the screens' code gives to ``_`` or ``N_``, and those that the rules
and the services make (``tests.i18n_said``).

Run as ``python -m tests.i18n_extract`` it writes ``clerk_tui/locale/clerk.pot``; a test compares the two.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path

from tests.i18n_said import said

PACKAGE = Path(__file__).resolve().parent.parent / "clerk_tui"
TEMPLATE = PACKAGE / "locale" / "clerk.pot"
CALLS = {"_", "N_"}

HEADER = """# The counter's screen texts; the source language is Chinese. `make messages` writes this file.
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"""


def calls(source: str) -> Iterator[tuple[int, str | None, bool]]:
    """Each call for a translation in Python source: its line, its text if that is a literal, and whether it is plain.

    Plain are literals and names, the latter for texts that ``N_`` marked elsewhere; anything else cannot be looked up.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
            given = node.args[:1]
            texts = [arg.value for arg in given if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
            plain = len(given) == 1 and not any(isinstance(arg, ast.JoinedStr | ast.BinOp) for arg in given)
            yield node.lineno, texts[0] if texts else None, plain


def template(package: Path = PACKAGE) -> str:
    """The template's text: entries in order of first use, with the modules that use them."""
    uses: dict[str, list[str]] = {}
    for path in sorted(package.rglob("*.py")):
        name = path.relative_to(package.parent).as_posix()
        for _line, text, _plain in calls(path.read_text(encoding="utf-8")):
            if text and name not in uses.setdefault(text, []):
                uses[text].append(name)
    for name, text in said():
        if name not in uses.setdefault(text, []):
            uses[text].append(name)
    return HEADER + "".join(_entry(text, names) for text, names in uses.items())


def _entry(text: str, names: list[str]) -> str:
    return f'\n#: {" ".join(names)}\nmsgid {json.dumps(text, ensure_ascii=False)}\nmsgstr ""\n'


if __name__ == "__main__":
    TEMPLATE.write_text(template(), encoding="utf-8")
