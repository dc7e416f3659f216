"""The routes of the queue. Stations give tickets, clerks call, a board reads figures without names."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from litestar import Request, get, post, put
from litestar.datastructures import State
from litestar.params import JSONBody, Parameter

from central.clock import now_ms
from central.queue import figures, issuing, looking
from central.queue.calling import Claim, Renewal, close_day
from central.queue.desk import Desk
from central.queue.moving import Move
from central.rights import Principal, needs
from central.store import Store
from hall import queue_wire as w
from hall.roles import Permission

Asked = Request[Principal, Any, State]
Ticket = Annotated[str, Parameter(min_length=1, max_length=200)]
WindowName = Annotated[str, Parameter(min_length=1, max_length=20)]
Verb = Literal["start", "release", "recall", "pass", "hold", "transfer", "finish", "return", "void"]


def _store(state: State) -> Store:
    store: Store = state.store
    return store


def _desk(state: State) -> Desk:
    desk: Desk = state.desk
    return desk


@post("/v1/queue/tickets", status_code=200, opt=needs(Permission.NUMBERS))
async def issue(data: JSONBody[w.IssueRequest], request: Asked, state: State) -> w.IssueReply:
    """A ticket; the same ``ticket_id`` again gets the same ticket, a person who waits already the one they have."""
    now = now_ms()
    issuing.check(data, now)
    one = issuing.Issue(request.user.office, request.user.device.device_id, data, now)
    return await _desk(state).issue(one)


@get("/v1/queue/tickets", opt=needs(Permission.CLAIM))
async def tickets(
    request: Asked,
    state: State,
    business: Annotated[list[w.Business] | None, Parameter(max_items=w.MAX_BUSINESSES)] = None,
    of: Annotated[Literal["waiting", "held", "passed", "called", "serving"], Parameter()] = "waiting",
    limit: Annotated[int, Parameter(ge=1, le=w.MAX_LISTED)] = 50,
) -> w.QueueReply:
    """Today's tickets in one state, in the order of calling; no names."""
    return await looking.listed(_store(state), request.user.office, business or [], of, limit, now_ms())


@get("/v1/queue/tickets/{ticket:str}", opt=needs(Permission.NUMBERS))
async def ticket(ticket: Ticket, request: Asked, state: State) -> w.IssueReply:
    """One ticket as it stands, with how many are ahead of it now."""
    return await looking.one(_store(state), request.user.office, ticket, now_ms())


@post("/v1/queue/blocks", status_code=200, opt=needs(Permission.NUMBERS))
async def block(data: JSONBody[w.BlockRequest], request: Asked, state: State) -> w.BlockReply:
    """Serials for a device to give out off line; the same ``block_id`` again gets the same ones."""
    user = request.user
    return await issuing.block(_store(state), user.office, user.device.device_id, data, now_ms())


@post("/v1/queue/claim", status_code=200, opt=needs(Permission.CLAIM))
async def claim(data: JSONBody[w.ClaimRequest], request: Asked, state: State) -> w.ClaimReply:
    """The next ticket by the hall's rule, for this window only; the same ``claim_id`` again answers the same ticket."""
    return await _desk(state).claim(Claim(request.user.office, data, now_ms()))


@post("/v1/queue/renew", status_code=200, opt=needs(Permission.CLAIM))
async def renew(data: JSONBody[w.RenewRequest], request: Asked, state: State) -> w.ActionReply:
    """The window still calls this ticket: its lease begins anew."""
    return await _desk(state).renew(Renewal(request.user.office, data, now_ms()))


async def _move(state: State, request: Asked, ticket: str, verb: Verb, data: w.Action) -> w.ActionReply:
    return await _desk(state).move(Move(request.user.office, ticket, verb, data, now_ms()))


@post("/v1/queue/{ticket:str}/start", status_code=200, opt=needs(Permission.CLAIM))
async def start(ticket: Ticket, data: JSONBody[w.Action], request: Asked, state: State) -> w.ActionReply:
    """The person stands at the window: the lease ends, the ticket stays."""
    return await _move(state, request, ticket, "start", data)


@post("/v1/queue/{ticket:str}/recall", status_code=200, opt=needs(Permission.CLAIM))
async def recall(ticket: Ticket, data: JSONBody[w.Action], request: Asked, state: State) -> w.ActionReply:
    """Called once more; the time of the first call stays."""
    return await _move(state, request, ticket, "recall", data)


@post("/v1/queue/{ticket:str}/pass", status_code=200, opt=needs(Permission.CLAIM))
async def pass_(ticket: Ticket, data: JSONBody[w.ReasonedAction], request: Asked, state: State) -> w.ActionReply:
    """过号, with a reason."""
    return await _move(state, request, ticket, "pass", data)


@post("/v1/queue/{ticket:str}/hold", status_code=200, opt=needs(Permission.CLAIM))
async def hold(ticket: Ticket, data: JSONBody[w.ReasonedAction], request: Asked, state: State) -> w.ActionReply:
    """Set aside for a while at this window, with a reason; a claim of this ticket calls it again."""
    return await _move(state, request, ticket, "hold", data)


@post("/v1/queue/{ticket:str}/release", status_code=200, opt=needs(Permission.CLAIM))
async def release(ticket: Ticket, data: JSONBody[w.Action], request: Asked, state: State) -> w.ActionReply:
    """From hold back to its place among those who wait."""
    return await _move(state, request, ticket, "release", data)


@post("/v1/queue/{ticket:str}/transfer", status_code=200, opt=needs(Permission.CLAIM))
async def transfer(ticket: Ticket, data: JSONBody[w.TransferAction], request: Asked, state: State) -> w.ActionReply:
    """Sent on to another business or window, with a reason; number and first call stay."""
    return await _move(state, request, ticket, "transfer", data)


@post("/v1/queue/{ticket:str}/finish", status_code=200, opt=needs(Permission.CLAIM))
async def finish(ticket: Ticket, data: JSONBody[w.FinishAction], request: Asked, state: State) -> w.ActionReply:
    """Served: the cases of the visit and what became of them."""
    return await _move(state, request, ticket, "finish", data)


@post("/v1/queue/{ticket:str}/return", status_code=200, opt=needs(Permission.NUMBERS))
async def return_(ticket: Ticket, data: JSONBody[w.Action], request: Asked, state: State) -> w.ActionReply:
    """Back after 过号, within the hall's limit: behind the first few that wait."""
    return await _move(state, request, ticket, "return", data)


@post("/v1/queue/{ticket:str}/void", status_code=200, opt=needs(Permission.NUMBERS))
async def void(ticket: Ticket, data: JSONBody[w.ReasonedAction], request: Asked, state: State) -> w.ActionReply:
    """Given back, with a reason."""
    return await _move(state, request, ticket, "void", data)


@post("/v1/queue/windows", status_code=200, opt=needs(Permission.CLAIM))
async def window_state(data: JSONBody[w.WindowRequest], request: Asked, state: State) -> w.WindowReply:
    """A window opens, pauses with a reason, or closes."""
    return await looking.set_window(_store(state), request.user.office, data, now_ms())


@get("/v1/queue/windows/{window:str}", opt=needs(Permission.CLAIM))
async def window(window: WindowName, request: Asked, state: State) -> w.WindowReply:
    """A window and the ticket it has, so that one that was restarted goes on."""
    return await looking.window(_store(state), request.user.office, window, now_ms())


@post("/v1/queue/close-day", status_code=200, opt=needs(Permission.OVERSEE))
async def close(request: Asked, state: State) -> w.CloseReply:
    """The hall closes for today: whoever still waits is void. Days that are over close by themselves."""
    office, now = request.user.office, now_ms()
    return await _store(state).transact(lambda db: close_day(db, office, now))


@get("/v1/queue/rule", opt=needs(Permission.BOARD))
async def rule(request: Asked, state: State) -> w.HallRule:
    """The hall's rule: who is next, and how long a window keeps a ticket it called."""
    return await looking.rule(_store(state), request.user.office)


@put("/v1/queue/rule", opt=needs(Permission.OVERSEE))
async def set_rule(data: JSONBody[w.HallRule], request: Asked, state: State) -> w.HallRule:
    """Change the hall's rule; those who wait get their places by the new one."""
    return await looking.set_rule(_store(state), request.user.office, data, request.user.actor, now_ms())


@get("/v1/queue/figures", opt=needs(Permission.BOARD))
async def figures_(
    request: Asked, state: State, days: Annotated[int, Parameter(ge=1, le=w.MAX_DAYS)] = 1
) -> w.FiguresReply:
    """Counts, waits and windows now, and the hours of the last ``days`` days; numbers of tickets, never a name."""
    return await figures.figures(_store(state), request.user.office, days, now_ms())


ROUTES = [
    issue, tickets, ticket, block, claim, renew, start, recall, pass_, hold, release, transfer, finish, return_, void,
    window_state, window, close, rule, set_rule, figures_,
]  # fmt: skip
