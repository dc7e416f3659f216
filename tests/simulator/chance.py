"""Every random byte that the program draws in a run, from the run's seed: salts, keys, identities, tokens, nonces."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey


@contextmanager
def drawn_from(seed: str) -> Iterator[None]:
    """Let what asks the operating system for chance get it from ``seed`` (also usable as a decorator).

    What a fact's hash decides (whether a centre takes it) is then the same each time a seed is run.
    """
    draw = random.Random(f"chance {seed}").randbytes
    with (
        patch.object(os, "urandom", draw),
        # What ``secrets`` asks: the name by which ``random`` has imported the same function.
        patch.object(random, "_urandom", draw),
        patch.object(Ed25519PrivateKey, "generate", lambda: Ed25519PrivateKey.from_private_bytes(draw(32))),
        patch.object(X25519PrivateKey, "generate", lambda: X25519PrivateKey.from_private_bytes(draw(32))),
    ):
        yield
