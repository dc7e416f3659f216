"""The catalogue of matters at the counter: checked and compiled once, then opened in milliseconds.

    store = open_catalogue(folder, cache_dir)
    store.search("qykb") · store.matter(key) · store.hall, departments, problems

The compiled file is keyed by path, size and times of every file in the folder and by the code that compiles them. A
catalogue that fails its check is never compiled; a compiled file that is damaged is made again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from clerk_tui.store.catalogue_file import Compiled, Damaged, encode, open_content, open_file, write
from hall import os_words
from hall.catalogue.model import Bundle, Department, EnglishText, HallInfo, Matter, Problem
from hall.errors import BadCatalogue, BadInput

if TYPE_CHECKING:
    from hall.catalogue.search import Hit, Index

KEPT = 128
"""Decoded matters that are kept; one takes about 20 kB."""
COMPILED_KEPT = 4
"""Compiled catalogues that are kept in the cache, one a folder, those made last; a large one takes 6 MB."""
_A_DAY_S, _UNFINISHED_S = 86400, 3600
"""Seconds after which a file that was begun and never put in place is nobody's any more."""


class CatalogueStore:
    """An open catalogue. Thread-safe; matters are decoded when asked for."""

    def __init__(self, compiled: Compiled, folder: Path, cache_dir: Path) -> None:
        self._compiled = compiled
        self._folder, self._cache_dir = folder, cache_dir
        self._kept: OrderedDict[str, Matter] = OrderedDict()
        self._index: Index | None = None
        self._lock = Lock()

    @property
    def version(self) -> str:
        """The version its editors gave it ("2026.11.1")."""
        return self._compiled.head.version

    @property
    def digest(self) -> str:
        """SHA-256 over all its files, in hex."""
        return self._compiled.head.digest

    @property
    def effective(self) -> dt.date:
        """The day from which it is in force."""
        return self._compiled.head.effective

    @property
    def hall(self) -> HallInfo:
        """What papers say about the hall."""
        return self._compiled.head.hall

    @property
    def departments(self) -> tuple[Department, ...]:
        """All departments, in the order of their file."""
        return self._compiled.head.departments

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The common reasons why a material is not acceptable."""
        return self._compiled.head.problems

    @property
    def bundles(self) -> tuple[Bundle, ...]:
        """Every 一件事."""
        return self._compiled.head.bundles

    @property
    def english(self) -> tuple[EnglishText, ...]:
        """The English of the catalogue's texts, as far as it is listed."""
        return self._compiled.head.english

    @property
    def index(self) -> Index:
        """The search index, decoded at the first use (about 10 ms for 5,000 matters)."""
        if self._index is None:
            with self._lock:
                if self._index is None:
                    self._index = self._read_index()
        return self._index

    def keys(self) -> tuple[str, ...]:
        """The keys of all matters, in the order of their files."""
        return self._compiled.head.keys

    def matters(self) -> Iterator[Matter]:
        """All matters one after another, none kept."""
        for number in range(len(self.keys())):
            yield self._read_matter(number)

    def search(self, query: str, limit: int = 60) -> list[Hit]:
        """The best matches for what was typed so far (``hall.catalogue.search``)."""
        from hall.catalogue.search import search

        return search(self.index, query, limit)

    def warm(self) -> None:
        """Make the first search as quick as the later ones; for an idle moment or a thread."""
        from hall.catalogue.search import prepare

        prepare(self.index)

    def find(self, key: str) -> Matter | None:
        """The matter with this key, ``None`` when it is not offered any more."""
        return self.matter(key) if key in self._compiled.head.keys else None

    def matter(self, key: str) -> Matter:
        """The matter with this key.

        Raises:
            BadInput: ``unknown_matter``; the hint names the nearest ones.
        """
        with self._lock:
            if (kept := self._kept.get(key)) is not None:
                self._kept.move_to_end(key)
                return kept
        number = self._compiled.number_of(key)
        if number is None:
            raise self._unknown(key)
        matter = self._read_matter(number)
        with self._lock:
            self._kept[key] = matter
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return matter

    def bundle(self, key: str) -> Bundle:
        """The bundle with this key.

        Raises:
            BadInput: ``unknown_bundle``; the hint lists all of them.
        """
        for bundle in self.bundles:
            if bundle.key == key:
                return bundle
        known = "、".join(bundle.key for bundle in self.bundles)
        raise BadInput(
            "unknown_bundle", f"没有一件事“{key[:40]}”", field="bundle", hint=f"可用：{known}" if known else ""
        )

    def resolve(self, text: str) -> Matter:
        """The one matter that a key, a printed code, a whole name or an alias names.

        Raises:
            BadInput: ``unknown_matter``, or ``ambiguous_matter`` with the candidates in its hint.
        """
        word = text.strip()
        if self._compiled.number_of(word) is not None:
            return self.matter(word)
        from hall.catalogue.search import named

        keys = [key for key in named(self.index, word) if self._compiled.number_of(key) is not None]
        if len(keys) == 1:
            return self.matter(keys[0])
        if not keys:
            raise self._unknown(word)
        found = "、".join(f"{self.matter(key).name}（{key}）" for key in keys[:5])
        raise BadInput(
            "ambiguous_matter", f"“{word[:40]}”可以是{len(keys)}个事项", field="matter", hint=f"写代号：{found}"
        )

    def close(self) -> None:
        """Give the compiled file back; matters that were not read yet cannot be read any more."""
        self._compiled.close()

    def _unknown(self, word: str) -> BadInput:
        hits = [hit for hit in self.search(word, 10) if hit.kind == "matter"][:3]
        near = "、".join(f"{hit.name}（{hit.key}）" for hit in hits)
        if not near:
            from difflib import get_close_matches

            near = "、".join(get_close_matches(word, self.keys(), n=3, cutoff=0.6))
        hint = f"是不是：{near}？" if near else "用 clerk matters search 查找"
        return BadInput("unknown_matter", f"没有事项“{word[:40]}”", field="matter", hint=hint)

    def _read_index(self) -> Index:
        import msgspec

        from hall.catalogue.index import Index

        try:
            return msgspec.msgpack.decode(self._compiled.index(), type=Index)
        except (Damaged, msgspec.MsgspecError, OSError):
            self._mend()
            return msgspec.msgpack.decode(self._compiled.index(), type=Index)

    def _read_matter(self, number: int) -> Matter:
        try:
            return self._compiled.matter(number)
        except (Damaged, OSError):
            self._mend()
            return self._compiled.matter(number)

    def _mend(self) -> None:
        """Compile again what turned out to be damaged.

        Raises:
            BadCatalogue: the folder has changed meanwhile, so this catalogue cannot be made again.
        """
        fresh = _compile(self._folder, self._cache_dir)
        if fresh.head.digest != self.digest:
            fresh.close()
            raise BadCatalogue(
                "catalogue_changed",
                "事项目录在使用中改过，编译好的旧目录又已损坏",
                field=str(self._folder),
                hint="重新启动 clerk",
            )
        self._compiled = fresh


def open_catalogue(folder: Path, cache_dir: Path) -> CatalogueStore:
    """Open the catalogue in ``folder``; check and compile it first if it is not the one compiled in ``cache_dir``.

    Raises:
        BadCatalogue: the folder cannot be read, or the catalogue fails its check (then a ``CatalogueProblems`` with
            every finding).
    """
    signature = _signature(_files(folder))
    try:
        path = _cache_file(folder, cache_dir)
        compiled = open_file(path)
        if compiled.head.signature == signature:
            _mark_used(path)
            return CatalogueStore(compiled, folder, cache_dir)
        compiled.close()
    except Damaged:
        pass
    return CatalogueStore(_compile(folder, cache_dir), folder, cache_dir)


def _mark_used(path: Path) -> None:
    """Keep what is opened every day from being deleted for what was made last; at most one write a day."""
    with suppress(OSError):
        if path.stat().st_mtime < time.time() - _A_DAY_S:
            os.utime(path)


def read_folder(folder: Path) -> dict[str, bytes]:
    """The content of every TOML file below ``folder``, by its path inside it with ``/``.

    Raises:
        BadCatalogue: the folder or a file cannot be read.
    """
    contents: dict[str, bytes] = {}
    for name, _ in _files(folder):
        try:
            contents[name] = (folder / name).read_bytes()
        except OSError as error:
            raise _unreadable(folder / name, error) from error
    return contents


def _compile(folder: Path, cache_dir: Path) -> Compiled:
    from hall.catalogue.index import compile_index
    from hall.catalogue.load import load_catalogue

    signature = _signature(_files(folder))
    contents = read_folder(folder)
    catalogue = load_catalogue(contents)
    content = encode(catalogue, compile_index(catalogue), signature=signature, digest=_digest(contents))
    # What somebody saved while it was read would be missed for ever: only what stood still is kept.
    if _signature(_files(folder)) == signature:
        path = _cache_file(folder, cache_dir)
        try:
            write(path, content)
            compiled = open_file(path)
        except (OSError, Damaged):
            return open_content(content)
        _prune(cache_dir, path)
        return compiled
    return open_content(content)


def _prune(cache_dir: Path, made: Path) -> None:
    """Delete the catalogues of folders that nobody opened lately, and what a crash has left unfinished.

    A process that reads one goes on doing so: it holds the file open, and makes it again at its next start.
    """
    kept: list[tuple[float, Path]] = []
    for path in cache_dir.glob("catalogue-*.bin*"):
        with suppress(OSError):
            age = path.stat().st_mtime
            if path.suffix == ".bin":
                kept.append((age, path))
            elif path.suffix == ".part" and age < time.time() - _UNFINISHED_S:
                path.unlink(missing_ok=True)
    others = sorted((entry for entry in kept if entry[1] != made), reverse=True)
    for _age, path in others[COMPILED_KEPT - 1 :]:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _cache_file(folder: Path, cache_dir: Path) -> Path:
    name = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:12]
    return cache_dir / f"catalogue-{name}.bin"


def _files(folder: Path) -> list[tuple[str, tuple[int, ...]]]:
    """Every TOML file below ``folder`` with size and times, sorted by path. Hidden files are left out."""
    found: list[tuple[str, tuple[int, ...]]] = []
    pending = [(os.fspath(folder), "")]
    while pending:
        path, prefix = pending.pop()
        try:
            with os.scandir(path) as entries:
                for entry in entries:
                    name = entry.name
                    if name.startswith("."):
                        continue
                    if name.endswith(".toml"):
                        stat = entry.stat()
                        found.append((prefix + name, (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino)))
                    elif entry.is_dir(follow_symlinks=False):
                        pending.append((entry.path, f"{prefix}{name}/"))
        except OSError as error:
            raise _unreadable(Path(path), error) from error
    return sorted(found)


def _signature(files: list[tuple[str, tuple[int, ...]]]) -> bytes:
    return hashlib.sha256(repr((_code_signature(), files)).encode("utf-8", "surrogatepass")).digest()


def _code_signature() -> list[tuple[str, int, int]]:
    """Size and time of every module that has a say in what is compiled: a new release compiles anew."""
    import hall.catalogue
    from clerk_tui.store import catalogue_file

    modules = [Path(catalogue_file.__file__), *sorted(Path(hall.catalogue.__file__).parent.glob("*.py"))]
    stats = [(module.name, module.stat()) for module in modules if module.exists()]
    return [(name, stat.st_size, stat.st_mtime_ns) for name, stat in stats]


def _digest(contents: dict[str, bytes]) -> str:
    whole = hashlib.sha256()
    for name, content in sorted(contents.items()):
        whole.update(f"{len(name.encode())}:{name}{len(content)}:".encode())
        whole.update(content)
    return whole.hexdigest()


def _unreadable(path: Path, error: OSError) -> BadCatalogue:
    missing = isinstance(error, FileNotFoundError | NotADirectoryError)
    return BadCatalogue(
        "no_catalogue" if missing else "unreadable_catalogue",
        f"{'找不到' if missing else '读不出'}事项目录：{path}（{os_words.why(error)}）",
        field=str(path),
        hint="核对 config.toml 的 catalogue.path" if missing else "核对文件的读取权限",
    )
