"""A request that is not taken."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hall import wire
from hall.names import says_something

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


class Refused(Exception):
    """An HTTP status and a ``Problem`` that tells the counter how to go on. ``retry_after_s``: when to ask again."""

    def __init__(self, http_status: int, problem: wire.Problem, *, retry_after_s: int = 0) -> None:
        super().__init__(problem.code)
        self.http_status = http_status
        self.problem = problem
        self.retry_after_s = retry_after_s


@contextmanager
def signed_for(key: Ed25519PrivateKey, device: str, nonce: bytes, codes: Collection[str] = ()) -> Iterator[None]:
    """A refusal from inside is signed for ``device`` and its request's ``nonce``, so that nobody else can refuse it.
    ``codes``: only these; empty for every one."""
    try:
        yield
    except Refused as refused:
        if codes and refused.problem.code not in codes:
            raise
        signed = wire.sign_problem(key, device, nonce, refused.problem)
        raise Refused(refused.http_status, signed, retry_after_s=refused.retry_after_s) from None


def said(text: str, field: str, code: str, message: str, *, http_status: int = 400) -> str:
    """A reason that somebody gives, without blanks around it.

    Raises:
        Refused: it says nothing: blanks, a dash (``hall.names.says_something``).
    """
    if not says_something(text):
        raise Refused(http_status, wire.Problem(code=code, message=message, field=field))
    return text.strip()
