"""What follows when somebody comes back: what is still missing, what nobody has told yet, what is on offer. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Final

from msgspec import Struct, structs

from clerk_tui.services import printable
from clerk_tui.services.correcting import put_right
from clerk_tui.services.entry import Checked
from clerk_tui.services.form_later import FormNow, form_now
from clerk_tui.services.previewing import (
    cautions_of,
    clean_refusal,
    clean_ticks,
    point_out_numbers,
    said_in,
    unpromised,
    without_promises,
)
from clerk_tui.services.result import FILLED, KEPT, PARTLY
from clerk_tui.services.supplement_draft import SupplementDraft, checklist_of, open_rows
from clerk_tui.services.workspace import Workspace
from hall.answering import no_longer_needed, relisted
from hall.calendar import receipt_clock_start
from hall.case import Case, CaseState
from hall.checklist import Checklist
from hall.deadlines import UNSURE, awaits_calendar, due, latest_promise, receipt_start, respond_by, tolerance_open
from hall.facts import Correction, Due
from hall.verdict import Gap, Outcome, Refusal, Tick, TickState, Verdict, gaps_of, judge

_SETTLED: Final = (TickState.PRESENT, TickState.HELD, TickState.NOT_APPLICABLE)
_NO_GOOD: Final = (TickState.UNACCEPTABLE, TickState.PROMISED)
_LAY_THERE: Final = (TickState.PRESENT, TickState.HELD, TickState.UNACCEPTABLE)


class SupplementPreview(Struct, frozen=True, kw_only=True):
    """What follows from the answers and ticks now.

    ``checklist`` is the case's list as it stands with them, ``corrected`` what is put right of the receipt: answers, a
    bad credit record, what it certified and is not there. ``handed`` are the materials handed in, ``gaps`` what
    is still missing, ``fresh`` the gaps that no notice has told yet (a notice must follow), ``known_before`` those of
    them that were to be seen the first time (``needs_reason``).
    ``clock_from`` is the day that limits count from if the case is accepted now (domain.md §9a.2).
    ``late`` are promised materials that come after their day. ``overdue``: the applicant's own limit is past, that of
    the notice or, once the case was accepted with promises, of one that is brought; to take it has to be answered
    for. ``accepted`` and ``due`` are what an acceptance now would say. ``second``: a notice now
    would not be the first; ``again`` is why, as the paper says it where nobody gives another reason (``""`` where
    somebody has to). ``word`` names what is done where the outcome's name would not. ``respond_provisional``:
    ``respond_by`` lies in a year whose days off are not known. ``warnings`` say of what was typed, by field, how it
    is stored otherwise. ``form`` is the matter's own form as it is then. ``give_back`` names what was taken at the
    receipt and is not needed by these answers.
    """

    checklist: Checklist
    verdict: Verdict
    gaps: tuple[Gap, ...]
    handed: tuple[str, ...]
    fresh: tuple[str, ...]
    known_before: tuple[str, ...]
    needs_reason: bool
    second: bool
    again: str
    complete: bool
    late: tuple[str, ...]
    overdue: bool
    accepted: dt.date
    clock_from: dt.date
    due: Due
    respond_by: dt.date
    field_errors: dict[str, str]
    ticks: dict[str, Tick]
    changed: dict[str, Tick]
    respond_provisional: bool = False
    field_hints: dict[str, str] = {}
    word: str = ""
    unprintable: dict[str, tuple[str, ...]] = {}
    warnings: dict[str, str] = {}
    corrected: tuple[Correction, ...] = ()
    give_back: tuple[str, ...] = ()
    form: FormNow

    @property
    def said(self) -> bool:
        """Whether anything is ticked or filled in that the case does not know."""
        return bool(self.changed) or self.form.changed


def preview(ws: Workspace, draft: SupplementDraft) -> SupplementPreview:
    """What follows from the ticks now; pure."""
    checklist = checklist_of(draft)
    case, today = relisted(draft.case, checklist), ws.clock.today()
    # What the case refers to keeps its version; reasons that belong to decisions are those of today.
    matter = ws.catalogue.find(case.matter.key)
    found = Checked()
    ticked = _with_defects(case, clean_ticks(draft.ticks, checklist, found))
    if not draft.good_credit and case.state is not CaseState.TOLERATED:
        ticked = without_promises(ticked, found)
    changed = {code: tick for code, tick in ticked.items() if _is_news(case, code, tick)}
    form = form_now(draft.case, draft.form_plan, checklist, draft.fields)
    found.take(form.found)
    _check_rows(case, changed, found)
    _check_day(draft, today, found)
    if awaits_calendar(case, ws.calendar, today):
        found.warnings["received"] = UNSURE
    if changed:
        changed = {**_never_asked(case), **changed}
    ticks = {**_standing(case), **changed}
    gaps = gaps_of(case.rows, ticks)
    clock_from = receipt_clock_start(draft.handed_in, ws.calendar, weekend_rule=ws.config.rules.weekend_receipt)
    fresh, known_before = _untold(case, gaps)
    late = _late(case, changed, draft.handed_in)
    rules = ws.config.rules
    answer = respond_by(today, rules.respond_days, rules.respond_unit, ws.calendar)
    refusal = clean_refusal(ws, draft.refusal, found, matter)
    point_out_numbers(said_in(changed, refusal), found)
    return SupplementPreview(
        checklist=checklist,
        verdict=_verdict_of_promises(draft, checklist, changed, gaps)
        if case.state is CaseState.TOLERATED
        else _verdict(ws, draft, checklist, ticks, refusal, clock_from),
        gaps=gaps,
        handed=tuple(code for code, tick in changed.items() if tick.state is TickState.PRESENT),
        fresh=fresh,
        known_before=known_before,
        needs_reason=bool(known_before),
        second=bool(case.notices),
        again=_again(case, fresh, known_before),
        complete=not gaps,
        late=late,
        overdue=bool(late) if case.state is CaseState.TOLERATED else _notice_is_past(case, draft.handed_in),
        accepted=draft.handed_in,
        clock_from=clock_from,
        due=due(case.matter.limits, receipt_start(case, clock_from), clock_from, ws.calendar),
        respond_by=answer.day,
        respond_provisional=answer.provisional,
        field_errors=found.errors,
        ticks=ticks,
        changed=changed,
        field_hints=found.hints,
        warnings={**cautions_of(checklist), **found.warnings},
        word=_word(case, gaps, changed, form),
        corrected=put_right(draft.case, checklist, changed, good_credit=draft.good_credit),
        give_back=tuple(row.name for row in no_longer_needed(draft.case, checklist.materials)),
        form=form,
        unprintable=printable.found_in({**_standing_texts(case, form.values), **said_in(changed, refusal)}),
    )


def _late(case: Case, changed: Collection[str], handed_in: dt.date) -> tuple[str, ...]:
    """What was promised for an earlier day and is brought now; what the hall gets itself nobody brings."""
    brought = [promise for promise in case.promises if promise.code in changed and promise.until < handed_in]
    return tuple(promise.code for promise in brought if promise.code not in _never_asked(case))


def _notice_is_past(case: Case, handed_in: dt.date) -> bool:
    return bool(case.notices) and case.notices[-1].respond_by < handed_in


def _again(case: Case, fresh: Collection[str], known_before: Collection[str]) -> str:
    """Why a further notice that nobody is to blame for is given; the paper says it all the same."""
    if not case.notices or known_before:
        return ""
    return "新提交的材料不符合要求" if fresh else "仍有材料没有补齐"


def _standing_texts(case: Case, fields: dict[str, str]) -> dict[str, str]:
    """What of the case is printed again: names and the matter's own values."""
    texts = {f"fields.{code}": value for code, value in fields.items()}
    for who, person in (("applicant", case.applicant), ("agent", case.agent)):
        texts[f"{who}.name"] = person.name if person is not None else ""
    return texts


def _word(case: Case, gaps: tuple[Gap, ...], changed: dict[str, Tick], form: FormNow) -> str:
    if case.state is CaseState.NOTICED and gaps and not changed and form.changed:
        return FILLED
    if case.state is not CaseState.TOLERATED or not changed:
        return ""
    return PARTLY if gaps else KEPT


def _is_news(case: Case, code: str, tick: Tick) -> bool:
    """Whether a tick says what the case does not know. That a promised material is still missing goes without saying,
    and so does the promise itself."""
    if case.state is CaseState.TOLERATED and tick.state is TickState.MISSING:
        return False
    return tick != case.ticks.get(code)


def _standing(case: Case) -> dict[str, Tick]:
    """The case's ticks. A promise that was never accepted (the case was noticed) promises nothing, and one of what the
    hall gets itself never did."""
    ticks = {**case.ticks, **_never_asked(case)}
    if case.state is not CaseState.NOTICED:
        return ticks
    return {code: unpromised(tick) if tick.state is TickState.PROMISED else tick for code, tick in ticks.items()}


def _never_asked(case: Case) -> dict[str, Tick]:
    """What the hall has or gets by itself and an older case took a promise for, nothing being wrong with it: nobody may
    be asked for it (国令716 art. 7), so the hall holds it."""
    promised = {code for code, tick in case.ticks.items() if tick.state is TickState.PROMISED and not tick.reason}
    return {row.code: Tick(TickState.HELD) for row in case.rows if row.held and row.required and row.code in promised}


def _with_defects(case: Case, ticked: dict[str, Tick]) -> dict[str, Tick]:
    """A promise keeps what the case knows to be wrong with the material."""
    known = {code: tick.reason for code, tick in case.ticks.items() if tick.state in _NO_GOOD and tick.reason}
    return {
        code: structs.replace(tick, reason=known[code])
        if tick.state is TickState.PROMISED and not tick.reason and code in known
        else tick
        for code, tick in ticked.items()
    }


def _check_rows(case: Case, changed: dict[str, Tick], found: Checked) -> None:
    open_codes = {row.code for row in open_rows(case)}
    for code, tick in changed.items():
        if code not in open_codes and tick.state is not TickState.UNACCEPTABLE:
            found.errors[f"materials.{code}"] = "这项材料第一次已经收齐，只能补记发现的问题"
        if code not in open_codes and case.state is CaseState.TOLERATED:
            found.errors[f"materials.{code}"] = "已经容缺受理，只收承诺补齐的材料"
        if case.state is CaseState.TOLERATED and tick.state is TickState.PROMISED:
            found.errors[f"materials.{code}"] = "承诺补齐的日期不能再改"


def _check_day(draft: SupplementDraft, today: dt.date, found: Checked) -> None:
    if draft.handed_in > today:
        found.errors["handed_in"] = "收到材料的日期晚于今天"
    elif draft.handed_in < max(draft.case.handed_in, default=draft.case.received):
        found.errors["handed_in"] = "收到材料的日期早于上一次收件"
    elif draft.case.notices and draft.handed_in < draft.case.notices[-1].day:
        found.errors["handed_in"] = "收到材料的日期早于上一次告知补正"
        found.hints["handed_in"] = f"写收到补正材料的日期，不早于 {draft.case.notices[-1].day.isoformat()}"


def _untold(case: Case, gaps: tuple[Gap, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Codes of gaps that no notice has told, and of those that were to be seen before (domain.md §9a.3).

    Everything is to be told at once (行政许可法 art. 32(4)), so a defect of a paper that had lain on the desk needs a
    reason and is told to supervisors: one that passed, at the receipt or when it was supplied, also in the words of the
    notice that it had answered, and another defect of one that was not accepted. A paper that was missing until now is
    seen for the first time, and so are its defects: the reason on the further notice is then that the paper is new, and
    nobody is to blame.
    """
    if not case.notices:
        return (), ()
    told = {gap.code: gap for notice in case.notices for gap in notice.gaps}
    fresh, before = [], []
    for gap in gaps:
        earlier, tick = told.get(gap.code), case.ticks.get(gap.code)
        settled = tick is not None and tick.state in _SETTLED
        same = earlier is not None and (gap.problem == earlier.problem or gap.state is TickState.MISSING)
        if same and not settled:
            continue
        fresh.append(gap.code)
        lay_there = tick is not None and tick.state in _LAY_THERE
        if earlier is None or earlier.state is TickState.UNACCEPTABLE or lay_there:
            before.append(gap.code)
    return tuple(fresh), tuple(before)


def _verdict(
    ws: Workspace,
    draft: SupplementDraft,
    checklist: Checklist,
    ticks: dict[str, Tick],
    refusal: Refusal | None,
    clock_from: dt.date,
) -> Verdict:
    matter = draft.case.matter
    return judge(
        checklist,
        ticks,
        tolerance=structs.replace(matter.tolerance, allowed=tolerance_open(matter.tolerance, matter.limits)),
        latest_promise=latest_promise(matter.limits, receipt_start(draft.case, clock_from), clock_from, ws.calendar),
        today=ws.clock.today(),
        good_credit=draft.good_credit,
        refusal=refusal,
        kind=matter.kind,
    )


def _verdict_of_promises(
    draft: SupplementDraft, checklist: Checklist, changed: dict[str, Tick], gaps: tuple[Gap, ...]
) -> Verdict:
    """The case is accepted already: what came is taken in, good or not, what is still promised stays so, and nothing
    else can be decided here."""
    case = draft.case
    ticks = {code: tick for code, tick in case.ticks.items() if tick.state is not TickState.PROMISED} | changed
    verdict = judge(checklist, ticks, tolerance=case.matter.tolerance, latest_promise=None, today=draft.handed_in)
    stands = Outcome.TOLERATED if gaps else Outcome.ACCEPTED
    return structs.replace(
        verdict,
        outcome=None if verdict.errors else stands,
        lawful=(stands,),
        unlawful={other: "已经容缺受理" for other in Outcome if other is not stands},
        gaps=gaps,
        article=case.article,
        explanation=verdict.errors[0].message
        if verdict.errors
        else f"还有{len(gaps)}项承诺补齐的材料"
        if gaps
        else "承诺的材料已经补齐",
        refusal=draft.refusal,
        promised_before=True,
    )
