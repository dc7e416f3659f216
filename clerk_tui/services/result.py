"""What an action did, as the screens show it and as the command line's JSON tells it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from msgspec import Struct

from clerk_tui.i18n import N_
from clerk_tui.store.verifying import Head
from hall.case import Case, CaseState
from hall.facts import Due, PaperKind
from hall.verdict import Gap, Outcome

KEPT, PARTLY = N_("补齐承诺材料"), N_("收下部分承诺材料")
"""What is done to a case that was accepted with a promise already: it is not accepted once more."""
FILLED = N_("补填表格，告知书继续有效")
"""Somebody who was given a notice has brought no material, and the matter's own form is filled in further."""
DEEMED = N_("逾期未告知，视为受理")
"""Post that the law had accepted before it was opened (行政许可法 art. 32(4))."""


class PaperOut(Struct, frozen=True, kw_only=True):
    """A paper that was issued. ``path`` and ``pages`` are filled in when it has been handed to the print target."""

    paper_id: str
    kind: PaperKind
    number: str
    path: str = ""
    pages: int = 0


class Result(Struct, frozen=True, kw_only=True):
    """An action that is committed. ``outcome`` is ``None`` when nothing was decided (materials only taken in, inquiry).

    ``expected_due`` is the promised date as the papers say it while a special procedure runs: with all the days that it
    is to take, of which ``due`` counts those that have passed; ``None`` where it came before the procedure.

    ``lawful`` were the outcomes on offer; ``late`` the materials handed in after the day they were promised for;
    ``warnings`` what a person should look at again, none of it in the way, ``field_warnings`` the same of what was
    typed, by dotted field; ``blank`` the required fields of the matter's own form that stayed empty, by dotted
    field. ``word`` says what was done where the outcome's name would say something else. ``corrected`` are the
    codes of those gaps that were put right on the spot, ``promised`` until when the others are promised.
    ``respond_by`` is the applicant's limit while a notice stands, ``respond_provisional``: counted by weekends alone.
    ``open_questions`` are the codes of what was not answered when materials were only taken in.
    ``to_return`` names what was taken in, is not needed since an answer was put right, and lies here still.
    ``unprintable`` are the characters that its papers do not print as they are written (``printable``). ``seq`` and
    ``hash`` (hex) are of the last fact written.
    """

    outcome: Outcome | None
    state: CaseState
    lawful: tuple[Outcome, ...]
    gaps: tuple[Gap, ...]
    reference: str
    case_id: str
    received: dt.date
    accepted: dt.date | None
    due: Due
    expected_due: dt.date | None = None
    papers: tuple[PaperOut, ...]
    seq: int
    hash: str
    late: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    field_warnings: dict[str, str] = {}
    unprintable: tuple[str, ...] = ()
    blank: dict[str, str] = {}
    word: str = ""
    corrected: frozenset[str] = frozenset()
    promised: dict[str, dt.date] = {}
    respond_by: dt.date | None = None
    respond_provisional: bool = False
    open_questions: tuple[str, ...] = ()
    to_return: tuple[str, ...] = ()

    @property
    def deemed(self) -> bool:
        """Whether the law has accepted with this action, as nobody had answered in time."""
        return self.word == DEEMED


def to_return_told(names: Iterable[str]) -> str:
    """What has to be given back, as a warning says it."""
    return "不再需要、请当场退还：" + "、".join(names)


def result_of(
    case: Case,
    *,
    outcome: Outcome | None,
    lawful: Iterable[Outcome],
    gaps: Iterable[Gap],
    paper_ids: Iterable[str],
    head: Head,
    late: tuple[str, ...] = (),
    warnings: tuple[str, ...] = (),
    field_warnings: dict[str, str] | None = None,
    unprintable: tuple[str, ...] = (),
    blank: dict[str, str] | None = None,
    word: str = "",
    open_questions: tuple[str, ...] = (),
) -> Result:
    """The result of an action that left ``case`` as it is."""
    issued = set(paper_ids)
    named = tuple(gaps)
    owed = {gap.code for gap in case.gaps}
    fixed = {gap.code for gap in case.corrections} - owed
    notice = case.notices[-1] if case.state is CaseState.NOTICED and case.notices else None
    return Result(
        outcome=outcome,
        state=case.state,
        lawful=tuple(lawful),
        gaps=named,
        reference=case.reference,
        case_id=case.case_id,
        received=case.received,
        accepted=case.accepted,
        due=case.due,
        papers=tuple(
            PaperOut(paper_id=paper.paper_id, kind=paper.kind, number=paper.number)
            for paper in case.papers
            if paper.paper_id in issued
        ),
        seq=head.seq,
        hash=head.hash.hex(),
        late=late,
        warnings=warnings,
        field_warnings=field_warnings or {},
        unprintable=unprintable,
        blank=blank or {},
        word=word,
        corrected=frozenset(gap.code for gap in named if gap.code in fixed),
        promised={promise.code: promise.until for promise in case.promises if promise.code in owed},
        respond_by=notice.respond_by if notice else None,
        respond_provisional=notice is not None and notice.provisional,
        open_questions=open_questions,
        to_return=tuple(row.name for row in case.to_return),
    )
