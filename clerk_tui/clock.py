"""The time as the counter sees it. Services never ask the machine themselves, so a day can be replayed."""

from __future__ import annotations

import datetime as dt
import time
from functools import cached_property
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """What time it is. Wall times are Unix milliseconds and order nothing; ``today`` is the hall's business date."""

    def now_ms(self) -> int:
        """The wall clock, Unix milliseconds."""

    def mono_ms(self) -> int:
        """Milliseconds that never run backwards while ``boot_id`` stays the same."""

    def today(self) -> dt.date:
        """The business date of the hall."""

    @property
    def boot_id(self) -> str:
        """Changes with every start of the machine; empty where the system does not tell."""


class SystemClock:
    """The machine's clock, read in the hall's time zone."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone

    def now_ms(self) -> int:
        """The wall clock, Unix milliseconds."""
        return time.time_ns() // 1_000_000

    def mono_ms(self) -> int:
        """Milliseconds since some moment of this boot."""
        return time.monotonic_ns() // 1_000_000

    def today(self) -> dt.date:
        """The date in the hall's time zone, whatever zone the machine is set to."""
        return dt.datetime.now(self.zone).date()

    @cached_property
    def boot_id(self) -> str:
        """The kernel's id of this boot."""
        try:
            return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        except OSError:
            return ""
