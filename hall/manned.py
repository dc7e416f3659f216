"""Whether a window is there: written once, for the figures, the waits told to people, and what is a window's own.

A window that is open on the screen of a clerk says so every few seconds. One that was switched off says nothing, and
one of yesterday is not there this morning, whatever state it was last heard to be in.
"""

from __future__ import annotations

import datetime as dt

from hall.moments import local_time

MINUTE_MS = 60_000
SILENT_MS = 5 * MINUTE_MS
"""A window unheard of for so long (milliseconds) serves nobody who waits: restarting its program takes less."""
AWAY_MS = 30 * MINUTE_MS
"""So long (milliseconds) what waits for one window alone is kept for it: off line it may go on with it."""


def heard_since_ms(now_ms: int, zone: dt.tzinfo, silent_ms: int = SILENT_MS) -> int:
    """Since when (Unix ms) a window must have been heard of to be there: so lately, and on the hall's day."""
    midnight = local_time(now_ms, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return max(now_ms - silent_ms, int(midnight.timestamp() * 1000))


def is_there(state: str, seen_ms: int, since_ms: int) -> bool:
    """Whether a window is there: not closed, and heard of since (``heard_since_ms``). One that falls silent while it
    serves somebody is not: nobody knows whether it calls the next one."""
    return state != "closed" and seen_ms >= since_ms
