"""A request that is not taken."""

from __future__ import annotations

from hall import wire


class Refused(Exception):
    """An HTTP status and a ``Problem`` that tells the counter how to go on. ``retry_after_s``: when to ask again."""

    def __init__(self, http_status: int, problem: wire.Problem, *, retry_after_s: int = 0) -> None:
        super().__init__(problem.code)
        self.http_status = http_status
        self.problem = problem
        self.retry_after_s = retry_after_s
