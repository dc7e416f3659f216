"""What somebody came back with, or a case that was only received is decided by: the case as it was opened, and what was
answered, filled in and ticked since.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Final

from msgspec import structs

from clerk_tui.services.hall_cases import HallCase
from clerk_tui.services.result import Result
from clerk_tui.services.workspace import Workspace
from hall.answering import list_again, plan_of, settled_list
from hall.case import Case, CaseState
from hall.catalogue.conditions import Answer
from hall.checklist import Applying, Checklist, Row, build_checklist
from hall.facts import Correction
from hall.list_plan import ListPlan
from hall.verdict import Refusal, Tick

OPEN: Final = (CaseState.RECEIVED, CaseState.NOTICED, CaseState.TOLERATED)
"""States in which materials may still be handed in."""


@dataclass
class SupplementDraft:
    """Somebody came back, or a case that was only received is decided.

    Tick ``rows`` (what is still open); another row only to say what is wrong with it. ``plan`` is there while nobody
    was told anything: put ``answers`` to what was open, and to what was answered wrongly (``correction_reason`` says
    why); what they ask for can be ticked as well (the preview's ``checklist``). ``form_plan`` is there until the case
    is decided: what was typed over its own form is put into ``fields``. ``held`` says which of the materials the hall
    has and from where.

    ``handed_in`` is the day the materials arrived, for post that is opened later. ``refusal``, ``good_credit`` and
    ``broken_promise`` are as in ``intake.Draft``. ``event_id`` is made once: submitting twice changes the case once.
    ``reason_for`` is what was put right when somebody gave the reason for it.
    ``late_reason``: why it is taken although it is ``overdue``. ``found`` is the case as the hall knew it
    when it was opened.
    """

    case: Case
    event_id: str
    rows: tuple[Row, ...]
    handed_in: dt.date
    ticks: dict[str, Tick] = field(default_factory=dict)
    plan: ListPlan | None = None
    form_plan: ListPlan | None = None
    answers: dict[str, Answer] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)
    held: dict[str, str] = field(default_factory=dict)
    refusal: Refusal | None = None
    good_credit: bool = True
    broken_promise: str = ""
    late_reason: str = ""
    correction_reason: str = ""
    reason_for: tuple[Correction, ...] = ()
    done: Result | None = None
    found: HallCase | None = None
    left_ms: int = field(default=0, compare=False)
    """When it was left undone, ms since 1970; 0 for one of now."""

    @property
    def case_id(self) -> str:
        """The case it is about."""
        return self.case.case_id

    @property
    def begun(self) -> bool:
        """Whether something is answered, filled in, ticked or stated and not confirmed."""
        stated = self.refusal is not None or self.good_credit != self.case.good_credit
        return bool(self.answers or self.fields or self.ticks or stated) and self.done is None

    def __repr__(self) -> str:
        """Without the case: it names people."""
        return f"SupplementDraft(case_id={self.case.case_id!r})"


def open_rows(case: Case) -> tuple[Row, ...]:
    """The rows of the checklist that something is still to be done about."""
    match case.state:
        case CaseState.RECEIVED:
            return case.rows
        case CaseState.TOLERATED:
            # What another window told beside them is no less open.
            wanted = {promise.code for promise in case.promises} | {gap.code for gap in case.gaps}
        case _:
            wanted = {gap.code for gap in case.gaps}
    return tuple(row for row in case.rows if row.code in wanted)


def plan_for(ws: Workspace, case: Case) -> ListPlan | None:
    """What the case is asked by until somebody was told something; ``None`` where its list cannot change."""
    return _asked_by(ws, case) if case.state is CaseState.RECEIVED else None


def form_plan_for(ws: Workspace, case: Case) -> ListPlan | None:
    """What the matter's own form is read by until the case is decided: a notice is about materials, and what it left
    blank, or two windows filled in otherwise, is still put right. ``None`` where nothing of the form can be filled in
    here: no paper's code carries it."""
    unknown = bool(case.adopted) and not case.fields
    if case.state is CaseState.RECEIVED or (case.state is CaseState.NOTICED and not unknown):
        return _asked_by(ws, case)
    return None


def _asked_by(ws: Workspace, case: Case) -> ListPlan | None:
    """The plan that the case keeps.

    A case of before its plan, or the form in it, was kept is asked by the catalogue, if that is still the one it began
    with.
    """
    matter = ws.catalogue.find(case.matter.key)
    if matter is None or case.matter.version != ws.catalogue.version:
        return case.plan
    if case.plan is not None:
        return structs.replace(case.plan, fields=case.plan.fields or matter.fields)
    who = Applying(case.applicant.kind if case.applicant else "", agent=case.agent is not None)
    return plan_of(matter, build_checklist(matter, case.answers, who), ws.catalogue.problems, agent=who.agent)


def checklist_of(draft: SupplementDraft) -> Checklist:
    """The checklist by the version that the case began with (domain.md §9a.11): as it stood then, or as it follows from
    the answers while nobody was told anything."""
    case = draft.case
    if draft.plan is not None:
        return list_again(case, draft.plan, draft.answers, draft.held)
    settled = settled_list(case)
    if draft.form_plan is None:
        return settled
    return structs.replace(settled, fields=list_again(case, draft.form_plan, {}, {}).fields)
