"""What the centre set aside and reads again, because its contents are brought or because a supervisor asks.

What became of it is believed only with the centre's signature for this very request, and only of this record and its
case: whoever else says that contents are there would leave them unsent for ever.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Final

import msgspec
from msgspec import Struct

from clerk_tui.store.device import Device
from clerk_tui.store.exchange import Outbox
from clerk_tui.sync.messages import Keeper, ReadAgain, Trouble
from clerk_tui.sync.transport import Answer, decode, refusal
from hall import wire
from hall.wire_oversight import Contents, RetryReply, retry_is_signed

EVERY_S: Final = 3600.0
"""Seconds between two tries to bring the centre what it would not take."""
_NONCE_BYTES: Final = 16
Ask = Callable[..., "Answer | Trouble"]


class Question(Struct, frozen=True, kw_only=True):
    """A record, by its journal and its number there, that ``device`` has the centre read again. ``hash`` and ``case``
    (the numbers of its case's facts, its own among them) are known of this device's own journal only; of an archived
    copy through ``copied``, beyond which the centre may have more."""

    device: Device
    incarnation: str
    seq: int
    hash: bytes | None
    case: frozenset[int]
    nonce: bytes
    copied: int | None = None

    def is_answered_by(self, reply: RetryReply) -> bool:
        """Whether the pinned centre key signed this for this question, and it tells of nothing else."""
        if not retry_is_signed(self.device.server_key, self.device.device_id, self.nonce, reply):
            return False
        if (reply.incarnation, reply.seq) != (self.incarnation, self.seq):
            return False
        told = {result.seq for result in reply.results if self.copied is None or result.seq <= self.copied}
        return self.hash is None or (reply.hash == self.hash and self.seq in told and told <= self.case)


def of_own(outbox: Outbox, seq: int, *, is_copy: bool = False) -> Question:
    """A question about a fact of this journal; ``is_copy``: an archived one, which may be older than the centre's."""
    device = outbox.device()
    return Question(
        device=device,
        incarnation=device.incarnation,
        seq=seq,
        hash=outbox.hash_at(seq),
        case=outbox.case_of(seq),
        nonce=os.urandom(_NONCE_BYTES),
        copied=outbox.head().seq if is_copy else None,
    )


def of_another(device: Device, incarnation: str, seq: int) -> Question:
    """A question about a fact of another window, of which nothing is kept here."""
    nonce = os.urandom(_NONCE_BYTES)
    return Question(device=device, incarnation=incarnation, seq=seq, hash=None, case=frozenset(), nonce=nonce)


def whole(outbox: Outbox, question: Question) -> Contents:
    """The whole fact, for the centre that has its outline."""
    (fact,) = outbox.unsent(question.seq - 1, 1, 0)
    return Contents(incarnation=question.incarnation, seq=question.seq, fact=fact, nonce=question.nonce)


def offer(outbox: Outbox, seq: int, ask: Ask, *, is_copy: bool = False) -> list[wire.PushResult] | Trouble:
    """Offer the centre the contents of a fact that it has in outline only: what became of it and of those that waited
    for it; nothing where it cannot read them yet. ``is_copy`` as in ``of_own``."""
    question = of_own(outbox, seq, is_copy=is_copy)
    answer = ask("POST", "/v1/sync/contents", content=msgspec.json.encode(whole(outbox, question)))
    if isinstance(answer, Trouble):
        return answer
    if answer.status != 200:
        refused = refusal(answer.status, answer.body)
        return refused if refused.what == "not_the_centre" else []
    reply = decode(answer.body, RetryReply)
    if reply is None or not question.is_answered_by(reply):
        return Trouble(what="not_the_centre", detail="contents taken without a good signature")
    return reply.results


class Bringing:
    """Asks now and then whether the centre can read by now what it has in outline only: it may be a newer one."""

    def __init__(self, outbox: Outbox, keep: Keeper) -> None:
        self._outbox, self._keep = outbox, keep
        self._due = time.monotonic() + EVERY_S

    def bring(self, ask: Ask) -> Trouble | None:
        """Offer what is due, as far as it goes."""
        if time.monotonic() < self._due:
            return None
        self._due = time.monotonic() + EVERY_S
        for seq in self._outbox.withheld():
            results = offer(self._outbox, seq, ask)
            if isinstance(results, Trouble):
                return results
            if results:
                self._keep(ReadAgain(seq=seq, results=results))
        return None
