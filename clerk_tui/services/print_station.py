"""The print station: takes the papers of the hall's windows, from the centre or a shared folder, and prints them.

A paper goes queued → printing → printed, failed or unknown, as at a window, and by the same rules: ``printing`` is
written down before the first byte leaves, ``failed`` only when certainly nothing came out. What a station was printing
when it died is ``unknown`` and waits for a person. Where a paper stands is kept by whoever sent it there, the centre or
the folder; the station itself keeps nothing, so none is lost with it.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Event
from typing import Final, Literal, Protocol

from msgspec import Struct

from clerk_tui import faults
from clerk_tui.config import Config
from clerk_tui.printing.locks import printer_lock
from clerk_tui.printing.targets import PrintError, Target
from clerk_tui.services.print_queue import hand_over, outcome, told
from clerk_tui.sync import prints
from clerk_tui.sync.asking import Centre, Refused, Unreachable
from hall.errors import BadInput
from hall.print_wire import Ended

State = Literal["queued", "printing", "printed", "failed", "unknown"]
REST_S: Final = 20.0
"""So long a folder that nothing can be done in is left alone, in seconds, unless a person wants it tried."""


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


class FromFolder:
    """Papers that windows put into a folder that the station sees too (``dir:`` at the window).

    Where a file lies says how its paper stands: in the folder itself it waits, then it moves through ``printing`` to
    ``failed`` or ``unknown``; one that came out is erased. A move within a file system happens or does not, so a paper
    is always in exactly one place.
    """

    name = "folder"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._errors: dict[str, str] = {}

    def begin_anew(self) -> None:
        for path in self._files("printing"):
            self._move(path, "unknown")

    def take(self) -> tuple[str, bytes] | None:
        waiting = self._files("")
        return (waiting[0].name, waiting[0].read_bytes()) if waiting else None

    def begin(self, name: str) -> bool:
        return self._move(self._folder / name, "printing")

    def end(self, name: str, state: Ended, error: str) -> None:
        path = self._folder / "printing" / name
        self._errors[name] = error
        if state == "printed":
            path.unlink(missing_ok=True)
        else:
            self._move(path, state)

    def settle(self, name: str, printed: bool) -> None:
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

    def _move(self, path: Path, place: str) -> bool:
        target = self._folder / place / path.name
        try:
            target.parent.mkdir(exist_ok=True)
            path.rename(target)
        except FileNotFoundError:
            return False  # another station was quicker
        return True


class Station:
    """Works its sources with one printer. Not for two threads at once; ``leave`` is set when it is closed."""

    def __init__(self, sources: Sequence[Source], target: Target, printer: str, lock: Path) -> None:
        self.sources, self.printer = tuple(sources), printer
        self.leave = Event()
        self.trouble: dict[str, str] = {}
        """What is wrong now, in words: with the printer (``printer``), or with a source, by its name."""
        self._target, self._lock = target, lock
        self._rests: dict[str, float] = {}
        """Until when (monotonic seconds) a source is left alone, by its name."""
        self._begun: set[str] = set()
        self._held: dict[str, tuple[str, bytes]] = {}
        """Papers that were taken and not surely begun, by their source: ``begin`` had no answer."""
        self._untold: list[tuple[Source, str, Ended, str]] = []

    def work(self) -> None:
        """Print what waits, until nothing does or the printer takes no more; what is wrong stands in ``trouble``."""
        with printer_lock(self._lock, f"station {self.printer}", wait_s=0) as mine:
            if not mine:
                self.trouble["printer"] = "另一个打印台程序正在用这台打印机"
                return
            for source in self.sources:
                if time.monotonic() >= self._rests.get(source.name, 0.0):
                    self._asked(source, partial(self._work, source))

    def wake(self) -> None:
        """A person wants everything tried now."""
        self._rests.clear()

    def jobs(self) -> list[StationJob]:
        """What all sources have; one that does not answer is told in ``trouble``."""
        found: list[StationJob] = []
        for source in self.sources:
            self._asked(source, partial(_collect, found, source), only_looks=True)
        return found

    def close(self) -> None:
        """No more papers are taken."""
        self.leave.set()
        for source in self.sources:
            source.close()

    def settle(self, job: StationJob, printed: bool) -> None:
        """What a person says of a paper that failed or of which nobody knows.

        Raises:
            BadInput: it is known already, or centre or folder do not answer.
        """
        source = next(each for each in self.sources if each.name == job.source)
        try:
            source.settle(job.name, printed)
        except Unreachable:
            raise BadInput("unreachable", "联系不上中心，没有记下", field="job", hint="网络恢复后再按一次") from None
        except OSError as error:
            message, hint = "共享文件夹用不了，没有记下", _folder_trouble(error)
            raise BadInput("folder_unusable", message, field="job", hint=hint) from None

    def _asked(self, source: Source, work: Callable[[], object], *, only_looks: bool = False) -> None:
        """Keep in ``trouble`` what is wrong with a source; one that can be looked at may still not be worked."""
        try:
            work()
        except Unreachable:
            self.trouble[source.name] = "联系不上中心"
        except Refused as refused:
            self.trouble[source.name] = refused.message
        except OSError as error:
            self.trouble[source.name] = _folder_trouble(error)
            if not only_looks:
                self._rests[source.name] = time.monotonic() + REST_S
        else:
            if not only_looks:
                self.trouble.pop(source.name, None)

    def _work(self, source: Source) -> None:
        self._tell(source)
        if source.name not in self._begun:
            source.begin_anew()
            self._begun.add(source.name)
        if (held := self._held.pop(source.name, None)) is not None:
            self._print(source, *held)
        while not self.leave.is_set() and self._ready() and (taken := source.take()) is not None:
            self._print(source, *taken)

    def _ready(self) -> bool:
        """Whether the printer takes papers: nothing is taken from the others while it does not."""
        try:
            self._target.look()
        except PrintError as error:
            self.trouble["printer"] = told(error)
            return False
        self.trouble.pop("printer", None)
        return True

    def _print(self, source: Source, name: str, pdf: bytes) -> None:
        self._held[source.name] = name, pdf
        try:
            mine = source.begin(name)
        except OSError:
            del self._held[source.name]  # nothing has begun: it is taken again when the folder is as it should be
            raise
        del self._held[source.name]
        if not mine:
            return
        faults.point("print.before")
        _, trouble = hand_over(self._target, name, pdf, self.leave)
        faults.point("print.after")
        state = outcome(trouble)
        self._untold.append((source, name, state, "" if trouble is None else told(trouble)))
        self._tell(source)

    def _tell(self, source: Source) -> None:
        """Write down what became of papers; what could not be told is told first next time."""
        while self._untold and self._untold[0][0] is source:
            _, name, state, error = self._untold[0]
            source.end(name, state, error)
            del self._untold[0]


def _folder_trouble(error: OSError) -> str:
    """What is wrong with the shared folder, and what to do."""
    if isinstance(error, FileExistsError):
        name = Path(error.filename).name
        return f"有个文件叫“{name}”，占了文件夹的位置，这里的文书都没有打；移走这个文件，再按 F5"
    why = error.strerror
    return f"不能读写（{why}），这里的文书都没有打；让管理员给这台机器读写这个文件夹的权限，再按 F5"


def _collect(found: list[StationJob], source: Source) -> None:
    found += source.jobs()


def station_of(config: Config) -> Station:
    """The print station that the settings describe.

    Raises:
        BadInput: ``no_source``: neither a centre nor a folder that papers could come from.
    """
    from clerk_tui.printing.targets import open_target
    from clerk_tui.sync.token import token_path

    own = config.print_station
    sources: list[Source] = []
    if config.centre.enabled:
        centre = Centre(config.centre.url, token_path(config.store_file, config.token_file))
        sources.append(FromCentre(centre, own.name))
    if own.folder:
        sources.append(FromFolder(config.print_folder(f"dir:{own.folder}")))
    if not sources:
        raise BadInput(
            "no_source", "打印台没有来处：没有启用中心，也没有写共享文件夹", field="print_station.folder",
            hint="写 print_station.folder，或者启用 [centre]",
        )  # fmt: skip
    target = open_target(own.printer, config.print_folder)
    return Station(sources, target, own.printer, config.store_file)
