"""What counter and centre say to each other about people and tokens (beside ``hall.wire``).

The centre is the source of clerks. It tells a device the clerks of its hall in a list that it signs; the list carries
no PIN and nothing made of one. A PIN is checked by the centre the first time a clerk signs in at a window; the window
then makes a verifier of its own that is worth nothing without that device's key file. So a stolen disk says nothing
about PINs of people who never sat there, and the centre's database nothing about any.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta, Struct

from hall.wire import Digest, ShortText, _verify

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

MAX_CLERKS = 2_000
"""Most clerks of one hall."""
LONGEST_PIN: Final = 12
SHORTEST_PIN: Final = 6

ClerkId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]{1,20}\Z")]
Name = Annotated[str, Meta(min_length=1, max_length=60)]
Pin = Annotated[str, Meta(pattern=r"^[0-9]{6,12}\Z")]
Nonce = Annotated[bytes, Meta(min_length=16, max_length=32)]
RoleWords = Annotated[list[Annotated[str, Meta(max_length=20)]], Meta(max_length=10)]


class _Message(Struct, frozen=True, kw_only=True):
    """Base of requests and replies. Unknown keys are kept out, not refused: newer sides may say more."""


class ClerkEntry(_Message, frozen=True):
    """A clerk of the hall. ``pin_version`` grows with every new PIN; 0 while there is none."""

    id: ClerkId
    name: ShortText
    roles: RoleWords
    pin_version: int = 0
    active: bool = True


class ClerksReply(_Message, frozen=True):
    """The clerks of the device's hall, disabled ones too; good for signing in offline until ``valid_until_ms``.
    ``nonce`` is the question's (``wire.asked_now``)."""

    device: str
    office: str
    epoch: str
    server_time_ms: int
    valid_until_ms: int
    clerks: Annotated[list[ClerkEntry], Meta(max_length=MAX_CLERKS)]
    signature: bytes = b""
    nonce: Annotated[bytes, Meta(max_length=32)] = b""


class _Secret(_Message, frozen=True):
    """A message that must not show its PIN in a log, a traceback or a debugger's list of locals."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


class SignInRequest(_Secret, frozen=True):
    """A clerk signs in at a device; ``nonce`` comes back signed, so that an answer cannot be kept and played again."""

    clerk: ClerkId
    pin: Pin
    nonce: Nonce


class ChangePinRequest(_Secret, frozen=True):
    """A clerk gives themselves a new PIN."""

    clerk: ClerkId
    pin: Pin
    new_pin: Pin
    nonce: Nonce


class SignInReply(_Secret, frozen=True):
    """The PIN is right. ``session`` is a bearer token for what this person may ask of the centre, until
    ``session_until_ms``; ``must_change``: the PIN was given out by somebody else."""

    device: str
    clerk: str
    pin_version: int
    nonce: bytes
    server_time_ms: int
    session: str
    session_until_ms: int
    must_change: bool = False
    signature: bytes = b""


class RotateRequest(_Message, frozen=True):
    """A device registers its next token, which it made itself: only the hash travels, so repeating this request gives
    nobody anything. Signed by the device's key: also a device whose token has expired can renew it."""

    device: ShortText
    token_hash: Digest
    signature: bytes


class RotateReply(_Message, frozen=True):
    """The next token is known; the present one lives until the next is first used."""

    device: str
    expires_ms: int


class NewClerk(_Message, frozen=True):
    """A clerk to be added to the administrator's hall."""

    id: ClerkId
    name: Name
    roles: RoleWords


class ClerkChange(_Message, frozen=True):
    """What changes about a clerk; ``None`` leaves it."""

    name: Name | None = None
    roles: RoleWords | None = None
    active: bool | None = None


class GivenPin(_Secret, frozen=True):
    """A PIN to begin with, told once; it must be changed at the first sign-in."""

    clerk: str
    pin: str


class DeviceInfo(_Message, frozen=True):
    """A device of the hall as an administrator sees it; times are Unix milliseconds, 0 for never."""

    device: str
    office: str
    role: str
    codes: list[str]
    revoked: bool
    seen_ms: int = 0
    token_expires_ms: int = 0


def pin_problem(pin: str, clerk: str = "") -> str:
    """Why this PIN will not do, in Chinese; empty where it does."""
    if not (pin.isascii() and pin.isdigit() and SHORTEST_PIN <= len(pin) <= LONGEST_PIN):
        return f"密码是 {SHORTEST_PIN} 到 {LONGEST_PIN} 位数字"
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    if len(steps) == 1 and steps <= {0, 1, 9}:
        return "密码不能是同一个数字或顺着、倒着数的数字"
    if len(set(pin)) < 3:
        return "密码至少要有三个不同的数字"
    if clerk and (pin == clerk or pin.strip("0") == clerk.strip("0")):
        return "密码不能就是工号"
    return ""


def sign_clerks(key: Ed25519PrivateKey, reply: ClerksReply) -> ClerksReply:
    """The list with the centre's signature."""
    return msgspec.structs.replace(reply, signature=key.sign(_clerks_bytes(reply)))


def clerks_are_signed(server_key: bytes, reply: ClerksReply) -> bool:
    """Whether the list is signed by the pinned centre key."""
    return _verify(server_key, reply.signature, _clerks_bytes(reply))


def sign_sign_in(key: Ed25519PrivateKey, reply: SignInReply) -> SignInReply:
    """The answer with the centre's signature."""
    return msgspec.structs.replace(reply, signature=key.sign(_sign_in_bytes(reply)))


def sign_in_is_signed(server_key: bytes, reply: SignInReply) -> bool:
    """Whether the answer is signed by the pinned centre key."""
    return _verify(server_key, reply.signature, _sign_in_bytes(reply))


def sign_rotation(key: Ed25519PrivateKey, device: str, token_hash: bytes) -> RotateRequest:
    """The request for a next token, signed by the device."""
    return RotateRequest(device=device, token_hash=token_hash, signature=key.sign(_rotation_bytes(device, token_hash)))


def rotation_is_signed(public_key: bytes, request: RotateRequest) -> bool:
    """Whether the request is signed by this device key."""
    return _verify(public_key, request.signature, _rotation_bytes(request.device, request.token_hash))


def _clerks_bytes(reply: ClerksReply) -> bytes:
    clerks = [[one.id, one.name, sorted(one.roles), one.pin_version, one.active] for one in reply.clerks]
    head = ["clerks1", reply.device, reply.office, reply.epoch, reply.server_time_ms, reply.valid_until_ms]
    return msgspec.json.encode([*head, clerks, *([reply.nonce] if reply.nonce else [])])


def _sign_in_bytes(reply: SignInReply) -> bytes:
    return msgspec.json.encode(
        ["signin1", reply.device, reply.clerk, reply.pin_version, reply.nonce, reply.server_time_ms, reply.must_change]
    )


def _rotation_bytes(device: str, token_hash: bytes) -> bytes:
    return msgspec.json.encode(["rotate1", device, token_hash])
