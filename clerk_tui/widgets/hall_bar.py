"""The line on top of a screen that only shows: which hall, what time it is, and whether the centre still speaks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from clerk_tui.i18n import _
from clerk_tui.widgets.bars import WEEKDAYS
from clerk_tui.widgets.cells import clip, safe, width
from clerk_tui.widgets.painted import Line, Painted, Span, spans_width, spread
from hall.moments import local_time


@dataclass(frozen=True)
class Sign:
    """What a hall calls itself and its queues: their names by the key that the centre knows them by, in order."""

    hall: str = ""
    businesses: tuple[tuple[str, str], ...] = ()

    def name(self, key: str) -> str:
        """The name of a queue; of one that the catalogue does not know its key."""
        return safe(next((name for known, name in self.businesses if known == key), key))


@dataclass(frozen=True)
class Told:
    """What the line says: times are Unix milliseconds of this device; ``silent_since_ms`` is 0 while all is well.
    ``alarm`` is where somebody calls for help."""

    sign: Sign
    title: str
    now_ms: int
    silent_since_ms: int = 0
    trouble: str = ""
    ever: bool = True
    alarm: str = ""


class HallBar(Painted):
    """Hall and title on the left; day, time and the contact on the right."""

    def __init__(self, zone: ZoneInfo) -> None:
        super().__init__(id="status")
        self._zone = zone
        self.told: Told | None = None

    def show(self, told: Told) -> None:
        """Say this."""
        self.told = told
        self.paint()

    def lines_for(self, columns: int, rows: int) -> Iterable[Line]:
        told = self.told
        if told is None:
            return [((), "")]
        now = local_time(told.now_ms, self._zone)
        day = f"{now:%Y-%m-%d} " if columns >= 110 else f"{now:%m-%d} "
        when: list[Span] = [(day, "plain"), (_(WEEKDAYS[now.weekday()]), "plain"), (f"  {now:%H:%M} ", "strong")]
        alarm: list[Span] = [(f" {told.alarm} ", "chip-bad"), ("  ", "plain")] if told.alarm else []
        right = [*alarm, *self._contact(told, wide=columns >= 110), ("   ", "plain"), *when]
        room = columns - spans_width(right) - width(told.title) - 5
        left: list[Span] = [(" ", "plain"), (clip(safe(told.sign.hall), max(0, room)), "strong")]
        return [(spread([*left, ("  ", "plain"), (told.title, "faint")], right, columns), "")]

    def _contact(self, told: Told, *, wide: bool) -> list[Span]:
        if not told.silent_since_ms:
            return [(_("中心已连"), "bar-good")]
        if not told.ever:
            return [(_("正在联系中心"), "bar-warn")]
        since = self.clock(told.silent_since_ms)
        words = _("离线 {time} 起没有消息") if wide else _("离线 {time} 起")
        return [(words.format(time=since if wide else since[:5]), "bar-warn")]

    def clock(self, at_ms: int) -> str:
        """A time of the hall's clock."""
        return local_time(at_ms, self._zone).strftime("%H:%M:%S")
