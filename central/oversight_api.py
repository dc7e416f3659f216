"""The routes of those who look after a hall."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Request, get, post
from litestar.datastructures import State
from litestar.params import JSONBody, Parameter

from central import alarms, asides, oversight
from central.clock import now_ms
from central.rights import Principal, needs
from central.store import Store
from hall import wire_oversight as w
from hall.roles import Permission

Asked = Request[Principal, Any, State]
NumberInHall = Annotated[int, Parameter(ge=0, le=2**53)]


def _store(state: State) -> Store:
    store: Store = state.store
    return store


@get("/v1/sync/status", opt=needs(Permission.OVERSEE))
async def status(request: Asked, state: State) -> w.StatusReply:
    """The hall at a glance: its devices with what they have still to send, what was set aside, dead letters."""
    return await oversight.status(_store(state), request.user.office, now_ms())


@get("/v1/quarantine", opt=needs(Permission.OVERSEE))
async def quarantine(request: Asked, state: State, after: NumberInHall = 0) -> w.AsideReply:
    """Facts that were set aside and wait for a person."""
    return await asides.page(_store(state), request.user.office, after)


@post("/v1/quarantine/{number:int}/retry", status_code=200, opt=needs(Permission.OVERSEE))
async def retry(number: NumberInHall, data: JSONBody[w.RetryRequest], request: Asked, state: State) -> w.RetryReply:
    """Read a set-aside fact again, as after an upgrade of the centre; those of its case that wait go with it. The reply
    is signed for the device and the nonce."""
    store, asked = _store(state), request.user
    reply = await oversight.retry(store, asked.office, number, asked.actor, now_ms(), data.reason)
    state.waiting.changed(asked.office)
    return w.sign_retry(store.key, asked.device.device_id, data.nonce, reply)


@get("/v1/conflicts", opt=needs(Permission.VIEW))
async def conflicts(
    request: Asked,
    state: State,
    after: Annotated[str, Parameter(max_length=700, description="made_ms, id and kind of the last one shown")] = "",
) -> w.ConflictsReply:
    """Open conflicts of the hall, the oldest first. A ``conflict.settled`` fact written at a counter settles one."""
    return await oversight.conflicts(_store(state), request.user.office, after)


@get("/v1/alarms", opt=needs(Permission.OVERSEE))
async def calls_for_help(request: Asked, state: State) -> w.AlarmsReply:
    """Silent calls for help from the windows that nobody has seen to, the newest first."""
    return await alarms.waiting(_store(state), request.user.office)


@post("/v1/alarms/{number:int}/settle", status_code=200, opt=needs(Permission.OVERSEE))
async def settle_alarm(number: NumberInHall, request: Asked, state: State) -> w.AlarmsReply:
    """Somebody has seen to a call; what is left."""
    return await alarms.settle(_store(state), request.user.office, number, request.user.actor, now_ms())


ROUTES = [status, quarantine, retry, conflicts, calls_for_help, settle_alarm]
