"""What two windows did to one case without knowing of each other, and cannot both stand (sync.md §10).

The order of the centre decides: the first stands, the other value is kept in its fact, and a person is asked. Whether a
window knew of a fact is told by how many facts of whom it had seen when it went on with the case, or by the version it
wrote against.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from msgspec import structs

from hall import adoption, paper_news, steps
from hall import facts as f
from hall.case import Case, Dispute, Mark
from hall.checklist import Row
from hall.verdict import Tick, gaps_of

REVIEW = "needs_review"
FIELD = "same_field"
RIGHT = "right_in_doubt"
"""Of a record whose writer may not have been allowed to write it."""
HANDED_OUT = "issued_offline"
"""Of a paper in somebody's hands that rests on a record without effect."""
SIDED = frozenset({"conflict", REVIEW, FIELD})
"""Of one case: what came first has its effect, what came second has not."""
VERIFIED = frozenset({RIGHT, HANDED_OUT})
"""What has no two sides: somebody in charge verifies it and says in words what was found, never of their own doing."""
TO_WITHDRAW = "to_withdraw"
"""Of a case that was found to be recorded twice and is not the one that counts, until it has ended."""
FROZEN = (f.CaseDecided, f.LimitExtended, f.CaseClosed)
"""What cannot take effect while a case waits for a review."""
_BEARS_ON_LACKS = frozenset({"state", "rows", "ticks", "promises", "deemed"})


def marks_of(case: Case, fact: f.Fact, nth: int) -> dict[str, Mark]:
    """The marks that a fact leaves on the case that it took effect on; ``nth``: its number among its window's."""
    mark = Mark(by=fact.header.incarnation, nth=nth, at=case.version + 1)
    match fact.body:
        case f.CaseDecided():
            return {"decision": mark}
        case f.FeeDemanded():
            return {"fee": mark}
        case f.AnswersCorrected():
            return {"answers": mark}
        case f.CaseSupplemented(ticks=ticks):
            contested = contested_ticks(case, fact)
            return {
                f"tick:{code}": structs.replace(mark, gone=paper_news.goes(case, code, tick))
                for code, tick in ticks.items()
                if code not in contested
            }
        case f.FormFilled(filled=filled, dropped=dropped):
            other = contested_fields(case, fact)
            return {f"field:{code}": mark for code in (*filled, *dropped) if code not in other}
        case _:
            return {}


def tellings_after(case: Case, fact: f.Fact, nth: int) -> dict[str, dict[str, int]]:
    """``Case.tellings`` after a fact: with what is told for the first time, or was looked at since and is not good."""
    known, teller = case.tellings, {fact.header.incarnation: nth}
    match fact.body:
        case f.CaseNoticed(gaps=named) | f.CaseTolerated(promises=named):
            return {each.code: teller for each in named} | known
        case f.CaseSupplemented(ticks=ticks):
            contested = contested_ticks(case, fact)
            wanting = {code for code, tick in ticks.items() if not paper_news.is_there(tick) and code not in contested}
            return {code: tellers | teller if code in wanting else tellers for code, tellers in known.items()}
        case _:
            return known


def unseen(case: Case, key: str, fact: f.Fact) -> bool:
    """Whether another window set this and the writer of ``fact`` cannot have known."""
    mark, header = case.marks.get(key), fact.header
    if mark is None or mark.by == header.incarnation:
        return False
    return case.seen.get(header.incarnation, {}).get(mark.by, 0) < mark.nth and header.base_version < mark.at


def contested_ticks(case: Case, fact: f.Fact) -> dict[str, Tick]:
    """The ticks of a supplement that say something else than another window said meanwhile; the first stand."""
    if not isinstance(fact.body, f.CaseSupplemented):
        return {}
    return {
        code: tick
        for code, tick in fact.body.ticks.items()
        if unseen(case, f"tick:{code}", fact) and case.ticks.get(code) != tick
    }


def contested_fields(case: Case, fact: f.Fact) -> dict[str, str]:
    """What of a form was filled in otherwise, or taken back, than by another window meanwhile, with what this one says
    of it (empty: taken back); the first stand. Of a part that was erased nobody can tell."""
    body = fact.body
    if not isinstance(body, f.FormFilled):
        return {}
    said = fact.personal.fields if fact.personal else {}
    new = {code: said[code] for code in body.filled if code in said} | dict.fromkeys(body.dropped, "")
    return {
        code: value
        for code, value in new.items()
        if unseen(case, f"field:{code}", fact) and case.fields.get(code, "") != value
    }


def withheld(case: Case, fact: f.Fact) -> str:
    """Why a fact has no effect although the state allows it, in Chinese; empty if it has."""
    if isinstance(fact.body, FROZEN) and any(each.kind == REVIEW for each in case.disputes):
        return "办件有争议待复核，先处理争议"
    if isinstance(fact.body, f.FeeDemanded) and unseen(case, "fee", fact) and _sum(fact.body) != _sum(case.fee):
        return "另一窗口已告知缴费，金额不同"
    if unseen(case, "answers", fact) and _answers_otherwise(case, fact.body):
        return "另一窗口已更正收件时的回答"
    return ""


def dispute(case: Case, fact: f.Fact, misfit: str) -> Dispute | None:
    """What a person has to look at because of this fact."""
    body, event_id = fact.body, fact.header.event_id
    match body:
        case f.FeeDemanded() if unseen(case, "fee", fact) and _sum(body) != _sum(case.fee):
            return Dispute(id=event_id, kind=REVIEW, what=misfit)
        case f.CaseDecided(granted=granted) if case.decision and unseen(case, "decision", fact):
            if granted != case.decision.granted or body.result_number != case.decision.result_number:
                return Dispute(id=event_id, kind=REVIEW, what="另一窗口已作出不同的决定")
        case f.CaseDecided() | f.CaseClosed() if _decided_and_ended(case, body):
            return Dispute(id=event_id, kind=REVIEW, what=misfit)
        case f.CaseReceived() | f.CaseAdopted() if _other_person(case, fact.personal):
            return Dispute(id=event_id, kind=REVIEW, what="两个窗口登记的申请人不一致")
        case f.CaseAnswered() | f.AnswersCorrected() if misfit and _answers_otherwise(case, body):
            return Dispute(id=event_id, kind=REVIEW, what="两个窗口登记的情形不一致")
        case f.CaseSupplemented():
            ticks = contested_ticks(case, fact)
            return _of_field(event_id, {row.code: row.name for row in case.rows}, ticks=ticks)
        case f.FormFilled(labels=labels):
            return _of_field(event_id, case.matter.field_labels | labels, fields=contested_fields(case, fact))
        case _:
            pass
    return None


def _of_field(
    event_id: str,
    words: Mapping[str, str],
    *,
    fields: Mapping[str, str] = MappingProxyType({}),
    ticks: Mapping[str, Tick] = MappingProxyType({}),
) -> Dispute | None:
    """That one thing was written otherwise by two windows, ``words`` being what it is called; ``None`` for nothing."""
    told = "、".join(words.get(code, code) for code in (*fields, *ticks))
    if not told:
        return None
    return Dispute(id=event_id, kind=FIELD, what=f"另一窗口已登记：{told}", fields=dict(fields), ticks=dict(ticks))


def after(case: Case, fact: f.Fact, misfit: str, nth: int) -> dict[str, Any]:
    """Marks, what is seen, and disputes after a fact; only what changed."""
    changes: dict[str, Any] = {}
    if not misfit and (marks := marks_of(case, fact, nth)):
        changes["marks"] = {**case.marks, **marks}
    if not misfit and (tellings := tellings_after(case, fact, nth)) != case.tellings:
        changes["tellings"] = tellings
    body, who = fact.body, fact.header.incarnation
    if isinstance(body, f.CaseAdopted):
        known = case.seen.get(who, {})
        told = {other: max(count, known.get(other, 0)) for other, count in adoption.seen_by(body).items()}
        changes["seen"] = {**case.seen, who: {**known, **told}}
    if isinstance(body, f.ConflictSettled):
        changes["disputes"] = tuple(each for each in case.disputes if each.id != body.conflict)
    elif found := dispute(case, fact, misfit):
        changes["disputes"] = (*case.disputes, found)
    return changes


def overlooked(case: Case, changes: dict[str, Any]) -> tuple[Row, ...]:
    """The mandatory materials that a case lacks since ``changes``, although it is accepted with them or without a
    promise of them: the window that accepted did not know what another had found. Deemed acceptance asks for none."""
    if changes.keys().isdisjoint(_BEARS_ON_LACKS):
        return ()
    now = structs.replace(case, **changes)
    if now.state not in steps.RUNNING or now.deemed:
        return ()
    before = _unpromised(case) if case.state in steps.RUNNING else set()
    codes = _unpromised(now) - before
    return tuple(row for row in now.rows if row.code in codes)


def _unpromised(case: Case) -> set[str]:
    promised = {promise.code for promise in case.promises}
    return {gap.code for gap in gaps_of(case.rows, case.ticks)} - promised


def to_withdraw(case: Case) -> bool:
    """Whether a case is still to be withdrawn because another counts in its place."""
    return bool(case.gives_way) and case.state in steps.UNDECIDED


def barred(case: Case, fact: f.Fact) -> str:
    """Why what was withheld cannot be done anew as the case stands now, in Chinese; empty if it can."""
    if isinstance(fact.body, (f.CaseReceived, f.CaseAdopted, f.InquiryAnswered)):
        return "收件时登记的不能再换"
    return steps.misfit(case, fact.body)


def _decided_and_ended(case: Case, body: f.Body) -> bool:
    """Whether one window decided and another let the case end without a decision; filing contradicts none."""
    if not steps.misfit(case, body):
        return False
    if isinstance(body, f.CaseClosed):
        return case.decision is not None and body.how != "filed"
    return isinstance(body, f.CaseDecided) and case.closed is not None and case.closed.how != "filed"


def _answers_otherwise(case: Case, body: f.Body) -> bool:
    """Whether a fact says of the answers something else than the case."""
    if not isinstance(body, f.CaseAnswered | f.AnswersCorrected):
        return False
    return any(case.answers.get(code) != answer for code, answer in body.answers.items())


def _sum(body: Any) -> int:
    return sum(charge.fen for charge in body.charges) if isinstance(body, f.FeeDemanded) else 0


def _other_person(case: Case, personal: f.Personal | None) -> bool:
    told, known = personal.applicant if personal else None, case.applicant
    if told is None or known is None or not told.id_number or not known.id_number:
        return False
    return (told.id_type, told.id_number) != (known.id_type, known.id_number)
