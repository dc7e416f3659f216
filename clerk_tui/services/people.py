"""People who were here before: their values offered again, their papers not asked for twice."""

from __future__ import annotations

from typing import Final

from clerk_tui.services.workspace import Workspace
from clerk_tui.store import queries
from clerk_tui.store.connection import translated
from hall.case import CaseState
from hall.catalogue.model import Matter
from hall.facts import Applicant
from hall.identity import normalise_number
from hall.verdict import TickState

LOOK_BACK: Final = 20
"""How many earlier cases of a person are looked through."""
_KEPT_STATES: Final = frozenset(
    {CaseState.ACCEPTED, CaseState.TOLERATED, CaseState.DECIDED, CaseState.DELIVERED, CaseState.FILED}
)
# An application is made anew each time; what an authority has issued once need not be shown again.
_OWN: Final = ("自备", "填写", "申请人", "窗口")


def known(ws: Workspace, id_number: str) -> Applicant | None:
    """What the last case of this person said of them: to be offered, never forced. ``None`` for a stranger."""
    number = normalise_number(id_number)
    if not number:
        return None
    with translated(ws.journal.path):
        return queries.person(ws.journal.read(), number)


def held_materials(ws: Workspace, id_number: str, matter: Matter) -> dict[str, str]:
    """Materials of the matter that this person handed in before, with the case they are from (国令716 art. 7).

    Only what an authority has issued counts, under the same name, from a case that was accepted.
    """
    number = normalise_number(id_number)
    if not number:
        return {}
    wanted = {m.name: m.code for m in matter.materials if not any(word in m.source for word in _OWN)}
    found: dict[str, str] = {}
    with translated(ws.journal.path):
        earlier = queries.cases_of_person(ws.journal.read(), number, LOOK_BACK)
    for case in earlier:
        if case.state not in _KEPT_STATES:
            continue
        for row in case.rows:
            tick = case.ticks.get(row.code)
            code = wanted.get(row.name)
            if code and code not in found and tick and tick.state is TickState.PRESENT:
                found[code] = f"办件 {case.reference}"
    return found
