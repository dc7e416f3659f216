"""The fields of a step's form: what is asked, what was typed, and what the service gets from it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from clerk_tui.i18n import _
from clerk_tui.screens.dates import read_day
from clerk_tui.widgets.form import Item, Value
from clerk_tui.widgets.phrases import listed
from hall.errors import BadInput
from hall.names import clean_name, clean_text

Kind = Literal["text", "name", "day", "past_day", "number", "yuan", "choice", "many"]
LONGEST = 500
MOST_YUAN = 10**9
DIGITS = 9
"""Options of one field that a digit can reach."""


@dataclass(frozen=True)
class Ask:
    """One field. ``value`` stands there until something else is typed; ``wanted``: Enter stops there though it may
    stay empty."""

    key: str
    label: str
    kind: Kind = "text"
    value: Value = ""
    options: tuple[tuple[str, str], ...] = ()
    required: bool = False
    wanted: bool = False
    note: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing is there."""
        return not self.value or (isinstance(self.value, str) and not self.value.strip())


def many(
    key: str, label: str, options: Sequence[tuple[str, str]], chosen: Sequence[str], *, required: bool = False
) -> list[Ask]:
    """A choice of several, in as many fields as digits need; ``gathered`` puts them together again."""
    parts = [options[start : start + DIGITS] for start in range(0, len(options), DIGITS)]
    return [
        Ask(
            f"{key}.{number}",
            label if number == 0 else _("{label}（续）").format(label=label),
            "many",
            tuple(code for code, _label in part if code in chosen),
            tuple(part),
            required=required and len(parts) == 1,
            wanted=number == 0,
            note=_("可以选几个，选完按 Enter"),
        )
        for number, part in enumerate(parts)
    ]


def gathered(values: Mapping[str, Any], key: str) -> list[str]:
    """What was chosen in all the fields of ``many``."""
    return [code for name, codes in values.items() if name.rpartition(".")[0] == key for code in codes]


def filled(asks: Sequence[Ask], typed: Mapping[str, Value]) -> list[Ask]:
    """The fields with what was typed in place of what stood there."""
    return [replace(ask, value=typed.get(ask.key, ask.value)) for ask in asks]


def read(asks: Sequence[Ask], today: dt.date) -> tuple[dict[str, Any], dict[str, str]]:
    """What the fields say, and what is wrong with them by key. Required ones that are empty are in neither."""
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for ask in asks:
        if ask.empty and ask.required:
            continue
        try:
            values[ask.key] = _READERS.get(ask.kind, _as_is)(ask, today)
        except BadInput as error:
            errors[ask.key] = _(error.message)
    return values, errors


def stored_text(ask: Ask, today: dt.date) -> str:
    """What is stored for a field of text that has no error; as it was typed where it is no text."""
    return str(_READERS[ask.kind](ask, today)) if ask.kind in ("text", "name") else str(ask.value).strip()


def item(ask: Ask, section: str, error: str, missing: str, told: str, today: dt.date) -> Item:
    """The field as the form shows it. ``missing`` is what the service says is lacking here, which F9 says aloud; until
    then the field's own note stands. ``told`` what is said of
    the value that stands there."""
    if ask.kind in ("day", "past_day") and not error and not ask.empty:
        day = read_day(str(ask.value), today, past=ask.kind == "past_day")
        told = str(day) if day is not None and str(day) != str(ask.value).strip() else ""
    return Item(
        key=ask.key,
        label=ask.label,
        value=ask.value,
        section=section,
        options=ask.options,
        multi=ask.kind == "many",
        required=ask.required or bool(missing),
        wanted=ask.wanted,
        note=ask.note or missing,
        told=told,
        error=error,
    )


def shown(ask: Ask) -> str:
    """What the field says, in words, for the last look."""
    if ask.options:
        chosen = (ask.value,) if isinstance(ask.value, str) else ask.value
        return listed(label for code, label in ask.options if code in chosen)
    return str(ask.value).strip()


def _as_is(ask: Ask, today: dt.date) -> Any:
    return ask.value


def _text(ask: Ask, today: dt.date) -> str:
    return clean_text(str(ask.value), field=ask.key, max_length=LONGEST)


def _name(ask: Ask, today: dt.date) -> str:
    return "" if ask.empty else clean_name(str(ask.value), field=ask.key)


def _day(ask: Ask, today: dt.date) -> dt.date | None:
    if ask.empty:
        return None
    day = read_day(str(ask.value), today, past=ask.kind == "past_day")
    if day is None:
        raise BadInput("bad_date", _("看不懂这个日期"), field=ask.key, hint=_("例如 2026-11-02"))
    return day


def _number(ask: Ask, today: dt.date) -> int:
    text = str(ask.value).strip()
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise BadInput("bad_number", _("应当是一个整数"), field=ask.key)
    return int(text)


def _fen(ask: Ask, today: dt.date) -> int:
    """Fen of an amount typed in yuan."""
    try:
        yuan = Decimal(str(ask.value).strip() or "0")
    except InvalidOperation:
        yuan = Decimal("NaN")
    if not yuan.is_finite() or not 0 <= yuan < MOST_YUAN or yuan != round(yuan, 2):
        raise BadInput("not_money", _("应当是金额，单位是元，最多两位小数"), field=ask.key)
    return int(yuan * 100)


_READERS: dict[Kind, Callable[[Ask, dt.date], Any]] = {
    "text": _text,
    "name": _name,
    "day": _day,
    "past_day": _day,
    "number": _number,
    "yuan": _fen,
}
