"""Walk-ins of the sample hall, made through the services, for screens to show."""

from __future__ import annotations

from clerk_tui.services import intake
from clerk_tui.services.draft import Draft
from clerk_tui.services.result import Result
from clerk_tui.services.workspace import Workspace
from hall.verdict import Outcome, Tick, TickState

PERSON = "110101188001010011"
MATTER = "company-opening"


def answered(ws: Workspace, name: str = "张三", matter: str = MATTER) -> Draft:
    """A walk-in with every question answered, half typed."""
    draft = intake.new_draft(ws, ws.catalogue.resolve(matter))
    draft.applicant.update(kind="citizen", name=name, id_number=PERSON)
    for _ in range(20):
        for question in intake.preview(ws, draft).checklist.questions:
            first = question.options[0].code if question.options else "yes"
            draft.answers.setdefault(question.code, (first,) if question.kind == "multi" else first)
    return draft


def complete(ws: Workspace, name: str = "张三", matter: str = MATTER) -> Draft:
    """A walk-in that lacks nothing but one material."""
    draft = answered(ws, name, matter)
    ready = intake.preview(ws, draft)
    typed = {"number": "10", "money": "10", "date": "2026-11-02", "confirm": "是", "phone": "13800000000"}
    for field in ready.checklist.fields:
        draft.fields[field.code] = field.options[0].label if field.options else typed.get(field.kind, "人民路1号")
    draft.ticks.update({row.code: Tick(TickState.PRESENT) for row in ready.checklist.materials})
    draft.ticks[ready.checklist.materials[0].code] = Tick(TickState.MISSING)
    return draft


def noticed(ws: Workspace, name: str = "张三") -> Result:
    """A case that waits for a supplement."""
    return intake.submit(ws, complete(ws, name), Outcome.NOTICED)


def accepted(ws: Workspace, name: str = "张三", matter: str = MATTER) -> Result:
    """A case that was accepted."""
    draft = complete(ws, name, matter)
    draft.ticks = {code: Tick(TickState.PRESENT) for code in draft.ticks}
    return intake.submit(ws, draft, Outcome.ACCEPTED)
