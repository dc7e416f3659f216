"""What people ask the centre for about records that it set aside: with the session of whoever is signed in, or, for
the contents of one that it would not take, with the device's own token."""

from __future__ import annotations

from typing import TypeVar
from urllib.parse import quote

import msgspec

from clerk_tui.sync.messages import TROUBLES, Trouble
from clerk_tui.sync.rereading import Question
from clerk_tui.sync.transport import Transport, decode, open_http
from hall import wire
from hall.errors import HallError
from hall.wire_oversight import (
    AsideEntry,
    AsideReply,
    ConflictEntry,
    ConflictsReply,
    Contents,
    RetryReply,
    RetryRequest,
)

Told = TypeVar("Told")
MOST = 300
"""Records, and conflicts, of the hall that are shown at a counter."""


def retry(url: str, session: str, number: int, reason: str, question: Question) -> RetryReply:
    """Have a set-aside record read again, which the centre calls ``number``; why stands in its record beside who asked.

    Raises:
        HallError: nobody with a session is signed in, no contact, or the centre's own refusal.
    """
    require_session(session)
    told = RetryRequest(reason=reason, nonce=question.nonce)
    return _asked(url, session, f"/v1/quarantine/{number}/retry", told, question)


def asides(url: str, session: str) -> list[AsideEntry]:
    """What is set aside in the whole hall, the oldest first; of very many the first ``MOST``.

    Raises:
        HallError: nobody with a session is signed in, no contact, or the centre's own refusal.
    """
    require_session(session)
    found: list[AsideEntry] = []
    while len(found) < MOST:
        path = f"/v1/quarantine?after={found[-1].number if found else 0}"
        reply = _read(url, session, "GET", path, b"", AsideReply)
        found += reply.entries
        if not reply.has_more or not reply.entries:
            break
    return found


def bring(url: str, token: str, told: Contents, question: Question) -> RetryReply:
    """Bring the contents of a record that the centre has in outline only.

    Raises:
        HallError: no contact, or it will not take them this time either.
    """
    return _asked(url, token, "/v1/sync/contents", told, question)


def conflicts(url: str, token: str, most: int = MOST) -> tuple[list[ConflictEntry], int]:
    """What is open in the hall, the oldest first; of very many the first ``most``, and how many more there are.

    Raises:
        HallError: no contact, or the centre's own refusal.
    """
    found: list[ConflictEntry] = []
    while True:
        last = f"{found[-1].made_ms} {found[-1].id} {found[-1].kind}" if found else ""
        reply = _read(url, token, "GET", f"/v1/conflicts?after={quote(last, safe='')}", b"", ConflictsReply)
        found += reply.conflicts
        if not reply.has_more or not reply.conflicts:
            return found, 0
        if len(found) >= most:
            return found, reply.behind


def require_session(session: str) -> None:
    """That somebody signed in at the centre itself. Raises HallError ``needs_session``."""
    if not session:
        raise HallError(
            "needs_session", "要负责人联网签到后才能请中心重办", field="clerk", hint="请负责人签到，或交给负责人处理"
        )


def _asked(url: str, token: str, path: str, told: RetryRequest | Contents, question: Question) -> RetryReply:
    reply = _read(url, token, "POST", path, msgspec.json.encode(told), RetryReply)
    if not question.is_answered_by(reply):
        raise _not_the_centre()
    return reply


def _read(url: str, token: str, method: str, path: str, content: bytes, kind: type[Told]) -> Told:
    with open_http(url) as http:
        answer = Transport(http, token).ask(method, path, content=content or None)
    if isinstance(answer, Trouble):
        raise HallError(f"sync_{answer.what}", TROUBLES[answer.what], field="centre.url", hint="联网后再试")
    status, body, _ = answer
    reply = decode(body, kind) if status == 200 else None
    if reply is not None:
        return reply
    problem = decode(body, wire.Problem)
    if problem is not None and problem.message:
        hint = "请另一位负责人来核实" if problem.code == "own_doing" else "请负责人在中心用 clerk-central aside 处理"
        raise HallError(problem.code or "refused", problem.message[:200], hint=hint)
    raise _not_the_centre()


def _not_the_centre() -> HallError:
    return HallError("sync_not_the_centre", TROUBLES["not_the_centre"], field="centre.url", hint="联网后再试")
