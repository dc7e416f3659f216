"""Asking the centre for what only people may: with the session of whoever is signed in."""

from __future__ import annotations

from clerk_tui.sync.messages import TROUBLES, Trouble
from clerk_tui.sync.transport import Transport, decode, open_http
from hall import wire
from hall.errors import HallError
from hall.wire_oversight import RetryReply


def retry(url: str, session: str, number: int) -> RetryReply:
    """Have a set-aside record read again.

    Raises:
        HallError: nobody with a session is signed in, no contact, or the centre's own refusal.
    """
    if not session:
        raise HallError(
            "needs_session", "要负责人联网签到后才能请中心重办", field="clerk", hint="请负责人签到，或交给负责人处理"
        )
    with open_http(url) as http:
        answer = Transport(http, session).ask("POST", f"/v1/quarantine/{number}/retry")
    if isinstance(answer, Trouble):
        raise HallError(f"sync_{answer.what}", TROUBLES[answer.what], field="centre.url", hint="联网后再试")
    status, body = answer
    reply = decode(body, RetryReply) if status == 200 else None
    if reply is not None:
        return reply
    problem = decode(body, wire.Problem)
    if problem is not None and problem.message:
        raise HallError(problem.code or "refused", problem.message[:200], hint="请负责人在中心处理")
    raise HallError("sync_not_the_centre", TROUBLES["not_the_centre"], field="centre.url", hint="联网后再试")
