"""How a case ends without a decision: returned, withdrawn, or ended by a promise that was not kept."""

from __future__ import annotations

import datetime as dt

import pytest
from msgspec import structs

from clerk_tui.services import ending, intake, papers, proceedings
from clerk_tui.services.workspace import Workspace
from hall.case import CaseState
from hall.catalogue.model import PromiseBreach
from hall.errors import BadInput, Unlawful
from tests.clerk_tui.conftest import FixedClock
from tests.clerk_tui.services.test_proceedings import (
    DENIAL,
    accepted,
    case_of,
    kinds,
    noticed,
    refused,
    tolerated,
)
from tests.clerk_tui.walkins import promised, restaurant


def promising(ws: Workspace, breach: PromiseBreach) -> str:
    """A tolerated case whose matter says what follows a broken promise."""
    draft = restaurant(ws, rules_list=promised(dt.date(2026, 11, 6)))
    draft.matter = structs.replace(draft.matter, tolerance=structs.replace(draft.matter.tolerance, breach=breach))
    return intake.submit(ws, draft).reference


def test_an_application_is_returned_only_when_its_notice_was_not_answered(ws: Workspace, clock: FixedClock) -> None:
    reference = noticed(ws)
    why = {"reason": "补正期限届满未补正"}
    refused(ws, Unlawful, "reference", ending.give_back, reference, **why)
    other = accepted(ws)
    refused(ws, Unlawful, "reference", ending.give_back, other, **why)
    clock.day = case_of(ws, reference).notices[-1].respond_by + dt.timedelta(days=1)
    refused(ws, BadInput, "reason", ending.give_back, reference, reason=" ")
    result = ending.give_back(ws, reference, **why)
    assert (kinds(result), result.state) == (["returned"], CaseState.RETURNED)


def test_an_applicant_may_withdraw_until_the_decision(ws: Workspace) -> None:
    for reference in (accepted(ws), tolerated(ws), noticed(ws)):
        result = ending.withdraw(ws, reference)
        assert (kinds(result), result.state) == (["returned"], CaseState.WITHDRAWN)
        refused(ws, Unlawful, "reference", ending.withdraw, reference)
    decided = accepted(ws)
    proceedings.decide(ws, decided, **DENIAL)
    refused(ws, Unlawful, "reference", ending.withdraw, decided)


@pytest.mark.parametrize(
    ("breach", "paper", "state"),
    [("terminated", "terminated", CaseState.TERMINATED), ("withdrawn", "returned", CaseState.WITHDRAWN)],
)
def test_a_broken_promise_ends_the_case_as_the_promise_said(
    ws: Workspace, clock: FixedClock, breach: PromiseBreach, paper: str, state: CaseState
) -> None:
    reference = promising(ws, breach)
    refused(ws, Unlawful, "reference", ending.terminate, reference)
    clock.day = dt.date(2026, 11, 9)
    result = ending.terminate(ws, reference)
    assert (kinds(result), result.state) == ([paper], state)
    closed = case_of(ws, reference).closed
    assert closed is not None
    assert "逾期未补齐" in closed.reason
    assert closed.basis
    assert closed.lapsed is (breach == "withdrawn"), "the applicant did not wish it"
    assert [done.error for done in papers.deliver_pending(ws, 100)] == [""] * 4


def test_where_a_broken_promise_means_a_refusal_the_case_is_decided(ws: Workspace, clock: FixedClock) -> None:
    reference = promising(ws, "refused")
    clock.day = dt.date(2026, 11, 9)
    assert refused(ws, Unlawful, "reference", ending.terminate, reference) == "promise_refused"
