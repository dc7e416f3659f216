"""Where the counter keeps its files: the XDG base directories, each with a ``clerk`` folder.

Functions, not constants: a test or a script changes the environment and is heard.
"""

from __future__ import annotations

import os
from pathlib import Path

APP = "clerk"
PROJECT_ROOT = Path(__file__).resolve().parent.parent


def _base(variable: str, fallback: str) -> Path:
    """The directory an XDG variable names; a relative or empty value is ignored, as the XDG specification asks."""
    value = os.environ.get(variable, "")
    root = Path(value) if value and Path(value).is_absolute() else Path.home() / fallback
    return root / APP


def config_dir() -> Path:
    """What the centre or the clerk set."""
    return _base("XDG_CONFIG_HOME", ".config")


def data_dir() -> Path:
    """What must never be lost: the database and the papers."""
    return _base("XDG_DATA_HOME", ".local/share")


def state_dir() -> Path:
    """What is good to have: logs."""
    return _base("XDG_STATE_HOME", ".local/state")


def cache_dir() -> Path:
    """What can be made again: prepared fonts, the search index of the catalogue."""
    return _base("XDG_CACHE_HOME", ".cache")


def log_file() -> Path:
    """The counter's log."""
    return state_dir() / "clerk.log"


def give_name(new: Path, path: Path) -> None:
    """Give the written file ``new`` the name ``path``, which nothing has yet; it has only that name then.

    Raises:
        FileExistsError: something of that name appeared meanwhile; it stays, and so does ``new``.
        OSError: neither a link nor a new name could be made.
    """
    try:
        # A link fails where a file appeared meanwhile; a rename would take its place.
        path.hardlink_to(new)
    except FileExistsError:
        raise
    except OSError:
        new.replace(path)  # a disk or a share that knows no links
    else:
        new.unlink()
