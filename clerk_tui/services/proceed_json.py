"""A step after the receipt as data: what ``clerk proceed`` reads and answers (docs/cli.md).

The keys of an action are the parameters of the service behind it, and nothing else: one place says what a step takes.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache, partial
from typing import Any, Final, get_args, get_type_hints

from msgspec import Struct, ValidationError, convert, defstruct
from msgspec.structs import replace

from clerk_tui.services import ending, giving_back, handing, proceedings
from clerk_tui.services.entry import stored_as
from clerk_tui.services.intake_json import unprintable_to_json
from clerk_tui.services.result import Result
from clerk_tui.services.workspace import Workspace
from hall.errors import BadInput
from hall.names import clean_name, clean_text, rewriting

ACTIONS: Final[dict[str, Callable[..., Result]]] = {
    step.__name__: step
    for step in (
        proceedings.announce_procedure,
        proceedings.end_procedure,
        proceedings.extend,
        proceedings.decide,
        proceedings.remind_promise,
        proceedings.restart,
        ending.give_back,
        ending.withdraw,
        ending.terminate,
        handing.serve,
        handing.demand_fee,
        handing.pay_fee,
        handing.hand_over,
        giving_back.return_materials,
        handing.bring,
        handing.pickup,
    )
}
"""What can be done with a case after its receipt."""
_NAMES: Final = frozenset({"receiver", "witness", "servers", "giver", "taker"})
"""Keys that name people, in whose names a separator becomes the standard one."""
_UNKNOWN: Final = re.compile(r"unknown field `(?P<key>[^`]{1,80})`")
_MISSING: Final = re.compile(r"missing required field `(?P<key>\w+)`")
_PLACE: Final = re.compile(r" - at `\$\.?(?P<place>[\w.\[\]]+)`$")


def proceed(ws: Workspace, reference: str, data: Mapping[str, object]) -> Result:
    """Take the step that a file describes.

    Raises:
        BadInput: ``field`` is the dotted path of what is wrong; and as the step's own service.
    """
    action = data.get("action")
    if not isinstance(action, str) or action not in ACTIONS:
        code, what = ("unknown_value", "没有这个动作") if "action" in data else ("key_missing", "缺少“action”")
        raise BadInput(code, what, field="action", hint=_nearest(str(action), ACTIONS))
    wanted = keys_of(action)
    given = {key: value for key, value in data.items() if key != "action"}
    try:
        read = convert(given, wanted, strict=False)
    except ValidationError as error:
        raise _told(str(error), wanted) from None
    _require_known(given, wanted)
    values = {key: getattr(read, key) for key in wanted.__struct_fields__}
    result = ACTIONS[action](ws, reference, **values)
    told: dict[str, str] = {}
    for where, what in _rewritten(given):
        told[where] = f"{told[where]}；{what}" if where in told else what
    return replace(result, field_warnings={**result.field_warnings, **told})


def _rewritten(given: Mapping[str, object], inside: str = "") -> Iterator[tuple[str, str]]:
    """What the services did not keep as the file says it, by its place."""
    for key, value in given.items():
        where = f"{inside}{key}"
        clean = partial(clean_name if key in _NAMES else clean_text, field=where)
        for text in value if isinstance(value, (list, tuple)) else (value,):
            if isinstance(text, Mapping):
                yield from _rewritten(text, f"{where}.")
            elif isinstance(text, str) and text.strip() and (what := rewriting(text, clean(text))):
                yield where, stored_as(what)


@lru_cache
def keys_of(action: str) -> type[Struct]:
    """The keys of an action as a struct: its service's parameters that have to be named."""
    service = ACTIONS[action]
    hints = get_type_hints(service)
    fields: list[Any] = [
        (name, hints[name]) if one.default is one.empty else (name, hints[name], one.default)
        for name, one in inspect.signature(service).parameters.items()
        if one.kind is one.KEYWORD_ONLY
    ]
    return defstruct(action, fields, kw_only=True, forbid_unknown_fields=True)


def result_to_json(result: Result) -> dict[str, Any]:
    """The answer as scripts rely on it; dates are ISO 8601 or ``null``, pauses and extension counted in."""
    due = result.due
    return {
        "reference": result.reference,
        "state": result.state.value,
        "promised_due": due.promised.isoformat() if due.promised else None,
        "statutory_due": due.statutory.isoformat() if due.statutory else None,
        "expected_due": result.expected_due.isoformat() if result.expected_due else None,
        "papers": [{"kind": paper.kind, "path": paper.path or None, "pages": paper.pages} for paper in result.papers],
        "journal": {"seq": result.seq, "hash": result.hash},
        **unprintable_to_json(result),
    }


def _told(problem: str, wanted: type[Struct]) -> BadInput:
    """What msgspec finds wrong, in our words and without the value."""
    place = found["place"] if (found := _PLACE.search(problem)) else ""
    if unknown := _UNKNOWN.search(problem):
        key = unknown["key"]
        return BadInput("unknown_key", f"没有“{key}”这个键", field=key, hint=_nearest(key, wanted.__struct_fields__))
    if missing := _MISSING.search(problem):
        key = ".".join(filter(None, (place, missing["key"])))
        return BadInput("key_missing", f"缺少“{key}”", field=key, hint="格式见 docs/cli.md")
    return BadInput("wrong_type", f"“{place}”的值不对", field=place or None, hint="格式见 docs/cli.md")


def _require_known(given: Mapping[str, object], wanted: type[Struct]) -> None:
    """That the objects in lists have no key beyond those of what they describe."""
    hints = get_type_hints(wanted)
    for key, rows in given.items():
        kind = next((each for each in _within(hints[key]) if hasattr(each, "__struct_fields__")), None)
        if kind is None or not isinstance(rows, (list, tuple)):
            continue
        for number, row in enumerate(rows):
            for name in row if isinstance(row, Mapping) else ():
                if name not in kind.__struct_fields__:
                    where = f"{key}[{number}].{name}"[:80]
                    hint = _nearest(str(name), kind.__struct_fields__)
                    raise BadInput("unknown_key", f"没有“{where}”这个键", field=where, hint=hint)


def _within(hint: Any) -> Iterator[Any]:
    yield hint
    for part in get_args(hint):
        yield from _within(part)


def _nearest(word: str, known: Mapping[str, object] | tuple[str, ...]) -> str:
    near = get_close_matches(word, list(known), n=1)
    if near:
        return f"是不是“{near[0]}”？"
    return "可用：" + "、".join(known) if known else "这个动作没有别的键"
