"""PIN verifiers: argon2id over HMAC(secret, PIN), with the secret kept apart from the verifier.

Whoever gets hold of the verifiers alone can try no PIN at all, whoever has the secret too pays for each try with memory
and time. The cost is OWASP's (19 MiB, two passes): about 30 ms on a counter's processor, and a centre can afford a
morning's sign-ins. A verifier says its own cost, so a later version can raise it.
"""

from __future__ import annotations

import hmac
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MEMORY_KIB: Final = 19_456
PASSES: Final = 2


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=1)


def make_verifier(secret: bytes, clerk: str, pin: str) -> str:
    """The verifier of a PIN, with a salt of its own; ``secret`` are 32 bytes that only this machine has."""
    return _hasher().hash(_mixed(secret, clerk, pin))


def is_right(verifier: str, secret: bytes, clerk: str, pin: str) -> bool:
    """Whether the verifier was made of this secret, this clerk and this PIN. A broken verifier fits no PIN."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return _hasher().verify(verifier, _mixed(secret, clerk, pin))
    except (VerificationError, InvalidHashError):
        return False


def _mixed(secret: bytes, clerk: str, pin: str) -> bytes:
    # The clerk is in it: a verifier that is moved to another clerk's row fits nobody.
    return hmac.digest(secret, f"pin1\0{clerk}\0{pin}".encode(), "sha256")
