"""The verdict while typing: pure, no store, no file, cheap enough for every key."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Hashable, Mapping
from typing import TypeVar

from msgspec import Struct, structs

from clerk_tui.services import printable
from clerk_tui.services.draft import Draft, Preview
from clerk_tui.services.entry import (
    NO,
    Checked,
    applicant_kind,
    check_agent,
    check_apart,
    check_applicant,
    check_fields,
)
from clerk_tui.services.people import credit_caution
from clerk_tui.services.workspace import Workspace
from hall import calendar
from hall.calendar import receipt_clock_start
from hall.catalogue.conditions import parse
from hall.catalogue.model import Matter
from hall.checklist import Applying, Checklist, build_checklist
from hall.deadlines import UNSURE, due, latest_promise, notice_due, respond_by, tolerance_open
from hall.errors import BadInput
from hall.facts import Agent, Applicant, Due
from hall.identity import HOLDS_NUMBER, holds_number
from hall.names import clean_text, search_key
from hall.verdict import Outcome, Refusal, Tick, TickState, Verdict, judge

T = TypeVar("T")
_BRACKET = re.compile("[（(]")


def preview(ws: Workspace, draft: Draft) -> Preview:
    """What follows from the draft now. Typing errors do not hinder the verdict, only ``intake.submit``."""
    today = ws.clock.today()
    received = draft.handed_in or today
    matter = draft.matter
    found = _check_beside(draft, received, today)
    applicant, agent = _people(draft, today, found)
    checklist = _checklist(ws, draft, applicant)
    fields = _kept(
        draft,
        "fields",
        (tuple(draft.fields.items()), checklist.fields),
        lambda: check_fields(checklist.fields, draft.fields),
    )
    found.take(fields)
    ticks = clean_ticks(draft.ticks, checklist, found)
    if not draft.good_credit:
        ticks = without_promises(ticks, found)
    refusal = clean_refusal(ws, draft.refusal, found, matter)
    point_out_numbers(said_in(ticks, refusal), found)
    declined = declined_in(checklist, fields.values, found)
    unprintable = printable.found_in(_printed(applicant, agent, fields.values, ticks, refusal))
    found.warnings.update(printable.added(found.warnings, unprintable))
    dates = _kept(draft, "dates", (received, today), lambda: _dates(ws, matter, received, today))
    if today > dates.tell_by.day and dates.tell_by.provisional:
        found.warnings["handed_in"] = UNSURE
    verdict = _verdict(draft, checklist, ticks, refusal, dates, today)
    if draft.broken_promise and Outcome.TOLERATED in verdict.lawful:
        found.warnings["good_credit"] = credit_caution(draft.broken_promise)
    return Preview(
        checklist=checklist,
        verdict=verdict,
        field_errors=found.errors,
        warnings={**cautions_of(checklist), **found.warnings},
        missing=found.missing,
        applicant=_applicant(applicant),
        agent=_agent(agent),
        fields=fields.values,
        ticks=ticks,
        received=received,
        clock_from=dates.clock_from,
        due=dates.due,
        respond_by=dates.respond_by.day,
        respond_provisional=dates.respond_by.provisional,
        deemed=today > dates.tell_by.day and not dates.tell_by.provisional,
        field_hints=found.hints,
        unprintable=unprintable,
        declined=declined,
        cleaned=found.cleaned,
    )


def _people(draft: Draft, today: dt.date, found: Checked) -> tuple[Checked, Checked | None]:
    """Who applies, and who acts for them."""
    matter, typed = draft.matter, draft.agent
    key = (tuple(draft.applicant.items()), today)
    applicant = _kept(draft, "applicant", key, lambda: check_applicant(draft.applicant, matter, today))
    found.take(applicant)
    if typed is None:
        return applicant, None
    agent = _kept(draft, "agent", (tuple(typed.items()), today), lambda: check_agent(typed, matter, today))
    found.take(agent)
    found.take(check_apart(applicant, agent))
    return applicant, agent


def cautions_of(checklist: Checklist) -> dict[str, str]:
    """What the answers already show against the applicant, by the last question that shows it; said before applying.

    Where the matter is not for them at all nothing needs to be said: the exit says where to go.
    """
    if checklist.exits:
        return {}
    asked = [question.code for question in checklist.questions]
    told: dict[str, str] = {}
    for caution in checklist.cautions:
        shown_by = [code for code in asked if code in parse(caution.when).names]
        where = f"answers.{shown_by[-1]}" if shown_by else "answers"
        said = f"先告诉申请人：{caution.text}；仍要申请的照常受理，审查后依法决定"
        told[where] = f"{told[where]}；{said}" if where in told else said
    return told


def _check_beside(draft: Draft, received: dt.date, today: dt.date) -> Checked:
    """What is said beside the forms: the day of arrival and the ticket."""
    found = Checked()
    if received > today:
        found.errors["handed_in"] = "收到材料的日期晚于今天"
    try:
        clean_text(draft.ticket, field="ticket", max_length=20)
    except BadInput as error:
        found.errors["ticket"] = error.message
    return found


def _printed(
    applicant: Checked,
    agent: Checked | None,
    fields: dict[str, str],
    ticks: dict[str, Tick],
    refusal: Refusal | None,
) -> dict[str, str]:
    """What is typed and stands on papers, by its field."""
    texts = {f"applicant.{key}": applicant.values.get(key, "") for key in ("name", "legal_person", "address")}
    texts["agent.name"] = agent.values.get("name", "") if agent is not None else ""
    texts |= {f"fields.{code}": value for code, value in fields.items()}
    return texts | said_in(ticks, refusal)


def said_in(ticks: Mapping[str, Tick], refusal: Refusal | None) -> dict[str, str]:
    """The reasons that were typed, by their field."""
    texts = {f"materials.{code}.reason": tick.reason for code, tick in ticks.items() if tick.reason}
    if refusal is not None:
        texts["refusal.reason"] = refusal.reason
        texts["refusal.basis"] = refusal.basis
        if refusal.where is not None:
            texts["refusal.where"] = "".join(str(part) for part in structs.asdict(refusal.where).values())
    return texts


def point_out_numbers(texts: Mapping[str, str], found: Checked) -> None:
    """Warn of a typed reason that holds a person's number: reasons are kept as they stand, never masked."""
    for where, text in texts.items():
        if not where.startswith("refusal.where") and holds_number(text):
            before = found.warnings.get(where)
            found.warnings[where] = f"{before}；{HOLDS_NUMBER}" if before else HOLDS_NUMBER


def declined_in(checklist: Checklist, values: Mapping[str, str], found: Checked) -> tuple[str, ...]:
    """What had to be asked and was answered no; supervisors are told (``CaseReceived.declined``)."""
    codes = []
    for field in checklist.fields:
        if field.kind == "confirm" and field.required and values.get(field.code) == NO:
            codes.append(field.code)
            found.warnings[f"fields.{field.code}"] = "答的是“否”：照样收件会报给负责人"
    return tuple(codes)


class _Dates(Struct, frozen=True):
    """What a walk-in on a day counts from and to."""

    clock_from: dt.date
    tell_by: calendar.Due
    latest_promise: dt.date
    due: Due
    respond_by: calendar.Due


def _verdict(
    draft: Draft, checklist: Checklist, ticks: dict[str, Tick], refusal: Refusal | None, dates: _Dates, today: dt.date
) -> Verdict:
    matter = draft.matter
    return judge(
        checklist,
        ticks,
        tolerance=structs.replace(matter.tolerance, allowed=tolerance_open(matter.tolerance, matter.limits)),
        latest_promise=dates.latest_promise,
        today=today,
        good_credit=draft.good_credit,
        refusal=refusal,
        kind=matter.kind,
    )


def _dates(ws: Workspace, matter: Matter, received: dt.date, today: dt.date) -> _Dates:
    rules = ws.config.rules
    start = receipt_clock_start(received, ws.calendar, weekend_rule=rules.weekend_receipt)
    return _Dates(
        start,
        notice_due(start, ws.calendar),
        latest_promise(matter.limits, start, start, ws.calendar),
        due(matter.limits, start, start, ws.calendar),
        respond_by(today, rules.respond_days, rules.respond_unit, ws.calendar),
    )


def clean_ticks(ticks: dict[str, Tick], checklist: Checklist, found: Checked) -> dict[str, Tick]:
    """The ticks of rows that are asked for, their typed reasons cleaned; what cannot be stored becomes an error."""
    clean: dict[str, Tick] = {}
    for row in checklist.materials:
        tick = ticks.get(row.code)
        if tick is None:
            continue
        if tick.reason:
            where = f"materials.{row.code}.reason"
            try:
                reason = clean_text(tick.reason, field=where, max_length=200)
                tick = structs.replace(tick, reason=found.stored(where, tick.reason, reason))
            except BadInput as error:
                found.errors[where] = error.message
                tick = structs.replace(tick, reason="（原因含有不能存入的字符）")
        clean[row.code] = tick
    return clean


def without_promises(ticks: dict[str, Tick], found: Checked) -> dict[str, Tick]:
    """The ticks of somebody with a bad credit record (domain.md §6): what is promised is missing, or no good still."""
    kept = {}
    for code, tick in ticks.items():
        if tick.state is TickState.PROMISED:
            found.warnings[f"materials.{code}"] = "申请人有失信记录，不适用容缺：这项按缺记"
            tick = unpromised(tick)
        kept[code] = tick
    return kept


def unpromised(tick: Tick) -> Tick:
    """A promise that promises nothing."""
    return Tick(TickState.UNACCEPTABLE, tick.reason) if tick.reason else Tick(TickState.MISSING)


def clean_refusal(ws: Workspace, refusal: Refusal | None, found: Checked, matter: Matter | None) -> Refusal | None:
    """A stated refusal with its texts cleaned; what cannot be stored becomes an error.

    So does a reason that the catalogue lists for decisions: substance comes after acceptance (行政许可法 art. 34); and
    an organ to go to that is the matter's own (art. 32(2): to the organ that has the power).
    """
    if refusal is None:
        return None
    reason, where = refusal.reason, refusal.where
    for denial in matter.denial_reasons if matter else ():
        if reason.strip() in (denial.code, denial.text):
            found.errors["refusal.reason"] = f"“{denial.text}”是审查后作出决定的理由，收件时不能据此不予受理"
            found.hints["refusal.reason"] = "材料齐全、符合法定形式的应当受理，审查后依法作出不予的决定并说明理由"
    if where is not None and matter is not None and _is_own(ws, matter, where.organ):
        found.errors["refusal.where.organ"] = f"“{where.organ}”就是办这个事项的机关，不能告知去那里"
        found.hints["refusal.where.organ"] = "写真正有权的机关；归本机关管的应当收下"
    try:
        reason, basis, why = (
            found.stored(f"refusal.{key}", text, clean_text(text, field=f"refusal.{key}", max_length=longest))
            for key, text, longest in (
                ("reason", reason, 500),
                ("basis", refusal.basis, 200),
                ("why", refusal.why, 200),
            )
        )
        if where is not None:
            places = {key: (f"refusal.where.{key}", str(value)) for key, value in structs.asdict(where).items()}
            clean = {key: found.stored(at, text, clean_text(text, field=at)) for key, (at, text) in places.items()}
            where = structs.replace(where, **clean)
    except BadInput as error:
        found.errors[error.field or "refusal.reason"] = error.message
        return structs.replace(refusal, reason="（理由含有不能存入的字符）", where=None) if not where else refusal
    return structs.replace(refusal, reason=reason, where=where, basis=basis, why=why)


def _is_own(ws: Workspace, matter: Matter, organ: str) -> bool:
    """Whether an organ, without what stands in brackets behind it, is the department of the matter."""
    own = ws.department(matter.department)
    return search_key(_BRACKET.split(organ, maxsplit=1)[0]) in {search_key(own.name), search_key(own.short)}


def _checklist(ws: Workspace, draft: Draft, applicant: Checked) -> Checklist:
    who = Applying(applicant.values["kind"], applicant.age, draft.agent is not None)
    key = (tuple(draft.answers.items()), who.kind, who.age, who.agent, tuple(draft.held.items()))
    return _kept(
        draft,
        "checklist",
        key,
        lambda: build_checklist(draft.matter, draft.answers, who, held=draft.held, problems=ws.catalogue.problems),
    )


def _kept(draft: Draft, part: str, key: Hashable, make: Callable[[], T]) -> T:
    """The part as it was computed for the last key press, if nothing it depends on has changed since."""
    kept = draft.seen.get(part)
    if kept is None or kept[0] != key:
        kept = draft.seen[part] = (key, make())
    value: T = kept[1]
    return value


def _applicant(checked: Checked) -> Applicant | None:
    values = checked.values
    if not values.get("name"):
        return None
    return Applicant(kind=applicant_kind(values["kind"]), **{key: values[key] for key in values if key != "kind"})


def _agent(checked: Checked | None) -> Agent | None:
    return Agent(**checked.values) if checked is not None and checked.values.get("name") else None
