"""The texts of the papers as data: TOML files of blocks with placeholders, checked before the first paper.

A centre changes wording, order and copies without touching code. In a text ``{applicant}`` stands for a value and
``{due!b}`` for the same in bold; ``when = "agent"`` keeps a block for cases where that holds, ``"not agent"`` for the
others. What is known is listed in ``receipts.values``; anything else is an error that names file and key.

Sentences carry their English beside them (``en``); labels and other short words have theirs in ``words.toml``.
"""

from __future__ import annotations

import string
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Final, Literal, TypeAlias

import msgspec
from msgspec import Meta

from receipts import text_errors
from receipts.document import Align, Span

PACKAGED = Path(__file__).parent / "texts"
MOST_COLUMNS: Final = 12
TALLEST_ROW: Final = 120.0
"""In points; six such rows fill a sheet."""
Columns: TypeAlias = Annotated[int, Meta(ge=1, le=4)]
"""How many pairs or lines to sign stand beside each other."""
Width: TypeAlias = Annotated[float, Meta(gt=0, le=1000)]
"""The share of a column in its table, in points of a sheet or any other measure."""


class _Data(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    when: str = ""


class TextBlock(_Data, frozen=True, tag="paragraph"):
    """Running text. ``indent = false`` for the line that names whom it is for."""

    text: str
    indent: bool = True
    en: str = ""


class HeadingBlock(_Data, frozen=True, tag="heading"):
    text: str


class FormBlock(_Data, frozen=True, tag="form"):
    """Pairs of label and text; a pair whose values are all empty is left out."""

    pairs: tuple[tuple[str, str], ...]
    columns: Columns = 2


class TableBlock(_Data, frozen=True, tag="table"):
    """A table over ``rows`` (a list of ``receipts.values``); columns are (title, width, align, text of a cell).

    ``tall`` is the least height of a row in points, for rows to sign in.
    """

    rows: str
    columns: Annotated[tuple[tuple[str, Width, Align, str], ...], Meta(min_length=1, max_length=MOST_COLUMNS)]
    empty: str = "无"
    tall: Annotated[float, Meta(ge=0, le=TALLEST_ROW)] = 0.0


class NoticeBlock(_Data, frozen=True, tag="notice"):
    """A box; a line that begins with ``?flag:`` is there only where the flag holds."""

    lines: tuple[str, ...]
    title: str = ""
    en: tuple[str, ...] = ()


class SignBlock(_Data, frozen=True, tag="sign"):
    """Lines to sign: pairs of label and what is known already."""

    slots: Annotated[tuple[tuple[str, str], ...], Meta(min_length=1)]
    columns: Columns = 2


class SealBlock(_Data, frozen=True, tag="seal"):
    organ: str
    date: str = "{day}"
    label: str = "（专用印章）"


class FlowBlock(_Data, frozen=True, tag="flow"):
    """The flow of the matter, or of the project it is part of, as a picture."""

    of: Literal["matter", "project"]


AnyBlock: TypeAlias = (
    TextBlock | HeadingBlock | FormBlock | TableBlock | NoticeBlock | SignBlock | SealBlock | FlowBlock
)


class Template(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One paper. ``copies`` are the labels of its copies, ``footer`` the lines at the foot of every page.

    ``code_caption`` stands under the QR code that carries the case to a window, ``qr_caption`` under the one with the
    address where the applicant sees how the case stands; each a few short lines, for whom first.
    ``rating_caption`` stands under the one where the service is rated, if the hall has such an address.
    ``law`` says on which provisions the paper stands; it is listed, not printed.
    """

    title: Annotated[str, Meta(min_length=1)]
    copies: tuple[str, ...]
    block: tuple[AnyBlock, ...]
    footer: tuple[str, ...] = ()
    qr_caption: tuple[str, ...] = ("本人用", "扫码查进度")
    code_caption: tuple[str, ...] = ("窗口用", "扫码续办")
    rating_caption: tuple[str, ...] = ("评价用", "扫码评价")
    law: str = ""


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``words.toml``: short texts of the papers, as they stand there, and what they are called in English."""

    en: dict[str, str]


def texts_in(value: object, where: str = "") -> Iterator[tuple[str, str, bool]]:
    """Every text with placeholders under ``value``: (key, text, whether it is a cell of a table)."""
    if isinstance(value, str):
        yield where, value, False
    elif isinstance(value, TableBlock):
        for index, column in enumerate(value.columns):
            yield f"{where}.columns[{index}]", column[3], True
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            if name not in ("when", "columns", "law", "of"):
                yield from texts_in(getattr(value, name), f"{where}.{name}" if where else name)
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from texts_in(item, f"{where}[{index}]")


def names_in(template: Template) -> set[str]:
    """The values that a text names in Chinese; its English may be left off a paper."""
    return {
        name for key, text, cell in texts_in(template) if not cell and ".en" not in key for name in placeholders(text)
    }


def split_flag(line: str) -> tuple[str, str]:
    """``"?agent:text"`` → ``("agent", "text")``; a line without a flag has an empty one."""
    if line.startswith("?") and ":" in line:
        flag, _, text = line[1:].partition(":")
        return flag, text
    return "", line


def placeholders(text: str) -> list[str]:
    """The names in ``text``. Raises ValueError where braces do not match or anything but ``!b`` follows a name."""
    names = []
    for _, name, spec, conversion in string.Formatter().parse(text):
        if name is None:
            continue
        if not name.isidentifier() or spec or conversion not in (None, "b"):
            raise ValueError(f"{{{name}}}")
        names.append(name)
    return names


def fill(text: str, values: Mapping[str, str]) -> tuple[Span, ...]:
    """``text`` with its placeholders filled in. Raises KeyError with the name of a value that is empty."""
    spans: list[Span] = []
    for literal, name, _, conversion in string.Formatter().parse(text):
        if literal:
            spans.append(Span(literal))
        if name is not None:
            if not values[name]:
                raise KeyError(name)
            spans.append(Span(values[name], conversion == "b"))
    return _merged(spans)


def fill_plain(text: str, values: Mapping[str, str]) -> str:
    """The same without bold, an empty value giving an empty text."""
    parts = []
    for literal, name, _, _ in string.Formatter().parse(text):
        parts.append(literal + (values[name] if name else ""))
    return "".join(parts)


def load_template(kind: str, folder: Path | None = None) -> Template:
    """The checked texts of a paper: from ``folder`` where a centre has its own, else the packaged ones.

    Raises HallError ``bad_paper_text`` naming file and key.
    """
    own = folder / f"{kind}.toml" if folder else None
    path = own if own and own.is_file() else PACKAGED / f"{kind}.toml"
    return _load(path, path.stat().st_mtime_ns)


def load_words(folder: Path | None = None) -> dict[str, str]:
    """The English of the short texts; a centre's own ``words.toml`` adds to the packaged one and comes first.

    Raises HallError ``bad_paper_text``.
    """
    packaged = PACKAGED / "words.toml"
    words = _load_words(packaged, packaged.stat().st_mtime_ns)
    own = folder / "words.toml" if folder else None
    return {**words, **_load_words(own, own.stat().st_mtime_ns)} if own and own.is_file() else words


@lru_cache(maxsize=4)
def _load_words(path: Path, changed: int) -> dict[str, str]:
    return decode_words(path.read_bytes(), path.name)


@lru_cache(maxsize=8)
def decode_words(data: bytes, name: str) -> dict[str, str]:
    """``words.toml``, checked. Raises HallError ``bad_paper_text``."""
    from receipts import values

    path = Path(name)
    try:
        words = msgspec.toml.decode(data, type=Words).en
    except (msgspec.MsgspecError, ValueError) as error:
        raise text_errors.not_toml(path, error) from error
    for text, english in words.items():
        _check_names(path, f"en.{text}", english, values.VALUES)
    return words


@lru_cache(maxsize=32)
def _load(path: Path, changed: int) -> Template:
    return decode_template(path.read_bytes(), path.name)


@lru_cache(maxsize=32)
def decode_template(data: bytes, name: str) -> Template:
    """A paper's text, checked; ``name`` is its file. Raises HallError ``bad_paper_text``."""
    path = Path(name)
    try:
        template = msgspec.toml.decode(data, type=Template)
    except (msgspec.MsgspecError, ValueError) as error:
        raise text_errors.not_toml(path, error) from error
    check(template, path, *_vocabulary(path.stem))
    return template


def _vocabulary(kind: str) -> tuple[Collection[str], Collection[str], Mapping[str, Collection[str]]]:
    """The values, conditions and tables that the text of a kind may name."""
    from receipts import day_sheet, values

    if kind == day_sheet.KIND:
        return day_sheet.VALUES, day_sheet.FLAGS, day_sheet.TABLES
    return values.VALUES, values.FLAGS, values.TABLES


def check(
    template: Template,
    path: Path,
    known: Collection[str],
    flags: Collection[str],
    tables: Mapping[str, Collection[str]],
) -> None:
    """Every placeholder, flag and table is known. Raises HallError ``bad_paper_text`` for the first that is not."""
    if not 0 < len(template.copies) <= text_errors.MOST_COPIES:
        raise text_errors.wrong_copies(path)
    for index, block in enumerate(template.block):
        where = f"block[{index}]"
        _check_flag(path, f"{where}.when", block.when, flags)
        if isinstance(block, TableBlock) and block.rows not in tables:
            raise text_errors.no_such_table(path, f"{where}.rows", block.rows, tables)
        if isinstance(block, NoticeBlock):
            for name, lines in (("lines", block.lines), ("en", block.en)):
                for number, line in enumerate(lines):
                    _check_flag(path, f"{where}.{name}[{number}]", split_flag(line)[0], flags)
    for key, text, cell in texts_in(template):
        _check_names(path, key, text, tables[_table_of(template, key)] if cell else known)


def _check_names(path: Path, key: str, text: str, allowed: Collection[str]) -> None:
    try:
        names = placeholders(text)
    except ValueError as error:
        raise text_errors.bad_braces(path, key, error) from error
    for name in names:
        if name not in allowed:
            raise text_errors.no_such_value(path, key, name, allowed)


def _table_of(template: Template, key: str) -> str:
    block = template.block[int(key[len("block[") : key.index("]")])]
    assert isinstance(block, TableBlock)
    return block.rows


def _check_flag(path: Path, key: str, when: str, flags: Collection[str]) -> None:
    for part in when.split(" and ") if when else ():
        name = part.strip().removeprefix("not ").strip()
        if name not in flags:
            raise text_errors.no_such_flag(path, key, name, flags)


def _merged(spans: list[Span]) -> tuple[Span, ...]:
    """Neighbours of one weight as one piece."""
    merged: list[Span] = []
    for span in spans:
        if merged and merged[-1].bold == span.bold:
            merged[-1] = Span(merged[-1].text + span.text, span.bold)
        else:
            merged.append(span)
    return tuple(merged)
