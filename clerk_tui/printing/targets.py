"""Where papers go. ``dir:/path`` puts each PDF into a folder, whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from hall.errors import HallError


class Target(Protocol):
    """Takes a finished paper."""

    def put(self, name: str, pdf: bytes) -> Path:
        """Hand over a PDF under a file name; returns where it is now.

        Raises:
            HallError: ``print_failed``; nothing half-written is left under the name.
        """


class FolderTarget:
    """A folder, for example one that a print server watches."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, name: str, pdf: bytes) -> Path:
        """Write, sync and rename: who watches the folder never sees half a paper."""
        path = self.folder / name
        new = self.folder / f".{name}.{os.getpid()}.new"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with new.open("wb") as file:
                file.write(pdf)
                file.flush()
                os.fsync(file.fileno())
            new.replace(path)
        except OSError as error:
            with suppress(OSError):
                new.unlink(missing_ok=True)
            raise HallError(
                "print_failed",
                f"文书放不进 {self.folder}：{error.strerror}",
                field="print.target",
                hint="检查文件夹的权限和磁盘空间，然后重试打印",
            ) from error
        return path
