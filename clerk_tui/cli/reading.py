"""Files of JSON, read strictly, so that nothing a script meant is lost in silence.

Numbers are taken as they are written (``120.50`` stays ``120.50``), a key given twice is refused, and no error repeats
a value. What the keys mean is read by ``clerk_tui.services.intake_json``.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from clerk_tui.i18n import _
from clerk_tui.services.written import Number
from hall import os_words
from hall.errors import BadInput

MAX_BYTES = 1 << 20
"""Largest file that is read; a walk-in takes a few kilobytes."""

MAX_WORD = 4096
_HALF = re.compile("[\ud800-\udfff]")


def read_object(source: str) -> dict[str, Any]:
    """The JSON object in a file, or on standard input for ``-``; keys that are ``null`` are left out.

    Raises:
        BadInput: it cannot be read, is too large, or is no JSON object.
    """
    text = _text(_bytes(source))
    try:
        data = json.loads(
            text, object_pairs_hook=_no_key_twice, parse_int=Number, parse_float=Number, parse_constant=_not_a_number
        )
    except json.JSONDecodeError as error:
        where = _("第 {line} 行第 {column} 列").format(line=error.lineno, column=error.colno)
        raise BadInput(
            "bad_json", _("{where}不合 JSON 语法").format(where=where), field="FILE", hint=_("检查引号、逗号和括号")
        ) from None
    except RecursionError:
        raise BadInput("bad_json", _("JSON 嵌套太深"), field="FILE", hint=_("格式见 docs/cli.md")) from None
    if not isinstance(data, dict):
        raise BadInput("wrong_type", _("文件内容应为一个 JSON 对象"), field="FILE", hint=_("格式见 docs/cli.md"))
    _whole(data, "")
    return {key: value for key, value in data.items() if value is not None}


def is_whole(text: str) -> bool:
    """Whether every character is one: half of a pair (``\\ud800``) can neither be stored nor printed."""
    return text.isascii() or not _HALF.search(text)


def _whole(data: object, where: str) -> None:
    """Refuse half characters anywhere in the file, once for all that read it."""
    if isinstance(data, str):
        if not is_whole(data):
            raise _half(where)
    elif isinstance(data, dict):
        for key, value in data.items():
            if not is_whole(key):
                raise _half(where)
            _whole(value, f"{where}.{key}".lstrip("."))
    elif isinstance(data, list):
        for place, value in enumerate(data):
            _whole(value, f"{where}.{place}")


def _half(where: str) -> BadInput:
    return BadInput(
        "bad_text",
        _("含有半个字符（孤立的代理码），不能存入"),
        field=where[:80] or "FILE",
        hint=_("重新导出文件；转义的字符要成对写"),
    )


def read_word(given: str, field: str) -> str:
    """What was given, or the line on standard input for ``-``: numbers and codes need not stand in the history.

    Raises:
        BadInput: standard input cannot be read or is no text.
    """
    if given != "-":
        return given
    try:
        return sys.stdin.buffer.read(MAX_WORD).decode("utf-8-sig").strip()
    except (OSError, UnicodeDecodeError):
        raise BadInput("bad_input", _("标准输入读不出来，或不是 UTF-8 文本"), field=field) from None


def _bytes(source: str) -> bytes:
    hint = _("核对文件名；写 - 从标准输入读")
    try:
        if source == "-":
            data = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with Path(source).open("rb") as file:
                data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise BadInput("no_file", _("没有文件 {path}").format(path=source), field="FILE", hint=hint) from None
    except (OSError, ValueError) as error:
        why = _(os_words.why(error)) if isinstance(error, OSError) else _("文件名不对")
        what = _("文件 {path} 读不出来（{why}）").format(path=source, why=why)
        raise BadInput("unreadable_file", what, field="FILE", hint=hint) from None
    if len(data) > MAX_BYTES:
        raise BadInput("too_large", _("文件超过 1 MiB"), field="FILE", hint=_("一次只办一位来人"))
    return data


def _text(data: bytes) -> str:
    if b"\0" in data:
        raise BadInput("bad_json", _("文件含有 NUL 字节，不是文本"), field="FILE", hint=_("另存为 UTF-8 文本"))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        what = _("第 {line} 行不是 UTF-8 编码").format(line=line)
        raise BadInput("bad_json", what, field="FILE", hint=_("另存为 UTF-8 文本")) from None


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) < len(pairs):
        keys = [key for key, _value in pairs]
        twice = next(key for place, key in enumerate(keys) if key in keys[:place])
        raise BadInput("repeated_key", _("键 {key} 写了两次").format(key=twice[:40]), field=twice[:40])
    return data


def _not_a_number(_word: str) -> Any:
    raise BadInput("bad_json", _("JSON 里没有 NaN 和 Infinity"), field="FILE")
