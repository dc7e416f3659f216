"""The fold: facts in, case out. The same code runs at the counter and in the centre.

Every fact has one small function that says what it changes. A fact that meets a state it does not fit changes
nothing but the timeline, where it stands with its ``misfit``: what happened is kept, its effect is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from hall import adoption, answering, disputes, steps
from hall import facts as f
from hall.case import Case, CaseState, Event, GivenBack, Notice, Paper, Pause, Service
from hall.checklist import Row
from hall.telling import adopted_from, tell
from hall.telling_arrivals import received, waived
from hall.verdict import Tick, TickState, gaps_of

S = CaseState
Changes = dict[str, Any]


def fold(facts: Iterable[f.Fact]) -> Case | None:
    """The case after ``facts`` in order; ``None`` when the first fact does not begin one."""
    case: Case | None = None
    for fact in facts:
        case = advance(case, fact)
    return case


def advance(case: Case | None, fact: f.Fact) -> Case | None:
    """The case after one more fact. Never raises for a well-formed fact."""
    if case is None:
        begun = _begin(fact)
        return begun and msgspec.structs.replace(begun, writers={**begun.writers, fact.header.incarnation: 1})
    misfit = steps.misfit(case, fact.body) or disputes.withheld(case, fact)
    changes: Changes = {} if misfit else _CHANGES.get(type(fact.body), _nothing)(case, fact)
    nth = case.writers.get(fact.header.incarnation, 0) + 1
    changes |= disputes.after(case, fact, misfit, nth)
    if not misfit and len(changes.get("disputes", ())) > len(case.disputes):
        misfit = changes["disputes"][-1].what
    lacking = "、".join(row.name for row in disputes.overlooked(case, changes))
    line = msgspec.structs.replace(
        _line(fact, tell(case, fact) + (f"；另一窗口查出缺：{lacking}" if lacking else "")),
        alert=_alerts(case.rows, fact.body) or bool(lacking),
        misfit=misfit,
    )
    who, writers = fact.header.incarnation, changes.pop("writers", case.writers)
    return msgspec.structs.replace(
        case,
        version=case.version + 1,
        writers={**writers, who: writers.get(who, 0) + 1},
        timeline=(*case.timeline, line),
        **changes,
    )


def _begin(fact: f.Fact) -> Case | None:
    body, header, people = fact.body, fact.header, fact.personal or f.Personal()
    if isinstance(body, f.CaseAdopted):
        return adoption.begin(fact, _line(fact, adopted_from(body)))
    if not isinstance(body, (f.CaseReceived, f.InquiryAnswered)):
        return None
    asked = isinstance(body, f.InquiryAnswered)
    day = body.day if isinstance(body, f.InquiryAnswered) else body.received
    return Case(
        case_id=header.subject,
        reference=body.reference,
        state=S.INQUIRY if asked else S.RECEIVED,
        version=1,
        matter=body.matter,
        answers=body.answers,
        situations=body.situations,
        rows=body.rows,
        ticks=body.ticks,
        received=day,
        clock_from=day if isinstance(body, f.InquiryAnswered) else body.clock_from,
        applicant=people.applicant,
        agent=people.agent,
        fields=people.fields,
        window=body.window,
        clerk=body.clerk,
        language=body.language,
        handed_in=() if asked else (day,),
        gaps=() if asked else gaps_of(body.rows, body.ticks),
        tell_by=body.tell_by if isinstance(body, f.CaseReceived) else None,
        exits=body.exits if isinstance(body, f.InquiryAnswered) else (),
        plan=body.plan if isinstance(body, f.CaseReceived) else None,
        still_open=body.still_open if isinstance(body, f.InquiryAnswered) else None,
        timeline=(msgspec.structs.replace(_line(fact, _first_line(fact, body)), alert=_alerts(body.rows, body)),),
    )


def _first_line(fact: f.Fact, body: f.CaseReceived | f.InquiryAnswered) -> str:
    if isinstance(body, f.CaseReceived):
        return received(body, fact.header.day)
    return "提交前核对，尚未收件" if body.ticks else "咨询，已一次性告知办理要求"


def _line(fact: f.Fact, text: str) -> Event:
    header = fact.header
    return Event(type=header.type, at_ms=header.at_ms, day=header.day, actor=header.actor, text=text)


def _nothing(case: Case, fact: f.Fact) -> Changes:
    return {}


def _accepted(case: Case, fact: f.Fact) -> Changes:
    body = fact.body
    assert isinstance(body, f.CaseAccepted)
    return {
        "state": S.ACCEPTED,
        "accepted": body.accepted,
        "counted_from": body.counted_from,
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
        "counted_from": body.counted_from,
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
    contested = disputes.contested_ticks(case, fact)
    ticks = {**case.ticks, **{code: tick for code, tick in body.ticks.items() if code not in contested}}
    gaps = gaps_of(case.rows, ticks)
    still = {gap.code for gap in gaps}
    return {
        "ticks": ticks,
        "gaps": gaps,
        "promises": tuple(promise for promise in case.promises if promise.code in still),
        "handed_in": (*case.handed_in, body.handed_in),
        "supplied": tuple(code for code, tick in body.ticks.items() if tick.state is TickState.PRESENT),
        # A tolerated case whose promises are all kept is an accepted one; a notice is answered by its own acceptance.
        "state": S.ACCEPTED if case.state is S.TOLERATED and not gaps else case.state,
    }


def _credited(case: Case, fact: f.Fact) -> Changes:
    assert isinstance(fact.body, f.CreditStated)
    return {"good_credit": fact.body.good}


def _answered(case: Case, fact: f.Fact) -> Changes:
    assert isinstance(fact.body, f.CaseAnswered | f.AnswersCorrected)
    return answering.answered(case, fact.body)


def _filled(case: Case, fact: f.Fact) -> Changes:
    assert isinstance(fact.body, f.FormFilled)
    return answering.filled(case, fact, disputes.contested_fields(case, fact))


def _announced(case: Case, fact: f.Fact) -> Changes:
    assert isinstance(fact.body, f.ProcedureAnnounced)
    return {"announced": (*case.announced, fact.body)}


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
    return {"extended_days": body.days, "extension": body}


def _decided(case: Case, fact: f.Fact) -> Changes:
    assert isinstance(fact.body, f.CaseDecided)
    return {"state": S.DECIDED, "decision": fact.body}


def _delivered(case: Case, fact: f.Fact) -> Changes:
    return {"state": S.DELIVERED, "delivered": fact.body}


def _served(case: Case, fact: f.Fact) -> Changes:
    assert isinstance(fact.body, f.PapersServed)
    named = fact.personal.fields if fact.personal else {}
    service = Service(told=fact.body, proxy=named.get("served.proxy", ""), witness=named.get("served.witness", ""))
    return {"services": (*case.services, service)}


def _charged(case: Case, fact: f.Fact) -> Changes:
    # A new demand stands in place of the one before it; what was paid on that one stays in the timeline.
    return {"fee": fact.body, "payments": ()}


def _paid(case: Case, fact: f.Fact) -> Changes:
    return {"payments": (*case.payments, fact.body)}


def _handed_over(case: Case, fact: f.Fact) -> Changes:
    return {"handovers": (*case.handovers, fact.body)}


def _given_back(case: Case, fact: f.Fact) -> Changes:
    body = fact.body
    assert isinstance(body, f.MaterialsReturned)
    named = fact.personal.fields if fact.personal else {}
    rows = tuple(row for row in case.to_return if row.code in body.codes)
    done = GivenBack(told=body, rows=rows, receiver=named.get("returned.receiver", ""))
    return {
        "to_return": tuple(row for row in case.to_return if row not in rows),
        "given_back": (*case.given_back, done),
    }


def _brought(case: Case, fact: f.Fact) -> Changes:
    assert isinstance(fact.body, f.MaterialsBrought)
    return {"brought": (*case.brought, fact.body), "brought_at": len(case.handed_in)}


def _closed(case: Case, fact: f.Fact) -> Changes:
    body = fact.body
    assert isinstance(body, f.CaseClosed)
    return {"state": CaseState(body.how), "reason": body.reason, "closed": body}


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


def _settled(case: Case, fact: f.Fact) -> Changes:
    body = fact.body
    assert isinstance(body, f.ConflictSettled)
    return {"gives_way": body.other if body.gives_way else ""} if body.other else {}


_CHANGES: dict[type[f.Body], Callable[[Case, f.Fact], Changes]] = {
    f.CaseAccepted: _accepted,
    f.ConflictSettled: _settled,
    f.CaseNoticed: _noticed,
    f.CaseTolerated: _tolerated,
    f.CaseCorrected: _corrected,
    f.CaseRefused: _refused,
    f.CaseSupplemented: _supplemented,
    f.CreditStated: _credited,
    f.CaseAnswered: _answered,
    f.AnswersCorrected: _answered,
    f.FormFilled: _filled,
    f.CaseAdopted: adoption.go_on,
    f.ProcedureAnnounced: _announced,
    f.ProcedureStarted: _paused,
    f.ProcedureEnded: _resumed,
    f.LimitExtended: _extended,
    f.CaseDecided: _decided,
    f.ResultDelivered: _delivered,
    f.PapersServed: _served,
    f.FeeDemanded: _charged,
    f.FeePaid: _paid,
    f.MaterialsHandedOver: _handed_over,
    f.MaterialsReturned: _given_back,
    f.MaterialsBrought: _brought,
    f.CaseClosed: _closed,
    f.PaperIssued: _paper,
    f.PaperReprinted: _reprinted,
}


def _alerts(rows: Iterable[Row], body: f.Body) -> bool:
    """Whether supervisors must see this fact (行政许可法 art. 72: second notice, deemed acceptance, a refusal
    that a clerk typed, or of a complete application, or on another ground than those of art. 32: also where the
    catalogue's exit states it, because nobody has looked then whether the application is complete).

    So is what is taken after the day that the notice gave or that it was promised for, and a mandatory material that a
    clerk declares not applicable: nobody else has weighed it; a confirmation that the form needs, answered no; and
    what was put right of the receipt: answers, what it certified to be there, a bad credit record; and what a
    department asks for after the acceptance (art. 72(4): everything is told at once).
    """
    if isinstance(body, f.CaseRefused):
        return body.refusal.typed or body.conforming or body.refusal.ground == "other"
    return (
        (isinstance(body, (f.CaseReceived, f.CaseSupplemented)) and bool(waived(rows, body.ticks)))
        or (isinstance(body, (f.CaseReceived, f.FormFilled)) and bool(body.declined))
        or isinstance(body, f.AnswersCorrected)
        or (isinstance(body, f.CaseSupplemented) and bool(body.corrected))
        or (isinstance(body, f.CreditStated) and body.good)
        or (isinstance(body, f.CaseSupplemented) and body.overdue)
        or (isinstance(body, f.MaterialsBrought) and body.asked)
        or (isinstance(body, f.CaseNoticed) and bool(body.known_before))
        or (isinstance(body, f.CaseAccepted) and body.deemed)
    )
