"""Identity: UUIDv7, made once, before the first commit and never again for a retry (RFC 9562 §5.7)."""

from __future__ import annotations

import uuid
from typing import Final

SHOWN: Final = 13
"""Characters of an identity that people read and type: its time to the millisecond, by which two differ."""


def uuid7(at_ms: int, randomness: bytes) -> str:
    """A UUIDv7 for ``at_ms`` (Unix milliseconds) from ten random bytes.

    Raises:
        ValueError: not ten bytes, or a time outside 48 bits.
    """
    if len(randomness) != 10 or not 0 <= at_ms < 1 << 48:
        raise ValueError("uuid7 needs ten random bytes and a time in 48 bits")
    bits = int.from_bytes(randomness, "big")
    value = at_ms << 80 | 0x7 << 76 | (bits >> 68 & 0xFFF) << 64 | 0b10 << 62 | bits & ((1 << 62) - 1)
    return str(uuid.UUID(int=value))


def beginning_of(identity: str) -> str:
    """As much of an identity as is shown and typed: ``019a4f2e-8c31``."""
    return identity[:SHOWN]
