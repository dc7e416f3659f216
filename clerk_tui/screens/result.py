"""What was done: the reference large, the outcome, the papers, and the way to the next person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType

from clerk_tui import actions
from clerk_tui.i18n import N_, _
from clerk_tui.screens.base import CounterScreen
from clerk_tui.screens.giving_back import STEP, ask_given_back
from clerk_tui.screens.printing import Tries, ask_elsewhere, keys_for, paper_cells, print_again, print_word
from clerk_tui.screens.words import paper_name, state_chip
from clerk_tui.services.result import to_return_told
from clerk_tui.widgets.cells import clip, letterspaced, pad, safe, width, wrap
from clerk_tui.widgets.painted import BLANK, Line, Span
from clerk_tui.widgets.phrases import gap_settled, listed, said_of
from clerk_tui.widgets.verdict import FILLS
from clerk_tui.widgets.virtual_list import ReadingPane
from hall.verdict import OUTCOME_NAMES

if TYPE_CHECKING:
    from clerk_tui.services.papers import Delivered
    from clerk_tui.services.result import PaperOut, Result

LABEL, NUMBER = 12, 24


class ResultScreen(CounterScreen):
    """Enter goes on to the next person; p prints the selected paper again."""

    GROUPS = ("result",)
    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings("result")]
    TITLE_OF = N_("办理结果")

    def __init__(self, result: Result, matter: str, party: str) -> None:
        super().__init__()
        self.result, self.matter, self.person = result, matter, party
        self.place = 0
        self.printed: dict[str, Delivered] = {}
        self.tries = Tries()
        self.given_back = False

    @property
    def pane(self) -> ReadingPane:
        return self.query_one(ReadingPane)

    def body(self) -> ComposeResult:
        yield ReadingPane(self._lines, id="result", classes="pane body roomy")

    def on_mount(self) -> None:
        self.set_focus(None)

    # -- what is shown ---------------------------------------------------------------------------------------------

    def _lines(self, columns: int, rows: int) -> list[Line]:
        result = self.result
        if result.outcome is not None:
            fill, word = FILLS[result.outcome], _(result.word or OUTCOME_NAMES[result.outcome])
        else:
            fill, word = "info", state_chip(result.state)[0]
        spaced = " ".join(result.reference) if columns >= 60 else result.reference
        lines: list[Line] = [
            ((), f"big-{fill}"),
            ((("   " + letterspaced(word, columns - 4), "strong"),), f"big-{fill}"),
            ((), f"big-{fill}"),
            (((f"   {spaced}", "strong"),), f"big-{fill}"),
            ((), f"big-{fill}"),
            BLANK,
            self._pair(_("事项"), safe(self.matter), columns),
        ]
        if self.person:
            lines.append(self._pair(_("申请人"), safe(self.person), columns))
        due = result.due
        for label, value, unsure in (
            (_("收件日"), result.received, False),
            (_("受理日"), result.accepted, False),
            (_("承诺办结"), due.promised, due.promised_provisional),
            (_("法定期限"), due.statutory, due.statutory_provisional),
        ):
            if value:
                note = _("  暂按周末推算") if unsure else ""
                lines.append(self._pair(label, f"{value}{note}", columns))
        if result.late:
            lines.append(self._pair(_("迟交"), listed(result.late), columns, "warn"))
        lines += self._to_return(columns)
        lines += self._gaps(columns)
        lines += [BLANK, (((_("凭证"), "title"),), "")] if result.papers else []
        lines += [self._paper(n, paper, columns) for n, paper in enumerate(result.papers)]
        lines += self.tries.lines(min(columns, 96), [each.error for each in self.printed.values()])
        said = dict.fromkeys((*result.warnings, *result.field_warnings.values()))
        # That stands above, with the key for it.
        said.pop(to_return_told(result.to_return), None)
        for text in said:
            lines += [((("  ", "plain"), (part, "warn")), "") for part in wrap(safe(_(text)), min(columns, 96) - 2, 4)]
        for key, word in keys_for(self._selected):
            lines.append(((("  ", "plain"), _chip(key), (f" {word}", "plain")), ""))
        saved = _("已保存到本机，第 {seq} 条记录，校验 {hash}").format(seq=result.seq, hash=result.hash[:12])
        lines += [BLANK, (((saved, "good"),), "")]
        return [*lines, BLANK, (self._ways(), "")]

    def _ways(self) -> tuple[Span, ...]:
        """Where this screen leads: with a number at the window its visit may go on or end."""
        again: tuple[Span, ...] = ()
        if self.result.papers:
            again = (("    ", "plain"), _chip("p"), (_(" 补打选中的凭证"), "plain"))
        visit = self.counter.visit
        if visit is None:
            return (_chip("Enter"), (_(" 下一位"), "strong"), *again)
        return (
            _chip("Enter"),
            (_(" 办结{number}，叫下一位").format(number=safe(visit.number)), "strong"),
            ("    ", "plain"),
            _chip("m"),
            (_(" 同一位再办一件"), "plain"),
            ("    ", "plain"),
            _chip("e"),
            (_(" 只办结"), "plain"),
        )

    def _pair(self, label: str, value: str, columns: int, ink: str = "plain") -> Line:
        return ((pad(label, LABEL), "faint"), (clip(safe(value), columns - LABEL), ink)), ""

    def _gaps(self, columns: int) -> list[Line]:
        gaps = self.result.gaps
        if not gaps:
            return []
        lines: list[Line] = [BLANK, (((_("列明的材料 {count} 项").format(count=len(gaps)), "title"),), "")]
        for number, gap in enumerate(gaps, 1):
            settled = gap_settled(gap.code in self.result.corrected, self.result.promised.get(gap.code))
            text = clip(safe(said_of(gap.name, _(gap.problem))), columns - 4 - width(settled))
            lines.append((((f"{number:>2}  ", "faint"), (text, "plain"), (settled, "info")), ""))
        return lines

    def _to_return(self, columns: int) -> list[Line]:
        """What the person gets back now, and the key that records it."""
        if not self.result.to_return:
            return []
        done = self.given_back
        label = _("已退还") if done else _("请当场退还")
        names = wrap(safe(listed(self.result.to_return)), columns - LABEL)
        lines: list[Line] = [BLANK]
        for number, part in enumerate(names):
            lines.append((((pad("" if number else label, LABEL), "faint"), (part, "good" if done else "warn")), ""))
        if not done:
            lines.append((((" " * LABEL, "plain"), _chip("t"), (" " + _("退还了就登记"), "plain")), ""))
        return lines

    def _paper(self, number: int, paper: PaperOut, columns: int) -> Line:
        delivered = self.printed.get(paper.paper_id)
        state, ink = print_word(delivered.state if delivered else "printing")
        if delivered is not None and delivered.state == "printed":
            again = _("，补打 {nth}").format(nth=delivered.nth) if delivered.nth else ""
            state = (_("已打印 {pages} 页").format(pages=delivered.pages) if delivered.pages else state) + again
        fill = "cursor" if number == self.place else ""
        name, wide = paper_cells((each.number for each in self.result.papers), columns, NUMBER)
        room = max(8, columns - 2 - name - wide)
        return (
            (
                ("  " + pad(paper_name(paper.kind), name), "plain"),
                (pad(paper.number, wide), "faint"),
                (clip(state, room), ink),
            ),
            fill,
        )

    # -- keys ------------------------------------------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        key = event.character.lower() if event.character and event.character in "pPoOmMeEtT" else event.key
        match key:
            case "enter":
                self.do_next_person()
            case "m" if self.counter.visit is not None:
                self.counter.go_home()
            case "e" if self.counter.visit is not None:
                self.counter.guarded(self.counter.end_visit)
            case "p" | "o" if self.pane.lies:
                # What cannot be seen is not printed: the next press does it.
                self.pane.reveal()
            case "p":
                self.counter.guarded(self._reprint)
            case "o":
                if self._selected is not None:
                    self.tries.ask(self._selected)
                ask_elsewhere(self.counter, self._selected)
            case "t" if self.can_do(STEP):
                self.counter.guarded(self._give_back)
            case "up" | "down":
                self._move(self.pane.arrow(key, self.place, len(self.result.papers)))
            case "pageup" | "pagedown":
                self.pane.scroll_lines(10 if key == "pagedown" else -10)
            case _:
                return
        event.stop()

    def _move(self, place: int) -> None:
        if place != self.place:
            self.place = place
            self.pane.paint()
            self.pane.reveal()

    def _reprint(self) -> None:
        if not self.result.papers:
            return
        paper_id = self.result.papers[self.place].paper_id
        last = self._selected
        if last is None or last.state != "unknown":
            self.printed.pop(paper_id, None)
            self.pane.paint()
        if last is not None:
            self.tries.ask(last)
        print_again(self.counter, last, paper_id)

    @property
    def _selected(self) -> Delivered | None:
        """What became of the selected paper, as far as it is known."""
        papers = self.result.papers
        return self.printed.get(papers[self.place].paper_id) if papers else None

    def papers_made(self, delivered: list[Any]) -> None:
        self.printed.update({each.paper_id: each for each in delivered})
        again = self.tries.hear(delivered, {paper.paper_id for paper in self.result.papers})
        # The printer may be quicker than the screen: what is not composed yet shows the news when it is.
        if self.is_mounted:
            self.pane.paint()
            if again:
                self.pane.reveal()

    def _give_back(self) -> None:
        from clerk_tui.services import cases

        assert self.counter.workspace is not None
        case = cases.get(self.counter.workspace, self.result.case_id).case
        if case.to_return:
            ask_given_back(self.counter, case, self._given_back)

    def _given_back(self, done: Result) -> None:
        self.given_back = True
        self.pane.paint()

    def can_do(self, action: str) -> bool:
        if action == STEP:
            return bool(self.result.to_return) and not self.given_back
        if action == "reprint":
            return bool(self.result.papers)
        return self.counter.visit is not None if action in ("another", "end") else super().can_do(action)

    def do_next_person(self) -> None:
        if self.counter.visit is None:
            self.counter.go_home()
        else:
            self.counter.guarded(lambda: self.counter.end_visit(then_next=True))

    def do_back(self) -> None:
        self.counter.go_home()


def _chip(key: str) -> tuple[str, str]:
    return (f" {key} ", "chip-key")
