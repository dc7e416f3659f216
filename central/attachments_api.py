"""The routes of attachments."""

from __future__ import annotations

from base64 import b64encode
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, head, put
from litestar.datastructures import State
from litestar.params import Parameter

from central import attachments
from central.clock import now_ms
from central.refusal import Refused
from central.rights import Principal, needs, of_devices
from central.store import Store
from hall import wire
from hall.roles import Permission
from hall.wire_files import RECEIPT_HEADER, Stored, sign_whole

Asked = Request[Principal, Any, State]
Digest = Annotated[str, Parameter(pattern=r"^[0-9a-f]{64}\Z", description="SHA-256 of the content, in hexadecimal")]
PATH = "/v1/attachments/{digest:str}"


def _store(state: State) -> Store:
    store: Store = state.store
    return store


@put(PATH, status_code=200, opt=needs(Permission.PUSH), request_max_body_size=attachments.MAX_PIECE)
async def put_attachment(digest: Digest, request: Asked, state: State) -> Stored:
    """Send an attachment, or with ``Content-Range: bytes first-last/size`` a piece of it; sending again is harmless."""
    headers = request.headers
    stored = await attachments.put(
        _store(state),
        request.user.office,
        request.user.device.device_id,
        digest,
        headers.get("content-type", ""),
        headers.get("content-range", ""),
        await request.body(),
        now_ms(),
    )
    if not stored.have and stored.size:
        raise Refused(422, wire.Problem(code="wrong_digest", message="附件的内容与编号不符，请重传"))
    return msgspec.structs.replace(stored, signature=await _signature(request, state, stored))


async def _signature(request: Asked, state: State, stored: Stored) -> bytes:
    """That it is whole, for the device that asks."""
    if not stored.whole:
        return b""
    store = _store(state)
    return sign_whole(store.key, request.user.device.device_id, await store.epoch(), stored.sha256, stored.size)


@head(PATH, opt=of_devices(Permission.CASES))
async def look_at_attachment(digest: Digest, request: Asked, state: State) -> Response[None]:
    """How much of an attachment is here: ``Upload-Offset`` of ``Upload-Length`` bytes; ``Upload-Receipt`` is the
    centre's signature where it is whole."""
    user = request.user
    told = await attachments.look(_store(state), user.office, user.device.device_id, digest)
    if told is None:
        return Response(None, status_code=404)
    headers = {"Upload-Offset": str(told.have), "Upload-Length": str(told.size)}
    if signature := await _signature(request, state, told):
        headers[RECEIPT_HEADER] = b64encode(signature).decode()
    return Response(None, headers=headers)


@get(PATH, opt=of_devices(Permission.CASES))
async def get_attachment(digest: Digest, request: Asked, state: State) -> Response[bytes]:
    """A whole attachment of the hall."""
    found = await attachments.content(_store(state), request.user.office, digest)
    if found is None:
        raise Refused(404, wire.Problem(code="no_attachment", message="没有这个附件，或者还没有传完"))
    return Response(
        found[0],
        media_type=found[1],
        # What somebody uploaded is never a page of ours.
        headers={"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"},
    )


ROUTES = [put_attachment, look_at_attachment, get_attachment]
