"""The fold: facts in, case out. The same code runs at the counter and in the centre.

Every fact has one small function that says what it changes. A fact that meets a state it does not fit changes
nothing but the timeline, where it stands with its ``misfit``: what happened is kept, its effect is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from hall import facts as f
from hall.case import Case, CaseState, Event, Notice, Paper, Pause
from hall.verdict import Tick, TickState, gaps_of

S = CaseState
OPEN = frozenset({S.RECEIVED, S.NOTICED})
RUNNING = frozenset({S.ACCEPTED, S.TOLERATED})
DONE = frozenset({S.REFUSED, S.FILED, S.WITHDRAWN, S.RETURNED, S.TERMINATED})
Changes = dict[str, Any]

_ALLOWED: dict[type[f.Body], frozenset[CaseState]] = {
    f.CaseAccepted: OPEN,
    f.CaseNoticed: OPEN,
    f.CaseTolerated: OPEN,
    f.CaseCorrected: OPEN,
    f.CaseRefused: OPEN,
    f.CaseSupplemented: OPEN | RUNNING,
    f.ProcedureStarted: RUNNING,
    f.ProcedureEnded: RUNNING,
    f.LimitExtended: RUNNING,
    f.CaseDecided: RUNNING,
    f.ResultDelivered: frozenset({S.DECIDED}),
    f.CaseClosed: frozenset(S) - DONE - {S.INQUIRY},
}


def fold(facts: Iterable[f.Fact]) -> Case | None:
    """The case after ``facts`` in order; ``None`` when the first fact does not begin one."""
    case: Case | None = None
    for fact in facts:
        case = advance(case, fact)
    return case


def advance(case: Case | None, fact: f.Fact) -> Case | None:
    """The case after one more fact. Never raises for a well-formed fact."""
    if case is None:
        return _begin(fact)
    misfit = _misfit(case, fact)
    changes: Changes = {} if misfit else _CHANGES.get(type(fact.body), _nothing)(case, fact)
    line = Event(
        type=fact.header.type,
        at_ms=fact.header.at_ms,
        day=fact.header.day,
        actor=fact.header.actor,
        text=_tell(case, fact),
        alert=_alerts(fact.body),
        misfit=misfit,
    )
    return msgspec.structs.replace(case, version=case.version + 1, timeline=(*case.timeline, line), **changes)


def _begin(fact: f.Fact) -> Case | None:
    body, header, people = fact.body, fact.header, fact.personal or f.Personal()
    if not isinstance(body, (f.CaseReceived, f.InquiryAnswered)):
        return None
    asked = isinstance(body, f.InquiryAnswered)
    day = body.day if isinstance(body, f.InquiryAnswered) else body.received
    ticks = {} if isinstance(body, f.InquiryAnswered) else body.ticks
    return Case(
        case_id=header.subject,
        reference=body.reference,
        state=S.INQUIRY if asked else S.RECEIVED,
        version=1,
        matter=body.matter,
        answers=body.answers,
        situations=body.situations,
        rows=body.rows,
        ticks=ticks,
        received=day,
        clock_from=day if isinstance(body, f.InquiryAnswered) else body.clock_from,
        applicant=people.applicant,
        agent=people.agent,
        fields=people.fields,
        window=body.window,
        clerk=body.clerk,
        handed_in=() if asked else (day,),
        gaps=() if asked else gaps_of(body.rows, ticks),
        timeline=(
            Event(
                type=header.type,
                at_ms=header.at_ms,
                day=header.day,
                actor=header.actor,
                text="咨询，已一次性告知办理要求" if asked else "收到申请材料",
            ),
        ),
    )


def _misfit(case: Case, fact: f.Fact) -> str:
    if isinstance(fact.body, (f.CaseReceived, f.InquiryAnswered)):
        return "同一办件第二次收件"
    allowed = _ALLOWED.get(type(fact.body))
    return "" if allowed is None or case.state in allowed else f"办件已是“{STATE_NAMES[case.state]}”"


def _nothing(case: Case, fact: f.Fact) -> Changes:
    return {}


def _accepted(case: Case, fact: f.Fact) -> Changes:
    body = fact.body
    assert isinstance(body, f.CaseAccepted)
    return {
        "state": S.ACCEPTED,
        "accepted": body.accepted,
        "due": body.due,
        "article": body.article,
        "deemed": body.deemed,
        "gaps": (),
    }


def _noticed(case: Case, fact: f.Fact) -> Changes:
    body = fact.body
    assert isinstance(body, f.CaseNoticed)
    notice = Notice(
        day=fact.header.day,
        gaps=body.gaps,
        respond_by=body.respond_by,
        provisional=body.provisional,
        lapse=body.lapse,
        second=body.second,
        reason=body.reason,
        known_before=body.known_before,
    )
    return {"state": S.NOTICED, "gaps": body.gaps, "notices": (*case.notices, notice), "article": body.article}


def _tolerated(case: Case, fact: f.Fact) -> Changes:
    body = fact.body
    assert isinstance(body, f.CaseTolerated)
    return {
        "state": S.TOLERATED,
        "accepted": body.accepted,
        "due": body.due,
        "article": body.article,
        "promises": body.promises,
        "gaps": tuple(gap for gap in case.gaps if gap.code in {promise.code for promise in body.promises}),
    }


def _corrected(case: Case, fact: f.Fact) -> Changes:
    body = fact.body
    assert isinstance(body, f.CaseCorrected)
    fixed = {gap.code: Tick(TickState.PRESENT) for gap in body.corrections}
    ticks = {**case.ticks, **fixed}
    return {"corrections": (*case.corrections, *body.corrections), "ticks": ticks, "gaps": gaps_of(case.rows, ticks)}


def _refused(case: Case, fact: f.Fact) -> Changes:
    body = fact.body
    assert isinstance(body, f.CaseRefused)
    return {"state": S.REFUSED, "refusal": body.refusal, "article": body.article, "gaps": ()}


def _supplemented(case: Case, fact: f.Fact) -> Changes:
    body = fact.body
    assert isinstance(body, f.CaseSupplemented)
    ticks = {**case.ticks, **body.ticks}
    gaps = gaps_of(case.rows, ticks)
    still = {gap.code for gap in gaps}
    return {
        "ticks": ticks,
        "gaps": gaps,
        "promises": tuple(promise for promise in case.promises if promise.code in still),
        "handed_in": (*case.handed_in, body.handed_in),
        # A tolerated case whose promises are all kept is an accepted one; a notice is answered by its own acceptance.
        "state": S.ACCEPTED if case.state is S.TOLERATED and not gaps else case.state,
    }


def _paused(case: Case, fact: f.Fact) -> Changes:
    body = fact.body
    assert isinstance(body, f.ProcedureStarted)
    return {"pauses": (*case.pauses, Pause(name=body.name, starts=body.starts))}


def _resumed(case: Case, fact: f.Fact) -> Changes:
    body = fact.body
    assert isinstance(body, f.ProcedureEnded)
    pauses = list(case.pauses)
    for index, pause in enumerate(pauses):
        if pause.name == body.name and pause.ends is None:
            pauses[index] = msgspec.structs.replace(pause, ends=body.ends)
            break
    return {"pauses": tuple(pauses)}


def _extended(case: Case, fact: f.Fact) -> Changes:
    body = fact.body
    assert isinstance(body, f.LimitExtended)
    # 行政许可法 art. 42 allows one extension; a second one stays in the timeline without effect.
    return {} if case.extended_days else {"extended_days": body.days}


def _decided(case: Case, fact: f.Fact) -> Changes:
    assert isinstance(fact.body, f.CaseDecided)
    return {"state": S.DECIDED, "decision": fact.body}


def _delivered(case: Case, fact: f.Fact) -> Changes:
    return {"state": S.DELIVERED}


def _closed(case: Case, fact: f.Fact) -> Changes:
    body = fact.body
    assert isinstance(body, f.CaseClosed)
    return {"state": CaseState(body.how), "reason": body.reason}


def _paper(case: Case, fact: f.Fact) -> Changes:
    body, header = fact.body, fact.header
    assert isinstance(body, f.PaperIssued)
    paper = Paper(
        paper_id=body.paper_id,
        kind=body.kind,
        number=body.number,
        day=body.day,
        copies=body.copies,
        incarnation=header.incarnation,
        seq=header.seq,
    )
    return {"papers": (*case.papers, paper)}


def _reprinted(case: Case, fact: f.Fact) -> Changes:
    body = fact.body
    assert isinstance(body, f.PaperReprinted)
    return {
        "papers": tuple(
            msgspec.structs.replace(paper, reprints=max(paper.reprints, body.nth))
            if paper.paper_id == body.paper_id
            else paper
            for paper in case.papers
        )
    }


_CHANGES: dict[type[f.Body], Callable[[Case, f.Fact], Changes]] = {
    f.CaseAccepted: _accepted,
    f.CaseNoticed: _noticed,
    f.CaseTolerated: _tolerated,
    f.CaseCorrected: _corrected,
    f.CaseRefused: _refused,
    f.CaseSupplemented: _supplemented,
    f.ProcedureStarted: _paused,
    f.ProcedureEnded: _resumed,
    f.LimitExtended: _extended,
    f.CaseDecided: _decided,
    f.ResultDelivered: _delivered,
    f.CaseClosed: _closed,
    f.PaperIssued: _paper,
    f.PaperReprinted: _reprinted,
}

STATE_NAMES = {
    S.INQUIRY: "咨询",
    S.RECEIVED: "已收件",
    S.NOTICED: "待补正",
    S.ACCEPTED: "已受理",
    S.TOLERATED: "容缺受理",
    S.REFUSED: "不予受理",
    S.DECIDED: "已决定",
    S.DELIVERED: "已送达",
    S.FILED: "已归档",
    S.WITHDRAWN: "已撤回",
    S.RETURNED: "已退件",
    S.TERMINATED: "已终止",
}
PAPER_NAMES: dict[f.PaperKind, str] = {
    "receipt": "收件凭证",
    "notice": "申请材料补正告知书",
    "acceptance": "受理通知书",
    "refusal": "不予受理通知书",
    "promise": "容缺受理承诺书",
    "guide": "一次性告知单（咨询）",
}
CLOSED_NAMES = {"filed": "归档", "withdrawn": "申请人撤回", "returned": "退件", "terminated": "终止办理"}


def _alerts(body: f.Body) -> bool:
    """Whether supervisors must see this fact (行政许可法 art. 72: second notice, deemed acceptance, typed refusal)."""
    return (
        (isinstance(body, f.CaseNoticed) and bool(body.known_before))
        or (isinstance(body, f.CaseAccepted) and body.deemed)
        or (isinstance(body, f.CaseRefused) and body.refusal.typed)
    )


def _tell(case: Case, fact: f.Fact) -> str:
    match fact.body:
        case f.CaseAccepted(deemed=True, accepted=day):
            return f"五个工作日内未告知补正，自{day.isoformat()}起视为受理"
        case f.CaseAccepted():
            return "受理"
        case f.CaseNoticed(gaps=gaps, second=second):
            return f"{'再次' if second else '一次性'}告知补正{len(gaps)}项"
        case f.CaseTolerated(promises=promises):
            return f"容缺受理，承诺补齐{len(promises)}项"
        case f.CaseCorrected(corrections=corrections):
            return f"当场更正{len(corrections)}项"
        case f.CaseRefused(refusal=refusal):
            return f"不予受理：{refusal.reason}"
        case f.CaseSupplemented(ticks=ticks, complete=complete):
            return f"补交材料{len(ticks)}项，{'已补齐' if complete else '尚未补齐'}"
        case f.ProcedureStarted(name=name):
            return f"特殊程序开始：{name}，时限暂停"
        case f.ProcedureEnded(name=name):
            return f"特殊程序结束：{name}，时限恢复"
        case f.LimitExtended(days=days, approver=approver):
            return f"延长办理期限{days}个工作日，批准人{approver}"
        case f.CaseDecided(granted=granted):
            return "决定：准予" if granted else "决定：不予"
        case f.ResultDelivered(how=how):
            return "结果已领取" if how == "collected" else "结果已邮寄"
        case f.CaseClosed(how=how, reason=reason):
            return f"{CLOSED_NAMES[how]}{'：' + reason if reason else ''}"
        case f.PaperIssued(kind=kind):
            return f"出具{PAPER_NAMES[kind]}"
        case f.PaperReprinted(paper_id=paper_id, nth=nth):
            paper = next((p for p in case.papers if p.paper_id == paper_id), None)
            return f"补打{PAPER_NAMES[paper.kind] if paper else '文书'}（第{nth}次）"
        case f.PersonalShown(reason=reason):
            return f"查看完整个人信息：{reason}"
        case f.NoteAdded(text=text):
            return f"备注：{text}"
    return fact.header.type
