"""What stands on the left of a case that was only received: its questions, and the matter's own form."""

from __future__ import annotations

from dataclasses import replace

from clerk_tui.screens.intake_items import at_receipt, field_item, put_answer, question_item
from clerk_tui.screens.rewritten import Rewritten
from clerk_tui.services.supplement import SupplementDraft, SupplementPreview
from clerk_tui.widgets.form import FormView, Item, Value


class LaterForm:
    """What was asked and filled in at the receipt, what was open there, and what the answers bring up.

    ``tell_missing``: say of what is required that it is empty.
    """

    def __init__(self, draft: SupplementDraft) -> None:
        self.draft = draft
        self.tell_missing = False
        self._rewritten = Rewritten()

    @property
    def asks(self) -> bool:
        """Whether there is anything to ask."""
        plan = self.draft.form_plan
        return plan is not None and bool(plan.questions or plan.fields)

    def begin(self, form: FormView, preview: SupplementPreview) -> str:
        """Show it from the top, or at the question that is open; the part of the screen to begin with."""
        form.begin(items := self.items(preview))
        if preview.checklist.open_questions:
            return "left"
        form.go_to(items[0].key if items else "")
        return "left" if self.draft.answers or self.draft.fields else "materials"

    @staticmethod
    def wanted(preview: SupplementPreview) -> str:
        """What nothing can be decided before: the open question, else the value that is wrong; ``""`` without one."""
        wanted = [f"answers.{each.code}" for each in preview.verdict.unanswered]
        wanted += [key for key in preview.field_errors if key.startswith("fields.")]
        return next(iter(wanted), "")

    def items(self, preview: SupplementPreview) -> list[Item]:
        """The form as it is now."""
        before, told = self.draft.case.answers, preview.warnings
        now = {**before, **self.draft.answers}
        items = []
        for each in preview.checklist.questions:
            item = question_item(each, now, told.get(f"answers.{each.code}", ""))
            items.append(at_receipt(item, each, before[each.code]) if each.code in before else item)
        errors = {**(preview.form.blanks if self.tell_missing else {}), **preview.field_errors}
        items += [
            field_item(each, self._value(each.code), errors, preview.warnings) for each in preview.checklist.fields
        ]
        said = self._rewritten.told(lambda key: self._value(key.partition(".")[2]))
        return [replace(item, told=said[item.key]) if item.key in said else item for item in items]

    def put(self, key: str, value: Value) -> None:
        """Write what was chosen or typed into the draft; as it was at the receipt nothing is changed."""
        part, _dot, code = key.partition(".")
        if part == "fields":
            self._fill(code, str(value))
            return
        put_answer(self.draft.answers, code, "" if value == self.draft.case.answers.get(code) else value)

    def left(self, key: str, preview: SupplementPreview) -> bool:
        """What was typed there stands as it is stored; whether that is something else."""
        cleaned = preview.form.found.cleaned.get(key)
        if cleaned is not None:
            self._rewritten.keep(key, *cleaned)
            self._fill(key.partition(".")[2], cleaned.value)
        return cleaned is not None

    def _value(self, code: str) -> str:
        return self.draft.fields.get(code, self.draft.case.fields.get(code, ""))

    def _fill(self, code: str, value: str) -> None:
        if value == self.draft.case.fields.get(code, ""):
            self.draft.fields.pop(code, None)
        else:
            self.draft.fields[code] = value


def take_up(draft: SupplementDraft, before: SupplementDraft) -> bool:
    """Go on with what was typed and ticked ``before``; not if something has happened with the case since."""
    if before.case.version != draft.case.version or draft.begun:
        return False
    draft.answers.update(before.answers)
    draft.fields.update(before.fields)
    draft.ticks.update(before.ticks)
    draft.refusal, draft.good_credit = before.refusal, before.good_credit
    draft.late_reason, draft.handed_in = before.late_reason, before.handed_in
    draft.correction_reason, draft.reason_for = before.correction_reason, before.reason_for
    return True
