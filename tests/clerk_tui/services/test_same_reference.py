"""A reference that two cases have names neither: nothing of the other person's is opened, changed or printed, and each
case is named by its identity."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from clerk_tui.services import attaching, cases, handing, intake, next_steps, replica, supplement
from clerk_tui.services.workspace import Workspace
from hall.case import Case, CaseState
from hall.errors import BadInput
from hall.ids import beginning_of
from tests.clerk_tui.services.test_replica import code_on
from tests.clerk_tui.twins import OTHER, OTHER_ID, OTHER_NUMBER, OTHER_PHONE, tell_twin
from tests.clerk_tui.walkins import MISSING, restaurant


@pytest.fixture
def own(ws: Workspace) -> Case:
    """This window's case; another person's has its reference."""
    case = cases.load(ws, intake.submit(ws, restaurant(ws, layout=MISSING)).reference)
    tell_twin(ws, case)
    return case


def withdraw(ws: Workspace, name: str) -> object:
    return next_steps.take(ws, name, next_steps.STEPS["withdraw"], {})


def scan_in(ws: Workspace, name: str) -> object:
    return attaching.attach(ws, name, Path("/nowhere.pdf"))


def reveal(ws: Workspace, name: str) -> object:
    return cases.show_personal(ws, name, ("applicant.name",), "核对")


BY_REFERENCE: dict[str, Callable[[Workspace, str], object]] = {
    "look": cases.get,
    "own journal": cases.load,
    "steps": next_steps.offers,
    "step": withdraw,
    "supplement": supplement.open_supplement,
    "in full": reveal,
    "attach": scan_in,
    "collect": lambda ws, name: handing.pickup(ws, name, how="collected"),
    "paper": lambda ws, name: cases.paper_named(ws, f"{name}/S1"),
}


@pytest.mark.parametrize("way", BY_REFERENCE)
def test_a_reference_of_two_cases_is_refused_and_both_are_told_masked(ws: Workspace, own: Case, way: str) -> None:
    head = ws.journal.head
    for typed in (own.reference, own.reference.replace("-", "").lower()):
        with pytest.raises(BadInput) as refused:
            BY_REFERENCE[way](ws, typed)
        assert refused.value.code == "ambiguous"
        told = f"{refused.value.message} {refused.value.hint}"
        assert beginning_of(own.case_id) in told and beginning_of(OTHER_ID) in told
        assert not [word for word in (OTHER, OTHER_NUMBER, OTHER_PHONE) if word in told]
        assert "王*明 340101********0030" in told, "masked as everywhere"
    assert ws.journal.head == head


def test_each_of_the_two_is_named_by_its_identity_or_the_beginning_of_it(ws: Workspace, own: Case) -> None:
    for case_id, name in ((own.case_id, "示例市好味餐饮有限公司"), (OTHER_ID, OTHER)):
        for typed in (case_id, beginning_of(case_id), case_id.upper()):
            found = cases.get(ws, typed)
            assert found.case.applicant is not None and found.twin
            assert (found.case.case_id, found.case.applicant.name) == (case_id, name)
            (row,) = cases.find(ws, typed)
            assert (row.case_id, row.twin) == (case_id, True)
    withdraw(ws, beginning_of(own.case_id))
    assert cases.load(ws, own.case_id).state is CaseState.WITHDRAWN
    assert cases.get(ws, OTHER_ID).case.state is CaseState.NOTICED, "the other person's is as it was"
    for typed in ("019", own.case_id[:7], "00000000-0000"):
        with pytest.raises(BadInput):
            cases.get(ws, typed)


def test_a_paper_of_one_of_the_two_is_named_with_the_identity_of_its_case(ws: Workspace, own: Case) -> None:
    printed = own.papers[0]
    part = printed.number.partition("/")[2]
    for typed in (f"{own.case_id}/{part}", f"{beginning_of(own.case_id)}/{part.lower()}"):
        assert cases.paper_named(ws, typed).paper_id == printed.paper_id
    with pytest.raises(BadInput) as elsewhere:
        cases.paper_named(ws, f"{OTHER_ID}/{part}")
    assert elsewhere.value.code == "paper_elsewhere"


def test_a_list_shows_both_and_says_so_only_where_it_is_so(ws: Workspace, own: Case) -> None:
    single = intake.submit(ws, restaurant(ws)).reference
    rows = {row.case_id: row for row in cases.find(ws, own.reference)}
    assert {key: row.twin for key, row in rows.items()} == {own.case_id: True, OTHER_ID: True}
    assert [row.twin for row in cases.find(ws, single)] == [False]
    assert [row.twin for row in cases.find(ws, OTHER)] == [True], "also where the list holds one of the two"
    assert not cases.get(ws, single).twin


def test_the_signed_code_on_a_paper_names_its_own_case(ws: Workspace, own: Case) -> None:
    view = replica.open_replica(ws, code_on(ws, own.case_id))
    assert (view.here, view.twin, view.replica.case_id) == (True, True, own.case_id)
    draft = replica.to_supplement(ws, view, "91990100MA0000015X", {})
    assert draft.case.case_id == own.case_id
