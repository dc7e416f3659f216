"""A request that is not taken."""

from __future__ import annotations

from hall import wire
from hall.names import says_something


class Refused(Exception):
    """An HTTP status and a ``Problem`` that tells the counter how to go on. ``retry_after_s``: when to ask again."""

    def __init__(self, http_status: int, problem: wire.Problem, *, retry_after_s: int = 0) -> None:
        super().__init__(problem.code)
        self.http_status = http_status
        self.problem = problem
        self.retry_after_s = retry_after_s


def said(text: str, field: str, code: str, message: str, *, http_status: int = 400) -> str:
    """A reason that somebody gives, without blanks around it.

    Raises:
        Refused: it says nothing: blanks, a dash (``hall.names.says_something``).
    """
    if not says_something(text):
        raise Refused(http_status, wire.Problem(code=code, message=message, field=field))
    return text.strip()
