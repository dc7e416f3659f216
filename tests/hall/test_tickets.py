"""Tickets are what their facts say, and numbers are a letter and at least three digits."""

from __future__ import annotations

import datetime as dt
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hall import ticketing as t
from hall.facts import Fact, Header
from hall.tickets import Ticket, TicketState, advance, fold, number

DAY = dt.date(2026, 11, 23)
START = 1_000_000


def fact(body: t.TicketBody, seq: int = 1) -> Fact:
    header = Header(
        event_id=f"e{seq}", type="ticket", schema_v=1, device="d", incarnation="A1", seq=seq, actor="0001",
        at_ms=START, day=DAY, subject="t1",
    )  # fmt: skip
    return Fact(header=header, body=body)


ISSUED = t.TicketIssued(business="综合", letter="A", serial=1, day=DAY, at_ms=START)
BODIES: tuple[t.TicketBody, ...] = (
    t.TicketPrinted(state="failed"),
    t.TicketCalled(window="3", at_ms=START + 1),
    t.TicketStarted(window="3", at_ms=START + 2),
    t.TicketHeld(window="3", at_ms=START + 3, reason="去复印"),
    t.TicketPassed(window="3", at_ms=START + 4, reason="三次未到"),
    t.TicketReturned(at_ms=START + 5, place_ms=START + 5, why="came_back"),
    t.TicketTransferred(business="不动产", at_ms=START + 6, reason="取错事项"),
    t.TicketFinished(window="3", at_ms=START + 7, references=("X",)),
    t.TicketVoided(at_ms=START + 8, reason="日终"),
)


def after(*bodies: t.TicketBody) -> Ticket:
    ticket = fold(fact(body, seq) for seq, body in enumerate((ISSUED, *bodies), 1))
    assert ticket is not None
    return ticket


def test_a_number_grows_after_999() -> None:
    assert [number("A", serial) for serial in (1, 42, 999, 1000)] == ["A001", "A042", "A999", "A1000"]


def test_a_call_again_keeps_the_time_of_the_first() -> None:
    ticket = after(t.TicketCalled(window="3", at_ms=10), t.TicketCalled(window="3", at_ms=20))
    assert (ticket.calls, ticket.first_called_ms, ticket.called_ms) == (2, 10, 20)


@pytest.mark.parametrize("why", ["released", "lease_ended"])
def test_a_call_that_was_given_back_is_no_call_to_the_person(why: Literal["released", "lease_ended"]) -> None:
    """The window paused or fell silent before anybody came: its call does not count, nor do its repeats."""
    back = after(
        t.TicketCalled(window="3", at_ms=10),
        t.TicketCalled(window="3", at_ms=20),
        t.TicketReturned(at_ms=30, place_ms=0, why=why),
    )
    assert (back.calls, back.first_called_ms, back.passes, back.state) == (0, 10, 0, TicketState.WAITING)
    again = advance(back, fact(t.TicketCalled(window="5", at_ms=40), 9))
    assert again is not None
    assert (again.calls, again.first_called_ms, again.called_ms) == (1, 10, 40)


def test_calls_that_the_person_missed_or_heard_count_for_good() -> None:
    """过号 and come back, sent on, set aside and put back: these calls were made."""
    missed = (
        t.TicketCalled(window="3", at_ms=10),
        t.TicketPassed(window="3", at_ms=20, reason="未到"),
        t.TicketReturned(at_ms=30, place_ms=30, why="came_back"),
    )
    assert after(*missed).calls == 1
    aside = t.TicketHeld(window="3", at_ms=20, reason="去复印")
    assert after(missed[0], aside, t.TicketReturned(at_ms=30, place_ms=0, why="released")).calls == 1
    sent = t.TicketTransferred(business="不动产", at_ms=20, reason="取错事项")
    given_back = t.TicketReturned(at_ms=40, place_ms=0, why="released")
    assert after(missed[0], sent, t.TicketCalled(window="5", at_ms=30), given_back).calls == 1


def test_a_transfer_keeps_number_and_first_call_and_waits_again() -> None:
    ticket = after(
        t.TicketCalled(window="3", at_ms=10), t.TicketTransferred(business="不动产", at_ms=20, reason="取错事项")
    )
    assert (ticket.number, ticket.first_called_ms, ticket.state) == ("A001", 10, TicketState.WAITING)
    assert ticket.business == "不动产"


def test_a_ticket_whose_printing_failed_waits_all_the_same() -> None:
    ticket = after(t.TicketPrinted(state="failed"))
    assert (ticket.state, ticket.print_state) == (TicketState.WAITING, "failed")


def test_a_call_of_a_served_ticket_changes_nothing_and_is_kept_as_a_misfit() -> None:
    served = after(t.TicketCalled(window="3", at_ms=1), t.TicketFinished(window="3", at_ms=2))
    again = advance(served, fact(t.TicketCalled(window="5", at_ms=3), 9))
    assert again is not None
    assert (again.window, again.state, len(again.misfits)) == ("3", TicketState.FINISHED, 1)


@given(st.lists(st.sampled_from((ISSUED, *BODIES)), max_size=12))
def test_any_facts_in_any_order_fold_without_failing_and_none_is_dropped(bodies: list[t.TicketBody]) -> None:
    ticket = after(*bodies)
    assert ticket.version == 1 + len(bodies)
    assert ticket.number == "A001"
    assert ticket.state in TicketState
