"""Days that a wrong clock wrote (sync.md §10): what the window wrote, and the earliest day it can have been.

The centre sends them as flags of the case. A limit is then also counted from the earliest day, in the citizen's favour;
both dates are shown, and a person decides.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final

from msgspec import Struct, structs

from hall.case import Case

SUSPECT: Final = "clock_suspect"
_WORD: Final = "clock"
_STARTS: Final = ("received", "accepted", "tolerated")


class ClockDoubt(Struct, frozen=True):
    """That the day of a fact (``received``, ``accepted`` …) stands on such a clock."""

    what: str
    written: dt.date
    earliest: dt.date


def flag(fact_type: str, written: dt.date, earliest: dt.date) -> str:
    """The flag of a fact of this type (``case.received``)."""
    return f"{_WORD}:{fact_type.rpartition('.')[2]}:{written.isoformat()}:{earliest.isoformat()}"


def is_of_clock(word: str) -> bool:
    """Whether a flag is about a clock; such a flag stays as long as the case."""
    return word == SUSPECT or word.startswith(f"{_WORD}:")


def read(flags: Iterable[str]) -> tuple[ClockDoubt, ...]:
    """The doubts among the flags of a case, in the order of the days as written."""
    found = []
    for word in flags:
        parts = word.split(":")
        if len(parts) != 4 or parts[0] != _WORD:
            continue
        try:
            found.append(ClockDoubt(parts[1], dt.date.fromisoformat(parts[2]), dt.date.fromisoformat(parts[3])))
        except ValueError:
            continue
    return tuple(sorted(found, key=lambda doubt: (doubt.written, doubt.what)))


def in_favour(case: Case, doubts: Iterable[ClockDoubt]) -> Case:
    """The case with the days from which limits count moved to the earliest they can have been."""
    starts = [doubt for doubt in doubts if doubt.what in _STARTS]
    received = min((doubt.earliest for doubt in starts if doubt.what == "received"), default=case.clock_from)
    accepted = min((doubt.earliest for doubt in starts if doubt.what != "received"), default=case.accepted)
    counted = case.counted_from
    if counted is not None and any(doubt.what != "received" for doubt in starts) and accepted is not None:
        counted = min(counted, accepted)
    return structs.replace(
        case,
        clock_from=min(case.clock_from, received),
        counted_from=counted,
        accepted=min(case.accepted, accepted) if case.accepted and accepted else case.accepted,
    )
