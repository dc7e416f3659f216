"""Which way the arrows of a flow take: a track of its own for each, so that two never look like one.

A near arrow joins neighbouring columns of one band. A far one leaves into the gutter at the right of its box, goes
along the gap above the band it leads to, and enters through the gutter left of its box. Arrows share a track only where
they come from one box or lead into one box.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from receipts.document import FlowBox

_LEAST, _TRACK, _NEAR = 16.0, 3.2, 13.0


class Routes:
    """Tracks by number: ``leave`` of an arrow right of its box, ``gap`` and ``entry`` of the far arrows of a box."""

    def __init__(self, boxes: Sequence[FlowBox]) -> None:
        self._boxes = boxes
        self.leave: dict[tuple[int, int], int] = {}
        self.gap: dict[int, int] = {}
        self.entry: dict[int, int] = {}
        self._leaving: dict[int, list[Hashable]] = {}
        self._gaps: dict[int, list[Hashable]] = {}
        self._entering: dict[int, list[Hashable]] = {}
        for number, box in enumerate(boxes):
            far = [before for before in box.after if not self.is_near(before, number)]
            near = [before for before in box.after if self.is_near(before, number)]
            for before in near:
                key = ("into", number) if len(near) > 1 else ("from", before)
                self.leave[before, number] = _track(self._leaving, boxes[before].column, key)
            for before in far:
                self.leave[before, number] = _track(self._leaving, boxes[before].column, ("far", before))
            if far:
                trunk = ("from", far[0]) if len(far) == 1 else ("into", number)
                self.gap[number] = _track(self._gaps, box.band, trunk)
                self.entry[number] = _track(self._entering, box.column, trunk)

    def is_near(self, before: int, number: int) -> bool:
        """Whether an arrow joins neighbouring columns of one band."""
        source, target = self._boxes[before], self._boxes[number]
        return source.band == target.band and target.column == source.column + 1

    def gap_tracks(self, band: int) -> int:
        """How many arrows run side by side above a band."""
        return len(self._gaps.get(band, ()))

    def entries(self, column: int) -> int:
        """How many far arrows enter a column side by side."""
        return len(self._entering.get(column, ()))

    def gutter(self, columns: int) -> float:
        """The width in points that the fullest gutter needs."""
        tracks = [len(self._leaving.get(column, ())) + self.entries(column + 1) for column in range(columns)]
        return max(_LEAST, _NEAR + _TRACK * max(tracks, default=0))


def _track(used: dict[int, list[Hashable]], place: int, key: Hashable) -> int:
    keys = used.setdefault(place, [])
    if key not in keys:
        keys.append(key)
    return keys.index(key)
