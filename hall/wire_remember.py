"""What a counter hands back to a centre that was put back to a copy: the newest lists that the centre signed for it.

A list can take away only: revoked devices, disabled clerks, roles that were lost. The centre believes its own
signature, and the counter the centre's that it has the list: nobody in between can make it forget one.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from hall.wire import Digest, KeysReply, Number, _verify
from hall.wire_clerks import ClerksReply

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

NO_SECRET = bytes(32)
"""Stands in ``keys`` for the hall's secret: the centre knows it, and it is nobody else's."""


class Remember(Struct, frozen=True, kw_only=True):
    """One list of an epoch that is over, as it came, but with ``NO_SECRET``."""

    keys: KeysReply | None = None
    clerks: ClerksReply | None = None

    @property
    def list_id(self) -> bytes:
        """Which list it is: the SHA-256 of the centre's signature on it."""
        told = self.keys or self.clerks
        return sha256(told.signature if told is not None else b"").digest()


class Remembered(Struct, frozen=True, kw_only=True):
    """The centre has looked through the list ``list_id``, and took something away from ``changed`` devices and clerks
    by it. Signed."""

    device: str
    list_id: Digest
    changed: Number
    signature: bytes = b""


def sign_remembered(key: Ed25519PrivateKey, reply: Remembered) -> Remembered:
    """The answer with the centre's signature."""
    return replace(reply, signature=key.sign(_bytes(reply)))


def remembered_is_signed(server_key: bytes, reply: Remembered) -> bool:
    """Whether the answer is signed by the pinned centre key."""
    return _verify(server_key, reply.signature, _bytes(reply))


def _bytes(reply: Remembered) -> bytes:
    return msgspec.json.encode(["remembered1", reply.device, reply.list_id, reply.changed])
