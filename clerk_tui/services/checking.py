"""检查核对单: what the applicant reads, corrects and confirms before anything is submitted."""

from __future__ import annotations

from clerk_tui.services.draft import Draft
from clerk_tui.services.intake import all_ticks, require_applicant, require_valid
from clerk_tui.services.previewing import preview
from clerk_tui.services.proceeding import issue, told
from clerk_tui.services.recording import Action, matter_ref, new_reference
from clerk_tui.services.result import Result
from clerk_tui.services.rights import needs
from clerk_tui.services.workspace import Workspace
from hall.facts import InquiryAnswered, Personal
from hall.roles import Permission


@needs(Permission.RECEIVE)
def checking_sheet(ws: Workspace, draft: Draft) -> Result:
    """Print what was entered, to be checked: nothing is received, no clock runs, and the draft can still be submitted.

    The sheet is kept as an inquiry of its own, with a reference of its own; who applies is in its erasable part.

    Raises:
        BadInput: something typed is wrong, or it is not said who applies. Nothing is written.
        StoreError: it could not be saved. Nothing is written.
    """
    ready = preview(ws, draft)
    require_valid(ready)
    require_applicant(ready)
    checklist = ready.checklist
    with ws.journal.write() as connection:
        action = Action(ws, ws.new_id(), new_reference(ws, connection))
        action.add(
            InquiryAnswered(
                reference=action.reference,
                matter=matter_ref(ws, draft.matter, checklist, draft.language),
                answers=checklist.answers,
                situations=checklist.situations,
                rows=checklist.materials,
                day=ws.clock.today(),
                window=ws.config.hall.window,
                clerk=ws.clerk.name,
                language=draft.language,
                ticks=all_ticks(checklist.materials, ready.ticks),
            ),
            Personal(applicant=ready.applicant, agent=ready.agent, fields=ready.fields),
        )
        issue(action, "checking")
        written = action.write(connection)
    return told(ws, written, action)
