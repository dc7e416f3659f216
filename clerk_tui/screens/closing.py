"""The close of the day: what was done, what is left with the key that repairs it, and F9."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType

from clerk_tui import actions
from clerk_tui.i18n import N_, _
from clerk_tui.messages import DayEnded, DayLooked, PapersMade
from clerk_tui.screens.base import CounterScreen
from clerk_tui.screens.dialog import Answer, Dialog, Spec, worded
from clerk_tui.screens.left_over import doubts
from clerk_tui.screens.words import left_name, work_name
from clerk_tui.widgets.cells import pad, safe, width, wrap
from clerk_tui.widgets.painted import BLANK, Line, Span
from clerk_tui.widgets.virtual_list import TextPane

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clerk_tui.services.day_close import Closing, Open
    from clerk_tui.services.workspace import Workspace

LABEL = 24
COUNT = 8
NUMBER = 6
REPAIRS: dict[str, str] = {
    "unsent": N_("Enter 看上传"),
    "queued": N_("Enter 现在打印"),
    "failed": N_("Enter 再打一次"),
    "unknown": N_("Enter 纸出来了没有"),
    "parked": N_("Enter 接着办"),
    "ticket": N_("Enter 回去办完"),
}
"""What Enter does about what is left."""


class ClosingScreen(CounterScreen):
    """What a close would do now. ``reasons`` are what the clerk has said about what stays."""

    GROUPS = ("closing",)
    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings("closing")]
    TITLE_OF = N_("日结")

    def __init__(self) -> None:
        super().__init__()
        self.looked: Closing | None = None
        self.reasons: dict[str, str] = {}
        self.place = 0

    def body(self) -> ComposeResult:
        yield TextPane(self._lines, id="closing", classes="pane body roomy")

    @property
    def pane(self) -> TextPane:
        return self.query_one("#closing", TextPane)

    def on_mount(self) -> None:
        self.set_focus(None)
        self.counter.sync_now()
        self.set_interval(2.0, self.look)

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self.look()

    def look(self) -> None:
        """Ask how the day stands now."""
        count = len(self.counter.unfinished_now())
        self.counter.in_background(lambda ws: _looked(ws, count), "closing")

    def told(self, looked: Closing) -> None:
        """How the day stands now."""
        if not self.query("#closing"):
            return  # the screen is being put together or taken away
        self.looked = looked
        self.place = max(0, min(self.place, len(looked.left) - 1))
        self.pane.paint()
        self.show_keys()

    def papers_made(self, delivered: list[Any]) -> None:
        self.look()

    @property
    def left(self) -> tuple[Open, ...]:
        return self.looked.left if self.looked is not None else ()

    @property
    def chosen(self) -> Open | None:
        """What the keys are about."""
        return self.left[self.place] if self.left else None

    def can_do(self, action: str) -> bool:
        match action:
            case "close_day":
                return False
            case "repair" | "explain":
                return self.chosen is not None
            case "choose":
                return len(self.left) > 1
            case "confirm":
                return bool(self.looked and self.looked.runs)
        return True

    def on_key(self, event: events.Key) -> None:
        key = event.character.lower() if event.character and event.character in "mM" else event.key
        if key in ("up", "down") and self.left:
            self.place = (self.place + (1 if key == "down" else -1)) % len(self.left)
            self.pane.paint()
        elif key in ("up", "down", "pageup", "pagedown"):
            self.pane.scroll_lines(-5 if key in ("up", "pageup") else 5)
        elif key == "enter" and self.chosen is not None:
            self.counter.guarded(self._repair)
        elif key == "m" and self.chosen is not None:
            self._explain(self.chosen)
        else:
            return
        event.stop()

    # -- what is done about what is left ---------------------------------------------------------------------------

    def _repair(self) -> None:
        one = self.chosen
        assert one is not None
        if one.kind == "unsent":
            self.counter.go_outbox()
        elif one.kind == "unknown":
            self.counter.in_background(doubts, "unknown")
        elif one.kind in ("queued", "failed"):
            self.counter.in_background(_printed, "print")
        else:
            self.counter.go_home()

    def _explain(self, one: Open, then: bool = False) -> None:
        from clerk_tui.services.day_close import LONGEST

        spec = Spec(
            left_name(one.kind),
            (
                (_("{count} 件还没有办完。写明为什么留着；原因印在日结单上。").format(count=one.count), "plain"),
                *((f"\t{name}", "faint") for name in one.names[:6]),
            ),
            field=_("原因"),
            value=self.reasons.get(one.kind, ""),
            check=worded(_("要写明原因")),
            longest=LONGEST,
            yes=N_("记下"),
            tone="warn",
        )

        def answered(answer: Answer | None) -> None:
            if answer is not None:
                self.reasons[one.kind] = answer.text
                self.pane.paint()
                if then:
                    self.do_confirm()

        self.counter.push_screen(Dialog(spec), answered)

    def do_confirm(self) -> None:
        unsaid = next((one for one in self.left if not self.reasons.get(one.kind)), None)
        if unsaid is not None:
            self.place = self.left.index(unsaid)
            self._explain(unsaid, then=True)
            return
        assert self.looked is not None
        days = [run.day.isoformat() for run in self.looked.runs]
        lines = [(_("{day} 的日结单").format(day=day), "strong") for day in days]
        lines += [("", "plain"), (_("日结以后还可以接着办，再日结一次就是第二份。"), "faint")]
        spec = Spec(_("日结？"), tuple(lines), yes=N_("日结"), no=N_("再看看"))

        def answered(answer: Answer | None) -> None:
            if answer is not None:
                self._close()

        self.counter.push_screen(Dialog(spec), answered)

    def _close(self) -> None:
        reasons, count = dict(self.reasons), len(self.counter.unfinished_now())
        self.counter.in_background(lambda ws: _closed(ws, reasons, count), "closing")

    # -- what it shows ---------------------------------------------------------------------------------------------

    def _lines(self, columns: int, rows: int) -> list[Line]:
        looked = self.looked
        lines: list[Line] = [(((_("日结"), "title"),), ""), BLANK]
        if looked is None:
            return [*lines, (((_("正在清点"), "faint"),), "")]
        if not looked.runs:
            return [*lines, (((_("没有要日结的记录：还没有办理，或者已经日结。"), "plain"),), "")]
        lines += self._days(looked)
        lines += self._figures(looked, columns)
        lines += self._what_is_left(columns)
        return lines

    def _days(self, looked: Closing) -> list[Line]:
        lines: list[Line] = []
        for run in looked.runs:
            late = run.day != looked.today
            spans: list[Span] = [(run.day.isoformat(), "strong")]
            text = _("第 {first} 条到第 {last} 条记录").format(first=run.first_seq, last=run.last_seq)
            spans += [("  " + text, "plain")]
            if late:
                spans += [("  ", "plain"), (" " + _("没有当日结单，按这一天补结") + " ", "chip-warn")]
            lines.append((tuple(spans), ""))
        return [*lines, BLANK]

    def _figures(self, looked: Closing, columns: int) -> list[Line]:
        figures = looked.figures
        if figures is None:
            return []
        told = [
            (_("办理人次"), figures.served),
            (_("新收件"), figures.received),
            (_("告知补正"), figures.notices),
            (_("其中再次告知"), figures.second_notices),
            (_("出具文书"), sum(one.issued for one in figures.papers)),
            (_("补打"), sum(one.reprinted for one in figures.papers)),
        ]
        if figures.called:
            told += [(_("叫号"), figures.called), (_("办完的号"), figures.finished), (_("过号"), figures.passed)]
        done = [(safe(work_name(one.what)), one.count) for one in figures.work]
        return [*_grid(told, columns), *([BLANK] if done else []), *_grid(done, columns), BLANK]

    def _what_is_left(self, columns: int) -> list[Line]:
        if not self.left:
            return [(((" " + _("都办完了") + " ", "chip-good"), ("  " + _("按 F9 日结"), "plain")), "")]
        lines: list[Line] = [(((_("还没有办完的：办完，或者写明原因"), "title"),), "")]
        label = max(LABEL, *(width(left_name(one.kind)) + 2 for one in self.left))
        for place, one in enumerate(self.left):
            spans: tuple[Span, ...] = (
                (" " + pad(left_name(one.kind), label), "strong"),
                (pad(str(one.count), COUNT), "warn"),
                (_(REPAIRS[one.kind]) + "   " + _("m 写原因"), "info" if place == self.place else "faint"),
            )
            lines.append((spans, "cursor" if place == self.place else ""))
            reason = self.reasons.get(one.kind, "")
            said = _("原因：{reason}").format(reason=safe(reason)) if reason else "　".join(one.names[:4])
            lines += [
                ((("   " + part, "good" if reason else "faint"),), "") for part in wrap(safe(said), columns - 4) if part
            ]
        return lines


def _grid(told: Sequence[tuple[str, int]], columns: int) -> list[Line]:
    """Counts with their names, as many in a line as there is room for."""
    label = max((width(name) for name, _count in told), default=0) + 2
    across = max(1, min(3, columns // (label + NUMBER)))
    lines: list[Line] = []
    for at in range(0, len(told), across):
        spans: list[Span] = []
        for name, count in told[at : at + across]:
            ink = "warn" if name == _("其中再次告知") and count else "strong"
            spans += [(pad(name, label), "faint"), (pad(str(count), NUMBER), ink)]
        lines.append((tuple(spans), ""))
    return lines


def _looked(ws: Workspace, unfinished: int) -> DayLooked:
    from clerk_tui.services import day_close

    return DayLooked(day_close.look(ws, unfinished))


def _closed(ws: Workspace, reasons: dict[str, str], unfinished: int) -> DayEnded:
    from clerk_tui.services import day_close

    return DayEnded(day_close.close(ws, reasons, unfinished))


def _printed(ws: Workspace) -> PapersMade:
    from clerk_tui.services import papers

    return PapersMade(list(papers.deliver_pending(ws, failed=True)))
