"""What the operating system says is told in the program's language, wherever somebody reads it."""

from __future__ import annotations

import ast
import errno
import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hall.os_words import WORDS, why
from tests.test_structure import MODULES, ROOT, names


def connect_to_nobody(folder: Path) -> None:
    with socket.socket() as kept, socket.socket() as asking:
        kept.bind(("127.0.0.1", 0))
        asking.connect(kept.getsockname())


def listen_where_somebody_does(folder: Path) -> None:
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 0))
        first.listen()
        second.bind(first.getsockname())


def wait_in_vain(folder: Path) -> None:
    with socket.socket() as kept:
        kept.bind(("127.0.0.1", 0))
        kept.listen()
        kept.settimeout(0.001)
        kept.accept()


@pytest.mark.parametrize(
    ("act", "told"),
    [
        (lambda folder: (folder / "none").read_bytes(), "没有这个文件或文件夹"),
        (lambda folder: folder.read_bytes(), "这是文件夹"),
        (lambda folder: (folder / ("长" * 200)).read_bytes(), "名字太长"),
        (connect_to_nobody, "对方不接受连接"),
        (listen_where_somebody_does, "地址和端口已被占用"),
        (wait_in_vain, "没有应答"),
        (lambda folder: socket.getaddrinfo("printer", 9100, flags=socket.AI_NUMERICHOST), "找不到这台主机"),
    ],
)
def test_what_goes_wrong_is_told_in_chinese(act: Callable[[Path], object], told: str, tmp_path: Path) -> None:
    with pytest.raises(OSError) as failed:
        act(tmp_path)
    assert why(failed.value) == told


def test_what_is_not_listed_is_told_by_the_name_that_manuals_know_it_by() -> None:
    assert why(OSError(errno.ENOTTY, "Inappropriate ioctl for device")) == "系统错误 ENOTTY"
    assert why(OSError("a sentence of a library's")) == "系统错误 OSError"
    assert not [word for word in WORDS.values() if re.search("[A-Za-z]", word)]


def told_in_the_systems_words(source: str) -> Iterator[int]:
    """Lines of code that put an ``OSError``'s own words anywhere but into the log, which is for administrators."""
    tree = ast.parse(source)
    logged = {inner for node in ast.walk(tree) if _is_for_the_log(node) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr="strerror") | ast.Constant(value="strerror") if node not in logged:
                yield node.lineno
            case ast.ExceptHandler(type=ast.expr() as kind, name=str(caught)) if "OSError" in ast.unparse(kind):
                yield from (line for inner in ast.walk(node) if inner not in logged for line in _spelt(inner, caught))


def _is_for_the_log(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func).startswith("log.")


def _spelt(node: ast.AST, caught: str) -> Iterator[int]:
    match node:
        case ast.FormattedValue(value=ast.Name(id=name)) | ast.Call(func=ast.Name(id="str"), args=[ast.Name(id=name)]):
            if name == caught:
                yield node.lineno


@pytest.mark.parametrize(
    "code",
    [
        'try: f()\nexcept OSError as error: raise Bad(f"写不进去：{error.strerror}")',
        'try: f()\nexcept (OSError, ValueError) as error: raise Bad(f"读不出来：{error}")',
        "try: f()\nexcept OSError as error: tell(str(error))",
        'why = getattr(error, "strerror", None)',
    ],
)
def test_the_look_at_the_code_finds_the_systems_words(code: str) -> None:
    assert list(told_in_the_systems_words(code))
    assert not list(told_in_the_systems_words('log.warning("not kept: %s", error.strerror)'))


def test_no_message_is_made_of_the_systems_own_words() -> None:
    found = [
        f"{names(path)}:{line}"
        for path in MODULES
        if path != ROOT / "hall" / "os_words.py"
        for line in told_in_the_systems_words(path.read_text(encoding="utf-8"))
    ]
    assert found == [], "use hall.os_words.why"
