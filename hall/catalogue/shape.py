"""The shape of catalogue data: every unknown key, missing key and wrong type, in words an editor understands.

msgspec stops at the first problem and speaks of JSON; this walks the same schema and names them all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache

import msgspec.inspect as inspect

from hall.catalogue.findings import Finding

_WORDS = {
    str: "文字",
    bool: "是否",
    int: "整数",
    float: "小数",
    dt.datetime: "时刻",
    dt.date: "日期",
    list: "列表",
    dict: "一组键",
}


@lru_cache(maxsize=64)
def _type_info(schema: type) -> inspect.Type:
    return inspect.type_info(schema)


def problems(data: object, schema: type, file: str, key: str = "") -> Iterator[Finding]:
    """Every place where ``data`` (as TOML gives it) is not of ``schema``, a msgspec struct type."""
    yield from _check(data, _type_info(schema), file, key)


def unknown_key(file: str, key: str, name: str, known: list[str]) -> Finding:
    """The finding for a key (or file) that nobody reads, with the nearest one that is read."""
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"是不是“{near[0]}”？" if near else "可用的键：" + "、".join(known)
    return Finding(file, key, f"不认识的键“{name}”", hint)


def _check(data: object, wanted: inspect.Type, file: str, key: str) -> Iterator[Finding]:
    match wanted:
        case inspect.StructType():
            yield from _check_struct(data, wanted, file, key)
        case inspect.UnionType(types=types):
            yield from _check(data, next(t for t in types if not isinstance(t, inspect.NoneType)), file, key)
        case inspect.VarTupleType(item_type=item):
            if not isinstance(data, list):
                yield _wrong(file, key, "列表", data, "用方括号 [ ] 括起来，或写成 [[ ]] 表")
                return
            for number, value in enumerate(data, 1):
                yield from _check(value, item, file, f"{key}[{_label(value, number)}]")
        case inspect.LiteralType(values=values):
            if data not in values:
                yield _not_allowed(file, key, data, [str(value) for value in values])
        case inspect.StrType() if not isinstance(data, str):
            yield _wrong(file, key, "文字", data, "用引号括起来")
        case inspect.BoolType() if not isinstance(data, bool):
            yield _wrong(file, key, "是否（true 或 false）", data, "写 true 或 false，不加引号")
        case inspect.IntType() if isinstance(data, bool) or not isinstance(data, int):
            yield _wrong(file, key, "整数", data, "写数字，不加引号")
        case inspect.FloatType() if isinstance(data, bool) or not isinstance(data, (int, float)):
            yield _wrong(file, key, "数字", data, "写数字，不加引号")
        case inspect.DateType() if not _is_date(data):
            yield _wrong(file, key, "日期", data, "写成 2026-11-01，不加引号")


def _check_struct(data: object, wanted: inspect.StructType, file: str, key: str) -> Iterator[Finding]:
    if not isinstance(data, Mapping):
        yield _wrong(file, key, "一组键", data, "写成 { 键 = 值 } 或 [表]")
        return
    fields = {field.encode_name: field for field in wanted.fields}
    missing = [name for name, field in fields.items() if field.required and name not in data]
    for name, value in data.items():
        path = f"{key}.{name}" if key else name
        if name in fields:
            yield from _check(value, fields[name].type, file, path)
        else:
            # A misspelt required key is one mistake, not two: the missing names are the likeliest meant.
            finding = unknown_key(file, path, name, missing + [n for n in fields if n not in missing])
            missing = [n for n in missing if f"“{n}”" not in finding.hint or not finding.hint.startswith("是不是")]
            yield finding
    for name in missing:
        yield Finding(file, f"{key}.{name}" if key else name, f"缺少必填的键“{name}”", f"补上 {name} = …")


def _is_date(data: object) -> bool:
    if isinstance(data, str):
        try:
            return bool(dt.date.fromisoformat(data))
        except ValueError:
            return False
    return isinstance(data, dt.date) and not isinstance(data, dt.datetime)


def _label(value: object, number: int) -> str:
    if isinstance(value, Mapping):
        for name in ("code", "key"):
            if isinstance(word := value.get(name), str) and word:
                return word
    return str(number)


def _wrong(file: str, key: str, wanted: str, data: object, hint: str) -> Finding:
    found = next((word for kind, word in _WORDS.items() if isinstance(data, kind)), type(data).__name__)
    return Finding(file, key, f"“{key.rpartition('.')[2]}”应当是{wanted}，写的是{found}", hint)


def _not_allowed(file: str, key: str, data: object, allowed: list[str]) -> Finding:
    near = get_close_matches(str(data), allowed, n=1, cutoff=0.6)
    hint = (f"是不是“{near[0]}”？" if near else "") + "可用：" + "、".join(allowed)
    return Finding(file, key, f"“{str(data)[:40]}”不在允许的取值里", hint)
