"""Two files of one device's journal: whether one is the beginning of the other, or they parted (sync.md §8).

They part when a whole machine is set back with its witness, or copied, and went on. Both histories happened: what the
second one wrote from there on is no less true than the first one's.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing, suppress

from msgspec import Struct

from clerk_tui.store.backup import Examined
from clerk_tui.store.connection import open_reader, translated
from clerk_tui.store.projections import SEALED, read_sealed
from clerk_tui.store.salvage import Run
from hall.errors import HallError


class Branch(Struct, frozen=True, kw_only=True):
    """A journal that parted from the one that counts as its device's: at fact ``first``, which is another there."""

    found: Examined
    first: int

    def run(self, after: int = 0) -> Run:
        """Its own facts, or those of them after number ``after``.

        Raises:
            HallError: they cannot be read.
        """
        first, path = max(self.first, after + 1), self.found.path
        start = hash_at(self.found, first - 1)
        assert start is not None, "it was read before"
        with translated(path), closing(open_reader(path)) as db:
            rows = db.execute(f"SELECT {SEALED} FROM event WHERE seq >= ? ORDER BY seq", (first,))  # noqa: S608
            return Run(first=first, start=start, facts=tuple(read_sealed(row) for row in rows))


def hash_at(found: Examined, seq: int) -> bytes | None:
    """The hash of a journal's fact, at 0 its genesis; ``None`` if it has no such fact or cannot be read."""
    if seq == 0:
        return found.device.genesis
    with suppress(HallError), translated(found.path), closing(open_reader(found.path)) as db:
        row = db.execute("SELECT hash FROM event WHERE seq = ?", (seq,)).fetchone()
        return row[0] if row else None
    return None


def parted(found: Examined, longer: Examined) -> int:
    """The number of the first fact that is another in ``longer``, which is of the same device and has as many facts or
    more; 0 if it goes on where ``found`` ends."""
    below, above = 0, found.head.seq
    if hash_at(longer, above) == found.head.hash:
        return 0
    # Each hash covers all before it: once they differ they never agree again.
    while above - below > 1:
        middle = (below + above) // 2
        if hash_at(longer, middle) == hash_at(found, middle):
            below = middle
        else:
            above = middle
    return above


def longest(found: Sequence[Examined]) -> tuple[list[Examined], list[Branch]]:
    """Of each device the longest journal, the earliest named of equal ones, and those that parted from it. What is the
    beginning of another one is neither."""
    sources: list[Examined] = []
    branches: list[Branch] = []
    for device_id in dict.fromkeys(each.device.device_id for each in found):
        mine = [each for each in found if each.device.device_id == device_id]
        main, *others = sorted(mine, key=lambda each: -each.head.seq)
        kept = [main]
        for each in others:
            if all(parted(each, one) for one in kept):
                kept.append(each)
        sources.append(main)
        branches += [Branch(found=each, first=parted(each, main)) for each in kept[1:]]
    return sources, branches


def known_through(runs: Sequence[Run], sound: Examined | None, other: Examined) -> int:
    """How far ``other`` is known to hold the journal that these ``runs`` were read of, behind its ``sound`` beginning:
    all of it, unless a fact that both have is another there."""
    end, agreed = other.head.seq, 0
    both: list[tuple[int, bytes | None]] = []
    if sound is not None:
        seq = min(sound.head.seq, end)
        both.append((seq, hash_at(sound, seq)))
    for run in runs:
        if run.first <= end:
            seq = min(run.last, end)
            both.append((seq, run.facts[seq - run.first].hash))
    for seq, digest in both:
        if hash_at(other, seq) != digest:
            return agreed
        agreed = seq
    return end
