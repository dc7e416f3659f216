"""Telling a scanner from a person, by rhythm alone: pure, with time given in.

A scanner is a keyboard that types a code faster than anybody can and ends with Enter. ``ScanFilter`` says of every key
whether it may act now, must wait until the rhythm is clear, or ends a scan. The first key of a burst is let through,
because nobody can know yet; whoever received it takes it back when the burst turns out to be a scan.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

K = TypeVar("K")

SCANNER_GAP = 0.010
"""Seconds between two keys of a scanner, at most; below it keys wait until the burst has ended."""
SLOW_GAP = 0.040
"""Seconds between two keys of a slow scanner; nobody types six characters and Enter at this rate."""
SHORTEST = 6
"""Characters of the shortest code."""
LONGEST = 4096
"""Characters after which a burst is a paste or a broken scanner, not a code."""


@dataclass(frozen=True)
class Act(Generic[K]):
    """Let these keys act, in order."""

    keys: tuple[K, ...]
    begins: bool = False
    """Whether the last of them may be the first key of a scan: remember what it changes."""


@dataclass(frozen=True)
class Wait:
    """Hold the key back and ask ``expire`` after ``seconds``."""

    seconds: float


@dataclass(frozen=True)
class Scanned:
    """A code was read; what its first keys changed is to be taken back."""

    text: str


@dataclass(frozen=True)
class Ignore(Generic[K]):
    """An Enter that came with a burst: it confirms nothing. ``keys`` are what the burst still held back."""

    keys: tuple[K, ...]


class ScanFilter(Generic[K]):
    """Follows the keys. ``text`` of a key is its printable ASCII character, ``""`` for any other key."""

    def __init__(self) -> None:
        self._burst: list[str] = []
        self._held: list[K] = []
        self._last = float("-inf")
        self._patience = SCANNER_GAP

    def feed(self, key: K, text: str, *, enter: bool, at: float, typing: bool) -> Act[K] | Wait | Scanned | Ignore[K]:
        """One key at ``at`` seconds. ``typing``: it would go into a text field, where quick typing must not wait."""
        gap, self._last = at - self._last, at
        if enter and self._burst and gap <= SLOW_GAP:
            return self._end(key, gap)
        if not text or len(self._burst) > LONGEST:
            return Act((*self._release(), key))
        if not self._burst or gap > SLOW_GAP:
            keys = self._release()
            self._burst = [text]
            return Act((*keys, key), begins=True)
        self._burst.append(text)
        if gap <= (SCANNER_GAP if typing else SLOW_GAP):
            self._held.append(key)
            self._patience = 2 * SCANNER_GAP if typing else SLOW_GAP
            return Wait(self._patience)
        # Slower than a scanner after all: what two quick keys held back must not wait for the end of the word.
        held, self._held = self._held, []
        return Act((*held, key))

    def _end(self, key: K, gap: float) -> Act[K] | Scanned | Ignore[K]:
        text = "".join(self._burst)
        if len(text) >= SHORTEST:
            self._burst, self._held = [], []
            return Scanned(text)
        if gap <= SCANNER_GAP:
            return Ignore(self._release())
        return Act((*self._release(), key))

    def expire(self, at: float) -> tuple[K, ...]:
        """The keys that waited long enough: no scan, so they act now. The burst may still go on."""
        if at - self._last < self._patience:
            return ()
        keys, self._held = tuple(self._held), []
        return keys

    def _release(self) -> tuple[K, ...]:
        keys = tuple(self._held)
        self._burst, self._held = [], []
        return keys
