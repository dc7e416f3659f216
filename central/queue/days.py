"""The business day of a hall: its own date, whatever the clock of a device says."""

from __future__ import annotations

import datetime as dt

from central.board import ZONE


def day_of(at_ms: int) -> dt.date:
    """The hall's date at an instant (Unix milliseconds)."""
    return dt.datetime.fromtimestamp(at_ms / 1000, ZONE).date()
