"""The fonts of the papers: prepared once per user, loaded in milliseconds, with a fallback for rare characters.

The regular and the bold weight are made from the variable Noto Sans SC that the package ``justmytype-intl-cjk``
carries (all 8,105 characters of 通用规范汉字表). Letters of foreign names that it lacks (ł, ż, ő) come in both weights
from the variable Noto Sans of ``fontpkg-noto-sans``, signs that neither has from the DejaVu Sans Mono of
``python-barcode``.
Where Debian's ``fonts-hanazono`` is installed, HanaMinA and HanaMinB add the rest of GB 18030-2022 level 3; they are
loaded when the first character needs them. A character that no font has is shown as ``[U+30000]``: a paper never
carries an empty box, and never loses a character silently. ``unprintable`` tells such characters while there is still
somebody to ask.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import threading
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hall import os_words
from hall.errors import HallError
from receipts.drawable import FIRST_HAN, INVISIBLE, missing

PACKAGE = "justmytype-intl-cjk"
SOURCE_NAME = "NotoSansSC[wght].ttf"
WEIGHTS = {"regular": 400, "bold": 700}
LETTERS_PACKAGE = "fontpkg-noto-sans"
LETTERS_NAME = "NotoSans[wdth,wght].ttf"
LETTERS = {"NotoSans-Regular": 400, "NotoSans-Bold": 700}
RARE_DIRS = (Path("/usr/share/fonts/truetype/hanazono"), Path("/usr/local/share/fonts/hanazono"))
RARE_NAMES = ("HanaMinA.ttf", "HanaMinB.ttf")

Progress = Callable[[float, str], None]


class FontSet:
    """Two weights and what stands behind them. Widths are in points; ``bold`` chooses the weight."""

    def __init__(self, regular: Path, bold: Path, letters: Sequence[Path] = (), rare: Sequence[Path] = ()) -> None:
        """``letters`` stand in before the first Han character, ``rare`` from there on; each is loaded when needed.

        Of ``rare`` the last is asked first for characters above U+FFFF: HanaMinB has most of them.
        """
        self._kept = regular.parent
        self._main = (_register(regular, self._kept), _register(bold, self._kept))
        self._letters = tuple(letters)
        self._rare = tuple(rare)
        self._fallback_of: dict[tuple[str, bool], Any] = {}
        # Looked up once and kept, a few words a character: which need no fallback, and how wide they are.
        self._own: tuple[set[str], set[str]] = (set(), set())
        self._drawn: set[str] = set()
        self._advances = (_Advances(self, False), _Advances(self, True))

    @property
    def names(self) -> tuple[str, ...]:
        """The fonts of the set by name, in the order in which they are asked; loads none."""
        family = self._main[0].face.name.decode().partition("-")[0]
        return (family, *(path.stem for path in (*self._letters, *self._rare)))

    @property
    def base_name(self) -> str:
        """reportlab's name of the regular weight."""
        return str(self._main[0].fontName)

    def clean(self, text: str) -> str:
        """``text`` as it can be drawn: NFC, line breaks kept, everything undrawable spelled out as ``[U+202E]``."""
        text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\u00a0", " ").replace("\t", " ")
        if self._drawn.issuperset(text):
            return text
        return "".join(char if self._drawable(char) else f"[U+{ord(char):04X}]" for char in text)

    def missing(self, text: str) -> tuple[str, ...]:
        """The characters of ``text`` that are spelled out instead of drawn, each once, in order."""
        text = unicodedata.normalize("NFC", text)
        if self._drawn.issuperset(text):
            return ()
        return tuple(dict.fromkeys(char for char in text if char not in "\r\n\t\u00a0" and not self._drawable(char)))

    def runs(self, text: str, bold: bool) -> Iterator[tuple[str, str]]:
        """``text`` in runs of one font each: (reportlab font name, run)."""
        main, own = self._main[bold], self._own[bold]
        if text and own.issuperset(text):
            yield main.fontName, text
            return
        name, start = "", 0
        for index, char in enumerate(text):
            font = self._font_of(char, main)
            if font is main:
                own.add(char)
            if font.fontName != name:
                if index > start:
                    yield name, text[start:index]
                name, start = font.fontName, index
        if text:
            yield name, text[start:]

    def char_width(self, char: str, size: float, bold: bool = False) -> float:
        """The advance of one character."""
        return self._advances[bold][char] * size / 1000

    def widths(self, text: str, size: float, bold: bool = False) -> list[float]:
        """The advance of each character."""
        advances = self._advances[bold]
        return [advances[char] * size / 1000 for char in text]

    def width(self, text: str, size: float, bold: bool = False) -> float:
        """The advance of a whole text."""
        return sum(self.widths(text, size, bold))

    def _drawable(self, char: str) -> bool:
        if char in self._drawn:
            return True
        visible = unicodedata.category(char) not in INVISIBLE
        has = _has(self._main[0], char) or (visible and self._fallback(char) is not None)
        if char == "\n" or (visible and has):
            self._drawn.add(char)
            return True
        return False

    def _font_of(self, char: str, main: Any) -> Any:
        if _has(main, char):
            return main
        return self._fallback(char, main is self._main[True]) or main

    def _fallback(self, char: str, bold: bool = False) -> Any | None:
        if (char, bold) not in self._fallback_of:
            paths = self._letters if ord(char) < FIRST_HAN else self._rare
            if ord(char) > 0xFFFF:
                paths = paths[::-1]
            fonts = (_register(_weight(path, bold), self._kept) for path in paths)
            found = next((font for font in fonts if _has(font, char)), None)
            self._fallback_of[char, bold] = found
        return self._fallback_of[char, bold]


def _has(font: Any, char: str) -> bool:
    """Whether a font has a glyph for it; some name characters for which they hold but the empty box, glyph 0."""
    return bool(font.face.charToGlyph.get(ord(char), 0))


class _Advances(dict[str, float]):
    """The advances of characters in 1/1000 em, each looked up in its font once."""

    def __init__(self, fonts: FontSet, bold: bool) -> None:
        self._fonts, self._bold = fonts, bold

    def __missing__(self, char: str) -> float:
        fonts, main = self._fonts, self._fonts._main[self._bold]
        advance = self[char] = float(fonts._font_of(char, main).face.charWidths.get(ord(char), 1000))
        return advance


_ORDINARY = re.compile("[\t\n\r -~\u00a0·‘’“”…—\u3000-\u3002《-】！-～\u3400-\u4db5\u4e00-\u9fef]*")
"""Texts of which the regular weight has every character: ASCII, Chinese marks, the basic block and extension A."""

_registering = threading.Lock()


def prepare_fonts(cache: Path | None = None, progress: Progress | None = None) -> FontSet:
    """Make the fonts in ``cache`` (default: the user's) if they are not there yet, and load them.

    Takes seconds the first time. Two processes may do it at once: files appear whole or not at all, and the second
    finds the work of the first. ``progress`` is told a fraction 0..1 and what is being done.

    Raises HallError ``font_package_missing`` or ``font_build_failed``.
    """
    folder = _folder(cache)
    with _locked(folder):
        if not _complete(folder):
            _build(folder, progress or (lambda part, what: None))
        missing("", folder / "regular.ttf", letter_fonts(folder), rare_fonts())
    return load_fonts(cache)


def load_fonts(cache: Path | None = None) -> FontSet:
    """The prepared fonts. Raises HallError ``fonts_not_prepared`` where ``prepare_fonts`` has not run."""
    folder = _folder(cache)
    if not _complete(folder):
        raise _not_prepared(folder)
    return _load(folder)


def fonts_ready(cache: Path | None = None) -> bool:
    """Whether ``prepare_fonts`` has nothing to do; loads nothing. Raises HallError ``font_package_missing``."""
    return _complete(_folder(cache))


def unprintable(text: str) -> tuple[str, ...]:
    """The characters of ``text`` that papers spell out as ``[U+30000]``, each once; for the screen to say so.

    Ordinary text takes microseconds; no font is loaded for the rest. Raises HallError ``fonts_not_prepared`` then.
    """
    if _ORDINARY.fullmatch(text):
        return ()
    folder = _folder(None)
    if not _complete(folder):
        raise _not_prepared(folder)
    return missing(text, folder / "regular.ttf", letter_fonts(folder), rare_fonts())


def _not_prepared(folder: Path) -> HallError:
    return HallError("fonts_not_prepared", f"打印字体尚未准备（{folder}）", hint="请运行 clerk setup 准备字体")


def fonts_key() -> str:
    """What tells the fonts here from any other ones. Raises HallError ``font_package_missing``."""
    return "+".join((_key(), *(path.stem for path in rare_fonts())))


def default_cache() -> Path:
    """``$XDG_CACHE_HOME/clerk/fonts``."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "clerk" / "fonts"


def source_font() -> Path:
    """The variable font inside the installed package. Raises HallError ``font_package_missing``."""
    return Path(str(_packaged(PACKAGE, SOURCE_NAME)[0].locate()))


def letter_source() -> Path:
    """The variable font of the letters that it lacks. Raises HallError ``font_package_missing``."""
    return Path(str(_packaged(LETTERS_PACKAGE, LETTERS_NAME)[0].locate()))


def letter_fonts(folder: Path) -> tuple[Path, ...]:
    """What Noto Sans SC lacks of letters and marks: Noto Sans, made in ``folder``, and DejaVu Sans Mono."""
    return (folder / "NotoSans-Regular.ttf", *_inside("barcode", "DejaVuSansMono.ttf"))


def _inside(package: str, name: str) -> Iterator[Path]:
    spec = find_spec(package)
    for folder in spec.submodule_search_locations or [] if spec else []:
        if (path := Path(folder, "fonts", name)).is_file():
            yield path


def _weight(path: Path, bold: bool) -> Path:
    """The bold cut of a fallback font where it has one; it has the same characters."""
    return path.with_name("NotoSans-Bold.ttf") if bold and path.name == "NotoSans-Regular.ttf" else path


def rare_fonts() -> tuple[Path, ...]:
    """HanaMinA and HanaMinB, where they are installed."""
    return tuple(path for folder in RARE_DIRS for name in RARE_NAMES if (path := folder / name).is_file())


@lru_cache(maxsize=4)
def _load(folder: Path) -> FontSet:
    return FontSet(folder / "regular.ttf", folder / "bold.ttf", letter_fonts(folder), rare_fonts())


def _complete(folder: Path) -> bool:
    return all((folder / f"{style}.ttf").is_file() for style in (*WEIGHTS, *LETTERS))


def _folder(cache: Path | None) -> Path:
    """One folder for each pair of source fonts and recipe, so that a new version never mixes with an old one."""
    return (cache or default_cache()) / _key()


@lru_cache(maxsize=1)
def _key() -> str:
    """What tells these source fonts and this recipe from any other ones."""
    contents = (_packaged(PACKAGE, SOURCE_NAME)[1], _packaged(LETTERS_PACKAGE, LETTERS_NAME)[1])
    return hashlib.sha256(":".join((str(_RECIPE), *contents)).encode()).hexdigest()[:16]


@lru_cache(maxsize=2)
def _packaged(package: str, name: str) -> tuple[metadata.PackagePath, str]:
    """A font's file in its package and the digest of its content, taken from the package's own record."""
    try:
        files = metadata.files(package) or []
    except metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.name == name:
            return file, file.hash.value if file.hash else hashlib.sha256(file.read_binary()).hexdigest()
    raise HallError(
        "font_package_missing", f"未找到打印字体：缺少软件包 {package}", hint="请重新运行 make setup 安装依赖"
    )


_RECIPE = 1
"""Changes when ``fontbuild`` makes different files from the same source."""


def _build(folder: Path, progress: Progress) -> None:
    """Run one process a font and weight, side by side, and move the files into place when all are whole."""
    for left_over in folder.glob("*.part"):
        left_over.unlink(missing_ok=True)
    wanted = [(source_font(), WEIGHTS), (letter_source(), LETTERS)]
    jobs = {
        style: _start(source, weight, folder / f"{style}.part")
        for source, weights in wanted
        for style, weight in weights.items()
    }
    parts = dict.fromkeys(jobs, 0.0)

    def follow(style: str, job: subprocess.Popen[str]) -> None:
        assert job.stdout is not None
        for line in job.stdout:
            parts[style] = float(line)
            with lock:
                progress(sum(parts.values()) / len(parts), "正在准备打印字体")

    lock = threading.Lock()
    threads = [threading.Thread(target=follow, args=item, daemon=True) for item in jobs.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    failed = [said for job in jobs.values() if (said := _complaint(job))]
    if failed:
        raise HallError(
            "font_build_failed",
            f"准备打印字体失败（{folder}）：{failed[0]}",
            hint="请检查磁盘空间和目录权限，再运行 clerk setup",
        )
    for style in jobs:
        (folder / f"{style}.part").replace(folder / f"{style}.ttf")


def _complaint(job: subprocess.Popen[str]) -> str:
    """The last line of what a finished process said about its failure; empty when it did its work."""
    _, said = job.communicate()
    return "" if job.returncode == 0 else (said.strip().splitlines() or [f"exit {job.returncode}"])[-1]


def _start(source: Path, weight: int, target: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "receipts.fontbuild", str(source), str(weight), str(target)]
    root = str(Path(__file__).resolve().parent.parent)
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")])))
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


def _register(path: Path, kept: Path) -> Any:
    """A reportlab font of ``path``, under a name that tells two caches apart; what was parsed is kept in ``kept``."""
    from reportlab.pdfbase import pdfmetrics

    from receipts.metrics import QuickFont

    name = f"{path.stem}-{hashlib.sha256(str(path).encode()).hexdigest()[:8]}"
    with _registering:
        if name not in pdfmetrics.getRegisteredFontNames():
            metrics = path.stem if path.parent == kept else name
            pdfmetrics.registerFont(QuickFont(name, path, kept / f"{metrics}.metrics"))
        return pdfmetrics.getFont(name)


class _locked:
    """Hold the folder for this process; another one waits. The lock goes away with the process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> None:
        import fcntl

        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._file = (self._folder / ".lock").open("w")
        except OSError as error:
            raise HallError(
                "font_cache_unwritable",
                f"无法写入字体目录（{self._folder}）：{os_words.why(error)}",
                hint="请检查目录权限",
            ) from error
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(self, *exc: object) -> None:
        self._file.close()
