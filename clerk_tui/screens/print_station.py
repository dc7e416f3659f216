"""The print station's screen: what waits, what is being printed, what did not come out; few keys, read from afar.

One thread beside takes papers and prints them, another looks how they stand: however long a printer takes, no key waits
for it, and the screen says what waits.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from textual import events, on
from textual.app import App, ComposeResult
from textual.message import Message

from clerk_tui import themes
from clerk_tui.i18n import N_, _
from clerk_tui.logs import placed
from clerk_tui.screens.dialog import Answer, Dialog, Spec, problem
from clerk_tui.screens.printing import print_word
from clerk_tui.screens.words import paper_name
from clerk_tui.widgets.bars import Key, KeyLine
from clerk_tui.widgets.cells import clip, pad, safe, wrap
from clerk_tui.widgets.painted import BLANK, Line, Painted, Span, spans_width, spread
from clerk_tui.widgets.phrases import said_of
from clerk_tui.widgets.virtual_list import VirtualList
from hall.errors import HallError

if TYPE_CHECKING:
    from clerk_tui.services.print_sources import StationJob
    from clerk_tui.services.print_station import Station

log = logging.getLogger(__name__)
LOOK_S: Final = 2.0
"""How often the station looks for papers, in seconds."""
HEAD: Final = 6
"""Lines of the head while not more is wrong than it has room for."""
TROUBLE_LINES: Final = 5
"""Most lines that one trouble may take."""
LATELY: Final = 8
"""How many of the papers that came out are still shown."""
ORDER: Final = ("unknown", "failed", "printing", "queued", "printed")
"""What wants a person stands first."""
TICKET: Final = re.compile(r"ticket-(\d{4})(\d{2})(\d{2})-([A-Z]{1,2}\d+)")
"""What a ticket's file is called: its business day and its number."""
SOURCES: Final = {"centre": N_("中心"), "folder": N_("共享文件夹"), "printer": N_("打印机")}


class Looked(Message):
    """What the station has, and what is wrong, by where."""

    def __init__(self, jobs: Sequence[StationJob], trouble: dict[str, str]) -> None:
        super().__init__()
        self.jobs, self.trouble = tuple(jobs), dict(trouble)


class Failed(Message):
    """A settled paper could not be written down."""

    def __init__(self, error: HallError) -> None:
        super().__init__()
        self.error = error


class Head(Painted):
    """What this machine is, its printer, the counts in large, and what is wrong."""

    def __init__(self, name: str, printer: str) -> None:
        super().__init__(id="print-head")
        self._name, self._printer = name, printer
        self.jobs: Sequence[StationJob] = ()
        self.trouble: dict[str, str] = {}

    def lines_for(self, columns: int, rows: int) -> list[Line]:
        title = _("打印台 {name}").format(name=safe(self._name)) if self._name else _("打印台")
        right: list[Span] = [(safe(self._printer), "bar-key"), (" ", "plain")]
        lines: list[Line] = [(spread([(" " + title, "strong")], right, columns), "bar"), BLANK]
        counts = self._counts("   ")
        lines.append((counts if spans_width(counts) <= columns else self._counts(" "), ""))
        for where, words in self.trouble.items():
            said = wrap(safe(said_of(_(SOURCES[where]), _(words))), columns - 5, TROUBLE_LINES)
            lines += [((("  ! " if not n else "    ", "bad"), (line, "bad")), "") for n, line in enumerate(said)]
        if not self.trouble:
            lines.append(((("  ", "plain"), (_("在等文书：一到就打印"), "good")), ""))
        return lines[:rows]

    def _counts(self, gap: str) -> tuple[Span, ...]:
        """How many papers are in each state, ``gap`` between them."""
        counts: list[Span] = [("  ", "plain")]
        for state in ("queued", "printing", "failed", "unknown"):
            number = sum(job.state == state for job in self.jobs)
            word, ink = print_word(state)
            chip = f"chip-{ink}" if number and ink != "faint" else "chip-off"
            counts += [(f"{word} ", "strong" if number else "faint"), (f" {number} ", chip), (gap, "plain")]
        return tuple(counts[:-1])


class PrintStationApp(App[int]):
    """``clerk station --print``."""

    CSS_PATH = "../styles/app.tcss"
    ENABLE_COMMAND_PALETTE = False
    ESCAPE_TO_MINIMIZE = False
    TITLE = "clerk"

    def __init__(self, station: Station, name: str, theme: str = "light") -> None:
        super().__init__()
        self.station = station
        self._theme = theme
        self._ended, self._wake, self._look_now = threading.Event(), threading.Event(), threading.Event()
        self.head = Head(name, station.printer)
        self.list: VirtualList[StationJob] = VirtualList(_row, _heading, lambda job: self._show_keys())
        for each in themes.THEMES:
            self.register_theme(each)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(themes.LIGHT.variables)

    def compose(self) -> ComposeResult:
        yield self.head
        yield self.list
        yield KeyLine()

    def on_mount(self) -> None:
        self.theme = self._theme
        self._show_keys()
        looks = threading.Thread(target=self._repeat, args=(self.look, self._look_now), name="print-looks", daemon=True)
        looks.start()
        threading.Thread(target=self._working, args=(looks,), name="print-station", daemon=True).start()

    def on_unmount(self) -> None:
        self.station.leave.set()
        self._ended.set()
        self._again()

    def _working(self, looks: threading.Thread) -> None:
        self._repeat(self._work, self._wake)
        looks.join()
        self.station.close()

    def _work(self) -> None:
        self.station.work()
        self._look_now.set()

    def _repeat(self, what: Callable[[], None], now: threading.Event) -> None:
        """Do it every ``LOOK_S`` and when ``now`` is set, until the program ends."""
        while not self._ended.is_set():
            try:
                what()
            except Exception as error:
                log.error("the print station failed: %s", placed(error))
            now.wait(LOOK_S)
            now.clear()

    def _again(self) -> None:
        self._wake.set()
        self._look_now.set()

    def look(self) -> None:
        """Have the screen show how things stand."""
        self.post_message(Looked(self.station.jobs(), self.station.trouble))

    @on(Looked)
    def _looked(self, message: Looked) -> None:
        self.head.jobs, self.head.trouble = message.jobs, message.trouble
        self.head.styles.height = max(HEAD, len(self.head.lines_for(self.size.width, self.size.height)) + 1)
        self.head.paint()
        chosen = self.list.selected
        done = [job for job in message.jobs if job.state == "printed"][-LATELY:]
        open_ = [job for job in message.jobs if job.state != "printed"]
        items = sorted(open_, key=lambda job: ORDER.index(job.state)) + done[::-1]
        names = [job.name for job in items]
        place = names.index(chosen.name) if chosen is not None and chosen.name in names else 0
        # Where one cannot look there may be papers.
        blind = any(where in message.trouble for where in ("centre", "folder"))
        none = _("看不到那里的文书，原因在上面") if blind else _("没有文书")
        self.list.show(items, empty=("", "  " + none), place=place)

    @on(Failed)
    def _failed(self, message: Failed) -> None:
        self.push_screen(Dialog(problem(message.error, "")))

    def on_key(self, event: events.Key) -> None:
        """Arrows choose; p prints once more, y says that it lies there; Ctrl+Q leaves."""
        if isinstance(self.screen, Dialog):
            return
        if self.list.move(event.key):
            self._show_keys()
        elif event.key == "p" and self._settles:
            self._ask(False)
        elif event.key == "y" and self._settles:
            self._ask(True)
        elif event.key == "f5":
            self.station.wake()
            self._again()
        else:
            return
        event.stop()

    async def action_quit(self) -> None:
        """Ctrl+Q, after a question."""

        def answered(answer: Answer | None) -> None:
            if answer is not None:
                self.exit(0)

        if not isinstance(self.screen, Dialog):
            lines = ((_("退出后窗口送来的文书在中心或共享文件夹里等着，不会丢。"), "plain"),)
            self.push_screen(Dialog(Spec(_("退出打印台？"), lines, yes=N_("退出"), no=N_("继续"))), answered)

    @property
    def _settles(self) -> bool:
        job = self.list.selected
        return job is not None and job.state in ("failed", "unknown")

    def _ask(self, printed: bool) -> None:
        job = self.list.selected
        assert job is not None, "the key does nothing otherwise"
        title = _("纸已经出来了？") if printed else _("再打一次？")
        warning = _("确认纸没有出来，免得同一份文书有两张。") if job.state == "unknown" and not printed else ""
        lines = [(_named(job), "strong"), *(((_(job.error), "plain"),) if job.error else ())]
        lines += [("", "plain"), (warning, "warn")] if warning else []

        def answered(answer: Answer | None) -> None:
            if answer is not None:
                self.run_worker(lambda: self._settle(job, printed), thread=True, exit_on_error=False)

        yes = N_("已经出来了") if printed else N_("再打一次")
        self.push_screen(
            Dialog(Spec(title, tuple(line for line in lines if line[0] or not line[1]), yes=yes)), answered
        )

    def _settle(self, job: StationJob, printed: bool) -> None:
        try:
            self.station.settle(job, printed)
        except HallError as error:
            self.post_message(Failed(error))
        self._again()

    def _show_keys(self) -> None:
        keys = (
            Key("↑ ↓", _("选择")),
            Key("p", _("再打一次"), self._settles),
            Key("y", _("已经出来了"), self._settles),
            Key("F5", _("马上再看")),
            Key("Ctrl+Q", _("退出")),
        )
        for line in self.query(KeyLine):
            line.show(keys)


def _named(job: StationJob) -> str:
    """The paper in words: which kind, how often printed again, its number."""
    return "  ".join(part for part in _parts(job.name) if part)


def _parts(name: str) -> tuple[str, str]:
    """What a paper is and its number, from its file's name (``print_queue`` and ``ticket_printing`` make it)."""
    stem, again = name.removesuffix(".pdf"), ""
    if "-r" in stem and stem.rpartition("-r")[2].isdigit():
        stem, _dash, nth = stem.rpartition("-r")
        again = _("，补打 {nth}").format(nth=nth)
    if (ticket := TICKET.fullmatch(stem)) is not None:
        year, month, day, number = ticket.groups()
        return _("号票") + again, f"{number}  {year}-{month}-{day}"
    reference, _dash, _which = stem.rpartition("-")
    reference, _dash, kind = reference.rpartition("-")
    return (paper_name(kind) + again, safe(reference)) if kind else (safe(name), "")


def _heading(columns: int) -> tuple[Span, ...]:
    return ((" " + pad(_("文书"), 26), "faint"), (pad(_("编号"), 22), "faint"), (_("怎样"), "faint"))


def _row(job: StationJob, columns: int, chosen: bool) -> tuple[Span, ...]:
    what, number = _parts(job.name)
    word, ink = print_word(job.state)
    said = f"{word}  {_(job.error)}" if job.error else word
    return (
        (" " + pad(clip(what, 25), 26), "strong" if chosen else "plain"),
        (pad(clip(number, 21), 22), "faint"),
        (clip(safe(said), max(10, columns - 50)), ink),
    )
