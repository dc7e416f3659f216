"""Which states a case can be in for what happens to it: the fold goes by it, and so do the services that offer a step.

A fact may ask for more than its kind does: whether a case can be closed hangs on how, whether it can be decided on what
is decided. ``misfit`` knows all of it, so that what a window may write and what has effect cannot differ.
"""

from __future__ import annotations

from typing import Final

from hall import facts as f
from hall.case import Case, CaseState
from hall.telling import STATE_NAMES

S = CaseState
OPEN: Final = frozenset({S.RECEIVED, S.NOTICED})
RUNNING: Final = frozenset({S.ACCEPTED, S.TOLERATED})
DONE: Final = frozenset({S.REFUSED, S.FILED, S.WITHDRAWN, S.RETURNED, S.TERMINATED})
UNDECIDED: Final = OPEN | RUNNING
NOT_ASKED: Final = frozenset(S) - {S.INQUIRY}
"""Whatever it came to: there are materials and papers of it."""

STATES: Final[dict[type[f.Body], frozenset[CaseState]]] = {
    f.CaseCorrected: OPEN,
    f.CaseTolerated: OPEN,
    f.CaseRefused: OPEN,
    f.CaseSupplemented: UNDECIDED,
    f.CreditStated: OPEN,
    f.CaseAnswered: frozenset({S.RECEIVED}),
    # Who was told something, or accepted, was so by what he had answered: from then on it stands.
    f.AnswersCorrected: frozenset({S.RECEIVED}),
    # Another window may have told something meanwhile: what the person has said all the same is not lost.
    f.FormFilled: OPEN,
    f.CaseAdopted: NOT_ASKED,
    f.ProcedureAnnounced: RUNNING,
    f.ProcedureStarted: RUNNING,
    f.ProcedureEnded: RUNNING,
    f.LimitExtended: RUNNING,
    f.FeeDemanded: RUNNING | {S.DECIDED},
    f.FeePaid: RUNNING | {S.DECIDED, S.DELIVERED},
    f.MaterialsHandedOver: NOT_ASKED,
    f.MaterialsReturned: NOT_ASKED,
    f.MaterialsBrought: RUNNING,
    f.PapersServed: NOT_ASKED,
    f.ResultDelivered: frozenset({S.DECIDED}),
}
"""Of facts for which the kind says it all."""
CLOSING: Final[dict[str, frozenset[CaseState]]] = {
    "withdrawn": UNDECIDED,
    "returned": frozenset({S.NOTICED}),
    "terminated": frozenset({S.TOLERATED}),
    "filed": frozenset({S.DELIVERED}),
}
"""By how a case is closed: the applicant withdraws until the decision, a notice that nobody answered is returned, a
promise that was not kept (容缺) ends the case, and what was delivered is filed."""


def states_for(body: f.Body) -> frozenset[CaseState] | None:
    """The states that a fact can meet; ``None`` for one that can meet any."""
    match body:
        case f.CaseClosed(lapsed=True):
            return CLOSING["terminated"]
        case f.CaseClosed(how=how):
            return CLOSING[how]
        case f.CaseAccepted(deemed=True):
            # 行政许可法 art. 32(4): only where nobody has told anything.
            return frozenset({S.RECEIVED})
        case f.CaseAccepted():
            return OPEN
        case f.CaseNoticed(second=False):
            # Told once (art. 32(4)): who gives a first notice has not seen the one that was given.
            return frozenset({S.RECEIVED})
        case f.CaseNoticed():
            return OPEN
        case f.CaseDecided(granted=granted):
            # 容缺: no result before the promises are kept.
            return frozenset({S.ACCEPTED}) if granted else RUNNING
        case _:
            return STATES.get(type(body))


def misfit(case: Case, body: f.Body) -> str:
    """Why a fact has no effect on the case as it stands, in Chinese; empty if it has."""
    if isinstance(body, (f.CaseReceived, f.InquiryAnswered)):
        return "同一办件第二次收件"
    states = states_for(body)
    if states is not None and case.state not in states:
        return f"办件已是“{STATE_NAMES[case.state]}”"
    match body:
        case f.MaterialsReturned(codes=codes) if not any(row.code in codes for row in case.to_return):
            return "没有应退还的材料，或者已经退还"
        case f.FeePaid() if case.fee is None:
            return "没有通知缴费"
        case f.ProcedureStarted() if not _told_in_writing(case, body):
            return "没有出具特别程序期限告知书，时限不停计"
        case f.ProcedureStarted(name=name) if _running(case, name):
            return f"特别程序“{name}”已在进行"
        case f.ProcedureEnded(name=name) if not _running(case, name):
            return f"没有正在进行的特别程序“{name}”"
        case f.LimitExtended() if case.extension is not None:
            return "办理期限已经延长过一次（行政许可法第四十二条）"
        case _:
            return ""


def _running(case: Case, name: str) -> bool:
    return any(pause.name == name and pause.ends is None for pause in case.pauses)


def _told_in_writing(case: Case, body: f.ProcedureStarted) -> bool:
    """行政许可法 art. 45: the time of a special procedure is not counted only if the applicant was told in writing."""
    return any(paper.kind == "procedure" and paper.paper_id == body.notice_paper for paper in case.papers)
