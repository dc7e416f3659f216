"""Telling a scanner from a person, by rhythm alone: pure, with time given in.

A scanner is a keyboard that types a code faster than anybody can and ends with Enter. ``ScanFilter`` says of every key
whether it may act now, must wait until the rhythm is clear, or ends a scan. The first key of a burst is let through
where what it does can be taken back, which happens when the burst turns out to be a scan. Elsewhere (``settled``: a
dialog's numbered choices, a list that prints at a letter) it waits too, and two keys at such a rate do nothing at all.

A burst is sealed once it says that it is the code on a paper, and one that follows a scan in the same breath is sealed
from its first key: nothing of it acts any more, whatever control keys are in it and wherever it breaks off.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

K = TypeVar("K")

SCANNER_GAP = 0.010
"""Seconds between two keys of a scanner, at most; below it keys wait until the burst has ended."""
SLOW_GAP = 0.040
"""Seconds between two keys of a slow scanner; nobody types six characters and Enter at this rate."""
SHORTEST = 6
"""Characters of the shortest code."""
LONGEST = 4096
"""Characters after which a burst is a paste or a broken scanner, not a code."""
SEALED_SILENCE = 0.3
"""Seconds of silence that end a sealed burst: a long code may stumble on its way, but then it is cut off."""
_CODE: Final = re.compile(r"(?:CLK|TKT)\d{0,3}:\Z", re.I)
"""How the code on a paper (``hall.replica``) or a ticket (``hall.ticket_code``) begins, of any version, with Caps Lock
on too."""


@dataclass(frozen=True)
class Act(Generic[K]):
    """Let these keys act, in order."""

    keys: tuple[K, ...]
    begins: bool = False
    """Whether the last of them may be the first key of a scan: remember what it changes."""
    holds: bool = False
    """Whether the key that was fed is not among them: it waits, as the first of what may be a scan."""


@dataclass(frozen=True)
class Wait:
    """Hold the key back and ask ``expire`` after ``seconds``. ``begins``: it is the first of what may be a scan."""

    seconds: float
    begins: bool = False


@dataclass(frozen=True)
class Scanned:
    """A code was read; what its first keys changed is to be taken back. Only a ``whole`` one may be used: the others
    were cut off, too long, or had other keys in them."""

    text: str
    whole: bool = True


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
        self._sealed = self._spoiled = self._scanned = self._settled = False

    def feed(
        self,
        key: K,
        text: str,
        *,
        enter: bool,
        at: float,
        typing: bool,
        control: bool = False,
        settled: bool = False,
    ) -> Act[K] | Wait | Scanned | Ignore[K]:
        """One key at ``at`` seconds. ``typing``: it would go into a text field, where quick typing must not wait.
        ``control``: it is no character of any script. ``settled``: what it does cannot be taken back."""
        gap, self._last = at - self._last, at
        if self._scanned and not self._sealed:
            # Nobody types in the same breath as a scanner: its second Enter, a second code.
            self._sealed, self._scanned = gap <= SLOW_GAP, False
        if self._sealed and gap > SEALED_SILENCE and len(self._burst) < SHORTEST:
            self._release()
        if self._sealed:
            return self._feed_sealed(text, enter, gap)
        if enter and self._burst and gap <= SLOW_GAP:
            return self._end(key, gap)
        if control and len(self._burst) > 1 and gap <= SCANNER_GAP:
            return self._hold(key, SCANNER_GAP, spoiled=True)
        if not text or len(self._burst) > LONGEST:
            return Act((*self._release(), key))
        if not self._burst or gap > SLOW_GAP:
            keys = self._release()
            self._burst = [text]
            if settled:
                self._settled, self._held, self._patience = True, [key], SLOW_GAP
                return Act(keys, holds=True) if keys else Wait(SLOW_GAP, begins=True)
            return Act((*keys, key), begins=True)
        self._burst.append(text)
        if text == ":" and (code := _CODE.search("".join(self._burst))):
            self._sealed, self._spoiled, self._held = True, self._spoiled or code.start() > 0, []
            return Wait(SEALED_SILENCE)
        if gap <= (SCANNER_GAP if typing else SLOW_GAP):
            return self._hold(key, 2 * SCANNER_GAP if typing else SLOW_GAP)
        # Slower than a scanner after all: what two quick keys held back must not wait for the end of the word.
        held, self._held = self._held, []
        return Act((*held, key))

    def _hold(self, key: K, patience: float, *, spoiled: bool = False) -> Wait:
        self._held.append(key)
        self._patience, self._spoiled = patience, self._spoiled or spoiled
        return Wait(patience)

    def _feed_sealed(self, text: str, enter: bool, gap: float) -> Wait | Scanned | Ignore[K]:
        if gap > SEALED_SILENCE:
            return self._unseal(whole=False)
        if enter:
            return self._unseal(whole=True) if len(self._burst) >= SHORTEST else self._drop()
        if text and len(self._burst) < LONGEST:
            self._burst.append(text)
        elif self._burst:
            self._spoiled = True
        return Wait(SEALED_SILENCE)

    def _unseal(self, *, whole: bool) -> Scanned:
        code = Scanned("".join(self._burst), whole=whole and not self._spoiled)
        self._drop()
        return code

    def _drop(self) -> Ignore[K]:
        self._release()
        self._scanned = True
        return Ignore(())

    def _end(self, key: K, gap: float) -> Act[K] | Scanned | Ignore[K]:
        if len(self._burst) >= SHORTEST or (self._spoiled and gap <= SCANNER_GAP):
            return self._unseal(whole=True)
        if gap <= SCANNER_GAP or (self._settled and len(self._burst) > 1):
            held = () if self._settled else tuple(self._held)
            self._release()
            return Ignore(held)
        return Act((*self._release(), key))

    @property
    def silence(self) -> float:
        """Seconds without a key after which ``expire`` has something to say; 0 while nothing is held back."""
        return SEALED_SILENCE if self._sealed else self._patience if self._held else 0.0

    def expire(self, at: float) -> tuple[K, ...] | Scanned:
        """The keys that waited long enough: no scan, so they act now. The burst may still go on. A sealed burst is
        over: what there was of the code."""
        if self._sealed and at - self._last >= SEALED_SILENCE:
            if len(self._burst) >= SHORTEST:
                return self._unseal(whole=False)
            self._release()
        if self._sealed or at - self._last < self._patience:
            return ()
        return self._let_go()

    def _let_go(self) -> tuple[K, ...]:
        """What was held back and may act after all."""
        keys, self._held = tuple(self._held), []
        return () if self._settled and len(keys) > 1 else keys

    def _release(self) -> tuple[K, ...]:
        keys = self._let_go()
        self._burst = []
        self._sealed = self._spoiled = self._settled = False
        return keys
