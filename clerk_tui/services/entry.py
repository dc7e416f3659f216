"""Checks of what is typed: applicant, agent and the matter's own fields, cleaned into the one form that is stored.

Each check answers with the clean values, errors (hinder committing), warnings (do not) and what is still empty.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import NamedTuple, cast, get_args

from msgspec import Struct

from clerk_tui.services.documents import ID_TYPES, KIND_NAMES, PROVED, identify, other_kind
from hall.capacity import caution_of_agent, caution_of_applicant
from hall.catalogue.model import ApplicantKind, Field, Matter
from hall.errors import BadInput
from hall.identity import KINDS, Identity, age_on, check_identity, check_phone
from hall.names import clean_name, clean_text, has_letter, rewriting

_HOLDERS = {"91": "company", "92": "individual_business", "1": "organisation", "5": "organisation"}
_AS_WRITTEN = "照证件填姓名或名称；号码填到证件号码"
YES, NO = "是", "否"
_YES = frozenset({YES, "yes", "y", "true", "1", "on", "√"})
_NO = frozenset({NO, "no", "n", "false", "0", "off"})
_DATE = re.compile(r"(\d{4})\D?(\d{1,2})\D?(\d{1,2})\D?")


class Cleaned(NamedTuple):
    """What is stored instead of what was typed; ``what`` says how they differ, empty for another way to write a
    number or a date."""

    value: str
    what: str = ""


class Checked(Struct, kw_only=True):
    """What a check found, by dotted field; ``hints`` say what would put an error right, ``cleaned`` are the values that
    are not stored as they were typed (a warning says so where it is not only another way to write a number)."""

    values: dict[str, str] = {}
    errors: dict[str, str] = {}
    warnings: dict[str, str] = {}
    missing: dict[str, str] = {}
    hints: dict[str, str] = {}
    cleaned: dict[str, Cleaned] = {}
    age: int = -1

    def stored(self, where: str, typed: str, value: str, *, text: bool = True) -> str:
        """``value``, which is stored for what was ``typed``: nothing is altered silently."""
        if value and value != typed.strip():
            what = rewriting(typed, value) if text else ""
            self.cleaned[where] = Cleaned(value, what)
            if what:
                self.warnings[where] = stored_as(what)
        return value

    def take(self, other: Checked) -> None:
        """Add another check's findings; its values stay its own."""
        self.errors.update(other.errors)
        self.warnings.update(other.warnings)
        self.missing.update(other.missing)
        self.hints.update(other.hints)
        self.cleaned.update(other.cleaned)


def stored_as(what: str) -> str:
    """What is said of a text that is not stored as it was typed (``hall.names.rewriting``)."""
    return f"按标准写法保存：{what}"


def check_applicant(typed: Mapping[str, str], matter: Matter, today: dt.date) -> Checked:
    """Who applies. ``values`` are those of ``hall.facts.Applicant``; ``age`` is in years, -1 when unknown."""
    found = Checked()
    kind = kind_of(typed, matter)
    found.values["kind"] = kind
    if kind not in get_args(ApplicantKind):
        found.errors["applicant.kind"] = f"没有“{kind[:20]}”这种申请人"
    elif kind not in matter.serves:
        serves = "、".join(KIND_NAMES[name] for name in matter.serves)
        found.warnings["applicant.kind"] = f"本事项通常面向{serves}，请核对申请人类型"
    _name(found, typed, "applicant", "name", required=True)
    _identity(found, typed, "applicant", kind, today, required=True)
    if not matter.asks_guardian:
        _caution(found, "applicant.id_number", caution_of_applicant(found.age, agent_allowed=matter.agent_allowed))
    _phone(found, typed, "applicant")
    _text(found, typed, "applicant.address", "address", 200)
    if typed.get("legal_person", "").strip():
        _name(found, typed, "applicant", "legal_person", required=False)
    elif ID_TYPES.get(kind) == ("uscc",):
        found.warnings["applicant.legal_person"] = "没有填法定代表人（负责人）"
    return found


def kind_of(typed: Mapping[str, str], matter: Matter) -> str:
    """The applicant's kind as chosen; while nobody has, the first the matter serves that the number is of."""
    if chosen := typed.get("kind", "").strip():
        return chosen
    number = typed.get("id_number", "")
    if number.strip() and len(matter.serves) > 1:
        identity = check_identity(number)
        if identity.valid:
            likely = [kind for kind in matter.serves if identity.kind in ID_TYPES[kind]]
            of_code = _holder(identity)
            return of_code if of_code in likely else likely[0] if likely else matter.serves[0]
    return matter.serves[0]


def _holder(identity: Identity) -> str:
    """Whose a credit code is by its first two characters (GB 32100-2015, table 1): 91 企业, 92 个体工商户, 1x and 5x
    organisations; empty where they leave it open."""
    if identity.kind != "uscc":
        return ""
    return _HOLDERS.get(identity.number[:2]) or _HOLDERS.get(identity.number[:1], "")


def check_agent(typed: Mapping[str, str], matter: Matter, today: dt.date) -> Checked:
    """Who acts for the applicant (行政许可法 art. 29)."""
    found = Checked()
    if not matter.agent_allowed:
        found.errors["agent"] = "本事项应当由申请人本人办理，不能委托代理"
    _name(found, typed, "agent", "name", required=True)
    _identity(found, typed, "agent", "", today, required=True)
    _caution(found, "agent.id_number", caution_of_agent(found.age))
    _phone(found, typed, "agent")
    return found


def check_apart(applicant: Checked, agent: Checked) -> Checked:
    """That the agent is not the applicant: whoever acts for himself needs no mandate (民法典 art. 161)."""
    number = agent.values.get("id_number", "")
    if not number or number != applicant.values.get("id_number"):
        return Checked()
    hint = "本人来办的，“谁来办”选本人（文件里 agent 写 null）；号码录错的请改正"
    return Checked(errors={"agent.id_number": "代理人就是申请人本人"}, hints={"agent.id_number": hint})


def _caution(found: Checked, where: str, said: str) -> None:
    found.warnings |= {where: "；".join(filter(None, (found.warnings.get(where), said)))} if said else {}


def check_fields(fields: Iterable[Field], typed: Mapping[str, str]) -> Checked:
    """The matter's own form. Values are stored as read by people: a choice as its label, a date as ISO 8601."""
    found = Checked()
    for field in fields:
        key = f"fields.{field.code}"
        raw = typed.get(field.code, "")
        try:
            value = read_field(field, raw)
        except BadInput as error:
            found.errors[key] = f"{field.label}：{error.message}"
            found.hints[key] = error.hint
            continue
        if value:
            found.values[field.code] = found.stored(key, raw, value, text=field.kind not in _READERS)
        if field.required and not value:
            asked = f"没有确认“{field.label}”" if field.kind == "confirm" else f"请填写{field.label}"
            found.missing[key] = asked
    return found


def read_field(field: Field, raw: str) -> str:
    """One value of a matter's form, cleaned; empty for nothing.

    Raises:
        BadInput: it cannot be what the field asks for.
    """
    where = f"fields.{field.code}"
    text = clean_text(raw, field=where, max_length=field.max_length)
    if not text:
        return ""
    value = _READERS.get(field.kind, _as_text)(field, text, where)
    if field.pattern and not _compiled(field.pattern).fullmatch(value):
        raise BadInput("bad_pattern", "与要求的格式不符", field=where, hint=_example(field))
    return value


def _as_text(field: Field, text: str, where: str) -> str:
    return text


def _as_number(field: Field, text: str, where: str) -> str:
    narrow = text.translate(_NARROW).replace(",", "")
    try:
        number = Decimal(narrow)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or len(narrow) > 30:
        raise BadInput("not_a_number", "应当是一个数", field=where, hint=_example(field))
    # Digits are written out: an exponent of some characters must not become millions of them.
    if cast(int, number.as_tuple().exponent) < -_DECIMALS:
        raise BadInput("too_precise", f"小数最多{_DECIMALS}位", field=where, hint=_example(field))
    if not Decimal(str(field.min)) <= number <= Decimal(str(field.max)):
        wanted = f"应当在 {_plain(field.min)} 和 {_plain(field.max)} 之间"
        raise BadInput("out_of_range", wanted, field=where, hint=_example(field))
    if field.kind == "money" and (number < 0 or number != round(number, 2)):
        raise BadInput("not_money", "应当是不小于 0、最多两位小数的金额", field=where, hint=_example(field))
    return format(number, "f")


def _plain(bound: float) -> str:
    return format(Decimal(str(bound)).normalize(), "f")


def _as_date(field: Field, text: str, where: str) -> str:
    match = _DATE.fullmatch(text.translate(_NARROW))
    try:
        parts = match.groups() if match else ()
        return dt.date(int(parts[0]), int(parts[1]), int(parts[2])).isoformat()
    except (ValueError, IndexError):
        raise BadInput("not_a_date", "应当是一个日期", field=where, hint="例如 2026-11-02") from None


def _as_choice(field: Field, text: str, where: str) -> str:
    for option in field.options:
        if text in (option.code, option.label):
            return option.label
    labels = "、".join(option.label for option in field.options)
    raise BadInput("unknown_option", "不在可选项里", field=where, hint=f"可选：{labels}")


def _as_phone(field: Field, text: str, where: str) -> str:
    phone = check_phone(text)
    if not phone.valid:
        raise BadInput("bad_phone", phone.warnings[0], field=where)
    return phone.number


def _as_confirm(field: Field, text: str, where: str) -> str:
    word = text.lower()
    if word in _YES:
        return YES
    if word in _NO:
        return NO
    raise BadInput("not_yes_or_no", "应当是“是”或“否”", field=where)


_READERS = {
    "number": _as_number,
    "money": _as_number,
    "date": _as_date,
    "choice": _as_choice,
    "phone": _as_phone,
    "confirm": _as_confirm,
}
_DECIMALS = 6
_NARROW = {0xFF01 + place: 0x21 + place for place in range(94)}


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _example(field: Field) -> str:
    return f"例如 {field.example}" if field.example else field.help


def _name(found: Checked, typed: Mapping[str, str], who: str, key: str, *, required: bool) -> None:
    where = f"{who}.{key}"
    raw = typed.get(key, "")
    if not raw.strip():
        if required:
            found.missing[where] = "请填写代理人姓名" if who == "agent" else "请填写申请人姓名或名称"
        return
    try:
        name = clean_name(raw, field=where)
    except BadInput as error:
        found.errors[where] = error.message
        return
    number = check_identity(name)
    if number.valid and not number.warnings and number.kind in (*PROVED, "uscc", "passport_cn"):
        found.errors[where], found.hints[where] = f"这是{KINDS[number.kind]}号码，不是姓名或名称", _AS_WRITTEN
    elif not has_letter(name):
        found.errors[where], found.hints[where] = "姓名或名称里没有文字", _AS_WRITTEN
    else:
        found.values[key] = found.stored(where, raw, name)


def _identity(found: Checked, typed: Mapping[str, str], who: str, kind: str, today: dt.date, *, required: bool) -> None:
    where = f"{who}.id_number"
    raw, id_type = typed.get("id_number", ""), typed.get("id_type", "").strip()
    if id_type and id_type not in KINDS:
        found.errors[f"{who}.id_type"] = f"没有“{id_type[:20]}”这种证件"
        return
    if not raw.strip():
        if required:
            found.missing[where] = "请填写证件号码"
        return
    identity = identify(raw, id_type, kind, today)
    if not identity.valid:
        found.errors[where] = identity.warnings[0] if identity.warnings else "证件号码不对"
        return
    if kind and (identity.kind == "uscc") != (ID_TYPES.get(kind) == ("uscc",)):
        what = KINDS.get(identity.kind, "别的证件")
        found.errors[where] = f"这是{what}号码，与申请人类型“{KIND_NAMES.get(kind, kind)}”不符"
        return
    if who == "agent" and identity.kind == "uscc":
        found.errors[where] = "代理人应当是自然人，请填写身份证件号码"
        return
    if problem := other_kind(identity, kind, today):
        found.errors[where], found.hints[where] = problem, "照证件核对号码、证件类型和申请人类型"
        return
    found.values["id_type"] = identity.kind
    found.values["id_number"] = found.stored(where, raw, identity.number, text=False)
    if identity.birth and identity.birth <= today:
        found.age = age_on(identity.birth, today)
    holder = _holder(identity)
    told = list(identity.warnings)
    if holder and kind and holder != kind:
        told.append(f"这是{KIND_NAMES[holder]}的代码，申请人类型却是{KIND_NAMES[kind]}")
    if told:
        found.warnings[where] = "；".join(told)


def _phone(found: Checked, typed: Mapping[str, str], who: str) -> None:
    where = f"{who}.phone"
    raw = typed.get("phone", "")
    if not raw.strip():
        found.warnings[where] = "没有联系电话，补正和领取时无法通知"
        return
    phone = check_phone(raw)
    if not phone.valid:
        found.errors[where] = phone.warnings[0]
        return
    found.values["phone"] = found.stored(where, raw, phone.number, text=False)
    if phone.warnings:
        found.warnings[where] = phone.warnings[0]


def _text(found: Checked, typed: Mapping[str, str], where: str, key: str, longest: int) -> None:
    try:
        raw = typed.get(key, "")
        if value := clean_text(raw, field=where, max_length=longest):
            found.values[key] = found.stored(where, raw, value)
    except BadInput as error:
        found.errors[where] = error.message


def applicant_kind(kind: str) -> ApplicantKind:
    """A checked kind, typed as one."""
    return cast(ApplicantKind, kind)
