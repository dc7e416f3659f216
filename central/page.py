"""A page that describes the API, from the OpenAPI document alone: no script, no style sheet from elsewhere."""

from __future__ import annotations

from html import escape
from typing import Any

import msgspec

STYLE = """
body{font:16px/1.6 system-ui,'Noto Sans SC',sans-serif;max-width:58rem;margin:2rem auto;padding:0 1rem;color:#1d2a35}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem;border-top:1px solid #d5dde3;padding-top:1rem}
code,pre{font:14px/1.5 ui-monospace,monospace}pre{background:#f3f6f8;padding:.8rem;overflow:auto;border-radius:6px}
.verb{display:inline-block;min-width:3.5rem;font-weight:600;color:#0b6b58}
"""


def describe(document: dict[str, Any]) -> str:
    """The OpenAPI ``document`` as one HTML page."""
    info = document["info"]
    operations = "".join(
        _operation(path, verb, operation)
        for path, verbs in sorted(document["paths"].items())
        for verb, operation in verbs.items()
        if isinstance(operation, dict)
    )
    told = "".join(
        _operation("", verb, said) for each in document.get("webhooks", {}).values() for verb, said in each.items()
    )
    schemas = document.get("components", {}).get("schemas", {})
    types = "".join(
        f'<h2 id="{escape(name)}">{escape(name)}</h2><p>{escape(schema.get("description", ""))}</p>{_code(schema)}'
        for name, schema in sorted(schemas.items())
    )
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(info["title"])}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body>'
        f"<h1>{escape(info['title'])} {escape(info['version'])}</h1><p>{escape(info.get('description', ''))} "
        f'<a href="/schema/openapi.json">openapi.json</a></p>{operations}{told}{types}</body></html>'
    )


def _operation(path: str, verb: str, operation: dict[str, Any]) -> str:
    parameters = "".join(
        f"<li><code>{escape(p['name'])}</code> {escape(p.get('description', ''))}</li>"
        for p in operation.get("parameters", [])
    )
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
    body = f'<p>Body: <a href="#{escape(name)}">{escape(name)}</a></p>' if name else ""
    return (
        f'<h2><span class="verb">{escape(verb.upper())}</span> <code>{escape(path)}</code></h2>'
        f"<p>{escape(operation.get('description') or operation.get('summary', ''))}</p><ul>{parameters}</ul>{body}"
    )


def _code(schema: dict[str, Any]) -> str:
    text = msgspec.json.format(msgspec.json.encode(schema.get("properties", schema)), indent=1).decode()
    return f"<pre>{escape(text)}</pre>"
