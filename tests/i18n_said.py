"""The texts that the rules, the services and what lies below them make, as templates for the translator.

They are plain Chinese where they are made: they stand in facts, on papers, in other processes and come back from the
centre, so no template travels with them. Here each is read from the code that makes it, ``f"还缺{len(gaps)}项"`` as
``还缺{n}项``; the screen recognises a text by its template (``clerk_tui.i18n.recognise``).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

HAN = re.compile("[\u3400-\u9fff]")
ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("hall", "clerk_tui/services", "clerk_tui/store", "clerk_tui/printing", "clerk_tui/sync", "central")
DATA = {
    "hall/gbk_pua.py",
    "hall/masking.py",
    "hall/calendar_data.py",
    "hall/catalogue/pinyin.py",
    "clerk_tui/store/initials.py",
}
"""Modules whose Chinese is data: tables of characters, names of holidays."""
PAPERS = tuple(f"receipts/{name}.py" for name in ("fonts", "forms", "needs", "shaping", "text_errors"))
"""The papers' modules that say why a paper is not made; what the others say is printed."""
CONSOLE = ("asides_cli", "cli", "rule_cli", "staff_cli", "backup", "restored", "sealed_import", "server", "verify")
OTHERS = ("enquiry", "enquiry_page", "departments", "decisions")
AWAY = (*(f"central/{name}.py" for name in (*CONSOLE, *OTHERS)), "central/adapters/")
"""What the centre says at its own console, to citizens and to departments' systems: no counter shows it."""
AUTHORS = ("hall/catalogue/", "hall/calendar_file.py")
"""What is wrong with a catalogue or a calendar is said to those who write these files, in the files' language."""
PATTERN = re.compile(r"\\u|\[|\(\?|\\d|㐀-")
"""What tells a regular expression from a sentence."""


def said() -> Iterator[tuple[str, str]]:
    """``(module, template)`` of every text, in the order of the code."""
    paths = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
    for path in (*paths, *(ROOT / name for name in PAPERS)):
        name = path.relative_to(ROOT).as_posix()
        if name not in DATA and not name.startswith((*AUTHORS, *AWAY)):
            for text in templates(path.read_text(encoding="utf-8")):
                yield name, text


def templates(source: str) -> list[str]:
    """The templates of a module's texts, each once, without those that ``_`` has already."""
    found: dict[str, None] = {}
    _visit(ast.parse(source), found)
    return list(found)


def _visit(node: ast.AST, found: dict[str, None]) -> None:
    match node:
        case ast.Expr(value=ast.Constant(value=str())):
            return
        case ast.Call(func=ast.Name(id="_" | "N_")):
            return
        case ast.Constant(value=str()) | ast.JoinedStr() | ast.BinOp(op=ast.Add()):
            parts = list(_parts(node))
            if any(isinstance(part, str) and HAN.search(part) for part in parts):
                text = _template(parts)
                if not PATTERN.search(text) and not _one_word_of_a_sentence(text):
                    found.setdefault(text)
                for part in parts:
                    if isinstance(part, ast.AST):
                        _visit(part, found)
                return
    for child in ast.iter_child_nodes(node):
        _visit(child, found)


def _one_word_of_a_sentence(text: str) -> bool:
    """A conjunction that stands between two names; it is translated with them."""
    return text in {"等"}


def _parts(node: ast.AST) -> Iterator[str | ast.AST]:
    """The literal and the open parts of a text that is put together in one expression."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=values):
            for value in values:
                yield from _parts(value)
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            yield from _parts(left)
            yield from _parts(right)
        case ast.FormattedValue(value=value):
            yield value
        case _:
            yield node


def _template(parts: list[str | ast.AST]) -> str:
    if len(parts) == 1:
        return str(parts[0])
    names: dict[str, str] = {}
    text = ""
    for part in parts:
        if isinstance(part, str):
            text += part.replace("{", "{{").replace("}", "}}")
            continue
        code, name = ast.unparse(part), _name(part)
        while names.setdefault(name, code) != code:
            name += "_"
        text += "{" + name + "}"
    return text


def _name(node: ast.AST) -> str:
    """What a translator should see of an expression: the last word of what it names."""
    match node:
        case ast.Call(func=ast.Name(id="len")):
            return "n"
        case ast.Call(func=ast.Attribute(value=ast.Constant(), attr="join")):
            return "listed"
        case ast.Call(func=ast.Attribute(attr="isoformat"), args=[]):
            return "day"
        case ast.Call(func=ast.Attribute(attr=name)) | ast.Attribute(attr=name):
            return name.lower()
        case ast.Name(id=name) | ast.Call(func=ast.Name(id=name)):
            return name.lower()
        case ast.Subscript(value=value):
            return _name(value).removesuffix("_names")
    return "part"
