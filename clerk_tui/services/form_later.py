"""The matter's own form after the receipt: what can still be filled in until the case is decided.

A later or corrected answer asks for values that nobody could give at the receipt, and a blank of then may be filled.
What the answers ask for no more is dropped. Read and checked as at the intake (``entry.check_fields``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct, field

from clerk_tui.services.entry import Checked, check_fields
from clerk_tui.services.previewing import declined_in
from clerk_tui.services.workspace import Workspace
from hall import facts as f
from hall.answering import list_again
from hall.case import Case, CaseState
from hall.checklist import Checklist
from hall.errors import BadInput
from hall.list_plan import ListPlan
from hall.telling import STATE_NAMES


class FormNow(Struct, frozen=True, kw_only=True):
    """The form with what was typed into it. ``values`` are all that hold then, ``filled`` those that are new,
    ``corrected`` the codes of those of them that stand for another value; ``dropped`` and ``declined`` as in
    ``FormFilled``. ``blanks``: what is required and empty, by dotted field; it hinders nothing."""

    values: dict[str, str]
    filled: dict[str, str] = {}
    corrected: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    declined: tuple[str, ...] = ()
    blanks: dict[str, str] = {}
    found: Checked = field(default_factory=Checked)

    @property
    def changed(self) -> bool:
        """Whether anything is filled in or taken away."""
        return bool(self.filled or self.dropped)


def form_now(case: Case, plan: ListPlan | None, checklist: Checklist, typed: Mapping[str, str]) -> FormNow:
    """What the case's form is with what was ``typed`` over it, by field; an empty text takes a value away.

    A window that goes on from a paper knows nothing of the form, which no code carries: it asks only for what its own
    answers bring up.
    """
    if plan is None:
        return FormNow(values=case.fields)
    found = check_fields(checklist.fields, {**case.fields, **typed})
    before, asked = case.fields, {each.code for each in checklist.fields}
    unknown = bool(case.adopted) and not before
    earlier = {each.code for each in list_again(case, plan, {}, {}).fields} if unknown else set()
    filled = {code: value for code, value in found.values.items() if before.get(code) != value}
    wrong = {where.partition(".")[2] for where in found.errors}
    emptied = {code for code in before if code in asked and code not in found.values and code not in wrong}
    known = {each.code for each in plan.fields} & (earlier or set(before))
    dropped = tuple(each.code for each in plan.fields if each.code in (known - asked) | emptied)
    return FormNow(
        values={code: value for code, value in before.items() if code not in dropped} | filled,
        filled=filled,
        corrected=tuple(code for code in filled if code in before),
        dropped=dropped,
        declined=declined_in(checklist, filled, found),
        blanks={where: text for where, text in found.missing.items() if where.partition(".")[2] not in earlier},
        found=found,
    )


def form_facts(ws: Workspace, checklist: Checklist, form: FormNow) -> Iterator[tuple[f.FormFilled, f.Personal]]:
    """What was filled in, if anything was, with the values in the part that can be erased."""
    if form.changed:
        body = f.FormFilled(
            filled=tuple(form.filled),
            corrected=form.corrected,
            dropped=form.dropped,
            labels={each.code: each.label for each in checklist.fields},
            declined=form.declined,
            window=ws.config.hall.window,
            clerk=ws.clerk.name,
        )
        yield body, f.Personal(fields=form.filled)


def require_form(case: Case, plan: ListPlan | None) -> ListPlan:
    """What the form is read by.

    Raises:
        BadInput: ``form_stands``, the case was accepted or refused with the form as it is; ``nothing_to_fill``,
            nothing of it is known here.
    """
    if plan is not None:
        return plan
    if case.state in (CaseState.RECEIVED, CaseState.NOTICED):
        raise BadInput("nothing_to_fill", "这个办件没有还能填的表格", field="fields", hint="去掉 fields")
    raise BadInput(
        "form_stands",
        f"办件已是“{STATE_NAMES[case.state]}”，表格不能再填",
        field="fields",
        hint="去掉 fields；还没有受理的才能补填",
    )
