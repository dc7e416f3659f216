"""The line of the queue: which ticket this window has, how long it is still its own, who waits. No line, no queue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from clerk_tui.widgets.cells import clip, safe, width
from clerk_tui.widgets.painted import Line, Painted, Span, spans_width

SCRAP = 8
"""With less room than this what follows is left out, not cut."""


@dataclass(frozen=True)
class Strip:
    """What the line says: what is at the window (``head``), what is told about it, clipped where there is no room
    (``about``), and at the right what a person may want now, which gives way to news (``news``); its end (``spare``)
    gives way so that the beginning of what is told is read whole (``whole``)."""

    head: tuple[Span, ...] = ()
    about: str = ""
    ink: str = "plain"
    right: tuple[Span, ...] = ()
    news: bool = False
    whole: str = ""
    spare: tuple[Span, ...] = ()


class QueueStrip(Painted):
    """One line under the status line, where the hall has a queue."""

    def __init__(self) -> None:
        super().__init__(id="queue")
        self.strip: Strip | None = None
        self.display = False

    def show(self, strip: Strip | None) -> None:
        """Show this; ``None``: there is no queue."""
        if strip != self.strip:
            self.strip = strip
            self.display = strip is not None
            self.paint()

    def lines_for(self, columns: int, rows: int) -> Iterable[Line]:
        strip = self.strip
        if strip is None:
            return ()
        right: Sequence[Span] = (*strip.right, *strip.spare)
        room = columns - spans_width(strip.head) - spans_width(right) - 4
        if strip.spare and room < width(safe(strip.whole)):
            right = strip.right
            room += spans_width(strip.spare)
        if room < 0 or (strip.news and room < width(safe(strip.about))):
            right, room = (), columns - spans_width(strip.head) - 4
        about, whole = safe(strip.about), safe(strip.whole)
        if whole and width(about) > room and 0 <= room - width(whole) < SCRAP:
            about = whole
        about = clip(about, max(0, room))
        gap = " " * max(0, columns - spans_width(strip.head) - width(about) - spans_width(right) - 4)
        return [(((" ", "plain"), *strip.head, ("  ", "plain"), (about, strip.ink), (gap, "plain"), *right), "")]
