"""Facts that cannot go the usual way, sealed into a file for a supervisor (sync.md §8).

When a device is revoked, or its journal turns out to be set back or copied, what the centre has not proven to hold
leaves the counter as one file: readable only with the supervisor's key, and signed by the device that wrote the facts.
Importing one twice changes nothing: facts are known by their identity.

    key  = HKDF-SHA256(X25519(ephemeral, recipient), info = "clerk-sealed1")
    box  = ChaCha20-Poly1305(key, nonce, JSON of SealedFacts, associated data = everything else in the envelope)
    signature = Ed25519 of the device over the envelope without its signature
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta, Struct

from hall.chain import UNREADABLE
from hall.errors import BadInput
from hall.wire import Digest, ShortText, WireFact

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

MAGIC: Final = "clerk-sealed1"
Number = Annotated[int, Meta(ge=0, le=2**53)]
MAX_BYTES: Final = 512 << 20
"""Largest file that is opened."""


class SealedFacts(Struct, frozen=True, kw_only=True):
    """What is inside: facts of one incarnation in order, without gaps, from ``first_seq`` behind the hash ``start``.

    ``reason`` is ``"fork"``, ``"rolled_back"``, ``"revoked"`` or ``"asked"``; ``sealed_ms`` Unix milliseconds.
    """

    office: ShortText
    device: ShortText
    incarnation: ShortText
    first_seq: Number
    start: Digest
    events: list[WireFact]
    reason: ShortText = "asked"
    sealed_ms: int = 0


class Envelope(Struct, frozen=True, kw_only=True):
    """The file: who sealed it for whom, and the box. Nothing in the open names a person."""

    kind: ShortText
    device: ShortText
    incarnation: ShortText
    facts: Number
    public_key: Digest
    recipient: Digest
    ephemeral: Digest
    nonce: Annotated[bytes, Meta(min_length=12, max_length=12)]
    box: bytes
    signature: bytes = b""


def seal_facts(content: SealedFacts, key: Ed25519PrivateKey, recipient: bytes) -> bytes:
    """The file for the holder of ``recipient`` (raw X25519 public key, 32 bytes), signed by the device's ``key``."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    ephemeral = X25519PrivateKey.generate()
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(recipient))
    envelope = Envelope(
        kind=MAGIC,
        device=content.device,
        incarnation=content.incarnation,
        facts=len(content.events),
        public_key=key.public_key().public_bytes_raw(),
        recipient=recipient,
        ephemeral=ephemeral.public_key().public_bytes_raw(),
        nonce=os.urandom(12),
        box=b"",
    )
    box = ChaCha20Poly1305(_derive(shared)).encrypt(envelope.nonce, msgspec.json.encode(content), _open_part(envelope))
    envelope = msgspec.structs.replace(envelope, box=box)
    return msgspec.json.encode(msgspec.structs.replace(envelope, signature=key.sign(_signed_part(envelope))))


def read_envelope(data: bytes) -> Envelope:
    """The envelope of a file, whose signature is by the key it names. Whether that is the device's key the reader must
    know from elsewhere.

    Raises:
        BadInput: ``bad_sealed``; no such file, cut, changed, or not signed by its key.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        if len(data) > MAX_BYTES:
            raise ValueError
        envelope = msgspec.json.decode(data, type=Envelope)
        if envelope.kind != MAGIC:
            raise ValueError
        public = Ed25519PublicKey.from_public_bytes(envelope.public_key)
        public.verify(envelope.signature, _signed_part(envelope))
    except (*UNREADABLE, ValueError, InvalidSignature) as error:
        raise _bad("封存文件读不出来，或者被改动过") from error
    return envelope


def open_facts(envelope: Envelope, key: X25519PrivateKey) -> SealedFacts:
    """What is in a file, for the one it was sealed for.

    Raises:
        BadInput: ``bad_sealed``; sealed for somebody else, or not what it says outside.
    """
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    try:
        shared = key.exchange(X25519PublicKey.from_public_bytes(envelope.ephemeral))
        plain = ChaCha20Poly1305(_derive(shared)).decrypt(envelope.nonce, envelope.box, _open_part(envelope))
        content = msgspec.json.decode(plain, type=SealedFacts)
    except (*UNREADABLE, ValueError, InvalidTag) as error:
        raise _bad("这个封存文件不是给这把密钥的") from error
    outside = (envelope.device, envelope.incarnation, envelope.facts)
    if outside != (content.device, content.incarnation, len(content.events)):
        raise _bad("封存文件的封面与内容不符")
    return content


def sealing_key(signing: Ed25519PrivateKey) -> X25519PrivateKey:
    """The key that a centre opens sealed files with: follows from its signing key, so there is nothing more to keep."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    return X25519PrivateKey.from_private_bytes(_derive(signing.private_bytes_raw(), b"clerk-sealing-key1"))


def _derive(secret: bytes, info: bytes = MAGIC.encode()) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), 32, None, info).derive(secret)


def _open_part(envelope: Envelope) -> bytes:
    return msgspec.json.encode(
        [
            envelope.kind,
            envelope.device,
            envelope.incarnation,
            envelope.facts,
            envelope.public_key,
            envelope.recipient,
            envelope.ephemeral,
            envelope.nonce,
        ]
    )


def _signed_part(envelope: Envelope) -> bytes:
    return _open_part(envelope) + envelope.box


def _bad(message: str) -> BadInput:
    return BadInput("bad_sealed", message, field="file", hint="核对文件；用原来的文件再试，仍不行请报告管理员")
