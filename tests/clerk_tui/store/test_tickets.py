"""Tickets in the store: what the journal tells of them, and serials that are given out once."""

from __future__ import annotations

import datetime as dt

from clerk_tui.services.workspace import Workspace
from clerk_tui.store import tickets
from clerk_tui.store.journal import Entry
from hall import ticketing as t
from hall.queue_wire import BlockReply, BlockRequest, IssueRequest
from hall.tickets import TicketState, fold
from tests.clerk_tui.conftest import MONDAY


def entry(ws: Workspace, ticket_id: str, body: t.TicketBody) -> Entry:
    return Entry(event_id=ws.new_id(), subject=ticket_id, body=body, actor="T1", day=MONDAY)


def issued(serial: int = 1, person: str = "") -> t.TicketIssued:
    return t.TicketIssued(business="company", letter="A", serial=serial, day=MONDAY, at_ms=serial, person=person)


def test_a_ticket_is_the_fold_of_its_facts_however_they_came(ws: Workspace) -> None:
    ws.journal.commit([entry(ws, "t-1", issued(1)), entry(ws, "t-2", issued(2, "ab" * 8))])
    ws.journal.commit([entry(ws, "t-1", t.TicketPrinted(state="failed"))])
    ws.journal.commit([entry(ws, "t-1", t.TicketVoided(at_ms=9, reason="不办了"))])
    connection = ws.journal.read()
    first = tickets.ticket(connection, "t-1")
    assert first == fold(ws.journal.facts_of("t-1"))
    assert first is not None and (first.state, first.print_state) == (TicketState.VOIDED, "failed")
    assert tickets.ticket_of_number(connection, MONDAY, "A002") == fold(ws.journal.facts_of("t-2"))
    assert [each.number for each in tickets.tickets_of_person(connection, MONDAY, "ab" * 8)] == ["A002"]
    assert tickets.tickets_of_person(connection, MONDAY, "") == []

    rows = connection.execute("SELECT * FROM ticket_view ORDER BY ticket_id").fetchall()
    assert ws.journal.rebuild() == 4
    assert ws.journal.read().execute("SELECT * FROM ticket_view ORDER BY ticket_id").fetchall() == rows


def test_what_a_window_does_to_a_ticket_of_another_device_is_no_row(ws: Workspace) -> None:
    ws.journal.commit([entry(ws, "t-9", t.TicketCalled(window="3", at_ms=1))])
    assert tickets.ticket(ws.journal.read(), "t-9") is None
    ws.journal.commit([entry(ws, "t-9", issued(9)), entry(ws, "t-9", t.TicketCalled(window="3", at_ms=2))])
    told = tickets.ticket(ws.journal.read(), "t-9")
    assert told is not None and told.state is TicketState.CALLED


def test_cases_and_tickets_share_a_journal(ws: Workspace) -> None:
    ws.journal.commit([entry(ws, "t-1", issued(1))])
    assert ws.journal.read().execute("SELECT count(*) FROM case_view").fetchone() == (0,)


def test_serials_of_a_block_are_given_out_once_and_in_order(ws: Workspace) -> None:
    requests = [BlockRequest(block_id=f"block-{n}xxxx", letter="A", day=MONDAY, count=2) for n in (1, 2)]
    with ws.journal.write() as tx:
        for request in requests:
            tickets.ask_block(tx, request)
        assert tickets.take_serial(tx, MONDAY, "A") is None, "what was only asked for is nobody's yet"
        for request, first in zip(requests, (11, 31), strict=True):
            reply = BlockReply(block_id=request.block_id, letter="A", day=MONDAY, first=first, last=first + 1)
            tickets.keep_block(tx, reply)
            tickets.keep_block(tx, reply)
        assert [tickets.take_serial(tx, MONDAY, "A") for _ in range(5)] == [11, 12, 31, 32, None]
        assert tickets.take_serial(tx, MONDAY + dt.timedelta(days=1), "A") is None
        assert [each.left for each in tickets.blocks(tx, MONDAY, "A")] == [0, 0]
        tickets.forget_blocks(tx, MONDAY + dt.timedelta(days=1))
        assert tickets.blocks(tx, MONDAY, "A") == []


def test_an_answer_that_comes_again_gives_no_serial_a_second_time(ws: Workspace) -> None:
    request = BlockRequest(block_id="block-1xxxx", letter="A", day=MONDAY, count=2)
    reply = BlockReply(block_id=request.block_id, letter="A", day=MONDAY, first=5, last=6)
    with ws.journal.write() as tx:
        tickets.ask_block(tx, request)
        tickets.keep_block(tx, reply)
        assert tickets.take_serial(tx, MONDAY, "A") == 5
        tickets.ask_block(tx, request)
        tickets.keep_block(tx, reply)
        assert tickets.take_serial(tx, MONDAY, "A") == 6


def test_what_was_asked_stays_until_it_is_answered(ws: Workspace) -> None:
    request = IssueRequest(ticket_id="ticket-1xxxx", business="company", letter="A", person="ab" * 8)
    with ws.journal.write() as tx:
        tickets.ask_ticket(tx, request)
        tickets.ask_ticket(tx, request)
    assert tickets.asked(ws.journal.read()) == [request]
    with ws.journal.write() as tx:
        tickets.answered(tx, request.ticket_id)
    assert tickets.asked(ws.journal.read()) == []
