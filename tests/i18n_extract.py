"""The translation template: every text that the screens' code gives to ``_``, ``N_`` or ``ngettext``, and those that
the rules and the services make (``tests.i18n_said``).

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
ONE, PLURAL = {"_", "N_"}, {"ngettext"}

HEADER = """# The counter's screen texts; the source language is Chinese. `make messages` writes this file.
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"""

Key = tuple[str, str | None]


def calls(source: str) -> Iterator[tuple[int, Key | None, bool]]:
    """Each call for a translation in Python source: its line, its text if that is a literal, and whether it is plain.

    Plain are literals and names, the latter for texts that ``N_`` marked elsewhere; anything else cannot be looked up.
    """
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        count = 1 if node.func.id in ONE else 2 if node.func.id in PLURAL else 0
        if count:
            given = node.args[:count]
            texts = [arg.value for arg in given if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
            key = (texts[0], texts[1] if count == 2 else None) if len(texts) == count else None
            plain = len(given) == count and not any(isinstance(arg, ast.JoinedStr | ast.BinOp) for arg in given)
            yield node.lineno, key, plain


def template(package: Path = PACKAGE) -> str:
    """The template's text: entries in order of first use, with the modules that use them."""
    uses: dict[Key, list[str]] = {}
    for path in sorted(package.rglob("*.py")):
        name = path.relative_to(package.parent).as_posix()
        for _line, key, _plain in calls(path.read_text(encoding="utf-8")):
            if key and name not in uses.setdefault(key, []):
                uses[key].append(name)
    for name, text in said():
        if name not in uses.setdefault((text, None), []):
            uses[text, None].append(name)
    return HEADER + "".join(_entry(key, names) for key, names in uses.items())


def _entry(key: Key, names: list[str]) -> str:
    one, many = key
    quoted = json.dumps(one, ensure_ascii=False)
    if many is None:
        body = f'msgid {quoted}\nmsgstr ""\n'
    else:
        body = f'msgid {quoted}\nmsgid_plural {json.dumps(many, ensure_ascii=False)}\nmsgstr[0] ""\nmsgstr[1] ""\n'
    return f"\n#: {' '.join(names)}\n{body}"


if __name__ == "__main__":
    TEMPLATE.write_text(template(), encoding="utf-8")
