"""What a paper is made with besides its case: the words, and the program, fonts and libraries that set them.

The words are small and kept whole with every paper that was issued with them, under their digest; of the rest a paper
keeps only the versions, so that one that can no longer be made as it was can say why.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Final

from msgspec import Struct

from hall.errors import HallError
from receipts.templates import PACKAGED, Template, decode_template, decode_words
from receipts.text_errors import unreadable

PARTS: Final = {"layout": "排版程序", "fonts": "字体", "reportlab": "PDF程序库", "zlib": "压缩程序库"}
"""The parts of ``maker`` in words."""


class Wording(Struct, frozen=True):
    """The words of one kind of paper: its text, and the English of short texts."""

    template: Template
    words: dict[str, str]


def sources(kind: str, folder: Path | None = None) -> dict[str, bytes]:
    """The files that a paper's words stand in now, by digest: its text, then the English, a centre's own last.

    Raises HallError ``bad_paper_text`` where one cannot be read.
    """
    own = folder / f"{kind}.toml" if folder else None
    paths = [own if own and own.is_file() else PACKAGED / f"{kind}.toml", PACKAGED / "words.toml"]
    if folder and (more := folder / "words.toml").is_file():
        paths.append(more)
    try:
        return dict(_read(path, path.stat().st_mtime_ns) for path in paths)
    except OSError as error:
        raise unreadable(Path(error.filename or paths[0]), error) from error


def wording(kind: str, digests: tuple[str, ...], kept: Mapping[str, bytes]) -> Wording:
    """The words that ``digests`` name, of which the files are ``kept``.

    Raises:
        KeyError: one of them is not kept.
        HallError: ``bad_paper_text``: this program cannot read it any more.
    """
    text, *words = [kept[digest] for digest in digests]
    english: dict[str, str] = {}
    for data in words:
        english |= decode_words(data, "words.toml")
    return Wording(decode_template(text, f"{kind}.toml"), english)


@lru_cache(maxsize=1)
def maker() -> tuple[str, ...]:
    """The versions of what makes papers here, ``part:version`` each; takes milliseconds the first time."""
    code = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        code.update(path.name.encode() + b"\0" + path.read_bytes())
    return (
        f"layout:{code.hexdigest()[:12]}",
        f"fonts:{_fonts()}",
        f"reportlab:{metadata.version('reportlab')}",
        f"zlib:{zlib.ZLIB_RUNTIME_VERSION}",
    )


def changed(was: tuple[str, ...]) -> tuple[str, ...]:
    """What of ``was`` is another version now: ``part:version`` as it was."""
    now = set(maker())
    return tuple(part for part in was if part not in now)


def in_words(part: str) -> str:
    """What a part of ``maker`` is, without its version."""
    name = part.partition(":")[0]
    return PARTS.get(name, name)


def _fonts() -> str:
    from receipts.fonts import fonts_key

    try:
        return fonts_key()
    except HallError:
        return "none"


@lru_cache(maxsize=64)
def _read(path: Path, mtime_ns: int) -> tuple[str, bytes]:
    data = path.read_bytes()
    return hashlib.sha256(data).hexdigest()[:24], data
