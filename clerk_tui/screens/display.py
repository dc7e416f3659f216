"""The display over the windows: who is called where, in figures that are read across a hall, and how long it takes.

Ticket numbers only. Each new call is spoken once; what was called before the display was switched on is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.screen import Screen

from clerk_tui.i18n import _
from clerk_tui.screens.kiosk import KioskApp, MayLeave
from clerk_tui.services.speaking import Speaker, apart
from clerk_tui.widgets import digits
from clerk_tui.widgets.cells import clip, pad, safe, width
from clerk_tui.widgets.hall_bar import HallBar, Sign, Told
from clerk_tui.widgets.painted import BLANK, Line, Span, spans_width
from clerk_tui.widgets.virtual_list import TextPane
from hall.queue_wire import BusinessFigures, FiguresReply, LastCall, WindowFigures
from hall.rush import Rush, rush

if TYPE_CHECKING:
    from clerk_tui.config import Config
    from clerk_tui.services.hall_watch import Seen, Watcher

_LEFT = ("passed", "finished")
FRESH_MS = 30_000
"""How long a call stands out after it was made."""
AT_WINDOWS = ("called", "serving")
BEFORE_MS = 10 * 60_000
"""So long after its call a ticket that left its window is still listed, for whoever looked away."""
ARROW = ">"
NUMBER = 5
"""Cells of the number that a window has, in the list."""
NAME_MOST = 9


class DisplayApp(KioskApp):
    """``clerk display``."""

    every_s: ClassVar[float] = 2.0

    def __init__(
        self,
        config: Config,
        watcher: Watcher,
        sign: Sign,
        speaker: Speaker | None = None,
        may_leave: MayLeave | None = None,
    ) -> None:
        super().__init__(config, watcher, may_leave)
        self.sign, self._speaker = sign, speaker
        self._known: set[tuple[str, int]] | None = None

    def open(self) -> None:
        self.push_screen(DisplayScreen(self.config, self.sign))

    def second(self) -> None:
        self.show(self.seen)

    def show(self, seen: Seen) -> None:
        if seen.queue is not None and not seen.silent_since_ms:
            self._speak(seen.queue)
        for screen in self.screen_stack:
            if isinstance(screen, DisplayScreen):
                screen.show(seen)

    def _speak(self, figures: FiguresReply) -> None:
        """Speak the calls that are new; at the first look only what is called is noted."""
        calls = {(call.number, call.at_ms): call for call in figures.calls if call.state in AT_WINDOWS}
        if self._known is not None and self._speaker is not None:
            for call in sorted(calls.values(), key=lambda call: call.at_ms):
                if (call.number, call.at_ms) not in self._known and figures.now_ms - call.at_ms < FRESH_MS * 2:
                    self._speaker.say(_call(apart(safe(call.number)), safe(call.window)))
        self._known = set(calls)


class DisplayScreen(Screen[None]):
    """One screen, nothing to press."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]

    def __init__(self, config: Config, sign: Sign) -> None:
        super().__init__()
        self._zone = config.timezone
        self._sign = sign
        self._limits = (config.display.yellow_min, config.display.red_min)
        self._now: FiguresReply | None = None

    def compose(self) -> ComposeResult:
        yield HallBar(self._zone)
        yield TextPane(self._lines, id="display", classes="pane body")

    def on_mount(self) -> None:
        assert isinstance(self.app, DisplayApp)
        self.show(self.app.seen)

    def show(self, seen: Seen) -> None:
        """Show what was seen."""
        self._now = seen.queue
        assert isinstance(self.app, DisplayApp)
        if not self.query(TextPane):
            return  # still being put together: ``on_mount`` comes back
        now_ms = self.app.clock()
        told = Told(self._sign, _("现在叫号"), now_ms, seen.silent_since_ms, seen.trouble, bool(seen.at_ms))
        self.query_one(HallBar).show(told)
        self.query_one(TextPane).paint()

    def on_key(self, event: events.Key) -> None:
        event.stop()
        assert isinstance(self.app, DisplayApp)
        if event.key == "ctrl+t":
            self.app.cycle_theme()

    def _lines(self, columns: int, rows: int) -> list[Line]:
        now = self._now
        if now is None:
            return [BLANK, ((("  " + _("还没有连上中心，请看窗口上的号牌。"), "strong"),), "")]
        # Nobody is sent to a window that is not there, and whom somebody serves is called no more.
        gone = {each.window for each in now.windows if not each.there}
        calls = [call for call in now.calls if call.state in AT_WINDOWS and call.window not in gone]
        last = next((call for call in calls if call.state == "called"), None)
        lines = _hero(last, now.now_ms, columns, rows)
        left_wide = columns // 2 - 2
        room = rows - len(lines)
        # Two cells stay free between the columns: a window's name must not run into another's.
        past = [call for call in now.calls if now.now_ms - call.at_ms < BEFORE_MS]
        others = [call for call in calls if call is not last]
        left = _earlier(others, [call for call in past if call.state in _LEFT], left_wide - 4, room)
        right = self._halls(now, columns - left_wide - 2, room)
        for row in range(room):
            spans = left[row] if row < len(left) else ()
            fill = left_wide - spans_width(spans)
            more = right[row] if row < len(right) else ()
            lines.append(((("  ", "plain"), *spans, (" " * max(0, fill - 2), "plain"), *more), ""))
        return lines

    def _halls(self, now: FiguresReply, columns: int, rows: int) -> list[tuple[Span, ...]]:
        """The wait of each business, then what the windows do."""
        found = _in_order(now.businesses, self._sign)
        lines: list[tuple[Span, ...]] = [((pad(_("业务"), columns - 20), "faint"), (_("等候    最久已等"), "faint"))]
        lines += [self._business(each, rush(now, each.business), columns) for each in found[: max(1, rows - 3)]]
        listed = _windows(
            [each for each in now.windows if each.state != "closed" and each.there], columns, rows - len(lines)
        )
        if rows - len(lines) > len(listed):
            lines.append(())
        return [*lines, *listed]

    def _business(self, each: BusinessFigures, before: Rush, columns: int) -> tuple[Span, ...]:
        yellow, red = self._limits
        longest = each.longest_min if each.waiting else before.longest_min
        word = _("{n} 分钟").format(n=longest)
        ink = "chip-bad" if longest >= red else "chip-warn" if longest >= yellow else "chip-good"
        if not each.windows:
            word, ink = _("没有窗口"), "chip-off"
        elif not each.waiting:
            word = _("不用等") if before.at_once else _("窗口正忙")
        return (
            (pad(self._sign.name(each.business), columns - 21), "strong"),
            (pad(_("{n} 人").format(n=each.waiting), 6, right=True), "plain"),
            ("   ", "plain"),
            (pad(" " + word, 11), ink),
        )


def _hero(call: LastCall | None, now_ms: int, columns: int, rows: int) -> list[Line]:
    """The last call, as large as there is room for."""
    if call is None:
        return [BLANK, ((("  " + _("请稍候，现在没有呼叫。"), "title"),), ""), BLANK]
    number, window = safe(call.number), safe(call.window)
    fresh = 0 <= now_ms - call.at_ms < FRESH_MS
    fill = "big-info" if fresh else ""
    again = _("  第 {n} 次呼叫").format(n=call.calls) if call.calls > 1 else ""
    again += also(call.withdrawn)
    said = (
        (
            ("   " + _call(number, window), "strong"),
            (again, "warn"),
        ),
        fill,
    )
    large = digits.drawable(number) and digits.drawable(window)
    scale = next(
        (
            s
            for s in (3, 2, 1)
            if large and _hero_width(number, window, s) <= columns - 4 and digits.height_of(s) <= rows * 2 // 5
        ),
        0,
    )
    if not scale:
        return [((), fill), said, ((), fill), BLANK]
    arrow = digits.draw(ARROW, scale)
    lines: list[Line] = [((), fill)]
    for left, middle, right in zip(digits.draw(number, scale), arrow, digits.draw(window, scale), strict=True):
        spans = (
            ("   ", "plain"),
            (left, "title"),
            ("  ", "plain"),
            (middle, "faint"),
            ("  ", "plain"),
            (right, "title"),
        )
        lines.append((spans, fill))
    return [*lines, ((), fill), said, ((), fill), BLANK]


def also(withdrawn: Sequence[str]) -> str:
    """That other numbers are not called: whoever holds one of their papers comes with this number."""
    numbers = _("、").join(safe(each) for each in withdrawn)
    return _("  {numbers} 已并入此号").format(numbers=numbers) if numbers else ""


def _call(number: str, window: str) -> str:
    """The call in words, to be read and to be heard."""
    return _("请 {number} 号到 {window} 号窗口").format(number=number, window=window)


def _hero_width(number: str, window: str, scale: int) -> int:
    return digits.width_of(number + ARROW + window, scale) - 2 * scale + 4


def _earlier(calls: Sequence[LastCall], past: Sequence[LastCall], columns: int, rows: int) -> list[tuple[Span, ...]]:
    """The calls before the last one, their numbers large while there is room for it; under them and faint those whose
    ticket has left the window, so that nobody goes to one that gave them up."""
    lines: list[tuple[Span, ...]] = [((_("刚才的呼叫"), "faint"),)]
    high = digits.height_of(1)
    for call in calls:
        number, window = safe(call.number), safe(call.window)
        to = _("到 {window} 号窗口").format(window=window) + also(call.withdrawn)
        if (
            digits.drawable(number)
            and digits.width_of(number, 1) + 2 + width(to) <= columns
            and len(lines) + high < rows
        ):
            for at, line in enumerate(digits.draw(number, 1)):
                lines.append(((line, "title"), ("  " + to if at == 1 else "", "strong")))
            lines.append(())
        elif len(lines) < rows:
            lines.append(((clip(f"{number}  {to}", columns), "strong"),))
    for call in past:
        to = _("已过号，请到取号机") if call.state == "passed" else _("已办完")
        lines.append(((clip(f"{safe(call.number)}  {to}", columns), "faint"),))
    return lines[:rows]


def _windows(windows: list[WindowFigures], columns: int, rows: int) -> list[tuple[Span, ...]]:
    """What the windows do; where not all find room those with a number do, and how many there are besides is said."""
    if not windows or rows < 1:
        return []
    name = min(NAME_MOST, max(3, *(width(safe(each.window)) + 1 for each in windows)))
    # One cell at least stays free behind the word, whatever the language.
    state = max(6, width(_("叫号")) + 1)
    across = max(1, columns // (name + NUMBER + state))
    shown = windows
    if len(windows) > across * rows:
        first = sorted(windows, key=lambda each: not each.number)[: across * (rows - 1)]
        shown = [each for each in windows if each in first]
    lines: list[tuple[Span, ...]] = [
        tuple(span for each in shown[at : at + across] for span in _window(each, name, state))
        for at in range(0, len(shown), across)
    ]
    if more := len(windows) - len(shown):
        lines.append(((clip(_("还有 {n} 个窗口").format(n=more), columns), "faint"),))
    return lines


def _window(each: WindowFigures, wide: int, behind: int) -> tuple[Span, ...]:
    """A window, its name in ``wide`` cells, the number that it has, and in ``behind`` cells whether it calls it."""
    word, ink, state = _("空闲"), "faint", ""
    if each.state == "paused":
        word, ink = _("暂停"), "warn"
    elif each.number:
        word, ink, state = safe(each.number), "strong", _("叫号") if each.ticket_state == "called" else ""
    name = pad(clip(safe(each.window), wide - 1), wide)
    if not state:
        return ((name, "title"), (pad(word, NUMBER + behind), ink))
    return ((name, "title"), (pad(word, NUMBER), ink), (pad(state, behind), "info"))


def _in_order(found: Sequence[BusinessFigures], sign: Sign) -> list[BusinessFigures]:
    order = {key: at for at, (key, _name) in enumerate(sign.businesses)}
    return sorted(found, key=lambda each: (order.get(each.business, len(order)), each.business))
