"""The routes of the sync: push, feed, keys, dead letters, sealed files."""

from __future__ import annotations

import time
from typing import Annotated, Any

from litestar import MediaType, Request, Response, get, post
from litestar.datastructures import ResponseHeader, State
from litestar.params import JSONBody, Parameter

from central import feed, ingest, remembering, sealed_import, withheld
from central.asked_lists import AskedNonce
from central.clock import now_ms
from central.intake import Intake
from central.rights import Principal, needs, of_devices
from central.store import Store, devices
from central.waiting import Waiting
from hall import sealed, wire
from hall import wire_oversight as w
from hall.roles import Permission, allows
from hall.wire_remember import Remember, Remembered

Asked = Request[Principal, Any, State]
PAGE_LIMIT = 500
SIGNATURE = ResponseHeader(
    name=wire.PAGE_HEADER,
    documentation_only=True,
    description="Ed25519 signature of the centre over device, cursor and SHA-256 of the body, in base64",
)
Cursor = Annotated[str, Parameter(max_length=80, description="next_cursor of the page before; empty to begin")]
Limit = Annotated[int, Parameter(ge=1, le=PAGE_LIMIT)]
Vouch = Annotated[
    bool, Parameter(description="whoever imports answers for it that a device nobody enrolled is of this hall")
]
WaitS = Annotated[
    int, Parameter(ge=0, le=wire.MAX_WAIT_S, description="seconds to wait for a change when there is none")
]


def _store(state: State) -> Store:
    store: Store = state.store
    return store


@post(
    "/v1/sync/push",
    status_code=200,
    opt=needs(Permission.PUSH),
    middleware=[Intake],
    request_max_body_size=wire.MAX_UNPACKED,
)
async def push(data: JSONBody[wire.PushRequest], request: Asked, state: State) -> wire.PushReply:
    """Store a batch of facts; only the signed receipt acknowledges anything. The body may be gzip.

    ``X-Lane: backlog`` says that the oldest fact is older than ten minutes: live work goes first.
    """
    reply = await ingest.push(_store(state), request.user.device, data, now_ms())
    waiting: Waiting = state.waiting
    waiting.changed(request.user.office)
    return reply


@get("/v1/sync/changes", opt=of_devices(Permission.FEED), response_headers=[SIGNATURE])
async def changes(
    request: Asked, state: State, cursor: Cursor = "", limit: Limit = 200, wait_s: WaitS = 0
) -> Response[wire.ChangesReply]:
    """The hall's cases as they change, in commit order; with ``wait_s`` the answer comes with the next change. A print
    or ticket station has no part in them: its feed stays empty."""
    store, office, until = _store(state), request.user.office, time.monotonic() + wait_s
    waiting: Waiting = state.waiting
    pages: feed.Pages = state.pages
    asked = feed.Asked(office, cursor, limit, empty=not allows(request.user.roles, Permission.CASES))
    while True:
        page = await pages.ask(asked)
        left = until - time.monotonic()
        if page.reply.changes or left <= 0 or waiting.ended:
            return _signed(store, request.user.device.device_id, cursor, page)
        await waiting.wait(office, feed.number_of(page.reply.next_cursor), left)


def _signed(store: Store, device_id: str, cursor: str, page: feed.Page) -> Response[Any]:
    headers = {wire.PAGE_HEADER: wire.sign_page(store.key, device_id, cursor, page.digest)}
    return Response(page.body, media_type=MediaType.JSON, headers=headers)


@get("/v1/sync/keys", opt=of_devices(Permission.FEED))
async def keys(request: Asked, state: State, nonce: AskedNonce = "") -> wire.KeysReply:
    """The keys of the hall's devices, whose codes on papers its windows may believe, and the key to seal files for;
    signed."""
    store, office = _store(state), request.user.office
    known = await store.read(lambda db: devices.devices_of(db, office))
    reply = wire.KeysReply(
        device=request.user.device.device_id,
        epoch=await store.epoch(),
        server_time_ms=now_ms(),
        secret=store.office_secret(office),
        keys=[wire.DeviceKey(device=row.device_id, public_key=row.public_key, revoked=row.revoked) for row in known],
        sealing_key=sealed.sealing_key(store.key).public_key().public_bytes_raw(),
        nonce=bytes.fromhex(nonce),
    )
    return wire.sign_keys(store.key, reply)


@post("/v1/sync/report", status_code=200, opt=needs(Permission.PUSH))
async def report(data: JSONBody[w.Report], request: Asked, state: State) -> wire.PushReply:
    """Tell of a fact that was refused with 400 or 413 even alone. Its outline takes its place, set aside with what the
    same device writes on that case; everything else goes on. The signed receipt acknowledges it."""
    return await withheld.withhold(_store(state), request.user.device, data, now_ms())


@post("/v1/sync/remember", status_code=200, opt=of_devices(Permission.FEED))
async def remember(data: JSONBody[Remember], request: Asked, state: State) -> Remembered:
    """Hand back the newest list of keys or clerks of an epoch that is over. Of a centre that was put back to a copy
    they know whom it revoked or disabled since; by a list nobody gets anything back. The reply is signed."""
    return await remembering.remember(_store(state), request.user.device, data, now_ms())


@post(
    "/v1/sync/contents",
    status_code=200,
    opt=needs(Permission.PUSH),
    middleware=[Intake],
    request_max_body_size=wire.MAX_UNPACKED,
)
async def contents(data: JSONBody[w.Contents], request: Asked, state: State) -> w.RetryReply:
    """Bring the contents of a fact that is here in outline only; it is read, and what waits for it. The reply is
    signed."""
    reply = await withheld.complete(_store(state), request.user.device, data, now_ms())
    state.waiting.changed(request.user.office)
    return reply


@post(
    "/v1/sync/import-sealed",
    status_code=200,
    opt=needs(Permission.IMPORT_SEALED),
    request_max_body_size=sealed_import.MAX_SEALED,
)
async def import_sealed(request: Asked, state: State, vouch: Vouch = False) -> sealed_import.Imported:
    """Take in a file that a counter sealed (the body is the file); importing it again changes nothing."""
    store, office, by = _store(state), request.user.office, request.user.actor
    told = await sealed_import.take_in(store, office, await request.body(), by, now_ms(), vouch=vouch)
    state.waiting.changed(office)
    return told


ROUTES = [push, changes, keys, remember, report, contents, import_sealed]
