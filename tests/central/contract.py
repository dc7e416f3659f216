"""What windows and the centre say to each other, held against the OpenAPI document as others read it."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from typing import Any

import jsonschema_rs
from litestar import Litestar
from litestar.serialization import encode_json

from central.contract import whole

_JSON = "application/json"
_DOCUMENT: dict[str, Any] = {}


class Contract:
    """The document of an application. ``heard`` counts the operations whose bodies were held against it."""

    def __init__(self, app: Litestar) -> None:
        if not _DOCUMENT:
            _DOCUMENT.update(json.loads(encode_json(whole(app, app.openapi_schema.to_schema()))))
        self._paths = [(_matcher(path), path) for path in sorted(_DOCUMENT["paths"], key=lambda path: "{" in path)]
        self.heard: Counter[str] = Counter()

    def operation(self, method: str, path: str) -> tuple[str, dict[str, Any]]:
        """The operation's name and what is said of it."""
        template = next((known for matcher, known in self._paths if matcher.fullmatch(path)), "")
        assert template, f"{method} {path} is in no document"
        return f"{method} {template}", _DOCUMENT["paths"][template][method.lower()]

    def hold(self, method: str, path: str, body: bytes, headers: Any, status: int, answer: bytes, kind: str) -> None:
        """A request that somebody of ours made is what the document asks for, and so is its answer."""
        name, operation = self.operation(method, path)
        self.heard[name] += 1
        wanted = operation.get("requestBody", {}).get("content", {})
        if _JSON in wanted:
            sent = gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body
            assert faults(wanted[_JSON]["schema"], json.loads(sent)) == [], name
        else:
            assert not body or wanted, f"{name} has a body that no document knows"
        if status >= 500:
            return
        assert str(status) in operation["responses"], (name, status)
        told = operation["responses"][str(status)].get("content", {})
        if answer and _JSON in told and kind.startswith(_JSON):
            assert faults(told[_JSON]["schema"], json.loads(answer)) == [], (name, status)


def faults(schema: dict[str, Any], value: Any) -> list[str]:
    """In what ``value`` differs from a schema of the document."""
    known = {**schema, "components": _DOCUMENT["components"]}
    return [
        f"{error.instance_path}: {error.message[:120]}" for error in _validator(json.dumps(known)).iter_errors(value)
    ]


_VALIDATORS: dict[str, Any] = {}


def _validator(schema: str) -> Any:
    if schema not in _VALIDATORS:
        _VALIDATORS[schema] = jsonschema_rs.validator_for(json.loads(schema))
    return _VALIDATORS[schema]


def _matcher(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)))
