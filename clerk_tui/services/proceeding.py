"""What every step after the receipt has in common: one transaction, one look at the case in it, papers that hold.

A case that another window received or has gone on with is taken over first (``case.adopted``): people come once.

A step reads the case inside the transaction that writes, so that two windows cannot both extend or decide it, and makes
each of its papers before anything is kept: where the law wants more on a paper, nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from msgspec import structs

from clerk_tui.services import cases, printable
from clerk_tui.services.hall_cases import HallCase, adoption, look
from clerk_tui.services.keeping import require_sound
from clerk_tui.services.recording import Action, Written
from clerk_tui.services.result import Result, result_of
from clerk_tui.services.workspace import Workspace
from hall.case import Case
from hall.deadlines import CaseClock, case_clock, expected_due
from hall.errors import BadInput, HallError, Unlawful
from hall.facts import PaperIssued, PaperKind, Personal
from hall.names import clean_text, says_something
from hall.steps import RUNNING
from hall.telling import STATE_NAMES

LONGEST = 500
"""Characters of a reason, a basis, a remark."""
_rehearsing: ContextVar[bool] = ContextVar("rehearsing", default=False)


@contextmanager
def rehearsing() -> Iterator[None]:
    """While this lasts ``commit`` judges a step and answers what it would do, and writes nothing."""
    token = _rehearsing.set(True)
    try:
        yield
    finally:
        _rehearsing.reset(token)


def commit(ws: Workspace, reference: str, step: Callable[[Case, Action], None]) -> Result:
    """Write what ``step`` adds for the case as it stands, with its papers in the print queue.

    Raises:
        BadInput: no such case, or whatever the step finds wrong. Nothing is written.
        Unlawful: the law does not allow the step, or wants more on its paper. Nothing is written.
        StoreError: it could not be saved. Nothing is written.
    """
    known = cases.hall_case(ws, reference)
    if _rehearsing.get():
        own = ws.journal.case_in(ws.journal.read(), known.case.case_id)
        case, action = _begin(ws, known, own)
        step(case, action)
        return told(
            ws,
            Written(action.so_far() or case, tuple(action.paper_ids), ws.journal.head, tuple(action.warnings)),
            action,
        )
    with ws.journal.write() as connection:
        require_sound(ws)
        found = look(ws, connection, known.case.case_id)
        assert found is not None, "it was just read"
        case, action = _begin(ws, found, ws.journal.case_in(connection, known.case.case_id))
        step(case, action)
        written = action.write(connection)
    return told(ws, written, action)


def _begin(ws: Workspace, found: HallCase, own: Case | None) -> tuple[Case, Action]:
    """The case that a step rests on, and the action it goes into; where others did what this window's journal lacks, it
    begins with taking the case over. Somebody's look at it or a paper printed again does not count."""
    case = found.case
    if own is not None and (not found.news or _standing(case) == _standing(own)):
        return own, Action(ws, own.case_id, own.reference, own)
    action = Action(ws, case.case_id, case.reference, case)
    action.add(
        adoption(ws, found, whole=True), Personal(applicant=case.applicant, agent=case.agent, fields=case.fields)
    )
    taken = action.so_far()
    assert taken is not None, "the case is there"
    return taken, action


def _standing(case: Case) -> Case:
    return structs.replace(case, version=0, writers={}, papers=(), timeline=(), window="", clerk="")


def told(ws: Workspace, written: Written, action: Action) -> Result:
    """What a step did; its dates are those of today, with pauses and extension counted in."""
    case = written.case
    clock = case_clock(case, ws.calendar, ws.clock.today())
    result = result_of(case, outcome=None, lawful=(), gaps=case.gaps, paper_ids=written.paper_ids, head=written.head)
    lacking = tuple(action.unprintable)
    spelled = (printable.told(lacking),) if lacking else ()
    return structs.replace(
        result,
        due=clock.due,
        expected_due=expected_due(case, ws.clock.today()),
        warnings=(*spelled, *written.warnings),
        unprintable=lacking,
    )


def issue(action: Action, kind: PaperKind) -> str:
    """Issue a paper that can be made; its id.

    Raises:
        Unlawful: the law wants more on it (``receipts.needs``).
    """
    from receipts.compose import compose
    from receipts.document import texts

    action.issue((kind,))
    case, issued = action.so_far(), action.entries[-1].body
    assert case is not None and isinstance(issued, PaperIssued), "it was just added"
    try:
        document = compose(kind, case, issued, qr=issued.replica, wording=action.wording_of(issued))
    except HallError as error:
        raise Unlawful(error.code, error.message, field=error.field, hint=error.hint) from error
    action.unprintable.update(dict.fromkeys(printable.lacking(texts(document))))
    return issued.paper_id


def clock_of(ws: Workspace, case: Case) -> CaseClock:
    """How the case stands today."""
    return case_clock(case, ws.calendar, ws.clock.today())


def require_running(case: Case, what: str) -> None:
    """That the case is accepted and not decided. Raises ``Unlawful``."""
    if case.state not in RUNNING:
        raise Unlawful(
            "not_running",
            f"办件现在是“{STATE_NAMES[case.state]}”，不能{what}",
            field="reference",
            hint="受理之后、作出决定之前才能办这一步",
        )


def required(text: str, field: str, label: str, law: str = "") -> str:
    """A text that must be there, cleaned. Raises ``BadInput`` where it says nothing or may not be stored."""
    clean = clean_text(text, field=field, max_length=LONGEST)
    if not says_something(clean):
        raise BadInput("value_missing", f"没有写明{label}", field=field, hint=law or f"请填写{label}")
    return clean


def optional(text: str, field: str) -> str:
    """A text that may be empty, cleaned. Raises ``BadInput`` where it may not be stored."""
    return clean_text(text, field=field, max_length=LONGEST)
