"""A case that goes on at a window which never saw it: how the facts of two windows become one case again.

Windows write their facts apart from each other, and they reach the centre in any order. ``in_order`` puts what a paper
had seen before the fact that went on from that paper; everything else stays as the centre got it (first accepted wins).
Then the fold needs no merging: the case runs as if the person had gone from one window to the next. Until the first
window's facts have come, the case stands on what the paper said.

A window that goes on from what the centre told it takes all of that (``Standing``) into its own journal, so that its
own facts say what its papers rest on.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct, structs

from hall.case import Case, CaseState, Dispute, Event, GivenBack, Mark, Notice, Paper, Pause, Service
from hall.checklist import Row
from hall.facts import (
    CaseAdopted,
    CaseClosed,
    CaseDecided,
    Fact,
    FeeDemanded,
    FeePaid,
    LimitExtended,
    MaterialsBrought,
    MaterialsHandedOver,
    Personal,
    ProcedureAnnounced,
    ResultDelivered,
)
from hall.paper_news import believed, gaps_left, marks_told, notices_told, tellings_of
from hall.verdict import Gap, Refusal


class Standing(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a case is beyond what a paper's code carries, as the centre told it: fields of ``Case``, without names."""

    version: int
    writers: dict[str, int]
    tell_by: dt.date | None = None
    deemed: bool = False
    counted_from: dt.date | None = None
    article: str = ""
    gaps: tuple[Gap, ...] = ()
    notices: tuple[Notice, ...] = ()
    corrections: tuple[Gap, ...] = ()
    refusal: Refusal | None = None
    handed_in: tuple[dt.date, ...] = ()
    pauses: tuple[Pause, ...] = ()
    extended_days: int = 0
    decision: CaseDecided | None = None
    announced: tuple[ProcedureAnnounced, ...] = ()
    extension: LimitExtended | None = None
    supplied: tuple[str, ...] = ()
    services: tuple[Service, ...] = ()
    fee: FeeDemanded | None = None
    payments: tuple[FeePaid, ...] = ()
    handovers: tuple[MaterialsHandedOver, ...] = ()
    brought: tuple[MaterialsBrought, ...] = ()
    brought_at: int = 0
    delivered: ResultDelivered | None = None
    closed: CaseClosed | None = None
    marks: dict[str, Mark] = {}
    tellings: dict[str, dict[str, int]] = {}
    disputes: tuple[Dispute, ...] = ()
    papers: tuple[Paper, ...] = ()
    reason: str = ""
    to_return: tuple[Row, ...] = ()
    given_back: tuple[GivenBack, ...] = ()
    gives_way: str = ""


_OF_CASE: Final = tuple(name for name in Standing.__struct_fields__ if name not in ("version", "writers"))


def standing_of(case: Case) -> dict[str, Any]:
    """How a case stands, for the window that goes on with it."""
    values = {name: getattr(case, name) for name in Standing.__struct_fields__}
    values["services"] = tuple(Service(told=service.told) for service in case.services)
    values["given_back"] = tuple(structs.replace(each, receiver="") for each in case.given_back)
    values["disputes"] = tuple(structs.replace(each, fields={}) for each in case.disputes)
    told: dict[str, Any] = msgspec.to_builtins(Standing(**values))
    return told


def read_standing(body: CaseAdopted) -> Standing | None:
    """What ``standing_of`` made; ``None`` where there is none, or none that can be read."""
    if not body.standing:
        return None
    try:
        return msgspec.convert(body.standing, Standing)
    except (msgspec.ValidationError, RecursionError):
        return None


def seen_by(body: CaseAdopted) -> dict[str, int]:
    """How many facts of whom the window had seen when it went on."""
    standing = read_standing(body)
    return {**(body.knows or {}), **(standing.writers if standing else {}), body.origin: body.seen}


def begin(fact: Fact, line: Event) -> Case:
    """The case as the paper tells it, where nothing else of it is known yet."""
    body, people = fact.body, fact.personal or Personal()
    assert isinstance(body, CaseAdopted)
    promised = {promise.code for promise in body.promises}
    case = Case(
        case_id=fact.header.subject,
        reference=body.reference,
        state=CaseState(body.state),
        version=1,
        matter=body.matter,
        answers=body.answers,
        situations=body.situations,
        rows=body.rows,
        ticks=body.ticks,
        received=body.received,
        clock_from=body.clock_from,
        applicant=people.applicant,
        agent=people.agent,
        fields=people.fields,
        window=body.window,
        clerk=body.clerk,
        language=body.language,
        good_credit=body.good_credit,
        accepted=body.accepted,
        due=body.due,
        gaps=gaps_left(body.rows, body.ticks, promised if body.state == "tolerated" else None),
        notices=notices_told(body),
        promises=body.promises,
        handed_in=(body.received,),
        adopted=body.origin,
        writers={body.origin: body.seen},
        seen={fact.header.incarnation: seen_by(body)},
        timeline=(line,),
        plan=body.plan,
        marks=marks_told(body),
        tellings=tellings_of(body),
        to_return=body.to_return,
    )
    standing = read_standing(body)
    if standing is None:
        return case
    writers = {**standing.writers, **case.writers}
    return structs.replace(case, writers=writers, **{name: getattr(standing, name) for name in _OF_CASE})


def go_on(case: Case, fact: Fact) -> dict[str, Any]:
    """What changes when a window goes on with a case that is known here already.

    Nothing but a mark, if everything the paper had seen is here. If some of it is still to come, the paper is believed
    where it knows more (``hall.paper_news``).
    """
    body = fact.body
    assert isinstance(body, CaseAdopted)
    known = case.writers.get(body.origin, 0)
    changes: dict[str, Any] = {"adopted": case.adopted or body.origin}
    standing = read_standing(body)
    if standing is not None:
        told = _as_told(case, body, standing) if standing.version > case.version else {}
        return changes | told | (_form(case, fact, told) if told else {})
    if known >= body.seen:
        return changes
    told = believed(case, body)
    return changes | {"writers": {**case.writers, body.origin: body.seen}} | told | _form(case, fact, told)


def _form(case: Case, fact: Fact, told: dict[str, Any]) -> dict[str, Any]:
    """The matter's own form as the centre told it; the code on a paper holds nothing of it."""
    body, fields = fact.body, fact.personal.fields if fact.personal else {}
    assert isinstance(body, CaseAdopted)
    if not fields or fields == case.fields:
        return {}
    matter = told.get("matter", case.matter)
    labels = matter.field_labels | body.matter.field_labels
    return {"fields": fields, "matter": structs.replace(matter, field_labels=labels)}


def _as_told(case: Case, body: CaseAdopted, standing: Standing) -> dict[str, Any]:
    """All that the centre told, where it knew more facts than are here."""
    known = {who: max(count, case.writers.get(who, 0)) for who, count in standing.writers.items()}
    return {name: getattr(standing, name) for name in _OF_CASE} | {
        "state": CaseState(body.state),
        "answers": body.answers,
        "situations": body.situations,
        "rows": body.rows,
        "ticks": body.ticks,
        "clock_from": body.clock_from,
        "accepted": body.accepted,
        "due": body.due,
        "promises": body.promises,
        "good_credit": body.good_credit,
        "plan": body.plan,
        "writers": {**case.writers, **known},
    }


def in_order(facts: Iterable[Fact]) -> list[Fact]:
    """The facts of one case, given as they came (each incarnation's in its own order), in the order to fold them."""
    came = list(facts)
    of: dict[str, list[Fact]] = {}
    for fact in came:
        of.setdefault(fact.header.incarnation, []).append(fact)
    ordered: list[Fact] = []
    placed: set[tuple[str, int]] = set()
    for fact in came:
        _place(fact, of, ordered, placed)
    return ordered


def _place(first: Fact, of: dict[str, list[Fact]], ordered: list[Fact], placed: set[tuple[str, int]]) -> None:
    """Put a fact behind everything its paper had seen. Papers that refer to each other in a ring are forgeries."""
    waiting = [(first, False)]
    while waiting:
        fact, ready = waiting.pop()
        key = (fact.header.incarnation, fact.header.seq)
        if ready:
            ordered.append(fact)
        elif key not in placed:
            placed.add(key)
            waiting.append((fact, True))
            waiting.extend((seen, False) for seen in reversed(_seen(fact, of)))


def _seen(fact: Fact, of: dict[str, list[Fact]]) -> Sequence[Fact]:
    body = fact.body
    if not isinstance(body, CaseAdopted) or body.origin == fact.header.incarnation:
        return ()
    return of.get(body.origin, [])[: body.seen]
