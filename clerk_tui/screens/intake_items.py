"""The intake form as items: from a draft and its preview to questions and fields, and back from a key to the draft."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from clerk_tui.i18n import N_, _
from clerk_tui.screens.matter_card import KINDS
from clerk_tui.services.documents import id_types_of
from clerk_tui.services.people import credit_caution
from clerk_tui.widgets.form import Item, Value
from hall.answering import words_of
from hall.identity import KINDS as ID_NAMES
from hall.identity import age_on, check_identity, normalise_number
from hall.verdict import Outcome

if TYPE_CHECKING:
    import datetime as dt

    from clerk_tui.screens.desk import DeskScreen
    from clerk_tui.screens.dialog import Paragraph, Spec
    from clerk_tui.services.draft import Draft, Preview
    from hall.catalogue.conditions import Answer
    from hall.catalogue.model import Field, Question
    from hall.facts import Applicant

SELF, AGENT = "self", "agent"
COMPANIES = ("company", "individual_business", "organisation")
GOOD, BAD = "good", "bad"
CREDIT = ((GOOD, N_("没有")), (BAD, N_("有，不适用容缺")))
LANGUAGES = (("zh", N_("中文")), ("en", N_("中文和英文")))
YES_NO = (("yes", N_("是")), ("no", N_("否")))


def items_of(
    draft: Draft,
    preview: Preview,
    known: Mapping[str, str],
    told: Mapping[str, str],
    *,
    tell_missing: bool,
    typing: str = "",
) -> list[Item]:
    """Everything that is asked, in the order in which it is asked at the counter.

    ``known`` are values of an earlier case by dotted field, ``told`` what is said of a value that stands there;
    ``tell_missing``: say what is empty (after F9). ``typing`` is the field that somebody is still typing into.
    """
    missing = preview.missing if tell_missing else {}
    errors = {**missing, **preview.field_errors}
    items: list[Item] = [
        question_item(each, draft.answers, preview.warnings.get(f"answers.{each.code}", ""))
        for each in preview.checklist.questions
    ]
    items += _applicant(draft, preview, known, errors, typing)
    items += _agent(draft, preview, known, errors, typing)
    items += [
        field_item(field, draft.fields.get(field.code, ""), errors, preview.warnings, known)
        for field in preview.checklist.fields
    ]
    return [replace(item, told=told[item.key]) if item.key in told else item for item in items]


def question_item(question: Question, answers: Mapping[str, Answer], caution: str) -> Item:
    """A question of the matter with its answer, if there is one yet, and what is to be told because of it."""
    options = (
        tuple((code, _(label)) for code, label in YES_NO)
        if question.kind == "yesno"
        else tuple((option.code, option.label) for option in question.options)
    )
    return Item(
        key=f"answers.{question.code}",
        label=question.text,
        value=answers.get(question.code, () if question.kind == "multi" else ""),
        section=_("情形"),
        options=options,
        multi=question.kind == "multi",
        note=question.help or (_("可以选几个，选完按 Enter") if question.kind == "multi" else ""),
        caution=_(caution),
    )


def at_receipt(item: Item, question: Question, before: Answer) -> Item:
    """A question that was answered at the receipt: what putting that right takes, or what was written there."""
    if item.value == before:
        told = _("收件时的回答；答错了的可以更正，要写明原因")
        return replace(item, note="  ".join(filter(None, (item.note, told))))
    told = _("收件时写的是“{answer}”：更正要写明原因，报负责人").format(answer=_(words_of(question, before)))
    return replace(item, caution="  ".join(filter(None, (told, item.caution))))


def _applicant(
    draft: Draft, preview: Preview, known: Mapping[str, str], errors: Mapping[str, str], typing: str
) -> Iterator[Item]:
    section = _("申请人")
    kind = draft.kind
    company = kind in COMPANIES

    def text(key: str, label: str, *, required: bool = True, wanted: bool = True, note: str = "") -> Item:
        where = f"applicant.{key}"
        return Item(
            key=where,
            label=label,
            value=draft.applicant.get(key, ""),
            section=section,
            required=required,
            wanted=wanted,
            note=note,
            error=_(errors.get(where, "")),
            offer=known.get(where, ""),
            caution=_(preview.warnings.get(where, "")) if draft.applicant.get(key) else "",
        )

    if len(draft.matter.serves) > 1:
        kinds = tuple((str(each), _(KINDS[each])) for each in draft.matter.serves)
        yield Item("applicant.kind", _("申请人类型"), kind, section, kinds, required=False)
    number = text("id_number", _("社会信用代码") if company else _("证件号码"))
    yield replace(number, told=_identity_told(draft, preview))
    yield from _id_type("applicant", draft.applicant, kind, section, preview.received, errors, typing)
    yield text("name", _("名称") if company else _("姓名"))
    if company:
        yield text("legal_person", _("法定代表人"), required=False)
    yield text("phone", _("联系电话"), required=False)
    yield text("address", _("联系地址"), required=False, wanted=False)
    if draft.broken_promise or not draft.good_credit:
        record = tuple((code, _(label)) for code, label in CREDIT)
        told = _(credit_caution(draft.broken_promise)) if draft.broken_promise and draft.good_credit else ""
        stated = GOOD if draft.good_credit else BAD
        yield Item("good_credit", _("失信记录"), stated, section, record, required=False, caution=told)
    if draft.matter.agent_allowed:
        who = AGENT if draft.agent is not None else SELF
        options = ((SELF, _("本人来办") if not company else _("法定代表人")), (AGENT, _("代理人来办")))
        yield Item("agent", _("谁来办"), who, section, options, required=False)
    languages = tuple((code, _(label)) for code, label in LANGUAGES)
    yield Item("language", _("文书语言"), draft.language or "zh", section, languages, required=False)


def _agent(
    draft: Draft, preview: Preview, known: Mapping[str, str], errors: Mapping[str, str], typing: str
) -> Iterator[Item]:
    if draft.agent is None:
        return
    for key, label, required in (
        ("id_number", _("证件号码"), True),
        ("name", _("姓名"), True),
        ("phone", _("联系电话"), False),
    ):
        where = f"agent.{key}"
        yield Item(
            key=where,
            label=label,
            value=draft.agent.get(key, ""),
            section=_("代理人"),
            required=required,
            wanted=True,
            error=_(errors.get(where, "")),
            offer=known.get(where, ""),
            caution=_(preview.warnings.get(where, "")) if draft.agent.get(key) else "",
        )
        if key == "id_number":
            yield from _id_type("agent", draft.agent, "", _("代理人"), preview.received, errors, typing)


def _id_type(
    who: str,
    typed: Mapping[str, str],
    kind: str,
    section: str,
    today: dt.date,
    errors: Mapping[str, str],
    typing: str,
) -> Iterator[Item]:
    """Which document a number is of, where that cannot be seen from it; not while it is being typed."""
    if typing == f"{who}.id_number":
        return
    value, fits = id_types_of(typed.get("id_number", ""), typed.get("id_type", ""), kind, today)
    if fits:
        where = f"{who}.id_type"
        options = tuple((each, _(ID_NAMES[each])) for each in fits)
        yield Item(where, _("证件类型"), value, section, options, error=_(errors.get(where, "")))


def field_item(
    field: Field,
    value: str,
    errors: Mapping[str, str],
    warnings: Mapping[str, str],
    known: Mapping[str, str] | None = None,
) -> Item:
    """A field of the matter's own form, with what is said of its value; ``known``: what an earlier case says."""
    where = f"fields.{field.code}"
    options: tuple[tuple[str, str], ...] = ()
    if field.kind == "choice":
        options = tuple((option.label, option.label) for option in field.options)
    elif field.kind == "confirm":
        options = (("是", _("是")), ("否", _("否")))
    example = _("例如 {example}").format(example=field.example) if field.example else ""
    if not example and field.kind == "date":
        example = _("例如 2026-11-02")
    return Item(
        key=where,
        label=field.label,
        value=value,
        section=_("事项信息"),
        options=options,
        required=field.required,
        note="  ".join(filter(None, (field.help, example))),
        error=_(errors.get(where, "")),
        offer=(known or {}).get(where, ""),
        caution=_(warnings.get(where, "")),
    )


def _identity_told(draft: Draft, preview: Preview) -> str:
    """What the number says: kind, sex, age."""
    applicant = preview.applicant
    number = draft.applicant.get("id_number", "")
    if not number or "applicant.id_number" in preview.field_errors:
        return ""
    kind = applicant.id_type if applicant is not None else draft.applicant.get("id_type", "")
    identity = check_identity(number, kind or None, today=preview.received)
    if not identity.valid:
        return ""
    parts = [_(ID_NAMES.get(identity.kind, ""))]
    if identity.birth is not None and identity.birth <= preview.received:
        parts.append(_("{age}岁").format(age=age_on(identity.birth, preview.received)))
    return " ".join(filter(None, parts))


def put_answer(answers: dict[str, Answer], code: str, value: Value) -> None:
    """Answer a question, or take its answer away."""
    if value in ("", ()):
        answers.pop(code, None)
    else:
        answers[code] = value


def put(draft: Draft, key: str, value: Value) -> None:
    """Write what was typed or chosen into the draft."""
    part, _dot, name = key.partition(".")
    if part == "answers":
        put_answer(draft.answers, name, value)
    elif key == "language":
        draft.language = "en" if value == "en" else ""
    elif key == "agent":
        draft.agent = (draft.agent or {}) if value == AGENT else None
    elif part == "agent":
        assert draft.agent is not None
        _put_person(draft.agent, name, str(value))
    elif part == "applicant":
        _put_person(draft.applicant, name, str(value))
    elif part == "fields":
        draft.fields[name] = str(value)


def _put_person(typed: dict[str, str], name: str, value: str) -> None:
    """Another number, or another kind of applicant, is another document: its kind is seen or asked anew."""
    changed = name == "id_number" and normalise_number(value) != normalise_number(typed.get(name, ""))
    if changed or name == "kind":
        typed.pop("id_type", None)
    typed[name] = value


def known_values(person: Applicant) -> dict[str, str]:
    """What an earlier case says of a person, by dotted field; the number itself is typed already."""
    keys = ("kind", "name", "phone", "address", "legal_person")
    return {f"applicant.{key}": value for key in keys if (value := getattr(person, key))}


def takeable(draft: Draft, known: Mapping[str, str]) -> tuple[str, ...]:
    """The known values that one key takes: those of empty fields, and the kind where it is another one that the matter
    serves."""
    other_kind = known.get("applicant.kind", "") in set(draft.matter.serves) - {draft.kind}
    empty = [key for key in known if key != "applicant.kind" and not value_of(draft, key)]
    return (*(["applicant.kind"] if other_kind else []), *empty)


def value_of(draft: Draft, key: str) -> str:
    """What a dotted text field holds now."""
    part, _dot, name = key.partition(".")
    holder = {"applicant": draft.applicant, "agent": draft.agent or {}, "fields": draft.fields}.get(part, {})
    return holder.get(name, "")


def ask_past_blanks(
    screen: DeskScreen[Any],
    spec: Spec,
    blanks: Mapping[str, str],
    commit: Callable[[], None],
    go_to: Callable[[str], None],
) -> None:
    """The last look before ``commit``; where something is ``blank``, going back leads there."""
    if not blanks:
        screen.ask(spec, lambda answer: commit())
        return
    screen.ask(replace(spec, no=N_("去填空着的")), lambda answer: commit(), lambda: go_to(next(iter(blanks))))


def blanks_told(blanks: Mapping[str, str]) -> tuple[str, ...]:
    """How much of the form is blank, beside the verdict."""
    return (_("表格还有 {count} 项必填的空着").format(count=len(blanks)),) if blanks else ()


def blank_lines(blanks: Mapping[str, str], chosen: Outcome | None) -> list[Paragraph]:
    """What the matter's own form still lacks: said before it is confirmed, because it stays so once it is accepted."""
    if not blanks:
        return []
    title = _("表格里还有必填项空着，确认后照现在的样子存档")
    if chosen is Outcome.NOTICED:
        title = _("表格里还有必填项空着，受理以前还可以补填")
    return [("", "plain"), (title, "warn"), *((f"\t{_(text)}", "plain") for text in blanks.values())]
