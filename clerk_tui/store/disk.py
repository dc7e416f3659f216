"""Room on the disk: a ballast that is given up when the disk is full, and how much is left (sync.md §11)."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Final, Literal

from msgspec import Struct

from hall.errors import StoreError

MIB: Final = 1 << 20
PAGE: Final = 32 << 10
"""Bytes by which SQLite lets the index of its WAL grow."""
State = Literal["enough", "low", "out"]


def has_room(path: Path) -> bool:
    """Whether the disk of ``path`` has room for a page; a disk that does not tell counts as having it."""
    return free_bytes(path) >= PAGE


def free_bytes(path: Path) -> int:
    """Free bytes of the disk of ``path``; one that does not tell counts as having room."""
    try:
        return shutil.disk_usage(path.parent).free
    except OSError:
        return 1 << 62


class Limits(Struct, frozen=True, kw_only=True):
    """Bytes: the size of the ballast, below what a banner warns, below what no new case begins, and above what SQLite's
    log (WAL) is told of: somebody reads in the journal without an end (sync.md §11)."""

    ballast: int = 20 * MIB
    warn: int = 1024 * MIB
    stop: int = 200 * MIB
    log: int = 64 * MIB


class Disk:
    """The disk that the database at ``path`` lies on."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self.folder = path.parent
        self.limits = limits
        self.ballast = path.with_name(path.name + ".ballast")

    def free(self) -> int:
        """Free bytes; a disk that does not tell counts as having room."""
        try:
            return shutil.disk_usage(self.folder).free
        except OSError:
            return self.limits.warn

    def state(self) -> State:
        """Whether there is enough, little, or too little for new cases."""
        free = self.free()
        return "out" if free < self.limits.stop else "low" if free < self.limits.warn else "enough"

    def require_room(self) -> None:
        """For what begins a new case; what goes on with one is always tried.

        Raises:
            StoreError: ``disk_low``. Nothing was written.
        """
        if self.state() == "out":
            raise StoreError(
                "disk_low",
                f"磁盘只剩 {self.free() // MIB} MB，不再收新的办件（{self.folder}）",
                field="store.path",
                hint="请管理员马上清理磁盘；已收的办件可以继续办理和补正",
            )

    def load(self) -> None:
        """Take ballast aboard, if there is room for it; called at every opening, so that it comes back by itself."""
        size = self.limits.ballast
        with suppress(OSError):
            if not size or (self.ballast.exists() and self.ballast.stat().st_size == size):
                return
            if self.free() < self.limits.stop + size:
                return
            file = os.open(self.ballast, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            try:
                os.posix_fallocate(file, 0, size)
            finally:
                os.close(file)

    def drop(self) -> bool:
        """Give the ballast up, so that an open case can be ended on a full disk; whether there was any."""
        try:
            self.ballast.unlink()
        except OSError:
            return False
        return True
