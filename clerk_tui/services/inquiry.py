"""Somebody only asks: everything to bring for their situation, on paper, once (行政许可法 art. 30)."""

from __future__ import annotations

from clerk_tui.services.draft import Draft
from clerk_tui.services.entry import check_applicant
from clerk_tui.services.previewing import preview
from clerk_tui.services.recording import Action, matter_ref, new_reference, with_project
from clerk_tui.services.result import Result, result_of
from clerk_tui.services.rights import needs
from clerk_tui.services.workspace import Workspace
from hall.checklist import Applying, Checklist
from hall.errors import BadInput
from hall.facts import InquiryAnswered
from hall.refusal import exit_refusal
from hall.roles import Permission
from hall.still_open import StillOpen, still_open


def open_in(ws: Workspace, draft: Draft, checklist: Checklist) -> StillOpen | None:
    """What the questions that are still open may add to the list; ``None`` where none is open or the matter is not for
    this person anyway."""
    if checklist.exits:
        return None
    age = check_applicant(draft.applicant, draft.matter, ws.clock.today()).age
    who = Applying(draft.kind, age, draft.agent is not None)
    return still_open(draft.matter, checklist, who, held=draft.held, problems=ws.catalogue.problems)


@needs(Permission.RECEIVE)
def answer(ws: Workspace, draft: Draft) -> Result:
    """Commit the inquiry and its guide. Nobody's name is kept: asking needs none (个人信息保护法 art. 6).

    Questions may still be open: the guide then lists what is needed in any case, names the questions, and lists beside
    it what their answers may add. Where the answers lead to an exit of the matter, the guide says that and where to go
    instead of what to bring.

    Raises:
        BadInput: this draft was committed before.
        StoreError: it could not be saved.
    """
    if ws.journal.seq_of(draft.event_id) is not None:
        raise BadInput("already_done", "这份咨询已经保存过了", hint="补打请到办件里选文书")
    ready = preview(ws, draft)
    checklist = ready.checklist
    with ws.journal.write() as connection:
        action = Action(ws, draft.case_id, new_reference(ws, connection))
        action.add(
            InquiryAnswered(
                reference=action.reference,
                matter=with_project(ws, draft.matter, matter_ref(ws, draft.matter, checklist, draft.language)),
                answers=checklist.answers,
                situations=checklist.situations,
                rows=checklist.materials,
                day=ws.clock.today(),
                window=ws.config.hall.window,
                clerk=ws.clerk.name,
                language=draft.language,
                exits=tuple(exit_refusal(way) for way in checklist.exits),
                still_open=open_in(ws, draft, checklist),
            ),
            event_id=draft.event_id,
        )
        action.issue(("guide",))
        written = action.write(connection)
    return result_of(
        written.case,
        outcome=None,
        lawful=(),
        gaps=(),
        paper_ids=written.paper_ids,
        head=written.head,
        warnings=written.warnings,
    )
