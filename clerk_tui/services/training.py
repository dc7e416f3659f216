"""Training: exercises for new clerks on a sandbox, and what was right and missed, read from the facts they wrote.

An exercise holds one right way to do it (``solution``), written as scripts write a walk-in. What it asks for follows
from that by the same rules that the counter works by, so an exercise cannot ask for what the law does not.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct
from msgspec.structs import asdict, replace

from clerk_tui.services import intake, supplement
from clerk_tui.services.intake_json import draft_from_json, supplement_from_json, with_latest
from clerk_tui.services.workspace import Workspace
from clerk_tui.store import shifts
from clerk_tui.store.connection import translated
from hall import facts as f
from hall import os_words
from hall.case import Case
from hall.errors import BadInput
from hall.fold import fold
from hall.verdict import OUTCOME_NAMES, Outcome, TickState

FILE: Final = Path(__file__).with_name("exercises.toml")
"""The exercises that come with the sample hall's catalogue."""
_ENDS: Final = (
    f.CaseAccepted, f.CaseNoticed, f.CaseTolerated, f.CaseRefused, f.CaseSupplemented, f.InquiryAnswered,
)  # fmt: skip
"""Facts of which each ends an exercise; taking materials in alone leaves the person without a word."""
_ALL_AT_ONCE: Final = "行政许可法第七十二条第四项：应当一次告知全部内容，漏了的要申请人再跑一趟"
_NO_MORE: Final = "行政许可法第三十一条第二款：不得要求申请人提交与申请无关的材料"
_TRUE: Final = "行政许可法第三十一条第一款：申请人对材料的真实性负责，窗口照证件录入"
_ASKED: Final = "情形决定要交哪些材料；答错了，清单就错了"


class Exercise(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One person at the window. ``keys`` is about how many keys it takes somebody who knows the counter.

    ``before`` is a walk-in that was told what is missing earlier; ``back``: they come back with its paper, and
    ``solution`` is a supplement. ``ask``: they only ask. ``scan``: the paper is to be scanned.
    """

    key: str
    title: str
    law: str
    story: str
    desk: tuple[str, ...]
    solution: dict[str, Any]
    keys: int
    ticket: str = ""
    before: dict[str, Any] | None = None
    back: bool = False
    ask: bool = False
    scan: bool = False


class Texts(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a clerk reads of an exercise, in another language; what is to be typed stands as in the exercise."""

    title: str
    law: str
    story: str
    desk: tuple[str, ...]


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    exercise: tuple[Exercise, ...]


class Wanted(Struct, frozen=True, kw_only=True):
    """What an exercise asks for, as it follows from its solution. ``ticks`` by material; ``gaps`` their codes."""

    matter: str
    answers: dict[str, str | tuple[str, ...]]
    outcome: Outcome | None
    ticks: dict[str, TickState]
    gaps: frozenset[str] = frozenset()
    names: dict[str, str] = {}
    applicant: dict[str, str] = {}
    language: str = ""
    where: bool = False
    complete: bool = False
    again: bool = False
    reason: bool = False


class Begun(Struct, frozen=True, kw_only=True):
    """An exercise that somebody works on: the journal ended at ``after_seq`` when it began."""

    exercise: Exercise
    story: str
    wanted: Wanted
    after_seq: int
    reference: str = ""
    case_id: str = ""


class Point(Struct, frozen=True, kw_only=True):
    """One thing that was looked at: ``told`` says what was done or missed, ``why`` the rule behind it."""

    what: str
    right: bool
    told: str
    why: str = ""


class Score(Struct, frozen=True, kw_only=True):
    """What became of an exercise. ``expected_keys`` is what it takes somebody who knows the counter."""

    key: str
    title: str
    done: bool
    points: tuple[Point, ...]
    keys: int
    expected_keys: int
    seconds: int

    @property
    def right(self) -> bool:
        """Whether everything was right."""
        return self.done and all(point.right for point in self.points)


def load(path: Path = FILE, language: str = "zh") -> tuple[Exercise, ...]:
    """The exercises of a file; in another language as far as the file beside it has their texts
    (``exercises.en.toml`` beside ``exercises.toml``, by key).

    Raises:
        BadInput: ``bad_exercises``: it cannot be read, or is not written as exercises are.
    """
    beside = path.with_suffix(f".{language}.toml")
    reading, texts = path, dict[str, Texts]()
    try:
        found = msgspec.toml.decode(path.read_bytes(), type=_File).exercise
        if beside.is_file():
            reading = beside
            texts = msgspec.toml.decode(beside.read_bytes(), type=dict[str, Texts])
    except (OSError, msgspec.MsgspecError, ValueError) as error:
        what = os_words.why(error) if isinstance(error, OSError) else error
        hint = "对照程序自带的 exercises.toml 改正"
        raise BadInput(
            "bad_exercises", f"练习文件 {reading.name} 读不出来：{what}", field="--exercises", hint=hint
        ) from error
    if len({one.key for one in found}) != len(found) or not found:
        hint = "给每道练习一个不同的 key"
        raise BadInput(
            "bad_exercises", f"练习文件 {path.name} 没有练习，或有重复的 key", field="--exercises", hint=hint
        )
    return tuple(replace(one, **asdict(texts[one.key])) if one.key in texts else one for one in found)


def begin(ws: Workspace, exercise: Exercise) -> Begun:
    """Set the scene: what was done before the person came, and what is asked for now.

    Raises:
        BadInput: the exercise does not fit the catalogue.
    """
    reference = case_id = ""
    if exercise.before is not None:
        earlier = draft_from_json(ws, with_latest(ws, exercise.before))
        told = intake.submit(ws, earlier.draft, Outcome.NOTICED)
        reference, case_id = told.reference, told.case_id
    wanted = _wanted_back(ws, exercise, reference) if exercise.back else _wanted(ws, exercise)
    story = exercise.story.replace("{reference}", reference)
    return Begun(
        exercise=exercise, story=story, wanted=wanted, after_seq=ws.journal.head.seq, reference=reference,
        case_id=case_id,
    )  # fmt: skip


def is_over(ws: Workspace, begun: Begun) -> bool:
    """Whether somebody has decided what to do with this person."""
    return any(isinstance(fact.body, _ENDS) for fact in _written(ws, begun))


def score(ws: Workspace, begun: Begun, *, keys: int, seconds: int, scans: int = 0) -> Score:
    """What was right and what was missed, from the facts written since the exercise began."""
    facts = _written(ws, begun)
    ends = [fact for fact in facts if isinstance(fact.body, _ENDS)]
    points: list[Point] = []
    if ends:
        subject = ends[-1].header.subject
        mine = [fact for fact in facts if fact.header.subject == subject]
        case = fold(ws.journal.facts_of(subject))
        assert case is not None, "each of these facts is of a case"
        points = _back(begun, case, mine, scans) if begun.exercise.back else _first(begun, case, mine)
    exercise = begun.exercise
    return Score(
        key=exercise.key, title=exercise.title, done=bool(ends), points=tuple(points), keys=keys,
        expected_keys=exercise.keys, seconds=seconds,
    )  # fmt: skip


# -- what is asked for -------------------------------------------------------------------------------------------------


def _wanted(ws: Workspace, exercise: Exercise) -> Wanted:
    solved = draft_from_json(ws, with_latest(ws, exercise.solution))
    draft = solved.draft
    ready = intake.preview(ws, draft)
    outcome = None if exercise.ask else solved.wish or ready.verdict.outcome
    refused = outcome is Outcome.REFUSED
    return Wanted(
        matter=draft.matter.key,
        answers=dict(ready.checklist.answers),
        outcome=outcome,
        ticks={} if refused or exercise.ask else {code: tick.state for code, tick in draft.ticks.items()},
        gaps=frozenset(gap.code for gap in ready.verdict.gaps) if outcome is Outcome.NOTICED else frozenset(),
        names={row.code: row.name for row in ready.checklist.materials},
        applicant={} if exercise.ask else {name: draft.applicant[name] for name in ("name", "id_number")},
        language=draft.language,
        where=bool(refused and ready.verdict.refusal and ready.verdict.refusal.where),
    )


def _wanted_back(ws: Workspace, exercise: Exercise, reference: str) -> Wanted:
    solved = supplement_from_json(ws, reference, exercise.solution)
    ready = supplement.preview(ws, solved.draft)
    case = solved.draft.case
    return Wanted(
        matter=case.matter.key,
        answers={},
        outcome=None,
        ticks={code: tick.state for code, tick in solved.draft.ticks.items()},
        gaps=frozenset(ready.fresh),
        names={row.code: row.name for row in case.rows},
        complete=ready.complete,
        again=bool(ready.fresh),
        reason=ready.needs_reason,
    )


# -- what was done -----------------------------------------------------------------------------------------------------


def _written(ws: Workspace, begun: Begun) -> list[f.Fact]:
    with translated(ws.journal.path):
        return shifts.facts_between(ws.journal.read(), begun.after_seq + 1, ws.journal.head.seq)


def _first(begun: Begun, case: Case, facts: Iterable[f.Fact]) -> list[Point]:
    exercise, wanted = begun.exercise, begun.wanted
    done = _outcome(facts)
    points = [
        Point(what="事项", right=case.matter.key == wanted.matter, told=case.matter.name, why=exercise.law),
        _answers(wanted, case),
        Point(
            what="结论",
            right=done is wanted.outcome,
            told=f"办成了“{_name(done)}”，应当是“{_name(wanted.outcome)}”"
            if done is not wanted.outcome
            else _name(done),
            why=exercise.law,
        ),
    ]
    if case.matter.key != wanted.matter:
        return points
    if wanted.applicant:
        points.append(_who(wanted, case))
    if wanted.outcome is Outcome.NOTICED:
        told = {gap.code for notice in case.notices for gap in notice.gaps}
        points.append(_gaps(wanted, told))
    if wanted.ticks:
        points.append(_ticks(wanted, {code: tick.state for code, tick in case.ticks.items()}))
    if wanted.where:
        where = case.refusal.where if case.refusal else None
        organ = where.organ if where else ""
        points.append(
            Point(what="去处", right=bool(organ), told=organ or "没有告知应当向哪个机关申请", why=exercise.law)
        )
    if wanted.language:
        right = case.language == wanted.language
        told_in = "中英对照" if right else "文书只有中文；在申请人那一栏的“文书语言”里选中英对照"
        points.append(Point(what="文书语言", right=right, told=told_in, why=exercise.law))
    return points


def _back(begun: Begun, case: Case, facts: list[f.Fact], scans: int) -> list[Point]:
    exercise, wanted = begun.exercise, begun.wanted
    points = [
        Point(
            what="打开的办件",
            right=case.case_id == begun.case_id,
            told=case.reference
            if case.case_id == begun.case_id
            else f"办的是 {case.reference}，应当是 {begun.reference}",
            why="接着原来的办件办，时限和一次告知才连得上",
        )
    ]
    if exercise.scan:
        points.append(Point(what="怎样打开", right=True, told="扫码" if scans else "键入编号；扫码更快，也不会抄错"))
    if case.case_id != begun.case_id:
        return points
    handed = [fact.body for fact in facts if isinstance(fact.body, f.CaseSupplemented)]
    got = {code: tick.state for body in handed for code, tick in body.ticks.items()}
    points.append(_ticks(wanted, got))
    complete = bool(handed) and handed[-1].complete
    told = ("补齐了" if complete else "没有补齐") + ("" if complete == wanted.complete else "，与桌上的材料不符")
    points.append(Point(what="结论", right=complete == wanted.complete, told=told, why=exercise.law))
    again = [fact.body for fact in facts if isinstance(fact.body, f.CaseNoticed)]
    if wanted.again:
        points.append(_gaps(wanted, {gap.code for body in again for gap in body.gaps}))
        reason = again[-1].reason if again else ""
        right = bool(reason) or not wanted.reason
        points.append(Point(what="再次告知的原因", right=right, told=reason or "没有写明原因", why=exercise.law))
    else:
        told = "又告知了一次" if again else "没有再次告知"
        points.append(Point(what="不重复告知", right=not again, told=told, why=_ALL_AT_ONCE))
    return points


def _outcome(facts: Iterable[f.Fact]) -> Outcome | None:
    """What a walk-in came to; ``None`` for one who only asked."""
    found: Outcome | None = None
    for fact in facts:
        match fact.body:
            case f.CaseCorrected():
                found = Outcome.CORRECTED
            case f.CaseAccepted():
                found = Outcome.CORRECTED if found is Outcome.CORRECTED else Outcome.ACCEPTED
            case f.CaseNoticed():
                found = Outcome.NOTICED
            case f.CaseTolerated():
                found = Outcome.TOLERATED
            case f.CaseRefused():
                found = Outcome.REFUSED
    return found


def _name(outcome: Outcome | None) -> str:
    return OUTCOME_NAMES[outcome] if outcome is not None else "只咨询，不收件"


def _answers(wanted: Wanted, case: Case) -> Point:
    asked = dict(case.matter.questions)
    wrong = [code for code, answer in wanted.answers.items() if case.answers.get(code) != answer]
    told = f"{len(wrong)}个问题答得不对" if wrong else f"{len(asked)}个问题都答对了"
    return Point(what="情形", right=not wrong, told=told, why=_ASKED)


def _who(wanted: Wanted, case: Case) -> Point:
    who = case.applicant
    got = {"name": who.name, "id_number": who.id_number} if who is not None else {}
    labels = {"name": "姓名或名称", "id_number": "证件号码"}
    wrong = [labels[name] for name, value in wanted.applicant.items() if got.get(name, "") != value]
    told = f"{'、'.join(wrong)}与证件不一致" if wrong else "与证件一致"
    return Point(what="申请人", right=not wrong, told=told, why=_TRUE)


def _gaps(wanted: Wanted, got: set[str]) -> Point:
    missed = [wanted.names.get(code, code) for code in wanted.gaps if code not in got]
    extra = [wanted.names.get(code, code) for code in got if code not in wanted.gaps]
    if missed:
        told = f"漏告知：{'、'.join(sorted(missed))}"
        return Point(what="告知的内容", right=False, told=told, why=_ALL_AT_ONCE)
    if extra:
        told = f"多告知：{'、'.join(sorted(extra))}"
        return Point(what="告知的内容", right=False, told=told, why=_NO_MORE)
    return Point(what="告知的内容", right=True, told=f"{len(got)}项，一次告知全部", why=_ALL_AT_ONCE)


def _ticks(wanted: Wanted, got: dict[str, TickState]) -> Point:
    wrong = [wanted.names.get(code, code) for code, state in wanted.ticks.items() if got.get(code) is not state]
    wrong += [
        wanted.names.get(code, code)
        for code, state in got.items()
        if code not in wanted.ticks and state is TickState.PRESENT
    ]
    told = f"与桌上的不符：{'、'.join(wrong)}" if wrong else "与桌上的一致"
    return Point(what="材料", right=not wrong, told=told, why="结论只由桌上的材料得出")
