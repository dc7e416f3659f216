"""What the law does by itself: the five-day rule, run at the start of the day and every hour."""

from __future__ import annotations

import datetime as dt
from typing import Final

from clerk_tui.services.recording import Action
from clerk_tui.services.workspace import Workspace
from clerk_tui.store import queries
from clerk_tui.store.connection import translated
from hall.case import Case
from hall.deadlines import awaits_calendar, due, is_deemed_accepted
from hall.facts import CaseAccepted
from hall.refusal import item

SILENCE: Final = "（逾期不告知，自收到申请材料之日起即为受理）"


def run(ws: Workspace) -> list[str]:
    """Accept what was received and not answered within five working days, as of the receipt day (art. 32(4)).

    Returns the references. The receipt says that it then stands for the notice of acceptance, so nothing is printed.

    Raises:
        StoreError: nothing was written.
    """
    today = ws.clock.today()
    waiting = _waiting(ws, today)
    if not any(is_deemed_accepted(case, ws.calendar, today) and not case.adopted for case in waiting):
        return []
    accepted = []
    for case in waiting:
        with ws.journal.write() as connection:
            # Another window program may have decided it meanwhile.
            now = ws.journal.case_in(connection, case.case_id)
            # Of a case taken over from a paper nobody here knows whether its own window has answered.
            if now is not None and not now.adopted and is_deemed_accepted(now, ws.calendar, today):
                _accept(ws, now).write(connection)
                accepted.append(now.reference)
    return accepted


def unsure(ws: Workspace) -> list[str]:
    """The references of cases whose five days seem to be over by a count that lacks the year's days off.

    Nothing is written of them (``is_deemed_accepted``); they are told to whoever looks until the calendar is there.

    Raises:
        StoreError: the journal cannot be read.
    """
    today = ws.clock.today()
    return [
        case.reference for case in _waiting(ws, today) if not case.adopted and awaits_calendar(case, ws.calendar, today)
    ]


def _waiting(ws: Workspace, today: dt.date) -> list[Case]:
    with translated(ws.journal.path):
        return queries.waiting_for_a_word(ws.journal.read(), today.isoformat())


def by_silence(ws: Workspace, case: Case) -> CaseAccepted:
    """The acceptance that the law gives a case that nobody answered in time, as of the receipt day (art. 32(4))."""
    return CaseAccepted(
        accepted=case.received,
        due=due(case.matter.limits, case.clock_from, case.clock_from, ws.calendar),
        article=item("四", case.matter.kind) + SILENCE,
        deemed=True,
    )


def _accept(ws: Workspace, case: Case) -> Action:
    action = Action(ws, case.case_id, case.reference, case)
    action.add(by_silence(ws, case))
    return action
