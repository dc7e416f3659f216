"""A walk-in as data, for scripts: what ``clerk intake`` and ``clerk supplement`` read and answer (docs/cli.md).

Strict on purpose: an unknown key, a wrong type or an unknown material is refused with its place and the nearest valid
name, because a script that is not understood must not be half obeyed.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from typing import Any, Final, cast, get_args

from msgspec import Struct, convert
from msgspec import ValidationError as Invalid
from msgspec.structs import replace

from clerk_tui.services import intake
from clerk_tui.services.correcting import read_later
from clerk_tui.services.draft import AGENT_KEYS, APPLICANT_KEYS, Draft, Preview
from clerk_tui.services.form_later import require_form
from clerk_tui.services.previewing import preview
from clerk_tui.services.printable import code_point
from clerk_tui.services.result import Result
from clerk_tui.services.supplement import SupplementDraft, checklist_of, open_supplement
from clerk_tui.services.workspace import Workspace
from clerk_tui.services.written import Number
from hall.calendar import receipt_clock_start
from hall.catalogue.model import Field, Matter, Place, Problem, RefusalGround
from hall.checklist import Row, read_answers
from hall.deadlines import latest_promise
from hall.errors import BadInput
from hall.facts import Language
from hall.list_plan import Listing
from hall.verdict import Gap, Outcome, Refusal, Tick, TickState

INTAKE_KEYS: Final = (
    "matter", "answers", "applicant", "agent", "fields", "materials", "outcome", "refusal", "good_credit", "channel",
    "handed_in", "ticket", "language",
)  # fmt: skip
SUPPLEMENT_KEYS: Final = (
    "answers", "fields", "materials", "outcome", "second_notice_reason", "late_reason", "correction_reason",
    "handed_in", "refusal", "good_credit",
)  # fmt: skip
CHANNELS: Final = ("counter", "post", "online", "fax", "email")
"""行政许可法 art. 29: a letter, a fax, an e-mail are applications too."""


LANGUAGES: Final[dict[str, Language]] = {"zh": "", "en": "en"}
"""Of the papers: Chinese, or Chinese with English beside it."""
_DETAILS: Final[dict[str, frozenset[TickState]]] = {
    "reason": frozenset({TickState.UNACCEPTABLE, TickState.NOT_APPLICABLE, TickState.PROMISED}),
    "until": frozenset({TickState.PROMISED}),
    "correctable": frozenset({TickState.UNACCEPTABLE}),
}
"""What may be said of a material beside its state, and with which."""
_CODE: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", re.ASCII)
"""What is meant as a problem's code, and never as words for a paper."""
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class Wanted(Struct, frozen=True, kw_only=True):
    """A walk-in read from data: the draft and the outcome wished for."""

    draft: Draft
    wish: Outcome | None


class WantedSupplement(Struct, frozen=True, kw_only=True):
    """A supplement read from data."""

    draft: SupplementDraft
    wish: Outcome | None
    second_reason: str


def draft_from_json(ws: Workspace, data: object) -> Wanted:
    """The draft that a file describes.

    Raises:
        BadInput: ``field`` is the dotted path of what is wrong.
    """
    top = _object(data, "", INTAKE_KEYS)
    if "matter" not in top:
        raise BadInput("key_missing", "缺少“matter”", field="matter", hint="写事项的代号，用 clerk matters search 查")
    draft = intake.new_draft(ws, ws.catalogue.resolve(_text(top["matter"], "matter")))
    draft.answers = read_answers(draft.matter, _object(top.get("answers", {}), "answers"))
    draft.applicant = _texts(top.get("applicant", {}), "applicant", APPLICANT_KEYS)
    if top.get("agent") is not None:
        draft.agent = _texts(top["agent"], "agent", AGENT_KEYS)
    draft.refusal = _refusal(top.get("refusal"), draft.matter)
    draft.good_credit = _flag(top.get("good_credit", True), "good_credit")
    draft.channel = _one_of(top.get("channel", "counter"), "channel", CHANNELS)
    if "handed_in" in top:
        draft.handed_in = _arrival(top["handed_in"], draft.channel)
    draft.ticket = _text(top.get("ticket", ""), "ticket")
    draft.language = LANGUAGES[_one_of(top.get("language", "zh"), "language", LANGUAGES)]
    intake.refresh_held(ws, draft)
    ready = preview(ws, draft)
    draft.fields = _fields(top.get("fields", {}), draft.matter, ready.checklist.fields if _settled(ready) else None)
    rows, problems = ready.checklist.materials, ws.catalogue.problems
    draft.ticks = _ticks(top.get("materials", {}), rows, problems, draft.matter)
    return Wanted(draft=draft, wish=_wish(top.get("outcome"), draft.refusal))


def with_latest(ws: Workspace, data: Mapping[str, Any]) -> dict[str, Any]:
    """A walk-in whose promises say ``"until": "latest"``, with the last day that law and matter allow from today."""
    today = ws.clock.today()
    start = receipt_clock_start(today, ws.calendar, weekend_rule=ws.config.rules.weekend_receipt)
    last = latest_promise(ws.catalogue.resolve(data["matter"]).limits, start, start, ws.calendar).isoformat()
    ticks = {
        code: {**tick, "until": last} if isinstance(tick, dict) and tick.get("until") == "latest" else tick
        for code, tick in data.get("materials", {}).items()
    }
    return {**data, "materials": ticks}


def supplement_from_json(ws: Workspace, reference: str, data: object) -> WantedSupplement:
    """The supplement that a file describes.

    Raises:
        BadInput: ``field`` is the dotted path of what is wrong, or there is nothing to supplement.
    """
    top = _object(data, "", SUPPLEMENT_KEYS)
    draft = open_supplement(ws, reference)
    draft.answers = read_later(draft.case, draft.plan, _object(top.get("answers", {}), "answers"))
    draft.correction_reason = _text(top.get("correction_reason", ""), "correction_reason")
    checklist = checklist_of(draft)
    if given := _object(top.get("fields", {}), "fields"):
        asked = None if checklist.open_questions else checklist.fields
        draft.fields = _fields(given, require_form(draft.case, draft.form_plan), asked)
    draft.ticks = _ticks(top.get("materials", {}), checklist.materials, ws.catalogue.problems, draft.plan)
    draft.good_credit = _flag(top.get("good_credit", draft.good_credit), "good_credit")
    draft.refusal = _refusal(top.get("refusal"), ws.catalogue.find(draft.case.matter.key))
    draft.late_reason = _text(top.get("late_reason", ""), "late_reason")
    if "handed_in" in top:
        draft.handed_in = _date(top["handed_in"], "handed_in")
    reason = _text(top.get("second_notice_reason", ""), "second_notice_reason")
    return WantedSupplement(draft=draft, wish=_wish(top.get("outcome"), draft.refusal), second_reason=reason)


def result_to_json(result: Result) -> dict[str, Any]:
    """The answer as scripts rely on it; dates are ISO 8601 or ``null``. ``deemed``, ``blank`` and
    ``open_questions`` are there if anything is."""
    blank = [{"field": field, "message": message} for field, message in result.blank.items()]
    return {
        "outcome": result.outcome.value if result.outcome else None,
        "lawful": [outcome.value for outcome in result.lawful],
        "gaps": [_gap_to_json(gap, result) for gap in result.gaps],
        "reference": result.reference,
        "received": result.received.isoformat(),
        "accepted": _day(result.accepted),
        "promised_due": _day(result.due.promised),
        "statutory_due": _day(result.due.statutory),
        "papers": [{"kind": paper.kind, "path": paper.path or None, "pages": paper.pages} for paper in result.papers],
        "journal": {"seq": result.seq, "hash": result.hash},
        **({"deemed": True} if result.deemed else {}),
        **({"blank": blank} if blank else {}),
        **({"open_questions": list(result.open_questions)} if result.open_questions else {}),
        **unprintable_to_json(result),
    }


def _gap_to_json(gap: Gap, result: Result) -> dict[str, Any]:
    """``corrected`` and ``until`` are there only where they are so: put right on the spot, promised until that day."""
    told: dict[str, Any] = {"code": gap.code, "name": gap.name, "problem": gap.problem, "remedy": gap.remedy}
    if gap.code in result.corrected:
        told["corrected"] = True
    elif gap.code in result.promised:
        told["until"] = result.promised[gap.code].isoformat()
    return told


def unprintable_to_json(result: Result) -> dict[str, list[str]]:
    """``{"unprintable": ["U+31350"]}`` where papers do not print a character as written, else nothing."""
    chars = [code_point(char) for char in result.unprintable]
    return {"unprintable": chars} if chars else {}


def _day(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _object(value: object, where: str, keys: Collection[str] | None = None) -> dict[str, object]:
    if not isinstance(value, Mapping):
        raise BadInput("wrong_type", f"“{where or '文件'}”应当是一个 JSON 对象", field=where or None)
    for key in value:
        if not isinstance(key, str) or (keys is not None and key not in keys):
            path = f"{where}.{key}" if where else str(key)
            hint = _nearest(str(key), keys or ())
            raise BadInput("unknown_key", f"没有“{path[:80]}”这个键", field=path[:80], hint=hint)
    return dict(value)


def _text(value: object, where: str) -> str:
    if not isinstance(value, str) or isinstance(value, Number):
        hint = "加上引号" if isinstance(value, Number) else ""
        raise BadInput("wrong_type", f"“{where}”应当是文字", field=where, hint=hint)
    return value


def _texts(value: object, where: str, keys: Collection[str]) -> dict[str, str]:
    return {key: _text(item, f"{where}.{key}") for key, item in _object(value, where, keys).items() if item is not None}


def _flag(value: object, where: str) -> bool:
    if not isinstance(value, bool):
        raise BadInput("wrong_type", f"“{where}”应当是 true 或 false", field=where)
    return value


def _one_of(value: object, where: str, allowed: Collection[str]) -> str:
    word = _text(value, where)
    if word not in allowed:
        raise BadInput("unknown_value", f"“{where}”不能是“{word[:40]}”", field=where, hint=_nearest(word, allowed))
    return word


def _date(value: object, where: str) -> dt.date:
    word = _text(value, where)
    try:
        # ``fromisoformat`` alone would take 20261130 and 2026-W48-1 too, which other commands refuse.
        return dt.date.fromisoformat(word if _DAY.fullmatch(word) else "")
    except ValueError:
        raise BadInput("not_a_date", f"“{where}”应当是日期", field=where, hint="例如 2026-11-30") from None


def _arrival(value: object, channel: str) -> dt.date:
    """The day that post arrived, which may be opened later: what is handed over at the counter is received at once."""
    day = _date(value, "handed_in")
    if channel == CHANNELS[0]:
        ways = "、".join(CHANNELS[1:])
        raise BadInput(
            "key_not_used", "当面交来的，收件日就是今天", field="handed_in", hint=f"channel 写 {ways} 时才用"
        )
    return day


def _wish(value: object, refusal: Refusal | None) -> Outcome | None:
    """The outcome wished for. Nobody is refused by a key that was left in a file: a refusal is wished for in words."""
    wish = None if value is None else Outcome(_one_of(value, "outcome", [outcome.value for outcome in Outcome]))
    if refusal is not None and wish is not Outcome.REFUSED:
        raise BadInput(
            "refusal_not_wished",
            "写了不予受理的理由，outcome 却不是 refused",
            field="outcome",
            hint='要不予受理写 "outcome": "refused"，否则去掉 refusal',
        )
    return wish


def _settled(ready: Preview) -> bool:
    """Whether what is asked can be judged: who applies and every answer are known. If not, that is told first."""
    unknown = any(where.startswith("applicant.") for where in (*ready.field_errors, *ready.missing))
    return not unknown and not ready.checklist.open_questions


def _fields(value: object, matter: Listing, asked: Iterable[Field] | None) -> dict[str, str]:
    """The values of a matter's form; ``asked`` are those this situation asks for, ``None`` while that is not known."""
    known = [field.code for field in matter.fields]
    wanted = known if asked is None else [field.code for field in asked]
    typed: dict[str, str] = {}
    for code, item in _object(value, "fields", known).items():
        if code not in wanted:
            label = next(field.label for field in matter.fields if field.code == code)
            raise BadInput(
                "field_not_asked",
                f"按所答的情形不填“{label}”",
                field=f"fields.{code}",
                hint="去掉它，或核对 answers",
            )
        if isinstance(item, bool):
            typed[code] = "是" if item else "否"
        elif isinstance(item, (str, int, float)):
            typed[code] = str(item)
        else:
            raise BadInput("wrong_type", f"“fields.{code}”应当是文字或数", field=f"fields.{code}")
    return typed


def _ticks(value: object, rows: Iterable[Row], problems: Iterable[Problem], matter: Listing | None) -> dict[str, Tick]:
    asked = {row.code: row for row in rows}
    ticks: dict[str, Tick] = {}
    for code, item in _object(value, "materials").items():
        where = f"materials.{code}"
        if code not in asked:
            elsewhere = matter is not None and any(material.code == code for material in matter.materials)
            raise BadInput(
                "material_not_asked" if elsewhere else "unknown_material",
                f"按所答的情形不需要材料“{code}”" if elsewhere else f"没有材料“{code[:40]}”",
                field=where[:80],
                hint="核对 answers" if elsewhere else _nearest(code, asked),
            )
        ticks[code] = _in_words(_tick(item, where), asked[code], problems)
    return ticks


def _in_words(tick: Tick, row: Row, problems: Iterable[Problem]) -> Tick:
    """A common problem's code becomes its words where the row does not list it itself: papers never print codes."""
    told = tick.state is TickState.UNACCEPTABLE or (tick.state is TickState.PROMISED and tick.reason)
    if not told or any(tick.reason == listed.code for listed in row.problems):
        return tick
    common = {problem.code: problem for problem in problems}
    if problem := common.get(tick.reason):
        return replace(tick, reason=problem.text, correctable=problem.correctable)
    if _CODE.fullmatch(tick.reason):
        raise BadInput(
            "unknown_problem",
            f"没有“{tick.reason[:40]}”这个问题代码；原因也可以用中文写",
            field=f"materials.{row.code}.reason",
            hint=_nearest(tick.reason, [*(listed.code for listed in row.problems), *common]),
        )
    return tick


def _tick(item: object, where: str) -> Tick:
    states = [state.value for state in TickState]
    if isinstance(item, str):
        return Tick(TickState(_one_of(item, where, states)))
    if not isinstance(item, Mapping):
        raise BadInput(
            "wrong_type",
            f"“{where}”应当是一个词，或带 state 的 JSON 对象",
            field=where,
            hint="可用的词：" + "、".join(states),
        )
    given = _object(item, where, ("state", *_DETAILS))
    state = TickState(_one_of(given.get("state", ""), f"{where}.state", states))
    told = {key: value for key, value in given.items() if key != "state" and value is not None}
    for key in told:
        if state not in _DETAILS[key]:
            fits = "、".join(sorted(_DETAILS[key]))
            raise BadInput(
                "key_not_used",
                f"“{where}”是 {state}，用不上 {key}",
                field=f"{where}.{key}",
                hint=f"去掉 {key}；它只和 {fits} 一起用",
            )
    return Tick(
        state,
        reason=_text(told.get("reason", ""), f"{where}.reason"),
        until=_date(told["until"], f"{where}.until") if "until" in told else None,
        correctable=_flag(told.get("correctable", False), f"{where}.correctable"),
    )


def _refusal(value: object, matter: Matter | None) -> Refusal | None:
    """A stated refusal; ``reason`` may be a reason's code in the catalogue, which brings its place and its basis."""
    if value is None:
        return None
    given = _object(value, "refusal", ("ground", "reason", "where", "basis", "why"))
    reason = _text(given.get("reason", ""), "refusal.reason")
    listed = next((r for r in (matter.refusal_reasons if matter else ()) if reason in (r.code, r.text)), None)
    word = given.get("ground", listed.ground if listed else "")
    ground = cast(RefusalGround, _one_of(word, "refusal.ground", get_args(RefusalGround)))
    if listed is not None and ground != listed.ground:
        raise BadInput(
            "wrong_ground",
            f"“{listed.text}”不是 {ground} 的理由",
            field="refusal.ground",
            hint=f"写 {listed.ground}，或自己写理由",
        )
    place = _place(given["where"]) if given.get("where") is not None else listed.where if listed else None
    return Refusal(
        ground,
        listed.text if listed else reason,
        place,
        typed=listed is None,
        basis=_text(given.get("basis", listed.basis if listed else ""), "refusal.basis"),
        why=_text(given.get("why", ""), "refusal.why"),
    )


def _place(value: object) -> Place:
    if isinstance(value, str):
        return Place(organ=value, address="", phone="")
    given = _texts(value, "refusal.where", Place.__struct_fields__)
    try:
        return convert({"address": "", "phone": "", **given}, Place)
    except Invalid:
        raise BadInput("key_missing", "缺少应当去的机关", field="refusal.where.organ") from None


def _nearest(word: str, known: Iterable[str]) -> str:
    choices = list(known)
    near = get_close_matches(word, choices, n=1)
    return f"是不是“{near[0]}”？" if near else "可用：" + "、".join(choices) if choices else ""
