"""What two windows wrote otherwise of one thing of a case, both values beside each other (sync.md §10)."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from hall.case import Case
from hall.checklist import Row
from hall.masking import mask_field
from hall.verdict import Tick, TickState

TICK_WORDS: Final = {
    TickState.PRESENT: "有",
    TickState.MISSING: "缺",
    TickState.UNACCEPTABLE: "不合格",
    TickState.HELD: "已有",
    TickState.PROMISED: "承诺",
    TickState.NOT_APPLICABLE: "不适用",
}
"""What was said of a material, as the counter's keys call it."""


class Differing(Struct, frozen=True, kw_only=True):
    """One thing with two values. ``first`` stands, ``second`` has no effect; empty: nothing was written, or it was
    taken back. ``name`` is what it is called, ``dispute`` and ``code`` are where it comes from; ``personal``: the
    values may name people and are shown in full only for a reason (``masked``)."""

    dispute: str
    code: str
    name: str
    first: str
    second: str
    kind: str = ""
    personal: bool = False

    @property
    def key(self) -> str:
        """What the second value is called where it is asked for in full; the first is ``fields.CODE``."""
        return f"disputes.{self.dispute}.{self.code}"

    def masked(self) -> tuple[str, str]:
        """Both values as they may be shown without a reason."""
        if not self.personal:
            return self.first, self.second
        return mask_field(self.kind, self.first), mask_field(self.kind, self.second)


def differing(case: Case, dispute: str = "") -> tuple[Differing, ...]:
    """What is open between two windows, thing by thing; of one ``dispute`` where it is given. What has come to be the
    same since is left out."""
    kinds = {each.code: each.kind for each in case.plan.fields} if case.plan else {}
    rows = {row.code: row for row in case.rows}
    found = []
    for each in case.disputes:
        if dispute and each.id != dispute:
            continue
        for code, value in each.fields.items():
            label = case.matter.field_labels.get(code, code)
            found.append(
                Differing(
                    dispute=each.id,
                    code=code,
                    name=label,
                    first=case.fields.get(code, ""),
                    second=value,
                    kind=kinds.get(code, ""),
                    personal=True,
                )
            )
        for code, tick in each.ticks.items():
            row = rows.get(code)
            first, second = _said(row, case.ticks.get(code)), _said(row, tick)
            name = row.name if row else code
            found.append(Differing(dispute=each.id, code=code, name=name, first=first, second=second))
    return tuple(one for one in found if one.first != one.second)


def parts_of_said(said: str) -> tuple[str, str]:
    """The word for what was said of a material, and the day of its promise or what is wrong with it (or nothing)."""
    word, _, more = said.partition("：")
    return word, more


def _said(row: Row | None, tick: Tick | None) -> str:
    """What was said of a material, in a word, with the day of a promise or what is wrong with it."""
    if tick is None:
        return ""
    word = TICK_WORDS[tick.state]
    if tick.state is TickState.PROMISED and tick.until is not None:
        return f"{word}：{tick.until.isoformat()}"
    problems = row.problems if row else ()
    reason = next((each.text for each in problems if tick.reason in (each.code, each.text)), tick.reason)
    return f"{word}：{reason}" if reason else word
