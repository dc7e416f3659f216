"""The two gates of a process through which the queue changes: tickets that are taken, and what windows do."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from central.queue.calling import Claim, Renewal, claim, renew
from central.queue.days import day_of
from central.queue.issuing import Issue, issue
from central.queue.moving import Move, move
from central.queue.turn import Turn
from central.refusal import Refused
from central.store import Db, Store
from central.store import queue_counts as counts
from central.together import Together
from hall import queue_wire as w

Asked = Claim | Move | Renewal
Told = w.ClaimReply | w.ActionReply


class Desk:
    """What a centre's process answers stations and windows with."""

    def __init__(self, store: Store) -> None:
        self._issues: Together[Issue, w.IssueReply] = Together(store.transact, issue)
        self._moves: Together[Asked, Told] = Together(store.transact, in_turn)

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

    async def renew(self, one: Renewal) -> w.ActionReply:
        """A lease begins anew (``calling.renew``)."""
        reply = await self._moves.ask(one)
        assert isinstance(reply, w.ActionReply)
        return reply


async def in_turn(db: Db, asked: list[Asked]) -> list[Told | Refused]:
    """Answer requests that came together, hall by hall and in their order."""
    answers: dict[int, Told | Refused] = {}
    # Halls always in the same order, so that two transactions never wait for each other.
    for office in sorted({one.office for one in asked}):
        answers |= await _of_hall(db, office, {place: one for place, one in enumerate(asked) if one.office == office})
    return [answers[place] for place in range(len(asked))]


async def _of_hall(db: Db, office: str, asked: dict[int, Asked]) -> dict[int, Told | Refused]:
    turn = await Turn.of(db, office)
    await _read(turn, asked.values())
    answers: dict[int, Told | Refused] = {}
    for place, one in asked.items():
        try:
            answers[place] = await _do(turn, one)
        except Refused as refused:
            answers[place] = refused
    await turn.end()
    return await _with_waiting(turn, asked, answers)


async def _read(turn: Turn, asked: Iterable[Asked]) -> None:
    """What they name, at once."""
    tickets, facts, places, now_ms = set(), set(), set(), 0
    for one in asked:
        if isinstance(one, Claim):
            facts.add(one.request.claim_id)
            places.add(one.request.window)
            tickets.add(one.request.ticket)
            now_ms = max(now_ms, one.now_ms)
        elif isinstance(one, Move):
            facts.add(one.request.action_id)
            tickets.add(one.ticket_id)
            if one.verb == "return":
                now_ms = max(now_ms, one.now_ms)
        else:
            tickets.add(one.request.ticket)
    await turn.know(day_of(max(one.now_ms for one in asked)), tickets, facts, places, now_ms)


async def _do(turn: Turn, one: Asked) -> Told:
    if isinstance(one, Claim):
        return await claim(turn, one)
    if isinstance(one, Move):
        return await move(turn, one)
    return await renew(turn, one)


async def _with_waiting(
    turn: Turn, asked: dict[int, Asked], answers: dict[int, Told | Refused]
) -> dict[int, Told | Refused]:
    """The answers, with how many wait for each window that got somebody: as it is when the turn ends."""
    waiting: dict[frozenset[str], int] = {}
    for place, answer in answers.items():
        one = asked[place]
        if isinstance(one, Claim) and isinstance(answer, w.ClaimReply) and answer.ticket is not None:
            mine = frozenset(one.request.businesses)
            if mine not in waiting:
                waiting[mine] = await counts.waiting(turn.db, turn.office, day_of(one.now_ms), mine, one.now_ms)
            answers[place] = replace(answer, waiting=waiting[mine])
    return answers
