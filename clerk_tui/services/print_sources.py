"""Where the print station's papers come from: the centre, or a folder that windows and station share."""

from __future__ import annotations

import errno
import stat
import uuid
from collections.abc import Sequence
from contextlib import suppress
from itertools import chain, count
from pathlib import Path
from typing import Final, Literal, Protocol

from msgspec import Struct

from clerk_tui.sync import prints
from clerk_tui.sync.asking import Centre, Refused
from hall import os_words
from hall.errors import BadInput
from hall.print_wire import Ended

State = Literal["queued", "printing", "printed", "failed", "unknown"]


class StationJob(Struct, frozen=True, kw_only=True):
    """A paper at the station: its file's name, where it came from, how it stands; ``changed_ms`` is Unix ms."""

    name: str
    source: str
    state: State
    error: str = ""
    changed_ms: int = 0


class Source(Protocol):
    """Where papers come from, and where it is written down how they stand."""

    name: str

    def begin_anew(self) -> None:
        """What an earlier run of this station had begun, nobody knows."""

    def take(self) -> tuple[str, bytes] | None:
        """The next paper that waits: its name and its PDF."""

    def begin(self, name: str) -> bool:
        """Write down that it is being printed; ``False`` when it is somebody else's by now."""

    def end(self, name: str, state: Ended, error: str) -> None:
        """Write down what became of it."""

    def settle(self, name: str, printed: bool) -> None:
        """A person has looked: it lies there, or it is printed again."""

    def jobs(self) -> Sequence[StationJob]:
        """What there is to do, and what was done lately, the oldest first."""

    def close(self) -> None:
        """Let go of the way there."""


class FromCentre:
    """Papers that windows sent through the centre to this station, or to any."""

    name = "centre"

    def __init__(self, centre: Centre, station: str) -> None:
        self._centre, self._station = centre, station
        # Kept until its answer came: asked again, the centre gives the same paper.
        self._claim = str(uuid.uuid4())

    def begin_anew(self) -> None:
        prints.forsake(self._centre)

    def take(self) -> tuple[str, bytes] | None:
        taken = prints.take(self._centre, self._claim, self._station)
        return (taken.job.name, taken.pdf) if taken.job is not None else None

    def begin(self, name: str) -> bool:
        try:
            prints.begin(self._centre, name, self._claim)
        except Refused:
            self._claim = str(uuid.uuid4())
            return False
        return True

    def end(self, name: str, state: Ended, error: str) -> None:
        with suppress(Refused):  # somebody has settled it meanwhile
            prints.end(self._centre, name, self._claim, state, error)
        self._claim = str(uuid.uuid4())

    def settle(self, name: str, printed: bool) -> None:
        try:
            prints.settle(self._centre, name, printed)
        except Refused as refused:
            raise BadInput(refused.code, refused.message, field="job", hint="看列表里现在的结果") from refused

    def jobs(self) -> Sequence[StationJob]:
        return [
            StationJob(
                name=job.name, source=self.name, error=job.error, changed_ms=job.changed_ms,
                state="queued" if job.state == "taken" or job.state == "withdrawn" else job.state,
            )
            for job in prints.listed(self._centre, self._station)
        ]  # fmt: skip

    def close(self) -> None:
        self._centre.close()


class FolderGone(OSError):
    """The shared folder is not where it was: not mounted, removed, renamed. ``filename`` is its path."""


_GONE: Final = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ESTALE, errno.ENOTCONN, errno.ENODEV, errno.EHOSTDOWN})
"""What the system says of a folder whose disk or share has gone."""


class FromFolder:
    """Papers that windows put into a folder that the station sees too (``dir:`` at the window).

    Where a file lies says how its paper stands: in the folder itself it waits, then it moves through ``printing`` to
    ``failed`` or ``unknown``; one that came out is erased. A move within a file system happens or does not, so a paper
    is always in exactly one place. One whose name another paper has there is moved beside it as ``NAME~2.pdf``.

    A folder that has gone is not one without papers: everything but ``close`` raises ``FolderGone``, until it is back.
    """

    name = "folder"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._errors: dict[str, str] = {}
        self._was_mount = False

    def begin_anew(self) -> None:
        self._is_there()
        for path in self._files("printing"):
            self._move(path, "unknown")

    def take(self) -> tuple[str, bytes] | None:
        self._is_there()
        waiting = self._files("")
        if not waiting:
            return None
        path, places = waiting[0], ("printing", "failed", "unknown")
        if (name := self._free(path.name, *places)) != path.name:
            path = path.rename(path.with_name(self._free(name, "", *places)))
        return path.name, path.read_bytes()

    def begin(self, name: str) -> bool:
        self._is_there()
        if (self._folder / "printing" / name).exists():
            return False  # one of that name came meanwhile: the next time it is taken under another
        return bool(self._move(self._folder / name, "printing"))

    def end(self, name: str, state: Ended, error: str) -> None:
        self._is_there()
        path = self._folder / "printing" / name
        if state == "printed":
            path.unlink(missing_ok=True)
        else:
            self._errors[self._move(path, state) or name] = error

    def settle(self, name: str, printed: bool) -> None:
        self._is_there()
        for state in ("failed", "unknown"):
            path = self._folder / state / name
            if path.exists():
                if printed:
                    path.unlink()
                else:
                    self._move(path, "")
                return
        raise BadInput("not_open", "这份文书打印的结果已经清楚了", field="job", hint="看列表里现在的结果")

    def jobs(self) -> Sequence[StationJob]:
        self._is_there()
        states: tuple[tuple[str, State], ...] = (
            ("failed", "failed"), ("unknown", "unknown"), ("printing", "printing"), ("", "queued"),
        )  # fmt: skip
        return [
            StationJob(name=path.name, source=self.name, state=state, error=self._errors.get(path.name, ""))
            for place, state in states
            for path in self._files(place)
        ]

    def close(self) -> None:
        """Nothing is held."""

    def _is_there(self) -> None:
        """Raises ``FolderGone``. Where a share was mounted on the folder itself, the empty folder that stays behind is
        not it."""
        try:
            there = stat.S_ISDIR(self._folder.stat().st_mode)
        except OSError as error:
            if error.errno not in _GONE:
                raise
            there = False
        mount = there and self._folder.is_mount()
        if not there or (self._was_mount and not mount):
            raise FolderGone(errno.ENOENT, "gone", str(self._folder))
        self._was_mount = mount

    def _files(self, place: str) -> list[Path]:
        """The papers of one place, the oldest first; one that goes away meanwhile is left out."""
        found = []
        for path in (self._folder / place).glob("*.pdf"):
            if not path.name.startswith("."):
                try:
                    found.append((path.stat().st_mtime_ns, path.name, path))
                except OSError:
                    continue
        return [path for _, _, path in sorted(found)]

    def _move(self, path: Path, place: str) -> str:
        """Move a paper to a place; the name it has there, empty when another station was quicker."""
        target = self._folder / place / self._free(path.name, place)
        try:
            target.parent.mkdir(exist_ok=True)
            path.rename(target)
        except FileNotFoundError:
            return ""
        return target.name

    def _free(self, name: str, *places: str) -> str:
        """The name, or ``NAME~2.pdf`` and so on where another paper has it at one of the places.

        Two windows of one device code give the same names; a paper that lies there is never written over.
        """
        stem, suffix = Path(name).stem.partition("~")[0], Path(name).suffix
        names = chain((name,), (f"{stem}~{number}{suffix}" for number in count(2)))
        return next(each for each in names if not any((self._folder / place / each).exists() for place in places))


def folder_trouble(error: OSError) -> str:
    """What is wrong with the shared folder, and what to do."""
    if isinstance(error, FolderGone):
        folder = error.filename
        return f"找不到了（没有挂载，或者被移走、改名）；请管理员挂上或放回原处，一回来就接着打印。位置：{folder}"
    if isinstance(error, FileExistsError):
        name = Path(error.filename).name
        return f"有个文件叫“{name}”，占了文件夹的位置，这里的文书都没有打；移走这个文件，再按 F5"
    return f"不能读写（{os_words.why(error)}），这里的文书都没有打；让管理员给这台机器读写这个文件夹的权限，再按 F5"
