"""The list of materials that a code on paper counts by: the code has a digest of it only."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Final

from msgspec import structs

from hall import replica as r
from hall.answering import settled_list
from hall.case import Case
from hall.catalogue.model import Matter, Problem
from hall.checklist import Applying, Checklist, build_checklist
from hall.errors import BadInput
from hall.list_plan import Listing
from hall.replica import ReplicaError
from hall.verdict import TickState

if TYPE_CHECKING:
    from clerk_tui.store.catalogue import CatalogueStore

OLDEST: Final = 200


def list_of(catalogue: CatalogueStore, replica: r.Replica, known: Case | None) -> tuple[Matter, Checklist]:
    """The list of materials that the code counts by: of the version that the case began with where that is known here
    (domain.md §9a.11), else made from the catalogue."""
    other = ReplicaError(
        "replica_catalogue",
        "本窗口的事项目录与凭证上的不是同一份材料清单，不能续办",
        field="code",
        hint="更新事项目录后再扫，或请出具凭证的窗口办理",
    )
    try:
        matter = catalogue.matter(replica.matter)
    except BadInput:
        raise other from None
    checklist = None
    if known is not None and known.plan is not None:
        checklist = _made_from(known.plan, known.plan.problems, replica)
    checklist = checklist or _made_from(matter, catalogue.problems, replica)
    if checklist is None and known is not None and r.list_digest(known.rows) == replica.list_digest:
        checklist = settled_list(known)
    if checklist is None:
        raise other
    held = [mark.state is TickState.HELD for mark in replica.marks]
    rows = tuple(
        structs.replace(row, held=True, held_from=row.held_from or "原窗口已核验") if has else row
        for row, has in zip(checklist.materials, held, strict=True)
    )
    return matter, structs.replace(checklist, materials=rows)


def _made_from(listing: Listing, problems: tuple[Problem, ...], replica: r.Replica) -> Checklist | None:
    """The list that the code's digest is of. The code does not say how old the applicant is: so the age is found that
    gives it."""
    conditions = [each.when for each in listing.questions] + [each.when for each in listing.situations]
    conditions += [each.when for each in listing.materials]
    ages = (-1, *range(OLDEST)) if any("applicant.age" in when for when in conditions) else (-1,)
    for agent, age in product((replica.agent, not replica.agent), ages):
        who = Applying(replica.applicant_kind, age, agent)
        checklist = build_checklist(listing, replica.answers, who, problems=problems)
        if r.list_digest(checklist.materials) == replica.list_digest:
            return checklist
    return None
