"""The time as the counter sees it. Services never ask the machine themselves, so a day can be replayed."""

from __future__ import annotations

import datetime as dt
import time
from functools import cached_property
from pathlib import Path
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from hall.moments import local_time

SKEW_MS: Final = 60_000
"""From this much on a clock is said to be wrong."""


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


class HallClock:
    """The hall's time: this machine's clock, put right by what the centre said last. A queue goes by it.

    ``ahead_ms`` is how much the machine is ahead of the centre; ``None``: the centre has not been heard yet.
    """

    def __init__(self, clock: Clock, zone: ZoneInfo) -> None:
        self._clock, self._zone = clock, zone
        self.ahead_ms: int | None = None

    def told(self, centre_ms: int) -> None:
        """The centre has said what time it is (Unix ms)."""
        self.ahead_ms = self._clock.now_ms() - centre_ms

    @property
    def skew_ms(self) -> int:
        """How wrong this machine's clock is, forward or (below 0) back; 0 where that is not worth a word."""
        ahead = self.ahead_ms or 0
        return ahead if abs(ahead) >= SKEW_MS else 0

    def now_ms(self) -> int:
        """The time as the centre would tell it, as far as is known, in Unix milliseconds."""
        return self._clock.now_ms() - self.skew_ms

    def today(self) -> dt.date:
        """The hall's business day."""
        return self.day_of(self.now_ms()) if self.skew_ms else self._clock.today()

    def day_of(self, at_ms: int) -> dt.date:
        """The hall's date at an instant (Unix ms)."""
        return local_time(at_ms, self._zone).date()
