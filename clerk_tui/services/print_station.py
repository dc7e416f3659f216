"""The print station: takes the papers of the hall's windows, from the centre or a shared folder, and prints them.

A paper goes queued → printing → printed, failed or unknown, as at a window, and by the same rules: ``printing`` is
written down before the first byte leaves, ``failed`` only when certainly nothing came out. What a station was printing
when it died is ``unknown`` and waits for a person. Where a paper stands is kept by whoever sent it there, the centre or
the folder; the station itself keeps nothing, so none is lost with it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Event
from typing import Final

from clerk_tui import faults
from clerk_tui.config import Config
from clerk_tui.printing.locks import printer_lock
from clerk_tui.printing.targets import PrintError, Target
from clerk_tui.services.print_queue import hand_over, outcome, told
from clerk_tui.services.print_sources import FolderGone, FromCentre, FromFolder, Source, StationJob, folder_trouble
from clerk_tui.sync.asking import Centre, Refused, Unreachable
from hall.errors import BadInput
from hall.print_wire import Ended

REST_S: Final = 20.0
"""So long a folder that nothing can be done in is left alone, in seconds, unless a person wants it tried."""

_HOLDS: Final = "上一份不知道打出没有，后面的没有送去；看过打印机，按 y 或 p 说明，或者按 F5 接着打"


class Station:
    """Works its sources with one printer. One thread works; others may look (``jobs``) and settle meanwhile, however
    long a printer takes. ``leave`` is set when it is closed."""

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
        self._doubt: tuple[Source, str] | None = None
        """The paper after which the printer is given no other: nobody knows what became of it."""

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
        self._doubt = None

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
            message, hint = "共享文件夹用不了，没有记下", folder_trouble(error)
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
            self.trouble[source.name] = folder_trouble(error)
            # One that has gone costs nothing to look for, and is taken up again as soon as it is back.
            if not (only_looks or isinstance(error, FolderGone)):
                self._rests[source.name] = time.monotonic() + REST_S
        else:
            if not only_looks:
                self.trouble.pop(source.name, None)

    def _work(self, source: Source) -> None:
        self._tell(source)
        if source.name not in self._begun:
            source.begin_anew()
            self._begun.add(source.name)
        if source.name in self._held and self._ready():
            self._print(source, *self._held.pop(source.name))
        while not self.leave.is_set() and self._ready() and (taken := source.take()) is not None:
            self._print(source, *taken)

    def _ready(self) -> bool:
        """Whether the printer takes papers: nothing is taken from the others while it does not, nor while nobody knows
        what became of the last one, so that a printer that stands still leaves one question and not many."""
        if self._in_doubt():
            self.trouble["printer"] = _HOLDS
            return False
        try:
            self._target.look()
        except PrintError as error:
            self.trouble["printer"] = told(error)
            return False
        self.trouble.pop("printer", None)
        return True

    def _in_doubt(self) -> bool:
        """Whether the last paper is still one that nobody knows of; who settles it may sit anywhere in the hall."""
        if self._doubt is None:
            return False
        source, name = self._doubt
        with suppress(Unreachable, Refused, OSError):
            if not any(job.name == name and job.state in ("printing", "unknown") for job in source.jobs()):
                self._doubt = None
        return self._doubt is not None

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
        if state == "unknown":
            self._doubt = source, name
        self._untold.append((source, name, state, "" if trouble is None else told(trouble)))
        self._tell(source)

    def _tell(self, source: Source) -> None:
        """Write down what became of papers; what could not be told is told first next time."""
        while self._untold and self._untold[0][0] is source:
            _, name, state, error = self._untold[0]
            source.end(name, state, error)
            del self._untold[0]


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
