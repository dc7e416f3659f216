"""Every question about the queue, asked of a real centre process; replies that are lost, refusals, and liars."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from clerk_tui.sync import queue
from clerk_tui.sync.asking import Centre, Refused, Unreachable
from hall import queue_wire as w
from tests.clerk_tui.queue_rig import Hall, Seat, hall_with_queue


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    folder = tmp_path_factory.mktemp("hall")
    with hall_with_queue(folder, tmp_path_factory.getbasetemp() / "catalogue-cache") as hall:
        hall.open()
        yield hall


@pytest.fixture
def seat(hall: Hall) -> Iterator[Seat]:
    seat = hall.seats[0]
    yield seat
    seat.between.down, seat.between.bend = False, lambda path, body: body


@pytest.fixture
def centre(seat: Seat) -> Iterator[Centre]:
    with Centre(seat.between.url, seat.token, patience_s=20) as centre:
        yield centre


class Ask:
    """Questions with identities of their own, each about a business that no other test has."""

    def __init__(self, seat: Seat, centre: Centre, business: str) -> None:
        self.seat, self.centre, self.business = seat, centre, business

    def id(self) -> str:
        return self.seat.ws.new_id()

    def issue(self, **values: Any) -> w.IssueReply:
        known: dict[str, Any] = {"ticket_id": self.id(), "business": self.business, "letter": "A"}
        return queue.issue(self.centre, w.IssueRequest(**(known | values)))

    def claim(self, window: str, **values: Any) -> w.ClaimReply:
        known: dict[str, Any] = {"claim_id": self.id(), "window": window, "businesses": [self.business]}
        return queue.claim(self.centre, w.ClaimRequest(**(known | values)))

    def called(self, window: str, **values: Any) -> w.TicketView:
        ticket = self.claim(window, **values).ticket
        assert ticket is not None
        return ticket

    def do(self, verb: queue.Verb, ticket: str, kind: type[w.Action] = w.Action, **values: Any) -> w.ActionReply:
        return queue.move(self.centre, ticket, verb, kind(action_id=self.id(), **values))


@pytest.fixture
def ask(seat: Seat, centre: Centre, request: pytest.FixtureRequest) -> Ask:
    return Ask(seat, centre, request.node.name[:50])


def test_a_day_of_one_ticket(ask: Ask) -> None:
    first, second = ask.issue(name="张三").ticket, ask.issue(lane="priority", priority="孕妇").ticket
    assert {first.state, second.state} == {"waiting"}
    waiting = queue.listed(ask.centre, [ask.business])
    assert [each.number for each in waiting.tickets] == [second.number, first.number]
    assert not waiting.has_more and not any(each.name for each in waiting.tickets)
    assert queue.look(ask.centre, first.ticket_id).ticket == first
    assert queue.look(ask.centre, first.number).ticket == first, "by today's number too"
    called = ask.called("D1")
    assert called.number == second.number and "孕妇" in called.why
    renewed = queue.renew(ask.centre, w.RenewRequest(window="D1", ticket=called.ticket_id, claim_id=called.claim_id))
    assert renewed.ticket.lease_left_ms > 0
    assert ask.do("recall", called.ticket_id, window="D1").ticket.calls == 2
    assert ask.do("pass", called.ticket_id, w.ReasonedAction, window="D1", reason="未到").ticket.state == "passed"
    assert ask.do("return", called.ticket_id).place_ms > 0
    assert ask.called("D1").number == first.number
    assert queue.window(ask.centre, "D1").ticket is not None
    ask.do("hold", first.ticket_id, w.ReasonedAction, window="D1", reason="去复印")
    assert [each.number for each in queue.listed(ask.centre, [ask.business], "held").tickets] == [first.number]
    ask.do("release", first.ticket_id, window="D1")
    sent = ask.called("D1", ticket=first.ticket_id, reason="老人")
    assert "老人" in sent.why and sent.name == "张三"
    ask.do("start", first.ticket_id, window="D1")
    queue.set_window(ask.centre, w.WindowRequest(window="D2", state="open", businesses=[ask.business]))
    elsewhere = ask.do(
        "transfer", first.ticket_id, w.TransferAction, window="D1", reason="走错", business=ask.business, to_window="D2"
    )
    assert elsewhere.ticket.state == "waiting"
    done = ask.called("D2")
    assert (done.number, done.first_called_ms) == (first.number, sent.first_called_ms)
    end = ask.do("finish", done.ticket_id, w.FinishAction, window="D2", outcomes=["accepted"], references=["R-1"])
    assert (end.ticket.state, end.ticket.name) == ("finished", "")
    ask.do("void", second.ticket_id, w.ReasonedAction, reason="不办了")
    assert queue.window(ask.centre, "D2").ticket is None


def test_windows_blocks_figures_and_the_rule(ask: Ask, hall: Hall) -> None:
    state = queue.set_window(ask.centre, w.WindowRequest(window="E1", state="open", businesses=[ask.business]))
    assert (state.state, state.businesses) == ("open", [ask.business])
    paused = queue.set_window(ask.centre, w.WindowRequest(window="E1", state="paused", reason="午休"))
    assert (paused.state, paused.reason, paused.businesses) == ("paused", "午休", [ask.business])
    figures = queue.figures(ask.centre)
    assert "E1" in {each.window for each in figures.windows}
    block = w.BlockRequest(block_id=ask.id(), letter="Q", day=figures.day, count=5)
    assert queue.block(ask.centre, block) == queue.block(ask.centre, block)
    assert queue.rule(ask.centre).lease_s == w.LEASE_S


def test_a_lost_reply_is_asked_again_and_nothing_is_done_twice(ask: Ask, seat: Seat) -> None:
    name, claim, action = ask.id(), ask.id(), ask.id()
    numbers, tickets = [], []
    for _ in range(2):
        seat.between.lose()
        with pytest.raises(Unreachable):
            ask.issue(ticket_id=name)
        numbers.append(ask.issue(ticket_id=name).ticket.number)
    for _ in range(2):
        seat.between.lose()
        with pytest.raises(Unreachable):
            ask.claim("F1", claim_id=claim)
        tickets.append(ask.called("F1", claim_id=claim))
    finish = w.FinishAction(action_id=action, window="F1", outcomes=["accepted"])
    ends = []
    for _ in range(2):
        seat.between.lose()
        with pytest.raises(Unreachable):
            queue.move(ask.centre, name, "finish", finish)
        ends.append(queue.move(ask.centre, name, "finish", finish))
    assert len(set(numbers)) == 1 and {each.ticket_id for each in tickets} == {name}
    assert tickets[0].calls == tickets[1].calls == 1
    assert ends[0].at_ms == ends[1].at_ms and ends[1].ticket.state == "finished"
    assert queue.listed(ask.centre, [ask.business]).tickets == []


def test_refusals_come_with_their_reason(ask: Ask) -> None:
    ask.issue(), ask.issue()
    called = ask.called("G1")
    codes = []
    for question in (
        lambda: ask.claim("G1"),
        lambda: ask.claim("G2", ticket=called.ticket_id, reason="急"),
        lambda: ask.claim("G2", ticket=called.ticket_id),
        lambda: ask.do("finish", called.ticket_id, w.FinishAction, window="G2", outcomes=["accepted"]),
        lambda: ask.do("start", ask.id(), window="G1"),
        lambda: queue.look(ask.centre, "A999"),
        lambda: queue.set_window(ask.centre, w.WindowRequest(window="G1", state="paused")),
        lambda: ask.do("return", called.ticket_id),
        lambda: queue.block(
            ask.centre, w.BlockRequest(block_id=ask.id(), letter="Q", day=dt.date(2020, 1, 1), count=5)
        ),
    ):
        with pytest.raises(Refused) as refused:
            question()
        assert refused.value.message
        codes.append(refused.value.code)
    assert codes == [
        "window_busy", "not_callable", "reason_needed", "not_yours", "unknown_ticket", "unknown_ticket", "pause_reason",
        "not_back", "block_day",
    ]  # fmt: skip


LIES: tuple[dict[str, Any], ...] = (
    {"number": "A1; rm"},
    {"number": "A" * 300},
    {"state": "gone"},
    {"called_ms": -1},
    {"called_ms": 2**63},
    {"lease_left_ms": 10**12},
    {"ticket_id": "../../etc"},
    {"name": "王" * 500},
    {"calls": 2**40},
    {"day": "no day"},
    {"lane": "first"},
    {"reference": 7},
)


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: next(iter(lie)))
def test_a_reply_that_cannot_be_is_none(ask: Ask, seat: Seat, lie: dict[str, Any]) -> None:
    ask.issue()

    def bend(path: str, body: bytes) -> bytes:
        told = msgspec.json.decode(body)
        if isinstance(told, dict) and isinstance(told.get("ticket"), dict):
            told["ticket"] |= lie
        return msgspec.json.encode(told)

    claim = ask.id()
    seat.between.bend = bend
    with pytest.raises(Unreachable):
        ask.claim("H1", claim_id=claim)
    seat.between.bend = lambda path, body: body
    ticket = ask.called("H1", claim_id=claim)
    ask.do("finish", ticket.ticket_id, w.FinishAction, window="H1", outcomes=["x"])


def test_an_answer_to_another_question_is_none(ask: Ask, seat: Seat) -> None:
    one, two = ask.issue(), ask.issue()
    told = {
        "/renew": msgspec.json.encode(w.ActionReply(ticket=two.ticket, at_ms=1)),
        "/start": msgspec.json.encode(w.ActionReply(ticket=two.ticket, at_ms=1)),
        "/tickets": msgspec.json.encode(one),
        "/blocks": msgspec.json.encode(w.BlockReply(block_id="x" * 8, letter="Q", day=one.ticket.day, first=1, last=9)),
    }
    seat.between.bend = lambda path, body: told[path[path.rindex("/") :]]
    for question in (
        lambda: queue.renew(ask.centre, w.RenewRequest(window="K1", ticket=one.ticket.ticket_id, claim_id=ask.id())),
        lambda: ask.do("start", one.ticket.ticket_id, window="K1"),
        lambda: ask.issue(),
        lambda: queue.block(ask.centre, w.BlockRequest(block_id="x" * 8, letter="Q", day=one.ticket.day, count=5)),
    ):
        with pytest.raises(Unreachable):
            question()


@pytest.mark.parametrize(
    "body", [b"", b"{", b"null", b"[]", b'{"ticket": 1}', b"<html>", b"{" * 3000, b"x" * (2 << 20)]
)
def test_what_is_no_answer_counts_as_no_network(ask: Ask, seat: Seat, body: bytes) -> None:
    seat.between.bend = lambda path, said: body
    for question in (
        lambda: ask.claim("L1"),
        lambda: queue.listed(ask.centre, [ask.business]),
        lambda: queue.window(ask.centre, "L1"),
        lambda: queue.figures(ask.centre),
    ):
        with pytest.raises(Unreachable):
            question()


def test_a_line_that_is_cut_and_a_device_that_nobody_knows(ask: Ask, seat: Seat, tmp_path: Path) -> None:
    seat.between.down = True
    with pytest.raises(Unreachable):
        ask.issue()
    with Centre(seat.between.url, tmp_path / "none") as stranger, pytest.raises(Unreachable):
        queue.rule(stranger)
    seat.between.down = False
    assert ask.issue().ticket.state == "waiting", "the next question opens the line again"
