"""Confirming what was brought: what has to be answered for is asked first, then everything is looked at once more."""

from __future__ import annotations

from dataclasses import replace

from clerk_tui.i18n import _
from clerk_tui.screens import refusing
from clerk_tui.screens.desk import DeskScreen
from clerk_tui.screens.dialog import Answer
from clerk_tui.screens.intake_items import ask_past_blanks, blank_lines
from clerk_tui.screens.supplement_asks import (
    correction_asked,
    correction_told,
    late_reason_asked,
    said_again,
    second_reason_asked,
)
from clerk_tui.screens.supplement_form import LaterForm
from clerk_tui.services import supplement
from clerk_tui.services.rights import can
from clerk_tui.services.supplement import SupplementDraft, SupplementPreview
from clerk_tui.widgets.form import FormView
from hall.masking import mask_party
from hall.roles import Actor, Permission
from hall.verdict import Outcome


class SupplementConfirming(DeskScreen[SupplementPreview]):
    """F9 of a case that somebody came back with: the reasons, the last look, the commit."""

    draft: SupplementDraft
    later: LaterForm

    def __init__(self, draft: SupplementDraft) -> None:
        super().__init__(draft.ticks)
        self.draft = draft
        self.later = LaterForm(draft)
        self._second_reason = ""

    @property
    def form(self) -> FormView:
        return self.query_one(FormView)

    def _go_to(self, key: str) -> None:
        self.later.tell_missing = key.startswith("fields.")
        self.follow()
        self.go_part("left")
        self.form.go_to(key)

    @property
    def party(self) -> str:
        """Who applies, as a screen may show it."""
        who = self.draft.case.applicant
        return mask_party(who.kind, who.name) if who else ""

    def do_confirm(self) -> None:
        if self.preview.overdue and self.preview.changed and not self.draft.late_reason:
            self._ask_late_reason()
        elif self.preview.corrected and self.preview.corrected != self.draft.reason_for:
            self._ask_correction_reason()
        else:
            refusing.explained(self, lambda: self.once_seen(self._confirm))

    def _ask_late_reason(self) -> None:
        """The paper in the person's hands said what would follow; to take it all the same is answered for."""
        spec = late_reason_asked(self.draft.case, self.preview.late)

        def answered(answer: Answer) -> None:
            self.draft.late_reason = answer.text
            self.do_confirm()

        self.ask(spec, answered)

    def _ask_correction_reason(self) -> None:
        """Supervisors are told: what a person is asked for, or whether he is accepted, may hang on it."""

        def answered(answer: Answer) -> None:
            self.draft.correction_reason, self.draft.reason_for = answer.text, self.preview.corrected
            self.do_confirm()

        before, now = self.draft.case.rows, self.preview.checklist.materials
        relisted = {row.code for row in before} != {row.code for row in now}
        spec = correction_asked(self.preview.corrected, self.preview.give_back, relisted=relisted)
        # A reason answers for what it was given for; what is put right besides needs one that is true of it too.
        self.ask(replace(spec, value=self.draft.correction_reason), answered)

    def _confirm(self) -> None:
        case = self.draft.case
        who = f"{case.matter.name}  {self.party}"
        assert self.chosen is not None
        papers = supplement.papers_of(case, self.preview, self.chosen, self.wish)
        if "notice" in papers and self.preview.needs_reason:
            self._ask_second_reason(papers, who)
            return
        again = self.preview.again if "notice" in papers else ""
        why = [(said_again(_(again)), "plain")] if again else []
        put_right = correction_told(self.preview.corrected, self.draft.correction_reason, self.preview.give_back)
        blanks = self.preview.form.blanks if self.chosen is not Outcome.REFUSED else {}
        said = (*refusing.told(self), *blank_lines(blanks, self.chosen))
        spec = self.summary(papers, who, *said, first=(*why, *put_right))

        def commit() -> None:
            refusing.answered_for(self, lambda actor: self._submit("", actor))

        ask_past_blanks(self, spec, blanks, commit, self._go_to)

    def _ask_second_reason(self, papers: tuple[str, ...], who: str) -> None:
        names = [row.name for row in self.rows if row.code in self.preview.known_before]
        spec = second_reason_asked(names)

        def given(reason: Answer) -> None:
            self._second_reason = reason.text
            why = (said_again(reason.text), "bad")
            self.ask(self.summary(papers, who, first=(why,)), lambda answer: self._answer_for(reason.text))

        self.ask(spec, given)

    def _answer_for(self, reason: str) -> None:
        """Somebody in charge answers for it: whoever sits here, or who stands beside them."""
        if can(self.workspace, Permission.NOTICE_AGAIN):
            self._submit(reason)
            return
        why = _("再次告知第一次就能看到的问题，要负责人同意（行政许可法第七十二条）。")
        self.counter.ask_approval(
            Permission.NOTICE_AGAIN,
            why,
            lambda actor: self.counter.guarded(lambda: self._submit(reason, actor)),
        )

    def _submit(self, reason: str, approver: Actor | None = None) -> None:
        case = self.draft.case
        wish = self.wish if self.chosen is self.wish else None
        result = supplement.submit(self.workspace, self.draft, wish, reason, approver)
        self.counter.finished(result, case.matter.name, self.party)
