"""From the files of a catalogue folder to a checked catalogue.

    catalogue.toml    version, effective, schema (and code_pattern, if a centre numbers its matters in its own way)
    hall.toml         the hall itself
    departments.toml  [[department]] ...
    problems.toml     [[problem]] ...   optional
    bundles.toml      [[bundle]] ...    optional
    english.toml      [[english]] ...   optional
    matters/**/*.toml one matter a file, or several as [[matter]]

Pure: somebody else reads the files. Every problem of every file is reported at once.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from hall.catalogue import shape
from hall.catalogue.findings import CatalogueProblems, Finding
from hall.catalogue.lint import CODE_PATTERN, check
from hall.catalogue.model import Bundle, Catalogue, Department, EnglishText, HallInfo, Matter, Problem

SCHEMA = 1
_LISTS = {
    "departments.toml": "department",
    "problems.toml": "problem",
    "bundles.toml": "bundle",
    "english.toml": "english",
}
_REQUIRED = ("catalogue.toml", "hall.toml", "departments.toml")
_TOML_WORDS = (
    ("Expected '=' after a key", "键后面缺“=”"),
    ("Invalid value", "值的写法不对，文字要加引号"),
    ("Unterminated string", "引号没有成对"),
    ("Illegal character '\\n'", "引号没有成对"),
    ("Illegal character", "有不允许的字符"),
    ("Cannot overwrite a value", "这个键写了两次"),
    ("twice", "这个表写了两次"),
    ("Cannot", "这个键或表与前面的冲突"),
    ("Unclosed array", "方括号没有成对"),
    ("Expected newline", "值后面有多余的内容"),
    ("Expected ']", "方括号没有成对"),
)
_T = TypeVar("_T", bound=msgspec.Struct)


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``catalogue.toml``. ``code_pattern`` is a regular expression for the printed codes of matters."""

    version: str
    effective: dt.date
    schema: int = SCHEMA
    code_pattern: str = CODE_PATTERN


def load_catalogue(files: Mapping[str, bytes]) -> Catalogue:
    """The catalogue in ``files`` (path inside the folder with ``/`` → content), checked by ``lint.check``.

    Raises:
        CatalogueProblems: (a BadCatalogue) with every problem found, in order of file.
    """
    reader = _Reader(files)
    catalogue, header = reader.read()
    findings = reader.findings
    if catalogue is not None and header is not None:
        # References are only judged when everything could be read: what looks missing may be in a file that failed.
        findings = findings + list(check(catalogue, reader.matter_files, header.code_pattern, complete=not findings))
    if catalogue is None or findings:
        raise CatalogueProblems(sorted(dict.fromkeys(findings), key=lambda finding: finding.file))
    return catalogue


class _Reader:
    """Reads the files one after another and collects what is wrong."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = {path: files[path] for path in sorted(files) if path.endswith(".toml")}
        self.findings: list[Finding] = []
        self.matter_files: list[str] = []

    def read(self) -> tuple[Catalogue | None, Header | None]:
        for path in self.files:
            if path not in _REQUIRED and path not in _LISTS and not path.startswith("matters/"):
                known = [*_REQUIRED, *(name for name in _LISTS if name not in _REQUIRED), "matters/"]
                self.findings.append(Finding(path, "", "目录里没有这个文件的位置", "可用：" + "、".join(known)))
        for path in _REQUIRED:
            if path not in self.files:
                self.findings.append(Finding(path, "", "缺少这个文件", "补上，格式见示例目录"))
        header = self._one("catalogue.toml", Header)
        if header is not None and header.schema != SCHEMA:
            self.findings.append(
                Finding("catalogue.toml", "schema", f"格式版本{header.schema}本程序不认识", f"本程序只读版本{SCHEMA}")
            )
        hall = self._one("hall.toml", HallInfo)
        departments = self._many("departments.toml", Department)
        problems = self._many("problems.toml", Problem)
        bundles = self._many("bundles.toml", Bundle)
        english = self._many("english.toml", EnglishText)
        matters = self._matters()
        if header is None or hall is None:
            return None, header
        catalogue = Catalogue(
            version=header.version,
            effective=header.effective,
            hall=hall,
            departments=departments,
            problems=problems,
            bundles=bundles,
            english=english,
            matters=matters,
        )
        return catalogue, header

    def _matters(self) -> tuple[Matter, ...]:
        matters: list[Matter] = []
        for path in self.files:
            if not path.startswith("matters/"):
                continue
            data = self._toml(path)
            several = data.get("matter") if data is not None else None
            if isinstance(several, list):
                self._only(path, data or {}, "matter")
                items = [(value, f"matter[{_name(value, number)}]") for number, value in enumerate(several, 1)]
            else:
                items = [] if data is None else [(data, "")]
            for value, key in items:
                if (matter := self._convert(value, Matter, path, key)) is not None:
                    matters.append(matter)
                    self.matter_files.append(path)
        return tuple(matters)

    def _one(self, path: str, schema: type[_T]) -> _T | None:
        data = self._toml(path) if path in self.files else None
        return None if data is None else self._convert(data, schema, path, "")

    def _many(self, path: str, schema: type[_T]) -> tuple[_T, ...]:
        data = self._toml(path) if path in self.files else None
        if data is None:
            return ()
        name = _LISTS[path]
        self._only(path, data, name)
        rows = data.get(name, [])
        if not isinstance(rows, list):
            self.findings.append(Finding(path, name, f"“{name}”应当是列表", f"写成 [[{name}]]"))
            return ()
        read = (self._convert(row, schema, path, f"{name}[{_name(row, n)}]") for n, row in enumerate(rows, 1))
        return tuple(row for row in read if row is not None)

    def _only(self, path: str, data: Mapping[str, Any], name: str) -> None:
        self.findings += [shape.unknown_key(path, key, key, [name]) for key in data if key != name]

    def _convert(self, data: object, schema: type[_T], path: str, key: str) -> _T | None:
        try:
            return msgspec.convert(data, schema, strict=True)
        except msgspec.ValidationError as error:
            found = list(shape.problems(data, schema, path, key))
            # The walk knows every rule of the schema; should it ever find nothing, msgspec's own words still count.
            self.findings += found or [Finding(path, key, f"内容不合格式：{error}")]
            return None

    def _toml(self, path: str) -> dict[str, Any] | None:
        try:
            text = self.files[path].decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = self.files[path].count(b"\n", 0, error.start) + 1
            self.findings.append(Finding(path, f"第{line}行", "不是 UTF-8 编码", "另存为 UTF-8 后再试"))
            return None
        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            self.findings.append(_toml_finding(path, text, str(error)))
        except RecursionError:
            self.findings.append(Finding(path, "", "嵌套太深，读不下去", "减少方括号和花括号的层数"))
        return None


def _toml_finding(path: str, text: str, words: str) -> Finding:
    place = re.search(r"at line (\d+), column (\d+)", words)
    line, column = (int(place[1]), int(place[2])) if place else (text.count("\n") + 1, 1)
    meaning = next((chinese for english, chinese in _TOML_WORDS if english in words), "写法不符合 TOML")
    lines = text.splitlines()
    shown = lines[line - 1].strip()[:40] if 0 < line <= len(lines) else ""
    return Finding(path, f"第{line}行第{column}列", meaning, f"这一行是：{shown}" if shown else "文件在这里突然结束")


def _name(row: object, number: int) -> str:
    word = next((row[name] for name in ("key", "code") if row.get(name)), "") if isinstance(row, dict) else ""
    return word if isinstance(word, str) and word else str(number)
