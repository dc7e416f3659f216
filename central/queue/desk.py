"""The two gates of a process through which the queue changes: tickets that are taken, and what windows do."""

from __future__ import annotations

from msgspec import Struct

from central.queue.calling import Claim, claim, renew
from central.queue.issuing import Issue, issue
from central.queue.moving import Move, move
from central.queue.together import Together
from central.refusal import Refused
from central.store import Db, Store
from hall import queue_wire as w


class _Renewal(Struct, frozen=True):
    office: str
    request: w.RenewRequest
    now_ms: int


Asked = Claim | Move | _Renewal
Told = w.ClaimReply | w.ActionReply


class Desk:
    """What a centre's process answers stations and windows with."""

    def __init__(self, store: Store) -> None:
        self._issues: Together[Issue, w.IssueReply] = Together(store, issue)
        self._moves: Together[Asked, Told] = Together(store, _in_turn)

    async def issue(self, one: Issue) -> w.IssueReply:
        """A ticket.

        Raises:
            Refused: 409 the identity is another device's ticket.
        """
        return await self._issues.ask(one)

    async def claim(self, one: Claim) -> w.ClaimReply:
        """The next ticket for a window (``calling.claim``)."""
        reply = await self._moves.ask(one)
        assert isinstance(reply, w.ClaimReply)
        return reply

    async def move(self, one: Move) -> w.ActionReply:
        """What is done to a ticket (``moving.move``)."""
        reply = await self._moves.ask(one)
        assert isinstance(reply, w.ActionReply)
        return reply

    async def renew(self, office: str, request: w.RenewRequest, now_ms: int) -> w.ActionReply:
        """A lease begins anew (``calling.renew``)."""
        reply = await self._moves.ask(_Renewal(office, request, now_ms))
        assert isinstance(reply, w.ActionReply)
        return reply


async def _in_turn(db: Db, asked: list[Asked]) -> list[Told | Refused]:
    """One after the other, halls always in the same order, so that two transactions never wait for each other."""
    answers: dict[int, Told | Refused] = {}
    for place, one in sorted(enumerate(asked), key=lambda each: (each[1].office, each[0])):
        try:
            answers[place] = await _do(db, one)
        except Refused as refused:
            answers[place] = refused
    return [answers[place] for place in range(len(asked))]


async def _do(db: Db, one: Asked) -> Told:
    if isinstance(one, Claim):
        return await claim(db, one)
    if isinstance(one, Move):
        return await move(db, one)
    return await renew(db, one.office, one.request, one.now_ms)
