"""What two windows wrote otherwise of one thing, as a screen shows it: masked, in full only for a reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from clerk_tui.i18n import _
from clerk_tui.widgets.cells import safe
from clerk_tui.widgets.phrases import said_of
from hall.differing import parts_of_said

if TYPE_CHECKING:
    from hall.differing import Differing


def values_of(each: Differing, shown: Mapping[str, str] | None = None) -> tuple[str, str]:
    """The value that stands and the one that has no effect; ``shown`` are those that were asked for in full."""
    first, second = each.masked()
    if shown and each.personal:
        first, second = shown.get(f"fields.{each.code}", first), shown.get(each.key, second)
    if not each.personal:
        first, second = (_in_parts(text) for text in (first, second))
    return safe(first) or _("（空）"), safe(second) or _("（空）")


def _in_parts(said: str) -> str:
    """What was said of a material, the word for it in the language of the screen."""
    word, more = parts_of_said(said)
    return said_of(_(word), _(more)) if more else _(word)


def differing_texts(values: Iterable[Differing]) -> list[str]:
    """A line a thing, with both values."""
    texts = []
    for each in values:
        first, second = values_of(each)
        told = _("{name}：先到的写“{first}”，后到的写“{second}”")
        text = told.format(name=safe(each.name), first=first, second=second)
        texts.append(text + (_("（不同的地方遮住了）") if first == second else ""))
    return texts
