"""The queue at the centre, over both databases: numbers, one ticket a person, who is next, leases, the day's end."""

from __future__ import annotations

import datetime as dt
import functools
import random
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from central.backup import backup, restore
from central.queue import calling, figures, issuing, looking, moving
from central.refusal import Refused
from central.store import queue_counts as counts
from central.store import queue_numbers as numbers
from hall import queue_wire as w
from hall import wire
from hall.queueing import QueueRule, ahead_of, choose
from hall.tickets import Lane, Ticket, TicketState
from tests.central.device import Device
from tests.central.hub import Hub
from tests.central.queue_rig import BUSINESS, DAY, OTHER, Queue, identity, words

PERSON = "ab" * 16


@pytest.fixture
def queue(hub: Hub) -> Queue:
    return Queue(hub)


def test_numbers_count_by_letter_and_begin_anew_each_day(queue: Queue) -> None:
    assert [queue.issue(0).ticket.number for _ in range(2)] == ["A001", "A002"]
    assert queue.issue(1, letter="B").ticket.number == "B001"
    assert queue.issue(24 * 60).ticket.number == "A001"


def test_a_request_repeated_gets_the_same_ticket_and_the_same_words(queue: Queue) -> None:
    name = identity()
    first = queue.issue(0, ticket_id=name, person=PERSON)
    queue.issue(1)
    again = queue.issue(5, ticket_id=name, person=PERSON)
    assert (again.ticket.number, again.told, again.already) == (first.ticket.number, first.told, False)
    assert queue.issue(6).ticket.number == "A003"


def test_a_person_waits_once_for_a_business(queue: Queue) -> None:
    first = queue.issue(0, person=PERSON)
    second = queue.issue(3, person=PERSON)
    assert (second.already, second.ticket.number, second.ticket.ticket_id) == (True, "A001", first.ticket.ticket_id)
    assert not queue.issue(3, person=PERSON, business=OTHER, letter="B").already
    queue.serve(4, 5)
    assert queue.issue(10, person=PERSON).ticket.number == "A002"


def test_two_presses_that_come_together_make_one_ticket(queue: Queue) -> None:
    asked = [
        issuing.Issue(
            queue.office, "station-1", w.IssueRequest(ticket_id=name, business=BUSINESS, letter="A", person=PERSON), at
        )
        for name, at in ((identity(), queue.now(0)), (identity(), queue.now(0)))
    ]
    first, second = queue.transact(lambda db: issuing.issue(db, [*asked]))
    assert first.ticket == second.ticket and second.already
    assert queue.issue(1).ticket.number == "A002"


def test_a_ticket_of_another_device_is_not_told(queue: Queue) -> None:
    name = identity()
    queue.issue(0, ticket_id=name)
    assert queue.refused(lambda: queue.issue(1, ticket_id=name, device="station-2")) == (409, "ticket_of_another")


def test_blocks_and_tickets_never_share_a_number(queue: Queue) -> None:
    request = w.BlockRequest(block_id=identity(), letter="A", day=DAY, count=5)

    def ask(device: str = "station-1", request: w.BlockRequest = request) -> w.BlockReply:
        reply: w.BlockReply = queue.hub.run(issuing.block(queue.hub.store, queue.office, device, request, queue.now(0)))
        return reply

    block = ask()
    assert (block.first, block.last) == (501, 505)
    assert ask() == block
    assert [queue.issue(1).ticket.number for _ in range(2)] == ["A001", "A002"], "the first of the day is the first"
    assert queue.refused(lambda: ask("station-2")) == (409, "block_of_another")
    for day in (DAY - dt.timedelta(days=1), DAY + dt.timedelta(days=8)):
        late = w.BlockRequest(block_id=identity(), letter="A", day=day, count=5)
        assert queue.refused(lambda late=late: ask(request=late)) == (400, "block_day")
    for _ in range(3):
        ask(request=w.BlockRequest(block_id=identity(), letter="A", day=DAY, count=500))
    many = w.BlockRequest(block_id=identity(), letter="A", day=DAY, count=500)
    assert queue.refused(lambda: ask(request=many)) == (429, "too_many_numbers")


@pytest.mark.parametrize("before", [0, 37, 499, 500, 620, 999, 1000, 1499, 1500, 2000])
def test_halves_of_a_thousand_never_meet_whatever_was_given_out_before(queue: Queue, before: int) -> None:
    """``before``: how far a centre had counted that gave blocks and tickets from one row."""
    chance = random.Random(before)
    day = DAY.isoformat()
    queue.transact(lambda db: db.run("INSERT INTO queue_serial VALUES ($1, $2, 'A', $3)", queue.office, day, before))
    given: list[int] = []
    for _ in range(120):
        block, count = chance.random() < 0.5, chance.choice([1, 2, 7, 64, 64])
        count = 500 if block and chance.random() < 0.1 else count
        take = numbers.take_block if block else numbers.take_serials
        first = queue.transact(lambda db, take=take, count=count: take(db, queue.office, DAY, "A", count))
        assert all(((serial - 1) % 1000 >= 500) is block for serial in (first, first + count - 1))
        given += range(first, first + count)
        if chance.random() < 0.1:
            used = chance.choice(given)
            queue.transact(lambda db, used=used: numbers.pass_serial(db, queue.office, DAY, "A", used))
    assert len(set(given)) == len(given) and min(given) > (before if before % 1000 < 500 else 0)
    assert not {serial for serial in given if serial <= before}


def test_a_restored_centre_gives_no_number_twice(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("central.backup.now_ms", lambda: queue.now(1))
    queue.issue(0)
    file = queue.hub.folder / "backup"
    queue.hub.run(backup(queue.hub.store, file))
    lost = {queue.issue(1).ticket.number, queue.issue(1, letter="B").ticket.number}
    queue.hub.run(restore(queue.hub.store, file, replace=True))
    assert not lost & {queue.issue(2).ticket.number, queue.issue(2, letter="B").ticket.number}


def test_a_window_gets_the_next_one_with_the_reason_and_the_name(queue: Queue) -> None:
    queue.issue(0, name="张三")
    queue.issue(5, lane="priority", priority="孕妇", name="李四")
    ticket = queue.called(10)
    assert (ticket.number, ticket.name, ticket.window) == ("A002", "李四", "1")
    assert "孕妇" in ticket.why and ticket.lease_left_ms == w.LEASE_S * 1000
    store, office = queue.hub.store, queue.office
    listed = queue.hub.run(looking.listed(store, office, [], "waiting", 9, queue.now(10)))
    assert [each.number for each in listed.tickets] == ["A001"] and "张三" not in words(listed)
    assert "李四" not in words(queue.hub.run(looking.one(store, office, ticket.ticket_id, queue.now(10))))
    queue.do("finish", ticket, 15)
    kept = queue.hub.read(lambda db: db.rows("SELECT name FROM ticket ORDER BY serial"))
    assert [row[0] for row in kept] == ["张三", ""], "who was served is no longer named in the queue"


def test_a_claim_repeated_answers_the_same_ticket(queue: Queue) -> None:
    queue.issue(0), queue.issue(0)
    name = identity()
    first = queue.claim(1, claim_id=name)
    again = queue.claim(1.5, claim_id=name)
    assert first.ticket and again.ticket
    assert (again.ticket.number, again.at_ms) == (first.ticket.number, first.at_ms)
    assert again.ticket.calls == 1
    queue.do("finish", first.ticket, 2)
    late = queue.claim(3, claim_id=name)
    assert late.ticket and (late.ticket.number, late.ticket.state) == ("A001", "finished")
    assert queue.called(3).number == "A002"


def test_a_window_has_one_ticket_at_a_time(queue: Queue) -> None:
    queue.issue(0), queue.issue(0)
    ticket = queue.called(1)
    assert queue.refused(lambda: queue.claim(2)) == (409, "window_busy")
    queue.do("start", ticket, 2)
    assert queue.refused(lambda: queue.claim(30)) == (409, "window_busy")
    queue.do("hold", ticket, 31, reason="去复印")
    assert queue.called(32).number == "A002"


def test_a_lease_that_runs_out_returns_the_ticket_to_its_place(queue: Queue) -> None:
    for at in range(3):
        queue.issue(at)
    lost = queue.called(5, "1")
    assert queue.called(6, "2").number == "A002"
    shown = queue.hub.run(figures.figures(queue.hub.store, queue.office, 1, queue.now(6)))
    assert {each.window: each.lease_left_ms for each in shown.windows} == {"1": 30_000, "2": 90_000}
    back = queue.called(7, "3")
    assert (back.number, back.first_called_ms) == ("A001", lost.called_ms)
    assert back.calls == 1, "who fell silent called nobody"
    assert queue.refused(lambda: queue.do("finish", lost, 7, "1")) == (409, "not_yours")
    assert queue.called(7, "1").number == "A003"


def test_a_ticket_whose_window_fell_silent_waits_in_every_reading(queue: Queue) -> None:
    for at in range(3):
        queue.issue(at)
    mine = queue.called(5, "1")
    queue.window("2", 5, BUSINESS)

    def listed(state: str, at: float) -> list[tuple[str, str]]:
        found = looking.listed(queue.hub.store, queue.office, [BUSINESS], state, 10, queue.now(at))
        return [(each.number, each.window) for each in queue.hub.run(found).tickets]

    def looked(number: str, at: float) -> w.IssueReply:
        reply: w.IssueReply = queue.hub.run(looking.one(queue.hub.store, queue.office, number, queue.now(at)))
        return reply

    def display(at: float) -> list[str]:
        shown = queue.hub.run(figures.figures(queue.hub.store, queue.office, 1, queue.now(at)))
        return [each.state for each in shown.calls]

    assert (listed("waiting", 6), listed("called", 6)) == ([("A002", ""), ("A003", "")], [("A001", "1")])
    assert (looked("A001", 6).ticket.state, looked("A003", 6).told.ahead, display(6)) == ("called", 1, ["called"])

    assert listed("waiting", 7) == [("A001", ""), ("A002", ""), ("A003", "")] and listed("called", 7) == []
    told = looked("A001", 7)
    assert (told.ticket.state, told.ticket.window, told.ticket.calls, told.told.ahead) == ("waiting", "", 0, 0)
    assert (looked("A003", 7).told.ahead, display(7)) == (2, ["waiting"])
    assert queue.issue(7).told.ahead == 3, "who comes now is behind all of them"
    ahead = queue.issue(7, lane="priority", priority="军人").told
    assert (ahead.ahead, ahead.wait_min) == (0, 0), "both windows are free for the first who comes"

    own = queue.hub.run(looking.window(queue.hub.store, queue.office, "1", queue.now(7))).ticket
    assert own is not None and own.state == "called", "its window goes on with it as long as nobody else has it"
    renewal = w.RenewRequest(window="1", ticket=mine.ticket_id, claim_id=mine.claim_id)
    queue.asked(calling.Renewal(queue.office, renewal, queue.now(7)))
    assert (looked("A001", 7).ticket.state, listed("called", 7)) == ("called", [("A001", "1")])


def test_a_window_that_goes_on_keeps_its_ticket(queue: Queue) -> None:
    queue.issue(0)
    ticket = queue.called(1)
    renewal = w.RenewRequest(window="1", ticket=ticket.ticket_id, claim_id=ticket.claim_id)

    def renew(at: float, request: w.RenewRequest = renewal) -> w.ActionReply:
        reply: w.ActionReply = queue.asked(calling.Renewal(queue.office, request, queue.now(at)))
        return reply

    assert renew(2).ticket.lease_left_ms == w.LEASE_S * 1000
    assert queue.claim(3, "2").ticket is None
    assert renew(20).ticket.state == "called", "nobody took it meanwhile"
    queue.do("start", ticket, 21)
    assert queue.claim(400, "2").ticket is None, "who is being served is nobody else's"
    other = w.RenewRequest(window="2", ticket=ticket.ticket_id, claim_id=ticket.claim_id)
    assert queue.refused(lambda: renew(401, other)) == (409, "not_yours")


def test_what_windows_ask_at_the_same_time_is_done_in_its_order(queue: Queue) -> None:
    for at in range(4):
        queue.issue(at)
    first = queue.called(5, "1")
    now = queue.now(6)

    def claim(window: str, claim_id: str = "") -> calling.Claim:
        asked = w.ClaimRequest(claim_id=claim_id or identity(), window=window, businesses=[BUSINESS])
        return calling.Claim(queue.office, asked, now)

    def finish(action_id: str) -> moving.Move:
        asked = w.FinishAction(action_id=action_id, window="1")
        return moving.Move(queue.office, first.ticket_id, "finish", asked, now)

    twice, done = identity(), identity()
    busy, ended, again, next_, repeated, other, busy_too = queue.together(
        claim("1"), finish(done), finish(done), claim("1", twice), claim("1", twice), claim("2"), claim("2")
    )
    assert busy.problem.code == busy_too.problem.code == "window_busy"
    assert (ended.ticket.state, again.ticket.state, again.at_ms) == ("finished", "finished", now)
    assert next_.ticket.number == repeated.ticket.number == "A002"
    assert (other.ticket.number, other.waiting, next_.waiting) == ("A003", 1, 1)
    assert queue.ticket(first.ticket_id).state.value == "finished"
    assert [queue.ticket(each.ticket.ticket_id).window for each in (next_, other)] == ["1", "2"]


def test_a_lease_that_is_renewed_at_the_last_moment_holds(queue: Queue) -> None:
    queue.issue(0)
    ticket = queue.called(1)
    renewal = w.RenewRequest(window="1", ticket=ticket.ticket_id, claim_id=ticket.claim_id)
    claim = w.ClaimRequest(claim_id=identity(), window="2", businesses=[BUSINESS])
    renewed, nobody = queue.together(
        calling.Renewal(queue.office, renewal, queue.now(20)), calling.Claim(queue.office, claim, queue.now(20))
    )
    assert (renewed.ticket.state, nobody.ticket) == ("called", None)


def test_what_is_done_twice_is_done_once(queue: Queue) -> None:
    queue.issue(0)
    ticket = queue.called(1)
    name = identity()
    first = queue.do("recall", ticket, 2, action_id=name)
    again = queue.do("recall", ticket, 3, action_id=name)
    assert (again.ticket.calls, again.at_ms) == (first.ticket.calls, first.at_ms) == (2, queue.now(2))
    assert first.ticket.first_called_ms == queue.now(1)
    other = queue.issue(4).ticket
    assert queue.refused(lambda: queue.do("void", other, 4, action_id=name)) == (409, "action_of_another")


def test_a_passed_ticket_comes_back_behind_three_and_not_twice(queue: Queue) -> None:
    tickets = [queue.issue(at / 10).ticket for at in range(6)]
    queue.do("pass", queue.called(1), 2)
    queue.do("return", tickets[0], 3, "")
    order = [queue.serve(4 + at, 0.5) for at in range(5)]
    assert order == ["A002", "A003", "A004", "A001", "A005"]
    queue.do("pass", queue.called(20), 21)
    assert queue.refused(lambda: queue.do("return", tickets[5], 60, "")) == (409, "not_back")


def test_a_transfer_keeps_number_and_first_call_and_goes_to_the_head(queue: Queue) -> None:
    moved = queue.issue(0).ticket
    for _ in range(3):
        queue.issue(0, business=OTHER, letter="B")
    first = queue.called(5)
    queue.window("9", 5, OTHER)
    queue.do("transfer", first, 6, business=OTHER, to_window="9", reason="材料齐，转社保")
    assert queue.claim(6.5).ticket is None
    assert queue.called(7, "8", OTHER).number == "B001", "it waits for window 9 only"
    ticket = queue.called(7, "9", OTHER)
    assert (ticket.number, ticket.ticket_id, ticket.first_called_ms) == ("A001", moved.ticket_id, first.called_ms)


def test_nobody_is_sent_on_to_a_window_that_is_not_there_for_them(queue: Queue) -> None:
    queue.issue(0)
    ticket = queue.called(1)
    queue.window("5", 1, BUSINESS)
    queue.window("6", 1, OTHER)
    queue.window("7", 1, BUSINESS, state="closed")
    for window in ("6", "7", "99"):
        with pytest.raises(Refused) as caught:
            queue.do("transfer", ticket, 2, business=BUSINESS, to_window=window)
        assert caught.value.problem.code == "window_away" and "现在能转的窗口：5号" in caught.value.problem.message
    assert queue.do("transfer", ticket, 2, business=BUSINESS, to_window="5").ticket.window == "5"


@pytest.mark.parametrize("gone", ["closed", "silent", "paused", "other business"])
def test_who_waits_for_a_window_that_goes_away_waits_for_all_of_the_business_again(queue: Queue, gone: str) -> None:
    first = queue.issue(0).ticket
    queue.issue(1)
    ticket = queue.called(1)
    queue.window("5", 1, BUSINESS)
    queue.do("transfer", ticket, 2, business=BUSINESS, to_window="5")
    queue.do("pass", queue.called(3), 3.5)
    assert queue.claim(4).ticket is None, "window 5 is there for it"
    after = 40.0
    if gone == "closed":
        queue.window("5", 5, BUSINESS, state="closed")
        after = 6
    elif gone == "other business":
        queue.window("5", 5, OTHER)
        after = 6
    elif gone == "paused":
        queue.window("5", 5, BUSINESS, state="paused", reason="会议")
        queue.window("5", 30, BUSINESS, state="paused", reason="会议")
        assert queue.claim(30).ticket is None, "a pause may end"
    called = queue.called(after)
    assert (called.ticket_id, called.transfers) == (first.ticket_id, 2)


@pytest.mark.parametrize("gone", ["closed", "silent"])
def test_who_was_set_aside_at_a_window_that_is_gone_waits_again(queue: Queue, gone: str) -> None:
    first = queue.issue(0).ticket
    queue.do("hold", queue.called(1, "5"), 2, "5")
    told = queue.window("5", 3, BUSINESS, state="paused", reason="会议")
    assert [each.number for each in told.held] == [first.number], "the window hears what it has set aside"
    assert told.now_ms == queue.now(3) and queue.claim(20).ticket is None
    if gone == "closed":
        queue.window("5", 21, BUSINESS, state="closed")
    assert queue.called(22 if gone == "closed" else 34).ticket_id == first.ticket_id
    assert queue.window("5", 35, BUSINESS).held == []


def test_nobody_is_sent_on_to_the_window_they_stand_at(queue: Queue) -> None:
    queue.window("1", 0, BUSINESS, OTHER)
    queue.issue(0)
    ticket = queue.called(1)
    wish = {"business": OTHER, "to_window": "1"}
    assert queue.refused(lambda: queue.do("transfer", ticket, 2, **wish)) == (409, "own_window")
    assert queue.ticket(ticket.ticket_id).state is TicketState.CALLED


@pytest.mark.parametrize("text", ["a\x1b[31mb", "去\n复印", "去\x85复印"])
def test_a_route_takes_no_text_that_a_fact_may_not_hold(text: str) -> None:
    for kind, field, as_list in (
        (w.ReasonedAction, "reason", False),
        (w.FinishAction, "outcomes", True),
        (w.WindowRequest, "reason", False),
    ):
        body = {"action_id": identity(), "window": "1", "state": "open"}
        assert msgspec.convert(body | {field: ["去复印"] if as_list else "去复印"}, kind)
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(body | {field: [text] if as_list else text}, kind)


def test_out_of_order_needs_a_reason(queue: Queue) -> None:
    queue.issue(0)
    late = queue.issue(1).ticket
    assert queue.refused(lambda: queue.claim(2, ticket=late.ticket_id)) == (400, "reason_needed")
    assert queue.called(2, ticket=late.ticket_id, reason="赶火车").why == "指定叫号：赶火车"
    assert queue.refused(lambda: queue.claim(2, "2", ticket=late.ticket_id, reason="同上")) == (409, "not_callable")
    assert queue.refused(lambda: queue.claim(2, "2", ticket="nobody", reason="x")) == (404, "unknown_ticket")


@pytest.mark.parametrize("nothing", ["—", " \u3000", "\u200b。"])
def test_a_dash_or_blanks_are_no_reason(queue: Queue, nothing: str) -> None:
    """And nothing has happened then: with a reason the same is done."""

    def refusal(work: Callable[[], object]) -> tuple[int, str, str]:
        with pytest.raises(Refused) as refused:
            work()
        return refused.value.http_status, refused.value.problem.code, refused.value.problem.field

    priority = w.IssueRequest(ticket_id=identity(), business=BUSINESS, letter="A", lane="priority", priority=nothing)
    assert refusal(lambda: issuing.check(priority, queue.now(0))) == (400, "priority_reason", "priority")
    paused = functools.partial(queue.window, "1", 0, BUSINESS, state="paused")
    assert refusal(lambda: paused(reason=nothing)) == (400, "pause_reason", "reason")
    assert paused(reason="取材料").reason == "取材料"
    late = [queue.issue(at).ticket for at in (0, 1)][-1]
    out_of_order = functools.partial(queue.claim, 2, ticket=late.ticket_id)
    assert refusal(lambda: out_of_order(reason=nothing)) == (400, "reason_needed", "reason")
    called = out_of_order(reason="赶火车").ticket
    assert called is not None
    steps: list[tuple[str, dict[str, Any]]] = [
        ("pass", {}),
        ("hold", {}),
        ("void", {}),
        ("transfer", {"business": OTHER}),
    ]
    for verb, more in steps:
        do = functools.partial(queue.do, verb, called, 3, **more)
        assert refusal(functools.partial(do, reason=nothing)) == (400, "reason_needed", "reason")
        assert queue.ticket(called.ticket_id).state is TicketState.CALLED
    queue.do("transfer", called, 3, business=OTHER, reason="材料齐，转社保")


def test_the_refusal_of_a_reason_names_its_field(hub: Hub) -> None:
    claim = {"claim_id": identity(), "window": "1", "businesses": [BUSINESS], "ticket": identity(), "reason": "—"}
    answer = hub.http.post("/v1/queue/claim", json=claim, headers=Device(hub, "device-1").headers)
    told = msgspec.json.decode(answer.content, type=wire.Problem)
    assert (answer.status_code, told.code, told.field) == (400, "reason_needed", "reason")


def test_an_appointment_is_not_called_before_its_slot(queue: Queue) -> None:
    booked = queue.issue(0, lane="booked", slot_ms=queue.now(30)).ticket
    queue.issue(1)
    early = {"ticket": booked.ticket_id, "reason": "空闲"}
    assert queue.refused(lambda: queue.claim(2, **early)) == (409, "slot_not_begun")
    assert queue.serve(2, 1) == "A002"
    assert queue.claim(29).ticket is None
    assert queue.called(30).number == "A001"


def test_nobody_is_called_on_a_number_of_yesterday(queue: Queue) -> None:
    left = queue.issue(0, name="张三").ticket
    serving = queue.called(1)
    queue.do("start", serving, 1)
    waiting = queue.issue(2, name="李四").ticket
    assert queue.claim(24 * 60).ticket is None
    assert queue.ticket(waiting.ticket_id).state is TicketState.VOIDED
    assert queue.ticket(left.ticket_id).state is TicketState.SERVING, "the case decides how a visit ends"
    assert queue.hub.read(lambda db: db.rows("SELECT name FROM ticket WHERE name <> ''")) == []
    assert queue.refused(lambda: queue.do("return", waiting, 24 * 60, "")) == (409, "day_over")


def test_the_end_of_the_day_voids_who_still_waits_once(queue: Queue) -> None:
    for _ in range(3):
        queue.issue(0)
    queue.do("start", queue.called(1), 1)
    queue.called(1, "2")

    def close(at: float) -> w.CloseReply:
        reply: w.CloseReply = queue.transact(lambda db: calling.close_day(db, queue.office, queue.now(at)))
        return reply

    assert close(480).states == {"called": 1, "waiting": 1}
    assert close(481).voided == 0
    assert queue.claim(482, "3").ticket is None


def test_a_new_rule_reorders_who_waits(queue: Queue) -> None:
    queue.issue(0)
    queue.issue(5, lane="priority", priority="老年人")
    rule = w.HallRule(rule=QueueRule(priority_min=0), lease_s=10)
    queue.hub.run(looking.set_rule(queue.hub.store, queue.office, rule, "0001", queue.now(6)))
    reply = queue.claim(7)
    assert reply.ticket and (reply.ticket.number, reply.lease_s) == ("A001", 10)
    bad = w.HallRule(rule=QueueRule(priority_min=-1))
    assert queue.refused(
        lambda: queue.hub.run(looking.set_rule(queue.hub.store, queue.office, bad, "0001", queue.now(8)))
    ) == (400, "bad_rule")


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_calling_is_the_written_rule(queue: Queue, seed: int) -> None:
    """Whatever waits, the database's two looks find whom ``hall.queueing.choose`` finds among all of them."""
    chance = random.Random(seed)
    rule, mine = QueueRule(), {BUSINESS, OTHER}
    waiting: dict[str, Ticket] = {}
    lanes: list[Lane] = ["normal", "normal", "priority", "booked", "return"]
    for _ in range(60):
        at, lane = chance.uniform(0, 50), chance.choice(lanes)
        slot = queue.now(at + chance.uniform(-20, 40)) if lane == "booked" else 0
        business = chance.choice([BUSINESS, OTHER, "别的"])
        reply = queue.issue(at, lane=lane, priority="军人" * (lane == "priority"), slot_ms=slot, business=business)
        waiting[reply.ticket.ticket_id] = queue.ticket(reply.ticket.ticket_id)
    for step in range(40):
        at = 50 + step
        expected = choose(waiting.values(), mine, "1", queue.now(at), rule)
        claimed = queue.claim(at, "1", *mine)
        if expected is None:
            assert claimed.ticket is None
            continue
        assert claimed.ticket is not None
        assert (claimed.ticket.ticket_id, claimed.ticket.why) == (expected.ticket.ticket_id, expected.why)
        del waiting[expected.ticket.ticket_id]
        queue.do("finish", claimed.ticket, at)
        if waiting:
            other = chance.choice(list(waiting.values()))
            told = queue.hub.run(looking.one(queue.hub.store, queue.office, other.ticket_id, queue.now(at)))
            pool = mine if other.business in mine else {other.business}
            same = [each for each in waiting.values() if each.business in pool]
            assert told.told.ahead == ahead_of(same, other, queue.now(at), rule)


def test_what_is_told_comes_from_the_days_own_figures(queue: Queue) -> None:
    assert queue.issue(0).told == w.Told(ahead=0), "no window is open yet"
    for number in range(8):
        queue.issue(number)
    for served in range(8):
        queue.serve(10 + served * 5, 5)
    told = queue.issue(50).told
    assert (told.ahead, told.least_min <= told.wait_min <= told.most_min) == (1, True)
    for _ in range(10):
        told = queue.issue(50).told
    assert told.ahead == 11 and 45 <= told.wait_min <= 65
    first = queue.issue(50, lane="priority", priority="军人").told
    assert first.ahead < 3 and first.wait_min < told.wait_min


def test_who_asks_again_is_told_as_at_the_machine_by_what_is_true_now(queue: Queue) -> None:
    """Number and range speak of the same windows and the same moment, at the machine and when it is asked again."""

    def told(ticket_id: str, at: float) -> w.Told:
        found: w.IssueReply = queue.hub.run(looking.one(queue.hub.store, queue.office, ticket_id, queue.now(at)))
        return found.told

    queue.window("1", 0, BUSINESS, OTHER)
    for business in (BUSINESS, BUSINESS, OTHER, BUSINESS):
        queue.issue(0, business=business)
    last = queue.issue(1, business=OTHER)
    assert last.told.ahead == 4 and told(last.ticket.ticket_id, 1) == last.told
    for at in range(2):
        queue.do("finish", queue.called(2 + at, "1", BUSINESS, OTHER), 3 + at)
    later = told(last.ticket.ticket_id, 4)
    assert later.ahead == 2 and later.most_min < last.told.most_min
    back = queue.called(5, "1", BUSINESS, OTHER)
    queue.do("pass", back, 6)
    queue.do("return", back, 6.5, "")
    assert told(back.ticket_id, 7).ahead == 2, "also behind who waits for another business of this window"
    queue.window("1", 8, state="closed")
    assert told(last.ticket.ticket_id, 8) == w.Told(ahead=1), "no window, no minutes; the number is of what it served"


def test_the_first_of_a_morning_is_told_from_the_days_before(queue: Queue) -> None:
    day = 24 * 60
    for number in range(8):
        queue.issue(number)
    for served in range(8):
        queue.serve(10 + served * 6, 5 + served % 2)
    queue.issue(day)
    queue.called(day, "1")
    queue.issue(day)
    told = queue.issue(day).told
    assert 4 <= told.wait_min <= 14 and told.most_min <= 20, "nothing is known but what yesterday's took"
    for served in range(20):
        queue.issue(day + 1)
        queue.do("finish", queue.called(day + 2 + served * 2, "2"), day + 3 + served * 2, "2")
    told = queue.issue(day + 42).told
    assert 0 <= told.wait_min <= 5, "a day with figures of its own is told from them"


def test_too_few_services_of_a_day_are_filled_up_with_the_last_ones_of_the_days_before(queue: Queue) -> None:
    """The day's own count once each, and of the others only as many as are missing."""
    day, own = 24 * 60, 3
    for number in range(2 * counts.ENOUGH):
        queue.issue(number)
    for served in range(2 * counts.ENOUGH):
        queue.serve(60 + served * 11, 2 if served < counts.ENOUGH else 10)
    for number in range(own):
        queue.issue(day + number)
        queue.serve(day + 10 * number + 5, 2)
    now = queue.now(day + 60)
    today = DAY + dt.timedelta(days=1)
    found = queue.hub.read(lambda db: counts.lately(db, queue.office, today, [BUSINESS], now, 7, now))
    missing = counts.ENOUGH - own
    assert found.service.seen == counts.ENOUGH
    assert found.service.mean == pytest.approx((own * 2 + missing * 10) / counts.ENOUGH)


def test_visits_that_nobody_ended_keep_no_day_from_closing(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "MOST_AT_ONCE", 3)
    day = 24 * 60
    for number in range(4):
        queue.issue(number, name="张三")
        queue.do("start", queue.called(number, str(number)), number + 0.5, str(number))
    left = queue.issue(day, name="李四").ticket.ticket_id
    for later in range(3):
        queue.claim(2 * day + later, "9")
    assert queue.ticket(left).state is TicketState.VOIDED
    kept = queue.hub.read(lambda db: db.rows("SELECT count(*) FROM ticket WHERE name <> ''"))
    assert kept[0][0] == 0


def shown_at(queue: Queue, at: float) -> w.FiguresReply:
    reply: w.FiguresReply = queue.hub.run(figures.figures(queue.hub.store, queue.office, 1, queue.now(at)))
    return reply


def test_a_window_that_was_switched_off_serves_nobody_who_waits(queue: Queue) -> None:
    for name in ("1", "2", "3"):
        queue.window(name, 0, BUSINESS)
    queue.issue(0)
    serving = queue.called(0, "3")
    queue.do("start", serving, 0.5, "3")
    queue.issue(1)
    queue.window("1", 6, BUSINESS)
    now = shown_at(queue, 6)
    assert [each.there for each in now.windows] == [True, False, False], "also the one that crashed while it served"
    (one,) = now.businesses
    assert (one.windows, one.serving, now.windows[2].number) == (1, 1, serving.number), "its ticket is still not done"
    told = queue.issue(6).told
    assert (told.ahead, told.most_min > 1) == (1, True), "there is one window for both who wait"
    queue.window("2", 7, BUSINESS)
    assert queue.issue(7, priority="军人", lane="priority").told.most_min == 1
    queue.window("2", 8, BUSINESS, state="closed")
    assert [each.there for each in shown_at(queue, 8).windows] == [True, False, False]
    queue.do("finish", serving, 9, "3")
    assert [each.there for each in shown_at(queue, 9).windows] == [True, False, True], "it goes on where it was"


def test_a_window_of_yesterday_is_not_there_before_it_says_so(queue: Queue) -> None:
    midnight = 15 * 60
    queue.window("1", midnight - 1, BUSINESS)
    queue.window("2", midnight - 1, BUSINESS, state="paused", reason="会议")
    assert [each.there for each in shown_at(queue, midnight - 0.5).windows] == [True, True]
    assert [each.there for each in shown_at(queue, midnight + 0.5).windows] == [False, False]
    assert queue.issue(midnight + 0.5).told.wait_min == -1, "nobody serves yet"
    queue.window("1", midnight + 1, BUSINESS)
    assert [each.there for each in shown_at(queue, midnight + 1).windows] == [True, False]


def test_over_midnight_a_window_goes_on_with_whom_it_serves(queue: Queue) -> None:
    midnight = 15 * 60
    queue.window("1", midnight - 2, BUSINESS)
    queue.issue(midnight - 2)
    late = queue.called(midnight - 2)
    queue.do("start", late, midnight - 1)
    queue.window("1", midnight + 1, BUSINESS)
    (window,) = shown_at(queue, midnight + 1).windows
    assert (window.number, window.ticket_state, window.ticket_since_ms) == (
        late.number,
        "serving",
        queue.now(midnight - 1),
    )
    assert queue.issue(midnight + 1).told.most_min > 1, "it is not idle"
    new = queue.called(midnight + 2)
    assert shown_at(queue, midnight + 2).windows[0].ticket_state == "called", "whom it called since is the one it has"
    queue.do("finish", new, midnight + 3)
    queue.window("1", midnight + 4, BUSINESS)
    assert shown_at(queue, midnight + 4).windows[0].number == "", "and yesterday's is not taken for it again"


def test_a_visit_that_lasts_over_midnight_ends_with_its_outcome(queue: Queue) -> None:
    midnight = 15 * 60
    for window in ("1", "2"):
        queue.issue(midnight - 2)
        ticket = queue.called(midnight - 1, window)
        if window == "1":
            queue.do("start", ticket, midnight + 0.5, window)
            assert queue.refused(lambda ticket=ticket: queue.do("hold", ticket, midnight + 1, "1"))[1] == "day_over"
            done = queue.do("finish", ticket, midnight + 2, window, outcomes=["inquiry"])
            assert (done.ticket.state, queue.ticket(ticket.ticket_id).outcomes) == ("finished", ("inquiry",))
        else:
            assert queue.do("pass", ticket, midnight + 2, window).ticket.state == "passed"
            again = queue.refused(lambda ticket=ticket: queue.do("return", ticket, midnight + 3, ""))
            assert again == (409, "day_over"), "a number of yesterday is called no more"


@pytest.mark.parametrize("verb", ["finish", "pass", "hold", "transfer"])
def test_a_window_is_free_since_it_has_nobody(queue: Queue, verb: str) -> None:
    queue.window("1", 0, BUSINESS)
    queue.issue(0)
    ticket = queue.called(5)
    queue.do("start", ticket, 6)
    queue.do(verb, ticket, 20, **({"business": OTHER} if verb == "transfer" else {}))
    queue.window("1", 21, BUSINESS)
    (window,) = shown_at(queue, 22).windows
    assert (window.number, window.since_ms) == ("", queue.now(20))
    queue.window("1", 23, BUSINESS, state="paused", reason="会议")
    assert shown_at(queue, 24).windows[0].since_ms == queue.now(23)


def test_figures_are_counts_and_numbers_without_a_name(queue: Queue) -> None:
    for at in range(4):
        queue.issue(at, name="张三", person=f"{at:032x}", priority="孕妇", lane="priority", reference="SL01-A1-00001-X")
    queue.serve(10, 6)
    queue.called(20, "2")
    queue.hub.run(
        looking.set_window(
            queue.hub.store, queue.office, w.WindowRequest(window="1", state="paused", reason="取材料"), queue.now(21)
        )
    )
    told = queue.hub.run(figures.figures(queue.hub.store, queue.office, 1, queue.now(21)))
    (business,) = told.businesses
    assert (business.waiting, business.called, business.finished, business.longest_min) == (2, 1, 1, 19)
    shown = [(each.window, each.state, each.number) for each in told.windows]
    assert shown == [("1", "paused", ""), ("2", "open", "A002")]
    assert [(call.number, call.window) for call in told.calls] == [("A002", "2"), ("A001", "1")]
    (hour,) = told.hours
    assert (hour.hour, hour.arrivals, hour.service_min, hour.served) == (9, 4, 6, 1)
    assert not any(word in words(told) for word in ("张三", "孕妇", "SL01-A1", f"{0:032x}"))
    later = queue.hub.run(figures.figures(queue.hub.store, queue.office, 1, queue.now(30)))
    assert later.businesses[0].waiting == 3, "who was called by a window that fell silent waits"
    assert [each.number for each in later.windows] == ["", ""]


def test_a_hall_knows_nothing_of_another(hub: Hub, queue: Queue) -> None:
    there = Queue(hub, "SL02")
    ticket = queue.issue(0).ticket
    assert there.issue(0).ticket.number == "A001"
    assert there.refused(lambda: there.do("void", ticket, 1)) == (404, "unknown_ticket")
    assert there.called(1).ticket_id != ticket.ticket_id
    assert there.claim(2, "2").ticket is None
