"""The checklist: which materials this person needs, and why.

    matter + answers + who applies  →  situations, questions still open, materials, fields, exits

A pure function of its inputs, cheap enough to run on every key.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches

from msgspec import Struct

from hall.catalogue.conditions import OPEN, Answer, Facts, holds, parse
from hall.catalogue.model import DenialReason, Exit, Field, Material, Problem, Question
from hall.errors import BadInput
from hall.list_plan import Listing

_COMMAS = re.compile("[,，、]")


class SituationRef(Struct, frozen=True):
    """A situation that holds."""

    code: str
    name: str


class Row(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One material this person needs, as the law wants it explained (行政许可法 art. 30).

    ``why`` joins the catalogue's reason and the answers that asked for it. ``held``: the hall has it already and may
    not ask for it again (优化营商环境条例, 国令716 art. 7); ``held_from`` says from where.
    """

    code: str
    name: str
    why: str
    source: str
    form: str
    copies: int
    required: bool
    tolerable: bool
    held: bool = False
    held_from: str = ""
    standard: str = ""
    basis: str = ""
    remedy: str = ""
    problems: tuple[Problem, ...] = ()


class Checklist(Struct, frozen=True, kw_only=True):
    """What follows from the answers. ``open_questions`` are asked but not answered yet, in order.

    ``cautions`` are grounds on which it may later be decided against the applicant (行政许可法 art. 38) and which the
    answers already show: to be told before applying; the application is taken all the same.
    """

    matter: str
    answers: dict[str, Answer]
    situations: tuple[SituationRef, ...]
    questions: tuple[Question, ...]
    open_questions: tuple[str, ...]
    materials: tuple[Row, ...]
    fields: tuple[Field, ...]
    exits: tuple[Exit, ...]
    cautions: tuple[DenialReason, ...] = ()

    def row(self, code: str) -> Row | None:
        """The material with this code, or ``None``."""
        return next((row for row in self.materials if row.code == code), None)


class Applying(Struct, frozen=True):
    """Who applies, as far as conditions ask. ``age`` is in years, -1 when unknown."""

    kind: str = ""
    age: int = -1
    agent: bool = False


def build_checklist(
    matter: Listing,
    answers: Mapping[str, Answer],
    applying: Applying | None = None,
    *,
    held: Mapping[str, str] | None = None,
    problems: Sequence[Problem] = (),
) -> Checklist:
    """Everything that follows from ``answers``; answers to questions that are not asked are dropped.

    ``held`` maps material codes to where the hall has them from (an earlier case). ``problems`` are the catalogue's
    common problems. Answers must have passed ``read_answers``.
    """
    found = known(matter, answers, applying or Applying())
    asked, situations, facts = found.asked, found.situations, found.facts
    common = {problem.code: problem for problem in problems}
    return Checklist(
        matter=matter.key,
        answers=dict(facts.answers),
        situations=situations,
        questions=asked,
        open_questions=tuple(q.code for q in asked if q.code not in facts.answers),
        materials=tuple(
            row_of(matter, material, facts, held or {}, common)
            for material in matter.materials
            if holds(material.when, facts)
        ),
        fields=tuple(field for field in matter.fields if holds(field.when, facts)),
        exits=tuple(exit_ for exit_ in matter.exits if holds(exit_.when, facts)),
        cautions=tuple(reason for reason in matter.denial_reasons if reason.when.strip() and holds(reason.when, facts)),
    )


class Known(Struct, frozen=True):
    """What is asked, which situations hold, and what conditions can ask about, after the answers so far."""

    asked: tuple[Question, ...]
    situations: tuple[SituationRef, ...]
    facts: Facts


def known(matter: Listing, answers: Mapping[str, Answer], who: Applying) -> Known:
    """What follows from ``answers`` before any material is looked at; those to questions not asked are dropped."""
    asked: list[Question] = []
    kept: dict[str, Answer] = {}
    for question in matter.questions:
        # A later question may depend on an earlier one, so only what is really asked counts from here on.
        if holds(question.when, Facts(kept, frozenset(), who.kind, who.age, who.agent)):
            asked.append(question)
            if (answer := answers.get(question.code, "")) not in OPEN:
                kept[question.code] = answer
    facts = Facts(kept, frozenset(), who.kind, who.age, who.agent)
    situations = tuple(SituationRef(s.code, s.name) for s in matter.situations if holds(s.when, facts))
    codes = frozenset(situation.code for situation in situations)
    return Known(tuple(asked), situations, Facts(kept, codes, who.kind, who.age, who.agent))


def row_of(
    matter: Listing, material: Material, facts: Facts, held: Mapping[str, str], common: Mapping[str, Problem]
) -> Row:
    """A material as this person needs it."""
    because = "；".join(_reasons(matter, material.when, facts))
    return Row(
        code=material.code,
        name=material.name,
        why=f"{material.why}（{because}）" if because else material.why,
        source=material.source,
        form=material.form,
        copies=material.copies,
        required=material.required,
        tolerable=material.tolerable,
        held=material.shared or material.code in held,
        held_from=held.get(material.code, "部门数据共享" if material.shared else ""),
        standard=material.standard,
        basis=material.basis,
        remedy=material.remedy,
        problems=tuple(common[code] for code in material.problems if code in common) + material.own_problems,
    )


def _reasons(matter: Listing, when: str, facts: Facts) -> list[str]:
    """What this person said or is that made the condition true, in words: never an answer that was not given."""
    condition = parse(when)
    asked = [question for question in matter.questions if question.code in condition.names]
    given = {question.code: _words(question, facts, set(condition.constants)) for question in asked}
    if not any(given.values()):
        # A negative condition names answers that were not given; what was answered instead is the reason.
        given = {question.code: _words(question, facts, None) for question in asked}
    reasons = [f"{q.text.rstrip('？?')}：{words}" for q in asked if (words := given[q.code])]
    reasons += [s.name for s in matter.situations if s.code in condition.situations and s.code in facts.situations]
    return [*reasons, "委托他人办理"] if condition.agent and facts.agent else reasons


def labels_of(question: Question) -> dict[str, str]:
    """The words of a question's answers, by code."""
    return {"yes": "是", "no": "否"} if question.kind == "yesno" else {o.code: o.label for o in question.options}


def _words(question: Question, facts: Facts, constants: Collection[tuple[str, str]] | None) -> str:
    """The labels of the answers to a question, only those among ``constants`` if given."""
    answer = facts.answers.get(question.code, "")
    codes = [code for code in (answer if isinstance(answer, tuple) else (answer,)) if code]
    if constants is not None:
        codes = [code for code in codes if (question.code, code) in constants]
    labels = labels_of(question)
    return "、".join(labels[code] for code in codes if code in labels)


def read_answers(matter: Listing, raw: Mapping[str, object]) -> dict[str, Answer]:
    """Answers as a person or a script gives them, checked: codes or labels, lists or comma-separated for ``multi``.

    An empty answer (``""``, ``None``, an empty list) is no answer and is left out.

    Raises:
        BadInput: an unknown question or option; ``hint`` names the nearest one or all of them.
    """
    questions = {question.code: question for question in matter.questions}
    answers: dict[str, Answer] = {}
    for code, value in raw.items():
        if code not in questions:
            raise BadInput(
                "unknown_question",
                f"事项“{matter.name}”没有问题“{code}”",
                field=f"answers.{code}",
                hint=_nearest(code, questions),
            )
        if value is not None and value != [] and (answer := _read_answer(questions[code], value)) not in OPEN:
            answers[code] = answer
    return answers


def _read_answer(question: Question, value: object) -> Answer:
    if isinstance(value, str) and not value.strip():
        return ""
    several = question.kind == "multi"
    if isinstance(value, Mapping) or (not several and isinstance(value, (list, tuple))):
        one, any_of = f"问题“{question.text}”只能选一个，不写成列表", f"问题“{question.text}”要写成选项或选项的列表"
        allowed = [option.code for option in question.options] or ["yes", "no"]
        raise _bad_answer(question, any_of if several else one, allowed)
    if question.kind == "yesno":
        words = {"yes": "yes", "no": "no", "是": "yes", "否": "no", "true": "yes", "false": "no", "y": "yes", "n": "no"}
        word = words.get(str(value).strip().lower())
        if word is None:
            raise _no_option(question, value, ("yes", "no"))
        return word
    if several:
        whole = str(value).strip() in (word for option in question.options for word in (option.code, option.label))
        parts = value if isinstance(value, (list, tuple)) else [value] if whole else _COMMAS.split(str(value))
        picked = {_option(question, part) for part in parts if str(part).strip()}
        return tuple(option.code for option in question.options if option.code in picked)
    return _option(question, value)


def _option(question: Question, value: object) -> str:
    word = str(value).strip()
    for option in question.options:
        if word in (option.code, option.label):
            return option.code
    raise _no_option(question, value, [option.code for option in question.options])


def _no_option(question: Question, value: object, allowed: Collection[str]) -> BadInput:
    # A list inside a list is no word at all, and is not repeated.
    if not isinstance(value, str):
        return _bad_answer(question, f"问题“{question.text}”的答案不是选项", allowed)
    return _bad_answer(question, f"问题“{question.text}”没有选项“{value[:40]}”", allowed)


def _bad_answer(question: Question, message: str, allowed: Collection[str]) -> BadInput:
    return BadInput("unknown_answer", message, field=f"answers.{question.code}", hint="可选：" + "、".join(allowed))


def _nearest(word: str, known: Collection[str]) -> str:
    near = get_close_matches(word, list(known), n=1)
    return f"是不是“{near[0]}”？" if near else "可用：" + "、".join(known)
