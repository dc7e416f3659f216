"""A real centre beside the counter, and how far the journal has got to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clerk_tui.cli.beside import Centre
from clerk_tui.cli.counter import sync_settings
from clerk_tui.services import outbox
from clerk_tui.sync.run import sync_once
from tests.bench.measure import timed
from tests.bench.world import World, write_config


@contextmanager
def centre(folder: Path) -> Iterator[Centre]:
    """A centre process with its data in ``folder``."""
    beside = Centre(folder)
    beside.start()
    try:
        beside.url()
        yield beside
    finally:
        beside.stop()


def enrol(world: World, beside: Centre) -> None:
    """Point the world's counter at the centre and make it known there; everything in its journal is unsent."""
    write_config(world.folder, world.config().catalogue_dir, centre=beside.url())
    workspace = world.open()
    beside.enrol(workspace)
    workspace.close()


def unsent(world: World) -> int:
    """How many facts the centre has not acknowledged."""
    workspace = world.open()
    pending = outbox.status(workspace).pending
    workspace.close()
    return pending


def rate(world: World, beside: Centre) -> float:
    """Facts a second, sent by one run of the sync in this process until none is left."""
    enrol(world, beside)
    workspace = world.open()
    config = workspace.config
    before = outbox.status(workspace).pending
    settings = sync_settings(config, config.centre.url)
    seconds = timed(lambda: sync_once(workspace.journal.database, workspace.clock, settings))
    sent = before - outbox.status(workspace).pending
    workspace.close()
    return sent / seconds
