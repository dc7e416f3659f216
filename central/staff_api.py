"""The routes about people and devices' tokens."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Request, get, patch, post
from litestar.datastructures import State
from litestar.params import JSONBody, Parameter

from central import clerks, tokens
from central.asked_lists import AskedNonce
from central.clock import now_ms
from central.refusal import Refused
from central.rights import PUBLIC, Principal, needs
from central.store import Store
from central.store import tokens as sessions
from hall import wire
from hall import wire_clerks as w
from hall.roles import Permission

Asked = Request[Principal, Any, State]
ClerkNumber = Annotated[str, Parameter(pattern=r"^[A-Za-z0-9-]{1,20}$")]
DeviceId = Annotated[str, Parameter(min_length=1, max_length=100)]


def _store(state: State) -> Store:
    store: Store = state.store
    return store


@get("/v1/clerks", opt=needs(Permission.STAFF))
async def list_clerks(request: Asked, state: State, nonce: AskedNonce = "") -> w.ClerksReply:
    """The clerks of the hall, signed for this device; it lets them sign in offline until ``valid_until_ms``."""
    return await clerks.listed(_store(state), request.user.device, state.offline_ms, now_ms(), bytes.fromhex(nonce))


@post("/v1/clerks", status_code=201, opt=needs(Permission.CLERKS))
async def add_clerk(data: JSONBody[w.NewClerk], request: Asked, state: State) -> w.GivenPin:
    """Add a clerk to the hall; answers a PIN to begin with, told once."""
    return await clerks.add(_store(state), request.user.office, data, request.user.actor, now_ms())


@patch("/v1/clerks/{clerk:str}", opt=needs(Permission.CLERKS))
async def change_clerk(clerk: ClerkNumber, data: JSONBody[w.ClerkChange], request: Asked, state: State) -> w.ClerkEntry:
    """Change a clerk's name or roles, disable or enable them."""
    return await clerks.change(_store(state), request.user.office, clerk, data, request.user.actor, now_ms())


@post("/v1/clerks/{clerk:str}/reset-pin", status_code=200, opt=needs(Permission.CLERKS))
async def reset_pin(clerk: ClerkNumber, request: Asked, state: State) -> w.GivenPin:
    """Give a clerk a new PIN to begin with; their failures are forgotten, their sessions end."""
    return await clerks.reset_pin(_store(state), request.user.office, clerk, request.user.actor, now_ms())


@post("/v1/clerks/sign-in", status_code=200, opt=needs(Permission.SIGN_IN))
async def sign_in(data: JSONBody[w.SignInRequest], request: Asked, state: State) -> w.SignInReply:
    """Check a clerk's PIN; the signed answer carries a session for what that person may ask."""
    return await clerks.sign_in(_store(state), request.user.device, data, now_ms())


@post("/v1/clerks/pin", status_code=200, opt=needs(Permission.SIGN_IN))
async def change_pin(data: JSONBody[w.ChangePinRequest], request: Asked, state: State) -> w.SignInReply:
    """Give oneself a new PIN, with the one before."""
    return await clerks.change_pin(_store(state), request.user.device, data, now_ms())


@post("/v1/clerks/sign-out", status_code=204, opt=needs(Permission.OWN_PIN))
async def sign_out(request: Asked, state: State) -> None:
    """End this session."""
    token = request.headers.get("authorization", "").partition(" ")[2]
    await _store(state).transact(lambda db: sessions.end_session(db, token))


@post("/v1/devices/rotate", status_code=200, opt=PUBLIC)
async def rotate(data: JSONBody[w.RotateRequest], state: State) -> w.RotateReply:
    """Register a device's next token by its hash, signed with the device's key: also after the present one ran out."""
    return await tokens.rotate(_store(state), data, now_ms())


@get("/v1/devices", opt=needs(Permission.DEVICES))
async def list_devices(request: Asked, state: State) -> list[w.DeviceInfo]:
    """The devices of the hall."""
    return await tokens.devices_of(_store(state), request.user.office)


@post("/v1/devices/{device:str}/revoke", status_code=204, opt=needs(Permission.DEVICES))
async def revoke(device: DeviceId, request: Asked, state: State) -> None:
    """Take a device's rights away for ever: lost, stolen or retired."""
    if not await tokens.revoke(_store(state), request.user.office, device, request.user.actor, now_ms()):
        raise Refused(404, wire.Problem(code="unknown_device", message="本厅没有这台设备"))


ROUTES = [
    list_clerks, add_clerk, change_clerk, reset_pin, sign_in, change_pin, sign_out,
    rotate, list_devices, revoke,
]  # fmt: skip
