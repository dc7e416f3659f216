"""What the centre tells those who look after a hall: silent devices, what was set aside, conflicts, dead letters.

What became of a record that was read again is believed only by its signature, like the receipt of a fact: whoever else
said so would leave its contents unsent for ever, or hide what was set aside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta, Struct

from hall.wire import Digest, Nonce, Number, PushResult, ShortText, Status, WireFact, _verify

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

LONGEST_WORDS = 200
"""Characters of what a person says about a record: what is right, how it stands, why it may have its effect."""


class _Message(Struct, frozen=True, kw_only=True):
    """Base of requests and replies. Unknown keys are kept out, not refused: newer sides may say more."""


class Outline(_Message, frozen=True):
    """A fact without its contents: what its hash is made of, so that the chain goes on over it."""

    header: Annotated[bytes, Meta(max_length=64 << 10)]
    public_hash: Digest
    personal_hash: Digest
    hash: Digest


class Report(_Message, frozen=True):
    """A dead letter: a fact that the centre would not take even alone. Its outline takes its place in the journal, so
    that later facts go on; ``signature`` is the device's, as over a batch whose head this fact is; ``nonce`` is what a
    refusal is signed for."""

    incarnation: ShortText
    epoch: ShortText
    seq: Annotated[int, Meta(ge=1, le=2**53)]
    reason: ShortText
    outline: Outline
    signature: bytes
    app_v: ShortText = ""
    nonce: Nonce = b""


class Contents(_Message, frozen=True):
    """A fact of which the centre has the outline, whole: perhaps it can be read now. ``nonce`` is what the reply is
    signed for."""

    incarnation: ShortText
    seq: Annotated[int, Meta(ge=1, le=2**53)]
    fact: WireFact
    nonce: Nonce = b""


class ReportEntry(_Message, frozen=True):
    """A dead letter as a person sees it: a fact of which the centre has the outline only."""

    device: str
    incarnation: str
    seq: int
    reason: str
    app_v: str
    at_ms: int


class Loss(_Message, frozen=True):
    """Facts ``first`` through ``last`` of a journal that its damaged file could not be read of: lost for good, as
    somebody in charge (a number) has said. When by their window's clock (Unix ms)."""

    incarnation: str
    first: int
    last: int
    seen_by: str
    seen_ms: int


class DeviceStatus(_Message, frozen=True):
    """What a device of the hall last said: when (Unix ms), and how much it had still to send.

    ``silent``: it was not heard of for longer than one of its role ever is while it works. ``lost`` is what was never
    read of a damaged journal of its own.
    """

    device: str
    role: str
    codes: list[str]
    revoked: bool
    seen_ms: int
    silent: bool
    pending: int = 0
    oldest_ms: int = 0
    declared_ms: int = 0
    app_v: str = ""
    lost: list[Loss] = []


class StatusReply(_Message, frozen=True):
    """The hall at a glance: numbers of what waits for a person, and its devices. ``alarms`` are calls for help."""

    office: str
    epoch: str
    time_ms: int
    devices: list[DeviceStatus]
    set_aside: int
    conflicts: int
    dead_letters: list[ReportEntry]
    deliveries_waiting: int = 0
    deliveries_dead: int = 0
    alarms: int = 0


class AlarmEntry(_Message, frozen=True):
    """A silent call for help that nobody has seen to: from which window, whose seat (a number, empty for nobody's),
    when by the device's clock and when it came in (Unix ms). ``number`` is its fact's in the hall."""

    number: Number
    device: str
    window: str
    clerk: str
    at_ms: int
    received_ms: int


class AlarmsReply(_Message, frozen=True):
    """Calls for help, the newest first."""

    alarms: list[AlarmEntry]


class AsideEntry(_Message, frozen=True):
    """A fact that was set aside. ``number`` is its number in the hall, ``reason`` Chinese, for the clerk; ``actor``
    wrote it. ``revoked``: its device has no rights any more. ``dealt_how`` is what its window did about it
    (``corrected``, ``handed_over``), by whom, when by the window's clock (Unix ms), in what words; empty: nothing."""

    number: Number
    case_id: str
    incarnation: str
    seq: int
    type: str
    kind: str
    reason: str
    received_ms: int
    reference: str = ""
    device: str = ""
    revoked: bool = False
    actor: str = ""
    dealt_how: str = ""
    dealt_by: str = ""
    dealt_ms: int = 0
    dealt_words: str = ""


class AsideReply(_Message, frozen=True):
    """A page of what was set aside and nobody has settled; ask again behind the last ``number``."""

    entries: list[AsideEntry]
    has_more: bool


class RetryRequest(_Message, frozen=True):
    """Why a set-aside fact may have its effect now, in the words of whoever answers for it: something, and at most
    ``LONGEST_WORDS`` characters. They stand in the centre's record. ``nonce`` is what the reply is signed for."""

    reason: ShortText
    nonce: Nonce = b""


class RetryReply(_Message, frozen=True):
    """What became of the set-aside fact ``seq`` (with this ``hash``) of a journal, and of those of its case that waited
    for it, when they were read again. ``others`` counts those that wait no more; ``results`` are all that were read, in
    the order of their journal. ``signature`` is the centre's, for who asked (``sign_retry``)."""

    number: Number
    incarnation: ShortText
    seq: Number
    hash: Digest
    status: Status
    reason: str = ""
    others: int = 0
    results: list[PushResult] = []
    signature: Annotated[bytes, Meta(max_length=64)] = b""


class ConflictEntry(_Message, frozen=True):
    """A conflict that nobody has settled. ``id`` is what ``conflict.settled`` names; ``kind`` a flag of ``Change``, or
    ``served_twice`` where two windows served one ticket, which then is ``case_id``.

    ``case_id`` is the case it stands on, ``other`` the second case where two are meant (it came first); both sides stay
    as they are. Of one case ``first`` is what stands and ``second`` what has no effect, in Chinese, of one ticket
    they are the windows; ``barred`` says why that cannot be done anew either. ``first_window`` wrote what came first,
    at ``first_ms`` by its clock (Unix ms).
    """

    id: str
    kind: str
    case_id: str
    reference: str
    other: str
    other_reference: str
    reason: str
    incarnation: str
    seq: int
    actor: str
    made_ms: int
    first: str = ""
    second: str = ""
    barred: str = ""
    first_window: str = ""
    first_ms: int = 0


class ConflictsReply(_Message, frozen=True):
    """The open conflicts of a hall, the oldest first; ``behind``: how many follow those told here."""

    conflicts: list[ConflictEntry]
    has_more: bool
    behind: int = 0


def sign_retry(key: Ed25519PrivateKey, device: str, nonce: bytes, reply: RetryReply) -> RetryReply:
    """The reply with the centre's signature, for the request of ``device`` that carried ``nonce``."""
    return msgspec.structs.replace(reply, signature=key.sign(_retry_bytes(device, nonce, reply)))


def retry_is_signed(server_key: bytes, device: str, nonce: bytes, reply: RetryReply) -> bool:
    """Whether the pinned centre key answered this very request."""
    return _verify(server_key, reply.signature, _retry_bytes(device, nonce, reply))


def _retry_bytes(device: str, nonce: bytes, reply: RetryReply) -> bytes:
    named = [device, nonce, reply.number, reply.incarnation, reply.seq, reply.hash]
    results = [[each.seq, each.status, each.server_seq, each.case_version, each.reason] for each in reply.results]
    return msgspec.json.encode(["retry1", *named, reply.status, reply.reason, reply.others, results])
