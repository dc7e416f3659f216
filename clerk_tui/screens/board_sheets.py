"""What a page of the board is made of: a head that stays, rows to move through, and where each row leads."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar
from zoneinfo import ZoneInfo

from clerk_tui.i18n import N_, _
from clerk_tui.widgets.cells import pad, width, wrap
from clerk_tui.widgets.hall_bar import Sign
from clerk_tui.widgets.painted import BLANK, Line, Span, spans_width
from hall.moments import local_time
from hall.wire_board import BoardFigures

if TYPE_CHECKING:
    from clerk_tui.services.hall_watch import Choice, Seen

LIGHT_INKS = {"green": "good", "yellow": "warn", "red": "bad", "dark_red": "bad", "none": "off"}
LIGHT_WORDS = {
    "green": N_("绿"),
    "yellow": N_("黄"),
    "red": N_("红"),
    "dark_red": N_("深红"),
    "none": N_("停计"),
}
LIGHT_ORDER = ("dark_red", "red", "yellow", "green", "none")
HOLDER_WORDS = {
    "window": N_("窗口"),
    "unit": N_("部门"),
    "applicant": N_("申请人"),
    "procedure": N_("特别程序"),
    "nobody": N_("已结束"),
}
HAPPENED_WORDS = {
    "noticed": N_("首次告知"),
    "noticed_again": N_("再次告知"),
    "refused": N_("不予受理"),
    "late": N_("超承诺"),
    "past_law": N_("超法定"),
}
HAPPENED_INKS = {"noticed": "plain", "noticed_again": "bad", "refused": "warn", "late": "warn", "past_law": "bad"}
HOLDER_INKS = {"window": "info", "unit": "key", "applicant": "off", "procedure": "faint", "nobody": "faint"}


@dataclass(frozen=True)
class Beside:
    """What to run beside a sample hall's board: in which folder (empty: in any), and each command with what it is."""

    folder: str
    commands: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Hall:
    """Where a page stands: the hall's sign, its clock, the limits of a wait's light in minutes, and now; of a sample
    hall what to run beside the board."""

    sign: Sign
    zone: ZoneInfo
    yellow_min: int
    red_min: int
    now_ms: int = 0
    beside: Beside | None = None

    def clock(self, at_ms: int) -> str:
        """``HH:MM`` of the hall's clock; ``--:--`` for never."""
        return local_time(at_ms, self.zone).strftime("%H:%M") if at_ms else "--:--"

    def ago(self, at_ms: int) -> str:
        """How long ago, in a few characters."""
        if not at_ms:
            return "--"
        minutes = (self.now_ms - at_ms) // 60_000
        return span_words(minutes) if minutes > 0 else _("刚刚")

    def wait_ink(self, minutes: float) -> str:
        """The light of a wait."""
        return "bad" if minutes >= self.red_min else "warn" if minutes >= self.yellow_min else "good"


@dataclass(frozen=True)
class Entry:
    """One row of a page, of one line or more; ``leads`` opens what is behind it."""

    lines: tuple[tuple[Span, ...], ...]
    leads: Callable[[], Page] | None = None


@dataclass(frozen=True)
class Sheet:
    """A page as it is shown now. ``empty`` stands where there are no rows."""

    head: Sequence[Line] = ()
    rows: Sequence[Entry] = ()
    foot: Sequence[Line] = ()
    empty: str = ""


class Page(ABC):
    """A page of the board. ``name`` is a word that is translated where it is shown."""

    name: ClassVar[str] = ""

    @property
    def title(self) -> str:
        """What stands over it."""
        return _(self.name)

    @property
    def wants(self) -> Choice | None:
        """The cases that it lists, asked of the centre while it is in front."""
        return None

    @abstractmethod
    def sheet(self, seen: Seen, hall: Hall, columns: int, rows: int) -> Sheet:
        """The page for an area of this size."""


def silent() -> Sheet:
    """A page of a hall that nobody has told anything of yet."""
    return Sheet(empty=_("还没有连上中心。"))


def span_words(minutes: float) -> str:
    """A span of time in a few characters: minutes, hours, days."""
    minutes = max(0.0, minutes)
    if minutes < 100:
        return _("{n} 分钟").format(n=round(minutes))
    if minutes < 48 * 60:
        return _("{n} 小时").format(n=f"{minutes / 60:.1f}")
    return _("{n} 天").format(n=f"{minutes / 1440:.1f}")


def lights(figures: BoardFigures, department: str = "", holder: str = "") -> dict[str, int]:
    """How many open cases shine how; of one department, with one holder where these are given."""
    found = dict.fromkeys(LIGHT_ORDER, 0)
    for each in figures.open:
        if department in ("", each.department) and holder in ("", each.holder):
            found[each.light] += each.count
    return found


def holders(figures: BoardFigures, department: str = "") -> dict[str, int]:
    """How many open cases are with whom."""
    found = dict.fromkeys(("window", "unit", "applicant", "procedure"), 0)
    for each in figures.open:
        if department in ("", each.department):
            found[each.holder] += each.count
    return found


def light_words(counts: dict[str, int]) -> list[Span]:
    """The lights with their numbers: word and number of each that shines."""
    spans: list[Span] = []
    for light in LIGHT_ORDER:
        if counts[light] or light in ("red", "green"):
            ink = f"chip-{LIGHT_INKS[light]}" if counts[light] else "faint"
            spans += [(f" {_(LIGHT_WORDS[light])} {counts[light]} ", ink), (" ", "plain")]
    return spans


def lamp(light: str) -> Span:
    """A light as a word on its colour, and the gap behind it."""
    ink = LIGHT_INKS.get(light, "off")
    return (pad(_(LIGHT_WORDS.get(light, light)), 4), f"chip-{ink}")


def note(text: str, columns: int) -> list[Line]:
    """A remark below a page, in as many lines as it takes."""
    return [BLANK, *((((" " + line, "faint"),), "") for line in wrap(text, columns - 2))]


def heading(*cells: tuple[str, int]) -> Line:
    """A table's heading: words and widths; a negative width is set right."""
    return (tuple((pad(word, abs(size), right=size < 0) + " ", "faint") for word, size in cells), "head")


Columns = tuple[tuple[str, int], ...]
"""The columns of a table behind its names: their headings, and the width of what stands in them."""


def fitted(columns: Columns, room: int, least: int) -> tuple[int, list[int], Columns]:
    """The width of the names that stand first, the widths of the columns behind them, and these with their headings.
    Each column is as wide as its heading at least; the names get what is left of ``room`` and never less than
    ``least``."""
    wide = [max(abs(size), width(word)) * (-1 if size < 0 else 1) for word, size in columns]
    name = max(least, room - 2 - sum(abs(size) + 1 for size in wide))
    return name, wide, tuple((word, size) for (word, _size), size in zip(columns, wide, strict=True))


def cell(text: str, size: int, ink: str = "plain") -> Span:
    """A cell of a table and the gap behind it; a negative width is set right."""
    return (pad(text, abs(size), right=size < 0) + " ", ink)


def share(part: int, whole: int) -> str:
    """A share in whole percent; ``--`` of nothing."""
    return f"{100 * part // whole}%" if whole else "--"


def number(n: int, size: int, ink: str = "plain") -> Span:
    """A cell with a number; nothing stands out less."""
    return cell(str(n) if n else "-", size, ink if n else "off")


def sentence(columns: int, *spans: Span) -> Line:
    """A line of figures with their words, apart from each other; what does not fit, however near, is left out whole."""
    told = list(spans)
    while told:
        for gap in (3, 2, 1):
            line = [span for each in told for span in ((" " * gap, "plain"), each)]
            line[0] = (" ", "plain")
            if spans_width(line) <= columns:
                return tuple(line), ""
        told.pop()
    return (), ""
