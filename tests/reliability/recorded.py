"""A day at a counter, recorded write by write: what the disk was told, and when the screen said "saved"."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest

from clerk_tui.config import CatalogueSection, Config, StoreSection
from clerk_tui.services import intake, supplement
from clerk_tui.services.workspace import Workspace, open_workspace
from clerk_tui.store import witness as witnesses
from tests.clerk_tui.conftest import ROOT, FixedClock
from tests.clerk_tui.walkins import MISSING, PRESENT, restaurant
from tests.reliability.disk import OK, Disk, Event, Files


@dataclass(frozen=True)
class Saved:
    """What the screen said: this fact is saved, under this reference. ``after``: so many things the disk had done."""

    after: int
    seq: int
    hash: str
    reference: str


@dataclass
class Recording:
    """Everything a counter did to its disk, and what it said meanwhile."""

    folder: Path
    events: list[Event] = field(default_factory=list)
    saved: list[Saved] = field(default_factory=list)

    def config(self, folder: Path | None = None) -> Config:
        """The counter's settings, with its files in another folder if one is named."""
        place = folder or self.folder
        return Config(
            catalogue=CatalogueSection(path=str(ROOT / "catalogue")),
            store=StoreSection(path=str(place / "clerk.db"), witness=str(place / "witness")),
        )


class WatchedOs:
    """The operating system as the witness sees it, over the watched disk."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._paths: dict[int, str] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def open(self, path: str | Path, flags: int, mode: int = 0o777) -> int:
        new = not Path(path).exists()
        number = os.open(path, flags, mode)
        self._paths[number] = str(path)
        if Path(path).is_file() and str(path) not in self._disk.files.durable:
            self._disk.note("open", str(path), new, b"" if new else Path(path).read_bytes())
        return number

    def pwrite(self, number: int, data: bytes, offset: int) -> int:
        self._may("write", number)
        done = os.pwrite(number, data, offset)
        self._disk.note("write", self._paths[number], offset, data)
        return done

    def ftruncate(self, number: int, size: int) -> None:
        os.ftruncate(number, size)
        self._disk.note("truncate", self._paths[number], size)

    def fsync(self, number: int) -> None:
        if Path(self._paths[number]).is_file():
            self._may("sync", number)
            self._disk.note("sync", self._paths[number], 0)

    fdatasync = fsync

    def _may(self, operation: Any, number: int) -> None:
        if self._disk.fail(operation, self._paths[number]) != OK:
            raise OSError(5, "Input/output error")


def watch_witness(patch: pytest.MonkeyPatch, disk: Disk) -> None:
    """Let the witness write over the watched disk too."""
    patch.setattr(witnesses, "os", WatchedOs(disk))


def record(disk: Disk, folder: Path, cache: Path, walk_ins: int) -> Recording:
    """Serve people at a real counter: receipts, notices and what is handed in later; the file is folded meanwhile."""
    recording = Recording(folder)
    disk.trace = recording.events
    ws = open_workspace(recording.config(), FixedClock(), cache_dir=cache)
    for number in range(walk_ins):
        _serve(ws, recording)
        if number % 7 == 5:
            ws.journal.database.fold_wal(over_bytes=0)
        if number % 10 == 8:
            ws.close()
            ws = open_workspace(recording.config(), FixedClock(), cache_dir=cache)
    ws.close()
    disk.trace = None
    return recording


def _serve(ws: Workspace, recording: Recording) -> None:
    first = intake.submit(ws, restaurant(ws, layout=MISSING))
    recording.saved.append(Saved(len(recording.events), first.seq, first.hash, first.reference))
    back = supplement.open_supplement(ws, first.reference)
    back.ticks = {"layout": PRESENT}
    then = supplement.submit(ws, back)
    recording.saved.append(Saved(len(recording.events), then.seq, then.hash, then.reference))


def cut(recording: Recording, moments: list[int], rng: Random) -> Iterator[tuple[dict[str, bytes], list[Saved]]]:
    """The disks found after a power cut at each of these moments, in order, and what was said by then."""
    files, done = Files(), 0
    for moment in moments:
        for event in recording.events[done:moment]:
            files.take(event)
        done = moment
        yield files.after_power_cut(rng), [saved for saved in recording.saved if saved.after <= moment]
