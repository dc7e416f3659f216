"""A hall's queue as the tests about it drive it: with a clock of their own, in one transaction a request."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import msgspec

from central.board import ZONE
from central.queue import desk, issuing, looking
from central.queue.calling import Claim
from central.queue.moving import Move
from central.refusal import Refused
from central.store import queue as table
from hall import queue_wire as w
from hall.ids import uuid7
from hall.queueing import MINUTE_MS
from hall.tickets import Ticket
from tests.central.counter import OFFICE
from tests.central.hub import Hub

DAY = dt.date(2026, 11, 23)
NINE = int(dt.datetime.combine(DAY, dt.time(9), ZONE).timestamp() * 1000)
BUSINESS, OTHER = "综合受理", "社保"
_serial = itertools.count(1)
_VERBS: dict[str, type[w.Action]] = {
    "transfer": w.TransferAction, "finish": w.FinishAction, "pass": w.ReasonedAction, "hold": w.ReasonedAction,
    "void": w.ReasonedAction,
}  # fmt: skip


def identity() -> str:
    """An identity nobody has used; later ones sort behind."""
    return uuid7(NINE, next(_serial).to_bytes(10, "big"))


class Queue:
    """One hall's queue at a centre. ``at`` are minutes after nine."""

    def __init__(self, hub: Hub, office: str = OFFICE) -> None:
        self.hub, self.office = hub, office
        self.transact(lambda db: db.run("INSERT INTO hall (office) VALUES ($1) ON CONFLICT DO NOTHING", office))

    def transact(self, work: Any) -> Any:
        return self.hub.transact(work)

    def now(self, at: float) -> int:
        return NINE + round(at * MINUTE_MS)

    def issue(self, at: float = 0, *, device: str = "station-1", **values: Any) -> w.IssueReply:
        request = w.IssueRequest(**({"ticket_id": identity(), "business": BUSINESS, "letter": "A"} | values))
        one = issuing.Issue(self.office, device, request, self.now(at))
        (answer,) = self.transact(lambda db: issuing.issue(db, [one]))
        if isinstance(answer, Refused):
            raise answer
        reply: w.IssueReply = answer
        return reply

    def claim(self, at: float, window: str = "1", *businesses: str, **values: Any) -> w.ClaimReply:
        names = list(businesses) or [BUSINESS]
        request = w.ClaimRequest(**({"claim_id": identity(), "window": window, "businesses": names} | values))
        reply: w.ClaimReply = self.asked(Claim(self.office, request, self.now(at)))
        return reply

    def asked(self, one: desk.Asked) -> Any:
        (answer,) = self.together(one)
        if isinstance(answer, Refused):
            raise answer
        return answer

    def together(self, *asked: desk.Asked) -> list[Any]:
        """The answers to what was asked at the same time."""
        answers: list[Any] = self.transact(lambda db: desk.in_turn(db, list(asked)))
        return answers

    def called(self, at: float, window: str = "1", *businesses: str, **values: Any) -> w.TicketView:
        """The ticket that a claim got."""
        ticket = self.claim(at, window, *businesses, **values).ticket
        assert ticket is not None
        return ticket

    def do(self, verb: str, ticket: w.TicketView, at: float, window: str = "1", **values: Any) -> w.ActionReply:
        more = {"reason": "未到"} if verb in ("pass", "hold", "void", "transfer") else {}
        request = _VERBS.get(verb, w.Action)(**({"action_id": identity(), "window": window} | more | values))
        one = Move(self.office, ticket.ticket_id, verb, request, self.now(at))
        reply: w.ActionReply = self.asked(one)
        return reply

    def serve(self, at: float, minutes: float, window: str = "1", **values: Any) -> str:
        """Call the next one and serve them; the number."""
        ticket = self.called(at, window, **values)
        self.do("start", ticket, at, window)
        self.do("finish", ticket, at + minutes, window)
        return ticket.number

    def ticket(self, ticket_id: str) -> Ticket:
        row = self.hub.read(lambda db: table.ticket(db, self.office, ticket_id))
        assert row is not None
        return row.ticket

    def window(self, name: str, at: float, *businesses: str, **values: Any) -> w.WindowReply:
        """A window says how it stands."""
        request = w.WindowRequest(**({"window": name, "state": "open", "businesses": list(businesses)} | values))
        reply: w.WindowReply = self.hub.run(looking.set_window(self.hub.store, self.office, request, self.now(at)))
        return reply

    def refused(self, work: Any) -> tuple[int, str]:
        """Status and code of the refusal that ``work`` meets."""
        try:
            work()
        except Refused as refused:
            return refused.http_status, refused.problem.code
        raise AssertionError("it was not refused")


def words(reply: Any) -> str:
    """Everything a reply says."""
    return msgspec.json.encode(reply).decode()
