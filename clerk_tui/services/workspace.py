"""One open counter: settings, journal, catalogue, calendar and clock, handed to every service."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from clerk_tui import paths
from clerk_tui.clock import Clock, HallClock, SystemClock
from clerk_tui.services.rights import Seat, signed_in
from hall import ids, os_words
from hall.calendar import WorkCalendar
from hall.catalogue.model import Department
from hall.errors import BadCatalogue, BadInput
from hall.roles import Actor

if TYPE_CHECKING:
    from clerk_tui.config import Config
    from clerk_tui.store.catalogue import CatalogueStore
    from clerk_tui.store.disk import Limits
    from clerk_tui.store.journal import Journal

__all__ = ["Clock", "SystemClock", "Workspace", "open_workspace"]


@dataclass(frozen=True)
class Workspace:
    """What services work on. Thread-safe: one writer behind a lock, one reader a thread.

    ``leaving`` is set when the program is being closed and no printer is waited for any longer.
    """

    config: Config
    journal: Journal
    catalogue: CatalogueStore
    calendar: WorkCalendar
    clock: Clock
    seat: Seat = field(default_factory=Seat)
    leaving: Event = field(default_factory=Event)

    @cached_property
    def hall_clock(self) -> HallClock:
        """The time that the queue goes by; whoever hears the centre's puts it right."""
        return HallClock(self.clock, self.config.timezone)

    @property
    def clerk(self) -> Actor:
        """Who is signed in here. Raises ``rights.NotSignedIn``."""
        return signed_in(self)

    def new_id(self) -> str:
        """A UUIDv7, made once for what it names."""
        return ids.uuid7(self.clock.now_ms(), os.urandom(10))

    def department(self, key: str) -> Department:
        """A department of the catalogue.

        Raises:
            BadCatalogue: the catalogue does not have it (its check would have said so).
        """
        for department in self.catalogue.departments:
            if department.key == key:
                return department
        raise BadCatalogue("unknown_department", f"事项目录里没有部门“{key}”", hint="运行 clerk matters check")

    def close(self) -> None:
        """Close the journal's connections; the workspace cannot be used afterwards."""
        self.journal.close()


def open_workspace(
    config: Config, clock: Clock | None = None, *, cache_dir: Path | None = None, commands: bool = False
) -> Workspace:
    """Open the counter: catalogue checked, database sound, device known. ``commands``: for the command line, where
    somebody may have signed in before.

    Raises:
        BadCatalogue: the catalogue fails its check.
        BadInput: a calendar file cannot be read.
        StoreError: the database cannot be used; the message says where it is and what to do.
    """
    from clerk_tui.services.signing_in import at_start
    from clerk_tui.store.catalogue import open_catalogue
    from clerk_tui.store.journal import open_journal

    the_clock = clock or SystemClock(config.timezone)
    catalogue = open_catalogue(config.catalogue_dir, cache_dir or paths.cache_dir())
    calendar = load_calendar(config.calendar_files)
    journal = open_journal(
        config.store_file,
        device_code=config.device.code,
        clock=the_clock,
        witness=config.witness_file,
        limits=disk_limits(config),
    )
    ws = Workspace(config=config, journal=journal, catalogue=catalogue, calendar=calendar, clock=the_clock)
    at_start(ws, commands=commands)
    return ws


def disk_limits(config: Config) -> Limits:
    """How much room the settings want on the journal's disk."""
    from clerk_tui.store.disk import MIB, Limits

    store = config.store
    return Limits(ballast=store.ballast_mb * MIB, warn=store.warn_free_mb * MIB, stop=store.stop_free_mb * MIB)


def load_calendar(files: tuple[Path, ...], given: tuple[Path, ...] = ()) -> WorkCalendar:
    """The national calendar with a centre's own files laid over it, in order; ``given`` by ``--calendar`` last.

    Raises:
        BadInput: a file that cannot be read or is no calendar; ``field`` is ``file: key``.
    """
    calendar = WorkCalendar.default()
    for path in files:
        calendar = _with_file(calendar, path, "calendar.files", "改正文件，或从 config.toml 的 calendar.files 里去掉它")
    for path in given:
        calendar = _with_file(calendar, path, "--calendar", "核对 --calendar 后面的文件名，或改正文件")
    return calendar


def _with_file(calendar: WorkCalendar, path: Path, source: str, hint: str) -> WorkCalendar:
    import json
    import tomllib

    try:
        text = path.read_text(encoding="utf-8")
        data = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (OSError, ValueError) as error:
        why = os_words.why(error) if isinstance(error, OSError) else error
        raise BadInput(
            "bad_calendar",
            f"日历文件 {path} 读不出来：{why}",
            field=f"{source}: {path.name}",
            hint=hint,
        ) from error
    try:
        return WorkCalendar.from_mapping(data, base=calendar)
    except BadInput as error:
        raise BadInput(
            error.code, f"日历文件 {path}：{error.message}", field=f"{path.name}: {error.field}", hint=error.hint
        ) from error
