"""``dir:PATH``: each PDF into a folder, whole or not at all; for example one that a print server watches."""

from __future__ import annotations

import os
from contextlib import suppress
from itertools import count
from pathlib import Path
from threading import Event

from clerk_tui.paths import give_name
from clerk_tui.printing.targets import PrintError
from hall import os_words

NO_FOLDER = "移走那个文件，或把 print.target 改成一个文件夹"


class FolderTarget:
    """A folder. A paper is handed over when its file stands under its name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, name: str, pdf: bytes, *, leave: Event | None = None) -> str:
        """Write, sync and give it its name: who watches the folder never sees half a paper.

        A paper that stands there is never overwritten: the same one is left as it is, another one of that name (of a
        journal that began anew, say) stays, and this one stands beside it as ``NAME~2.pdf``.
        """
        path = self.folder / name
        new = self.folder / f".{name}.{os.getpid()}.new"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with new.open("wb") as file:
                file.write(pdf)
                file.flush()
                os.fsync(file.fileno())
            path = _named(new, path, pdf)
        except OSError as error:
            with suppress(OSError):
                new.unlink(missing_ok=True)
            why = os_words.why(error)
            if isinstance(error, FileExistsError | NotADirectoryError):
                why = "这里是一个文件，不是文件夹" if isinstance(error, FileExistsError) else why
                raise PrintError(f"文书放不进 {self.folder}：{why}", NO_FOLDER) from error
            raise PrintError(f"文书放不进 {self.folder}：{why}", "检查文件夹的权限和磁盘空间，然后重试打印") from error
        self._keep_name()
        return str(path)

    def look(self) -> str:
        """Whether files can be made in it, or it can be made."""
        there = next((each for each in (self.folder, *self.folder.parents) if each.exists()), Path("/"))
        if not there.is_dir():
            raise PrintError(f"凭证放不进 {self.folder}：{there} 是一个文件，不是文件夹", NO_FOLDER)
        if not os.access(there, os.W_OK | os.X_OK):
            raise PrintError(f"凭证放不进 {self.folder}", "检查文件夹的权限，或改 print.target")
        return f"凭证放进 {self.folder}"

    def _keep_name(self) -> None:
        """Have the name itself on the disk; a folder that cannot be synced (some network shares) is as good as its."""
        with suppress(OSError):
            folder = os.open(self.folder, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)


def _named(new: Path, path: Path, pdf: bytes) -> Path:
    """Give the written file its name, or the next free one beside it; the name it has."""
    for number in count(2):
        if path.exists():
            if path.read_bytes() == pdf:
                new.unlink()
                return path
        else:
            try:
                give_name(new, path)
            except FileExistsError:
                continue
            return path
        path = path.with_name(f"{path.stem.partition('~')[0]}~{number}{path.suffix}")
    raise AssertionError("numbers do not end")
