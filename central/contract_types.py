"""The types of the OpenAPI document as msgspec reads them: bytes are base64, and lengths count its characters."""

from __future__ import annotations

import inspect
import re
from typing import Any, Final

import msgspec
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.typing import FieldDefinition
from msgspec import Struct

from hall import wire
from hall import wire_departments as w

REF: Final = "#/components/schemas/{name}"
_END: Final = re.compile(r"\\Z$")
_FOUR: Final = "[A-Za-z0-9+/]{4}"
_LAST: Final = f"({_FOUR}|[A-Za-z0-9+/]{{3}}=|[A-Za-z0-9+/]{{2}}==)"
_MOST_COUNTED: Final = 400
"""Characters up to which a pattern counts: readers of patterns bound how far they do."""
_DIGEST: Final = "^[A-Za-z0-9+/]{43}=$"
"""32 bytes; of 31 and 33, which are as long, the end is another."""


def types_of(app: Litestar) -> dict[str, Any]:
    """The schema of every message of the routes, of what departments' systems are told, and of refusals, by name."""
    found: dict[type[Struct], None] = {w.CaseTold: None, w.Taken: None, wire.Problem: None}
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            if isinstance(handler, HTTPRouteHandler):
                for field in (handler.parsed_data_field, handler.parsed_return_field):
                    found |= dict.fromkeys(_structs(field))
    _, components = msgspec.json.schema_components(list(found), ref_template=REF)
    told: dict[str, Any] = exact(components)
    return told


def exact(schema: Any) -> Any:
    """A schema in which bytes are described to the character, and patterns as every reader of JSON Schema reads them:
    to those ``\\Z`` is the letter Z."""
    if isinstance(schema, list):
        return [exact(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    changed = {name: exact(value) for name, value in schema.items()}
    if isinstance(pattern := changed.get("pattern"), str):
        changed["pattern"] = _END.sub("$", pattern)
    if isinstance(described := changed.get("description"), str):
        changed["description"] = inspect.cleandoc(described)
    if changed.get("contentEncoding") == "base64":
        changed["pattern"] = _base64(changed.get("minLength", 0), changed.get("maxLength", _MOST_COUNTED + 1))
    return changed


def _base64(least: int, most: int) -> str:
    if least == most == 44:
        return _DIGEST
    fours = f"{{{max(least // 4 - 1, 0)},{most // 4 - 1}}}" if most <= _MOST_COUNTED else "*"
    some = f"({_FOUR}){fours}{_LAST}"
    return f"^{some}$" if least else f"^({some})?$"


def _structs(field: FieldDefinition | None) -> list[type[Struct]]:
    if field is None:
        return []
    own = [field.annotation] if isinstance(field.annotation, type) and issubclass(field.annotation, Struct) else []
    return own + [each for inner in field.inner_types for each in _structs(inner)]
