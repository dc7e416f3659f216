"""The routes of the applicants' page. Anybody may ask; whoever has reference and code of a case is told of it."""

from __future__ import annotations

import ipaddress
from typing import Annotated, Any
from urllib.parse import parse_qs

from litestar import MediaType, Request, Response, get, post
from litestar.datastructures import State
from litestar.params import Parameter

from central import enquiry, enquiry_page
from central.clock import now_ms
from central.rights import PUBLIC
from central.store import Store

Asked = Request[Any, Any, State]
LONGEST = 2_048
"""Bytes of a filled form."""
Named = Annotated[str, Parameter(max_length=80, description="the reference, as in the code on a paper")]


@get("/q", media_type=MediaType.HTML, opt=PUBLIC, sync_to_thread=False)
def blank() -> Response[str]:
    """A page, for people: it asks for the reference and the query code of a case."""
    return _html(enquiry_page.form())


@get("/q/{reference:str}", media_type=MediaType.HTML, opt=PUBLIC)
async def scanned(
    reference: Named,
    request: Asked,
    state: State,
    c: Annotated[str, Parameter(max_length=40, description="the query code, as in the code on a paper")] = "",
) -> Response[str]:
    """The page behind the code on a paper, which holds both; without the query code it asks for it."""
    return await _answer(request, state, reference, c) if c else _html(enquiry_page.form(reference))


@post(
    ["/q", "/q/{reference:str}"], media_type=MediaType.HTML, status_code=200, opt=PUBLIC, request_max_body_size=LONGEST
)
async def filled(request: Asked, state: State) -> Response[str]:
    """The page with how the case stands; the form names ``reference`` and ``code``, so that they are in no address."""
    body = (await request.body()).decode("utf-8", "replace")
    try:
        fields = parse_qs(body, max_num_fields=8)
    except ValueError:
        fields = {}
    return await _answer(request, state, fields.get("reference", [""])[0], fields.get("code", [""])[0])


async def _answer(request: Asked, state: State, reference: str, code: str) -> Response[str]:
    store: Store = state.store
    throttle: enquiry.Throttle = state.throttle
    now = now_ms()
    if wait := throttle.wait_ms(_address(request), now):
        seconds = -(-wait // 1000)
        return _html(enquiry_page.too_often(seconds), 429, {"Retry-After": str(seconds)})
    try:
        return _html(enquiry_page.result(await enquiry.ask(store, reference, code, now)))
    except enquiry.Unknown as unknown:
        return _html(enquiry_page.not_found(reference[:40], unknown.hint), 404)


def _address(request: Asked) -> str:
    """Whose turn it is: the peer, or whom a proxy of the hall's own network names as the last before it; of IPv6 the
    network, for one has many addresses."""
    peer = request.client.host if request.client else ""
    forwarded = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    if forwarded and _is_own(peer):
        peer = forwarded
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return peer[:64]
    return str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else str(address)


def _is_own(peer: str) -> bool:
    try:
        return ipaddress.ip_address(peer).is_private
    except ValueError:
        return False


def _html(page: str, status: int = 200, headers: dict[str, str] | None = None) -> Response[str]:
    return Response(
        page, status_code=status, media_type=MediaType.HTML, headers={**enquiry_page.HEADERS, **(headers or {})}
    )


ROUTES = [blank, scanned, filled]
