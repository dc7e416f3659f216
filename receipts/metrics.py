"""Fonts that open in milliseconds: what reportlab reads out of a big font's tables is kept in a file beside it.

reportlab parses 31,000 entries of four tables in Python, 60 ms a weight; the kept form loads in 5. It is the user's
own cache, tied to the versions that wrote it; whatever is wrong with it, the font is parsed again.
"""

from __future__ import annotations

import contextlib
import marshal
import os
import sys
import threading
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import reportlab
from reportlab.pdfbase.ttfonts import TTEncoding, TTFont, TTFontFace

_PARSED = ("charToGlyph", "charWidths", "hmetrics", "glyphPos", "defaultWidth")
_VERSION = f"{reportlab.Version} {sys.version_info[:3]} {marshal.version}"


class QuickFace(TTFontFace):  # type: ignore[misc]
    """A typeface whose character tables come from ``<font>.metrics`` where that fits."""

    def extractInfo(self, charInfo: int = 1) -> None:
        path = Path(self.filename)
        stamp = (_VERSION, path.stat().st_size, path.stat().st_mtime_ns)
        kept = _read(path.with_suffix(".metrics"), stamp)
        if kept is None:
            super().extractInfo(charInfo)
            _write(path.with_suffix(".metrics"), (stamp, {name: getattr(self, name) for name in _PARSED}))
        else:
            super().extractInfo(0)
            self.__dict__.update(kept)
        self.glyphToChar: dict[int, list[int]] = {}


class QuickFont(TTFont):  # type: ignore[misc]
    """A font over a ``QuickFace``. Its subsets hold no more than the paper's characters, not even all of ASCII."""

    def __init__(self, name: str, path: Path) -> None:
        self.fontName = name
        self.face = QuickFace(str(path))
        self.encoding = TTEncoding()
        self.state: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()
        self._asciiReadable = False
        self.shapable = False


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
