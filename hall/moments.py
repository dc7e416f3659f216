"""Instants as people read them. A fact may carry any number as its time; reading one never fails."""

from __future__ import annotations

import datetime as dt
from typing import Final

_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MS: Final = dt.timedelta(milliseconds=1)
# A day from either end of the calendar, so that every time zone has a date for it.
EARLIEST_MS: Final = (dt.datetime(1, 1, 2, tzinfo=dt.UTC) - _EPOCH) // _MS
LATEST_MS: Final = (dt.datetime(9999, 12, 30, tzinfo=dt.UTC) - _EPOCH) // _MS


def on_calendar(at_ms: int) -> bool:
    """Whether an instant (Unix ms) has a date in every time zone."""
    return EARLIEST_MS <= at_ms <= LATEST_MS


def local_time(at_ms: int, zone: dt.tzinfo) -> dt.datetime:
    """An instant (Unix ms) in a time zone; what no calendar has is told as its nearest end."""
    return (_EPOCH + min(max(at_ms, EARLIEST_MS), LATEST_MS) * _MS).astimezone(zone)


def day_and_time(at_ms: int, zone: dt.tzinfo) -> str:
    """Month, day and time of an instant (Unix ms) in a zone; empty without one."""
    return local_time(at_ms, zone).strftime("%m-%d %H:%M") if at_ms else ""
