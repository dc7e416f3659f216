"""Asking the centre about the queue: numbers and tickets for a station, calls for a window, figures for a board.

Every function is one question (``hall.queue_wire`` says what the words mean) and raises ``Unreachable`` without an
answer and ``Refused`` with the centre's reason. The identities in a request are made by the caller and kept until an
answer came: the same request again is answered as the first time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal
from urllib.parse import quote

from clerk_tui.sync.asking import Centre, Unreachable
from hall import queue_wire as w

Listed = Literal["waiting", "held", "passed", "called", "serving"]
Verb = Literal["start", "release", "recall", "pass", "hold", "transfer", "finish", "return", "void"]


def issue(centre: Centre, request: w.IssueRequest) -> w.IssueReply:
    """A ticket, or the one that this person has already."""
    reply = centre.ask("POST", "/v1/queue/tickets", w.IssueReply, request)
    _meant(reply.already or reply.ticket.ticket_id == request.ticket_id)
    return reply


def look(centre: Centre, ticket: str) -> w.IssueReply:
    """One ticket (its identity, or today's number) as it stands now."""
    return centre.ask("GET", f"/v1/queue/tickets/{quote(ticket, safe='')}", w.IssueReply)


def listed(centre: Centre, businesses: Sequence[str], of: Listed = "waiting", limit: int = 50) -> w.QueueReply:
    """Today's tickets in one state, in the order of calling; no names."""
    params = {"business": list(businesses), "of": of, "limit": limit}
    return centre.ask("GET", "/v1/queue/tickets", w.QueueReply, params=params)


def block(centre: Centre, request: w.BlockRequest) -> w.BlockReply:
    """Numbers beforehand, for when the network is gone."""
    reply = centre.ask("POST", "/v1/queue/blocks", w.BlockReply, request)
    same = (reply.block_id, reply.letter, reply.day) == (request.block_id, request.letter, request.day)
    _meant(same and 1 <= reply.first <= reply.last < reply.first + request.count)
    return reply


def claim(centre: Centre, request: w.ClaimRequest) -> w.ClaimReply:
    """The next ticket, for this window only."""
    return centre.ask("POST", "/v1/queue/claim", w.ClaimReply, request)


def renew(centre: Centre, request: w.RenewRequest) -> w.ActionReply:
    """The window still calls its ticket."""
    reply = centre.ask("POST", "/v1/queue/renew", w.ActionReply, request)
    _meant(reply.ticket.ticket_id == request.ticket)
    return reply


def move(centre: Centre, ticket: str, verb: Verb, action: w.Action) -> w.ActionReply:
    """Do something to a ticket: the verb says which of the actions ``action`` has to be."""
    reply = centre.ask("POST", f"/v1/queue/{quote(ticket, safe='')}/{verb}", w.ActionReply, action)
    _meant(reply.ticket.ticket_id == ticket)
    return reply


def set_window(centre: Centre, request: w.WindowRequest) -> w.WindowReply:
    """A window opens, pauses or closes."""
    return centre.ask("POST", "/v1/queue/windows", w.WindowReply, request)


def window(centre: Centre, name: str) -> w.WindowReply:
    """A window and the ticket it has."""
    return centre.ask("GET", f"/v1/queue/windows/{quote(name, safe='')}", w.WindowReply)


def figures(centre: Centre, days: int = 1) -> w.FiguresReply:
    """Counts, waits and windows; nobody's name."""
    return centre.ask("GET", "/v1/queue/figures", w.FiguresReply, params={"days": days})


def rule(centre: Centre) -> w.HallRule:
    """The hall's rule."""
    return centre.ask("GET", "/v1/queue/rule", w.HallRule)


def _meant(answers: bool) -> None:
    """That a reply answers what was asked. Raises ``Unreachable``: it is not the centre that answered."""
    if not answers:
        raise Unreachable
