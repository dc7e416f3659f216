"""下一步: what can be done with a case now, and what cannot and why. A digit or Enter opens the step's form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container

from clerk_tui import actions
from clerk_tui.i18n import N_, _
from clerk_tui.screens.base import CounterScreen
from clerk_tui.screens.step import StepScreen, case_head, confirm_step
from clerk_tui.screens.step_forms import asks_of
from clerk_tui.screens.words import paper_name, step_name
from clerk_tui.services import next_steps
from clerk_tui.services.next_steps import Offer
from clerk_tui.widgets.cells import clip, pad, safe, wrap
from clerk_tui.widgets.painted import BLANK, Line, Span
from clerk_tui.widgets.virtual_list import TextPane, VirtualList

if TYPE_CHECKING:
    from clerk_tui.services.cases import CaseDetail

NAME = 30
ABOUT = 6
"""Lines of what is said about the chosen step."""


class NextStepsScreen(CounterScreen):
    """Lawful steps first, numbered; the others stand below, grey, with what is against them."""

    GROUPS = ("steps",)
    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings("steps")]
    TITLE_OF = N_("下一步")

    def __init__(self, detail: CaseDetail) -> None:
        super().__init__()
        self.detail = detail
        self.offers: Sequence[Offer] = ()

    def body(self) -> ComposeResult:
        yield TextPane(self._head, id="step-head")
        with Container(classes="body", id="steps"):
            yield VirtualList(self._row, lambda columns: (), self._chosen, id="offers")
            yield TextPane(self._about, id="about")

    @property
    def offered(self) -> VirtualList[Offer]:
        return self.query_one("#offers", VirtualList)

    def on_mount(self) -> None:
        self._read()
        self.offered.focus()

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        if self.offers:
            self._read()

    def _read(self) -> None:
        workspace = self.counter.workspace
        assert workspace is not None
        self.offers = next_steps.offers(workspace, self.detail.case.case_id)
        self.offered.show(self.offers, place=self.offered.place)

    # -- what is shown ---------------------------------------------------------------------------------------------

    def _head(self, columns: int, rows: int) -> list[Line]:
        return [case_head(self.detail.case, columns)]

    def _row(self, offer: Offer, columns: int, chosen: bool) -> tuple[Span, ...]:
        place = self.offers.index(offer) + 1
        name = pad(step_name(offer.step), NAME)
        if offer.why is not None:
            why = clip(safe(_(offer.why.message)), max(8, columns - NAME - 5))
            return (("     ", "plain"), (name, "off"), (why, "off"))
        key: Span = (f" {place} ", "chip-key") if place < 10 else ("   ", "plain")
        paper = paper_name(offer.step.paper) if offer.step.paper else ""
        return (
            key,
            ("  ", "plain"),
            (name, "strong" if chosen else "plain"),
            (clip(paper, columns - NAME - 5), "faint"),
        )

    def _chosen(self, offer: Offer | None) -> None:
        if self.is_mounted:
            self.query_one("#about", TextPane).paint()
            self.show_keys()

    def _about(self, columns: int, rows: int) -> list[Line]:
        offer = self.offered.selected
        if offer is None:
            return []
        lines: list[Line] = [(((step_name(offer.step), "title"),), "")]
        if offer.why is not None:
            texts = [(_("现在不能办：") + _(offer.why.message), "bad")]
            texts += [(_("怎么办：") + _(offer.why.hint), "plain")] if offer.why.hint else []
        elif offer.step.paper:
            texts = [(_("将打印：") + paper_name(offer.step.paper), "info")]
        else:
            texts = [(_("只记入办件，不打印文书"), "faint")] if offer.step.action else []
        for text, ink in texts:
            lines += [(((part, ink),), "") for part in wrap(safe(text), columns)]
        return lines or [BLANK]

    # -- keys ------------------------------------------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        if event.key == "enter":
            self.counter.guarded(self._open)
        elif event.character is not None and event.character in "123456789":
            place = int(event.character) - 1
            if place < len(self.offers) and self.offers[place].lawful:
                self.offered.show(self.offers, place=place)
                self.counter.guarded(self._open)
        elif not self.offered.move(event.key):
            return
        event.stop()

    def _open(self) -> None:
        offer = self.offered.selected
        workspace = self.counter.workspace
        if offer is None or workspace is None or offer.why is not None:
            return
        step, case = offer.step, self.detail.case
        if not step.action:
            from clerk_tui.screens.supplement import SupplementScreen
            from clerk_tui.services import supplement

            draft = supplement.open_supplement(workspace, case.case_id)
            self.counter.pop_screen()
            self.counter.switch_screen(SupplementScreen(draft))
            return
        screen = StepScreen(step, case)
        if asks_of(step, screen.asking(workspace)):
            self.counter.push_screen(screen)
        else:
            confirm_step(self.counter, case, step, {}, (), next_steps.rehearse(workspace, case.case_id, step, {}))

    def scan_token(self) -> object:
        return self.offered.place

    def scan_undo(self, token: object) -> None:
        assert isinstance(token, int)
        self.offered.show(self.offers, place=token)
