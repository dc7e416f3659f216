"""The verdict: what the law allows, from the ticks alone (行政许可法 art. 32).

Nobody chooses an outcome that the ticks do not support; a notice names every gap because it is made from the ticks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from enum import StrEnum

from msgspec import Struct

from hall.catalogue.model import LICENCE, Question, Tolerance
from hall.checklist import Checklist, Row
from hall.errors import BadInput, Unlawful
from hall.names import says_something
from hall.refusal import Refusal as Refusal
from hall.refusal import exit_refusal, item, refusal_article, refusal_error


class Outcome(StrEnum):
    """The five branches of 行政许可法 art. 32, as the trade practises them."""

    ACCEPTED = "accepted"
    NOTICED = "noticed"
    TOLERATED = "tolerated"
    CORRECTED = "corrected"
    REFUSED = "refused"


class TickState(StrEnum):
    """What lies on the desk for one material."""

    PRESENT = "present"
    MISSING = "missing"
    UNACCEPTABLE = "unacceptable"
    HELD = "held"
    PROMISED = "promised"
    NOT_APPLICABLE = "not_applicable"


class Tick(Struct, frozen=True, omit_defaults=True):
    """A tick. ``reason`` for unacceptable and not_applicable (a problem's code or typed), ``until`` for promised.

    A promised material may keep the ``reason`` why it was not acceptable: what the hall has itself can only be promised
    once that is said.

    ``correctable`` says of a typed reason whether it can be put right on the spot.
    """

    state: TickState
    reason: str = ""
    until: dt.date | None = None
    correctable: bool = False


class Gap(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of a notice: what is wrong with a material and how to put it right."""

    code: str
    name: str
    problem: str
    remedy: str
    form: str = ""
    copies: int = 0
    source: str = ""
    state: TickState = TickState.MISSING
    tolerable: bool = False
    correctable: bool = False


class Verdict(Struct, frozen=True, kw_only=True):
    """``outcome`` is what follows when nothing else is wished (``None`` while questions are open or ticks are wrong).

    ``lawful`` are the outcomes on offer, ``unlawful`` says of each other one why not, ``errors`` are ticks that
    cannot stand (a promise for a material that may not be promised ...), ``unanswered`` the questions still open.
    ``conforming``: it is refused although nothing is missing (行政许可法 art. 32(5): 应当受理), by a clerk or by an
    exit of the matter that no item of art. 32 knows: told to supervisors.
    ``promised_before``: the case was accepted with its promises; now they are kept, and none is made.
    """

    outcome: Outcome | None
    lawful: tuple[Outcome, ...]
    unlawful: dict[Outcome, str]
    gaps: tuple[Gap, ...]
    article: str
    explanation: str
    latest_promise: dt.date | None
    refusal: Refusal | None = None
    errors: tuple[BadInput, ...] = ()
    unanswered: tuple[Question, ...] = ()
    conforming: bool = False
    promised_before: bool = False

    @property
    def needs_why(self) -> bool:
        """Whether the clerk has to explain the refusal beside its ground; of an exit the catalogue answers for it."""
        return self.conforming and self.refusal is not None and not self.refusal.exit

    @property
    def corrections(self) -> tuple[Gap, ...]:
        """What is put right on the spot where the rest is accepted with a promise (art. 32(3)): the gaps that carry
        none and can be corrected. Empty where that is all of them."""
        fixed = tuple(gap for gap in self.gaps if gap.correctable and gap.state is not TickState.PROMISED)
        return fixed if len(fixed) < len(self.gaps) else ()

    def explained(self, chosen: Outcome | None) -> str:
        """Why ``chosen`` is open: the explanation belongs to the outcome that stands, not to what follows by itself."""
        if chosen is None or self.errors or chosen is self.outcome or chosen not in self.lawful:
            return self.explanation
        return _explain_gaps(chosen, len(self.gaps), len(self.corrections)) or self.explanation

    def require(self, wish: Outcome | None) -> Outcome:
        """The outcome to confirm.

        Raises:
            BadInput: a tick cannot stand (the first one), a question is open, or the wish is to tolerate and a gap
                carries no promise.
            Unlawful: the wish is not on offer; the hint names the lawful ones.
        """
        if self.errors:
            raise self.errors[0]
        if self.unanswered:
            raise _unanswered(self.unanswered)
        chosen = wish or self.outcome
        if chosen is None or chosen not in self.lawful:
            wanted = OUTCOME_NAMES[chosen] if chosen else "办理"
            raise Unlawful(
                "unlawful_outcome",
                f"现在不能{wanted}：{self.unlawful.get(chosen, self.explanation) if chosen else self.explanation}",
                field="outcome",
                hint="可以：" + "、".join(OUTCOME_NAMES[outcome] for outcome in self.lawful) if self.lawful else "",
            )
        if chosen is Outcome.TOLERATED and not self.promised_before:
            self._require_promises()
        return chosen

    def _require_promises(self) -> None:
        """容缺受理 stands on a written promise for every gap, each with its day (domain.md §6); an error that is put
        right on the spot is none any more."""
        for gap in self.gaps:
            if gap.state is not TickState.PROMISED and gap not in self.corrections:
                raise BadInput(
                    "promise_date_needed",
                    f"容缺受理要对“{gap.name}”作出承诺，并写明补齐的日期",
                    field=f"materials.{gap.code}.until",
                    hint=f"勾“承诺”，最迟 {self.latest_promise.isoformat()}" if self.latest_promise else "勾“承诺”",
                )


OUTCOME_NAMES = {
    Outcome.ACCEPTED: "受理",
    Outcome.NOTICED: "一次性告知补正",
    Outcome.TOLERATED: "容缺受理",
    Outcome.CORRECTED: "当场更正后受理",
    Outcome.REFUSED: "不予受理",
}
_ITEMS = {Outcome.ACCEPTED: "五", Outcome.NOTICED: "四", Outcome.CORRECTED: "三"}


def article_of(outcome: Outcome, refusal: Refusal | None = None, *, kind: str = LICENCE) -> str:
    """The article of law an outcome stands on, as printed for a matter of ``kind`` (``refusal.item``)."""
    if outcome is Outcome.REFUSED:
        return refusal_article(refusal, kind) if refusal else ""
    if outcome is Outcome.TOLERATED:
        return "容缺受理规定（次要材料书面承诺补齐）"
    return item(_ITEMS[outcome], kind)


def judge(
    checklist: Checklist,
    ticks: Mapping[str, Tick],
    *,
    tolerance: Tolerance,
    latest_promise: dt.date | None,
    today: dt.date,
    good_credit: bool = True,
    refusal: Refusal | None = None,
    kind: str = LICENCE,
) -> Verdict:
    """What the law allows. A material without a tick counts as missing, unless the hall holds it.

    ``latest_promise`` is the promised limit: a promise may not run past it (domain.md §6). It lies before ``today``
    where post is opened so late that nothing can be promised any more.
    ``refusal`` is a ground the clerk has stated; an exit of the checklist states one by itself. ``kind`` is the
    matter's, which decides how the Act is cited.
    """
    errors = [
        error for row in checklist.materials if (error := _tick_error(row, ticks, tolerance, latest_promise, today))
    ]
    gaps = gaps_of(checklist.materials, ticks)
    stated = exit_refusal(checklist.exits[0]) if checklist.exits else refusal
    complete = not gaps and not errors and not checklist.open_questions
    # Items 1 and 2 of art. 32 do not ask whether it is complete where the answers themselves lead there.
    conforming = stated is not None and complete and (not stated.exit or stated.ground == "other")
    if stated is not None:
        # A refusal does not rest on the materials, so what is missing is not the person's business any more.
        gaps = ()
        errors = [] if checklist.exits else errors
        if problem := refusal_error(stated):
            errors.insert(0, problem)
    lawful, unlawful = _offers(checklist, gaps, tolerance, good_credit, stated)
    if Outcome.TOLERATED in lawful and latest_promise is not None and latest_promise < today:
        lawful = tuple(outcome for outcome in lawful if outcome is not Outcome.TOLERATED)
        unlawful[Outcome.TOLERATED] = "承诺办结时限已过，不能再承诺补齐"
    outcome = _default(lawful, gaps)
    return Verdict(
        outcome=None if errors else outcome,
        lawful=lawful,
        unlawful=unlawful,
        gaps=gaps,
        article=article_of(outcome, stated, kind=kind) if outcome else "",
        explanation=errors[0].message if errors else _explain(checklist, gaps, outcome, stated),
        latest_promise=latest_promise,
        refusal=stated,
        errors=tuple(errors),
        conforming=conforming,
        unanswered=()
        if stated is not None
        else tuple(question for question in checklist.questions if question.code in checklist.open_questions),
    )


def _unanswered(questions: tuple[Question, ...]) -> BadInput:
    """Nothing can be decided while it is not known what the person needs."""
    options = (
        f"{question.code}（{'、'.join(option.code for option in question.options) or 'yes、no'}）"
        for question in questions
    )
    return BadInput(
        "unanswered",
        f"还有{len(questions)}个问题没有回答：" + "".join(f"“{question.text}”" for question in questions),
        field=f"answers.{questions[0].code}",
        hint="要回答：" + "；".join(options),
    )


def gaps_of(rows: Iterable[Row], ticks: Mapping[str, Tick]) -> tuple[Gap, ...]:
    """Every required material that is not there, in the order of the list."""
    return tuple(gap for row in rows if (gap := _gap(row, ticks.get(row.code))))


def _gap(row: Row, tick: Tick | None) -> Gap | None:
    if not row.required:
        return None
    state = tick.state if tick else (TickState.HELD if row.held else TickState.MISSING)
    if state in (TickState.PRESENT, TickState.HELD, TickState.NOT_APPLICABLE):
        return None
    problem = next((p for p in row.problems if tick and tick.reason in (p.code, p.text)), None)
    if state is TickState.UNACCEPTABLE or (tick and state is TickState.PROMISED and tick.reason):
        words = problem.text if problem else (tick.reason if tick else "")
        remedy = (problem.remedy if problem else "") or row.remedy or f"请按要求重新提交{row.form}"
    else:
        words = "未提交"
        remedy = row.remedy or f"请提交{row.form}{row.copies}份" if row.copies else row.remedy or f"请提交{row.form}"
    return Gap(
        code=row.code,
        name=row.name,
        problem=words,
        remedy=remedy,
        form=row.form,
        copies=row.copies,
        source=row.source,
        state=state,
        tolerable=row.tolerable,
        correctable=state is TickState.UNACCEPTABLE
        and (problem.correctable if problem else bool(tick and tick.correctable)),
    )


def _tick_error(
    row: Row, ticks: Mapping[str, Tick], tolerance: Tolerance, latest: dt.date | None, today: dt.date
) -> BadInput | None:
    tick = ticks.get(row.code)
    where = f"materials.{row.code}"
    if tick is None:
        return None
    match tick.state:
        case TickState.UNACCEPTABLE if not says_something(tick.reason):
            return BadInput("needs_reason", f"“{row.name}”不合格，要写明原因", field=where, hint="选一个原因或自己写")
        case TickState.NOT_APPLICABLE if row.required and not says_something(tick.reason):
            message = f"“{row.name}”是必要材料，写明不适用的理由才能免去"
            return BadInput("needs_reason", message, field=where, hint="写一句理由，或改勾“有”“缺”")
        case TickState.MISSING | TickState.PROMISED if (
            row.held and row.required and not (tick.state is TickState.PROMISED and says_something(tick.reason))
        ):
            # Nobody may be asked for what the hall has or gets by itself (国令716 art. 7): it is no gap of theirs.
            # Only what was found and is no good may be promised, and then it is said what is wrong with it.
            message = f"“{row.name}”由窗口核实，不能要求申请人提交"
            hint = "勾“已有”；查到的不能用、或者查无此件的，勾“不合格”并写明原因"
            return BadInput("hall_has_it", message, field=where, hint=hint)
        case TickState.HELD if not row.held:
            return BadInput("not_held", f"本厅没有“{row.name}”，不能勾“已有”", field=where, hint="收到后勾“有”")
        case TickState.PROMISED:
            return _promise_error(row, tick, tolerance, latest, today, where)
    return None


def _promise_error(
    row: Row, tick: Tick, tolerance: Tolerance, latest: dt.date | None, today: dt.date, where: str
) -> BadInput | None:
    if not (row.tolerable and tolerance.allowed):
        return BadInput("not_tolerable", f"“{row.name}”不能容缺", field=where, hint="勾“缺”后一次性告知")
    if latest is not None and latest < today:
        return BadInput(
            "promise_impossible", f"“{row.name}”不能再承诺：承诺办结时限已过", field=where, hint="勾“缺”后一次性告知"
        )
    if tick.until is None:
        return BadInput("promise_date_needed", f"“{row.name}”要写承诺补齐的日期", field=f"{where}.until")
    if tick.until < today:
        return BadInput("promise_in_the_past", f"“{row.name}”的承诺日期已经过去", field=f"{where}.until")
    if latest is not None and tick.until > latest:
        return BadInput(
            "promise_too_late",
            f"“{row.name}”的承诺日期晚于承诺办结时限",
            field=f"{where}.until",
            hint=f"最迟 {latest.isoformat()}",
        )
    return None


def _offers(
    checklist: Checklist, gaps: tuple[Gap, ...], tolerance: Tolerance, good_credit: bool, refusal: Refusal | None
) -> tuple[tuple[Outcome, ...], dict[Outcome, str]]:
    no: dict[Outcome, str] = {}
    if refusal is not None:
        why = "已经确定不予受理的理由"
        return (Outcome.REFUSED,), {outcome: why for outcome in Outcome if outcome is not Outcome.REFUSED}
    no[Outcome.REFUSED] = "没有不予受理的法定理由"
    if checklist.open_questions:
        why = f"还有{len(checklist.open_questions)}个问题没有回答"
        return (), dict.fromkeys(Outcome, why)
    if not gaps:
        why = "材料齐全、符合法定形式，应当受理"
        return (Outcome.ACCEPTED,), {outcome: why for outcome in Outcome if outcome is not Outcome.ACCEPTED}
    names = "、".join(gap.name for gap in gaps[:3]) + ("等" if len(gaps) > 3 else "")
    no[Outcome.ACCEPTED] = f"还缺{len(gaps)}项：{names}"
    lawful = [Outcome.NOTICED]
    # What can be put right on the spot may stand beside what is promised: after that it is no gap (art. 32(3)).
    hard = next((gap for gap in gaps if not (gap.tolerable or gap.correctable)), None)
    soft = any(gap.tolerable for gap in gaps)
    if not tolerance.allowed:
        no[Outcome.TOLERATED] = "本事项不实行容缺受理"
    elif not good_credit:
        no[Outcome.TOLERATED] = "申请人有失信记录，不适用容缺受理"
    elif hard is not None:
        no[Outcome.TOLERATED] = f"“{hard.name}”不能容缺"
    elif not soft:
        no[Outcome.TOLERATED] = "没有可以容缺的，当场更正后受理"
    else:
        lawful.append(Outcome.TOLERATED)
    stuck = next((gap for gap in gaps if not gap.correctable), None)
    if stuck is not None:
        no[Outcome.CORRECTED] = f"“{stuck.name}”不能当场更正"
    else:
        lawful.append(Outcome.CORRECTED)
    return tuple(lawful), no


def _default(lawful: tuple[Outcome, ...], gaps: tuple[Gap, ...]) -> Outcome | None:
    if Outcome.TOLERATED in lawful and all(gap.state is TickState.PROMISED for gap in gaps):
        return Outcome.TOLERATED
    return lawful[0] if lawful else None


def _explain(checklist: Checklist, gaps: tuple[Gap, ...], outcome: Outcome | None, refusal: Refusal | None) -> str:
    match outcome:
        case Outcome.REFUSED:
            return refusal.reason if refusal else ""
        case Outcome.ACCEPTED:
            return "材料齐全、符合法定形式，应当受理"
        case Outcome.TOLERATED | Outcome.NOTICED:
            return _explain_gaps(outcome, len(gaps), 0)
    return f"还有{len(checklist.open_questions)}个问题没有回答"


def _explain_gaps(outcome: Outcome, gaps: int, fixed: int) -> str:
    """What is done about the gaps, ``fixed`` of which are put right on the spot before the rest is promised."""
    match outcome:
        case Outcome.TOLERATED if fixed:
            return f"当场更正{fixed}项，承诺补齐{gaps - fixed}项次要材料，可以先予受理"
        case Outcome.TOLERATED:
            return f"主要材料齐全，承诺补齐{gaps}项次要材料，可以先予受理"
        case Outcome.CORRECTED:
            return f"有{gaps}项可以当场更正，更正后应当受理"
        case Outcome.NOTICED:
            return f"缺少或不合格{gaps}项，应当一次告知全部补正内容"
    return ""
