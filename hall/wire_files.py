"""What counter and centre say to each other about attachments (beside ``hall.wire``).

That an attachment is whole at the centre is believed only by its signature, like the receipt of a fact: whoever else
said so would leave a scan unsent for ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from msgspec import Struct

from hall.wire import _verify

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

RECEIPT_HEADER: Final = "Upload-Receipt"
"""The signature in the reply to ``HEAD``, in base64; there only if the attachment is whole."""


class Stored(Struct, frozen=True, kw_only=True):
    """How much of an attachment the centre has of the device that asks, in bytes; the next piece begins at ``have``.
    ``signature`` is there where it is ``whole``, and its content what ``sha256`` says."""

    sha256: str
    size: int
    have: int
    whole: bool
    signature: bytes = b""


def sign_whole(key: Ed25519PrivateKey, device: str, epoch: str, digest: str, size: int) -> bytes:
    """The centre's signature that it has an attachment whole, for the ``device`` that asks, in this ``epoch``."""
    return key.sign(_bytes(device, epoch, digest, size))


def is_whole(server_key: bytes, signature: bytes, device: str, epoch: str, digest: str, size: int) -> bool:
    """Whether the pinned centre key says so."""
    return _verify(server_key, signature, _bytes(device, epoch, digest, size))


def _bytes(device: str, epoch: str, digest: str, size: int) -> bytes:
    return msgspec.json.encode(["whole1", device, epoch, digest, size])
