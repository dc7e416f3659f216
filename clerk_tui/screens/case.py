"""One case: its timeline, its clock, its papers; personal data in full only with a reason that is kept."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType

from clerk_tui import actions
from clerk_tui.i18n import N_, _
from clerk_tui.screens.base import CounterScreen
from clerk_tui.screens.case_lines import case_lines
from clerk_tui.screens.dialog import Answer, Dialog, Spec, worded
from clerk_tui.screens.giving_back import STEP, ask_given_back
from clerk_tui.screens.printing import Tries, ask_elsewhere, print_again, print_word
from clerk_tui.screens.words import paper_name
from clerk_tui.widgets.painted import BLANK, Line
from clerk_tui.widgets.virtual_list import ReadingPane
from hall.case import CaseState
from hall.differing import differing

if TYPE_CHECKING:
    from clerk_tui.services.cases import CaseDetail
    from clerk_tui.services.result import Result

OPEN = (CaseState.RECEIVED, CaseState.NOTICED, CaseState.TOLERATED)


class CaseScreen(CounterScreen):
    """Arrows choose a paper, p prints it again; F8 goes on with the case."""

    GROUPS = ("case",)
    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings("case")]
    TITLE_OF = N_("办件详情")

    def __init__(self, name: str, paper_id: str = "") -> None:
        """``name`` is the case's identity or its reference, ``paper_id`` the paper that is selected first."""
        super().__init__()
        self._wanted = name
        self._wanted_paper = paper_id
        self.place = 0
        self.shown: dict[str, str] = {}
        self.done: tuple[str, Result] | None = None
        self.tries = Tries()
        self._detail: CaseDetail | None = None

    def body(self) -> ComposeResult:
        yield ReadingPane(self._lines, id="case", classes="pane body roomy")

    def on_mount(self) -> None:
        self.set_focus(None)
        self._read()
        self._select({self._wanted_paper})
        if self._wanted_paper:
            # Not before the pane knows its height.
            self.call_after_refresh(self.pane.reveal)

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        if self._detail is not None:
            self._read()

    @property
    def pane(self) -> ReadingPane:
        return self.query_one(ReadingPane)

    @property
    def detail(self) -> CaseDetail:
        assert self._detail is not None
        return self._detail

    def _read(self) -> None:
        from clerk_tui.services import cases

        workspace = self.counter.workspace
        assert workspace is not None
        self._detail = cases.get(workspace, self._wanted)
        self.pane.paint()
        self.show_keys()

    def _lines(self, columns: int, rows: int) -> list[Line]:
        workspace = self.counter.workspace
        if workspace is None or self._detail is None:
            return []
        zone = workspace.config.timezone
        lines = case_lines(self.detail, zone, columns, shown=self.shown, chosen_paper=self.place, tries=self.tries)
        return [*self._done_lines(*self.done), *lines] if self.done is not None else lines

    def show_done(self, step: str, result: Result) -> None:
        """Say above the case what was just done with it, and select the paper it made."""
        self.done = (step, result)
        self.tries.forget()
        self._read()
        self._select({paper.paper_id for paper in result.papers})
        self.pane.top = 0
        self.pane.paint()

    def _select(self, papers: Collection[str]) -> None:
        self.place = next((n for n, paper in enumerate(self.detail.papers) if paper.paper_id in papers), self.place)

    def _done_lines(self, step: str, result: Result) -> list[Line]:
        saved = _("已保存到本机，第 {seq} 条记录，校验 {hash}").format(seq=result.seq, hash=result.hash[:12])
        made = {paper.paper_id for paper in result.papers}
        papers = [
            f" {paper_name(paper.kind)}  {paper.number}  {print_word(paper.state)[0]}"
            for paper in self.detail.papers
            if paper.paper_id in made
        ]
        first: Line = (((" " + _("已办：{step}").format(step=step), "strong"),), "big-good")
        return [first, *((((text, "plain"),), "big-good") for text in (*papers, " " + saved)), BLANK]

    # -- keys ------------------------------------------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        pane, papers = self.pane, self.detail.papers
        key = event.character.lower() if event.character and event.character in "pPoOtT" else event.key
        match key:
            case "p" | "o" if pane.lies:
                # What cannot be seen is not printed: the next press does it.
                pane.reveal()
            case "p":
                self.counter.guarded(self._reprint)
            case "o" if papers:
                self.tries.ask(papers[self.place])
                ask_elsewhere(self.counter, papers[self.place])
            case "t" if self.can_do(STEP):
                ask_given_back(self.counter, self.detail.case, self._given_back)
            case "up" | "down":
                self._move(pane.arrow(key, self.place, len(papers)))
            case "pageup" | "pagedown":
                pane.scroll_lines(pane.size.height // 2 * (1 if key == "pagedown" else -1))
            case _:
                return
        event.stop()

    def _move(self, place: int) -> None:
        if place != self.place:
            self.place = place
            self.pane.paint()
            self.pane.reveal()
            self.show_keys()

    def _reprint(self) -> None:
        if self.detail.papers:
            paper = self.detail.papers[self.place]
            self.tries.ask(paper)
            print_again(self.counter, paper, paper.paper_id)

    def _given_back(self, result: Result) -> None:
        from clerk_tui.screens.words import step_name
        from clerk_tui.services.next_steps import STEPS

        self.show_done(step_name(STEPS[STEP]), result)

    def papers_made(self, delivered: list[Any]) -> None:
        if not self.is_mounted:
            return
        again = self.tries.hear(delivered, {paper.paper_id for paper in self.detail.papers})
        self._read()
        if again:
            self.pane.reveal()

    def can_do(self, action: str) -> bool:
        if self._detail is None:
            return False
        if action == "supplement":
            return self.detail.case.state in OPEN
        if action == "next_steps":
            return self.detail.case.state is not CaseState.INQUIRY
        if action == "reveal":
            return self.detail.case.applicant is not None and not self.shown
        if action == STEP:
            return bool(self.detail.case.to_return)
        if action == "reprint":
            return bool(self.detail.papers)
        if action == "elsewhere":
            return bool(self.detail.papers) and self.detail.papers[self.place].state == "failed"
        return True

    def short_of(self, action: actions.Action) -> str:
        if action.id == "supplement" and self._detail is not None and self.detail.case.state is CaseState.RECEIVED:
            return _("审查")
        return super().short_of(action)

    def do_supplement(self) -> None:
        from clerk_tui.screens.supplement import SupplementScreen
        from clerk_tui.services import supplement

        workspace = self.counter.workspace
        assert workspace is not None
        self.counter.switch_screen(SupplementScreen(supplement.open_supplement(workspace, self.detail.case.case_id)))

    def do_next_steps(self) -> None:
        from clerk_tui.screens.next_steps import NextStepsScreen

        self.counter.push_screen(NextStepsScreen(self.detail))

    def do_reveal(self) -> None:
        spec = Spec(
            _("显示完整的个人信息"),
            ((_("谁在什么时候、为什么看的，会和办件一起留下记录。"), "plain"),),
            field=_("理由"),
            check=worded(_("要写明理由")),
            yes=N_("显示"),
        )

        def answered(answer: Answer | None) -> None:
            if answer is not None:
                self.counter.guarded(lambda: self._reveal(answer.text))

        self.counter.push_screen(Dialog(spec), answered)

    def _reveal(self, reason: str) -> None:
        from clerk_tui.services import cases

        workspace, case = self.counter.workspace, self.detail.case
        assert workspace is not None and case.applicant is not None
        fields = [
            f"applicant.{key}" for key in ("name", "id_number", "phone", "address") if getattr(case.applicant, key)
        ]
        if case.agent is not None:
            fields += [f"agent.{key}" for key in ("name", "id_number", "phone") if getattr(case.agent, key)]
        fields += [f"fields.{code}" for code, value in case.fields.items() if value]
        fields += [each.key for each in differing(case) if each.personal and each.second]
        fields += [f"given_back.{n}" for n, each in enumerate(case.given_back) if each.receiver]
        self.shown = cases.show_personal(workspace, case.case_id, tuple(fields), reason)
        self.counter.saved()
        self._read()
