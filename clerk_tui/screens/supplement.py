"""Taking somebody back: exactly what was missing, what is here now, and what follows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widget import Widget

from clerk_tui import actions
from clerk_tui.i18n import N_, _
from clerk_tui.screens import refusing
from clerk_tui.screens.dialog import Answer, Dialog
from clerk_tui.screens.intake_items import blanks_told
from clerk_tui.screens.supplement_asks import leaving_asked, promised_only
from clerk_tui.screens.supplement_confirming import SupplementConfirming
from clerk_tui.screens.supplement_form import take_up
from clerk_tui.screens.supplement_told import told_lines
from clerk_tui.screens.words import state_chip
from clerk_tui.services import making, printable, supplement
from clerk_tui.services.supplement import SupplementDraft
from clerk_tui.widgets.cells import clip, safe, width
from clerk_tui.widgets.form import FormView, Value
from clerk_tui.widgets.painted import Line, Span
from clerk_tui.widgets.verdict import Shown, date_pairs, hindrances
from clerk_tui.widgets.virtual_list import TextPane
from hall.case import CaseState
from hall.checklist import Row
from hall.verdict import Outcome, article_of


class SupplementScreen(SupplementConfirming):
    """The rows that are open stand first; the others only take a problem that was found since.

    The questions of a case that was only received stand on the left until it is decided, as at the intake: what was
    open is answered there, and what was answered wrongly is put right. Once a notice was given they stand, and what it
    said is on the left; the matter's own form is still filled in there with F8.
    """

    GROUPS = ("supplement",)
    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings("supplement")]
    TITLE_OF = N_("补正收件")

    def __init__(self, draft: SupplementDraft, *, form: str = "") -> None:
        """``form`` is the place in the matter's own form to begin with, of a case that was given a notice: beside what
        that said there is no room for both."""
        super().__init__(draft)
        self.asks = self.later.asks and (draft.plan is not None or bool(form))
        self._form_at = form
        self.part = "materials"
        self._taken_up = False

    @property
    def named(self) -> str:
        return _("审查材料") if self.draft.case.state is CaseState.RECEIVED else super().named

    def body(self) -> ComposeResult:
        yield from self.desk()

    @property
    def unprintable(self) -> tuple[str, ...]:
        """The characters that the papers would spell out, those of the reason for a second notice among them."""
        return printable.together(supplement.spelled_out(self.preview, self._second_reason))

    def left_pane(self) -> Widget:
        if self.asks:
            return FormView(self._changed, lambda: self.go_part("materials"), self._left)
        return TextPane(self._told, id="told")

    def on_mount(self) -> None:
        making.make_ready()
        self._take_up()
        self._preview = supplement.preview(self.workspace, self.draft)
        if self.asks:
            self.part = self.later.begin(self.form, self.preview)
        if self._form_at:
            self.part = "left"
            self.form.go_to(self._form_at)
        self.show_panes()
        self.follow()
        (self.left if self.part == "left" else self.materials).focus()

    # -- the draft and what follows from it ------------------------------------------------------------------------

    @property
    def rows(self) -> tuple[Row, ...]:
        asked = self.asked
        opened = {row.code for row in asked}
        return (*asked, *(row for row in self.preview.checklist.materials if row.code not in opened))

    @property
    def asked(self) -> tuple[Row, ...]:
        return self.preview.checklist.materials if self.draft.plan is not None else self.draft.rows

    def unseen(self) -> frozenset[str]:
        """What the answers have brought up and nobody has looked at; of everything else the case says how it stands."""
        said = {*self.draft.case.ticks, *self.given}
        return frozenset(row.code for row in self.asked if row.code not in said and not row.held)

    def _changed(self, key: str, value: Value) -> None:
        self.later.put(key, value)
        self.follow()

    def _left(self, key: str) -> None:
        if self.later.left(key, self.preview):
            self.follow()

    def _take_up(self) -> None:
        """Go on with what was ticked before, if nothing has happened with the case since."""
        before = self.counter.put_aside.pop(self.draft.case_id, None)
        self._taken_up = before is not None and take_up(self.draft, before)

    def unfinished(self) -> SupplementDraft | None:
        return self.draft if self.draft.begun else None

    def follow(self) -> None:
        self.counter.drafts_changed()
        self._preview = supplement.preview(self.workspace, self.draft)
        unseen = self.unseen()
        self.ticks = {code: tick for code, tick in self._preview.ticks.items() if code not in unseen}
        if self.asks:
            self.form.show(self.later.items(self._preview))
        else:
            self.query_one("#told", TextPane).paint()
        self.show_what_follows()

    def hinders(self) -> tuple[str, ...]:
        """What keeps F9 from working."""
        preview = self.preview
        texts = [error.message for error in preview.verdict.errors] + list(preview.field_errors.values())
        idle = not preview.said and preview.verdict.refusal is None
        if idle and preview.gaps and self.draft.case.state is not CaseState.RECEIVED:
            texts.append(_("先勾选交来的材料，或者填表格") if self._form_at else _("先勾选交来的材料"))
        if self.chosen is None and not texts:
            texts.append(preview.verdict.explanation)
        return hindrances(texts)

    @property
    def promised(self) -> bool:
        """Whether the case is accepted already and only its promises are waited for."""
        return self.draft.case.state is CaseState.TOLERATED

    def shown(self) -> Shown:
        preview, chosen = self.preview, self.chosen
        accepted = chosen in (Outcome.ACCEPTED, Outcome.TOLERATED, Outcome.CORRECTED)
        noticed = supplement.gives_notice(self.draft.case, preview, chosen, self.wish)
        warnings = []
        if preview.overdue and not preview.late:
            warnings.append(_("已过补正期限"))
        if preview.late:
            warnings.append(_("承诺的材料迟交"))
        if chosen is Outcome.NOTICED and preview.known_before:
            warnings.append(_("有第一次就能看到的问题：再次告知要写明原因，并报负责人"))
        elif (
            chosen is Outcome.NOTICED
            and self.draft.case.notices
            and not preview.fresh
            and self.wish is not Outcome.NOTICED
        ):
            warnings.append(_("收下交来的部分，原告知书继续有效"))
        # Of a case that was accepted with a promise the dates stand since then.
        due = self.draft.case.due if self.promised else preview.due
        from_now = self.draft.case.matter.limits.promised.starts != "received" or bool(self.draft.case.notices)
        later = accepted and not self.promised and from_now and preview.clock_from != preview.accepted
        kind, article = self.draft.case.matter.kind, preview.verdict.article if self.promised else ""
        if chosen and not self.promised:
            article = article_of(chosen, preview.verdict.refusal, kind=kind)
        if chosen is not Outcome.REFUSED and self.all_seen:
            warnings += blanks_told(preview.form.blanks)
        warnings += [_(text) for text in preview.warnings.values()]
        if self.unprintable:
            warnings.append(_(printable.told(self.unprintable)))
        return Shown(
            chosen=chosen,
            word=_(preview.word)
            if preview.word
            else self._word(chosen, again=noticed and bool(self.draft.case.notices)),
            explanation=preview.verdict.explained(chosen),
            article=article,
            where=refusing.where_to(preview.verdict.refusal) if chosen is Outcome.REFUSED else "",
            handed=tuple(row.name for row in self.rows if row.code in preview.handed),
            # Without the answers nobody knows all that is missing, and a refusal does not rest on it.
            gaps=() if chosen is Outcome.REFUSED or preview.verdict.unanswered else preview.gaps,
            gaps_title=_("还没有补齐的承诺材料") if self.promised else self.gaps_title(),
            others=self.other_words(),
            hinders=self.hinders(),
            calm=not preview.field_errors and not preview.verdict.errors,
            ready=not self.hinders() and self.all_seen,
            warnings=tuple(warnings),
            dates=date_pairs(
                (_("收到日"), preview.accepted),
                (_("起算日"), preview.clock_from if later else ""),
                (_("承诺办结"), due.promised if accepted else ""),
                (_("法定期限"), due.statutory if accepted else ""),
                (_("补正期限"), preview.respond_by if noticed else ""),
            ),
            provisional=(accepted and due.provisional) or (noticed and preview.respond_provisional),
        )

    def _word(self, chosen: Outcome | None, *, again: bool) -> str:
        return _("再次告知补正") if again else self.word_for(chosen)

    # -- what was told ---------------------------------------------------------------------------------------------

    def header(self, columns: int, rows: int) -> list[Line]:
        case = self.draft.case
        word, ink = state_chip(case.state)
        chip: Span = (f" {word} ", ink)
        room = columns - width(case.reference) - width(chip[0]) - 4
        lines: list[Line] = [
            (
                (
                    (case.reference, "title"),
                    ("  ", "plain"),
                    chip,
                    ("  ", "plain"),
                    (clip(safe(f"{case.matter.name}  {self.party}" if self.asks else case.matter.name), room), "plain"),
                ),
                "",
            )
        ]
        answers = _(" F3 表格 ") if self._form_at else _(" F3 情形 ")
        left = answers if self.asks else _(" F3 上次告知 ")
        return [*lines, *self.tabs(left, _(" F4 材料 "))]

    def _told(self, columns: int, rows: int) -> list[Line]:
        missing = {gap.code for gap in self.preview.gaps} if self._preview else set()
        return told_lines(self.draft.case, missing, columns, taken_up=self._taken_up)

    # -- keys ------------------------------------------------------------------------------------------------------

    def can_do(self, action: str) -> bool:
        if action == "confirm":
            return self._preview is not None and not self.hinders()
        return True

    def action_do(self, action: str) -> None:
        # While a question is open, or a value is wrong, F9 leads to it: nothing can be decided before.
        if action == "confirm" and (wanted := self.later.wanted(self.preview)):
            self._go_to(wanted)
            return
        super().action_do(action)

    def _go_to(self, key: str) -> None:
        if self.asks:
            super()._go_to(key)
        else:
            self._switch(key)

    def _switch(self, form: str) -> None:
        """Have the matter's own form on the left, at this place, or with ``""`` what the notice said."""
        other = type(self)(self.draft, form=form)
        other.wish = self.wish
        self.counter.switch_screen(other)

    def short_of(self, action: actions.Action) -> str:
        if not self.asks or action.id != "form":
            return super().short_of(action)
        return _("表格") if self._form_at else _("情形")

    def other_choices(self) -> list[tuple[str, Callable[[], None]]]:
        choices, case = super().other_choices(), self.draft.case
        again = self.wish is not Outcome.NOTICED and not self.preview.fresh
        if self.chosen is Outcome.NOTICED and case.notices and again and self.preview.changed:
            choices.append((_("再出一份告知书（列明现在还缺的）"), lambda: self.choose(Outcome.NOTICED)))
        told = [paper.paper_id for paper in case.papers if paper.kind == "notice"]
        if told and not self.draft.begun:
            choices.append((_("补打上次的告知书（到办件详情按 p）"), lambda: self._to_paper(told[-1])))
        if self.draft.plan is None and (fields := self.preview.checklist.fields):
            first = next(iter(self.preview.form.blanks), f"fields.{fields[0].code}")
            if self._form_at:
                choices.append((_("看上次告知的内容"), lambda: self._switch("")))
            else:
                choices.append((_("补填事项表格"), lambda: self._switch(first)))
        matter = self.workspace.catalogue.find(case.matter.key)
        return [*choices, *refusing.choices(self, case.matter.kind, matter.refusal_reasons if matter else ())]

    def _to_paper(self, paper_id: str) -> None:
        """Nothing was brought, so nothing can be told anew: the paper that was lost is printed again as it was."""
        from clerk_tui.screens.case import CaseScreen

        self.counter.switch_screen(CaseScreen(self.draft.case_id, paper_id))

    def do_other(self) -> None:
        """A case that is accepted already has no other outcome: what was handed in and what is still promised."""
        if not self.promised:
            super().do_other()
            return
        shown = self.shown()
        self.counter.push_screen(Dialog(promised_only(self.draft.case, shown.handed, shown.gaps)))

    def scan_token(self) -> Any:
        return (
            super().scan_token(),
            dict(self.draft.answers),
            dict(self.draft.fields),
            self.form.snapshot() if self.asks else None,
        )

    def scan_undo(self, token: Any) -> None:
        desk, self.draft.answers, self.draft.fields, place = token
        if self.asks:
            self.form.restore(place)
        super().scan_undo(desk)

    def leaving(self, then: Callable[[], None]) -> None:
        if not self.draft.begun:
            then()
            return

        def answered(answer: Answer | None) -> None:
            if answer is None:
                return
            if answer.choice == 0:
                self.counter.put_aside[self.draft.case_id] = self.draft
            self.counter.drafts_changed()
            then()

        self.counter.push_screen(Dialog(leaving_asked()), answered)
