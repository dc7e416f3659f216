"""容缺 is not for whoever has a bad credit record (domain.md §6): what is said of it is kept with the case."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from clerk_tui.services import cases, ending, intake, supplement
from clerk_tui.services.draft import Draft
from clerk_tui.services.people import broken_promise
from clerk_tui.services.workspace import Workspace
from hall.case import CaseState
from hall.errors import BadInput, Unlawful
from hall.verdict import Outcome
from tests.clerk_tui.conftest import FixedClock
from tests.clerk_tui.hall_rig import Hall
from tests.clerk_tui.walkins import COMPANY, MISSING, PERSON, PRESENT, promised, restaurant

FRIDAY, AFTER = dt.date(2026, 11, 6), dt.date(2026, 11, 16)


def known(ws: Workspace, draft: Draft) -> Draft:
    """The draft with what the hall knows of its applicant."""
    intake.refresh_held(ws, draft)
    return draft


def breaks_a_promise(ws: Workspace, clock: FixedClock) -> str:
    reference = intake.submit(ws, restaurant(ws, safety_manager=promised(FRIDAY))).reference
    clock.day = AFTER
    ending.terminate(ws, reference)
    return reference


def test_a_bad_record_that_was_said_at_the_receipt_holds_when_the_case_is_decided(ws: Workspace) -> None:
    draft = restaurant(ws, safety_manager=MISSING)
    draft.good_credit = False
    reference = intake.receive(ws, draft).reference
    case = cases.get(ws, reference).case
    assert not case.good_credit and "失信记录" in case.timeline[1].text
    later = supplement.open_supplement(ws, reference)
    assert not later.good_credit and Outcome.TOLERATED not in supplement.preview(ws, later).verdict.lawful
    assert supplement.submit(ws, later).outcome is Outcome.NOTICED
    assert ws.journal.verify().facts == ws.journal.rebuild()
    assert not cases.get(ws, reference).case.good_credit


def test_what_was_said_of_the_record_by_mistake_is_put_right_once(ws: Workspace) -> None:
    draft = restaurant(ws, safety_manager=MISSING)
    draft.good_credit = False
    reference = intake.submit(ws, draft).reference
    later = supplement.open_supplement(ws, reference)
    later.good_credit, later.ticks = True, {"safety_manager": promised(FRIDAY)}
    with pytest.raises(BadInput) as refused:
        supplement.submit(ws, later, Outcome.TOLERATED)
    assert (refused.value.code, refused.value.field) == ("correction_reason_needed", "correction_reason")
    later.correction_reason = "查错了人"
    assert supplement.submit(ws, later, Outcome.TOLERATED).outcome is Outcome.TOLERATED
    case = cases.get(ws, reference).case
    assert case.good_credit and case.state is CaseState.TOLERATED
    stated = [event for event in case.timeline if event.type == "credit.stated"]
    assert [event.alert for event in stated] == [False, True]
    assert "查错了人" in stated[-1].text


def test_a_good_record_leaves_no_trace(ws: Workspace) -> None:
    case = cases.get(ws, intake.submit(ws, restaurant(ws, safety_manager=promised(FRIDAY))).reference).case
    assert "credit.stated" not in [event.type for event in case.timeline]


def test_a_broken_promise_is_a_caution_and_no_ban(ws: Workspace, clock: FixedClock) -> None:
    assert broken_promise(ws, COMPANY) == ""
    reference = breaks_a_promise(ws, clock)
    assert broken_promise(ws, COMPANY) == reference and broken_promise(ws, PERSON) == ""
    again = known(ws, restaurant(ws, safety_manager=promised(AFTER)))
    ready = intake.preview(ws, again)
    assert reference in ready.warnings["good_credit"] and Outcome.TOLERATED in ready.verdict.lawful
    result = intake.submit(ws, again)
    assert result.outcome is Outcome.TOLERATED and reference in result.field_warnings["good_credit"]
    whole = intake.preview(ws, known(ws, restaurant(ws)))
    assert "good_credit" not in whole.warnings, "nothing is to be promised"


def test_with_the_bad_record_stated_nothing_is_promised(ws: Workspace, clock: FixedClock) -> None:
    breaks_a_promise(ws, clock)
    again = known(ws, restaurant(ws, safety_manager=promised(AFTER)))
    again.good_credit = False
    assert "good_credit" not in intake.preview(ws, again).warnings, "it is settled"
    with pytest.raises(Unlawful):
        intake.submit(ws, again, Outcome.TOLERATED)


@pytest.mark.parametrize("kept", [True, False])
def test_whoever_kept_it_or_withdrew_before_the_day_broke_nothing(ws: Workspace, clock: FixedClock, kept: bool) -> None:
    reference = intake.submit(ws, restaurant(ws, safety_manager=promised(FRIDAY))).reference
    if kept:
        later = supplement.open_supplement(ws, reference)
        later.ticks = {"safety_manager": PRESENT}
        supplement.submit(ws, later)
        clock.day = AFTER
    ending.withdraw(ws, reference)
    assert broken_promise(ws, COMPANY) == ""


def test_another_window_knows_both(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    with Hall(tmp_path, tmp_path_factory.getbasetemp() / "catalogue-cache") as hall:
        clock = FixedClock(dt.date(2026, 11, 2))
        first, second = hall.open("A1", clock), hall.open("B1", FixedClock(AFTER))
        broken = breaks_a_promise(first.ws, clock)
        draft = restaurant(first.ws, safety_manager=MISSING)
        draft.good_credit = False
        noticed = intake.submit(first.ws, draft).reference
        for window in (first, second, first, second):
            assert window.sync() is None
        assert broken_promise(second.ws, COMPANY) == broken
        later = supplement.open_supplement(second.ws, noticed)
        assert not later.good_credit
        later.ticks = {"safety_manager": PRESENT}
        supplement.submit(second.ws, later)
        assert not cases.load(second.ws, noticed).good_credit, "it goes with the case"


def test_what_is_promised_all_the_same_is_missing_and_nothing_says_otherwise(ws: Workspace) -> None:
    draft = restaurant(ws, safety_manager=MISSING)
    draft.good_credit = False
    reference = intake.receive(ws, draft).reference
    later = supplement.open_supplement(ws, reference)
    later.ticks = {"safety_manager": promised(FRIDAY)}
    assert "失信记录" in supplement.preview(ws, later).warnings["materials.safety_manager"]
    assert supplement.submit(ws, later).outcome is Outcome.NOTICED
    case = cases.get(ws, reference).case
    assert case.ticks["safety_manager"] == MISSING
    assert not [event.text for event in case.timeline if "承诺" in event.text]
    again = supplement.open_supplement(ws, reference)
    again.ticks = {"safety_manager": promised(FRIDAY)}
    with pytest.raises(BadInput) as error:
        supplement.submit(ws, again)
    assert error.value.code == "nothing_handed_in"
    at_once = restaurant(ws, safety_manager=promised(FRIDAY))
    at_once.good_credit = False
    assert cases.get(ws, intake.submit(ws, at_once).reference).case.ticks["safety_manager"] == MISSING
