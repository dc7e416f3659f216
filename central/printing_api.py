"""The routes of print jobs: windows put them, print stations take them. Nobody's name is in an address or a log."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Request, get, post
from litestar.datastructures import State
from litestar.params import JSONBody, Parameter

from central import printing
from central.clock import now_ms
from central.rights import Principal, needs
from central.store import Store
from hall import print_wire as p
from hall.roles import Permission

Asked = Request[Principal, Any, State]
Station = Annotated[str, Parameter(pattern=r"^[A-Za-z0-9_-]{0,20}\Z")]


def _store(state: State) -> Store:
    store: Store = state.store
    return store


@post("/v1/print/jobs", status_code=200, opt=needs(Permission.SEND_PRINTS), request_max_body_size=p.MAX_BODY)
async def put_job(data: JSONBody[p.PutRequest], request: Asked, state: State) -> p.JobReply:
    """Print a paper at a station; sent again it is the same job."""
    user, now = request.user, now_ms()
    return p.JobReply(
        job=await _store(state).transact(lambda db: printing.put(db, user.office, user.device.device_id, data, now))
    )


@post("/v1/print/states", status_code=200, opt=needs(Permission.SEND_PRINTS))
async def states(data: JSONBody[p.NamesRequest], request: Asked, state: State) -> p.JobsReply:
    """How jobs stand, by their names; those that are not known are left out."""
    user, now = request.user, now_ms()
    found = await _store(state).transact(lambda db: printing.told(db, user.office, data.names, now))
    return p.JobsReply(jobs=tuple(found))


@post("/v1/print/withdraw", status_code=200, opt=needs(Permission.SEND_PRINTS))
async def withdraw(data: JSONBody[p.WithdrawRequest], request: Asked, state: State) -> p.JobReply:
    """Take back what no station has taken; its PDF is erased."""
    user, now = request.user, now_ms()
    return p.JobReply(
        job=await _store(state).transact(
            lambda db: printing.withdraw(db, user.office, user.device.device_id, data, now)
        )
    )


@post("/v1/print/take", status_code=200, opt=needs(Permission.TAKE_PRINTS))
async def take(data: JSONBody[p.TakeRequest], request: Asked, state: State) -> p.TakeReply:
    """The next job with its paper, on a lease; the same ``claim_id`` again gets the same one."""
    user, now = request.user, now_ms()
    return await _store(state).transact(lambda db: printing.take(db, user.office, user.device.device_id, data, now))


@post("/v1/print/begin", status_code=200, opt=needs(Permission.TAKE_PRINTS))
async def begin(data: JSONBody[p.StepRequest], request: Asked, state: State) -> p.JobReply:
    """Before the first byte goes to the printer: from now on nobody else prints it by itself."""
    user, now = request.user, now_ms()
    return p.JobReply(
        job=await _store(state).transact(lambda db: printing.begin(db, user.office, user.device.device_id, data, now))
    )


@post("/v1/print/end", status_code=200, opt=needs(Permission.TAKE_PRINTS))
async def end(data: JSONBody[p.EndRequest], request: Asked, state: State) -> p.JobReply:
    """What became of a job; the PDF of one that came out is erased."""
    user, now = request.user, now_ms()
    return p.JobReply(
        job=await _store(state).transact(lambda db: printing.end(db, user.office, user.device.device_id, data, now))
    )


@post("/v1/print/forsake", status_code=200, opt=needs(Permission.TAKE_PRINTS))
async def forsake(request: Asked, state: State) -> p.JobsReply:
    """This station begins anew: what it had only taken waits again, of what it had begun nobody knows."""
    user, now = request.user, now_ms()
    left = await _store(state).transact(lambda db: printing.forsake(db, user.office, user.device.device_id, now))
    return p.JobsReply(jobs=tuple(left))


@post("/v1/print/settle", status_code=200, opt=needs(Permission.TAKE_PRINTS))
async def settle(data: JSONBody[p.SettleRequest], request: Asked, state: State) -> p.JobReply:
    """A person at the station has looked."""
    user, now = request.user, now_ms()
    return p.JobReply(job=await _store(state).transact(lambda db: printing.settle(db, user.office, data, now)))


@get("/v1/print/jobs", opt=needs(Permission.TAKE_PRINTS))
async def jobs(request: Asked, state: State, station: Station = "") -> p.JobsReply:
    """What waits, is printing, failed or came out lately at a station; no papers."""
    user, now = request.user, now_ms()
    found = await _store(state).transact(lambda db: printing.listed(db, user.office, station, now))
    return p.JobsReply(jobs=tuple(found))


ROUTES = [put_job, states, withdraw, take, begin, end, forsake, settle, jobs]
