"""People who were here before: their values offered again, their papers not asked for twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

from clerk_tui.services.workspace import Workspace
from clerk_tui.store import queries
from clerk_tui.store.connection import translated
from hall.case import Case, CaseState
from hall.catalogue.model import Material, Matter
from hall.facts import Applicant
from hall.identity import normalise_number
from hall.verdict import TickState

LOOK_BACK: Final = 20
"""How many earlier cases of a person are looked through."""
_KEPT_STATES: Final = frozenset(
    {CaseState.ACCEPTED, CaseState.TOLERATED, CaseState.DECIDED, CaseState.DELIVERED, CaseState.FILED}
)


def known(ws: Workspace, id_number: str) -> Applicant | None:
    """What the last case of this person said of them: to be offered, never forced. ``None`` for a stranger."""
    number = normalise_number(id_number)
    if not number:
        return None
    with translated(ws.journal.path):
        return queries.person(ws.journal.read(), number)


def held_materials(ws: Workspace, id_number: str, matter: Matter) -> dict[str, str]:
    """Materials of the matter that the hall kept from this person before, with the case they are from (国令716 art. 7).

    Only what the catalogue says can be used again, while it can, from a case that was accepted.
    """
    number = normalise_number(id_number)
    if not number:
        return {}
    reusable = [material for material in matter.materials if material.reusable_days]
    if not reusable:
        return {}
    found: dict[str, str] = {}
    today = ws.clock.today()
    with translated(ws.journal.path):
        earlier = queries.cases_of_person(ws.journal.read(), number, LOOK_BACK)
    for case in earlier:
        if case.state not in _KEPT_STATES:
            continue
        kept = set(_kept(ws, case))
        for material in reusable:
            fresh = today - case.received <= dt.timedelta(days=material.reusable_days)
            if fresh and kept & set(_identities(matter.key, material)):
                found.setdefault(material.code, f"办件 {case.reference}")
    return found


def _kept(ws: Workspace, case: Case) -> Iterator[str]:
    """Which papers were handed in with a case, by the catalogue of today; what it does not list any more is none."""
    offered = ws.catalogue.keys()
    if case.matter.key not in offered:
        return
    listed = {material.code: material for material in ws.catalogue.matter(case.matter.key).materials}
    for row in case.rows:
        tick, material = case.ticks.get(row.code), listed.get(row.code)
        # Another name under an old code is another paper.
        if material and material.name == row.name and tick and tick.state is TickState.PRESENT:
            yield from _identities(case.matter.key, material)


def _identities(matter: str, material: Material) -> tuple[str, ...]:
    """What makes two papers the same: matter and code, or the document that both are."""
    own = f"{matter}/{material.code}"
    return (own, f"={material.document}") if material.document else (own,)
