"""The routes of attachments."""

from __future__ import annotations

from base64 import b64encode
from typing import Annotated, Any

from litestar import Request, Response, get, head, put
from litestar.datastructures import State
from litestar.params import Parameter

from central import attachments
from central.clock import now_ms
from central.refusal import Refused
from central.rights import Principal, of_devices
from central.store import Store
from hall import wire
from hall.roles import Permission
from hall.wire_files import RECEIPT_HEADER, Stored

Asked = Request[Principal, Any, State]
Digest = Annotated[str, Parameter(pattern=r"^[0-9a-f]{64}\Z", description="SHA-256 of the content, in hexadecimal")]
PATH = "/v1/attachments/{digest:str}"


def _store(state: State) -> Store:
    store: Store = state.store
    return store


@put(PATH, status_code=200, opt=of_devices(Permission.CASES), request_max_body_size=attachments.MAX_PIECE)
async def put_attachment(digest: Digest, request: Asked, state: State) -> Stored:
    """Send an attachment, or with ``Content-Range: bytes first-last/size`` a piece of it; sending again is harmless."""
    headers = request.headers
    return await attachments.put(
        _store(state),
        request.user.device,
        digest,
        headers.get("content-type", ""),
        headers.get("content-range", ""),
        await request.body(),
        now_ms(),
    )


@head(PATH, opt=of_devices(Permission.CASES))
async def look_at_attachment(digest: Digest, request: Asked, state: State) -> Response[None]:
    """How much of an attachment is here: ``Upload-Offset`` of ``Upload-Length`` bytes; ``Upload-Receipt`` is the
    centre's signature where it is whole."""
    told = await attachments.look(_store(state), request.user.device, digest)
    if told is None:
        return Response(None, status_code=404)
    headers = {"Upload-Offset": str(told.have), "Upload-Length": str(told.size)}
    if told.whole:
        headers[RECEIPT_HEADER] = b64encode(told.signature).decode()
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
