"""A counter with the sample hall's catalogue, and a folder in memory for disks that are only calculated."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clerk_tui.conftest import clock, config, ws

__all__ = ["cache", "clock", "config", "fast", "ws"]
MEMORY = Path("/dev/shm")


@pytest.fixture
def fast(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: the real disk need not be waited for."""
    folder = Path(tempfile.mkdtemp(prefix="clerk-", dir=MEMORY)) if MEMORY.is_dir() else tmp_path
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The compiled catalogue, the same for every test of a process."""
    return tmp_path_factory.getbasetemp() / "catalogue-cache"
