"""Translations with several forms (``1 workday``, ``2 workdays``): which one is known when their places are filled.

Chinese has one form, so the code that says a text knows nothing of this: a catalogue gives the forms, and the first
place that holds a number decides.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from string import Formatter


class Counting(str):
    """A translation as its last form; ``format`` takes the form that goes with the number."""

    forms: tuple[str, ...]
    form_of: Callable[[int], int]

    @classmethod
    def of(cls, forms: tuple[str, ...], form_of: Callable[[int], int]) -> Counting:
        """``form_of`` gives the form's place for a number, as a catalogue's ``Plural-Forms`` does."""
        made = cls(forms[-1])
        made.forms, made.form_of = forms, form_of
        return made

    def form_for(self, values: Mapping[str, object]) -> str:
        """The form that goes with what the places hold."""
        for _literal, name, _spec, _conversion in Formatter().parse(self):
            if name and (number := _whole(values.get(name))) is not None:
                return self.forms[min(self.form_of(number), len(self.forms) - 1)]
        return self.forms[-1]

    def format(self, *args: object, **values: object) -> str:
        """The form for the number in it, filled."""
        return self.form_for(values).format(*args, **values)


def _whole(value: object) -> int | None:
    """A number, also one that is written out; ``None`` for what is none. A fraction takes the form of nought."""
    try:
        number = float(value) if isinstance(value, str | int | float) else math.nan
    except ValueError:
        return None
    if not math.isfinite(number):
        return None
    return int(number) if number.is_integer() else 0
