"""A disk under SQLite that can lose its power: every write and sync of the real code passes through here.

A VFS over SQLite's own, made with ctypes in the very library that Python's ``sqlite3`` runs on, so that no compiler
and no other SQLite is needed. Reads, locks and shared memory are SQLite's; opening, writing, cutting, syncing and
deleting a file are noted first, and may be made to fail.

What survives a power cut: everything that was synced, and of the rest, sector by sector, what chance will have. A file
whose name was never synced may be gone, one that was deleted without a sync may be back.
"""

from __future__ import annotations

import _sqlite3
import ctypes as c
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any, Literal

import pytest

SECTOR = 512
OK, FULL, IOERR_READ, IOERR_WRITE, IOERR_FSYNC = 0, 13, 266, 778, 1034
"""SQLite's result codes."""
_CREATE, _MAIN = 0x4, 0x100
Operation = Literal["open", "write", "truncate", "sync", "delete"]
Event = tuple[Operation, str, int, bytes]
"""What was done: operation, path, a number (offset; size; whether the directory was synced), the bytes written."""


class _Vfs(c.Structure):
    _fields_ = [
        ("iVersion", c.c_int), ("szOsFile", c.c_int), ("mxPathname", c.c_int), ("pNext", c.c_void_p),
        ("zName", c.c_char_p), ("pAppData", c.c_void_p), ("xOpen", c.c_void_p), ("xDelete", c.c_void_p),
        ("rest", c.c_void_p * 16),
    ]  # fmt: skip


class _Methods(c.Structure):
    _fields_ = [
        ("iVersion", c.c_int), ("xClose", c.c_void_p), ("xRead", c.c_void_p), ("xWrite", c.c_void_p),
        ("xTruncate", c.c_void_p), ("xSync", c.c_void_p), ("rest", c.c_void_p * 13),
    ]  # fmt: skip


class _File(c.Structure):
    _fields_ = [("methods", c.POINTER(_Methods))]


_OPEN = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_void_p, c.POINTER(_File), c.c_int, c.c_void_p)
_DELETE = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_char_p, c.c_int)
_CLOSE = c.CFUNCTYPE(c.c_int, c.c_void_p)
_WRITE = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_void_p, c.c_int, c.c_int64)
_TRUNCATE = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_int64)
_SYNC = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_int)


_KEPT: list[Disk] = []
"""SQLite holds pointers into a disk as long as a connection on it is open."""


class Files:
    """What a disk holds for certain, and what is still on its way."""

    def __init__(self) -> None:
        self.durable: dict[str, bytearray | None] = {}
        """Synced bytes of each file; ``None``: not there."""
        self.pending: dict[str, list[tuple[int, bytes | None]]] = {}
        """Writes (offset, bytes) and cuts (size, ``None``) since the last sync."""
        self.maybe_gone: set[str] = set()
        self.maybe_back: dict[str, bytes] = {}

    def take(self, event: Event) -> None:
        """One more thing was done."""
        operation, path, number, data = event
        if operation == "open":
            self.durable[path] = bytearray(data)
            self.pending.setdefault(path, [])
            if number:
                self.maybe_gone.add(path)
                self.maybe_back.pop(path, None)
        elif operation == "write":
            self.pending[path].append((number, data))
        elif operation == "truncate":
            self.pending[path].append((number, None))
        elif operation == "sync":
            self.durable[path] = _applied(self.durable.get(path) or bytearray(), self.pending.pop(path, []))
            self.pending[path] = []
            if path in self.maybe_gone:
                # The first sync of a new file syncs its folder too, and with it what was deleted there before.
                self._folder_is_synced(path)
            self.maybe_gone.discard(path)
        else:
            before = self.durable.pop(path, None)
            self.pending.pop(path, None)
            if not number and before and path not in self.maybe_gone:
                self.maybe_back[path] = bytes(before)
            self.maybe_gone.discard(path)
            if number:
                self._folder_is_synced(path)

    def _folder_is_synced(self, path: str) -> None:
        folder = os.path.dirname(path)
        self.maybe_back = {gone: old for gone, old in self.maybe_back.items() if os.path.dirname(gone) != folder}

    def after_power_cut(self, rng: Random) -> dict[str, bytes]:
        """The files as somebody may find them when the power is back."""
        found: dict[str, bytes] = {}
        for path, durable in self.durable.items():
            if durable is None or (path in self.maybe_gone and rng.random() < 0.5):
                continue
            found[path] = bytes(_applied(bytearray(durable), _torn(self.pending.get(path, []), rng)))
        for path, content in self.maybe_back.items():
            if path not in self.durable and rng.random() < 0.5:
                found[path] = content
        return found

    def forget(self, folder: Path) -> None:
        """Files below ``folder`` were put there from outside: they are as they are."""
        below = f"{folder}{os.sep}"
        for path in {*self.durable, *self.pending, *self.maybe_back, *self.maybe_gone}:
            if path.startswith(below):
                self.forget_file(path)

    def forget_file(self, path: str) -> None:
        """This file was put there from outside."""
        for kept in (self.durable, self.pending, self.maybe_back):
            kept.pop(path, None)
        self.maybe_gone.discard(path)


def _torn(writes: list[tuple[int, bytes | None]], rng: Random) -> list[tuple[int, bytes | None]]:
    """What chance lets through of the writes, sector by sector: all, none, the first ones, or any."""
    how = rng.random()
    if how < 0.1:
        return []
    if how < 0.2:
        return writes
    through = rng.randrange(len(writes) + 1) if how < 0.5 else None
    survive = rng.random()
    torn: list[tuple[int, bytes | None]] = []
    for place, (offset, data) in enumerate(writes):
        if through is not None and place != through:
            if place < through:
                torn.append((offset, data))
            continue
        if data is None:
            if rng.random() < survive:
                torn.append((offset, data))
            continue
        start = 0
        while start < len(data):
            end = min(len(data), start + SECTOR - (offset + start) % SECTOR)
            if rng.random() < survive:
                torn.append((offset + start, data[start:end]))
            start = end
    return torn


def _applied(content: bytearray, writes: list[tuple[int, bytes | None]]) -> bytearray:
    for offset, data in writes:
        if data is None:
            del content[offset:]
            continue
        if len(content) < offset:
            content.extend(bytes(offset - len(content)))
        content[offset : offset + len(data)] = data
    return content


LIBRARY = c.CDLL(getattr(_sqlite3, "__file__", None))
"""The SQLite that Python's own module runs on."""
WORKS = hasattr(LIBRARY, "sqlite3_vfs_find")
"""Whether it can be reached; some builds of Python hide the names of the SQLite inside them."""


class Disk:
    """SQLite's files while ``watched`` holds: what was done to them, and what is to go wrong next."""

    def __init__(self) -> None:
        self.files = Files()
        self.trace: list[Event] | None = None
        """Everything done so far, when somebody wants it."""
        self.fail: Callable[[Operation, str], int] = lambda operation, path: OK
        """SQLite's result code for what is about to be done; anything but ``OK`` and it is not done."""
        self._paths: dict[int, str] = {}
        self._methods: dict[int, tuple[_Methods, _Methods]] = {}
        self._of_file: dict[int, _Methods] = {}
        self._library = LIBRARY
        if not WORKS:
            # Then a power cut takes no more than a kill does.
            return
        self._library.sqlite3_vfs_find.restype = c.POINTER(_Vfs)
        self._library.sqlite3_vfs_find.argtypes = [c.c_char_p]
        self._original = self._library.sqlite3_vfs_find(None)
        self._calls = (_OPEN(self._open), _DELETE(self._delete), _CLOSE(self._close), _WRITE(self._write),
                       _TRUNCATE(self._truncate), _SYNC(self._sync))  # fmt: skip
        below = self._original.contents
        self._below_open, self._below_delete = _OPEN(below.xOpen), _DELETE(below.xDelete)
        _KEPT.append(self)
        self._vfs = _Vfs.from_buffer_copy(below)
        self._vfs.zName = b"watched"
        self._vfs.xOpen = c.cast(self._calls[0], c.c_void_p)
        self._vfs.xDelete = c.cast(self._calls[1], c.c_void_p)

    def register(self, on: bool) -> None:
        """Put the disk under every connection that is opened from now on, or take it away again."""
        if not WORKS:
            return
        library = self._library
        library.sqlite3_vfs_register.argtypes = [c.c_void_p, c.c_int]
        if on:
            library.sqlite3_vfs_register(c.byref(self._vfs), 1)
        else:
            library.sqlite3_vfs_unregister(c.byref(self._vfs))
            library.sqlite3_vfs_register(self._original, 1)

    def note(self, operation: Operation, path: str, number: int, data: bytes = b"") -> None:
        """Something was done to a file, perhaps by others than SQLite."""
        event = (operation, path, number, data)
        self.files.take(event)
        if self.trace is not None:
            self.trace.append(event)

    def _open(self, vfs: int, name: int, file: Any, flags: int, out: int) -> int:
        path = c.string_at(name).decode() if name else ""
        is_new = bool(path) and not Path(path).exists()
        if path and is_new and (code := self.fail("open", path)):
            file.contents.methods = c.POINTER(_Methods)()
            return code
        code = int(self._below_open(vfs, name, file, flags, out))
        if code != OK or not path:
            return code
        if path not in self.files.durable:
            self.note("open", path, is_new, b"" if is_new else Path(path).read_bytes())
        address = c.addressof(file.contents)
        self._paths[address] = path
        self._of_file[address] = file.contents.methods.contents
        file.contents.methods = c.pointer(self._wrapped(file.contents.methods))
        return code

    def _wrapped(self, below: Any) -> _Methods:
        address = c.addressof(below.contents)
        if address not in self._methods:
            mine = _Methods.from_buffer_copy(below.contents)
            mine.xClose, mine.xWrite, mine.xTruncate, mine.xSync = (
                c.cast(call, c.c_void_p) for call in self._calls[2:]
            )
            self._methods[address] = (mine, below.contents)
        return self._methods[address][0]

    def _close(self, file: int) -> int:
        self._paths.pop(file)
        return int(_CLOSE(self._of_file.pop(file).xClose)(file))

    def _write(self, file: int, data: int, size: int, offset: int) -> int:
        path = self._paths[file]
        if code := self.fail("write", path):
            return code
        code = int(_WRITE(self._of_file[file].xWrite)(file, data, size, offset))
        if code == OK:
            self.note("write", path, offset, c.string_at(data, size))
        return code

    def _truncate(self, file: int, size: int) -> int:
        path = self._paths[file]
        if code := self.fail("truncate", path):
            return code
        code = int(_TRUNCATE(self._of_file[file].xTruncate)(file, size))
        if code == OK:
            self.note("truncate", path, size)
        return code

    def _sync(self, file: int, flags: int) -> int:
        path = self._paths[file]
        if code := self.fail("sync", path):
            return code
        # The sync itself is left out: this disk decides what is durable, and the real one need not be waited for.
        self.note("sync", path, 0)
        return OK

    def _delete(self, vfs: int, name: bytes, sync_dir: int) -> int:
        path = name.decode()
        if code := self.fail("delete", path):
            return code
        code = int(self._below_delete(vfs, name, 0))
        if code == OK:
            self.note("delete", path, sync_dir)
        return code


@contextmanager
def watched() -> Iterator[Disk]:
    """A disk that can lose its power, under every SQLite connection opened meanwhile."""
    disk = Disk()
    disk.register(True)
    try:
        yield disk
    finally:
        disk.register(False)


needed = pytest.mark.skipif(not WORKS, reason="this Python hides its SQLite: take one that uses the system's library")
"""For tests that are about the disk itself."""
