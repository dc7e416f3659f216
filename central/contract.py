"""What the OpenAPI document says beside the routes: who may ask, every refusal, and what departments' systems are told.

Whoever connects a system reads this document and nothing else: it also holds the half of the conversation in which the
centre asks (``webhooks``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from litestar import Litestar, Request
from litestar.openapi.plugins import JsonRenderPlugin

from central.contract_types import REF, exact, types_of
from central.rights import DEVICES_ONLY, OPTION, PUBLIC
from hall import wire_departments as w
from hall.roles import ROLE_NAMES, Permission, Role, allows

_SCHEME: Final = "bearer"
_MEANS: Final = {
    400: "The request cannot be read, or says what cannot be.",
    401: "Nobody known by this token, or one that has run out (`token_expired`: renew it).",
    403: "The device is revoked (`device_revoked`), or whoever asks has not the right (`not_allowed`).",
    404: "There is no such thing in this hall.",
    408: "The request took too long to arrive: send less at once.",
    409: "It does not fit what is here; for a push a gap, with the number that is `expected`.",
    410: "The cursor is none of this epoch any more: read from the beginning.",
    412: "The centre was restored and has less than it acknowledged: send again from `expected`.",
    413: "Too much in one request.",
    415: "Packed otherwise than with gzip.",
    422: "What was sent is not what its digest, signature or history says.",
    426: "The program is too old.",
    429: "Asked too often; `Retry-After` says when again.",
    503: "Busy, or the database is away; `Retry-After` says when again.",
}
_OFTEN: Final = (400, 503)
_OF: Final[dict[str, tuple[int, ...]]] = {
    "/v1/devices/enrol": (403, 409),
    "/v1/devices/rotate": (401, 403, 409),
    "/v1/sync/push": (408, 409, 412, 415, 422, 426),
    "/v1/sync/report": (404, 409, 422),
    "/v1/sync/contents": (404, 408, 415, 422),
    "/v1/sync/changes": (410,),
    "/v1/sync/remember": (422,),
    "/v1/sync/import-sealed": (413, 422),
    "/v1/departments/decisions": (404, 409, 422),
    "/v1/clerks": (409,),
    "/v1/clerks/pin": (409,),
    "/v1/attachments": (409, 422),
    "/v1/print/jobs": (409, 422),
    "/v1/print/begin": (409,),
    "/v1/print/end": (409,),
    "/v1/print/settle": (409,),
    "/v1/print/withdraw": (409,),
    "/v1/queue": (404, 409, 429),
    "/q": (404, 429),
}
"""Refusals of the routes under a path beside those that all have."""
_BYTES: Final = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
_FORM: Final = {
    "application/x-www-form-urlencoded": {
        "schema": {"type": "object", "properties": {"reference": {"type": "string"}, "code": {"type": "string"}}}
    }
}
_READ_WHOLE: Final[dict[tuple[str, str], dict[str, Any]]] = {
    ("post", "/v1/sync/import-sealed"): _BYTES,
    ("put", "/v1/attachments/{digest}"): _BYTES,
    ("post", "/q"): _FORM,
    ("post", "/q/{reference}"): _FORM,
}
"""Bodies that the routes read themselves."""
_PAGES: Final = "/q"
"""The path of the pages for people; two of their refusals are pages too."""
_PAGE_MEANS: Final = {
    404: "A page: no case has this reference and code.",
    429: "A page: asked too often from here; `Retry-After` says when again.",
}


class Document(JsonRenderPlugin):
    """Serves the whole document."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        return self.render_json(request, whole(request.app, openapi_schema))


def whole(app: Litestar, schema: dict[str, Any]) -> dict[str, Any]:
    """The document of the routes with what they do not say themselves."""
    options = {(method, path): option for method, path, option in _options(app)}
    paths = {
        path: {verb: _operation(path, verb, exact(operation), options) for verb, operation in item.items()}
        for path, item in schema["paths"].items()
    }
    schemes = {
        _SCHEME: {
            "type": "http",
            "scheme": "bearer",
            "description": "The token of a device (from enrolment), the session of a person (from signing in at a"
            " device), or the token of a department's system (`clerk-central department add`).",
        }
    }
    known = schema.get("components", {})
    return {
        **schema,
        "paths": paths,
        "webhooks": {"caseTold": {"post": _told()}},
        "components": {
            **known,
            "schemas": types_of(app),
            "securitySchemes": schemes,
        },
    }


def _options(app: Litestar) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            for method in handler.http_methods:
                yield str(method).lower(), route.path_format, handler.opt


def _operation(
    path: str, verb: str, operation: dict[str, Any], options: dict[tuple[str, str], dict[str, Any]]
) -> dict[str, Any]:
    option = options.get((verb, path), {})
    wanted = option.get(OPTION)
    if body := _READ_WHOLE.get((verb, path)):
        operation = {**operation, "requestBody": {"required": True, "content": body}}
    refusals = {str(status): _refusal(status, verb, path) for status in sorted(_refused(path, verb, operation, wanted))}
    changed = {**operation, "responses": {**operation["responses"], **refusals}}
    if isinstance(wanted, Permission):
        who = [ROLE_NAMES[role] for role in Role if allows({role}, wanted)]
        only = " Only with a device's own token." if option.get(DEVICES_ONLY) else ""
        changed["security"] = [{_SCHEME: []}]
        changed["description"] = f"{operation.get('description', '')}\n\nFor: {', '.join(who)}.{only}".strip()
    else:
        changed["security"] = []
    return changed


def _refused(path: str, verb: str, operation: dict[str, Any], wanted: object) -> set[int]:
    statuses = {*_OFTEN, *(() if wanted == PUBLIC[OPTION] else (401, 403))}
    statuses |= {413} if "requestBody" in operation else set()
    statuses |= {404} if "{" in path else set()
    for prefix, more in _OF.items():
        statuses |= set(more) if path == prefix or path.startswith(f"{prefix}/") else set()
    asks_nothing = (verb, path) == ("get", _PAGES)
    return set() if asks_nothing else statuses


def _refusal(status: int, verb: str, path: str) -> dict[str, Any]:
    """A refusal as it is sent; the reply to ``HEAD`` has no body."""
    if path.startswith(_PAGES) and status in _PAGE_MEANS:
        said: dict[str, Any] = {
            "description": _PAGE_MEANS[status],
            "content": {"text/html": {"schema": {"type": "string"}}},
        }
    else:
        said = {"description": _MEANS[status]}
    if verb != "head" and "content" not in said:
        said["content"] = {"application/json": {"schema": {"$ref": REF.format(name="Problem")}}}
    if status in (429, 503):
        said["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}}
    return said


def _told() -> dict[str, Any]:
    """The request that the centre makes of a department's system, at the address that was given for it."""
    case_told, taken = ({"$ref": REF.format(name=each.__name__)} for each in (w.CaseTold, w.Taken))
    return {
        "operationId": "caseTold",
        "summary": "A case as it stands now",
        "description": (
            "The centre asks this of a department's system for every change of an accepted case, until it is taken; "
            "the changes of one case keep their order. Check the signature, store it, answer 200 with its `id`: "
            "nothing else counts. What is answered with another status or not in ten seconds is told again after ten "
            "seconds to an hour; 400, 413 and 422 are taken as said of this one message, which waits for a person. "
            "`epoch` names the centre's history. A centre that was restored from a copy has another one: it tells "
            "every case again, what comes with the new epoch replaces what came before it (versions count anew), and "
            "it may lack decisions that it acknowledged. On an epoch not seen before, send the decisions of the last "
            f"{w.AGAIN_DAYS} days again, under the same `id`: what the centre still has is answered as the first time, "
            "nothing is stored twice. 404 then means that no window has brought the case back yet: send it again when "
            "the case is told."
        ),
        "parameters": [
            {
                "name": w.SIGNATURE_HEADER,
                "in": "header",
                "required": True,
                "schema": {"type": "string", "pattern": "^t=[0-9]+,v1=[0-9a-f]{64}$"},
                "description": "`t=UNIX_SECONDS,v1=HEX`: HMAC-SHA256 with the shared secret over `UNIX_SECONDS.` and"
                " the bytes of the body.",
            },
            {
                "name": "X-Clerk-Id",
                "in": "header",
                "required": True,
                "schema": {"type": "string"},
                "description": "The `id` in the body: the same may come again.",
            },
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": case_told}}},
        "responses": {"200": {"description": "It is stored.", "content": {"application/json": {"schema": taken}}}},
        "security": [],
    }
