"""The business day of a hall: its own date, whatever the clock of a device says."""

from __future__ import annotations

import datetime as dt

from central.board import ZONE
from hall.moments import local_time


def day_of(at_ms: int) -> dt.date:
    """The hall's date at an instant (Unix milliseconds)."""
    return local_time(at_ms, ZONE).date()
