"""``clerk checklist``: which materials this person needs, and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

import click

from clerk_tui.cli.console import Session, answer, argument, command, json_option, note
from clerk_tui.cli.rules import missing
from clerk_tui.i18n import _
from hall.catalogue.model import ApplicantKind, Matter
from hall.checklist import Applying, Checklist, Row, build_checklist, read_answers
from hall.errors import BadInput

KINDS: tuple[str, ...] = get_args(ApplicantKind)


@command("checklist", _("按回答的问题列出这个人要交的材料，每份说明为什么要、是否可以容缺、本厅是否已有。"))
@argument("matter", about=_("事项的代号、编码或名称"))
@click.option("--answer", "answers", metavar="K=V", multiple=True, help=_("一个问题的答案，可以多次给；多选用逗号隔开"))
@click.option("--applicant-kind", "kind", type=click.Choice(KINDS), metavar="KIND", help=_("申请人类型"))
@click.option("--age", type=click.IntRange(0, 200), metavar="N", help=_("申请人周岁"))
@click.option("--agent", is_flag=True, help=_("由代理人来办"))
@click.option("--questions", "with_questions", is_flag=True, help=_("JSON 里同时给出问题和还没有回答的问题"))
@json_option
def checklist(
    session: Session,
    matter: str | None,
    answers: tuple[str, ...],
    kind: str | None,
    age: int | None,
    agent: bool,
    with_questions: bool,
    as_json: bool,
) -> None:
    """``{"matter", "situations": [{"code", "name"}], "materials": [...]}``; ``exits`` or ``cautions`` where there are
    any."""
    if matter is None:
        raise missing("MATTER", "clerk checklist")
    found = session.catalogue.resolve(matter)
    who = Applying(kind or found.serves[0], -1 if age is None else age, agent)
    made = build_checklist(found, read_answers(found, _pairs(answers)), who, problems=session.catalogue.problems)
    if made.open_questions and not with_questions and as_json:
        note(_("还没有回答的问题：{codes}").format(codes="、".join(made.open_questions)))
    if as_json:
        for line in _beforehand(made):
            note(line)
    answer(as_json, as_data(made, with_questions), lambda: _lines(found, made))


def _pairs(answers: tuple[str, ...]) -> dict[str, object]:
    pairs: dict[str, object] = {}
    for text in answers:
        code, equals, value = text.partition("=")
        if not equals or not code:
            raise BadInput("bad_answer", _("--answer 要写成 问题=答案"), field="--answer", hint="--answer reason=job")
        pairs[code.strip()] = f"{pairs[code]},{value}" if code in pairs else value
    return pairs


def row_data(row: Row) -> dict[str, Any]:
    """A material of the JSON contract."""
    keys = ("code", "name", "required", "tolerable", "held", "form", "copies", "source", "why")
    return {key: getattr(row, key) for key in keys}


def as_data(made: Checklist, with_questions: bool = False) -> dict[str, Any]:
    """The checklist of the JSON contract."""
    data: dict[str, Any] = {
        "matter": made.matter,
        "situations": [{"code": each.code, "name": each.name} for each in made.situations],
        "materials": [row_data(row) for row in made.materials],
    }
    if made.exits:
        data["exits"] = [
            {
                "ground": each.ground,
                "reason": each.reason,
                "where": None
                if each.where is None
                else {"organ": each.where.organ, "address": each.where.address, "phone": each.where.phone},
            }
            for each in made.exits
        ]
    elif made.cautions:
        data["cautions"] = [{"code": each.code, "text": each.text, "basis": each.basis} for each in made.cautions]
    if with_questions:
        data["questions"] = [
            {
                "code": each.code,
                "text": each.text,
                "kind": each.kind,
                "options": [{"code": option.code, "label": option.label} for option in each.options],
                "answer": made.answers.get(each.code),
            }
            for each in made.questions
        ]
        data["open_questions"] = list(made.open_questions)
    return data


def _beforehand(made: Checklist) -> Iterator[str]:
    """What to tell before anything is brought: that the matter is not for them, or that it may be decided against."""
    for caution in () if made.exits else made.cautions:
        yield _("先告诉申请人：{text}；仍要申请的照常受理，审查后依法决定").format(text=caution.text)
    for each in made.exits:
        yield _("不予受理：{reason}").format(reason=each.reason)
        if each.where is not None:
            where = each.where
            yield _("请到：{place}").format(place="　".join(filter(None, (where.organ, where.address, where.phone))))


def _lines(matter: Matter, made: Checklist) -> Iterator[str]:
    yield matter.name
    if made.situations:
        yield _("情形：{names}").format(names="、".join(each.name for each in made.situations))
    yield from _beforehand(made)
    # Who has nothing to hand in here must not gather papers.
    for number, row in enumerate(() if made.exits else made.materials, 1):
        marks = [_("必要") if row.required else _("非必要")]
        marks += [_("可容缺")] if row.tolerable else []
        marks += [_("本厅已有")] if row.held else []
        yield f"{number:2d}  {row.name}  {row.form} {row.copies} 份  {'、'.join(marks)}  [{row.code}]"
        yield f"    {_(row.why)}"
    for code in made.open_questions:
        question = next(each for each in made.questions if each.code == code)
        options = "、".join(f"{each.code} {each.label}" for each in question.options) or "yes、no"
        yield _("还要问 {code}：{text}（{options}）").format(code=code, text=question.text, options=options)
