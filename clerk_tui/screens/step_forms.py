"""The form of each step: as few fields as the law and the paper need, filled in where the case knows the answer.

A form is made anew after every key from what stands in it (``typed``), so that a choice can bring fields of its own.
``values_of`` turns what was read into the parameters of the step's service.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from clerk_tui.i18n import _
from clerk_tui.screens import step_handing
from clerk_tui.screens.step_fields import Ask, filled
from clerk_tui.services.next_steps import Step
from clerk_tui.widgets.form import Value
from hall.case import Case

OTHER = "other"
"""The choice that is none of those published."""


@dataclass(frozen=True)
class Asking:
    """What a form is made for: the case, the day, who is signed in and where, and what was typed so far."""

    case: Case
    today: dt.date
    clerk: str
    window: str
    typed: Mapping[str, Value]

    def says(self, key: str, default: Value = "") -> Value:
        """What stands in a field now."""
        return self.typed.get(key, default)


def asks_of(step: Step, asking: Asking) -> list[Ask]:
    """The fields of the step's form with what stands in them."""
    make = _FORMS.get(step.id)
    return filled(make(asking), asking.typed) if make else []


def values_of(step: Step, asking: Asking, read: Mapping[str, Any]) -> dict[str, Any]:
    """The service's parameters from the values that were read; what is missing there is missing here."""
    gather = _GATHER.get(step.id)
    return gather(asking, read) if gather else dict(read)


def field_of(asks: list[Ask], field: str | None) -> str:
    """The form's field that an error of the service is about, or ``""`` for one that is about the case."""
    keys = [ask.key for ask in asks]
    name = _ELSEWHERE.get(field or "", field or "").removeprefix("fee.")
    if name in keys:
        return name
    head, _bracket, rest = name.partition("[")
    if head == "charges":
        place, _dot, part = rest.partition("].")
        name = f"charge_{'amount' if part == 'fen' else part or 'name'}.{place.rstrip(']') or '0'}"
        return name if name in keys else "charge_name.0"
    several = [key for key in keys if key.rpartition(".")[0] == head]
    if head in ("documents", "items"):
        several.append("others")
    return next((key for key in (*several, head) if key in keys), "")


_ELSEWHERE = {"served.proxy": "receiver", "served.witness": "witness", "fen": "amount"}


# -- procedures, extension, decision -----------------------------------------------------------------------------------


def _procedure(asking: Asking) -> list[Ask]:
    published = {each.name: each for each in asking.case.matter.special_procedures[:8]}
    name = asking.says("name", next(iter(published)) if len(published) == 1 else "" if published else OTHER)
    listed = published.get(str(name))
    asks = []
    if published:
        options = (*((each, each) for each in published), (OTHER, _("其他")))
        asks.append(Ask("name", _("哪种特别程序"), "choice", name, options, required=True))
    if name == OTHER:
        note = _("听证、招标、拍卖、检验、检测、检疫、鉴定、专家评审等")
        asks.append(Ask("other_name", _("特别程序名称"), required=True, note=note))
        units = (("working_day", _("工作日")), ("calendar_day", _("自然日")))
        asks.append(Ask("unit", _("按哪种日子算"), "choice", "working_day", units))
    asks += [
        Ask("days", _("需要几天"), "number", str(listed.days) if listed else "", required=True),
        Ask("basis", _("依据"), value=listed.basis if listed else "", required=True, note=_("规定这一程序的法律条款")),
        Ask("starts", _("从哪天起"), "day", str(asking.today), note=_("书面告知之前的时间照算，最早今天")),
        Ask("reason", _("为什么需要")),
    ]
    return asks


def _gather_procedure(asking: Asking, read: Mapping[str, Any]) -> dict[str, Any]:
    values = {key: value for key, value in read.items() if key != "other_name"}
    if values.get("name", OTHER) == OTHER:
        values.pop("name", None)
        if "other_name" in read:
            values["name"] = read["other_name"]
    return values


def _procedure_end(asking: Asking) -> list[Ask]:
    running = [pause.name for pause in asking.case.pauses if pause.ends is None]
    names = tuple((name, name) for name in running)
    first = running[0] if len(running) == 1 else ""
    return [
        Ask("name", _("哪种特别程序"), "choice", first, names, required=True),
        Ask("ends", _("最后一天"), "past_day", str(asking.today), note=_("这一天还不计时，从下一天起接着计")),
    ]


def _extension(asking: Asking) -> list[Ask]:
    by = _("行政机关负责人，写职务和姓名")
    if asking.case.matter.partners:
        by = _("联合办理的，本级人民政府负责人（第四十二条第二款），写职务和姓名")
    return [
        Ask("days", _("延长几个工作日"), "number", required=True, note=_("只能延长一次（行政许可法第四十二条）")),
        Ask("approver", _("批准人"), "text", required=True, note=by),
        Ask("reason", _("理由"), required=True, note=_("印在通知书上，告知申请人")),
    ]


def _grant(asking: Asking) -> list[Ask]:
    matter = asking.case.matter
    results = tuple((each.name, each.name) for each in matter.results[:9])
    first = results[0][0] if len(results) == 1 else ""
    asks = [Ask("result", _("颁发什么"), "choice", first, results, required=True)] if results else []
    if not results:
        asks = [Ask("result", _("颁发什么"), note=_("证照或批文的名称；没有就空着"), wanted=True)]
    return [
        *asks,
        Ask("result_number", _("证照编号"), wanted=True),
        Ask("valid_until", _("有效期到"), "day", wanted=True, note=_("长期有效的空着")),
        Ask("collect_from", _("哪天起可取"), "day", str(asking.today), note=_("作出决定之日起十日内")),
        Ask("result_copies", _("份数"), "number", "1"),
        Ask("conditions", _("附带条件")),
        Ask("basis", _("依据"), value="；".join(matter.basis), required=True),
    ]


def _denial(asking: Asking) -> list[Ask]:
    return [
        Ask("reason", _("不予的理由"), required=True, note=_("必须写明（行政许可法第三十八条），印在决定书上")),
        Ask("basis", _("依据"), value="；".join(asking.case.matter.basis), required=True),
    ]


# -- ends --------------------------------------------------------------------------------------------------------------


def _return(asking: Asking) -> list[Ask]:
    return [
        Ask("reason", _("退件的理由"), required=True, note=_("印在退件通知单上")),
        Ask("basis", _("依据")),
    ]


def _withdrawal(asking: Asking) -> list[Ask]:
    return [Ask("reason", _("撤回的理由"), wanted=True, note=_("申请人可以不说明")), Ask("basis", _("依据"))]


def _termination(asking: Asking) -> list[Ask]:
    return [
        Ask("basis", _("依据"), value=asking.case.article, required=True, note=_("容缺受理的规定")),
        Ask("reason", _("理由"), wanted=True, note=_("空着就写哪些材料逾期没有补齐")),
    ]


_FORMS: dict[str, Callable[[Asking], list[Ask]]] = {
    "announce_procedure": _procedure,
    "end_procedure": _procedure_end,
    "extend": _extension,
    "grant": _grant,
    "deny": _denial,
    "give_back": _return,
    "withdraw": _withdrawal,
    "terminate": _termination,
    "demand_fee": step_handing.fee,
    "pay_fee": step_handing.payment,
    "bring": step_handing.further,
    "hand_over": step_handing.handover,
    "return_materials": step_handing.giving_back,
    "serve": step_handing.service,
    "pickup": step_handing.pickup,
}
_GATHER: dict[str, Callable[[Asking, Mapping[str, Any]], dict[str, Any]]] = {
    "announce_procedure": _gather_procedure,
    "demand_fee": step_handing.gather_fee,
    "pay_fee": step_handing.gather_payment,
    "bring": step_handing.gather_further,
    "hand_over": step_handing.gather_handover,
    "return_materials": step_handing.gather_giving_back,
    "serve": step_handing.gather_service,
}
