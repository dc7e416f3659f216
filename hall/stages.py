"""Whose turn it is with a case, and how long each side has had it: the window, the unit, the applicant, a procedure.

The window has a case until it is accepted (or a notice puts it into the applicant's hands) and again from the decision
until the result is handed out; the unit from the acceptance to the decision; a special procedure (行政许可法 art. 45)
is nobody's delay. Time is what the clock shows, nights and days off too: the working days of a limit are
``hall.deadlines``.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import msgspec
from msgspec import Struct

from hall.case import Case, CaseState


class Holder(StrEnum):
    """Whose turn it is; ``NOBODY``: the case is over, or only a question was asked."""

    WINDOW = "window"
    UNIT = "unit"
    APPLICANT = "applicant"
    PROCEDURE = "procedure"
    NOBODY = "nobody"


_AFTER: Final[dict[str, Holder]] = {
    "case.received": Holder.WINDOW,
    "case.noticed": Holder.APPLICANT,
    "case.accepted": Holder.UNIT,
    "case.tolerated": Holder.UNIT,
    "procedure.started": Holder.PROCEDURE,
    "procedure.ended": Holder.UNIT,
    "case.decided": Holder.WINDOW,
    "result.delivered": Holder.NOBODY,
    "case.refused": Holder.NOBODY,
    "case.closed": Holder.NOBODY,
    "inquiry.answered": Holder.NOBODY,
}
_RUNNING: Final = frozenset({CaseState.ACCEPTED, CaseState.TOLERATED})


class Share(Struct, frozen=True):
    """How long each side has had a case, in milliseconds, up to a moment; ``since_ms`` (Unix) is the present one's."""

    holder: Holder
    since_ms: int
    window_ms: int = 0
    unit_ms: int = 0
    applicant_ms: int = 0
    procedure_ms: int = 0

    def at(self, now_ms: int) -> Share:
        """The same with the time that the present holder has had it until ``now_ms``."""
        if self.holder is Holder.NOBODY:
            return self
        name = f"{self.holder.value}_ms"
        return msgspec.structs.replace(self, **{name: getattr(self, name) + max(0, now_ms - self.since_ms)})


def holder_of(case: Case) -> Holder:
    """Whose turn it is."""
    if case.state is CaseState.RECEIVED:
        return Holder.WINDOW
    if case.state is CaseState.NOTICED:
        return Holder.APPLICANT if case.gaps else Holder.WINDOW
    if case.state in _RUNNING:
        return Holder.PROCEDURE if any(pause.ends is None for pause in case.pauses) else Holder.UNIT
    return Holder.WINDOW if case.state is CaseState.DECIDED else Holder.NOBODY


def share(case: Case) -> Share:
    """Who has had the case how long, up to the last fact that changed hands; ``Share.at`` goes on to now.

    Clocks of two windows may disagree: time never runs backwards here.
    """
    found = _walk(case, "")
    now = holder_of(case)
    if now is found.holder:
        return found
    last = max((event.at_ms for event in case.timeline), default=0)
    return msgspec.structs.replace(found.at(last), holder=now, since_ms=last)


def until_decided(case: Case) -> Share | None:
    """Who had the case how long until it was decided; ``None`` while it is not."""
    return _walk(case, "case.decided") if case.decision is not None else None


def _walk(case: Case, last: str) -> Share:
    """Through the timeline, to its end or to the first fact of the type ``last``."""
    found = Share(Holder.NOBODY, 0)
    for event in case.timeline:
        after = _AFTER.get(event.type)
        if event.misfit or after is None or after is found.holder:
            continue
        at_ms = max(found.since_ms, event.at_ms)
        found = msgspec.structs.replace(found.at(at_ms), holder=after, since_ms=at_ms)
        if event.type == last:
            break
    return found
