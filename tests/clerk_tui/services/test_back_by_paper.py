"""From one window to another and back with nothing but the papers: nobody is accepted past what a notice names."""

from __future__ import annotations

import datetime as dt
from itertools import permutations
from typing import Any

import pytest
from msgspec import structs

from clerk_tui.services import cases, intake, supplement
from clerk_tui.services import replica as service
from clerk_tui.services.proceed_json import proceed
from clerk_tui.services.supplement import SupplementDraft
from clerk_tui.services.workspace import Workspace
from hall.adoption import in_order
from hall.case import CaseState
from hall.errors import BadInput
from hall.fold import fold
from hall.verdict import Outcome
from tests.clerk_tui.conftest import MONDAY
from tests.clerk_tui.services.test_deciding_later import BOUGHT, migration
from tests.clerk_tui.services.test_replica import NAME, code_on, noticed, refused
from tests.clerk_tui.services.test_replica import there as there  # the window two floors up
from tests.clerk_tui.walkins import COMPANY, HARD, MISSING, PERSON, PRESENT, promised, unacceptable

LI_SI = {"name": "李四"}


def went_on(ws: Workspace, issuer: Workspace, reference: str, kind: str = "notice") -> SupplementDraft:
    """Somebody comes to ``ws`` with the paper that ``issuer`` gave."""
    view = service.open_replica(ws, code_on(issuer, reference, kind))
    number, name = (PERSON, LI_SI) if view.matter.key == "hukou-migration" else (COMPANY, NAME)
    return service.to_supplement(ws, view, number, name)


def told_there(ws: Workspace, there: Workspace, at_receipt: dict[str, str]) -> str:
    """Received at the first window with these answers, told at the second what else is needed; the reference."""
    reference = intake.receive(ws, migration(ws, **at_receipt)).reference
    draft = went_on(there, ws, reference, "receipt")
    draft.answers = {code: answer for code, answer in BOUGHT.items() if code not in at_receipt}
    assert supplement.submit(there, draft, Outcome.NOTICED).state is CaseState.NOTICED
    return reference


@pytest.mark.parametrize("asked", [{}, {"destination": "here", "reason": "C", "cross_province": "no"}])
def test_back_at_the_first_window_all_that_the_notice_names_is_asked_for(
    ws: Workspace, there: Workspace, asked: dict[str, str]
) -> None:
    reference = told_there(ws, there, asked)
    back = went_on(ws, there, reference)
    assert (back.plan, back.case.answers) == (None, BOUGHT)
    assert [row.code for row in back.rows] == ["parentage", "house"]
    assert {gap.code for gap in back.case.notices[-1].gaps} == {"parentage", "house"}
    back.ticks = {"house": PRESENT}
    assert Outcome.ACCEPTED not in supplement.preview(ws, back).verdict.lawful
    assert supplement.submit(ws, back).state is CaseState.NOTICED
    last = supplement.open_supplement(ws, reference)
    assert [row.code for row in last.rows] == ["parentage"]
    last.ticks = {"parentage": PRESENT}
    assert supplement.submit(ws, last).state is CaseState.ACCEPTED
    ws.journal.verify()
    for journals in permutations(w.journal.facts_of(back.case.case_id) for w in (ws, there)):
        whole = fold(in_order(fact for journal in journals for fact in journal))
        assert whole is not None
        assert (whole.state, whole.answers, whole.gaps) == (CaseState.ACCEPTED, BOUGHT, ())
        assert [row.code for row in whole.rows] == [row.code for row in back.case.rows]
        assert not [line.misfit for line in whole.timeline if line.misfit]


def test_what_the_second_window_put_right_comes_back_with_its_notice(ws: Workspace, there: Workspace) -> None:
    reference = intake.receive(ws, migration(ws, **{**BOUGHT, "minors": "no"})).reference
    draft = went_on(there, ws, reference, "receipt")
    draft.answers, draft.correction_reason = {"minors": "yes"}, "有一个孩子随迁"
    assert supplement.submit(there, draft, Outcome.NOTICED).state is CaseState.NOTICED
    back = went_on(ws, there, reference)
    assert (back.case.answers, [row.code for row in back.rows]) == (BOUGHT, ["parentage", "house"])
    back.ticks = {"house": PRESENT, "parentage": PRESENT}
    assert supplement.submit(ws, back).state is CaseState.ACCEPTED
    for journals in permutations(w.journal.facts_of(back.case.case_id) for w in (ws, there)):
        whole = fold(in_order(fact for journal in journals for fact in journal))
        assert whole is not None
        assert (whole.state, whole.answers, whole.disputes) == (CaseState.ACCEPTED, BOUGHT, ())
        assert not [line.misfit for line in whole.timeline if line.misfit]


def test_to_and_fro_by_every_paper_in_turn(ws: Workspace, there: Workspace) -> None:
    reference = told_there(ws, there, {})
    back = went_on(ws, there, reference)
    again = went_on(ws, there, reference)
    assert again.case == back.case, "a second scan finds it as the first left it"
    again.ticks = {"house": PRESENT}
    supplement.submit(ws, again)
    last = went_on(there, ws, reference, "receipt")
    assert [row.code for row in last.rows] == ["parentage"]
    last.ticks = {"parentage": PRESENT}
    assert supplement.submit(there, last).state is CaseState.ACCEPTED
    for journals in permutations(w.journal.facts_of(last.case.case_id) for w in (ws, there)):
        whole = fold(in_order(fact for journal in journals for fact in journal))
        assert whole is not None and (whole.state, whole.gaps) == (CaseState.ACCEPTED, ())
        assert not [line.misfit for line in whole.timeline if line.misfit]


def test_what_was_promised_at_the_second_window_is_brought_to_the_first(ws: Workspace, there: Workspace) -> None:
    reference = intake.receive(ws, migration(ws)).reference
    draft = went_on(there, ws, reference, "receipt")
    draft.answers = dict(BOUGHT)
    draft.ticks = dict.fromkeys(("house", "parentage"), promised(MONDAY))
    assert supplement.submit(there, draft, Outcome.TOLERATED).state is CaseState.TOLERATED
    back = went_on(ws, there, reference, "acceptance")
    assert [row.code for row in back.rows] == ["parentage", "house"]
    back.ticks = dict.fromkeys(("house", "parentage"), PRESENT)
    assert supplement.submit(ws, back).state is CaseState.ACCEPTED


def test_told_at_both_windows_by_other_answers_a_person_is_asked_and_nothing_goes_on(
    ws: Workspace, there: Workspace
) -> None:
    reference = told_there(ws, there, {})
    draft = supplement.open_supplement(ws, reference)
    draft.answers = {**BOUGHT, "minors": "no"}
    assert supplement.submit(ws, draft, Outcome.NOTICED).state is CaseState.NOTICED
    assert refused(ws, code_on(there, reference)) == "replica_answers"
    assert refused(there, code_on(ws, reference)) == "replica_answers"
    assert supplement.open_supplement(ws, reference).rows, "its own is gone on with by its reference"


def test_told_at_both_windows_by_the_same_answers_both_lists_are_one(ws: Workspace, there: Workspace) -> None:
    reference = told_there(ws, there, {})
    draft = supplement.open_supplement(ws, reference)
    draft.answers, draft.ticks = dict(BOUGHT), {"house": PRESENT, "id_card": unacceptable("字迹不清")}
    assert supplement.submit(ws, draft, Outcome.NOTICED).state is CaseState.NOTICED
    back = went_on(ws, there, reference)
    assert [gap.code for gap in back.case.gaps] == ["id_card", "parentage"]
    assert back.case.ticks["house"] == PRESENT


def test_a_defect_found_at_the_second_window_is_one_at_the_first(ws: Workspace, there: Workspace) -> None:
    reference = intake.receive(ws, migration(ws, **BOUGHT)).reference
    draft = went_on(there, ws, reference, "receipt")
    draft.ticks = {"id_card": unacceptable("字迹不清"), "house": PRESENT, "parentage": PRESENT}
    supplement.submit(there, draft, Outcome.NOTICED)
    back = went_on(ws, there, reference)
    assert [row.code for row in back.rows] == ["id_card"]
    with pytest.raises(BadInput) as error:
        supplement.submit(ws, back)
    assert error.value.code == "nothing_handed_in"


def test_what_each_window_took_a_part_of_is_whole_and_is_accepted_without_a_tick(
    ws: Workspace, there: Workspace
) -> None:
    reference = noticed(ws, **dict.fromkeys(HARD, MISSING))
    draft = went_on(there, ws, reference)
    for workspace, part, code in ((there, draft, HARD[0]), (ws, supplement.open_supplement(ws, reference), HARD[1])):
        part.ticks = {code: PRESENT}
        assert supplement.submit(workspace, part).state is CaseState.NOTICED
    back = went_on(ws, there, reference, "receipt")
    assert (back.case.gaps, back.rows) == ((), ())
    assert supplement.submit(ws, back).state is CaseState.ACCEPTED


def test_the_list_is_that_of_the_version_it_began_with_also_where_the_catalogue_has_changed_since(
    ws: Workspace, there: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """domain.md §9a.11: the window that received the case has kept what it is made from."""
    reference = told_there(ws, there, {})
    matter = ws.catalogue.matter("hukou-migration")
    changed: Any = structs.replace(matter, materials=matter.materials[1:])
    monkeypatch.setattr(ws.catalogue, "matter", lambda key: changed)
    monkeypatch.setattr(ws.catalogue, "find", lambda key: changed)
    back = went_on(ws, there, reference)
    assert [row.code for row in back.case.rows] == ["application", "id_card", "hukou_book", "parentage", "house"]
    assert [row.code for row in back.rows] == ["parentage", "house"]


def test_a_bad_credit_record_goes_with_the_paper(ws: Workspace, there: Workspace) -> None:
    """容缺 is not for whoever has one (domain.md §6), at no window."""
    draft = migration(ws, **BOUGHT)
    draft.good_credit = False
    reference = intake.receive(ws, draft).reference
    second = went_on(there, ws, reference, "receipt")
    assert not second.good_credit
    assert Outcome.TOLERATED not in supplement.preview(there, second).verdict.lawful
    supplement.submit(there, second, Outcome.NOTICED)
    assert not went_on(ws, there, reference).good_credit
    clean = intake.receive(ws, migration(ws, **BOUGHT)).reference
    assert went_on(there, ws, clean, "receipt").good_credit


def test_a_record_that_was_found_at_the_second_window_is_known_at_the_first(ws: Workspace, there: Workspace) -> None:
    reference = intake.receive(ws, migration(ws, **BOUGHT)).reference
    second = went_on(there, ws, reference, "receipt")
    second.good_credit = False
    supplement.submit(there, second, Outcome.NOTICED)
    back = went_on(ws, there, reference)
    assert not back.good_credit
    assert Outcome.TOLERATED not in supplement.preview(ws, back).verdict.lawful


@pytest.mark.parametrize("told_here", [False, True])
def test_what_passed_at_the_receipt_and_was_missed_at_another_window_is_asked_for(
    ws: Workspace, there: Workspace, told_here: bool
) -> None:
    reference = intake.receive(ws, migration(ws, **BOUGHT)).reference
    receipt = service.open_replica(there, code_on(ws, reference, "receipt"))
    if told_here:
        assert supplement.submit(ws, supplement.open_supplement(ws, reference)).state is CaseState.NOTICED
    draft = service.to_supplement(there, receipt, PERSON, LI_SI)
    draft.ticks = {"house": PRESENT, "parentage": PRESENT, "hukou_book": MISSING}
    draft.correction_reason = "收件时勾错了"
    assert [gap.code for gap in supplement.submit(there, draft).gaps] == ["hukou_book"]
    back = went_on(ws, there, reference)
    assert [row.code for row in back.rows] == ["hukou_book"]
    assert supplement.preview(ws, back).verdict.lawful == (Outcome.NOTICED,)


def test_what_was_promised_at_another_window_is_waited_for_here(ws: Workspace, there: Workspace) -> None:
    reference = intake.receive(ws, migration(ws, **BOUGHT)).reference
    draft = went_on(there, ws, reference, "receipt")
    draft.ticks = {"house": PRESENT, "parentage": PRESENT, "id_card": promised(MONDAY + dt.timedelta(days=2))}
    assert supplement.submit(there, draft, Outcome.TOLERATED).state is CaseState.TOLERATED
    back = went_on(ws, there, reference, "acceptance")
    assert [promise.code for promise in back.case.promises] == ["id_card"]
    back.ticks = {"id_card": PRESENT}
    assert supplement.submit(ws, back).state is CaseState.ACCEPTED


def deed_to_return(ws: Workspace) -> str:
    """A case whose deed is not needed since the first window put the reason right, told what else is missing."""
    draft = migration(ws, **{**BOUGHT, "minors": "yes"})
    draft.ticks["house"] = PRESENT
    reference = intake.receive(ws, draft).reference
    first = supplement.open_supplement(ws, reference)
    first.answers, first.correction_reason = {"reason": "A"}, "点错了"
    first.ticks = {"parentage": MISSING}
    supplement.submit(ws, first, Outcome.NOTICED)
    return reference


def test_what_is_to_be_given_back_goes_with_the_paper(ws: Workspace, there: Workspace) -> None:
    reference = deed_to_return(ws)
    case = went_on(there, ws, reference).case
    (deed,) = case.to_return
    assert (deed.code, deed.name) == ("house", cases.get(ws, reference).case.to_return[0].name)
    proceed(there, case.case_id, {"action": "return_materials"})
    assert cases.get(there, case.case_id).case.to_return == ()
    for journals in permutations(w.journal.facts_of(case.case_id) for w in (ws, there)):
        whole = fold(in_order(fact for journal in journals for fact in journal))
        assert whole is not None and whole.to_return == () and len(whole.given_back) == 1


def test_what_was_given_back_here_comes_back_with_no_paper(ws: Workspace, there: Workspace) -> None:
    """The other window, which went on from the paper of before, does not know it yet."""
    reference = deed_to_return(ws)
    went_on(there, ws, reference)
    proceed(ws, reference, {"action": "return_materials"})
    draft = supplement.open_supplement(there, cases.get(ws, reference).case.case_id)
    draft.ticks = {"parentage": unacceptable("模糊不清")}
    supplement.submit(there, draft, Outcome.NOTICED)
    assert went_on(ws, there, reference).case.to_return == ()
