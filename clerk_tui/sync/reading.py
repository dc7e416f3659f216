"""What this machine's clocks show: told to the centre with each push, which estimates the true time from it."""

from __future__ import annotations

import time
from functools import cache
from pathlib import Path

from hall.wire import ClockReading


def read_clock() -> ClockReading:
    """The clocks now."""
    return ClockReading(
        wall_ms=time.time_ns() // 1_000_000, mono_ms=time.monotonic_ns() // 1_000_000, boot_id=_boot_id()
    )


@cache
def _boot_id() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""
