"""What counter and centre say to each other (sync.md §4-6): one schema on both sides, JSON with base64 for bytes.

An acknowledgement is a ``Receipt`` signed by the centre's Ed25519 key over device, incarnation, epoch, number and hash
of the last fact stored, and time. No status code and no empty body is one.
"""

from __future__ import annotations

import datetime as dt
from base64 import b64decode, b64encode
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from msgspec import Meta, Struct

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PROTOCOL = 1
MAX_FACTS = 200
MAX_BODY = 1 << 20
"""Most facts and bytes of one push request."""

MAX_UNPACKED = 8 << 20
"""Most bytes of a push request whose body came as gzip."""

MAX_WAIT_S = 25
"""Longest that a reader of the feed may wait for the next change, in seconds."""

MAX_CASE = 2 << 20
MAX_PAGE = 4 << 20
"""Most bytes of a case that is told, and of the cases of one page of the feed, before base64 makes them a third larger:
a counter reads replies of 8 MiB."""

PAGE_HEADER = "X-Clerk-Signature"
"""Carries the centre's signature over a page of the feed (``sign_page``)."""

Lane = Literal["live", "backlog"]
LANE_HEADER = "X-Lane"
LIVE_MS = 10 * 60 * 1000
"""A push whose oldest fact is younger than this (ms) goes in the ``live`` lane, before those with a backlog."""

MAX_KEYS = 5_000
"""Most devices of one hall."""

Number = Annotated[int, Meta(ge=0, le=2**53)]
"""What every JSON reader and both databases can hold."""

Digest = Annotated[bytes, Meta(min_length=32, max_length=32)]
MAX_TEXT = 200
ShortText = Annotated[str, Meta(max_length=MAX_TEXT)]
Nonce = Annotated[bytes, Meta(max_length=64)]
"""Bytes that no request before had; a refusal that names them answers this request and no other."""

GO_BACK = frozenset({"gap", "epoch_changed"})
"""Refusals that have a counter send again what it holds receipts for; believed only with the centre's signature."""


class Status(StrEnum):
    """What became of a fact at the centre: every well-formed one is stored, the rules only decide this."""

    APPLIED = "applied"
    CONFLICT = "conflict"
    QUARANTINED = "quarantined"


class _Message(Struct, frozen=True, kw_only=True):
    """Base of requests and replies. Unknown keys are kept out, not refused: newer sides may say more."""


class WireFact(_Message, frozen=True):
    """A sealed fact: exactly the bytes in the counter's journal."""

    header: bytes
    public: bytes
    hash: Digest
    personal_hash: Digest
    personal: bytes = b""
    salt: bytes = b""


class Head(_Message, frozen=True):
    """The last fact of a journal (``seq`` 0: none yet, the hash is the genesis)."""

    seq: Number
    hash: Digest


class Queue(_Message, frozen=True):
    """What a device has still to send: how many facts, and when the oldest was written (Unix ms by its clock)."""

    pending: Number = 0
    oldest_ms: Annotated[int, Meta(ge=-(2**53), le=2**53)] = 0


class ClockReading(_Message, frozen=True):
    """What a device's clocks showed as it sent: wall (Unix ms), monotonic (ms), and which start of the machine."""

    wall_ms: Annotated[int, Meta(ge=-(2**53), le=2**53)]
    mono_ms: Annotated[int, Meta(ge=-(2**53), le=2**53)]
    boot_id: ShortText


class PushRequest(_Message, frozen=True):
    """Facts of one incarnation in order, without gaps, from ``first_seq``; ``signature`` is the device's.

    ``acked`` is the last fact that the device holds a receipt for; ``queue`` and ``clock`` are what it declares;
    ``nonce`` is what a refusal is signed for.
    """

    proto: int
    device: ShortText
    incarnation: ShortText
    epoch: ShortText
    app_v: ShortText
    head: Head
    first_seq: Annotated[int, Meta(ge=1, le=2**53)]
    events: Annotated[list[WireFact], Meta(max_length=MAX_FACTS)]
    signature: bytes
    acked: Head | None = None
    queue: Queue | None = None
    clock: ClockReading | None = None
    nonce: Nonce = b""


class PushResult(_Message, frozen=True):
    """What became of one fact. ``reason`` is Chinese, for the clerk."""

    seq: Number
    status: Status
    server_seq: Number
    case_version: Number = 0
    reason: str = ""


class Receipt(_Message, frozen=True):
    """The signed acknowledgement: everything through ``acked_through`` is on the centre's disk."""

    device: str
    incarnation: str
    epoch: str
    acked_through: Number
    acked_hash: bytes
    server_time_ms: Number
    signature: bytes = b""


class PushReply(_Message, frozen=True):
    """Reply to a push; only ``receipt`` with a good signature acknowledges anything. ``withheld`` are the facts among
    ``results`` of which the centre has the outline only (``hall.wire_oversight.Report``). ``signature`` is the centre's
    over all of it, for the request's ``nonce``: what became of a fact is no stranger's to say."""

    receipt: Receipt
    results: list[PushResult]
    retry_after_ms: Number = 0
    withheld: list[Number] = []
    signature: Annotated[bytes, Meta(max_length=64)] = b""


class Problem(_Message, frozen=True):
    """A refusal of a request, with what the client needs to go on (sync.md §4). ``field`` names what is wrong in it,
    where it is one thing; ``signature`` is the centre's over one of ``GO_BACK`` and over what it says of a PIN
    (``sign_problem``)."""

    code: ShortText
    message: str
    field: str = ""
    expected: Number = 0
    epoch: ShortText = ""
    hash: Annotated[bytes, Meta(max_length=32)] = b""
    signature: Annotated[bytes, Meta(max_length=64)] = b""


class Change(_Message, frozen=True):
    """One entry of the feed, numbered in commit order; ``case`` is the JSON of the case as it stands now.

    Each case is in the feed once, at the number of its last fact; one of more than ``MAX_CASE`` bytes without what is
    in it. ``flags`` say what a person has to look at
    (``needs_review``, ``right_in_doubt``, ``issued_offline``, ``candidate_pair``, ``same_ticket``,
    ``same_reference``, ``same_field``, ``to_withdraw``; ``clock_suspect`` and what ``hall.clock_doubt`` reads).
    """

    server_seq: Number
    case_id: str
    reference: str
    state: str
    version: Number
    device: str
    day: dt.date
    case: bytes
    flags: list[str] = []


class ChangesReply(_Message, frozen=True):
    """A page of the feed after ``cursor``; ``next_cursor`` is opaque. The centre signs the bytes it is sent in."""

    epoch: str
    changes: list[Change]
    next_cursor: str
    has_more: bool


class EnrolRequest(_Message, frozen=True):
    """A device asks to be known: a one-time code, its public key and the code it numbers its cases with.

    ``device_code`` empty: the centre gives the next free one of the office.
    """

    one_time_code: ShortText
    device: ShortText
    device_code: ShortText
    public_key: Annotated[bytes, Meta(min_length=32, max_length=32)]
    office: ShortText = ""


class EnrolReply(_Message, frozen=True):
    """The device's bearer token and the centre's public key, to be pinned; ``sealing_key`` (raw X25519) is whom to seal
    for what cannot be sent (``hall.sealed``)."""

    device: str
    device_code: str
    incarnation: str
    token: str
    server_key: bytes
    epoch: str
    sealing_key: bytes = b""


class DeviceKey(_Message, frozen=True):
    """A device of the hall and its public key (raw Ed25519); a revoked one's codes are not to be believed any more."""

    device: ShortText
    public_key: Digest
    revoked: bool = False


class KeysReply(_Message, frozen=True):
    """Whose codes on papers to believe, and the hall's secret behind the identity digests in them (``hall.replica``).

    ``sealing_key`` is the centre's X25519 key that files are sealed for (``hall.sealed``).

    Signed by the centre: whoever could slip a key in here could forge papers. ``nonce`` is the question's
    (``asked_now``).
    """

    device: str
    epoch: str
    server_time_ms: Number
    secret: Digest
    keys: Annotated[list[DeviceKey], Meta(max_length=MAX_KEYS)]
    signature: bytes = b""
    sealing_key: bytes = b""
    nonce: Annotated[bytes, Meta(max_length=32)] = b""


def asked_now(told: bytes, nonce: bytes) -> bool:
    """Whether a signed list may be the answer to a question with ``nonce``: with another one it answers another
    question, and may be an old list played again. One without is from a centre that knows of none, and is held against
    the time of the list before."""
    return told in (b"", nonce)


def sign_push(key: Ed25519PrivateKey, incarnation: str, head: Head, first_seq: int) -> bytes:
    """The device's signature over the head of a batch (64 bytes)."""
    return key.sign(_push_bytes(incarnation, head, first_seq))


def push_is_signed(public_key: bytes, request: PushRequest) -> bool:
    """Whether the request's signature is by this device key."""
    return head_is_signed(public_key, request.signature, request.incarnation, request.head, request.first_seq)


def head_is_signed(public_key: bytes, signature: bytes, incarnation: str, head: Head, first_seq: int) -> bool:
    """Whether a signature over the head of a batch (``sign_push``) is by this device key."""
    return _verify(public_key, signature, _push_bytes(incarnation, head, first_seq))


def sign_receipt(key: Ed25519PrivateKey, receipt: Receipt) -> Receipt:
    """The receipt with the centre's signature."""
    return msgspec.structs.replace(receipt, signature=key.sign(_receipt_bytes(receipt)))


def receipt_is_signed(server_key: bytes, receipt: Receipt) -> bool:
    """Whether the receipt is signed by the pinned centre key."""
    return _verify(server_key, receipt.signature, _receipt_bytes(receipt))


def sign_reply(key: Ed25519PrivateKey, device: str, nonce: bytes, reply: PushReply) -> PushReply:
    """The reply, its receipt signed already, with the centre's signature for the request that carried ``nonce``."""
    return msgspec.structs.replace(reply, signature=key.sign(_reply_bytes(device, nonce, reply)))


def reply_is_signed(server_key: bytes, device: str, nonce: bytes, reply: PushReply) -> bool:
    """Whether the pinned centre key answered this very request; the receipt in it is looked at for itself."""
    return _verify(server_key, reply.signature, _reply_bytes(device, nonce, reply))


def told_through(receipt: Receipt, results: Sequence[PushResult]) -> int:
    """Through which fact a journal counts as sent: as far as ``results`` tell what became of each, even if the receipt
    goes further. Of the rest it is not known yet of which the centre has the outline only."""
    return min(receipt.acked_through, max((result.seq for result in results), default=receipt.acked_through))


def sign_problem(key: Ed25519PrivateKey, device: str, nonce: bytes, problem: Problem) -> Problem:
    """The refusal with the centre's signature, for the request of ``device`` that carried ``nonce``."""
    return msgspec.structs.replace(problem, signature=key.sign(_problem_bytes(device, nonce, problem)))


def problem_is_signed(server_key: bytes, device: str, nonce: bytes, problem: Problem) -> bool:
    """Whether the pinned centre key refused this very request."""
    return _verify(server_key, problem.signature, _problem_bytes(device, nonce, problem))


def sign_keys(key: Ed25519PrivateKey, reply: KeysReply) -> KeysReply:
    """The list of keys with the centre's signature."""
    return msgspec.structs.replace(reply, signature=key.sign(_keys_bytes(reply)))


def keys_are_signed(server_key: bytes, reply: KeysReply) -> bool:
    """Whether the list of keys is signed by the pinned centre key."""
    return _verify(server_key, reply.signature, _keys_bytes(reply))


def sign_page(key: Ed25519PrivateKey, device: str, cursor: str, digest: bytes) -> str:
    """The centre's signature (base64) over the page that ``device`` asked for behind ``cursor``; ``digest`` is the
    SHA-256 of its bytes."""
    return b64encode(key.sign(_page_bytes(device, cursor, digest))).decode()


def page_is_signed(server_key: bytes, device: str, cursor: str, signature: str, body: bytes) -> bool:
    """Whether these bytes are the page that this device asked for, by the pinned centre key."""
    try:
        signed = b64decode(signature, validate=True)
    except ValueError:
        return False
    return _verify(server_key, signed, _page_bytes(device, cursor, sha256(body).digest()))


def _page_bytes(device: str, cursor: str, digest: bytes) -> bytes:
    return msgspec.json.encode(["page1", device, cursor, digest])


def _reply_bytes(device: str, nonce: bytes, reply: PushReply) -> bytes:
    told = [[each.seq, each.status, each.server_seq, each.case_version, each.reason] for each in reply.results]
    return msgspec.json.encode(
        ["reply1", device, nonce, reply.receipt.signature, told, reply.retry_after_ms, reply.withheld]
    )


def _problem_bytes(device: str, nonce: bytes, problem: Problem) -> bytes:
    return msgspec.json.encode(["refusal1", device, nonce, problem.code, problem.expected, problem.epoch, problem.hash])


def _keys_bytes(reply: KeysReply) -> bytes:
    keys = [[known.device, known.public_key, known.revoked] for known in reply.keys]
    told = ["keys1", reply.device, reply.epoch, reply.server_time_ms, reply.secret, keys]
    more = [each for each in (reply.sealing_key, reply.nonce and [reply.nonce]) if each]
    return msgspec.json.encode([*told, *more])


def _push_bytes(incarnation: str, head: Head, first_seq: int) -> bytes:
    return msgspec.json.encode(["push1", incarnation, head.seq, head.hash, first_seq])


def _receipt_bytes(receipt: Receipt) -> bytes:
    return msgspec.json.encode(
        [
            "receipt1",
            receipt.device,
            receipt.incarnation,
            receipt.epoch,
            receipt.acked_through,
            receipt.acked_hash,
            receipt.server_time_ms,
        ]
    )


def _verify(public_key: bytes, signature: bytes, message: bytes) -> bool:
    # Six megabytes that only those need who verify: the sync process and the centre, not the screens.
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
