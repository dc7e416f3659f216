"""The routes of the board in the hall: reading only, but for the rule by which lights turn, which is a supervisor's."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Request, get, put
from litestar.datastructures import State
from litestar.params import JSONBody, Parameter

from central import board
from central.clock import now_ms
from central.rights import Principal, needs
from central.store import Store
from hall import wire_board as w
from hall.deadlines import LightRule
from hall.roles import Permission

Asked = Request[Principal, Any, State]


def _store(state: State) -> Store:
    store: Store = state.store
    return store


@get("/v1/board", opt=needs(Permission.BOARD))
async def figures(request: Asked, state: State) -> w.BoardFigures:
    """The hall at a glance: open cases by light and whose turn it is, today against the promise, silent devices."""
    user = request.user
    return await board.figures(_store(state), user.office, now_ms(), user.device.role)


@get("/v1/board/cases", opt=needs(Permission.BOARD))
async def cases(
    request: Asked,
    state: State,
    holder: Annotated[w.HolderWord | None, Parameter()] = None,
    light: Annotated[w.LightWord | None, Parameter()] = None,
    department: Annotated[str, Parameter(max_length=60)] = "",
    about: Annotated[w.AboutWord | None, Parameter()] = None,
    every: Annotated[bool, Parameter()] = False,
    limit: Annotated[int, Parameter(ge=1, le=w.MOST_CASES)] = 50,
) -> w.BoardReply:
    """Cases, masked: nobody's name. Without a choice those that changed last; with one the open cases that are with
    this holder, of this department, under this light (``every``: all of them), the most overdue first; ``about``
    notices or the promise those that the figures of the last days count there, open or not, the gravest first."""
    store, office = _store(state), request.user.office
    if about is not None:
        return await board.cases_that_had(store, office, about, department, limit, now_ms())
    if holder is None and light is None and not department and not every:
        return await board.cases(store, office, limit, now_ms())
    return await board.open_cases(store, office, holder or "", department, light or "", limit, now_ms())


@get("/v1/board/rule", opt=needs(Permission.BOARD))
async def rule(request: Asked, state: State) -> LightRule:
    """By what the lights of the hall's cases turn yellow."""
    return await board.rule(_store(state), request.user.office)


@put("/v1/board/rule", opt=needs(Permission.OVERSEE))
async def set_rule(data: JSONBody[LightRule], request: Asked, state: State) -> LightRule:
    """Change it; the hall's cases are counted anew."""
    return await board.set_rule(_store(state), request.user.office, data)


ROUTES = [figures, cases, rule, set_rule]
