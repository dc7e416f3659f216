"""Who sits at this counter, and whether they may: the one guard that services call.

Every service that reads or writes cases carries ``@needs``; every fact that is written passes ``may_write``, so that
nothing reaches the journal without a right, whichever way it came.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from hall.errors import HallError
from hall.facts import FactBody
from hall.roles import BY_LAW, Actor, Forbidden, Permission, needed_for, require

if TYPE_CHECKING:
    from clerk_tui.services.workspace import Workspace

P = ParamSpec("P")
R = TypeVar("R")


class Seat:
    """The one who is signed in at a counter, for every thread of it; ``None`` while nobody is.

    ``session`` is their bearer token at the centre (empty offline). ``until_ms`` is when signing in runs out, on the
    clock that no one can set (``Clock.mono_ms``; 0: never). ``centre_url`` is where PINs are checked
    and tickets asked for.
    """

    __slots__ = ("actor", "centre_url", "session", "until_ms")

    def __init__(self, actor: Actor | None = None, until_ms: int = 0, *, centre_url: str = "") -> None:
        self.actor = actor
        self.until_ms = until_ms
        self.session = ""
        self.centre_url = centre_url

    def take(self, actor: Actor, until_ms: int = 0, session: str = "") -> None:
        """Somebody signs in; who sat there before is gone."""
        self.actor, self.until_ms, self.session = actor, until_ms, session

    def leave(self) -> None:
        """Nobody sits here any more."""
        self.actor, self.until_ms, self.session = None, 0, ""


class NotSignedIn(Forbidden):
    """Nobody is signed in at this counter; nothing was written."""

    def __init__(self) -> None:
        super().__init__("not_signed_in", "还没有人签到，不能办理", field="clerk", hint="先用工号和密码签到")


def signed_in(ws: Workspace) -> Actor:
    """Who sits here now.

    Raises:
        NotSignedIn: nobody, or they signed in too long ago.
    """
    seat = ws.seat
    actor = seat.actor
    if actor is None or (seat.until_ms and ws.clock.mono_ms() > seat.until_ms):
        raise NotSignedIn
    return actor


def needs(
    permission: Permission,
) -> Callable[[Callable[Concatenate[Workspace, P], R]], Callable[Concatenate[Workspace, P], R]]:
    """A service that only those may call who have ``permission``; others get ``Forbidden`` before anything happens."""

    def guard(service: Callable[Concatenate[Workspace, P], R]) -> Callable[Concatenate[Workspace, P], R]:
        @wraps(service)
        def guarded(ws: Workspace, /, *args: P.args, **kwargs: P.kwargs) -> R:
            require(signed_in(ws), permission)
            return service(ws, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return guard


def may_write(ws: Workspace, body: FactBody, approver: Actor | None = None) -> Actor:
    """Who stands in the fact as the one who acted: whoever is signed in, or the law itself.

    ``approver`` stands beside them with a right that they lack; the fact names both.

    Raises:
        Forbidden: neither may write this fact.
    """
    permission = needed_for(body)
    if permission is Permission.BY_LAW:
        return BY_LAW
    actor = signed_in(ws)
    if not (approver is not None and permission is not None and approver.may(permission)):
        require(actor, permission)
    return actor


def can(ws: Workspace, permission: Permission) -> bool:
    """Whether whoever sits here may; nobody may nothing."""
    try:
        require(signed_in(ws), permission)
    except HallError:
        return False
    return True
