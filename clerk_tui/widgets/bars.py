"""The two lines that every screen has: where we stand (top) and what the keys do now (bottom).

Both repaint only when their text changes: the key line of a screen on which somebody types costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from clerk_tui.i18n import N_, _
from clerk_tui.widgets.cells import safe, width
from clerk_tui.widgets.painted import Line, Painted, Span, spans_width, spread

WEEKDAYS = (N_("周一"), N_("周二"), N_("周三"), N_("周四"), N_("周五"), N_("周六"), N_("周日"))


@dataclass(frozen=True)
class Standing:
    """What the status line says. ``workday`` is ``None`` for a year whose calendar is not loaded.

    ``unprinted`` papers did not come out, of ``unsettled`` ones nobody knows.
    ``trouble`` is what endangers the records themselves, in a word.
    ``oldest`` is the age of the oldest unsent fact ("02:10"), ``contact`` the time of the last contact ("09:39").
    """

    hall: str = ""
    window: str = ""
    clerk: str = ""
    day: str = ""
    weekday: int = 0
    workday: bool | None = None
    time: str = ""
    saved: bool = True
    pending: int = 0
    oldest: str = ""
    contact: str = ""
    online: bool = True
    quarantined: int = 0
    sealed: int = 0
    enabled: bool = True
    unprinted: int = 0
    unsettled: int = 0
    trouble: str = ""
    training: bool = False


class StatusLine(Painted):
    """Hall, window, clerk, business date and clock; saved, unsent, last contact."""

    def __init__(self) -> None:
        super().__init__(id="status")
        self.standing = Standing()

    def show(self, standing: Standing) -> None:
        """Show how things stand."""
        if standing != self.standing:
            self.standing = standing
            self.paint()

    def lines_for(self, columns: int, rows: int) -> Iterable[Line]:
        now = self.standing
        wide = columns >= 110
        who = _("{window}号窗口").format(window=safe(now.window))
        left: list[Span] = [(" ", "plain")]
        if now.training:
            left += [(" " + _("培训") + " ", "chip-warn"), (" ", "plain")]
        if wide:
            left += [(safe(now.hall), "strong"), ("  ", "plain")]
        left += [(who, "strong" if not wide else "plain"), ("  ", "plain"), (safe(now.clerk), "plain")]
        day = now.day if wide else now.day[5:]
        kind = "" if now.workday is None else _("工作日") if now.workday else _("休息日")
        if now.day:
            left += [("   ", "plain"), (day, "plain"), (" ", "plain"), (_(WEEKDAYS[now.weekday]), "plain")]
            unknown = _("日历未载入")
            left += [(" ", "plain"), (kind or unknown, "faint" if kind else "warn")]
            kind = kind or (unknown if now.trouble else "")
            left += [("  ", "plain"), (now.time, "strong")]
        right = self._right(now, wide=wide)
        for spared in (kind, safe(now.hall), _(WEEKDAYS[now.weekday]), safe(now.clerk)):
            if spans_width(left) + spans_width(right) >= columns:
                left = [span for span in left if span[0] != spared]
        if spans_width(left) + spans_width(right) >= columns:
            left = [span for n, span in enumerate(left) if not span[0].isspace() or not left[n - 1][0].isspace()]
            left = [(" ", ink) if text.isspace() else (text, ink) for text, ink in left]
        return [(spread(left, right, columns), "")]

    def _right(self, now: Standing, *, wide: bool) -> list[Span]:
        gap: Span = ("   " if wide else "  ", "plain")
        if not now.day:
            return [(_("正在打开"), "faint"), (" ", "plain")]
        right: list[Span] = [(_("已保存"), "bar-good") if now.saved else (_("未保存"), "bar-warn"), gap]
        if now.trouble:
            right += [(now.trouble, "bar-warn"), gap]
        prints = (
            _("待确认打印{count}份").format(count=now.unsettled)
            if now.unsettled
            else _("没打出{count}份").format(count=now.unprinted)
        )
        if now.unsettled or now.unprinted:
            right += [(prints, "bar-warn"), gap]
        if now.quarantined:
            right += [(_("退回{count}条").format(count=now.quarantined), "bar-warn"), gap]
        if now.pending:
            right.append((_("未上传{count}条").format(count=now.pending), "plain"))
            if now.oldest:
                right.append(((_(" 最早 ") if wide else " ") + now.oldest, "faint"))
        elif now.sealed:
            right.append((_("封存{count}条 F12").format(count=now.sealed), "bar-warn"))
        else:
            right.append((_("全部上传"), "faint"))
        right.append(gap)
        if not now.enabled:
            right.append((_("不联网"), "faint"))
        elif now.online:
            right.append(((_("最近联系 ") if wide else _("联系 ")) + (now.contact or "--:--"), "faint"))
        else:
            right.append(((_("离线 上次联系 ") if wide else _("离线 ")) + (now.contact or "--:--"), "bar-warn"))
        return [*right, (" ", "plain")]


@dataclass(frozen=True)
class Key:
    """One key of the key line: what is printed on it, its word, whether it does anything now.

    What does not fit is left out, a key together with its word: first keys that do nothing now, then the highest
    ``rank``.
    """

    shown: str
    word: str
    enabled: bool = True
    rank: int = 0


class KeyLine(Painted):
    """What the keys do now, greyed where they do nothing. Keys that do not fit are left to the help: none stands there
    without its word, to be read with its neighbour's."""

    def __init__(self) -> None:
        super().__init__(id="keys")
        self.keys: Sequence[Key] = ()

    def show(self, keys: Sequence[Key]) -> None:
        """Show these keys."""
        if tuple(keys) != self.keys:
            self.keys = tuple(keys)
            self.paint()

    def lines_for(self, columns: int, rows: int) -> Iterable[Line]:
        gap = 2 if sum(_cells(key) + 2 for key in self.keys) < columns else 1
        room = columns - 1
        fits: set[Key] = set()
        for key in sorted(self.keys, key=lambda key: (not key.enabled, key.rank)):
            cells = _cells(key) + gap
            if cells <= room:
                room -= cells
                fits.add(key)
        spans: list[Span] = [(" ", "plain")]
        for key in self.keys:
            if key in fits:
                spans.append((key.shown, "bar-key" if key.enabled else "bar-off"))
                spans.append((f" {key.word}" + " " * gap, "plain" if key.enabled else "bar-off"))
        return [(tuple(spans), "")]


def _cells(key: Key) -> int:
    return width(key.shown) + 1 + width(key.word)
