"""How wrong PINs are counted: the same at the counter and at the centre.

A failure is counted and on disk before a PIN is looked at, so that pulling the plug buys no second try. After a few
the door stays shut, each time longer. A clock that goes back starts the wait anew, and no more than that: nobody is
kept out for years because it was wrong for a moment.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

FREE: Final = 4
"""Wrong tries before the first wait."""
WAITS_MS: Final = tuple(minutes * 60_000 for minutes in (1, 5, 15, 60, 240))
"""The wait after each further failure; the last one repeats. Some ten tries a day: a PIN of six digits lasts."""


class Failures(Struct, frozen=True, kw_only=True):
    """Failures in a row and when the last one was (Unix milliseconds)."""

    count: int = 0
    last_ms: int = 0

    def seen_at(self, now_ms: int) -> Failures:
        """The same with a last failure that lies in the future moved to now: the clock was wrong then, or is now."""
        return self if self.last_ms <= now_ms else Failures(count=self.count, last_ms=now_ms)

    def begun(self, now_ms: int) -> Failures:
        """The same with the try that begins now, counted as a failure until it succeeds."""
        return Failures(count=self.count + 1, last_ms=now_ms)

    def wait_ms(self, now_ms: int) -> int:
        """How long nobody may try, 0 for not at all."""
        if self.count <= FREE:
            return 0
        wait = WAITS_MS[min(self.count - FREE, len(WAITS_MS)) - 1]
        return max(0, min(wait, wait - (now_ms - self.last_ms)))


def wait_words(wait_ms: int) -> str:
    """How long, in Chinese, rounded up: "40 秒", "15 分钟", "4 小时"."""
    seconds = -(-wait_ms // 1000)
    if seconds <= 90:
        return f"{seconds} 秒"
    minutes = -(-seconds // 60)
    return f"{minutes} 分钟" if minutes <= 90 else f"{-(-minutes // 60)} 小时"
