"""The centre as an ASGI application: enrolment, push, feed, health, and a page that describes them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

import msgspec
from litestar import Litestar, MediaType, Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.params import JSONBody

from central import (
    attachments,
    attachments_api,
    board,
    board_api,
    departments,
    departments_api,
    enquiry_api,
    feed,
    oversight_api,
    printing_api,
    staff_api,
    sync_api,
    tokens,
)
from central import enrol as enrolment
from central.admission import Admission
from central.clock import now_ms
from central.contract import Document, whole
from central.enquiry import Throttle
from central.page import describe
from central.queue import api as queue_api
from central.queue.desk import Desk
from central.refusal import Refused
from central.rights import PUBLIC, guard
from central.store import Store
from central.waiting import Waiting
from hall import wire
from hall.errors import BadInput, StoreError

log = logging.getLogger(__name__)
OFFLINE_DAYS = 7
"""How long a window lets clerks sign in without having heard from the centre."""


class Health(msgspec.Struct, kw_only=True):
    """What ``/v1/health`` answers."""

    epoch: str
    time_ms: int


def _store(state: State) -> Store:
    store: Store = state.store
    return store


@post("/v1/devices/enrol", status_code=200, opt=PUBLIC)
async def enrol(data: JSONBody[wire.EnrolRequest], state: State) -> wire.EnrolReply:
    """Make a device known by a one-time code; answers its token and the centre's key."""
    return await enrolment.enrol(_store(state), data, now_ms())


@get("/v1/health", opt=PUBLIC)
async def health(state: State) -> Health:
    """Whether the centre and its database answer. Anybody may ask, so it costs nothing that grows with the records."""
    return Health(epoch=await _store(state).epoch(), time_ms=now_ms())


@get("/", media_type=MediaType.HTML, include_in_schema=False, sync_to_thread=False, opt=PUBLIC)
def page(request: Request[None, None, State]) -> str:
    """The API in words, made from the OpenAPI document; needs nothing from outside."""
    return describe(whole(request.app, request.app.openapi_schema.to_schema()))


def _refused(_: Request[None, None, State], error: Refused) -> Response[wire.Problem]:
    headers = {"Retry-After": str(error.retry_after_s)} if error.retry_after_s else {}
    return Response(error.problem, status_code=error.http_status, headers=headers)


def _http(_: Request[None, None, State], error: HTTPException) -> Response[wire.Problem]:
    code = "bad_request" if error.status_code == 400 else f"http_{error.status_code}"
    return Response(wire.Problem(code=code, message="请求不能读取或不存在"), status_code=error.status_code)


def _nested(_: Request[None, None, State], error: RecursionError) -> Response[wire.Problem]:
    # Nothing of ours is so deep: it is what was sent.
    return Response(wire.Problem(code="bad_request", message="请求不能读取或不存在"), status_code=400)


def _failed(_: Request[None, None, State], error: Exception) -> Response[wire.Problem]:
    # The type and place only: an exception's text may hold what somebody typed.
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
    log.error("request failed: %s at %s", type(error).__name__, where)
    return Response(wire.Problem(code="internal", message="中心出错，请稍后重试"), status_code=500)


def _bad(_: Request[None, None, State], error: BadInput) -> Response[wire.Problem]:
    problem = wire.Problem(code="bad_request", message=error.message, field=error.field or "")
    return Response(problem, status_code=400)


def _away(_: Request[None, None, State], error: StoreError) -> Response[wire.Problem]:
    log.error("the database does not answer: %s", error.code)
    return Response(
        wire.Problem(code="busy", message="中心忙，请稍后再传"), status_code=503, headers={"Retry-After": "5"}
    )


@asynccontextmanager
async def _working(store: Store, upload_days: int, _: Litestar) -> AsyncIterator[None]:
    """What nobody asks for, as long as the application runs: tell departments, let unfinished attachments go."""
    from central.adapters.webhook import Webhook

    await store.start()
    webhook = Webhook()
    tasks = [
        asyncio.create_task(departments.run(store, webhook)),
        asyncio.create_task(attachments.keep_pruned(store, upload_days)),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        await webhook.close()


def make_app(
    store: Store,
    *,
    on_shutdown: Callable[[], Awaitable[None]] | None = None,
    offline_days: int = OFFLINE_DAYS,
    upload_days: int = attachments.KEPT_DAYS,
    works: bool = False,
) -> Litestar:
    """The application over a store, which it starts. ``offline_days``: how long clerks sign in without a network;
    ``works``: this process also tells departments' systems of their cases, and lets attachments go that were begun and
    not gone on with for ``upload_days``."""
    waiting = Waiting(store)
    state = {
        "store": store,
        "offline_ms": offline_days * 24 * 3600 * 1000,
        "waiting": waiting,
        "admission": Admission(),
        "heard": {},
        "throttle": Throttle(),
        "desk": Desk(store),
        "holders": tokens.lookup(store),
        "pages": feed.lookup(store),
    }
    return Litestar(
        route_handlers=[
            enrol,
            health,
            page,
            *sync_api.ROUTES,
            *oversight_api.ROUTES,
            *attachments_api.ROUTES,
            *departments_api.ROUTES,
            *staff_api.ROUTES,
            *queue_api.ROUTES,
            *board_api.ROUTES,
            *printing_api.ROUTES,
            *enquiry_api.ROUTES,
        ],
        guards=[guard],
        state=State(state),
        request_max_body_size=wire.MAX_BODY,
        openapi_config=OpenAPIConfig(
            title="Clerk centre",
            version="1",
            description="What counters sync to. Facts go in, cases come out.",
            path="/schema",
            use_handler_docstrings=True,
            render_plugins=[Document()],
            openapi_router=Router(path="/schema", route_handlers=[], opt=PUBLIC, include_in_schema=False),
        ),
        exception_handlers={
            Refused: _refused,
            StoreError: _away,
            BadInput: _bad,
            RecursionError: _nested,
            HTTPException: _http,
            Exception: _failed,
        },
        on_startup=[store.start, partial(board.make_ready, store)],
        lifespan=[partial(_working, store, upload_days)] if works else [],
        on_shutdown=[waiting.stop, *([on_shutdown] if on_shutdown else [])],
        logging_config=None,
    )
