"""Fonts that open in milliseconds: what reportlab reads out of a big font's tables is kept in a file of its own.

reportlab parses 31,000 entries of four tables in Python, 60 ms a weight; the kept form loads in 5. It is the user's
own cache, tied to the versions that wrote it; whatever is wrong with it, the font is parsed again. The font files
themselves are mapped, not read: a paper touches a few hundred glyphs of their 10 to 30 MB.
"""

from __future__ import annotations

import contextlib
import marshal
import mmap
import os
import sys
import threading
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import reportlab
from reportlab.pdfbase.pdfdoc import PDFArray, PDFObject
from reportlab.pdfbase.ttfonts import TTEncoding, TTFont, TTFontFace

from receipts.subset import Subsetter

_PARSED = ("charToGlyph", "charWidths", "hmetrics", "glyphPos", "defaultWidth")
_LEFT_OUT = ("name", "OS/2")
_VERSION = f"{reportlab.Version} {sys.version_info[:3]} {marshal.version} 2"


class QuickFace(TTFontFace):  # type: ignore[misc]
    """A typeface whose character tables come from the file ``kept`` where that fits."""

    def __init__(self, path: Path, kept: Path) -> None:
        self._kept, self.filename = kept, str(path)
        with path.open("rb") as file:
            self._ttf_data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        super().__init__(str(path))

    def extractInfo(self, charInfo: int = 1) -> None:
        status = Path(self.filename).stat()
        stamp = (_VERSION, status.st_size, status.st_mtime_ns)
        kept = _read(self._kept, stamp)
        if kept is None:
            super().extractInfo(charInfo)
            self._mend_advances()
            _write(self._kept, (stamp, {name: getattr(self, name) for name in _PARSED}))
        else:
            super().extractInfo(0)
            self.__dict__.update(kept)
        self.glyphToChar: dict[int, list[int]] = {}
        self._subsetter: Subsetter | None = None

    def makeSubset(self, subset: Sequence[int]) -> bytes:
        """The font with these characters alone."""
        if self._subsetter is None:
            self._subsetter = Subsetter(self)
        return self._subsetter.cut(subset)

    def get_table(self, tag: str) -> Any:
        """A table for a subset. The outlines are read piece by piece; names and metrics of other programs are left out.

        A PDF asks for neither (ISO 32000-1 §9.9), and they would be a kilobyte in each font of a paper.
        """
        if tag in _LEFT_OUT:
            raise KeyError(tag)
        if tag != "glyf":
            return super().get_table(tag)
        return _Window(self._ttf_data, self.get_table_pos(tag)[0])

    def getCharWidth(self, code: int) -> str:
        """An entry of a PDF's array of widths, as it is written there; reportlab would format each one at length."""
        return _short(self.charWidths.get(code, self.defaultWidth))

    def _mend_advances(self) -> None:
        """The glyphs after the last full metric share its advance, which reportlab gives in 1/1000 em there.

        A subset made of it would state another width than the PDF does, where an em is not 1,000 units.
        """
        self.seek_table("hhea")
        self.skip(34)
        full = self.read_ushort()
        advance = self.hmetrics[full - 1][0]
        self.hmetrics[full:] = [(advance, bearing) for _, bearing in self.hmetrics[full:]]


class QuickFont(TTFont):  # type: ignore[misc]
    """A font over a ``QuickFace``. Its subsets hold no more than the paper's characters, not even all of ASCII."""

    def __init__(self, name: str, path: Path, kept: Path) -> None:
        self.fontName = name
        self.face = QuickFace(path, kept)
        self.encoding = TTEncoding()
        self.state: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()
        self._asciiReadable = False
        self.shapable = False

    def addObjects(self, doc: Any) -> None:
        """Put the subsets into the document; the widths are text already and need no look at each."""
        super().addObjects(doc)
        for pdf_font in doc.idToObject["BasicFonts"].dict.values():
            widths = getattr(pdf_font, "Widths", None)
            if isinstance(widths, PDFArray):
                pdf_font.Widths = _Widths(widths.sequence)


class _Widths(PDFObject):  # type: ignore[misc]
    """An array of numbers that are written as they stand."""

    def __init__(self, widths: Sequence[str]) -> None:
        self._widths = widths

    def format(self, document: Any) -> bytes:
        rows = [" ".join(self._widths[start : start + 16]) for start in range(0, len(self._widths), 16)]
        return b"[%s]" % "\n".join(rows).encode()


@lru_cache(maxsize=4096)
def _short(width: float) -> str:
    return f"{width:g}"


class _Window:
    """A table of a mapped file; slices of it are read when they are asked for."""

    def __init__(self, data: mmap.mmap, start: int) -> None:
        self._data, self._start = data, start

    def __getitem__(self, part: slice) -> bytes:
        return self._data[self._start + part.start : self._start + part.stop]


def _read(path: Path, stamp: tuple[str, int, int]) -> dict[str, Any] | None:
    try:
        found, parsed = marshal.loads(path.read_bytes())
    except (OSError, ValueError, EOFError, TypeError):
        return None
    whole = found == stamp and isinstance(parsed, dict) and set(parsed) == set(_PARSED)
    return parsed if whole else None


def _write(path: Path, content: tuple[Any, ...]) -> None:
    """Keep it if that is possible: a folder that cannot be written costs time, not papers."""
    part = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}.part")
    with contextlib.suppress(OSError):
        part.write_bytes(marshal.dumps(content))
        part.replace(path)
