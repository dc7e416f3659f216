"""What an unanswered question may still ask for: whoever only asks is to know that the list is not all, and why.

行政许可法 art. 30 wants everything told that is needed. While a question is open, everything is what is needed in any
case, and beside it whatever some answer would bring, with that answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product
from math import prod
from typing import Final

from msgspec import Struct

from hall.catalogue.conditions import OPEN, Answer, Condition, Facts, parse
from hall.catalogue.model import Matter, Problem, Question
from hall.checklist import Applying, Checklist, Row, known, labels_of, row_of

MOST: Final = 2000
"""Combinations of answers that are tried for one material; beyond them its questions are named instead."""
FEW: Final = 3
"""Ways in which a material may be needed that are told one by one."""
Picked = tuple[Answer, ...]


class Perhaps(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A material that is needed if something is answered so; ``when`` says it in words (``迁移原因：购房落户``)."""

    row: Row
    when: str


class StillOpen(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``questions`` are the words of those that are open, ``perhaps`` what answers may add to the list. ``way_out``:
    an answer may also show that nothing is to be brought here at all."""

    questions: tuple[str, ...]
    perhaps: tuple[Perhaps, ...] = ()
    way_out: bool = False


def still_open(
    matter: Matter,
    checklist: Checklist,
    applying: Applying,
    *,
    held: Mapping[str, str] | None = None,
    problems: Iterable[Problem] = (),
) -> StillOpen | None:
    """What the open questions of ``checklist`` may change; ``None`` where none is open."""
    if not checklist.open_questions:
        return None
    texts = {question.code: question.text for question in checklist.questions}
    listed = {row.code for row in checklist.materials}
    common = {problem.code: problem for problem in problems}
    perhaps = []
    for material in matter.materials:
        if material.code not in listed and (when := _when(matter, material.when, checklist.answers, applying)):
            perhaps.append(Perhaps(row=row_of(matter, material, Facts({}), held or {}, common), when=when))
    return StillOpen(
        questions=tuple(texts[code] for code in checklist.open_questions),
        perhaps=tuple(perhaps),
        way_out=any(_when(matter, way.when, checklist.answers, applying) for way in matter.exits),
    )


def _when(matter: Matter, when: str, answers: Mapping[str, Answer], applying: Applying) -> str:
    """With which answers the condition holds, in words; empty if with none."""
    condition = parse(when)
    asked = _asked(matter, condition, answers)
    if not asked:
        return ""
    choices = [_choices(question) for question in asked]
    if prod(len(each) for each in choices) > MOST:
        listed = "、".join(question.text.rstrip("？?") for question in asked)
        return f"视这些问题的回答：{listed}"
    holding: list[Picked] = []
    for picked in product(*choices):
        given = dict(answers) | {question.code: answer for question, answer in zip(asked, picked, strict=True)}
        if condition(known(matter, given, applying).facts):
            holding.append(picked)
    if not holding:
        return ""
    told = _alternatives(asked, choices, holding)
    return "；或者".join(told if len(told) <= FEW else [_at_once(asked, choices, holding)]) or "无论怎样回答"


def _asked(matter: Matter, condition: Condition, answers: Mapping[str, Answer]) -> list[Question]:
    """The unanswered questions that the condition rests on, also by way of situations and of other questions."""
    questions = {question.code: question for question in matter.questions}
    situations = {situation.code: situation for situation in matter.situations}
    wanted: dict[str, Question] = {}
    waiting, seen = [condition], {condition.text}
    while waiting:
        each = waiting.pop()
        further = [situations[code].when for code in each.situations if code in situations]
        for code in each.names:
            if (question := questions.get(code)) is not None:
                further.append(question.when)
                if answers.get(code, "") in OPEN:
                    wanted[code] = question
        for text in further:
            if text not in seen:
                seen.add(text)
                waiting.append(parse(text))
    return [question for question in matter.questions if question.code in wanted]


def _choices(question: Question) -> list[Answer]:
    """The answers that are tried: every option, and of several that may be chosen also all of them together."""
    codes = [option.code for option in question.options] or ["yes", "no"]
    if question.kind != "multi":
        return list(codes)
    return [*((code,) for code in codes), tuple(codes)]


def _alternatives(asked: list[Question], choices: list[list[Answer]], holding: list[Picked]) -> list[str]:
    """The ways in which it holds: where one answer asks for others that another does not, each by itself."""
    fits = _fitting(choices, holding)
    if len(holding) == prod(len(each) for each in fits):
        return [_at_once(asked, choices, holding)]
    place = next(place for place, each in enumerate(fits) if len(each) > 1)
    others = [*asked[:place], *asked[place + 1 :]], [*choices[:place], *choices[place + 1 :]]
    ways: dict[tuple[str, ...], list[Answer]] = {}
    for answer in fits[place]:
        rest = [(*picked[:place], *picked[place + 1 :]) for picked in holding if picked[place] == answer]
        ways.setdefault(tuple(_alternatives(*others, rest)), []).append(answer)
    return [
        "，".join(filter(None, (_said(asked[place], choices[place], same), way)))
        for told, same in ways.items()
        for way in told
    ]


def _at_once(asked: list[Question], choices: list[list[Answer]], holding: list[Picked]) -> str:
    """Question by question the answers with which it may hold, where not all do."""
    told = map(_said, asked, choices, _fitting(choices, holding))
    return "，".join(filter(None, told))


def _fitting(choices: list[list[Answer]], holding: list[Picked]) -> list[list[Answer]]:
    found = [{picked[place] for picked in holding} for place in range(len(choices))]
    return [[choice for choice in each if choice in found[place]] for place, each in enumerate(choices)]


def _said(question: Question, choices: list[Answer], fits: list[Answer]) -> str:
    """A question with these answers; empty where every answer is among them."""
    if len(fits) == len(choices):
        return ""
    single = [choice for choice in fits if isinstance(choice, str) or len(choice) == 1] or fits
    codes = [code for choice in single for code in ((choice,) if isinstance(choice, str) else choice)]
    labels = labels_of(question)
    return f"{question.text.rstrip('？?')}：{'、'.join(labels[code] for code in codes)}"
