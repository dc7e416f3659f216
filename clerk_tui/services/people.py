"""People who were here before: their values offered again, their papers not asked for twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

from msgspec import structs

from clerk_tui.services.hall_cases import look
from clerk_tui.services.recording import Action
from clerk_tui.services.rights import needs
from clerk_tui.services.workspace import Workspace
from clerk_tui.store import projections, queries, shared
from clerk_tui.store.connection import translated
from hall.case import Case, CaseState
from hall.catalogue.model import Material
from hall.facts import Applicant, PersonalShown
from hall.identity import normalise_number
from hall.list_plan import Listing
from hall.masking import mask_address, mask_identity, mask_name, mask_party, mask_phone
from hall.roles import Permission
from hall.verdict import TickState

TAKEN: Final = "采用以前办件中的信息"
"""The reason that stands with whoever takes values of an earlier case."""
LOOK_BACK: Final = 20
"""How many earlier cases of a person are looked through."""
_KEPT_STATES: Final = frozenset(
    {CaseState.ACCEPTED, CaseState.TOLERATED, CaseState.DECIDED, CaseState.DELIVERED, CaseState.FILED}
)


@needs(Permission.VIEW)
def known(ws: Workspace, id_number: str) -> Applicant | None:
    """What the last case of this person said of them, masked: to be offered. ``None`` for a stranger."""
    person = _known(ws, id_number)
    return masked(person) if person is not None else None


@needs(Permission.SHOW_PERSONAL)
def take(ws: Workspace, id_number: str, fields: tuple[str, ...]) -> Applicant | None:
    """The same in full, to be put into a new case; who took it, and which fields, is kept with the earlier case."""
    person = _known(ws, id_number)
    if person is None:
        return None
    with translated(ws.journal.path):
        case = queries.last_case_of(ws.journal.read(), normalise_number(id_number))
    if case is not None and fields:
        action = Action(ws, case.case_id, case.reference, case)
        action.add(PersonalShown(fields=tuple(f"applicant.{name}" for name in fields), reason=TAKEN))
        with ws.journal.write() as connection:
            action.write(connection)
    return person


def masked(person: Applicant) -> Applicant:
    """A person as a screen may show them before anybody asked for more."""
    return structs.replace(
        person,
        name=mask_party(person.kind, person.name),
        id_number=mask_identity(person.id_number),
        phone=mask_phone(person.phone),
        address=mask_address(person.address),
        legal_person=mask_name(person.legal_person),
    )


def _known(ws: Workspace, id_number: str) -> Applicant | None:
    number = normalise_number(id_number)
    if not number:
        return None
    with translated(ws.journal.path):
        return queries.person(ws.journal.read(), number)


@needs(Permission.VIEW)
def broken_promise(ws: Workspace, id_number: str) -> str:
    """The reference of the last case of this person, at any window of the hall, that was ended or denied because what
    they had promised (容缺) did not come; empty where there is none. No ban: a clerk looks up the credit record."""
    number = normalise_number(id_number)
    if not number:
        return ""
    with translated(ws.journal.path):
        db = ws.journal.read()
        own = [case.case_id for case in queries.cases_of_person(db, number, LOOK_BACK)]
        others = shared.matching(db, projections.ID_NUMBER, number[::-1], LOOK_BACK, exactly=True)
        known = (look(ws, db, case_id) for case_id in dict.fromkeys((*own, *others)))
        broken = [found.case for found in known if found is not None and found.case.broke_promise]
    return max(broken, key=lambda case: case.received).reference if broken else ""


def credit_caution(reference: str) -> str:
    """What is said where something may be promised by somebody who broke a promise in the case ``reference``."""
    return f"该申请人的办件{reference}没有按承诺补齐材料就终结了，请查有无失信记录：有的不适用容缺受理"


@needs(Permission.VIEW)
def held_materials(ws: Workspace, id_number: str, matter: Listing) -> dict[str, str]:
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
