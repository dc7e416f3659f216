"""What the centre would not take even alone: its outline in its place."""

from __future__ import annotations

from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hall import wire
from hall.wire_oversight import Outline, Report


def report(
    key: Ed25519PrivateKey,
    incarnation: str,
    epoch: str,
    seq: int,
    fact: wire.WireFact,
    reason: str,
    app_v: str,
    nonce: bytes,
) -> Report:
    """The dead letter of a fact: its header and digests, nothing that anybody wrote."""
    outline = Outline(
        header=fact.header,
        public_hash=sha256(fact.public).digest(),
        personal_hash=fact.personal_hash,
        hash=fact.hash,
    )
    return Report(
        incarnation=incarnation,
        epoch=epoch,
        seq=seq,
        reason=reason[:200],
        outline=outline,
        signature=wire.sign_push(key, incarnation, wire.Head(seq=seq, hash=fact.hash), seq),
        app_v=app_v,
        nonce=nonce,
    )
