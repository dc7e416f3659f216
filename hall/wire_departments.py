"""What the centre and a department's own system say to each other: the contract for whoever connects one.

The centre tells a department of its accepted cases (``CaseTold``, signed with the secret they share); the department
reports its decision (``Decision``) with its own token. Both may be sent again at any time: each has an identity.

A centre that was put back to a copy has another ``epoch`` and lacks what was decided since the copy. It tells every
case once more; on an epoch that it has not seen, a department sends its decisions of the last ``AGAIN_DAYS`` days
again.
``central.adapters.reference`` does all of this.
"""

from __future__ import annotations

import datetime as dt
import hmac
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from hall.wire import Number, ShortText, Status

SIGNATURE_HEADER = "X-Clerk-Signature"
"""``t=UNIX_SECONDS,v1=HEX``: HMAC-SHA256 with the shared secret over ``UNIX_SECONDS.`` and the body."""
AGAIN_DAYS = 35
"""Decisions of so many days are sent again to a centre with another epoch."""
LongText = Annotated[str, Meta(max_length=2_000)]
Identity = Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]{1,100}\Z")]


class _Message(Struct, frozen=True, kw_only=True):
    """Base of requests and replies. Unknown keys are kept out, not refused: newer sides may say more."""


class CaseTold(_Message, frozen=True):
    """A case as it stands now, for its department. The same ``id`` may come again; a higher ``version`` replaces a
    lower one of the same ``epoch``, and whatever comes with another epoch replaces what came before it: the centre was
    put back to a copy, and its versions count anew from there. ``case`` is the JSON of ``hall.case.Case``."""

    id: str
    office: str
    department: str
    case_id: str
    reference: str
    state: str
    version: int
    case: msgspec.Raw
    epoch: str = ""


class Taken(_Message, frozen=True):
    """The only answer that counts (with status 200): the department has stored what it was told under this ``id``."""

    taken: str


class Decision(_Message, frozen=True):
    """A department decided. ``id`` is its own, for ever; the case is named by ``case_id`` or ``reference``.
    Where two of the department's cases have the reference, nothing is kept: 409 ``ambiguous``, name it by ``case_id``.

    ``version`` is that of the ``CaseTold`` it decided on, 0 if it does not say. A refusal carries its reasons
    (行政许可法 art. 38). ``day`` lies between the case's acceptance and today (Beijing time), ``valid_until`` and
    ``collect_from`` not before it. ``decided_by`` is who decided, as the hall is to see it in the case.
    """

    id: Identity
    granted: bool
    day: dt.date
    case_id: ShortText = ""
    reference: ShortText = ""
    version: Number = 0
    reason: LongText = ""
    basis: LongText = ""
    result: ShortText = ""
    result_number: ShortText = ""
    result_copies: Annotated[int, Meta(ge=0, le=100)] = 1
    valid_until: dt.date | None = None
    conditions: LongText = ""
    collect_from: dt.date | None = None
    decided_by: ShortText = ""


class DecisionReply(_Message, frozen=True):
    """What became of a decision. ``conflict``: it is kept and a person at the hall looks at it; ``reason`` says why.
    ``epoch`` is the history of the centre that has it; one with another epoch may not."""

    id: str
    status: Status
    case_id: str
    version: int
    reason: str = ""
    epoch: str = ""


class DeadDelivery(_Message, frozen=True):
    """What a department could not be told, however often it was tried; waits for a person."""

    department: str
    case_id: str
    reference: str
    number: int
    attempts: int
    error: str


class DeadDeliveries(_Message, frozen=True):
    """The first of what departments could not be told, and of how many cases ``more``."""

    deliveries: list[DeadDelivery]
    more: int = 0


class Replayed(_Message, frozen=True):
    """Of how many cases a department is told again."""

    replayed: int


def sign_told(secret: bytes, body: bytes, now_s: int) -> str:
    """The signature header of a message."""
    return f"t={now_s},v1={hmac.digest(secret, f'{now_s}.'.encode() + body, 'sha256').hex()}"
